# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""When something is due by a cron expression, on the wall clock of a time zone. Pure: no I/O but the zone's rules, no clock.

A moment that a clock change leaves out is not due at all, and one that comes twice is due once: nothing is invented where launchers differ.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
import zoneinfo

# Field: (name, lowest, highest, words that stand for numbers).
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day", 1, 31, {}),
    ("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    ("weekday", 0, 7, {word: number for number, word in enumerate(WEEKDAYS)}),
)
DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Cron:
    """Each field as the sorted numbers that it allows; weekdays from 0 (Sunday) to 6. Days that are restricted in both ways are due by either."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    every_day: bool
    every_weekday: bool

    def on(self, date: datetime.date) -> bool:
        if date.month not in self.months:
            return False
        by_day, by_weekday = date.day in self.days, date.isoweekday() % 7 in self.weekdays
        if self.every_day or self.every_weekday:
            return by_day and by_weekday
        return by_day or by_weekday


class Due(t.NamedTuple):
    """One due moment in seconds since the epoch; ``last`` differs when the clock goes back and shows it twice."""

    first: float
    last: float


def read(text: t.Any) -> Cron:
    """The five fields of an expression; ValueError with what is wrong."""
    parts = str(text).lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"cron is {text!r}: give five fields, minute hour day month weekday, such as '0 7 * * mon'")
    minutes, hours, days, months, numbers = (_numbers(part, *field) for part, field in zip(parts, _FIELDS, strict=True))
    weekdays = tuple(sorted({number % 7 for number in numbers}))
    return Cron(minutes, hours, days, months, weekdays, parts[2].startswith("*"), parts[4].startswith("*"))


def _numbers(part: str, name: str, low: int, high: int, words: t.Mapping[str, int]) -> tuple[int, ...]:
    found: set[int] = set()
    for piece in part.split(","):
        span, slash, step = piece.partition("/")
        first, dash, last = span.partition("-")
        try:
            begin = low if span == "*" else words[first] if first in words else int(first)
            end = (words[last] if last in words else int(last)) if dash else high if span == "*" or slash else begin
            width = int(step) if slash else 1
        except ValueError:
            raise ValueError(f"the {name} of the cron expression is {part!r}: give numbers from {low} to {high}, such as 1,15 or */10") from None
        if not (low <= begin <= end <= high and width >= 1):
            raise ValueError(f"the {name} of the cron expression is {part!r}: give numbers from {low} to {high}, the smaller first")
        found.update(range(begin, end + 1, width))
    return tuple(sorted(found))


def zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}: give one such as Europe/Berlin or UTC") from None


def between(cron: Cron, where: zoneinfo.ZoneInfo, after: float, until: float) -> t.Iterator[Due]:
    """What is due later than ``after`` and not later than ``until``, oldest first."""
    date = datetime.datetime.fromtimestamp(after, where).date() - DAY
    end = datetime.datetime.fromtimestamp(until, where).date() + DAY
    while date <= end:
        if cron.on(date):
            for hour in cron.hours:
                for minute in cron.minutes:
                    due = _moment(datetime.datetime.combine(date, datetime.time(hour, minute)), where)
                    if due and after < due.first <= until:
                        yield due
        date += DAY


def _moment(wall: datetime.datetime, where: zoneinfo.ZoneInfo) -> Due | None:
    first, last = (wall.replace(tzinfo=where, fold=fold) for fold in (0, 1))
    if first.astimezone(datetime.UTC).astimezone(where).replace(tzinfo=None) != wall:
        return None
    return Due(first.timestamp(), last.timestamp())


def following(cron: Cron, where: zoneinfo.ZoneInfo, after: float, days: int = 1500) -> Due | None:
    """The next one; None when none comes within some years, as on 30 February."""
    return next(between(cron, where, after, after + days * 86400.0), None)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Times as logs write them, and the moment of a line."""

from __future__ import annotations

import datetime
import re
import typing as t

Format = t.Literal["iso", "epoch", "epoch_ms", "syslog", "clf", "none"]
FORMATS: tuple[str, ...] = t.get_args(Format)
# So far into a line the text is looked for after which its time stands.
FURTHEST = 4096
# A syslog line has no year: one that would lie further ahead than this is of the year before.
AHEAD = 86400.0
MOST_MINUTES = 2000
_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_BEFORE = rb"(?:<\d{1,3}>(?:\d )?)?[\[(\"']{0,2}"
_ISO = rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(?::([0-5]\d(?:[.,]\d{1,9})?))? ?(Z\b|UTC\b|[+-]\d\d:?\d\d\b)?"
_PATTERNS: dict[str, re.Pattern[bytes]] = {
    "iso": re.compile(_BEFORE + _ISO),
    "epoch": re.compile(_BEFORE + rb"(\d{9,11}(?:\.\d{1,9})?)(?!\d)"),
    "epoch_ms": re.compile(_BEFORE + rb"(\d{12,14})(?!\d)"),
    "syslog": re.compile(_BEFORE + rb"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)"),
    "clf": re.compile(rb"[^\[\n]{0,500}\[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)\]"),
}


class Times:
    """``after``: the text in a line after which its time stands; without, it stands at the line's beginning. ``now`` gives syslog its year."""

    def __init__(self, written: str, zone: datetime.tzinfo, now: float, after: str = "") -> None:
        if written not in FORMATS:
            raise ValueError(written)
        self._read: t.Callable[[re.Match[bytes]], float] | None = None if written == "none" else getattr(self, f"_{written}")
        self._pattern = _PATTERNS.get(written)
        self._after = after.encode()
        self._zone = zone
        self._now = now
        self._minutes: dict[tuple[bytes, bytes | None], float] = {}

    @property
    def known(self) -> bool:
        return self._read is not None

    def of(self, text: bytes, start: int = 0) -> float | None:
        """The moment of the line that begins there, in seconds since the epoch; None when it has none."""
        if self._read is None or self._pattern is None:
            return None
        if self._after:
            end = text.find(b"\n", start, start + FURTHEST)
            found_at = text.find(self._after, start, start + FURTHEST if end < 0 else end)
            if found_at < 0:
                return None
            start = found_at + len(self._after)
        found = self._pattern.match(text, start)
        if found is None:
            return None
        try:
            return self._read(found)
        except (OverflowError, ValueError):
            # Digits that are no moment, such as a thirteenth month.
            return None

    def _iso(self, found: re.Match[bytes]) -> float:
        minute, second, zone = found.groups()
        # Lines come in the order of time, mostly: the minute is known, and only seconds have to be read.
        known = self._minutes.get((minute, zone))
        if known is None:
            offset = "" if zone is None else "+00:00" if zone in (b"Z", b"UTC") else zone.decode()
            if len(self._minutes) >= MOST_MINUTES:
                self._minutes.clear()
            known = self._minutes[minute, zone] = self._moment(datetime.datetime.fromisoformat(f"{minute.decode()}{offset}"))
        return known + float(second.replace(b",", b".") if b"," in second else second) if second else known

    def _epoch(self, found: re.Match[bytes]) -> float:
        return float(found[1])

    def _epoch_ms(self, found: re.Match[bytes]) -> float:
        return int(found[1]) / 1000

    def _syslog(self, found: re.Match[bytes]) -> float:
        month = _MONTHS.get(found[1], 0)
        day, hour, minute, second = (int(part) for part in found.groups()[1:])
        this_year = datetime.datetime.fromtimestamp(self._now, self._zone).year
        # The 29th of February may lie some years back.
        for year in range(this_year + 1, this_year - 5, -1):
            try:
                at = self._moment(datetime.datetime(year, month, day, hour, minute, second))
            except ValueError:
                continue
            if at <= self._now + AHEAD:
                return at
        raise ValueError("no such day")

    def _clf(self, found: re.Match[bytes]) -> float:
        day, month, year, *rest = found.groups()
        hour, minute, second, ahead, minutes = (int(part) for part in rest)
        offset = datetime.timedelta(hours=ahead, minutes=-minutes if rest[3].startswith(b"-") else minutes)
        zone = datetime.timezone(offset)
        return datetime.datetime(int(year), _MONTHS.get(month, 0), int(day), hour, minute, second, tzinfo=zone).timestamp()

    def _moment(self, at: datetime.datetime) -> float:
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).timestamp()

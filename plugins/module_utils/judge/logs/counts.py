# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is counted of one pattern."""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import sketches
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.anonymous import Fingerprints, masked
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Pattern

# Rolling windows are exact to a millisecond as long as there are no more moments than this.
FINEST, MOST_MOMENTS = 0.001, 20_000
MOST_WINDOWS = 500
# Kinds of lines, and values of a field, that are kept at a time.
MOST_KINDS = 500
SHOWN_VALUES = 20
PERCENTILES = (50, 90, 95, 99)
LONGEST_SAMPLE = 2000
# Statuses, attempts and the like tell of nobody.
_SHORT_NUMBER = re.compile(r"\d{1,4}")


@dataclasses.dataclass(frozen=True)
class Settings:
    """``rolling``: the patterns that have limits within a length of time. ``interval``: seconds of a window to count in; 0: none."""

    since: float | None = None
    until: float | None = None
    interval: float = 0.0
    top: int = 10
    samples: int = 0
    rolling: frozenset[str] = frozenset()
    count_lines: bool = True

    @property
    def bounded(self) -> bool:
        return self.since is not None or self.until is not None


class Counted:
    """``untimed``: lines without a moment. They are in ``seen`` unless since or until is set. ``given_up``: the pattern took too long."""

    def __init__(self, pattern: Pattern, settings: Settings) -> None:
        self.pattern = pattern
        self._settings = settings
        self.seen = 0
        self.untimed = 0
        self.given_up = False
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.kinds = sketches.Kinds(MOST_KINDS)
        self.values = {name: sketches.Kinds(MOST_KINDS) for name in pattern.counts}
        self.numbers = {name: sketches.Numbers() for name in (*pattern.numbers, *pattern.durations)}
        self.unread = dict.fromkeys(self.numbers, 0)
        self.moments = sketches.Moments(FINEST, MOST_MOMENTS) if pattern.name in settings.rolling else None
        self.windows = sketches.Moments(settings.interval, MOST_WINDOWS) if settings.interval else None
        self._samples: collections.deque[tuple[float | None, str]] = collections.deque(maxlen=settings.samples)

    @property
    def bounded(self) -> bool:
        return self._settings.bounded

    def note(self, at: float | None, kind: str) -> None:
        """A line of which nothing is captured or kept."""
        self.seen += 1
        if at is not None:
            self.first_at = at if self.first_at is None or at < self.first_at else self.first_at
            self.last_at = at if self.last_at is None or at > self.last_at else self.last_at
            for moments in (self.moments, self.windows):
                if moments is not None:
                    moments.add(at)
        if kind:
            self.kinds.add(kind, at)

    def add(self, match: re.Match[str], text: str, at: float | None, kind: str, fingerprints: Fingerprints) -> None:
        self.note(at, kind)
        for name, values in self.values.items():
            value = match[name]
            if value is not None:
                values.add(value if _SHORT_NUMBER.fullmatch(value) else fingerprints.of(value))
        for name, numbers in self.numbers.items():
            if match[name] is None:
                continue
            of_length = name in self.pattern.durations
            number = sketches.seconds(match[name], self.pattern.unit) if of_length else sketches.number(match[name])
            if number is None:
                self.unread[name] += 1
            else:
                numbers.add(number)
        if self._settings.samples:
            self._samples.append((at, text[:LONGEST_SAMPLE]))

    def as_dict(self, complete: bool) -> dict[str, t.Any]:
        """``count`` is null where it is not known: a number would be taken for all that there was."""
        known = complete and not self.given_up and not (self._settings.bounded and self.untimed)
        return {
            "name": self.pattern.name,
            "pack": self.pattern.pack or None,
            "count": self.seen if known else None,
            "seen": self.seen,
            "untimed": self.untimed,
            "given_up": self.given_up,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "top": [
                {"fingerprint": kind, "count": count, "first_at": first, "last_at": last} for kind, count, first, last in self.kinds.top(self._settings.top)
            ],
            "top_missed": self.kinds.missed,
            "windows": [{"at": at, "count": count} for at, count in self.windows.slots()] if self.windows else [],
            "window_seconds": self.windows.seconds if self.windows else None,
            "fields": {name: _values(values) for name, values in self.values.items()},
            "numbers": {name: _numbers(self.numbers[name], self.unread[name]) for name in self.pattern.numbers},
            "durations": {name: _numbers(self.numbers[name], self.unread[name]) for name in self.pattern.durations},
            "samples": [{"at": at, "text": masked(text)} for at, text in self._samples],
        }


def _values(values: sketches.Kinds) -> dict[str, t.Any]:
    shown = [{"value": kind, "count": count} for kind, count, _first, _last in values.top(SHOWN_VALUES)]
    return {"values": shown, "more": max(0, len(values) - SHOWN_VALUES), "missed": values.missed}


def _numbers(numbers: sketches.Numbers, unread: int) -> dict[str, t.Any]:
    some = numbers.count > 0
    return {
        "count": numbers.count,
        "unread": unread,
        "sum": numbers.total,
        "min": numbers.least if some else None,
        "max": numbers.most if some else None,
        **{f"p{percent}": numbers.percentile(percent) for percent in PERCENTILES},
    }

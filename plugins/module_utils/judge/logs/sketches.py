# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Counts of things that never end, in memory that does not grow: moments, kinds of line, and numbers. Each tells how exact it is."""

from __future__ import annotations

import bisect
import itertools
import math
import re
import typing as t

# Numbers are kept so exactly, relative to themselves.
ERROR = 0.01
_GROWTH = math.log((1 + ERROR) / (1 - ERROR))
_TINY, _HUGE = 1e-9, 1e15
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?|[-+]?\.\d+")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*)", re.IGNORECASE)
UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


class Moments:
    """How many fell into each slot of time. When there are too many slots, each becomes as wide as two."""

    def __init__(self, seconds: float, most: int) -> None:
        self.seconds = seconds
        self._finest = seconds
        self._most = most
        self._counts: dict[int, int] = {}

    @property
    def is_coarse(self) -> bool:
        return self.seconds > self._finest

    def add(self, at: float) -> None:
        # Slots of less than a second are counted in whole milliseconds first: a float would fall to either side of its edge.
        slot = round(at * 1000) * 1000 // round(self.seconds * 1_000_000)
        self._counts[slot] = self._counts.get(slot, 0) + 1
        while len(self._counts) > self._most:
            self.seconds *= 2
            merged: dict[int, int] = {}
            for key, count in self._counts.items():
                merged[key // 2] = merged.get(key // 2, 0) + count
            self._counts = merged

    def slots(self) -> list[tuple[float, int]]:
        return [(slot * self.seconds, count) for slot, count in sorted(self._counts.items())]

    def peak(self, within: float, wide: bool = False) -> tuple[int, float | None]:
        """The most within a window of that length wherever it begins, and where it begins; moments exactly so far apart are not in one window.

        Where slots are too wide to tell exactly it is at least so many, and with ``wide`` at most.
        """
        best, begins, total, first = 0, None, 0, 0
        slots = sorted(self._counts.items())
        exactly = within / self.seconds
        width = max(1, math.floor(exactly + 1e-9))
        if self.is_coarse and wide:
            width = math.ceil(exactly - 1e-9) + 1
        for slot, count in slots:
            total += count
            while slots[first][0] <= slot - width:
                total -= slots[first][1]
                first += 1
            if total > best:
                best, begins = total, slots[first][0] * self.seconds
        return best, begins


class Kinds:
    """The most frequent of many kinds. Each count is at most ``missed`` too low, and no kind that came more often than that is missing."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: dict[str, list[t.Any]] = {}
        self.missed = 0

    def add(self, kind: str, at: float | None = None) -> None:
        entry = self._counts.get(kind)
        if entry is None:
            entry = self._counts[kind] = [0, at, at]
            if len(self._counts) > 2 * self._most:
                self._shrink()
        entry[0] += 1
        if at is not None:
            entry[1] = at if entry[1] is None or at < entry[1] else entry[1]
            entry[2] = at if entry[2] is None or at > entry[2] else entry[2]

    def _shrink(self) -> None:
        """Take from every count what the first of those that have to go has: each unit of it stands for ``most`` others."""
        less = sorted((entry[0] for entry in self._counts.values()), reverse=True)[self._most]
        self.missed += less
        self._counts = {kind: [entry[0] - less, *entry[1:]] for kind, entry in self._counts.items() if entry[0] > less}

    def __len__(self) -> int:
        return len(self._counts)

    def top(self, most: int) -> list[tuple[str, int, float | None, float | None]]:
        first = sorted(self._counts.items(), key=lambda pair: (-pair[1][0], pair[0]))[:most]
        return [(kind, *entry) for kind, entry in first]


class Numbers:
    """Count, sum, smallest and largest exactly; every percentile within ``ERROR`` of a number that was there."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.least = math.inf
        self.most = -math.inf
        self._slots: dict[int, int] = {}

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.least, self.most = min(self.least, value), max(self.most, value)
        slot = 0
        if abs(value) >= _TINY:
            slot = math.ceil((math.log(min(abs(value), _HUGE)) - math.log(_TINY)) / _GROWTH) + 1
        slot = -slot if value < 0 else slot
        self._slots[slot] = self._slots.get(slot, 0) + 1

    def percentile(self, percent: float) -> float | None:
        """The number that so many per cent of all do not exceed; None of nothing."""
        if not self.count:
            return None
        slots = sorted(self._slots)
        ranks = list(itertools.accumulate(self._slots[slot] for slot in slots))
        slot = slots[bisect.bisect_left(ranks, max(1, math.ceil(self.count * percent / 100 - 1e-9)))]
        size = 0.0 if slot == 0 else math.exp((abs(slot) - 1) * _GROWTH + math.log(_TINY)) * (1 - ERROR)
        return min(max(-size if slot < 0 else size, self.least), self.most)


def number(text: str) -> float | None:
    """The number with which a text begins, ``1,234.5`` too; None when it begins with none."""
    found = _NUMBER.match(text.strip()[:40])
    return float(found.group().replace(",", "")) if found else None


def seconds(text: str, unit: str) -> float | None:
    """A length of time such as ``120``, ``120ms`` or ``1.5 s``, in seconds; ``unit`` is that of a bare number."""
    found = _LENGTH.fullmatch(text.strip()[:40])
    factor = UNITS.get((found[2] or unit).lower()) if found else None
    return float(found[1]) * factor if found and factor is not None else None

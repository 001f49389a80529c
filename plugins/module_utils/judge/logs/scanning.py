# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Looks lines through for patterns and keeps counts of what it finds, in memory that does not grow. Pure: it is handed lines, and reads nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.anonymous import Fingerprints
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.blocks import LONGEST_LINE, Sieve
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.counts import Counted, Settings
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.moments import Times
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Compiled

# At the beginning of a source so many lines are looked at for its first moment.
FIRST_LINES = 200
# Bounds what runs inside it; raises TimeoutError.
Limit = t.Callable[[], contextlib.AbstractContextManager[None]]


@dataclasses.dataclass
class Span:
    """Of one source: its lines, and the moments of its first and last line that has one."""

    silent: bool = True
    lines: int = 0
    long: int = 0
    first_at: float | None = None
    last_at: float | None = None


class Scan:
    """``begin`` a source, then ``block`` or ``given`` as often as needed. ``counted`` has a result for every pattern."""

    def __init__(self, patterns: t.Sequence[Compiled], times: Times, settings: Settings, limit: Limit = contextlib.nullcontext) -> None:
        self._patterns = patterns
        self._times = times
        self._limit = limit
        self._settings = settings
        self._fingerprints = Fingerprints()
        self.counted = [Counted(pattern.pattern, settings) for pattern in patterns]
        self._dropped = 0
        self._numbers: dict[int, tuple[int, ...]] = {}
        # The patterns whose lines need not be read: a bit for each.
        self._bare = 0 if settings.samples else sum(1 << number for number, pattern in enumerate(patterns) if pattern.bare is not None)
        self._trying = 0
        self._arrange()
        self.begin()

    def begin(self) -> Span:
        self._span = Span()
        self._carried: float | None = None
        return self._span

    def block(self, block: bytes) -> None:
        """Whole lines, as they stand in the source."""
        span = self._span
        span.silent = False
        if self._settings.count_lines:
            span.lines += block.count(b"\n") + (not block.endswith(b"\n"))
        lines, long = self._sieve.lines(block)
        span.long += long
        if self._times.known and span.first_at is None:
            span.first_at = self._first(block)
        if self._bare:
            lines = self._count_bare(block, lines)
        texts = ((block[start:end].decode("utf-8", "replace"), bits, start) for start, end, bits in lines)
        known_at, known = -1, self._carried
        for number, match, text, start in self._matches(texts):
            if start != known_at:
                known_at, known = start, self._moment(block, start, known_at, known)
            self._count(number, match, text, known)
        if self._times.known:
            last = block.rfind(b"\n", 0, len(block) - 1) + 1
            self._carried = span.last_at = self._moment(block, last, known_at, known)

    def _count_bare(self, block: bytes, lines: t.Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Count what need not be read, and return what is left. Of a line that was cut it is not known in which part the text stands."""
        left = []
        known_at, known = -1, self._carried
        for start, end, bits in lines:
            bare = bits & self._bare if end - start < LONGEST_LINE else 0
            if bits != bare:
                left.append((start, end, bits & ~bare))
            if bare:
                known_at, known = start, self._moment(block, start, known_at, known)
                line = block[start:end]
                kind = self._fingerprints.of_line(line) if self._settings.top else ""
                for number in self._bits(bare):
                    text = self._patterns[number].bare
                    if text is not None and text in line and self._within(number, known):
                        self.counted[number].note(known, kind)
        return left

    def given(self, lines: t.Sequence[tuple[str, float | None]]) -> None:
        """Lines that come with their moments."""
        span = self._span
        every = (1 << len(self._patterns)) - 1
        moments: list[float | None] = []
        for _text, at in lines:
            self._carried = self._carried if at is None else at
            moments.append(self._carried)
        span.lines += len(lines)
        span.silent = span.silent and not lines
        timed = [at for at in moments if at is not None]
        if timed:
            span.first_at = timed[0] if span.first_at is None else span.first_at
            span.last_at = timed[-1]
        for number, match, text, index in self._matches((text, every, index) for index, (text, _at) in enumerate(lines)):
            self._count(number, match, text, moments[index])

    def _arrange(self) -> None:
        self._sieve = Sieve([pattern if not self._dropped >> number & 1 else _nothing(pattern) for number, pattern in enumerate(self._patterns)])
        self._numbers.clear()

    def _matches(self, lines: t.Iterable[tuple[str, int, int]]) -> list[tuple[int, re.Match[str], str, int]]:
        """Every pattern in every line. One that takes too long is given up, and what it had found here is forgotten."""
        held = list(lines)
        while True:
            found = []
            try:
                with self._limit():
                    for text, bits, place in held:
                        for number in self._bits(bits):
                            self._trying = number
                            pattern = self._patterns[number]
                            match = pattern.regex.search(text)
                            if match is not None and (pattern.unless is None or pattern.unless.search(text) is None):
                                found.append((number, match, text, place))
                return found
            except TimeoutError:
                self._dropped |= 1 << self._trying
                self.counted[self._trying].given_up = True
                self._arrange()

    def _bits(self, bits: int) -> tuple[int, ...]:
        numbers = self._numbers.get(bits)
        if numbers is None:
            numbers = self._numbers[bits] = tuple(number for number in range(len(self._patterns)) if (bits & ~self._dropped) >> number & 1)
        return numbers

    def _moment(self, block: bytes, start: int, known_at: int, known: float | None) -> float | None:
        """When a line was written. One without a moment belongs to the line before it; at ``known_at`` it is ``known``, before the block ``_carried``."""
        if not self._times.known:
            return None
        while start != known_at:
            at = self._times.of(block, start)
            if at is not None:
                return at
            if start == 0:
                return self._carried
            start = block.rfind(b"\n", 0, start - 1) + 1
        return known

    def _first(self, block: bytes) -> float | None:
        start = 0
        for _line in range(FIRST_LINES):
            at = self._times.of(block, start)
            start = block.find(b"\n", start) + 1
            if at is not None or not start:
                return at
        return None

    def _within(self, number: int, at: float | None) -> bool:
        """Whether a line of this moment counts."""
        settings = self._settings
        if at is None:
            self.counted[number].untimed += 1
            return not settings.bounded
        return (settings.since is None or at >= settings.since) and (settings.until is None or at < settings.until)

    def _count(self, number: int, match: re.Match[str], text: str, at: float | None) -> None:
        if not self._within(number, at):
            return
        kind, counted = "", self.counted[number]
        if self._settings.top:
            group = counted.pattern.kind
            kind = self._fingerprints.of((match[group] if group else text) or text)
        counted.add(match, text, at, kind, self._fingerprints)


def _nothing(pattern: Compiled) -> Compiled:
    return dataclasses.replace(pattern, texts=frozenset(), near=None)


def split(text: str) -> list[str]:
    """A handed-in text as the lines that it has."""
    return list(itertools.islice((line for line in text.split("\n") if line.strip()), 1000)) or [""]

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whole lines out of a stream of pieces, and those of them that may fit. Lines are looked for around what was found, not one by one."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Compiled

# So much of a line is looked at, and so much of a stream at once.
LONGEST_LINE = 64 * 1024
BLOCK = 256 * 1024


class Blocks:
    """Iterates over blocks of whole lines. ``cut`` counts the lines that were too long to be kept whole."""

    def __init__(self, pieces: t.Iterable[bytes]) -> None:
        self._pieces = pieces
        self.cut = 0
        self.bytes = 0

    def __iter__(self) -> t.Iterator[bytes]:
        rest = b""
        skips = False
        for piece in self._pieces:
            self.bytes += len(piece)
            if skips:
                # The rest of a line of which enough is kept.
                end = piece.find(b"\n")
                if end < 0:
                    continue
                piece, skips = piece[end:], False
            end = piece.rfind(b"\n")
            if end >= 0:
                yield rest + piece[: end + 1]
                rest = piece[end + 1 :]
            else:
                rest += piece
            if len(rest) > LONGEST_LINE:
                rest, skips = rest[:LONGEST_LINE], True
                self.cut += 1
        if rest:
            yield rest


class Sieve:
    """The lines of a block that may fit, each with the patterns that have to be tried (a bit for each)."""

    def __init__(self, patterns: t.Sequence[Compiled]) -> None:
        self._every = 0
        self._texts: dict[bool, dict[bytes, int]] = {False: {}, True: {}}
        for number, pattern in enumerate(patterns):
            if pattern.texts is None:
                self._every |= 1 << number
            for text in pattern.texts or ():
                texts = self._texts[pattern.folds]
                texts[text] = texts.get(text, 0) | 1 << number
        for folds, texts in self._texts.items():
            self._texts[folds] = _fewest(texts)

    def lines(self, block: bytes) -> tuple[list[tuple[int, int, int]], int]:
        """``(start, end, patterns)`` in order, and how many of these lines have more than is looked at."""
        found: dict[int, tuple[int, int]] = {}
        for folds, texts in self._texts.items():
            hay = block.lower() if folds and texts else block
            for text, bits in texts.items():
                _look(hay, text, bits, found)
        if self._every:
            start = 0
            for line in block.removesuffix(b"\n").split(b"\n"):
                end = start + len(line)
                found[start] = (end, found.get(start, (0, 0))[1] | self._every)
                start = end + 1
        long = 0
        lines = []
        for start, (end, bits) in sorted(found.items()):
            if end - start > LONGEST_LINE:
                long += 1
                end = start + LONGEST_LINE
            elif block.endswith(b"\r", start, end):
                end -= 1
            lines.append((start, end, bits))
        return lines, long


def _look(hay: bytes, text: bytes, bits: int, found: dict[int, tuple[int, int]]) -> None:
    find, at = hay.find, hay.find(text)
    while at >= 0:
        start = hay.rfind(b"\n", 0, at) + 1
        end = find(b"\n", at)
        if end < 0:
            end = len(hay)
        known = found.get(start)
        found[start] = (end, bits if known is None else known[1] | bits)
        at = find(text, end)


def _fewest(texts: dict[bytes, int]) -> dict[bytes, int]:
    """A text that holds another is found with it, which spares a search."""
    kept: dict[bytes, int] = {}
    for text in sorted(texts, key=len):
        within = next((shorter for shorter in kept if shorter in text), text)
        kept[within] = kept.get(within, 0) | texts[text]
    return kept

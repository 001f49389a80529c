# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whole lines out of a stream of pieces, and those of them that may fit. Lines are looked for around what was found, not one by one."""

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Compiled

# So much of a line is looked at, and so much of a stream at once.
LONGEST_LINE = 64 * 1024
MOST_MISSES = 100
# From so many texts on it is faster to ask what kind of line each one is. So many bytes of kinds are remembered.
FEW, MOST_HELD = 5, 4 * 1024 * 1024
_DIGIT = re.compile(rb"\d")
# Small letters, and 0 for every digit.
_KINDS = bytes(48 if 48 <= byte <= 57 else byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))


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
                yield b"".join((rest, memoryview(piece)[: end + 1]))
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
        self._near: list[tuple[re.Pattern[bytes], int]] = []
        for number, pattern in enumerate(patterns):
            if pattern.near is not None:
                self._near.append((pattern.near, 1 << number))
                continue
            if pattern.texts is None:
                self._every |= 1 << number
            for text in pattern.texts or ():
                texts = self._texts[pattern.folds]
                texts[text] = texts.get(text, 0) | 1 << number
        # A text with a digit is searched for as it is: as a kind, 429 would be any number.
        together: dict[bytes, int] = {}
        if sum(map(len, self._texts.values())) > FEW:
            for texts in self._texts.values():
                for text in [text for text in texts if not _DIGIT.search(text)]:
                    kind = text.translate(_KINDS)
                    together[kind] = together.get(kind, 0) | texts.pop(text)
        self._together = _fewest(together)
        self._texts = {folds: _fewest(texts) for folds, texts in self._texts.items()}
        self._known: dict[bytes, int] = {}
        self._held = 0

    def lines(self, block: bytes) -> tuple[list[tuple[int, int, int]], int]:
        """``(start, end, patterns)`` in order, and how many of these lines have more than is looked at."""
        found: dict[int, tuple[int, int]] = {}
        if self._together:
            self._look_by_kinds(block, found)
        for folds, texts in self._texts.items():
            hay = block.lower() if folds and texts else block
            for text, bits in texts.items():
                _look(hay, text, bits, found)
        for near, bits in self._near:
            for match in near.finditer(block):
                start = block.rfind(b"\n", 0, match.start()) + 1
                end = block.find(b"\n", match.start())
                known = found.get(start, (end if end >= 0 else len(block), 0))
                found[start] = (known[0], known[1] | bits)
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

    def _look_by_kinds(self, block: bytes, found: dict[int, tuple[int, int]]) -> None:
        """Many texts would be many searches. Most lines are like an earlier one but for digits and capitals, and of that one it is known what it holds."""
        kinds = block.translate(_KINDS).split(b"\n")
        known = self._known
        if self._held > MOST_HELD:
            known.clear()
            self._held = 0
        for kind in {kind for kind in kinds if kind not in known}:
            bits = 0
            for text, of_text in self._together.items():
                if text in kind:
                    bits |= of_text
            known[kind] = bits
            # Beside its bytes, a line takes about so much in a dictionary.
            self._held += len(kind) + 150
        bits_of = [known[kind] for kind in kinds]
        if any(bits_of):
            ends = itertools.accumulate(kinds, lambda end, kind: end + 1 + len(kind), initial=-1)
            next(ends)
            for end, kind, bits in zip(ends, kinds, bits_of, strict=True):
                if bits:
                    found[end - len(kind)] = (end, bits)


def _look(hay: bytes, text: bytes, bits: int, found: dict[int, tuple[int, int]]) -> None:
    for start, end in _rare(hay, text) if text[-1] >= 0x80 else _lines_with(hay, text, 0):
        known = found.get(start)
        found[start] = (end, bits if known is None else known[1] | bits)


def _lines_with(hay: bytes, text: bytes, at: int) -> t.Iterator[tuple[int, int]]:
    """Begin and end of every line in which the text is."""
    find, rfind, last = hay.find, hay.rfind, len(hay)
    at = find(text, at)
    while at >= 0:
        end = find(b"\n", at)
        yield rfind(b"\n", 0, at) + 1, end if end >= 0 else last
        at = find(text, end) if end >= 0 else -1


def _rare(hay: bytes, text: bytes) -> t.Iterator[tuple[int, int]]:
    """The same of a text that ends with a sign such as a cross: few lines have its last byte, and one byte is found much faster than a text."""
    find, rfind, startswith = hay.find, hay.rfind, hay.startswith
    last, before, misses = text[-1:], len(text) - 1, 0
    at = find(last)
    while at >= 0:
        begins = at - before
        if begins >= 0 and startswith(text, begins):
            start, end = rfind(b"\n", 0, begins) + 1, find(b"\n", at)
            if end < 0:
                yield start, len(hay)
                return
            yield start, end
            at = find(last, end)
            continue
        misses += 1
        if misses > MOST_MISSES:
            # It is no rare byte here, as in a language that is written with it.
            yield from _lines_with(hay, text, max(0, begins))
            return
        at = find(last, at + 1)


def _fewest(texts: dict[bytes, int]) -> dict[bytes, int]:
    """A text that holds another is found with it, which spares a search."""
    kept: dict[bytes, int] = {}
    for text in sorted(texts, key=len):
        within = next((shorter for shorter in kept if shorter in text), text)
        kept[within] = kept.get(within, 0) | texts[text]
    return kept

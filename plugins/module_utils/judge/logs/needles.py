# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Texts of which one must stand in every line that a pattern fits, so that the other lines need not be looked at.

Read from Python's own tree of the pattern, which is private to it: this file alone knows of it. A Python without that tree, or with another one, and
whatever is not known in it, give no text. The pattern is then tried on every line: slower, and never wrong.
"""

from __future__ import annotations

import importlib
import re
import typing as t

# A shorter text would be found in nearly every line, and many are no shorter way.
SHORTEST, MOST = 3, 24
Texts = t.Optional[frozenset[str]]  # noqa: UP045


def of(pattern: str, flags: int) -> tuple[frozenset[bytes], bool] | None:
    """The texts, and whether upper and lower case count as one; None when there are none."""
    try:
        parser: t.Any = importlib.import_module("re._parser")
        tree = parser.parse(pattern, flags)
        # Of any part: what is looked for in small letters is found in all of them.
        folds = bool(tree.state.flags & re.IGNORECASE) or bool(re.search(r"\(\?[a-zA-Z]*i", pattern))
        texts = _required(tree)
    except (ImportError, AttributeError, LookupError, TypeError, ValueError, RecursionError, re.error):
        return None
    if texts is None or len(texts) > MOST:
        return None
    try:
        encoded = frozenset((_lower(text) if folds else text).encode() for text in texts)
    except UnicodeEncodeError:
        return None
    # A replaced byte of the line reads as U+FFFD, which is not what stands in the file.
    if any(len(text) < SHORTEST or b"\n" in text or b"\r" in text or b"\xef\xbf\xbd" in text for text in encoded):
        return None
    return encoded, folds


def _lower(text: str) -> str:
    """As ``bytes.lower`` does: letters of ASCII alone."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def _required(tree: t.Any) -> Texts:
    """Of a sequence, its best part: the one whose shortest text is the longest."""
    best: Texts = None
    run = ""
    for operation, argument in [*tree, ("END", None)]:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument)
            continue
        best = _better(best, frozenset({run}) if run else None)
        run = ""
        best = _better(best, _of_part(name, argument))
    return best


def _of_part(name: str, argument: t.Any) -> Texts:
    if name == "SUBPATTERN":
        return _required(argument[-1])
    if name == "ATOMIC_GROUP":
        return _required(argument)
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _required(argument[2]) if argument[0] > 0 else None
    if name == "ASSERT":
        return _required(argument[1])
    if name == "BRANCH":
        each = [_required(branch) for branch in argument[1]]
        return None if any(texts is None for texts in each) else frozenset().union(*(texts for texts in each if texts is not None))
    return None


def _better(one: Texts, other: Texts) -> Texts:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=lambda texts: (min(map(len, texts)), -len(texts)))

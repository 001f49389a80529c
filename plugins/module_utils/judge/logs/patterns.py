# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is looked for: a pattern, and what is measured in the lines that it fits."""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import needles, sketches

LONGEST = 2000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")


@dataclasses.dataclass(frozen=True)
class Pattern:
    """``unless``: lines that this fits too do not count. ``kind``: the group that tells kinds of lines apart, instead of the whole line.
    ``counts``, ``numbers`` and ``durations`` name groups; ``unit`` is that of a bare duration."""

    name: str
    regex: str
    ignore_case: bool = False
    unless: str = ""
    kind: str = ""
    counts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    durations: tuple[str, ...] = ()
    unit: str = "ms"
    pack: str = ""
    # Of a pattern without a text of its own: an expression for a few bytes, that fits somewhere in every line that the pattern fits.
    near: str = ""


@dataclasses.dataclass(frozen=True)
class Compiled:
    """``texts``: one of them stands in every line that fits, in small letters when ``folds``; None when every line has to be tried.
    ``bare``: the pattern is this mere text; where it stands nothing is left to be tried or captured."""

    pattern: Pattern
    regex: re.Pattern[str]
    unless: re.Pattern[str] | None
    texts: frozenset[bytes] | None
    folds: bool
    near: re.Pattern[bytes] | None = None
    bare: bytes | None = None


def compiled(pattern: Pattern) -> Compiled:
    """A ValueError says what is wrong with it, for people."""
    if not _NAME.fullmatch(pattern.name):
        raise ValueError(f"the name {pattern.name[:80]!r} is not of small letters, digits and underscores")
    if pattern.unit not in sketches.UNITS:
        raise ValueError(f"{pattern.name}: {pattern.unit[:20]!r} is no unit of time")
    # Letters of ASCII alone: (?i) then means the same for what is searched beforehand and for the pattern.
    flags = re.ASCII | (re.IGNORECASE if pattern.ignore_case else 0)
    regex = _regex(pattern.name, pattern.regex, flags)
    wanted = {*pattern.counts, *pattern.numbers, *pattern.durations, *([pattern.kind] if pattern.kind else [])}
    missing = sorted(wanted - set(regex.groupindex))
    if missing:
        raise ValueError(f"{pattern.name}: its expression has no group named {missing[0]!r}")
    found = needles.of(pattern.regex, flags)
    texts, folds = found or (None, False)
    near = re.compile(pattern.near.encode()) if pattern.near else None
    unless = _regex(pattern.name, pattern.unless, flags) if pattern.unless else None
    text = pattern.regex.encode("utf-8", "replace")
    mere = re.escape(pattern.regex) == pattern.regex and texts == frozenset({text}) and not (folds or wanted or unless)
    return Compiled(pattern, regex, unless, texts, folds, near, text if mere else None)


def _regex(name: str, text: str, flags: int) -> re.Pattern[str]:
    if not text or len(text) > LONGEST:
        raise ValueError(f"{name}: an expression has 1 to {LONGEST} characters")
    try:
        regex = re.compile(text, flags)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name}: {text[:80]!r} is no regular expression ({str(error)[:120]})") from error
    if regex.search("") is not None:
        raise ValueError(f"{name}: {text[:80]!r} fits an empty line, so it fits every line")
    return regex

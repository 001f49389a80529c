# SPDX-License-Identifier: GPL-3.0-or-later
"""The search syntax of lists: ``tag:'gold member' AND (status:open OR -test:true) updated_at:>='2026-11-20T08:00:00Z'``."""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime

from .state import Json

WORD = re.compile(
    r"\s*(?:(?P<bracket>[()])|(?P<minus>-)(?=[\w(])"
    r"|(?:(?P<field>\w+):(?P<sign>>=|<=|>|<)?)?(?:'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|(?P<bare>[^\s'\"()]+)))"
)
# What holds for a field: a function of the item and the value; for moments a function that gives the item's.
Match = t.Callable[[t.Any, str], bool]
Moment = t.Callable[[t.Any], float]
Holds = t.Callable[[t.Any], bool]


class _Reader:
    """One search, read from left to right."""

    def __init__(self, query: str, matches: t.Mapping[str, Match], moments: t.Mapping[str, Moment]) -> None:
        self._words = [found for found in WORD.finditer(query) if found[0].strip()]
        self._at = 0
        self._matches, self._moments = matches, moments
        self.warnings: list[Json] = []

    def whole(self) -> Holds:
        parts = []
        while self._next() is not None:
            parts.append(self._either())
            # A bracket that nobody opened.
            self._at += self._is("bracket", ")")
        return lambda item: all(part(item) for part in parts)

    def _next(self) -> re.Match[str] | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _is(self, kind: str, text: str) -> bool:
        word = self._next()
        return word is not None and word[kind] == text and (kind != "bare" or word["field"] is None)

    def _took(self, kind: str, text: str) -> bool:
        taken = self._is(kind, text)
        self._at += taken
        return taken

    def _either(self) -> Holds:
        parts = [self._all()]
        while self._took("bare", "OR"):
            parts.append(self._all())
        return lambda item: any(part(item) for part in parts)

    def _all(self) -> Holds:
        parts = []
        while self._next() is not None and not self._is("bracket", ")") and not self._is("bare", "OR"):
            if not self._took("bare", "AND"):
                parts.append(self._one())
        return lambda item: all(part(item) for part in parts)

    def _one(self) -> Holds:
        if self._took("minus", "-") or self._took("bare", "NOT"):
            inner = self._one() if self._next() is not None else None
            return (lambda item: not inner(item)) if inner else _always
        if self._took("bracket", "("):
            within = self._either()
            self._took("bracket", ")")
            return within
        word = t.cast("re.Match[str]", self._next())
        self._at += 1
        return self._term(word)

    def _term(self, word: re.Match[str]) -> Holds:
        field, sign = word["field"], word["sign"] or ""
        value = next(word[kind] for kind in ("single", "double", "bare", "bracket") if word[kind] is not None)
        if word["bare"] is None:
            value = re.sub(r"\\(.)", r"\1", value)
        if field in self._moments:
            of, wanted = self._moments[field], _moment(value)
            if wanted is None:
                self.warnings.append({"field": field, "message": f"Input `{value}` is not an accepted date."})
                return _always
            moment = wanted
            return lambda item: _holds(of(item), sign, moment)
        if field in self._matches:
            match = self._matches[field]
            return lambda item: match(item, value)
        if field is not None:
            self.warnings.append({"field": field, "message": "Invalid search field for this query."})
        return _always


def _always(_item: t.Any) -> bool:
    return True


def chosen(items: t.Iterable[t.Any], query: str | None, matches: t.Mapping[str, Match], moments: t.Mapping[str, Moment]) -> tuple[list[t.Any], list[Json]]:
    """The items that fit, and warnings."""
    fits, warnings = search(query, matches, moments)
    return list(filter(fits, items)), warnings


def search(query: str | None, matches: t.Mapping[str, Match], moments: t.Mapping[str, Moment]) -> tuple[Holds, list[Json]]:
    """What tells whether an item fits, and warnings: a field that nobody knows is left out of the search, as the vendor does it."""
    reader = _Reader(query or "", matches, moments)
    holds = reader.whole()
    return holds, reader.warnings


def _moment(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _holds(mine: float, sign: str, wanted: float) -> bool:
    return {">=": mine >= wanted, "<=": mine <= wanted, ">": mine > wanted, "<": mine < wanted, "": int(mine) == int(wanted)}[sign]

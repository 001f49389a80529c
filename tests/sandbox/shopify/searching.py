# SPDX-License-Identifier: GPL-3.0-or-later
"""The search syntax of lists, as far as terms that must all hold: ``tag:'gold member' AND updated_at:>='2026-11-20T08:00:00Z'``."""

from __future__ import annotations

import functools
import re
import typing as t
from datetime import UTC, datetime

from .state import Json

TERM = re.compile(r"(?P<field>\w+):(?P<sign>>=|<=|>|<)?(?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s']+))")
# What holds for a field: a function of the item and the value; for moments a function that gives the item's.
Match = t.Callable[[t.Any, str], bool]
Moment = t.Callable[[t.Any], float]


def chosen(items: t.Iterable[t.Any], query: str | None, matches: t.Mapping[str, Match], moments: t.Mapping[str, Moment]) -> tuple[list[t.Any], list[Json]]:
    """The items that fit, and warnings."""
    fits, warnings = search(query, matches, moments)
    return list(filter(fits, items)), warnings


def search(query: str | None, matches: t.Mapping[str, Match], moments: t.Mapping[str, Moment]) -> tuple[t.Callable[[t.Any], bool], list[Json]]:
    """What tells whether an item fits, and warnings: a field that nobody knows is left out of the search, as the vendor does it."""
    terms: list[t.Callable[[t.Any], bool]] = []
    warnings: list[Json] = []
    for term in TERM.finditer(query or ""):
        value = re.sub(r"\\(.)", r"\1", term["quoted"]) if term["quoted"] is not None else term["bare"]
        if term["field"] in moments:
            terms.append(functools.partial(_in_time, moments[term["field"]], term["sign"] or "", _moment(value)))
        elif term["field"] in matches:
            terms.append(functools.partial(_matching, matches[term["field"]], value))
        else:
            warnings.append({"field": term["field"], "message": "Invalid search field for this query."})
    return lambda item: all(term(item) for term in terms), warnings


def _in_time(of: Moment, sign: str, wanted: float, item: t.Any) -> bool:
    return _holds(of(item), sign, wanted)


def _matching(match: Match, value: str, item: t.Any) -> bool:
    return match(item, value)


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _holds(mine: float, sign: str, wanted: float) -> bool:
    return {">=": mine >= wanted, "<=": mine <= wanted, ">": mine > wanted, "<": mine < wanted, "": int(mine) == int(wanted)}[sign]

# SPDX-License-Identifier: GPL-3.0-or-later
"""The search syntax of lists, as far as terms that must all hold: ``tag:'gold member' AND updated_at:>='2026-11-20T08:00:00Z'``."""

from __future__ import annotations

import re
import typing as t
from datetime import UTC, datetime

from .state import Json

TERM = re.compile(r"(?P<field>\w+):(?P<sign>>=|<=|>|<)?(?:'(?P<quoted>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s']+))")
# What holds for a field: a function of the item and the value; for moments a function that gives the item's.
Match = t.Callable[[t.Any, str], bool]
Moment = t.Callable[[t.Any], float]


def chosen(items: t.Iterable[t.Any], query: str | None, matches: t.Mapping[str, Match], moments: t.Mapping[str, Moment]) -> tuple[list[t.Any], list[Json]]:
    """The items that fit, and warnings: a field that nobody knows is left out of the search, as the vendor does it."""
    found, warnings = list(items), []
    for term in TERM.finditer(query or ""):
        field, sign = term["field"], term["sign"] or ""
        value = re.sub(r"\\(.)", r"\1", term["quoted"]) if term["quoted"] is not None else term["bare"]
        if field in moments:
            of, wanted = moments[field], _moment(value)
            found = [item for item in found if _holds(of(item), sign, wanted)]
        elif field in matches:
            found = [item for item in found if matches[field](item, value)]
        else:
            warnings.append({"field": field, "message": "Invalid search field for this query."})
    return found, warnings


def _moment(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _holds(mine: float, sign: str, wanted: float) -> bool:
    return {">=": mine >= wanted, "<=": mine <= wanted, ">": mine > wanted, "<": mine < wanted, "": int(mine) == int(wanted)}[sign]

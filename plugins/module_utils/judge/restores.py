# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Is what is there now what a set holds, which set is meant, and was the drill good enough? Pure: no I/O, no clock.

``part`` is a part's row of a manifest, ``told`` what was found where it is put (the same terms: counts, hashes, schema, watermark, names).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.databases import span

Facts = t.Mapping[str, t.Any]
# Made so that a restore can be taken back: never what somebody means who says latest.
SAFETY = "pre_restore"
MOST_NAMED = 4
# Kinds whose tables are always told.
COUNTED = ("convex", "postgres", "redis")


@dataclasses.dataclass(frozen=True)
class Compared:
    """``same``: None when nothing could be compared. ``by``: ``rows`` (fingerprints of all rows), ``counts``, ``values`` (of variables) or "".

    ``rows``: of each table that differs in its count, (now, in the set). ``more``: what is there, and is not in the set.
    """

    same: bool | None
    by: str
    differences: tuple[str, ...]
    rows: t.Mapping[str, tuple[int, int]]
    more: tuple[str, ...]


def named(tables: t.Iterable[str], only: t.Sequence[str]) -> list[str]:
    """Those of the tables that are meant; all when none is named. A name without its schema means the table in any, and quotes may be left out."""
    return [name for name in tables if not only or {name, name.replace('"', ""), name.rpartition(".")[2].strip('"')} & set(only)]


def missing(part: Facts, only: t.Sequence[str]) -> list[str]:
    """The tables that were asked for, and are not in the part."""
    return [name for name in only if not named(part.get("counts") or {}, [name])]


def compare(part: Facts, told: Facts, only: t.Sequence[str] = ()) -> Compared:
    """``only``: the tables that are meant. Then schema and watermark, which are of the whole, say nothing."""
    tables = named(part.get("counts") or {}, only)
    there, hashes, found = told.get("counts") or {}, part.get("hashes") or {}, told.get("hashes") or {}
    rows = {name: (int(there.get(name, 0)), int(part["counts"][name])) for name in tables if there.get(name) != part["counts"][name]}
    different = [_counted(name, there.get(name), part["counts"][name]) for name in tables if name in rows]
    both = [name for name in tables if name in hashes and name in found]
    different += [f"{name}: other rows, {part['counts'][name]:,} of them" for name in both if name not in rows and hashes[name] != found[name]]
    named_there, named_here = told.get("names") or {}, part.get("names") or {}
    if not only:
        changed = [name for name, of in named_here.items() if named_there.get(name) != of]
        different += [f"{name}: {'another value' if name in named_there else 'not there'}" for name in changed]
        if part.get("schema") and part["schema"] != told.get("schema"):
            different.append("another structure (tables, columns, indexes or constraints)")
        mark = part.get("watermark")
        if mark and dict(told.get("watermark") or {}).get("value") != mark["value"]:
            different.append("another watermark, or none")
    more = tuple(sorted(name for name in there if not only and name not in part["counts"] and there[name]))
    # A database without rows is told by no table at all.
    by = "rows" if tables and len(both) == len(tables) else "values" if named_here and not only else ""
    by = by or ("counts" if tables or part.get("kind") in COUNTED else "")
    same = None if not by and not different else not different
    return Compared(same, by, tuple(different), rows, more)


def _counted(name: str, now: t.Any, then: int) -> str:
    return f"{name}: not there ({then:,} rows in the set)" if now is None else f"{name}: {now:,} rows, {then:,} in the set"


def few(told: t.Sequence[str], most: int = MOST_NAMED) -> str:
    """As many as a line takes, and how many more there are."""
    return "; ".join([*told[:most], *([f"and {len(told) - most} more"] if len(told) > most else [])])


def is_wanted(part: Facts, wanted: t.Sequence[str]) -> bool:
    """Whether a part is meant: by its whole name, its component, or all when none is named."""
    return not wanted or part["name"] in wanted or part["component"] in wanted


def newest(sets: t.Sequence[Facts]) -> tuple[Facts | None, str]:
    """(the newest set that is whole, why it is not simply the newest one). Sets are ``{id, at, why, complete}``, newest first."""
    meant = [one for one in sets if one["why"] != SAFETY]
    whole = next((one for one in meant if one["complete"]), None)
    if whole is None or whole is meant[0]:
        return whole, ""
    return whole, f"the newest set, {meant[0]['id']}, is not whole: the newest whole one is taken"


def place_name(set_id: str, prefix: str = "restored") -> str:
    """What a new place is called that nobody has named: fit for a database's name."""
    return f"{prefix}_{re.sub('[^a-z0-9]+', '_', set_id.lower())}"


def refused_source(source: str, target: str, is_production: bool, confirmed: str) -> str:
    """Why a set of the environment ``source`` may not go into ``target`` (both ``system/environment``); empty when it may."""
    if source == target or not is_production or confirmed in (source, source.rpartition("/")[2]):
        return ""
    return f"the set is of {source}, and {target} is production: what customers use would be replaced by what nobody uses"


def drilled(proved: t.Sequence[Facts], at: float, seconds: float, rpo: float, rto: float) -> list[Check]:
    """What a drill has measured against what was declared. ``proved``: rows of parts that came back the same.

    The recovery point is the oldest part's newest watermark, else the moment that its data are of: what was written after it is lost.
    """
    if not proved:
        return [
            check("recovery point", "", "inconclusive", "no part came back, so nothing was measured", next="See why above, and drill again"),
            check("recovery time", "", "inconclusive", "no part came back, so nothing was measured"),
        ]
    oldest = min(proved, key=_moment)
    age = max(0.0, at - _moment(oldest))
    point = "watermark" if oldest.get("watermark") else "moment"
    made = [_held("recovery point", age, rpo, f"by the {point} of {oldest['name']}", "s", "Back up more often, or declare a larger backup_rpo")]
    return [*made, _held("recovery time", seconds, rto, "until the last part was the same", "s", "Find what takes so long, or declare a larger backup_rto")]


def _moment(part: Facts) -> float:
    return float((part.get("watermark") or {}).get("at") or part["moment"])


def _held(name: str, value: float, limit: float, how: str, unit: str, step: str) -> Check:
    told = f"{span(value)} {how}, declared {span(limit)}"
    if value <= limit:
        return check(name, "", "pass", told, round(value, 3), unit, f"{limit:.0f}")
    return check(name, "", "fail", told, round(value, 3), unit, f"{limit:.0f}", next=step)

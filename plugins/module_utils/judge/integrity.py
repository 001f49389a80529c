# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Rules about data: read and refused before anything is asked, and judged by what was counted. Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import math
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.databases import span

KINDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    # kind: (what it must say, what it may say)
    "orphans": (frozenset({"table", "column", "references"}), frozenset({"created", "grace", "limit_percent", "required"})),
    "relation": (frozenset({"table", "column", "references"}), frozenset({"created", "grace", "limit_percent"})),
    "count": (frozenset({"table"}), frozenset({"min", "max", "growth_percent", "window"})),
    "sample": (frozenset({"table", "key", "must"}), frozenset({"size"})),
    "sql": (frozenset({"sql"}), frozenset({"min", "max"})),
}
# A weekly look calls more than so many of a hundred a red flag.
ORPHANS_PERCENT = 5.0
GRACE, WINDOW, SAMPLE = "24h", "7d", 20
MOST_SHOWN = 5
# Numbers, UUIDs, and the long identifiers that databases make (Convex, cuid, ObjectId).
_IDENTITY = re.compile(r"\d{1,20}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=[a-z]*\d)[a-z0-9]{24,40}")


class BadRule(ValueError):
    """A rule that cannot be right: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule. Lengths of time are seconds; ``references`` is (table, column); ``growth`` (least, most) in percent over ``window``."""

    name: str
    kind: str
    table: str = ""
    column: str = ""
    references: tuple[str, str] = ("", "")
    created: str = ""
    grace: float = 0.0
    limit_percent: float = ORPHANS_PERCENT
    required: bool = False
    least: float | None = None
    most: float | None = None
    growth: tuple[float | None, float | None] = (None, None)
    window: float = 0.0
    key: str = ""
    must: str = ""
    size: int = SAMPLE
    sql: str = ""


def read(given: t.Sequence[t.Mapping[str, t.Any]], seconds: t.Callable[[t.Any, str], float]) -> list[Rule]:
    """``seconds(text, name)`` reads a length of time."""
    rules = [_rule(one, number, seconds) for number, one in enumerate(given, start=1)]
    names = [rule.name for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRule(f"the rule {twice[0]!r} stands twice", "Give every rule a name of its own")
    return rules


def _rule(given: t.Mapping[str, t.Any], number: int, seconds: t.Callable[[t.Any, str], float]) -> Rule:
    name = str(given.get("name") or "")
    where = f"the rule {name!r}" if name else f"rule {number}"
    if not re.fullmatch(r"[\w .:/-]{1,60}", name):
        raise BadRule(f"{where} has no usable name", "Name it by letters, digits, blanks and .:/-_")
    kind = str(given.get("kind") or "")
    if kind not in KINDS:
        raise BadRule(f"{where} is of the kind {kind!r}", f"Give one of: {', '.join(KINDS)}")
    needed, may = KINDS[kind]
    told = {key for key, value in given.items() if value is not None} - {"name", "kind"}
    lacking, strange = sorted(needed - told), sorted(told - needed - may)
    if lacking:
        raise BadRule(f"{where} does not say {lacking[0]}", f"A rule of the kind {kind} needs {', '.join(sorted(needed))}")
    if strange:
        meant = difflib.get_close_matches(strange[0], needed | may, 1)
        raise BadRule(f"{where} says {strange[0]}", f"Did you mean {meant[0]}?" if meant else f"A rule of the kind {kind} may say {', '.join(sorted(may))}")
    references = given.get("references") or {}
    if "references" in needed and not (isinstance(references, t.Mapping) and set(references) == {"table", "column"}):
        raise BadRule(f"{where}: references is {references!r}", "Give references: {table: users, column: id}")
    growth = given.get("growth_percent")
    bands = growth if isinstance(growth, t.Mapping) else {"min": None if growth is None else f"-{growth}", "max": growth}
    if set(bands) - {"min", "max"}:
        raise BadRule(f"{where}: growth_percent is {growth!r}", "Give one number, or {min: -5, max: 20}")
    if "grace" in told and "created" not in told:
        raise BadRule(f"{where} has a grace, and does not say which column tells a row's age", "Add created: created_at")
    size = _number(where, given.get("size", SAMPLE)) or 0.0
    if not 1 <= size <= 1000 or size != int(size):
        raise BadRule(f"{where}: size is {given.get('size')!r}", "Give a whole number from 1 to 1000")
    most = _number(where, given.get("max"))
    if kind == "sql" and given.get("min") is None and most is None:
        # What finds bad rows should find none.
        most = 0.0
    return Rule(
        name,
        kind,
        str(given.get("table") or ""),
        str(given.get("column") or ""),
        (str(references.get("table") or ""), str(references.get("column") or "")),
        str(given.get("created") or ""),
        seconds(given.get("grace", GRACE), f"{name}: grace") if given.get("created") else 0.0,
        _number(where, given.get("limit_percent", ORPHANS_PERCENT)) or 0.0,
        bool(given.get("required")),
        _number(where, given.get("min")),
        most,
        (_number(where, bands.get("min")), _number(where, bands.get("max"))),
        seconds(given.get("window", WINDOW), f"{name}: window"),
        str(given.get("key") or ""),
        str(given.get("must") or ""),
        int(size),
        str(given.get("sql") or "").strip().rstrip(";"),
    )


def _number(where: str, value: t.Any) -> float | None:
    if value is None:
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(str(value).removesuffix("%"))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadRule(f"{where}: {value!r} is no number", "Give a number, such as 5")
    return number


def missing(rule: Rule, component: str, asked: int, bad: int, young: int, examples: t.Iterable[t.Any]) -> Check:
    """Of orphans and relations: ``asked`` rows are old enough to be judged, ``bad`` of them point at nothing, ``young`` are not judged yet."""
    percent = 100.0 * bad / asked if asked else 0.0
    what = "orphans" if rule.kind == "orphans" else f"rows without one in {rule.references[0]}"
    limit = f"warn > 0, fail > {rule.limit_percent:g}"
    if not asked:
        return check(rule.name, component, "inconclusive", f"{rule.table} has no row to judge{_young(young)}", None, "%", limit)
    verdict = "pass" if not bad else "fail" if percent > rule.limit_percent else "warn"
    reason = f"{bad} of {asked} rows of {rule.table} are {what} ({percent:.3g}%){_young(young)}"
    return check(rule.name, component, verdict, reason, round(percent, 3), "%", limit, rows=bad, examples=masked(examples))


def _young(young: int) -> str:
    return f", {young} too young to tell" if young else ""


def count(rule: Rule, component: str, rows: float, before: t.Sequence[tuple[float, float]], now: float) -> Check:
    """``before``: (moment, rows) of earlier looks. Growth is told from the window's oldest look."""
    limits = [f"fail {sign} {bound:g}" for sign, bound in (("<", rule.least), (">", rule.most)) if bound is not None]
    low, high = rule.growth
    limits += [f"fail {sign} {bound:+g}% in {span(rule.window)}" for sign, bound in (("<", low), (">", high)) if bound is not None]

    def told(verdict: str, reason: str) -> Check:
        return check(rule.name, component, verdict, reason, rows, "rows" if rule.kind == "count" else "", ", ".join(limits))

    said = f"{rows:.0f} rows" if rule.kind == "count" else f"the answer is {rows:g}"
    if (rule.least is not None and rows < rule.least) or (rule.most is not None and rows > rule.most):
        return told("fail", f"{said}, and {', '.join(limits[:2])}")
    if rule.growth == (None, None):
        return told("pass", said)
    earlier = [(at, value) for at, value in before if now - rule.window <= at < now]
    if not earlier:
        return told("inconclusive", f"{said}; no earlier count within {span(rule.window)} to compare with yet")
    at, value = min(earlier)
    percent = 100.0 * (rows - value) / value if value else (0.0 if rows == value else math.inf)
    moved = f"{said}, {percent:+.1f}% in {span(now - at)} (from {value:.0f})"
    bad = (low is not None and percent < low) or (high is not None and percent > high)
    return told("fail" if bad else "pass", moved)


def sample(rule: Rule, component: str, seed: str, asked: int, bad: t.Sequence[t.Any]) -> Check:
    more = {"seed": seed, "examples": masked(bad)}
    if not asked:
        return check(rule.name, component, "inconclusive", f"{rule.table} has no rows to draw from", None, "rows", "fail > 0", **more)
    reason = f"{len(bad)} of {asked} rows of {rule.table}, drawn with the seed {seed}, are not as they must be"
    return check(rule.name, component, "fail" if bad else "pass", reason, float(len(bad)), "rows", "fail > 0", **more)


def drawn(seed: str, identities: t.Iterable[str], size: int) -> list[str]:
    """The same rows for the same seed, as PostgreSQL's md5 draws them too."""
    return sorted(identities, key=lambda one: (hashlib.md5(f"{seed}:{one}".encode(), usedforsecurity=False).hexdigest(), one))[:size]


def masked(values: t.Iterable[t.Any]) -> list[str]:
    """Keys of rows for people to look up. What no machine has made may tell of a person."""
    shown = []
    for value in list(values)[:MOST_SHOWN]:
        text = str(value)
        shown.append(text if _IDENTITY.fullmatch(text) else f"{text[:2]}***")
    return shown

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Rules of what is well, read from data: every rule is whole and possible, or refused with what to do. Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
import difflib
import math
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact, limits
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.limits import BadRule, Level, Limit

Json = t.Mapping[str, t.Any]
# From well to worst. A missed target is no alarm yet; warn and alert are.
LEVELS = ("none", "target", "warn", "alert")
_OF_ALL = ("name", "kind", "metric", "about", "may_be_constant")
_LIMITED = (*_OF_ALL, "target", "warn", "alert", "window")
# kind: what its rules may say, and what they must say.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "count": ((*_LIMITED, "min_samples", "repeat", "unit"), ("window",)),
    "ratio": ((*_LIMITED, "min_samples", "repeat", "share"), ("window",)),
    "percentile": ((*_LIMITED, "min_samples", "repeat", "unit", "percentile"), ("window", "percentile")),
    "average": ((*_LIMITED, "min_samples", "repeat", "unit"), ("window",)),
    "latest": ((*_LIMITED, "repeat", "unit"), ("window",)),
    "age": (_LIMITED, ()),
    "string": ((*_LIMITED, "repeat", "examples"), ("window",)),
    "growth": ((*_LIMITED, "min_samples", "baseline"), ("window", "baseline")),
    "burn_rate": ((*_OF_ALL, "objective", "windows"), ("objective", "windows")),
}
# One bad request of few says nothing: so many samples it takes unless the rule says otherwise.
FEWEST = {"ratio": 20, "growth": 3}
SHARES = ("bad", "good")
_BURN_KEYS = ("long", "short", "burn", "level")


@dataclasses.dataclass(frozen=True)
class Burn:
    """One pair of windows of a burn rate. ``limit`` is the share of bad ones above which the budget burns too fast."""

    level: str
    long: Fraction
    short: Fraction
    times: Fraction
    limit: Fraction


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule that can be judged. Lengths of time are seconds; ``levels`` go from mild to bad; ``times`` of ``of`` periods decide."""

    name: str
    kind: str
    metric: str
    levels: tuple[Level, ...] = ()
    window: Fraction | None = None
    fewest: int = 1
    unit: str = ""
    percentile: Fraction = Fraction(0)
    good: bool = False
    times: int = 1
    of: int = 1
    baseline: Fraction = Fraction(0)
    examples: tuple[str, ...] = ()
    objective: Fraction = Fraction(0)
    burns: tuple[Burn, ...] = ()
    may_be_constant: bool = False

    @property
    def limits(self) -> list[Limit]:
        return [limit for level in self.levels for limit in (*level.when, *level.recover)]


def read(given: t.Any) -> list[Rule]:
    """All rules of a list; none twice, and at least one: judging nothing would look like a pass."""
    if not isinstance(given, list) or not given:
        raise BadRule("there are no rules", "Give a list with at least one rule: {name, kind, window, alert}")
    rules = [_rule(number, one) for number, one in enumerate(given, start=1)]
    names = [rule.name for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRule(f"the name {exact.quoted(twice[0])} stands twice", "Give every rule a name of its own")
    return rules


def _rule(number: int, given: t.Any) -> Rule:
    name = given.get("name") if isinstance(given, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise BadRule(f"rule {number} has no name", "Give every rule a name (a text), a kind, and what it takes")
    try:
        return _named(name, given)
    except BadRule as bad:
        raise BadRule(f"rule {exact.quoted(name)}: {bad.message}", bad.hint) from None


def _named(name: str, given: Json) -> Rule:
    kind = given.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadRule(f"kind is {exact.quoted(str(kind))}", _near(str(kind), KINDS) or f"Use one of {', '.join(KINDS)}")
    may, must = KINDS[kind]
    known = {key for keys, _required in KINDS.values() for key in keys}
    for key in given:
        if key not in known:
            raise BadRule(f"{exact.quoted(str(key))} is unknown", _near(str(key), may) or f"A rule of kind {kind} may have {', '.join(may)}")
        if key not in may:
            raise BadRule(f"{key} is not for kind {kind}", f"Remove it, or use {_or(one for one, (keys, _must) in KINDS.items() if key in keys)}")
    for key in must:
        if given.get(key) is None:
            raise BadRule(f"{key} is missing", f"A rule of kind {kind} needs {' and '.join(must)}")
    metric = given.get("metric", name)
    if not isinstance(metric, str) or not metric:
        raise BadRule(f"metric is {exact.quoted(str(metric))}", "Name the series of samples that it judges")
    constant = given.get("may_be_constant", False)
    if not isinstance(constant, bool):
        raise BadRule(f"may_be_constant is {exact.quoted(str(constant))}", "Say true or false")
    if kind == "burn_rate":
        return Rule(name, kind, metric, objective=_share(given["objective"]), burns=_burns(given), may_be_constant=constant)
    times, of = _repeat(given.get("repeat"))
    percentile = _percentile(given["percentile"]) if kind == "percentile" else Fraction(0)
    if given.get("share", "bad") not in SHARES:
        raise BadRule(f"share is {exact.quoted(str(given['share']))}", "Say bad (the share of failures) or good (that of successes)")
    rule = Rule(
        name,
        kind,
        metric,
        window=_length(given["window"], "window") if given.get("window") is not None else None,
        fewest=_whole(given["min_samples"], "min_samples") if given.get("min_samples") is not None else _fewest(kind, percentile),
        unit=_unit(kind, given.get("unit")),
        percentile=percentile,
        good=given.get("share") == "good",
        times=times,
        of=of,
        baseline=_length(given["baseline"], "baseline") if kind == "growth" else Fraction(0),
        examples=_examples(given.get("examples")),
        may_be_constant=constant,
    )
    rule = dataclasses.replace(rule, levels=tuple(_level(rule, level, given[level]) for level in LEVELS[1:] if given.get(level) is not None))
    if not rule.levels:
        raise BadRule("it has no limit", "Give at least one of target (what it should be), warn and alert (when to)")
    _sensible(rule)
    return rule


def _level(rule: Rule, name: str, given: t.Any) -> Level:
    """``> 5%``, a list of such, or ``{when, recover}``."""
    recover: t.Any = []
    when = given
    if isinstance(given, dict) and not set(given) & set(limits.TEXTS):
        strange = sorted(str(key) for key in given if key not in ("when", "recover"))
        if strange or "when" not in given:
            problem = f"{name} says {exact.quoted(strange[0])}" if strange else f"{name} lacks when"
            likely = _near(strange[0], ("when", "recover", *(limits.TEXTS if rule.kind == "string" else ()))) if strange else ""
            raise BadRule(problem, likely or "Write a limit, a list of them, or {when: a limit, recover: a limit}")
        when, recover = given["when"], given.get("recover", [])

    def read_all(written: t.Any, place: str) -> tuple[Limit, ...]:
        several = written if isinstance(written, list) else [written]
        unit = "s" if rule.kind == "age" else rule.unit
        return tuple(limits.read(one, unit, rule.unit == "share", rule.kind == "string", place) for one in several)

    level = Level(name, read_all(when, name), read_all(recover, f"recover of {name}"))
    if not level.when:
        raise BadRule(f"{name} is an empty list", "Give at least one limit, or leave it out")
    return level


def candidates(rule: Rule) -> list[limits.Value]:
    """Values of which one lies in every part that the rule's limits make of what the kind can be."""
    if rule.kind == "string":
        named = [one for limit in rule.limits if isinstance(limit.than, tuple) for one in limit.than if isinstance(one, str)]
        return [*named, *rule.examples, "a word that no rule names"]
    least, most = {"ratio": (0, 1), "count": (0, math.inf), "age": (0, math.inf), "growth": (-1, math.inf)}.get(rule.kind, (-math.inf, math.inf))
    bounds = [Fraction(end) for end in (least, most) if not math.isinf(end)]
    return [point for point in sorted({*limits.points(rule.levels), *bounds}) if least <= point <= most]


def _sensible(rule: Rule) -> None:
    by_name = {level.name: level for level in rule.levels}
    for value in candidates(rule):
        met = "target" in by_name and not by_name["target"].breached(value)
        for level in rule.levels:
            said = value if isinstance(value, str) else limits.shown(value, rule.unit, rule.limits)
            if met and level.name != "target" and level.breached(value):
                raise BadRule(f"{said} would meet the target and {level.name} too", f"Move one: {by_name['target'].written_whole}, {level.written_whole}")
            if level.recover and level.breached(value) and level.recovered(value):
                raise BadRule(f"{said} would reach {level.name} and recover from it at once", "Let recover lie on the good side of the limit")


def _burns(given: Json) -> tuple[Burn, ...]:
    budget = 1 - _share(given["objective"])
    if not isinstance(given["windows"], list) or not given["windows"]:
        raise BadRule("windows is no list", "Give at least one {long: 1h, short: 5m, burn: 14.4, level: alert}")
    return tuple(_burn(one, budget, f"windows[{number}]") for number, one in enumerate(given["windows"]))


def _burn(given: t.Any, budget: Fraction, place: str) -> Burn:
    if not isinstance(given, dict) or set(given) != set(_BURN_KEYS):
        odd = sorted(str(key) for key in set(given) - set(_BURN_KEYS)) if isinstance(given, dict) else []
        raise BadRule(
            f"{place} is not whole" if not odd else f"{place} says {exact.quoted(odd[0])}",
            (_near(odd[0], _BURN_KEYS) if odd else "") or "It takes {long: 1h, short: 5m, burn: 14.4, level: alert}",
        )
    long, short = _length(given["long"], f"{place}: long"), _length(given["short"], f"{place}: short")
    times = exact.number(given["burn"])
    if times is None or times <= 0:
        raise BadRule(f"{place}: burn is {exact.quoted(str(given['burn']))}", "Give how many times faster than allowed, such as 14.4")
    if short >= long:
        raise BadRule(f"{place}: short ({exact.duration(short)}) is not shorter than long ({exact.duration(long)})", "Use a twelfth of long, such as 1h and 5m")
    if given["level"] not in LEVELS[2:]:
        raise BadRule(f"{place}: level is {exact.quoted(str(given['level']))}", "Say warn or alert")
    limit = Fraction(times) * budget
    if limit >= 1:
        raise BadRule(
            f"{place} can never fire: {exact.decimals(Fraction(times))} times a budget of {limits.shown(budget, 'share')} is more than all",
            f"Use a burn below {exact.decimals(1 / budget)}",
        )
    return Burn(given["level"], long, short, Fraction(times), limit)


def _share(given: t.Any) -> Fraction:
    written = str(given).strip()
    plain = exact.number(written.removesuffix("%").strip())
    share = None if plain is None else Fraction(plain) / (100 if written.endswith("%") else 1)
    if share is None or not 0 < share < 1:
        raise BadRule(f"objective is {exact.quoted(written)}", "Give what should be good, above 0% and below 100%, such as 99.9%")
    return share


def _percentile(given: t.Any) -> Fraction:
    found = exact.number(given)
    if found is None or not 0 < found <= 100:
        raise BadRule(f"percentile is {exact.quoted(str(given))}", "Give a number above 0 and up to 100, such as 95")
    return Fraction(found)


def _fewest(kind: str, percentile: Fraction) -> int:
    """For a percentile as many as it takes that the largest alone does not decide: 20 for the 95th, 100 for the 99th."""
    return math.ceil(100 / (100 - percentile)) if 0 < percentile < 100 else FEWEST.get(kind, 1)


def _repeat(given: t.Any) -> tuple[int, int]:
    if given is None:
        return 1, 1
    if not isinstance(given, dict) or set(given) != {"times", "of"}:
        raise BadRule(f"repeat is {exact.quoted(str(given))}", "Write {times: 3, of: 5}")
    times, of = _whole(given["times"], "repeat: times"), _whole(given["of"], "repeat: of")
    if times > of or of > 100:
        raise BadRule(f"repeat is {times} of {of}", "Let times be at most of, and of at most 100")
    return times, of


def _length(given: t.Any, place: str) -> Fraction:
    found = exact.seconds(given)
    if not found:
        raise BadRule(f"{place} is {exact.quoted(str(given))}", "Give a length of time above 0, such as 90s, 5m, 24h or 7d")
    return found


def _whole(given: t.Any, place: str) -> int:
    found = exact.number(given)
    if found is None or found < 1 or found != int(found):
        raise BadRule(f"{place} is {exact.quoted(str(given))}", "Give a whole number above 0")
    return int(found)


def _unit(kind: str, given: t.Any) -> str:
    if kind in ("ratio", "growth"):
        return "share"
    if kind == "age":
        return "age"
    if given is not None and (not isinstance(given, str) or given in ("share", "age") or len(given) > 20):
        raise BadRule(f"unit is {exact.quoted(str(given))}", "Give what the samples are counted in, such as ms, s, '%' or AED")
    return given or ""


def _examples(given: t.Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadRule(f"examples is {exact.quoted(str(given))}", "Give a list of texts that the metric may have")
    return tuple(given)


def _near(name: str, known: t.Iterable[str]) -> str:
    found = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"Did you mean {_or(found)}?" if found else ""


def _or(names: t.Iterable[str]) -> str:
    return " or ".join(names)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Would this rule ever speak? Every rule is played with samples made for it before it is trusted. Pure: no I/O, no clock.

A rule that can never fire looks like a healthy system for years.
"""

from __future__ import annotations

import dataclasses
import math
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact, rules, slo
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.limits import BadRule, Value
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.rules import Burn, Rule

NOW = Fraction(1_800_000_000)
# A rule fires or not however many samples it wants; so many are made for it at most.
_MOST = 20
Sample = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Tested:
    """``levels``: those that some samples bring about."""

    name: str
    levels: list[str]
    passes: bool
    problem: str = ""
    hint: str = ""


def check(asked: t.Iterable[Rule]) -> list[Tested]:
    """Plays every rule; refuses one that is dead."""
    tested = [play(rule) for rule in asked]
    for one in tested:
        if one.problem:
            raise BadRule(f"rule {exact.quoted(one.name)} {one.problem}", one.hint)
    return tested


def play(rule: Rule) -> Tested:
    """With a breach of each level, with good samples, and with none."""
    if rule.kind == "burn_rate":
        return _play_burn(rule)
    rule = dataclasses.replace(rule, fewest=min(rule.fewest, _MOST))
    found = [slo.evaluate([rule], {rule.metric: synthetic(rule, value)}, NOW)[0] for value in rules.candidates(rule)]
    levels = [level.name for level in rule.levels if any(one.verdict == "fail" and one.level == level.name for one in found)]
    passes = any(one.verdict == "pass" for one in found)
    missing = [level for level in rule.levels if level.name not in levels]
    # A target whose miss is at once an alarm is kept by that alarm.
    dead = [level for level in missing if level.name != "target" or not any(one.verdict == "fail" for one in found)]
    hint = "Give examples: a list of texts, of which one reaches it and one does not" if rule.kind == "string" else "Correct its limits"
    problem = ""
    if dead:
        within = f" within {exact.duration(rule.window)}" if rule.window and rule.kind == "age" else ""
        problem = f"can never fire: nothing brings about {dead[0].written_whole}{within}"
    elif not passes:
        problem = f"can never pass: nothing is within {', '.join(level.written_whole for level in rule.levels)}"
    elif _silence_passes(rule):
        problem = "passes without a sample"
    return Tested(rule.name, levels, passes, problem, hint if problem else "")


def _play_burn(rule: Rule) -> Tested:
    fired = [burn for burn in rule.burns if _fires(rule, burn)]
    passes = slo.evaluate([rule], {rule.metric: _requests(min(burn.limit for burn in rule.burns), Fraction(0))}, NOW)[0].verdict == "pass"
    dead = [burn for burn in rule.burns if burn not in fired]
    problem = f"can never fire at {exact.decimals(dead[0].times)} times" if dead else "" if passes else "can never pass"
    return Tested(rule.name, sorted({burn.level for burn in fired}, key=rules.LEVELS.index), passes, problem, "Correct its windows" if problem else "")


def _fires(rule: Rule, burn: Burn) -> bool:
    alone = dataclasses.replace(rule, burns=(burn,))
    judged = slo.evaluate([alone], {rule.metric: _requests(burn.limit, (1 + burn.limit) / 2)}, NOW)[0]
    return judged.verdict == "fail" and judged.level == burn.level


def _requests(limit: Fraction, share: Fraction) -> list[Sample]:
    """So many that the share decides, all of them just now, as every window has to see them."""
    total = math.ceil(1000 / limit)
    return [{"at": int(NOW), "bad": math.ceil(share * total), "total": total}]


def _silence_passes(rule: Rule) -> bool:
    silence: list[dict[str, t.Any]] = [{}, {rule.metric: []}]
    return any(slo.evaluate([rule], samples, NOW)[0].verdict != "inconclusive" for samples in silence)


def synthetic(rule: Rule, value: Value, now: Fraction = NOW) -> list[Sample]:
    """Samples that give the rule just this value, in every period it looks at."""
    window = rule.window or Fraction(0)
    if isinstance(value, str):
        return [{"at": float(now - window * index / (rule.of + 1)), "value": value} for index in range(rule.of)]
    if rule.kind == "age":
        return [{"at": _plain(now - value)}]
    if rule.kind == "latest":
        return [{"at": float(now - window * index / (rule.of + 1)), "value": _plain(value)} for index in range(rule.of)]
    if rule.kind == "growth":
        before = [{"at": float(now - window - rule.baseline * index / (rule.fewest + 1)), "value": 100} for index in range(rule.fewest)]
        return [*before, {"at": float(now), "value": _plain(100 * (1 + value))}]
    made: list[Sample] = []
    for period in range(rule.of):
        at = float(now - period * window - window / 2)
        if rule.kind == "ratio":
            total = value.denominator * math.ceil(Fraction(rule.fewest, value.denominator))
            made.append({"at": at, "good" if rule.good else "bad": int(value * total), "total": total})
            continue
        for index in range(rule.fewest):
            part = Fraction(0) if rule.kind == "count" and index else value
            made.append({"at": at, "value": _plain(part), "id": f"{period}/{index}"})
    return made


def _plain(value: Fraction) -> str | int:
    """A number as a sample may write it, digit by digit."""
    return int(value) if value.denominator == 1 else exact.decimals(value, 30)

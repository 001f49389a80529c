# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Are the samples as the rules want them? A verdict and a level for each rule, with the reason in words. Pure: no I/O, no clock.

``pass``: every limit is kept. ``fail``: one is not, and ``level`` says which. ``inconclusive``: the samples do not say. No data is never a
pass, and never ends an alarm: a level that was reached stays until the samples say that it is over.
"""

from __future__ import annotations

import dataclasses
import decimal
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import burn, exact, limits, measures, series
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.limits import Level
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.measures import Reading
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.rules import LEVELS, Rule

VERDICTS = ("fail", "inconclusive", "pass")


@dataclasses.dataclass
class Judged:
    """One rule's verdict. ``level``: none, target, warn or alert. ``dead``: absent, vanished or constant input; empty when it lives."""

    name: str
    kind: str
    metric: str
    verdict: str
    level: str
    value: float | str | None
    unit: str
    limit: str
    window: str
    samples: int
    reason: str
    notes: list[str]
    dead: str = ""


def evaluate(asked: t.Sequence[Rule], samples: t.Mapping[str, t.Any], now: Fraction, before: t.Mapping[str, str] | None = None) -> list[Judged]:
    """A verdict for each rule, in their order. ``before``: the levels of the last time, by rule."""
    known: dict[tuple[str, str], series.Series] = {}
    judged = []
    with decimal.localcontext(exact.EXACT):
        for rule in asked:
            key = (rule.metric, series.SHAPES[rule.kind])
            if key not in known and rule.metric in samples:
                known[key] = series.read(samples[rule.metric], key[1], now)
            judged.append(judge(rule, known.get(key), now, (before or {}).get(rule.name, "none")))
    return judged


def worst(judged: t.Iterable[Judged]) -> tuple[str, str]:
    """The verdict and the level of all together."""
    verdicts, levels = {one.verdict for one in judged}, {one.level for one in judged}
    return next((verdict for verdict in VERDICTS if verdict in verdicts), "inconclusive"), max(levels, key=LEVELS.index, default="none")


def judge(rule: Rule, found: series.Series | None, now: Fraction, before: str = "none") -> Judged:
    result = Judged(rule.name, rule.kind, rule.metric, "inconclusive", before, None, _unit(rule), _limits(rule), _window(rule), 0, "", [])
    if found is None or found.problem:
        problem = found.problem if found else "there are no samples of it: it was never measured, or has another name"
        when = f" (window {result.window})" if result.window else ""
        result.reason = f"{rule.metric}: {problem}{when}. Limits: {result.limit}"
        result.dead = "absent"
        return result
    result.notes = found.notes()
    if rule.kind == "burn_rate":
        _judge_burn(result, rule, found, now)
    else:
        _judge_levels(result, rule, measures.periods(rule, found, now))
    _look_alive(result, rule, found, now)
    return result


def _judge_levels(result: Judged, rule: Rule, periods: list[Reading]) -> None:
    newest = periods[0]
    result.samples = newest.samples
    result.value = exact.plain(newest.value) if isinstance(newest.value, str) else None if newest.value is None else exact.approximate(newest.value)
    before = result.level
    reached = {level.name: _reached(rule, level, periods, before) for level in rule.levels}
    fired = [level for level in rule.levels if reached[level.name]]
    unsure = [level for level in rule.levels if reached[level.name] is None]
    said = _said(rule, periods)
    if fired:
        level = fired[-1]
        result.verdict, result.level = "fail", _kept(level.name, before, [one.name for one in unsure])
        clause = _clause(rule, level, periods) if _fires(rule, level, periods) else f"; {level.name} stays until it is {level.written(level.recover)}"
        doubt = f"; whether it reaches {' or '.join(one.written_whole for one in unsure)} is open: {_why(periods)}" if unsure else ""
        result.reason = f"{rule.metric}: {said}{clause}{doubt}"
    elif unsure:
        result.reason = f"{rule.metric}: {said}; {_why(periods)}. Limits: {result.limit}{_stays(before)}"
    else:
        result.verdict, result.level = "pass", "none"
        result.reason = f"{rule.metric}: {said}; within the limits: {result.limit}"


def _kept(level: str, before: str, unsure: t.Sequence[str]) -> str:
    """A worse level of the last time stays while nobody can say that it is over."""
    return max(level, before, key=LEVELS.index) if before in unsure else level


def _stays(before: str) -> str:
    return f". Level {before} stays until more is known" if before != "none" else ""


def _reached(rule: Rule, level: Level, periods: list[Reading], before: str) -> bool | None:
    """Whether a level is reached, or was and is not left yet."""
    fires = _fires(rule, level, periods)
    if fires or not level.recover or LEVELS.index(before) < LEVELS.index(level.name):
        return fires
    whole = [period.value is not None and not period.why and not period.at_least for period in periods]
    recovered = _times(rule, [level.recovered(t.cast("limits.Value", period.value)) if known else None for period, known in zip(periods, whole, strict=True)])
    return True if recovered is False else None if recovered is None else fires


def _fires(rule: Rule, level: Level, periods: list[Reading]) -> bool | None:
    return _times(rule, [_breached(rule, level, period) for period in periods])


def _breached(rule: Rule, level: Level, period: Reading) -> bool | None:
    if period.value is None or period.why:
        return None
    breached = level.breached(period.value)
    if not period.at_least:
        return breached
    # The count can only be larger than what was seen of it.
    larger = [point for point in limits.points([level]) if point > t.cast("Fraction", period.value)]
    return True if breached and all(level.breached(point) for point in larger) else None


def _times(rule: Rule, said: list[bool | None]) -> bool | None:
    """``times`` of ``of``: decided as soon as the missing ones cannot change it."""
    if said.count(True) >= rule.times:
        return True
    return False if said.count(False) > rule.of - rule.times else None


def _judge_burn(result: Judged, rule: Rule, found: series.Series, now: Fraction) -> None:
    before, pairs = result.level, burn.pairs(rule, found, now)
    fired = sorted((pair for pair in pairs if pair.fires), key=lambda pair: LEVELS.index(pair.burn.level))
    unsure = [pair for pair in pairs if pair.fires is None]
    telling = fired[-1] if fired else unsure[0] if unsure else pairs[0]
    result.value = None if telling.rate is None else exact.approximate(telling.rate)
    result.samples = telling.samples
    result.window = f"{exact.duration(telling.burn.long)} and {exact.duration(telling.burn.short)}"
    said = f"{rule.metric}: burns its budget {telling.words}"
    if fired:
        result.verdict, result.level = "fail", _kept(telling.burn.level, before, [pair.burn.level for pair in unsure])
        result.reason = f"{said} and reaches {telling.burn.level} > {exact.decimals(telling.burn.times)} times"
    elif unsure:
        result.reason = f"{said}; {telling.why}. Limits: {result.limit}{_stays(before)}"
    else:
        result.verdict, result.level = "pass", "none"
        result.reason = f"{said}; within the limits: {result.limit}"


def _look_alive(result: Judged, rule: Rule, found: series.Series, now: Fraction) -> None:
    looked_at = rule.kind == "count" and found.since is not None
    window = max((one.long for one in rule.burns), default=rule.window)
    first, end = found.span(now - window, now) if window else (0, len(found.values))
    if not found.values and not looked_at:
        result.dead = "absent"
    elif first == end and not looked_at:
        result.dead = "vanished"
    elif rule.kind not in ("age", "string") and not rule.may_be_constant and found.constant:
        result.dead = "constant"
        result.notes.append(f"all {len(found.values)} samples are equal: nobody may be measuring (may_be_constant: true if that is right)")


def _said(rule: Rule, periods: list[Reading]) -> str:
    newest = periods[0]
    if isinstance(newest.value, Fraction):
        value = limits.shown(newest.value, rule.unit, rule.limits)
        value = f"at least {value}" if newest.at_least else f"{'+' if newest.value > 0 else ''}{value}" if rule.kind == "growth" else value
    else:
        value = "nothing measured" if newest.value is None else exact.quoted(newest.value)
    name = "" if newest.value is None else {"percentile": f"p{exact.decimals(rule.percentile)} ", "average": "average "}.get(rule.kind, "")
    if rule.kind == "age":
        value += " since the newest sample" if newest.value is not None else ""
    when = f" in {exact.duration(rule.window)}" if rule.window else ""
    words = newest.words or f"{newest.samples} sample{'' if newest.samples == 1 else 's'}"
    text = f"{name}{value}{when} ({words})"
    if rule.of > 1:
        text += f", {rule.times} of the last {rule.of} {'readings' if rule.kind in ('latest', 'string') else 'windows'} decide"
    return text


def _why(periods: list[Reading]) -> str:
    part = any(period.at_least for period in periods)
    return next((period.why for period in periods if period.why), "a part of it was not looked at" if part else "they do not agree often enough")


def _clause(rule: Rule, level: Level, periods: list[Reading]) -> str:
    verb = "miss" if level.name == "target" else "reach"
    if rule.of == 1:
        return f" {verb}es {level.written_whole}"
    return f"; {[_breached(rule, level, period) for period in periods].count(True)} of them {verb} {level.written_whole}"


def _unit(rule: Rule) -> str:
    return {"age": "s", "burn_rate": "times"}.get(rule.kind, rule.unit)


def _window(rule: Rule) -> str:
    return exact.duration(rule.window) if rule.window else ""


def _limits(rule: Rule) -> str:
    if rule.kind == "burn_rate":
        return ", ".join(f"{one.level} > {exact.decimals(one.times)} times in {exact.duration(one.long)} and {exact.duration(one.short)}" for one in rule.burns)
    return ", ".join(level.written_whole for level in rule.levels)

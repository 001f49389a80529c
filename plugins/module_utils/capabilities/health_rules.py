# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Rules over what a component was measured to be, now and at every look that the ledger remembers."""

from __future__ import annotations

import dataclasses
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.health_declared import Declared
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, exact, series, slo, wellness
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.rules import Rule

# What a look has said is a level for the next one.
LEVELS = {"fail": "alert", "warn": "warn", "pass": "none"}
# Limits are suggested from so many days.
SUGGESTED_DAYS = 30
# A look is a good one of a share unless it failed.
BAD, GOOD = ("fail", "error"), ("pass", "warn")
# What a page of metrics says of these it has counted itself, over its own time: its newest number is the answer.
COUNTED = ("count", "percentile", "ratio")
Row = t.Mapping[str, t.Any]


def judge(declared: Declared, measured: t.Sequence[Check], store: t.Any, suggest: bool) -> tuple[list[Check], list[dict[str, t.Any]]]:
    """(a check for each rule, the limits that history suggests)."""
    name, now = declared.name, clock.now()
    if not declared.rules and not suggest:
        return [], []
    try:
        before, levels = _remembered(declared, store, now, suggest), _levels(declared, store)
    except Failure as failure:
        return [checks.check("history", name, "error", failure.message, next=failure.hint)], []
    rows = [*before, *({**one, "at": now, "text": one["value"]} for one in measured if one["verdict"] != "skipped")]
    wanted = [_as_counted(rule) if rule.kind in COUNTED and rule.metric in declared.values else rule for rule in declared.rules]
    samples = {key: _samples(rows, rule) for rule in wanted for key in [_key(rule)]}
    asked = [dataclasses.replace(rule, metric=_key(rule)) for rule in wanted]
    judged = slo.evaluate(asked, {key: found for key, found in samples.items() if found}, Fraction(now), levels)
    suggestions = _suggested(rows, now) if suggest else []
    return [_check(declared.name, rule, one) for rule, one in zip(wanted, judged, strict=True)], suggestions


def _as_counted(rule: Rule) -> Rule:
    """Day after day the same count, such as none, is no sign that nobody measures."""
    return dataclasses.replace(rule, kind="latest", times=1, of=1, may_be_constant=True)


def _remembered(declared: Declared, store: t.Any, now: float, suggest: bool) -> list[Row]:
    if store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history

    # Of an age all that is known counts, of the others as far as they look back.
    reach = [float(_reach(rule)) for rule in declared.rules] + ([SUGGESTED_DAYS * 86400.0] if suggest else [])
    return t.cast("list[Row]", history.rows(store, now - max(reach), declared.name))


def _levels(declared: Declared, store: t.Any) -> dict[str, str]:
    """What each rule said last: an alert stays until the samples say that it is over, and no window forgets it."""
    if store is None or not declared.rules:
        return {}
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history

    known = history.levels(store, declared.name, [rule.name for rule in declared.rules], list(LEVELS))
    return {name: LEVELS[verdict] for name, verdict in known.items()}


def _reach(rule: Rule) -> Fraction:
    burns = max((burn.long for burn in rule.burns), default=Fraction(0))
    window = (rule.window or Fraction(400 * 86400)) * (rule.of if rule.kind not in ("latest", "string") else 1)
    return burns if rule.burns else window + rule.baseline


def _key(rule: Rule) -> str:
    """A check is read as numbers, as words, or as shares of good looks, as the rule wants it."""
    return f"{rule.metric} ({series.SHAPES[rule.kind]})"


def _samples(rows: t.Iterable[Row], rule: Rule) -> list[dict[str, t.Any]]:
    mine = [row for row in rows if row["name"] == rule.metric]
    shape = series.SHAPES[rule.kind]
    if shape == "shares":
        return [{"at": row["at"], "ok": row["verdict"] in GOOD} for row in mine if row["verdict"] in (*BAD, *GOOD)]
    if shape == "moments":
        return [{"at": row["at"]} for row in mine if row["verdict"] in GOOD]
    # A look that could not measure is a sample too, which cannot be used: what was before it is not the newest.
    return [{"at": row["at"], "value": row["text"] if row["value"] is None else row["value"]} for row in mine]


def _check(name: str, rule: Rule, judged: slo.Judged) -> Check:
    told = dataclasses.asdict(judged)
    told["reason"] = exact.plain(judged.reason.replace(_key(rule), rule.metric), 300)
    made = checks.of_rule(told, name)
    made.update(brief="", notes=judged.notes)
    if judged.dead == "constant" and made["verdict"] == "pass":
        made.update(verdict="warn", reason=f"{rule.metric}: {judged.notes[-1]}")
    return made


def _suggested(rows: t.Iterable[Row], now: float) -> list[dict[str, t.Any]]:
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row["unit"] in ("ms", "%") and row["at"] > now - SUGGESTED_DAYS * 86400 and wellness.is_number(row["value"]):
            found.setdefault((row["name"], row["unit"]), []).append(row["value"])
    made = [wellness.suggest(name, unit, values) for (name, unit), values in found.items()]
    return [dataclasses.asdict(one) for one in made if one]

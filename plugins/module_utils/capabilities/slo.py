# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Rules and samples in, verdicts out. The rules are tested before anything is judged by them."""

from __future__ import annotations

import dataclasses
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact, rules, selftest, slo
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.limits import BadRule


def execute(task: Task) -> dict[str, t.Any]:
    """``execute`` of slo_evaluate."""
    params = task.params
    now = _moment(params["at"])
    before = params["before"] or {}
    for name, level in before.items():
        if level not in rules.LEVELS:
            raise Failure(
                "invalid",
                f"before says {exact.quoted(str(level))} of {exact.quoted(str(name))}",
                f"Give the levels of an earlier result, each one of {', '.join(rules.LEVELS)}",
            )
    try:
        asked = rules.read(params["rules"])
        tested = selftest.check(asked)
    except BadRule as bad:
        raise Failure("invalid", bad.message, bad.hint, code="bad_rule") from bad
    judged = slo.evaluate(asked, params["samples"], now, before)
    verdict, level = slo.worst(judged)
    telling = next((one for one in judged if one.verdict == verdict and (verdict != "fail" or one.level == level)), judged[0])
    return {
        "at": float(now),
        "verdict": verdict,
        "level": level,
        "reason": "" if verdict == "pass" else telling.reason,
        "levels": {one.name: one.level for one in judged},
        "rules": [dataclasses.asdict(one) for one in judged],
        "tested": [{"name": one.name, "levels": one.levels, "passes": one.passes} for one in tested],
    }


def _moment(given: str | None) -> Fraction:
    moment = exact.moment(clock.now() if given is None else given)
    if moment is None or abs(moment) > 10**12:
        raise Failure("invalid", f"at is {exact.quoted(str(given))}", "Give seconds since the epoch, or ISO 8601 with its offset, such as 2026-11-20T07:00:00Z")
    return Fraction(moment)

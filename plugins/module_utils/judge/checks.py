# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a look has found, as rows of one shape. Pure: no I/O, no clock.

A check is ``{name, component, verdict, reason, value, unit, limit}``. ``verdict``: ``pass``; ``warn`` and ``fail`` (a limit is not kept);
``inconclusive`` (asked, and not enough was known); ``error`` (could not be asked); ``skipped`` (not asked for, or nothing to ask with).
``reason``: one line for a person. ``value``: a number, a text or None. A check may say more under names of its own, such as ``next``
(what a person should do).
"""

from __future__ import annotations

import typing as t

Check = dict[str, t.Any]
# Worst first. What could not be asked is worse than a warning: nobody knows how bad it is.
VERDICTS = ("fail", "error", "inconclusive", "warn", "pass", "skipped")
BAD = ("fail", "error", "inconclusive", "warn")


def check(name: str, component: str, verdict: str, reason: str, value: float | str | None = None, unit: str = "", limit: str = "", **more: t.Any) -> Check:
    if verdict not in VERDICTS:
        raise ValueError(f"there is no verdict {verdict!r}")
    return {"name": name, "component": component, "verdict": verdict, "reason": reason, "value": value, "unit": unit, "limit": limit, **more}


def of_rule(judged: t.Mapping[str, t.Any], component: str) -> Check:
    """A rule's result (:class:`judge.slo.Judged` as a mapping) as a check: an alarm fails, a missed target or a warning warns."""
    verdict = judged["verdict"]
    if verdict == "fail" and judged["level"] != "alert":
        verdict = "warn"
    return check(judged["name"], component, verdict, judged["reason"], judged["value"], judged["unit"], judged["limit"], level=judged["level"])


def worst(checks: t.Iterable[t.Mapping[str, t.Any]]) -> str:
    """The verdict of all together. No check at all is ``inconclusive``, and so are checks of which none was made."""
    found = {one["verdict"] for one in checks} - {"skipped"}
    return next((verdict for verdict in VERDICTS if verdict in found), "inconclusive")


def worst_reason(checks: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """``name: reason`` of the first of the worst checks; empty when all pass."""
    verdict = worst(checks)
    bad = next((one for one in checks if one["verdict"] == verdict), None)
    if bad is None:
        return "nothing was checked"
    return "" if verdict == "pass" else f"{bad['name']}: {bad['reason']}"


def result(checks: t.Sequence[Check]) -> dict[str, t.Any]:
    """What a looking module returns."""
    return {"changed": False, "verdict": worst(checks), "reason": worst_reason(checks), "checks": list(checks)}


def in_order(checks: t.Iterable[Check]) -> list[Check]:
    """Bad ones first, else as they came."""
    return sorted(checks, key=lambda one: VERDICTS.index(one["verdict"]))

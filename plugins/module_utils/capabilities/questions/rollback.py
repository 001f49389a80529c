# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``rollback`` needs: where to go back to, and until when one can."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import release
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import admission, checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

HOUR, DAY = 3600, 86400
SOON = 30 * DAY


def ask(about: About) -> list[Check]:
    found = [_unfinished(about)] if not about.name else []
    state = about.state() if about.name else None
    if state is None:
        return [one for one in found if one]
    if not state["serving"]:
        return [about.told("target", "fail", "the vendor does not say what production serves", next=f"{about.name}: look at the vendor's dashboard")]
    known = about.known()
    if known and known["pin"]:
        return [about.told("target", "skipped", "held back by a rollback that is not undone")]
    made = way_back(about.name, t.cast(release.Provider, about.provider()), state, known)
    for one in made:
        if one["name"] == "rollback_window" and one["value"] * HOUR < DAY:
            one.update(verdict="warn", next=f"{about.name}: deploy what is good again, or go back while it can be done: playbooks/rollback.yml")
    return [{**one, "name": {"rollback": "target", "rollback_window": "window"}[one["name"]]} for one in made]


def way_back(name: str, found: release.Provider, state: dict[str, t.Any], known: dict[str, t.Any] | None) -> list[Check]:
    """Whether one could go back, and for how long still: the second is remembered as a number, so that a report can tell it later."""
    target, refusals = admission.choose(state, known)
    refusals = refusals or admission.admit(t.cast("dict[str, t.Any]", target), state, known)
    if refusals or target is None:
        act = f"no: {refusals[0].reason}"
        return [checks.check("rollback", name, "warn", act, None, act=f"{name} {act}", next=f"{name}: {refusals[0].next_step}")]
    row = known["releases"].get(target["id"]) or {} if known else {}
    act = f"yes -> {admission.label(target)}{', proved' if row.get('proved_at') else ''}"
    until = found.kept_until(t.cast("dict[str, t.Any]", target))
    left = None if until is None else max(0.0, until - clock.now())
    # What lies far ahead needs nobody's attention this morning.
    told = "" if left is None or left > SOON else f", WINDOW CLOSES IN {age(left)}" if left < DAY else f", window closes in {age(left)}"
    made = [checks.check("rollback", name, "pass", act, admission.label(target), act=f"{name} {act}{told}", brief="")]
    if left is not None:
        reason = f"{admission.label(target)} can be returned to for {age(left)}"
        made.append(checks.check("rollback_window", name, "pass", reason, round(left / HOUR, 2), "h", brief=""))
    return made


def _unfinished(about: About) -> Check | None:
    begun = about.unfinished("rollback")
    if begun is None:
        return None
    since = age(clock.now() - begun["opened_at"])
    reason = f"run {begun['opened_by']} began {since} ago, and was cut off"
    return about.told("unfinished", "warn", reason, next="Run the same rollback again: it looks before it acts, and goes on")

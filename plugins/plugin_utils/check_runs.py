# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What a verb that looks makes of the checks of all components."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks as rows
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import findings, history, runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components

# A warning is told, and does not fail a scheduled run; what could not be asked does.
FAILING = ("fail", "error")


def gather(components: Components, steps: t.Sequence[str]) -> tuple[list[rows.Check], list[dict[str, t.Any]]]:
    """(checks, changes) of the registered results ``<verb>_<step>`` of all components.

    A task that failed is a check that could not be made; a component of which nothing is known was not checked. What several components
    tell alike (a task with ``run_once``) counts once.
    """
    found: list[rows.Check] = []
    changes: list[dict[str, t.Any]] = []
    for name in components.names:
        results = {step: result for step in steps if (result := components.result(name, step)) is not None}
        for step, result in results.items():
            if result.get("failed"):
                failure = result.get("failure") or {}
                why = failure.get("message") or result.get("msg") or "the task failed"
                found.append(rows.check(step, name, "error", why, next=failure.get("hint") or ""))
            found += [one for one in result.get("checks") or [] if one not in found]
            changes += [{"component": name, **change} for change in result.get("changes") or []]
        if not any(result.get("checks") or result.get("failed") for result in results.values()):
            found.append(rows.check(components.verb, name, "skipped", "nothing is declared for it"))
    return found, changes


def conclude(
    run: t.Mapping[str, t.Any], components: Components, checks: t.Sequence[rows.Check], ledger_url: str | None, unwritten: t.Sequence[rows.Check] | None = None
) -> dict[str, t.Any]:
    """``{word, outcomes, not_there, ends_on, seconds, at, checks}``, written into the ledger's history unless in check mode.

    ``unwritten``: those checks that the history does not have yet; all when it is not given.
    """
    at = clock.now()
    outcomes = {name: _outcome([one for one in checks if one["component"] == name]) for name in components.names}
    word = rows.worst(checks)
    concluded = {
        "word": word,
        "outcomes": outcomes,
        "not_there": [name for name, outcome in outcomes.items() if outcome in FAILING],
        # Less than none is what a clock says that was put back meanwhile.
        "seconds": max(0.0, at - run["started_at"]),
        "at": at,
        "checks": rows.in_order(checks),
        "cautions": list(run["cautions"]),
    }
    if word in FAILING and not concluded["not_there"]:
        # What is wrong belongs to no component: one of them has to fail for it.
        concluded["not_there"] = components.names[:1]
    concluded["ends_on"] = concluded["not_there"] or components.names[:1]
    if not run["check_mode"]:
        try:
            store = runs.open_store(run, ledger_url)
            if store:
                made = checks if unwritten is None else unwritten
                findings.remember(store, run["id"], at, [*made, rows.check(run["verb"], history.WHOLE, word, "")])
        except Failure as failure:
            # What was seen is told all the same.
            concluded["cautions"].append(f"the history was not written: {failure.message}")
    return concluded


def _outcome(checks: t.Sequence[rows.Check]) -> str:
    return rows.worst(checks) if any(one["verdict"] != "skipped" for one in checks) else "skipped"

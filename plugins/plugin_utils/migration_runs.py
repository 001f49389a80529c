# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What db_migrate makes of the results of all components: a word, what became of each, and the screen."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils import maintenance_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run
from ansible_collections.saasops.runbooks.plugins.plugin_utils.release_screen import clock_line
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen

HEADLINES = {
    "done": "MIGRATED - every migration is applied",
    "nothing": "NOTHING TO DO - no migration is pending, nothing was changed",
    "resumed": "DONE - no migration is pending; what an earlier run had left was ended",
    "plan": "PLAN ONLY - nothing was changed",
    "refused": "REFUSED - nothing was changed",
    "failed": "FAILED - a migration did not go through",
    "restored": "RESTORED - the database is what it was before the migration",
    "unhealthy": "STILL BAD - migrated, and health is failing",
    "held": "MIGRATED - and maintenance is STILL ON",
    "unknown": "UNKNOWN - look at the database before you do anything else",
}
# Worst first.
ORDER = ("unknown", "failed", "unhealthy", "restored", "held", "done", "resumed", "plan", "nothing")
GOOD = ("done", "nothing", "plan", "resumed")


def conclude(run: Run, components: Components, ledger_url: str | None) -> dict[str, t.Any]:
    """``{word, outcomes, not_there, ends_on, seconds, changes, planned}``; components that declare no migrations have no outcome."""
    refused = {name for name in components.names if (components.result(name, "plan") or {"failed": True}).get("failed")}
    kept_out, let_in = (_maintained(components, step) for step in ("on", "off"))
    refused |= {name for name, found in kept_out.items() if found.get("failed")}
    sick = [name for name in components.names if (components.result(name, "verify") or {}).get("verdict") in ("fail", "error")]
    known = [name for name in components.names if name in refused or _migration(components, name, "plan").get("supported")]
    outcomes = {name: "refused" if name in refused else "waiting" if refused else _outcome(components, name, run["check_mode"], bool(sick)) for name in known}
    word = "refused" if refused else next((word for word in ORDER if word in outcomes.values()), "nothing")
    if word == "nothing" and any(found.get("changed") for found in let_in.values()):
        word = "resumed"
    held = [name for name, found in let_in.items() if found.get("failed") or (found.get("checks") or [{}])[0].get("verdict") == "fail"]
    word = "held" if held and word in GOOD else word
    bad = [*(name for name, outcome in outcomes.items() if outcome not in (*GOOD, "waiting")), *held]
    not_there = [] if word in GOOD else sorted({*bad, *(sick if word == "unhealthy" else [])})
    concluded = {
        "word": word,
        "outcomes": outcomes,
        "not_there": not_there,
        "ends_on": not_there or components.names[:1],
        "seconds": clock.now() - run["started_at"],
        "changes": _around(components, _changes(components, known, ("plan",) if run["check_mode"] else ("apply", "undo"))),
        "planned": _around(components, _changes(components, known, ("plan",))),
        "cautions": list(run["cautions"]),
        "sick": {name: (components.result(name, "verify") or {}).get("reason") or "not measured" for name in sick},
    }
    store = runs.open_store(run, ledger_url)
    if store and not run["check_mode"]:
        with store.write() as connection:
            chain.append(connection, store, run["id"], "verdict", {"word": word, "outcomes": outcomes, "seconds": round(concluded["seconds"], 3)})
    return concluded


def _maintained(components: Components, step: str) -> dict[str, dict[str, t.Any]]:
    """What became of the maintenance that was put around it."""
    of_others = components.of(maintenance_runs.VERB)
    return {name: found for name in components.names if (found := of_others.result(name, step)) is not None}


def _around(components: Components, changes: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """With what switches maintenance before and after them."""
    return maintenance_runs.switched(components, "on") + changes + maintenance_runs.switched(components, "off")


def _migration(components: Components, name: str, step: str) -> dict[str, t.Any]:
    return (components.result(name, step) or {}).get("migration") or {}


def _outcome(components: Components, name: str, is_plan: bool, is_sick: bool) -> str:
    plan, applied, undone = (components.result(name, step) for step in ("plan", "apply", "undo"))
    if is_plan:
        return "plan" if plan and plan["changes"] else "nothing"
    if applied is None:
        return "unknown"
    if applied.get("failed"):
        failure = applied.get("failure") or {}
        return "restored" if failure.get("code") == "restored" else "unknown" if failure.get("kind") in ("unknown", None) else "failed"
    if undone:
        return "unknown" if undone.get("failed") else "restored"
    if not applied["changed"]:
        return "nothing"
    return "resumed" if applied["migration"]["how"] == "already" else "unhealthy" if is_sick else "done"


def _changes(components: Components, names: t.Sequence[str], steps: t.Sequence[str]) -> list[dict[str, t.Any]]:
    return [{"component": name, **change} for name in names for step in steps for change in (components.result(name, step) or {}).get("changes") or []]


def screen(run: Run, components: Components, concluded: t.Mapping[str, t.Any]) -> Screen:
    made = Screen(run["banner"], run["system"], HEADLINES[concluded["word"]], run["id"])
    if concluded["word"] != "nothing":
        made.facts.append(("Asked by", run["asked_by"] + (f', "{run["reason"]}"' if run["reason"] else "")))
    for name, outcome in concluded["outcomes"].items():
        made.facts.append((name, f"{outcome}  {_pending(components, name, outcome)}"))
        made.lines += _complaints(components, name)
        backup = _migration(components, name, "apply").get("backup")
        if backup and outcome in ("done", "unhealthy", "restored", "resumed"):
            made.facts.append(("Backup", backup))
        if outcome == "unhealthy" and backup:
            made.next_steps.append(
                f"to put {name} back, losing what was written since: pg_restore --clean --if-exists --single-transaction -d <address> {backup}"
            )
    for step in ("on", "off"):
        made.facts += [(name, f"maintenance {said}") for name, one in _maintained(components, step).items() if (said := maintenance_runs.said(one))]
    made.lines += [f"{name} is failing: {why}" for name, why in concluded["sick"].items()]
    if not concluded["outcomes"]:
        made.lines.append("No component declares component_migrate")
    sent = f"{len(concluded['changes'])} change(s) {'planned' if run['check_mode'] else 'made'}. "
    made.footer = ["", *[f"Note: {caution}" for caution in concluded["cautions"]], f"{sent}{clock_line()}"]
    return made


def _pending(components: Components, name: str, outcome: str) -> str:
    plan = _migration(components, name, "plan")
    names = [*plan.get("failed", []), *(one for one in plan.get("pending", []) if one not in plan.get("failed", []))]
    if not names:
        return f"{plan.get('applied', 0)} applied, none pending" if plan else "not known"
    return f"{len(names)} {'applied' if outcome in ('done', 'unhealthy') else 'pending'}: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"


def _complaints(components: Components, name: str) -> list[str]:
    for step in ("undo", "apply", "plan"):
        result = components.result(name, step)
        if result and result.get("failed"):
            failure = result.get("failure") or {}
            message = failure.get("message") or result.get("msg") or "a task failed"
            lines = [message if message.startswith(f"{name}:") else f"{name}: {message}"]
            return [*lines, *([f"  {failure['hint']}"] if failure.get("hint") else [])]
    return []

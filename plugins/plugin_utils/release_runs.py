# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What rollback and roll_forward decide from all components together: scope, saga, record. Each function serves one action.

Results of the components' tasks are the registered variables ``<verb>_state``, ``_plan``, ``_apply``, ``_undo``, ``_verify``.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import scope as scopes
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import verdict
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, releases, runs, sagas
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run

# Data and functions stand below the services that call them, and those below the pages that call these.
DEPLOY_ORDER = {"postgres": 10, "redis": 10, "supabase": 10, "atlas": 10, "mongodb": 10, "convex": 20, "railway": 30, "vercel": 40}
# Kinds of failure that trying again does not mend.
FINAL = ("auth", "permission", "not_found", "plan", "invalid", "refused")


def _view(components: Components, name: str) -> dict[str, t.Any]:
    state = components.result(name, "state") or {"failed": True, "msg": "it was not looked at"}
    if not state.get("failed"):
        return {"name": name, **state}
    failure = state.get("failure") or {}
    return {"name": name, "failure": (failure.get("message") and _told(failure)) or state["msg"], "refused": failure.get("kind") in FINAL}


def _told(failure: t.Mapping[str, t.Any]) -> str:
    return f"{failure['message'].rstrip('.')}. {failure['hint']}" if failure["hint"] else str(failure["message"])


def _order(components: Components, name: str) -> int:
    return int(components.variable(name, "component_deploy_order", DEPLOY_ORDER.get(components.variable(name, "component_vendor"), 50)))


def scope(run: Run, components: Components, ledger_url: str | None) -> dict[str, t.Any]:
    """Which components this run is about. Resumes what an earlier run began and did not end."""
    values = run["values"]
    verb = run["verb"]
    to = str(values.get(f"{verb}_to") or "")
    store = runs.open_store(run, ledger_url)
    saga = sagas.open_one(store, verb) if store else None
    if saga and store and to and to != saga["data"]["to"]:
        # Another target was named: what was begun is not continued. What it has moved stays visible as the present state.
        if not run["check_mode"]:
            sagas.end(store, saga["id"], run["id"], "superseded")
        saga = None
    resumed = {name: member["to_release"]["id"] for name, member in saga["members"].items()} if saga else None
    views = [_view(components, name) for name in components.names]
    if resumed and not set(resumed) & set(components.names):
        resumed = None
    if verb == "rollback":
        found = scopes.rollback(views, to, bool(values.get("rollback_force")), values["rollback_release_window"], resumed)
    else:
        found = scopes.roll_forward(views, to)
    critical_unread = {name: why for name, why in found.unread.items() if components.variable(name, "component_critical", True)}
    if critical_unread and found.status != "unknown":
        found.status, found.act = "refused", {}
    return {**dataclasses.asdict(found), "resumed": saga["id"] if saga and resumed else None}


def begin(run: Run, components: Components, found: t.Mapping[str, t.Any], ledger_url: str | None) -> dict[str, t.Any]:
    """Put the planned components into waves, and write the saga down before its first request.

    Returns ``{status, order, waves, undo, undo_waves, from, saga}``; an empty order when nothing may or need be done.
    """
    plans = {name: components.result(name, "plan") for name in found["act"]}
    refused = sorted(name for name, plan in plans.items() if plan is None or plan.get("failed"))
    result: dict[str, t.Any] = {
        "status": found["status"],
        "order": [],
        "waves": [1],
        "undo": [],
        "undo_waves": [1],
        "from": {},
        "saga": found["resumed"],
        "refused": refused,
    }
    if found["status"] != "act":
        return result
    if refused:
        return {**result, "status": "refused"}
    good = {name: plan for name, plan in plans.items() if plan}
    if not found["resumed"] and not any(plan["changes"] for plan in good.values()):
        return {**result, "status": "nothing"}
    # Going back, callers leave first, so that a new caller never meets an old callee; going forward they come last.
    backwards = run["verb"] == "rollback"
    orders = {name: _order(components, name) for name in good}
    ordered = sorted(good, key=lambda name: (-orders[name] if backwards else orders[name], name))
    waves = [list(names) for _number, names in itertools.groupby(ordered, key=orders.__getitem__)]
    members = [
        {
            "component": name,
            "wave": number,
            "from_release": plan["release"]["from"] or {},
            "to_release": plan["release"]["target"],
            "before": {"pinned": bool(plan["release"]["pinned_before"])},
        }
        for number, names in enumerate(waves)
        for name, plan in ((name, good[name]) for name in names)
    ]
    if run["check_mode"]:
        return {**result, "status": "plan"}
    store = runs.open_store(run, ledger_url)
    known = sagas.open_one(store, run["verb"]) if store and found["resumed"] else None
    if known:
        members = list(known["members"].values())
    elif store:
        result["saga"] = sagas.begin(store, run["verb"], run["id"], members, {"to": str(run["values"].get(f"{run['verb']}_to") or ""), "reason": run["reason"]})
    partial = run["values"].get(f"{run['verb']}_on_partial") == "undo"
    return {
        **result,
        "order": ordered,
        "waves": [len(names) for names in waves],
        "undo": ordered[::-1] if partial else [],
        "undo_waves": [len(names) for names in waves[::-1]],
        "from": {member["component"]: {**member["from_release"], "pinned": member["before"]["pinned"]} for member in members},
    }


def conclude(run: Run, components: Components, found: t.Mapping[str, t.Any], begun: t.Mapping[str, t.Any], ledger_url: str | None) -> dict[str, t.Any]:
    """What became of every component, written into the ledger. Returns ``{word, outcomes, seconds, failed, changes, warnings}``.

    To the words of :func:`verdict.overall` comes ``elsewhere``: what is failing has no release to go back to.
    """
    steps = {name: {step: components.result(name, step) for step in ("plan", "apply", "undo", "verify")} for name in found["act"]}
    outcomes = {name: verdict.of_component(step["plan"], step["apply"], step["undo"], step["verify"]) for name, step in steps.items()}
    if begun["status"] == "refused":
        # One refusal stops all of them before the first request.
        outcomes = {name: "refused" if name in begun["refused"] else "waiting" for name in outcomes}
        word = "refused"
    elif begun["status"] in ("unknown", "nothing"):
        word = begun["status"]
    else:
        word = verdict.overall(outcomes, run["check_mode"])
    failing = [name for name in components.names if _is_failing(components, name)]
    if word == "nothing" and run["verb"] == "rollback" and failing and not found["already"]:
        word = "elsewhere"
    last = max((step["verify"]["last_at"] or 0 for step in steps.values() if step["verify"] and step["verify"].get("last_at")), default=clock.now())
    started = float(run["values"].get("rollback_incident_started_at") or run["started_at"])
    concluded: dict[str, t.Any] = {
        "word": word,
        "outcomes": outcomes,
        "seconds": last - run["started_at"],
        "since_incident": last - started,
        "last_at": last,
        "not_there": sorted(name for name, outcome in outcomes.items() if outcome != "done") if not verdict.is_good(word) else [],
        "changes": _changes(steps, "plan" if run["check_mode"] else "apply"),
        "planned": _changes(steps, "plan"),
        "cautions": list(run["cautions"]),
    }
    if not verdict.is_good(word) and not concluded["not_there"]:
        concluded["not_there"] = sorted(found["unread"]) or failing or components.names[:1]
    # The last play fails those, or needs one host for the summary: a task for each of the others would do nothing.
    concluded["ends_on"] = concluded["not_there"] or components.names[:1]
    store = runs.open_store(run, ledger_url)
    if store and not run["check_mode"]:
        # One transaction: a run is remembered whole or not at all, and hundreds of components cost one flush to the disk.
        with store.write() as connection:
            _remember(store, run, components, steps, outcomes, begun)
            if begun["saga"] and word in (*verdict.MOVED, "undone", "failed"):
                sagas.end(store, begun["saga"], run["id"], word)
            chain.append(connection, store, run["id"], "verdict", {"word": word, "outcomes": outcomes, "seconds": round(concluded["seconds"], 3)})
    return concluded


def _is_failing(components: Components, name: str) -> bool:
    health = (components.result(name, "state") or {}).get("health") or {}
    return bool(health.get("verdict") == "fail")


def _remember(
    store: t.Any, run: Run, components: Components, steps: t.Mapping[str, t.Any], outcomes: t.Mapping[str, str], begun: t.Mapping[str, t.Any]
) -> None:
    """Releases proved and bad, pins opened and closed; a healthy component that was left alone is seen, not proved."""
    now = clock.now()
    for name, outcome in outcomes.items():
        if outcome not in verdict.MOVED:
            continue
        bad = begun["from"].get(name) or {}
        serving = steps[name]["apply"]["release"]["serving"]
        if run["verb"] == "roll_forward":
            releases.unpin(store, run["id"], name)
            if outcome == "done":
                releases.note(store, run["id"], name, serving, proved_at=now)
            continue
        if outcome == "done":
            if bad.get("id") and bad["id"] != serving["id"]:
                releases.note(store, run["id"], name, bad, bad_at=now, bad_reason=run["reason"] or f"rolled back by {run['asked_by']}")
            releases.note(store, run["id"], name, serving, proved_at=now)
        if bad.get("id") and bad["id"] != serving["id"]:
            releases.pin(store, run["id"], name, bad, serving, run["reason"], bad.get("pinned"))


def _changes(steps: t.Mapping[str, t.Any], step: str) -> list[dict[str, str]]:
    return [{"component": name, **change} for name, results in steps.items() for change in (results[step] or {}).get("changes", [])]

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What a drill decides from all components together: what an earlier one has left, the saga, and what was proved.

Results of the components' tasks are the registered variables ``drill_plan``, ``drill_apply``, ``drill_clean``, ``drill_serving``, ``drill_back``,
``drill_back_health``, ``drill_forward`` and ``drill_forward_health``; of all together ``drill_proof`` and ``drill_notify``.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, credentials, scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import restores as judge
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, findings, restores, runs, sagas
from ansible_collections.saasops.runbooks.plugins.plugin_utils import restore_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run

Json = dict[str, t.Any]
PROVED = "restored"
GOOD = ("done", "plan")
PLANNED, DONE = ("plan",), ("left_places", "left_release", "apply", "clean", "back", "forward")


def left(run: Run, components: Components, ledger_url: str | None) -> Json:
    """``{status, why, places, serving, saga}``: what a drill has left behind that was cut off: places that it made, and releases that it moved."""
    result: Json = {"status": "act", "why": "", "places": {}, "serving": {}, "saga": None}
    if "rollback" in run["values"]["drill_what"] and credentials.is_production({"saasops_environment": run["environment"].rpartition("/")[2]}):
        why = "a rollback is not drilled in production: customers would get an older release"
        return {**result, "status": "refused", "why": f"{why}. Drill it in another environment, or leave rollback out of drill_what"}
    if not run["check_mode"]:
        scratch.work()
    store = runs.open_store(run, ledger_url)
    begun = sagas.open_one(store, run["verb"]) if store else None
    if begun is None:
        return result
    data = begun["data"]
    # Its places are told in the part that it was to restore, and a component of it may be gone from the inventory.
    places = {name: {"set": data["set"], "name": data["name"]} for name in begun["members"] if name in components.names}
    return {**result, "places": places, "serving": {name: one for name, one in data["serving"].items() if name in components.names}, "saga": begun["id"]}


def begin(run: Run, components: Components, before: t.Mapping[str, t.Any], ledger_url: str | None) -> Json:
    """``{status, why, order, set, name, saga}``. What is refused for one component is not proved, and keeps no other one from being proved."""
    result: Json = {"status": before["status"], "why": before["why"], "order": [], "set": {}, "name": "", "saga": before["saga"]}
    if before["status"] == "refused":
        return result
    wanted = "restore" in run["values"]["drill_what"]
    plans = {name: plan for name in components.names if (plan := components.result(name, "plan")) and not plan.get("failed") and plan["restore"]["supported"]}
    if wanted and not plans:
        return {**result, "status": "refused", "why": "" if _failed(components) else "the set holds nothing that could be put back for these components"}
    if run["check_mode"]:
        return {**result, "status": "plan", **_chosen(plans)}
    store = runs.open_store(run, ledger_url)
    if store and before["saga"]:
        # All of it is put right by now, or the run would not have come so far.
        sagas.end(store, before["saga"], run["id"], "cleaned")
    members: list[sagas.Member] = [
        {"component": name, "wave": 0, "from_release": {}, "to_release": {"parts": _rows(plan)}, "before": {}} for name, plan in plans.items()
    ]
    chosen = _chosen(plans)
    data = {"set": chosen["set"].get("id", ""), "name": chosen["name"], "serving": {}, "reason": run["reason"]}
    return {**result, **chosen, "order": sorted(plans), "saga": sagas.begin(store, run["verb"], run["id"], members, data) if store else None}


def _failed(components: Components) -> bool:
    return any(_failure(components, name, "plan") for name in components.names)


def _chosen(plans: t.Mapping[str, Json]) -> Json:
    first = next(iter(plans.values()), None)
    return {"set": first["restore"]["set"], "name": first["restore"]["name"]} if first else {"set": {}, "name": ""}


def _rows(plan: Json) -> list[Json]:
    return [{key: part[key] for key in ("name", "component", "vendor", "kind")} for part in plan["restore"]["parts"]]


def moving(run: Run, components: Components, ledger_url: str | None) -> Json:
    """What serves is written down before any release is moved, so that it is put back whoever is killed. ``{serving}``: of those that can be moved."""
    serving: Json = {}
    for name in components.names:
        release = (components.result(name, "serving") or {}).get("release") or {}
        if release.get("supported") and release.get("serving"):
            serving[name] = {"id": release["serving"]["id"], "pinned": bool(release["pinned"])}
    store = runs.open_store(run, ledger_url)
    begun = sagas.open_one(store, run["verb"]) if store else None
    if store and begun and not run["check_mode"]:
        sagas.amend(store, begun["id"], {**begun["data"], "serving": serving})
    return {"serving": serving}


def conclude(run: Run, components: Components, begun: t.Mapping[str, t.Any], ledger_url: str | None) -> Json:
    """``{word, outcomes, not_there, ends_on, seconds, changes, planned, checks, cautions, proof, parts, left}``, remembered. ``left``: what could not be
    put right again."""
    at, what = clock.now(), run["values"]["drill_what"]
    proof = next((found for name in components.names if (found := components.result(name, "proof"))), None)
    parts = restore_runs.parts(components)
    unwritten = bool(begun["status"] == "act" and "restore" in what and (proof is None or proof.get("failed")))
    made = _checks(run, components, begun, parts, what) if begun["status"] == "act" else _refused(components, begun)
    if unwritten:
        made.append(checks.check("proof", "", "fail", f"it could not be written down: {_why(proof) if proof else 'nothing was proved'}"))
    outcomes = {name: checks.worst([one for one in made if one["component"] == name]) for name in sorted({one["component"] for one in made} - {""})}
    bad = sorted({one["component"] or components.names[0] for one in made if one["verdict"] in ("fail", "error", "inconclusive")})
    word = begun["status"] if begun["status"] != "act" else "failed" if bad else "done"
    bad = bad or ([] if word in GOOD else components.names[:1])
    concluded = {
        "word": word,
        "outcomes": outcomes,
        "not_there": bad,
        "ends_on": bad or components.names[:1],
        "seconds": at - run["started_at"],
        "changes": restore_runs.changes(components, PLANNED if run["check_mode"] else DONE),
        "planned": restore_runs.changes(components, PLANNED),
        "checks": checks.in_order(made),
        "cautions": list(run["cautions"]),
        "proof": (proof or {}).get("proof") or {},
        "parts": parts,
        "left": [f"{name}: {_why(failed)}" for name in components.names for step in ("clean", "forward") if (failed := _failure(components, name, step))],
    }
    store = runs.open_store(run, ledger_url)
    if store and not run["check_mode"] and begun["status"] == "act":
        with store.write() as connection:
            for name in begun["order"]:
                mine = [part for part in parts if part["host"] == name]
                if mine and all(part["result"] == PROVED for part in mine):
                    restores.note(store, run["id"], name, begun["set"]["id"], at, sum(part["seconds"] for part in mine))
            if "scheduled" not in run:
                # A scheduled run remembers itself what its items have found.
                findings.remember(store, run["id"], at, [one for one in made if one["value"] is not None])
            chain.append(connection, store, run["id"], "verdict", {"word": word, "outcomes": outcomes, "seconds": round(concluded["seconds"], 3)})
            if begun["saga"] and not concluded["left"]:
                sagas.end(store, begun["saga"], run["id"], word)
    return concluded


def _checks(run: Run, components: Components, begun: t.Mapping[str, t.Any], parts: t.Sequence[Json], what: t.Sequence[str]) -> list[checks.Check]:
    made: list[checks.Check] = []
    for name in components.names:
        for step in ("plan", "apply", "clean"):
            result = components.result(name, step)
            if result and result.get("failed"):
                made.append(checks.check(step, name, "fail", _why(result), next=(result.get("failure") or {}).get("hint") or ""))
        for kept in ((components.result(name, "plan") or {}).get("restore") or {}).get("kept") or []:
            made.append(checks.check(kept["name"], name, "skipped", kept["why"]))
    for part in parts:
        if part["result"] != PROVED:
            reason = judge.few(part["differences"]) or "it could not be compared"
            verdict = "inconclusive" if part["result"] == "unproved" else "fail"
            made.append(checks.check(part["name"], part["host"], verdict, reason))
        else:
            reason = f"{part['rows']:,} rows of {part['tables']} tables, the same {'row by row' if part['by'] == 'rows' else 'by ' + part['by']}"
            made.append(checks.check(part["name"], part["host"], "pass", reason, round(part["seconds"], 3), "s"))
    if "restore" in what:
        limits = restore_runs.recovery_point(components), restore_runs.recovery_time(components)
        proved = [part for part in parts if part["result"] == PROVED]
        # From the command until the last part was seen to be the same; what follows, such as cleaning up, keeps nobody waiting.
        ended = max((float(((components.result(name, "apply") or {}).get("restore") or {}).get("ended_at") or 0) for name in begun["order"]), default=0.0)
        made += judge.drilled(proved, run["started_at"], max(0.0, ended - run["started_at"]), *limits)
    if "rollback" in what:
        made += [one for name in components.names for one in _rolled(components, name)]
    if "notify" in what:
        made.append(_notified(components))
    return made


def _refused(components: Components, begun: t.Mapping[str, t.Any]) -> list[checks.Check]:
    """Why nothing is drilled; nothing of the kind is there for a plan."""
    if begun["status"] != "refused":
        return []
    failed = {name: failure for name in components.names if (failure := _failure(components, name, "plan"))}
    made = [checks.check("plan", name, "fail", _why(one), next=(one.get("failure") or {}).get("hint") or "") for name, one in failed.items()]
    return [*made, *([checks.check("drill", "", "fail", begun["why"])] if begun["why"] else [])]


def _failure(components: Components, name: str, step: str) -> Json | None:
    found = components.result(name, step)
    return found if found and found.get("failed") else None


def _why(result: Json) -> str:
    return str((result.get("failure") or {}).get("message") or result.get("msg") or "the task failed")


def _rolled(components: Components, name: str) -> list[checks.Check]:
    back, forward = components.result(name, "back"), components.result(name, "forward")
    if back is None:
        return [checks.check("rollback", name, "skipped", "nothing that could be moved")]
    if back.get("failed"):
        return [checks.check("rollback", name, "fail", _why(back))]
    made = [_step("rollback", name, back, components.result(name, "back_health"))]
    if forward is None or forward.get("failed"):
        why = _why(forward) if forward else "it was not put back"
        return [*made, checks.check("undo", name, "fail", why, next="Run the same command again: it puts back what served before")]
    return [*made, _step("undo", name, forward, components.result(name, "forward_health"))]


def _step(what: str, name: str, moved: Json, health: Json | None) -> checks.Check:
    verdict = (health or {}).get("verdict") or "inconclusive"
    seconds = float(moved["release"]["seconds"])
    said = f"{moved['release']['how']} in {seconds:.0f} s, {(health or {}).get('reason') or 'health was not measured'}"
    return checks.check(what, name, verdict if verdict in checks.VERDICTS else "error", said, round(seconds, 3), "s")


def _notified(components: Components) -> checks.Check:
    told = next((found for name in components.names if (found := components.result(name, "notify"))), None)
    if told is None or told.get("failed"):
        return checks.check("notify", "", "fail", _why(told) if told else "nobody was told")
    failed = [route["route"] for route in told["routes"] if route["state"] == "failed"]
    return checks.check("notify", "", "fail" if failed else "pass", f"failed: {', '.join(failed)}" if failed else told["told"])

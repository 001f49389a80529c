# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What restore decides from all components together: the saga before its first change, and what became of each of them.

Results of the components' tasks are the registered variables ``restore_plan``, ``restore_protect``, ``restore_apply`` and
``restore_integrity``; and those of the role maintenance.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import undoing
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import restores as judge
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, restores, runs, sagas
from ansible_collections.saasops.runbooks.plugins.plugin_utils import maintenance_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
BAD = ("fail", "error")
GOOD = ("done", "unproved", "nothing", "plan")
# With these the data are what the set holds: nothing is left to be gone on with.
ENDED = ("done", "unproved", "unhealthy")
KEPT = ("name", "component", "vendor", "kind")


def begin(run: Run, components: Components, ledger_url: str | None) -> Json:
    """``{status, order, saga, in_place, protect, safety, set, refused, why}``. Nothing acts where ``order`` is empty.

    ``protect``: what is there now has still to be kept, as a set of its own, before the first change.
    """
    values, verb = run["values"], run["verb"]
    plans = {name: plan for name in components.names if (plan := components.result(name, "plan")) is not None}
    refused = sorted(name for name, plan in plans.items() if plan.get("failed") or _webhooks(components, name, "webhooks_plan").get("failed"))
    good = {name: plan for name, plan in plans.items() if not plan.get("failed") and plan["restore"]["supported"]}
    first: Json = next(iter(good.values()), {"restore": {"set": {}, "to": "", "name": "", "tables": []}})["restore"]
    result: Json = {"status": "act", "order": [], "saga": None, "in_place": first["to"] == "in_place", "protect": False, "safety": "", "refused": refused}
    result |= {"set": first["set"], "why": ""}
    if refused:
        return {**result, "status": "refused"}
    if not run["check_mode"]:
        # What a killed run has left in clear goes, also where nothing else is left to be done.
        scratch.work()
    store = runs.open_store(run, ledger_url)
    begun = sagas.open_one(store, verb) if store else None
    resumed = begun if begun and (begun["data"]["asked"]["undo"] or not values["restore_undo"]) else None
    if not good and not resumed:
        known = any(plan["restore"]["how"] == "already" for plan in plans.values())
        _abandon(run, store, begun)
        return {**result, "status": "nothing"} if known else {**result, "status": "refused", "why": _nothing_there(components, values)}
    is_changing = any(plan["changes"] for plan in good.values())
    if run["check_mode"] or (not is_changing and not resumed):
        if not run["check_mode"]:
            _abandon(run, store, begun)
        return {**result, "status": "plan" if is_changing and run["check_mode"] else "nothing"}
    order = sorted(good)
    if resumed:
        data = resumed["data"]
        result |= {"saga": resumed["id"], "safety": data["safety"]}
    else:
        _abandon(run, store, begun)
        asked = undoing.asked({name: values[f"restore_{'from' if name == 'source' else name}"] for name in undoing.ASKED})
        data = {"asked": asked, "source": values["restore_from"], "safety": "", "reason": run["reason"], "undoes": begun["id"] if begun else ""}
        # Whoever goes on with it has been waiting since then.
        data["started_at"] = run["started_at"]
        data |= {"set": first["set"]["id"], "to": first["to"], "name": first["name"], "tables": first["tables"]}
        members = [_member(name, plan["restore"]["parts"]) for name, plan in good.items()]
        result["saga"] = sagas.begin(store, verb, run["id"], members, data) if store else None
    return {**result, "order": order, "protect": result["in_place"] and is_changing and not result["safety"]}


def _member(name: str, parts: t.Sequence[Json]) -> sagas.Member:
    moved = [{key: part[key] for key in KEPT} for part in parts if part["result"] != "same"]
    return {"component": name, "wave": 0, "from_release": {}, "to_release": {"parts": moved}, "before": {}}


def _abandon(run: Run, store: Store | None, begun: Json | None) -> None:
    """What was begun is not gone on with: a way back takes its place, or it had not changed anything."""
    if store and begun and not run["check_mode"]:
        touched = begun["data"]["safety"] or begun["data"]["to"] != "in_place"
        sagas.end(store, begun["id"], run["id"], "superseded" if touched else sagas.ABANDONED)


def _nothing_there(components: Components, values: Json) -> str:
    target = values["restore_target"]
    if target and target not in components.names:
        return f"there is no component {target}; those here are {', '.join(components.names)}"
    if values["restore_undo"]:
        return "nothing that was restored here is known, so nothing can be taken back"
    return "the set holds nothing that could be put back for these components"


def protected(run: Run, ledger_url: str | None, safety: str) -> Json:
    """What is there now is kept as the set ``safety``: from here on it may be replaced."""
    store = runs.open_store(run, ledger_url)
    begun = sagas.open_one(store, run["verb"]) if store else None
    if store is None or begun is None:
        raise Failure("unknown", "the ledger no longer knows of this restore", "Run the same command again: it looks before it acts", code="saga")
    sagas.amend(store, begun["id"], {**begun["data"], "safety": safety})
    return {"status": "act", "saga": begun["id"], "safety": safety}


def conclude(run: Run, components: Components, begun: t.Mapping[str, t.Any], ledger_url: str | None) -> Json:
    """``{word, outcomes, not_there, ends_on, seconds, changes, planned, cautions, safety, parts, sick, closed}``; the saga ended where nothing is
    left of it. ``closed``: components that are still in maintenance, and why."""
    status, order = begun["status"], begun["order"]
    store = runs.open_store(run, ledger_url)
    known = sagas.open_one(store, run["verb"]) if store and begun["saga"] else None
    safety = str(known["data"]["safety"]) if known else ""
    sick = {name: str(look["reason"]) for name in components.names if (look := _look(components, name)).get("verdict") in BAD} if status == "act" else {}
    lost = {name: why for name in components.names if (why := _lost(components, name))} if status == "act" else {}
    if status == "act":
        held = (begun["protect"] and not safety) or not any(components.result(name, "apply") for name in order)
        outcomes = {name: "waiting" if held else _outcome(components, name, bool(sick or lost)) for name in order}
        word = "held" if held else _word(list(outcomes.values()))
    else:
        outcomes = {name: "refused" if name in begun["refused"] else status for name in components.names if components.result(name, "plan")}
        word = status
    bad = [name for name, outcome in outcomes.items() if outcome not in (*GOOD, "same")] or components.names[:1]
    # Where nothing is put back, none is registered either.
    hooks = ("webhooks_plan",) if begun["in_place"] and status in ("act", "plan") else ()
    concluded = {
        "word": word,
        "outcomes": outcomes,
        "not_there": [] if word in GOOD else sorted({*bad, *({**sick, **lost} if word == "unhealthy" else ())}),
        "seconds": clock.now() - run["started_at"],
        "changes": _around(components, changes(components, ("plan", *hooks) if run["check_mode"] else ("apply", "webhooks"))),
        "planned": _around(components, changes(components, ("plan", *hooks))),
        "cautions": [*run["cautions"], *_cautions(components)],
        "safety": safety,
        "parts": parts(components),
        "sick": sick,
        "lost": lost,
        "webhooks": _registered(components) if begun["in_place"] and status in ("act", "plan") else [],
        "closed": {name: why for name in components.names if (why := _closed(components, name))},
    }
    # From the first command until all of it was looked at.
    concluded["recovery"] = clock.now() - float(known["data"]["started_at"] if known else run["started_at"])
    concluded["checks"] = _measured(components, known, concluded) if known and word in ENDED else []
    concluded["ends_on"] = concluded["not_there"] or components.names[:1]
    if store and not run["check_mode"]:
        with store.write() as connection:
            for name, outcome in outcomes.items():
                if outcome == "done":
                    restores.note(store, run["id"], name, begun["set"]["id"], clock.now(), concluded["recovery"])
            if begun["saga"] and word in ENDED:
                sagas.end(store, begun["saga"], run["id"], word)
            seconds = round(concluded["seconds"], 3)
            chain.append(connection, store, run["id"], "verdict", {"word": word, "outcomes": outcomes, "seconds": seconds, "safety": safety})
    return concluded


def _measured(components: Components, saga: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any]) -> list[Json]:
    """How far back and how long, against what is declared. Of a part that came back the data since its moment are gone; one that was put back by a run
    that was cut off came back, too."""
    moved = {(name, part["name"]) for name, member in saga["members"].items() for part in member["to_release"]["parts"]}
    came = [part for part in concluded["parts"] if (part["host"], part["name"]) in moved and part["result"] in ("restored", "unproved", "same")]
    recovery = float(concluded["recovery"])
    return list(judge.drilled(came, clock.now() - recovery, recovery, recovery_point(components), recovery_time(components))) if came else []


def recovery_point(components: Components) -> float:
    """How much may be lost, in seconds: as declared, else as old as the newest backup may be."""
    age = _declared(components, "backup_max_age", "24h")
    return _declared(components, "backup_rpo", age)


def recovery_time(components: Components) -> float:
    """How long a recovery may take."""
    return _declared(components, "backup_rto", "1h")


def _declared(components: Components, name: str, default: float | str) -> float:
    return durations.seconds(components.variable(components.names[0], name, default), name)


def _webhooks(components: Components, name: str, step: str) -> Json:
    return components.result(name, step) or {}


def _lost(components: Components, name: str) -> str:
    """Why what a component declares to be delivered is not delivered now; empty when it is, or nothing is declared."""
    found = _webhooks(components, name, "webhooks")
    if found.get("failure"):
        return f"its webhooks could not be looked at: {found['msg']}"
    return f"{found['reason']}. {found['checks'][0]['next']}" if found.get("verdict") in BAD else ""


def _registered(components: Components) -> list[str]:
    """What became of the declared webhooks, or would; one line that says so where none is declared."""
    lines = []
    for name in components.names:
        found = _webhooks(components, name, "webhooks") or _webhooks(components, name, "webhooks_plan")
        if found.get("failure"):
            lines.append(f"{name}: {found['failure']['message']}")
        elif (found.get("webhooks") or {}).get("declared"):
            lines.append(f"{name}: {found['reason']}")
    return lines or ["none is declared here (component_webhooks), so none was looked at"]


def _look(components: Components, name: str) -> Json:
    return dict(components.variable(name, "maintenance_look") or {})


def _closed(components: Components, name: str) -> str:
    """Why a component is still in maintenance; empty when it is not, or was not put into it."""
    on, off = (components.variable(name, f"maintenance_{state}") or {} for state in ("on", "off"))
    if not (on.get("maintenance") or {}).get("supported"):
        return ""
    if off.get("verdict") in ("pass", "warn"):
        return ""
    return str(off.get("reason") or off.get("msg") or "what was put back is not well")


def parts(components: Components) -> list[Json]:
    """Of all components, as far as each has come, with the host that it was put back for."""
    found = []
    for name in components.names:
        results = [result for step in ("apply", "plan") if (result := components.result(name, step)) and not result.get("failed")]
        found += [{**part, "host": name} for part in (results[0]["restore"]["parts"] if results else [])]
    return found


def _outcome(components: Components, name: str, is_sick: bool) -> str:
    applied = components.result(name, "apply")
    if applied is None:
        return "waiting"
    if applied.get("failed"):
        return "unknown" if (applied.get("failure") or {}).get("kind") in ("unknown", None) else "failed"
    results = {part["result"] for part in applied["restore"]["parts"]}
    if "different" in results:
        return "different"
    if is_sick or (components.result(name, "integrity") or {}).get("verdict") in BAD:
        return "unhealthy"
    return "unproved" if "unproved" in results else "done"


def _word(outcomes: t.Sequence[str]) -> str:
    if "unknown" in outcomes:
        return "unknown"
    left = [outcome for outcome in outcomes if outcome in ("failed", "waiting")]
    if left:
        return "failed" if len(left) == len(outcomes) else "partly"
    return next((word for word in ("different", "unhealthy", "unproved") if word in outcomes), "done")


def changes(components: Components, steps: t.Sequence[str]) -> list[Json]:
    return [{"component": name, **one} for name in components.names for step in steps for one in (components.result(name, step) or {}).get("changes") or []]


def _around(components: Components, moved: list[Json]) -> list[Json]:
    """With what closes the doors before, and opens them after."""
    return maintenance_runs.switched(components, "on") + moved + maintenance_runs.switched(components, "off")


def _cautions(components: Components) -> list[str]:
    return list(dict.fromkeys(caution for name in components.names if (caution := (components.result(name, "plan") or {}).get("caution"))))

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules component_release and component_release_info do: read a component, decide, make it serve what it should."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import health as healths
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import release
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import admission
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

COMPONENT_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **COMMON_ARGUMENTS,
    "component": {"type": "dict", "required": True},
    "token": {"type": "str", "no_log": True},
    "api_token": {"type": "str", "no_log": True},
}


def info(task: Task) -> dict[str, t.Any]:
    """``execute`` of component_release_info."""
    component, known, found = _open(task)
    state = found.read() if found else None
    asleep = bool(state and state["serving"] and state["serving"]["state"] == "SLEEPING")
    health = healths.measure(task, healths.endpoints(component), task.params["probe"], warm_up=asleep) if task.params["probe"] else None
    if state is None:
        return {"release": _without_capability(component), "health": health}
    possible = admission.candidates(state, known)
    return {
        "release": {
            "component": component["name"],
            "vendor": component["component_vendor"],
            "supported": True,
            **state,
            "history": state["history"][: task.params["limit"]],
            # Cut short, it is not what was read any more.
            "reading": state["reading"] if len(state["history"]) <= task.params["limit"] else None,
            "candidates": possible[: task.params["limit"]],
            "already_rolled_back": admission.already_rolled_back(state, known),
            "pin": known["pin"] if known else None,
        },
        "health": health,
    }


def ensure(task: Task) -> dict[str, t.Any]:
    """``execute`` of component_release: production serves the wanted deployment, or a refusal says why not and what else."""
    params = task.params
    component, known, found = _open(task, params["seen"])
    name = component["name"]
    if found is None:
        raise Failure(
            "refused", f"{name}: {component['component_vendor']} has nothing that could be rolled back", "Leave it out with --limit", code="unsupported"
        )
    state = found.read()
    before = state["serving"]
    target, refusals = _target(found, state, known, params)
    if refusals or target is None:
        raise release.refused(name, refusals)
    serves = found.already(target, params["rebuild"])
    if not serves and params["admit"]:
        refusals = admission.admit(target, state, known, params["rebuild"], params["force"], forward=not params["pinned"])
        if refusals:
            raise release.refused(name, refusals)
    differences = [] if serves or params["pinned"] is False or before is None else found.differences(target, before)
    done = found.ensure(target, params["description"], params["rebuild"]) if params["pinned"] else found.undo_pin(target, params["auto_assign"])
    after = {**target, **done["serving"]} if done["serving"] else target
    return {
        "changed": bool(task.gate.changes),
        "release": {
            "component": name,
            "vendor": component["component_vendor"],
            "where": state["where"],
            "link": state["link"],
            "from": before,
            "target": target,
            "serving": after,
            "how": done["how"],
            "seconds": done["seconds"],
            "notes": done["notes"],
            "differences": differences,
            "pinned_before": state["pinned"],
            "auto_deploy": state["auto_deploy"],
            "seen": {**state, "component": name, "vendor": component["component_vendor"], "reading": found.reading()} if task.check_mode else None,
        },
        "diff": {
            "before": {"serving": admission.label(before), "pinned": state["pinned"]},
            "after": {"serving": admission.label(target), "pinned": params["pinned"]}
            if task.gate.changes
            else {"serving": admission.label(before), "pinned": state["pinned"]},
        },
    }


def component_of(task: Task) -> dict[str, t.Any]:
    component = dict(task.params["component"])
    for needed in ("name", "component_vendor"):
        if not component.get(needed):
            raise Failure("invalid", f"component has no {needed}", "Set component_vendor in the inventory, or give component: {name, component_vendor, ...}")
    return component


def known_of(store: t.Any, name: str) -> dict[str, t.Any] | None:
    """What the ledger knows of a component; None without one."""
    if store is None:
        return None
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases

    return releases.about(store, name)


def _open(task: Task, seen: dict[str, t.Any] | None = None) -> tuple[dict[str, t.Any], dict[str, t.Any] | None, release.Provider | None]:
    """(the component, what the ledger knows of it or None, its vendor or None); wires the ledger to the change gate."""
    component = component_of(task)
    known = known_of(runs.join(task, component["name"]), component["name"])
    if seen and (seen.get("component"), seen.get("vendor")) != (component["name"], component["component_vendor"]):
        raise Failure("invalid", f"seen was read of {seen.get('component')}, not of {component['name']}", "Give what component_release_info returned for it")
    return component, known, release.provider(task, component, token_of(task), seen if seen and seen.get("reading") else None)


def token_of(task: Task) -> dict[str, str | None]:
    return {"token": task.params["token"], "api_token": task.params["api_token"]}


def _target(
    found: release.Provider, state: dict[str, t.Any], known: dict[str, t.Any] | None, params: dict[str, t.Any]
) -> tuple[dict[str, t.Any] | None, list[admission.Refusal]]:
    wanted = params["deployment"]
    if not wanted:
        target, refusals = admission.choose(state, known)
        return t.cast("dict[str, t.Any] | None", target), refusals
    instead = admission.otherwise(state, known) if params["pinned"] else "Leave roll_forward_to out: the newest good release is taken"
    try:
        target = release.resolve(found, state, wanted)
    except Failure as failure:
        if failure.kind == "refused":
            failure.hint = f"{failure.hint}. {instead}"
        raise
    if target is None:
        recent = ", ".join(admission.label(deployment) for deployment in state["history"][:3])
        newest = f"The newest are: {recent}. " if recent else ""
        return None, [admission.Refusal("not_found", f"there is no deployment {wanted} in {state['where']}", f"{newest}{instead}")]
    return target, []


def _without_capability(component: dict[str, t.Any]) -> dict[str, t.Any]:
    return {
        "component": component["name"],
        "vendor": component["component_vendor"],
        "supported": False,
        "serving": None,
        "history": [],
        "candidates": [],
        "where": component["component_vendor"],
        "pinned": None,
        "busy": None,
        "link": "",
        "already_rolled_back": False,
        "pin": None,
        "reading": None,
    }

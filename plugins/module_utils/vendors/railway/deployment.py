# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_deployment does; its documentation tells options and result.

Facts (Railway public API): a restart keeps the deployment's id, so only its instances and the time of its status prove it; a
cancelled deployment becomes REMOVED; a stopped one keeps its status and says so in ``deploymentStopped``.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments, service
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment, label
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release, by_id
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import resolve

# (the deployment as it is then, how it came about, what is true from now on)
Outcome = tuple[Deployment, str, list[str]]
_COMPARED = ("id", "commit", "version", "state", "stopped")


def room_of(task: Task) -> Release:
    """The service that a module's options name."""
    params = task.params
    client = connect(task, params)
    return Release(task, client, resolve(client, params["project"], params["environment"], params["service"], bool(params["token"])))


def execute(task: Task) -> dict[str, t.Any]:
    room = room_of(task)
    state = room.state()
    wanted = task.params["deployment"]
    target = room.find(wanted) if wanted else state.serving
    if target is None:
        if wanted:
            raise deployments.missing(wanted, state.history, room.scope)
        raise refuse(f"nothing runs in {room.scope}", "Name the deployment that is meant", code="no_serving")
    acts: dict[str, t.Callable[[Release, Deployment], Outcome]] = {
        "active": _active,
        "restarted": _restarted,
        "redeployed": _redeployed,
        "stopped": _stopped,
        "removed": _removed,
    }
    # For "active" the service is what changes, for the others the deployment that was named.
    before = state.serving if task.params["state"] == "active" else target
    after, how, notes = acts[task.params["state"]](room, target)
    return {
        "changed": bool(task.gate.changes),
        "deployment": after,
        "how": how,
        "notes": notes,
        "link": room.scope.link,
        "diff": {"before": _compared(before), "after": _compared(after)},
    }


def _compared(deployment: Deployment | None) -> dict[str, t.Any]:
    return {key: deployment[key] for key in _COMPARED} if deployment else {}


def _active(room: Release, target: Deployment) -> Outcome:
    params, state = room.task.params, room.state()
    serving = state.serving
    if serving and room.serves(target, state, params["rebuild"]):
        if serving["stopped"] and not state.runs(serving):
            return _restarted(room, serving)
        return serving, "already", []
    busy = state.in_progress()
    if busy and not room.under_way(target, state, params["rebuild"]):
        raise Failure(
            "conflict",
            f"deployment {label(busy)} ({busy['id']}) is {busy['state']}",
            "Wait for it to end, or cancel it with state: removed; then run the same command again",
            VENDOR,
            code="busy",
            retryable=True,
        )
    if not params["rebuild"] and not target["ready"] and not room.under_way(target, state, False):
        raise refuse(f"{label(target)} is {target['state']}, so the service cannot run it", "Name another deployment, or use rebuild", code="not_ready")
    done = room.ensure(target, "", params["rebuild"], params["wait"])
    return done["serving"], done["how"], done["notes"]


def _restarted(room: Release, target: Deployment) -> Outcome:
    if target["state"] not in deployments.GOOD | {"CRASHED"}:
        raise refuse(f"{label(target)} is {target['state']}: only what runs or crashed can be restarted", "Use state: active or redeployed", code="not_ready")

    def restarted(now: Deployment | None) -> bool:
        if now is None:
            return False
        same = (now["status_updated_at"], _instances(now), now["stopped"]) == (target["status_updated_at"], _instances(target), target["stopped"])
        return not same and not now["stopped"]

    def find(seen: service.State) -> Deployment | None:
        now = seen.get(target["id"]) or deployments.by_id(room.client, room.scope, target["id"], seen.active)
        return now if restarted(now) else None

    def look() -> dict[str, bool] | None:
        return {op.RESTART.name: True} if find(service.observe(room.client, room.scope)) else None

    if _sent(room, op.RESTART, target, look):
        return {**target, "state": "SUCCESS", "ready": True, "stopped": False}, "restart", []
    if not room.task.params["wait"]:
        return _now(room, target), "restart", []
    return service.wait_until_active(room.task, room.client, room.scope, find, f"the restart of {label(target)}"), "restart", []


def _instances(deployment: Deployment) -> list[str]:
    return sorted(instance["id"] for instance in deployment["instances"])


def _redeployed(room: Release, target: Deployment) -> Outcome:
    if target["redeployable"] is False:
        raise refuse(f"Railway cannot redeploy {label(target)} again", "Name another deployment", code="not_redeployable")
    marker = service.Marker.of(room.state())

    def find(seen: service.State) -> Deployment | None:
        return marker.new(seen, lambda one: one["commit"] in (None, target["commit"]))

    def look() -> dict[str, t.Any] | None:
        seen = find(service.observe(room.client, room.scope))
        return {op.REDEPLOY.name: {"id": seen["id"]}} if seen else None

    variables = {"id": target["id"], **({"usePreviousImageTag": True} if room.task.params["use_previous_image_tag"] else {})}
    answer = room.client.change(op.REDEPLOY, f"{room.scope}: {label(target)}", variables=variables, look=look)
    if planned(answer):
        return room.planned(target, answer), "redeploy", []
    made = answer.get(op.REDEPLOY.name)
    identity = made.get("id") if isinstance(made, dict) else None
    recognise = by_id(identity) if identity else find
    if not room.task.params["wait"]:
        return recognise(service.observe(room.client, room.scope)) or {**target, "id": identity}, "redeploy", []
    return service.wait_until_active(room.task, room.client, room.scope, recognise, f"the redeployment of {label(target)}"), "redeploy", []


def _stopped(room: Release, target: Deployment) -> Outcome:
    if target["in_progress"]:
        raise refuse(f"{label(target)} is {target['state']}", "Wait for it, or cancel it with state: removed", code="not_ready")
    if target["stopped"] or target["state"] not in deployments.GOOD | {"CRASHED"}:
        return target, "already", []
    done = _ended(room, op.STOP, target, lambda now: now is None or now["stopped"] or now["state"] in deployments.GONE)
    return done or {**target, "stopped": True}, "stop", []


def _removed(room: Release, target: Deployment) -> Outcome:
    if target["state"] == "REMOVED":
        return target, "already", []
    gone = {**target, "state": "REMOVED", "active": False, "in_progress": False, "stopped": True, "instances": []}
    if target["state"] == "REMOVING":
        if room.task.params["wait"] and not room.task.check_mode:
            return _until(room, target, lambda now: now is None or now["state"] == "REMOVED") or gone, "already", []
        return target, "already", []
    cancels = target["in_progress"] or target["state"] == "NEEDS_APPROVAL"
    done = _ended(room, op.CANCEL if cancels else op.REMOVE, target, lambda now: now is None or now["state"] == "REMOVED")
    return done or gone, "cancel" if cancels else "remove", []


def _ended(room: Release, operation: Operation, target: Deployment, ended: t.Callable[[Deployment | None], bool]) -> Deployment | None:
    """Send, and wait until ``ended``; None in check mode, and where nothing of the deployment is left."""

    def look() -> dict[str, bool] | None:
        now = deployments.by_id(room.client, room.scope, target["id"])
        return {operation.name: True} if ended(now) or (now and now["state"] == "REMOVING") else None

    if _sent(room, operation, target, look):
        return None
    if not room.task.params["wait"]:
        return _now(room, target)
    return _until(room, target, ended)


def _until(room: Release, target: Deployment, ended: t.Callable[[Deployment | None], bool]) -> Deployment | None:
    return service.poll(
        room.task, room.scope, lambda: deployments.by_id(room.client, room.scope, target["id"]), ended, f"the end of deployment {label(target)}"
    )


def _now(room: Release, target: Deployment) -> Deployment:
    return deployments.by_id(room.client, room.scope, target["id"]) or target


def _sent(room: Release, operation: Operation, target: Deployment, look: t.Callable[[], t.Any]) -> bool:
    """Send a change of one deployment; true when it was only planned."""
    return planned(room.client.change(operation, f"{room.scope}: {label(target)}", variables={"id": target["id"]}, look=look))

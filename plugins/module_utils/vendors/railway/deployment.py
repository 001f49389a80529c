# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_deployment does; its documentation tells options and result.

Facts (Railway public API): a restart keeps the deployment's id, so only its instances and the time of its status prove it; a
cancelled deployment becomes REMOVED; a stopped one keeps its status and says so in ``deploymentStopped``. ``serviceInstanceDeployV2``
answers the id of the new deployment; Railway does not tell what the newest commit of a repository is.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments, restart, service
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import VENDOR, connect
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment, label
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release, by_id
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import resolve

# (the deployment as it is then, how it came about, what is true from now on)
Outcome = tuple[t.Optional[Deployment], str, list[str]]  # noqa: UP045 - evaluated, where pylint cannot see that it is a type
_COMPARED = ("id", "commit", "version", "state", "stopped")


def room_of(task: Task) -> Release:
    """The service that a module's options name."""
    params = task.params
    client = connect(task, params)
    return Release(task, client, resolve(client, params["project"], params["environment"], params["service"], bool(params["token"])))


def execute(task: Task) -> dict[str, t.Any]:
    _check(task.params)
    room = room_of(task)
    state = room.state()
    target = _target(room, state)
    acts: dict[str, t.Callable[[Release, t.Any], Outcome]] = {
        "active": _active,
        "deployed": _deployed,
        "approved": _approved,
        "restarted": _restarted,
        "redeployed": redeployed,
        "cancelled": _cancelled,
        "stopped": _stopped,
        "removed": _removed,
    }
    # For "active" and "deployed" the service is what changes, for the others the deployment that was named.
    before = state.serving if task.params["state"] in ("active", "deployed") else target
    after, how, notes = acts[task.params["state"]](room, target)
    return {
        "changed": bool(task.gate.changes),
        "deployment": after,
        "how": how,
        "notes": notes,
        "link": room.scope.link,
        "diff": {"before": _compared(before), "after": _compared(after)},
    }


def _check(params: dict[str, t.Any]) -> None:
    commit = params["commit"]
    if params["state"] != "deployed":
        if commit is not None:
            raise Failure("invalid", f"commit has no meaning with state: {params['state']}", "Use state: deployed, or name the deployment", VENDOR)
    elif params["deployment"] is not None:
        raise Failure("invalid", "state: deployed makes a deployment and needs none", "Give commit, or nothing for the newest commit", VENDOR)
    elif commit is not None and not re.fullmatch(rf"[0-9a-fA-F]{{{deployments.SHORTEST_COMMIT},40}}", commit):
        raise Failure("invalid", f"commit is {commit!r}", f"Give {deployments.SHORTEST_COMMIT} to 40 hexadecimal digits", VENDOR)


def _target(room: Release, state: service.State) -> Deployment | None:
    """The deployment that is meant. None: nothing is there that would have to be approved or cancelled."""
    wanted, wish = room.task.params["deployment"], room.task.params["state"]
    fits = {"approved": _waits, "cancelled": _is_made}.get(wish)
    if fits and (found := [one for one in state.history if fits(one) and (not wanted or deployments.matches(one, wanted))]):
        return found[0]
    if wanted:
        target = room.find(wanted)
        if target is None:
            raise deployments.missing(wanted, state.history, room.scope)
        return target
    if not state.serving and not fits and wish != "deployed":
        raise refuse(f"nothing runs in {room.scope}", "Name the deployment that is meant", code="no_serving")
    if fits:
        # It may wait, in words that are not known here.
        for newest in state.history[:1]:
            _admit_known(newest)
    return None if fits else state.serving


def _admit_known(deployment: Deployment) -> None:
    """What a state that is not known here means, nobody can say: least of all that there is nothing to do."""
    if deployment["state"] not in deployments.STATES:
        raise Failure(
            "unknown",
            f"{label(deployment)} is {deployment['state']}, which is not known here",
            "Look at it in Railway's dashboard, and for a newer version of this collection",
            VENDOR,
            code="state",
        )


def _waits(deployment: Deployment) -> bool:
    return bool(deployment["state"] == "NEEDS_APPROVAL")


def _is_made(deployment: Deployment) -> bool:
    return deployment["in_progress"] or _waits(deployment)


def _compared(deployment: Deployment | None) -> dict[str, t.Any]:
    if not deployment:
        return {}
    # Of what is gone nothing runs, whatever Railway says.
    return {**{key: deployment[key] for key in _COMPARED}, "stopped": deployment["stopped"] or deployment["state"] in deployments.GONE}


def _active(room: Release, target: Deployment) -> Outcome:
    params, state = room.task.params, room.state()
    serving = state.serving
    if serving and room.serves(target, state, params["rebuild"]):
        if serving["stopped"] and not state.runs(serving):
            return _restarted(room, serving)
        return serving, "already", []
    busy = state.in_progress()
    if busy and not room.under_way(target, state, params["rebuild"]):
        raise _conflict(busy)
    if not params["rebuild"] and not target["ready"] and not room.under_way(target, state, False):
        raise refuse(f"{label(target)} is {target['state']}, so the service cannot run it", "Name another deployment, or use rebuild", code="not_ready")
    done = room.ensure(target, "", params["rebuild"], params["wait"])
    return done["serving"], done["how"], done["notes"]


def _conflict(busy: Deployment) -> Failure:
    return Failure(
        "conflict",
        f"deployment {label(busy)} ({busy['id']}) is {busy['state']}",
        "Wait for it to end, or cancel it with state: cancelled; then run the same command again",
        VENDOR,
        code="busy",
        retryable=True,
    )


def _deployed(room: Release, serving: Deployment | None) -> Outcome:
    state = room.state()
    commit = _whole(room, state, room.task.params["commit"])
    if commit and serving and serving["commit"] == commit:
        if serving["stopped"] and not state.runs(serving):
            return _restarted(room, serving)
        return serving, "already", []
    what = f"{room.scope.service} on {commit[: deployments.SHORTEST_COMMIT] if commit else 'its newest commit'}"

    def fits(seen: service.State, one: Deployment) -> bool:
        return one["commit"] in (None, commit) if commit else room.origin(one, seen) is None

    coming = _coming(state, lambda one: fits(state, one), bool(commit))
    busy = state.in_progress()
    if coming is None and busy is not None:
        raise _conflict(busy)
    if coming is not None:
        if room.task.check_mode or not room.task.params["wait"]:
            return (room.planned(coming, coming["id"]) if room.task.check_mode else coming), "deploy", []
        return service.wait_until_active(room.task, room.client, room.scope, by_id(coming["id"]), what), "deploy", []
    marker = service.Marker.of(state)

    def find(seen: service.State) -> Deployment | None:
        return marker.new(seen, lambda one: fits(seen, one))

    def look() -> dict[str, str] | None:
        seen = find(service.observe(room.client, room.scope))
        return {op.DEPLOY.name: seen["id"]} if seen else None

    variables = {"serviceId": room.scope.service_id, "environmentId": room.scope.environment_id, **({"commitSha": commit} if commit else {})}
    answer = room.client.change(op.DEPLOY, f"{room.scope} to {commit or 'its newest commit'}", variables=variables, look=look)
    if planned(answer):
        return _to_come(room, state, commit, answer), "deploy", []
    identity = answer.get(op.DEPLOY.name)
    recognise = by_id(identity) if isinstance(identity, str) else find
    if not room.task.params["wait"]:
        known = recognise(service.observe(room.client, room.scope))
        return known or {**_to_come(room, state, commit, KnownAfter(op.DEPLOY.name)), "id": identity, "ready": False, "active": False}, "deploy", []
    return service.wait_until_active(room.task, room.client, room.scope, recognise, what), "deploy", []


def _coming(state: service.State, fits: t.Callable[[Deployment], bool], waiting_too: bool) -> Deployment | None:
    """What is being made already, also by a run that was killed: a second deployment of the same would only double it."""
    newest = state.serving["created_at"] if state.serving else 0.0
    made = [one for one in state.history if (_is_made(one) if waiting_too else one["in_progress"]) and one["created_at"] >= newest]
    return next((one for one in made if fits(one)), None)


def _whole(room: Release, state: service.State, commit: str | None) -> str | None:
    """Railway wants all of a commit; a shortened one is completed from what was deployed before."""
    if commit is None or len(commit) == 40:
        return commit and commit.lower()
    known = {one["commit"] for one in state.history if (one["commit"] or "").lower().startswith(commit.lower())}
    if not known and (found := room.find(commit)):
        known = {found["commit"]}
    if len(known) != 1:
        near = f"{len(known)} commits begin with {commit}" if known else f"no commit that begins with {commit} was ever deployed to {room.scope}"
        raise Failure("invalid" if known else "not_found", near, "Give all 40 characters of it", VENDOR, code="commit")
    return str(known.pop())


def _to_come(room: Release, state: service.State, commit: str | None, answer: KnownAfter) -> Deployment:
    """What a deployment of ``commit`` will look like, as far as that is known."""
    known = next((one for one in state.history if commit and one["commit"] == commit), None)
    if known:
        return room.planned(known, answer)
    where = {"projectId": room.scope.project_id, "environmentId": room.scope.environment_id, "serviceId": room.scope.service_id}
    blank = deployments.normalise({"id": "", "status": "SUCCESS", "createdAt": "1970-01-01T00:00:00Z", "canRedeploy": True, "canRollback": True, **where})
    told = dict.fromkeys(("version", "artifact", "branch", "image"), answer)
    return {**room.planned(blank, answer), **told, "commit": commit or answer}


def _approved(room: Release, target: Deployment | None) -> Outcome:
    if target is None:
        return room.state().serving, "already", []
    _admit_known(target)
    if not _waits(target) and not target["in_progress"]:
        if target["state"] not in deployments.GOOD:
            raise refuse(f"{label(target)} is {target['state']}, and does not wait for an approval", "Deploy it with state: deployed", code="not_waiting")
        return target, "already", []
    how = "already"
    if _waits(target):

        def look() -> dict[str, bool] | None:
            now = deployments.by_id(room.client, room.scope, target["id"])
            return {op.APPROVE.name: True} if now and not _waits(now) else None

        how = "approve"
        if _sent(room, op.APPROVE, target, look):
            return room.planned(target, target["id"]), how, []
    if room.task.check_mode:
        return room.planned(target, target["id"]), how, []
    if not room.task.params["wait"]:
        return _now(room, target), how, []
    return service.wait_until_active(room.task, room.client, room.scope, by_id(target["id"]), f"{label(target)}, which was approved"), how, []


def _cancelled(room: Release, target: Deployment | None) -> Outcome:
    if target is None:
        return room.state().serving, "already", []
    _admit_known(target)
    if not _is_made(target):
        if target["active"] or target["state"] in deployments.GOOD:
            raise refuse(f"{label(target)} is {target['state']}: it can no longer be cancelled", "Take it down with state: removed", code="not_cancellable")
        return target, "already", []
    done = _ended(room, op.CANCEL, target, lambda now: now is None or not _is_made(now))
    if done and room.task.params["wait"] and done["state"] in deployments.GOOD:
        raise Failure("failed", f"{label(target)} came up before it was cancelled", "Take it down with state: removed", VENDOR, code=done["state"], state=done)
    return done or _gone(target), "cancel", []


def _restarted(room: Release, target: Deployment) -> Outcome:
    restart.admit(target)
    before = restart.marker(target)
    if restart.ask(room, target, before):
        return {**target, "state": "SUCCESS", "ready": True, "stopped": False}, "restart", []
    if not room.task.params["wait"]:
        return _now(room, target), "restart", []
    return restart.wait(room, target, before), "restart", []


def redeployed(room: Release, target: Deployment) -> Outcome:
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
    _admit_known(target)
    if target["in_progress"]:
        raise refuse(f"{label(target)} is {target['state']}", "Wait for it, or cancel it with state: cancelled", code="not_ready")
    if target["stopped"] or target["state"] not in deployments.GOOD | {"CRASHED"}:
        return target, "already", []
    done = _ended(room, op.STOP, target, lambda now: now is None or now["stopped"] or now["state"] in deployments.GONE)
    return done or {**target, "stopped": True}, "stop", []


def _removed(room: Release, target: Deployment) -> Outcome:
    if target["state"] == "REMOVED":
        return target, "already", []
    gone = _gone(target)
    if target["state"] == "REMOVING":
        if room.task.params["wait"] and not room.task.check_mode:
            return _until(room, target, lambda now: now is None or now["state"] == "REMOVED") or gone, "already", []
        return target, "already", []
    cancels = _is_made(target)
    done = _ended(room, op.CANCEL if cancels else op.REMOVE, target, lambda now: now is None or now["state"] == "REMOVED")
    return done or gone, "cancel" if cancels else "remove", []


def _gone(target: Deployment) -> Deployment:
    return {**target, "state": "REMOVED", "active": False, "in_progress": False, "stopped": True, "instances": []}


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

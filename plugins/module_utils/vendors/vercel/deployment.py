# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_deployment does; its documentation tells options and result.

Vendor facts (Vercel REST API and its official client): there is no idempotency key, so a deployment whose answer was lost is looked
for by its commit and by marks in its ``meta``; READY means built, and the domains follow (``aliasAssigned``) unless automatic
assignment is off or rolling releases are on; ERROR, CANCELED and BLOCKED are ends; a redeploy builds again with today's variables; what
is deleted can no longer be returned to.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Deployment, Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project

# Every deployment made here carries it: the key that was given, or a dash.
KEY_MARK = "saasopsKey"
NO_KEY = "-"
LONGEST_KEY = 200
# Quick at first, since many builds take less than a minute; the vendor's own client looks in the same rhythm.
SCHEDULE = ((15.0, 1.0), (60.0, 5.0), (300.0, 15.0), (float("inf"), 30.0))
_SHA = re.compile(r"[0-9a-f]{40}")
# Where a deployment's source is named, by the kind of the project's git link: (field of ``gitSource``, field of the link).
SOURCES = {
    "github": (("repoId", "repoId"),),
    "gitlab": (("projectId", "projectId"),),
    "bitbucket": (("repoUuid", "uuid"), ("workspaceUuid", "workspaceUuid")),
}
# What is said of a deployment that is only planned.
EMPTY: Deployment = {
    "ready": False,
    "in_progress": True,
    "restorable": None,
    "served": None,
    "artifact": None,
    "substate": None,
    "error": None,
}
# A deployment, and what its maker wrote into its ``meta``.
Known = tuple[Deployment, dict[str, t.Any]]


@dataclasses.dataclass(frozen=True)
class Done:
    """``before`` and ``after`` None: there was none, or there is none any more. ``live``: its domains point to it."""

    before: Deployment | None
    after: Deployment | None
    how: str
    live: bool = False
    notes: tuple[str, ...] = ()


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    _checked(params)
    place = projects.scope(task, params)
    raw = projects.fetch(place)
    project = projects.parse(place, raw)
    if params["state"] == "present":
        done = _present(task, place, project, raw)
    elif params["state"] == "redeployed":
        done = _redeployed(task, place, project, deployments.required(place, project.id, params["deployment"], project.serving, any_target=True))
    elif params["state"] == "canceled":
        done = _canceled(task, place, project, deployments.required(place, project.id, params["deployment"], project.serving, any_target=True))
    else:
        done = _absent(task, place, project, params["deployment"])
    return {
        "changed": bool(task.gate.changes),
        "deployment": None if done.after is None else {**done.after, "serving": done.live or project.serves(done.after["id"])},
        "how": done.how,
        "notes": list(done.notes),
        "diff": {"before": _compared(done.before), "after": _compared(done.after)},
    }


def _compared(deployment: Deployment | None) -> dict[str, t.Any]:
    return {} if deployment is None else {key: deployment[key] for key in ("id", "commit", "target", "state")}


def _checked(params: t.Mapping[str, t.Any]) -> None:
    """Refuse what cannot be meant; nothing has been asked yet."""
    made, text = params["state"] == "present", params["sha"]
    if made and not (text or params["ref"]):
        raise Failure("invalid", "neither ref nor sha is given", "Name the branch or tag (ref), or the whole commit (sha), that is to be deployed")
    if text is not None and not _SHA.fullmatch(text):
        raise Failure("invalid", f"sha is {text!r}", "Give the whole commit, 40 characters of 0-9 and a-f")
    for option in ("sha", "ref", "target"):
        if not made and params[option] is not None:
            raise Failure("invalid", f"{option} is given with state: {params['state']}", "It belongs to state: present")
    if made and params["deployment"] is not None:
        raise Failure("invalid", "deployment is given with state: present", "Give ref or sha; to build a deployment again, state: redeployed")
    if not made and not (params["deployment"] or "").strip():
        raise Failure("invalid", "no deployment is named", "Give its id, address, tag or commit with the option deployment")
    if params["key"] is not None and not 0 < len(params["key"].strip()) <= LONGEST_KEY:
        raise Failure("invalid", f"key has {len(params['key'])} characters", f"Give 1 to {LONGEST_KEY}")
    if params["keep"] < 1:
        raise Failure("invalid", f"keep is {params['keep']}", "Keep at least 1 deployment that production can return to")


# -- made


def _present(task: Task, place: Scope, project: Project, raw: dict[str, t.Any]) -> Done:
    params = task.params
    target, sha, key = params["target"] or "production", params["sha"], params["key"]
    source = _source(project, raw, params["ref"], sha)
    known = _newest(place, project, target, sha)

    def fits(one: Known) -> bool:
        deployment, meta = one
        if key is not None and meta.get(KEY_MARK) == key:
            return True
        # By its commit; a branch alone does not say which commit was meant.
        return key is None and sha is not None and deployment["commit"] == sha

    found = next((one for one, meta in known if fits((one, meta)) and (one["ready"] or one["in_progress"])), None)
    if found is not None:
        return _as_found(task, place, project, found)
    body = {
        "name": project.name,
        "project": project.id,
        "gitSource": source,
        **({} if target == "preview" else {"target": target}),
        "meta": {KEY_MARK: key or NO_KEY},
    }
    what = f"{project.name} {target} deployment of {sha or source['ref']}"
    planned_one = {"commit": sha, "target": target, "rebuild_of": None, "version": None}
    return _made(task, place, project, what, body, {one["id"] for one, _meta in known}, target, sha, planned_one)


def _redeployed(task: Task, place: Scope, project: Project, source: Deployment) -> Done:
    key, target = task.params["key"], source["target"]
    origin = source["rebuild_of"] or source["id"]
    known = _newest(place, project, target, None)
    found = next((one for one, meta in known if key is not None and meta.get(KEY_MARK) == key and (one["ready"] or one["in_progress"])), None)
    if found is not None:
        return _as_found(task, place, project, found)
    body = {
        "deploymentId": source["id"],
        "name": project.name,
        "project": project.id,
        **({} if target == "preview" else {"target": target}),
        "meta": {"action": "redeploy", deployments.REBUILD_MARK: origin, KEY_MARK: key or NO_KEY},
    }
    what = f"{project.name} {target} build of {origin}"
    ids = {one["id"] for one, _meta in known}
    return _made(task, place, project, what, body, ids, target, source["commit"], {**source, "rebuild_of": origin})


def _made(
    task: Task,
    place: Scope,
    project: Project,
    what: str,
    body: dict[str, t.Any],
    known: set[str],
    target: str,
    commit: str | None,
    plan: dict[str, t.Any],
) -> Done:
    """Send it once. Where the answer is lost, it is the one that is new, carries our marks, and is of the same commit."""

    def look() -> Deployment | None:
        for one, meta in _newest(place, project, target, commit):
            if one["id"] not in known and all(meta.get(mark) == value for mark, value in body["meta"].items() if mark != "action"):
                return one
        return None

    answer = place.client.change(operations.CREATE_DEPLOYMENT, what, query={"forceNew": 1, "skipAutoDetectionConfirmation": 1}, body=body, look=look)
    how = "redeployed" if "deploymentId" in body else "created"
    if planned(answer):
        made = {
            **EMPTY,
            **plan,
            "id": answer,
            "created_at": answer,
            "expires_at": answer,
            "url": answer,
            "inspector_url": answer,
            "project_id": project.id,
            "state": answer,
            "commit": commit or answer,
        }
        return Done(None, made, how, live=target == "production" and _goes_live(project), notes=_notes(project, target))
    made = answer if "in_progress" in answer else deployments.normalise(answer, place.own_url)
    if not task.params["wait"]:
        return Done(None, made, how)
    after, live = _ready(task, place, project, made, target)
    return Done(None, after, how, live, _notes(project, target))


def _as_found(task: Task, place: Scope, project: Project, found: Deployment) -> Done:
    """There is one already; one that is still being built is waited for."""
    if task.check_mode or not task.params["wait"] or found["ready"]:
        return Done(found, found, "already")
    after, live = _ready(task, place, project, found, found["target"])
    return Done(after, after, "already", live)


def _source(project: Project, raw: dict[str, t.Any], ref: str | None, sha: str | None) -> dict[str, t.Any]:
    """``gitSource`` out of the project's own git link: nothing else can be deployed by name."""
    link = raw["link"] if isinstance(raw.get("link"), dict) else {}
    kind = str(link.get("type") or "")
    if kind not in SOURCES:
        why = f"is linked to {plain(kind, 40)}" if kind else "is not linked to a git repository"
        raise refuse(f"{project.name} {why}, so that nothing can be deployed by ref or sha", "Link it in the dashboard, or use state: redeployed", "no_git")
    named = {field: link.get(own) for field, own in SOURCES[kind]}
    if any(value is None for value in named.values()) or not (ref or project.branch):
        raise malformed("git link of the project")
    return {"type": kind, **named, "ref": ref or project.branch, **({"sha": sha} if sha else {})}


def _newest(place: Scope, project: Project, target: str, sha: str | None) -> list[Known]:
    query = {"projectId": project.id, "target": target, "limit": deployments.LARGEST_PAGE, **({"sha": sha} if sha else {})}
    listed = place.client.call(operations.GET_DEPLOYMENTS, query=query).get("deployments")
    if not isinstance(listed, list):
        raise malformed("list of deployments")
    return [(deployments.normalise(item, place.own_url), item["meta"] if isinstance(item.get("meta"), dict) else {}) for item in listed]


def _goes_live(project: Project) -> bool:
    """Whether a production build takes the domains by itself. In a rolling release they follow only when that is complete."""
    return project.auto_assign is True and not project.rolls and not project.paused


def _notes(project: Project, target: str) -> tuple[str, ...]:
    if target != "production" or _goes_live(project):
        return ()
    if project.auto_assign and project.rolls:
        return ("it rolls out as the project's rolling releases say: see vercel_rolling_release",)
    return ("it is staged, not live: take it live with vercel_production",)


def _ready(task: Task, place: Scope, project: Project, made: Deployment, target: str) -> tuple[Deployment, bool]:
    """Wait until it is built and, where the domains come by themselves, until they point to it; one request a turn."""
    identity, live = made["id"], target == "production" and _goes_live(project)

    def read() -> tuple[Deployment, dict[str, t.Any]]:
        raw = place.client.call(operations.GET_DEPLOYMENT, path={"idOrUrl": identity})
        return deployments.normalise(raw, place.own_url), raw

    def done(state: tuple[Deployment, dict[str, t.Any]]) -> bool:
        now, raw = state
        if now["in_progress"]:
            return False
        checks = raw["checks"] if isinstance(raw.get("checks"), dict) else {}
        blocked = checks.get("deployment-alias") if isinstance(checks.get("deployment-alias"), dict) else {}
        held = raw.get("checksConclusion") == "failed" or (blocked or {}).get("state") == "failed"
        if not now["ready"] or now["error"] or held:
            raise _failed(now, held)
        return not live or bool(raw.get("aliasAssigned"))

    what = f"deployment {identity} of {project.name}{', with its domains,' if live else ''}"
    hint = f"Look at {made['inspector_url'] or 'the dashboard'}. {AGAIN}"
    now, _raw = wait_for(read, done, what, task.deadline, hint, SCHEDULE, each_turn=task.gate.recorder.turn)
    return {**made, **{key: value for key, value in now.items() if value is not None}, "restorable": now["restorable"]}, live


def _failed(now: Deployment, held: bool) -> Failure:
    where = now["inspector_url"] or "the dashboard"
    if now["state"] == "BLOCKED":
        return Failure("failed", f"deployment {now['id']} is BLOCKED: {now['error'] or 'a person must allow it'}", f"Look at {where}", VENDOR, code="blocked")
    if now["ready"]:
        why = now["error"] or "its checks failed" if held else now["error"]
        return Failure("failed", f"deployment {now['id']} is built, and its domains were not assigned: {why}", f"Look at {where}", VENDOR, code="domains")
    return Failure(
        "failed", f"deployment {now['id']} ended as {now['state']}: {now['error'] or 'no reason given'}", f"Read its build log: {where}", VENDOR, code="build"
    )


# -- ended


def _canceled(task: Task, place: Scope, project: Project, target: Deployment) -> Done:
    if target["state"] in ("CANCELED", "ERROR", "DELETED"):
        return Done(target, target, "already")
    if not target["in_progress"]:
        raise refuse(f"{target['id']} is {target['state']}: only what is being built can be canceled", "To be rid of it, use state: absent", "not_building")

    def look() -> Deployment | None:
        now = deployments.get(place, target["id"])
        return now if now is not None and not now["in_progress"] else None

    answer = place.client.change(operations.CANCEL_DEPLOYMENT, f"{project.name} build {target['id']} -> canceled", path={"id": target["id"]}, look=look)
    gone = {**target, "state": "CANCELED", "in_progress": False}
    if planned(answer):
        return Done(target, gone, "canceled")
    now = answer if "in_progress" in answer else deployments.normalise(answer, place.own_url)
    if now["in_progress"]:
        now = wait_for(
            lambda: deployments.get(place, target["id"]) or gone, lambda it: not it["in_progress"], f"the end of {target['id']}", task.deadline, AGAIN
        )
    if now["ready"]:
        raise Failure("conflict", f"{target['id']} was built before it could be canceled", "Look at it now: it may be live", VENDOR, code="overtaken")
    return Done(target, {**target, **{key: value for key, value in now.items() if value is not None}}, "canceled")


def _absent(task: Task, place: Scope, project: Project, text: str) -> Done:
    found = deployments.find(place, project.id, text, project.serving, any_target=True)
    if found is None and text.startswith("dpl_"):
        return Done(None, None, "already")
    found = found or deployments.required(place, project.id, text, any_target=True)
    if found["state"] == "DELETED":
        return Done(None, None, "already")
    _admit_end(task, place, project, found)

    def look() -> dict[str, t.Any] | None:
        now = deployments.get(place, found["id"])
        return {} if now is None or now["state"] == "DELETED" else None

    place.client.change(operations.DELETE_DEPLOYMENT, f"{project.name} deployment {found['id']} -> deleted", path={"id": found["id"]}, look=look)
    return Done(found, None, "deleted")


def _admit_end(task: Task, place: Scope, project: Project, found: Deployment) -> None:
    """Refuse to delete what serves, or what production may have to return to."""
    identity, keep = found["id"], task.params["keep"]
    if project.serves(identity):
        raise refuse(f"{identity} serves production", "Let production serve another one first, with vercel_production", "serving")
    if project.job is not None and project.job.running and project.job.to == identity:
        raise refuse(f"a {project.job}", "Wait for it to end", "busy")
    release = projects.rolling_release(place, project, [found])
    if release is not None and identity in (release["canary"], release["current"]):
        raise refuse(f"{identity} takes part in a rolling release", "Complete or abort it first, with vercel_rolling_release", "rolling_release")
    if found["target"] == "production":
        good = [one for one, _meta in _newest(place, project, "production", None) if one["ready"] and one["served"] and not project.serves(one["id"])]
        if identity in [one["id"] for one in good[:keep]]:
            names = ", ".join(one["version"] or one["id"] for one in good[:keep])
            raise refuse(f"{identity} is among the {keep} deployments that production could return to ({names})", "Lower keep if you mean it", "kept")
    listed = place.client.call(operations.LIST_DEPLOYMENT_ALIASES, path={"id": identity}).get("aliases")
    if not isinstance(listed, list):
        raise malformed("list of aliases")
    own = [plain(item.get("alias"), 200) for item in listed if isinstance(item, dict) and not str(item.get("alias")).endswith(".vercel.app")]
    if own:
        raise refuse(f"{', '.join(own[:5])} points to {identity}", "Let the domain point to another deployment first, with vercel_alias", "aliased")

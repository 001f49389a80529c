# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which deployment a Vercel project's production serves, and whether new builds go live by themselves: as wanted, looked at first.

Vendor facts (Vercel REST API and its official client): a deployment that has served is returned to with ``rollback``, one that is
staged goes live with ``promote``; both are jobs that move the domains without a build. A rollback switches the automatic
assignment of domains off, a promote switches it on, whatever it was. What already serves answers 409. A promote during a rolling
release answers 202 and waits. A job that failed may have moved some of the domains.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, operations, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Deployment, Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Job, Project

How = t.Literal["already", "domains", "rebuild"]
LONGEST_DESCRIPTION = 200
LONGEST_NOTE = 70


@dataclasses.dataclass(frozen=True)
class Done:
    """The project as it now is (in check mode: as it would be), how it came there, and what is true until it is undone."""

    project: Project
    how: How
    seconds: float
    notes: list[str]


def ensure(
    task: Task,
    place: Scope,
    project: Project,
    target: Deployment | None,
    auto_assign: bool | None = None,
    description: str = "",
    promote: bool = False,
    rebuild: bool = False,
) -> Done:
    """Make production serve ``target`` (None: what serves stays) and automatic assignment be ``auto_assign``.

    ``project`` is what was read just before. ``auto_assign`` None leaves it as a rollback leaves it (off), and puts back what a
    promote changed. ``promote`` uses a promote also for what has served before. ``rebuild`` wants a new build of the target,
    with today's variables, instead of the target itself.

    Raises ``conflict`` when another job is on its way, ``failed`` when Vercel's job or build did not work.
    """
    started = clock.now()
    how: How = "already"
    rollback = False
    if auto_assign is not None and project.auto_assign is None:
        raise malformed("autoAssignCustomDomains of the project")
    if target is not None and rebuild:
        target, project, how = _rebuilt(task, place, project, target)
    job = project.job if project.job is not None and project.job.running else None
    if job is not None and (target is None or job.to != target["id"]):
        raise busy(job)
    left = project.auto_assign
    if target is not None and not project.serves_wholly(target["id"]):
        rollback = job.type == "rollback" if job else not (promote or rebuild) and target["served"] is not False
        if not rollback and auto_assign is None:
            # The promote will switch it on: it can be put back only when it is known.
            if project.auto_assign is None:
                raise malformed("autoAssignCustomDomains of the project")
            auto_assign = project.auto_assign
        project = _moved(task, place, project, target, rollback, description)
        left = not rollback
        how = how if rebuild else "domains"
    # What the job does to it (``left``) counts also when it cannot be seen yet, so that the plan names the same changes.
    if auto_assign is not None and not (project.auto_assign is left is auto_assign):
        projects.set_auto_assign(place, project, auto_assign)
        project = dataclasses.replace(project, auto_assign=auto_assign)
    if target is not None and project.serving is not None:
        # The project names its production in a shorter form than the list.
        project = dataclasses.replace(project, serving={**target, **{key: value for key, value in project.serving.items() if value is not None}})
    return Done(project, how, clock.now() - started, _notes(project, how, rollback))


def _moved(task: Task, place: Scope, project: Project, target: Deployment, rollback: bool, description: str) -> Project:
    """The project once its production domains are at ``target``. A job that is on its way there already is waited for, not doubled."""
    before = project.job
    planned_end = dataclasses.replace(project, serving=target, auto_assign=not rollback, job=None)
    if before is not None and before.running:
        return planned_end if task.check_mode else arrived(task, place, project, target, None)

    def look() -> Project | None:
        now = projects.read(place, project.id)
        begun = now.job is not None and now.job.to == target["id"] and not now.job.same(before)
        return now if begun or now.serves_wholly(target["id"]) else None

    name = target["rebuild_of"] if target["rebuild_of"] else target["id"]
    try:
        answer = place.client.change(
            operations.REQUEST_ROLLBACK if rollback else operations.REQUEST_PROMOTE,
            f"{project.name} production -> {'build of ' if target['rebuild_of'] else ''}{name}",
            path={"projectId": project.id, "deploymentId": target["id"]},
            query={"description": plain(description, LONGEST_DESCRIPTION)} if rollback and description else {},
            body={},
            look=look,
        )
    except Failure as failure:
        if failure.kind != "conflict":
            raise
        return _after_conflict(task, place, project, target, failure)
    if planned(answer):
        return planned_end
    if isinstance(answer, dict) and answer.get("queued"):
        raise Failure(
            "conflict",
            f"Vercel will promote {target['id']} only when the active rolling release has completed",
            "Complete or abort the rolling release (vercel_rolling_release), then run the same command again",
            VENDOR,
            operations.REQUEST_PROMOTE.name,
            202,
            "queued",
        )
    return arrived(task, place, project, target, before)


def _after_conflict(task: Task, place: Scope, project: Project, target: Deployment, failure: Failure) -> Project:
    """Vercel refused: the target serves already, or a job runs, maybe our own whose answer was lost and that is not shown yet."""
    before = project.job

    def seen(now: Project) -> bool:
        # Vercel's word that a job runs counts here, however old our clock says it is.
        begun = now.job is not None and (not now.job.same(before) or now.job.status in projects.RUNNING)
        return now.serves(target["id"]) or begun

    patience = clock.Deadline(place.client.wire.timeout if failure.status == 409 else 0.0)
    try:
        now = wait_for(lambda: projects.read(place, project.id), seen, "what is going on", patience, each_turn=task.gate.recorder.turn)
    except Failure as late:
        raise (failure if late.kind == "timeout" else late) from None
    if now.serves_wholly(target["id"]):
        return now
    return arrived(task, place, project, target, None if now.job is not None and now.job.same(before) else before)


def arrived(task: Task, place: Scope, project: Project, target: Deployment, before: Job | None) -> Project:
    """Wait until a job other than ``before`` has moved production to ``target``; one request a turn."""

    def done(now: Project) -> bool:
        if now.job is None:
            return now.serves(target["id"])
        if now.job.same(before):
            return False
        if now.job.to != target["id"]:
            raise busy(now.job)
        if now.job.status in projects.RUNNING:
            return False
        # A status that is not known is the end, and not a good one.
        if now.job.status != "succeeded":
            raise _failed(place, project, now.job)
        return now.serves(target["id"])

    return wait_for(
        lambda: projects.read(place, project.id),
        done,
        f"production of {project.name} on {target['id']}",
        task.deadline,
        "Vercel's job that moves the domains has not ended: look at the project's domains in the dashboard, then run the same command again",
        each_turn=task.gate.recorder.turn,
    )


def busy(job: Job) -> Failure:
    return Failure("conflict", f"a {job}", f"Wait for it to end. {AGAIN}", VENDOR, code="busy", retryable=True)


def _failed(place: Scope, project: Project, job: Job) -> Failure:
    domains = projects.failed_domains(place, project, job)
    which = f"; not moved: {', '.join(domains)}" if domains else ""
    return Failure(
        # A status that nobody has heard of may still end well.
        "failed" if job.status in ("failed", "skipped") else "unknown",
        f"Vercel's {job.type} of {project.name} to {job.to} ended as {job.status}{which}",
        f"Other domains may have moved. Look at the project's domains in the dashboard. {AGAIN}",
        VENDOR,
        code="domains",
    )


def _rebuilt(task: Task, place: Scope, project: Project, target: Deployment) -> tuple[Deployment, Project, How]:
    """(a new production build of the target's source, the project then, how).

    With automatic assignment on, the build goes live by itself, which is waited for; otherwise it is left staged. A build that an
    earlier run began is taken over: it carries a mark, is newer than what serves, and has not served yet.
    """
    # A build of a build is a build of the same source: named by its commit, what serves must be recognised.
    serving, origin = project.serving, target["rebuild_of"] or target["id"]
    if serving is not None and serving["rebuild_of"] == origin:
        return serving, project, "already"
    if project.auto_assign is None:
        raise malformed("autoAssignCustomDomains of the project")

    def builds() -> list[Deployment]:
        newest = itertools.islice(deployments.listing(place, project.id, deployments.NEWEST, target="production"), deployments.NEWEST)
        return [build for build in newest if build["rebuild_of"] == origin]

    known = builds()
    since = serving["created_at"] if serving is not None else 0.0
    build = next((one for one in known if one["created_at"] > since and (one["in_progress"] or (one["ready"] and not one["served"]))), None)
    if build is None:
        if project.job is not None and project.job.running:
            raise busy(project.job)
        answer = place.client.change(
            operations.CREATE_DEPLOYMENT,
            f"{project.name} production build of {origin}",
            query={"forceNew": 1},
            body={
                "deploymentId": target["id"],
                "name": project.name,
                "project": project.id,
                "target": "production",
                "meta": {"action": "redeploy", deployments.REBUILD_MARK: origin},
            },
            look=lambda: next((one for one in builds() if one["id"] not in {old["id"] for old in known}), None),
        )
        if planned(answer):
            build = {**target, "id": answer, "created_at": answer, "url": answer, "rebuild_of": origin, "served": project.auto_assign}
            return build, dataclasses.replace(project, serving=build) if project.auto_assign else project, "rebuild"
        build = answer if "in_progress" in answer else deployments.normalise(answer, place.own_url)
    elif task.check_mode:
        return build, dataclasses.replace(project, serving=build) if project.auto_assign else project, "rebuild"
    return *_gone_live(task, place, project, {**build, "rebuild_of": origin}), "rebuild"


def _gone_live(task: Task, place: Scope, project: Project, build: Deployment) -> tuple[Deployment, Project]:
    """Wait until ``build`` is ready and, with automatic assignment on, serves; at most two requests a turn."""
    identity = build["id"]

    def read() -> tuple[Deployment, Project]:
        now = deployments.get(place, identity)
        if now is None:
            raise Failure("failed", f"the build {identity} has disappeared", "Look at the dashboard, then run the same command again", VENDOR)
        return {**now, "rebuild_of": build["rebuild_of"]}, projects.read(place, project.id) if now["ready"] else project

    def done(state: tuple[Deployment, Project]) -> bool:
        now, whole = state
        if now["in_progress"]:
            return False
        if not now["ready"] or now["error"]:
            raise Failure(
                "failed",
                f"the build {identity} ended as {now['state']}: {now['error'] or 'no reason given'}",
                f"Read its build log{': ' + now['inspector_url'] if now['inspector_url'] else ' in the dashboard'}",
                VENDOR,
                code="build",
            )
        return whole.serves(identity) or not whole.auto_assign

    what = f"the build {identity} of {project.name}"
    return wait_for(read, done, what, task.deadline, f"Look at {build['inspector_url'] or 'the dashboard'}. {AGAIN}", each_turn=task.gate.recorder.turn)


def _notes(project: Project, how: How, rollback: bool) -> list[str]:
    """What is true from now on until it is undone; one short sentence each."""
    notes = []
    pushes = f"pushes to {project.branch}" if project.branch else "new production builds"
    if project.auto_assign is False:
        note = f"{pushes} build but do NOT go live (Vercel auto-assign is off)"
        notes.append(note if len(note) <= LONGEST_NOTE else "new builds do NOT go live (Vercel auto-assign is off)")
    elif how == "rebuild":
        note = f"{pushes} WILL go live (Vercel auto-assign is on)"
        notes.append(note if len(note) <= LONGEST_NOTE else "new builds WILL go live (Vercel auto-assign is on)")
    if rollback:
        notes.append("runs the variables and cron jobs of its build, not today's")
    if project.paused:
        notes.append("the project is paused: its visitors get 503")
    return notes


def execute(task: Task) -> dict[str, t.Any]:
    """What the module vercel_production does; its documentation tells options and result."""
    params = task.params
    place = projects.scope(task, params)
    project = before = projects.read(place)
    target = deployments.required(place, project.id, params["deployment"], project.serving, params["rebuild"]) if params["deployment"] else None
    if target is not None:
        _admit(place, project, target, params["rebuild"])
    done = ensure(task, place, project, target, params["auto_assign"], params["description"], rebuild=params["rebuild"])
    shown = {"before": _state(before), "after": _state(done.project)}
    return {
        "changed": shown["before"] != shown["after"],
        "production": {
            "project": done.project.name,
            "project_id": done.project.id,
            "deployment": done.project.serving,
            "auto_assign": done.project.auto_assign,
            "how": done.how,
            "seconds": round(done.seconds, 3),
            "notes": done.notes,
        },
        "diff": shown,
    }


def _state(project: Project) -> dict[str, t.Any]:
    return {"deployment": project.serving["id"] if project.serving is not None else None, "auto_assign": project.auto_assign}


def _admit(place: Scope, project: Project, target: Deployment, rebuild: bool) -> None:
    """Refuse, before anything is sent, what Vercel cannot do or what would not do what was asked."""
    release = projects.rolling_release(place, project, [target])
    if release is not None:
        raise refuse(
            f"a rolling release of {project.name} to {release['canary']} is active",
            "Complete or abort it first: state: complete, or aborted, of vercel_rolling_release",
            "rolling_release",
        )
    if rebuild or project.serves(target["id"]):
        return
    name, again = target["id"], "rebuild: true makes a new production build of it, with today's variables"
    if target["in_progress"]:
        raise refuse(f"{name} is not ready ({target['state']})", "Wait until it is built, then run the same command again", "not_ready")
    if not target["ready"]:
        raise refuse(f"{name} never became good ({target['state']})", f"Name another deployment; or {again}", "failed")
    if target["served"] is not False and not target["restorable"]:
        known = target["restorable"] is not None
        reason = "can no longer be returned to" if known else "may not be one that production can be returned to: Vercel does not say"
        raise refuse(f"{name} {reason}", f"Name another deployment; or {again}", "not_restorable" if known else "unknown_restorable")

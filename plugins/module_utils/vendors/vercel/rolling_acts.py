# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A rolling release of a Vercel project is begun, taken on by one stage, completed or aborted, and looked at before and after.

Vendor facts (Vercel REST API and its official client): a start is repeatable for one canary and a conflict for another; a promote
does not start a release, it completes the one that is active; an approval names the stage that follows; an abort is a rollback to the
deployment that most visitors still meet, and like each rollback it switches automatic assignment off.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations, production, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.rolling_releases import (
    ABORTED,
    ACTIVE,
    COMPLETE,
    Release,
    Stage,
    parse,
    read,
)

RELEASES = "Look with vercel_rolling_release_info"


@dataclasses.dataclass(frozen=True)
class Done:
    project: Project
    release: Release | None
    how: str
    notes: tuple[str, ...] = ()


def begin(task: Task, place: Scope, project: Project, release: Release | None, canary: dict[str, t.Any], stages: tuple[Stage, ...]) -> Done:
    """A rolling release of the canary is active. ``stages`` are the settings', for the plan."""
    identity = canary["id"]
    if release is not None:
        _same(project, release, identity)
        return Done(project, release, "already")
    if project.serves(identity):
        return Done(project, None, "already", (f"{identity} serves production already",))
    if project.serving is None:
        raise refuse(f"{project.name} has no production deployment to roll away from", "Promote the first one with vercel_production", "no_serving")
    if not stages:
        raise refuse(f"rolling releases are off for {project.name}", "Give the option stages, too", "not_enabled")
    if canary["in_progress"]:
        raise refuse(f"{identity} is not ready ({canary['state']})", "Wait until it is built, then run the same command again", "not_ready")
    if not canary["ready"]:
        raise refuse(f"{identity} never became good ({canary['state']})", "Name another deployment", "failed")
    if project.job is not None and project.job.running:
        raise production.busy(project.job)

    def look() -> Release | None:
        now = read(place, project.id, ACTIVE)
        return now if now is not None and now.canary == identity else None

    try:
        answer = place.client.change(
            operations.START_ROLLING_RELEASE,
            f"{project.name} rolling release of {identity}",
            path={"idOrName": project.id},
            body={"canaryDeploymentId": identity},
            look=look,
        )
    except Failure as failure:
        raise told(failure) from failure
    if planned(answer):
        serving = project.serving["id"]
        begun = Release(ACTIVE, "", serving, identity, None, None, stages[0].percentage, 0, stages, None)
        return Done(project, begun, "started")
    now = answer if isinstance(answer, Release) else parse(answer)
    if now is None or now.state != ACTIVE or now.canary != identity:
        raise Failure("failed", f"Vercel accepted the rolling release of {identity}, and it is not active", f"{RELEASES}. {AGAIN}", VENDOR, code="not_held")
    return Done(project, now, "started")


def advance(task: Task, place: Scope, project: Project, release: Release | None, canary: str, stage: int) -> Done:
    """The release has reached ``stage``. One that waits for an approval gets exactly that one; one that goes on by itself is waited for.

    ``release`` is what was read just before anything is sent: the stage named must be the one that follows it.
    """
    if release is None:
        if project.serves(canary):
            return Done(project, None, "already", (f"{canary} serves production already",))
        raise _none(project, canary)
    _same(project, release, canary)
    here = t.cast(int, release.stage)
    if not 0 <= stage < len(release.stages):
        raise Failure("invalid", f"the rolling release has no stage {stage}", f"Its stages are 0 to {len(release.stages) - 1}", VENDOR)
    if here >= stage:
        return Done(project, release, "already")
    _admit_held(release)
    if not release.stages[here].approval:
        if task.check_mode:
            return Done(_as_if(project, release, stage), release.at(stage), "waited")
        reached = _reached(task, place, project, release, stage)
        return _finished(task, place, project, reached, "waited") if reached.state == COMPLETE else Done(project, reached, "waited")
    if stage != here + 1:
        raise refuse(
            f"stage {stage} does not follow stage {here}, where the rolling release of {canary} is",
            f"Approve one stage at a time: stage: {here + 1}",
            "skips",
        )

    def look() -> Release | None:
        now = read(place, project.id)
        return now if now is not None and now.canary == canary and not (now.state == ACTIVE and now.stage == here) else None

    answer = place.client.change(
        operations.APPROVE_ROLLING_RELEASE_STAGE,
        f"{project.name} rolling release of {canary}: stage {here} -> {stage}",
        path={"idOrName": project.id},
        body={"nextStageIndex": stage, "canaryDeploymentId": canary},
        look=look,
    )
    if planned(answer):
        return Done(_as_if(project, release, stage), release.at(stage), "approved")
    reached = _reached(task, place, project, release, stage)
    if reached.state == COMPLETE:
        if not release.stages[stage].final:
            raise _overtaken(reached, stage)
        return _finished(task, place, project, reached, "approved")
    if reached.stage != stage:
        raise _overtaken(reached, stage)
    return Done(project, reached, "approved")


def _as_if(project: Project, release: Release, stage: int) -> Project:
    return _serving(project, release.canary) if release.stages[stage].final else project


def _reached(task: Task, place: Scope, project: Project, before: Release, stage: int) -> Release:
    """Wait until the release is at ``stage`` or past it; it must neither be aborted nor held on the way."""

    def done(now: Release | None) -> bool:
        if now is None or now.canary != before.canary:
            # The vendor shows no release any more, or another one: what production serves tells how this one ended.
            raise Failure("unknown", f"the rolling release of {before.canary} is gone", f"{RELEASES}. {AGAIN}", VENDOR, code="gone")
        if now.state == COMPLETE:
            return True
        if now.state != ACTIVE:
            raise Failure(
                "failed", f"the rolling release of {now.canary} ended as {now.state}", f"Production serves {now.current}. {RELEASES}", VENDOR, code="aborted"
            )
        if now.stage is not None and now.stage >= stage:
            return True
        _admit_held(now)
        return False

    found = wait_for(
        lambda: read(place, project.id),
        done,
        f"stage {stage} of the rolling release of {before.canary}",
        task.deadline,
        f"Give more time with deadline. {AGAIN}",
        each_turn=task.gate.recorder.turn,
    )
    return t.cast("Release", found)


def _overtaken(now: Release, stage: int) -> Failure:
    where = "complete" if now.stage is None else f"at stage {now.stage}"
    return Failure(
        "conflict",
        f"stage {stage} was approved, and the rolling release of {now.canary} is {where}",
        "Somebody else approved, too: look at it now",
        VENDOR,
        code="overtaken",
    )


def complete(task: Task, place: Scope, project: Project, release: Release | None, canary: str) -> Done:
    """Production serves the canary alone."""
    if release is None:
        if project.serves(canary):
            return Done(project, None, "already")
        last = read(place, project.id)
        if last is None or last.canary != canary or last.state != COMPLETE:
            raise _none(project, canary)
        # Completed a moment ago, perhaps by a run that was killed: the domains follow.
        return Done(_serving(project, canary), last, "already") if task.check_mode else _finished(task, place, project, last, "already")
    _same(project, release, canary)
    _admit_held(release)

    def look() -> dict[str, t.Any] | None:
        now = read(place, project.id)
        return None if now is not None and now.canary == canary and now.state == ACTIVE else {}

    answer = place.client.change(
        operations.COMPLETE_ROLLING_RELEASE,
        f"{project.name} rolling release of {canary} -> complete",
        path={"idOrName": project.id},
        body={"canaryDeploymentId": canary},
        look=look,
    )
    if planned(answer):
        return Done(_serving(project, canary), release.ended(COMPLETE), "completed")
    return _finished(task, place, project, release, "completed")


def _finished(task: Task, place: Scope, project: Project, release: Release, how: str) -> Done:
    """Wait until production serves the canary, or what was promoted meanwhile and came next."""

    def done(now: Project) -> bool:
        if any(named is not None and now.serves(named) for named in (release.canary, release.queued)):
            return True
        if now.job is not None and not now.job.same(project.job) and now.job.to not in (release.canary, release.queued):
            raise Failure("conflict", f"a {now.job}, while the rolling release was to complete", f"{RELEASES}. {AGAIN}", VENDOR, code="overtaken")
        return False

    now = wait_for(
        lambda: projects.read(place, project.id),
        done,
        f"production of {project.name} on {release.canary}",
        task.deadline,
        AGAIN,
        each_turn=task.gate.recorder.turn,
    )
    notes = () if release.queued is None else (f"the promote of {release.queued} that waited runs now",)
    return Done(now, release.ended(COMPLETE), how, notes)


def abort(task: Task, place: Scope, project: Project, release: Release | None, canary: str, description: str) -> Done:
    """No rolling release of the canary is active, and production serves what it served before."""
    if release is None:
        if project.serves(canary):
            raise refuse(f"{canary} serves production: there is nothing to abort any more", "Return production with vercel_production", "complete")
        return Done(project, None, "already")
    _same(project, release, canary)
    current, before, sent = release.current, project.job, True
    if current is None:
        raise malformed("current deployment of the rolling release")

    def look() -> dict[str, t.Any] | None:
        return {} if read(place, project.id, ACTIVE) is None else None

    try:
        answer = place.client.change(
            operations.REQUEST_ROLLBACK,
            f"{project.name} rolling release of {canary} -> aborted, production -> {current}",
            path={"projectId": project.id, "deploymentId": current},
            query={"description": plain(description, production.LONGEST_DESCRIPTION)} if description else {},
            body={},
            look=look,
        )
    except Failure as failure:
        # It may have ended by itself meanwhile, or Vercel's own gate may be rolling it back.
        if failure.kind != "conflict" or read(place, project.id, ACTIVE) is not None:
            raise
        answer, sent = {}, False
    note = "new builds do NOT go live (Vercel auto-assign is off)"
    if planned(answer):
        return Done(dataclasses.replace(_serving(project, current), auto_assign=False), release.ended(ABORTED), "aborted", (note,))
    wait_for(
        lambda: read(place, project.id, ACTIVE),
        lambda now: now is None or now.canary != canary,
        f"the end of the rolling release of {canary}",
        task.deadline,
        f"{RELEASES}. {AGAIN}",
        each_turn=task.gate.recorder.turn,
    )
    now = projects.read(place, project.id)
    if now.serves(canary):
        raise Failure("conflict", f"{canary} was complete before it could be aborted", "Return production with vercel_production", VENDOR, code="overtaken")
    if sent:
        now = production.arrived(task, place, project, {"id": current}, before)
    return Done(now, release.ended(ABORTED), "aborted", (note,) if now.auto_assign is False else ())


def _serving(project: Project, identity: str | None) -> Project:
    """The project as it will be once it serves that deployment."""
    if identity is None or project.serves(identity):
        return project
    return dataclasses.replace(project, serving={**(project.serving or {}), "id": identity}, job=None)


def _same(project: Project, release: Release, canary: str) -> None:
    if release.state != ACTIVE:
        raise Failure("unknown", f"the rolling release of {project.name} is {release.state}, which is not known here", RELEASES, VENDOR, code="state")
    if release.canary != canary:
        raise Failure(
            "conflict",
            f"the active rolling release of {project.name} is one of {release.canary}, not of {canary}",
            "Complete or abort that one first, by its own name",
            VENDOR,
            code="other_canary",
        )


def _admit_held(release: Release) -> None:
    if release.held:
        raise refuse(
            f"the rolling release of {release.canary} is {release.held}: Vercel's own gate holds it at stage {release.stage}",
            "Abort it (state: aborted). If its errors are harmless, go on in the dashboard",
            "held",
        )


def _none(project: Project, canary: str) -> Failure:
    return refuse(f"no rolling release of {canary} is active in {project.name}", "Start one first: state: active, without stage", "no_release")


def told(failure: Failure) -> Failure:
    """A refusal of the plan, with a hint that fits rolling releases."""
    if failure.kind == "plan":
        failure.hint = "The plan of this team does not include it, or all its projects are taken: vercel_rolling_release_info tells which (billing)"
    return failure

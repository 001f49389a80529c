# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel's rolling releases: their settings, and a release that goes from stage to stage.

Facts behind the rules: durations are minutes; what is read has another shape than what is written; the stages of a write without
``enabled`` are kept until a later write enables them; settings matter to the next release only, but switching them off aborts the
active one; a rollback aborts it, too; a promote of its canary completes it at once, one of anything else waits until it is complete.
"""

from __future__ import annotations

import typing as t

from .asked import Answer, Asked, Routes
from .state import Deployment, Json, Project, VercelError

if t.TYPE_CHECKING:
    from .jobs import Jobs

MOST_MINUTES = 10_000
DEFAULT_STAGES: list[Json] = [{"targetPercentage": 10, "requireApproval": True}, {"targetPercentage": 100}]


def active(project: Project) -> Json | None:
    release = project.rolling_release
    return release if release is not None and release["state"] == "ACTIVE" else None


def document(stages: list[Json], current: Deployment | None, canary: Deployment | None, now: float) -> Json:
    """The vendor's document about a release that has just begun."""
    numbered = [
        {
            "index": index,
            "targetPercentage": stage["targetPercentage"],
            "requireApproval": bool(stage.get("requireApproval")),
            "duration": stage.get("duration"),
            "isFinalStage": index == len(stages) - 1,
        }
        for index, stage in enumerate(stages)
    ]
    manual = any(stage["requireApproval"] for stage in numbered)
    return {
        "state": "ACTIVE",
        "substate": None,
        "advancementType": "manual-approval" if manual else "automatic",
        "currentDeployment": _named(current),
        "canaryDeployment": _named(canary),
        "queuedDeploymentId": None,
        "stages": numbered,
        "activeStage": numbered[0],
        "nextStage": numbered[1],
        "currentCanaryPercentage": numbered[0]["targetPercentage"],
        "startedAt": round(now * 1000),
        "updatedAt": round(now * 1000),
    }


def _named(it: Deployment | None) -> Json | None:
    if it is None:
        return None
    return {"id": it.id, "name": it.project, "url": it.url, "target": it.target, "readyState": it.state, "createdAt": round(it.created * 1000)}


def wished(project: Project, wish: Json, current: Deployment | None, canary: Deployment | None, now: float) -> Json:
    """A release out of the few facts that a test gives; without a canary, the one that is there with these facts changed."""
    if canary is None and project.rolling_release is not None:
        return project.rolling_release | wish
    made = document(DEFAULT_STAGES, current, canary, now)
    if wish.get("state", "ACTIVE") != "ACTIVE":
        made |= {"activeStage": None, "nextStage": None, "currentCanaryPercentage": 100}
    return made | {key: value for key, value in wish.items() if key != "canary"}


class Rolling:
    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._world = jobs.world

    # -- settings
    def configure(self, project: Project, wish: Json) -> None:
        if not isinstance(wish.get("enabled"), bool):
            raise VercelError(400, "bad_request", "Invalid request: missing required property `enabled`.")
        if not wish["enabled"]:
            self._disable(project, wish)
            return
        if billing(project)["reason"] in ("plan_not_supported", "no_available_slots"):
            raise VercelError(402, "payment_required", billing(project)["message"])
        stages = _stages(wish)
        if project.sticky_rolling_config and project.rolling_config is not None:
            # A write over settings that are on: accepted, and the old ones stay.
            return
        header = {"canaryResponseHeader": wish["canaryResponseHeader"]} if "canaryResponseHeader" in wish else {}
        config = {"target": "production", "stages": stages, **header}
        if config != project.rolling_config:
            project.rolling_config = config
            self._world.changed()

    def _disable(self, project: Project, wish: Json) -> None:
        if wish.get("stages"):
            _stages(wish)
        if project.rolling_config is not None:
            project.rolling_config = None
            self._world.changed()
        release = active(project)
        if release is not None and wish.get("disableRolloutAction") == "complete":
            self.complete(project, release)
        elif release is not None:
            self.abort(project)

    # -- a release
    def start(self, project: Project, canary: Deployment) -> Json:
        release = active(project)
        if release is not None:
            if release["canaryDeployment"]["id"] == canary.id:
                return release
            raise VercelError(409, "conflict", "A rolling release of another deployment is active.")
        if project.rolling_config is None:
            raise VercelError(422, "rolling_release_not_enabled", "Rolling releases are not enabled for this project.")
        if canary.state != "READY" or canary.target != "production":
            raise VercelError(422, "unprocessable_entity", "The canary has to be a production deployment that is ready.")
        if canary.id == project.production:
            raise VercelError(422, "unprocessable_entity", "This deployment already is the current production deployment.")
        current = self._jobs.deployments.get(project.production or "")
        canary.substate = "ROLLING"
        release = project.rolling_release = document(project.rolling_config["stages"], current, canary, self._world.now())
        self._world.changed()
        self._wait(project, release)
        return release

    def _wait(self, project: Project, release: Json) -> None:
        """An automatic stage goes on by itself after its minutes, unless something has happened to it."""
        stage = release["activeStage"]
        if stage["requireApproval"] or stage["duration"] is None:
            return

        def go_on() -> None:
            if active(project) is release and release["activeStage"] is stage and release["substate"] != "PAUSED":
                self._advance(project, release)

        self._world.after(stage["duration"] * 60, go_on)

    def _advance(self, project: Project, release: Json) -> None:
        following = release["nextStage"]
        if following is None or following["isFinalStage"]:
            self.complete(project, release)
            return
        stages = release["stages"]
        self._note(
            release, activeStage=following, nextStage=stages[following["index"] + 1], currentCanaryPercentage=following["targetPercentage"], substate=None
        )
        self._wait(project, release)

    def approve(self, project: Project, canary: str, following: t.Any) -> Json:
        release = self._of_canary(project, canary)
        if release["nextStage"] is None or release["nextStage"]["index"] != following:
            raise VercelError(400, "bad_request", f"The next stage of this rolling release is not {following}.")
        self._advance(project, release)
        return release

    def complete_by_name(self, project: Project, canary: str) -> Json:
        release = self._of_canary(project, canary)
        self.complete(project, release)
        return release

    def _of_canary(self, project: Project, canary: str) -> Json:
        release = active(project)
        if release is None or release["canaryDeployment"]["id"] != canary:
            raise VercelError(400, "bad_request", "There is no active rolling release of this deployment.")
        return release

    def complete(self, project: Project, release: Json) -> None:
        """The document is complete at once, the domains follow a moment later, and then what was promoted meanwhile."""
        self._note(release, state="COMPLETE", activeStage=None, nextStage=None, currentCanaryPercentage=100, substate=None)
        canary = self._jobs.deployments[release["canaryDeployment"]["id"]]

        def serve() -> None:
            self._jobs.serve_everywhere(project, canary)
            if release["queuedDeploymentId"]:
                self._jobs.move(project, "promote", release["queuedDeploymentId"])

        self._world.after(float(self._world.setting("alias_seconds")), serve)

    def abort(self, project: Project) -> None:
        release = active(project)
        if release is None:
            return
        self._note(release, state="ABORTED", activeStage=None, nextStage=None, currentCanaryPercentage=0, substate=None)
        canary = self._jobs.deployments.get((release["canaryDeployment"] or {}).get("id", ""))
        if canary is not None and canary.substate == "ROLLING":
            canary.substate = "STAGED"

    def _note(self, release: Json, **facts: t.Any) -> None:
        release.update(facts, updatedAt=round(self._world.now() * 1000))
        self._world.changed()


def _stages(wish: Json) -> list[Json]:
    """The stages as they are read later: an approval is wanted on each stage but the last, or none has one."""

    def refuse(message: str) -> VercelError:
        return VercelError(400, "bad_request", f"Invalid request: {message}")

    kind, stages = wish.get("advancementType"), wish.get("stages")
    if kind not in ("automatic", "manual-approval") or not isinstance(stages, list):
        raise refuse("`advancementType` and `stages` are required.")
    shares = [stage.get("targetPercentage") for stage in stages]
    if not 2 <= len(stages) <= 10 or shares != sorted(set(shares)) or shares[-1] != 100:
        raise refuse("`stages` should be 2 to 10, ascending, and end with 100.")
    for stage in stages[:-1]:
        minutes = stage.get("duration")
        if kind == "automatic" and not (isinstance(minutes, int) and 1 <= minutes <= MOST_MINUTES):
            raise refuse(f"`duration` should be 1 to {MOST_MINUTES} minutes.")
        if kind == "manual-approval" and minutes is not None:
            raise refuse("`duration` is for automatic advancement.")
    last = {"targetPercentage": 100}
    if kind == "automatic":
        return [*({"targetPercentage": stage["targetPercentage"], "duration": stage["duration"]} for stage in stages[:-1]), last]
    return [*({"targetPercentage": stage["targetPercentage"], "requireApproval": True} for stage in stages[:-1]), last]


def billing(project: Project) -> Json:
    if project.plan == "hobby":
        return {"reason": "plan_not_supported", "availableSlots": 0, "message": "Rolling releases are not available on the Hobby plan."}
    if project.plan == "enterprise":
        return {"reason": "unlimited_slots", "availableSlots": "unlimited", "message": "Rolling releases are unlimited."}
    if project.rolling_slots < 1 and project.rolling_config is None:
        others = ["prj_sandboxAnotherRollingProject"]
        message = "All projects with rolling releases of this plan are in use."
        return {"reason": "no_available_slots", "availableSlots": 0, "enabledProjects": others, "message": message}
    return {"reason": "available_slots", "availableSlots": project.rolling_slots, "message": "Rolling releases are available."}


# -- calls


def read_release(asked: Asked) -> Answer:
    release = asked.project().rolling_release
    state = asked.query.get("state")
    return 200, {"rollingRelease": release if release is not None and state in (None, release["state"]) else None}


def read_config(asked: Asked) -> Answer:
    return 200, {"rollingRelease": asked.project().rolling_config}


def update_config(asked: Asked) -> Answer:
    project = asked.project()
    asked.vercel.jobs.rolling.configure(project, asked.body)
    return 200, {"rollingRelease": project.rolling_config}


def delete_config(asked: Asked) -> Answer:
    asked.vercel.jobs.rolling.configure(asked.project(), {"enabled": False})
    return 200, {"rollingRelease": None}


def read_billing(asked: Asked) -> Answer:
    return 200, billing(asked.project())


def start(asked: Asked) -> Answer:
    project = asked.project()
    canary = asked.vercel.deployment_named(_canary(asked), asked.team)
    if canary.project != project.id:
        raise VercelError(404, "not_found", "The deployment could not be found in this project")
    return 200, {"rollingRelease": asked.vercel.jobs.rolling.start(project, canary)}


def approve(asked: Asked) -> Answer:
    return 200, {"rollingRelease": asked.vercel.jobs.rolling.approve(asked.project(), _canary(asked), asked.body.get("nextStageIndex"))}


def complete(asked: Asked) -> Answer:
    return 200, {"rollingRelease": asked.vercel.jobs.rolling.complete_by_name(asked.project(), _canary(asked))}


def _canary(asked: Asked) -> str:
    named = asked.body.get("canaryDeploymentId")
    if not isinstance(named, str):
        raise VercelError(400, "bad_request", "Invalid request: missing required property `canaryDeploymentId`.")
    return named


ROUTES: Routes = (
    ("GET", "/v1/projects/{project}/rolling-release", read_release),
    ("GET", "/v1/projects/{project}/rolling-release/config", read_config),
    ("PATCH", "/v1/projects/{project}/rolling-release/config", update_config),
    ("DELETE", "/v1/projects/{project}/rolling-release/config", delete_config),
    ("GET", "/v1/projects/{project}/rolling-release/billing", read_billing),
    ("POST", "/v1/projects/{project}/rolling-release/start", start),
    ("POST", "/v1/projects/{project}/rolling-release/approve-stage", approve),
    ("POST", "/v1/projects/{project}/rolling-release/complete", complete),
)

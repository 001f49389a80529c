# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One Vercel project: what its production serves, whether new builds go live by themselves, and which job moves its domains.

Vendor facts (Vercel REST API): ``targets.production`` is what production serves; ``autoAssignCustomDomains`` false means that new
production builds stay staged (a rollback does that, pausing too); ``lastAliasRequest`` is the last promote or rollback job, which
stays visible for ever, so an older one must not be taken for the one just asked for.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import client, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import OWN_URL, Deployment, Scope, normalise

RUNNING = ("pending", "in-progress")
# A job that has not ended after so many seconds is stuck, and holds nobody up: the vendor's own client gives up then, too.
STUCK_AFTER = 180.0


@dataclasses.dataclass(frozen=True)
class Job:
    """The last request to move the production domains; ``requested_at`` in epoch seconds of the vendor's clock."""

    type: str  # promote | rollback
    to: str
    status: str
    requested_at: float

    @property
    def running(self) -> bool:
        return self.status in RUNNING and clock.now() - self.requested_at < STUCK_AFTER

    def same(self, other: Job | None) -> bool:
        """Whether both are one job, maybe at different moments of its life."""
        return other is not None and (self.type, self.to, self.requested_at) == (other.type, other.to, other.requested_at)

    def __str__(self) -> str:
        return f"{self.type} to {self.to} is {self.status}" if self.status != "in-progress" else f"{self.type} to {self.to} is in progress"


@dataclasses.dataclass(frozen=True)
class Project:
    """``auto_assign`` is None when the answer lacks the field. ``branch``: where production builds come from, None without git."""

    id: str
    name: str
    serving: Deployment | None
    auto_assign: bool | None
    job: Job | None
    paused: bool
    branch: str | None
    rolls: bool  # rolling releases are configured

    def serves(self, deployment: str) -> bool:
        return self.serving is not None and self.serving["id"] == deployment

    def serves_wholly(self, deployment: str) -> bool:
        """It serves, and neither a job that runs nor one that failed half-way puts that in doubt."""
        unsettled = self.job is not None and (self.job.running or (self.job.to == deployment and self.job.status == "failed"))
        return self.serves(deployment) and not unsettled


def scope(task: Task, params: t.Mapping[str, t.Any], own_url: str = OWN_URL) -> Scope:
    """The project that the options ``token``, ``api_url``, ``team`` and ``project`` name; sends nothing yet."""
    if not str(params.get("project") or "").strip():
        raise Failure("invalid", "no project is named", "Give the project's name or its prj_ id", client.VENDOR)
    return Scope(client.connect(task, params), params["project"], params.get("team") or "", own_url)


def read(place: Scope, project_id: str = "") -> Project:
    """One request. A project that is not there is an error that lists the near names."""
    return parse(place, fetch(place, project_id))


def fetch(place: Scope, project_id: str = "") -> dict[str, t.Any]:
    """The vendor's own words about the project, for those who want more of them than :class:`Project` holds."""
    try:
        return t.cast("dict[str, t.Any]", place.client.call(operations.GET_PROJECT, path={"idOrName": project_id or place.project}))
    except Failure as failure:
        raise missing(place, failure) if failure.kind == "not_found" else failure from None


def missing(place: Scope, failure: Failure) -> Failure:
    """The same failure of a project that is not there, with the near names."""
    failure.message = f"there is no project {place.where}"
    failure.hint = _near(place) or failure.hint
    return failure


def restore(plain: dict[str, t.Any]) -> Project:
    """A project out of its ``dataclasses.asdict``."""
    return Project(**{**plain, "job": Job(**plain["job"]) if plain["job"] else None})


def parse(place: Scope, raw: dict[str, t.Any]) -> Project:
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("name"), str):
        raise client.malformed("project")
    if place.team.startswith("team_") and raw.get("accountId") not in (None, place.team):
        raise refuse(f"project {raw['name']} belongs to another team than {place.team}", "Check the option team, and whose token this is", "team")
    targets = raw["targets"] if isinstance(raw.get("targets"), dict) else {}
    auto_assign = raw.get("autoAssignCustomDomains")
    identity = plain(raw["id"], 200)
    link = raw["link"] if isinstance(raw.get("link"), dict) else {}
    serving = targets.get("production")
    return Project(
        id=identity,
        name=plain(raw["name"], 200),
        serving={**normalise(serving, place.own_url), "served": True, "target": "production", "project_id": identity} if serving else None,
        auto_assign=auto_assign if isinstance(auto_assign, bool) else None,
        job=_job(raw.get("lastAliasRequest")),
        paused=raw.get("paused") is True,
        branch=plain(link["productionBranch"], 200) if link.get("productionBranch") else None,
        rolls=bool(raw.get("rollingRelease")) or (isinstance(serving, dict) and serving.get("readySubstate") == "ROLLING"),
    )


def _job(raw: t.Any) -> Job | None:
    if not isinstance(raw, dict):
        return None
    requested = raw.get("requestedAt")
    if not isinstance(raw.get("toDeploymentId"), str) or not isinstance(requested, (int, float)):
        raise client.malformed("promote or rollback job")
    return Job(plain(raw.get("type"), 40), plain(raw["toDeploymentId"], 200), plain(raw.get("jobStatus"), 40), requested / 1000)


def _near(place: Scope) -> str:
    """A hint out of the names of the team's projects; empty when they cannot be read."""
    try:
        listed = place.client.call(operations.GET_PROJECTS, query={"limit": 100}).get("projects")
    except Failure:
        return ""
    names = [plain(item.get("name"), 200) for item in listed or [] if isinstance(item, dict)]
    close = difflib.get_close_matches(place.project, names, 3, 0.5) or sorted(names)[:5]
    return f"Near or other names here: {', '.join(close)}" if close else ""


def rolling_release(place: Scope, project: Project, listed: t.Iterable[Deployment] = ()) -> dict[str, t.Any] | None:
    """The active rolling release ``{id, state, substate, current, canary, percentage}``, or None. ``id`` is the canary's.

    Asks only when the project is configured for them, or a listed deployment is rolling.
    """
    if not project.rolls and not any(deployment["substate"] == "ROLLING" for deployment in listed):
        return None
    answer = place.client.call(operations.GET_ROLLING_RELEASE, path={"idOrName": project.id}, query={"state": "ACTIVE"})
    if "rollingRelease" not in answer:
        raise client.malformed("rolling release")
    release = answer["rollingRelease"]
    if not isinstance(release, dict) or release.get("state") in ("COMPLETE", "ABORTED"):
        return None
    canary, current = (release[side]["id"] if isinstance(release.get(side), dict) else None for side in ("canaryDeployment", "currentDeployment"))
    return {
        "id": canary,
        "state": plain(release.get("state"), 40),
        "substate": plain(release["substate"], 40) if release.get("substate") else None,
        "current": current,
        "canary": canary,
        "percentage": release.get("currentCanaryPercentage"),
    }


def failed_domains(place: Scope, project: Project, job: Job) -> list[str]:
    """The domains that a failed job did not move, at most 20; empty when they cannot be read."""
    operation = operations.LIST_ROLLBACK_ALIASES if job.type == "rollback" else operations.LIST_PROMOTE_ALIASES
    try:
        aliases = place.client.call(operation, path={"projectId": project.id}, query={"failedOnly": "true", "limit": 20}).get("aliases")
    except Failure:
        return []
    # Published as a text, sent to the vendor's own client as an object around it.
    named = [alias["alias"] for alias in aliases or [] if isinstance(alias, dict) and alias.get("alias")]
    return [plain(name.get("alias") if isinstance(name, dict) else name, 200) for name in named]


def set_auto_assign(place: Scope, project: Project, on: bool) -> None:
    """Switch on or off whether new production builds go live by themselves, and see that it holds."""

    def look() -> Project | None:
        now = read(place, project.id)
        return now if now.auto_assign is on else None

    answer = place.client.change(
        operations.UPDATE_PROJECT,
        f"{project.name} autoAssignCustomDomains -> {str(on).lower()}",
        path={"idOrName": project.id},
        body={"autoAssignCustomDomains": on},
        look=look,
    )
    if planned(answer) or isinstance(answer, Project) or answer.get("autoAssignCustomDomains") is on or look():
        return
    raise Failure(
        "failed",
        f"Vercel accepted autoAssignCustomDomains {str(on).lower()} for {project.name}, and it did not hold",
        "Set it in the project's settings in the dashboard",
        client.VENDOR,
        operations.UPDATE_PROJECT.name,
    )

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The release capability on Vercel: what a component's production serves, where it could go, and how to make it go there.

The shapes of a deployment and of a component's state are those of ``capabilities/release.py``. One component is one project;
its production is the project's target ``production``.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import client, deployments, production, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Deployment, Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project

PAGE = 20
# Where the search for an older release that production could return to ends.
MOST_HISTORY = 200


class VercelRelease:
    """One component. What ``read`` saw serves ``ensure`` too, when it follows at once: the same look is not paid for twice.

    Nor is that of an earlier task: ``seen`` is a state as ``read`` has returned it.
    """

    def __init__(self, task: Task, place: Scope, seen: dict[str, t.Any] | None = None) -> None:
        self._task = task
        self._place = place
        self._seen: tuple[float, Project] | None = None
        self._state = seen if seen is not None and task.fresh(seen["reading"]["at"]) else None
        self._reading: dict[str, t.Any] = {}
        if self._state is not None:
            self._reading = self._state["reading"]
            self._seen = (self._reading["at"], projects.restore(self._reading["project"]))

    @property
    def client(self) -> Client:
        return self._place.client

    def read(self) -> dict[str, t.Any]:
        """The component's state. 2 requests; 1 more where rolling releases are configured, and for each further page of 20
        deployments until the serving one and one before it that can be returned to are seen (at most 200)."""
        if self._state is not None:
            return self._state
        project = self._project()
        self._reading = {"at": clock.now(), "project": dataclasses.asdict(project)}
        history = self._history(project)
        serving = next((known for known in history if project.serves(known["id"])), project.serving)
        if serving is not None:
            serving["served"] = True
        busy, busy_with, busy_rollback = self._busy(project, history)
        return {
            "where": self._place.where,
            "serving": serving,
            "history": history,
            "pinned": None if project.auto_assign is None else not project.auto_assign,
            "busy": busy,
            "busy_with": busy_with,
            "busy_rollback": busy_rollback,
            "rolling_release": projects.rolling_release(self._place, project, history),
            "paused": project.paused,
            "link": self._link(project, history),
            "auto_deploy": False if project.branch is None else project.auto_assign,
            "reading": self.reading(),
        }

    def reading(self) -> dict[str, t.Any]:
        """What a later task needs beside the state, so that it need not ask again."""
        return self._reading

    def find(self, text: str) -> Deployment | None:
        """The production deployment named by id, address, tag or commit, also one that ``read`` did not list."""
        project = self._seen[1] if self._seen is not None else self._project()
        return deployments.find(self._place, project.id, text, project.serving)

    def kept_until(self, target: Deployment) -> float | None:
        """What the project's retention policy says in the list. No request."""
        return t.cast("float | None", target.get("expires_at"))

    def differences(self, target: Deployment, serving: Deployment) -> list[str]:
        """Always empty: Vercel does not tell which variables a build holds."""
        return []

    def already(self, target: Deployment, rebuild: bool = False) -> bool:
        """Whether production serves ``target`` at all of its domains; a rebuild is judged by ``ensure``. No request after ``read``."""
        project = self._seen[1] if self._seen is not None else self._project()
        return not rebuild and project.serves_wholly(target["id"])

    def ensure(self, target: Deployment, description: str, rebuild: bool = False) -> dict[str, t.Any]:
        """Production serves ``target``, or with ``rebuild`` a new build of it. 1 request to send, and 1 for each look at the job."""
        project = self._known() or self._project()
        return _result(production.ensure(self._task, self._place, project, target, description=description, rebuild=rebuild))

    def undo_pin(self, target: Deployment | None, auto_assign: bool = True) -> dict[str, t.Any]:
        """Production serves ``target`` (None: what serves stays), and new builds go live again, unless ``auto_assign`` is false."""
        project = self._known() or self._project()
        return _result(production.ensure(self._task, self._place, project, target, auto_assign, promote=True))

    def _project(self) -> Project:
        project = projects.read(self._place)
        self._seen = (clock.now(), project)
        return project

    def _known(self) -> Project | None:
        """What was just read, once: after it has been acted upon it is old."""
        seen, self._seen = self._seen, None
        return seen[1] if seen is not None and self._task.fresh(seen[0]) else None

    def _history(self, project: Project) -> list[Deployment]:
        history: list[Deployment] = []
        reached = project.serving is None
        possible = False
        for deployment in deployments.listing(self._place, project.id, PAGE, target="production"):
            history.append(deployment)
            possible = possible or (reached and bool(deployment["restorable"]))
            reached = reached or project.serves(deployment["id"])
            if len(history) >= MOST_HISTORY or (len(history) % PAGE == 0 and possible):
                break
        return history

    def _busy(self, project: Project, history: list[Deployment]) -> tuple[str | None, str | None, bool]:
        """(what is going on, the deployment that production will then serve, whether that is a rollback)."""
        if project.job is not None and project.job.running:
            goal = next((known for known in history if known["id"] == project.job.to), None)
            return str(project.job), (goal or {}).get("rebuild_of") or project.job.to, project.job.type == "rollback"
        # A build goes live by itself only with automatic assignment; what is older than the serving one never will.
        since = project.serving["created_at"] if project.serving is not None else 0.0
        building = next((known for known in history if known["in_progress"] and known["created_at"] > since), None)
        if building is None or project.auto_assign is False:
            return None, None, False
        return f"deployment {building['id']} is {building['state']}", building["rebuild_of"] or building["id"], bool(building["rebuild_of"])

    def _link(self, project: Project, history: list[Deployment]) -> str:
        """The project's page in the dashboard. Its address has the team's slug, which a deployment's own page tells."""
        inspector = next((known["inspector_url"] for known in history if str(known["inspector_url"]).startswith("https://vercel.com/")), None)
        if inspector:
            return f"{inspector.rsplit('/', 1)[0]}/deployments"
        team = self._place.team
        return f"https://vercel.com/{team}/{project.name}/deployments" if team and not team.startswith("team_") else "https://vercel.com/dashboard"


def open(task: Task, component: dict[str, t.Any], token: dict[str, str | None], seen: dict[str, t.Any] | None = None) -> VercelRelease:
    """The component's project, ready to be asked; sends nothing yet.

    Reads ``vercel_project``, and where given ``vercel_team``, ``vercel_api_url`` and ``vercel_deployment_url`` (a deployment's own
    address, with ``{id}`` or ``{url}`` in it). A token that is not given is taken from the process environment.
    """
    if not component.get("vercel_project"):
        raise Failure(
            "invalid", f"component {component.get('name')} has no vercel_project", "Set it in the inventory: the project's name or its prj_ id", client.VENDOR
        )
    params = {
        "token": client.token_of(token),
        "api_url": component.get("vercel_api_url"),
        "team": component.get("vercel_team"),
        "project": str(component["vercel_project"]),
    }
    return VercelRelease(task, projects.scope(task, params, component.get("vercel_deployment_url") or deployments.OWN_URL), seen)


def _result(done: production.Done) -> dict[str, t.Any]:
    return {"serving": done.project.serving, "how": done.how, "seconds": round(done.seconds, 3), "notes": done.notes}

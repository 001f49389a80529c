# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens at Vercel over time: builds, and jobs that move the production domains.

Facts behind the rules: a rollback is an asynchronous job, moves domains without a build and switches the automatic
assignment of domains off; a promote always switches it on; a build of the production branch becomes production only while
automatic assignment is on, and is STAGED otherwise.
"""

from __future__ import annotations

import typing as t

from ..world import World
from .rolling import Rolling, active
from .state import FINAL, Alias, AliasRequest, Deployment, Project, VercelError


def candidate(it: Deployment, project: Project) -> bool:
    """Has served production, does not serve it now, and is still there."""
    if it.expired:
        return False
    if it.can_rollback is not None:
        return it.can_rollback
    return it.state == "READY" and it.target == "production" and it.substate == "PROMOTED" and it.id != project.production


def serving(project: Project) -> str | None:
    """What a visitor of the production address meets: the first domain decides."""
    return project.aliases[0].deployment if project.aliases else project.production


class Jobs:
    def __init__(self, world: World, deployments: dict[str, Deployment]) -> None:
        self.world = world
        self.deployments = deployments
        self.rolling = Rolling(self)

    # -- domains
    def rollback(self, project: Project, it: Deployment, description: str | None) -> None:
        release = active(project)
        # Back to what most visitors still meet: the way in which a rolling release is aborted.
        aborts = release is not None and it.id == project.production
        self._admit(project, it, aborts)
        if not candidate(it, project) and not aborts:
            raise VercelError(422, "unprocessable_entity", "This deployment never served production: it cannot be rolled back to.")
        if project.plan == "hobby" and not aborts and it.id != self._previous(project):
            raise VercelError(402, "payment_required", "The Hobby plan can only roll back to the previous production deployment.")
        self.rolling.abort(project)
        if description is not None:
            self.describe(project, description)
        self.move(project, "rollback", it.id, f"rr_{release['startedAt']}" if release else None)
        project.effects.count(project.effects.rollbacks, it.id)

    def promote(self, project: Project, it: Deployment) -> bool:
        """False: an active rolling release goes first, and the promote waits for it."""
        self._admit(project, it)
        if it.target != "production":
            raise VercelError(422, "unprocessable_entity", "Only a production deployment can be promoted; a preview has to be built again.")
        project.effects.count(project.effects.promotes, it.id)
        release = active(project)
        if release is not None and release["canaryDeployment"]["id"] == it.id:
            self.rolling.complete(project, release)
            return True
        if release is not None:
            release["queuedDeploymentId"] = it.id
            self.world.changed()
            return False
        self.move(project, "promote", it.id)
        return True

    def describe(self, project: Project, text: str) -> None:
        project.rollback_description = {
            "userId": "usr_sandboxOperatorExample",
            "username": "operator",
            "description": text,
            "createdAt": int(self.world.now() * 1000),
        }
        self.world.changed()

    def _admit(self, project: Project, it: Deployment, aborts: bool = False) -> None:
        if project.request is not None and project.request.running:
            raise VercelError(409, "conflict", "Another promote or rollback of this project is in progress.")
        if it.id == project.production and not aborts:
            raise VercelError(409, "conflict", "This deployment already is the current production deployment.")
        if it.state != "READY":
            raise VercelError(422, "unprocessable_entity", f"This deployment is not ready (it is {it.state}).")

    def _previous(self, project: Project) -> str | None:
        earlier = [deployment for deployment in project.served if deployment != project.production]
        return earlier[-1] if earlier else None

    def move(self, project: Project, kind: str, to: str, rolling: str | None = None) -> None:
        """Begin the job that moves the production domains."""
        request = AliasRequest(kind, to, project.production, self.world.now(), rolling=rolling)
        seconds = float(self.world.setting("alias_seconds"))
        hidden = float(self.world.setting("alias_request_lag"))
        if hidden > 0:
            project.stale_request = project.request
            self.world.after(hidden, lambda: setattr(project, "stale_request", None))
        project.request = request
        self.world.changed()

        def proceed() -> None:
            request.status = "in-progress"
            self.world.after(seconds * 2 / 3, finish)

        def finish() -> None:
            self._finish(project, request)

        self.world.after(seconds / 3, proceed)

    def _finish(self, project: Project, request: AliasRequest) -> None:
        failing = set(project.failing_aliases)
        for alias in project.aliases:
            alias.failed = alias.name in failing
            if not alias.failed:
                self._move(alias, request.to)
        if failing:
            request.status = "failed"
            return
        request.status = "succeeded"
        project.auto_assign = request.type == "promote"
        if request.type == "promote":
            project.rollback_description = None
        self._serve(project, self.deployments[request.to])

    def _move(self, alias: Alias, deployment: str) -> None:
        alias.deployment = deployment
        alias.updated = self.world.now()

    def _serve(self, project: Project, it: Deployment) -> None:
        project.production = it.id
        project.served.append(it.id)
        project.effects.domain_switches += 1
        it.substate = "PROMOTED"
        if it.alias_assigned_at is None:
            it.alias_assigned_at = self.world.now()

    # -- builds
    def build(self, project: Project, it: Deployment, seconds: float | None = None) -> None:
        """QUEUED, INITIALIZING, BUILDING, then READY (or what the project's ``build_result`` says)."""
        whole = float(self.world.setting("build_seconds")) if seconds is None else seconds
        it.state = "QUEUED"
        project.effects.builds += 1
        self.world.changed()

        def step(state: str, share: float, then: t.Callable[[], None]) -> t.Callable[[], None]:
            def act() -> None:
                if it.state in FINAL:
                    return
                it.state = state
                if state == "BUILDING":
                    it.building_at = self.world.now()
                self.world.after(whole * share, then)

            return act

        def end() -> None:
            if it.state not in FINAL:
                self._built(project, it)

        self.world.after(whole * 0.05, step("INITIALIZING", 0.05, step("BUILDING", 0.9, end)))

    def _built(self, project: Project, it: Deployment) -> None:
        it.state = project.build_result or "READY"
        if it.state != "READY":
            it.error = {"code": "BUILD_FAILED", "message": 'Command "npm run build" exited with 1'}
            return
        it.ready_at = self.world.now()
        if it.target != "production":
            it.alias_assigned_at = it.ready_at
            return
        it.substate = "STAGED"
        if project.auto_assign:
            # READY is not live: the domains follow a moment later.
            self.world.after(float(self.world.setting("alias_seconds")), lambda: self._assign(project, it))

    def _assign(self, project: Project, it: Deployment) -> None:
        if not project.auto_assign:
            return
        if project.rolling_config is None or project.production is None:
            self.serve_everywhere(project, it)
        elif active(project) is None:
            self.rolling.start(project, it)

    def serve_everywhere(self, project: Project, it: Deployment) -> None:
        for alias in project.aliases:
            self._move(alias, it.id)
        self._serve(project, it)

    def cancel(self, it: Deployment) -> None:
        if it.state in FINAL:
            raise VercelError(400, "bad_request", f"This deployment cannot be canceled: it is {it.state}.")
        it.state = "CANCELED"
        it.canceled_at = self.world.now()
        self.world.changed()

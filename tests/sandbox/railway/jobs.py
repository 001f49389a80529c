# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens at Railway over time: deployments come up, and take the place of the former one.

Facts behind the rules: a rollback is a *new* deployment with the image and the variables of the old one, and its id is not
returned; a restart keeps the id; the image of a removed deployment is kept for a time that depends on the plan; Railway
starts deployments by itself for maintenance.
"""

from __future__ import annotations

from ..world import World
from .state import IN_PROGRESS, RUNNING, Deployment, Effects, Instance, RailwayError, Service

# Hours for which the image of a removed deployment is kept.
RETENTION = {"free": 24, "hobby": 72, "pro": 120, "enterprise": 360}


class Jobs:
    def __init__(self, world: World, deployments: dict[str, Deployment], services: dict[str, Service]) -> None:
        self._world = world
        self._deployments = deployments
        self._services = services

    # -- reading
    def of_service(self, service: str, environment: str) -> list[Deployment]:
        """Newest first."""
        own = [it for it in self._deployments.values() if it.service == service and it.environment == environment]
        return sorted(own, key=lambda it: it.created, reverse=True)

    def active(self, service: str, environment: str) -> list[Deployment]:
        """What really runs: the newest, and for a moment the one that it replaces."""
        return [it for it in self.of_service(service, environment) if it.status in RUNNING or it.status == "REMOVING"]

    def serving(self, service: str, environment: str) -> Deployment | None:
        for it in self.active(service, environment):
            if it.status in RUNNING:
                return it
        return None

    def can_rollback(self, it: Deployment) -> bool:
        if it.can_rollback is not None:
            return it.can_rollback
        if it.status in RUNNING or it.status == "REMOVING":
            return True
        kept = RETENTION[self._world.setting("railway_plan")] * 3600
        return it.status == "REMOVED" and it.removed_at is not None and self._world.now() - it.removed_at < kept

    # -- changing
    def rollback(self, target: Deployment) -> Deployment:
        if not self.can_rollback(target):
            raise RailwayError("Cannot roll back to this deployment: its image is no longer available", "BAD_USER_INPUT")
        it = self._copy(target, "rollback", dict(target.variables))
        it.rollback_of = target.id
        it.image = target.image
        self._effects(target).count(self._effects(target).rollbacks, target.id)
        self._start(it, ("INITIALIZING", "DEPLOYING"), "deploy_seconds")
        return it

    def redeploy(self, target: Deployment) -> Deployment:
        """The same commit and configuration once more. The variables are today's."""
        if not target.can_redeploy:
            raise RailwayError("This deployment cannot be redeployed", "BAD_USER_INPUT")
        it = self._copy(target, "redeploy", dict(self._services[target.service].variables))
        self._effects(target).count(self._effects(target).redeploys, target.id)
        self._start(it, ("INITIALIZING", "BUILDING", "DEPLOYING"), "build_seconds")
        return it

    def deploy(self, service: Service, environment: str, commit: str | None) -> Deployment:
        """Build a commit that the repository knows (None: the newest one), with today's variables."""
        known = self.of_service(service.id, environment)
        pushed = next((facts for facts in reversed(service.pushed) if commit in (None, facts["commit"])), None)
        found = [it for it in known if commit in (None, it.commit)]
        if not known or (not found and pushed is None):
            raise RailwayError("Commit not found", "BAD_USER_INPUT")
        newest = pushed if commit is None or not found else None
        it = self._copy(found[0] if found else known[0], "deploy", dict(service.variables))
        if newest is not None:
            it.tag, it.commit, it.bad, it.branch = newest["tag"], newest["commit"], newest["bad"], newest["branch"]
            it.image = f"registry.example.com/{service.name}:{it.tag}"
        service.effects.deploys += 1
        self._start(it, ("INITIALIZING", "BUILDING", "DEPLOYING"), "build_seconds")
        return it

    def push(self, service: Service, environment: str, it: Deployment, seconds: float | None) -> None:
        self._start(it, ("INITIALIZING", "BUILDING", "DEPLOYING"), "build_seconds", seconds)

    def maintenance(self, service: Service, environment: str) -> Deployment:
        """The vendor moves the service to another host: a new deployment that nobody asked for."""
        now = self.serving(service.id, environment)
        if now is None:
            raise RailwayError("Nothing to move: the service does not run")
        it = self._copy(now, "migrate", dict(now.variables))
        it.image = now.image
        self._start(it, ("INITIALIZING", "DEPLOYING"), "deploy_seconds")
        return it

    def configured(self, service: Service, environment: str) -> Deployment | None:
        """The running image once more, with the variables and settings of today: Railway's own answer to a change of them."""
        now = self.serving(service.id, environment)
        if now is None:
            return None
        it = self._copy(now, "config", dict(service.variables))
        it.image = now.image
        service.effects.configured += 1
        self._start(it, ("INITIALIZING", "DEPLOYING"), "deploy_seconds")
        return it

    def scale(self, service: Service, environment: str, replicas: int) -> None:
        """More replicas start from the running image, surplus ones leave; no deployment is made."""
        now = self.serving(service.id, environment)
        if now is not None:
            now.instances = [*now.instances, *(Instance(self._world.uuid()) for _dummy in range(replicas - len(now.instances)))][:replicas]
            self._world.changed()

    def restart(self, it: Deployment) -> None:
        """The same container again, under the same id; only its instances and the time of its status tell."""
        if it.status not in RUNNING | {"CRASHED"}:
            raise RailwayError("This deployment is not running", "BAD_USER_INPUT")
        self._effects(it).count(self._effects(it).restarts, it.id)
        self._turn(it, "DEPLOYING")
        for instance in it.instances:
            instance.status = "RESTARTING"
        self._world.changed()

        def up() -> None:
            if it.status == "DEPLOYING":
                it.stopped = False
                self._turn(it, "SUCCESS")
                it.instances = [Instance(self._world.uuid()) for _dummy in range(len(it.instances) or 1)]

        self._world.after(float(self._world.setting("restart_seconds")), up)

    def stop(self, it: Deployment) -> None:
        it.stopped = True
        for instance in it.instances:
            instance.status = "STOPPED"
        self._world.changed()

    def remove(self, it: Deployment) -> None:
        if it.status == "REMOVED":
            return
        self._effects(it).count(self._effects(it).removals, it.id)
        self._gone(it)
        self._world.changed()

    def cancel(self, it: Deployment) -> None:
        if it.status not in IN_PROGRESS:
            raise RailwayError("This deployment cannot be cancelled any more", "BAD_USER_INPUT")
        self._gone(it)
        self._world.changed()

    def approve(self, it: Deployment) -> None:
        if it.status != "NEEDS_APPROVAL":
            raise RailwayError("This deployment does not need an approval", "BAD_USER_INPUT")
        self._walk(it, ("INITIALIZING", "BUILDING", "DEPLOYING"), float(self._world.setting("build_seconds")))
        self._world.changed()

    def wake(self, it: Deployment) -> None:
        if it.status == "SLEEPING":
            self._turn(it, "SUCCESS")

    # -- the life of a deployment
    def _copy(self, source: Deployment, reason: str, variables: dict[str, str | None]) -> Deployment:
        now = self._world.now()
        it = Deployment(
            id=self._world.uuid(),
            service=source.service,
            environment=source.environment,
            tag=source.tag,
            commit=source.commit,
            image=source.image,
            bad=source.bad,
            created=now,
            status="INITIALIZING",
            status_updated=now,
            variables=variables,
            snapshot=self._world.uuid(),
            branch=source.branch,
            reason=reason,
        )
        self._deployments[it.id] = it
        return it

    def _start(self, it: Deployment, way: tuple[str, ...], setting: str, seconds: float | None = None) -> None:
        self._world.changed()
        if self._services[it.service].deploy_result == "NEEDS_APPROVAL":
            self._turn(it, "NEEDS_APPROVAL")
            return
        self._walk(it, way, float(self._world.setting(setting)) if seconds is None else seconds)

    def _walk(self, it: Deployment, way: tuple[str, ...], seconds: float) -> None:
        self._turn(it, way[0])

        def step(number: int) -> None:
            if it.status not in IN_PROGRESS:
                return
            if number < len(way):
                self._turn(it, way[number])
                self._world.after(seconds / len(way), lambda: step(number + 1))
            else:
                self._up(it)

        self._world.after(seconds / len(way), lambda: step(1))

    def _up(self, it: Deployment) -> None:
        service = self._services[it.service]
        result = service.deploy_result if service.deploy_result != "NEEDS_APPROVAL" else None
        if result is not None:
            self._turn(it, result)
            return
        newer = [other for other in self.of_service(it.service, it.environment) if other.created > it.created and other.status in RUNNING]
        if newer:
            # A newer deployment is up already: this one comes too late to serve.
            self._gone(it)
            return
        it.instances = [Instance(self._world.uuid())]
        self._turn(it, "SUCCESS")
        service.effects.switches += 1
        for former in self.of_service(it.service, it.environment):
            if former is not it and (former.status in RUNNING or former.status == "CRASHED"):
                self._retire(former)

    def _retire(self, it: Deployment) -> None:
        self._turn(it, "REMOVING")
        for instance in it.instances:
            instance.status = "REMOVING"

        def removed() -> None:
            if it.status == "REMOVING":
                self._gone(it)

        self._world.after(float(self._world.setting("drain_seconds")), removed)

    def _gone(self, it: Deployment) -> None:
        self._turn(it, "REMOVED")
        it.removed_at = self._world.now()
        it.instances = []

    def _turn(self, it: Deployment, status: str) -> None:
        it.status = status
        it.status_updated = self._world.now()

    def _effects(self, it: Deployment) -> Effects:
        return self._services[it.service].effects

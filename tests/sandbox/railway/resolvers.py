# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's answers, field by field. Objects are plain dictionaries; what needs arguments or is costly is a function in them.

Keys are Railway's own names, so that GraphQL's default resolver finds them.
"""

from __future__ import annotations

import typing as t

from .access import connection, when
from .config_resolvers import ConfigResolvers
from .messages import MessageResolvers
from .network import NetworkResolvers
from .state import Deployment, Environment, Json, RailwayError, Service, not_authorized
from .telemetry_resolvers import TelemetryResolvers
from .volume_resolvers import VolumeResolvers


class Resolvers(ConfigResolvers, MessageResolvers, NetworkResolvers, TelemetryResolvers, VolumeResolvers):
    """All topics together: one per request."""

    # -- queries
    def me(self, _info: t.Any) -> Json:
        if self._caller.kind != "account":
            raise not_authorized()
        return {
            "id": self._railway.user_id,
            "name": "Example Operator",
            "username": "operator",
            "email": "operator@example.com",
            "createdAt": when(self._railway.created),
            "apiTokenRateLimit": self._limit(),
            "workspaces": [self._workspace()],
        }

    def apiToken(self, _info: t.Any) -> Json:
        self._broad()
        return {"workspaces": [{"id": self._railway.workspace_id, "name": "Example"}]}

    def _workspace(self) -> Json:
        return {"id": self._railway.workspace_id, "name": "Example", "createdAt": when(self._railway.created), "apiTokenRateLimit": self._limit()}

    def _limit(self) -> Json:
        return {"remainingPoints": self._railway.limits.left, "resetsAt": when(self._railway.limits.resets)}

    def projects(self, _info: t.Any, workspaceId: str | None = None, **arguments: t.Any) -> Json:
        self._broad()
        found = [None] if workspaceId in (None, self._railway.workspace_id) else []
        return connection(found, lambda _: self.render_project(), arguments)

    def project(self, _info: t.Any, id: str) -> Json:
        self._own_project(id)
        return self.render_project()

    def environments(self, _info: t.Any, projectId: str, isEphemeral: bool | None = None, **arguments: t.Any) -> Json:
        self._own_project(projectId)
        return self._environments(isEphemeral, arguments)

    def _environments(self, ephemeral: bool | None, arguments: Json) -> Json:
        found = [it for it in self._railway.environments.values() if self._caller.may(it.id) and not ephemeral]
        return connection(found, self.render_environment, arguments)

    def environment(self, _info: t.Any, id: str, projectId: str | None = None) -> Json:
        return self.render_environment(self._environment(id))

    def service(self, _info: t.Any, id: str) -> Json:
        return self.render_service(self._service(id))

    def serviceInstance(self, _info: t.Any, environmentId: str, serviceId: str) -> Json:
        environment = self._environment(environmentId)
        return self.render_instance(self._service(serviceId), environment)

    def serviceInstanceAutoDeployStatus(self, _info: t.Any, environmentId: str, projectId: str, serviceId: str) -> Json:
        self._environment(environmentId)
        service = self._service(serviceId)
        reason = None if service.can_auto_deploy else "The service is not connected to a repository"
        return {"enabled": service.auto_deploy, "canEnable": service.can_auto_deploy, "reason": reason}

    def deployment(self, _info: t.Any, id: str) -> Json:
        return self.render_deployment(self._deployment(id))

    def deployments(self, _info: t.Any, input: Json, **arguments: t.Any) -> Json:
        self._anyone()
        if input.get("environmentId"):
            self._environment(input["environmentId"])
        elif self._caller.kind == "project":
            input = {**input, "environmentId": self._caller.environment}
        wanted = input.get("status") or {}
        found = []
        for it in self._railway.deployments.values():
            facts = {"environmentId": it.environment, "serviceId": it.service, "projectId": self._railway.project_id}
            if any(input.get(name) not in (None, value) for name, value in facts.items()):
                continue
            if ("in" in wanted and it.status not in wanted["in"]) or it.status in wanted.get("notIn", ()):
                continue
            found.append(it)
        found.sort(key=lambda it: it.created, reverse=True)
        return connection(found, self.render_deployment, arguments)

    def deploymentEvents(self, _info: t.Any, id: str, **arguments: t.Any) -> Json:
        it = self._deployment(id)
        steps = ["SNAPSHOT_CODE", "BUILD_IMAGE", "PUBLISH_IMAGE"] if it.reason in ("deploy", "redeploy") else []
        steps += ["CREATE_CONTAINER", "HEALTHCHECK"]
        events = []
        for number, step in enumerate(steps):
            failed = it.status == "FAILED" and step == steps[-1]
            began, ended = it.created + number, it.created + number + 1
            events.append(
                {
                    "id": f"{it.id}-{number}",
                    "step": step,
                    "createdAt": when(began),
                    "completedAt": when(ended) if ended <= it.status_updated else None,
                    "payload": {"attempt": 1, "maxAttempts": 1, "durationMs": 1000, "error": "Healthcheck failed" if failed else None},
                }
            )
        return connection(events, lambda event: event, arguments)

    def deploymentSnapshot(self, _info: t.Any, deploymentId: str) -> Json:
        it = self._deployment(deploymentId)
        return {"id": it.snapshot, "createdAt": when(it.created), "updatedAt": when(it.created), "variables": dict(it.variables)}

    def platformStatus(self, _info: t.Any) -> Json:
        return {"isStable": True, "incident": None, "maintenance": None}

    # -- mutations
    def deploymentRollback(self, _info: t.Any, id: str) -> bool:
        self._railway.jobs.rollback(self._deployment(id))
        return True

    def deploymentRedeploy(self, _info: t.Any, id: str, usePreviousImageTag: bool | None = None) -> Json:
        return self.render_deployment(self._railway.jobs.redeploy(self._deployment(id)))

    def deploymentRestart(self, _info: t.Any, id: str) -> bool:
        self._railway.jobs.restart(self._deployment(id))
        return True

    def deploymentStop(self, _info: t.Any, id: str) -> bool:
        self._railway.jobs.stop(self._deployment(id))
        return True

    def deploymentRemove(self, _info: t.Any, id: str) -> bool:
        self._railway.jobs.remove(self._deployment(id))
        return True

    def deploymentCancel(self, _info: t.Any, id: str) -> bool:
        self._railway.jobs.cancel(self._deployment(id))
        return True

    def deploymentApprove(self, _info: t.Any, id: str) -> bool:
        self._railway.jobs.approve(self._deployment(id))
        return True

    def serviceInstanceDeployV2(self, _info: t.Any, environmentId: str, serviceId: str, commitSha: str | None = None) -> str:
        return self._railway.jobs.deploy(self._service(serviceId), self._environment(environmentId).id, commitSha).id

    def serviceInstanceDeploy(self, _info: t.Any, environmentId: str, serviceId: str, commitSha: str | None = None, latestCommit: bool | None = None) -> bool:
        self.serviceInstanceDeployV2(_info, environmentId, serviceId, commitSha)
        return True

    def serviceInstanceRedeploy(self, _info: t.Any, environmentId: str, serviceId: str) -> bool:
        environment, service = self._environment(environmentId), self._service(serviceId)
        latest = self._railway.jobs.of_service(service.id, environment.id)
        if not latest:
            raise RailwayError("Deployment not found")
        self._railway.jobs.redeploy(latest[0])
        return True

    def serviceInstanceAutoDeployUpdate(self, _info: t.Any, input: Json) -> Json:
        self._environment(input["environmentId"])
        service = self._service(input["serviceId"])
        if input["enabled"] and not service.can_auto_deploy:
            raise RailwayError("The service is not connected to a repository", "BAD_USER_INPUT")
        if service.auto_deploy != input["enabled"]:
            service.auto_deploy = input["enabled"]
            self._railway.world.changed()
        return {"enabled": service.auto_deploy}

    # -- objects
    def render_project(self) -> Json:
        railway = self._railway
        return {
            "id": railway.project_id,
            "name": railway.project_name,
            "description": None,
            "createdAt": when(railway.created),
            "updatedAt": when(railway.created),
            "deletedAt": None,
            "workspaceId": railway.workspace_id,
            # The vendor's schema has no word for the largest plan.
            "subscriptionType": plan if (plan := railway.world.setting("railway_plan")) != "enterprise" else "pro",
            "primaryEnvironmentId": next(iter(railway.environments)),
            "environments": lambda _info, isEphemeral=None, **arguments: self._environments(isEphemeral, arguments),
            "services": lambda _info, **arguments: connection(list(railway.services.values()), self.render_service, arguments),
        }

    def render_environment(self, it: Environment) -> Json:
        railway = self._railway

        def deployments(_info: t.Any, **arguments: t.Any) -> Json:
            return self.deployments(_info, {"environmentId": it.id}, **arguments)

        def volumes(_info: t.Any, **arguments: t.Any) -> Json:
            return self.render_volumes(it, arguments)

        return {
            "id": it.id,
            "name": it.name,
            "projectId": it.project,
            "config": lambda _info, decryptVariables=None: railway.config.shown_config(it.id, bool(decryptVariables)),
            "canAccess": True,
            "isEphemeral": False,
            "configEtag": f"etag-{it.id[:8]}",
            "unmergedChangesCount": railway.config.unmerged(it.id),
            "createdAt": when(it.created),
            "updatedAt": when(it.created),
            "deletedAt": None,
            "deployments": deployments,
            "variables": lambda _info, **arguments: self.render_variables(it, arguments),
            "volumeInstances": volumes,
            "serviceInstances": lambda _info, **arguments: connection(
                list(railway.services.values()), lambda service: self.render_instance(service, it), arguments
            ),
        }

    def render_service(self, it: Service) -> Json:
        return {
            "id": it.id,
            "name": it.name,
            "icon": None,
            "projectId": self._railway.project_id,
            "project": lambda _info: self.render_project(),
            "createdAt": when(it.created),
            "updatedAt": when(it.created),
            "deletedAt": None,
        }

    def render_instance(self, it: Service, environment: Environment) -> Json:
        jobs = self._railway.jobs
        own = jobs.of_service(it.id, environment.id)
        return {
            "id": it.instance if environment.id == self._railway.production else f"{it.instance}-{environment.name}",
            "serviceId": it.id,
            "serviceName": it.name,
            "environmentId": environment.id,
            "service": lambda _info: self.render_service(it),
            "builder": "RAILPACK",
            "createdAt": when(it.created),
            "updatedAt": when(it.created),
            "domains": lambda _info: self.render_domains(it, environment),
            "isUpdatable": True,
            **self.render_settings(it, environment),
            "sleepApplication": any(deployment.status == "SLEEPING" for deployment in own),
            "source": {"image": None, "repo": f"example/{it.name}"},
            "watchPatterns": [],
            "latestDeployment": lambda _info: self.render_deployment(own[0]) if own else None,
            "activeDeployments": lambda _info: [self.render_deployment(active) for active in jobs.active(it.id, environment.id)],
        }

    def render_deployment(self, it: Deployment) -> Json:
        railway = self._railway
        service, environment = railway.services[it.service], railway.environments[it.environment]
        domain = f"{service.name}-{environment.name}.up.railway.app"
        meta: Json = {
            "repo": f"example/{service.name}",
            "branch": it.branch,
            "commitHash": it.commit,
            "commitMessage": f"Release {it.tag}",
            "commitAuthor": "Example Author",
            "image": it.image,
            "reason": it.reason,
            **it.raw,
        }
        return {
            "id": it.id,
            "status": it.status,
            "statusUpdatedAt": when(it.status_updated),
            "createdAt": when(it.created),
            "updatedAt": when(it.status_updated),
            "canRollback": railway.jobs.can_rollback(it),
            "canRedeploy": it.can_redeploy,
            "deploymentStopped": it.stopped,
            "creator": {"id": railway.user_id, "email": "operator@example.com", "name": "Example Operator"},
            "environmentId": environment.id,
            "environment": lambda _info: self.render_environment(environment),
            "projectId": railway.project_id,
            "serviceId": service.id,
            "service": lambda _info: self.render_service(service),
            "snapshotId": it.snapshot,
            "staticUrl": domain,
            "url": domain,
            "instances": [{"id": instance.id, "status": instance.status} for instance in it.instances],
            "meta": {key: value for key, value in meta.items() if key not in it.omit},
        }

# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway as one vendor of the sandbox: one project, its environments and services, and what a scenario makes of them."""

from __future__ import annotations

import random
import typing as t
from dataclasses import fields

from ..errors import Refused
from ..former import Former
from ..world import Call, Release, World, ago
from . import past
from .access import Caller
from .config import Config, usual_settings
from .jobs import Jobs
from .limits import Limits
from .messages import Messages
from .network import Network
from .state import IN_PROGRESS, RUNNING, STATUSES, Deployment, Environment, Instance, Json, ProjectToken, RailwayError, Service
from .telemetry import Telemetry
from .volumes import Volumes

if t.TYPE_CHECKING:
    from aiohttp import web

PROJECT = "example"
PRODUCTION, STAGING = "production", "staging"


class Railway:
    name = "railway"

    def __init__(self, world: World) -> None:
        self.world = world
        self.created = 0.0
        self.project_name = PROJECT
        self.project_id = ""
        self.workspace_id = ""
        self.user_id = ""
        self.production = ""
        self._first_tokens: dict[str, str] = {}
        self.environments: dict[str, Environment] = {}
        self.project_tokens: dict[str, ProjectToken] = {}
        self.services: dict[str, Service] = {}
        self.deployments: dict[str, Deployment] = {}
        self.jobs = Jobs(world, self.deployments, self.services)
        self.config = Config(self)
        self.limits = Limits(world)
        self.messages = Messages()
        self.network = Network()
        self.telemetry = Telemetry(self)
        self.volumes = Volumes(self)

    # -- seeding
    def seed(self, components: dict[str, Json]) -> None:
        self.services.clear()
        self.deployments.clear()
        self.config.clear()
        self.network.clear()
        self.messages.clear()
        self.limits.clear()
        if not self.environments:
            # Tokens outlive a scenario, and so does what they belong to.
            self.created = self.world.now() - 300 * 86400
            self.project_id, self.workspace_id, self.user_id = self.world.uuid(), self.world.uuid(), self.world.uuid()
            for name in (PRODUCTION, STAGING):
                environment = Environment(self.world.uuid(), name, self.project_id, self.created)
                self.environments[environment.id] = environment
            self.production = next(iter(self.environments))
            self._first_tokens = {environment.id: self.world.uuid() for environment in self.environments.values()}
        self.project_name = self.world.names.get("railway_project", PROJECT)
        production = self.world.names.get("railway_environment", PRODUCTION)
        for environment, name in zip(self.environments.values(), (production, PRODUCTION if production == STAGING else STAGING), strict=True):
            environment.name = name
        self.project_tokens.clear()
        for environment in self.environments.values():
            first = self._first_tokens[environment.id]
            self.project_tokens[first] = ProjectToken(
                first, f"{environment.name} runbooks", environment.id, self._project_token(environment), environment.created
            )
        self.project_tokens |= {it.id: it for it in past.tokens(self.world, self.environments.values())}
        for name, seed in components.items():
            self._seed_service(name, seed)
        self.volumes.seed(components)
        for volume in self.volumes.all.values():
            past.backups(self.world, volume)

    def _seed_service(self, component: str, seed: Json) -> None:
        now = self.world.now()
        private = {name: self.world.token(f"railway.variable.{component}.{name}") for name in seed.get("secrets", [])}
        service = Service(
            id=self.world.uuid(),
            instance=self.world.uuid(),
            name=seed["service"],
            component=component,
            created=now - 200 * 86400,
            variables={**seed.get("variables", {}), **private},
            auto_deploy=seed.get("auto_deploy", True),
            settings=usual_settings(),
        )
        self.services[service.id] = service
        past.variables(self.world, service)
        bad = set(seed.get("bad", []))
        former: Deployment | None = None
        for facts in seed["releases"]:
            variables = {**service.variables, **facts.get("variables", {})}
            it = self._new_deployment(service, facts["tag"], facts["commit"], facts["tag"] in bad, ago(now, facts["created"]), variables)
            it.status = facts.get("status", "REMOVED")
            it.branch = facts.get("branch", "main")
            it.status_updated = it.created + 30
            if "served" not in facts:
                continue
            served = ago(now, facts["served"])
            it.status, it.status_updated, it.instances = "SUCCESS", served, [Instance(self.world.uuid())]
            if former is not None:
                former.status, former.instances = "REMOVED", []
                former.status_updated = former.removed_at = served
            former = it

        def make(facts: Former, source: random.Random, variables: dict[str, str | None]) -> Deployment:
            return self._new_deployment(service, facts.tag, facts.commit, False, round(facts.created, 3), variables, source)

        oldest = min(ago(now, facts["created"]) for facts in seed["releases"])
        past.deployments(self.world, service, len(seed["releases"]), oldest, make)

    def _new_deployment(
        self, service: Service, tag: str, commit: str, bad: bool, created: float, variables: dict[str, str | None], source: random.Random | None = None
    ) -> Deployment:
        """``source`` given: one of long ago, which shares its variables with the others."""
        it = Deployment(
            id=self.world.uuid(source),
            service=service.id,
            environment=self.production,
            tag=tag,
            commit=commit,
            image=f"registry.example.com/{service.name}:{tag}",
            bad=bad,
            created=created,
            status="INITIALIZING",
            status_updated=created,
            variables=dict(variables) if source is None else variables,
            snapshot=self.world.uuid(source),
        )
        self.deployments[it.id] = it
        return it

    # -- finding
    def service_of(self, component: str) -> Service:
        return next(service for service in self.services.values() if service.component == component)

    def chosen(self, service: Service, name: str) -> Deployment:
        """The newest deployment with this id, tag, or beginning of a commit."""
        for it in self.jobs.of_service(service.id, self.production):
            if name in (it.id, it.tag) or (len(name) >= 7 and it.commit.startswith(name)):
                return it
        raise Refused(f"component {service.component!r} has no deployment {name!r}")

    # -- the vendor's side of the sandbox
    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        from .routes import application

        return application(self, middlewares)

    def identify(self, request: web.Request, body: t.Any) -> Call:
        from graphql import FieldNode, GraphQLError, OperationType

        from .routes import chosen, parsed

        kind = "project" if "Project-Access-Token" in request.headers else ("bearer" if "Authorization" in request.headers else None)
        unknown = Call(f"{request.method} {request.path}", False, None, kind)
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return unknown
        try:
            operation = chosen(parsed(body["query"]), body.get("operationName"))
        except GraphQLError:
            return unknown
        if operation is None:
            return unknown
        names = [node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        return Call(" ".join(names), operation.operation == OperationType.MUTATION, self._component(body.get("variables")), kind)

    def _component(self, variables: t.Any) -> str | None:
        """The component that a request is about, as far as its variables tell."""
        values = list(variables.values()) if isinstance(variables, dict) else []
        values += [inner for value in values if isinstance(value, dict) for inner in value.values()]
        for value in values:
            if not isinstance(value, str):
                continue
            if value in self.services:
                return self.services[value].component
            if value in self.deployments:
                return self.services[self.deployments[value].service].component
            if value in self.volumes.all and self.volumes.all[value].service:
                return self.services[str(self.volumes.all[value].service)].component
        return None

    def caller(self, headers: t.Mapping[str, str]) -> Caller:
        token = headers.get("Project-Access-Token")
        if token is not None:
            for it in self.project_tokens.values():
                if token == it.secret:
                    return Caller("project", it.environment, it)
            return Caller("nobody", wrong="Project Token not found")
        kind, _dummy, token = headers.get("Authorization", "").partition(" ")
        for purpose in ("account", "workspace"):
            if kind == "Bearer" and token == self.world.token(f"railway.{purpose}"):
                return Caller(purpose)
        return Caller("nobody")

    def _project_token(self, environment: Environment) -> str:
        return self.world.token(f"railway.project.{environment.name}")

    def new_token(self, environment: Environment, name: str) -> ProjectToken:
        secret = self.world.made("railway.project", self.world.word(36))
        it = ProjectToken(self.world.uuid(), name, environment.id, secret, self.world.now())
        self.project_tokens[it.id] = it
        self.world.changed()
        return it

    def run_info(self, url: str) -> Json:
        production, staging = list(self.environments.values())
        return {
            "url": f"{url}/graphql/v2",
            "token": self._project_token(production),
            "account_token": self.world.token("railway.account"),
            "workspace_token": self.world.token("railway.workspace"),
            "project": self.project_name,
            "project_id": self.project_id,
            "environment": production.name,
            "environment_id": production.id,
            "other": {"environment": staging.name, "environment_id": staging.id, "token": self._project_token(staging)},
        }

    def component_info(self, component: str) -> Json:
        service = self.service_of(component)
        return {"service": service.name, "service_id": service.id}

    def stored(self) -> dict[str, str]:
        places = [(f"{it.name} {name or 'shared'}", place.variables) for it in self.environments.values() for name, place in self.config.places(it.id)]
        snapshots = [(f"deployment {it.id}", it.variables) for it in self.deployments.values()]
        return {f"{where} {name}": value for where, variables in [*places, *snapshots] for name, value in variables.items() if value is not None}

    def snapshot(self, component: str) -> Json:
        service = self.service_of(component)
        own = self.jobs.of_service(service.id, self.production)
        effects = service.effects
        return {
            "service": service.name,
            "service_id": service.id,
            "serving": self._brief(self.jobs.serving(service.id, self.production)),
            "active": [it.id for it in self.jobs.active(service.id, self.production)],
            "auto_deploy": service.auto_deploy,
            "volumes": self.volumes.snapshot(service),
            "variables": sorted(service.variables),
            "stored": {name: None if name in service.sealed else value for name, value in service.variables.items()},
            "settings": {**service.settings, "limits": service.limits},
            "deployments": [self._brief(it) for it in own],
            "in_progress": [it.id for it in own if it.status in IN_PROGRESS],
            "effects": {
                "rollbacks": dict(effects.rollbacks),
                "redeploys": dict(effects.redeploys),
                "restarts": dict(effects.restarts),
                "removals": dict(effects.removals),
                "deploys": effects.deploys,
                "switches": effects.switches,
                "configured": effects.configured,
                "volumes": dict(self.volumes.effects),
            },
        }

    def _brief(self, it: Deployment | None) -> Json | None:
        if it is None:
            return None
        facts = {"id": it.id, "tag": it.tag, "commit": it.commit, "bad": it.bad, "status": it.status, "reason": it.reason}
        return {**facts, "rollback_of": it.rollback_of, "can_rollback": self.jobs.can_rollback(it), "stopped": it.stopped}

    def serving(self, component: str) -> Release | None:
        it = self.jobs.serving(self.service_of(component).id, self.production)
        return self._release(it) if it is not None and not it.stopped else None

    def release(self, deployment: str) -> Release | None:
        it = self.deployments.get(deployment)
        return self._release(it) if it is not None else None

    def _release(self, it: Deployment) -> Release:
        component = self.services[it.service].component
        return Release(it.id, component, it.tag, it.commit, it.bad, it.status in RUNNING, it.status == "SLEEPING")

    def probed(self, component: str) -> None:
        it = self.jobs.serving(self.service_of(component).id, self.production)
        if it is not None:
            self.jobs.wake(it)

    # -- small changes for tests
    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        service = self.service_of(component)
        if deployment is None and "sleeping" in changes:
            changes = dict(changes)
            now = self.jobs.serving(service.id, self.production)
            if now is not None:
                now.status = "SLEEPING" if changes["sleeping"] else "SUCCESS"
            del changes["sleeping"]
        thing: Deployment | Service = service if deployment is None else self.chosen(service, deployment)
        allowed = {entry.name for entry in fields(thing)} - {"id", "service", "instance", "component", "environment", "instances", "effects"}
        strange = set(changes) - allowed
        if strange:
            raise Refused(f"{type(thing).__name__} has no {', '.join(sorted(strange))}: {', '.join(sorted(allowed))}, sleeping")
        for name, value in changes.items():
            setattr(thing, name, value)

    def act(self, component: str, action: str, facts: Json) -> str:
        service = self.service_of(component)
        if action == "maintenance":
            try:
                return self.jobs.maintenance(service, self.production).id
            except RailwayError as error:
                raise Refused(str(error)) from error
        if action not in ("push", "add"):
            raise Refused(f"Railway does not know the action {action!r}: push, add, maintenance")
        strange = set(facts) - {"tag", "commit", "bad", "build_seconds", "branch", "created", "set"}
        if strange:
            raise Refused(f"{action} has no {', '.join(sorted(strange))}")
        created = ago(self.world.now(), facts.get("created", 0))
        commit = facts.get("commit") or self.world.word(40, "0123456789abcdef")
        if action == "push" and not service.auto_deploy:
            # The push happens, and no deployment follows from it.
            known = {"tag": facts.get("tag", commit[:7]), "commit": commit, "bad": bool(facts.get("bad", False)), "branch": facts.get("branch", "main")}
            service.pushed.append(known)
            return ""
        it = self._new_deployment(service, facts.get("tag", commit[:7]), commit, bool(facts.get("bad", False)), created, service.variables)
        it.branch = facts.get("branch", "main")
        if action == "push":
            seconds = facts.get("build_seconds")
            self.jobs.push(service, self.production, it, None if seconds is None else float(seconds))
        else:
            it.status, it.removed_at = "REMOVED", it.created + 60
            self.patch(component, it.id, facts.get("set", {}))
        return it.id

    # -- answers that are not about a resource
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        from .routes import failure

        return {"errors": [failure(self, message, code or "INTERNAL_SERVER_ERROR")]}

    def graphql_error(self, message: str, code: str) -> Json:
        from .routes import failure

        return {"data": None, "errors": [failure(self, message, code)]}

    def headers(self) -> dict[str, str]:
        return self.limits.headers()

    def obscure(self, body: t.Any) -> t.Any:
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        return {key: "HIBERNATING" if key == "status" and value in STATUSES else self.obscure(value) for key, value in body.items()}

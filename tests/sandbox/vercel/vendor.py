# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel as one vendor of the sandbox: its projects, found by name, id or component, and what a scenario makes of them."""

from __future__ import annotations

import random
import re
import string
import typing as t
from dataclasses import fields

from ..errors import Refused
from ..former import Former
from ..world import Call, Release, World, ago
from . import env, global_config, past
from .jobs import Jobs, candidate, serving
from .rolling import wished
from .state import FINAL, Alias, AliasRequest, Deployment, Json, Project, Team, VercelError

if t.TYPE_CHECKING:
    from aiohttp import web

ID_ALPHABET = string.ascii_letters + string.digits
TEAM, OTHER_TEAM = "example-team", "example-staging"
STATES = frozenset({"READY", "ERROR", "CANCELED", "BLOCKED", "QUEUED", "INITIALIZING", "BUILDING"})


class Vercel:
    name = "vercel"

    def __init__(self, world: World) -> None:
        self.world = world
        self.teams: list[Team] = []
        self.projects: dict[str, Project] = {}
        self.deployments: dict[str, Deployment] = {}
        self.jobs = Jobs(world, self.deployments)
        self._limit_left = 0

    # -- seeding
    def seed(self, components: dict[str, Json]) -> None:
        self.projects.clear()
        self.deployments.clear()
        born = self.world.now() - 400 * 86400
        if not self.teams:
            # Tokens outlive a scenario, and so do the ids of the teams: clients were pointed at them.
            self.teams = [Team(f"team_{self.world.word(24)}", slug, "", born) for slug in (TEAM, OTHER_TEAM)]
        self.teams[0].slug = self.world.names.get("vercel_team", TEAM)
        for team in self.teams:
            team.name = team.slug.replace("-", " ").title()
        self._limit_left = 10_000
        for name, seed in components.items():
            self._seed_project(name, seed)
        self._new_project("", {"project": "elsewhere", "domains": ["elsewhere.example.com"]}, self.teams[1])

    def _new_project(self, component: str, seed: Json, team: Team) -> Project:
        now = self.world.now()
        project = Project(
            id=f"prj_{self.world.word(28)}",
            name=seed["project"],
            component=component,
            team=team,
            created=now - 300 * 86400,
            plan=seed.get("plan", "pro"),
            auto_assign=seed.get("auto_assign", True),
            repo=seed["project"],
        )
        project.environments = [env.environment(self.world, slug) for slug in seed.get("environments", [])]
        project.env = [env.seeded(self.world, variable) for variable in seed.get("env", [])]
        project.configs = [global_config.seeded(self.world, slug, items) for slug, items in seed.get("global_configs", {}).items()]
        for domain in seed["domains"]:
            project.aliases.append(Alias(self.world.word(20), domain, None, project.created, project.created))
        self.projects[project.id] = project
        return project

    def _seed_project(self, component: str, seed: Json) -> None:
        now = self.world.now()
        project = self._new_project(component, seed, self.teams[0])
        bad = set(seed.get("bad", []))
        for facts in seed["releases"]:
            it = self._new_deployment(project, facts["tag"], facts["commit"], facts["tag"] in bad, ago(now, facts["created"]))
            it.state = facts.get("state", "READY")
            it.target = facts.get("target", "production")
            it.branch = facts.get("branch", project.branch)
            it.building_at = it.created + 2
            if it.state == "READY":
                it.ready_at = it.alias_assigned_at = max(it.created + 62, ago(now, facts.get("served", facts["created"])))
            else:
                it.error = {"code": "BUILD_FAILED", "message": 'Command "npm run build" exited with 1'}
            if "served" in facts:
                it.substate = "PROMOTED"
                project.served.append(it.id)
                project.production = it.id
        for alias in project.aliases:
            alias.deployment = project.production
        if len(project.served) > 2:
            # A job of long ago, as projects keep showing it: a reader must not take it for its own.
            first, second = project.served[:2]
            when = self.deployments[second].alias_assigned_at or now
            project.request = AliasRequest("promote", second, first, when, "succeeded")
        oldest = min(ago(now, facts["created"]) for facts in seed["releases"])
        past.fill(self.world, project, len(seed["releases"]), oldest, self._former)

    def _former(self, project: Project, facts: Former, source: random.Random) -> Deployment:
        return self._new_deployment(project, facts.tag, facts.commit, False, round(facts.created, 3), source)

    def _new_deployment(self, project: Project, tag: str, commit: str, bad: bool, created: float, source: random.Random | None = None) -> Deployment:
        word = self.world.word(24, ID_ALPHABET, source)
        url = f"{project.name}-{word[:9].lower()}-{project.team.slug}.vercel.app"
        it = Deployment(f"dpl_{word}", project.id, url, tag, commit, bad, created)
        self.deployments[it.id] = it
        return it

    # -- finding
    def project_of(self, component: str) -> Project:
        return next(project for project in self.projects.values() if project.component == component)

    def project_named(self, name: str, team: Team | None) -> Project:
        for project in self.projects.values():
            if name in (project.id, project.name) and project.team is team:
                return project
        raise VercelError(404, "not_found", "Project not found")

    def deployment_named(self, name: str, team: Team | None) -> Deployment:
        known = self.deployments.get(name)
        for it in [known] if known is not None else self.deployments.values():
            if name in (it.id, it.url) and it.state != "DELETED" and self.projects[it.project].team is team:
                return it
        raise VercelError(404, "not_found", "The deployment could not be found", name=name)

    def of_project(self, project: Project) -> list[Deployment]:
        """Newest first."""
        own = [it for it in self.deployments.values() if it.project == project.id]
        return sorted(own, key=lambda it: it.created, reverse=True)

    def chosen(self, project: Project, name: str) -> Deployment:
        """The newest deployment with this id, tag, or beginning of a commit."""
        for it in self.of_project(project):
            if name in (it.id, it.tag) or (len(name) >= 7 and it.commit.startswith(name)):
                return it
        raise Refused(f"component {project.component!r} has no deployment {name!r}")

    # -- the vendor's side of the sandbox
    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        from .routes import application

        return application(self, middlewares)

    def identify(self, request: web.Request, body: t.Any) -> Call:
        resource = request.match_info.route.resource
        pattern = resource.canonical if resource is not None else request.path
        names = request.match_info
        component = None
        facts = body if isinstance(body, dict) else {}
        named = {str(name) for name in (names.get("project"), request.query.get("projectId"), facts.get("projectId")) if name}
        for it in self.projects.values():
            if named & {it.id, it.name} or names.get("config") in {config["id"] for config in it.configs}:
                component = it.component
        found = self.deployments.get(names.get("deployment", "") or facts.get("deploymentId", ""))
        if component is None and found is not None:
            component = self.projects[found.project].component
        kind = {"Bearer": "bearer"}.get(request.headers.get("Authorization", "").partition(" ")[0])
        operation = f"{request.method} {re.sub('{[^}]*}', '{id}', pattern)}"
        return Call(operation, request.method not in ("GET", "HEAD"), component or None, kind)

    def run_info(self, url: str) -> Json:
        return {
            "url": url,
            "token": self.world.token("vercel.user"),
            "project_token": self.world.token("vercel.project"),
            "team": self.teams[0].slug,
            "team_id": self.teams[0].id,
            "other": {"team": self.teams[1].slug, "team_id": self.teams[1].id, "token": self.world.token("vercel.other")},
        }

    def component_info(self, component: str) -> Json:
        project = self.project_of(component)
        return {"project": project.name, "project_id": project.id}

    def stored(self) -> dict[str, str]:
        return {f"{project.name} {it.key} {it.id}": it.value for project in self.projects.values() for it in project.env}

    def snapshot(self, component: str) -> Json:
        project = self.project_of(component)
        request = project.request
        return {
            "project": project.name,
            "project_id": project.id,
            "serving": self._brief(serving(project)),
            "production": self._brief(project.production),
            "auto_assign": project.auto_assign,
            "paused": project.paused,
            "request": request and {"type": request.type, "to": request.to, "status": request.status},
            "rolling_release": _rolling(project.rolling_release),
            "rolling_document": project.rolling_release,
            "rolling_config": project.rolling_config,
            "domains": {alias.name: alias.deployment for alias in project.aliases},
            "firewall": {"rules": project.firewall, "bypasses": project.bypasses},
            "deployments": [self._brief(it.id) for it in self.of_project(project)],
            "effects": {
                "rollbacks": dict(project.effects.rollbacks),
                "promotes": dict(project.effects.promotes),
                "domain_switches": project.effects.domain_switches,
                "builds": project.effects.builds,
            },
        }

    def _brief(self, deployment: str | None) -> Json | None:
        it = self.deployments.get(deployment or "")
        if it is None:
            return None
        facts = {"id": it.id, "tag": it.tag, "commit": it.commit, "bad": it.bad, "state": it.state, "substate": it.substate, "target": it.target}
        return {**facts, "can_rollback": candidate(it, self.projects[it.project])}

    def serving(self, component: str) -> Release | None:
        project = self.project_of(component)
        found = serving(project)
        return self.release(found) if found is not None and not project.paused else None

    def release(self, deployment: str) -> Release | None:
        it = self.deployments.get(deployment)
        if it is None:
            return None
        return Release(it.id, self.projects[it.project].component, it.tag, it.commit, it.bad, it.state == "READY")

    def probed(self, component: str) -> None:
        """Nothing at Vercel sleeps."""

    # -- small changes for tests
    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        project = self.project_of(component)
        thing: Deployment | Project = project if deployment is None else self.chosen(project, deployment)
        allowed = {entry.name for entry in fields(thing)} - {"id", "project", "component", "team", "aliases", "served", "effects"}
        strange = set(changes) - allowed
        if strange:
            raise Refused(f"{type(thing).__name__} has no {', '.join(sorted(strange))}: {', '.join(sorted(allowed))}")
        for name, value in changes.items():
            if name == "rolling_release" and value is not None:
                current = self.deployments.get(project.production or "")
                canary = self.chosen(project, value["canary"]) if "canary" in value else None
                value = wished(project, value, current, canary, self.world.now())
            if name == "request" and value is not None:
                to = self.chosen(project, value["to"]).id
                value = AliasRequest(value.get("type", "promote"), to, project.production, self.world.now(), value.get("status", "in-progress"))
            if name == "env":
                value = [env.seeded(self.world, variable) for variable in value]
            setattr(thing, name, value)

    def act(self, component: str, action: str, facts: Json) -> str:
        project = self.project_of(component)
        if action not in ("push", "add"):
            raise Refused(f"Vercel does not know the action {action!r}: push, add")
        strange = set(facts) - {"tag", "commit", "bad", "build_seconds", "branch", "target", "created", "set"}
        if strange:
            raise Refused(f"{action} has no {', '.join(sorted(strange))}")
        created = ago(self.world.now(), facts.get("created", 0))
        commit = facts.get("commit") or self.world.word(40, "0123456789abcdef")
        it = self._new_deployment(project, facts.get("tag", commit[:7]), commit, bool(facts.get("bad", False)), created)
        it.branch = facts.get("branch", project.branch)
        it.target = facts.get("target", "production" if it.branch == project.branch else None)
        if action == "push":
            seconds = facts.get("build_seconds")
            self.jobs.build(project, it, None if seconds is None else float(seconds))
        else:
            it.building_at = it.ready_at = it.created
            it.substate = "STAGED" if it.target == "production" else None
            self.patch(component, it.id, facts.get("set", {}))
        return it.id

    def rebuild(self, project: Project, source: Deployment, target: str | None, kind: str) -> Deployment:
        """A new deployment of a commit that is known already, with today's settings."""
        it = self._new_deployment(project, source.tag, source.commit, source.bad, self.world.now())
        it.branch, it.target, it.source = source.branch, target, kind
        self.jobs.build(project, it)
        return it

    # -- answers that are not about a resource
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        usual = {402: "payment_required", 403: "forbidden", 404: "not_found", 409: "conflict", 429: "rate_limited"}
        return {"error": {"code": code or usual.get(status, "internal_server_error" if status >= 500 else "bad_request"), "message": message}}

    def graphql_error(self, message: str, code: str) -> Json:
        raise Refused("Vercel has no GraphQL")

    def headers(self) -> dict[str, str]:
        self._limit_left = max(1, self._limit_left - 1)
        return {
            "X-RateLimit-Limit": "10000",
            "X-RateLimit-Remaining": str(self._limit_left),
            "X-RateLimit-Reset": str(int(self.world.now()) + 60),
        }

    def obscure(self, body: t.Any) -> t.Any:
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        states = STATES | FINAL
        return {key: "HIBERNATING" if key in ("readyState", "state", "status") and value in states else self.obscure(value) for key, value in body.items()}


def _rolling(release: Json | None) -> Json | None:
    if release is None:
        return None
    stage = release["activeStage"]
    canary = (release["canaryDeployment"] or {}).get("id")
    return {"state": release["state"], "substate": release["substate"], "canary": canary, "stage": stage and stage["index"]}

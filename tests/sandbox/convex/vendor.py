# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex as one vendor of the sandbox: one production deployment, its keys, and what a scenario makes of it."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import random
import re
import secrets
import typing as t
from dataclasses import asdict, fields

from ..errors import Refused
from ..world import Call, Release, World, ago
from . import shop
from .access import Identity
from .jobs import Jobs, Log
from .state import ACTIONS, Deployment, Export, Json, Key, Project, Push, Team, Token

if t.TYPE_CHECKING:
    from aiohttp import web

TEAM, PROJECT, DEPLOYMENT, OTHER = "example-team", "shop", "happy-otter-123", "brisk-heron-456"
ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MEMBER = 71
# What a scenario without a component at this vendor has all the same.
UNNAMED: Json = {"variables": {}, "releases": [{"tag": "v1.0.0", "commit": "4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1", "created": "9d"}]}
STATES = frozenset({"requested", "in_progress", "completed", "failed", "uploaded", "waiting_for_confirmation", "paused", "disabled", "suspended"})


class Convex:
    name = "convex"

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = ""
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def site_url(self) -> str:
        """Where the app's own HTTP is: the vendor has another host for it, which hands on to this path."""
        return f"{self.url}/http"

    # -- seeding
    def seed(self, components: dict[str, Json]) -> None:
        if len(components) > 1:
            raise Refused("one component at Convex for each scenario: the deployment has one address")
        name, seed = next(iter(components.items()), ("", UNNAMED))
        now = self.world.now()
        born = now - 300 * 86400
        # The ids of what clients make.
        self.numbers = itertools.count(8001)
        self.team = Team(4001, TEAM, TEAM.replace("-", " ").title(), MEMBER, born)
        self.team.tokens.append(Token(9001, "ansible", self.world.token("convex.team"), born, creator=MEMBER))
        self.team.tokens.append(Token(9002, "laptop", self.world.token("convex.personal"), born, "personal", MEMBER))
        self.project = Project(5001, "Shop", PROJECT, born)
        self.team.projects.append(self.project)
        called = self.world.names.get("convex_deployment", DEPLOYMENT)
        self.deployment = Deployment(6001, called, "prod", "production", born, component=name, creator=MEMBER)
        self.deployment.env = {key: str(value) for key, value in seed.get("variables", {}).items()}
        for secret in seed.get("secrets", []):
            self.deployment.env[secret] = self.world.token(f"convex.variable.{secret}")
        self.deployment.keys = [
            Key(0, "admin", self.world.token("convex.admin"), born, kind="admin"),
            Key(7001, "ansible", self.world.token("convex.deploy"), born, creator=MEMBER),
            Key(7002, "ci", self.world.token("convex.ci"), born, allowed=("deployment:deploy",), creator=MEMBER),
        ]
        other = Deployment(6002, DEPLOYMENT if called == OTHER else OTHER, "dev", "dev/member-71", born, creator=MEMBER)
        other.keys = [Key(7003, "laptop", self.world.token("convex.other"), born, creator=MEMBER)]
        self.project.deployments = [self.deployment, other]
        self.jobs, self.log = Jobs(self), Log(self)
        # The modules of pushes, and the parts of uploads, that are not finished yet.
        self.started: dict[str, dict[str, Json]] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        shop.fill(self, self.world.scale)
        for facts in seed["releases"]:
            self._push(facts["tag"], facts["commit"], bool(facts.get("bad", False)), ago(now, facts["created"]))

    def _push(self, tag: str, commit: str, bad: bool, created: float, message: str | None = None) -> Push:
        push = Push(self.new_id("p"), tag, commit, bad, created, message)
        self.deployment.pushes.append(push)
        return push

    def new_id(self, first: str = "j", source: random.Random | None = None) -> str:
        return first + self.world.word(31, ID_ALPHABET, source)

    def secret(self) -> str:
        """What nobody can guess and no seed repeats."""
        return self.world.made("convex", secrets.token_hex(24))

    def current_push(self) -> Push:
        return max(self.deployment.pushes, key=lambda push: push.created)

    # -- what happens
    def changed(self) -> None:
        """Something really changed: whoever waits for news is told."""
        self.world.changed()
        self.notify()

    def notify(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def news(self) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def record(self, identity: Identity, action: str, metadata: Json) -> None:
        """An entry of the deployment's audit log."""
        event = {"actor": identity.actor(), "action": action, "createTime": int(self.world.now() * 1000), "metadata": metadata}
        self.deployment.audit.append(event)

    # -- the vendor's side of the sandbox
    def application(self, middlewares: t.Sequence[t.Any]) -> web.Application:
        from .routes import application

        return application(self, middlewares)

    def identify(self, request: web.Request, body: t.Any) -> Call:
        from .functions import named
        from .routes import changes

        resource = request.match_info.route.resource
        pattern = resource.canonical if resource is not None else request.path
        kind = request.headers.get("Authorization", "").partition(" ")[0].lower()
        operation = f"{request.method} {re.sub('{[^}]*}', '{id}', pattern)}"
        function, runs = named(pattern, request.match_info, body)
        changing = changes(request) and not (isinstance(body, dict) and body.get("dryRun"))
        if function is not None:
            operation += f" {function}"
        auth = kind if kind in ("bearer", "convex") else None
        mine = request.match_info.get("deployment") in (None, self.deployment.name)
        return Call(operation, runs or changing, (self.deployment.component or None) if mine else None, auth)

    def run_info(self, url: str) -> Json:
        self.url = url
        deployment = self.deployment
        keys = {key.name: deployment.key_text(key) for key in deployment.keys}
        other = self.project.deployments[1]
        return {
            "url": url,
            "site_url": self.site_url,
            "management_url": f"{url}/v1",
            "deployment": deployment.name,
            "deploy_key": keys["ansible"],
            "ci_key": keys["ci"],
            "admin_key": keys["admin"],
            "team_token": self.team.tokens[0].secret,
            "personal_token": self.team.tokens[1].secret,
            "team": self.team.slug,
            "team_id": self.team.id,
            "project": self.project.slug,
            "project_id": self.project.id,
            "other": {"deployment": other.name, "deploy_key": other.key_text(other.keys[0])},
        }

    def component_info(self, component: str) -> Json:
        return {"deployment": self.deployment.name}

    def stored(self) -> dict[str, str]:
        deployments = [it for project in self.team.projects for it in project.deployments]
        defaults = {f"{project.slug} {kind} {name}": value for project in self.team.projects for (name, kind), value in project.default_variables.items()}
        return {**{f"{it.name} {name}": value for it in deployments for name, value in it.env.items()}, **defaults}

    def snapshot(self, component: str) -> Json:
        deployment = self.deployment
        return {
            "deployment": deployment.name,
            "serving": self._brief(self.current_push()),
            "state": {"system": deployment.system, "usage_limit": deployment.usage_limit, "user": deployment.user},
            "variables": sorted(deployment.env),
            "tables": {name: len(rows) for name, rows in deployment.tables.items()},
            "files": len(deployment.files),
            "content": _content(deployment),
            "exports": [it.state for it in deployment.exports],
            "imports": [it.state for it in deployment.imports],
            "keys": [{"name": key.name, "allowed": list(key.allowed)} for key in deployment.keys],
            "audit": [event["action"] for event in deployment.audit],
            "effects": asdict(deployment.effects),
        }

    def _brief(self, push: Push) -> Json:
        return {"id": push.id, "tag": push.tag, "commit": push.commit, "bad": push.bad, "message": push.message}

    def serving(self, component: str) -> Release | None:
        stopped = self.deployment.user != "none" or self.deployment.system != "none"
        return None if stopped else self.release(self.current_push().id)

    def release(self, deployment: str) -> Release | None:
        for push in self.deployment.pushes:
            if push.id == deployment:
                return Release(push.id, self.deployment.component, push.tag, push.commit, push.bad, push is self.current_push())
        return None

    def probed(self, component: str) -> None:
        """A deployment does not sleep."""

    # -- small changes for tests
    def patch(self, component: str, deployment: str | None, changes: Json) -> None:
        """``allowed`` changes what the key ``ansible`` may do, ``cloud_backup`` says how long ago the vendor itself made one; everything else is a
        field of the deployment."""
        if deployment is not None:
            raise Refused("a deployment of Convex holds no deployments: leave it out")
        held = {
            "id",
            "name",
            "component",
            "keys",
            "tables",
            "table_numbers",
            "files",
            "exports",
            "imports",
            "usage_limits",
            "modules",
            "pushes",
            "audit",
            "effects",
        }
        known = {entry.name for entry in fields(Deployment)} - held
        known |= {"allowed", "cloud_backup"}
        strange = set(changes) - known
        if strange:
            raise Refused(f"Deployment has no {', '.join(sorted(strange))}: {', '.join(sorted(known))}")
        for name, value in changes.items():
            if name == "allowed":
                if set(value) - set(ACTIONS):
                    raise Refused(f"no such actions: {', '.join(sorted(set(value) - set(ACTIONS)))}")
                next(key for key in self.deployment.keys if key.name == "ansible").allowed = tuple(value)
            elif name == "cloud_backup":
                made = ago(self.world.now(), value)
                backup = Export(self.new_id("e"), made, made, True, "completed", "cloudBackup", start=made, end=made + 60, expiration=made + 7 * 86400)
                self.deployment.exports.append(backup)
            else:
                setattr(self.deployment, name, value)
        self.notify()

    def act(self, component: str, action: str, facts: Json) -> str:
        if action not in ("push", "add"):
            raise Refused(f"Convex does not know the action {action!r}: push, add")
        strange = set(facts) - {"tag", "commit", "bad", "created", "message"}
        if strange:
            raise Refused(f"{action} has no {', '.join(sorted(strange))}")
        commit = facts.get("commit") or self.world.word(40, "0123456789abcdef")
        created = ago(self.world.now(), facts.get("created", 0))
        push = self._push(facts.get("tag", commit[:7]), commit, bool(facts.get("bad", False)), created, facts.get("message"))
        self.notify()
        return push.id

    # -- answers that are not about a resource
    def error(self, status: int, message: str, code: str | None = None) -> Json:
        usual = {401: "Unauthenticated", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 429: "TooManyRequests", 503: "ServiceUnavailable"}
        return {"code": code or usual.get(status, "InternalServerError" if status >= 500 else "BadRequest"), "message": message}

    def graphql_error(self, message: str, code: str) -> Json:
        raise Refused("Convex has no GraphQL")

    def headers(self) -> dict[str, str]:
        return {}

    def obscure(self, body: t.Any) -> t.Any:
        if isinstance(body, list):
            return [self.obscure(item) for item in body]
        if not isinstance(body, dict):
            return body
        named = ("state", "user", "system", "usage_limit", "deploymentType")
        known = STATES | {"none", "prod", "dev"}
        return {key: "hibernating" if key in named and str(value) in known else self.obscure(value) for key, value in body.items()}


def _content(deployment: Deployment) -> dict[str, str]:
    """A digest of every table's documents, whole as they are, and of the files that are stored."""
    rows: dict[str, t.Any] = {name: [table[key] for key in sorted(table)] for name, table in deployment.tables.items()}
    rows["files"] = sorted((it.id, it.content_type, hashlib.sha256(it.content).hexdigest()) for it in deployment.files.values())
    return {name: hashlib.sha256(json.dumps(one, sort_keys=True).encode()).hexdigest() for name, one in rows.items()}

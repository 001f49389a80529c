# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables of a project.

One key may be stored several times, never twice for one place (a target, a target with a git branch, a custom environment).
``upsert`` overwrites only what is stored for exactly the same places. What is refused in a list of variables is told beside the
201, under ``failed``. Values of sensitive variables never come back.
"""

from __future__ import annotations

import base64
import re
import typing as t
from dataclasses import dataclass, field

from . import render
from .asked import Answer, Asked, Routes
from .state import Json, Project, VercelError

if t.TYPE_CHECKING:
    from ..world import World

TARGETS = ("production", "preview", "development")
TYPES = ("system", "encrypted", "plain", "sensitive")
CREATE = {"key", "value", "type", "target", "gitBranch", "comment", "customEnvironmentIds", "visibility"}
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = re.compile(r"VERCEL(_.*)?|AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|REGION|LAMBDA_.*|SESSION_TOKEN)|LAMBDA_.*|NOW_.*")
LONGEST_COMMENT = 500
LARGEST_VALUE = 65536
Place = tuple[str, str | None]


@dataclass
class Variable:
    id: str
    key: str
    value: str
    created: float
    updated: float
    type: str = "encrypted"
    target: list[str] = field(default_factory=list)
    branch: str | None = None
    custom: list[str] = field(default_factory=list)
    comment: str = ""
    configuration: str | None = None

    def places(self) -> set[Place]:
        return {(target, self.branch) for target in self.target} | {(custom, None) for custom in self.custom}


def seeded(world: World, seed: Json) -> Variable:
    """A variable as a scenario or a test describes it; what is left out is as the vendor would have it."""
    now = world.now() - 30 * 86400
    facts = {"target": ["production"], "type": "encrypted", **seed}
    return Variable(id=world.word(16), created=now, updated=now, **facts)


def environment(world: World, slug: str) -> Json:
    """A custom environment."""
    now = render.ms(world.now() - 60 * 86400)
    return {"id": f"env_{world.word(24)}", "slug": slug, "type": "preview", "createdAt": now, "updatedAt": now, "domains": []}


def _shown(it: Variable, decrypted: bool, listed: bool = False) -> Json:
    hidden = base64.b64encode(f"v1:{it.id}:{len(it.value)}".encode()).decode()
    readable = it.type in ("plain", "system")
    document: Json = {
        "id": it.id,
        "key": it.key,
        "value": "" if it.type == "sensitive" else it.value if readable or decrypted else hidden,
        "type": it.type,
        "target": list(it.target),
        "customEnvironmentIds": list(it.custom),
        "configurationId": it.configuration,
        "createdAt": render.ms(it.created),
        "updatedAt": render.ms(it.updated),
        "createdBy": render.OWNER["uid"],
        "updatedBy": None,
        "visibility": "secret" if it.type == "sensitive" else "config",
        "decrypted": decrypted and it.type == "encrypted",
    }
    if it.branch is not None:
        document["gitBranch"] = it.branch
    if it.comment:
        document["comment"] = it.comment
    if listed:
        document |= {"system": it.type == "system", "securityIssues": []}
    return document


def _step_up(project: Project) -> None:
    if project.step_up:
        raise VercelError(403, "challenge_required", "This action requires you to confirm your identity.", action="Confirm")


def list_variables(asked: Asked) -> Answer:
    project, query = asked.project(), asked.query
    decrypt = query.get("decrypt") == "true"
    if decrypt:
        _step_up(project)
    found = [
        it
        for it in project.env
        if query.get("target") in (None, *it.target)
        and query.get("gitBranch") in (None, it.branch)
        and query.get("customEnvironmentId") in (None, *it.custom)
        and not (project.env_hides_production and "production" in it.target)
    ]
    hidden = sum("production" in it.target for it in project.env) if project.env_hides_production else 0
    shown = [_shown(it, decrypt and project.env_list_decrypts, listed=True) for it in found]
    if project.env_paged:
        return 200, {"envs": shown, "pagination": {"count": len(shown), "next": None, "prev": None}}
    return 200, {"envs": shown, "hiddenProductionEnvCount": hidden}


def _one(asked: Asked) -> Variable:
    for it in asked.project().env:
        if it.id == asked.names["env"]:
            return it
    raise VercelError(404, "ENV_NOT_FOUND", "The environment variable could not be found")


def read_variable(asked: Asked) -> Answer:
    _step_up(asked.project())
    it = _one(asked)
    document = _shown(it, decrypted=True)
    if it.type == "sensitive":
        document.pop("value")
    return 200, {**document, "decrypted": it.type != "sensitive"}


def pull_variables(asked: Asked) -> Answer:
    """What the vendor's client writes to a file; not published."""
    found = [it for it in asked.project().env if asked.names["target"] in it.target]
    return 200, {"env": {it.key: "" if it.type == "sensitive" else it.value for it in found}, "buildEnv": {}}


def create_variables(asked: Asked) -> Answer:
    project = asked.project()
    upsert = asked.query.get("upsert") == "true"
    many = isinstance(asked.body, list)
    created: list[Variable] = []
    failed: list[Json] = []
    for wish in asked.body if many else [asked.body]:
        try:
            created.append(_create(asked, project, wish, upsert))
        except VercelError as error:
            if not many:
                raise
            failed.append(error.body)
    if created:
        asked.vercel.world.changed()
    shown = [_shown(it, decrypted=False) for it in created]
    return 201, {"created": shown if many else shown[0], "failed": failed}


def _create(asked: Asked, project: Project, wish: t.Any, upsert: bool) -> Variable:
    vercel = asked.vercel
    if not isinstance(wish, dict) or set(wish) - CREATE or not isinstance(wish.get("key"), str) or not isinstance(wish.get("value"), str):
        raise VercelError(400, "bad_request", "Invalid request: should have required properties `key`, `value`, `type`, and no others.")
    key = wish["key"]

    def refused(code: str, message: str) -> VercelError:
        return VercelError(400, code, message, envVarKey=key, key=key, target=list(wish.get("target") or []))

    now = vercel.world.now()
    it = Variable(
        vercel.world.word(16),
        key,
        wish["value"],
        now,
        now,
        str(wish.get("type")),
        list(wish.get("target") or []),
        wish.get("gitBranch"),
        list(wish.get("customEnvironmentIds") or []),
        wish.get("comment", ""),
    )
    _admit(project, it, refused)
    for other in project.env:
        if other.key != key or not other.places() & it.places():
            continue
        if not upsert:
            raise refused("ENV_ALREADY_EXISTS", f"A variable with the name `{key}` already exists for this target.")
        if other.places() != it.places():
            raise refused("ENV_CONFLICT", f"A variable with the name `{key}` already exists for other targets too.")
        other.value, other.type, other.updated = it.value, it.type, now
        other.comment = it.comment
        return other
    if len(project.env) >= project.env_limit:
        raise refused("MAX_ENVS_EXCEEDED", f"A project can have at most {project.env_limit} variables.")
    project.env.append(it)
    return it


def _admit(project: Project, it: Variable, refused: t.Callable[[str, str], VercelError]) -> None:
    if not KEY.fullmatch(it.key):
        raise refused("INVALID_KEY", f"The name `{it.key}` is not valid.")
    if RESERVED.fullmatch(it.key):
        raise refused("KEY_RESERVED", f"The name `{it.key}` is reserved.")
    if it.key in project.env_failing:
        raise refused("UNKNOWN_ERROR", f"The variable `{it.key}` could not be stored.")
    if it.type not in TYPES or set(it.target) - set(TARGETS) or not it.places():
        raise refused("BAD_REQUEST", "Invalid request: `type` or `target` is not one of the allowed values.")
    if it.branch is not None and it.target != ["preview"]:
        raise refused("BAD_REQUEST", "A git branch can only be given for the target preview.")
    if set(it.custom) - {known["id"] for known in project.environments}:
        raise refused("BAD_REQUEST", "The custom environment could not be found.")
    if len(it.comment) > LONGEST_COMMENT or len(it.value.encode()) > LARGEST_VALUE:
        raise refused("INVALID_VALUE", "The value or the comment is too long.")
    if project.sensitive_policy and "development" not in it.target and it.type != "system":
        it.type = "sensitive"
    if it.type == "sensitive" and "development" in it.target:
        raise refused("BAD_REQUEST", "Sensitive variables cannot be used with the target development.")


def edit_variable(asked: Asked) -> Answer:
    project, it, wish = asked.project(), _one(asked), asked.body
    if set(wish) - CREATE:
        raise VercelError(400, "BAD_REQUEST", "Invalid request: should NOT have additional properties.")
    if it.configuration is not None:
        raise VercelError(403, "NOT_AUTHORIZED", "This variable is managed by an integration.")
    if it.type == "sensitive" and "key" in wish:
        raise VercelError(400, "BAD_REQUEST", "The key of a sensitive variable cannot be changed.")

    def refused(code: str, message: str) -> VercelError:
        return VercelError(400, code, message, key=it.key)

    # The type stays what it is, whatever is asked for.
    wanted = Variable(
        it.id,
        wish.get("key", it.key),
        wish.get("value", it.value),
        it.created,
        asked.vercel.world.now(),
        it.type,
        list(wish.get("target", it.target)),
        wish.get("gitBranch", it.branch),
        list(wish.get("customEnvironmentIds", it.custom)),
        wish.get("comment", it.comment),
        it.configuration,
    )
    _admit(project, wanted, refused)
    if any(other is not it and other.key == wanted.key and other.places() & wanted.places() for other in project.env):
        raise refused("ENV_CONFLICT", f"A variable with the name `{wanted.key}` already exists for this target.")
    project.env[project.env.index(it)] = wanted
    asked.vercel.world.changed()
    return 200, _shown(wanted, decrypted=False)


def remove_variable(asked: Asked) -> Answer:
    it = _one(asked)
    asked.project().env.remove(it)
    asked.vercel.world.changed()
    return 200, _shown(it, decrypted=False)


def remove_variables(asked: Asked) -> Answer:
    project = asked.project()
    wanted = asked.body.get("ids")
    if not isinstance(wanted, list) or not wanted:
        raise VercelError(400, "bad_request", "Missing required property `ids`.")
    gone = [it.id for it in project.env if it.id in wanted]
    if not gone:
        raise VercelError(404, "ENV_NOT_FOUND", "No environment variables were found")
    project.env = [it for it in project.env if it.id not in gone]
    asked.vercel.world.changed()
    return 200, {"deleted": len(gone), "ids": gone}


def list_environments(asked: Asked) -> Answer:
    return 200, {"accountLimit": {"total": 12}, "environments": asked.project().environments}


ROUTES: Routes = (
    ("GET", "/v10/projects/{project}/env", list_variables),
    ("POST", "/v10/projects/{project}/env", create_variables),
    ("GET", "/v1/projects/{project}/env/{env}", read_variable),
    ("PATCH", "/v9/projects/{project}/env/{env}", edit_variable),
    ("DELETE", "/v9/projects/{project}/env/{env}", remove_variable),
    ("DELETE", "/v1/projects/{project}/env", remove_variables),
    ("GET", "/v9/projects/{project}/custom-environments", list_environments),
)
# The vendor's own client calls these; they are not published.
OF_THE_CLIENT: Routes = (
    ("PATCH", "/v10/projects/{project}/env/{env}", edit_variable),
    ("DELETE", "/v10/projects/{project}/env/{env}", remove_variable),
    ("GET", "/projects/{project}/custom-environments", list_environments),
    ("GET", "/v3/env/pull/{project}/{target}", pull_variables),
)

# SPDX-License-Identifier: GPL-3.0-or-later
"""The management API: projects, deployments, their keys, tokens, and variables that new deployments begin with.

Lists are not alike: those of a team come in pages, a project's deployments and a deployment's keys as plain arrays.
"""

from __future__ import annotations

import re
import typing as t

from .paging import page
from .routes import MANAGER, PROVISIONER, Answer, Asked, Route
from .state import ACTIONS, ConvexError, Deployment, Json, Key, Project, Team, Token

SOONEST_END = 30 * 60.0
ANIMALS = ("calm-badger", "quick-lynx", "kind-heron", "bold-marten", "neat-plover", "warm-tapir")
TYPES = ("dev", "prod", "preview", "custom")


def _ms(moment: float | None) -> int | None:
    return None if moment is None else int(moment * 1000)


# -- finding
def _team(asked: Asked) -> Team:
    team, wanted = asked.convex.team, asked.names["team"]
    if wanted not in (str(team.id), team.slug):
        raise ConvexError(404, "TeamNotFound", f"Team not found: {wanted}")
    return team


def _project(asked: Asked) -> Project:
    wanted = asked.names["project"]
    for project in asked.convex.team.projects:
        if wanted in (str(project.id), project.slug):
            return project
    raise ConvexError(404, "ProjectNotFound", f"Project not found: {wanted}")


def _deployment(asked: Asked) -> tuple[Project, Deployment]:
    wanted = asked.names["deployment"]
    for project in asked.convex.team.projects:
        for deployment in project.deployments:
            if deployment.name == wanted:
                return project, deployment
    raise ConvexError(404, "DeploymentNotFound", f"Deployment not found: {wanted}")


def _expiry(asked: Asked) -> float | None:
    wish = asked.body.get("expiresAt")
    if wish is None:
        return None
    if not isinstance(wish, int) or wish / 1000 < asked.convex.world.now() + SOONEST_END:
        raise ConvexError(400, "InvalidExpirationTime", "expiresAt must be at least 30 minutes in the future")
    return wish / 1000


def _token(asked: Asked) -> Token:
    return t.cast(Token, asked.identity.holder)


# -- documents
def _project_document(asked: Asked, project: Project) -> Json:
    team = asked.convex.team
    production = next((it.name for it in project.deployments if it.type == "prod" and it.is_default), None)
    development = next((it.name for it in project.deployments if it.type == "dev" and it.is_default), None)
    return {
        "id": project.id,
        "name": project.name,
        "slug": project.slug,
        "teamId": team.id,
        "teamSlug": team.slug,
        "createTime": _ms(project.created),
        "prodDeploymentName": production,
        "devDeploymentName": development,
    }


def _deployment_document(asked: Asked, project: Project, it: Deployment) -> Json:
    # Only the one deployment answers at this address.
    url = it.cloud_url or (asked.convex.url if it is asked.deployment else f"{asked.convex.url}/elsewhere/{it.name}")
    return {
        "kind": "cloud",
        "id": it.id,
        "name": it.name,
        "createTime": _ms(it.created),
        "lastDeployTime": _ms(max((push.created for push in it.pushes), default=None)),
        "deploymentType": it.type,
        "projectId": project.id,
        "creator": it.creator,
        "previewIdentifier": None,
        "region": it.region,
        "isDefault": it.is_default,
        "reference": it.reference,
        "dashboardEditConfirmation": None,
        "deploymentUrl": url,
        "expiresAt": _ms(it.expires),
        "class": it.size,
        "sendLogsToClient": None,
    }


def _key_document(key: Key) -> Json:
    return {
        "id": key.id,
        "name": key.name,
        "creationTime": _ms(key.created),
        "lastUsedTime": _ms(key.last_used),
        "expiresAt": _ms(key.expires),
        "creator": key.creator,
        "managedBy": None,
        "allowedActions": list(key.allowed),
    }


def _token_document(token: Token) -> Json:
    facts = {"id": token.id, "name": token.name, "creationTime": _ms(token.created), "lastUsedTime": _ms(token.last_used)}
    return {**facts, "expiresAt": _ms(token.expires), **({"creator": token.creator} if token.kind == "team" else {})}


# -- projects and deployments
def token_details(asked: Asked) -> Answer:
    token = _token(asked)
    if token.kind != "team":
        raise ConvexError(400, "UnsupportedToken", "Token details are for team and project tokens")
    return 200, {"type": "teamToken", "id": token.id, "teamId": asked.convex.team.id, "name": token.name, "createTime": _ms(token.created)}


def list_projects(asked: Asked) -> Answer:
    search = asked.query.get("q", "").lower()
    found = [project for project in _team(asked).projects if search in project.name.lower() or search in project.slug]
    return 200, page([_project_document(asked, project) for project in found], asked.query)


def read_project(asked: Asked) -> Answer:
    return 200, _project_document(asked, _project(asked))


def read_project_of_team(asked: Asked) -> Answer:
    _team(asked)
    return read_project(asked)


def _filtered(asked: Asked, project: Project) -> list[Json]:
    kind, default = asked.query.get("deploymentType"), asked.query.get("isDefault")
    return [
        _deployment_document(asked, project, it)
        for it in project.deployments
        if kind in (None, it.type) and default in (None, str(it.is_default).lower()) and asked.query.get("q", "") in it.name + it.reference
    ]


def list_deployments(asked: Asked) -> Answer:
    return 200, _filtered(asked, _project(asked))


def list_deployments_of_team(asked: Asked) -> Answer:
    wanted = asked.query.get("projectId")
    found = [it for project in _team(asked).projects if wanted in (None, str(project.id)) for it in _filtered(asked, project)]
    return 200, page(found, asked.query)


def find_deployment(asked: Asked) -> Answer:
    if "team" in asked.names:
        _team(asked)
    project, query = _project(asked), asked.query
    for it in project.deployments:
        wanted = {"prod": query.get("defaultProd"), "dev": query.get("defaultDev")}.get(it.type) == "true" and it.is_default
        if wanted or ("reference" in query and it.reference == query["reference"]):
            return 200, _deployment_document(asked, project, it)
    raise ConvexError(404, "DeploymentNotFound", "Deployment not found")


def read_deployment(asked: Asked) -> Answer:
    return 200, _deployment_document(asked, *_deployment(asked))


def create_deployment(asked: Asked) -> Answer:
    project, convex = _project(asked), asked.convex
    kind, reference = asked.field("type"), asked.body.get("reference")
    if kind not in TYPES:
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: type: unknown variant")
    if reference is not None and any(it.reference == reference for it in project.deployments):
        raise ConvexError(400, "DuplicateDeploymentReference", f"A deployment with the reference {reference} exists in this project")
    name = f"{ANIMALS[len(project.deployments) % len(ANIMALS)]}-{next(convex.numbers) % 1000}"
    it = Deployment(
        next(convex.numbers), name, kind, reference or f"{kind}/{name}", convex.world.now(), is_default=reference is None, creator=_token(asked).creator
    )
    it.region, it.size = asked.body.get("region") or it.region, asked.body.get("class") or it.size
    it.expires = _expiry(asked)
    project.deployments.append(it)
    convex.changed()
    return 200, _deployment_document(asked, project, it)


def update_deployment(asked: Asked) -> Answer:
    _project_of_it, it = _deployment(asked)
    names = {"reference": "reference", "class": "size", "isDefault": "is_default", "deploymentType": "type"}
    strange = set(asked.body) - set(names) - {"expiresAt", "dashboardEditConfirmation", "sendLogsToClient"}
    if strange:
        raise ConvexError(400, "BadJsonBody", f"Failed to deserialize the JSON body into the target type: unknown field `{min(strange)}`")
    before = (it.reference, it.size, it.is_default, it.type, it.expires)
    for name, attribute in names.items():
        if asked.body.get(name) is not None:
            setattr(it, attribute, asked.body[name])
    if "expiresAt" in asked.body:
        it.expires = _expiry(asked)
    if before != (it.reference, it.size, it.is_default, it.type, it.expires):
        asked.convex.changed()
    return 200, None


def delete_deployment(asked: Asked) -> Answer:
    project, it = _deployment(asked)
    project.deployments.remove(it)
    it.system = "disabled"
    asked.convex.changed()
    return 200, None


# -- deploy keys
def create_deploy_key(asked: Asked) -> Answer:
    """The key itself is in this answer and in none after it."""
    _project_of_it, it = _deployment(asked)
    name = asked.field("name")
    allowed = asked.body.get("allowedActions", list(ACTIONS))
    if not isinstance(allowed, list) or set(allowed) - set(ACTIONS):
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: allowedActions: unknown variant")
    if any(key.name == name for key in it.keys):
        raise ConvexError(400, "DuplicateAccessTokenName", f"A deploy key with the name {name} exists for this deployment")
    now = asked.convex.world.now()
    key = Key(next(asked.convex.numbers), name, asked.convex.secret(), now, tuple(allowed), creator=_token(asked).creator, expires=_expiry(asked))
    it.keys.append(key)
    it.effects.keys_created[name] = it.effects.keys_created.get(name, 0) + 1
    asked.convex.changed()
    return 200, {"deployKey": it.key_text(key)}


def list_deploy_keys(asked: Asked) -> Answer:
    return 200, [_key_document(key) for key in _deployment(asked)[1].keys if key.kind == "deploy"]


def delete_deploy_key(asked: Asked) -> Answer:
    """``id``: the whole key, what follows its ``|``, or its name."""
    _project_of_it, it = _deployment(asked)
    wanted = asked.field("id")
    for key in it.keys:
        if key.kind == "deploy" and wanted in (key.name, key.secret, it.key_text(key)):
            it.keys.remove(key)
            asked.convex.changed()
            return 200, None
    raise ConvexError(404, "AccessTokenNotFound", "Deploy key not found")


def create_preview_key(asked: Asked) -> Answer:
    project, convex = _project(asked), asked.convex
    name = asked.field("name")
    if any(key.name == name for key in project.preview_keys):
        raise ConvexError(400, "DuplicateAccessTokenName", f"A preview deploy key with the name {name} exists for this project")
    key = Key(next(convex.numbers), name, convex.secret(), convex.world.now(), creator=_token(asked).creator, expires=_expiry(asked))
    project.preview_keys.append(key)
    convex.changed()
    return 200, {"previewDeployKey": f"preview:{convex.team.slug}:{project.slug}|{key.secret}"}


def list_preview_keys(asked: Asked) -> Answer:
    return 200, {"items": [_key_document(key) for key in _project(asked).preview_keys]}


def delete_preview_key(asked: Asked) -> Answer:
    project = _project(asked)
    wanted = asked.field("id").rpartition("|")[2]
    for key in project.preview_keys:
        if wanted in (key.name, key.secret):
            project.preview_keys.remove(key)
            asked.convex.changed()
            return 200, None
    raise ConvexError(404, "AccessTokenNotFound", "Preview deploy key not found")


# -- tokens
def _list_tokens(kind: str) -> t.Callable[[Asked], Answer]:
    def list_tokens(asked: Asked) -> Answer:
        return 200, page([_token_document(token) for token in asked.convex.team.tokens if token.kind == kind], asked.query)

    return list_tokens


def _new_token(asked: Asked, kind: str, name: str) -> str:
    convex = asked.convex
    if any(token.name == name and token.kind == kind for token in convex.team.tokens):
        raise ConvexError(400, "DuplicateAccessTokenName", f"An access token with the name {name} exists")
    token = Token(next(convex.numbers), name, convex.secret(), convex.world.now(), kind, _token(asked).creator, expires=_expiry(asked))
    convex.team.tokens.append(token)
    convex.changed()
    return token.secret


def create_team_token(asked: Asked) -> Answer:
    _team(asked)
    return 201, {"accessToken": _new_token(asked, "team", asked.body.get("name") or f"token-{next(asked.convex.numbers)}"), "tokenType": "bearer"}


def create_personal_token(asked: Asked) -> Answer:
    return 200, {"accessToken": _new_token(asked, "personal", asked.field("name"))}


def _delete_token(kind: str) -> t.Callable[[Asked], Answer]:
    def delete_token(asked: Asked) -> Answer:
        wanted = asked.field("id")
        for token in asked.convex.team.tokens:
            if token.kind == kind and wanted in (token.name, token.secret):
                asked.convex.team.tokens.remove(token)
                asked.convex.changed()
                return 200, None
        raise ConvexError(404, "AccessTokenNotFound", "Access token not found")

    return delete_token


# -- what new deployments begin with
def list_default_variables(asked: Asked) -> Answer:
    project, name, kind = _project(asked), asked.query.get("name"), asked.query.get("deploymentType")
    found: dict[tuple[str, str], list[str]] = {}
    for (variable, type_), value in sorted(project.default_variables.items()):
        if name in (None, variable) and kind in (None, type_):
            found.setdefault((variable, value), []).append(type_)
    return 200, page([{"name": name, "value": value, "deploymentTypes": types} for (name, value), types in found.items()], asked.query)


def update_default_variables(asked: Asked) -> Answer:
    project = _project(asked)
    after = dict(project.default_variables)
    for change in asked.field("changes", list):
        if not re.fullmatch(r"[a-zA-Z_]\w*", change.get("name", "")) or change.get("deploymentType") not in TYPES:
            raise ConvexError(400, "EnvironmentVariableNameInvalid", f"The environment variable name {change.get('name')} is invalid.")
        if change.get("value") is None:
            after.pop((change["name"], change["deploymentType"]), None)
        else:
            after[change["name"], change["deploymentType"]] = change["value"]
    if after != project.default_variables:
        project.default_variables = after
        asked.convex.changed()
    return 200, None


# -- what only the vendor's client asks, with a deploy key or logged in
def url_for_key(asked: Asked) -> Answer:
    return 200, asked.deployment.cloud_url or asked.convex.url


def team_and_project_for_key(asked: Asked) -> Answer:
    convex, it = asked.convex, asked.deployment
    ids = {"teamId": convex.team.id, "projectId": convex.project.id}
    return 200, {"team": convex.team.slug, "project": convex.project.slug, **ids, "reference": it.reference, "isDefault": it.is_default}


def team_and_project(asked: Asked) -> Answer:
    project, it = _deployment(asked)
    ids = {"teamId": asked.convex.team.id, "projectId": project.id}
    return 200, {"team": asked.convex.team.slug, "project": project.slug, **ids, "reference": it.reference, "isDefault": it.is_default}


def authorize(asked: Asked) -> Answer:
    """What somebody who is logged in gets for one of their deployments: its address, and a key."""
    it = asked.deployment
    if asked.body.get("selectedDeploymentName", asked.body.get("deploymentName")) != it.name:
        raise ConvexError(404, "DeploymentNotFound", "Deployment not found")
    admin = next(key for key in it.keys if key.kind == "admin")
    facts = {"deploymentName": it.name, "deploymentType": it.type, "reference": it.reference, "isDefault": it.is_default}
    return 200, {"adminKey": it.key_text(admin), "url": asked.convex.url, **facts}


ROUTES: tuple[Route, ...] = (
    Route("GET", "/v1/token_details", token_details, MANAGER),
    Route("GET", "/v1/teams/{team}/projects", list_projects, MANAGER),
    Route("GET", "/v1/teams/{team}/projects/{project}", read_project_of_team, MANAGER),
    Route("GET", "/v1/teams/{team}/projects/{project}/deployment", find_deployment, MANAGER),
    Route("GET", "/v1/teams/{team}/list_deployments", list_deployments_of_team, MANAGER),
    Route("GET", "/v1/teams/{team}/list_access_tokens", _list_tokens("team"), MANAGER),
    Route("POST", "/v1/teams/{team}/create_access_token", create_team_token, MANAGER, True),
    Route("POST", "/v1/teams/{team}/delete_access_token", _delete_token("team"), MANAGER, True),
    Route("GET", "/v1/list_personal_access_tokens", _list_tokens("personal"), MANAGER),
    Route("POST", "/v1/create_personal_access_token", create_personal_token, MANAGER, True),
    Route("POST", "/v1/delete_personal_access_token", _delete_token("personal"), MANAGER, True),
    Route("GET", "/v1/projects/{project}", read_project, MANAGER),
    Route("GET", "/v1/projects/{project}/list_deployments", list_deployments, MANAGER),
    Route("GET", "/v1/projects/{project}/deployment", find_deployment, MANAGER),
    Route("POST", "/v1/projects/{project}/create_deployment", create_deployment, MANAGER, True),
    Route("POST", "/v1/projects/{project}/create_preview_deploy_key", create_preview_key, MANAGER, True),
    Route("GET", "/v1/projects/{project}/list_preview_deploy_keys", list_preview_keys, MANAGER),
    Route("POST", "/v1/projects/{project}/delete_preview_deploy_key", delete_preview_key, MANAGER, True),
    Route("GET", "/v1/projects/{project}/list_default_environment_variables", list_default_variables, MANAGER),
    Route("POST", "/v1/projects/{project}/update_default_environment_variables", update_default_variables, MANAGER, True),
    Route("GET", "/v1/deployments/{deployment}", read_deployment, MANAGER),
    Route("PATCH", "/v1/deployments/{deployment}", update_deployment, MANAGER, True),
    Route("POST", "/v1/deployments/{deployment}/delete", delete_deployment, MANAGER, True),
    Route("POST", "/v1/deployments/{deployment}/create_deploy_key", create_deploy_key, MANAGER, True),
    Route("GET", "/v1/deployments/{deployment}/list_deploy_keys", list_deploy_keys, MANAGER),
    Route("POST", "/v1/deployments/{deployment}/delete_deploy_key", delete_deploy_key, MANAGER, True),
    Route("POST", "/api/deployment/url_for_key", url_for_key, PROVISIONER),
    Route("POST", "/api/deployment/team_and_project_for_key", team_and_project_for_key, PROVISIONER),
    Route("GET", "/api/deployment/{deployment}/team_and_project", team_and_project, MANAGER),
    Route("POST", "/api/deployment/authorize_within_current_project", authorize, MANAGER),
    Route("POST", "/api/deployment/authorize_prod", authorize, MANAGER),
)

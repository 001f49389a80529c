# SPDX-License-Identifier: GPL-3.0-or-later
"""Vercel's HTTP side: who asks, for which team, and the table of calls."""

from __future__ import annotations

import json
import typing as t

from aiohttp import web

from . import aliases, deploying, domains, env, firewall, global_config, logs, render, rolling
from .asked import Answer, Asked, Operation, Routes
from .jobs import candidate
from .state import Alias, AliasRequest, Deployment, Json, Project, Team, VercelError

if t.TYPE_CHECKING:
    from .vendor import Vercel

# What PATCH takes beside the switch that matters here; the vendor has many more, which nobody here sends.
PLAIN_SETTINGS = frozenset(
    {"commandForIgnoringBuildStep", "buildCommand", "devCommand", "installCommand", "outputDirectory", "rootDirectory", "framework", "nodeVersion"}
)


def read_user(asked: Asked) -> Answer:
    if asked.token == "project":
        # A token for one project has no user to speak of.
        raise VercelError(404, "not_found", "User not found")
    return 200, render.user(limited=False)


def _own_teams(asked: Asked) -> list[Team]:
    return asked.vercel.teams[1:] if asked.token == "other" else asked.vercel.teams[:1]


def list_teams(asked: Asked) -> Answer:
    teams = _own_teams(asked)
    return 200, {"teams": [render.team(team) for team in teams], "pagination": render.page(teams, False, lambda team: team.created)}


def read_team(asked: Asked) -> Answer:
    for team in _own_teams(asked):
        if asked.names["team"] in (team.id, team.slug):
            return 200, render.team(team)
    raise VercelError(404, "not_found", "Team not found")


def _project(asked: Asked, project: Project, listed: bool = False) -> Json:
    production = asked.vercel.deployments.get(project.production or "")
    return render.project(project, production, asked.vercel.of_project(project)[:5], listed)


def list_projects(asked: Asked) -> Answer:
    search = asked.query.get("search", "")
    found = [project for project in asked.vercel.projects.values() if asked.sees(project) and search in project.name]
    found.sort(key=lambda project: project.created, reverse=True)
    limit = asked.limit()
    # The cursor counts: projects of one team may be equally old here.
    start = asked.number("from")
    page = found[start : start + limit]
    following = start + limit if start + limit < len(found) else None
    return 200, {
        "projects": [_project(asked, project, listed=True) for project in page],
        "pagination": {"count": len(page), "next": following, "prev": None},
    }


def read_project(asked: Asked) -> Answer:
    return 200, _project(asked, asked.project())


def update_project(asked: Asked) -> Answer:
    project = asked.project()
    strange = set(asked.body) - PLAIN_SETTINGS - {"autoAssignCustomDomains", "autoAssignCustomDomainsUpdatedBy"}
    if strange:
        raise VercelError(400, "bad_request", f"Invalid request: should NOT have additional property `{min(strange)}`.")
    wanted = asked.body.get("autoAssignCustomDomains", project.auto_assign)
    if not isinstance(wanted, bool | None):
        raise VercelError(400, "bad_request", "Invalid request: `autoAssignCustomDomains` should be boolean.")
    before = (project.auto_assign, dict(project.settings))
    project.auto_assign = wanted
    project.settings |= {key: value for key, value in asked.body.items() if key in PLAIN_SETTINGS}
    if before != (project.auto_assign, project.settings):
        asked.vercel.world.changed()
    return 200, _project(asked, project)


def pause_project(asked: Asked) -> Answer:
    return _paused(asked, True)


def unpause_project(asked: Asked) -> Answer:
    return _paused(asked, False)


def _paused(asked: Asked, paused: bool) -> Answer:
    try:
        project = asked.project()
    except VercelError as error:
        # The vendor answers 400 here, unlike everywhere else.
        raise VercelError(400, "bad_request", "Project not found") from error
    project.paused = paused
    project.auto_assign = not paused
    asked.vercel.world.changed()
    return 200, None


def _fact(it: Deployment, project: Project, name: str) -> str:
    return {"app": project.name, "target": it.target or "preview", "sha": it.commit, "branch": it.branch}[name]


def list_deployments(asked: Asked) -> Answer:
    vercel, query = asked.vercel, asked.query
    wanted = {*filter(None, [query.get("projectId"), *query.get("projectIds", "").split(",")])}
    own = [project for project in vercel.projects.values() if asked.sees(project)]
    projects = {project.id: project for project in own if not wanted or wanted & {project.id, project.name}}
    states = {*filter(None, query.get("state", "").upper().split(","))}
    upper = asked.number("until") or asked.number("to")
    lower = asked.number("since") or asked.number("from")
    named = [name for name in ("app", "target", "sha", "branch") if name in query]
    found = []
    for it in vercel.deployments.values():
        project = projects.get(it.project)
        if project is None or it.state == "DELETED":
            continue
        created = render.ms(it.created)
        if (upper and created >= upper) or (lower and created <= lower):
            continue
        if any(query[name] != _fact(it, project, name) for name in named) or (states and it.state not in states):
            continue
        if query.get("rollbackCandidate") and (query["rollbackCandidate"] == "true") != candidate(it, project):
            continue
        found.append(it)
    found.sort(key=lambda it: it.created, reverse=True)
    page = found[: asked.limit()]
    items = [render.list_item(it, projects[it.project], candidate(it, projects[it.project])) for it in page]
    return 200, {"deployments": items, "pagination": render.page(page, len(found) > len(page), lambda it: it.created)}


def read_deployment(asked: Asked) -> Answer:
    it = asked.deployment()
    return 200, render.single(it, asked.vercel.projects[it.project])


def list_builds(asked: Asked) -> Answer:
    """Not published; the vendor's client asks for it when it inspects a deployment."""
    it = asked.deployment()
    build = {"id": f"bld_{it.id.removeprefix('dpl_')}", "entrypoint": "package.json", "readyState": it.state, "output": []}
    return 200, {"builds": [{**build, "use": "@vercel/next", "createdAt": render.ms(it.created), "deploymentId": it.id}]}


def rollback(asked: Asked) -> Answer:
    project, it = _pair(asked)
    asked.vercel.jobs.rollback(project, it, asked.query.get("description"))
    return 201, None


def promote(asked: Asked) -> Answer:
    project, it = _pair(asked)
    return (201 if asked.vercel.jobs.promote(project, it) else 202), None


def describe_rollback(asked: Asked) -> Answer:
    project, _deployment = _pair(asked)
    asked.vercel.jobs.describe(project, str(asked.body.get("description", "")))
    return 200, None


def _pair(asked: Asked) -> tuple[Project, Deployment]:
    project, it = asked.project(), asked.deployment()
    if it.project != project.id:
        raise VercelError(404, "not_found", "The deployment could not be found in this project")
    return project, it


def promote_aliases(asked: Asked) -> Answer:
    """As published: an alias is a name."""
    return _job_aliases(asked, "promote", lambda alias: alias.name)


def promote_aliases_of_client(asked: Asked) -> Answer:
    return _job_aliases(asked, "promote", _alias_of_client)


def rollback_aliases_of_client(asked: Asked) -> Answer:
    return _job_aliases(asked, "rollback", _alias_of_client)


def _alias_of_client(alias: Alias) -> Json:
    """The paths that only the vendor's own client uses name the deployment too: it prints ``alias.alias (alias.deploymentId)``."""
    return {"alias": alias.name, "deploymentId": alias.deployment}


def _job_aliases(asked: Asked, kind: str, shape: t.Callable[[Alias], t.Any]) -> Answer:
    project = asked.project()
    request = project.request if project.request is not None and project.request.type == kind else None
    found = [
        {"id": alias.uid, "alias": shape(alias), "status": _alias_status(alias.failed, request)}
        for alias in project.aliases
        if request is not None and (alias.failed or asked.query.get("failedOnly") != "true")
    ]
    page = found[: asked.limit()]
    return 200, {"aliases": page, "pagination": {"count": len(page), "next": None, "prev": None}}


def _alias_status(failed: bool, request: AliasRequest) -> str:
    if failed:
        return "failed"
    return "pending" if request.running else "completed"


ROUTES: Routes = (
    ("GET", "/v2/user", read_user),
    ("GET", "/v2/teams", list_teams),
    ("GET", "/v2/teams/{team}", read_team),
    ("GET", "/teams/{team}", read_team),
    ("GET", "/v10/projects", list_projects),
    ("GET", "/v9/projects/{project}", read_project),
    ("PATCH", "/v9/projects/{project}", update_project),
    ("POST", "/v1/projects/{project}/pause", pause_project),
    ("POST", "/v1/projects/{project}/unpause", unpause_project),
    ("GET", "/v6/deployments", list_deployments),
    ("GET", "/v7/deployments", list_deployments),
    ("GET", "/v13/deployments/{deployment}", read_deployment),
    ("GET", "/v11/deployments/{deployment}/builds", list_builds),
    ("POST", "/v1/projects/{project}/rollback/{deployment}", rollback),
    ("POST", "/v9/projects/{project}/rollback/{deployment}", rollback),
    ("PATCH", "/v1/projects/{project}/rollback/{deployment}/update-description", describe_rollback),
    ("POST", "/v10/projects/{project}/promote/{deployment}", promote),
    ("GET", "/v9/projects/{project}/rollback/aliases", rollback_aliases_of_client),
    ("GET", "/v1/projects/{project}/promote/aliases", promote_aliases),
    ("GET", "/v9/projects/{project}/promote/aliases", promote_aliases_of_client),
    *aliases.ROUTES,
    *deploying.ROUTES,
    *rolling.ROUTES,
)


def application(vercel: Vercel, middlewares: t.Sequence[t.Any]) -> web.Application:
    app = web.Application(middlewares=middlewares, client_max_size=8 * 1024 * 1024)
    for method, path, operation in (
        *ROUTES,
        *env.ROUTES,
        *env.OF_THE_CLIENT,
        *firewall.ROUTES,
        *global_config.ROUTES,
        *domains.ROUTES,
        *logs.ROUTES,
        *logs.OF_THE_CLIENT,
    ):
        app.router.add_route(method, path, _handler(vercel, operation))
    app.router.add_route("*", "/{unknown:.*}", _handler(vercel, _unknown))
    return app


def _unknown(asked: Asked) -> Answer:
    raise VercelError(404, "not_found", "The requested API endpoint does not exist")


def _handler(vercel: Vercel, operation: Operation) -> t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = await _json(request)
            token = _authenticated(vercel, request)
            team = _team(vercel, request, token)
            status, document = operation(Asked(vercel, request.match_info, request.query, body, token, team))
        except VercelError as error:
            return web.json_response(error.body, status=error.status)
        if isinstance(document, logs.Lines):
            return await document.send(request)
        if isinstance(document, web.StreamResponse):
            return document
        return web.Response(status=status) if document is None else web.json_response(document, status=status)

    return handle


async def _json(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise VercelError(400, "bad_request", "Invalid JSON") from None
    return t.cast(Json, body) if isinstance(body, dict | list) else {}


def _authenticated(vercel: Vercel, request: web.Request) -> str:
    kind, _dummy, token = request.headers.get("Authorization", "").partition(" ")
    if kind == "Bearer":
        for purpose in ("user", "project", "other"):
            if token == vercel.world.token(f"vercel.{purpose}"):
                return purpose
    raise VercelError(403, "forbidden", "Not authorized", invalidToken=True)


def _team(vercel: Vercel, request: web.Request, token: str) -> Team | None:
    wanted = request.query.get("teamId") or request.query.get("slug")
    if not wanted:
        # A token for one project knows its team; a user's token means the personal scope.
        return vercel.teams[0] if token == "project" else None
    mine = vercel.teams[1:] if token == "other" else vercel.teams[:1]
    for team in mine:
        if wanted in (team.id, team.slug):
            return team
    raise VercelError(403, "forbidden", f'Not authorized: Trying to access resource under scope "{wanted}".', scope=wanted)

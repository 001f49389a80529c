# SPDX-License-Identifier: GPL-3.0-or-later
"""Aliases: the production domains, which jobs move, and others, which only an assignment moves."""

from __future__ import annotations

from . import render
from .asked import Answer, Asked, Routes
from .state import Alias, Project, VercelError


def every(project: Project) -> list[Alias]:
    return [*project.aliases, *project.other_aliases]


def list_aliases(asked: Asked) -> Answer:
    wanted = asked.query.get("projectId")
    found = [
        (alias, project)
        for project in asked.vercel.projects.values()
        if project.team is asked.team and wanted in (None, project.id)
        for alias in every(project)
    ]
    page, pagination = asked.page(found, lambda pair: pair[0].created)
    shown = [render.alias(alias, project, asked.vercel.deployments.get(alias.deployment or "")) for alias, project in page]
    return 200, {"aliases": shown, "pagination": pagination}


def read_alias(asked: Asked) -> Answer:
    for project in asked.vercel.projects.values():
        for alias in every(project):
            if project.team is asked.team and asked.names["alias"] in (alias.uid, alias.name):
                return 200, render.alias(alias, project, asked.vercel.deployments.get(alias.deployment or ""))
    raise VercelError(404, "not_found", "The alias could not be found")


def deployment_aliases(asked: Asked) -> Answer:
    it = asked.deployment()
    project = asked.vercel.projects[it.project]
    return 200, {"aliases": [render.deployment_alias(alias) for alias in every(project) if alias.deployment == it.id]}


def assign(asked: Asked) -> Answer:
    it, name = asked.deployment(), asked.body.get("alias")
    if not isinstance(name, str) or "." not in name:
        raise VercelError(400, "bad_request", "Invalid request: `alias` should be a host name.")
    if it.state != "READY":
        raise VercelError(400, "deployment_not_ready", f"The deployment is not ready (it is {it.state}).")
    now, project = asked.vercel.world.now(), asked.vercel.projects[it.project]
    holders = [(other, alias) for other in asked.vercel.projects.values() for alias in every(other) if alias.name == name]
    if any(other.team is not project.team for other, _alias in holders):
        raise VercelError(403, "forbidden", "The alias belongs to another team.")
    before = None
    if holders and holders[0][0] is project:
        alias = holders[0][1]
    else:
        for other, old in holders:
            other.other_aliases = [kept for kept in other.other_aliases if kept is not old]
        alias = Alias(asked.vercel.world.word(20), name, None, now, now)
        project.other_aliases.append(alias)
    before, alias.deployment, alias.updated = alias.deployment, it.id, now
    asked.vercel.world.changed()
    return 200, {**render.deployment_alias(alias), "oldDeploymentId": before}


def delete(asked: Asked) -> Answer:
    for project in asked.vercel.projects.values():
        for alias in every(project):
            if project.team is asked.team and asked.names["alias"] in (alias.uid, alias.name):
                project.aliases = [kept for kept in project.aliases if kept is not alias]
                project.other_aliases = [kept for kept in project.other_aliases if kept is not alias]
                asked.vercel.world.changed()
                return 200, {"status": "SUCCESS"}
    raise VercelError(404, "not_found", "The alias could not be found")


ROUTES: Routes = (
    ("GET", "/v4/aliases", list_aliases),
    ("GET", "/v4/aliases/{alias}", read_alias),
    ("DELETE", "/v2/aliases/{alias}", delete),
    ("GET", "/v2/deployments/{deployment}/aliases", deployment_aliases),
    ("POST", "/v2/deployments/{deployment}/aliases", assign),
)

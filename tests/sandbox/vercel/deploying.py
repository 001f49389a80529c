# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments that Vercel is asked to make, to stop building, or to delete."""

from __future__ import annotations

from . import render
from .asked import Answer, Asked, Routes
from .state import Deployment, Json, Project, VercelError


def create(asked: Asked) -> Answer:
    """A redeploy (``deploymentId``), or a build of a commit or of a branch's newest one (``gitSource``)."""
    vercel, body = asked.vercel, asked.body
    if body.get("deploymentId"):
        source = vercel.deployment_named(str(body["deploymentId"]), asked.team)
        project = vercel.projects[source.project]
        it = vercel.rebuild(project, source, body.get("target"), "redeploy")
    else:
        project = vercel.project_named(str(body.get("project") or body.get("name")), asked.team)
        git = body.get("gitSource")
        if not isinstance(git, dict) or not git.get("ref"):
            raise VercelError(400, "bad_request", "Missing required property `gitSource` or `deploymentId`.")
        it = vercel.rebuild(project, _source(asked, project, git), body.get("target"), "git")
        it.branch = str(git["ref"])
    it.marks = {str(key): str(value) for key, value in (body.get("meta") or {}).items()}
    return 200, render.single(it, project)


def _source(asked: Asked, project: Project, git: Json) -> Deployment:
    if git.get("type") != "github" or git.get("repoId") not in (render.REPO_ID, str(render.REPO_ID)):
        raise VercelError(400, "incorrect_git_source_info", "The repository could not be found.")
    own = asked.vercel.of_project(project)
    known = [it for it in own if (it.commit == git["sha"] if git.get("sha") else git["ref"] in (it.branch, it.tag))]
    if not known:
        raise VercelError(400, "incorrect_git_source_info", f"{git.get('sha') or git['ref']} was not found in the repository.")
    return known[0]


def cancel(asked: Asked) -> Answer:
    it = asked.deployment()
    asked.vercel.jobs.cancel(it)
    return 200, render.single(it, asked.vercel.projects[it.project])


def delete(asked: Asked) -> Answer:
    """What is deleted cannot be returned to, and nothing at the vendor keeps anybody from it."""
    it = asked.deployment()
    it.state = "DELETED"
    it.can_rollback = False
    asked.vercel.world.changed()
    return 200, {"uid": it.id, "state": "DELETED"}


ROUTES: Routes = (
    ("POST", "/v13/deployments", create),
    ("PATCH", "/v12/deployments/{deployment}/cancel", cancel),
    ("DELETE", "/v13/deployments/{deployment}", delete),
)

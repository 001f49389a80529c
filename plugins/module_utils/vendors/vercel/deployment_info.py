# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_deployment_info does; its documentation tells options and result."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Deployment, Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if params["limit"] < 1:
        raise Failure("invalid", f"limit is {params['limit']}", "Give limit as a number above 0")
    place = projects.scope(task, params)
    project = projects.read(place)
    found = _named(place, project, params["deployment"]) if params["deployment"] else _listed(place, project, params)
    return {"deployments": [{**deployment, "serving": project.serves(deployment["id"])} for deployment in found]}


def _named(place: Scope, project: Project, text: str) -> list[Deployment]:
    found = deployments.find(place, project.id, text, any_target=True)
    return [] if found is None else [found]


def _listed(place: Scope, project: Project, params: dict[str, t.Any]) -> list[Deployment]:
    """The vendor filters by target, state and whole commit; the beginning of a commit is compared here."""
    commit, limit = params["commit"] or "", params["limit"]
    filters: dict[str, t.Any] = {}
    if params["target"]:
        filters["target"] = params["target"]
    if params["state"]:
        filters["state"] = ",".join(params["state"])
    if len(commit) == 40:
        filters["sha"] = commit
    most = max(limit, deployments.MOST_SEARCHED) if commit else limit
    searched = deployments.listing(place, project.id, most=most, **filters)
    return list(itertools.islice((found for found in searched if not commit or (found["commit"] or "").startswith(commit)), limit))

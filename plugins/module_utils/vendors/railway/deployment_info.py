# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_deployment_info does; its documentation tells options and result."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import deployments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployment import room_of
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import Deployment
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.release import Release


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if params["limit"] < 1:
        raise Failure("invalid", f"limit is {params['limit']}", "Give limit as a number above 0")
    if params["commit"] is not None and len(params["commit"]) < deployments.SHORTEST_COMMIT:
        raise Failure("invalid", f"commit is {params['commit']!r}", f"Give at least {deployments.SHORTEST_COMMIT} characters of it")
    room = dataclasses.replace(room_of(task), first=_first(params))
    state = room.state()
    if params["deployment"]:
        one = room.find(params["deployment"])
        found = [one] if one else []
    else:
        found = _listed(room, params["state"] or [], params["commit"], params["limit"])
    return {
        "deployments": found,
        "service": {
            "id": room.scope.service_id,
            "name": room.scope.service,
            "project": room.scope.project,
            "environment": room.scope.environment,
            "serving": state.serving["id"] if state.serving else None,
            "auto_deploy": state.auto_deploy,
            "link": room.scope.link,
        },
    }


def _first(params: dict[str, t.Any]) -> int:
    """How many deployments to read with the service's state: as many as one page of the list has."""
    if params["deployment"] or params["state"]:
        return deployments.PAGE
    wanted = deployments.LARGEST_PAGE if params["commit"] else params["limit"]
    return min(max(wanted, deployments.PAGE), deployments.LARGEST_PAGE)


def _listed(room: Release, states: list[str], commit: str | None, limit: int) -> list[Deployment]:
    """What was read with the service's state, and the pages after it; a list of chosen states has pages of its own."""
    state = room.state()
    most = max(limit, deployments.FIND_MOST) if commit else limit
    seen = [] if states else list(state.history)
    count = 0 if states else state.listed

    def fetch(after: str | None) -> tuple[list[Deployment], str | None]:
        nonlocal count
        size = min(most - count, deployments.LARGEST_PAGE)
        found, following = deployments.page(room.client, room.scope, after or (None if states else state.more), size, state.active, states)
        count += len(found)
        return found, following if count < most else None

    if states or (state.more and count < most):
        seen.extend(paging.pages(fetch, "deployments"))
    # A commit is compared here: Railway's list has no such filter.
    fitting = (one for one in seen if not commit or (one["commit"] or "").lower().startswith(commit.lower()))
    return deployments.newest_first(fitting)[:limit]

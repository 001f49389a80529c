# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_deployment_info does; its documentation tells options and result."""

from __future__ import annotations

import itertools
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
    room = room_of(task)
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


def _listed(room: Release, states: list[str], commit: str | None, limit: int) -> list[Deployment]:
    """What was read with the service's state is enough for a short list; a longer or filtered one is paged."""
    state = room.state()
    if not states and not commit and (limit <= len(state.history) or not state.more):
        return state.history[:limit]
    size = deployments.FIND_PAGE if commit else min(limit, deployments.FIND_PAGE)
    listed = paging.pages(lambda after: deployments.page(room.client, room.scope, after, size, state.active, states), "deployments")
    # A commit is compared here: Railway's list has no such filter.
    seen = itertools.islice(listed, max(limit, deployments.FIND_MOST) if commit else limit)
    return deployments.newest_first(one for one in seen if not commit or (one["commit"] or "").lower().startswith(commit.lower()))[:limit]

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_env_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import env, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.variables import Stored


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if params["values"]:
        task.returns_secret("the values of environment variables")
    place = projects.scope(task, params)
    known, hidden = env.listed(place, decrypt=params["values"])

    def wanted(it: Stored) -> bool:
        return (not params["keys"] or it.key in params["keys"]) and params["target"] in (None, *(at.target for at in it.places))

    found = [it for it in known if wanted(it)]
    if params["values"]:
        found = env.legible(place, found, wanted)
    names = {identity: slug for slug, identity in env.environments(place).items()} if any(at.custom for it in found for at in it.places) else {}
    shown = [_shown(it, names, params["values"]) for it in sorted(found, key=lambda it: (it.key, it.places))]
    return {"variables": shown, "hidden_production": hidden}


def readable(task: Task, target: str) -> dict[str, str | None]:
    """What the capability reads at one target, None for a sensitive one. One request, and one for each value that the list leaves encrypted."""
    place = projects.scope(task, task.params)
    known, _hidden = env.listed(place, decrypt=True)
    here = [it for it in known if any(at.target == target and not at.branch for at in it.places)]
    return {it.key: it.value for it in env.legible(place, here, lambda _it: True)}


def _shown(it: Stored, names: dict[str, str], values: bool) -> dict[str, t.Any]:
    return {
        "id": it.id,
        "key": it.key,
        "type": it.type,
        "target": [at.target for at in it.places if at.target],
        "git_branch": next((at.branch for at in it.places if at.branch), None),
        "custom_environments": [names.get(at.custom, at.custom) for at in it.places if at.custom],
        "comment": it.comment,
        "mark": it.mark or None,
        "managed_by": it.owner or None,
        "updated_at": it.updated_at,
        **({"value": it.value} if values else {}),
    }

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module railway_variables_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.variables import Stored, observe, where


def execute(task: Task) -> dict[str, t.Any]:
    values = task.params["values"]
    if values != "none":
        task.returns_secret("the values of the variables")
    client, scope = where(task)
    stored = observe(client, scope)
    given = {name: one.value for name, one in (observe(client, scope, rendered=True) if values == "rendered" else stored).items()}
    return {
        "variables": [{**_shown(client, name, one), **({"value": given.get(name)} if values != "none" else {})} for name, one in sorted(stored.items())],
        "service": {"id": scope.service_id, "name": scope.service} if scope.service_id else None,
        "project": scope.project,
        "environment": scope.environment,
        "link": scope.link,
    }


def readable(task: Task, target: str) -> dict[str, str | None]:
    """What the capability reads: values as the service gets them, None for a sealed one. An environment is one place, so ``target`` says
    nothing more. The requests of ``resolve``, and one."""
    client, scope = where(task)
    return {name: None if one.sealed else one.value for name, one in observe(client, scope, rendered=True).items()}


def _shown(client: Client, name: str, one: Stored) -> dict[str, t.Any]:
    return {
        "name": plain(name, 200),
        "sealed": one.sealed,
        "references": list(one.references),
        "fingerprint": None if one.value is None else client.fingerprint(one.value),
    }

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a component serves at the moment of a backup: data of one release are of little use to the code of another."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses, release
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

Json = dict[str, t.Any]
TOKENS = ("token", "api_token")
POSTGRES = ("postgres", "supabase")


def served(task: Task, component: Component) -> Json:
    """``{deployment, commit, version}`` of what has releases, ``{migrations: {table: latest}}`` of a PostgreSQL database, ``{}`` of everything else.

    Whoever cannot tell it says so in ``why``: a backup without that is a backup all the same.
    """
    try:
        if component["component_vendor"] in POSTGRES:
            return _migrations(task, component)
        return _release(task, component)
    except Failure as failure:
        if failure.kind == "refused":
            # The lease is lost, or the run may not go on: that is not for this to swallow.
            raise
        return {"why": plain(failure.message, 300)}


def _release(task: Task, component: Component) -> Json:
    found = release.provider(task, dict(component), {name: task.params.get(name) for name in TOKENS})
    if found is None:
        return {}
    serving = found.read()["serving"]
    if serving is None:
        return {"why": "nothing is served"}
    return {"deployment": serving["id"], "commit": serving["commit"], "version": serving["version"]}


def _migrations(task: Task, component: Component) -> Json:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import connection, observe

    dsn = addresses.resolve(task)
    if not dsn:
        return {}
    declared = component.get("component_migrations") or {}
    address = connection.read_address(dsn, task.params.get("sslmode"), task.params["request_timeout"])
    patience = task.params["request_timeout"]
    with connection.looking(address, patience, patience) as looker:
        rows = observe.migrations(looker, declared.get("table"), declared.get("column"))
    if isinstance(rows, Failure):
        raise rows
    return {"migrations": {row["table"]: row["latest"] for row in rows}} if rows else {}

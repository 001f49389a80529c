# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Railway tells of the token that asks for a component: of which kind it is, and whether it sees the component's service.

Facts (Railway public API, "Introduction"; ``ApiTokenContext`` in its schema): a project token is one environment of one project, and says
which; ``me`` is answered to the token of an account alone, ``apiToken`` tells the workspaces that a token may work in. A token has no end.
A dead token and one without access look the same. The rights of a token are those of its kind: there are no finer ones.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import EITHER, RAILWAY_ARGUMENTS, VENDOR, connect, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.config_operations import WORKSPACE_TOKEN

PROJECT_TOKEN, ACCOUNT_TOKEN = "project token", "account token"


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(VENDOR, RAILWAY_ARGUMENTS, component, secrets, EITHER)


def how_to_give() -> str:
    return credentials.how_to_give(VENDOR, RAILWAY_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """Requests: one with a project token; with another one or two to see the service, one or two to learn its kind."""
    wanted = given.options
    if not wanted["service"]:
        raise Failure("invalid", f"{component.get('name')} has no railway_service", "Set railway_service in the inventory", VENDOR)
    client = connect(task, wanted)
    is_project = bool(wanted["token"])
    place = scope.seen(client, wanted["project"], wanted["environment"] or component.get("saasops_environment"), wanted["service"], is_project)
    kind, owner = (PROJECT_TOKEN, f"project {place.project}, environment {place.environment}") if is_project else _kind(client)
    can = dict.fromkeys(needed, not is_project)
    return credentials.access(VENDOR, given.source, kind, owner, fits=True, why=f"it sees {place}", can=can, next_step=_instead(can))


def _kind(client: Client) -> tuple[str, str]:
    """(kind, to what it belongs) of a token that is no project token."""
    try:
        read(client, op.ME)
    except Failure as failure:
        if failure.kind not in credentials.ANSWERED:
            raise
        kind = WORKSPACE_TOKEN
    else:
        kind = ACCOUNT_TOKEN
    told = read(client, op.API_TOKEN).get("apiToken")
    found = told.get("workspaces") if isinstance(told, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise scope.malformed(op.API_TOKEN, "does not list the token's workspaces")
    names = sorted(redaction.plain(one.get("name"), 100) for one in found)
    return kind, f"workspace{'' if len(names) == 1 else 's'} {', '.join(names)}" if names else ""


def _instead(can: t.Mapping[str, bool]) -> str:
    return "" if all(can.values()) else "Make a workspace token in the workspace's settings, Tokens, and set it as railway_api_token in place of railway_token"

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Supabase tells of the token that asks: that it lives, and what of the project it may read.

Facts (Supabase's OpenAPI document): each call names the permission that it wants of a token that has some and not all; a dead token is answered 401, and
a project that is not the owner's, or a permission that is missing, 403. What would change something is not tried.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase import client, operations

READS = (operations.GET_PROJECT, operations.LIST_BACKUPS)


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(client.VENDOR, client.SUPABASE_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return credentials.how_to_give(client.VENDOR, client.SUPABASE_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """Two requests."""
    place, ref = client.connect(task, given.options)
    seen = {name: may for operation in READS for may in (credentials.tried(place, operation, {}, {"ref": ref}),) for name in operation.needs}
    if not any(seen.values()):
        raise Failure("permission", f"Supabase forbids all that was asked of project {ref}", client.STATUSES[403][1], client.VENDOR)
    can = {name: seen.get(name) for name in needed}
    lacking = sorted(name for name, may in can.items() if may is False)
    step = f"Give the token {', '.join(lacking)}, in the account's settings, Access Tokens" if lacking else ""
    return credentials.access(client.VENDOR, given.source, "access token", f"project {ref}", True, "it sees the project", can=can, next_step=step)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Sentry tells of the token that asks: whether it sees the organisation.

Facts (Sentry's OpenAPI document): each call names the scopes of which one is enough. A dead token is answered 401, one without the scope 403, and what
belongs to another organisation 404.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.sentry import client, operations


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(client.VENDOR, client.SENTRY_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return credentials.how_to_give(client.VENDOR, client.SENTRY_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """One request."""
    organization = str(given.options["organization"] or "")
    place = client.connect(task, {**given.options, "organization": organization})
    may = credentials.tried(place, operations.LIST_ISSUES, {"limit": 1}, {"organization_id_or_slug": organization})
    can = {name: may if name in operations.LIST_ISSUES.needs else None for name in needed}
    step = "" if may else f"Give the token {' and '.join(operations.LIST_ISSUES.needs)}, in the organisation's settings, Auth Tokens"
    why = f"it sees organisation {organization}" if may else "it lives"
    return credentials.access(client.VENDOR, given.source, "token", f"organisation {organization}", may or None, why, can=can, next_step=step)

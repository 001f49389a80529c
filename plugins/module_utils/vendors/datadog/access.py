# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Datadog tells of the two keys that ask: that they live, and what they may read.

Facts (Datadog's OpenAPI document): an application key may be held to a few permissions, and each call names the one that it wants; a dead key and one
without permission are refused alike (403). Which organisation they are of, no call of this collection tells. What would change something is not tried.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog import client, operations

# What may be read, each with the smallest page that there is.
READS = ((operations.LIST_MONITORS, {"page": 0, "page_size": 1}), (operations.LIST_DOWNTIMES, {"page[limit]": 1}))


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(client.VENDOR, client.DATADOG_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return credentials.how_to_give(client.VENDOR, client.DATADOG_ARGUMENTS, all_of_them=True)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """Two requests."""
    place = client.connect(task, given.options)
    seen: dict[str, bool] = {}
    for operation, query in READS:
        seen |= dict.fromkeys(operation.needs, credentials.tried(place, operation, query))
    if not any(seen.values()):
        raise Failure("auth", "Datadog forbids everything that was asked", client.STATUSES[403][1], client.VENDOR)
    can = {name: seen.get(name) for name in needed}
    lacking = sorted(name for name, may in can.items() if may is False)
    step = f"Give the application key {', '.join(lacking)}, in the organisation's settings, Application Keys" if lacking else ""
    return credentials.access(client.VENDOR, given.source, "API key and application key", why="they live", can=can, next_step=step)

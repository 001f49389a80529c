# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What UptimeRobot tells of the key that asks: that it lives.

Facts (UptimeRobot's API, version 3): a read-only key, or one of a single monitor, is refused (403) when it would change something, and nothing tells
before of which kind it is, or of which account.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot import client, operations


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(client.VENDOR, client.UPTIMEROBOT_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return credentials.how_to_give(client.VENDOR, client.UPTIMEROBOT_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """One request."""
    place = client.connect(task, given.options)
    place.call(operations.LIST_MONITORS, query={"limit": 1})
    return credentials.access(client.VENDOR, given.source, "API key", why="it lives", can=dict.fromkeys(needed))

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Atlas tells of the service account that asks: that it lives, and whether it sees the cluster's snapshots.

Facts (Atlas's documentation of each call): roles in the project say what an account may do, and who may manage backups may read them. No call tells
which roles it has, so what may be read is tried, and what would change something is not. An address that is not on the project's list is refused as a
role that is missing is (403).
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import client, operations


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(client.VENDOR, client.ATLAS_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return client.GIVE_SECRET


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """Two requests."""
    place = client.connect(task, given.options)
    may = credentials.tried(place.client, operations.LIST_SNAPSHOTS, {"itemsPerPage": 1, "pageNum": 1}, place.path)
    # Who may not even read may not manage.
    can = {name: False if not may else True if name == operations.READER else None for name in needed}
    why = f"it sees the snapshots of {place.path['clusterName']}" if may else "it lives"
    step = "" if may else client.STATUSES[403][1]
    return credentials.access(client.VENDOR, given.source, "service account", f"project {place.path['groupId']}", may or None, why, can=can, next_step=step)

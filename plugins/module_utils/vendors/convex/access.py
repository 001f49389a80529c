# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Convex tells of the key that asks for a component: whose it is, and what it may do.

Facts (Convex's command-line client and open-source backend): a key begins with its kind and the deployment's name, such as ``prod:happy-animal-123|``;
``check_admin_key`` answers every key that lives, with what it may do, and refuses one of another deployment. It does not tell when the key ends.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client, deployment

# What a key calls itself before its first colon.
KINDS = {
    "prod": "production deploy key",
    "dev": "dev deploy key",
    "preview": "preview deploy key",
    "project": "project token",
    "local": "local deploy key",
}
NOT_PRODUCTION = ("dev", "preview", "local")


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    found = credentials.of_component(client.VENDOR, client.CONVEX_ARGUMENTS, component, secrets)
    _key, _url, variable = client.credentials(found.options)
    return Given(found.options, {"deploy_key": f"environment {variable}"}) if variable else found


def how_to_give() -> str:
    return f"Set the inventory variable convex_deploy_key, or export {client.KEY_VARIABLES[0]}"


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """One request."""
    key, _url, _variable = client.credentials(given.options)
    place = client.connect(task, given.options)
    word = key.partition(":")[0] if "|" in key and ":" in key.partition("|")[0] else ""
    kind = KINDS.get(word, "") if word else "admin key" if "|" in key else "team token"
    permissions = deployment.key_of(place)["permissions"]
    can = {name: name in permissions for name in needed}
    fits, why, next_step = True, f"it is taken by {place.where}", _next(can)
    if word in NOT_PRODUCTION and credentials.is_production(component):
        fits, why = False, f"it is a {kind}, and this is {component['saasops_environment']}"
        next_step = "Give a production deploy key of the deployment that customers use, and its address as convex_url"
    return credentials.access(client.VENDOR, given.source, kind, f"deployment {place.where}", fits, why, can=can, next_step=next_step)


def _next(can: t.Mapping[str, bool]) -> str:
    lacking = [name for name, may in can.items() if not may]
    return f"Make a deploy key that has {', '.join(sorted(lacking))} too, in the deployment's settings in the dashboard" if lacking else ""

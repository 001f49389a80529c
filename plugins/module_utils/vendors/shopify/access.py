# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Shopify tells of the app that asks for a component: in which shop it is, and which access scopes it was granted there.

Facts (Shopify GraphQL Admin API): ``currentAppInstallation.accessScopes`` are those that the shop has granted; who may write may read. A token of
client credentials ends after a day and is fetched anew for each task; one that was given does not tell its end.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import client, shop_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR

EITHER = ("token", "client_secret")


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(VENDOR, client.SHOPIFY_ARGUMENTS, component, secrets, EITHER)


def how_to_give() -> str:
    return credentials.how_to_give(VENDOR, client.SHOPIFY_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """One request; one more to get a token by client credentials."""
    wanted = {**given.options, "api_version_mismatch": "warn"}
    if not wanted["shop"]:
        raise Failure("invalid", f"{component.get('name')} has no shopify_shop", "Set shopify_shop in the inventory", VENDOR)
    told = shop_info.read(client.connect(task, wanted))
    app, granted, domain = told["app"], set(told["app"]["scopes"]), told["shop"]["domain"]
    kind = "access token" if wanted["token"] else "client credentials"
    owner = f"app {app['title']} in {domain}"
    can = {**dict.fromkeys(granted, True), **{name: _may(name, granted) for name in needed}}
    if domain != client.shop_domain(wanted["shop"]):
        step = f"Use the token of {client.shop_domain(wanted['shop'])}, or name {domain}"
        return credentials.access(VENDOR, given.source, kind, owner, fits=False, why=f"it belongs to {domain}", can=can, next_step=step)
    lacking = sorted(name for name, may in can.items() if not may)
    step = f"Ask for {', '.join(lacking)} in the app's settings, and let the shop grant it" if lacking else ""
    return credentials.access(VENDOR, given.source, kind, owner, fits=True, why=f"it sees {domain}", can=can, next_step=step)


def _may(scope: str, granted: t.Collection[str]) -> bool:
    return scope in granted or (scope.startswith("read_") and scope.replace("read_", "write_", 1) in granted)

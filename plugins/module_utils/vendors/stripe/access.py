# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Stripe tells of the key that asks for a component: its mode and kind, its account, and what a restricted one may read.

Facts (Stripe's API): a key says its kind and mode itself, ``sk_live_``, ``rk_test_``; there is no call that tells what a restricted key may do, but a
refusal (403) names the permission that is missing, such as ``rak_customer_read``. So what may be read is tried with a list of one; what may be
changed is not tried, and stays unknown. A secret key may do everything. Keys do not tell when they end.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import credentials
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.credentials import Access, Given
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import text

RESTRICTED = "rk_"


def given(component: t.Mapping[str, t.Any], secrets: t.Mapping[str, t.Any]) -> Given:
    return credentials.of_component(client.VENDOR, client.STRIPE_ARGUMENTS, component, secrets)


def how_to_give() -> str:
    return credentials.how_to_give(client.VENDOR, client.STRIPE_ARGUMENTS)


def of(task: Task, component: t.Mapping[str, t.Any], given: Given, needed: t.Collection[str]) -> Access:
    """One request; for a restricted key one more for each permission to read that a verb needs."""
    key = str(given.options["api_key"])
    restricted = key.startswith(RESTRICTED)
    mode = client.mode_of(key)
    kind = " ".join(word for word in (mode, "restricted key" if restricted else "secret key") if word)
    place = client.connect(task, given.options)
    owner, why = _account(place)
    can = {name: _may(place, name) if restricted else True for name in needed}
    lacking = sorted(name for name, may in can.items() if may is False)
    step = f"Give the restricted key {', '.join(lacking)} in the dashboard: Developers, API keys" if lacking else ""
    fits = True
    if mode == "test" and not given.options["mode"] and credentials.is_production(component):
        fits, why = False, f"it is a {kind}, and this is {component['saasops_environment']}"
        step = "Give a key that begins with rk_live_ or sk_live_, or set stripe_mode: test where that is meant"
    return credentials.access(client.VENDOR, given.source, kind, owner, fits, why, can=can, next_step=step)


def _account(place: Client) -> tuple[str, str]:
    """(to what the key belongs, how it is known that it lives). One that may not see its account lives all the same."""
    try:
        raw = place.call(operations.GET_ACCOUNT)
    except Failure as failure:
        if failure.kind != "permission":
            raise
        return "", "Stripe takes it; it may not see its account"
    identity = text(raw.get("id"), 200)
    if not identity:
        raise client.malformed("account", operations.GET_ACCOUNT)
    return f"account {identity}", f"it sees account {identity}"


def _may(place: Client, permission: str) -> bool | None:
    """Whether a list that needs it may be read; None where there is none."""
    lists = [one for one in operations.OPERATIONS.values() if one.needs == (permission,) and one.method == "GET" and "limit" in one.query]
    return credentials.tried(place, lists[0], {"limit": 1}) if lists else None

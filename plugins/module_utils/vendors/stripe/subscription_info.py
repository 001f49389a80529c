# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_subscription_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments, subscriptions

MOST, MOST_COPIES = 10_000, 100
FILTERS = [*subscriptions.STATUSES, "all", "ended"]
# What applications write for what Stripe writes otherwise.
SPELLINGS = {"cancelled": "canceled", "trial": "trialing"}


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {MOST}", stripe.VENDOR)
    copies: dict[str, t.Any] = params["copies"] or {}
    if len(copies) > MOST_COPIES:
        raise Failure("invalid", f"copies has {len(copies)} entries", f"Give at most {MOST_COPIES} at a time", stripe.VENDOR)
    for wanted in [*copies, *([params["subscription"]] if params["subscription"] is not None else [])]:
        payments.check_id(str(wanted), "copies" if wanted in copies else "subscription", "sub_")
    client = stripe.connect(task, params)
    if params["copies"] is not None:
        return _compared(client, copies)
    if params["subscription"] is not None:
        return {"subscriptions": [subscriptions.read(client, params["subscription"])], "differences": []}
    query: dict[str, t.Any] = {"expand[]": ["data.latest_invoice"]}
    if params["customer"] is not None:
        query["customer"] = payments.customer_id(client, params["customer"])
    if params["status"] is not None:
        query["status"] = params["status"]
    if params["max_age"] is not None:
        query["created[gte]"] = int(clock.now() - params["max_age"])
    found = stripe.listed(client, op.LIST_SUBSCRIPTIONS, query, params["limit"])
    return {"subscriptions": [subscriptions.parse(raw, op.LIST_SUBSCRIPTIONS) for raw in found], "differences": []}


def _compared(client: Client, copies: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What an application believes, beside what Stripe says."""
    found: list[subscriptions.Subscription] = []
    differences = []
    for wanted, copy in copies.items():
        status = None
        try:
            found.append(subscriptions.read(client, wanted))
            status = found[-1]["status"]
        except Failure as failure:
            if failure.kind != "not_found":
                raise
        said = str(copy).strip().lower()
        if SPELLINGS.get(said, said) != status:
            differences.append({"subscription": wanted, "copy_status": copy, "status": status})
    return {"subscriptions": found, "differences": differences}

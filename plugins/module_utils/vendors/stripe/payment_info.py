# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_payment_info does; its documentation tells options and result."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments

MOST = 10_000
STATUSES = ["requires_payment_method", "requires_confirmation", "requires_action", "processing", "requires_capture", "canceled", "succeeded"]


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {MOST}", stripe.VENDOR)
    if params["payment_intent"] is not None:
        payments.check_id(params["payment_intent"], "payment_intent", "pi_")
    client = stripe.connect(task, params)
    if params["payment_intent"] is not None:
        raw = client.call(op.GET_PAYMENT_INTENT, path={"id": params["payment_intent"]}, query={"expand[]": ["latest_charge"]})
        return {"payments": [payments.payment(raw, op.GET_PAYMENT_INTENT)]}
    query: dict[str, t.Any] = {"expand[]": ["data.latest_charge"]}
    if params["customer"] is not None:
        query["customer"] = payments.customer_id(client, params["customer"])
    if params["max_age"] is not None:
        query["created[gte]"] = int(clock.now() - params["max_age"])
    wanted = params["status"]
    # Stripe's list has no filter by status: with one, pages are read until there are enough.
    every = (
        payments.payment(raw, op.LIST_PAYMENT_INTENTS) for raw in stripe.listed(client, op.LIST_PAYMENT_INTENTS, query, None if wanted else params["limit"])
    )
    found = (one for one in every if not wanted or one["status"] in wanted)
    return {"payments": list(itertools.islice(found, params["limit"]))}

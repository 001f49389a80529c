# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_customer_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, metadata, number, text

MOST = 10_000


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {MOST}", stripe.VENDOR)
    wanted = params["customer"]
    if wanted is not None and "@" not in wanted:
        payments.check_id(wanted, "customer", "cus_")
    client = stripe.connect(task, params)
    if wanted is not None and "@" not in wanted:
        return {"customers": [parse(client.call(op.GET_CUSTOMER, path={"id": wanted}), op.GET_CUSTOMER)]}
    query: dict[str, t.Any] = {} if wanted is None else {"email": wanted}
    if params["max_age"] is not None:
        query["created[gte]"] = int(clock.now() - params["max_age"])
    return {"customers": [parse(raw, op.LIST_CUSTOMERS) for raw in stripe.listed(client, op.LIST_CUSTOMERS, query, params["limit"])]}


def parse(raw: dict[str, t.Any], operation: Operation) -> dict[str, t.Any]:
    """One that was deleted has nothing but its id."""
    deleted = raw.get("deleted") is True
    if not isinstance(raw.get("id"), str) or (not deleted and number(raw.get("created")) is None):
        raise stripe.malformed("customer", operation)
    return {
        "id": plain(raw["id"], 200),
        "email": text(raw.get("email"), 512),
        "name": text(raw.get("name"), 256),
        "deleted": deleted,
        "delinquent": flag(raw.get("delinquent")),
        "balance": number(raw.get("balance")),
        "currency": text(raw.get("currency"), 10),
        "created_at": number(raw.get("created")),
        "livemode": flag(raw.get("livemode")),
        "metadata": metadata(raw.get("metadata")),
    }

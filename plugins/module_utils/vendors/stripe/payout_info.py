# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_payout_info does; its documentation tells options and result.

Vendor facts (Stripe's OpenAPI document and documentation): a payout that is ``paid`` may still become ``failed`` within five business days;
a list finds what is ``in_transit`` under ``pending``, and takes no filter for it.
"""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, identity, metadata, number, text

MOST = 10_000
STATUSES = ["pending", "in_transit", "paid", "failed", "canceled"]
# The filter under which a list finds a status.
FILTERS = {"in_transit": "pending"}
DAY, BUSINESS_DAYS = 86400, 5
# The first of January 1970 was a Thursday.
THURSDAY, SATURDAY = 3, 5


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if not 1 <= params["limit"] <= MOST:
        raise Failure("invalid", f"limit is {params['limit']}", f"Give a limit from 1 to {MOST}", stripe.VENDOR)
    if params["payout"] is not None:
        payments.check_id(params["payout"], "payout", "po_")
    client = stripe.connect(task, params)
    now = clock.now()
    if params["payout"] is not None:
        payout = parse(client.call(op.GET_PAYOUT, path={"id": params["payout"]}), op.GET_PAYOUT, now)
        entries = stripe.listed(client, op.LIST_BALANCE_TRANSACTIONS, {"payout": params["payout"]}) if params["transactions"] else ()
        return {"payouts": [payout], "transactions": [transaction(raw) for raw in entries]}
    wanted: list[str] = params["status"] or []
    query: dict[str, t.Any] = {}
    filters = {FILTERS.get(one, one) for one in wanted}
    if len(filters) == 1:
        query["status"] = filters.pop()
    if params["max_age"] is not None:
        query["created[gte]"] = int(now - params["max_age"])
    every = (parse(raw, op.LIST_PAYOUTS, now) for raw in stripe.listed(client, op.LIST_PAYOUTS, query, None if wanted else params["limit"]))
    found = (one for one in every if not wanted or one["status"] in wanted)
    return {"payouts": list(itertools.islice(found, params["limit"])), "transactions": []}


def parse(raw: dict[str, t.Any], operation: Operation, now: float) -> dict[str, t.Any]:
    arrives = number(raw.get("arrival_date"))
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("status"), str) or number(raw.get("amount")) is None or arrives is None:
        raise stripe.malformed("payout", operation)
    status = plain(raw["status"], 40)
    return {
        "id": plain(raw["id"], 200),
        "status": status,
        "final": status in ("failed", "canceled") or (status == "paid" and now >= settled(arrives)),
        "amount": number(raw["amount"]),
        "currency": text(raw.get("currency"), 10),
        "arrives_at": arrives,
        "created_at": number(raw.get("created")),
        "automatic": flag(raw.get("automatic")),
        "method": text(raw.get("method"), 40),
        "type": text(raw.get("type"), 40),
        "destination": identity(raw.get("destination")),
        "failure_code": text(raw.get("failure_code"), 80),
        "failure_message": text(raw.get("failure_message")),
        "balance_transaction": identity(raw.get("balance_transaction")),
        "failure_balance_transaction": identity(raw.get("failure_balance_transaction")),
        "reconciliation_status": text(raw.get("reconciliation_status"), 40),
        "description": text(raw.get("description")),
        "livemode": flag(raw.get("livemode")),
        "metadata": metadata(raw.get("metadata")),
    }


def settled(arrives: int) -> int:
    """When a payout can no more be sent back: so many business days after it arrived. Banks' holidays are not known here."""
    day, left = arrives // DAY, BUSINESS_DAYS
    while left:
        day += 1
        left -= (day + THURSDAY) % 7 < SATURDAY
    return (day + 1) * DAY


def transaction(raw: dict[str, t.Any]) -> dict[str, t.Any]:
    amounts = {name: number(raw.get(name)) for name in ("amount", "fee", "net")}
    if None in amounts.values():
        raise stripe.malformed("balance transaction", op.LIST_BALANCE_TRANSACTIONS)
    return {
        "id": identity(raw),
        "type": text(raw.get("type"), 80),
        **amounts,
        "currency": text(raw.get("currency"), 10),
        "source": identity(raw.get("source")),
        "status": text(raw.get("status"), 40),
        "description": text(raw.get("description")),
        "created_at": number(raw.get("created")),
        "available_at": number(raw.get("available_on")),
    }

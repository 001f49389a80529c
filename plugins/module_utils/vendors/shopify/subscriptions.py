# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Subscription contracts of the app that asks: billed, paused or cancelled.

Facts (Shopify GraphQL Admin API): an app sees the contracts that it made and no others, whatever else it may. One that is cancelled or has
expired stays so. Pausing and activating ask for no price: what was due meanwhile is billed by nobody but the app.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import searches
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import subscription_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect, gid, nodes

# Desired state: the vendor's status, and what brings it about.
STATES = {
    "active": ("ACTIVE", op.ACTIVATE_CONTRACT),
    "paused": ("PAUSED", op.PAUSE_CONTRACT),
    "cancelled": ("CANCELLED", op.CANCEL_CONTRACT),
}
# For good.
OVER = ("CANCELLED", "EXPIRED")
# A contract, its billing policy, its customer and its order are a point each, and a query may cost 1000.
PAGE = 200
NONE = (
    "no subscription contract was found. An app sees those that it made and no others, so this does not mean that there are none: "
    "use the token of the app that sells the subscriptions"
)


@dataclasses.dataclass(frozen=True)
class Contract:
    id: str
    status: str
    facts: dict[str, t.Any]

    def shown(self) -> dict[str, t.Any]:
        return {"id": self.id, "status": self.status, **self.facts}


# -- what is there
def found(client: Shop, identity: str) -> Contract:
    """One request."""
    data = client.ask(op.CONTRACT, id=identity)
    if "subscriptionContract" in data and data["subscriptionContract"] is None:
        raise Failure(
            "not_found",
            f"there is no subscription contract {identity}, or another app made it",
            "Check the id, and use the token of the app that sells the subscriptions: no other app sees its contracts",
            VENDOR,
            op.CONTRACT.name,
        )
    return _contract(data.get("subscriptionContract"), op.CONTRACT)


def _contract(raw: t.Any, operation: Operation) -> Contract:
    known = raw if isinstance(raw, dict) else {}
    if not all(isinstance(known.get(name), str) and known[name] for name in ("id", "status")):
        raise malformed(operation, "holds a subscription contract without id or status")
    policy, customer, order = (known[name] if isinstance(known.get(name), dict) else {} for name in ("billingPolicy", "customer", "originOrder"))
    every = policy.get("intervalCount")
    return Contract(
        redaction.plain(known["id"], 200),
        redaction.plain(known["status"], 40),
        {
            "customer": _text(customer.get("id")),
            "origin_order": _text(order.get("id")),
            "origin_order_name": _text(order.get("name")),
            "interval": _text(policy.get("interval")),
            "interval_count": every if isinstance(every, int) and not isinstance(every, bool) else None,
            "currency": _text(known.get("currencyCode")),
            "next_billing_at": _text(known.get("nextBillingDate")),
            "last_payment": _text(known.get("lastPaymentStatus")),
            "last_error": _text(known.get("lastBillingAttemptErrorType")),
            "revision": _text(known.get("revisionId")),
            "created_at": _text(known.get("createdAt")),
            "updated_at": _text(known.get("updatedAt")),
        },
    )


def _text(value: t.Any) -> str | None:
    return redaction.plain(value, 200) if value is not None else None


# -- doing it
def execute(task: Task) -> dict[str, t.Any]:
    """What the module shopify_subscription_contract does; its documentation tells options and result."""
    params = task.params
    identity = gid("SubscriptionContract", params["contract"], "contract")
    client = connect(task, params)
    status, operation = STATES[params["state"]]
    before = found(client, identity)
    after = before if before.status == status else _switched(client, before, status, operation)
    return {
        **client.told(),
        "changed": bool(task.gate.changes),
        "contract": after.shown(),
        "diff": {"before": {"status": before.status}, "after": {"status": after.status}},
    }


def _switched(client: Shop, before: Contract, status: str, operation: Operation) -> Contract:
    if before.status in OVER:
        raise refuse(
            f"the contract {before.id} is {before.status}, which is for good",
            "Leave it; the customer can subscribe again in the shop",
            "contract_over",
        )

    def look() -> dict[str, t.Any] | None:
        now = found(client, before.id)
        return {"seen": now} if now.status == status else None

    try:
        answer = client.change(operation, f"{before.id}: {before.status} -> {status}", variables={"id": before.id}, look=look)
        if planned(answer):
            return dataclasses.replace(before, status=status)
        after = t.cast(Contract, answer["seen"]) if "seen" in answer else _contract((answer.get(operation.name) or {}).get("contract"), operation)
    except Failure as failure:
        # A request of ours whose answer was lost, or somebody who wanted the same.
        there = look() if failure.kind in ("conflict", "protocol", "invalid") and failure.status is not None else None
        if there is None:
            raise
        after = there["seen"]
    if after.status != status:
        hint = "Look at the contract in the app that sells it: its payment method or its terms may not allow it"
        raise Failure("failed", f"the contract {before.id} is {after.status}, not {status}", hint, VENDOR, operation.name, state=after.status)
    return after


# -- looking
def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module shopify_subscription_contract_info does; its documentation tells options and result."""
    params = task.params
    if params["contract"] is not None:
        if params["status"]:
            raise Failure("invalid", "contract names one contract, and status narrows a list", "Give one of them", VENDOR)
        identity = gid("SubscriptionContract", params["contract"], "contract")
        client = connect(task, params)
        listed = [found(client, identity)]
    else:
        query = query_of(params)
        client = connect(task, params)
        listed = list(_all(client, query))
    told = client.told()
    if not listed:
        told["warnings"] = [*told.get("warnings", []), NONE]
    return {**told, "contracts": [one.shown() for one in listed]}


def query_of(params: t.Mapping[str, t.Any]) -> str | None:
    """A search in the vendor's syntax, in which several statuses are one or the other."""
    terms = []
    if params["status"]:
        terms.append(f"({' OR '.join(f'status:{status}' for status in sorted(set(params['status'])))})")
    if params["customer"] is not None:
        terms.append(f"customer_id:{gid('Customer', params['customer'], 'customer').rpartition('/')[2]}")
    if params["updated_since"] is not None:
        terms.append(searches.since("updated_at", params["updated_since"], "updated_since"))
    return " AND ".join(terms) or None


def _all(client: Shop, query: str | None) -> t.Iterator[Contract]:
    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        return nodes(client.ask(op.CONTRACTS, first=PAGE, after=after, query=query).get("subscriptionContracts"), op.CONTRACTS)

    for raw in paging.pages(fetch, "subscription contracts"):
        yield _contract(raw, op.CONTRACTS)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the code sends with the operations on discounts and subscriptions: all of their variables."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import billing, discount_code, discounts, subscriptions
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import billing_operations as billing_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import discount_operations as discount_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import subscription_operations as subscription_op

Sent = dict[str, list[dict[str, t.Any]]]
NODE, CONTRACT = "gid://shopify/DiscountCodeNode/1", "gid://shopify/SubscriptionContract/1"
NOTHING = {"title": None, "percentage": None, "amount": None, "starts_at": None, "ends_at": None, "usage_limit": None, "once_per_customer": None}
UNSET: dict[str, t.Any] = {**NOTHING, "context": None, "minimum_subtotal": None, "minimum_quantity": None, "tags": None, "state": "present"}
THERE = discounts.Discount(NODE, discounts.BASIC, ("A",), "ACTIVE", 0, {"context": discounts.EVERYBODY})


def settings(**options: t.Any) -> dict[str, t.Any]:
    """In the vendor's words."""
    return discounts.input_of(discounts.wanted_of({**UNSET, **options}, 0.0), THERE)


INPUTS = [
    {},
    settings(title="A", percentage=0.15, starts_at="2026-12-01T00:00:00+01:00", ends_at="2027-01-01T00:00:00Z", usage_limit=3, once_per_customer=True),
    settings(amount="5.50", ends_at="", usage_limit=0, minimum_subtotal="20"),
    settings(minimum_quantity=2, context={"all": True}),
    settings(context={"customers": ["7"]}),
    settings(context={"customer_segments": ["gid://shopify/Segment/1"]}),
]
# From 2026-04 on.
TAGGED = settings(tags=["vip"])
LISTS = [{"first": discount_code.PAGE, "after": None, "query": None}, {"first": discount_code.PAGE, "after": "cursor", "query": "status:active"}]
DISCOUNTS: Sent = {
    discount_op.DISCOUNT.name: [{"code": "A"}],
    discount_op.TAGGED_DISCOUNT.name: [{"code": "A"}],
    discount_op.DISCOUNTS.name: LISTS,
    discount_op.CREATE_DISCOUNT.name: [{"discount": {"code": "A", **one}} for one in INPUTS],
    discount_op.UPDATE_DISCOUNT.name: [{"id": NODE, "discount": one} for one in INPUTS],
    discount_op.ACTIVATE_DISCOUNT.name: [{"id": NODE}],
    discount_op.DEACTIVATE_DISCOUNT.name: [{"id": NODE}],
    discount_op.DELETE_DISCOUNT.name: [{"id": NODE}],
}
SUBSCRIPTIONS: Sent = {
    billing_op.CYCLE.name: [{"input": {"contractId": CONTRACT, "selector": {"index": 7}}, "first": billing.MOST_ATTEMPTS}],
    billing_op.BILL.name: [{"contract": CONTRACT, "input": {"idempotencyKey": "saasops-1", "billingCycleSelector": {"index": 7}}}],
    subscription_op.CONTRACT.name: [{"id": CONTRACT}],
    subscription_op.CONTRACTS.name: [{"first": subscriptions.PAGE, "after": cursor, "query": "status:active"} for cursor in (None, "cursor")],
    subscription_op.PAUSE_CONTRACT.name: [{"id": CONTRACT}],
    subscription_op.ACTIVATE_CONTRACT.name: [{"id": CONTRACT}],
    subscription_op.CANCEL_CONTRACT.name: [{"id": CONTRACT}],
}

# SPDX-License-Identifier: GPL-3.0-or-later
"""Customers, payment intents, charges, and refunds: nobody gets back more than was paid."""

from __future__ import annotations

import typing as t

from . import shapes
from .asked import Answer, Asked, Routes
from .series import Series
from .state import Json, StripeError, missing

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def narrowed(asked: Asked, items: t.Sequence[Json], *filters: str) -> t.Sequence[Json]:
    """Those that are asked for, by what they belong to and when they were made."""
    asked.only("limit", "starting_after", "ending_before", "created", *filters)
    for name in filters:
        if name in asked.given:
            items = [item for item in items if item.get("payment" if name == "payment_intent" and "payment" in item else name) == asked.given[name]]
    return created_within(asked, items)


def created_within(asked: Asked, items: t.Sequence[Json]) -> t.Sequence[Json]:
    bounds = asked.given.get("created", {})
    if not isinstance(bounds, dict) or set(bounds) - {"gt", "gte", "lt", "lte"}:
        raise StripeError(400, "Invalid created", param="created")
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    if isinstance(items, Series) and not set(bounds) - {"gte", "lt"}:
        return items.between(*(int(bounds[how]) if how in bounds else None for how in ("gte", "lt")))
    return [item for item in items if all(tests[how](item["created"], int(value)) for how, value in bounds.items())]


def customers(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    items: t.Sequence[Json] = shop.customers
    email = asked.given.pop("email", None)
    if email is not None:
        items = [item for item in items if email == f"customer-{item['number']:04d}@example.com"]
    return 200, asked.page(narrowed(asked, items), "/v1/customers", shop.customer)


def read_customer(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    place = shop.customers.place(asked.names["id"])
    if place is None:
        raise missing("customer", asked.names["id"])
    return 200, shop.customer(shop.customers[place])


def payment_intents(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    return 200, asked.page(narrowed(asked, shop.payments, "customer"), "/v1/payment_intents", lambda item: shop.payment_intent(item, _expands(asked, "data.")))


def _expands(asked: Asked, prefix: str = "") -> bool:
    return f"{prefix}latest_charge" in asked.given.get("expand", [])


def read_payment_intent(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    found = shop.paid(asked.names["id"]) if asked.names["id"].startswith("pi_") else None
    if found is None:
        raise missing("payment_intent", asked.names["id"], "intent")
    return 200, shop.payment_intent(found, _expands(asked))


def charges(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    return 200, asked.page(narrowed(asked, shop.charges, "customer", "payment_intent"), "/v1/charges", shop.charge)


def read_charge(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    found = shop.paid(asked.names["id"]) if asked.names["id"].startswith("ch_") else None
    if found is None:
        raise missing("charge", asked.names["id"])
    return 200, shop.charge({**found, "id": found["charge"], "payment": found["id"]})


def refunds(asked: Asked) -> Answer:
    return 200, asked.page(narrowed(asked, asked.stripe.shop(asked.mode).refunds, "charge", "payment_intent"), "/v1/refunds")


def read_refund(asked: Asked) -> Answer:
    for one in asked.stripe.shop(asked.mode).refunds:
        if one["id"] == asked.names["id"]:
            return 200, one
    raise missing("refund", asked.names["id"])


def create_refund(asked: Asked) -> Answer:
    asked.only("charge", "payment_intent", "amount", "reason", "metadata", "refund_application_fee", "reverse_transfer")
    shop, given = asked.stripe.shop(asked.mode), asked.given
    named = [name for name in ("charge", "payment_intent") if given.get(name)]
    if len(named) != 1:
        raise StripeError(400, "One of the following params should be provided for this request: payment_intent or charge.", "parameter_missing")
    payment = shop.paid(given[named[0]])
    if payment is None or (payment["id"] if named[0] == "payment_intent" else payment["charge"]) != given[named[0]]:
        raise missing(named[0], given[named[0]], named[0])
    if payment["status"] != "succeeded":
        raise StripeError(400, f"This PaymentIntent ({payment['id']}) does not have a successful charge to refund.")
    if payment["disputed"]:
        raise StripeError(400, f"Charge {payment['charge']} has been charged back; cannot issue a refund.", "charge_disputed")
    if given.get("reason") not in (None, *REASONS):
        raise StripeError(400, f"Invalid reason: must be one of {', '.join(REASONS)}", param="reason")
    left = payment["amount"] - shop.refunded(payment["charge"])
    if not left:
        raise StripeError(400, f"Charge {payment['charge']} has already been refunded.", "charge_already_refunded")
    wanted = asked.number("amount")
    amount = left if wanted is None else wanted
    if not 0 < amount <= left:
        raise StripeError(400, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
    facts = {"amount": amount, "reason": given.get("reason"), "metadata": asked.metadata({})}
    now = int(asked.stripe.world.now())
    made = shapes.refund(asked.stripe.identity(asked.mode, "re"), payment, now, facts)
    shop.refunds.insert(0, made)
    shop.happened(asked.stripe.identity(asked.mode, "evt"), "refund.created", made, now)
    charged = shop.charge({**payment, "id": payment["charge"], "payment": payment["id"]})
    shop.happened(asked.stripe.identity(asked.mode, "evt"), "charge.refunded", charged, now)
    asked.stripe.world.changed()
    return 200, made


ROUTES: Routes = (
    ("GET", "/v1/customers", customers, "customer_read"),
    ("GET", "/v1/customers/{id}", read_customer, "customer_read"),
    ("GET", "/v1/payment_intents", payment_intents, "payment_intent_read"),
    ("GET", "/v1/payment_intents/{id}", read_payment_intent, "payment_intent_read"),
    ("GET", "/v1/charges", charges, "charge_read"),
    ("GET", "/v1/charges/{id}", read_charge, "charge_read"),
    ("GET", "/v1/refunds", refunds, "charge_read"),
    ("GET", "/v1/refunds/{id}", read_refund, "charge_read"),
    ("POST", "/v1/refunds", create_refund, "charge_write"),
)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Subscriptions and their newest invoice as they are: read, and found by customer.

Vendor facts (Stripe's OpenAPI document and changelog): since the version 2025-03-31.basil a period belongs to each item, before it belonged
to the subscription; ``canceled`` and ``incomplete_expired`` are for ever; ``pause_collection`` changes no status.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, identity, inner, metadata, number, text

Subscription = dict[str, t.Any]
STATUSES = ["active", "canceled", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid"]
ENDED = ("canceled", "incomplete_expired")
WHOLE = {"expand[]": ["latest_invoice"]}


def invoice(raw: t.Any) -> dict[str, t.Any] | None:
    """The newest invoice; of one that was not expanded the id alone is known."""
    if identity(raw) is None:
        return None
    shown = inner(raw)
    return {
        "id": identity(raw),
        "status": text(shown.get("status"), 40),
        "amount_due": number(shown.get("amount_due")),
        "amount_remaining": number(shown.get("amount_remaining")),
        "currency": text(shown.get("currency"), 10),
        "attempt_count": number(shown.get("attempt_count")),
        "next_payment_attempt": number(shown.get("next_payment_attempt")),
        "due_date": number(shown.get("due_date")),
        "created_at": number(shown.get("created")),
    }


def _item(raw: t.Any, whole: dict[str, t.Any]) -> dict[str, t.Any]:
    of, price = inner(raw), inner(inner(raw).get("price"))
    return {
        "id": identity(of),
        "price": identity(price),
        "product": identity(price.get("product")),
        "unit_amount": number(price.get("unit_amount")),
        "currency": text(price.get("currency"), 10),
        "interval": text(inner(price.get("recurring")).get("interval"), 20),
        "interval_count": number(inner(price.get("recurring")).get("interval_count")),
        "quantity": number(of.get("quantity")),
        **{name: number(of.get(name, whole.get(name))) for name in ("current_period_start", "current_period_end")},
    }


def parse(raw: dict[str, t.Any], operation: Operation) -> Subscription:
    status, items, ending, pause = raw.get("status"), inner(raw.get("items")).get("data"), raw.get("cancel_at_period_end"), raw.get("pause_collection")
    known = isinstance(raw.get("id"), str) and isinstance(status, str) and isinstance(items, list) and isinstance(ending, bool)
    # What is taken for not paused or not ending must say so.
    if not known or not (pause is None or isinstance(inner(pause).get("behavior"), str)) or not _is_moment(raw.get("cancel_at")):
        raise stripe.malformed("subscription", operation)
    if pause is not None and not _is_moment(pause.get("resumes_at")):
        raise stripe.malformed("pause of a subscription", operation)
    return {
        "id": plain(raw["id"], 200),
        "status": plain(status, 40),
        "customer": identity(raw.get("customer")),
        "collection_method": text(raw.get("collection_method"), 40),
        "subscription_items": [_item(one, raw) for one in t.cast("list[t.Any]", items)],
        "pause_collection": {"behavior": plain(pause["behavior"], 40), "resumes_at": pause.get("resumes_at")} if pause else None,
        "cancel_at_period_end": ending,
        "cancel_at": raw.get("cancel_at"),
        "canceled_at": number(raw.get("canceled_at")),
        "ended_at": number(raw.get("ended_at")),
        "cancel_reason": text(inner(raw.get("cancellation_details")).get("reason"), 80),
        "trial_end": number(raw.get("trial_end")),
        "schedule": identity(raw.get("schedule")),
        "latest_invoice": invoice(raw.get("latest_invoice")),
        "created_at": number(raw.get("created")),
        "livemode": flag(raw.get("livemode")),
        "metadata": metadata(raw.get("metadata")),
    }


def _is_moment(value: t.Any) -> bool:
    return value is None or number(value) is not None


def read(client: Client, subscription: str) -> Subscription:
    """One request."""
    return parse(client.call(op.GET_SUBSCRIPTION, path={"id": subscription}, query=WHOLE), op.GET_SUBSCRIPTION)


def of_customer(client: Client, customer: str) -> Subscription:
    """The one that has not ended; two requests for an address. Several are an error."""
    query = {"customer": payments.customer_id(client, customer), "status": "all", "expand[]": ["data.latest_invoice"]}
    every = [parse(raw, op.LIST_SUBSCRIPTIONS) for raw in stripe.listed(client, op.LIST_SUBSCRIPTIONS, query)]
    # A newer one stands for those that have ended.
    found = [one for one in every if one["status"] not in ENDED] or every[:1]
    if not found:
        raise Failure("not_found", f"{plain(customer, 200)} has no subscription", "Check the customer, the account, and the mode", stripe.VENDOR)
    if len(found) > 1:
        hint = f"Name one in the option subscription: {', '.join(one['id'] for one in found[:10])}"
        raise Failure("invalid", f"{plain(customer, 200)} has {len(found)} subscriptions", hint, stripe.VENDOR, code="two_of_a_name")
    return found[0]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is asked of Stripe about subscriptions, payouts and disputes, once, against a vendor that answers as it says."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import dispute_info, payout_info, subscription, subscription_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import Json, Stripe, of_module, page
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_billing_answers import (
    DISPUTE,
    DISPUTED,
    PAID,
    PAID_OUT,
    PAST_DUE,
    PAYOUT,
    SEE,
    SUBSCRIPTION,
    TRANSACTION,
    keep,
    payment,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import LOST

SUB = "/v1/subscriptions/sub_1"
HELD = {**SUBSCRIPTION, "pause_collection": {"behavior": "void", "resumes_at": 2_000_000_000}}
ENDING = {**SUBSCRIPTION, "cancel_at_period_end": True, "cancel_at": SUBSCRIPTION["items"]["data"][0]["current_period_end"]}


def good(result: Json) -> Json:
    assert not result.get("failed"), result["msg"]
    return result


def looks(stripe: Stripe) -> None:
    stripe.on("GET", "/v1/customers", page({"id": "cus_1"}, url="/v1/customers"))
    stripe.on("GET", "/v1/subscriptions", page(SUBSCRIPTION, more=True), page({**SUBSCRIPTION, "id": "sub_0"}))
    stripe.on("GET", SUB, SUBSCRIPTION)
    good(of_module(subscription_info.execute, **{**SEE, "customer": "a@example.com", "status": "all", "max_age": "24h", "limit": 200}))
    good(of_module(subscription_info.execute, **{**SEE, "copies": {"sub_1": "ACTIVE"}}))


def money(stripe: Stripe) -> None:
    stripe.on("GET", "/v1/payouts", page(PAYOUT))
    stripe.on("GET", "/v1/payouts/po_1", PAYOUT)
    stripe.on("GET", "/v1/balance_transactions", page(TRANSACTION))
    stripe.on("GET", "/v1/disputes", page(DISPUTE))
    stripe.on("GET", "/v1/disputes/du_1", DISPUTE)
    good(of_module(payout_info.execute, **{**PAID_OUT, "status": ["in_transit"], "max_age": "24h"}))
    good(of_module(payout_info.execute, **{**PAID_OUT, "payout": "po_1", "transactions": True}))
    good(of_module(dispute_info.execute, **{**DISPUTED, "charge": "ch_1", "max_age": "24h"}))
    good(of_module(dispute_info.execute, **{**DISPUTED, "payment_intent": "pi_1"}))
    good(of_module(dispute_info.execute, **{**DISPUTED, "dispute": "du_1"}))


def paid(stripe: Stripe) -> None:
    stripe.on("GET", SUB, PAST_DUE, SUBSCRIPTION)
    stripe.on("GET", "/v1/invoice_payments", page(payment()))
    stripe.on("POST", "/v1/invoices/in_1/pay", LOST, LOST, LOST, LOST, LOST, PAID)
    stripe.on("GET", "/v1/invoices/in_1", PAID)
    good(of_module(subscription.execute, **keep(pay=True)))


def held(stripe: Stripe) -> None:
    stripe.on("GET", SUB, SUBSCRIPTION, ENDING, SUBSCRIPTION, {**SUBSCRIPTION, "cancel_at": 2_000_000_000})
    stripe.on("POST", SUB, HELD, SUBSCRIPTION, ENDING, SUBSCRIPTION)
    good(of_module(subscription.execute, **keep(state="paused", pause="collection", behavior="void", resumes_at=2_000_000_000)))
    good(of_module(subscription.execute, **keep()))
    good(of_module(subscription.execute, **keep(state="canceled", when="period_end")))
    good(of_module(subscription.execute, **keep()))


def paused(stripe: Stripe) -> None:
    away = {**SUBSCRIPTION, "status": "paused"}
    stripe.on("GET", SUB, SUBSCRIPTION, away)
    stripe.on("POST", f"{SUB}/pause", away)
    stripe.on("POST", f"{SUB}/resume", SUBSCRIPTION)
    good(of_module(subscription.execute, **keep(state="paused", pause="subscription", invoicing_behavior="pending_invoice_item")))
    good(of_module(subscription.execute, **keep(billing_cycle_anchor="unchanged", proration_behavior="none")))


def canceled(stripe: Stripe) -> None:
    stripe.on("GET", SUB, HELD)
    stripe.on("DELETE", SUB, {**SUBSCRIPTION, "status": "canceled"})
    good(of_module(subscription.execute, **keep(state="canceled", when="now", invoice_now=True, prorate=True, allow="destroy")))


FLOWS: tuple[t.Callable[[Stripe], None], ...] = (looks, money, paid, held, paused, canceled)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Stripe, scripted: subscriptions, invoices, payouts and disputes, and the options of the modules that are about them."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import Json

DAY, BEGAN = 86400, 1_795_143_720
INVOICE: Json = {
    "id": "in_1",
    "object": "invoice",
    "status": "open",
    "amount_due": 4900,
    "amount_remaining": 4900,
    "currency": "eur",
    "attempt_count": 1,
    "next_payment_attempt": None,
    "due_date": None,
    "created": BEGAN,
}
PRICE: Json = {
    "id": "price_1",
    "object": "price",
    "product": "prod_1",
    "unit_amount": 4900,
    "currency": "eur",
    "recurring": {"interval": "month", "interval_count": 1},
}
ITEM: Json = {
    "id": "si_1",
    "object": "subscription_item",
    "current_period_start": BEGAN,
    "current_period_end": BEGAN + 30 * DAY,
    "price": PRICE,
    "quantity": 1,
}
SUBSCRIPTION: Json = {
    "id": "sub_1",
    "object": "subscription",
    "cancel_at": None,
    "cancel_at_period_end": False,
    "canceled_at": None,
    "cancellation_details": {"reason": None},
    "collection_method": "charge_automatically",
    "created": BEGAN,
    "customer": "cus_1",
    "ended_at": None,
    "items": {"object": "list", "data": [ITEM], "has_more": False, "url": "/v1/subscription_items"},
    "latest_invoice": {**INVOICE, "status": "paid", "amount_remaining": 0},
    "livemode": True,
    "metadata": {},
    "pause_collection": None,
    "schedule": None,
    "status": "active",
    "trial_end": None,
}
PAST_DUE: Json = {**SUBSCRIPTION, "status": "past_due", "latest_invoice": INVOICE}
PAID: Json = {**INVOICE, "status": "paid", "amount_remaining": 0}
PAYOUT: Json = {
    "id": "po_1",
    "object": "payout",
    "amount": 1000,
    "arrival_date": BEGAN // DAY * DAY,
    "automatic": True,
    "created": BEGAN,
    "currency": "eur",
    "destination": "ba_1",
    "failure_code": None,
    "status": "paid",
}
TRANSACTION: Json = {
    "id": "txn_1",
    "object": "balance_transaction",
    "amount": 1000,
    "fee": 39,
    "net": 961,
    "currency": "eur",
    "type": "charge",
    "source": "ch_1",
}
DISPUTE: Json = {
    "id": "du_1",
    "object": "dispute",
    "amount": 1000,
    "charge": "ch_1",
    "created": BEGAN,
    "currency": "eur",
    "evidence_details": {"due_by": BEGAN + 9 * DAY, "has_evidence": False, "past_due": False, "submission_count": 0},
    "payment_intent": "pi_1",
    "reason": "fraudulent",
    "status": "needs_response",
}


def payment(status: str = "requires_payment_method") -> Json:
    """Of an invoice, with its payment intent."""
    said = "paid" if status == "succeeded" else "open"
    return {"id": "inpay_1", "status": said, "payment": {"type": "payment_intent", "payment_intent": {"id": "pi_2", "status": status}}}


KEEP: Json = {
    **dict.fromkeys(("customer", "billing_cycle_anchor", "proration_behavior", "pause", "behavior", "resumes_at", "invoicing_behavior", "when")),
    **dict.fromkeys(("pay", "invoice_now", "prorate"), False),
    "subscription": "sub_1",
    "state": "active",
}
SEE: Json = {**dict.fromkeys(("subscription", "customer", "status", "max_age", "copies")), "limit": 20}
PAID_OUT: Json = {**dict.fromkeys(("payout", "status", "max_age")), "transactions": False, "limit": 20}
DISPUTED: Json = {**dict.fromkeys(("dispute", "charge", "payment_intent", "status", "max_age")), "limit": 20}


def keep(**options: t.Any) -> Json:
    return {**KEEP, **options}

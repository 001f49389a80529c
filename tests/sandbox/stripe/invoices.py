# SPDX-License-Identifier: GPL-3.0-or-later
"""Invoices: listed, read, and paid, once, from the customer's card, which may be refused."""

from __future__ import annotations

from . import billing_shapes, shapes
from .asked import Answer, Asked, Routes
from .billing import Billing
from .payments import created_within, narrowed
from .state import Json, StripeError, missing

STATUSES = ("draft", "open", "paid", "uncollectible", "void")
DECLINES = {"insufficient_funds": "Your card has insufficient funds.", "generic_decline": "Your card was declined."}


def _billing(asked: Asked) -> Billing:
    return asked.stripe.shop(asked.mode).billing


def _find(asked: Asked, identity: str) -> Json:
    found = _billing(asked).invoices_by_id.get(identity)
    if found is None:
        raise missing("invoice", identity)
    return found


def listed(asked: Asked) -> Answer:
    billing = _billing(asked)
    if asked.given.get("status") not in (None, *STATUSES):
        raise StripeError(400, f"Invalid status: must be one of {', '.join(STATUSES)}", param="status")
    found = narrowed(asked, billing.invoices, "customer", "subscription", "status", "collection_method")
    return 200, asked.page(found, "/v1/invoices", billing.invoice)


def read(asked: Asked) -> Answer:
    return 200, _billing(asked).invoice(_find(asked, asked.names["id"]))


def collect(asked: Asked, facts: Json, subscription: Json) -> StripeError | None:
    """Try the card. None: it is paid. Otherwise what to answer."""
    billing, shop = _billing(asked), asked.stripe.shop(asked.mode)
    card = str({"good": "", "bad": "generic_decline"}.get(asked.stripe.cards, subscription["card"]))
    facts["attempts"] = max(1, facts["attempts"])
    status = {"": "succeeded", "authentication_required": "requires_action", "processing": "processing"}.get(card, "requires_payment_method")
    facts["payment"] = status
    if status == "processing":
        return None
    kind = "invoice.paid" if status == "succeeded" else "invoice.payment_action_required" if status == "requires_action" else "invoice.payment_failed"
    if status == "succeeded":
        before = {**subscription}
        facts.update(status="paid", paid_at=asked.now, next_attempt=None)
        if subscription["status"] in ("past_due", "unpaid", "incomplete", "paused") and billing.newest[subscription["id"]] is facts:
            subscription["status"] = "active"
            shop.changed_at(subscription["id"], before, asked.stripe.world.now())
    shop.happened(asked.stripe.identity(asked.mode, "evt"), kind, billing.invoice(facts), asked.now)
    if status == "succeeded":
        return None
    if status == "requires_action":
        message = "This payment requires additional user action before it can be completed successfully."
        return StripeError(402, message, "invoice_payment_intent_requires_action")
    refused = StripeError(402, DECLINES[card], "card_declined", kind="card_error")
    refused.body["error"]["decline_code"] = card
    return refused


def pay(asked: Asked) -> Answer:
    asked.only("paid_out_of_band", "off_session", "payment_method", "source", "forgive", "mandate")
    facts = _find(asked, asked.names["id"])
    if facts["status"] == "paid":
        raise StripeError(400, "Invoice is already paid")
    if facts["status"] not in ("open", "uncollectible", "draft"):
        raise StripeError(400, f"You can only pay an open invoice; this one is {facts['status']}.")
    if facts["payment"] == "processing":
        raise StripeError(400, "A payment for this invoice is processing already.", "payment_intent_unexpected_state")
    before = {**facts}
    billing = _billing(asked)
    refused = collect(asked, facts, billing.by_id[facts["subscription"]])
    if refused is not None:
        raise refused
    asked.stripe.shop(asked.mode).changed_at(facts["id"], before, asked.stripe.world.now())
    asked.stripe.world.changed()
    return 200, billing.invoice(facts)


def payments(asked: Asked) -> Answer:
    """With ``expand[]=data.payment.payment_intent`` the payment itself, which tells how far it is."""
    billing = _billing(asked)
    asked.only("limit", "starting_after", "ending_before", "invoice", "status", "created", "payment")
    chosen = [_find(asked, asked.given["invoice"])] if "invoice" in asked.given else billing.invoices
    whole, shop = asked.expands("data.payment.payment_intent"), asked.stripe.shop(asked.mode)
    shown = []
    for facts in chosen:
        if facts["payment"] is not None:
            identity = shop.identity("pi", f"of {facts['id']}")
            intent = shapes.payment_intent(_intent(facts, identity), None, shop.live) if whole else identity
            shown.append(billing_shapes.invoice_payment(facts, intent, shop.live))
    wanted = asked.given.get("status")
    return 200, asked.page(created_within(asked, [one for one in shown if wanted in (None, one["status"])]), "/v1/invoice_payments")


def _intent(facts: Json, identity: str) -> Json:
    return {**{key: facts[key] for key in ("amount", "customer", "buyer", "created")}, "id": identity, "status": facts["payment"], "number": 0}


ROUTES: Routes = (
    ("GET", "/v1/invoices", listed, "invoice_read"),
    ("GET", "/v1/invoices/{id}", read, "invoice_read"),
    ("POST", "/v1/invoices/{id}/pay", pay, "invoice_write"),
    ("GET", "/v1/invoice_payments", payments, "invoice_read"),
)

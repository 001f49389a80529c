# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Paying the newest invoice of a subscription, once.

Vendor facts (Stripe's OpenAPI document and documentation): an invoice that is paid takes no second payment; one payment may be on its way
for days, and is seen among the invoice's payments; a card that is refused is a 402, which Stripe keeps for the idempotency key.
So what is paid is known from the invoice. The key is made anew for each task: with a lasting one a refusal would be answered from memory for
a day, also when the card is good again.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import inner, text

Json = dict[str, t.Any]
UNDER_WAY = ("processing", "requires_capture")
PAID = {"status": "active", "invoice": "paid"}


def pay(client: Client, params: Json, now: Json, until_good: t.Callable[[], Json]) -> t.Callable[[Json], tuple[Json, Json]]:
    """What pays the newest invoice and waits; everything that speaks against it is told before."""
    invoice = now["latest_invoice"]
    called = f"{now['id']} is {now['status']}"
    if invoice is None or invoice["status"] not in ("open", "paid"):
        said = f"its newest invoice {invoice['id']} is {invoice['status']}" if invoice else "it has no invoice"
        raise refuse(f"{called}, and {said}, so there is nothing to pay", "Look at its invoices in Stripe's dashboard", "invoice")
    if invoice["status"] == "paid":
        return lambda before: (PAID, {**before, "status": "active"} if client.gate.check_mode else until_good())
    owed = f"{invoice['amount_remaining']} {invoice['currency']}"
    if now["collection_method"] != "charge_automatically":
        hint = "Wait for the customer's payment, or note it as paid in Stripe's dashboard"
        raise refuse(f"{called}: the customer is to pay {invoice['id']} of {owed}, which was sent", hint, "send_invoice")
    if not params["pay"]:
        raise refuse(f"{called} until {invoice['id']} of {owed} is paid", "Give pay: true to collect it from the customer's card now", "unpaid")
    _check_payments(client, invoice["id"])
    target = f"invoice {invoice['id']} of {now['id']}: paid, {owed}"
    return lambda before: _pay(client, before, invoice, target, until_good)


def _check_payments(client: Client, invoice: str) -> None:
    """Refuse while a bank is still at it: it could be collected twice."""
    query = {"invoice": invoice, "expand[]": ["data.payment.payment_intent"]}
    for raw in stripe.listed(client, op.LIST_INVOICE_PAYMENTS, query):
        payment = inner(raw.get("payment"))
        intent = inner(payment.get("payment_intent"))
        waits = raw.get("status") == "open" and payment.get("type") == "payment_intent"
        if not isinstance(raw.get("status"), str) or not payment or (waits and not isinstance(intent.get("status"), str)):
            raise stripe.malformed("payment of an invoice", op.LIST_INVOICE_PAYMENTS)
        if waits and intent["status"] in UNDER_WAY:
            hint = "Run the same command again when the bank has decided; it may take days"
            raise refuse(f"{invoice} is being paid: {text(intent.get('id'), 200)} is {intent['status']}", hint, "processing")


def _pay(client: Client, before: Json, invoice: Json, target: str, until_good: t.Callable[[], Json]) -> tuple[Json, Json]:
    def look() -> Json | None:
        raw = client.call(op.GET_INVOICE, path={"id": invoice["id"]})
        return raw if raw.get("status") == "paid" else None

    try:
        answer = client.change(op.PAY_INVOICE, target, path={"id": invoice["id"]}, body={}, look=look, key=stripe.fresh_key())
    except Failure as failure:
        if failure.status == 402:
            failure.hint = "Nothing was collected. Ask the customer for another card, then run the same command again"
            raise
        # Somebody else may have paid it meanwhile; Stripe refuses to collect it again.
        answer = look() if failure.kind == "invalid" else None
        if answer is None:
            raise
    if planned(answer):
        return PAID, {**before, "status": "active", "latest_invoice": {**invoice, "status": "paid", "amount_remaining": 0, "attempt_count": answer}}
    if answer.get("status") != "paid":
        status = text(answer.get("status"), 40)
        hint = "The bank may take days. Run the same command again later: it looks before it collects"
        raise Failure("failed", f"Stripe collects {invoice['id']}, which is {status} yet", hint, stripe.VENDOR, op.PAY_INVOICE.name, code="processing")
    return PAID, until_good()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as Stripe shows them, out of the few facts that differ."""

from __future__ import annotations

import typing as t

from .state import Json


def _nothing(*names: str) -> Json:
    return dict.fromkeys(names)


def person(number: int) -> Json:
    """Whoever the customer of this number is: every one has an address, and a name and a place to live."""
    return {
        "address": {"city": "Berlin", "country": "DE", "line1": f"Example Street {number}", "line2": None, "postal_code": "10115", "state": None},
        "email": f"customer-{number:04d}@example.com",
        "name": f"Customer {number:04d}",
        "phone": f"+4930{number:07d}",
    }


def customer(identity: str, number: int, created: int, live: bool) -> Json:
    return {
        "id": identity,
        "object": "customer",
        "balance": 0,
        "created": created,
        **person(number),
        "invoice_settings": {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None},
        "livemode": live,
        "metadata": {"number": str(number)},
        **_nothing("default_source", "description", "shipping"),
    }


def payment_intent(facts: Json, latest: t.Any, live: bool) -> Json:
    paid, held = facts["status"] == "succeeded", facts["status"] == "requires_capture"
    return {
        "id": facts["id"],
        "object": "payment_intent",
        "amount": facts["amount"],
        "amount_capturable": facts["amount"] if held else 0,
        "amount_received": facts["amount"] if paid else 0,
        "canceled_at": facts["created"] + 60 if facts["status"] == "canceled" else None,
        "cancellation_reason": "abandoned" if facts["status"] == "canceled" else None,
        "capture_method": "manual" if held else "automatic",
        "client_secret": None,
        "confirmation_method": "automatic",
        "created": facts["created"],
        "currency": "eur",
        "customer": facts["customer"],
        "description": f"Order {10_000 + facts['number']}",
        "last_payment_error": _declined() if facts["status"] == "requires_payment_method" else None,
        "latest_charge": latest,
        "livemode": live,
        "metadata": {"order": str(10_000 + facts["number"])},
        "payment_method_types": ["card"],
        "status": facts["status"],
        **_nothing("allowed_payment_method_types", "application", "application_fee_amount", "automatic_payment_methods", "customer_account"),
        **_nothing("excluded_payment_method_types", "managed_payments", "next_action", "on_behalf_of", "payment_method", "payment_record", "processing"),
        **_nothing("payment_method_configuration_details", "payment_method_options", "receipt_email", "review", "setup_future_usage", "shipping"),
        **_nothing("source", "statement_descriptor", "statement_descriptor_suffix", "transfer_group"),
    }


def _declined() -> Json:
    return {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds."}


def charge(facts: Json, refunded: int, live: bool) -> Json:
    failed = facts["status"] == "requires_payment_method"
    captured = facts["status"] == "succeeded"
    return {
        "id": facts["id"],
        "object": "charge",
        "amount": facts["amount"],
        "amount_captured": facts["amount"] if captured else 0,
        "amount_refunded": refunded,
        "billing_details": {**person(facts["buyer"]), "tax_id": None},
        "captured": captured,
        "created": facts["created"],
        "currency": "eur",
        "customer": facts["customer"],
        "description": f"Order {10_000 + facts['number']}",
        "disputed": facts["disputed"],
        "failure_code": "card_declined" if failed else None,
        "failure_message": "Your card has insufficient funds." if failed else None,
        "fraud_details": {},
        "livemode": live,
        "metadata": {"order": str(10_000 + facts["number"])},
        "paid": not failed,
        "payment_intent": facts["payment"],
        "refunded": refunded == facts["amount"],
        "status": "failed" if failed else "succeeded",
        **_nothing("application", "application_fee", "application_fee_amount", "balance_transaction", "calculated_statement_descriptor"),
        **_nothing("failure_balance_transaction", "on_behalf_of", "outcome", "payment_method", "payment_method_details", "receipt_email"),
        **_nothing("receipt_number", "receipt_url", "review", "shipping", "source", "source_transfer", "statement_descriptor"),
        **_nothing("statement_descriptor_suffix", "transfer_data", "transfer_group"),
    }


def refund(identity: str, payment: Json, created: int, facts: Json) -> Json:
    return {
        "id": identity,
        "object": "refund",
        "amount": facts["amount"],
        "charge": payment["charge"],
        "created": created,
        "currency": "eur",
        "customer": payment["customer"],
        "metadata": facts["metadata"],
        "payment_intent": payment["id"],
        "reason": facts["reason"],
        "status": "succeeded",
        **_nothing("balance_transaction", "customer_account", "payment_method", "receipt_number", "source_transfer_reversal", "transfer_reversal"),
    }

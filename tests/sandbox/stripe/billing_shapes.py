# SPDX-License-Identifier: GPL-3.0-or-later
"""Products, prices, subscriptions and invoices as Stripe shows them, out of the few facts that differ."""

from __future__ import annotations

import typing as t

from .shapes import _nothing as nothing
from .shapes import person
from .state import Json


def product(identity: str, name: str, created: int, live: bool) -> Json:
    return {
        "id": identity,
        "object": "product",
        "active": True,
        "created": created,
        "images": [],
        "livemode": live,
        "marketing_features": [],
        "metadata": {},
        "name": name,
        "type": "service",
        "updated": created,
        **nothing("default_price", "description", "package_dimensions", "shippable", "statement_descriptor", "tax_code", "unit_label", "url"),
    }


def price(identity: str, key: str, product_id: str, cost: tuple[int, str], created: int, live: bool) -> Json:
    amount, interval = cost
    return {
        "id": identity,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": "eur",
        "livemode": live,
        "lookup_key": key,
        "metadata": {},
        "product": product_id,
        "recurring": {"interval": interval, "interval_count": 1, "meter": None, "trial_period_days": None, "usage_type": "licensed"},
        "tax_behavior": "unspecified",
        "type": "recurring",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
        **nothing("custom_unit_amount", "nickname", "tiers_mode", "transform_quantity"),
    }


def _plan(of: Json) -> Json:
    """The same price as it was called before."""
    return {
        "id": of["id"],
        "object": "plan",
        "active": True,
        "amount": of["unit_amount"],
        "amount_decimal": of["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": of["created"],
        "currency": of["currency"],
        "interval": of["recurring"]["interval"],
        "interval_count": 1,
        "livemode": of["livemode"],
        "metadata": {},
        "product": of["product"],
        "usage_type": "licensed",
        **nothing("meter", "nickname", "tiers_mode", "transform_usage", "trial_period_days"),
    }


def _item(facts: Json, of: Json, quantity: int, number: int) -> Json:
    start, end = facts["period"]
    return {
        "id": f"si_{facts['id'].removeprefix('sub_')}{number}",
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": facts["created"],
        "current_period_end": end,
        "current_period_start": start,
        "current_trial": None,
        "discounts": [],
        "metadata": {},
        "plan": _plan(of),
        "price": of,
        "quantity": quantity,
        "subscription": facts["id"],
        "tax_rates": [],
    }


def subscription(facts: Json, items: t.Sequence[tuple[Json, int]], latest: t.Any, live: bool) -> Json:
    """Since 2025 the periods are those of its items."""
    details = {"comment": None, "feedback": None, "feedback_option": None, "reason": facts["reason"]}
    shown = [_item(facts, of, quantity, number) for number, (of, quantity) in enumerate(items)]
    return {
        "id": facts["id"],
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": facts["created"],
        "billing_mode": {"flexible": None, "type": "classic"},
        "billing_schedules": [],
        "cancel_at": facts["cancel_at"],
        "cancel_at_period_end": facts["cancel_at_period_end"],
        "canceled_at": facts["canceled_at"],
        "cancellation_details": details,
        "collection_method": facts["collection_method"],
        "created": facts["created"],
        "currency": "eur",
        "customer": facts["customer"],
        "days_until_due": 14 if facts["collection_method"] == "send_invoice" else None,
        "default_tax_rates": [],
        "discounts": [],
        "ended_at": facts["ended_at"],
        "invoice_settings": {"account_tax_ids": None, "custom_fields": None, "description": None, "footer": None, "issuer": {"type": "self"}},
        "items": {"object": "list", "data": shown, "has_more": False, "url": f"/v1/subscription_items?subscription={facts['id']}"},
        "latest_invoice": latest,
        "livemode": live,
        "metadata": facts["metadata"],
        "pause_collection": facts["pause_collection"],
        "payment_settings": {"payment_method_options": None, "payment_method_types": None, "save_default_payment_method": "off"},
        "schedule": facts["schedule"],
        "start_date": facts["created"],
        "status": facts["status"],
        "trial_end": facts["trial_end"],
        "trial_settings": {"end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}},
        "trial_start": facts["created"] if facts["trial_end"] else None,
        **nothing("application", "application_fee_percent", "billing_cycle_anchor_config", "billing_thresholds", "customer_account"),
        **nothing("default_payment_method", "default_source", "description", "managed_payments", "next_pending_invoice_item_invoice"),
        **nothing("on_behalf_of", "pending_invoice_item_interval", "pending_setup_intent", "pending_update", "test_clock", "transfer_data"),
    }


def _line(facts: Json, of: Json, quantity: int, number: int, live: bool) -> Json:
    start, end = facts["period"]
    amount = of["unit_amount"] * quantity if facts["amount"] else 0
    return {
        "id": f"il_{facts['id'].removeprefix('in_')}{number}",
        "object": "line_item",
        "amount": amount,
        "currency": "eur",
        "description": f"{quantity} × {of['lookup_key']}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": facts["id"],
        "livemode": live,
        "metadata": {},
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": facts["subscription"],
        "subtotal": amount,
        "taxes": [],
        **nothing("parent", "pricing"),
    }


def invoice(facts: Json, lines: t.Sequence[tuple[Json, int]], live: bool) -> Json:
    start, end = facts["period"]
    amount, status = facts["amount"], facts["status"]
    paid = amount if status == "paid" else 0
    draft = status == "draft"
    parent = {"subscription": facts["subscription"], "metadata": {}}
    shown = [_line(facts, of, quantity, number, live) for number, (of, quantity) in enumerate(lines)]
    done = facts["ended_at"]
    return {
        "id": facts["id"],
        "object": "invoice",
        "account_country": "DE",
        "amount_due": amount,
        "amount_overpaid": 0,
        "amount_paid": paid,
        "amount_remaining": amount - paid,
        "amount_shipping": 0,
        "attempt_count": facts["attempts"],
        "attempted": bool(facts["attempts"]),
        "auto_advance": status in ("draft", "open"),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None},
        "billing_reason": "subscription_create" if facts["first"] else "subscription_cycle",
        "collection_method": facts["collection_method"],
        "created": facts["created"],
        "currency": "eur",
        "customer": facts["customer"],
        **{f"customer_{name}": value for name, value in person(facts["buyer"]).items()},
        "customer_tax_exempt": "none",
        "default_tax_rates": [],
        "discounts": [],
        "due_date": facts["created"] + 14 * 86400 if facts["collection_method"] == "send_invoice" else None,
        "effective_at": None if draft else facts["created"],
        "ending_balance": None if draft else 0,
        "issuer": {"type": "self"},
        "lines": {"object": "list", "data": shown, "has_more": False, "url": f"/v1/invoices/{facts['id']}/lines"},
        "livemode": live,
        "metadata": {},
        "next_payment_attempt": facts["next_attempt"],
        "number": None if draft else f"SHOP-{facts['id'][-8:].upper()}",
        "parent": {"type": "subscription_details", "quote_details": None, "subscription_details": parent},
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": end,
        "period_start": start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": status,
        "status_transitions": {
            "finalized_at": None if draft else facts["created"],
            "marked_uncollectible_at": done if status == "uncollectible" else None,
            "paid_at": facts["paid_at"],
            "voided_at": done if status == "void" else None,
        },
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_discount_amounts": [],
        "total_excluding_tax": amount,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": facts["created"],
        **nothing("account_name", "account_tax_ids", "application", "automatically_finalizes_at", "custom_fields", "customer_account"),
        **nothing("customer_shipping", "default_payment_method", "default_source", "description"),
        **nothing("footer", "from_invoice", "last_finalization_error", "latest_revision", "on_behalf_of", "receipt_number", "rendering"),
        **nothing("shipping_cost", "shipping_details", "statement_descriptor", "test_clock"),
    }


def invoice_payment(facts: Json, intent: t.Any, live: bool) -> Json:
    status = "paid" if facts["payment"] == "succeeded" else "open"
    return {
        "id": f"inpay_{facts['id'].removeprefix('in_')}",
        "object": "invoice_payment",
        "amount_paid": facts["amount"] if status == "paid" else None,
        "amount_requested": facts["amount"],
        "created": facts["created"],
        "currency": "eur",
        "invoice": facts["id"],
        "is_default": True,
        "livemode": live,
        "payment": {"type": "payment_intent", "payment_intent": intent},
        "status": status,
        "status_transitions": {"canceled_at": None, "paid_at": facts["paid_at"] if status == "paid" else None},
    }

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Payments and refunds as they are: read, and found by customer.

Vendor facts (Stripe's OpenAPI document): a payment intent names its newest charge in ``latest_charge``; a charge counts what was given back
in ``amount_refunded``; amounts are whole numbers in the smallest unit of the currency.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, identity, inner, metadata, number, text

Payment = dict[str, t.Any]
# Metadata that says which wish a refund fulfils.
KEY = "saasops_key"
_ID = re.compile(r"[a-z]+_\w+")


def check_id(value: str, option: str, prefix: str) -> None:
    if not (_ID.fullmatch(value) and value.startswith(prefix)):
        raise Failure("invalid", f"{option} is {plain(value, 80)!r}", f"Give {option} as an id that begins with {prefix}", stripe.VENDOR)


def payment(raw: dict[str, t.Any], operation: Operation) -> Payment:
    """A payment intent, with its newest charge where that was expanded."""
    if not isinstance(raw.get("id"), str) or number(raw.get("amount")) is None or not isinstance(raw.get("status"), str):
        raise stripe.malformed("payment", operation)
    error, charge = inner(raw.get("last_payment_error")), inner(raw.get("latest_charge"))
    return {
        "id": plain(raw["id"], 200),
        "status": plain(raw["status"], 40),
        "amount": number(raw["amount"]),
        "amount_received": number(raw.get("amount_received")),
        "amount_refunded": number(charge.get("amount_refunded")),
        "currency": text(raw.get("currency"), 10),
        "customer": identity(raw.get("customer")),
        "charge": identity(raw.get("latest_charge")),
        "disputed": flag(charge.get("disputed")),
        "description": text(raw.get("description"), 500),
        "error": {name: text(error.get(name), 500) for name in ("type", "code", "decline_code", "message")} if error else None,
        "created_at": number(raw.get("created")),
        "livemode": flag(raw.get("livemode")),
        "metadata": metadata(raw.get("metadata")),
    }


def refund(raw: dict[str, t.Any], operation: Operation) -> dict[str, t.Any]:
    if not isinstance(raw.get("id"), str) or number(raw.get("amount")) is None:
        raise stripe.malformed("refund", operation)
    kept = metadata(raw.get("metadata"))
    return {
        "id": plain(raw["id"], 200),
        "status": text(raw.get("status"), 40),
        "amount": number(raw["amount"]),
        "currency": text(raw.get("currency"), 10),
        "charge": identity(raw.get("charge")),
        "payment_intent": identity(raw.get("payment_intent")),
        "reason": text(raw.get("reason"), 80),
        "failure_reason": text(raw.get("failure_reason"), 200),
        "key": kept.get(KEY),
        "created_at": number(raw.get("created")),
        "metadata": {key: value for key, value in kept.items() if key != KEY},
    }


def customer_id(client: Client, wanted: str) -> str:
    """The customer of this id or e-mail address; one request for an address. Two of one address are an error."""
    if "@" not in wanted:
        check_id(wanted, "customer", "cus_")
        return wanted
    found = [str(one["id"]) for one in stripe.listed(client, op.LIST_CUSTOMERS, {"email": wanted})]
    if not found:
        hint = "Check the address: letters must be large and small as at Stripe. Or give the customer's cus_ id"
        raise Failure("not_found", f"there is no customer {plain(wanted, 200)}", hint, stripe.VENDOR)
    if len(found) > 1:
        hint = f"Give one by its id: {', '.join(plain(one, 80) for one in found[:10])}"
        raise Failure("invalid", f"{len(found)} customers have the address {plain(wanted, 200)}", hint, stripe.VENDOR, code="two_of_a_name")
    return found[0]

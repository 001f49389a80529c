# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_refund does; its documentation tells options and result.

Money that went back cannot be fetched again. So a refund has a key of its own: it is looked for among the refunds of the payment first, and it is
sent with an idempotency key that the same wish always has.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import payments
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import flag, identity, inner, number, text

Json = dict[str, t.Any]
REASONS = ["duplicate", "fraudulent", "requested_by_customer"]
# A refund in another state did not reach, or will not reach, the customer.
GOOD = ("succeeded", "pending", "requires_action")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    _check(params)
    client = stripe.connect(task, params)
    of = {name: params[name] for name in ("charge", "payment_intent") if params[name] is not None}
    before = _find(client, of, params["key"])
    if before is not None:
        return _again(params, before)
    charge = _charge(client, params)
    amount = _amount(params, charge)
    body: Json = {**of, "amount": amount, "metadata": {payments.KEY: params["key"]}}
    more = {"reason": params["reason"], "reverse_transfer": params["reverse_transfer"], "refund_application_fee": params["refund_application_fee"]}
    body |= {name: value for name, value in more.items() if value}

    def look() -> Json | None:
        return _find(client, of, params["key"])

    target = f"refund {params['key']} of {charge['id']} -> {amount} {charge['currency']}"
    answer = client.change(op.CREATE_REFUND, target, body=body, look=look, key=_key(params, body))
    if planned(answer):
        made = _planned(params, charge, amount, answer)
    else:
        # What a look has found is read already.
        made = answer if "key" in answer else payments.refund(answer, op.CREATE_REFUND)
        if made["status"] not in GOOD:
            raise _failed(made)
    sides = {"before": {"amount_refunded": charge["refunded"]}, "after": {"amount_refunded": charge["refunded"] + amount}}
    return {"changed": True, "refund": made, "diff": sides}


def _check(params: Json) -> None:
    for name, prefix in (("charge", "ch_"), ("payment_intent", "pi_")):
        if params[name] is not None:
            payments.check_id(params[name], name, prefix)
    key = params["key"]
    if not key.strip() or key != key.strip() or len(key) > 200 or not key.isprintable():
        raise Failure("invalid", f"key is {plain(key, 80)!r}", "Give a text that names this refund alone, such as order-10007-returned", stripe.VENDOR)
    if params["amount"] is not None and params["amount"] <= 0:
        raise Failure("invalid", f"amount is {params['amount']}", "Give it in the smallest unit of the currency, above 0", stripe.VENDOR)


def _key(params: Json, body: Json) -> str:
    """The same wish has the same key, also in another run."""
    wish = json.dumps([params["account"], body], sort_keys=True)
    return f"saasops-refund-{hashlib.sha256(wish.encode()).hexdigest()}"


def _find(client: Client, of: Json, key: str) -> Json | None:
    """The refund that this key stands for."""
    for raw in stripe.listed(client, op.LIST_REFUNDS, of):
        found = payments.refund(raw, op.LIST_REFUNDS)
        if found["key"] == key:
            return found
    return None


def _again(params: Json, before: Json) -> Json:
    """It was asked for already."""
    if before["status"] not in GOOD:
        raise _failed(before)
    if params["amount"] is not None and params["amount"] != before["amount"]:
        raise refuse(
            f"the key {params['key']} stands for the refund {before['id']} of {before['amount']}, not of {params['amount']}",
            "Give another key if a second refund is meant",
            "key",
        )
    return {"changed": False, "refund": before, "diff": {"before": {}, "after": {}}}


def _failed(made: Json) -> Failure:
    why = f" ({made['failure_reason']})" if made["failure_reason"] else ""
    return Failure(
        "failed",
        f"the refund {made['id']} is {made['status']}{why}",
        "The customer did not get the money. Look at it in Stripe's dashboard; to refund once more, give another key",
        stripe.VENDOR,
        code="refund_failed",
        state=made["status"],
    )


def _charge(client: Client, params: Json) -> Json:
    """What is to be refunded. One request."""
    if params["charge"] is not None:
        operation, raw = op.GET_CHARGE, client.call(op.GET_CHARGE, path={"id": params["charge"]})
    else:
        operation = op.GET_PAYMENT_INTENT
        intent = client.call(operation, path={"id": params["payment_intent"]}, query={"expand[]": ["latest_charge"]})
        raw = inner(intent.get("latest_charge"))
        if not raw or intent.get("status") != "succeeded":
            raise refuse(f"{params['payment_intent']} is {text(intent.get('status'), 40)}, not succeeded", "Only what was paid can be refunded", "not_paid")
    if identity(raw) is None or number(raw.get("amount_captured")) is None or number(raw.get("amount_refunded")) is None or flag(raw.get("disputed")) is None:
        raise stripe.malformed("charge", operation)
    status, captured, refunded = text(raw.get("status"), 40), raw["amount_captured"], raw["amount_refunded"]
    if status != "succeeded":
        raise refuse(f"{raw['id']} is {status}, not succeeded", "Only what was paid can be refunded", "not_paid")
    if raw["disputed"]:
        raise refuse(f"{raw['id']} is disputed: the bank has taken the money back", "Answer the dispute; a refund would pay twice", "charge_disputed")
    facts = {"id": plain(raw["id"], 200), "currency": text(raw.get("currency"), 10), "captured": captured, "refunded": refunded}
    return {**facts, "payment_intent": identity(raw.get("payment_intent"))}


def _amount(params: Json, charge: Json) -> int:
    if params["currency"] is not None and params["currency"] != charge["currency"]:
        raise refuse(f"{charge['id']} was paid in {charge['currency']}, not in {params['currency']}", "Correct currency, and amount with it", "currency")
    left: int = charge["captured"] - charge["refunded"]
    if left <= 0:
        hint = "Somebody has refunded it: see stripe_payment_info. Nothing was sent"
        raise refuse(f"{charge['id']} is wholly refunded, and not under the key {params['key']}", hint, "charge_already_refunded")
    amount: int = left if params["amount"] is None else params["amount"]
    if amount > left:
        raise refuse(
            f"{amount} are to be refunded, and only {left} of {charge['id']} are left", "Give a smaller amount, or none for all that is left", "amount"
        )
    return amount


def _planned(params: Json, charge: Json, amount: int, answer: t.Any) -> Json:
    return {
        "id": answer,
        "status": answer,
        "amount": amount,
        "currency": charge["currency"],
        "charge": charge["id"],
        "payment_intent": charge["payment_intent"],
        "reason": params["reason"],
        "failure_reason": None,
        "key": params["key"],
        "created_at": answer,
        "metadata": {},
    }

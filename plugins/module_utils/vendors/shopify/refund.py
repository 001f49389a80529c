# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module shopify_refund does; its documentation tells options and result.

Money that went back cannot be fetched again. So a refund has a key of its own: it is looked for in the notes of the order's refunds first, for
ever, and it is sent with an idempotency key that the same wish always has, which Shopify remembers for a day.

Facts (Shopify, "Implementing idempotency"): the same idempotency key with other values, or while the first request with it runs, is refused;
after an attempt that failed another key is needed. Which transactions give money back is what ``suggestedRefund`` says.
"""

from __future__ import annotations

import decimal
import difflib
import re
import typing as t
import uuid

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import orders
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect, gid, shop_domain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.inventory import location_id

Json = dict[str, t.Any]
RESTOCK = ["no_restock", "return", "cancel"]
# The first version that has idempotency keys.
OLDEST = "2026-01"
LONGEST_KEY, LONGEST_NOTE = 120, 500
# A transaction in another state did not, or will not, reach the customer.
DONE, ON_ITS_WAY = ("SUCCESS",), ("PENDING", "AWAITING_RESPONSE")
PREVIOUS_FAILED = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
MOST_ATTEMPTS = 3
# Of which our idempotency keys are made, with what is refunded.
_NAMES = uuid.UUID("6f2d8c0e-6a0b-5c8e-9d53-0f5c1a7b4e21")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_KEY = re.compile(r"[^()]+")


def execute(task: Task) -> Json:
    params = task.params
    wanted = _check(params)
    client = connect(task, params)
    order = orders.found(client, orders.order_id(client, params["order"]))
    before = _mine(order, params["key"])
    if before is not None:
        return {**client.told(), **_again(order, before, wanted, params)}
    goods: Json = {"restockType": params["restock"].upper()}
    if params["restock"] != "no_restock":
        goods["locationId"] = location_id(client, params["location"])
    plan = _planned(client, order, _lines(order, params, goods), wanted, params, goods)
    given: Json = {"orderId": order.id, "note": _note(params), "notify": params["notify"], "transactions": plan["transactions"]}
    given |= {name: plan[name] for name in ("refundLineItems", "shipping", "currency") if plan[name] is not None}
    target = f"refund {params['key']} of {order.name} -> {orders.written(plan['amount'])} {order.currency}"
    made = _send(client, order, params, target, given)
    if planned(made):
        shown: Json = {
            "id": made,
            "key": params["key"],
            "note": params["note"],
            "amount": orders.written(plan["amount"]),
            "currency": order.currency,
            "transactions": made,
            "created_at": made,
        }
        status: t.Any = made
    else:
        shown, status = made.shown, _status(made)
        if status == "failed":
            raise _failed(order, made)
        if made.amount != plan["amount"]:
            raise _other(made, params["key"], orders.written(plan["amount"]))
    return {
        **client.told(),
        "changed": True,
        "order": {"id": order.id, "name": order.name},
        "refund": {**shown, "status": status},
        "diff": {"before": {"refunded": orders.written(order.refunded)}, "after": {"refunded": orders.written(order.refunded + plan["amount"])}},
    }


# -- what is wanted
def _check(params: Json) -> decimal.Decimal | None:
    """The amount, when one is given. Everything that can be wrong by itself is so before anything is asked."""
    key = params["key"]
    if not _KEY.fullmatch(key) or key != key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        hint = f"Give a text that names this refund alone, such as order-1042-returned, without brackets, in up to {LONGEST_KEY} characters"
        raise Failure("invalid", f"key is {plain(key, 80)!r}", hint, VENDOR)
    if not orders.is_name(params["order"]):
        gid("Order", params["order"], "order")
    note = params["note"] or ""
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise Failure("invalid", "note is too long, or holds control characters", f"Give one line of up to {LONGEST_NOTE} characters", VENDOR)
    version = params["api_version"].strip()
    if version[:1].isdigit() and version < OLDEST:
        raise refuse(
            f"version {plain(version, 20)} of the API has no idempotency keys, and a refund without one can be made twice",
            f"Set api_version to {OLDEST} or later",
            "api_version",
        )
    for one in params["lines"] or ():
        if not one["line"].strip() or one["quantity"] < 1:
            raise Failure("invalid", f"lines: {one['quantity']} of {plain(one['line'], 80)!r}", "Give a line's id or SKU, and 1 or more", VENDOR)
    if params["restock"] != "no_restock" and params["location"] is None:
        raise Failure("invalid", f"restock is {params['restock']}, and there is no location", "Give the location that the goods come back to", VENDOR)
    if params["amount"] is None:
        return None
    if not _AMOUNT.fullmatch(params["amount"]) or not decimal.Decimal(params["amount"]):
        raise Failure("invalid", f"amount is {plain(params['amount'], 40)!r}", "Give it in the currency that the customer paid in, such as 12.50", VENDOR)
    return decimal.Decimal(params["amount"])


def _note(params: Json) -> str:
    return f"{params['note'].strip()} {orders.mark(params['key'])}" if params["note"] else orders.mark(params["key"])


# -- what is there
def _mine(order: orders.Order, key: str) -> orders.Refund | None:
    """The refund that this key stands for."""
    found = next((one for one in order.refunds if one.key == key), None)
    if found is None and len(order.refunds) >= op.REFUNDS:
        raise refuse(
            f"{order.name} has {op.REFUNDS} refunds or more, and only so many can be seen: this one may be among the others",
            "Look at the order in the shop's admin, and refund it there",
            "too_many_refunds",
        )
    return found


def _again(order: orders.Order, before: orders.Refund, wanted: decimal.Decimal | None, params: Json) -> Json:
    """It was asked for already."""
    status = _status(before)
    if status == "failed":
        raise _failed(order, before)
    if wanted is not None and wanted != before.amount:
        raise _other(before, params["key"], params["amount"])
    return {
        "changed": False,
        "order": {"id": order.id, "name": order.name},
        "refund": {**before.shown, "status": status},
        "diff": {"before": {}, "after": {}},
    }


def _other(made: orders.Refund, key: str, wanted: str) -> Failure:
    told = f"the key {key} stands for the refund {made.id} of {orders.written(made.amount)} {made.currency}, not of {wanted}"
    return refuse(told, "Give another key if a second refund is meant", "key")


def _status(made: orders.Refund) -> str:
    """``succeeded`` or ``pending``; what is not known here is no success."""
    if not made.statuses or not all(one in DONE + ON_ITS_WAY for one in made.statuses):
        return "failed"
    return "succeeded" if all(one in DONE for one in made.statuses) else "pending"


def _failed(order: orders.Order, made: orders.Refund) -> Failure:
    why = ", ".join(f"{one['status']}{' ' + one['error'] if one['error'] else ''}" for one in made.shown["transactions"]) or "without a transaction"
    return Failure(
        "failed",
        f"the refund {made.id} of {order.name} is there, and its money did not go back ({why})",
        "Look at the order in the shop's admin; to refund once more, give another key",
        VENDOR,
        op.CREATE_REFUND.name,
        code="refund_failed",
        state=list(made.statuses),
    )


# -- what is to be sent
def _lines(order: orders.Order, params: Json, goods: Json) -> list[Json] | None:
    """The lines that are named, as the vendor takes them."""
    if params["lines"] is None:
        return None
    chosen: dict[str, int] = {}
    for one in params["lines"]:
        line = _line(order, one["line"].strip())
        chosen[line.id] = chosen.get(line.id, 0) + one["quantity"]
        if chosen[line.id] > line.refundable:
            hint = "Give fewer, or none for all that is left: somebody may have refunded some already, see shopify_order_info"
            raise refuse(f"{chosen[line.id]} of {plain(one['line'], 80)} are to be refunded, and {line.refundable} can be", hint, "quantity")
    return [{"lineItemId": identity, "quantity": quantity, **goods} for identity, quantity in chosen.items()]


def _line(order: orders.Order, text: str) -> orders.Line:
    is_id = text.startswith("gid:") or (text.isascii() and text.isdigit())
    wanted = gid("LineItem", text, "lines") if is_id else text
    same = [line for line in order.lines if (line.id if is_id else line.sku) == wanted]
    if len(same) > 1:
        raise refuse(f"{order.name} has {len(same)} lines of {plain(text, 80)}: {', '.join(one.id for one in same)}", "Give the id of one", "two_of_one_name")
    if not same:
        known = [name for one in order.lines for name in ((one.id,) if is_id else (one.sku,)) if name]
        near = difflib.get_close_matches(wanted, known, 3) or known[:5]
        raise Failure("not_found", f"{order.name} has no line {plain(text, 80)}", f"Give one of: {', '.join(near)}", VENDOR, op.ORDER.name)
    return same[0]


def _planned(client: Shop, order: orders.Order, lines: list[Json] | None, wanted: decimal.Decimal | None, params: Json, goods: Json) -> Json:
    """What the vendor suggests for these lines, or for everything, cut to the amount that is wanted. One request."""
    is_all = lines is None
    data = client.ask(op.SUGGESTED_REFUND, id=order.id, lines=None if is_all else lines, shipping=params["shipping"], all=is_all)
    raw = data.get("order")
    suggested = raw.get("suggestedRefund") if isinstance(raw, dict) else None
    transactions = suggested.get("suggestedTransactions") if isinstance(suggested, dict) else None
    if not isinstance(raw, dict) or not isinstance(suggested, dict) or not isinstance(transactions, list):
        raise malformed(op.SUGGESTED_REFUND, "suggests nothing that can be read")
    most, currency = orders.money(suggested.get("amountSet"), op.SUGGESTED_REFUND)
    if params["currency"] is not None and params["currency"].strip().upper() != currency:
        raise refuse(f"{order.name} was paid in {currency}, not in {plain(params['currency'], 20)}", "Correct currency, and amount with it", "currency")
    if most <= 0 or not transactions:
        raise _nothing_left(order, params)
    amount = most if wanted is None else wanted
    if amount > most:
        hint = "Give a smaller amount, or none for all of it"
        raise refuse(f"{orders.written(amount)} {currency} are to be refunded, and only {orders.written(most)} can be", hint, "amount")
    # An amount alone is no matter of goods: then no line is marked as refunded.
    marked = lines if not is_all else _all_lines(suggested, goods) if wanted is None else None
    told = suggested.get("shipping")
    shipping, _currency = orders.money(told.get("amountSet") if isinstance(told, dict) else None, op.SUGGESTED_REFUND)
    has_shipping = shipping > 0 and amount == most and (is_all or params["shipping"])
    return {
        "amount": amount,
        "transactions": _allotted(order, transactions, amount),
        "refundLineItems": marked or None,
        "shipping": {"fullRefund": True} if has_shipping else None,
        "currency": currency if raw.get("currencyCode") != currency else None,
    }


def _nothing_left(order: orders.Order, params: Json) -> Failure:
    if order.status in ("PENDING", "AUTHORIZED", "EXPIRED", "VOIDED"):
        return refuse(f"{order.name} is {order.status.lower()}, and was not paid", "Only what was paid can be refunded; cancel the order instead", "not_paid")
    hint = "Somebody has refunded it: see shopify_order_info. Nothing was sent"
    return refuse(f"nothing is left to refund of {order.name}, and not under the key {params['key']}", hint, "already_refunded")


def _all_lines(suggested: Json, goods: Json) -> list[Json]:
    """Every line, as often as it is left."""
    listed = suggested.get("refundLineItems")
    found = []
    for one in listed if isinstance(listed, list) else ():
        line = one.get("lineItem") if isinstance(one, dict) else None
        if not isinstance(line, dict) or not isinstance(line.get("id"), str) or not isinstance(one.get("quantity"), int):
            raise malformed(op.SUGGESTED_REFUND, "holds a line without id or quantity")
        if one["quantity"] > 0:
            found.append({"lineItemId": line["id"], "quantity": one["quantity"], **goods})
    return found


def _allotted(order: orders.Order, suggested: list[t.Any], amount: decimal.Decimal) -> list[Json]:
    """The amount on the payments that the vendor suggests, in its order."""
    left, found = amount, []
    for one in suggested:
        there, currency = orders.money(one.get("amountSet") if isinstance(one, dict) else None, op.SUGGESTED_REFUND)
        parent = one.get("parentTransaction")
        if not isinstance(parent, dict) or not isinstance(parent.get("id"), str) or not isinstance(one.get("gateway"), str) or currency != order.currency:
            raise malformed(op.SUGGESTED_REFUND, "suggests a transaction without gateway, payment or currency")
        part = min(there, left)
        if part > 0:
            found.append({"orderId": order.id, "parentId": parent["id"], "gateway": one["gateway"], "kind": "REFUND", "amount": orders.written(part)})
            left -= part
    if left > 0:
        raise malformed(op.SUGGESTED_REFUND, "suggests transactions of less than their sum")
    return found


# -- doing it
def idempotency_key(shop: str, order: str, key: str, attempt: int) -> str:
    """The same wish has the same one, also in another run. Not of amounts: the same wish with others is what the vendor is to refuse."""
    return str(uuid.uuid5(_NAMES, "\n".join([shop, order, key, *([str(attempt)] if attempt else [])])))


def _send(client: Shop, order: orders.Order, params: Json, target: str, given: Json) -> t.Any:
    """The refund, or a KnownAfter."""
    key, shop = params["key"], shop_domain(params["shop"])

    def look() -> Json | None:
        seen = _mine(orders.found(client, order.id), key)
        return {"seen": seen} if seen else None

    for attempt in range(MOST_ATTEMPTS):
        variables = {"input": given, "key": idempotency_key(shop, order.id, key, attempt), "transactions": 20}
        try:
            answer = client.change(op.CREATE_REFUND, target, variables=variables, look=look)
            if planned(answer) or "seen" in answer:
                return answer if planned(answer) else answer["seen"]
            payload = answer.get(op.CREATE_REFUND.name)
            return orders.refund(payload.get("refund") if isinstance(payload, dict) else None, op.CREATE_REFUND)
        except Failure as failure:
            # What was refused may have been refused because a request of ours had done it: its answer was lost.
            if failure.status is None or failure.kind in ("auth", "permission", "rate_limited"):
                raise
            seen = look()
            if seen is not None:
                return seen["seen"]
            if failure.code != PREVIOUS_FAILED or attempt + 1 == MOST_ATTEMPTS:
                raise
    raise AssertionError("unreachable")

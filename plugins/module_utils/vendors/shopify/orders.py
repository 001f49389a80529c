# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Orders, as they are: one with its lines and refunds, or those that a search finds.

Facts (Shopify GraphQL Admin API): a filter that the vendor does not know is left out of a search, so a search can find everything; searches
are some seconds behind; without ``read_all_orders`` an app sees the orders of 60 days, and older ones are missing without a word.
"""

from __future__ import annotations

import dataclasses
import decimal
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE, Shop, gid, nodes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.searches import moment_of, one_of, seconds_of, term

ALL_ORDERS = "read_all_orders"
SEEN_SECONDS = 60 * 86400.0
# What one query may cost, without what is asked beside the list; an order is a point, each amount three, and its customer three.
POINTS, ORDER_POINTS, CUSTOMER_POINTS = 990, 7, 3
FINANCIAL = ["authorized", "expired", "paid", "partially_paid", "partially_refunded", "pending", "refunded", "voided"]
FULFILLMENT = ["fulfilled", "on_hold", "partial", "scheduled", "unfulfilled"]
# What says in a refund's note which wish it fulfils.
_MARK = re.compile(r"\(saasops ([^()]+)\)\s*$")
_MONEY = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
CENT = decimal.Decimal("0.01")
Json = dict[str, t.Any]


def mark(key: str) -> str:
    return f"(saasops {key})"


# -- values
def money(holder: t.Any, operation: Operation, kind: str = "presentmentMoney") -> tuple[decimal.Decimal, str]:
    """An amount and its currency: by default the one that the customer sees."""
    found = holder.get(kind) if isinstance(holder, dict) else None
    amount, currency = (found.get("amount"), found.get("currencyCode")) if isinstance(found, dict) else (None, None)
    if not isinstance(amount, str) or not _MONEY.fullmatch(amount) or not isinstance(currency, str):
        raise malformed(operation, "holds an amount that is none")
    return decimal.Decimal(amount), redaction.plain(currency, 10)


def written(amount: decimal.Decimal) -> str:
    """With two decimals at least; never in powers of ten."""
    return format(amount if t.cast(int, amount.as_tuple().exponent) < -2 else amount.quantize(CENT), "f")


def shown_money(holder: t.Any, operation: Operation, kind: str = "presentmentMoney") -> Json:
    amount, currency = money(holder, operation, kind)
    return {"amount": written(amount), "currency": currency}


def _text(value: t.Any, limit: int = 200) -> str | None:
    return redaction.plain(value, limit) if isinstance(value, str) else None


def _number(value: t.Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# -- one order
@dataclasses.dataclass(frozen=True)
class Line:
    id: str
    sku: str | None
    refundable: int
    shown: Json


@dataclasses.dataclass(frozen=True)
class Refund:
    """``key``: the wish of ours that it fulfils."""

    id: str
    key: str | None
    amount: decimal.Decimal
    currency: str
    statuses: tuple[str, ...]
    shown: Json


@dataclasses.dataclass(frozen=True)
class Order:
    id: str
    name: str
    status: str
    refunded: decimal.Decimal
    currency: str
    lines: tuple[Line, ...]
    refunds: tuple[Refund, ...]
    shown: Json


def order_id(client: Shop, text: str) -> str:
    """The global id; one request for a name, none for an id."""
    given = text.strip()
    if not is_name(given):
        return gid("Order", given, "order")
    listed, _more = nodes(client.ask(op.ORDER_NAMES, query=term("name", given)).get("orders"), op.ORDER_NAMES)
    plain = given.removeprefix("#")
    same = [one["id"] for one in listed if isinstance(one.get("name"), str) and one["name"].removeprefix("#") == plain and isinstance(one.get("id"), str)]
    if not same:
        raise _no_order(given, op.ORDER_NAMES)
    if len(same) > 1:
        told = ", ".join(redaction.plain(one, 100) for one in same)
        raise refuse(f"{len(same)} orders are named {redaction.plain(given, 60)}: {told}", "Give the id of the one that is meant", "two_of_one_name")
    return str(same[0])


def is_name(text: str) -> bool:
    """What is no number and no global id is a name, such as #1001."""
    given = text.strip()
    if not given or len(given) > 100 or not given.isprintable():
        raise Failure("invalid", f"order is {redaction.plain(text, 60)!r}", "Give its id, its number, or its name such as '#1001'", VENDOR)
    return not (given.isdigit() and given.isascii()) and not given.startswith("gid:")


def _no_order(text: str, operation: Operation) -> Failure:
    hint = f"Check it, and whether this is the shop. Without the scope {ALL_ORDERS} an order older than 60 days is not found; see shopify_shop_info"
    return Failure("not_found", f"the shop has no order {redaction.plain(text, 100)}", hint, VENDOR, operation.name)


def found(client: Shop, identity: str, personal: bool = False) -> Order:
    """One request, and one more for each 250 lines beyond the first 30."""
    asked = {"lines": op.LINES, "refunds": op.REFUNDS, "transactions": op.TRANSACTIONS}
    data = client.ask(op.ORDER, id=identity, personal=personal, **asked)
    raw = data.get("order")
    if raw is None and "order" in data:
        raise _no_order(identity, op.ORDER)
    if not isinstance(raw, dict) or raw.get("id") != identity:
        raise malformed(op.ORDER, "does not hold this order")
    first = nodes(raw.get("lineItems"), op.ORDER)

    def more(after: str | None) -> tuple[list[Json], str | None]:
        if after is None:
            return first
        listed = client.ask(op.ORDER_LINES, id=identity, first=PAGE, after=after).get("order")
        return nodes(listed.get("lineItems") if isinstance(listed, dict) else None, op.ORDER_LINES)

    lines = tuple(_line(one) for one in paging.pages(more, "lines of the order"))
    refunds = raw.get("refunds")
    if not isinstance(refunds, list):
        raise malformed(op.ORDER, "has no list of refunds")
    known = tuple(refund(one, op.ORDER) for one in refunds)
    refunded, currency = money(raw.get("totalRefundedSet"), op.ORDER)
    summary = {**_summary(raw, op.ORDER, personal), "lines": [one.shown for one in lines], "refunds": [one.shown for one in known]}
    return Order(summary["id"], summary["name"], summary["financial_status"] or "", refunded, currency, lines, known, summary)


def _line(raw: Json) -> Line:
    if not isinstance(raw.get("id"), str) or _number(raw.get("quantity")) is None or _number(raw.get("refundableQuantity")) is None:
        raise malformed(op.ORDER, "holds a line without id or quantity")
    shown = {
        "id": redaction.plain(raw["id"], 100),
        "title": _text(raw.get("title")),
        "variant": _text(raw.get("variantTitle")),
        "sku": _text(raw.get("sku")),
        "quantity": raw["quantity"],
        "refundable": raw["refundableQuantity"],
        "unit_price": shown_money(raw.get("discountedUnitPriceSet"), op.ORDER),
    }
    return Line(shown["id"], shown["sku"], shown["refundable"], shown)


def refund(raw: t.Any, operation: Operation) -> Refund:
    known = raw if isinstance(raw, dict) else {}
    listed = known.get("transactions")
    transactions = listed.get("nodes") if isinstance(listed, dict) else None
    if not isinstance(known.get("id"), str) or not isinstance(transactions, list):
        raise malformed(operation, "holds a refund without id or transactions")
    total, currency = money(known.get("totalRefundedSet"), operation)
    note = _text(known.get("note"), 1000)
    marked = _MARK.search(note or "")
    moved = [_transaction(one, operation) for one in transactions]
    # What is on its way may not be counted by the vendor yet.
    amount = max(total, sum((decimal.Decimal(one["amount"]) for one in moved), decimal.Decimal(0)))
    identity, key = redaction.plain(known["id"], 100), marked[1] if marked else None
    shown = {
        "id": identity,
        "key": key,
        "note": _MARK.sub("", note).strip() or None if note is not None else None,
        "amount": written(amount),
        "currency": currency,
        "transactions": moved,
        "created_at": _text(known.get("createdAt"), 40),
    }
    return Refund(identity, key, amount, currency, tuple(one["status"] for one in moved), shown)


def _transaction(raw: t.Any, operation: Operation) -> Json:
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not isinstance(raw.get("status"), str):
        raise malformed(operation, "holds a transaction without id or status")
    amount, currency = money(raw.get("amountSet"), operation)
    named = {name: _text(raw.get(key), 60) for name, key in (("kind", "kind"), ("gateway", "gateway"), ("error", "errorCode"))}
    return {"id": redaction.plain(raw["id"], 100), "status": redaction.plain(raw["status"], 40), **named, "amount": written(amount), "currency": currency}


def _summary(raw: Json, operation: Operation, personal: bool) -> Json:
    tags = raw.get("tags")
    if not all(isinstance(raw.get(name), str) for name in ("id", "name", "createdAt", "updatedAt")):
        raise malformed(operation, "holds an order without id, name or times")
    return {
        "id": redaction.plain(raw["id"], 100),
        "name": redaction.plain(raw["name"], 100),
        "financial_status": _text(raw.get("displayFinancialStatus"), 40),
        "fulfillment_status": _text(raw.get("displayFulfillmentStatus"), 40),
        "total": shown_money(raw.get("totalPriceSet"), operation),
        "refunded": shown_money(raw.get("totalRefundedSet"), operation),
        "shop_total": shown_money(raw.get("totalPriceSet"), operation, "shopMoney"),
        "shop_refunded": shown_money(raw.get("totalRefundedSet"), operation, "shopMoney"),
        "tags": [redaction.plain(tag, 255) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
        "test": raw.get("test") is True,
        "created_at": _text(raw["createdAt"], 40),
        "updated_at": _text(raw["updatedAt"], 40),
        "processed_at": _text(raw.get("processedAt"), 40),
        "cancelled_at": _text(raw.get("cancelledAt"), 40),
        "customer": _customer(raw.get("customer")) if personal else None,
        "lines": None,
        "refunds": None,
    }


def _customer(raw: t.Any) -> Json | None:
    if not isinstance(raw, dict):
        return None
    email, phone = raw.get("defaultEmailAddress"), raw.get("defaultPhoneNumber")
    return {
        "id": _text(raw.get("id"), 100),
        "name": _text(raw.get("displayName")),
        "email": _text(email.get("emailAddress"), 320) if isinstance(email, dict) else None,
        "phone": _text(phone.get("phoneNumber"), 40) if isinstance(phone, dict) else None,
    }


# -- many orders
@dataclasses.dataclass(frozen=True)
class Window:
    """What is looked for; ``since`` and ``until`` in seconds, by the name of the time."""

    since: dict[str, float]
    until: dict[str, float]
    statuses: frozenset[str]
    query: str | None

    def reaches(self, now: float) -> bool:
        """Whether orders of more than 60 days may belong to it: one that is old can still have been changed today."""
        return self.since.get("created_at", 0.0) < now - SEEN_SECONDS

    def fits(self, order: Json) -> bool:
        """Whether this one belongs to it by what it is now: the index is behind. What never can have been found is an error."""
        for name, wanted in self.since.items():
            if seconds_of(order[name], name) < wanted:
                raise _ignored(order, name)
        if "created_at" in self.until and seconds_of(order["created_at"], "created_at") > self.until["created_at"]:
            raise _ignored(order, "created_at")
        if "updated_at" in self.until and seconds_of(order["updated_at"], "updated_at") > self.until["updated_at"]:
            return False
        return not self.statuses or (order["financial_status"] or "").lower() in self.statuses


def _ignored(order: Json, name: str) -> Failure:
    return Failure(
        "protocol",
        f"the search for {name} found {order['name']}, of {order[name]}: Shopify has left the filter out",
        "Nothing of the answer is used. Check api_version, or look for a newer version of this collection",
        VENDOR,
        op.ORDERS.name,
        code="search",
    )


def window_of(params: t.Mapping[str, t.Any]) -> Window:
    """The options as a search, checked before anything is asked."""
    terms: list[str] = []
    since: dict[str, float] = {}
    until: dict[str, float] = {}
    for name in ("created_at", "updated_at"):
        for kind, sign, kept in (("since", ">=", since), ("until", "<=", until)):
            option = f"{name.removesuffix('_at')}_{kind}"
            if params[option] is not None:
                kept[name] = seconds_of(params[option], option)
                terms.append(term(name, moment_of(kept[name]), sign))
        if name in since and name in until and since[name] > until[name]:
            first = name.removesuffix("_at")
            raise Failure("invalid", f"{first}_since is after {first}_until", "Exchange them", VENDOR)
    for option in ("financial_status", "fulfillment_status"):
        if params[option]:
            terms.append(one_of(option, sorted(set(params[option]))))
    if params["status"] is not None:
        terms.append(f"status:{params['status']}")
    for tag in params["tags"]:
        if not tag.strip() or "," in tag or not tag.isprintable():
            raise Failure("invalid", f"tags: {redaction.plain(tag, 80)!r} cannot be a tag", "Give it without commas", VENDOR)
        terms.append(term("tag", tag))
    if params["customer"] is not None:
        terms.append(f"customer_id:{gid('Customer', params['customer'], 'customer').rpartition('/')[2]}")
    if params["test"] is not None:
        terms.append(f"test:{str(params['test']).lower()}")
    return Window(since, until, frozenset(params["financial_status"]), " AND ".join(terms) or None)


def counted(client: Shop, window: Window) -> tuple[Json, bool]:
    """``{count, precision}``, and whether the app sees all orders."""
    data = client.ask(op.ORDERS_COUNT, query=window.query, scopes=True)
    raw = data.get("ordersCount")
    if not isinstance(raw, dict) or _number(raw.get("count")) is None or not isinstance(raw.get("precision"), str):
        raise malformed(op.ORDERS_COUNT, "holds no count")
    return {"count": raw["count"], "precision": redaction.plain(raw["precision"], 20).lower()}, _sees_all(data, op.ORDERS_COUNT)


def listed(client: Shop, window: Window, limit: int, personal: bool) -> tuple[list[Json], bool, bool]:
    """The newest first; whether these are all, and whether the app sees all orders."""
    page = min(POINTS // (ORDER_POINTS + (CUSTOMER_POINTS if personal else 0)), limit + 1)
    sees_all = False

    def fetch(after: str | None) -> tuple[list[Json], str | None]:
        nonlocal sees_all
        data = client.ask(op.ORDERS, first=page, after=after, query=window.query, personal=personal, scopes=after is None)
        if after is None:
            sees_all = _sees_all(data, op.ORDERS)
        return nodes(data.get("orders"), op.ORDERS)

    orders: dict[str, Json] = {}
    for raw in paging.pages(fetch, "orders"):
        order = _summary(raw, op.ORDERS, personal)
        if not window.fits(order):
            continue
        if len(orders) == limit and order["id"] not in orders:
            return list(orders.values()), False, sees_all
        orders[order["id"]] = order
    return list(orders.values()), True, sees_all


def _sees_all(data: Json, operation: Operation) -> bool:
    installation = data.get("currentAppInstallation")
    scopes = installation.get("accessScopes") if isinstance(installation, dict) else None
    if not isinstance(scopes, list) or not all(isinstance(one, dict) for one in scopes):
        raise malformed(operation, "does not list the access scopes")
    return ALL_ORDERS in [one.get("handle") for one in scopes]


def warned(window: Window, sees_all: bool) -> list[str]:
    if sees_all or not window.reaches(clock.now()):
        return []
    return [f"the app lacks the scope {ALL_ORDERS}: orders that were made more than 60 days ago are not in this result, whatever was asked for"]

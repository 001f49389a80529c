# SPDX-License-Identifier: GPL-3.0-or-later
"""Events on their way to webhook subscriptions: signed with the app's secret, tried eight times more within four hours, to the address of the
moment when the event happened. A subscription with eight failures in a row is removed, and nobody is told.

What happened stays what it was: body and id of a delivery are those of its first attempt. Only loopback addresses are delivered to; for others
nothing is noted.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import ipaddress
import json
import re
import typing as t
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from ..delivery import Message, Schedule
from ..errors import Refused
from .state import Json, ShopifyError, Webhook, gid, number_of, when

if t.TYPE_CHECKING:
    from .vendor import Shopify

MINUTE = 60.0
SCHEDULE = Schedule(tuple(MINUTE * many for many in (1, 2, 4, 8, 15, 30, 60, 120)), removed_after=8)
AGENT = "Shopify-Captain-Hook"
# From this version on a delivery carries its subscription's name.
NAMED = "2026-04"
# Of a filter, as far as terms that must all hold.
TERM = re.compile(r"(?P<field>\w+):(?P<sign>>=|<=|>|<)?(?:'(?P<quoted>[^']*)'|(?P<bare>[^\s']+))")
COMPARED: dict[str, t.Callable[[float, float], bool]] = {
    ">=": lambda mine, wanted: mine >= wanted,
    "<=": lambda mine, wanted: mine <= wanted,
    ">": lambda mine, wanted: mine > wanted,
    "<": lambda mine, wanted: mine < wanted,
    "": lambda mine, wanted: mine == wanted,
}


def happened(shopify: Shopify, topic: str, about: Json, app: int | None = None) -> str:
    """Tell every subscription that wants it, or only those of an app; the event's id."""
    event = shopify.world.uuid()
    for it in list(shopify.webhooks.values()):
        if it.topic == topic and app in (None, it.app) and _is_loopback(it.uri) and passes(it.filter, about):
            _send(shopify, it, event, about)
    return event


def gone(shopify: Shopify, it: Webhook) -> None:
    """The subscription is deleted, and what waits for it with it."""
    shopify.world.deliveries.drop(shopify.name, gid("WebhookSubscription", it.number))


def name_of(topic: str) -> str:
    """As deliveries have it."""
    about, _line, act = topic.lower().rpartition("_")
    return f"{about}/{act}"


def passes(text: str, about: Json) -> bool:
    """Whether all terms of a subscription's filter hold for what happened."""
    for term in TERM.finditer(text):
        mine, wanted = about.get(term["field"]), term["quoted"] if term["quoted"] is not None else term["bare"]
        try:
            holds = COMPARED[term["sign"] or ""](float(t.cast(t.Any, mine)), float(wanted))
        except (TypeError, ValueError):
            holds = not term["sign"] and str(mine) == wanted
        if not holds:
            return False
    return True


def _send(shopify: Shopify, it: Webhook, event: str, about: Json) -> None:
    shown = {name: value for name, value in about.items() if name in it.include_fields} if it.include_fields else about
    body = _written(it, shown)
    # With some fields only, what is equal to the delivery before is taken for the same.
    key = (it.number, about.get("admin_graphql_api_id"))
    if it.include_fields and shopify.delivered.get(key) == body:
        return
    shopify.delivered[key] = body
    world = shopify.world
    version = shopify.supported[-1]
    name = it.name if version >= NAMED else None
    headers = {
        "Content-Type": f"application/{it.format.lower()}",
        "User-Agent": AGENT,
        "X-Shopify-Topic": name_of(it.topic),
        "X-Shopify-Shop-Domain": shopify.domain,
        "X-Shopify-API-Version": version,
        "X-Shopify-Webhook-Id": world.uuid(),
        "X-Shopify-Event-Id": event,
        "X-Shopify-Triggered-At": datetime.fromtimestamp(world.now(), tz=UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        **({"X-Shopify-Name": name} if name else {}),
    }

    def removed() -> None:
        shopify.webhooks.pop(it.number, None)

    make = functools.partial(_message, shopify, it.app, it.uri, headers, body)
    world.deliveries.send(shopify.name, gid("WebhookSubscription", it.number), event, it.topic, SCHEDULE, make, removed=removed)


def _message(shopify: Shopify, app: int, uri: str, headers: dict[str, str], body: bytes, _now: float) -> Message:
    """Signed when it is sent: after a rotation with the new secret."""
    signed = hmac.new(shopify.secret(app).encode(), body, hashlib.sha256).digest()
    return Message(uri, {**headers, "X-Shopify-Hmac-SHA256": base64.b64encode(signed).decode()}, body)


def _written(it: Webhook, about: Json) -> bytes:
    if it.format == "JSON":
        return json.dumps(about, separators=(",", ":"), ensure_ascii=False).encode()
    fields = "".join(f"<{name.replace('_', '-')}>{escape(str(value))}</{name.replace('_', '-')}>" for name, value in about.items())
    root = it.topic.lower().rpartition("_")[0].rstrip("s").replace("_", "-")
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}>{fields}</{root}>'.encode()


def _is_loopback(uri: str) -> bool:
    host = urlsplit(uri).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def emit(shopify: Shopify, wish: Json) -> str:
    """What the control port makes happen: ``topic``, and ``order``, ``customer`` (their numbers or ids) or any ``object``."""
    known = {"topic", "order", "customer", "object"}
    if set(wish) - known or not isinstance(wish.get("topic"), str):
        raise Refused(f"an event has a topic, and may have {', '.join(sorted(known - {'topic'}))}")
    about: Json = {}
    try:
        if "order" in wish:
            about = of_order(shopify, _number("Order", wish["order"]))
        elif "customer" in wish:
            about = of_customer(shopify, _number("Customer", wish["customer"]))
    except (KeyError, ShopifyError):
        raise Refused("there is no such order or customer") from None
    return happened(shopify, wish["topic"].upper().replace("/", "_"), {**about, **wish.get("object", {})})


def _number(kind: str, identity: t.Any) -> int:
    text = str(identity)
    return int(text) if text.isdigit() else number_of(kind, text) or 0


# -- what a delivery holds: the objects of the vendor's former API
def of_customer(shopify: Shopify, number: int) -> Json:
    it = shopify.customers[number]
    first, _space, last = it.name.partition(" ")
    return {
        "id": it.number,
        "admin_graphql_api_id": gid("Customer", it.number),
        "email": it.email,
        "phone": it.phone,
        "first_name": first,
        "last_name": last,
        "state": it.state.lower(),
        "tags": ", ".join(sorted(it.tags, key=str.lower)),
        "created_at": when(it.created),
        "updated_at": when(it.updated),
    }


def of_order(shopify: Shopify, number: int) -> Json:
    it = shopify.orders[number]
    return {
        "id": it.number,
        "admin_graphql_api_id": gid("Order", it.number),
        "name": it.name,
        "currency": it.currency,
        "total_price": _price(it.total),
        "financial_status": it.financial.lower(),
        "tags": ", ".join(it.tags),
        "test": it.test,
        "customer": {"id": it.customer, "admin_graphql_api_id": gid("Customer", it.customer)},
        "line_items": [{"id": line.number, "quantity": line.quantity} for line in it.lines],
        "cancelled_at": when(it.cancelled) if it.cancelled is not None else None,
        "created_at": when(it.created),
        "updated_at": when(it.updated),
    }


def of_refund(order: t.Any, refund: t.Any) -> Json:
    return {
        "id": refund.number,
        "admin_graphql_api_id": gid("Refund", refund.number),
        "order_id": order.number,
        "note": refund.note,
        "created_at": when(refund.created),
        "transactions": [
            {"id": one.number, "kind": one.kind.lower(), "status": one.status.lower(), "amount": _price(one.amount)} for one in refund.transactions
        ],
    }


def _price(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of the last 30 days: those of the shop's past, and what happens in this world."""

from __future__ import annotations

import fnmatch

from .asked import Answer, Asked, Routes
from .payments import narrowed
from .shop import KEPT_FOR, Shop
from .state import VERSION, Json, StripeError

MOST_TYPES = 20


def event(identity: str, kind: str, thing: Json, created: int, live: bool, pending: int = 0, **more: str) -> Json:
    return {
        "id": identity,
        "object": "event",
        "api_version": VERSION,
        "created": created,
        "data": {"object": thing},
        "livemode": live,
        "pending_webhooks": pending,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
        **more,
    }


def show(shop: Shop, facts: Json) -> Json:
    thing = facts.get("thing") or shop.payment_intent(facts["payment"])
    return event(facts["id"], facts["type"], thing, facts["created"], shop.live, facts["pending"], **facts.get("more", {}))


def kept(asked: Asked) -> list[Json]:
    oldest = asked.stripe.world.now() - KEPT_FOR
    return [facts for facts in asked.stripe.shop(asked.mode).events if facts["created"] > oldest]


def every(asked: Asked) -> Answer:
    shop = asked.stripe.shop(asked.mode)
    delivered, kind, types = asked.flag("delivery_success"), asked.given.pop("type", None), asked.given.pop("types", [])
    asked.given.pop("delivery_success", None)
    if kind and types:
        raise StripeError(400, "You may only specify one of type and types.", param="types")
    if len(types) > MOST_TYPES:
        raise StripeError(400, f"Array must have at most {MOST_TYPES} elements", param="types")
    items = [facts for facts in kept(asked) if delivered is None or delivered == (not facts["pending"])]
    if kind or types:
        items = [facts for facts in items if any(fnmatch.fnmatchcase(facts["type"], one) for one in types or [kind])]
    return 200, asked.page(narrowed(asked, items), "/v1/events", lambda facts: show(shop, facts))


def read(asked: Asked) -> Answer:
    return 200, show(asked.stripe.shop(asked.mode), find(asked))


def find(asked: Asked) -> Json:
    for facts in kept(asked):
        if facts["id"] == asked.names["id"]:
            return facts
    raise StripeError(404, f"No such notification: '{asked.names['id']}'", "resource_missing", param="id")


ROUTES: Routes = (("GET", "/v1/events", every, "event_read"), ("GET", "/v1/events/{id}", read, "event_read"))

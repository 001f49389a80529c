# SPDX-License-Identifier: GPL-3.0-or-later
"""Events on their way to webhook endpoints: signed with each endpoint's own secret, tried again for three days in live mode.

Facts behind the rules: nothing is noted for an endpoint that is disabled; one that is deleted loses what has not arrived; an event is sent again
by hand only to an endpoint that was there and wanted its type when it happened, and only when the endpoint is named.
"""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import hmac
import json
import typing as t

from ..delivery import Delivery, Message, Schedule
from ..errors import Refused
from . import events
from .asked import Answer, Asked, Routes
from .state import Json, Mode, missing

if t.TYPE_CHECKING:
    from .vendor import Stripe

MINUTE, HOUR = 60.0, 3600.0
SCHEDULES = {
    True: Schedule((5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR, 12 * HOUR, 12 * HOUR, 12 * HOUR)),
    False: Schedule((10 * MINUTE, HOUR, 2 * HOUR)),
}
BY_HAND = Schedule(first=0.5)
AGENT = "Stripe/1.0 (+https://stripe.com/docs/webhooks)"
# What an event may be about when the control port makes one happen.
EMITTED = {"type", "object", "mode", "account"}


def happened(stripe: Stripe, mode: Mode, facts: Json) -> None:
    """Tell every endpoint that wants it. ``told`` are those that may ever get it, ``open`` those that it did not reach yet."""
    wanting = [one for one in reversed(mode.endpoints) if one["status"] == "enabled" and wants(one, facts["type"])]
    facts["told"] = {one["id"] for one in wanting}
    facts["open"] = set(facts["told"])
    facts["pending"] = len(facts["open"])
    for endpoint in wanting:
        _send(stripe, mode, endpoint, facts, SCHEDULES[mode.live])


def wants(endpoint: Json, kind: str) -> bool:
    return any(fnmatch.fnmatchcase(kind, one) for one in endpoint["enabled_events"])


def gone(stripe: Stripe, mode: Mode, identity: str, deleted: bool) -> None:
    """The endpoint takes nothing any more."""
    stripe.world.deliveries.drop(stripe.name, identity)
    if deleted:
        for facts in stripe.shop(mode).events:
            _arrived(facts, identity)


def _send(stripe: Stripe, mode: Mode, endpoint: Json, facts: Json, schedule: Schedule) -> None:
    make = functools.partial(_message, stripe, mode, endpoint, facts)

    def told(delivery: Delivery) -> None:
        if delivery.state == "delivered":
            _arrived(facts, endpoint["id"])

    stripe.world.deliveries.send(stripe.name, endpoint["id"], facts["id"], facts["type"], schedule, make, told)


def _arrived(facts: Json, identity: str) -> None:
    if identity in facts.get("open", ()):
        facts["open"].discard(identity)
        facts["pending"] = len(facts["open"])


def _message(stripe: Stripe, mode: Mode, endpoint: Json, facts: Json, now: float) -> Message:
    body = json.dumps(events.show(stripe.shop(mode), facts), indent=2).encode()
    signed = hmac.new(mode.secrets[endpoint["id"]].encode(), f"{int(now)}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "Stripe-Signature": f"t={int(now)},v1={signed}",
    }
    return Message(endpoint["url"], headers, body)


def emit(stripe: Stripe, wish: Json) -> str:
    """What the control port makes happen; the event's id."""
    strange = set(wish) - EMITTED
    if strange or not isinstance(wish.get("type"), str):
        raise Refused(f"an event has a type, and may have an object, mode and account{f', not {sorted(strange)}' if strange else ''}")
    mode = {"live": stripe.live, "test": stripe.test}[wish.get("mode", "live")]
    kind = wish["type"].partition(".")[0]
    identity = stripe.identity(mode, "evt")
    about = {"id": stripe.identity(mode, "obj"), "object": kind, **wish.get("object", {})}
    stripe.shop(mode).happened(identity, wish["type"], about, int(stripe.world.now()), **({"account": wish["account"]} if "account" in wish else {}))
    return identity


def again(asked: Asked) -> Answer:
    """Undocumented, and what ``stripe events resend`` sends. It is taken, whatever comes of it."""
    facts = events.find(asked)
    asked.only("webhook_endpoint", "account", "for_stripecli")
    wanted = asked.given.get("webhook_endpoint")
    if wanted is not None:
        found = [one for one in asked.mode.endpoints if one["id"] == wanted]
        if not found:
            raise missing("webhook endpoint", wanted, "webhook_endpoint")
        if found[0]["status"] == "enabled" and wanted in facts.get("told", ()):
            _send(asked.stripe, asked.mode, found[0], facts, BY_HAND)
            asked.stripe.world.changed()
    return 200, events.show(asked.stripe.shop(asked.mode), facts)


ROUTES: Routes = (("POST", "/v1/events/{id}/retry", again, "event_write"),)

# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shop sells by subscription: products and prices, who subscribed to what, and the invoices of each period."""

from __future__ import annotations

import functools
import typing as t

from . import billing_shapes as shapes
from .state import Json

if t.TYPE_CHECKING:
    from .shop import Shop

SUBSCRIPTIONS = {True: 600, False: 6}
HOUR, DAY = 3600, 86400
PRODUCTS = {"starter": "Starter", "team": "Team", "enterprise": "Enterprise", "seat": "Seat"}
# price: product, amount, interval
PRICES: dict[str, tuple[str, int, str]] = {
    "starter-month": ("starter", 1900, "month"),
    "team-month": ("team", 4900, "month"),
    "team-year": ("team", 49000, "year"),
    "enterprise-month": ("enterprise", 19900, "month"),
    "seat-month": ("seat", 500, "month"),
}
YEARLY, WITH_SEATS = [("team-year", 1)], [("team-month", 1), ("seat-month", 3)]
LENGTHS = {"month": 30 * DAY, "year": 365 * DAY}
# Of forty subscriptions, those that are not simply active.
FATES = {
    1: "past_due",
    2: "trialing",
    3: "canceled",
    5: "unpaid",
    6: "incomplete",
    8: "paused",
    10: "past_due",
    13: "past_due",
    16: "past_due",
    17: "canceled",
    21: "past_due",
    27: "past_due",
}
ENDING, SCHEDULED = 11, 19
HELD = {9: "keep_as_draft", 12: "mark_uncollectible", 14: "void"}
# What becomes of an invoice that is paid: the card is refused, its owner is to confirm, or the bank is still at it.
CARDS = {13: "insufficient_funds", 16: "authentication_required", 21: "processing"}
BY_TRANSFER = 10
TRIAL, FIRST_PAYMENT = 14 * DAY, 23 * HOUR
# So many invoices of a subscription are kept.
KEPT = 6


class Billing:
    """Facts of a subscription have one number; 0 is the newest. They change when somebody changes the subscription."""

    def __init__(self, shop: Shop, now: int, scale: int) -> None:
        self.shop, self._now = shop, now
        self._count = SUBSCRIPTIONS[shop.live] * scale

    # -- products and prices
    @functools.cached_property
    def products(self) -> list[Json]:
        born = self._now - 400 * DAY
        return [shapes.product(self.shop.identity("prod", number), name, born - number, self.shop.live) for number, name in enumerate(PRODUCTS.values())]

    @functools.cached_property
    def prices(self) -> dict[str, Json]:
        products = dict(zip(PRODUCTS, self.products, strict=True))
        born = self._now - 400 * DAY
        return {
            key: shapes.price(self.shop.identity("price", number), key, products[product]["id"], (amount, interval), born - number, self.shop.live)
            for number, (key, (product, amount, interval)) in enumerate(PRICES.items())
        }

    # -- subscriptions
    @functools.cached_property
    def subscriptions(self) -> list[Json]:
        return [self._subscription(number) for number in range(self._count)]

    @functools.cached_property
    def by_id(self) -> dict[str, Json]:
        return {str(one["id"]): one for one in self.subscriptions}

    def _subscription(self, number: int) -> Json:
        fate = number % 40
        # Always after the customer came: these come every three hours, and every third subscribes.
        created = self._now - 600 - HOUR * (2 * number if number < 12 else 24 + 7 * (number - 12))
        age = self._now - created
        status = FATES.get(fate, "active")
        if status == "trialing" and age > TRIAL:
            status = "active"
        if status == "incomplete" and age > FIRST_PAYMENT:
            status = "incomplete_expired"
        bought = YEARLY if fate == 7 else WITH_SEATS if fate % 5 == 4 else [("enterprise-month" if fate % 2 else "starter-month", 1)]
        length = LENGTHS[PRICES[bought[0][0]][2]]
        ended = {"canceled": created + min(length, age // 2), "incomplete_expired": created + FIRST_PAYMENT}.get(status)
        start = created + ((ended or self._now) - created) // length * length
        end = created + TRIAL if status == "trialing" else start + length
        leaving = fate == ENDING and status == "active"
        return {
            "id": self.shop.identity("sub", number),
            "number": number,
            "customer": self.shop.identity("cus", 3 * number + 1),
            "buyer": 3 * number + 1,
            "created": created,
            "status": status,
            "bought": bought,
            "period": (start, end),
            "trial_end": created + TRIAL if status == "trialing" else None,
            "cancel_at_period_end": leaving,
            "cancel_at": end if leaving else None,
            "canceled_at": ended or (created + 60 if leaving else None),
            "ended_at": ended,
            "reason": {3: "cancellation_requested", 17: "payment_failed", ENDING: "cancellation_requested"}.get(fate),
            "pause_collection": {"behavior": HELD[fate], "resumes_at": self._now + 7 * DAY if fate == 12 else None} if fate in HELD else None,
            "schedule": self.shop.identity("sub_sched", number) if fate == SCHEDULED else None,
            "collection_method": "send_invoice" if fate == BY_TRANSFER else "charge_automatically",
            "metadata": {"number": str(number)},
            # Where it is paid from.
            "card": CARDS.get(fate, ""),
        }

    def price_of(self, facts: Json) -> int:
        return sum(PRICES[key][1] * quantity for key, quantity in facts["bought"])

    def settled(self, facts: Json, now: int) -> Json:
        """With what the passing of time has done to it."""
        pause = facts["pause_collection"]
        if pause and pause["resumes_at"] is not None and pause["resumes_at"] <= now:
            facts["pause_collection"] = None
        if facts["cancel_at"] is not None and facts["cancel_at"] <= now and facts["ended_at"] is None:
            facts.update(status="canceled", ended_at=facts["cancel_at"])
        return facts

    # -- invoices
    @functools.cached_property
    def invoices(self) -> list[Json]:
        """Newest first. What is billed in this world is put in front."""
        every = [one for facts in self.subscriptions for one in self._past(facts)]
        return sorted(every, key=lambda one: -t.cast(int, one["created"]))

    @functools.cached_property
    def invoices_by_id(self) -> dict[str, Json]:
        return {str(one["id"]): one for one in self.invoices}

    @functools.cached_property
    def newest(self) -> dict[str, Json]:
        """The newest invoice of each subscription."""
        return {str(one["subscription"]): one for one in reversed(self.invoices)}

    def _past(self, facts: Json) -> list[Json]:
        start, end = facts["period"]
        length = LENGTHS[PRICES[facts["bought"][0][0]][2]]
        first = max(facts["created"], start - (KEPT - 1) * length)
        amount = 0 if facts["status"] == "trialing" else self.price_of(facts)
        moments = range(first, start + 1, length)
        return [self._invoice(facts, moment, end if moment == start else moment + length, amount, moment == start) for moment in moments]

    def _invoice(self, facts: Json, moment: int, until: int, amount: int, newest: bool) -> Json:
        held = {"keep_as_draft": "draft", "mark_uncollectible": "uncollectible", "void": "void"}
        status = "paid"
        if newest and facts["pause_collection"]:
            status = held[facts["pause_collection"]["behavior"]]
        elif newest:
            status = {"past_due": "open", "unpaid": "open", "incomplete": "open", "incomplete_expired": "void"}.get(facts["status"], "paid")
        if newest and facts["reason"] == "payment_failed":
            status = "uncollectible"
        number = f"{facts['number']}-{moment}"
        return self._billed(self.shop.identity("in", number), facts, (moment, until), amount, status, tried=status in ("open", "uncollectible"))

    def _billed(self, identity: str, facts: Json, period: tuple[int, int], amount: int, status: str, tried: bool) -> Json:
        moment = period[0]
        waiting = "processing" if facts["card"] == "processing" else "requires_payment_method"
        return {
            "id": identity,
            "subscription": facts["id"],
            "customer": facts["customer"],
            "buyer": facts["buyer"],
            "collection_method": facts["collection_method"],
            "bought": facts["bought"],
            "created": moment,
            "period": period,
            "amount": amount,
            "status": status,
            "first": moment == facts["created"],
            "attempts": int(tried or status == "paid"),
            "next_attempt": moment + 5 * DAY if status == "open" and facts["status"] == "past_due" else None,
            "paid_at": moment + 60 if status == "paid" else None,
            "ended_at": moment + 60 if status in ("void", "uncollectible") else None,
            # How far the payment is, when there is one.
            "payment": ("succeeded" if status == "paid" else waiting if tried else None) if amount else None,
        }

    def bill(self, identity: str, facts: Json, now: int) -> Json:
        """One more invoice, which is still to be paid."""
        made = self._billed(identity, facts, (now, facts["period"][1]), self.price_of(facts), "open", tried=False)
        newest, by_id = self.newest, self.invoices_by_id
        self.invoices.insert(0, made)
        newest[str(facts["id"])] = by_id[identity] = made
        return made

    # -- as Stripe shows them
    def subscription(self, facts: Json, expanded: bool = False) -> Json:
        newest = self.newest.get(str(facts["id"]))
        latest: t.Any = newest and (self.invoice(newest) if expanded else newest["id"])
        items = [(self.prices[key], quantity) for key, quantity in facts["bought"]]
        return shapes.subscription(facts, items, latest, self.shop.live)

    def invoice(self, facts: Json) -> Json:
        lines = [(self.prices[key], quantity) for key, quantity in facts["bought"]]
        return shapes.invoice(facts, lines, self.shop.live)

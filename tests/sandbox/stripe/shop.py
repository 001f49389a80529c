# SPDX-License-Identifier: GPL-3.0-or-later
"""A small shop: customers, what they paid, and what they got back. Made when it is first asked for, equal in every world of one seed."""

from __future__ import annotations

import functools
import hashlib
import math
import typing as t

from . import shapes
from .billing import Billing
from .money import Money
from .series import Series
from .state import Json

CUSTOMERS = {True: 2000, False: 20}
PAYMENTS = {True: 3000, False: 40}
DAY = 86400
# Hexadecimal digits that hold a number; and the time before the usual customers, in seconds.
NUMBER, OTHERS_CAME_IN = 7, 3 * 365 * DAY
# Events are kept for so long; one of so many was not delivered.
KEPT_FOR, UNDELIVERED = 30 * DAY, 40
TOLD = {"succeeded": "payment_intent.succeeded", "requires_payment_method": "payment_intent.payment_failed", "canceled": "payment_intent.canceled"}
# Every payment of a hundred that did not simply succeed.
FATES = {13: "requires_payment_method", 29: "requires_payment_method", 37: "canceled", 41: "requires_capture", 53: "processing", 61: "disputed"}
# Of a hundred, which got their money back: all of it, or a part.
BACK = {19: 1.0, 71: 0.25}
GOOD = ("succeeded", "pending", "requires_action")


class Shop:
    """Facts of a payment, its charge and its customer share one number; 0 is the newest."""

    def __init__(self, live: bool, salt: str, now: float, scale: int) -> None:
        self.live, self._salt, self._now = live, salt, int(now)
        self._mask = int(hashlib.sha256(f"{salt} mask".encode()).hexdigest()[:NUMBER], 16)
        # Called with each event that happens in this world.
        self.tell: t.Callable[[Json], None] = lambda facts: None
        self.number = {"customers": CUSTOMERS[live] * scale, "payments": PAYMENTS[live] * scale}
        self.billing, self.money = Billing(self, self._now, scale), Money(self, self._now, scale)
        # What was changed, when, and what it was before: a search goes on finding that for a while.
        self.former: dict[str, tuple[float, Json | None]] = {}

    def identity(self, prefix: str, number: int | str) -> str:
        digits = hashlib.sha256(f"{self._salt} {prefix} {number}".encode()).hexdigest()[:23]
        # A customer's number can be read from its id by who knows the mask: there may be a million of them.
        return f"{prefix}_3{digits[:-NUMBER]}{int(number) ^ self._mask:0{NUMBER}x}" if prefix == "cus" else f"{prefix}_3{digits}"

    @functools.cached_property
    def customers(self) -> Series:
        """``number`` of each, newest first. All the others came in the years before the usual ones, however many they are."""
        usual, born = CUSTOMERS[self.live], self._now - 40 * DAY
        step = min(3 * 3600, OTHERS_CAME_IN // max(1, self.number["customers"] - usual))

        def make(number: int) -> Json:
            more = max(0, number - usual)
            return {"id": self.identity("cus", number), "number": number, "created": born - (number - more) * 3 * 3600 - more * step}

        return Series(range(self.number["customers"]), make, self._number_of_a_customer)

    def _number_of_a_customer(self, identity: str) -> int | None:
        try:
            return int(identity[-NUMBER:], 16) ^ self._mask
        except ValueError:
            return None

    @functools.cached_property
    def payments(self) -> list[Json]:
        every, customers = [], self.number["customers"]
        for number in range(self.number["payments"]):
            fate = FATES.get(number % 100, "succeeded")
            every.append(
                {
                    "id": self.identity("pi", number),
                    "charge": self.identity("ch", number) if fate not in ("canceled", "processing") else None,
                    "customer": self.identity("cus", number % customers),
                    "buyer": number % customers,
                    "number": number,
                    "amount": 1000 + number * 37 % 9000,
                    "status": "succeeded" if fate == "disputed" else fate,
                    "disputed": fate == "disputed",
                    "created": self._now - 600 - number * 2 * 3600,
                }
            )
        return every

    @functools.cached_property
    def charges(self) -> list[Json]:
        return [{**payment, "id": payment["charge"], "payment": payment["id"]} for payment in self.payments if payment["charge"]]

    @functools.cached_property
    def refunds(self) -> list[Json]:
        """Newest first. What is refunded in this world is put in front."""
        found = []
        for payment in self.payments:
            share = BACK.get(payment["number"] % 100)
            if share and payment["status"] == "succeeded":
                facts = {"amount": int(payment["amount"] * share), "reason": "requested_by_customer", "metadata": {}}
                found.append(shapes.refund(self.identity("re", payment["number"]), payment, payment["created"] + 300, facts))
        return found

    def refunded(self, charge: str, until: float = math.inf) -> int:
        return sum(one["amount"] for one in self.refunds if one["charge"] == charge and one["status"] in GOOD and one["created"] <= until)

    def paid(self, identity: str) -> Json | None:
        """The payment that has this id, or whose charge has it."""
        return self._by_id.get(identity)

    @functools.cached_property
    def _by_id(self) -> dict[str, Json]:
        return {str(payment[key]): payment for payment in self.payments for key in ("id", "charge") if payment[key]}

    @functools.cached_property
    def events(self) -> list[Json]:
        """What is known of each without showing what it is about, newest first."""
        found = []
        for payment in self.payments:
            kind = TOLD.get(payment["status"])
            if kind is not None and payment["created"] > self._now - KEPT_FOR:
                pending = int(payment["number"] % UNDELIVERED == 7)
                identity = self.identity("evt", payment["number"])
                found.append({"id": identity, "type": kind, "created": payment["created"], "pending": pending, "payment": payment})
        return found

    def happened(self, identity: str, kind: str, thing: Json, now: int, **more: str) -> None:
        facts = {"id": identity, "type": kind, "created": now, "pending": 0, "thing": {**thing}, "more": more}
        self.events.insert(0, facts)
        self.tell(facts)

    def changed_at(self, identity: str, before: Json | None, now: float) -> None:
        self.former[identity] = (now, before)

    # -- as Stripe shows them
    def customer(self, facts: Json) -> Json:
        return shapes.customer(facts["id"], facts["number"], facts["created"], self.live)

    def payment_intent(self, facts: Json, expanded: bool = False) -> Json:
        latest: t.Any = facts["charge"]
        if expanded and latest:
            latest = self.charge({**facts, "id": facts["charge"], "payment": facts["id"]})
        return shapes.payment_intent(facts, latest, self.live)

    def charge(self, facts: Json) -> Json:
        return shapes.charge(facts, self.refunded(str(facts["id"])), self.live)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders of the shop, with what was paid and given back. Amounts are whole cents of the currency that the customer sees."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from .catalog import Catalog, Variant
from .customers import FIRST_NUMBER
from .shelf import Shelf

DAY = 86400.0
HOUR = 3600.0
# Orders of a shop of the usual size; one comes every two hours.
USUAL = 1200
EVERY = 2 * HOUR
FIRST_ORDER = 5_500_000_000
FIRST_NAME = 1001
SHIPPING = 490
# What a pound is in the shop's own currency.
POUND = 1.25


@dataclass
class Line:
    number: int
    variant: Variant
    quantity: int
    unit: int
    refunded: int = 0


@dataclass
class Transaction:
    number: int
    kind: str
    status: str
    gateway: str
    amount: int
    created: float
    parent: int | None = None
    error: str | None = None


@dataclass
class Refund:
    number: int
    created: float
    note: str | None
    # Line, how many, and what became of them.
    lines: list[tuple[Line, int, str]]
    transactions: list[Transaction]
    shipping: int = 0

    @property
    def amount(self) -> int:
        return sum(one.amount for one in self.transactions if one.status in ("SUCCESS", "PENDING"))


@dataclass
class Order:
    number: int
    name: str
    # Its number.
    customer: int
    created: float
    updated: float
    currency: str
    lines: list[Line]
    transactions: list[Transaction]
    shipping: int = SHIPPING
    tags: list[str] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    fulfilled: bool = False
    cancelled: float | None = None
    test: bool = False
    # As the index still has it, and until when.
    before: Order | None = None
    stale_until: float = 0.0

    @property
    def total(self) -> int:
        return sum(line.quantity * line.unit for line in self.lines) + self.shipping

    def paid(self) -> list[Transaction]:
        return [one for one in self.transactions if one.kind in ("SALE", "CAPTURE") and one.status == "SUCCESS"]

    @property
    def received(self) -> int:
        return sum(one.amount for one in self.paid())

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)

    def left_of(self, paid: Transaction) -> int:
        """What of a payment was not given back."""
        back = [one for refund in self.refunds for one in refund.transactions if one.parent == paid.number and one.status in ("SUCCESS", "PENDING")]
        return paid.amount - sum(one.amount for one in back)

    @property
    def shipping_left(self) -> int:
        return self.shipping - sum(refund.shipping for refund in self.refunds)

    @property
    def financial(self) -> str:
        received, refunded = self.received, self.refunded
        if not received:
            kinds = {one.kind for one in self.transactions if one.status == "SUCCESS"}
            return "VOIDED" if self.cancelled is not None else "AUTHORIZED" if "AUTHORIZATION" in kinds else "PENDING"
        if refunded:
            return "REFUNDED" if refunded >= received else "PARTIALLY_REFUNDED"
        return "PAID" if received >= self.total else "PARTIALLY_PAID"

    @property
    def closed(self) -> bool:
        return self.cancelled is not None or (self.fulfilled and self.financial in ("PAID", "REFUNDED"))

    def touch(self, now: float, lag: float) -> None:
        """To be called before it is changed: searches go on with what it was, for a while."""
        self.before = copy.copy(self)
        self.before.refunds, self.before.transactions = list(self.refunds), list(self.transactions)
        self.updated, self.stale_until = now, now + lag

    def indexed(self, now: float) -> Order:
        return self.before if self.before is not None and now < self.stale_until else self


def seed(count: int, now: float, customers: int, catalog: Catalog) -> Shelf[Order]:
    """The newest is the last one. Of twenty one is not paid, one authorized, one cancelled, one partly refunded, one paid twice over, and one in pounds."""
    variants = list(catalog.variants.values())

    def make(place: int) -> Order:
        number, created = FIRST_ORDER + place, now - (count - place - 0.5) * EVERY
        order = Order(
            number,
            f"#{FIRST_NAME + place}",
            customer_of(place, customers),
            created,
            created + min(DAY, (now - created) / 2),
            "GBP" if place % 20 == 19 else "EUR",
            [],
            [],
            tags=["vip"] if place % 30 == 0 else [],
            fulfilled=count - place > 36 and place % 20 not in (3, 7, 11),
            test=place % 100 == 96,
        )
        for at in range(1 + place % 3):
            variant = variants[(place * 7 + at * 3) % len(variants)]
            unit = round(variant.price / POUND) if order.currency == "GBP" else variant.price
            order.lines.append(Line(number * 10 + at, variant, 1 + (place + at) % 2, unit))
        _pay(order, place % 20)
        return order

    return Shelf(FIRST_ORDER, count, make)


def customer_of(place: int, customers: int) -> int:
    """Which of so many customers made the order of this place."""
    return FIRST_NUMBER + place * 7 % customers


def _pay(order: Order, kind: int) -> None:
    def transaction(at: int, what: str, status: str, gateway: str, amount: int, created: float, parent: int | None = None) -> Transaction:
        return Transaction(order.number * 10 + at, what, status, gateway, amount, created, parent)

    created, card = order.created, "shopify_payments"
    if kind == 3:
        order.transactions = [transaction(0, "SALE", "PENDING", "manual", order.total, created)]
    elif kind == 7:
        order.transactions = [transaction(0, "AUTHORIZATION", "SUCCESS", card, order.total, created)]
    elif kind == 17:
        voucher = min(1000, order.total - 100)
        order.transactions = [
            transaction(0, "SALE", "SUCCESS", "gift_card", voucher, created),
            transaction(1, "SALE", "SUCCESS", card, order.total - voucher, created),
        ]
    else:
        order.transactions = [transaction(0, "SALE", "SUCCESS", card, order.total, created)]
    if kind in (11, 13):
        paid, line, later = order.transactions[0], order.lines[0], created + HOUR
        back = transaction(5, "REFUND", "SUCCESS", card, paid.amount if kind == 11 else line.unit, later, paid.number)
        lines = [(one, one.quantity, "NO_RESTOCK") for one in order.lines] if kind == 11 else [(line, 1, "NO_RESTOCK")]
        for one, quantity, _restock in lines:
            one.refunded = quantity
        note, shipping = ("Cancelled", order.shipping) if kind == 11 else ("One was damaged", 0)
        order.refunds = [Refund(order.number, later, note, lines, [back], shipping)]
        order.transactions.append(back)
        order.cancelled = later if kind == 11 else None

# SPDX-License-Identifier: GPL-3.0-or-later
"""What went to the shop's bank, day by day, what it is made of, and what customers' banks want back."""

from __future__ import annotations

import functools
import typing as t

from .asked import Answer, Asked, Routes
from .payments import narrowed
from .shapes import _nothing as nothing
from .shapes import person
from .state import Json, StripeError, missing

if t.TYPE_CHECKING:
    from .shop import Shop

PAYOUTS = {True: 120, False: 3}
DAY = 86400
# As many payments as there are in a day.
DAILY = 12
FATES = {5: "failed", 11: "canceled"}
DISPUTES = (
    "needs_response",
    "warning_needs_response",
    "under_review",
    "warning_under_review",
    "won",
    "lost",
    "appeal_needs_response",
    "appeal_under_review",
    "warning_closed",
    "prevented",
)
# Under which status a list finds a payout.
FOUND_AS = {"in_transit": "pending"}
EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


class Money:
    def __init__(self, shop: Shop, now: int, scale: int) -> None:
        self.shop, self._now = shop, now
        self._days = PAYOUTS[shop.live] * scale

    @functools.cached_property
    def disputes(self) -> list[Json]:
        return [self._dispute(payment) for payment in self.shop.payments if payment["disputed"]]

    def _dispute(self, payment: Json) -> Json:
        turn = payment["number"] // 100
        status = DISPUTES[turn % len(DISPUTES)]
        # What was never answered is lost.
        if turn >= len(DISPUTES) and status.endswith("needs_response"):
            status = "warning_closed" if status.startswith("warning") else "lost"
        created = payment["created"] + DAY
        due = self._now + 3 * DAY if status == "appeal_needs_response" else created + 9 * DAY
        facts = {key: payment[key] for key in ("number", "amount", "customer", "buyer", "charge")}
        identity = self.shop.identity("du", payment["number"])
        return {**facts, "id": identity, "payment": payment["id"], "created": created, "status": status, "due": due}

    @functools.cached_property
    def transactions(self) -> list[Json]:
        """Newest first: what each payment brought, what went back, what was disputed, and what went to the bank."""
        back = {one["charge"]: one for one in self.shop.refunds}
        disputed = {one["charge"]: one for one in self.disputes}
        found = []
        for payment in self.shop.payments:
            if payment["status"] != "succeeded":
                continue
            day, charge, number = payment["number"] // DAILY, payment["charge"], payment["number"]
            found.append(self._entry(f"ch {number}", "charge", charge, payment["amount"], payment["amount"] * 14 // 1000 + 25, payment["created"], day))
            if charge in back:
                found.append(self._entry(f"re {number}", "refund", back[charge]["id"], -back[charge]["amount"], 0, back[charge]["created"], day))
            if charge in disputed:
                one = disputed[charge]
                found.append(self._entry(f"du {number}", "adjustment", one["id"], -one["amount"], 2000, one["created"], max(0, day - 1)))
        for payout in self._payouts(found):
            found.append(self._entry(f"po {payout['number']}", "payout", payout["id"], -payout["amount"], 0, payout["created"], payout["number"]))
        return sorted(found, key=lambda one: (-one["created"], one["id"]))

    def _entry(self, key: str, kind: str, source: str, amount: int, fee: int, created: int, day: int) -> Json:
        """``day``: which payout it went with."""
        facts = {"type": kind, "source": source, "amount": amount, "fee": fee, "created": created, "currency": "eur"}
        return {**facts, "id": self.shop.identity("txn", key), "payout": self._payout_id(day)}

    def _payout_id(self, day: int) -> str | None:
        return self.shop.identity("po", day) if day < self._days else None

    def _payouts(self, entries: t.Iterable[Json]) -> list[Json]:
        sums: dict[str, int] = {}
        for one in entries:
            if one["payout"]:
                sums[one["payout"]] = sums.get(one["payout"], 0) + one["amount"] - one["fee"]
        found = []
        for day in range(self._days):
            identity, created = self.shop.identity("po", day), self._now - 300 - day * DAY
            status = "pending" if day == 0 else "in_transit" if day == 1 else FATES.get(day % 30, "paid")
            facts = {"id": identity, "number": day, "amount": sums.get(identity, 0), "created": created, "status": status}
            found.append({**facts, "arrival_date": created // DAY * DAY + 2 * DAY, "destination": self.shop.identity("ba", 0)})
        return found

    @functools.cached_property
    def payouts(self) -> list[Json]:
        return self._payouts(one for one in self.transactions if one["type"] != "payout")

    # -- as Stripe shows them
    def transaction(self, facts: Json) -> Json:
        shown = {key: facts[key] for key in ("id", "amount", "created", "currency", "fee", "source", "type")}
        fee = {"amount": facts["fee"], "application": None, "currency": "eur", "description": "Stripe processing fees", "type": "stripe_fee"}
        return {
            **shown,
            "object": "balance_transaction",
            "available_on": facts["created"] + 2 * DAY,
            "balance_type": "payments",
            "fee_details": [fee] if facts["fee"] else [],
            "net": facts["amount"] - facts["fee"],
            "reporting_category": "dispute" if facts["type"] == "adjustment" else facts["type"],
            "status": "available" if facts["created"] + 2 * DAY <= self._now else "pending",
            **nothing("description", "exchange_rate"),
        }

    def payout(self, facts: Json) -> Json:
        failed = facts["status"] == "failed"
        automatic = facts["status"] != "canceled"
        return {
            "id": facts["id"],
            "object": "payout",
            "amount": facts["amount"],
            "arrival_date": facts["arrival_date"],
            "automatic": automatic,
            "balance_transaction": self.shop.identity("txn", f"po {facts['number']}"),
            "created": facts["created"],
            "currency": "eur",
            "description": "STRIPE PAYOUT",
            "destination": facts["destination"],
            "failure_balance_transaction": self.shop.identity("txn", f"failed {facts['number']}") if failed else None,
            "failure_code": "account_closed" if failed else None,
            "failure_message": "The bank account has been closed." if failed else None,
            "livemode": self.shop.live,
            "metadata": {},
            "method": "standard",
            "reconciliation_status": "completed" if automatic else "not_applicable",
            "source_type": "card",
            "status": facts["status"],
            "type": "bank_account",
            **nothing("application_fee", "application_fee_amount", "original_payout", "payout_method", "reversed_by", "statement_descriptor", "trace_id"),
        }

    def dispute(self, facts: Json, now: int) -> Json:
        who = person(facts["buyer"])
        answered = facts["status"] not in ("needs_response", "warning_needs_response", "prevented")
        # Money is held back only when it is more than a question.
        taken = not facts["status"].startswith(("warning", "prevented"))
        entry = next((one for one in self._of_disputes if one["source"] == facts["id"]), None)
        return {
            "id": facts["id"],
            "object": "dispute",
            "amount": facts["amount"],
            "balance_transactions": [self.transaction(entry)] if taken and entry else [],
            "charge": facts["charge"],
            "created": facts["created"],
            "currency": "eur",
            "enhanced_eligibility_types": [],
            "evidence": {**nothing(*EVIDENCE), "customer_email_address": who["email"], "customer_name": who["name"], "enhanced_evidence": {}},
            "evidence_details": {
                "due_by": facts["due"],
                "enhanced_eligibility": {},
                "has_evidence": answered,
                "past_due": facts["due"] < now,
                "submission_count": int(answered),
                "submission_method": "manual" if answered else "not_submitted",
            },
            "intended_submission_method": None,
            "is_charge_refundable": facts["status"].startswith("warning"),
            "livemode": self.shop.live,
            "metadata": {},
            "payment_intent": facts["payment"],
            "reason": ("fraudulent", "product_not_received", "subscription_canceled")[facts["number"] // 100 % 3],
            "status": facts["status"],
        }

    @functools.cached_property
    def _of_disputes(self) -> list[Json]:
        return [one for one in self.transactions if one["type"] == "adjustment"]


def _money(asked: Asked) -> Money:
    return asked.stripe.shop(asked.mode).money


def payouts(asked: Asked) -> Answer:
    """``in_transit`` is no filter: such payouts are found among those that are pending."""
    money, status = _money(asked), asked.given.pop("status", None)
    if status not in (None, "pending", "paid", "failed", "canceled"):
        raise StripeError(400, "Invalid status: must be one of pending, paid, failed, or canceled", param="status")
    found = narrowed(asked, money.payouts, "destination")
    return 200, asked.page([one for one in found if status in (None, FOUND_AS.get(one["status"], one["status"]))], "/v1/payouts", money.payout)


def transactions(asked: Asked) -> Answer:
    money = _money(asked)
    found = narrowed(asked, money.transactions, "payout", "source", "type", "currency")
    return 200, asked.page(found, "/v1/balance_transactions", money.transaction)


def disputes(asked: Asked) -> Answer:
    money = _money(asked)
    found = narrowed(asked, money.disputes, "charge", "payment_intent")
    return 200, asked.page(found, "/v1/disputes", lambda one: money.dispute(one, asked.now))


def read_payout(asked: Asked) -> Answer:
    for one in _money(asked).payouts:
        if one["id"] == asked.names["id"]:
            return 200, _money(asked).payout(one)
    raise missing("payout", asked.names["id"])


def read_transaction(asked: Asked) -> Answer:
    for one in _money(asked).transactions:
        if one["id"] == asked.names["id"]:
            return 200, _money(asked).transaction(one)
    raise missing("balance transaction", asked.names["id"])


def read_dispute(asked: Asked) -> Answer:
    for one in _money(asked).disputes:
        if one["id"] == asked.names["id"]:
            return 200, _money(asked).dispute(one, asked.now)
    raise missing("dispute", asked.names["id"])


ROUTES: Routes = (
    ("GET", "/v1/payouts", payouts, "payout_read"),
    ("GET", "/v1/payouts/{id}", read_payout, "payout_read"),
    ("GET", "/v1/balance_transactions", transactions, "balance_transaction_read"),
    ("GET", "/v1/balance_transactions/{id}", read_transaction, "balance_transaction_read"),
    ("GET", "/v1/disputes", disputes, "dispute_read"),
    ("GET", "/v1/disputes/{id}", read_dispute, "dispute_read"),
)

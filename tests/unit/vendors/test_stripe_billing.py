# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions, payouts and disputes of Stripe: what is read, what is sent, and what is not sent again."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import dispute_info, payout_info, subscription, subscription_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import Json, Stripe, error, of_module, page
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_billing_answers import (
    BEGAN,
    DISPUTE,
    DISPUTED,
    INVOICE,
    ITEM,
    PAID,
    PAID_OUT,
    PAST_DUE,
    PAYOUT,
    SEE,
    SUBSCRIPTION,
    keep,
    payment,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import LOST

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_fixtures"]
SUB, PAYMENTS, PAY = "/v1/subscriptions/sub_1", "/v1/invoice_payments", "/v1/invoices/in_1/pay"


# -- reading
def test_a_period_is_that_of_the_item_and_of_the_subscription_before_2025(stripe_script: Stripe) -> None:
    bare = {key: value for key, value in ITEM.items() if not key.startswith("current_period")}
    older = {**SUBSCRIPTION, "current_period_start": 1, "current_period_end": 2, "items": {"data": [bare, {**ITEM, "id": "si_2"}]}}
    stripe_script.on("GET", SUB, older)
    items = of_module(subscription_info.execute, **{**SEE, "subscription": "sub_1"})["subscriptions"][0]["subscription_items"]
    assert [(one["current_period_start"], one["current_period_end"]) for one in items] == [(1, 2), (BEGAN, BEGAN + 30 * 86400)]


def test_an_invoice_that_is_not_expanded_is_known_by_its_id_alone(stripe_script: Stripe) -> None:
    stripe_script.on("GET", SUB, {**SUBSCRIPTION, "latest_invoice": "in_1"})
    seen = of_module(subscription_info.execute, **{**SEE, "subscription": "sub_1"})["subscriptions"][0]["latest_invoice"]
    assert (seen["id"], seen["status"], seen["amount_due"]) == ("in_1", None, None)


@pytest.mark.parametrize(
    ("arrives", "settled"),
    [
        ("2026-11-16", "2026-11-24"),  # Monday to Monday
        ("2026-11-20", "2026-11-28"),  # Friday
        ("2026-11-21", "2026-11-28"),  # Saturday
        ("2026-11-22", "2026-11-28"),  # Sunday
        ("1970-01-01", "1970-01-09"),  # Thursday
    ],
)
def test_five_business_days_end_with_the_fifth(arrives: str, settled: str) -> None:
    """Up to the midnight after it."""

    def moment(day: str) -> int:
        return int(datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp())

    assert payout_info.settled(moment(arrives)) == moment(settled)


@pytest.mark.parametrize(("status", "days", "final"), [("paid", 0, False), ("paid", 9, True), ("failed", 0, True), ("canceled", 0, True), ("new", 99, False)])
def test_whether_the_status_of_a_payout_stays(stripe_script: Stripe, stripe_time: t.Any, status: str, days: int, final: bool) -> None:
    stripe_script.on("GET", "/v1/payouts/po_1", {**PAYOUT, "status": status, "arrival_date": int(stripe_time.now) - days * 86400})
    assert of_module(payout_info.execute, **{**PAID_OUT, "payout": "po_1"})["payouts"][0]["final"] is final


@pytest.mark.parametrize(
    ("path", "execute", "options", "body"),
    [
        (SUB, subscription_info.execute, {**SEE, "subscription": "sub_1"}, {**SUBSCRIPTION, "status": 3}),
        (SUB, subscription_info.execute, {**SEE, "subscription": "sub_1"}, {**SUBSCRIPTION, "pause_collection": {"behavior": None}}),
        (SUB, subscription_info.execute, {**SEE, "subscription": "sub_1"}, {**SUBSCRIPTION, "pause_collection": {"behavior": "void", "resumes_at": "x"}}),
        ("/v1/payouts/po_1", payout_info.execute, {**PAID_OUT, "payout": "po_1"}, {**PAYOUT, "amount": "10.00"}),
        ("/v1/disputes/du_1", dispute_info.execute, {**DISPUTED, "dispute": "du_1"}, {**DISPUTE, "amount": None}),
    ],
)
def test_what_lacks_what_must_be_known_is_no_answer(stripe_script: Stripe, path: str, execute: t.Any, options: Json, body: Json) -> None:
    stripe_script.on("GET", path, body)
    assert of_module(execute, **options)["failure"]["code"] == "missing_field"


# -- paying
def test_a_lost_payment_is_looked_for_and_sent_again_with_its_key(stripe_script: Stripe) -> None:
    stripe_script.on("GET", SUB, PAST_DUE, SUBSCRIPTION)
    stripe_script.on("GET", PAYMENTS, page(payment()))
    stripe_script.on("POST", PAY, LOST, PAID)
    assert of_module(subscription.execute, **keep(pay=True))["changed"]
    keys = [key for key in stripe_script.keys if key]
    assert len(keys) == 2 and len(set(keys)) == 1


def test_a_refused_card_is_asked_once_and_its_reason_told(stripe_script: Stripe) -> None:
    stripe_script.on("GET", SUB, PAST_DUE)
    stripe_script.on("GET", PAYMENTS, page(payment()))
    stripe_script.on("POST", PAY, (402, error("Your card was declined.", "card_declined", "card_error", decline_code="lost_card")))
    for _number in range(2):
        result = of_module(subscription.execute, **keep(pay=True))
        assert (result["failure"]["kind"], result["failure"]["code"]) == ("failed", "card_declined") and "lost_card" in result["msg"]
    keys = [key for key in stripe_script.keys if key]
    # Each run asks anew: with a lasting key the vendor would answer from its memory.
    assert len(keys) == len(set(keys)) == 2


@pytest.mark.parametrize("status", ["processing", "requires_capture"])
def test_nothing_is_collected_while_a_bank_is_at_it(stripe_script: Stripe, status: str) -> None:
    stripe_script.on("GET", SUB, PAST_DUE)
    stripe_script.on("GET", PAYMENTS, page(payment(status)))
    for check in (True, False):
        assert of_module(subscription.execute, check, **keep(pay=True))["failure"]["code"] == "processing"
    assert not [request for request in stripe_script.asked if request.startswith("POST")]


def test_a_payment_that_does_not_say_how_far_it_is_stops_it(stripe_script: Stripe) -> None:
    stripe_script.on("GET", SUB, PAST_DUE)
    stripe_script.on("GET", PAYMENTS, page({"id": "inpay_1", "status": "open", "payment": {"type": "payment_intent", "payment_intent": "pi_2"}}))
    assert of_module(subscription.execute, **keep(pay=True))["failure"]["code"] == "missing_field"


@pytest.mark.parametrize("status", ["draft", "void", "uncollectible", None, "new"])
def test_what_is_no_open_invoice_is_not_paid(stripe_script: Stripe, status: str | None) -> None:
    stripe_script.on("GET", SUB, {**PAST_DUE, "latest_invoice": {**INVOICE, "status": status}})
    assert of_module(subscription.execute, **keep(pay=True))["failure"]["code"] == "invoice"


def test_a_subscription_that_stays_as_it_was_after_its_invoice_was_paid_is_told(stripe_script: Stripe, stripe_time: t.Any) -> None:
    stripe_script.on("GET", SUB, PAST_DUE, {**PAST_DUE, "latest_invoice": PAID})
    stripe_script.on("GET", PAYMENTS, page())
    stripe_script.on("POST", PAY, PAID)
    failure = of_module(subscription.execute, **keep(pay=True))["failure"]
    assert failure["kind"] == "timeout" and "invoices" in failure["hint"]
    # And the next run does not pay again, but waits.
    result = of_module(subscription.execute, **keep(pay=True))
    assert result["failure"]["kind"] == "timeout" and stripe_script.asked.count(f"POST {PAY}") == 1


# -- what is sent
def test_what_is_set_and_what_is_emptied(stripe_script: Stripe) -> None:
    pause = {"behavior": "void", "resumes_at": 2_000_000_000}
    both = {**SUBSCRIPTION, "cancel_at": 2_000_000_000, "pause_collection": pause}
    stripe_script.on("GET", SUB, SUBSCRIPTION, both)
    stripe_script.on("POST", SUB, {**SUBSCRIPTION, "pause_collection": pause}, SUBSCRIPTION)
    assert of_module(subscription.execute, **keep(state="paused", pause="collection", **pause))["changed"]
    assert stripe_script.form(1) == {"pause_collection[behavior]": "void", "pause_collection[resumes_at]": "2000000000", "expand[0]": "latest_invoice"}
    assert of_module(subscription.execute, **keep())["changed"]
    assert stripe_script.form(3) == {"cancel_at": "", "pause_collection": "", "expand[0]": "latest_invoice"}


def test_an_end_of_its_own_is_not_changed_for_that_of_the_period(stripe_script: Stripe) -> None:
    stripe_script.on("GET", SUB, {**SUBSCRIPTION, "cancel_at": 2_000_000_000}, {**SUBSCRIPTION, "cancel_at": ITEM["current_period_end"]})
    later = keep(state="canceled", when="period_end")
    assert of_module(subscription.execute, **later)["failure"]["code"] == "cancel_at"
    assert of_module(subscription.execute, **later)["changed"] is False


def test_another_state_than_was_asked_for_is_told(stripe_script: Stripe) -> None:
    stripe_script.on("GET", SUB, SUBSCRIPTION)
    stripe_script.on("POST", SUB, SUBSCRIPTION)
    stripe_script.on("POST", f"{SUB}/pause", SUBSCRIPTION)
    stripe_script.on("DELETE", SUB, SUBSCRIPTION)
    for wish in (
        {"state": "paused", "pause": "collection", "behavior": "void"},
        {"state": "paused", "pause": "subscription"},
        {"state": "canceled", "when": "period_end"},
        {"state": "canceled", "when": "now", "allow": "destroy"},
    ):
        assert of_module(subscription.execute, **keep(**wish))["failure"]["kind"] == "failed", wish


@pytest.mark.parametrize(("version", "requests"), [("2026-08-27.basil", 0), ("2026-09-30.dahlia", 2), (None, 2)])
def test_a_version_that_knows_no_pause_is_refused_before_it_is_asked(stripe_script: Stripe, version: str | None, requests: int) -> None:
    stripe_script.on("GET", SUB, SUBSCRIPTION)
    stripe_script.on("POST", f"{SUB}/pause", {**SUBSCRIPTION, "status": "paused"})
    result = of_module(subscription.execute, **keep(state="paused", pause="subscription", version=version))
    assert (len(stripe_script.asked), result.get("failure", {}).get("kind")) == (requests, None if requests else "invalid")

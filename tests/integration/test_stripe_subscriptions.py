# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_subscription and stripe_subscription_info against the sandbox: paid, paused and canceled once, whatever happens on the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_customer_info, stripe_subscription, stripe_subscription_info
from tests.integration.stripe_shop import breaks, cards, changes, check_planned_and_done, run
from tests.integration.tasks import Json, asked

PAY, UPDATE = "POST /v1/invoices/{id}/pay", "POST /v1/subscriptions/{id}"
# Of the sandbox's subscriptions, by what they are.
ACTIVE, PAST_DUE, TRIALING, CANCELED, UNPAID, INCOMPLETE, PAUSED, DRAFTED, SENT, ENDING = 0, 1, 2, 3, 5, 6, 8, 9, 10, 11
DECLINED, CONFIRM, SCHEDULED, PROCESSING, EXPIRED = 13, 16, 19, 21, 46
NEVER = {"state": "canceled", "when": "now", "allow": "destroy"}
LATER = {"state": "canceled", "when": "period_end"}
AWAY = {"state": "paused", "pause": "subscription"}
HELD = {"state": "paused", "pause": "collection", "behavior": "void"}


def look(sandbox: t.Any, **options: t.Any) -> list[Json]:
    result = run(sandbox, stripe_subscription_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["subscriptions"])


def number(sandbox: t.Any, wanted: int) -> Json:
    """The subscription of this number, which belongs to a customer of its own."""
    found = look(sandbox, customer=f"customer-{3 * wanted + 1:04d}@example.com", status="all")
    assert [one["metadata"] for one in found] == [{"number": str(wanted)}]
    return found[0]


def keep(sandbox: t.Any, one: Json, check: bool = False, **options: t.Any) -> Json:
    return run(sandbox, stripe_subscription, check, subscription=one["id"], **{"state": "active", **options})


def done(sandbox: t.Any, one: Json, **options: t.Any) -> Json:
    return check_planned_and_done(sandbox, stripe_subscription, subscription=one["id"], **{"state": "active", **options})


# -- looking
def test_subscriptions_by_id_customer_and_status(sandbox: t.Any) -> None:
    one = number(sandbox, PAST_DUE)
    assert (one["status"], one["latest_invoice"]["status"], one["latest_invoice"]["amount_remaining"]) == (
        "past_due",
        "open",
        one["subscription_items"][0]["unit_amount"],
    )
    assert (
        one["subscription_items"][0]["current_period_end"] > one["subscription_items"][0]["current_period_start"]
        and one["subscription_items"][0]["interval"] == "month"
    )
    assert look(sandbox, subscription=one["id"]) == look(sandbox, customer=one["customer"]) == [one]
    assert one["id"] in [found["id"] for found in look(sandbox, status="past_due", limit=100)]
    assert {found["status"] for found in look(sandbox, status="ended", limit=100)} == {"canceled", "incomplete_expired"}
    assert "canceled" not in {found["status"] for found in look(sandbox, limit=100)}
    assert [found["metadata"]["number"] for found in look(sandbox, max_age="3h", status="all")] == ["0", "1"]


@pytest.mark.parametrize(("limit", "pages"), [(1, 1), (100, 1), (101, 2), (1000, 6)])
def test_no_more_pages_than_are_needed(sandbox: t.Any, limit: int, pages: int) -> None:
    result = run(sandbox, stripe_subscription_info, status="all", limit=limit)
    assert (len(result["subscriptions"]), asked(result)) == (min(limit, 600), ["list_subscriptions"] * pages)


def test_an_application_s_copies_are_compared_with_stripe(sandbox: t.Any) -> None:
    """What Stripe says is the truth: nothing is written there to make a copy right."""
    active, past_due, gone = (number(sandbox, wanted)["id"] for wanted in (ACTIVE, PAST_DUE, CANCELED))
    copies = {active: "ACTIVE", past_due: "ACTIVE", gone: "Cancelled", "sub_none": "ACTIVE"}
    result = run(sandbox, stripe_subscription_info, copies=copies)
    assert result["differences"] == [
        {"subscription": past_due, "copy_status": "ACTIVE", "status": "past_due"},
        {"subscription": "sub_none", "copy_status": "ACTIVE", "status": None},
    ]
    assert [one["id"] for one in result["subscriptions"]] == [active, past_due, gone] and asked(result) == ["get_subscription"] * 4
    assert run(sandbox, stripe_subscription_info, copies={})["differences"] == [] and changes(sandbox) == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"subscription": "sub_none"}, "not_found"),
        ({"subscription": "in_1"}, "invalid"),
        ({"customer": "nobody@example.com"}, "not_found"),
        ({"copies": {"cus_1": "ACTIVE"}}, "invalid"),
        ({"copies": {f"sub_{number}": "ACTIVE" for number in range(101)}}, "invalid"),
        ({"limit": 0}, "invalid"),
    ],
)
def test_what_cannot_be_looked_for_is_told(sandbox: t.Any, options: Json, kind: str) -> None:
    failure = run(sandbox, stripe_subscription_info, **options)["failure"]
    assert failure["kind"] == kind and failure["hint"]


# -- paying
@pytest.mark.parametrize("wanted", [PAST_DUE, UNPAID, INCOMPLETE])
def test_the_open_invoice_is_paid_once(sandbox: t.Any, wanted: int) -> None:
    one = number(sandbox, wanted)
    paid = done(sandbox, one, pay=True)
    assert (paid["subscription"]["status"], paid["subscription"]["latest_invoice"]["status"]) == ("active", "paid")
    assert asked(paid) == ["get_subscription", "list_invoice_payments", "pay_invoice", "get_subscription"]
    assert paid["diff"] == {"before": {"status": one["status"], "invoice": "open"}, "after": {"status": "active", "invoice": "paid"}}
    assert f"{one['latest_invoice']['amount_due']} eur" in paid["changes"][0]["target"] and changes(sandbox) == [PAY]


def test_without_pay_the_amount_is_told_and_nothing_collected(sandbox: t.Any) -> None:
    one = number(sandbox, PAST_DUE)
    failed = keep(sandbox, one)
    assert failed["failure"]["code"] == "unpaid" and f"{one['latest_invoice']['amount_due']} eur" in failed["msg"] and changes(sandbox) == []


def test_a_card_that_is_refused_is_asked_once_and_again_when_it_is_good(sandbox: t.Any) -> None:
    """Not answered from the vendor's memory of the refusal."""
    one = number(sandbox, DECLINED)
    failed = keep(sandbox, one, pay=True)
    assert (failed["failure"]["kind"], failed["failure"]["status"], failed["failure"]["code"]) == ("failed", 402, "card_declined")
    assert "insufficient_funds" in failed["msg"] and asked(failed).count("pay_invoice") == 1
    assert keep(sandbox, one, pay=True)["failure"]["status"] == 402
    cards(sandbox, "good")
    assert keep(sandbox, one, pay=True)["subscription"]["status"] == "active"
    assert changes(sandbox) == [PAY] and look(sandbox, subscription=one["id"])[0]["latest_invoice"]["status"] == "paid"


@pytest.mark.parametrize(
    "fault", [{"kind": kind} for kind in ("lost", "truncated", "reset", "garbage")] + [{"kind": "rate_limited", "retry_after": 2}], ids=str
)
def test_whatever_happens_to_the_request_it_is_paid_once(sandbox: t.Any, fault: Json) -> None:
    one = number(sandbox, PAST_DUE)
    sandbox.fault(**{"vendor": "stripe", "changes": True, **fault})
    assert keep(sandbox, one, pay=True)["subscription"]["status"] == "active"
    assert not keep(sandbox, one, pay=True)["changed"] and changes(sandbox) == [PAY]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_error_that_stripe_keeps_is_outlived(sandbox: t.Any, when: str) -> None:
    one = number(sandbox, PAST_DUE)
    breaks(sandbox, when)
    assert keep(sandbox, one, pay=True)["subscription"]["status"] == "active"
    assert changes(sandbox) == [PAY]


def test_an_invoice_that_somebody_else_pays_meanwhile_is_not_paid_twice(sandbox: t.Any) -> None:
    one = number(sandbox, PAST_DUE)
    stale = {**raw(sandbox, one), "status": "past_due"}
    assert keep(sandbox, one, pay=True)["changed"]
    sandbox.fault("body", vendor="stripe", operation="GET /v1/subscriptions/{id}", body=stale)
    again = keep(sandbox, one, pay=True)
    assert again["subscription"]["latest_invoice"]["status"] == "paid" and changes(sandbox) == [PAY]


def raw(sandbox: t.Any, one: Json) -> Json:
    import requests

    known = sandbox.run["stripe"]
    headers = {"Authorization": f"Bearer {known['api_key']}"}
    answer = requests.get(f"{known['url']}/v1/subscriptions/{one['id']}", params={"expand[]": "latest_invoice"}, headers=headers, timeout=10)
    return t.cast("Json", answer.json())


def test_a_payment_that_takes_days_is_told(sandbox: t.Any) -> None:
    one = number(sandbox, PAST_DUE)
    invoice = {**raw(sandbox, one)["latest_invoice"], "status": "open"}
    sandbox.fault("body", vendor="stripe", changes=True, body=invoice)
    assert keep(sandbox, one, pay=True)["failure"]["code"] == "processing"


# -- pausing
def test_collection_is_paused_and_goes_on(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    held = done(sandbox, one, **HELD)
    assert (held["subscription"]["status"], held["subscription"]["pause_collection"]) == ("active", {"behavior": "void", "resumes_at": None})
    assert asked(held) == ["get_subscription", "update_subscription"]
    until = one["subscription_items"][0]["current_period_end"]
    assert done(sandbox, one, **HELD, resumes_at=until)["diff"]["after"] == {"pause_collection": {"behavior": "void", "resumes_at": until}}
    # The end that is there is kept, unless it is to be none.
    kept = done(sandbox, one, **{**HELD, "behavior": "keep_as_draft"})
    assert kept["subscription"]["pause_collection"] == {"behavior": "keep_as_draft", "resumes_at": until}
    assert done(sandbox, one, **HELD, resumes_at=0)["subscription"]["pause_collection"]["resumes_at"] is None
    assert done(sandbox, one)["subscription"]["pause_collection"] is None
    assert changes(sandbox) == [UPDATE] * 5


def test_the_subscription_itself_is_paused_and_resumed(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    away = done(sandbox, one, **AWAY, invoicing_behavior="pending_invoice_item")
    assert away["subscription"]["status"] == "paused" and asked(away) == ["get_subscription", "pause_subscription"]
    assert keep(sandbox, one)["failure"]["code"] == "billing_cycle_anchor"
    assert keep(sandbox, one, **HELD)["failure"]["code"] == "paused"
    back = done(sandbox, one, billing_cycle_anchor="unchanged", proration_behavior="none")
    assert back["diff"] == {"before": {"status": "paused"}, "after": {"status": "active"}}
    done(sandbox, one, **AWAY)
    anew = done(sandbox, one, billing_cycle_anchor="now")
    assert anew["subscription"]["latest_invoice"]["id"] != one["latest_invoice"]["id"]


def test_what_is_resumed_and_not_paid_is_paid_and_not_billed_twice(sandbox: t.Any) -> None:
    one = number(sandbox, PAUSED)
    cards(sandbox, "bad")
    assert keep(sandbox, one, billing_cycle_anchor="now")["failure"]["code"] == "not_paid"
    assert keep(sandbox, one, billing_cycle_anchor="now")["failure"]["code"] == "unpaid"
    cards(sandbox, "good")
    assert keep(sandbox, one, billing_cycle_anchor="now", pay=True)["subscription"]["status"] == "active"
    assert changes(sandbox) == ["POST /v1/subscriptions/{id}/resume", PAY]


# -- canceling
def test_it_ends_with_its_period_and_that_is_taken_back(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    ending = done(sandbox, one, **LATER)
    assert ending["subscription"]["cancel_at"] == one["subscription_items"][0]["current_period_end"]
    assert ending["diff"] == {"before": {"cancel_at_period_end": False}, "after": {"cancel_at_period_end": True}}
    back = done(sandbox, one)
    assert (back["subscription"]["cancel_at_period_end"], back["subscription"]["cancel_at"]) == (False, None)
    assert keep(sandbox, number(sandbox, ENDING), **LATER)["changed"] is False
    assert changes(sandbox) == [UPDATE] * 2


def test_it_is_canceled_now_with_consent_alone(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    for check in (True, False):
        failed = keep(sandbox, one, check, **{**NEVER, "allow": "change"})
        assert (failed["failure"]["kind"], failed["failure"]["code"]) == ("refused", "allow")
    gone = done(sandbox, one, **NEVER, prorate=True, invoice_now=True)
    assert gone["subscription"]["status"] == "canceled" and gone["subscription"]["ended_at"]
    assert asked(gone) == ["get_subscription", "cancel_subscription"]
    # It has ended, so it is canceled, however that is said; and it never comes back.
    assert keep(sandbox, one, **LATER)["changed"] is False
    assert keep(sandbox, one)["failure"]["code"] == "ended"
    assert changes(sandbox) == ["DELETE /v1/subscriptions/{id}"]


def test_one_that_ended_meanwhile_is_canceled(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    stale = raw(sandbox, one)
    keep(sandbox, one, **NEVER)
    sandbox.fault("body", vendor="stripe", operation="GET /v1/subscriptions/{id}", body=stale)
    again = keep(sandbox, one, **NEVER)
    assert again["subscription"]["status"] == "canceled" and changes(sandbox) == ["DELETE /v1/subscriptions/{id}"]


def test_all_that_stands_against_it_is_taken_away_at_once(sandbox: t.Any) -> None:
    one = number(sandbox, PAST_DUE)
    keep(sandbox, one, **HELD)
    keep(sandbox, one, **LATER)
    both = done(sandbox, one, pay=True)
    assert [change["operation"] for change in both["changes"]] == ["update_subscription", "pay_invoice"]
    assert both["subscription"]["pause_collection"] is None and both["subscription"]["status"] == "active"


# -- refusing
@pytest.mark.parametrize(
    ("wanted", "options", "kind", "code"),
    [
        (CANCELED, {}, "refused", "ended"),
        (EXPIRED, {"pay": True}, "refused", "ended"),
        (CANCELED, AWAY, "refused", "ended"),
        (CANCELED, HELD, "refused", "ended"),
        (SENT, {"pay": True}, "refused", "send_invoice"),
        (PROCESSING, {"pay": True}, "refused", "processing"),
        (SCHEDULED, AWAY, "refused", "schedule"),
        (SCHEDULED, LATER, "refused", "schedule"),
        (UNPAID, AWAY, "refused", "not_pausable"),
        (PAUSED, {}, "refused", "billing_cycle_anchor"),
        (PAUSED, LATER, "refused", "paused"),
        (ACTIVE, {"when": "now"}, "invalid", ""),
        (ACTIVE, {**HELD, "invoicing_behavior": "invoice"}, "invalid", ""),
        (ACTIVE, {**HELD, "resumes_at": 1000}, "invalid", ""),
        (ACTIVE, {**LATER, "prorate": True}, "invalid", ""),
        (ACTIVE, {**LATER, "allow": "read"}, "refused", "allow"),
    ],
)
def test_what_must_not_pass_is_refused(sandbox: t.Any, wanted: int, options: Json, kind: str, code: str) -> None:
    one = number(sandbox, wanted)
    for check in (True, False):
        failed = keep(sandbox, one, check, **options)
        assert (failed["failure"]["kind"], failed["failure"]["code"]) == (kind, code), failed["msg"]
        assert failed["failure"]["hint"]
    assert changes(sandbox) == []


def test_an_owner_who_is_to_confirm_is_told(sandbox: t.Any) -> None:
    failed = keep(sandbox, number(sandbox, CONFIRM), pay=True)
    assert (failed["failure"]["kind"], failed["failure"]["code"]) == ("failed", "invoice_payment_intent_requires_action") and changes(sandbox) == []


@pytest.mark.parametrize("options", [{}, AWAY, HELD, LATER, NEVER], ids=str)
def test_a_status_that_nobody_knows_is_refused(sandbox: t.Any, options: Json) -> None:
    one = number(sandbox, ACTIVE)
    sandbox.fault("body", vendor="stripe", body={**raw(sandbox, one), "status": "hibernating"})
    assert keep(sandbox, one, **options)["failure"]["code"] == "status" and changes(sandbox) == []


@pytest.mark.parametrize(
    "changed", [{"items": None}, {"cancel_at_period_end": None}, {"pause_collection": "void"}, {"cancel_at": "soon"}, {"status": None}], ids=str
)
def test_an_answer_that_says_not_how_it_is_is_no_answer(sandbox: t.Any, changed: Json) -> None:
    one = number(sandbox, ACTIVE)
    sandbox.fault("body", vendor="stripe", body={**raw(sandbox, one), **changed})
    assert keep(sandbox, one)["failure"]["kind"] == "protocol"


# -- whom it is about
def test_a_customer_names_the_one_subscription(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    for customer, requests in ((one["customer"], ["list_subscriptions"]), ("customer-0001@example.com", ["list_customers", "list_subscriptions"])):
        result = run(sandbox, stripe_subscription, customer=customer, state="active")
        assert (result["subscription"]["id"], result["changed"], asked(result)) == (one["id"], False, requests)
    # One that has ended alone is what is meant.
    assert run(sandbox, stripe_subscription, customer=number(sandbox, CANCELED)["customer"], state="canceled", when="now")["changed"] is False
    assert run(sandbox, stripe_subscription, customer="customer-0002@example.com", state="active")["failure"]["kind"] == "not_found"
    two = [raw(sandbox, number(sandbox, wanted)) for wanted in (ACTIVE, PAST_DUE)]
    sandbox.fault("body", vendor="stripe", body={"object": "list", "url": "/v1/subscriptions", "has_more": False, "data": two})
    failed = run(sandbox, stripe_subscription, customer=one["customer"], state="active")
    assert failed["failure"]["code"] == "two_of_a_name" and all(item["id"] in failed["msg"] for item in two)


def test_one_in_its_trial_goes_on(sandbox: t.Any) -> None:
    assert keep(sandbox, number(sandbox, TRIALING))["changed"] is False
    assert done(sandbox, number(sandbox, DRAFTED))["subscription"]["pause_collection"] is None


def test_text_of_the_vendor_is_plain(sandbox: t.Any) -> None:
    one = number(sandbox, ACTIVE)
    evil = "{{ lookup('pipe', 'id') }} \x1b[2J"
    sandbox.fault("body", vendor="stripe", body={**raw(sandbox, one), "metadata": {"note": evil}, "collection_method": evil})
    seen = look(sandbox, subscription=one["id"])[0]
    assert "\x1b" not in seen["metadata"]["note"] + seen["collection_method"]


def test_one_that_a_schedule_drives_is_held_and_canceled_now(sandbox: t.Any) -> None:
    one = number(sandbox, SCHEDULED)
    assert one["schedule"] and done(sandbox, one, **HELD)["subscription"]["schedule"] == one["schedule"]
    assert done(sandbox, one)["subscription"]["pause_collection"] is None
    assert done(sandbox, one, **NEVER)["subscription"]["status"] == "canceled"


def test_a_limit_of_requests_is_waited_out(sandbox: t.Any) -> None:
    """Forty pages of customers, where a second of test mode has room for twenty-five requests."""
    sandbox.scenario("bad-release", scale=200, stripe_rate_limits="second")
    options = {"api_key": sandbox.run["stripe"]["test_key"], "mode": "test", "limit": 10_000}
    result = run(sandbox, stripe_customer_info, **options)
    assert len(result["customers"]) == 4000, result.get("msg")
    statuses = [step["status"] for step in result["steps"]]
    assert statuses.count(200) == 40 and 429 in statuses

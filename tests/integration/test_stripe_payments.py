# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_payment_info and stripe_refund against the sandbox: found, and given back once, whatever happens on the way."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_payment_info, stripe_refund
from tests.integration.stripe_shop import breaks, changes, check_planned_and_done, run
from tests.integration.tasks import Json, asked

REFUND = "POST /v1/refunds"


def look(sandbox: t.Any, **options: t.Any) -> list[Json]:
    result = run(sandbox, stripe_payment_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["payments"])


def paid(sandbox: t.Any, number: int = 7) -> Json:
    found = look(sandbox, customer=f"customer-{number:04d}@example.com")
    return next(one for one in found if one["metadata"]["order"] == str(10_000 + number))


def refund(sandbox: t.Any, payment: Json, check: bool = False, **options: t.Any) -> Json:
    return run(sandbox, stripe_refund, check, **{"payment_intent": payment["id"], "key": "returned", **options})


# -- looking
def test_payments_of_a_customer(sandbox: t.Any) -> None:
    result = run(sandbox, stripe_payment_info, customer="customer-0007@example.com")
    assert asked(result) == ["list_customers", "list_payment_intents"] and len(result["payments"]) == 2
    newest = result["payments"][0]
    assert (newest["status"], newest["amount_received"], newest["amount_refunded"], newest["disputed"]) == ("succeeded", newest["amount"], 0, False)
    assert look(sandbox, payment_intent=newest["id"]) == [newest]
    assert look(sandbox, customer=newest["customer"], limit=1) == [newest]


@pytest.mark.parametrize(("limit", "pages"), [(1, 1), (100, 1), (101, 2), (250, 3)])
def test_no_more_pages_than_are_needed(sandbox: t.Any, limit: int, pages: int) -> None:
    result = run(sandbox, stripe_payment_info, limit=limit)
    assert (len(result["payments"]), len(result["steps"])) == (limit, pages)
    assert sum(int(entry["query"]["limit"]) for entry in sandbox.journal(vendor="stripe")) == limit


def test_payments_by_state_and_age(sandbox: t.Any) -> None:
    failed = look(sandbox, status=["requires_payment_method"], limit=3)
    assert [one["error"]["decline_code"] for one in failed] == ["insufficient_funds"] * 3 and failed[0]["amount_received"] == 0
    canceled = look(sandbox, status=["canceled"], limit=1)[0]
    assert (canceled["charge"], canceled["amount_refunded"], canceled["disputed"]) == (None, None, None)
    assert len(look(sandbox, max_age="24h")) == 12
    assert run(sandbox, stripe_payment_info, status=["requires_action"], max_age="720h")["payments"] == []


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"payment_intent": "ch_1"}, "invalid"),
        ({"payment_intent": "pi_none"}, "not_found"),
        ({"customer": "nobody@example.com"}, "not_found"),
        ({"customer": "somebody"}, "invalid"),
        ({"limit": 0}, "invalid"),
        ({"max_age": "young"}, "invalid"),
    ],
)
def test_what_cannot_be_looked_for_is_told(sandbox: t.Any, options: Json, kind: str) -> None:
    failure = run(sandbox, stripe_payment_info, **options)["failure"]
    assert failure["kind"] == kind and failure["hint"]


# -- refunding
def test_a_part_and_then_the_rest(sandbox: t.Any) -> None:
    payment = paid(sandbox)
    part = check_planned_and_done(
        sandbox, stripe_refund, payment_intent=payment["id"], key="damaged", amount=300, currency="eur", reason="requested_by_customer"
    )
    assert (part["refund"]["amount"], part["refund"]["status"], part["refund"]["key"]) == (300, "succeeded", "damaged")
    assert asked(part) == ["list_refunds", "get_payment_intent", "create_refund"]
    assert part["diff"] == {"before": {"amount_refunded": 0}, "after": {"amount_refunded": 300}}
    rest = check_planned_and_done(sandbox, stripe_refund, charge=payment["charge"], key="returned")
    assert rest["refund"]["amount"] == payment["amount"] - 300 and asked(rest)[1] == "get_charge"
    assert paid(sandbox)["amount_refunded"] == payment["amount"]
    again = refund(sandbox, payment)
    assert (again["changed"], again["refund"], asked(again)) == (False, rest["refund"], ["list_refunds"])
    assert refund(sandbox, payment, key="once more")["failure"]["code"] == "charge_already_refunded"
    assert changes(sandbox) == [REFUND, REFUND]


@pytest.mark.parametrize(
    "fault", [{"kind": kind} for kind in ("lost", "truncated", "reset", "garbage")] + [{"kind": "rate_limited", "retry_after": 2}], ids=str
)
def test_whatever_happens_to_the_request_it_is_given_back_once(sandbox: t.Any, fault: Json) -> None:
    payment = paid(sandbox)
    sandbox.fault(**{"vendor": "stripe", "changes": True, **fault})
    assert refund(sandbox, payment, amount=100)["refund"]["amount"] == 100
    assert not refund(sandbox, payment, amount=100)["changed"]
    assert (changes(sandbox), paid(sandbox)["amount_refunded"]) == ([REFUND], 100)


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_error_that_stripe_keeps_is_outlived(sandbox: t.Any, when: str) -> None:
    payment = paid(sandbox)
    breaks(sandbox, when)
    done = refund(sandbox, payment, amount=100)
    assert done["changed"] and done["refund"]["key"] == "returned"
    assert (changes(sandbox), paid(sandbox)["amount_refunded"]) == ([REFUND], 100)


def test_two_runs_with_one_key_have_one_idempotency_key(sandbox: t.Any) -> None:
    """Also when the second does not see yet what the first has done."""
    payment = paid(sandbox)
    first = refund(sandbox, payment, amount=100)
    nothing = {"object": "list", "url": "/v1/refunds", "has_more": False, "data": []}
    sandbox.fault("body", vendor="stripe", operation="GET /v1/refunds", body=nothing)
    assert refund(sandbox, payment, amount=100)["refund"] == first["refund"]
    assert changes(sandbox) == [REFUND]


@pytest.mark.parametrize(
    ("number", "options", "kind", "code"),
    [
        (61, {}, "refused", "charge_disputed"),
        (13, {}, "refused", "not_paid"),
        (37, {}, "refused", "not_paid"),
        (41, {}, "refused", "not_paid"),
        (19, {}, "refused", "charge_already_refunded"),
        (7, {"amount": 10**9}, "refused", "amount"),
        (7, {"amount": 0}, "invalid", ""),
        (7, {"currency": "usd"}, "refused", "currency"),
        (7, {"key": " "}, "invalid", ""),
        (7, {"allow": "read"}, "refused", "allow"),
        (7, {"payment_intent": "pi_none"}, "not_found", "resource_missing"),
        (7, {"payment_intent": "ch_1"}, "invalid", ""),
    ],
)
def test_what_must_not_pass_is_refused(sandbox: t.Any, number: int, options: Json, kind: str, code: str) -> None:
    for check in (True, False):
        failed = refund(sandbox, paid(sandbox, number), check, **options)
        assert (failed["failure"]["kind"], failed["failure"]["code"]) == (kind, code), failed["msg"]
    assert changes(sandbox) == []


def test_a_key_stands_for_one_amount(sandbox: t.Any) -> None:
    payment = paid(sandbox)
    refund(sandbox, payment, amount=100)
    assert refund(sandbox, payment, amount=200)["failure"]["code"] == "key"
    assert changes(sandbox) == [REFUND]


@pytest.mark.parametrize("status", ["failed", "canceled", "hibernating", None])
def test_a_refund_that_failed_later_is_told(sandbox: t.Any, status: str | None) -> None:
    payment = paid(sandbox)
    refund(sandbox, payment, amount=100)
    made = {"id": "re_1", "amount": 100, "status": status, "failure_reason": "expired_or_canceled_card", "metadata": {"saasops_key": "returned"}}
    sandbox.fault("body", vendor="stripe", body={"object": "list", "url": "/v1/refunds", "has_more": False, "data": [made]})
    failure = refund(sandbox, payment)["failure"]
    assert (failure["kind"], failure["code"]) == ("failed", "refund_failed") and "expired_or_canceled_card" in failure["message"]
    assert changes(sandbox) == [REFUND]

# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_payout_info and stripe_dispute_info against the sandbox: amounts, deadlines, and statuses that tell less than they seem to."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_dispute_info, stripe_payout_info
from tests.integration.stripe_shop import changes, run
from tests.integration.tasks import Json, asked


def payouts(sandbox: t.Any, **options: t.Any) -> list[Json]:
    result = run(sandbox, stripe_payout_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["payouts"])


def disputes(sandbox: t.Any, **options: t.Any) -> list[Json]:
    result = run(sandbox, stripe_dispute_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["disputes"])


# -- payouts
def test_what_is_on_its_way_is_told_from_what_is_pending(sandbox: t.Any) -> None:
    """Stripe lists both as pending, and takes no filter for the one."""
    assert [one["status"] for one in payouts(sandbox, status=["pending"])] == ["pending"]
    assert [one["status"] for one in payouts(sandbox, status=["in_transit"])] == ["in_transit"]
    assert [one["status"] for one in payouts(sandbox, status=["in_transit", "pending"])] == ["pending", "in_transit"]
    assert [entry["query"].get("status") for entry in sandbox.journal(vendor="stripe")] == ["pending"] * 3
    assert [one["status"] for one in payouts(sandbox, status=["failed", "in_transit"], limit=2)] == ["in_transit", "failed"]


def test_a_payout_that_failed_says_why(sandbox: t.Any) -> None:
    failed = payouts(sandbox, status=["failed"], max_age="30d")
    assert [(one["failure_code"], one["final"]) for one in failed] == [("account_closed", True)]
    assert failed[0]["failure_message"] and failed[0]["failure_balance_transaction"]
    assert payouts(sandbox, payout=failed[0]["id"]) == failed


def test_what_is_paid_may_still_come_back_for_five_business_days(sandbox: t.Any) -> None:
    newest = payouts(sandbox, limit=20)
    paid = [one for one in newest if one["status"] == "paid"]
    assert [one["final"] for one in paid] == sorted(one["final"] for one in paid) and {one["final"] for one in paid} == {True, False}
    assert not newest[0]["final"] and not newest[1]["final"]


def test_a_payout_and_what_it_is_made_of(sandbox: t.Any) -> None:
    one = payouts(sandbox, status=["failed"], limit=1)[0]
    result = run(sandbox, stripe_payout_info, payout=one["id"], transactions=True)
    made_of = result["transactions"]
    assert asked(result) == ["get_payout", "list_balance_transactions"]
    assert sum(entry["net"] for entry in made_of if entry["type"] != "payout") == one["amount"]
    assert [(entry["id"], entry["amount"]) for entry in made_of if entry["type"] == "payout"] == [(one["balance_transaction"], -one["amount"])]
    assert all(entry["net"] == entry["amount"] - entry["fee"] for entry in made_of)


@pytest.mark.parametrize(("limit", "pages"), [(1, 1), (100, 1), (101, 2), (1000, 2)])
def test_no_more_pages_than_are_needed(sandbox: t.Any, limit: int, pages: int) -> None:
    result = run(sandbox, stripe_payout_info, limit=limit)
    assert (len(result["payouts"]), len(result["steps"])) == (min(limit, 120), pages)


def test_a_status_that_nobody_knows_is_not_final(sandbox: t.Any) -> None:
    one = {"id": "po_1", "object": "payout", "amount": -1, "arrival_date": 0, "status": "hibernating"}
    sandbox.fault("body", vendor="stripe", body=one)
    seen = payouts(sandbox, payout="po_1")[0]
    assert (seen["status"], seen["final"], seen["amount"], seen["currency"]) == ("hibernating", False, -1, None)


# -- disputes
def test_disputes_tell_whose_turn_it_is_and_until_when(sandbox: t.Any) -> None:
    now = sandbox.clock()["now"]
    every = disputes(sandbox, limit=100)
    turns = {one["status"]: one["waits_for"] for one in every}
    assert len(every) == 30 and turns == {
        **dict.fromkeys(("needs_response", "warning_needs_response", "appeal_needs_response"), "merchant"),
        **dict.fromkeys(("under_review", "warning_under_review", "appeal_under_review"), "bank"),
        **dict.fromkeys(("won", "lost", "prevented", "warning_closed"), "nobody"),
    }
    waiting = disputes(sandbox, status=["needs_response", "warning_needs_response"])
    assert [(one["status"], one["past_due"]) for one in waiting] == [("needs_response", False), ("warning_needs_response", True)]
    assert all(abs(one["due_in_seconds"] - (one["due_by"] - now)) < 5 for one in waiting) and waiting[1]["due_in_seconds"] < 0 < waiting[0]["due_in_seconds"]
    assert all(one["due_in_seconds"] is None for one in every if one["waits_for"] != "merchant")
    assert changes(sandbox) == []


def test_a_dispute_by_its_id_its_charge_and_its_payment(sandbox: t.Any) -> None:
    one = disputes(sandbox, limit=1)[0]
    for options in ({"dispute": one["id"]}, {"charge": one["charge"]}, {"payment_intent": one["payment_intent"]}):
        result = run(sandbox, stripe_dispute_info, **options)
        assert [(seen["id"], seen["amount"]) for seen in result["disputes"]] == [(one["id"], one["amount"])] and len(asked(result)) == 1
    assert len(disputes(sandbox, max_age="14d")) == 2 and disputes(sandbox, status=["won"], limit=1)[0]["status"] == "won"


def test_a_status_that_nobody_knows_has_nobody_s_turn(sandbox: t.Any) -> None:
    one = {"id": "du_1", "object": "dispute", "amount": 1, "status": "hibernating", "evidence_details": {"due_by": 1}}
    sandbox.fault("body", vendor="stripe", body=one)
    seen = disputes(sandbox, dispute="du_1")[0]
    assert (seen["status"], seen["waits_for"], seen["due_in_seconds"], seen["due_by"]) == ("hibernating", None, None, 1)


@pytest.mark.parametrize(
    ("module", "options", "kind"),
    [
        (stripe_payout_info, {"payout": "po_none"}, "not_found"),
        (stripe_payout_info, {"payout": "in_1"}, "invalid"),
        (stripe_payout_info, {"limit": 10_001}, "invalid"),
        (stripe_dispute_info, {"dispute": "du_none"}, "not_found"),
        (stripe_dispute_info, {"dispute": "po_1"}, "invalid"),
        (stripe_dispute_info, {"charge": "pi_1"}, "invalid"),
        (stripe_dispute_info, {"limit": 0}, "invalid"),
    ],
)
def test_what_cannot_be_looked_for_is_told(sandbox: t.Any, module: t.Any, options: Json, kind: str) -> None:
    failure = run(sandbox, module, **options)["failure"]
    assert failure["kind"] == kind and failure["hint"]


@pytest.mark.parametrize("module", [stripe_payout_info, stripe_dispute_info])
def test_a_list_that_repeats_itself_ends(sandbox: t.Any, module: t.Any) -> None:
    one = {"id": "x_1", "amount": 1, "status": "paid", "arrival_date": 0}
    sandbox.fault("body", vendor="stripe", times=0, body={"object": "list", "url": "/v1/x", "has_more": True, "data": [one]})
    assert run(sandbox, module, limit=1000)["failure"]["kind"] == "protocol"

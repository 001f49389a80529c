# SPDX-License-Identifier: GPL-3.0-or-later
"""A billing cycle is billed once, whatever happens to the attempt."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_subscription_billing, shopify_subscription_contract
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

CYCLE, BILL = "subscriptionBillingCycle", "subscriptionBillingAttemptCreate"
FIRST = 26_000_000_000
# The cycle that is due, of contracts by their place: it goes well, the card is declined, the bank asks.
DUE: Json = {"contract": FIRST, "cycle": 14}
DECLINED: Json = {"contract": FIRST + 6, "cycle": 14}
ASKED: Json = {"contract": FIRST + 10, "cycle": 13}


def bill(store: Store, **options: t.Any) -> Json:
    return store.run(shopify_subscription_billing, **options)


def failed(store: Store, **options: t.Any) -> Json:
    result = bill(store, **{**DUE, **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


def effects(store: Store) -> int:
    return [effect for _name, effect in store.changes].count(True)


def test_what_is_billed_is_one_request(store: Store) -> None:
    result = bill(store, contract=FIRST, cycle=13)
    assert (result["changed"], asked(result)) == (False, [CYCLE])
    assert (result["billing"]["status"], result["billing"]["attempt"]) == ("BILLED", None)


def test_a_cycle_is_billed_once_and_its_order_told(store: Store) -> None:
    result = store.both(shopify_subscription_billing, **DUE)
    assert asked(result)[:2] == [CYCLE, BILL] and set(asked(result)[2:]) == {CYCLE} and len(asked(result)) < 12
    attempt = result["billing"]["attempt"]
    assert attempt["state"] == "succeeded" and attempt["order_name"].startswith("#") and attempt["key"].startswith("saasops-")
    assert result["diff"] == {"before": {"status": "UNBILLED"}, "after": {"status": "BILLED"}}
    again = bill(store, **DUE)
    assert again["billing"] == result["billing"]
    # Another name for it does not bill it once more.
    assert bill(store, **DUE, key="retry-2")["changed"] is False
    assert effects(store) == 1


def test_a_plan_knows_nothing_of_the_attempt_but_its_key(store: Store) -> None:
    plan = store.run(shopify_subscription_billing, check=True, **DUE)
    done = bill(store, **DUE)
    assert plan["billing"]["attempt"]["key"] == done["billing"]["attempt"]["key"]
    assert plan["billing"]["attempt"]["id"] == {"known_after": BILL}
    assert set(plan["billing"]["attempt"]) == set(done["billing"]["attempt"]) and plan["changes"] == done["changes"]


def test_a_key_is_of_the_contract_the_cycle_and_the_shop(store: Store) -> None:
    keys = set()
    for options in (DUE, DECLINED, {**DUE, "key": "other"}):
        plan = store.run(shopify_subscription_billing, check=True, **options)
        keys.add(plan["billing"]["attempt"]["key"])
    assert len(keys) == 3


def test_an_attempt_that_failed_stays_so_until_another_is_named(store: Store) -> None:
    for _number in range(2):
        failure = failed(store, **DECLINED)
        assert (failure["kind"], failure["code"]) == ("failed", "INSUFFICIENT_FUNDS")
    assert effects(store) == 1
    assert failed(store, **DECLINED, key="retry-2")["kind"] == "failed" and effects(store) == 2


def test_a_customer_who_is_asked_is_not_asked_twice(store: Store) -> None:
    result = bill(store, **ASKED, deadline="5m")
    assert result["failure"]["kind"] == "failed" and result["failure"]["code"] == "action_required"
    assert failed(store, **ASKED)["code"] == "action_required"
    assert failed(store, **ASKED, key="retry-2")["code"] == "attempt_under_way"
    assert effects(store) == 1


def test_what_is_not_waited_for_is_found_again(store: Store) -> None:
    assert failed(store, deadline="3s")["kind"] == "timeout"
    assert failed(store, key="other")["code"] == "attempt_under_way"
    result = bill(store, **DUE)
    assert (result["changed"], result["billing"]["attempt"]["state"], effects(store)) == (False, "succeeded", 1)


def test_what_is_not_due_or_not_open_is_refused(store: Store) -> None:
    assert failed(store, cycle=15)["code"] == "not_due"
    assert failed(store, contract=FIRST + 13, cycle=13)["code"] == "contract_closed"
    assert failed(store, contract=FIRST + 49)["kind"] == "not_found"
    assert failed(store, cycle=5000)["kind"] == "not_found"
    store.both(shopify_subscription_contract, contract=FIRST, state="paused")
    assert failed(store)["code"] == "contract_closed"
    assert effects(store) == 1


def cycle_of(**facts: t.Any) -> Json:
    page = {"nodes": [], "pageInfo": {"hasNextPage": False}}
    usual = {"cycleIndex": 14, "status": "UNBILLED", "skipped": False, "billingAttemptExpectedDate": "2020-01-01T00:00:00Z"}
    return {"data": {CYCLE: {**usual, "sourceContract": {"id": "x", "status": "ACTIVE"}, "billingAttempts": page, **facts}}}


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"skipped": True}, "cycle_skipped"),
        ({"status": "HALFBILLED"}, "status"),
        ({"billingAttempts": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "x"}}}, "attempts"),
        (
            {"billingAttempts": {"nodes": [{"id": "x", "idempotencyKey": "y", "state": {"__typename": "New"}}], "pageInfo": {"hasNextPage": False}}},
            "attempt_under_way",
        ),
    ],
)
def test_where_it_is_not_certain_nothing_is_billed(store: Store, facts: Json, code: str) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, body=cycle_of(**facts), times=0)
    failure = failed(store)
    assert (failure["kind"], failure["code"]) == ("refused", code) and store.changes == []


@pytest.mark.parametrize(
    "facts",
    [
        {"status": None},
        {"skipped": None},
        {"cycleIndex": 13},
        {"sourceContract": None},
        {"billingAttemptExpectedDate": "soon"},
        {"billingAttempts": None},
        {"billingAttempts": {"nodes": [{"id": "x"}], "pageInfo": {"hasNextPage": False}}},
    ],
)
def test_an_answer_that_is_none_is_told(store: Store, facts: Json) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, body=cycle_of(**facts), times=0)
    assert failed(store)["kind"] == "protocol" and store.changes == []


@pytest.mark.parametrize(
    "options", [{"contract": "x"}, {"cycle": 0}, {"cycle": -1}, {"key": " "}, {"key": "x" * 101}, {"key": "a\nb"}, {"api_version": "2026-01"}]
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


def test_reading_alone_changes_nothing(store: Store) -> None:
    assert failed(store, allow="read")["code"] == "allow"
    assert failed(store, token=store.facts["reports_token"])["kind"] == "permission"
    assert store.changes == []


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"])
def test_whatever_happens_to_the_attempt_it_is_one(store: Store, kind: str) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = bill(store, **DUE, request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert effects(store) == 1 and bill(store, **DUE)["changed"] is False


def test_an_attempt_that_disappears_is_told(store: Store) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, skip=1, body=cycle_of(), times=0)
    assert failed(store)["kind"] == "protocol" and effects(store) == 1

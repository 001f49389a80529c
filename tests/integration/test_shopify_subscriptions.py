# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscription contracts: active, paused or cancelled, once; and seen by the app that made them alone."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_subscription_contract, shopify_subscription_contract_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

LOOK, LIST = "subscriptionContract", "subscriptionContracts"
PAUSE, ACTIVATE, CANCEL = "subscriptionContractPause", "subscriptionContractActivate", "subscriptionContractCancel"
FIRST = 26_000_000_000
# What the sandbox begins with, by the place in every twenty.
ACTIVE, PAUSED, CANCELLED, EXPIRED, FAILED = (FIRST + place for place in (0, 13, 15, 18, 19))
# Every fiftieth is another app's.
FOREIGN = FIRST + 49
END: Json = {"contract": ACTIVE, "state": "cancelled", "allow": "destroy"}


def gid(number: int) -> str:
    return f"gid://shopify/SubscriptionContract/{number}"


def ensure(store: Store, **options: t.Any) -> Json:
    return store.both(shopify_subscription_contract, **options)


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_subscription_contract, **{"contract": ACTIVE, "state": "paused", **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


def info(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_subscription_contract_info, **options)
    assert not result.get("failed"), result["msg"]
    return result


# -- doing
@pytest.mark.parametrize(
    ("number", "state", "operation", "before"),
    [(ACTIVE, "paused", PAUSE, "ACTIVE"), (PAUSED, "active", ACTIVATE, "PAUSED"), (FAILED, "active", ACTIVATE, "FAILED")],
)
def test_a_change_is_two_requests(store: Store, number: int, state: str, operation: str, before: str) -> None:
    result = ensure(store, contract=number, state=state)
    assert asked(result) == [LOOK, operation]
    assert result["diff"] == {"before": {"status": before}, "after": {"status": state.upper()}}
    (seen,) = info(store, contract=gid(number))["contracts"]
    assert seen == result["contract"] and seen["status"] == state.upper()


def test_a_plan_knows_everything_but_the_revision(store: Store) -> None:
    plan = store.run(shopify_subscription_contract, check=True, contract=ACTIVE, state="paused")["contract"]
    done = store.run(shopify_subscription_contract, contract=ACTIVE, state="paused")["contract"]
    assert {name for name in plan if plan[name] != done[name]} == {"revision", "updated_at"} and set(plan) == set(done)


@pytest.mark.parametrize(("number", "state"), [(ACTIVE, "active"), (PAUSED, "paused"), (CANCELLED, "cancelled")])
def test_what_is_so_is_one_request(store: Store, number: int, state: str) -> None:
    result = store.run(shopify_subscription_contract, contract=number, state=state)
    assert (result["changed"], asked(result)) == (False, [LOOK])


def test_to_cancel_is_for_good_and_needs_consent(store: Store) -> None:
    assert failed(store, **{**END, "allow": "change"})["code"] == "allow"
    assert asked(ensure(store, **END)) == [LOOK, CANCEL]
    assert failed(store, state="active")["code"] == "contract_over"


@pytest.mark.parametrize(("number", "state"), [(CANCELLED, "active"), (CANCELLED, "paused"), (EXPIRED, "active"), (EXPIRED, "cancelled")])
def test_what_is_over_stays_so(store: Store, number: int, state: str) -> None:
    failure = failed(store, contract=number, state=state, allow="destroy")
    assert (failure["kind"], failure["code"]) == ("refused", "contract_over")
    assert store.changes == []


def test_what_the_vendor_refuses_is_told(store: Store) -> None:
    failure = failed(store, contract=FAILED, state="paused")
    assert (failure["kind"], failure["code"]) == ("invalid", "INVALID") and "cannot become paused" in failure["message"]


def test_another_app_s_are_not_there(store: Store) -> None:
    for number in (FOREIGN, 1):
        failure = failed(store, contract=number)
        assert failure["kind"] == "not_found" and "another app made it" in failure["message"]


@pytest.mark.parametrize("contract", ["", "first", "gid://shopify/Order/1", "{{ contract }}"])
def test_what_is_no_id_is_refused_before_the_first_request(store: Store, contract: str) -> None:
    assert failed(store, contract=contract)["kind"] == "invalid"
    assert store.asked == []


def test_reading_alone_changes_nothing(store: Store) -> None:
    assert failed(store, allow="read")["code"] == "allow"
    assert failed(store, token=store.facts["reports_token"])["kind"] == "permission"
    assert store.changes == []


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"])
@pytest.mark.parametrize("wish", [{"contract": ACTIVE, "state": "paused"}, {"contract": PAUSED, "state": "active"}, END], ids=["pause", "activate", "cancel"])
def test_whatever_happens_to_the_change_it_has_one_effect(store: Store, kind: str, wish: Json) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = store.run(shopify_subscription_contract, **wish, request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert [effect for _name, effect in store.changes].count(True) == 1
    assert store.run(shopify_subscription_contract, **wish)["changed"] is False


def test_somebody_else_may_be_quicker(store: Store) -> None:
    refused = {"contract": None, "userErrors": [{"field": None, "message": "The contract is terminated", "code": "CONTRACT_TERMINATED"}]}
    store.sandbox.fault("body", vendor="shopify", changes=True, body={"data": {PAUSE: refused}})
    assert failed(store)["code"] == "CONTRACT_TERMINATED"


def test_a_status_that_nobody_knows_is_not_what_was_wanted(store: Store) -> None:
    store.sandbox.fault("unknown_status", vendor="shopify", times=0)
    failure = failed(store)
    assert failure["kind"] == "failed" and "HIBERNATING" in failure["message"]


@pytest.mark.parametrize("contract", [{}, {"id": 5, "status": "ACTIVE"}, {"id": "x", "status": None}, [], "x"])
def test_an_answer_that_is_none_is_told(store: Store, contract: t.Any) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, body={"data": {LOOK: contract}}, times=0)
    assert failed(store)["kind"] == "protocol"
    store.sandbox.clear_faults()
    store.sandbox.fault("body", vendor="shopify", changes=False, body={"data": {}}, times=0)
    assert failed(store)["kind"] == "protocol" and store.changes == []


# -- looking
def test_the_list_is_whole(store: Store) -> None:
    result = info(store)
    assert asked(result) == [LIST, LIST] and "warnings" not in result
    numbers = [int(one["id"].rpartition("/")[2]) for one in result["contracts"]]
    assert len(numbers) == len(set(numbers)) == 294 and FOREIGN not in numbers and numbers == sorted(numbers)


def test_the_list_can_be_narrowed(store: Store) -> None:
    by_status = info(store, status=["failed", "paused"])["contracts"]
    assert {one["status"] for one in by_status} == {"FAILED", "PAUSED"} and len(by_status) == 42
    theirs = info(store, customer=by_status[0]["customer"])["contracts"]
    assert by_status[0] in theirs and {one["customer"] for one in theirs} == {by_status[0]["customer"]}
    assert info(store, customer=theirs[0]["customer"], status=["expired"])["contracts"] == []
    recent = info(store, updated_since="2026-11-01T00:00:00Z", status=["active"])["contracts"]
    assert 0 < len(recent) < 200 and all(one["updated_at"] >= "2026-11-01" for one in recent)
    assert info(store, contract=ACTIVE)["contracts"][0]["origin_order_name"] == "#1001"


def test_an_empty_list_says_why_it_may_be_empty(store: Store) -> None:
    (warning,) = info(store, updated_since="2099-01-01")["warnings"]
    assert "those that it made and no others" in warning
    old = info(store, updated_since="2099-01-01", api_version="2025-10", api_version_mismatch="warn")
    assert len(old["warnings"]) == 2


@pytest.mark.parametrize(
    "options", [{"customer": "somebody"}, {"updated_since": "yesterday"}, {"contract": "x"}, {"contract": str(ACTIVE), "status": ["active"]}]
)
def test_a_list_that_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert store.run(shopify_subscription_contract_info, **options)["failure"]["kind"] == "invalid"
    assert store.asked == []


def test_a_list_that_never_ends_is_told(store: Store) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "again"}}
    store.sandbox.fault("body", vendor="shopify", body={"data": {LIST: page}}, times=0)
    assert store.run(shopify_subscription_contract_info)["failure"]["kind"] == "protocol"


def test_vendor_text_is_plain(store: Store) -> None:
    node = {"id": "gid://{{ x }}\x1b", "status": "NEW\u202e", "billingPolicy": "x", "customer": 5, "nextBillingDate": ["\x07"]}
    body = {"data": {LIST: {"nodes": [node], "pageInfo": {"hasNextPage": False}}}}
    store.sandbox.fault("body", vendor="shopify", body=body)
    (one,) = info(store)["contracts"]
    assert (one["id"], one["status"], one["customer"], one["interval"]) == ("gid://{{ x }}?", "NEW?", None, None)

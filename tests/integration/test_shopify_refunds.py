# SPDX-License-Identifier: GPL-3.0-or-later
"""Money goes back once: by whatever name, however often, and whatever happens on the way."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op
from ansible_collections.saasops.runbooks.plugins.modules import shopify_order_info, shopify_refund
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

NAMES, ORDER, PLAN, REFUND, LOCATIONS = "orderNames", "order", "suggestedRefund", "refundCreate", "locations"
# Paid by card; with a voucher and a card; in pounds; not paid; only authorized; refunded; partly refunded.
CARD, TWICE, POUNDS, PENDING, AUTHORIZED, BACK, PARTLY = "5500001198", "#2198", "#2200", "#2184", "#2188", "#2192", "#2194"
DAY = 86400.0


def order(store: Store, name: str) -> Json:
    result = store.run(shopify_order_info, order=name)
    assert not result.get("failed"), result["msg"]
    return t.cast(Json, result["orders"][0])


def ensure(store: Store, **options: t.Any) -> Json:
    return store.both(shopify_refund, **{"order": CARD, "key": "returned", **options})


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_refund, **{"order": CARD, "key": "returned", **options})
    assert result["failed"] and result["failure"]["hint"], result
    return t.cast(Json, result["failure"])


def effects(store: Store) -> int:
    return [effect for _name, effect in store.changes].count(True)


# -- what is refunded
def test_everything_that_is_left(store: Store) -> None:
    before = order(store, CARD)
    done = ensure(store)
    assert asked(done) == [ORDER, PLAN, REFUND]
    after = order(store, CARD)
    assert after["financial_status"] == "REFUNDED" and after["refunded"] == before["total"]
    assert [line["refundable"] for line in after["lines"]] == [0, 0]
    (made,) = after["refunds"]
    assert made == {name: value for name, value in done["refund"].items() if name != "status"}
    assert (made["key"], made["note"], made["amount"]) == ("returned", None, before["total"]["amount"])
    assert done["refund"]["status"] == "succeeded" and done["order"] == {"id": f"gid://shopify/Order/{CARD}", "name": "#2199"}
    assert done["diff"] == {"before": {"refunded": "0.00"}, "after": {"refunded": before["total"]["amount"]}}


def test_asking_again_is_one_request(store: Store) -> None:
    ensure(store)
    again = store.run(shopify_refund, order=CARD, key="returned")
    assert (again["changed"], asked(again)) == (False, [ORDER])
    assert again["refund"]["status"] == "succeeded" and again["diff"] == {"before": {}, "after": {}}


def test_a_week_later_the_same_wish_is_still_the_same(store: Store) -> None:
    """The vendor has forgotten the idempotency key by then."""
    ensure(store, amount="5", note="It came late")
    store.sandbox.advance(7 * DAY)
    again = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    assert (again["changed"], again["refund"]["note"]) == (False, "It came late")
    assert len(order(store, CARD)["refunds"]) == 1


def test_a_plan_tells_the_amount_and_sends_nothing(store: Store) -> None:
    plan = store.run(shopify_refund, check=True, order=TWICE, key="returned", amount="12.5")
    assert plan["changed"] and store.changes == []
    assert (plan["refund"]["amount"], plan["refund"]["id"]) == ("12.50", {"known_after": REFUND})


def test_money_goes_back_to_each_payment(store: Store) -> None:
    done = ensure(store, order=TWICE, amount="15.50")
    assert asked(done) == [NAMES, ORDER, PLAN, REFUND]
    assert [(one["gateway"], one["amount"]) for one in done["refund"]["transactions"]] == [("gift_card", "10.00"), ("shopify_payments", "5.50")]
    rest = ensure(store, order=TWICE, key="rest")
    assert [one["gateway"] for one in rest["refund"]["transactions"]] == ["shopify_payments"]
    assert order(store, TWICE)["financial_status"] == "REFUNDED"


def test_a_line_is_refunded_with_its_price(store: Store) -> None:
    before = order(store, TWICE)
    line = before["lines"][0]
    done = ensure(store, order=TWICE, lines=[{"line": line["sku"], "quantity": 1}], currency="eur")
    assert done["refund"]["amount"] == line["unit_price"]["amount"]
    after = order(store, TWICE)["lines"][0]
    assert after["refundable"] == line["refundable"] - 1
    second = order(store, CARD)["lines"][1]
    with_shipping = ensure(store, lines=[{"line": second["id"], "quantity": 1}], shipping=True)
    assert float(with_shipping["refund"]["amount"]) == pytest.approx(float(second["unit_price"]["amount"]) + 4.90)


def test_a_part_of_what_a_line_is_worth(store: Store) -> None:
    line = order(store, TWICE)["lines"][0]
    assert ensure(store, order=TWICE, lines=[{"line": line["sku"], "quantity": 1}], amount="1.00")["refund"]["amount"] == "1.00"
    assert failed(store, order=TWICE, key="other", lines=[{"line": line["sku"], "quantity": 1}], amount="1000")["code"] == "amount"


def test_goods_come_back_to_where_they_are_said_to(store: Store) -> None:
    done = ensure(store, order=TWICE, restock="return", location="Warehouse")
    assert asked(done) == [NAMES, ORDER, LOCATIONS, PLAN, REFUND]
    assert asked(ensure(store, order=PARTLY, restock="cancel", location="2000000001")) == [NAMES, ORDER, PLAN, REFUND]


def test_in_the_currency_that_was_paid(store: Store) -> None:
    assert failed(store, order=POUNDS, amount="1", currency="EUR")["code"] == "currency"
    done = ensure(store, order=POUNDS, amount="1.00", currency="GBP")
    assert (done["refund"]["currency"], done["refund"]["amount"]) == ("GBP", "1.00")


def test_one_key_is_one_refund_and_another_is_another(store: Store) -> None:
    ensure(store, amount="5.00")
    failure = failed(store, amount="6.00")
    assert (failure["kind"], failure["code"]) == ("refused", "key")
    ensure(store, key="returned-2", amount="6.00")
    assert [one["amount"] for one in order(store, CARD)["refunds"]] == ["5.00", "6.00"]


# -- what is refused
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"order": PENDING}, "not_paid"),
        ({"order": AUTHORIZED}, "not_paid"),
        ({"order": BACK}, "already_refunded"),
        ({"amount": "1000"}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"lines": [{"line": "SKU-006-1", "quantity": 100}]}, "quantity"),
        ({"lines": [{"line": "SKU-006-1", "quantity": 1}] * 3}, "quantity"),
        ({"allow": "read"}, "allow"),
    ],
)
def test_what_cannot_be_refunded_is_refused_before_anything_is_sent(store: Store, options: Json, code: str) -> None:
    for check in (True, False):
        failure = store.run(shopify_refund, check, **{"order": CARD, "key": "returned", **options})["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", code)
    assert store.changes == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"order": "#9999"}, "#9999"),
        ({"order": "7"}, "gid://shopify/Order/7"),
        ({"lines": [{"line": "SKU-006-2", "quantity": 1}]}, "SKU-006-2"),
        ({"lines": [{"line": "7", "quantity": 1}]}, "7"),
        ({"restock": "return", "location": "Werehouse"}, "Werehouse"),
    ],
)
def test_what_is_not_there_is_told(store: Store, options: Json, words: str) -> None:
    failure = failed(store, **options)
    assert failure["kind"] == "not_found" and words in failure["message"]
    assert store.changes == []


def test_a_name_that_is_nearly_right_is_told(store: Store) -> None:
    assert "SKU-006-1" in failed(store, lines=[{"line": "SKU-006", "quantity": 1}])["hint"]
    assert "Warehouse" in failed(store, restock="return", location="Werehouse")["hint"]


@pytest.mark.parametrize(
    "options",
    [
        {"order": "gid://shopify/Customer/7"},
        {"order": " "},
        {"key": ""},
        {"key": " returned"},
        {"key": "returned (1)"},
        {"key": "x" * 121},
        {"key": "a\x1bb"},
        {"amount": "much"},
        {"amount": "0.00"},
        {"amount": "-5"},
        {"amount": "1e3"},
        {"amount": "٣"},
        {"lines": [{"line": "SKU-006-1", "quantity": 0}]},
        {"lines": [{"line": " ", "quantity": 1}]},
        {"note": "x" * 501},
        {"note": "a\nb"},
        {"restock": "return"},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


@pytest.mark.parametrize("version", ["2025-10", "2025-07"])
def test_a_version_without_keys_is_refused_before_the_first_request(store: Store, version: str) -> None:
    assert failed(store, api_version=version)["code"] == "api_version"
    assert store.asked == []


@pytest.mark.parametrize("version", ["2026-01", "2026-04", "2027-01", "unstable"])
def test_every_version_with_keys_refunds(store: Store, version: str) -> None:
    assert ensure(store, api_version=version)["api"]["served"] == version


def test_two_orders_of_one_name_are_an_error(store: Store) -> None:
    nodes = [{"id": f"gid://shopify/Order/{number}", "name": "#2199"} for number in (1, 2)]
    page = {"data": {"orders": {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}}}
    store.sandbox.fault("body", vendor="shopify", body=page)
    assert failed(store, order="#2199")["code"] == "two_of_one_name"


def test_a_name_must_be_exactly_this_one(store: Store) -> None:
    page = {"data": {"orders": {"nodes": [{"id": f"gid://shopify/Order/{CARD}", "name": "#21990"}], "pageInfo": {"hasNextPage": False, "endCursor": None}}}}
    store.sandbox.fault("body", vendor="shopify", body=page)
    assert failed(store, order="#2199")["kind"] == "not_found"


# -- what goes wrong
FAULTS = ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"]


@pytest.mark.parametrize("kind", FAULTS)
def test_whatever_happens_to_the_request_it_is_one_refund(store: Store, kind: str) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = store.run(shopify_refund, order=CARD, key="returned", amount="5.00", request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert effects(store) == 1 and len(order(store, CARD)["refunds"]) == 1


def stale(store: Store, number: str = CARD) -> None:
    """The next task is shown the order as it was before anybody refunded it, as one that looked while the refund was on its way."""
    variables = {"id": f"gid://shopify/Order/{number}", "personal": False, "lines": op.LINES, "refunds": op.REFUNDS, "transactions": op.TRANSACTIONS}
    url, headers = f"{store.facts['url']}/admin/api/2026-10/graphql.json", {"X-Shopify-Access-Token": store.facts["token"]}
    answer = requests.post(url, json={"query": op.ORDER.document, "variables": variables}, headers=headers, timeout=10).json()["data"]["order"]
    store.sandbox.fault("body", vendor="shopify", changes=False, body={"data": {"order": {**answer, "refunds": []}}})


def test_the_same_wish_has_the_same_key_in_another_run(store: Store) -> None:
    """A request that is still on its way when its task is killed, and that of the task run again, are one refund."""
    first = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    stale(store)
    second = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    assert not second.get("failed"), second["msg"]
    assert second["refund"]["id"] == first["refund"]["id"] and asked(second) == [ORDER, PLAN, REFUND]
    assert effects(store) == 1


def test_while_the_first_request_runs_the_second_waits_and_looks(store: Store) -> None:
    store.sandbox.scenario("bad-release", shopify_key_seconds=60)
    store.facts = store.sandbox.run["shopify"]
    first = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    stale(store)
    second = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    assert not second.get("failed"), second["msg"]
    assert second["refund"]["id"] == first["refund"]["id"] and effects(store) == 1


def test_the_same_key_with_another_amount_is_never_a_second_refund(store: Store) -> None:
    store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    stale(store)
    failure = failed(store, amount="6.00")
    assert (failure["kind"], failure["code"]) == ("refused", "key")
    assert [name for name, _effect in store.changes] == [REFUND] * 2 and effects(store) == 1


def test_other_values_under_a_key_of_today_are_told(store: Store) -> None:
    """Where nothing shows of what the first attempt did."""
    told = {"errors": [{"message": "used", "extensions": {"code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"}}]}
    store.sandbox.fault("body", vendor="shopify", changes=True, body=told)
    failure = failed(store)
    assert (failure["kind"], failure["code"]) == ("conflict", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
    assert effects(store) == 0


def test_after_an_attempt_that_failed_another_key_is_taken(store: Store) -> None:
    told = {"errors": [{"message": "failed", "extensions": {"code": "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"}}]}
    store.sandbox.fault("body", vendor="shopify", changes=True, body=told)
    done = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert asked(done) == [ORDER, PLAN, REFUND, ORDER, REFUND] and effects(store) == 1
    store.sandbox.fault("body", vendor="shopify", changes=True, body=told, times=0)
    failure = failed(store, key="other", amount="5.00")
    assert (failure["kind"], failure["code"]) == ("conflict", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
    assert effects(store) == 1


def test_what_the_vendor_refuses_is_told(store: Store) -> None:
    told = {"data": {REFUND: {"refund": None, "userErrors": [{"field": ["amount"], "message": "Refund amount is {{ 7 * 7 }}\u001b[31m"}]}}}
    store.sandbox.fault("body", vendor="shopify", changes=True, body=told)
    failure = failed(store)
    assert (failure["kind"], failure["message"]) == ("invalid", "amount: Refund amount is {{ 7 * 7 }}?[31m")


@pytest.mark.parametrize(("status", "told"), [("FAILURE", "failed"), ("ERROR", "failed"), ("UNKNOWN", "failed"), ("PENDING", "pending")])
def test_money_that_did_not_go_back_is_told_every_time(store: Store, status: str, told: str) -> None:
    store.sandbox.scenario("bad-release", shopify_refund_status=status)
    store.facts = store.sandbox.run["shopify"]
    for _time in range(2):
        result = store.run(shopify_refund, order=CARD, key="returned", amount="5.00")
        if told == "failed":
            assert (result["failure"]["kind"], result["failure"]["code"]) == ("failed", "refund_failed")
        else:
            assert result["refund"]["status"] == told
    assert effects(store) == 1


def test_a_state_that_nobody_knows_is_no_success(store: Store) -> None:
    store.sandbox.fault("unknown_status", vendor="shopify", changes=True)
    assert failed(store)["code"] == "refund_failed"


def test_more_refunds_than_can_be_seen_are_refused(store: Store) -> None:
    paid = {"presentmentMoney": {"amount": "1.0", "currencyCode": "EUR"}, "shopMoney": {"amount": "1.0", "currencyCode": "EUR"}}
    refunds = [{"id": f"gid://shopify/Refund/{number}", "totalRefundedSet": paid, "transactions": {"nodes": []}} for number in range(op.REFUNDS)]
    known = {"id": f"gid://shopify/Order/{CARD}", "name": "#2199", "createdAt": "x", "updatedAt": "x", "totalPriceSet": paid, "totalRefundedSet": paid}
    page = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    store.sandbox.fault("body", vendor="shopify", body={"data": {"order": {**known, "lineItems": page, "refunds": refunds}}})
    assert failed(store)["code"] == "too_many_refunds"


@pytest.mark.parametrize(
    "suggested",
    [
        None,
        5,
        {},
        {"amountSet": {}, "suggestedTransactions": []},
        {"amountSet": {"presentmentMoney": {"amount": "NaN", "currencyCode": "EUR"}}, "suggestedTransactions": []},
        {"amountSet": {"presentmentMoney": {"amount": "10.0", "currencyCode": "EUR"}}, "suggestedTransactions": [5]},
    ],
)
def test_a_suggestion_that_is_none_is_told(store: Store, suggested: t.Any) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, skip=1, body={"data": {"order": {"suggestedRefund": suggested}}})
    assert failed(store)["kind"] == "protocol"
    assert store.changes == []

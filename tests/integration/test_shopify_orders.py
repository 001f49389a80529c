# SPDX-License-Identifier: GPL-3.0-or-later
"""Orders by window and state: all of them, and no others, whatever the vendor makes of a filter."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_order_info, shopify_refund
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

LIST, COUNT, ORDER, NAMES = "orders", "ordersCount", "order", "orderNames"
CARD = "5500001198"
WARNING = "read_all_orders"


def listed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_order_info, **options)
    assert not result.get("failed"), result["msg"]
    return result


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_order_info, **options)
    assert result["failed"] and result["failure"]["hint"], result
    return t.cast(Json, result["failure"])


def moment(store: Store, ago: float) -> str:
    at = datetime.datetime.fromtimestamp(store.sandbox.clock()["now"] - ago, datetime.UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# -- lists
def test_all_orders_are_six_pages(store: Store) -> None:
    result = listed(store)
    assert asked(result) == [LIST] * 6
    assert len({one["id"] for one in result["orders"]}) == len(result["orders"]) == 720 and result["complete"]
    assert result["orders"][0]["name"] == "#2200" and result["orders"][0]["total"]["currency"] == "GBP"
    assert result["orders"][0]["shop_total"]["currency"] == "EUR"
    assert {one["customer"] for one in result["orders"]} == {one["lines"] for one in result["orders"]} == {None}


def test_who_ordered_is_asked_for_only_when_it_is_wanted(store: Store) -> None:
    result = listed(store, personal=True)
    assert asked(result) == [LIST] * 8
    assert result["orders"][0]["customer"]["email"] == "customer-0393@example.com"
    app = {"token": store.facts["stock_token"]}
    assert len(listed(store, **app)["orders"]) == 720
    failure = failed(store, **app, personal=True)
    assert failure["kind"] == "permission" and "not approved" in failure["message"] and "protected customer data" in failure["hint"]


def test_the_newest_are_as_many_as_are_wanted(store: Store) -> None:
    result = listed(store, limit=10)
    assert [one["name"] for one in result["orders"]] == [f"#{2200 - place}" for place in range(10)] and asked(result) == [LIST]
    assert not result["complete"] and any("more than the 10" in warning for warning in result["warnings"])
    assert listed(store, limit=720)["complete"] and not listed(store, limit=719)["complete"]


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ({"financial_status": ["paid"]}, 576),
        ({"financial_status": ["pending", "authorized"]}, 72),
        ({"status": "cancelled"}, 36),
        ({"tags": ["VIP"], "test": False}, 24),
        ({"test": True}, 8),
        ({"customer": "gid://shopify/Customer/7000000393"}, 1),
        ({"customer": "7000000393", "financial_status": ["pending"]}, 0),
        ({"fulfillment_status": ["unfulfilled"], "status": "open", "financial_status": ["paid"]}, 29),
        ({"created_since": "2099-01-01"}, 0),
        ({"created_since": "2020-01-01T00:00:00+02:00", "created_until": "2099-01-01"}, 720),
        ({"tags": ["it's (not) OR there"]}, 0),
    ],
)
def test_filters_are_said_so_that_the_vendor_understands_them(store: Store, options: Json, number: int) -> None:
    assert len(listed(store, **options)["orders"]) == number
    assert listed(store, **options, count=True)["count"] == number


def test_a_window_holds_what_was_changed_in_it(store: Store) -> None:
    since, until = moment(store, 86400), moment(store, 3600)
    found = listed(store, updated_since=since, updated_until=until)["orders"]
    assert found and all(since <= one["updated_at"] <= until for one in found)
    made = listed(store, created_since=since, created_until=until)["orders"]
    assert [one["name"] for one in made] == [f"#{2200 - place}" for place in range(12)]


def test_what_has_changed_since_the_search_is_left_out(store: Store) -> None:
    until = moment(store, 0)
    store.sandbox.advance(60)
    before = listed(store, updated_since=moment(store, 86400), updated_until=until, financial_status=["paid"])["orders"]
    assert any(one["name"] == "#2199" for one in before)
    assert store.run(shopify_refund, order=CARD, key="returned")["changed"]
    # The index does not know yet.
    after = listed(store, updated_since=moment(store, 86400), updated_until=until, financial_status=["paid"])["orders"]
    assert [one["name"] for one in after] == [one["name"] for one in before if one["name"] != "#2199"]


# -- the silent traps
def test_a_filter_that_is_told_as_ignored_is_an_error(store: Store) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": False}}
    search = [{"path": ["orders"], "query": "x", "warnings": [{"field": "financial_status", "message": "Invalid search field for this query."}]}]
    store.sandbox.fault("body", vendor="shopify", body={"data": {LIST: page}, "extensions": {"search": search}})
    failure = failed(store, financial_status=["paid"])
    assert (failure["kind"], failure["code"]) == ("invalid", "search")


@pytest.mark.parametrize("option", ["updated_since", "created_since"])
def test_a_filter_that_is_ignored_without_a_word_is_an_error(store: Store, option: str) -> None:
    raw = _page(store)
    store.sandbox.fault("body", vendor="shopify", body=raw)
    failure = failed(store, **{option: "2099-01-01"})
    assert (failure["kind"], failure["code"]) == ("protocol", "search") and "#2200" in failure["message"]
    store.sandbox.fault("body", vendor="shopify", body=raw)
    assert failed(store, created_until="2020-01-01")["code"] == "search"


def _page(store: Store) -> Json:
    """The newest order, as the vendor answers a list."""
    import requests

    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op

    variables = {"first": 1, "after": None, "query": None, "personal": False, "scopes": True}
    url, headers = f"{store.facts['url']}/admin/api/2026-10/graphql.json", {"X-Shopify-Access-Token": store.facts["token"]}
    return t.cast(Json, requests.post(url, json={"query": op.ORDERS.document, "variables": variables}, headers=headers, timeout=10).json())


def test_sixty_days_are_told_where_the_window_reaches_further(store: Store) -> None:
    result = listed(store)
    assert result["all_orders"] is False and any(WARNING in warning for warning in result["warnings"])
    for options in ({"created_since": moment(store, 59 * 86400)}, {"created_since": moment(store, 60), "count": True}):
        assert "warnings" not in listed(store, **options)
    # An old order can have been changed today.
    assert listed(store, updated_since=moment(store, 60))["warnings"]
    store.sandbox.scenario("bad-release", shopify_all_orders=True)
    result = listed(store, count=True)
    assert (result["count"], result["precision"], result["all_orders"]) == (1200, "exact", True) and "warnings" not in result


def test_a_count_is_one_request_and_tells_how_exact_it_is(store: Store) -> None:
    result = listed(store, count=True)
    assert (result["count"], result["precision"], result["orders"], asked(result)) == (720, "exact", [], [COUNT])
    answer = {"data": {COUNT: {"count": 10000, "precision": "AT_LEAST"}, "currentAppInstallation": {"accessScopes": []}}}
    store.sandbox.fault("body", vendor="shopify", body=answer)
    assert listed(store, count=True)["precision"] == "at_least"


def test_a_list_that_repeats_its_page_is_an_error(store: Store) -> None:
    raw = _page(store)
    store.sandbox.fault("body", vendor="shopify", body=raw, times=0)
    failure = failed(store)
    assert failure["kind"] == "protocol" and "repeats" in failure["message"]


# -- one order
@pytest.mark.parametrize("who", [CARD, f"gid://shopify/Order/{CARD}", "#2199", f" {CARD} "])
def test_an_order_has_several_names(store: Store, who: str) -> None:
    result = listed(store, order=who, personal=True)
    (one,) = result["orders"]
    assert (one["name"], one["customer"]["email"], one["refunds"]) == ("#2199", "customer-0386@example.com", [])
    assert asked(result) == ([NAMES, ORDER] if "#" in who else [ORDER])
    assert [line["refundable"] for line in one["lines"]] == [line["quantity"] for line in one["lines"]]
    assert result["all_orders"] is None and "warnings" not in result


def test_refunds_of_others_have_no_key(store: Store) -> None:
    (one,) = listed(store, order="#2194")["orders"]
    (back,) = one["refunds"]
    assert (back["key"], back["note"], back["transactions"][0]["status"]) == (None, "One was damaged", "SUCCESS")


def test_an_order_of_many_lines_is_read_to_its_end(store: Store) -> None:
    price = {"presentmentMoney": {"amount": "1.0", "currencyCode": "EUR"}, "shopMoney": {"amount": "1.0", "currencyCode": "EUR"}}
    line = {"title": "x", "quantity": 1, "refundableQuantity": 1, "discountedUnitPriceSet": price}
    known = {"id": f"gid://shopify/Order/{CARD}", "name": "#2199", "createdAt": "x", "updatedAt": "x", "totalPriceSet": price, "totalRefundedSet": price}
    first = {"nodes": [{**line, "id": "1"}], "pageInfo": {"hasNextPage": True, "endCursor": "c0"}}
    last = {"nodes": [{**line, "id": "2"}], "pageInfo": {"hasNextPage": False, "endCursor": "c1"}}
    store.sandbox.fault("body", vendor="shopify", body={"data": {"order": {**known, "lineItems": first, "refunds": []}}})
    store.sandbox.fault("body", vendor="shopify", skip=0, body={"data": {"order": {"lineItems": last}}})
    result = listed(store, order=CARD)
    assert [one["id"] for one in result["orders"][0]["lines"]] == ["1", "2"] and asked(result) == [ORDER, "orderLines"]


def test_more_refunds_than_are_shown_are_told(store: Store) -> None:
    for number in range(25):
        done = store.run(shopify_refund, order=CARD, key=f"part-{number}", amount="0.10", deadline="1h")
        assert done.get("changed"), done.get("msg")
    result = listed(store, order=CARD)
    assert len(result["orders"][0]["refunds"]) == 25 and "may have more refunds" in result["warnings"][0]
    assert store.run(shopify_refund, order=CARD, key="part-26", amount="0.10")["failure"]["code"] == "too_many_refunds"
    assert store.run(shopify_refund, order=CARD, key="part-3", amount="0.10")["changed"] is False


@pytest.mark.parametrize(
    ("options", "kind"),
    [({"order": "#1"}, "not_found"), ({"order": "1"}, "not_found"), ({"order": "5500000001"}, "not_found"), ({"order": "gid://shopify/Order/1"}, "not_found")],
)
def test_an_order_that_is_not_there_is_told(store: Store, options: Json, kind: str) -> None:
    failure = failed(store, **options)
    assert failure["kind"] == kind and "60 days" in failure["hint"]


@pytest.mark.parametrize(
    "options",
    [
        {"order": ""},
        {"order": "gid://shopify/Customer/1"},
        {"order": "a\x1bb"},
        {"order": CARD, "count": True},
        {"order": CARD, "tags": ["vip"], "financial_status": ["paid"]},
        {"limit": 0},
        {"limit": 100001},
        {"updated_since": "yesterday"},
        {"updated_since": "' OR id:*"},
        {"created_until": "2026-13-01"},
        {"created_since": "2026-02-01", "created_until": "2026-01-01"},
        {"tags": ["a,b"]},
        {"customer": "somebody"},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


# -- what the vendor may say
GOOD = {"amount": "1.0", "currencyCode": "EUR"}
END = {"pageInfo": {"hasNextPage": False}}
EMPTY: Json = {"id": f"gid://shopify/Order/{CARD}", "lineItems": {"nodes": [], **END}, "refunds": []}


@pytest.mark.parametrize(
    "order",
    [
        5,
        {"id": "x"},
        {"id": f"gid://shopify/Order/{CARD}", "lineItems": 5},
        {**EMPTY, "refunds": None},
        {**EMPTY, "lineItems": {"nodes": [{}], **END}},
        {**EMPTY, "refunds": [{"id": "x", "transactions": {"nodes": [5]}}]},
        {**EMPTY, "totalRefundedSet": {"presentmentMoney": {**GOOD, "amount": 1.0}}},
        {**EMPTY, "totalRefundedSet": {"presentmentMoney": GOOD}},
        {**EMPTY, "id": "gid://shopify/Order/1"},
    ],
)
def test_an_order_that_is_none_is_told(store: Store, order: t.Any) -> None:
    store.sandbox.fault("body", vendor="shopify", body={"data": {"order": order}})
    assert failed(store, order=CARD)["kind"] == "protocol"


def test_text_of_the_vendor_is_text(store: Store) -> None:
    answer = _page(store)
    answer["data"][LIST]["nodes"][0].update(name="{{ 7 * 7 }}\x1b[31m", tags=["a\nb", 5], displayFinancialStatus="HIBERNATING")
    answer["data"][LIST]["pageInfo"]["hasNextPage"] = False
    store.sandbox.fault("body", vendor="shopify", body=answer)
    (one,) = listed(store)["orders"]
    assert (one["name"], one["tags"], one["financial_status"]) == ("{{ 7 * 7 }}?[31m", ["a b"], "HIBERNATING")

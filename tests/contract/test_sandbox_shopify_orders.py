# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's orders, refunds and stock at Shopify answer as the vendor's schemas and pages say."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.contract.shopify_sandbox import Json, Shopify
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

DAY = 86400.0
LIST = """
query($first: Int, $last: Int, $after: String, $query: String, $reverse: Boolean, $sortKey: OrderSortKeys) {
  orders(first: $first, last: $last, after: $after, query: $query, reverse: $reverse, sortKey: $sortKey) {
    nodes { id name createdAt updatedAt displayFinancialStatus tags test lineItems(first: 1) { nodes { id refundableQuantity } } }
    pageInfo { hasNextPage endCursor }
  }
}"""
COUNT = "query($query: String, $limit: Int) { ordersCount(query: $query, limit: $limit) { count precision } }"
COUNT_AS_IT_IS = "query($query: String) { ordersCount(query: $query) { count precision } }"
PLAN = """
query($id: ID!, $lines: [RefundLineItemInput!], $full: Boolean) {
  order(id: $id) {
    displayFinancialStatus
    refunds(first: 10) { id note totalRefundedSet { shopMoney { amount } presentmentMoney { amount currencyCode } } }
    totalRefundedSet { shopMoney { amount } presentmentMoney { amount } }
    suggestedRefund(refundLineItems: $lines, suggestFullRefund: $full) {
      amountSet { shopMoney { amount } presentmentMoney { amount } }
      maximumRefundableSet { presentmentMoney { amount } }
      suggestedTransactions { gateway amountSet { presentmentMoney { amount } } maximumRefundableSet { presentmentMoney { amount } } parentTransaction { id } }
    }
  }
}"""
REFUND = """
mutation($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id note transactions(first: 5) { nodes { status kind amountSet { shopMoney { amount } } parentTransaction { id } } } }
    order { displayFinancialStatus }
    userErrors { field message }
  }
}"""
BARE = "mutation($input: RefundInput!) { refundCreate(input: $input) { refund { id } userErrors { field message } } }"
ITEMS = """
query($first: Int, $query: String, $names: [String!]!) {
  inventoryItems(first: $first, query: $query) {
    nodes { id sku tracked inventoryLevels(first: 5) { nodes { location { id name } quantities(names: $names) { name quantity } } } }
    pageInfo { hasNextPage }
  }
}"""
STOCK = """
mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { inventoryAdjustmentGroup { reason } userErrors { field message code } }
}"""


@pytest.fixture
def shopify(running: Sandbox, sandbox: Sandbox) -> Shopify:
    return Shopify(running.run)


def listed(shopify: Shopify, query: str = "", **arguments: t.Any) -> list[Json]:
    arguments = {"first": 100, **arguments}
    return t.cast("list[Json]", shopify.data(LIST, query=query, **arguments)["orders"]["nodes"])


def named(shopify: Shopify, name: str) -> Json:
    (order,) = listed(shopify, f"name:'{name}'")
    return order


def plan(shopify: Shopify, order: Json, **wish: t.Any) -> Json:
    return t.cast(Json, shopify.data(PLAN, id=order["id"], **wish)["order"])


def wish_of(shopify: Shopify, order: Json, **more: t.Any) -> Json:
    """All of the order, as the shop suggests it."""
    suggested = plan(shopify, order, full=True)["suggestedRefund"]["suggestedTransactions"]
    transactions = [
        {
            "orderId": order["id"],
            "parentId": one["parentTransaction"]["id"],
            "gateway": one["gateway"],
            "kind": "REFUND",
            "amount": one["amountSet"]["presentmentMoney"]["amount"],
        }
        for one in suggested
    ]
    return {"orderId": order["id"], "note": "all", "transactions": transactions, **more}


def refund(shopify: Shopify, wish: Json, key: str) -> Json:
    return t.cast(Json, shopify.data(REFUND, input=wish, key=key)["refundCreate"])


# -- orders
def test_orders_of_every_kind(shopify: Shopify) -> None:
    kinds = {order["displayFinancialStatus"] for order in listed(shopify)}
    assert kinds == {"PAID", "PENDING", "AUTHORIZED", "REFUNDED", "PARTIALLY_REFUNDED"}
    newest = listed(shopify, first=1, reverse=True)[0]
    assert newest["name"] == "#2200" == listed(shopify, first=None, last=1)[0]["name"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 720),
        ("financial_status:paid", 576),
        ("financial_status:PENDING OR financial_status:authorized", 72),
        ("-financial_status:paid AND NOT (financial_status:pending OR financial_status:authorized)", 72),
        ("tag:'VIP' test:false", 24),
        ("name:'#2200'", 1),
        ("created_at:>='2099-01-01'", 0),
        ("created_at:<'2099-01-01' status:open", 137),
    ],
)
def test_searches_count_what_they_find(shopify: Shopify, query: str, number: int) -> None:
    assert shopify.data(COUNT_AS_IT_IS, query=query)["ordersCount"] == {"count": number, "precision": "EXACT"}


def test_a_misspelt_filter_finds_everything_and_only_a_warning_tells(shopify: Shopify) -> None:
    answer = shopify.post(LIST, first=1, query="finacial_status:paid").json()
    assert answer["extensions"]["search"][0]["warnings"] == [{"field": "finacial_status", "message": "Invalid search field for this query."}]
    assert answer["data"]["orders"]["pageInfo"]["hasNextPage"] is True


def test_a_count_stops_at_its_limit_and_says_so(shopify: Shopify) -> None:
    assert shopify.data(COUNT, query="", limit=100)["ordersCount"] == {"count": 100, "precision": "AT_LEAST"}
    assert shopify.data(COUNT, query="", limit=None)["ordersCount"]["precision"] == "EXACT"


def test_orders_of_more_than_sixty_days_need_a_scope(running: Sandbox, shopify: Shopify) -> None:
    old = "gid://shopify/Order/5500000001"
    assert shopify.data(PLAN, id=old)["order"] is None
    running.scenario("bad-release", shopify_all_orders=True)
    shopify = Shopify(running.run)
    assert shopify.data(PLAN, id=old)["order"] is not None
    assert shopify.data(COUNT_AS_IT_IS, query="")["ordersCount"]["count"] == 1200


def test_a_larger_shop_has_more_than_a_count_tells(running: Sandbox, sandbox: Sandbox) -> None:
    running.scenario("bad-release", scale=9, shopify_all_orders=True)
    assert Shopify(running.run).data(COUNT_AS_IT_IS, query="")["ordersCount"] == {"count": 10000, "precision": "AT_LEAST"}


def test_who_ordered_is_not_shown_to_every_app(shopify: Shopify) -> None:
    answer = shopify.post("{ orders(first: 1) { nodes { name customer { id } } } }", token=shopify.facts["stock_token"]).json()
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED" and "not approved" in answer["errors"][0]["message"]
    assert answer["data"]["orders"]["nodes"] == [{"name": answer["data"]["orders"]["nodes"][0]["name"], "customer": None}]


def test_a_search_is_seconds_behind(shopify: Shopify, member: ClockMember) -> None:
    order = named(shopify, "#2199")
    assert refund(shopify, wish_of(shopify, order), "one")["order"]["displayFinancialStatus"] == "REFUNDED"
    assert listed(shopify, "name:2199 financial_status:refunded") == []
    assert named(shopify, "#2199")["displayFinancialStatus"] == "REFUNDED"
    member.sleep(6)
    assert len(listed(shopify, "name:2199 financial_status:refunded")) == 1


# -- refunds
def test_money_goes_back_to_where_it_came_from(shopify: Shopify) -> None:
    order = named(shopify, "#2198")
    suggested = plan(shopify, order, full=True)["suggestedRefund"]["suggestedTransactions"]
    assert [one["gateway"] for one in suggested] == ["gift_card", "shopify_payments"]
    made = refund(shopify, wish_of(shopify, order), "one")
    assert [one["kind"] for one in made["refund"]["transactions"]["nodes"]] == ["REFUND", "REFUND"]
    after = plan(shopify, order, full=True)
    assert after["displayFinancialStatus"] == "REFUNDED" and after["suggestedRefund"]["suggestedTransactions"] == []


def test_what_the_customer_paid_in_is_what_is_given_back(shopify: Shopify) -> None:
    order = named(shopify, "#2200")
    wish = wish_of(shopify, order)
    assert refund(shopify, wish, "one")["userErrors"][0]["field"] == ["currency"]
    assert refund(shopify, {**wish, "currency": "GBP"}, "two")["userErrors"] == []
    back = plan(shopify, order)["totalRefundedSet"]
    assert float(back["shopMoney"]["amount"]) == pytest.approx(float(back["presentmentMoney"]["amount"]) * 1.25, abs=0.01)


def test_a_key_refunds_once(shopify: Shopify, member: ClockMember) -> None:
    order = named(shopify, "#2199")
    wish = wish_of(shopify, order)
    wish["transactions"][0]["amount"] = "1.00"
    first = refund(shopify, wish, "one")
    assert refund(shopify, wish, "one")["refund"]["id"] == first["refund"]["id"]
    assert shopify.error(REFUND, input={**wish, "note": "other"}, key="one")[0] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert len(plan(shopify, order)["refunds"]) == 1
    # A day later it is another refund.
    member.sleep(DAY)
    assert refund(shopify, wish, "one")["refund"]["id"] != first["refund"]["id"]


def test_what_failed_once_fails_under_the_same_key(shopify: Shopify) -> None:
    order = named(shopify, "#2199")
    wish = wish_of(shopify, order)
    much = {**wish, "transactions": [{**wish["transactions"][0], "amount": "10000.00"}]}
    assert "greater" in refund(shopify, much, "one")["userErrors"][0]["message"]
    assert shopify.error(REFUND, input=much, key="one")[0] == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"


def test_two_at_the_same_time_are_one(running: Sandbox, sandbox: Sandbox) -> None:
    running.scenario("bad-release", shopify_key_seconds=20)
    shopify = Shopify(running.run)
    wish = wish_of(shopify, named(shopify, "#2199"))
    refund(shopify, wish, "one")
    assert shopify.error(REFUND, input=wish, key="one")[0] == "IDEMPOTENCY_CONCURRENT_REQUEST"


@pytest.mark.parametrize("version", ["2026-04", "2026-10", "2027-01"])
def test_without_a_key_nothing_is_refunded(shopify: Shopify, version: str) -> None:
    order = named(shopify, "#2199")
    error = shopify.post(BARE, version, input=wish_of(shopify, order)).json()["errors"][0]
    assert (error["extensions"]["code"], error["message"]) == ("BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided.")
    assert plan(shopify, order)["refunds"] == []


def test_the_oldest_version_takes_it_without_a_key(shopify: Shopify) -> None:
    answer = shopify.post(BARE, "2026-01", input=wish_of(shopify, named(shopify, "#2199"))).json()
    assert answer["data"]["refundCreate"]["userErrors"] == []


def test_lines_are_refunded_as_often_as_they_were_bought(shopify: Shopify) -> None:
    order = named(shopify, "#2199")
    line = order["lineItems"]["nodes"][0]
    many = [{"lineItemId": line["id"], "quantity": line["refundableQuantity"] + 1}]
    assert shopify.post(PLAN, id=order["id"], lines=many).json()["errors"]
    assert refund(shopify, {**wish_of(shopify, order), "refundLineItems": many}, "one")["userErrors"]
    once = {**wish_of(shopify, order), "refundLineItems": [{**many[0], "quantity": line["refundableQuantity"]}]}
    assert refund(shopify, once, "two")["userErrors"] == []
    assert named(shopify, "#2199")["lineItems"]["nodes"][0]["refundableQuantity"] == 0


# -- stock
def items(shopify: Shopify, query: str = "") -> list[Json]:
    return t.cast("list[Json]", shopify.data(ITEMS, first=10, query=query, names=["available", "on_hand", "committed"])["inventoryItems"]["nodes"])


def test_stock_is_set_once_and_over_what_was_read(shopify: Shopify) -> None:
    (item,) = items(shopify, "sku:'SKU-001-1'")
    level = item["inventoryLevels"]["nodes"][0]
    known = {one["name"]: one["quantity"] for one in level["quantities"]}
    assert known["available"] == known["on_hand"] - known["committed"]
    one = {"inventoryItemId": item["id"], "locationId": level["location"]["id"], "quantity": known["available"] + 5}
    wish = {"name": "available", "reason": "correction", "quantities": [{**one, "changeFromQuantity": known["available"]}]}
    assert shopify.data(STOCK, input=wish, key="a")["inventorySetQuantities"]["userErrors"] == []
    assert shopify.data(STOCK, input=wish, key="a")["inventorySetQuantities"]["inventoryAdjustmentGroup"] == {"reason": "correction"}
    stale = shopify.data(STOCK, input=wish, key="b")["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in stale] == ["CHANGE_FROM_QUANTITY_STALE"]
    again = shopify.data(STOCK, input=wish, key="b")["inventorySetQuantities"]["userErrors"]
    assert [error["code"] for error in again] == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    after = {one["name"]: one["quantity"] for one in items(shopify, "sku:'SKU-001-1'")[0]["inventoryLevels"]["nodes"][0]["quantities"]}
    assert after == {"available": known["available"] + 5, "on_hand": known["on_hand"] + 5, "committed": known["committed"]}


def test_a_quantity_that_nobody_knows_is_refused(shopify: Shopify) -> None:
    assert shopify.error(ITEMS, first=1, names=["availible"])[0] == "INVALID_FIELD_ARGUMENTS"


# -- everything has an id
@pytest.mark.parametrize(
    "query",
    [
        "orders(first: 1) { nodes { id } }",
        "products(first: 1) { nodes { id } }",
        "locations(first: 1) { nodes { id } }",
        "customers(first: 1) { nodes { id } }",
    ],
)
def test_everything_is_found_by_its_id(shopify: Shopify, query: str) -> None:
    ((known,),) = [one["nodes"] for one in shopify.data(f"{{ {query} }}").values()]
    nodes = shopify.data("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ids=[known["id"], "gid://shopify/Nothing/1"])["nodes"]
    assert nodes == [{"id": known["id"], "__typename": known["id"].split("/")[3]}, None]

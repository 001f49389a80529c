# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's webhooks of Shopify: who gets them, how they are signed, when they are tried again, and when the subscription is gone."""

from __future__ import annotations

import base64
import json
import subprocess
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract.shopify_sandbox import Json, Shopify
from ansible_collections.saasops.runbooks.tests.harness.loopback import Loopback, Request, each, said
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Control, ControlError
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

GOOD, BAD = said({"received": True}), said({"error": "no"}, 500)
MINUTE, HOUR = 60, 3600
CREATE = """
mutation($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) { webhookSubscription { id } userErrors { field message } }
}"""
UPDATE = """
mutation($id: ID!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) { webhookSubscription { id } userErrors { field message } }
}"""
DELETE = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }"
LIST = "{ webhookSubscriptions(first: 250) { nodes { id topic } } }"
TAGS = "mutation($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } } }"
RUN = "mutation($query: String!) { bulkOperationRunQuery(query: $query) { bulkOperation { id } userErrors { field message } } }"
CUSTOMER = "gid://shopify/Customer/7000000001"


@pytest.fixture
def shopify(sandbox: Control) -> Shopify:
    return Shopify(sandbox.run)


@pytest.fixture
def app() -> t.Iterator[Loopback]:
    with Loopback(each(GOOD)) as server:
        yield server


def hook(shopify: Shopify, server: Loopback, topic: str = "ORDERS_PAID", **settings: t.Any) -> str:
    made = shopify.data(CREATE, topic=topic, sub={"uri": f"{server.url}/hook", **settings})["webhookSubscriptionCreate"]
    assert made["userErrors"] == []
    return str(made["webhookSubscription"]["id"])


def there(shopify: Shopify) -> set[str]:
    return {str(node["id"]) for node in shopify.data(LIST)["webhookSubscriptions"]["nodes"]}


def of(request: Request) -> Json:
    return t.cast(Json, json.loads(request.body))


def topics(server: Loopback) -> list[str]:
    return [request.headers["X-Shopify-Topic"] for request in server.requests]


def verified(requests: t.Sequence[Request], secret: str) -> list[Json]:
    """What the vendor's own library says."""
    script = Path(__file__).with_name("shopify_webhooks.mjs")
    sent = json.dumps([{"headers": request.headers, "body": base64.b64encode(request.body).decode()} for request in requests])
    words = ["node", str(script), str(npm_clients.install("shopify-api")), secret]
    done = subprocess.run(words, input=sent, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return t.cast("list[Json]", json.loads(done.stdout))


# -- what is delivered
@pytest.mark.timeout(npm_clients.PATIENCE)
def test_the_vendor_s_library_takes_a_delivery_for_the_vendor_s(sandbox: Control, shopify: Shopify, app: Loopback) -> None:
    hook(shopify, app)
    event = sandbox.emit("shopify", topic="orders/paid", order=first_order(shopify))
    sandbox.advance(1)
    (request,) = app.requests
    changed = Request(request.method, request.path, request.headers, request.body + b" ")
    bare = Request(request.method, request.path, {name: text for name, text in request.headers.items() if name != "X-Shopify-Webhook-Id"}, request.body)
    good, altered, lacking = verified([request, changed, bare], shopify.facts["client_secret"])
    assert (good["valid"], good["topic"], good["domain"], good["apiVersion"]) == (True, "ORDERS_PAID", shopify.facts["shop"], "2026-10")
    assert (good["eventId"], good["webhookId"]) == (event, request.headers["X-Shopify-Webhook-Id"])
    assert altered == {"valid": False, "reason": "invalid_hmac"} and lacking["reason"] == "missing_headers"
    assert [one["valid"] for one in verified([request], "shpss_another")] == [False]
    assert of(request)["admin_graphql_api_id"].startswith("gid://shopify/Order/") and request.headers["Content-Type"] == "application/json"


def first_order(shopify: Shopify) -> str:
    return str(shopify.data("{ orders(first: 1) { nodes { id } } }")["orders"]["nodes"][0]["id"])


def test_what_changes_in_the_shop_is_told(sandbox: Control, shopify: Shopify, app: Loopback) -> None:
    for topic in ("CUSTOMERS_UPDATE", "REFUNDS_CREATE", "ORDERS_UPDATED", "BULK_OPERATIONS_FINISH"):
        hook(shopify, app, topic)
    shopify.data(TAGS, id=CUSTOMER, tags=["gold"])
    sandbox.advance(1)
    assert topics(app) == ["customers/update"] and of(app.requests[0])["tags"] == "gold"
    # What is so already is no change.
    shopify.data(TAGS, id=CUSTOMER, tags=["gold"])
    identity = shopify.data(RUN, query="{ customers { edges { node { id } } } }")["bulkOperationRunQuery"]["bulkOperation"]["id"]
    sandbox.advance(30)
    assert topics(app)[1:] == ["bulk_operations/finish"]
    finished = of(app.requests[1])
    assert (finished["admin_graphql_api_id"], finished["status"], finished["type"]) == (identity, "completed", "query")
    order = first_order(shopify)
    refund = 'mutation($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "one") { refund { id } userErrors { field message } } }'
    made = shopify.data(refund, input={"orderId": order, "note": "damaged"})["refundCreate"]
    assert made["userErrors"] == []
    sandbox.advance(1)
    assert sorted(topics(app)[2:]) == ["orders/updated", "refunds/create"]
    told = {request.headers["X-Shopify-Topic"]: of(request) for request in app.requests[2:]}
    assert told["refunds/create"]["admin_graphql_api_id"] == made["refund"]["id"] and told["orders/updated"]["admin_graphql_api_id"] == order


def test_a_filter_and_fields_narrow_what_comes(sandbox: Control, shopify: Shopify, app: Loopback) -> None:
    hook(shopify, app, filter="total_price:>=100", includeFields=["id", "total_price"])
    for price in ("99.00", "100.00", "100.00", "250.00"):
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1, "total_price": price, "tags": ""})
    sandbox.advance(1)
    # The same fields again are taken for the same delivery, which is why one should be among them that changes.
    assert [of(request) for request in app.requests] == [{"id": 1, "total_price": "100.00"}, {"id": 1, "total_price": "250.00"}]


def test_a_delivery_may_be_xml(sandbox: Control, shopify: Shopify, app: Loopback) -> None:
    hook(shopify, app, format="XML")
    sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1, "note": "<&>"})
    sandbox.advance(1)
    assert b"<order><id>1</id><note>&lt;&amp;&gt;</note></order>" in app.requests[0].body
    assert app.requests[0].headers["Content-Type"] == "application/xml"


def test_another_app_signs_with_its_own_secret(sandbox: Control, shopify: Shopify, app: Loopback) -> None:
    made = shopify.post(CREATE, token=shopify.facts["reports_token"], topic="PRODUCTS_UPDATE", sub={"uri": f"{app.url}/hook"}).json()
    assert made["data"]["webhookSubscriptionCreate"]["userErrors"] == []
    sandbox.emit("shopify", topic="PRODUCTS_UPDATE", object={"id": 1})
    sandbox.advance(1)
    assert [one["valid"] for one in verified(app.requests, shopify.facts["client_secret"])] == [False]


@pytest.mark.parametrize("version", ["2026-01", "2026-04"])
def test_a_delivery_names_its_subscription_where_the_version_has_names(sandbox: Control, shopify: Shopify, app: Loopback, version: str) -> None:
    """The version of deliveries is a setting of the app, whatever version its subscriptions were made with."""
    sandbox.scenario("bad-release", shopify_versions=[version])
    named = {"query": CREATE, "variables": {"topic": "ORDERS_PAID", "sub": {"uri": f"{app.url}/hook", "name": "paid-orders"}}}
    headers = {"X-Shopify-Access-Token": shopify.facts["token"]}
    said = requests.post(f"{shopify.facts['url']}/admin/api/unstable/graphql.json", json=named, headers=headers, timeout=10).json()
    assert said["data"]["webhookSubscriptionCreate"]["userErrors"] == []
    sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
    sandbox.advance(1)
    (request,) = app.requests
    assert (request.headers["X-Shopify-API-Version"], request.headers.get("X-Shopify-Name")) == (version, "paid-orders" if version >= "2026-04" else None)


# -- when nobody takes it
def test_it_is_tried_eight_times_more_within_four_hours_with_what_it_was(sandbox: Control, shopify: Shopify) -> None:
    with Loopback(each(*[BAD] * 3, GOOD)) as app:
        hook(shopify, app)
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
        sandbox.advance(4 * HOUR)
        assert len(app.requests) == 4
        assert len({(request.headers["X-Shopify-Webhook-Id"], request.headers["X-Shopify-Triggered-At"], request.body) for request in app.requests}) == 1
        (one,) = sandbox.deliveries("shopify")
        begin = one["attempts"][0]["at"]
        assert [attempt["at"] - begin for attempt in one["attempts"]] == [0, MINUTE, 3 * MINUTE, 7 * MINUTE] and one["state"] == "delivered"


def test_what_is_tried_again_goes_where_it_was_to_go(sandbox: Control, shopify: Shopify) -> None:
    with Loopback(each(BAD, GOOD)) as former, Loopback(each(GOOD)) as new:
        identity = hook(shopify, former)
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
        sandbox.advance(1)
        assert shopify.data(UPDATE, id=identity, sub={"uri": f"{new.url}/hook"})["webhookSubscriptionUpdate"]["userErrors"] == []
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 2})
        sandbox.advance(HOUR)
        assert ([of(request)["id"] for request in former.requests], [of(request)["id"] for request in new.requests]) == ([1, 1], [2])


def test_after_eight_failures_in_a_row_the_subscription_is_gone(sandbox: Control, shopify: Shopify) -> None:
    with Loopback(each(BAD)) as app, Loopback(each(*[BAD] * 7, GOOD, BAD)) as other:
        lost, kept = hook(shopify, app), hook(shopify, other)
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
        sandbox.advance(HOUR)
        assert {lost, kept} <= there(shopify)
        sandbox.advance(3 * HOUR)
        assert len(app.requests) == 8 and lost not in there(shopify) and kept in there(shopify)
        # One that arrived begins the count anew.
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 2})
        sandbox.advance(HOUR)
        assert kept in there(shopify) and len(app.requests) == 8


def test_what_is_deleted_gets_nothing_more(sandbox: Control, shopify: Shopify) -> None:
    with Loopback(each(BAD)) as app:
        identity = hook(shopify, app)
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
        sandbox.advance(1)
        shopify.data(DELETE, id=identity)
        sandbox.advance(4 * HOUR)
        assert len(app.requests) == 1 and sandbox.deliveries("shopify")[0]["state"] == "dropped"


def test_deliveries_may_come_twice_and_out_of_order(sandbox: Control, shopify: Shopify, app: Loopback) -> None:
    sandbox.deliver(webhook_duplicates=1, webhook_late_seconds=60)
    hook(shopify, app)
    for number in (1, 2, 3):
        sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": number})
        sandbox.advance(2)
    sandbox.advance(2 * MINUTE)
    numbers = [of(request)["id"] for request in app.requests]
    assert sorted(numbers) == [1, 1, 2, 2, 3, 3] and numbers.index(3) < numbers.index(2)
    ids = [request.headers["X-Shopify-Webhook-Id"] for request in app.requests]
    assert len(set(ids)) == 3 and all(ids.count(one) == 2 for one in ids)


def test_addresses_elsewhere_are_left_alone(sandbox: Control, shopify: Shopify) -> None:
    """The seeded subscriptions name example.com: nothing is posted, and none of them is lost."""
    before = there(shopify)
    sandbox.emit("shopify", topic="ORDERS_PAID", object={"id": 1})
    sandbox.advance(5 * HOUR)
    assert (sandbox.deliveries("shopify"), there(shopify)) == ([], before)


@pytest.mark.parametrize(
    "wish", [{}, {"topic": 7}, {"topic": "ORDERS_PAID", "order": 1}, {"topic": "ORDERS_PAID", "customer": "nobody"}, {"topic": "X", "about": {}}]
)
def test_what_cannot_have_happened_is_refused(sandbox: Control, wish: Json) -> None:
    with pytest.raises(ControlError):
        sandbox.emit("shopify", **wish)

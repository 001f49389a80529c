# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhook subscriptions exactly as listed, and their names."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_webhook, shopify_webhook_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked, sent

LIST, NAMED = "webhookSubscriptions", "webhookSubscriptionsWithNames"
CREATE, UPDATE, DELETE = "webhookSubscriptionCreate", "webhookSubscriptionUpdate", "webhookSubscriptionDelete"
URI, PREFIX = "https://hooks.example.com/shopify", "https://hooks.example.com/"
THERE = ("APP_UNINSTALLED", "ORDERS_PAID", "REFUNDS_CREATE")


def these(*topics: str, **facts: t.Any) -> Json:
    return {"state": "exact", "uri_prefix": PREFIX, "subscriptions": [{"topic": topic, "uri": URI, **facts} for topic in topics]}


def listed(store: Store) -> list[tuple[str, str, str]]:
    result = store.run(shopify_webhook_info)
    assert not result.get("failed"), result["msg"]
    return [(one["topic"], one["uri"], one["name"]) for one in result["webhooks"]]


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_webhook, **{**these(*THERE), **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


def test_what_is_so_is_one_request(store: Store) -> None:
    result = store.run(shopify_webhook, **these(*reversed(THERE)))
    assert (result["changed"], asked(result)) == (False, [LIST])
    assert [one["topic"] for one in result["webhooks"]] == list(reversed(THERE))
    assert (result["created"], result["updated"], result["removed"]) == ([], [], [])


def test_what_vanished_is_made_again_and_told(store: Store) -> None:
    store.both(shopify_webhook, topic="ORDERS_PAID", uri=URI, state="absent")
    result = store.both(shopify_webhook, **these(*THERE))
    assert asked(result) == [LIST, CREATE] and result["created"] == [{"topic": "ORDERS_PAID", "uri": URI}]
    assert [topic for topic, _uri, _name in listed(store)] == list(THERE)


def test_what_is_not_listed_goes_last_and_only_where_it_begins_alike(store: Store) -> None:
    other = {"topic": "ORDERS_PAID", "uri": "https://hooks.example.com.example.net/shopify"}
    store.both(shopify_webhook, **other)
    result = store.both(shopify_webhook, **these("ORDERS_PAID", "ORDERS_CREATE", include_fields=["id"]))
    assert sent(result) == [UPDATE, CREATE, DELETE, DELETE]
    assert [one["topic"] for one in result["removed"]] == ["APP_UNINSTALLED", "REFUNDS_CREATE"]
    assert result["updated"] == [{"topic": "ORDERS_PAID", "uri": URI}]
    assert listed(store) == [("ORDERS_CREATE", URI, ""), ("ORDERS_PAID", other["uri"], ""), ("ORDERS_PAID", URI, "")]


def test_none_at_all_can_be_wanted(store: Store) -> None:
    assert sent(store.both(shopify_webhook, state="exact", uri_prefix=PREFIX, subscriptions=[])) == [DELETE] * 3


def test_several_of_one_address_become_one(store: Store) -> None:
    import requests

    document = """mutation($s: WebhookSubscriptionInput!) {
      webhookSubscriptionCreate(topic: ORDERS_PAID, webhookSubscription: $s) { webhookSubscription { id } userErrors { message } }
    }"""
    body = {"query": document, "variables": {"s": {"uri": URI, "filter": "total_price:>=100"}}}
    headers = {"X-Shopify-Access-Token": store.facts["token"]}
    made = requests.post(f"{store.facts['url']}/admin/api/2026-10/graphql.json", json=body, headers=headers, timeout=10).json()
    large = made["data"]["webhookSubscriptionCreate"]["webhookSubscription"]["id"]
    wish = these("APP_UNINSTALLED", "REFUNDS_CREATE")
    wish["subscriptions"].append({"topic": "orders/paid", "uri": URI, "filter": "total_price:>=100"})
    result = store.both(shopify_webhook, **wish)
    assert sent(result) == [DELETE] and result["removed"][0]["id"] != large
    assert result["webhooks"][2]["id"] == large


@pytest.mark.parametrize(
    "options",
    [
        {"uri_prefix": "https://hooks.example.com"},
        {"uri_prefix": "http://hooks.example.com/"},
        {"uri_prefix": ""},
        {"uri_prefix": "https://www.example.com/"},
        {"subscriptions": [{"topic": "ORDERS_PAID", "uri": URI}, {"topic": "orders/paid", "uri": URI, "filter": "x"}]},
        {"subscriptions": [{"topic": "paid", "uri": URI}]},
        {"subscriptions": [{"topic": "ORDERS_PAID", "uri": URI, "name": " "}]},
        {"subscriptions": [{"topic": "ORDERS_PAID", "uri": URI, "name": "paid"}], "api_version": "2026-01"},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"])
@pytest.mark.parametrize("skip", [0, 1, 2], ids=["update", "create", "delete"])
def test_whatever_happens_to_a_change_it_has_one_effect(store: Store, kind: str, skip: int) -> None:
    wish = these("ORDERS_PAID", "ORDERS_CREATE", "REFUNDS_CREATE", include_fields=["id"])
    wish["subscriptions"][2].pop("include_fields")
    store.sandbox.fault(kind, vendor="shopify", changes=True, skip=skip, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = store.run(shopify_webhook, **wish, request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert sorted(name for name, effect in store.changes if effect) == [CREATE, DELETE, UPDATE]
    assert store.run(shopify_webhook, **wish)["changed"] is False


# -- names
def test_a_name_is_given_changed_and_kept(store: Store) -> None:
    new: Json = {"topic": "ORDERS_CREATE", "uri": URI}
    result = store.both(shopify_webhook, **new, name="new-orders")
    assert asked(result) == [NAMED, CREATE] and result["webhook"]["name"] == "new-orders"
    assert store.run(shopify_webhook, **new)["changed"] is False
    store.both(shopify_webhook, **new, format="XML")
    assert ("ORDERS_CREATE", URI, "new-orders") in listed(store)
    assert asked(store.both(shopify_webhook, **new, name="orders")) == [NAMED, UPDATE]
    assert ("ORDERS_CREATE", URI, "orders") in listed(store)


def test_a_list_may_hold_names_and_none(store: Store) -> None:
    wish = these(*THERE)
    wish["subscriptions"][1]["name"] = "paid"
    wish["subscriptions"][2]["format"] = "XML"
    store.both(shopify_webhook, **wish)
    assert listed(store) == [("APP_UNINSTALLED", URI, ""), ("ORDERS_PAID", URI, "paid"), ("REFUNDS_CREATE", URI, "")]


def test_a_name_that_the_vendor_refuses_is_told(store: Store) -> None:
    result = store.run(shopify_webhook, topic="ORDERS_PAID", uri=URI, name="x" * 60)
    assert result["failure"]["kind"] == "invalid" and "up to 50" in result["failure"]["message"]


def test_an_older_version_knows_no_names(store: Store) -> None:
    failure = store.run(shopify_webhook, topic="ORDERS_PAID", uri=URI, name="paid", api_version="2026-01")["failure"]
    assert failure["kind"] == "invalid" and "2026-04" in failure["message"] and store.asked == []
    assert asked(store.run(shopify_webhook_info, api_version="2026-01")) == [LIST]

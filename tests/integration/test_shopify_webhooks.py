# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhook subscriptions: by topic and address, made once, and found again."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_webhook, shopify_webhook_info
from tests.integration.shopify_shop import Shop
from tests.integration.tasks import Json, asked
from tests.integration.test_shopify_modules import shop as shop

LIST, CREATE, UPDATE, DELETE = "webhookSubscriptions", "webhookSubscriptionCreate", "webhookSubscriptionUpdate", "webhookSubscriptionDelete"
NEW: Json = {"topic": "ORDERS_CREATE", "uri": "https://hooks.example.com/new"}
THERE: Json = {"topic": "ORDERS_PAID", "uri": "https://hooks.example.com/shopify"}


def ensure(shop: Shop, **options: t.Any) -> Json:
    return shop.both(shopify_webhook, **options)


def listed(shop: Shop, **options: t.Any) -> list[Json]:
    result = shop.run(shopify_webhook_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["webhooks"])


def failed(shop: Shop, **options: t.Any) -> Json:
    result = shop.run(shopify_webhook, **{**NEW, **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


def test_a_new_one_is_two_requests(shop: Shop) -> None:
    result = ensure(shop, **NEW)
    assert asked(result) == [LIST, CREATE]
    (seen,) = listed(shop, topics=["orders/create"])
    made = {"format": "JSON", "filter": "", "include_fields": [], "metafield_namespaces": []}
    assert {name: seen[name] for name in (*NEW, *made)} == {**NEW, **made}
    assert result["webhook"] == {**NEW, **made, "state": "present", "id": seen["id"], "api_version": "2026-10"}
    assert result["diff"] == {"before": {"webhook": None}, "after": {"webhook": {**NEW, **made}}}


def test_a_plan_knows_all_but_the_id(shop: Shop) -> None:
    plan = shop.run(shopify_webhook, check=True, **NEW)
    assert plan["webhook"]["id"] == {"known_after": CREATE} and shop.changes == []


@pytest.mark.parametrize("topic", ["ORDERS_PAID", "orders/paid", " Orders/Paid "])
def test_what_is_there_is_one_request(shop: Shop, topic: str) -> None:
    result = shop.run(shopify_webhook, **{**THERE, "topic": topic})
    assert (result["changed"], asked(result)) == (False, [LIST])
    assert result["webhook"]["topic"] == "ORDERS_PAID"


def test_what_the_task_names_is_changed_and_the_rest_stays(shop: Shop) -> None:
    ensure(shop, **NEW, filter="total_price:>=100", include_fields=["id", "updated_at"], format="XML")
    result = ensure(shop, **NEW, include_fields=["updated_at", "name"], metafield_namespaces=["membership"])
    assert asked(result) == [LIST, UPDATE]
    (seen,) = listed(shop, topics=["ORDERS_CREATE"])
    assert (seen["filter"], seen["format"], seen["include_fields"]) == ("total_price:>=100", "XML", ["name", "updated_at"])
    assert result["diff"]["before"]["webhook"]["include_fields"] == ["id", "updated_at"]
    assert seen["metafield_namespaces"] == ["membership"]


def test_empty_is_not_unset(shop: Shop) -> None:
    ensure(shop, **NEW, filter="total_price:>=100", include_fields=["id"])
    ensure(shop, **NEW, filter="", include_fields=[])
    (seen,) = listed(shop, topics=["ORDERS_CREATE"])
    assert (seen["filter"], seen["include_fields"]) == ("", [])


def test_it_can_be_ended(shop: Shop) -> None:
    result = ensure(shop, **THERE, state="absent")
    assert asked(result) == [LIST, DELETE] and result["webhook"]["id"] is None
    assert [one["topic"] for one in listed(shop)] == ["APP_UNINSTALLED", "REFUNDS_CREATE"]
    assert shop.run(shopify_webhook, **NEW, state="absent")["changed"] is False


def test_several_of_one_address_are_told_apart_by_their_filter(shop: Shop) -> None:
    small, large = {**NEW, "filter": "total_price:<100"}, {**NEW, "filter": "total_price:>=100"}
    ensure(shop, **small)
    # The vendor allows a second one, and this module makes none.
    call = "webhookSubscriptionCreate(topic: $t, webhookSubscription: $s) { userErrors { message } }"
    document = f"mutation($t: WebhookSubscriptionTopic!, $s: WebhookSubscriptionInput!) {{ {call} }}"
    post(shop, document, t=NEW["topic"], s={"uri": NEW["uri"], "filter": large["filter"]})
    assert shop.run(shopify_webhook, **large)["changed"] is False
    assert "2 subscriptions" in failed(shop)["message"]
    assert failed(shop, filter="total_price:1")["code"] == "two_of_one_name"
    ensure(shop, **small, state="absent")
    assert [one["filter"] for one in listed(shop, topics=["ORDERS_CREATE"])] == ["total_price:>=100"]


def post(shop: Shop, document: str, **variables: t.Any) -> Json:
    import requests

    facts = shop.facts
    answer = requests.post(
        f"{facts['url']}/admin/api/2026-10/graphql.json",
        json={"query": document, "variables": variables},
        headers={"X-Shopify-Access-Token": facts["token"]},
        timeout=10,
    )
    return t.cast(Json, answer.json())


def test_every_app_has_its_own(shop: Shop) -> None:
    assert [one["uri"] for one in listed(shop, token=shop.facts["reports_token"])] == ["https://reports.example.com/shopify"]
    failure = failed(shop, token=shop.facts["reports_token"])
    assert failure["kind"] == "invalid" and "permission" in failure["message"]
    assert failed(shop, topic="ORDERS_UNKNOWN")["kind"] == "invalid"


def test_the_list_can_be_narrowed(shop: Shop) -> None:
    assert len(listed(shop)) == 3
    assert [one["topic"] for one in listed(shop, topics=["REFUNDS_CREATE", "orders/paid"])] == ["ORDERS_PAID", "REFUNDS_CREATE"]
    assert listed(shop, uri_prefix="https://www.example.com/") == []


@pytest.mark.parametrize(
    "options",
    [
        {"uri": "http://app.example.com/hook"},
        {"uri": "https://operator:secret@app.example.com/hook"},
        {"uri": "https:///hook"},
        {"uri": "https://[app/hook"},
        {"uri": "pubsub://project"},
        {"uri": ""},
        {"topic": "orders"},
        {"topic": "ORDERS PAID"},
        {"topic": "{{ topic }}"},
    ],
)
def test_what_cannot_be_is_refused_before_the_first_request(shop: Shop, options: Json) -> None:
    failure = failed(shop, **options)
    assert failure["kind"] == "invalid" and "secret" not in str(failure)
    assert shop.asked == []


def test_it_delivers_to_queues_too(shop: Shop) -> None:
    ensure(shop, topic="ORDERS_CREATE", uri="pubsub://shop-project:orders")
    ensure(shop, topic="ORDERS_CREATE", uri="arn:aws:events:eu-central-1::event-source/aws.partner/shopify.com/1/orders")


def test_reading_alone_changes_nothing(shop: Shop) -> None:
    assert failed(shop, allow="read")["code"] == "allow"
    assert shop.changes == []


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"])
@pytest.mark.parametrize("wish", [NEW, {**THERE, "format": "XML"}, {**THERE, "state": "absent"}], ids=["create", "update", "delete"])
def test_whatever_happens_to_the_change_it_has_one_effect(shop: Shop, kind: str, wish: Json) -> None:
    shop.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = shop.run(shopify_webhook, **wish, request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert [effect for _name, effect in shop.changes].count(True) == 1
    assert shop.run(shopify_webhook, **wish)["changed"] is False


def test_somebody_else_may_be_quicker(shop: Shop) -> None:
    taken = {"data": {CREATE: {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription"], "message": "Address has already been taken"}]}}}
    shop.sandbox.fault("body", vendor="shopify", changes=True, body=taken)
    assert failed(shop)["kind"] == "conflict"
    gone = {"data": {DELETE: {"deletedWebhookSubscriptionId": None, "userErrors": [{"field": ["id"], "message": "Webhook subscription does not exist"}]}}}
    shop.sandbox.fault("body", vendor="shopify", changes=True, body=gone)
    result = shop.run(shopify_webhook, **THERE, state="absent")
    assert result["failure"]["kind"] == "not_found"


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"webhookSubscription": None}, {"webhookSubscription": {"id": 5}, "userErrors": []}, {"userErrors": {}}, {"userErrors": ["no"]}],
)
def test_an_answer_without_its_errors_is_no_success(shop: Shop, payload: t.Any) -> None:
    """Nothing was made, whatever this answer is: it is looked for, and made then or told."""
    shop.sandbox.fault("body", vendor="shopify", changes=True, body={"data": {CREATE: payload}})
    result = shop.run(shopify_webhook, **NEW, request_timeout="1s")
    assert result.get("failed") or len(listed(shop, topics=["ORDERS_CREATE"])) == 1
    if result.get("failed"):
        assert result["failure"]["kind"] == "protocol"


@pytest.mark.parametrize(
    "page",
    [
        None,
        {"nodes": None},
        {"nodes": [], "pageInfo": None},
        {"nodes": [None], "pageInfo": {"hasNextPage": False}},
        {"nodes": [{"id": "x"}], "pageInfo": {"hasNextPage": False}},
        {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": None}},
        {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "again"}},
    ],
)
def test_a_list_that_is_none_or_never_ends_is_told(shop: Shop, page: t.Any) -> None:
    shop.sandbox.fault("body", vendor="shopify", changes=False, body={"data": {LIST: page}}, times=0)
    assert failed(shop)["kind"] == "protocol"
    assert shop.changes == []


def test_vendor_text_is_plain(shop: Shop) -> None:
    node = {"id": "gid://shopify/WebhookSubscription/1", "topic": "ORDERS_PAID", "uri": "https://a/{{ x }}\x1b[2J", "format": "NEW\x07", "filter": "\u202ex"}
    body = {"data": {LIST: {"nodes": [node], "pageInfo": {"hasNextPage": False}}}}
    shop.sandbox.fault("body", vendor="shopify", body=body)
    (one,) = listed(shop)
    assert (one["uri"], one["format"], one["filter"]) == ("https://a/{{ x }}?[2J", "NEW?", "?x")

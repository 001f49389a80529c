# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhook subscriptions: by topic and address, made once, and found again."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_webhook, shopify_webhook_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

LIST, CREATE, UPDATE, DELETE = "webhookSubscriptions", "webhookSubscriptionCreate", "webhookSubscriptionUpdate", "webhookSubscriptionDelete"
NEW: Json = {"topic": "ORDERS_CREATE", "uri": "https://hooks.example.com/new"}
THERE: Json = {"topic": "ORDERS_PAID", "uri": "https://hooks.example.com/shopify"}


def ensure(store: Store, **options: t.Any) -> Json:
    return store.both(shopify_webhook, **options)


def listed(store: Store, **options: t.Any) -> list[Json]:
    result = store.run(shopify_webhook_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["webhooks"])


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_webhook, **{**NEW, **options})
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


def test_a_new_one_is_two_requests(store: Store) -> None:
    result = ensure(store, **NEW)
    assert asked(result) == [LIST, CREATE]
    (seen,) = listed(store, topics=["orders/create"])
    made = {"format": "JSON", "filter": "", "include_fields": [], "metafield_namespaces": []}
    assert {name: seen[name] for name in (*NEW, *made)} == {**NEW, **made}
    assert result["webhook"] == {**NEW, **made, "state": "present", "id": seen["id"], "api_version": "2026-10"}
    assert result["diff"] == {"before": {"webhook": None}, "after": {"webhook": {**NEW, **made}}}


def test_a_plan_knows_all_but_the_id(store: Store) -> None:
    plan = store.run(shopify_webhook, check=True, **NEW)
    assert plan["webhook"]["id"] == {"known_after": CREATE} and store.changes == []


@pytest.mark.parametrize("topic", ["ORDERS_PAID", "orders/paid", " Orders/Paid "])
def test_what_is_there_is_one_request(store: Store, topic: str) -> None:
    result = store.run(shopify_webhook, **{**THERE, "topic": topic})
    assert (result["changed"], asked(result)) == (False, [LIST])
    assert result["webhook"]["topic"] == "ORDERS_PAID"


def test_what_the_task_names_is_changed_and_the_rest_stays(store: Store) -> None:
    ensure(store, **NEW, filter="total_price:>=100", include_fields=["id", "updated_at"], format="XML")
    result = ensure(store, **NEW, include_fields=["updated_at", "name"], metafield_namespaces=["membership"])
    assert asked(result) == [LIST, UPDATE]
    (seen,) = listed(store, topics=["ORDERS_CREATE"])
    assert (seen["filter"], seen["format"], seen["include_fields"]) == ("total_price:>=100", "XML", ["name", "updated_at"])
    assert result["diff"]["before"]["webhook"]["include_fields"] == ["id", "updated_at"]
    assert seen["metafield_namespaces"] == ["membership"]


def test_empty_is_not_unset(store: Store) -> None:
    ensure(store, **NEW, filter="total_price:>=100", include_fields=["id"])
    ensure(store, **NEW, filter="", include_fields=[])
    (seen,) = listed(store, topics=["ORDERS_CREATE"])
    assert (seen["filter"], seen["include_fields"]) == ("", [])


def test_it_can_be_ended(store: Store) -> None:
    result = ensure(store, **THERE, state="absent")
    assert asked(result) == [LIST, DELETE] and result["webhook"]["id"] is None
    assert [one["topic"] for one in listed(store)] == ["APP_UNINSTALLED", "REFUNDS_CREATE"]
    assert store.run(shopify_webhook, **NEW, state="absent")["changed"] is False


def test_several_of_one_address_are_told_apart_by_their_filter(store: Store) -> None:
    small, large = {**NEW, "filter": "total_price:<100"}, {**NEW, "filter": "total_price:>=100"}
    ensure(store, **small)
    # The vendor allows a second one, and this module makes none.
    call = "webhookSubscriptionCreate(topic: $t, webhookSubscription: $s) { userErrors { message } }"
    document = f"mutation($t: WebhookSubscriptionTopic!, $s: WebhookSubscriptionInput!) {{ {call} }}"
    post(store, document, t=NEW["topic"], s={"uri": NEW["uri"], "filter": large["filter"]})
    assert store.run(shopify_webhook, **large)["changed"] is False
    assert "2 subscriptions" in failed(store)["message"]
    assert failed(store, filter="total_price:1")["code"] == "two_of_one_name"
    ensure(store, **small, state="absent")
    assert [one["filter"] for one in listed(store, topics=["ORDERS_CREATE"])] == ["total_price:>=100"]


def post(store: Store, document: str, **variables: t.Any) -> Json:
    import requests

    facts = store.facts
    answer = requests.post(
        f"{facts['url']}/admin/api/2026-10/graphql.json",
        json={"query": document, "variables": variables},
        headers={"X-Shopify-Access-Token": facts["token"]},
        timeout=10,
    )
    return t.cast(Json, answer.json())


def test_every_app_has_its_own(store: Store) -> None:
    assert [one["uri"] for one in listed(store, token=store.facts["reports_token"])] == ["https://reports.example.com/shopify"]
    failure = failed(store, token=store.facts["reports_token"])
    assert failure["kind"] == "invalid" and "permission" in failure["message"]
    assert failed(store, topic="ORDERS_UNKNOWN")["kind"] == "invalid"


def test_the_list_can_be_narrowed(store: Store) -> None:
    assert len(listed(store)) == 3
    assert [one["topic"] for one in listed(store, topics=["REFUNDS_CREATE", "orders/paid"])] == ["ORDERS_PAID", "REFUNDS_CREATE"]
    assert listed(store, uri_prefix="https://www.example.com/") == []


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
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    failure = failed(store, **options)
    assert failure["kind"] == "invalid" and "secret" not in str(failure)
    assert store.asked == []


@pytest.mark.parametrize("uri", ["pubsub://shop-project:orders", "arn:aws:events:eu-central-1::event-source/aws.partner/shopify.com/1/orders"])
def test_it_delivers_to_queues_too(store: Store, uri: str) -> None:
    ensure(store, topic="ORDERS_CREATE", uri=uri)
    assert uri in [webhook["uri"] for webhook in listed(store)]


def test_reading_alone_changes_nothing(store: Store) -> None:
    assert failed(store, allow="read")["code"] == "allow"
    assert store.changes == []


@pytest.mark.parametrize("kind", ["lost", "truncated", "reset", "garbage", "rate_limited", "status", "timeout_after", "graphql_error", "graphql_error_after"])
@pytest.mark.parametrize("wish", [NEW, {**THERE, "format": "XML"}, {**THERE, "state": "absent"}], ids=["create", "update", "delete"])
def test_whatever_happens_to_the_change_it_has_one_effect(store: Store, kind: str, wish: Json) -> None:
    store.sandbox.fault(kind, vendor="shopify", changes=True, **({"seconds": 2} if kind == "timeout_after" else {}))
    done = store.run(shopify_webhook, **wish, request_timeout="1s")
    assert done["changed"] and not done.get("failed"), done.get("msg")
    assert [effect for _name, effect in store.changes].count(True) == 1
    assert store.run(shopify_webhook, **wish)["changed"] is False


def test_somebody_else_may_be_quicker(store: Store) -> None:
    taken = {"data": {CREATE: {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription"], "message": "Address has already been taken"}]}}}
    store.sandbox.fault("body", vendor="shopify", changes=True, body=taken)
    assert failed(store)["kind"] == "conflict"
    gone = {"data": {DELETE: {"deletedWebhookSubscriptionId": None, "userErrors": [{"field": ["id"], "message": "Webhook subscription does not exist"}]}}}
    store.sandbox.fault("body", vendor="shopify", changes=True, body=gone)
    result = store.run(shopify_webhook, **THERE, state="absent")
    assert result["failure"]["kind"] == "not_found"


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"webhookSubscription": None}, {"webhookSubscription": {"id": 5}, "userErrors": []}, {"userErrors": {}}, {"userErrors": ["no"]}],
)
def test_an_answer_without_its_errors_is_no_success(store: Store, payload: t.Any) -> None:
    """Nothing was made, whatever this answer is: it is looked for, and made then or told."""
    store.sandbox.fault("body", vendor="shopify", changes=True, body={"data": {CREATE: payload}})
    result = store.run(shopify_webhook, **NEW, request_timeout="1s")
    assert result.get("failed") or len(listed(store, topics=["ORDERS_CREATE"])) == 1
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
def test_a_list_that_is_none_or_never_ends_is_told(store: Store, page: t.Any) -> None:
    store.sandbox.fault("body", vendor="shopify", changes=False, body={"data": {LIST: page}}, times=0)
    assert failed(store)["kind"] == "protocol"
    assert store.changes == []


def test_vendor_text_is_plain(store: Store) -> None:
    node = {"id": "gid://shopify/WebhookSubscription/1", "topic": "ORDERS_PAID", "uri": "https://a/{{ x }}\x1b[2J", "format": "NEW\x07", "filter": "\u202ex"}
    body = {"data": {LIST: {"nodes": [node], "pageInfo": {"hasNextPage": False}}}}
    store.sandbox.fault("body", vendor="shopify", body=body)
    (one,) = listed(store)
    assert (one["uri"], one["format"], one["filter"]) == ("https://a/{{ x }}?[2J", "NEW?", "?x")

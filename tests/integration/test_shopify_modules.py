# SPDX-License-Identifier: GPL-3.0-or-later
"""Shopify's client as its modules use it: versions, tokens, points, and the three places where errors stand."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_shop_info, shopify_webhook, shopify_webhook_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

GRANT = "oauth_access_token"


def info(store: Store, /, **options: t.Any) -> Json:
    return store.run(shopify_shop_info, **options)


def failed(store: Store, /, **options: t.Any) -> Json:
    result = info(store, **options)
    assert result["failure"]["hint"]
    return t.cast(Json, result["failure"])


# -- the shop
def test_the_shop_its_app_and_its_versions_are_one_request(store: Store) -> None:
    result = info(store)
    assert asked(result) == ["shop"]
    assert (result["shop"]["domain"], result["shop"]["currency"], result["shop"]["is_plus"]) == ("example-shop.myshopify.com", "EUR", False)
    assert result["app"]["missing_scopes"] == ["read_all_orders"] and "write_orders" in result["app"]["scopes"]
    assert result["api"] == {
        "requested": "2026-10",
        "served": "2026-10",
        "deprecated": [],
        "supported": ["2026-01", "2026-04", "2026-07", "2026-10"],
        "newest": "2026-10",
        "is_supported": True,
        "quarters_left": 4,
        "ends_at": 1822348800.0,
        "days_left": 314,
    }
    points = result["throttle"]
    assert 0 < points["available"] < points["maximum"] and points["restore_rate"] > 0
    assert points["used_percent"] == round(100 * (1 - points["available"] / points["maximum"]), 2) > 0
    assert "warnings" not in result


@pytest.mark.parametrize(("version", "left", "days"), [("2026-01", 1, 41), ("2027-01", 0, 406), ("unstable", 0, None)])
def test_how_long_a_version_is_good_for(store: Store, version: str, left: int, days: int | None) -> None:
    api = info(store, api_version=version)["api"]
    assert api["days_left"] == days
    assert (api["served"], api["quarters_left"], api["is_supported"]) == (version, left, left > 0)


# -- versions
def test_another_version_stops_before_anything_is_changed(store: Store) -> None:
    options = {"topic": "ORDERS_CREATE", "uri": "https://app.example.com/new", "api_version": "2025-10"}
    for check in (True, False):
        failure = store.run(shopify_webhook, check, **options)["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", "api_version")
        assert "2026-01 answered" in failure["message"]
    assert store.changes == []


def test_another_version_can_be_a_warning(store: Store) -> None:
    result = info(store, api_version="2025-10", api_version_mismatch="warn")
    assert result["api"]["served"] == "2026-01" and result["api"]["quarters_left"] == 0
    assert len(result["warnings"]) == 1 and "2026-01 answered" in result["warnings"][0]


def test_a_version_of_the_future_is_asked_for_without_a_list(store: Store) -> None:
    store.sandbox.scenario("bad-release", shopify_versions=["2027-01", "2027-04"])
    assert info(store, api_version="2027-04")["api"]["is_supported"]
    assert failed(store)["code"] == "api_version"


@pytest.mark.parametrize("version", ["2026-02", "latest", "2026", "../2026-10", ""])
def test_what_is_no_version_is_refused_before_the_first_request(store: Store, version: str) -> None:
    assert failed(store, api_version=version)["kind"] == "invalid"
    assert store.asked == []


# -- who asks
@pytest.mark.parametrize("name", ["example-shop", "https://Example-Shop.myshopify.com/", "example-shop.myshopify.com"])
def test_a_shop_has_several_spellings(store: Store, name: str) -> None:
    assert info(store, shop=name)["shop"]["name"] == "Example Shop"


@pytest.mark.parametrize("name", ["shop.example.com", "a/b", "example-shop.myshopify.com.example.com", "evil.com#.myshopify.com", ""])
def test_what_is_no_shop_is_refused_before_the_first_request(store: Store, name: str) -> None:
    assert failed(store, shop=name)["kind"] == "invalid"
    assert store.asked == []


def test_client_credentials_are_one_request_more(store: Store) -> None:
    result = info(store, **store.credentials())
    assert asked(result) == [GRANT, "shop"]
    assert store.facts["client_secret"] not in str(result) and "shpat_" not in str(result)
    assert store.facts["client_secret"] not in str(store.sandbox.journal())


def test_a_token_that_dies_is_fetched_again_once(store: Store) -> None:
    store.sandbox.fault("status", vendor="shopify", operation="webhookSubscription", status=401, message="[API] Invalid API key or access token")
    result = store.run(shopify_webhook_info, **store.credentials())
    assert sorted(asked(result)) == [GRANT, GRANT, "webhookSubscriptionsWithNames", "webhookSubscriptionsWithNames"]
    assert len(result["webhooks"]) == 3


def test_a_change_is_sent_again_with_the_new_token(store: Store) -> None:
    store.sandbox.fault("status", vendor="shopify", changes=True, status=401)
    result = store.run(shopify_webhook, topic="ORDERS_CREATE", uri="https://app.example.com/new", **store.credentials())
    assert result["changed"] and store.changes == [("webhookSubscriptionCreate", False), ("webhookSubscriptionCreate", True)]


@pytest.mark.parametrize("renewable", [True, False])
def test_a_token_that_stays_dead_is_an_error(store: Store, renewable: bool) -> None:
    store.sandbox.fault("status", vendor="shopify", operation="shop", status=401, times=0)
    assert failed(store, **(store.credentials() if renewable else {}))["kind"] == "auth"
    assert len(store.asked) == (4 if renewable else 1)


@pytest.mark.parametrize("option", ["token", "client_secret"])
def test_a_refresh_token_is_refused_before_it_is_used_up(store: Store, option: str) -> None:
    secret = "shprt_test-3Fq7Lw9Zd2Kc"
    result = info(store, **{**store.credentials(), "client_secret": None, option: secret})
    assert (result["failure"]["kind"], result["failure"]["code"]) == ("refused", "refresh_token")
    assert secret not in str(result) and store.asked == []


def test_an_app_of_another_organisation_has_words_of_its_own(store: Store) -> None:
    failure = failed(store, **{**store.credentials(), "client_id": "0" * 32})
    assert (failure["kind"], failure["code"]) == ("permission", "shop_not_permitted")
    assert "does not mean that the secret is wrong" in failure["hint"]


def test_a_wrong_secret_is_told_and_not_shown(store: Store) -> None:
    wrong = "shopify-test-wrong-8Hd2Kx5Qw9"
    result = info(store, **{**store.credentials(), "client_secret": wrong})
    assert (result["failure"]["kind"], result["failure"]["code"]) == ("auth", "invalid_client")
    assert wrong not in str(result)


@pytest.mark.parametrize(
    ("options", "code"),
    [({"token": None}, ""), ({"client_secret": "s"}, "two_tokens"), ({"token": "two words"}, ""), ({"token": None, "client_id": "5f0e"}, "")],
)
def test_tokens_that_cannot_be_are_refused_before_the_first_request(store: Store, options: Json, code: str) -> None:
    failure = failed(store, **options)
    assert failure["kind"] in ("auth", "refused") and failure["code"] == code
    assert store.asked == []


def test_a_dead_token_is_told(store: Store) -> None:
    failure = failed(store, token="shpat_dead")
    assert (failure["kind"], failure["status"]) == ("auth", 401)
    assert "Invalid API key" in failure["message"]


@pytest.mark.parametrize(
    ("status", "kind"), [(402, "plan"), (403, "permission"), (404, "not_found"), (423, "permission"), (400, "protocol"), (418, "protocol")]
)
def test_what_a_status_means(store: Store, status: int, kind: str) -> None:
    store.sandbox.fault("status", vendor="shopify", status=status)
    assert failed(store)["kind"] == kind


# -- errors inside a 200
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ACCESS_DENIED", "permission"),
        ("MAX_COST_EXCEEDED", "invalid"),
        ("SHOP_INACTIVE", "permission"),
        ("undefinedField", "protocol"),
        ("INVALID_VARIABLE", "invalid"),
    ],
)
def test_a_refusal_inside_a_200_is_not_asked_again(store: Store, code: str, kind: str) -> None:
    store.sandbox.fault("graphql_error", vendor="shopify", code=code, message="No: {{ lookup('pipe', 'id') }} \x1b[2J", times=0)
    failure = failed(store)
    assert (failure["kind"], failure["code"]) == (kind, code) and "\x1b" not in failure["message"]
    assert len(store.asked) == 1


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "SOMETHING_NEW"])
def test_a_passing_error_inside_a_200_is_asked_again(store: Store, code: str) -> None:
    store.sandbox.fault("graphql_error", vendor="shopify", code=code, times=3)
    assert info(store)["shop"]["name"] == "Example Shop"
    store.sandbox.fault("graphql_error", vendor="shopify", code=code, times=0)
    assert failed(store)["kind"] == "vendor_down"


@pytest.mark.parametrize("kind", ["status", "reset", "garbage", "rate_limited", "truncated", "big", "timeout"])
def test_a_read_survives_what_passes(store: Store, kind: str) -> None:
    options = {"big": {"mb": 65}, "timeout": {"seconds": 2}, "status": {"status": 503}}.get(kind, {})
    store.sandbox.fault(kind, vendor="shopify", **options)
    assert info(store, request_timeout="1s")["shop"]["name"] == "Example Shop"


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": []}, [], {"data": {"shop": None}}, {"data": {"shop": {}, "publicApiVersions": {}}}])
def test_an_answer_that_is_none_is_told(store: Store, body: t.Any) -> None:
    store.sandbox.fault("body", vendor="shopify", body=body, times=0)
    assert failed(store)["kind"] == "protocol"


# -- points
def test_points_are_waited_for_and_no_longer_than_needed(store: Store) -> None:
    store.sandbox.scenario("bad-release", scale=11)
    began = store.sandbox.clock()["now"]
    result = store.run(shopify_webhook_info)
    took = store.sandbox.clock()["now"] - began
    assert len(result["webhooks"]) == 3003
    # Thirteen pages of up to 502 points each where 2,000 are in the bucket and 100 come back in a second.
    assert 20 < took < 70
    assert asked(result) == ["webhookSubscriptionsWithNames"] * 13
    assert {entry["status"] for entry in store.sandbox.journal(vendor="shopify")} == {200}


def test_a_throttled_request_is_sent_again_when_there_are_points(store: Store) -> None:
    store.sandbox.fault("graphql_error", vendor="shopify", code="THROTTLED", message="Throttled", times=3)
    result = store.run(shopify_webhook, topic="ORDERS_CREATE", uri="https://app.example.com/new")
    assert result["changed"] and len(store.changes) == 1


def test_a_throttled_change_was_not_made(store: Store) -> None:
    store.sandbox.fault("graphql_error", vendor="shopify", changes=True, code="THROTTLED", message="Throttled")
    result = store.run(shopify_webhook, topic="ORDERS_CREATE", uri="https://app.example.com/new")
    assert result["changed"] and store.changes == [("webhookSubscriptionCreate", False), ("webhookSubscriptionCreate", True)]


def test_points_that_come_too_late_are_told(store: Store) -> None:
    store.sandbox.fault("graphql_error", vendor="shopify", code="THROTTLED", message="Throttled", times=0)
    failure = failed(store, deadline="5s")
    assert (failure["kind"], failure["retryable"]) == ("rate_limited", True)

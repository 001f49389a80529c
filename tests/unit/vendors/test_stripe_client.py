# SPDX-License-Identifier: GPL-3.0-or-later
"""The Stripe client against scripted answers: what is sent with each request, and what each refusal means."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import account_info, balance_info, client, webhook_endpoint, webhook_endpoint_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import (
    ACCOUNT,
    BALANCE,
    ENDPOINT,
    HOOK,
    KEY,
    SECRET,
    Json,
    Stripe,
    error,
    of_module,
    page,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import LOST

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_fixtures"]
WISH: Json = {**ENDPOINT, "name": "checkout", "url": HOOK["url"], "enabled_events": ["invoice.paid"]}


def test_key_version_and_account_go_with_every_request(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/account", ACCOUNT)
    of_module(account_info.execute)
    of_module(account_info.execute, account="acct_2", version="2026-09-30.dahlia", mode="live")
    sent = [stripe_script.request(number).headers for number in (0, 1)]
    assert [one["Authorization"] for one in sent] == [f"Bearer {KEY}"] * 2
    assert [(one["Stripe-Version"], one.get("Stripe-Account")) for one in sent] == [("2026-10-28.endive", None), ("2026-09-30.dahlia", "acct_2")]


@pytest.mark.parametrize(
    ("key", "mode"), [("sk_live_x", "live"), ("rk_test_x", "test"), ("sk_test_x", "test"), ("rk_live_x", "live"), ("sk_x", ""), ("xsk_live_x", "")]
)
def test_the_mode_is_read_from_the_key(key: str, mode: str) -> None:
    assert client.mode_of(key) == mode


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, error("Bad", "parameter_unknown", param="x"), "invalid", "parameter_unknown"),
        (400, error("Slow", "rate_limit"), "rate_limited", "rate_limit"),
        (401, error("Invalid API Key provided: sk_****"), "auth", "invalid_request_error"),
        (402, error("Declined", "card_declined", "card_error"), "failed", "card_declined"),
        (403, error("Having the 'rak_x_read' permission", "more_permissions_required"), "permission", "more_permissions_required"),
        (404, error("No such", "resource_missing"), "not_found", "resource_missing"),
        (409, error("Busy", None, "idempotency_error"), "conflict", "idempotency_error"),
        (418, error("Tea"), "invalid", "invalid_request_error"),
        (200, error("Odd", None, "api_error"), "protocol", "api_error"),
        (200, [1], "protocol", ""),
        (200, {"id": 3}, "protocol", "missing_field"),
    ],
)
def test_what_a_refusal_means(stripe_script: Stripe, status: int, body: t.Any, kind: str, code: str) -> None:
    stripe_script.on("GET", "/v1/account", (status, body), headers={"Request-Id": "req_1"})
    failure = of_module(account_info.execute)["failure"]
    assert (failure["kind"], failure["code"]) == (kind, code) and failure["hint"] and failure["vendor"] == "stripe"
    assert stripe_script.asked == ["GET /v1/account"]


def test_the_vendor_says_when_sending_again_is_of_no_use(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/balance", (500, error("Broken", None, "api_error")), headers={"Stripe-Should-Retry": "false"})
    assert of_module(balance_info.execute)["failure"]["kind"] == "vendor_down"
    assert len(stripe_script.asked) == 1


def test_the_vendor_says_when_it_is(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/balance", (409, error("Busy")), headers={"Stripe-Should-Retry": "true"})
    stripe_script.on("GET", "/v1/balance", BALANCE)
    assert of_module(balance_info.execute)["balances"][0]["available"] == 1
    assert len(stripe_script.asked) == 2


def test_a_key_in_the_vendor_s_words_is_masked(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/balance", (401, error(f"Invalid API Key provided: {KEY}")))
    assert KEY not in str(of_module(balance_info.execute))


# -- pages
def test_pages_begin_after_the_last_one(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", page({**HOOK, "id": "we_2"}, HOOK, more=True), page({**HOOK, "id": "we_0"}))
    found = of_module(webhook_endpoint_info.execute, endpoint=None)["endpoints"]
    assert [one["id"] for one in found] == ["we_2", "we_1", "we_0"]
    assert [stripe_script.request(number).params for number in (0, 1)] == [{"limit": "100"}, {"limit": "100", "starting_after": "we_1"}]


@pytest.mark.parametrize(
    "bad", [{"data": []}, {"data": [], "has_more": True}, {"data": [{}], "has_more": False}, {"data": {}, "has_more": False}, {"has_more": False}]
)
def test_half_a_list_is_not_taken_for_a_whole_one(stripe_script: Stripe, bad: Json) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", bad)
    assert of_module(webhook_endpoint_info.execute, endpoint=None)["failure"]["code"] == "missing_field"


# -- idempotency keys
def test_a_lost_answer_is_asked_for_with_the_same_key(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", page())
    stripe_script.on("POST", "/v1/webhook_endpoints", LOST, {**HOOK, "secret": SECRET})
    done = of_module(webhook_endpoint.execute, **WISH)
    assert done["secret"] == SECRET and len(set(stripe_script.keys[1:])) == 1 and len(stripe_script.keys) == 3
    marks = {"metadata[saasops_name]": "checkout", "metadata[saasops_connect]": "false"}
    assert stripe_script.form(1) == {"url": HOOK["url"], "enabled_events[0]": "invoice.paid", **marks}
    assert stripe_script.request(1).headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_after_an_error_that_is_kept_it_is_looked_and_another_key_used(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", page())
    stripe_script.on("POST", "/v1/webhook_endpoints", (500, error("Broken", None, "api_error")), {**HOOK, "secret": SECRET})
    assert of_module(webhook_endpoint.execute, **WISH)["secret"] == SECRET
    first, second = (key for key in stripe_script.keys if key)
    assert second == f"{first}-1"


def test_each_task_has_a_key_of_its_own(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", page())
    stripe_script.on("POST", "/v1/webhook_endpoints", {**HOOK, "secret": SECRET})
    for _number in range(2):
        of_module(webhook_endpoint.execute, **WISH)
    keys = [key for key in stripe_script.keys if key]
    assert len(set(keys)) == 2 and all(len(key) < 255 for key in keys)


@pytest.mark.parametrize("secret", [None, "", " ", 3])
def test_an_endpoint_without_a_secret_is_told(stripe_script: Stripe, secret: t.Any) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", page())
    stripe_script.on("POST", "/v1/webhook_endpoints", {**HOOK, "secret": secret})
    failure = of_module(webhook_endpoint.execute, **WISH)["failure"]
    assert failure["kind"] == "protocol" and "we_1" in failure["message"]


def test_a_change_that_does_not_show_is_no_success(stripe_script: Stripe) -> None:
    stripe_script.on("GET", "/v1/webhook_endpoints", page(HOOK))
    stripe_script.on("POST", "/v1/webhook_endpoints/we_1", HOOK)
    failure = of_module(webhook_endpoint.execute, **{**WISH, "enabled": False})["failure"]
    assert failure["kind"] == "failed"
    assert stripe_script.form(1) == {"disabled": "true"}

# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Stripe: keys, modes, forms, idempotency and webhook endpoints, as the vendor documents them."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.tests.contract.stripe_sandbox import Stripe
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control

HOOK = {"url": "https://app.example.com/hook", "enabled_events[0]": "invoice.paid", "enabled_events[]": "charge.refunded", "metadata[team]": "shop"}
HOOKS = "/v1/webhook_endpoints"


@pytest.fixture
def stripe(sandbox: Control) -> Stripe:
    return Stripe(sandbox.run)


# -- who asks
def test_a_key_says_which_mode_is_seen(stripe: Stripe) -> None:
    assert stripe.get("/v1/balance")["livemode"] is True
    stripe.post(HOOKS, **HOOK)
    stripe.key = stripe.run["test_key"]
    assert stripe.get("/v1/balance")["livemode"] is False
    assert stripe.get(HOOKS)["data"] == []


def test_a_wrong_key_is_told_and_not_shown(stripe: Stripe) -> None:
    stripe.key = "sk_live_contractTestWrong7Hq2Zx"
    status, document, _answer = stripe.ask("GET", "/v1/account")
    assert status == 401 and stripe.key not in document["error"]["message"]


def test_a_restricted_key_may_do_what_it_may(stripe: Stripe) -> None:
    stripe.key = stripe.run["restricted_key"]
    assert stripe.get("/v1/balance")["livemode"] is True
    status, document, _answer = stripe.ask("GET", HOOKS)
    assert (status, document["error"]["code"]) == (403, "more_permissions_required") and "rak_webhook_read" in document["error"]["message"]


# -- webhook endpoints
def test_an_endpoint_from_its_creation_to_its_end(stripe: Stripe) -> None:
    made = stripe.post(HOOKS, **HOOK)
    assert made["secret"].startswith("whsec_") and made["status"] == "enabled" and made["metadata"] == {"team": "shop"}
    assert sorted(made["enabled_events"]) == ["charge.refunded", "invoice.paid"]
    seen = stripe.get(f"{HOOKS}/{made['id']}")
    assert "secret" not in seen and seen == {key: value for key, value in made.items() if key != "secret"}
    changed = stripe.post(f"{HOOKS}/{made['id']}", **{"disabled": "true", "metadata[team]": "", "metadata[kept]": "1", "description": "x"})
    assert (changed["status"], changed["metadata"], changed["description"]) == ("disabled", {"kept": "1"}, "x")
    assert stripe.ask("DELETE", f"{HOOKS}/{made['id']}")[1] == {"id": made["id"], "object": "webhook_endpoint", "deleted": True}
    assert stripe.refused("DELETE", f"{HOOKS}/{made['id']}") == (404, "resource_missing")


def test_a_list_is_walked_both_ways(stripe: Stripe) -> None:
    made = [stripe.post(HOOKS, **{**HOOK, "description": str(number)})["id"] for number in range(5)][::-1]
    first = stripe.get(HOOKS, limit=2)
    assert ([one["id"] for one in first["data"]], first["has_more"]) == (made[:2], True)
    second = stripe.get(HOOKS, limit=3, starting_after=made[1])
    assert ([one["id"] for one in second["data"]], second["has_more"]) == (made[2:], False)
    before = stripe.get(HOOKS, limit=2, ending_before=made[3])
    assert ([one["id"] for one in before["data"]], before["has_more"]) == (made[1:3], True)
    assert stripe.refused("GET", HOOKS, limit=101)[0] == 400
    assert stripe.refused("GET", HOOKS, starting_after="we_none")[0] == 400


def test_what_is_no_endpoint_is_refused(stripe: Stripe) -> None:
    assert stripe.refused("POST", HOOKS, {"url": "https://app.example.com/hook"}) == (400, "parameter_missing")
    assert stripe.refused("POST", HOOKS, {**HOOK, "url": "http://app.example.com/hook"}) == (400, "url_invalid")
    assert stripe.refused("POST", HOOKS, {**HOOK, "name": "hook"}) == (400, "parameter_unknown")
    for _number in range(16):
        stripe.post(HOOKS, **HOOK)
    assert stripe.refused("POST", HOOKS, HOOK) == (400, "resource_limit_reached")


# -- idempotency
def test_a_key_is_answered_as_the_first_time_for_a_day(stripe: Stripe, member: ClockMember) -> None:
    status, first, answer = stripe.ask("POST", HOOKS, HOOK, "key-1")
    assert status == 200 and "Idempotent-Replayed" not in answer.headers
    status, again, answer = stripe.ask("POST", HOOKS, HOOK, "key-1")
    assert (status, again, answer.headers["Idempotent-Replayed"]) == (200, first, "true")
    assert len(stripe.get(HOOKS)["data"]) == 1
    status, document, _answer = stripe.ask("POST", HOOKS, {**HOOK, "description": "other"}, "key-1")
    assert (status, document["error"]["type"]) == (400, "idempotency_error")
    member.sleep(86401)
    assert stripe.ask("POST", HOOKS, HOOK, "key-1")[1]["id"] != first["id"]


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_an_error_of_its_own_is_kept_too(sandbox: Control, stripe: Stripe, when: str, made: int) -> None:
    sandbox.ask("POST", "/world", {"vendor": "stripe", "set": {"failing": when}})
    for _number in range(2):
        assert stripe.refused("POST", HOOKS, HOOK, idempotency_key="key-2") == (500, "api_error")
    assert len(stripe.get(HOOKS)["data"]) == made
    assert stripe.ask("POST", HOOKS, HOOK, "key-3")[0] == 200


def test_a_refusal_is_not_kept(stripe: Stripe) -> None:
    assert stripe.ask("POST", HOOKS, {**HOOK, "url": "nothing"}, "key-4")[0] == 400
    assert stripe.ask("POST", HOOKS, HOOK, "key-4")[0] == 200


# -- payments
def test_the_shop_is_the_same_in_every_world_of_a_seed(sandbox: Control, stripe: Stripe) -> None:
    sandbox.scenario("bad-release", seed=7)
    first = stripe.get("/v1/payment_intents", limit=3)
    sandbox.scenario("bad-release", seed=7)
    assert [one["id"] for one in stripe.get("/v1/payment_intents", limit=3)["data"]] == [one["id"] for one in first["data"]]


@pytest.mark.parametrize(("path", "number"), [("/v1/customers", 2000), ("/v1/payment_intents", 3000), ("/v1/charges", 2940), ("/v1/refunds", 60)])
def test_every_page_of_the_shop_is_valid(stripe: Stripe, path: str, number: int) -> None:
    seen: list[str] = []
    more = True
    while more:
        page = stripe.get(path, limit=100, **({"starting_after": seen[-1]} if seen else {}))
        seen += [one["id"] for one in page["data"]]
        more = page["has_more"]
        assert [one["created"] for one in page["data"]] == sorted((one["created"] for one in page["data"]), reverse=True)
    assert len(seen) == len(set(seen)) == number
    assert stripe.get(f"{path}/{seen[-1]}")["id"] == seen[-1]
    assert stripe.refused("GET", f"{path}/none_1") == (404, "resource_missing")


def paid(stripe: Stripe, number: int) -> dict[str, str]:
    """The payment of this number, with its charge."""
    email = f"customer-{number:04d}@example.com"
    customer = stripe.get("/v1/customers", email=email)["data"][0]["id"]
    found = stripe.get("/v1/payment_intents", customer=customer, **{"expand[]": "data.latest_charge"})["data"]
    return next(one for one in found if one["metadata"]["order"] == str(10_000 + number))


def test_money_goes_back_once(stripe: Stripe) -> None:
    payment = paid(stripe, 7)
    charge = payment["latest_charge"]["id"]  # type: ignore[index]
    part = stripe.post("/v1/refunds", payment_intent=payment["id"], amount="300", **{"metadata[order]": "x"})
    assert (part["amount"], part["status"], part["charge"], part["metadata"]) == (300, "succeeded", charge, {"order": "x"})
    assert stripe.get("/v1/refunds", charge=charge)["data"] == [part]
    shown = stripe.get(f"/v1/charges/{charge}")
    assert (shown["amount_refunded"], shown["refunded"]) == (300, False)
    assert stripe.refused("POST", "/v1/refunds", {"charge": charge, "amount": str(shown["amount"])})[0] == 400
    stripe.post("/v1/refunds", charge=charge)
    assert stripe.get(f"/v1/charges/{charge}")["refunded"] is True
    assert stripe.refused("POST", "/v1/refunds", {"charge": charge}) == (400, "charge_already_refunded")


@pytest.mark.parametrize(("number", "code"), [(61, "charge_disputed"), (13, "invalid_request_error"), (37, "invalid_request_error")])
def test_what_cannot_be_refunded_is_not(stripe: Stripe, number: int, code: str) -> None:
    assert stripe.refused("POST", "/v1/refunds", {"payment_intent": paid(stripe, number)["id"]}) == (400, code)


def test_payments_are_found_by_their_time(stripe: Stripe) -> None:
    newest = stripe.get("/v1/payment_intents", limit=10)["data"]
    found = stripe.get("/v1/payment_intents", **{"created[gte]": newest[4]["created"], "created[lt]": newest[1]["created"]})["data"]
    assert [one["id"] for one in found] == [one["id"] for one in newest[2:5]]


# -- events
def test_every_event_is_valid_and_young(stripe: Stripe) -> None:
    first = stripe.get("/v1/events", limit=100)["data"]
    assert stripe.get(f"/v1/events/{first[-1]['id']}") == first[-1]
    seen, last = len(first), first
    while last:
        last = stripe.get("/v1/events", limit=100, starting_after=last[-1]["id"])["data"]
        seen += len(last)
        assert all(one["created"] > first[0]["created"] - 30 * 86400 for one in last)
    assert 300 < seen < 360
    missed = stripe.get("/v1/events", delivery_success="false")["data"]
    assert missed and all(one["pending_webhooks"] == 1 for one in missed)
    failed = stripe.get("/v1/events", **{"types[]": ["payment_intent.payment_failed", "refund.*"]})["data"]
    assert {one["type"] for one in failed} == {"payment_intent.payment_failed"}
    assert stripe.refused("GET", "/v1/events/evt_none") == (404, "resource_missing")


def test_a_refund_is_told_as_events(stripe: Stripe) -> None:
    made = stripe.post("/v1/refunds", payment_intent=paid(stripe, 7)["id"], amount="300")
    charged, refunded = stripe.get("/v1/events", limit=2)["data"]
    assert (charged["type"], charged["data"]["object"]["amount_refunded"], refunded["type"], refunded["data"]["object"]) == (
        "charge.refunded",
        300,
        "refund.created",
        made,
    )

# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Stripe: products, subscriptions, invoices, payouts and disputes, as the vendor documents them."""

from __future__ import annotations

import typing as t

import jsonschema
import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.stripe_sandbox import Json, Stripe
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control

STATUSES = {"active", "canceled", "unpaid", "incomplete", "incomplete_expired", "past_due", "paused", "trialing"}
DISPUTES = {"needs_response", "warning_needs_response", "under_review", "warning_under_review", "won", "lost", "prevented", "warning_closed"}
APPEALS = {"appeal_needs_response", "appeal_under_review"}
SUBS = "/v1/subscriptions"


@pytest.fixture
def stripe(sandbox: Control) -> Stripe:
    return Stripe(sandbox.run)


def walk(stripe: Stripe, path: str, **query: t.Any) -> list[Json]:
    """Every page of a list, each held to the vendor's document."""
    seen: list[Json] = []
    more = True
    while more:
        page = stripe.get(path, limit=100, **query, **({"starting_after": seen[-1]["id"]} if seen else {}))
        seen += page["data"]
        more = page["has_more"]
    assert len({one["id"] for one in seen}) == len(seen)
    assert [one["created"] for one in seen] == sorted((one["created"] for one in seen), reverse=True)
    return seen


# -- what there is
@pytest.mark.parametrize(
    ("path", "number"), [(SUBS, 570), ("/v1/invoices", None), ("/v1/payouts", 120), ("/v1/balance_transactions", None), ("/v1/disputes", 30)]
)
def test_every_page_is_valid(stripe: Stripe, path: str, number: int | None) -> None:
    seen = walk(stripe, path)
    assert number in (None, len(seen)) and len(seen) >= 30
    assert stripe.get(f"{path}/{seen[-1]['id']}") == seen[-1]
    assert stripe.refused("GET", f"{path}/none_1") == (404, "resource_missing")


@pytest.mark.parametrize(("path", "schema"), [("/v1/products", "product"), ("/v1/prices", "Price")])
def test_what_is_sold_is_of_the_documented_shape(stripe: Stripe, path: str, schema: str) -> None:
    """The document has no paths for it; a product's shape is in the vendor's document of 2023 alone."""
    answer = requests.get(stripe.run["url"] + path, headers={"Authorization": f"Bearer {stripe.key}"}, timeout=20).json()
    assert answer["data"] and answer["has_more"] is False
    document = vendor_schemas.stripe() if schema == "Price" else vendor_schemas.OpenApi(vendor_schemas.folder() / "stripe/openapi-official-2023-08-16.json")
    check = jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": document._components})
    for one in answer["data"]:
        # Renamed since.
        check.validate({**one, "features": one.get("marketing_features")})


def test_subscriptions_of_every_status(stripe: Stripe) -> None:
    every = walk(stripe, SUBS, status="all")
    assert len(every) == 600 and {one["status"] for one in every} == STATUSES
    assert {one["status"] for one in walk(stripe, SUBS)} == STATUSES - {"canceled"}
    assert {one["status"] for one in walk(stripe, SUBS, status="ended")} == {"canceled", "incomplete_expired"}
    for status in STATUSES:
        found = walk(stripe, SUBS, status=status)
        assert found == [one for one in every if one["status"] == status]
    assert stripe.refused("GET", SUBS, status="gone")[0] == 400
    assert {one["pause_collection"]["behavior"] for one in every if one["pause_collection"]} == {"keep_as_draft", "mark_uncollectible", "void"}
    assert any(one["schedule"] for one in every) and any(one["cancel_at_period_end"] for one in every)
    # The periods are those of the items, since 2025.
    assert not any("current_period_end" in one for one in every) and any(len(one["items"]["data"]) == 2 for one in every)


def test_a_subscription_belongs_to_a_customer_and_has_invoices(stripe: Stripe) -> None:
    for one in walk(stripe, SUBS, status="past_due"):
        assert stripe.get(SUBS, customer=one["customer"])["data"] == [one]
        customer = stripe.get(f"/v1/customers/{one['customer']}")
        assert customer["created"] < one["created"]
        invoices = walk(stripe, "/v1/invoices", subscription=one["id"])
        assert invoices[0]["id"] == one["latest_invoice"] and invoices[0]["status"] == "open"
        assert {invoice["status"] for invoice in invoices[1:]} <= {"paid"}
        expanded = stripe.get(f"{SUBS}/{one['id']}", **{"expand[]": "latest_invoice"})["latest_invoice"]
        assert expanded == invoices[0] and expanded["parent"]["subscription_details"]["subscription"] == one["id"]
        payment = stripe.get("/v1/invoice_payments", invoice=expanded["id"], **{"expand[]": "data.payment.payment_intent"})["data"]
        assert [(item["invoice"], item["status"]) for item in payment] == [(expanded["id"], "open")]
        assert payment[0]["payment"]["payment_intent"]["status"] in ("requires_payment_method", "processing")


def test_payouts_and_what_they_are_made_of(stripe: Stripe) -> None:
    payouts = walk(stripe, "/v1/payouts")
    assert {one["status"] for one in payouts} == {"pending", "in_transit", "paid", "failed", "canceled"}
    # What is on its way is found as pending, and cannot be asked for.
    assert [one["status"] for one in walk(stripe, "/v1/payouts", status="pending")] == ["pending", "in_transit"]
    assert stripe.refused("GET", "/v1/payouts", status="in_transit")[0] == 400
    for one in payouts[:8]:
        entries = walk(stripe, "/v1/balance_transactions", payout=one["id"])
        assert sum(entry["net"] for entry in entries if entry["type"] != "payout") == one["amount"]
        assert [(entry["amount"], entry["id"]) for entry in entries if entry["type"] == "payout"] == [(-one["amount"], one["balance_transaction"])]
    assert all((one["failure_code"] is not None) == (one["status"] == "failed") for one in payouts)


def test_disputes_in_every_status(stripe: Stripe) -> None:
    disputes = walk(stripe, "/v1/disputes")
    assert {one["status"] for one in disputes} == DISPUTES | APPEALS
    for one in disputes[:3]:
        assert stripe.get(f"/v1/charges/{one['charge']}")["disputed"] is True
        assert stripe.get("/v1/disputes", charge=one["charge"])["data"] == stripe.get("/v1/disputes", payment_intent=one["payment_intent"])["data"] == [one]
    assert stripe.refused("GET", "/v1/disputes", status="won") == (400, "parameter_unknown")


# -- what moves them
def number(stripe: Stripe, wanted: int) -> Json:
    """The subscription of this number: each tenth is of another kind."""
    found = stripe.get("/v1/subscriptions", customer=customer(stripe, 3 * wanted + 1), status="all")["data"]
    assert len(found) == 1
    return dict(found[0])


def customer(stripe: Stripe, wanted: int) -> str:
    return str(stripe.get("/v1/customers", email=f"customer-{wanted:04d}@example.com")["data"][0]["id"])


def told(stripe: Stripe) -> tuple[str, str]:
    """The newest event, and what it is about."""
    newest = stripe.get("/v1/events", limit=1)["data"][0]
    return newest["type"], newest["data"]["object"]["id"]


def test_collection_is_paused_and_the_status_stays(stripe: Stripe, member: ClockMember) -> None:
    one = number(stripe, 0)
    path = f"{SUBS}/{one['id']}"
    until = int(stripe.get("/v1/events", limit=1)["data"][0]["created"]) + 86400
    paused = stripe.post(path, **{"pause_collection[behavior]": "void", "pause_collection[resumes_at]": str(until)})
    assert (paused["status"], paused["pause_collection"]) == ("active", {"behavior": "void", "resumes_at": until})
    assert told(stripe) == ("customer.subscription.updated", one["id"])
    assert stripe.post(path, **{"pause_collection[behavior]": "keep_as_draft"})["pause_collection"] == {"behavior": "keep_as_draft", "resumes_at": None}
    stripe.post(path, **{"pause_collection[behavior]": "void", "pause_collection[resumes_at]": str(until)})
    member.sleep(86400 * 2)
    assert stripe.get(path)["pause_collection"] is None
    assert stripe.post(path, pause_collection="")["pause_collection"] is None
    assert stripe.refused("POST", path, {"pause_collection[behavior]": "wait"})[0] == 400
    assert stripe.refused("POST", path, {"pause_collection[behavior]": "void", "pause_collection[resumes_at]": "1000"})[0] == 400
    assert stripe.refused("POST", path, {"status": "active"}) == (400, "parameter_unknown")


def test_a_subscription_is_paused_and_resumed(stripe: Stripe) -> None:
    one = number(stripe, 0)
    path = f"{SUBS}/{one['id']}"
    assert stripe.refused("POST", f"{path}/resume", {})[0] == 400
    assert stripe.post(f"{path}/pause", type="subscription", invoicing_behavior="invoice")["status"] == "paused"
    assert stripe.refused("POST", f"{path}/pause", {"type": "subscription"})[0] == 400
    kept = stripe.post(f"{path}/resume", **{"billing_cycle_anchor[type]": "unchanged"})
    assert (kept["status"], kept["latest_invoice"]) == ("active", one["latest_invoice"])
    stripe.post(f"{path}/pause", type="subscription")
    anew = stripe.post(f"{path}/resume", **{"billing_cycle_anchor[type]": "now", "expand[]": "latest_invoice"})
    assert (anew["status"], anew["latest_invoice"]["status"]) == ("active", "paid") and anew["latest_invoice"]["id"] != one["latest_invoice"]
    for wanted in (19, 3, 5):
        assert stripe.refused("POST", f"{SUBS}/{number(stripe, wanted)['id']}/pause", {"type": "subscription"})[0] == 400


def test_a_subscription_stays_paused_until_its_invoice_is_paid(sandbox: Control, stripe: Stripe) -> None:
    one = number(stripe, 8)
    assert one["status"] == "paused"
    sandbox.ask("POST", "/world", {"vendor": "stripe", "set": {"cards": "bad"}})
    held = stripe.post(f"{SUBS}/{one['id']}/resume", **{"expand[]": "latest_invoice"})
    assert (held["status"], held["latest_invoice"]["status"]) == ("paused", "open")
    sandbox.ask("POST", "/world", {"vendor": "stripe", "set": {"cards": "good"}})
    stripe.post(f"/v1/invoices/{held['latest_invoice']['id']}/pay")
    assert stripe.get(f"{SUBS}/{one['id']}")["status"] == "active"


def test_a_subscription_ends_now_or_later(stripe: Stripe, member: ClockMember) -> None:
    later, at_once, driven = number(stripe, 0), number(stripe, 4), number(stripe, 19)
    end = later["items"]["data"][0]["current_period_end"]
    ending = stripe.post(f"{SUBS}/{later['id']}", cancel_at_period_end="true")
    assert (ending["status"], ending["cancel_at_period_end"], ending["cancel_at"]) == ("active", True, end)
    undone = stripe.post(f"{SUBS}/{later['id']}", cancel_at_period_end="false")
    assert (undone["cancel_at_period_end"], undone["cancel_at"], undone["canceled_at"]) == (False, None, None)
    stripe.post(f"{SUBS}/{later['id']}", cancel_at_period_end="true")
    assert stripe.refused("POST", f"{SUBS}/{driven['id']}", {"cancel_at_period_end": "true"})[0] == 400
    done = stripe.ask("DELETE", f"{SUBS}/{at_once['id']}")[1]
    assert (done["status"], done["canceled_at"]) == ("canceled", done["ended_at"]) and told(stripe) == ("customer.subscription.deleted", at_once["id"])
    assert stripe.refused("DELETE", f"{SUBS}/{at_once['id']}") == (404, "resource_missing")
    assert stripe.refused("POST", f"{SUBS}/{at_once['id']}", {"cancel_at_period_end": "false"})[0] == 400
    member.sleep(32 * 86400)
    assert stripe.get(f"{SUBS}/{later['id']}")["status"] == "canceled"
    assert later["id"] not in [one["id"] for one in walk(stripe, SUBS)]


@pytest.mark.parametrize(("wanted", "status"), [(1, "past_due"), (5, "unpaid"), (6, "incomplete")])
def test_an_invoice_is_paid_once_and_moves_the_subscription(stripe: Stripe, wanted: int, status: str) -> None:
    one = number(stripe, wanted)
    assert one["status"] == status
    path = f"/v1/invoices/{one['latest_invoice']}"
    paid = stripe.post(f"{path}/pay")
    assert (paid["status"], paid["amount_remaining"], paid["amount_paid"]) == ("paid", 0, paid["amount_due"])
    assert stripe.get(f"{SUBS}/{one['id']}")["status"] == "active" and told(stripe) == ("invoice.paid", paid["id"])
    assert stripe.refused("POST", f"{path}/pay", {})[0] == 400
    assert stripe.get("/v1/invoice_payments", invoice=paid["id"])["data"][0]["status"] == "paid"


def test_a_card_that_is_refused_is_kept_with_the_key(sandbox: Control, stripe: Stripe) -> None:
    one = number(stripe, 13)
    path = f"/v1/invoices/{one['latest_invoice']}/pay"
    status, document, _answer = stripe.ask("POST", path, {}, "pay-1")
    assert (status, document["error"]["type"], document["error"]["code"]) == (402, "card_error", "card_declined")
    assert document["error"]["decline_code"] == "insufficient_funds" and told(stripe) == ("invoice.payment_failed", one["latest_invoice"])
    sandbox.ask("POST", "/world", {"vendor": "stripe", "set": {"cards": "good"}})
    assert stripe.ask("POST", path, {}, "pay-1")[0] == 402
    assert stripe.ask("POST", path, {}, "pay-2")[0] == 200


@pytest.mark.parametrize(("wanted", "refusal"), [(16, (402, "invoice_payment_intent_requires_action")), (21, (400, "payment_intent_unexpected_state"))])
def test_what_cannot_be_paid_now_is_refused(stripe: Stripe, wanted: int, refusal: tuple[int, str]) -> None:
    assert stripe.refused("POST", f"/v1/invoices/{number(stripe, wanted)['latest_invoice']}/pay", {}) == refusal


# -- search
@pytest.mark.parametrize(
    ("path", "query", "found"),
    [
        ("/v1/customers/search", "email:'customer-0007@example.com'", 1),
        ("/v1/customers/search", "email~\"customer-000\" AND -metadata['number']:'7'", 9),
        ("/v1/customers/search", "name:'Customer 0007' AND phone~'+4930'", 1),
        ("/v1/customers/search", "name:null", 0),
        ("/v1/customers/search", "-name:null", 2000),
        ("/v1/payment_intents/search", "status:'canceled'", 30),
        ("/v1/payment_intents/search", "metadata[\"order\"]:'10007' OR metadata[\"order\"]:'10008'", 2),
        ("/v1/charges/search", "disputed:'true'", 30),
        ("/v1/charges/search", "refunded:'true' AND amount>1000", 30),
        ("/v1/subscriptions/search", "status:'past_due' AND created>0", 90),
        ("/v1/invoices/search", "status:'open' AND total>=4900 AND -currency:'usd'", None),
    ],
)
def test_search_finds(stripe: Stripe, path: str, query: str, found: int | None) -> None:
    seen: list[Json] = []
    page: str | None = ""
    while page is not None:
        answer = stripe.get(path, query=query, limit=100, **({"page": page} if page else {}))
        seen += answer["data"]
        page = answer["next_page"]
        assert answer["has_more"] == (page is not None)
    assert len({one["id"] for one in seen}) == len(seen) and (found == len(seen) or (found is None and seen))


@pytest.mark.parametrize(
    ("query", "code"),
    [("", "parameter_missing"), ("status", None), ("colour:'red'", None), ("status:'a' AND created>1 OR created<2", None), ("status>'a'", None)],
)
def test_what_cannot_be_searched_is_refused(stripe: Stripe, query: str, code: str | None) -> None:
    assert stripe.refused("GET", "/v1/subscriptions/search", query=query) == (400, code or "invalid_request_error")
    assert stripe.refused("GET", "/v1/subscriptions/search", query="status:'active'", page="three")[0] == 400


def test_search_lags_behind(stripe: Stripe, member: ClockMember) -> None:
    def found(status: str) -> bool:
        return one["id"] in [item["id"] for item in stripe.get("/v1/subscriptions/search", query=f"status:'{status}'", limit=100)["data"]]

    one = number(stripe, 1)
    stripe.post(f"/v1/invoices/{one['latest_invoice']}/pay")
    assert found("past_due")
    member.sleep(60)
    assert not found("past_due")


# -- limits
@pytest.mark.parametrize(("key", "path", "most"), [("api_key", "/v1/balance", 100), ("test_key", "/v1/balance", 25), ("api_key", "/v1/customers/search", 20)])
def test_requests_of_a_second_are_counted(running: Control, sandbox: Control, key: str, path: str, most: int) -> None:
    running.scenario("bad-release", stripe_rate_limits="second")
    member = ClockMember(running.run["clock_url"], "limits", 1)
    stripe = Stripe(running.run)
    stripe.key = stripe.run[key]
    query = {"query": "created>0", "limit": "1"} if "search" in path else {}
    assert [stripe.ask("GET", path, **query)[0] for _number in range(most + 2)] == [200] * most + [429] * 2
    assert stripe.refused("GET", path, **query) == (429, "rate_limit")
    member.sleep(1)
    assert stripe.ask("GET", path, **query)[0] == 200
    member.close()


# -- more of everything
def test_a_larger_shop_has_more_of_all_and_nothing_else_differs(running: Control, sandbox: Control) -> None:
    def seen(scale: int) -> tuple[dict[str, int], list[Json]]:
        running.scenario("bad-release", scale=scale, seed=7)
        stripe = Stripe(running.run)
        lists = {path: walk(stripe, path) for path in ("/v1/payouts", "/v1/disputes")}
        every = walk(stripe, SUBS, status="all")
        return {**{path: len(found) for path, found in lists.items()}, SUBS: len(every)}, every[:20]

    small, newest = seen(1)
    large, again = seen(4)
    assert large == {path: 4 * number for path, number in small.items()} and newest == again

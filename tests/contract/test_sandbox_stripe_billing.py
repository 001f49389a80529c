# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Stripe: products, subscriptions, invoices, payouts and disputes, as the vendor documents them."""

from __future__ import annotations

import typing as t

import jsonschema
import pytest
import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.stripe_sandbox import Json, Stripe
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Control

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

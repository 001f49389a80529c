# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_event_info against the sandbox."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_event_info, stripe_payment_info, stripe_refund
from tests.integration.stripe_shop import run
from tests.integration.tasks import Json, asked


def look(sandbox: t.Any, **options: t.Any) -> list[Json]:
    result = run(sandbox, stripe_event_info, **options)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["events"])


@pytest.mark.parametrize(("limit", "pages"), [(1, 1), (100, 1), (101, 2)])
def test_the_newest_events(sandbox: t.Any, limit: int, pages: int) -> None:
    result = run(sandbox, stripe_event_info, limit=limit)
    found = result["events"]
    assert (len(found), asked(result)) == (limit, ["list_events"] * pages)
    assert [one["created_at"] for one in found] == sorted((one["created_at"] for one in found), reverse=True)
    assert look(sandbox, event=found[0]["id"]) == [found[0]]
    assert sum(int(entry["query"]["limit"]) for entry in sandbox.journal(vendor="stripe") if entry["path"] == "/v1/events") == limit


def test_events_by_delivery_type_and_age(sandbox: t.Any) -> None:
    missed = look(sandbox, delivered=False)
    assert missed and {one["pending_webhooks"] for one in missed} == {1}
    delivered = look(sandbox, delivered=True, limit=1000)
    assert {one["pending_webhooks"] for one in delivered} == {0} and len(missed) + len(delivered) == len(look(sandbox, limit=1000))
    failed = look(sandbox, types=["payment_intent.payment_failed", "payment_intent.canceled"], limit=1000)
    assert {one["type"] for one in failed} == {"payment_intent.payment_failed", "payment_intent.canceled"}
    assert failed[0]["object"] == "payment_intent" and failed[0]["object_id"].startswith("pi_")
    assert len(look(sandbox, max_age="24h")) == 12
    assert len(look(sandbox, max_age="720h", limit=1000)) == len(look(sandbox, limit=1000))


def test_a_refund_is_an_event(sandbox: t.Any) -> None:
    payment = run(sandbox, stripe_payment_info, limit=1)["payments"][0]
    run(sandbox, stripe_refund, payment_intent=payment["id"], key="returned", amount=100)
    newest = look(sandbox, limit=2)
    assert [(one["type"], one["object"]) for one in newest] == [("charge.refunded", "charge"), ("refund.created", "refund")]
    assert newest[0]["object_id"] == payment["charge"]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"event": "we_1"}, "invalid"),
        ({"event": "evt_none"}, "not_found"),
        ({"types": ["paid!"]}, "invalid"),
        ({"types": ["invoice.paid"] * 21}, "invalid"),
        ({"max_age": "721h"}, "invalid"),
        ({"limit": 10_001}, "invalid"),
    ],
)
def test_what_cannot_be_looked_for_is_told(sandbox: t.Any, options: Json, kind: str) -> None:
    failure = run(sandbox, stripe_event_info, **options)["failure"]
    assert failure["kind"] == kind and failure["hint"]
    assert "30 days" in failure["hint"] or options.get("event") != "evt_none"


def test_an_event_that_is_none_is_not_taken_for_one(sandbox: t.Any) -> None:
    sandbox.fault("body", vendor="stripe", body={"has_more": False, "data": [{"id": "evt_1", "type": "invoice.paid", "created": 1, "pending_webhooks": "no"}]})
    assert run(sandbox, stripe_event_info)["failure"]["code"] == "missing_field"

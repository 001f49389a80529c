# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows, amounts and keys: what is decided without asking anybody."""

from __future__ import annotations

import decimal
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import orders, refund

Json = dict[str, t.Any]
NOTHING: Json = {
    **dict.fromkeys(("created_since", "created_until", "updated_since", "updated_until", "status", "customer", "test")),
    **{name: [] for name in ("financial_status", "fulfillment_status", "tags")},
}
NEW: Json = {"name": "#1", "created_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-20T09:00:00Z", "financial_status": "PAID"}
DAY = 86400.0


def window(**options: t.Any) -> orders.Window:
    return orders.window_of({**NOTHING, **options})


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ({}, None),
        ({"updated_since": "2026-11-20"}, "updated_at:>='2026-11-20T00:00:00Z'"),
        ({"created_until": "2026-11-20T10:00:00+02:00"}, "created_at:<='2026-11-20T08:00:00Z'"),
        ({"financial_status": ["paid"]}, "financial_status:'paid'"),
        ({"financial_status": ["paid", "pending", "paid"], "status": "open"}, "(financial_status:'paid' OR financial_status:'pending') AND status:open"),
        ({"tags": ["it's \\ OR"]}, "tag:'it\\'s \\\\ OR'"),
        ({"customer": "7", "test": False}, "customer_id:7 AND test:false"),
    ],
)
def test_a_window_is_said_in_the_vendor_s_words(options: Json, query: str | None) -> None:
    assert window(**options).query == query


def test_what_cannot_have_been_found_is_an_error() -> None:
    assert window(updated_since="2026-11-20T09:00:00Z", created_until="2026-11-20T08:00:00Z").fits(NEW)
    for options in ({"updated_since": "2026-11-20T09:00:01Z"}, {"created_since": "2026-11-21"}, {"created_until": "2026-11-20T07:59:59Z"}):
        with pytest.raises(Failure, match="left the filter out"):
            window(**options).fits(NEW)


def test_what_has_changed_since_it_was_found_does_not_fit() -> None:
    assert not window(updated_until="2026-11-20T08:30:00Z").fits(NEW)
    assert not window(financial_status=["pending", "refunded"]).fits(NEW)
    assert window(financial_status=["pending", "paid"]).fits(NEW)
    assert not window(financial_status=["pending"]).fits({**NEW, "financial_status": None})


def test_only_the_day_an_order_was_made_keeps_old_ones_away() -> None:
    now = orders.seconds_of("2026-11-20", "now")
    assert window().reaches(now) and window(updated_since="2026-11-20").reaches(now) and window(created_since="2026-09-01").reaches(now)
    assert not window(created_since="2026-10-01").reaches(now)


@pytest.mark.parametrize(("amount", "text"), [("1", "1.00"), ("1.5", "1.50"), ("1.50", "1.50"), ("100.0", "100.00"), ("1.234", "1.234"), ("0", "0.00")])
def test_amounts_are_written_as_people_do(amount: str, text: str) -> None:
    assert orders.written(decimal.Decimal(amount)) == text


@pytest.mark.parametrize("amount", [1.5, None, "NaN", "1e3", "1,50", " 1", "٣"])
def test_an_amount_that_is_none_is_told(amount: t.Any) -> None:
    with pytest.raises(Failure, match="amount"):
        orders.money({"presentmentMoney": {"amount": amount, "currencyCode": "EUR"}}, op.ORDER)


@pytest.mark.parametrize(
    ("note", "key", "rest"),
    [
        ("late (saasops order-7-late)", "order-7-late", "late"),
        ("(saasops a b)", "a b", None),
        ("(saasops a) (saasops b)", "b", "(saasops a)"),
        ("saasops a", None, "saasops a"),
        ("(saasops a) and more", None, "(saasops a) and more"),
        ("", None, None),
        (None, None, None),
    ],
)
def test_a_refund_s_note_tells_its_key(note: str | None, key: str | None, rest: str | None) -> None:
    paid = {"presentmentMoney": {"amount": "0.0", "currencyCode": "EUR"}}
    raw = {"id": "x", "note": note, "totalRefundedSet": paid, "transactions": {"nodes": []}}
    found = orders.refund(raw, op.ORDER)
    assert (found.key, found.shown["note"]) == (key, rest)


def test_what_is_on_its_way_counts() -> None:
    paid, nothing = ({"presentmentMoney": {"amount": amount, "currencyCode": "EUR"}} for amount in ("5.0", "0.0"))
    moved = {"id": "y", "status": "PENDING", "amountSet": paid}
    assert orders.refund({"id": "x", "totalRefundedSet": nothing, "transactions": {"nodes": [moved]}}, op.ORDER).amount == 5


def test_a_wish_has_one_key_for_ever_and_every_attempt_another() -> None:
    key = refund.idempotency_key("example-shop.myshopify.com", "gid://shopify/Order/7", "late", 0)
    # Another one would let a request of an older release be made twice.
    assert key == "e840d431-b176-5368-81a1-24e0c76e9df4"
    others = {
        refund.idempotency_key("other-shop.myshopify.com", "gid://shopify/Order/7", "late", 0),
        refund.idempotency_key("example-shop.myshopify.com", "gid://shopify/Order/8", "late", 0),
        refund.idempotency_key("example-shop.myshopify.com", "gid://shopify/Order/7", "later", 0),
        refund.idempotency_key("example-shop.myshopify.com", "gid://shopify/Order/7", "late", 1),
        refund.idempotency_key("example-shop.myshopify.com", "gid://shopify/Order/7", "late", 2),
    }
    assert len(others | {key}) == 6
    assert key == refund.idempotency_key("example-shop.myshopify.com", "gid://shopify/Order/7", "late", 0)


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("SUCCESS",), "succeeded"),
        (("SUCCESS", "PENDING"), "pending"),
        (("AWAITING_RESPONSE",), "pending"),
        (("SUCCESS", "FAILURE"), "failed"),
        (("HIBERNATING",), "failed"),
        ((), "failed"),
    ],
)
def test_only_money_that_moves_is_a_success(statuses: tuple[str, ...], status: str) -> None:
    made = orders.Refund("x", None, decimal.Decimal(1), "EUR", statuses, {})
    assert refund._status(made) == status

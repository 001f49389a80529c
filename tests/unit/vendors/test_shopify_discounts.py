# SPDX-License-Identifier: GPL-3.0-or-later
"""Discounts and subscription contracts: what is wanted, how it compares, and what is sent."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import discount_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import discounts, subscriptions

NOW = discounts.seconds("2026-11-20T12:00:00+00:00")
NAMES = ("title", "percentage", "amount", "starts_at", "ends_at", "usage_limit", "once_per_customer", "context", "minimum_subtotal", "minimum_quantity", "tags")
RAW: dict[str, t.Any] = {
    "__typename": "DiscountCodeBasic",
    "title": "Welcome",
    "status": "ACTIVE",
    "startsAt": "2026-01-01T00:00:00Z",
    "endsAt": None,
    "usageLimit": None,
    "appliesOncePerCustomer": False,
    "asyncUsageCount": 7,
    "codes": {"nodes": [{"code": "WELCOME10"}]},
    "customerGets": {"value": {"__typename": "DiscountAmount", "amount": {"amount": "5.00", "currencyCode": "EUR"}, "appliesOnEachItem": True}},
    "context": {"__typename": "DiscountBuyerSelectionAll"},
    "minimumRequirement": {"__typename": "DiscountMinimumSubtotal", "greaterThanOrEqualToSubtotal": {"amount": "50.0", "currencyCode": "EUR"}},
}


def wanted(state: str = "present", **options: t.Any) -> dict[str, t.Any]:
    return discounts.wanted_of({**dict.fromkeys(NAMES), "state": state, **options}, NOW)


def there(**facts: t.Any) -> discounts.Discount:
    return discounts.discount("gid://shopify/DiscountCodeNode/1", {**RAW, **facts}, op.DISCOUNT)


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ({"amount": "5"}, "amount", "5"),
        ({"amount": "05.000"}, "amount", "5"),
        ({"amount": "1000"}, "amount", "1000"),
        ({"percentage": 0.15}, "percentage", 0.15),
        ({"percentage": 1}, "percentage", 1.0),
        ({"starts_at": "2026-11-27T00:00:00+01:00"}, "starts_at", "2026-11-26T23:00:00Z"),
        ({"ends_at": "2026-11-26 23:00:00+00:00"}, "ends_at", "2026-11-26T23:00:00Z"),
        ({"ends_at": " "}, "ends_at", None),
        ({"usage_limit": 0}, "usage_limit", None),
        ({"tags": ["b", "a", "b "]}, "tags", ["a", "b"]),
    ],
)
def test_what_is_wanted_is_what_it_means(options: dict[str, t.Any], name: str, value: t.Any) -> None:
    assert wanted(**options) == {name: value}


@pytest.mark.parametrize(
    ("options", "is_same"),
    [
        ({"amount": "5"}, True),
        ({"amount": "5.01"}, False),
        ({"percentage": 0.05}, False),
        ({"starts_at": "2025-12-31T19:00:00-05:00"}, True),
        ({"starts_at": "2026-01-01T00:00:01Z"}, False),
        ({"minimum_subtotal": "50.00"}, True),
        ({"minimum_quantity": 1}, False),
        ({"context": {"all": True}}, True),
        ({"context": {"customers": ["1"]}}, False),
    ],
)
def test_how_they_compare(options: dict[str, t.Any], is_same: bool) -> None:
    assert discounts.is_so(there(), wanted(**options)) is is_same


def test_an_amount_stays_what_it_is_taken_off() -> None:
    assert discounts.input_of({"amount": "6"}, there()) == {"customerGets": {"value": {"discountAmount": {"amount": "6", "appliesOnEachItem": True}}}}


def test_customers_are_added_and_removed() -> None:
    one = there(context={"__typename": "DiscountCustomers", "customers": [{"id": f"gid://shopify/Customer/{number}"} for number in (1, 2)]})
    sent = discounts.input_of(wanted(context={"customers": ["2", "3"]}), one)
    assert sent == {"context": {"customers": {"add": ["gid://shopify/Customer/3"], "remove": ["gid://shopify/Customer/1"]}}}
    assert discounts.input_of(wanted(context={"all": True}), one) == {"context": {"all": "ALL"}}


def test_markets_are_none_of_the_three() -> None:
    assert there(context={"__typename": "DiscountMarkets"}).settings["context"] == {"all": False, "customers": [], "customer_segments": []}


def test_a_kind_that_nobody_knows_keeps_its_name() -> None:
    assert discounts.discount("gid://1", {"__typename": "DiscountCodeNew"}, op.DISCOUNT).kind == "DiscountCodeNew"


@pytest.mark.parametrize(
    ("starts", "ends", "status"),
    [
        ("2026-01-01", None, "ACTIVE"),
        ("2027-01-01", None, "SCHEDULED"),
        ("2026-01-01", "2026-11-20T12:00:00", "EXPIRED"),
        ("2027-01-01", "2026-01-01", "EXPIRED"),
    ],
)
def test_the_status_follows_from_the_times(starts: str, ends: str | None, status: str) -> None:
    settings = {"starts_at": f"{starts}T00:00:00Z", "ends_at": ends and (f"{ends}Z" if "T" in ends else f"{ends}T00:00:00Z")}
    assert discounts.status_at(settings, NOW) == status


@pytest.mark.parametrize(
    "facts",
    [
        {"asyncUsageCount": "7"},
        {"asyncUsageCount": True},
        {"customerGets": {"value": {"__typename": "DiscountPercentage", "percentage": "0.1"}}},
        {"customerGets": {"value": {"__typename": "DiscountPercentage", "percentage": True}}},
        {"customerGets": {"value": {"__typename": "DiscountAmount", "amount": {"amount": "1e999999"}}}},
        {"customerGets": {"value": {"__typename": "DiscountAmount", "amount": {"amount": "NaN"}}}},
        {"customerGets": {"value": {"__typename": "DiscountAmount", "amount": 5}}},
        {"context": {"__typename": "DiscountCustomers", "customers": [None]}},
        {"minimumRequirement": {"greaterThanOrEqualToQuantity": "two"}},
        {"minimumRequirement": {"greaterThanOrEqualToSubtotal": {"amount": None}}},
        {"endsAt": "0000-00-00T00:00:00Z"},
        {"endsAt": 5},
        {"codes": None},
        {"tags": "vip"},
        {"title": None},
    ],
)
def test_what_cannot_be_read_is_told(facts: dict[str, t.Any]) -> None:
    with pytest.raises(Failure) as told:
        there(**facts)
    assert told.value.kind == "protocol"


def test_a_search_for_contracts_says_nothing_else() -> None:
    params = {"status": ["paused", "failed", "paused"], "customer": "7", "updated_since": "2026-11-20"}
    assert subscriptions.query_of(params) == "(status:failed OR status:paused) AND customer_id:7 AND updated_at:>='2026-11-20'"
    assert subscriptions.query_of({"status": [], "customer": None, "updated_since": None}) is None
    for wrong in ({"customer": "7 OR status:active"}, {"updated_since": "2026' OR x:'"}):
        with pytest.raises(Failure):
            subscriptions.query_of({"status": [], "customer": None, "updated_since": None, **wrong})

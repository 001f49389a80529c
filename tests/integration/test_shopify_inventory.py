# SPDX-License-Identifier: GPL-3.0-or-later
"""Stock: how much of what is where, and what runs low."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import shopify_inventory_info
from tests.integration.shopify_store import Store
from tests.integration.tasks import Json, asked

LOCATIONS, ITEMS = "locations", "inventoryItems"
SKU, ITEM = "SKU-001-1", "gid://shopify/InventoryItem/4100000010"


def seen(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_inventory_info, **options)
    assert not result.get("failed"), result["msg"]
    return result


def failed(store: Store, **options: t.Any) -> Json:
    result = store.run(shopify_inventory_info, **options)
    assert result["failed"] and result["failure"]["hint"], result
    return t.cast(Json, result["failure"])


def test_everything_is_the_locations_and_two_pages(store: Store) -> None:
    result = seen(store)
    assert asked(result) == [LOCATIONS, ITEMS, ITEMS]
    assert len(result["inventory_items"]) == len({one["id"] for one in result["inventory_items"]}) == 79
    assert [(one["name"], one["active"]) for one in result["locations"]] == [("Warehouse", True), ("Shop floor", True), ("Old warehouse", False)]
    assert {level["location"] for one in result["inventory_items"] for level in one["levels"]} == {"Warehouse", "Shop floor"}
    assert set(result["inventory_items"][0]["levels"][0]["quantities"]) == {"available", "committed", "on_hand"}


@pytest.mark.parametrize("items", [[SKU], [ITEM], ["4100000010"], [SKU, ITEM, f" {SKU} "]])
def test_an_item_has_several_names(store: Store, items: list[str]) -> None:
    (one,) = seen(store, items=items, names=["incoming", "available"])["inventory_items"]
    assert (one["id"], one["sku"], one["variant"], one["tracked"]) == (ITEM, SKU, "Product 001 - Small", True)
    assert [set(level["quantities"]) for level in one["levels"]] == [{"available", "incoming"}] * 2


def test_what_runs_low_is_counted_and_at_the_place(store: Store) -> None:
    every = seen(store)["inventory_items"]
    low = seen(store, threshold=2, names=["on_hand"])["inventory_items"]
    assert low and all(level["quantities"]["available"] <= 2 for one in low for level in one["levels"])
    assert len(low) == sum(one["tracked"] and any(level["quantities"]["available"] <= 2 for level in one["levels"]) for one in every)
    at = seen(store, threshold=2, location="Shop floor")["inventory_items"]
    assert {level["location"] for one in at for level in one["levels"]} == {"Shop floor"} and len(at) <= len(low)
    assert any(not one["tracked"] for one in every) and all(one["tracked"] for one in low)
    assert seen(store, threshold=-1)["inventory_items"] == []


def test_what_is_not_stocked_there_is_left_out(store: Store) -> None:
    assert seen(store, location="2000000003")["inventory_items"] == []
    assert len(seen(store, location="gid://shopify/Location/2000000001")["inventory_items"]) == 79


def test_what_was_changed_since_a_moment_may_be_nothing(store: Store) -> None:
    assert seen(store, updated_since="2099-01-01")["inventory_items"] == [] == seen(store, items=[SKU], updated_since="2099-01-01")["inventory_items"]
    assert len(seen(store, items=[SKU, "SKU-002-1"], updated_since="2020-01-01")["inventory_items"]) == 2


@pytest.mark.parametrize(
    ("options", "words"), [({"items": [SKU, "SKU-001-9"]}, "SKU-001-9"), ({"items": ["7"]}, "InventoryItem/7"), ({"location": "Werehouse"}, "Werehouse")]
)
def test_what_is_not_there_is_told(store: Store, options: Json, words: str) -> None:
    failure = failed(store, **options)
    assert failure["kind"] == "not_found" and words in failure["message"]


def test_a_location_that_is_nearly_right_is_told(store: Store) -> None:
    assert "Warehouse" in failed(store, location="Werehouse")["hint"]


def test_two_locations_of_one_name_are_an_error(store: Store) -> None:
    nodes = [{"id": f"gid://shopify/Location/{number}", "name": "Warehouse", "isActive": True} for number in (1, 2)]
    store.sandbox.fault("body", vendor="shopify", body={"data": {LOCATIONS: {"nodes": nodes, "pageInfo": {"hasNextPage": False}}}})
    assert failed(store, location="Warehouse")["code"] == "two_of_one_name"


@pytest.mark.parametrize(
    "options",
    [{"items": [""]}, {"items": ["gid://shopify/Product/1"]}, {"items": [f"SKU-{number}" for number in range(101)]}, {"updated_since": "now"}, {"names": []}],
)
def test_what_cannot_be_is_refused_before_the_first_request(store: Store, options: Json) -> None:
    assert failed(store, **options)["kind"] == "invalid"
    assert store.asked == []


def test_an_app_without_the_scope_is_told_which(store: Store) -> None:
    failure = failed(store, token=store.facts["reports_token"])
    assert failure["kind"] == "permission" and "read_inventory" in failure["message"]


END = {"pageInfo": {"hasNextPage": False}}
KNOWN: Json = {"id": "x", "tracked": True}
TEXT = {"location": {"id": "y"}, "quantities": [{"name": "available", "quantity": "5"}]}


@pytest.mark.parametrize(
    "item",
    [
        {"id": "x"},
        {**KNOWN, "inventoryLevels": None},
        {**KNOWN, "inventoryLevels": {"nodes": [{}], **END}},
        {**KNOWN, "inventoryLevels": {"nodes": [{**TEXT, "quantities": []}], **END}},
        {**KNOWN, "inventoryLevels": {"nodes": [{**TEXT, "quantities": [{"name": ["available"], "quantity": 5}]}], **END}},
        {**KNOWN, "inventoryLevels": {"nodes": [TEXT], **END}},
    ],
)
def test_an_item_that_is_none_is_told(store: Store, item: Json) -> None:
    page = {"nodes": [item], "pageInfo": {"hasNextPage": False}}
    store.sandbox.fault("body", vendor="shopify", operation=ITEMS, body={"data": {ITEMS: page}})
    assert failed(store, names=["available"])["kind"] == "protocol"


def test_a_location_more_than_there_was_is_a_conflict(store: Store) -> None:
    levels = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "c"}}
    page = {"nodes": [{"id": "x", "tracked": True, "inventoryLevels": levels}], "pageInfo": {"hasNextPage": False}}
    store.sandbox.fault("body", vendor="shopify", operation=ITEMS, body={"data": {ITEMS: page}})
    assert failed(store)["kind"] == "conflict"

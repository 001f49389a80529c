# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Stock: what the module shopify_inventory_info does; its documentation tells options and result.

Facts (Shopify, "Inventory quantities and states"): a variant has one inventory item, an item has a level at each location that stocks it, and a
level has quantities by name. What is ``available`` is on hand and promised to nobody; it may be below zero.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import inventory_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE, Shop, connect, gid, nodes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.searches import moment_of, one_of, seconds_of, term

# The vendor's names.
NAMES = ["available", "committed", "damaged", "incoming", "on_hand", "quality_control", "reserved", "safety_stock"]
# What one query may cost bounds the page. An item is a point, its variant four with its list, and each level two and one for each quantity.
POINTS, ITEM_POINTS = 990, 8
MOST_ITEMS = 100
Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Location:
    id: str
    name: str
    active: bool


# -- locations
def locations(client: Shop) -> list[Location]:
    """One request for each 250."""

    def fetch(after: str | None) -> tuple[list[Json], str | None]:
        return nodes(client.ask(op.LOCATIONS, first=PAGE, after=after).get("locations"), op.LOCATIONS)

    found = []
    for raw in paging.pages(fetch, "locations"):
        if not isinstance(raw.get("id"), str) or not isinstance(raw.get("name"), str):
            raise malformed(op.LOCATIONS, "holds a location without id or name")
        found.append(Location(redaction.plain(raw["id"], 100), redaction.plain(raw["name"], 200), raw.get("isActive") is True))
    return found


def location_id(client: Shop, text: str) -> str:
    """The global id; for a name the locations are asked for."""
    return gid("Location", text, "location") if _is_id(text) else chosen(locations(client), text).id


def _is_id(text: str) -> bool:
    given = text.strip()
    return given.startswith("gid:") or (given.isascii() and given.isdigit())


def chosen(known: list[Location], text: str) -> Location:
    """The one of this id or name."""
    wanted = gid("Location", text, "location") if _is_id(text) else text.strip()
    same = [one for one in known if wanted in (one.id, one.name)]
    if len(same) > 1:
        raise refuse(f"{len(same)} locations are named {redaction.plain(text, 80)}: {', '.join(one.id for one in same)}", "Give an id", "two_of_one_name")
    if not same:
        names = [one.name for one in known]
        near = difflib.get_close_matches(wanted, names, 3) or names[:5]
        hint = f"Did you mean {', '.join(near)}?" if near else "The app sees no location at all: check its scopes with shopify_shop_info"
        raise Failure("not_found", f"the shop has no location {redaction.plain(text, 80)}", hint, VENDOR, op.LOCATIONS.name)
    return same[0]


# -- stock
def execute(task: Task) -> Json:
    params = task.params
    query, wanted = _query_of(params)
    names = sorted({*params["names"], *(("available",) if params["threshold"] is not None else ())})
    if not names:
        raise Failure("invalid", "names is empty", "Name a quantity, such as available", VENDOR)
    client = connect(task, params)
    known = locations(client)
    place = chosen(known, params["location"]) if params["location"] is not None else None
    items = list(_listed(client, query, names, known))
    missing = sorted(wanted - {name for one in items for name in (one["id"], one["sku"])})
    if missing:
        told = ", ".join(redaction.plain(one, 80) for one in missing[:10])
        raise Failure(
            "not_found", f"nothing is kept in stock as {told}", "Check the SKU, capitals too, or the id of the inventory item", VENDOR, op.INVENTORY_ITEMS.name
        )
    shown = []
    for item in items:
        levels = [one for one in item["levels"] if place is None or one["location_id"] == place.id]
        if params["threshold"] is not None:
            # What is not counted is never low.
            levels = [one for one in levels if item["tracked"] and one["quantities"]["available"] <= params["threshold"]]
        if levels or (place is None and params["threshold"] is None):
            shown.append({**item, "levels": levels})
    return {**client.told(), "inventory_items": shown, "locations": [dataclasses.asdict(one) for one in known]}


def _query_of(params: Json) -> tuple[str | None, set[str]]:
    """A search, and the ids and SKUs that it must find."""
    if len(params["items"]) > MOST_ITEMS:
        raise Failure("invalid", f"more than {MOST_ITEMS} items", "Ask for fewer at once, or for all of them", VENDOR)
    ids = sorted({gid("InventoryItem", one, "items") for one in params["items"] if _is_id(one)})
    skus = sorted({one.strip() for one in params["items"] if not _is_id(one)})
    if not all(one and one.isprintable() and len(one) <= 255 for one in skus):
        raise Failure("invalid", "items: one is no SKU", "Give SKUs, or ids of inventory items", VENDOR)
    searches = [*([one_of("sku", skus)] if skus else []), *([one_of("id", [one.rpartition("/")[2] for one in ids])] if ids else [])]
    terms = [f"({' OR '.join(searches)})"] if len(searches) > 1 else searches
    if params["updated_since"] is not None:
        terms.append(term("updated_at", moment_of(seconds_of(params["updated_since"], "updated_since")), ">="))
    # With a moment, an item that is named may rightly be missing.
    return " AND ".join(terms) or None, set() if params["updated_since"] is not None else {*ids, *skus}


def _listed(client: Shop, query: str | None, names: list[str], known: list[Location]) -> t.Iterator[Json]:
    """One request for each page; its size depends on how many locations there are."""
    most = max(1, len(known))
    page = max(1, min(PAGE, POINTS // (ITEM_POINTS + most * (2 + len(names)))))
    named = {one.id: one for one in known}

    def fetch(after: str | None) -> tuple[list[Json], str | None]:
        asked = {"query": query, "levels": min(most, PAGE), "names": names}
        return nodes(client.ask(op.INVENTORY_ITEMS, first=page, after=after, **asked).get("inventoryItems"), op.INVENTORY_ITEMS)

    for raw in paging.pages(fetch, "inventory items"):
        yield _item(raw, names, named)


def _item(raw: Json, names: list[str], known: dict[str, Location]) -> Json:
    if not isinstance(raw.get("id"), str) or not isinstance(raw.get("tracked"), bool):
        raise malformed(op.INVENTORY_ITEMS, "holds an item without id, or that does not say whether it is counted")
    listed, more = nodes(raw.get("inventoryLevels"), op.INVENTORY_ITEMS)
    if more is not None:
        raise Failure("conflict", f"{redaction.plain(raw['id'], 100)} is stocked at more locations than there were", "Run it again", VENDOR, retryable=True)
    variants = raw.get("variants")
    found = variants.get("nodes") if isinstance(variants, dict) else None
    variant = found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}
    return {
        "id": redaction.plain(raw["id"], 100),
        "sku": redaction.plain(raw["sku"], 255) if isinstance(raw.get("sku"), str) else None,
        "tracked": raw["tracked"],
        "variant_id": redaction.plain(variant["id"], 100) if isinstance(variant.get("id"), str) else None,
        "variant": redaction.plain(variant["displayName"], 300) if isinstance(variant.get("displayName"), str) else None,
        "updated_at": redaction.plain(raw.get("updatedAt") or "", 40),
        "levels": [_level(one, names, known) for one in listed],
    }


def _level(raw: Json, names: list[str], known: dict[str, Location]) -> Json:
    place, listed = raw.get("location"), raw.get("quantities")
    identity = place.get("id") if isinstance(place, dict) else None
    pairs = [one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)] if isinstance(listed, list) else []
    told = {one["name"]: one.get("quantity") for one in pairs}
    numbers = {name: told.get(name) for name in names}
    if not isinstance(identity, str) or not all(isinstance(one, int) and not isinstance(one, bool) for one in numbers.values()):
        raise malformed(op.INVENTORY_ITEMS, "holds a level without location or quantities")
    location = known.get(identity)
    return {"location_id": redaction.plain(identity, 100), "location": location.name if location else None, "quantities": numbers}

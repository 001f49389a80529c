#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_inventory_info
short_description: How much of what is in stock, and where, in a Shopify shop
version_added: 0.1.0
description:
  - Returns the quantities of the shop's inventory items at its locations, of all, of some by SKU or id, or of those that run low.
notes:
  - "Requests: 1 for the locations, and 1 for each page of items, whose size depends on how many locations there are: 52 items with three
    locations and three quantities. With client credentials one more for the token."
  - What runs low is found here, not by the vendor, so O(threshold) reads all items too.
  - A search for O(items) or O(updated_since) knows of a change some seconds later.
  - Needs the access scopes C(read_inventory) and C(read_products).
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  items:
    description:
      - Only these, each by its SKU, or by the global id or number of its inventory item; up to 100. One that is not there is an error, except
        with O(updated_since). Digits alone are an id.
    type: list
    elements: str
    default: []
  location:
    description:
      - Only levels at this location, by id or name. Items that are not stocked there are left out.
    type: str
  names:
    description:
      - Which quantities to return.
    type: list
    elements: str
    choices: [available, committed, damaged, incoming, on_hand, quality_control, reserved, safety_stock]
    default: [available, committed, on_hand]
  threshold:
    description:
      - Only levels where so many are available, or fewer, and only items that are counted. Items without such a level are left out.
    type: int
  updated_since:
    description:
      - Only items that were changed at or after this moment, as V(2026-11-20T08:00:00Z), or a day, which begins at midnight UTC.
    type: str
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: What runs low in the warehouse
  saasops.runbooks.shopify_inventory_info:
    location: Warehouse
    threshold: 2
  register: low

- name: Where one product is
  saasops.runbooks.shopify_inventory_info:
    items: [SKU-001-1]
"""

RETURN = r"""
inventory_items:
  description: The inventory items, by id.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Global id.
      type: str
    sku:
      description: Its SKU; V(null) when it has none.
      type: str
    tracked:
      description: Whether the shop counts it.
      type: bool
    variant_id:
      description: Global id of the variant.
      type: str
    variant:
      description: What is sold, as the vendor shows it.
      type: str
    updated_at:
      description: When it was changed last, as ISO 8601.
      type: str
    levels:
      description: Where it is stocked.
      type: list
      elements: dict
      contains:
        location_id:
          description: Global id of the location.
          type: str
        location:
          description: Its name.
          type: str
        quantities:
          description: How many, by the names of O(names). What is available may be below zero.
          type: dict
  sample:
    - id: gid://shopify/InventoryItem/4100000010
      sku: SKU-001-1
      tracked: true
      variant_id: gid://shopify/ProductVariant/3100000010
      variant: Product 001 - Small
      updated_at: '2026-11-20T03:02:00Z'
      levels:
        - location_id: gid://shopify/Location/2000000001
          location: Warehouse
          quantities: {available: 40, committed: 1, on_hand: 41}
locations:
  description: All locations of the shop.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Global id.
      type: str
    name:
      description: Its name.
      type: str
    active:
      description: Whether goods can be stocked there.
      type: bool
api:
  description: The version of the API.
  returned: success
  type: dict
  contains:
    requested:
      description: The version that was asked for.
      type: str
    served:
      description: The version that answered; V(null) when no answer said so.
      type: str
    deprecated:
      description: What was used of the API and is about to go, in the vendor's words.
      type: list
      elements: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.shopify_shop_info).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(not_found) (the message names what), V(invalid), V(permission), V(refused), V(auth),
      V(rate_limited), V(timeout), V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: inventoryItems
    kind: not_found
    status: null
    code: ''
    message: nothing is kept in stock as SKU-1
    request_id: ''
    retryable: false
    hint: 'Check the SKU, capitals too, or the id of the inventory item'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.inventory import NAMES, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "items": {"type": "list", "elements": "str", "default": []},
        "location": {"type": "str"},
        "names": {"type": "list", "elements": "str", "choices": NAMES, "default": ["available", "committed", "on_hand"]},
        "threshold": {"type": "int"},
        "updated_since": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

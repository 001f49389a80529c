# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on stock: which locations there are, and how much of what is where."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

LOCATIONS = Operation(
    "locations",
    document="""
query locations($first: Int!, $after: String) {
  locations(first: $first, after: $after, includeInactive: true, sortKey: ID) {
    nodes { id name isActive }
    pageInfo { hasNextPage endCursor }
  }
}""",
    needs=("read_inventory",),
)
INVENTORY_ITEMS = Operation(
    "inventoryItems",
    document="""
query inventoryItems($first: Int!, $after: String, $query: String, $levels: Int!, $names: [String!]!) {
  inventoryItems(first: $first, after: $after, query: $query) {
    nodes {
      id sku tracked updatedAt
      variants(first: 1) { nodes { id displayName } }
      inventoryLevels(first: $levels) {
        nodes { location { id } quantities(names: $names) { name quantity } }
        pageInfo { hasNextPage endCursor }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}""",
    needs=("read_inventory",),
)

INVENTORY_OPERATIONS = (LOCATIONS, INVENTORY_ITEMS)

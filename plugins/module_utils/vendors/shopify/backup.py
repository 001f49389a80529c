# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups keeps of a shop: resources as JSON lines, each by a bulk operation of its own, to be read. Nothing of it is put back by itself.

Facts (Shopify, "Perform bulk operations"): what belongs to an object is a line of its own that names it in ``__parentId``; five connections at the most,
two deep; no object without the access scope of its kind.
"""

from __future__ import annotations

import difflib
import functools
import re

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import VARIABLE, Component, Part, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import access, bulk, bulk_export, client
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR

TUNING: dict[str, type] = {"resources": list, "queries": dict}
STALLED_AFTER = 1800.0
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
NOTE = "kept to be read: it holds what the shop knows of people, and is put back by imports of Shopify's own"
_MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
RESOURCES = {
    "customers": """{ customers { edges { node {
  id firstName lastName displayName state tags numberOfOrders createdAt updatedAt
  defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber }
  metafields { edges { node { id namespace key type value } } }
} } } }""",
    "discounts": """{ discountNodes { edges { node { id discount { __typename ... on DiscountCodeBasic {
  title status summary startsAt endsAt usageLimit appliesOncePerCustomer createdAt updatedAt codes { edges { node { id code asyncUsageCount } } }
} } } } } }""",
    "inventory": """{ inventoryItems { edges { node {
  id sku tracked requiresShipping createdAt updatedAt
  inventoryLevels { edges { node { id location { id name } quantities(names: ["available", "committed", "incoming", "on_hand"]) { name quantity } } } }
} } } }""",
    "orders": f"""{{ orders {{ edges {{ node {{
  id name number email phone note tags test sourceName currencyCode presentmentCurrencyCode paymentGatewayNames
  createdAt processedAt closedAt cancelledAt cancelReason updatedAt displayFinancialStatus displayFulfillmentStatus
  customer {{ id }} totalPriceSet {_MONEY} currentTotalPriceSet {_MONEY} totalShippingPriceSet {_MONEY} totalReceivedSet {_MONEY} totalRefundedSet {_MONEY}
  refunds {{ id note createdAt totalRefundedSet {_MONEY} }} transactions {{ id kind status gateway errorCode processedAt amountSet {_MONEY} }}
  lineItems {{ edges {{ node {{
    id name title variantTitle sku quantity currentQuantity requiresShipping product {{ id }} variant {{ id }}
    originalUnitPriceSet {_MONEY} discountedTotalSet {_MONEY}
  }} }} }}
}} }} }} }}""",
    "products": """{ products { edges { node {
  id handle title descriptionHtml status vendor productType tags totalInventory createdAt updatedAt
  variants { edges { node { id title displayName sku price inventoryQuantity inventoryItem { id } createdAt updatedAt } } }
} } } }""",
}
# What a shop cannot make again. The others are asked for by name.
USUAL = ("customers", "orders", "products")


def parts(task: Task, component: Component) -> list[Part]:
    """One for each resource. ``queries`` are bulk queries of the shop's own, by names of their own."""
    queries, options = _queries(component), access.given(component, task.params).options

    def write(name: str, query: str, sink: Sink) -> Told:
        return _resource(task, client.connect(task, options), name, query, sink)

    def plan(query: str) -> None:
        bulk.begun(task, client.connect(task, options), query, True, 0.0)

    each = sorted(queries.items())
    return [Part(f"{component['name']}/{name}.jsonl", VENDOR, functools.partial(write, name, query), functools.partial(plan, query)) for name, query in each]


def _queries(component: Component) -> dict[str, str]:
    wish, whose = tuned(component, TUNING), f"{VARIABLE} of {component['name']}"
    own, wanted = wish.get("queries", {}), wish.get("resources", USUAL)
    for name in wanted:
        if name not in RESOURCES:
            near = difflib.get_close_matches(str(name), RESOURCES, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Give some of {', '.join(RESOURCES)}; others as queries: {{name: bulk query}}"
            raise Failure("invalid", f"{whose}: resources has {plain(name, 60)!r}", hint, VENDOR)
    for name, query in own.items():
        if not NAME.fullmatch(str(name)) or name in RESOURCES or not isinstance(query, str):
            hint = "Give {name: bulk query}, the name in small letters, and none that is a resource already"
            raise Failure("invalid", f"{whose}: queries has {plain(name, 60)!r}", hint, VENDOR)
    return {**{name: RESOURCES[name] for name in wanted}, **{name: bulk_export.query_of(query) for name, query in own.items()}}


def _resource(task: Task, shop: client.Shop, name: str, query: str, sink: Sink) -> Told:
    it, was_there = bulk.begun(task, shop, query, True, 0.0)
    if it is None:
        raise TypeError("a plan writes nothing")
    if it.running:
        it = bulk_export.waited(task, shop, it, STALLED_AFTER, not was_there)
    bulk.check_complete(it)
    result = bulk_export.fetch(task, shop, it, sink)
    # The lines of the part, so that whoever counts them finds as many.
    below = {f"{name}, what belongs to them": result.children} if result.children else {}
    return Told(it.created_at, {name: result.records - result.children, **below}, tools={"api": shop.served, "operation": it.id}, notes=[NOTE])

# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own client reads the sandbox's orders, refunds and stock, with the documents that the modules send."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import inventory_operations as inventory_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE
from ansible_collections.saasops.runbooks.tests.contract.test_shopify_client import Json, of
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)
ORDER = "gid://shopify/Order/5500001198"
WHOLE = {"personal": True, "lines": op.LINES, "refunds": op.REFUNDS, "transactions": op.TRANSACTIONS}


def test_the_vendor_s_client_reads_orders(shopify_client: t.Callable[..., Json]) -> None:
    asked = {"first": 99, "after": None, "query": "financial_status:'paid'", "personal": True, "scopes": True}
    said = shopify_client(
        {
            "list": of(op.ORDERS, **asked),
            "count": of(op.ORDERS_COUNT, query="financial_status:'paid'", scopes=True),
            "name": of(op.ORDER_NAMES, query="name:'#2199'"),
            "one": of(op.ORDER, id=ORDER, **WHOLE),
            "lines": of(op.ORDER_LINES, id=ORDER, first=PAGE, after=None),
            "locations": of(inventory_op.LOCATIONS, first=PAGE, after=None),
            "items": of(inventory_op.INVENTORY_ITEMS, first=52, after=None, query="sku:'SKU-001-1'", levels=3, names=["available", "on_hand"]),
        }
    )
    assert {name: (one["status"], one["errors"], one["version"]) for name, one in said.items()} == dict.fromkeys(said, (200, [], "2026-10"))
    data: Json = {name: one["data"] for name, one in said.items()}
    assert len(data["list"]["orders"]["nodes"]) == 99 and data["count"]["ordersCount"] == {"count": 576, "precision": "EXACT"}
    assert [one["id"] for one in data["name"]["orders"]["nodes"]] == [data["one"]["order"]["id"]] == [ORDER]
    assert data["lines"]["order"]["lineItems"]["nodes"] == data["one"]["order"]["lineItems"]["nodes"]
    (item,) = data["items"]["inventoryItems"]["nodes"]
    assert len(item["inventoryLevels"]["nodes"]) == 2 and len(data["locations"]["locations"]["nodes"]) == 3


def test_the_vendor_s_client_refunds_once_for_each_key(shopify_client: t.Callable[..., Json]) -> None:
    suggestion = shopify_client({"plan": of(op.SUGGESTED_REFUND, id=ORDER, lines=None, shipping=False, all=True)})["plan"]["data"]["order"]["suggestedRefund"]
    (one,) = suggestion["suggestedTransactions"]
    payment = {"orderId": ORDER, "parentId": one["parentTransaction"]["id"], "gateway": one["gateway"], "kind": "REFUND", "amount": "5.00"}
    wish = {"orderId": ORDER, "note": "late (saasops late)", "notify": False, "transactions": [payment]}
    first, again, other = (of(op.CREATE_REFUND, input={**wish, **more}, key="one", transactions=20) for more in ({}, {}, {"note": "other"}))
    said = shopify_client({"first": first, "again": again, "other": other, "seen": of(op.ORDER, id=ORDER, **WHOLE)})
    made = said["first"]["data"]["refundCreate"]
    assert made["userErrors"] == [] and made["refund"]["id"] == said["again"]["data"]["refundCreate"]["refund"]["id"]
    assert said["other"]["errors"][1:] == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert [refund["note"] for refund in said["seen"]["data"]["order"]["refunds"]] == [wish["note"]]


def test_the_vendor_s_client_does_not_notice_what_an_app_may_not_see(shopify_client: t.Callable[..., Json], running: Sandbox) -> None:
    """It gives data and errors together: who looks at the data alone takes everybody for nobody."""
    asked = {"first": 1, "after": None, "query": None, "personal": True, "scopes": False}
    said = shopify_client({"list": of(op.ORDERS, **asked)}, token=running.run["shopify"]["stock_token"])["list"]
    assert said["errors"][1:] == ["ACCESS_DENIED"] and said["data"]["orders"]["nodes"][0]["customer"] is None

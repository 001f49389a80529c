# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own client for the Admin API works against the sandbox, with the documents that the modules send."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import billing_operations as billing_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import bulk_operations as bulk_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import customer_operations as customer_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import discount_operations as discount_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import subscription_operations as subscription_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE
from ansible_collections.saasops.runbooks.tests.contract import shopify_sent
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)
Json = dict[str, t.Any]
URI = "https://hooks.example.com/new"


def of(operation: t.Any, **variables: t.Any) -> Json:
    return {"document": operation.document, "variables": variables}


def test_the_vendor_s_client_reads_every_answer(shopify_client: t.Callable[..., Json]) -> None:
    create = of(op.CREATE_WEBHOOK, topic="ORDERS_CREATE", subscription={"uri": URI, "name": "new"})
    listed = of(op.WEBHOOKS, first=PAGE, topics=["ORDERS_CREATE"])
    said = shopify_client({"shop": of(op.SHOP), "create": create, "again": create, "list": listed})
    assert {name: (one["status"], one["errors"], one["version"]) for name, one in said.items()} == dict.fromkeys(said, (200, [], "2026-10"))
    assert all(one["left"] > 1000 for one in said.values())
    assert said["shop"]["data"]["shop"]["myshopifyDomain"] == "example-shop.myshopify.com"
    made = said["create"]["data"]["webhookSubscriptionCreate"]
    assert made["userErrors"] == []
    # The client takes it for a success: only the payload tells.
    assert said["again"]["data"]["webhookSubscriptionCreate"]["userErrors"]
    (node,) = said["list"]["data"]["webhookSubscriptions"]["nodes"]
    assert node == made["webhookSubscription"]
    more = shopify_client(
        {
            "update": of(op.UPDATE_WEBHOOK, id=node["id"], subscription={"uri": URI, "format": "XML"}),
            "delete": of(op.DELETE_WEBHOOK, id=node["id"]),
            "list": listed,
            "named": of(op.NAMED_WEBHOOKS, first=PAGE, topics=["ORDERS_PAID"]),
        }
    )
    assert [one["name"] for one in more["named"]["data"]["webhookSubscriptions"]["nodes"]] == [None]
    assert more["update"]["data"]["webhookSubscriptionUpdate"]["webhookSubscription"]["format"] == "XML"
    assert more["delete"]["data"]["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"] == node["id"]
    assert more["list"]["data"]["webhookSubscriptions"]["nodes"] == []


def test_the_vendor_s_client_reads_customers(shopify_client: t.Callable[..., Json]) -> None:
    customer, status = "gid://shopify/Customer/7000000001", {"namespace": "membership", "key": "status"}
    one = of(customer_op.CUSTOMER, identifier={"id": customer}, first=1, keys=["membership.status"], withMetafields=True)
    said = shopify_client(
        {
            "list": of(customer_op.CUSTOMERS, first=PAGE, query="tag:'newsletter'"),
            "members": of(customer_op.MEMBERS, first=100, query="tag:'member'", fields=1, keys=["membership.status"]),
            "add": of(customer_op.ADD_TAGS, id=customer, tags=["gold", "silver"]),
            "remove": of(customer_op.REMOVE_TAGS, id=customer, tags=["silver"]),
            "set": of(customer_op.SET_METAFIELDS, metafields=[{"ownerId": customer, **status, "type": "json", "value": "{}", "compareDigest": None}]),
            "seen": one,
            "delete": of(customer_op.DELETE_METAFIELDS, metafields=[{"ownerId": customer, **status}]),
            "gone": one,
        }
    )
    assert {name: (answer["status"], answer["errors"]) for name, answer in said.items()} == dict.fromkeys(said, (200, []))
    assert len(said["list"]["data"]["customers"]["nodes"]) == 250 and len(said["members"]["data"]["customers"]["nodes"]) == 100
    seen, gone = (said[name]["data"]["customerByIdentifier"] for name in ("seen", "gone"))
    assert seen["tags"] == gone["tags"] == ["gold"]
    assert [len(it["metafields"]["nodes"]) for it in (seen, gone)] == [1, 0]


def test_the_vendor_s_client_reads_bulk_operations(shopify_client: t.Callable[..., Json]) -> None:
    begun = shopify_client({"run": of(bulk_op.RUN_BULK, query="{ customers { edges { node { id } } } }"), "list": of(bulk_op.BULKS, first=PAGE)})
    it = begun["run"]["data"]["bulkOperationRunQuery"]["bulkOperation"]
    assert (it["status"], begun["list"]["data"]["bulkOperations"]["nodes"]) == ("CREATED", [it])
    more = shopify_client({"one": of(bulk_op.BULK, id=it["id"]), "cancel": of(bulk_op.CANCEL_BULK, id=it["id"])})
    assert {name: (answer["status"], answer["errors"]) for name, answer in {**begun, **more}.items()} == dict.fromkeys([*begun, *more], (200, []))
    assert more["one"]["data"]["bulkOperation"]["id"] == it["id"] and set(more["cancel"]["data"]["bulkOperationCancel"]["bulkOperation"]) == {"id", "status"}


def test_the_vendor_s_client_understands_what_goes_wrong(shopify_client: t.Callable[..., Json], running: Sandbox) -> None:
    said = shopify_client({"unknown": {"document": "{ nosuch }", "variables": {}}, "variable": of(op.WEBHOOKS, first=1, topics=["NO"])})
    assert said["unknown"]["errors"][1:] == ["undefinedField"] and said["variable"]["errors"][1:] == ["INVALID_VARIABLE"]
    assert shopify_client({"dead": of(op.SHOP)}, token="shpat_dead")["dead"]["status"] == 401
    running.fault("graphql_error", vendor="shopify", code="THROTTLED", message="Throttled")
    assert shopify_client({"throttled": of(op.SHOP)})["throttled"]["errors"][1:] == ["THROTTLED"]


def test_the_vendor_s_client_does_not_notice_another_version(shopify_client: t.Callable[..., Json]) -> None:
    """Which is why the modules look at the header."""
    said = shopify_client({"shop": of(op.SHOP)}, version="2025-10")["shop"]
    assert (said["errors"], said["version"]) == ([], "2026-01")


def test_the_vendor_s_client_reads_discounts(shopify_client: t.Callable[..., Json]) -> None:
    wish = shopify_sent.INPUTS[1] | {"code": "MEMBER15", "context": {"all": "ALL"}, "tags": ["vip"]}
    look = of(discount_op.TAGGED_DISCOUNT, code="member15")
    made = shopify_client(
        {"create": of(discount_op.CREATE_DISCOUNT, discount=wish), "look": look, "list": of(discount_op.DISCOUNTS, first=40, query="method:automatic")}
    )
    assert {name: (answer["status"], answer["errors"]) for name, answer in made.items()} == dict.fromkeys(made, (200, []))
    node = made["look"]["data"]["codeDiscountNodeByCode"]
    assert (node["codeDiscount"]["customerGets"]["value"]["percentage"], node["codeDiscount"]["tags"]) == (0.15, ["vip"])
    assert len(made["list"]["data"]["discountNodes"]["nodes"]) == 4
    each = {
        "update": of(discount_op.UPDATE_DISCOUNT, id=node["id"], discount=shopify_sent.INPUTS[2]),
        "deactivate": of(discount_op.DEACTIVATE_DISCOUNT, id=node["id"]),
        "activate": of(discount_op.ACTIVATE_DISCOUNT, id=node["id"]),
        "there": of(discount_op.DISCOUNT, code="MEMBER15"),
        "delete": of(discount_op.DELETE_DISCOUNT, id=node["id"]),
        "gone": of(discount_op.DISCOUNT, code="MEMBER15"),
    }
    said = shopify_client(each)
    assert {name: (answer["status"], answer["errors"]) for name, answer in said.items()} == dict.fromkeys(said, (200, []))
    payloads = [next(iter(said[name]["data"].values())) for name in ("update", "deactivate", "activate", "delete")]
    assert [payload["userErrors"] for payload in payloads] == [[]] * 4
    assert [payload["codeDiscountNode"]["codeDiscount"]["status"] for payload in payloads[:3]] == ["SCHEDULED", "EXPIRED", "ACTIVE"]
    assert said["there"]["data"]["codeDiscountNodeByCode"]["id"] == node["id"] and said["gone"]["data"]["codeDiscountNodeByCode"] is None


def test_the_vendor_s_client_reads_subscription_contracts(shopify_client: t.Callable[..., Json]) -> None:
    contract = "gid://shopify/SubscriptionContract/26000000000"
    said = shopify_client(
        {
            "look": of(subscription_op.CONTRACT, id=contract),
            "list": of(subscription_op.CONTRACTS, first=200, query="status:active"),
            "pause": of(subscription_op.PAUSE_CONTRACT, id=contract),
            "activate": of(subscription_op.ACTIVATE_CONTRACT, id=contract),
            "bill": of(billing_op.BILL, contract=contract, input={"idempotencyKey": "saasops-1", "billingCycleSelector": {"index": 14}}),
            "cycle": of(billing_op.CYCLE, input={"contractId": contract, "selector": {"index": 14}}, first=100),
            "cancel": of(subscription_op.CANCEL_CONTRACT, id=contract),
        }
    )
    attempt = said["bill"]["data"]["subscriptionBillingAttemptCreate"]["subscriptionBillingAttempt"]
    assert said["cycle"]["data"]["subscriptionBillingCycle"]["billingAttempts"]["nodes"] == [attempt]
    assert {name: (answer["status"], answer["errors"]) for name, answer in said.items()} == dict.fromkeys(said, (200, []))
    payloads = [next(iter(said[name]["data"].values())) for name in ("pause", "activate", "cancel")]
    assert [(payload["userErrors"], payload["contract"]["status"]) for payload in payloads] == [([], "PAUSED"), ([], "ACTIVE"), ([], "CANCELLED")]
    assert said["look"]["data"]["subscriptionContract"]["id"] == contract and len(said["list"]["data"]["subscriptionContracts"]["nodes"]) > 150

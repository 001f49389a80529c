# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Shopify."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "shpat_ways-test-wrong-4Lq8Vn2Xs7Jc5Rb9"
WRONG_SECRET = "shpss_ways-test-wrong-6Yt3Kd9Wf1Zp7Mh2"
REFRESH_TOKEN = "shprt_ways-test-wrong-9Hs2Xq6Nb4Td8Vk1"
SECRETS = (WRONG_TOKEN, WRONG_SECRET, REFRESH_TOKEN)
PAID: Json = {"topic": "ORDERS_PAID", "uri": "https://hooks.example.com/shopify"}
CREDENTIALS: Json = {"token": "", "client_id": "5f0e8a7c", "client_secret": WRONG_SECRET}
EMAIL = "customer-0001@example.com"
EVERYBODY = "{ customers { edges { node { id tags } } } }"
CODE: Json = {"code": "MEMBER15", "percentage": 0.15}
CONTRACT: Json = {"contract": "26000000000", "state": "paused"}
NO_ONE: Json = {"state": "exact", "topic": None, "uri": None}
TAG = 'mutation Tag { tagsAdd(id: "gid://shopify/Customer/7000000002", tags: ["gold"]) { userErrors { field message } } }'
PRODUCTS = "query($after: String) { products(first: 15, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }"
NEEDED: dict[str, Json] = {
    "shopify_bulk_export": {"query": EVERYBODY, "dest": "customers.jsonl.gz"},
    "shopify_customer": {"customer": EMAIL, "tags": ["member"]},
    "shopify_customer_info": {"customer": EMAIL},
    "shopify_discount_code": CODE,
    "shopify_discount_code_info": {"code": "WELCOME10"},
    "shopify_graphql": {"query": "{ shop { name } }"},
    "shopify_inventory_info": {},
    "shopify_order_info": {"order": "#2199"},
    "shopify_refund": {"order": "#2199", "key": "returned"},
    "shopify_shop_info": {},
    "shopify_subscription_billing": {"contract": "26000000019", "cycle": 7},
    "shopify_subscription_contract": CONTRACT,
    "shopify_subscription_contract_info": {},
    "shopify_webhook": PAID,
    "shopify_webhook_info": {},
}
BAD: list[tuple[str, Json]] = [
    ("shopify_bulk_export", {"token": WRONG_TOKEN, "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"query": "mutation { x }", "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"query": "{ shop { name } }", "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"query": None, "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"operation": "1", "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"query": None, "operation": "gid://shopify/Order/1", "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"query": None, "operation": "1", "dest": "new.jsonl.gz"}),
    ("shopify_bulk_export", {"dest": "away/customers.jsonl.gz"}),
    ("shopify_bulk_export", {"dest": "."}),
    ("shopify_bulk_export", {"dest": "new.jsonl.gz", "max_age": "young"}),
    ("shopify_bulk_export", {"dest": "new.jsonl.gz", "stalled_after": "late"}),
    ("shopify_bulk_export", {"dest": "new.jsonl.gz", "stalled_after": "0s"}),
    ("shopify_bulk_export", {"dest": "new.jsonl.gz", "in_progress": "double"}),
    ("shopify_bulk_export", {"dest": "new.jsonl.gz", "allow": "read"}),
    ("shopify_customer", {"token": WRONG_TOKEN}),
    ("shopify_customer", {"customer": "nobody@example.com"}),
    ("shopify_customer", {"customer": "gid://shopify/Order/1"}),
    ("shopify_customer", {"tags": []}),
    ("shopify_customer", {"tags": ["a,b"]}),
    ("shopify_customer", {"absent_tags": ["Member"]}),
    ("shopify_customer", {"metafields": [{"namespace": "membership", "key": "status"}]}),
    ("shopify_customer", {"customer": 7000000004, "absent_metafields": [{"namespace": "membership", "key": "status"}]}),
    ("shopify_customer_info", {"tags": ["member"]}),
    ("shopify_customer_info", {"metafields": ["status"]}),
    ("shopify_customer_info", {"customer": None, "updated_since": "yesterday"}),
    ("shopify_discount_code", {"token": WRONG_TOKEN}),
    ("shopify_discount_code", {"percentage": 15}),
    ("shopify_discount_code", {"percentage": None}),
    ("shopify_discount_code", {"percentage": None, "amount": "5"}),
    ("shopify_discount_code", {"percentage": None, "amount": "5", "currency": "USD"}),
    ("shopify_discount_code", {"code": "FREESHIP"}),
    ("shopify_discount_code", {"code": "PARTNER-0002"}),
    ("shopify_discount_code", {"code": "WELCOME10", "state": "absent"}),
    ("shopify_discount_code", {"context": {"all": True, "customers": ["7000000001"]}}),
    ("shopify_discount_code", {"starts_at": "tomorrow"}),
    ("shopify_discount_code", {"tags": ["vip"], "api_version": "2026-01"}),
    ("shopify_discount_code_info", {"status": "active"}),
    ("shopify_discount_code_info", {"code": None, "updated_since": "yesterday"}),
    ("shopify_graphql", {"token": WRONG_TOKEN}),
    ("shopify_graphql", {"query": "{ shop"}),
    ("shopify_graphql", {"query": "{ nosuch }"}),
    ("shopify_graphql", {"query": TAG.replace("userErrors", "errors: userErrors"), "changes": True}),
    ("shopify_graphql", {"query": TAG}),
    ("shopify_graphql", {"variables": {"id": 1}}),
    ("shopify_inventory_info", {"items": ["SKU-1"]}),
    ("shopify_inventory_info", {"location": "Werehouse"}),
    ("shopify_inventory_info", {"names": ["availible"]}),
    ("shopify_order_info", {"token": WRONG_TOKEN}),
    ("shopify_order_info", {"order": "#1"}),
    ("shopify_order_info", {"test": True}),
    ("shopify_order_info", {"order": None, "limit": 0}),
    ("shopify_order_info", {"order": None, "financial_status": ["paying"]}),
    ("shopify_order_info", {"order": None, "updated_since": "yesterday"}),
    ("shopify_refund", {"token": WRONG_TOKEN}),
    ("shopify_refund", {"order": "#2184"}),
    ("shopify_refund", {"amount": "10000"}),
    ("shopify_refund", {"amount": "much"}),
    ("shopify_refund", {"key": "(1)"}),
    ("shopify_refund", {"lines": [{"line": "SKU-1", "quantity": 1}]}),
    ("shopify_refund", {"lines": [{"line": "SKU-1"}]}),
    ("shopify_refund", {"allow": "read"}),
    ("shopify_refund", {"api_version": "2025-10"}),
    ("shopify_shop_info", {"token": WRONG_TOKEN}),
    ("shopify_shop_info", {"token": [WRONG_TOKEN]}),
    ("shopify_shop_info", {"client_secret": WRONG_SECRET}),
    ("shopify_shop_info", {"token": REFRESH_TOKEN}),
    ("shopify_shop_info", CREDENTIALS),
    ("shopify_shop_info", {**CREDENTIALS, "client_id": "0" * 32}),
    ("shopify_shop_info", {"shop": "shop.example.com"}),
    ("shopify_shop_info", {"api_version": "2025-10"}),
    ("shopify_shop_info", {"api_version": "latest"}),
    ("shopify_shop_info", {"api_url": "http://shop.example.com"}),
    ("shopify_subscription_billing", {"token": WRONG_TOKEN}),
    ("shopify_subscription_billing", {"cycle": 0}),
    ("shopify_subscription_billing", {"cycle": 50}),
    ("shopify_subscription_billing", {"contract": "26000000013", "cycle": 13}),
    ("shopify_subscription_billing", {"key": " "}),
    ("shopify_subscription_billing", {"api_version": "2026-01"}),
    ("shopify_subscription_contract", {"token": WRONG_TOKEN}),
    ("shopify_subscription_contract", {"contract": "26000000049"}),
    ("shopify_subscription_contract", {"contract": "26000000015"}),
    ("shopify_subscription_contract", {"contract": "gid://shopify/Order/1"}),
    ("shopify_subscription_contract", {"contract": "26000000001", "state": "cancelled"}),
    ("shopify_subscription_contract", {"state": "expired"}),
    ("shopify_subscription_contract_info", {"customer": "nobody@example.com"}),
    ("shopify_subscription_contract_info", {"contract": "1", "status": ["active"]}),
    ("shopify_webhook", {"token": WRONG_TOKEN}),
    ("shopify_webhook", {"topic": None}),
    ("shopify_webhook", {"topic": "ORDERS_UNKNOWN"}),
    ("shopify_webhook", {"uri": "http://app.example.com/"}),
    ("shopify_webhook", {"format": "YAML"}),
    ("shopify_webhook", {"format": "XML", "allow": "read"}),
    ("shopify_webhook", {"state": "exact"}),
    ("shopify_webhook", {"subscriptions": []}),
    ("shopify_webhook", {**NO_ONE, "uri_prefix": "https://hooks.example.com", "subscriptions": []}),
    ("shopify_webhook", {**NO_ONE, "uri_prefix": "https://hooks.example.com/", "subscriptions": [{"topic": "ORDERS_PAID"}]}),
    ("shopify_webhook", {**NO_ONE, "uri_prefix": "https://www.example.com/", "subscriptions": [PAID]}),
    ("shopify_webhook", {"name": "paid", "api_version": "2026-01"}),
    ("shopify_webhook_info", {"topics": ["paid"]}),
    ("shopify_webhook_info", {"api_version_mismatch": "ignore"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    created = {"topic": "orders/create", "uri": "https://hooks.example.com/new", "include_fields": ["id", "updated_at"]}
    of_create: Json = {"topics": ["ORDERS_CREATE"]}
    hooks = "https://hooks.example.com/shopify"
    exactly: Json = {
        "state": "exact",
        "uri_prefix": "https://hooks.example.com/",
        "subscriptions": [{"topic": "ORDERS_CREATE", "uri": hooks, "name": "new"}, {"topic": "REFUNDS_CREATE", "uri": hooks}],
    }
    facts = world.sandbox_run["shopify"]
    credentials = {"token": "", "client_id": facts["client_id"], "client_secret": facts["client_secret"]}
    status = {"namespace": "membership", "key": "status"}
    member = {"customer": EMAIL, "tags": ["member"], "metafields": [{**status, "type": "json", "value": '{"level": "silver"}'}]}
    former = {"customer": EMAIL, "absent_tags": ["Member"], "absent_metafields": [status], "allow": "destroy"}
    seen = {"customer": EMAIL, "metafields": ["membership.status"]}
    of_code, removed = {"code": "MEMBER15"}, {"code": "MEMBER15", "state": "absent", "allow": "destroy"}
    of_contract, resumed, ended = {"contract": "26000000000"}, {**CONTRACT, "state": "active"}, {**CONTRACT, "state": "cancelled", "allow": "destroy"}
    missed, of_failed = {"contract": "26000000019", "cycle": 7}, {"contract": "26000000019"}
    twice, tagged = {"order": "#2198"}, {"query": TAG, "changes": True}
    is_member = "customers[0].tags == ['member'] && length(customers[0].metafields) == `1`"
    file: Json = {"query": EVERYBODY, "dest": "customers.jsonl.gz", "overwrite": True}
    return [
        Cycle("shopify_bulk_export", file, "shopify_shop_info", {}, "api.served == '2026-10'", repeats=True),
        Cycle("shopify_customer", member, "shopify_customer_info", seen, is_member),
        Cycle("shopify_customer", former, "shopify_customer_info", seen, "customers[0].tags == `[]` && customers[0].metafields == `{}`"),
        Look("shopify_customer_info", {"tags": ["newsletter"], "updated_since": "2020-01-01"}, "length(customers) == `250`"),
        Look("shopify_shop_info", {}, "api.quarters_left == `4` && shop.currency == 'EUR'"),
        Look("shopify_shop_info", {"api_version": "2025-10", "api_version_mismatch": "warn"}, "api.served == '2026-01' && length(warnings) == `1`"),
        Look("shopify_customer_info", {"tags": ["newsletter"], "metafields": ["membership.status"]}, "length(customers[?metafields]) == `250`"),
        Look("shopify_webhook_info", credentials, "length(webhooks) == `3`"),
        Cycle("shopify_webhook", created, "shopify_webhook_info", of_create, "webhooks[].include_fields == [['id', 'updated_at']]"),
        Cycle("shopify_webhook", {**created, "filter": "total_price:>=100"}, "shopify_webhook_info", of_create, "length(webhooks) == `1`"),
        Cycle("shopify_webhook", {**PAID, "state": "absent"}, "shopify_webhook_info", {"topics": ["ORDERS_PAID"]}, "webhooks == `[]`"),
        Cycle("shopify_webhook", exactly, "shopify_webhook_info", {}, "webhooks[].name == ['new', '']"),
        Look("shopify_webhook_info", {"api_version": "2026-01", "topics": ["REFUNDS_CREATE"]}, "webhooks[0].name == ''"),
        Cycle("shopify_discount_code", {**CODE, "tags": ["vip"]}, "shopify_discount_code_info", of_code, "discounts[0].percentage == `0.15`"),
        Cycle("shopify_discount_code", {**CODE, "title": "Members"}, "shopify_discount_code_info", of_code, "discounts[0].title == 'Members'"),
        Cycle("shopify_discount_code", {"code": "member15", "state": "inactive"}, "shopify_discount_code_info", of_code, "discounts[0].status == 'EXPIRED'"),
        Cycle("shopify_discount_code", {"code": "MEMBER15", "state": "active"}, "shopify_discount_code_info", of_code, "discounts[0].status == 'ACTIVE'"),
        Cycle("shopify_discount_code", removed, "shopify_discount_code_info", of_code, "discounts == `[]`"),
        Cycle("shopify_subscription_billing", missed, "shopify_subscription_contract_info", of_failed, "contracts[0].last_payment == 'SUCCEEDED'"),
        Cycle("shopify_subscription_contract", CONTRACT, "shopify_subscription_contract_info", of_contract, "contracts[0].status == 'PAUSED'"),
        Cycle("shopify_subscription_contract", resumed, "shopify_subscription_contract_info", of_contract, "contracts[0].status == 'ACTIVE'"),
        Cycle("shopify_subscription_contract", ended, "shopify_subscription_contract_info", of_contract, "contracts[0].status == 'CANCELLED'"),
        Look("shopify_subscription_contract_info", {"status": ["expired"], "updated_since": "2099-01-01"}, "length(warnings) == `1`"),
        Look("shopify_discount_code_info", {"method": "automatic"}, "length(discounts) == `4`"),
        Look("shopify_graphql", {"query": PRODUCTS, "paginate": "products"}, "length(data.products.nodes) == `40`"),
        Cycle("shopify_graphql", tagged, "shopify_customer_info", {"customer": "7000000002"}, "customers[0].tags == ['gold']", repeats=True),
        Look("shopify_inventory_info", {"threshold": 2, "location": "Warehouse"}, "length(inventory_items) > `5`"),
        Look("shopify_order_info", {"updated_since": "2020-01-01", "financial_status": ["pending"], "limit": 5}, "complete == `false`"),
        Look("shopify_order_info", {"count": True}, "count == `720` && precision == 'exact'"),
        Cycle("shopify_refund", {**twice, "key": "late", "amount": "12.50"}, "shopify_order_info", twice, "orders[0].refunded.amount == '12.50'"),
        Cycle("shopify_refund", {**twice, "key": "returned"}, "shopify_order_info", twice, "orders[0].financial_status == 'REFUNDED'"),
        # The last one of each module is what it asks when there is nothing to do.
        Look("shopify_webhook_info", {}, "length(webhooks) == `2`"),
        Look("shopify_shop_info", {}, "app.handle == 'runbooks'"),
        Look("shopify_customer_info", {"customer": EMAIL}, "length(customers) == `1`"),
        Look("shopify_discount_code_info", {"code": "WELCOME10"}, "discounts[0].kind == 'basic'"),
        Look("shopify_subscription_contract_info", {"contract": "26000000001"}, "length(contracts) == `1`"),
        Look("shopify_graphql", {"query": "{ shop { name } }"}, "data.shop.name == 'Example Shop'"),
        Look("shopify_inventory_info", {"items": ["SKU-001-1"]}, "length(inventory_items) == `1`"),
        Look("shopify_order_info", {"order": "5500001198"}, "orders[0].name == '#2199'"),
    ]

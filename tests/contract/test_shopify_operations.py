# SPDX-License-Identifier: GPL-3.0-or-later
"""Every declared Shopify operation is valid in the oldest and the newest version of the vendor's schema, with the variables that are sent."""

from __future__ import annotations

import typing as t

import pytest
from graphql import FieldNode, NoDeprecatedCustomRule, OperationDefinitionNode, OperationType, parse, validate
from graphql.execution import get_variable_values

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import backup, billing, bulk, customers, discounts, subscriptions, webhooks
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import bulk_operations as bulk_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import customer_operations as customer_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import inventory_operations as inventory_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as order_op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import API_VERSION, PAGE
from ansible_collections.saasops.runbooks.plugins.modules.shopify_discount_code_info import SPEC as CODES
from ansible_collections.saasops.runbooks.plugins.modules.shopify_subscription_contract_info import SPEC as CONTRACTS
from ansible_collections.saasops.runbooks.tests.contract import shopify_sent, vendor_schemas

HOOK = "gid://shopify/WebhookSubscription/1"
URI = "https://hooks.example.com/shopify"
SETTINGS: dict[str, t.Any] = {"format": "XML", "filter": "", "include_fields": ["id"], "metafield_namespaces": []}
BULK = "gid://shopify/BulkOperation/9"
CUSTOMER = "gid://shopify/Customer/7"
ORDER, LINE = "gid://shopify/Order/5", {"lineItemId": "gid://shopify/LineItem/5", "quantity": 1, "restockType": "NO_RESTOCK"}
PAYMENT = {"orderId": ORDER, "parentId": "gid://shopify/OrderTransaction/5", "gateway": "gift_card", "kind": "REFUND", "amount": "1.00"}
REFUND = {"orderId": ORDER, "note": "(saasops a)", "notify": False, "transactions": [PAYMENT]}
BACK = {**LINE, "restockType": "RETURN", "locationId": "gid://shopify/Location/5"}
NOBODY = customers.Customer(CUSTOMER, "", None, "", (), {}, "")
# What the code sends with each operation: all of its variables.
SENT: dict[str, list[dict[str, t.Any]]] = {
    op.SHOP.name: [{}],
    op.WEBHOOKS.name: [{"first": PAGE, "after": None, "topics": None}, {"first": PAGE, "after": "cursor", "topics": ["ORDERS_PAID"]}],
    op.NAMED_WEBHOOKS.name: [{"first": PAGE, "after": "cursor", "topics": None}],
    op.CREATE_WEBHOOK.name: [{"topic": "ORDERS_PAID", "subscription": webhooks._input(URI, {})}],
    op.UPDATE_WEBHOOK.name: [{"id": HOOK, "subscription": webhooks._input(URI, SETTINGS)}],
    op.DELETE_WEBHOOK.name: [{"id": HOOK}],
    bulk_op.BULK.name: [{"id": BULK}],
    bulk_op.BULKS.name: [{"first": PAGE, "after": None}, {"first": PAGE, "after": "cursor"}],
    bulk_op.RUN_BULK.name: [{"query": "{ customers { edges { node { id } } } }"}],
    bulk_op.CANCEL_BULK.name: [{"id": BULK}],
    customer_op.CUSTOMER.name: [
        {"identifier": customers.identifier_of(text), "first": 1, "keys": keys, "withMetafields": bool(keys)}
        for text in ("7", "a@example.com", "+4930123456")
        for keys in ([], ["membership.status"])
    ],
    customer_op.CUSTOMERS.name: [{"first": PAGE, "after": None, "query": None}, {"first": PAGE, "after": "cursor", "query": "tag:'member'"}],
    customer_op.MEMBERS.name: [{"first": 1, "after": "cursor", "query": "tag:'member'", "fields": 1, "keys": ["membership.status"]}],
    order_op.ORDERS.name: [{"first": 99, "after": None, "query": None, "personal": True, "scopes": True}],
    order_op.ORDERS_COUNT.name: [{"query": "status:open", "scopes": True}],
    order_op.ORDER_NAMES.name: [{"query": "name:'#1042'"}],
    order_op.ORDER.name: [{"id": ORDER, "personal": False, "lines": 30, "refunds": 25, "transactions": 4}],
    order_op.ORDER_LINES.name: [{"id": ORDER, "first": PAGE, "after": "cursor"}],
    order_op.SUGGESTED_REFUND.name: [
        {"id": ORDER, "lines": None, "shipping": False, "all": True},
        {"id": ORDER, "lines": [LINE, BACK], "shipping": True, "all": False},
    ],
    order_op.CREATE_REFUND.name: [
        {"input": REFUND, "key": "a", "transactions": 20},
        {"input": {**REFUND, "refundLineItems": [BACK], "shipping": {"fullRefund": True}, "currency": "GBP"}, "key": "a", "transactions": 20},
    ],
    inventory_op.LOCATIONS.name: [{"first": PAGE, "after": None}],
    inventory_op.INVENTORY_ITEMS.name: [{"first": 50, "after": None, "query": "sku:'A'", "levels": 3, "names": ["available"]}],
    customer_op.ADD_TAGS.name: [{"id": CUSTOMER, "tags": ["member"]}],
    customer_op.REMOVE_TAGS.name: [{"id": CUSTOMER, "tags": ["member"]}],
    customer_op.SET_METAFIELDS.name: [{"metafields": [customers._written(NOBODY, "a.b", kind, "1") for kind in (None, "json")]}],
    customer_op.DELETE_METAFIELDS.name: [{"metafields": [{"ownerId": CUSTOMER, **customers._parts("a.b")}]}],
    **shopify_sent.DISCOUNTS,
    **shopify_sent.SUBSCRIPTIONS,
}
# The client credentials grant is not described by any schema: test_sandbox_shopify.py holds it to the vendor's page.
GRAPHQL = [operation for operation in op.OPERATIONS.values() if operation.document]
EACH = pytest.mark.parametrize("operation", GRAPHQL, ids=[operation.name for operation in GRAPHQL])
VERSIONS = vendor_schemas.SHOPIFY_VERSIONS
# What came later than the oldest version is not held to that.
PAIRS = [(version, operation) for version in VERSIONS for operation in GRAPHQL if operation.since <= version]
IN_EACH_VERSION = pytest.mark.parametrize(
    ("shopify_schema", "operation"), PAIRS, indirect=["shopify_schema"], ids=[f"{operation.name} {version}" for version, operation in PAIRS]
)


def definition(operation: Operation) -> OperationDefinitionNode:
    """The one operation of its document."""
    found = [node for node in parse(operation.document).definitions if isinstance(node, OperationDefinitionNode)]
    assert len(found) == 1
    return found[0]


def test_every_schema_is_walked_and_the_newest_is_the_default() -> None:
    assert tuple(sorted(vendor_schemas.shopify())) == VERSIONS
    assert VERSIONS[-1] == API_VERSION
    assert {operation.name for operation in GRAPHQL} == set(SENT) == set(op.OPERATIONS) - {op.ACCESS_TOKEN.name}


@IN_EACH_VERSION
def test_the_document_is_valid_and_uses_nothing_that_retires(shopify_schema: t.Any, operation: Operation) -> None:
    document = parse(operation.document)
    assert [error.message for error in validate(shopify_schema, document)] == []
    assert [error.message for error in validate(shopify_schema, document, [NoDeprecatedCustomRule])] == []


@EACH
def test_the_document_carries_the_name_that_is_sent_with_it(operation: Operation) -> None:
    name = definition(operation).name
    assert name is not None and name.value == operation.name


@EACH
def test_what_changes_is_a_mutation_and_the_other_way_round(operation: Operation) -> None:
    assert operation.changes is (definition(operation).operation is OperationType.MUTATION)


def test_what_came_with_a_version_is_not_in_the_one_before() -> None:
    """Else there would be no need to refuse it there."""
    oldest = vendor_schemas.shopify()[VERSIONS[0]]
    later = [operation for operation in GRAPHQL if operation.since]
    assert later and all(validate(oldest, parse(operation.document)) for operation in later)


@IN_EACH_VERSION
def test_the_variables_are_accepted(shopify_schema: t.Any, operation: Operation) -> None:
    declared = definition(operation).variable_definitions or ()
    names = {variable.variable.name.value for variable in declared}
    for variables in SENT[operation.name]:
        values = get_variable_values(shopify_schema, declared, variables)
        # Older releases of graphql-core give a plain dictionary, newer ones an object; errors come as a list in both.
        assert not isinstance(values, list), values
        assert set(variables) <= names
    assert names == set().union(*SENT[operation.name])


@IN_EACH_VERSION
def test_a_change_asks_for_all_of_its_errors(shopify_schema: t.Any, operation: Operation) -> None:
    """Where the vendor puts errors into a payload, the document selects them: nothing else tells that it was refused."""
    if not operation.changes:
        assert "serErrors" not in operation.document
        return
    fields = [node for node in definition(operation).selection_set.selections if isinstance(node, FieldNode)]
    (field,) = fields
    payload = shopify_schema.mutation_type.fields[field.name.value].type
    wanted = {name for name, known in payload.fields.items() if name.endswith("serErrors") and known.deprecation_reason is None}
    assert field.selection_set is not None
    selected = {node.name.value for node in field.selection_set.selections if isinstance(node, FieldNode)}
    assert wanted and wanted <= selected


def test_formats_are_the_vendor_s(shopify_schema: t.Any) -> None:
    from ansible_collections.saasops.runbooks.plugins.modules.shopify_webhook import SPEC

    assert set(SPEC["argument_spec"]["format"]["choices"]) == set(shopify_schema.type_map["WebhookSubscriptionFormat"].values)


def test_every_topic_of_the_vendor_is_one_here(shopify_schema: t.Any) -> None:
    topics = list(shopify_schema.type_map["WebhookSubscriptionTopic"].values)
    assert len(topics) > 100
    assert [webhooks.topic_of(topic) for topic in topics] == topics


def test_only_what_cannot_be_brought_back_destroys() -> None:
    assert {name for name, operation in op.OPERATIONS.items() if operation.destroys} == {"discountCodeDelete", "metafieldsDelete", "subscriptionContractCancel"}


def test_what_says_that_somebody_was_quicker_is_the_vendor_s_word(shopify_schema: t.Any) -> None:
    assert {"INVALID_COMPARE_DIGEST", "STALE_OBJECT", "TAKEN"} <= set(shopify_schema.type_map["MetafieldsSetUserErrorCode"].values)


def test_every_state_and_error_of_a_bulk_operation_is_known_here(shopify_schema: t.Any) -> None:
    known = {*bulk.RUNNING, bulk.CANCELING, "COMPLETED", "CANCELED", "FAILED", "EXPIRED"}
    assert set(shopify_schema.type_map["BulkOperationStatus"].values) == known
    assert set(shopify_schema.type_map["BulkOperationErrorCode"].values) == {*bulk._ERRORS, "INTERNAL_SERVER_ERROR"}
    assert set(bulk.FULL) < set(shopify_schema.type_map["BulkOperationUserErrorCode"].values)


def test_tags_of_discounts_are_accepted_where_they_are_sent() -> None:
    schemas = vendor_schemas.shopify()
    declared = definition(op.OPERATIONS["discountCodeBasicCreate"]).variable_definitions or ()
    refused = [isinstance(get_variable_values(schemas[version], declared, {"discount": shopify_sent.TAGGED}), list) for version in VERSIONS]
    assert refused == [True, False]


def test_names_of_webhooks_are_accepted_where_they_are_sent() -> None:
    schemas = vendor_schemas.shopify()
    declared = definition(op.CREATE_WEBHOOK).variable_definitions or ()
    sent = {"topic": "ORDERS_PAID", "subscription": webhooks._input(URI, {"name": "paid"})}
    assert [isinstance(get_variable_values(schemas[version], declared, sent), list) for version in VERSIONS] == [True, False]


def test_the_kinds_of_discounts_are_the_vendor_s(shopify_schema: t.Any) -> None:
    assert {kind.name for kind in shopify_schema.type_map["Discount"].types} == set(discounts.KINDS)
    assert {"TAKEN"} <= set(shopify_schema.type_map["DiscountErrorCode"].values)
    assert {status.upper() for status in CODES["argument_spec"]["status"]["choices"]} == set(shopify_schema.type_map["DiscountStatus"].values)


def test_the_statuses_of_contracts_are_the_vendor_s(shopify_schema: t.Any) -> None:
    known = set(shopify_schema.type_map["SubscriptionContractSubscriptionStatus"].values)
    assert {status.upper() for status in CONTRACTS["argument_spec"]["status"]["choices"]} == known
    assert {status for status, _operation in subscriptions.STATES.values()} | set(subscriptions.OVER) <= known


def test_the_states_of_attempts_are_the_vendor_s() -> None:
    newest = vendor_schemas.shopify()[VERSIONS[-1]]
    assert {state.name for state in t.cast(t.Any, newest.type_map["SubscriptionBillingAttemptState"]).types} == set(billing.STATES)
    assert set(t.cast(t.Any, newest.type_map["SubscriptionBillingCycleBillingCycleStatus"]).values) == {billing.BILLED, billing.UNBILLED}
    assert set(billing.CLOSED) < set(t.cast(t.Any, newest.type_map["SubscriptionContractSubscriptionStatus"]).values)


@pytest.mark.parametrize("name", backup.RESOURCES)
def test_what_a_backup_asks_in_bulk_is_what_every_served_version_can_answer(name: str) -> None:
    document = parse(backup.RESOURCES[name])
    assert [(version, error.message) for version in VERSIONS for error in validate(vendor_schemas.shopify()[version], document)] == []

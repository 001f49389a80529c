# SPDX-License-Identifier: GPL-3.0-or-later
"""What the code takes for granted of orders and refunds, and of any mutation, is so in the vendor's schemas."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import graphql, orders, refund
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import order_operations as order_op
from ansible_collections.saasops.runbooks.tests.contract.test_shopify_operations import definition


def test_states_of_payment_are_the_vendor_s(shopify_schema: t.Any) -> None:
    """Those that a search takes are spelt in small letters."""
    assert {name.upper() for name in orders.FINANCIAL} == set(shopify_schema.type_map["OrderDisplayFinancialStatus"].values)


def test_states_of_a_transaction_are_known_as_good_or_bad(shopify_schema: t.Any) -> None:
    assert set(shopify_schema.type_map["OrderTransactionStatus"].values) - {*refund.DONE, *refund.ON_ITS_WAY} == {"ERROR", "FAILURE", "UNKNOWN"}


def test_ways_to_restock_are_the_vendor_s(shopify_schema: t.Any) -> None:
    assert {name.upper() for name in refund.RESTOCK} == set(shopify_schema.type_map["RefundLineItemRestockType"].values) - {"LEGACY_RESTOCK"}


def test_a_refund_carries_the_directive_that_makes_it_once(shopify_schema: t.Any) -> None:
    (field,) = definition(order_op.CREATE_REFUND).selection_set.selections
    assert [directive.name.value for directive in field.directives or ()] == ["idempotent"]
    assert "key" in shopify_schema.get_directive("idempotent").args


def test_every_mutation_of_the_vendor_has_a_list_of_errors_that_is_found(shopify_schema: t.Any) -> None:
    """Which is why shopify_graphql may refuse a mutation that asks for none."""
    payloads = {name: field.type for name, field in shopify_schema.mutation_type.fields.items()}
    assert len(payloads) > 400
    assert [name for name, payload in payloads.items() if not any(field.endswith(graphql.ERRORS) for field in payload.fields)] == []

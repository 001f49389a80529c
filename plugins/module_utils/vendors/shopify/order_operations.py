# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on orders and on what is given back of them. Amounts are asked for in both currencies: the shop's, and the one the customer sees."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
PAID_MONEY = "{ presentmentMoney { amount currencyCode } }"
# Who ordered is asked for only where somebody wants to know: it is personal data, for which the vendor wants an approval of its own.
ORDER_FIELDS = f"""
    id name createdAt updatedAt processedAt cancelledAt displayFinancialStatus displayFulfillmentStatus tags test
    totalPriceSet {MONEY}
    totalRefundedSet {MONEY}
    customer @include(if: $personal) {{ id displayName defaultEmailAddress {{ emailAddress }} defaultPhoneNumber {{ phoneNumber }} }}"""
REFUND_FIELDS = f"id note createdAt totalRefundedSet {PAID_MONEY}"
TRANSACTION_FIELDS = f"id kind status gateway errorCode amountSet {PAID_MONEY}"
LINE_FIELDS = f"id title variantTitle sku quantity refundableQuantity discountedUnitPriceSet {PAID_MONEY}"
SCOPES = "currentAppInstallation @include(if: $scopes) { accessScopes { handle } }"
# So much of one order fits into what a query may cost.
LINES, REFUNDS, TRANSACTIONS = 30, 25, 4

ORDERS = Operation(
    "orders",
    document=f"""
query orders($first: Int!, $after: String, $query: String, $personal: Boolean!, $scopes: Boolean!) {{
  orders(first: $first, after: $after, query: $query, sortKey: ID, reverse: true) {{
    nodes {{ {ORDER_FIELDS} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
  {SCOPES}
}}""",
    needs=("read_orders",),
)
ORDERS_COUNT = Operation(
    "ordersCount",
    document=f"""
query ordersCount($query: String, $scopes: Boolean!) {{
  ordersCount(query: $query, limit: null) {{ count precision }}
  {SCOPES}
}}""",
    needs=("read_orders",),
)
# A name is looked for by a search, and must then be exactly this one.
ORDER_NAMES = Operation(
    "orderNames",
    document="query orderNames($query: String!) { orders(first: 10, query: $query) { nodes { id name } pageInfo { hasNextPage endCursor } } }",
    needs=("read_orders",),
)
ORDER = Operation(
    "order",
    document=f"""
query order($id: ID!, $personal: Boolean!, $lines: Int!, $refunds: Int!, $transactions: Int!) {{
  order(id: $id) {{
    {ORDER_FIELDS}
    lineItems(first: $lines) {{ nodes {{ {LINE_FIELDS} }} pageInfo {{ hasNextPage endCursor }} }}
    refunds(first: $refunds) {{
      {REFUND_FIELDS}
      transactions(first: $transactions) {{ nodes {{ {TRANSACTION_FIELDS} }} }}
    }}
  }}
}}""",
    needs=("read_orders",),
)
ORDER_LINES = Operation(
    "orderLines",
    document=f"""
query orderLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{ lineItems(first: $first, after: $after) {{ nodes {{ {LINE_FIELDS} }} pageInfo {{ hasNextPage endCursor }} }} }}
}}""",
    needs=("read_orders",),
)
SUGGESTED_REFUND = Operation(
    "suggestedRefund",
    document=f"""
query suggestedRefund($id: ID!, $lines: [RefundLineItemInput!], $shipping: Boolean!, $all: Boolean!) {{
  order(id: $id) {{
    currencyCode
    presentmentCurrencyCode
    displayFinancialStatus
    suggestedRefund(refundLineItems: $lines, refundShipping: $shipping, suggestFullRefund: $all) {{
      amountSet {PAID_MONEY}
      shipping {{ amountSet {PAID_MONEY} }}
      refundLineItems {{ quantity lineItem {{ id }} }}
      suggestedTransactions {{ gateway amountSet {PAID_MONEY} parentTransaction {{ id }} }}
    }}
  }}
}}""",
    needs=("read_orders",),
)
# The directive came with 2026-01, and since 2026-04 nothing is refunded without it.
CREATE_REFUND = Operation(
    "refundCreate",
    document=f"""
mutation refundCreate($input: RefundInput!, $key: String!, $transactions: Int!) {{
  refundCreate(input: $input) @idempotent(key: $key) {{
    refund {{ {REFUND_FIELDS} transactions(first: $transactions) {{ nodes {{ {TRANSACTION_FIELDS} }} }} }}
    userErrors {{ field message }}
  }}
}}""",
    changes=True,
    needs=("write_orders",),
)

ORDER_OPERATIONS = (ORDERS, ORDERS_COUNT, ORDER_NAMES, ORDER, ORDER_LINES, SUGGESTED_REFUND, CREATE_REFUND)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Operations on discounts: those with codes, of which one kind can be changed here, and automatic ones."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

# What each kind has that can be redeemed by a code; two codes tell whether there are several.
CODE_FIELDS = "title status startsAt endsAt usageLimit appliesOncePerCustomer asyncUsageCount codes(first: 2) { nodes { code } }"
AUTOMATIC_FIELDS = "title status startsAt endsAt asyncUsageCount"
VALUE_FIELDS = """customerGets {
        value { __typename ... on DiscountPercentage { percentage } ... on DiscountAmount { amount { amount currencyCode } appliesOnEachItem } }
      }"""
BASIC_FIELDS = f"""{CODE_FIELDS}
      {VALUE_FIELDS}
      context {{ __typename ... on DiscountCustomers {{ customers {{ id }} }} ... on DiscountCustomerSegments {{ segments {{ id }} }} }}
      minimumRequirement {{
        __typename
        ... on DiscountMinimumQuantity {{ greaterThanOrEqualToQuantity }}
        ... on DiscountMinimumSubtotal {{ greaterThanOrEqualToSubtotal {{ amount currencyCode }} }}
      }}"""


def _node(more: str = "") -> str:
    return f"""{{
    id
    codeDiscount {{
      __typename
      ... on DiscountCodeBasic {{ {BASIC_FIELDS} {more} }}
      ... on DiscountCodeFreeShipping {{ {CODE_FIELDS} }}
      ... on DiscountCodeBxgy {{ {CODE_FIELDS} }}
      ... on DiscountCodeApp {{ {CODE_FIELDS} }}
    }}
  }}"""


# The amounts of a discount are in the shop's currency, so that is asked too.
DISCOUNT = Operation(
    "codeDiscountNodeByCode",
    document=f"""
query codeDiscountNodeByCode($code: String!) {{
  shop {{ currencyCode }}
  codeDiscountNodeByCode(code: $code) {_node()}
}}""",
    needs=("read_discounts",),
)
TAGGED_DISCOUNT = Operation(
    "codeDiscountNodeByCodeWithTags",
    document=f"""
query codeDiscountNodeByCodeWithTags($code: String!) {{
  shop {{ currencyCode }}
  codeDiscountNodeByCode(code: $code) {_node("tags")}
}}""",
    since="2026-04",
    needs=("read_discounts",),
)
DISCOUNTS = Operation(
    "discountNodes",
    document=f"""
query discountNodes($first: Int!, $after: String, $query: String) {{
  discountNodes(first: $first, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id
      discount {{
        __typename
        ... on DiscountCodeBasic {{ {CODE_FIELDS} {VALUE_FIELDS} }}
        ... on DiscountCodeFreeShipping {{ {CODE_FIELDS} }}
        ... on DiscountCodeBxgy {{ {CODE_FIELDS} }}
        ... on DiscountCodeApp {{ {CODE_FIELDS} }}
        ... on DiscountAutomaticBasic {{ {AUTOMATIC_FIELDS} {VALUE_FIELDS} }}
        ... on DiscountAutomaticFreeShipping {{ {AUTOMATIC_FIELDS} }}
        ... on DiscountAutomaticBxgy {{ {AUTOMATIC_FIELDS} }}
        ... on DiscountAutomaticApp {{ {AUTOMATIC_FIELDS} }}
      }}
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}""",
    needs=("read_discounts",),
)
CREATE_DISCOUNT = Operation(
    "discountCodeBasicCreate",
    document=f"""
mutation discountCodeBasicCreate($discount: DiscountCodeBasicInput!) {{
  discountCodeBasicCreate(basicCodeDiscount: $discount) {{
    codeDiscountNode {_node()}
    userErrors {{ field message code }}
  }}
}}""",
    changes=True,
    needs=("write_discounts",),
)
UPDATE_DISCOUNT = Operation(
    "discountCodeBasicUpdate",
    document=f"""
mutation discountCodeBasicUpdate($id: ID!, $discount: DiscountCodeBasicInput!) {{
  discountCodeBasicUpdate(id: $id, basicCodeDiscount: $discount) {{
    codeDiscountNode {_node()}
    userErrors {{ field message code }}
  }}
}}""",
    changes=True,
    needs=("write_discounts",),
)
ACTIVATE_DISCOUNT = Operation(
    "discountCodeActivate",
    document=f"""
mutation discountCodeActivate($id: ID!) {{
  discountCodeActivate(id: $id) {{
    codeDiscountNode {_node()}
    userErrors {{ field message code }}
  }}
}}""",
    changes=True,
    needs=("write_discounts",),
)
DEACTIVATE_DISCOUNT = Operation(
    "discountCodeDeactivate",
    document=f"""
mutation discountCodeDeactivate($id: ID!) {{
  discountCodeDeactivate(id: $id) {{
    codeDiscountNode {_node()}
    userErrors {{ field message code }}
  }}
}}""",
    changes=True,
    needs=("write_discounts",),
)
# Its settings, and how often it was used, are lost with it.
DELETE_DISCOUNT = Operation(
    "discountCodeDelete",
    document="""
mutation discountCodeDelete($id: ID!) {
  discountCodeDelete(id: $id) {
    deletedCodeDiscountId
    userErrors { field message code }
  }
}""",
    changes=True,
    destroys=True,
    needs=("write_discounts",),
)

DISCOUNT_OPERATIONS = (
    DISCOUNT,
    TAGGED_DISCOUNT,
    DISCOUNTS,
    CREATE_DISCOUNT,
    UPDATE_DISCOUNT,
    ACTIVATE_DISCOUNT,
    DEACTIVATE_DISCOUNT,
    DELETE_DISCOUNT,
)

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_discount_code_info
short_description: The discounts of a Shopify shop
version_added: 0.1.0
description:
  - Shows the discount of a code, of whatever kind it is, or lists the shop's discounts, automatic ones and those of apps too.
notes:
  - One request for a code, and one for each 40 discounts of a list. With client credentials one more for the token.
  - A list that is narrowed comes from the vendor's search, which sees a change only some seconds later. O(code) sees it at once.
  - What a discount requires, and who can use it, is told with O(code) alone, and of basic discounts.
  - The app needs the access scope C(read_discounts), and with O(code) C(read_customers) where the discount names customers.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  code:
    description:
      - The discount of this code alone. An unknown code is an empty list.
    type: str
  status:
    description:
      - Only discounts that can be used now, could once be used, or can be used later.
    type: str
    choices: [active, expired, scheduled]
  method:
    description:
      - Only discounts with codes, or only automatic ones.
    type: str
    choices: [code, automatic]
  updated_since:
    description:
      - Only discounts that were changed at or after this moment, such as V(2026-11-20T08:00:00Z), or day, such as V(2026-11-20).
    type: str
seealso:
  - module: saasops.runbooks.shopify_discount_code
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Look at a code
  saasops.runbooks.shopify_discount_code_info:
    code: WELCOME10
  register: welcome

- name: Stop when it gives more than ten per cent
  ansible.builtin.assert:
    that: welcome.discounts[0].percentage <= 0.1

- name: List what is taken off without a code
  saasops.runbooks.shopify_discount_code_info:
    method: automatic
    status: active
"""

RETURN = r"""
discounts:
  description: The discounts, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its global id.
      type: str
    kind:
      description:
        - V(basic), V(free_shipping), V(buy_x_get_y), V(app), or one of them with V(automatic_) before it, for those without a code.
        - The vendor's own name where it is another. Nothing else is then told.
      type: str
    code:
      description: Its first code; V(null) for automatic ones.
      type: str
    status:
      description: V(ACTIVE), V(SCHEDULED) or V(EXPIRED).
      type: str
    used:
      description: How often it was used.
      type: int
    title:
      description: Its title, as the admin shows it.
      type: str
    starts_at:
      description: Since when it can be used, in UTC as ISO 8601.
      type: str
    ends_at:
      description: Until when it can be used, in UTC as ISO 8601; V(null) when it has no end.
      type: str
    percentage:
      description: What is taken off, as a share of the price; V(null) when it is an amount. Of basic ones.
      type: float
    amount:
      description: What is taken off, in the shop's currency; V(null) when it is a share. Of basic ones.
      type: str
    usage_limit:
      description: How often it can be used in all; V(null) without a limit. Not of automatic ones.
      type: int
    once_per_customer:
      description: Whether each customer can use it once alone. Not of automatic ones.
      type: bool
    context:
      description: Who can use it, with the keys of the option of M(saasops.runbooks.shopify_discount_code). With O(code), of basic ones.
      type: dict
    minimum_subtotal:
      description: What the order must come to. With O(code), of basic ones.
      type: str
    minimum_quantity:
      description: How many items the order must hold. With O(code), of basic ones.
      type: int
  sample:
    - id: gid://shopify/DiscountCodeNode/1200000000
      kind: basic
      code: WELCOME10
      status: ACTIVE
      used: 412
      title: Welcome
      starts_at: '2026-09-21T12:00:00Z'
      ends_at:
      percentage: 0.1
      amount:
      usage_limit:
      once_per_customer: true
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
    - Why the task failed. C(kind) is for example V(refused) (another version of the API answered), V(invalid) (a value cannot be), V(auth)
      (the token is dead), V(permission) (an access scope is missing), V(rate_limited), V(timeout), V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: discountNodes
    kind: permission
    status: 200
    code: ACCESS_DENIED
    message: 'Access denied for discountNodes field. (it needs `read_discounts` access scope.)'
    request_id: 2d9c1c4a-8f0e-4b6d-9a51-3c7f0e2b1d88
    retryable: false
    hint: 'The app lacks an access scope: see shopify_shop_info'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.discount_code import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "code": {"type": "str"},
        "status": {"type": "str", "choices": ["active", "expired", "scheduled"]},
        "method": {"type": "str", "choices": ["code", "automatic"]},
        "updated_since": {"type": "str"},
    },
    "mutually_exclusive": [["code", "status"], ["code", "method"], ["code", "updated_since"]],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

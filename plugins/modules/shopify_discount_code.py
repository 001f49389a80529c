#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_discount_code
short_description: A basic discount code of a Shopify shop
version_added: 0.1.0
description:
  - States whether there is a discount of a code, what it takes off, for whom, and when.
  - A basic discount takes a share or an amount off the order. Codes for free shipping, for buying some and getting others, and those of apps
    are refused. M(saasops.runbooks.shopify_discount_code_info) shows them.
notes:
  - One request when it is so already, two otherwise. Three where settings and O(state) change. With client credentials one more for the token.
  - The code is how a discount is known. It does not tell upper from lower case, and there is one discount of each code.
  - Settings that the task does not name are not touched. Amounts and times are compared as what they mean, so V(5) is V(5.00), and two
    spellings of a moment are one.
  - A discount that has several codes is not changed here, for that would change all of them.
  - A change whose answer was lost is looked for before it is sent again. A code that turns out to be taken is taken for our own only where the
    discount is as wanted.
  - The products or collections that a discount is restricted to, and what it can be combined with, are kept. A new one is for all products.
  - The app needs the access scopes C(read_discounts) and C(write_discounts), and C(read_customers) where customers are named by the discount
    or by the task.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10. What activating and deactivating does to the times rests on the
    vendor's examples.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  code:
    description:
      - The code that customers type.
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that there is such a discount, with the settings that are named. Its times say whether it can be used.
      - V(active) does the same, and makes sure that it can be used now. It takes away an end in the past, and a start in the future becomes now.
      - V(inactive) makes sure that it cannot be used, now or later. Its end becomes now. It makes no discount where there is none.
      - V(absent) deletes it, which needs O(allow=destroy). Its settings, and how often it was used, are lost. V(inactive) keeps them.
    type: str
    choices: [present, active, inactive, absent]
    default: present
  title:
    description:
      - The title, which the shop's staff sees. A new discount whose title is not set is titled as its code.
    type: str
  percentage:
    description:
      - What is taken off, as a share of the price. V(0.15) is 15 %. A value above 1 is refused.
      - A new discount needs this or O(amount).
    type: float
  amount:
    description:
      - What is taken off, as an amount of O(currency), such as V(5.00).
    type: str
  currency:
    description:
      - The currency that O(amount) and O(minimum_subtotal) are meant in, such as V(EUR). The vendor takes them in the shop's currency, so another
        one is refused.
      - Needed with either of them.
    type: str
  starts_at:
    description:
      - Since when it can be used, with a zone, such as V(2026-11-27T00:00:00+01:00). A new discount starts at once when this is not set.
    type: str
  ends_at:
    description:
      - Until when it can be used, with a zone. Empty for no end.
    type: str
  usage_limit:
    description:
      - How often it can be used in all. V(0) for no limit.
    type: int
  once_per_customer:
    description:
      - Whether each customer can use it once alone.
    type: bool
  context:
    description:
      - Who can use it. Exactly one of the three. A new discount is for all when this is not set.
    type: dict
    suboptions:
      all:
        description:
          - Everybody.
        type: bool
      customers:
        description:
          - These customers and no others, by number or global id. See M(saasops.runbooks.shopify_customer_info).
        type: list
        elements: str
      customer_segments:
        description:
          - The customers of these segments, by the segments' numbers or global ids.
        type: list
        elements: str
  minimum_subtotal:
    description:
      - The order must come to so much at least, as an amount of O(currency). A minimum cannot be taken away here, nor changed into
        O(minimum_quantity).
    type: str
  minimum_quantity:
    description:
      - The order must hold so many items at least.
    type: int
  tags:
    description:
      - The discount's tags, all of them; an empty list for none. The vendor knows them from version 2026-04 on.
    type: list
    elements: str
seealso:
  - module: saasops.runbooks.shopify_discount_code_info
  - name: Shopify discounts
    description: The vendor's page about kinds of discounts.
    link: https://shopify.dev/docs/apps/build/discounts
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Members get 15 % off once, until the end of the year
  saasops.runbooks.shopify_discount_code:
    code: MEMBER15
    title: Members of this year
    percentage: 0.15
    ends_at: "2099-12-31T23:59:59+01:00"
    once_per_customer: true

- name: A customer gets 10 euros off the next two orders from 50 euros on
  saasops.runbooks.shopify_discount_code:
    code: THANKS-7000000001
    amount: 10.00
    currency: EUR
    minimum_subtotal: 50.00
    usage_limit: 2
    context:
      customers: [7000000001]

- name: A code that got around is closed, and kept for the books
  saasops.runbooks.shopify_discount_code:
    code: WELCOME10
    state: inactive

- name: It can be used again
  saasops.runbooks.shopify_discount_code:
    code: welcome10
    state: active

- name: Remove a code for good
  saasops.runbooks.shopify_discount_code:
    code: THANKS-7000000001
    state: absent
    allow: destroy
"""

RETURN = r"""
discount:
  description: The discount as it now is. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    id:
      description:
        - Its global id, V(null) when there is none.
        - In check mode C({"known_after":"discountCodeBasicCreate"}) for a new one.
      type: str
    kind:
      description: Always V(basic).
      type: str
    code:
      description: The code, as the shop writes it.
      type: str
    state:
      description: What was asked for.
      type: str
    status:
      description: V(ACTIVE), V(SCHEDULED) or V(EXPIRED), which is also what a deactivated one is.
      type: str
    used:
      description: How often it was used. The vendor counts some time later.
      type: int
    currency:
      description: The shop's currency.
      type: str
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
      description: What is taken off, as a share of the price; V(null) when it is an amount, or another kind of discount.
      type: float
    amount:
      description: What is taken off, in the shop's currency; V(null) when it is a share.
      type: str
    usage_limit:
      description: How often it can be used in all; V(null) without a limit.
      type: int
    once_per_customer:
      description: Whether each customer can use it once alone.
      type: bool
    context:
      description: Who can use it, with the keys of the option. None of the three holds where it is for markets.
      type: dict
    minimum_subtotal:
      description: What the order must come to; V(null) for none.
      type: str
    minimum_quantity:
      description: How many items the order must hold; V(null) for none.
      type: int
    tags:
      description: Its tags, where the task names them.
      type: list
      elements: str
  sample:
    id: gid://shopify/DiscountCodeNode/1000000004
    kind: basic
    code: MEMBER15
    state: present
    status: ACTIVE
    used: 0
    currency: EUR
    title: Members of this year
    starts_at: '2026-11-20T12:00:00Z'
    ends_at: '2099-12-31T22:59:59Z'
    percentage: 0.15
    amount:
    usage_limit:
    once_per_customer: true
    context:
      all: true
      customers: []
      customer_segments: []
    minimum_subtotal:
    minimum_quantity:
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
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(shopify).
      type: str
    operation:
      description:
        - V(discountCodeBasicCreate), V(discountCodeBasicUpdate), V(discountCodeActivate), V(discountCodeDeactivate) or V(discountCodeDelete).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.shopify_shop_info).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (the code belongs to another kind of discount, the discount has several
      codes, the shop counts in another currency, or another version of the API answered), V(invalid) (a value cannot be, or the vendor refused
      it), V(conflict) (the code was taken meanwhile), V(auth) (the token is dead), V(permission) (an access scope is missing),
      V(rate_limited), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: ''
    operation: ''
    kind: refused
    status: null
    code: other_kind
    message: the discount of FREESHIP is of the kind free_shipping, and only basic ones can be changed here
    request_id: ''
    retryable: false
    hint: 'Use another code, or change it where it was made: the shop''s admin, or the app it belongs to'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.discount_code import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "code": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "active", "inactive", "absent"], "default": "present"},
        "title": {"type": "str"},
        "percentage": {"type": "float"},
        "amount": {"type": "str"},
        "currency": {"type": "str"},
        "starts_at": {"type": "str"},
        "ends_at": {"type": "str"},
        "usage_limit": {"type": "int"},
        "once_per_customer": {"type": "bool"},
        "context": {
            "type": "dict",
            "options": {
                "all": {"type": "bool"},
                "customers": {"type": "list", "elements": "str"},
                "customer_segments": {"type": "list", "elements": "str"},
            },
            "mutually_exclusive": [["all", "customers", "customer_segments"]],
        },
        "minimum_subtotal": {"type": "str"},
        "minimum_quantity": {"type": "int"},
        "tags": {"type": "list", "elements": "str"},
    },
    "mutually_exclusive": [["percentage", "amount"], ["minimum_subtotal", "minimum_quantity"]],
    "required_by": {"amount": ["currency"], "minimum_subtotal": ["currency"]},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

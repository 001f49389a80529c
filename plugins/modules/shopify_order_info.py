#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_order_info
short_description: Orders of a Shopify shop, one with its lines and refunds, or many by window and state
version_added: 0.1.0
description:
  - Returns one order by its id or name, with its lines and refunds, or all orders that fit, or only how many there are. For example, which
    orders were paid while the deliveries of webhooks failed.
notes:
  - "Requests: 1 for one order by its id, 2 by its name; 1 for each 141 orders, or 99 with O(personal=true); 1 for a count. With client
    credentials one more for the token."
  - Without the scope C(read_all_orders), which the vendor grants on request, an app sees the orders of the last 60 days. Older ones are
    missing without a word, so the task warns where its window reaches further back, and RV(all_orders) says whether the scope is there.
  - A filter that the vendor does not know is left out by it, and the answer then holds too much. That is an error here, by the vendor's
    warning, and by the times of what was found.
  - A search knows of a change some seconds later. What no longer fits O(financial_status) or O(updated_until) when it is read is left out.
    Look a single order up by its id to see what was just written.
  - Amounts are decimal texts, never numbers. RV(orders[].total) is what the customer saw, RV(orders[].shop_total) the same in the shop's currency.
  - Needs the access scope C(read_orders). With O(personal=true) also C(read_customers), and the vendor's approval for protected customer data.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  order:
    description:
      - Which order. Its global id, the number in it, or its name, such as C('#1042') in quotes. Digits alone are an id.
    type: str
  created_since:
    description:
      - Only orders that were made at or after this moment, as V(2026-11-20T08:00:00Z), or a day, which begins at midnight UTC.
    type: str
  created_until:
    description:
      - Only orders that were made at or before this moment.
    type: str
  updated_since:
    description:
      - Only orders that were changed at or after this moment.
    type: str
  updated_until:
    description:
      - Only orders that were changed at or before this moment, and not since.
    type: str
  financial_status:
    description:
      - Only orders in one of these states of payment.
    type: list
    elements: str
    choices: [authorized, expired, paid, partially_paid, partially_refunded, pending, refunded, voided]
    default: []
  fulfillment_status:
    description:
      - Only orders in one of these states of delivery.
    type: list
    elements: str
    choices: [fulfilled, on_hold, partial, scheduled, unfulfilled]
    default: []
  status:
    description:
      - Only orders in this state. When not set, orders in any.
    type: str
    choices: [open, closed, cancelled]
  tags:
    description:
      - Only orders that have all of these tags.
    type: list
    elements: str
    default: []
  customer:
    description:
      - Only orders of this customer, by global id or number.
    type: str
  test:
    description:
      - Only test orders, or only real ones. When not set, both.
    type: bool
  count:
    description:
      - Only count. No order is returned.
    type: bool
    default: false
  limit:
    description:
      - How many orders are returned at most, the newest ones, from 1 to 100000. Where there are more, RV(complete) is V(false), with a warning.
    type: int
    default: 1000
  personal:
    description:
      - Whether to return who ordered. It is personal data, so it is asked for only then. Set C(no_log=true) where a log must not hold it.
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.shopify_refund
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Which orders were paid while the receiver was down
  saasops.runbooks.shopify_order_info:
    updated_since: "2026-11-01T08:00:00Z"
    financial_status: [paid, partially_refunded]
  register: missed

- name: How many wait for their payment
  saasops.runbooks.shopify_order_info:
    financial_status: [pending, authorized]
    count: true
  register: unpaid

- name: One order with its lines and refunds
  saasops.runbooks.shopify_order_info:
    order: '#2199'
  register: order
"""

RETURN = r"""
orders:
  description: The orders, the newest first; empty with O(count=true).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its global id.
      type: str
    name:
      description: As people call it.
      type: str
    financial_status:
      description: Such as V(PAID), V(PENDING), V(AUTHORIZED), V(PARTIALLY_REFUNDED), V(REFUNDED) or V(VOIDED).
      type: str
    fulfillment_status:
      description: Such as V(FULFILLED) or V(UNFULFILLED).
      type: str
    total:
      description: What was ordered, in the currency that the customer saw.
      type: dict
      contains:
        amount:
          description: The amount, as a decimal text.
          type: str
        currency:
          description: Three letters, such as V(EUR).
          type: str
    refunded:
      description: What was given back of it, in that currency.
      type: dict
      contains:
        amount:
          description: The amount, as a decimal text.
          type: str
        currency:
          description: Three letters, such as V(EUR).
          type: str
    shop_total:
      description: The total in the shop's currency.
      type: dict
      contains:
        amount:
          description: The amount, as a decimal text.
          type: str
        currency:
          description: Three letters, such as V(EUR).
          type: str
    shop_refunded:
      description: What was given back in the shop's currency.
      type: dict
      contains:
        amount:
          description: The amount, as a decimal text.
          type: str
        currency:
          description: Three letters, such as V(EUR).
          type: str
    tags:
      description: The tags.
      type: list
      elements: str
    test:
      description: Whether it is a test order.
      type: bool
    created_at:
      description: When it was made, as ISO 8601.
      type: str
    updated_at:
      description: When it was changed last.
      type: str
    processed_at:
      description: When it was made where it came from.
      type: str
    cancelled_at:
      description: When it was cancelled; V(null) when it was not.
      type: str
    customer:
      description: Who ordered. V(null) without O(personal=true), and where nobody is known.
      type: dict
      contains:
        id:
          description: Global id.
          type: str
        name:
          description: As the vendor shows it.
          type: str
        email:
          description: Mail address.
          type: str
        phone:
          description: Telephone number.
          type: str
    lines:
      description: What was ordered. V(null) in lists.
      type: list
      elements: dict
      contains:
        id:
          description: Global id.
          type: str
        title:
          description: Of the product.
          type: str
        variant:
          description: Of the variant.
          type: str
        sku:
          description: Its SKU.
          type: str
        quantity:
          description: How many were ordered.
          type: int
        refundable:
          description: How many of them can still be refunded.
          type: int
        unit_price:
          description: Of one, after discounts, in the currency that the customer saw.
          type: dict
          contains:
            amount:
              description: The amount, as a decimal text.
              type: str
            currency:
              description: Three letters, such as V(EUR).
              type: str
    refunds:
      description: What was given back. V(null) in lists.
      type: list
      elements: dict
      contains:
        id:
          description: Global id.
          type: str
        key:
          description: The key of M(saasops.runbooks.shopify_refund) that it was made with; V(null) for others.
          type: str
        note:
          description: Its note, without that key.
          type: str
        amount:
          description: How much, as a decimal text.
          type: str
        currency:
          description: Three letters.
          type: str
        transactions:
          description: How the money moved, the first four; the same keys as in RV(saasops.runbooks.shopify_refund#module:refund.transactions).
          type: list
          elements: dict
        created_at:
          description: When it was made.
          type: str
  sample:
    - id: gid://shopify/Order/5500001198
      name: '#2199'
      financial_status: PAID
      fulfillment_status: UNFULFILLED
      total: {amount: '156.90', currency: EUR}
      refunded: {amount: '0.00', currency: EUR}
      shop_total: {amount: '156.90', currency: EUR}
      shop_refunded: {amount: '0.00', currency: EUR}
      tags: []
      test: false
      created_at: '2026-11-19T23:02:00Z'
      updated_at: '2026-11-20T01:02:00Z'
      processed_at: '2026-11-19T23:02:00Z'
      cancelled_at: null
      customer: null
      lines: null
      refunds: null
complete:
  description: Whether RV(orders) holds all that fit.
  returned: success
  type: bool
count:
  description: How many orders fit. V(null) without O(count=true).
  returned: success
  type: int
precision:
  description: V(exact), or V(at_least) where the vendor stopped counting. V(null) without O(count=true).
  returned: success
  type: str
all_orders:
  description: Whether the app sees orders older than 60 days. V(null) with O(order).
  returned: success
  type: bool
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
    - Why the task failed. C(kind) is for example V(not_found), V(permission) (a scope or the approval for protected customer data is
      missing), V(refused) (another version of the API answered, or C(two_of_one_name)), V(protocol) or V(invalid) with the code V(search) (the
      vendor left a filter out), V(auth), V(rate_limited), V(timeout), V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: orders
    kind: permission
    status: 200
    code: ACCESS_DENIED
    message: Access denied for orders field. (it needs `read_orders` access scope.)
    request_id: ''
    retryable: false
    hint: 'The app lacks an access scope'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.order_info import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.orders import FINANCIAL, FULFILLMENT

_FILTERS = ("created_since", "created_until", "updated_since", "updated_until", "status", "customer", "test")
SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "order": {"type": "str"},
        "created_since": {"type": "str"},
        "created_until": {"type": "str"},
        "updated_since": {"type": "str"},
        "updated_until": {"type": "str"},
        "financial_status": {"type": "list", "elements": "str", "choices": FINANCIAL, "default": []},
        "fulfillment_status": {"type": "list", "elements": "str", "choices": FULFILLMENT, "default": []},
        "status": {"type": "str", "choices": ["open", "closed", "cancelled"]},
        "tags": {"type": "list", "elements": "str", "default": []},
        "customer": {"type": "str"},
        "test": {"type": "bool"},
        "count": {"type": "bool", "default": False},
        "limit": {"type": "int", "default": 1000},
        "personal": {"type": "bool", "default": False},
    },
    "mutually_exclusive": [("order", name) for name in _FILTERS],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

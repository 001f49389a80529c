#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_refund
short_description: Give a customer of a Shopify shop money back, once
version_added: 0.1.0
description:
  - Refunds an order, wholly, by lines, or by an amount. The option O(key) names the refund. It is looked for in the notes of the order's
    refunds before anything is sent, so the same task refunds once, however often it runs.
  - The money goes back to the payments that it came from, as the vendor suggests it. What was not paid, is refunded already, or is more than what is
    left, is refused before anything is sent.
notes:
  - "Requests: 1 when it was refunded already, 3 to refund; one more when O(order) is a name, one more when O(location) is. With client
    credentials one more for the token."
  - Money that went back cannot be fetched again. Run it in check mode first, which tells the amount.
  - The key is kept in the refund's note, which the staff sees, behind the text of O(note). Whoever removes it there lets the same task refund again.
  - Of the key the idempotency key of the request is made, which Shopify remembers for a day. A request that was on its way when a task was killed,
    and the same task run again, are one refund. The same O(key) with another amount is refused within that day, also where the first attempt failed.
  - When an attempt failed at the vendor and no refund shows, another idempotency key is taken, which is that of the second attempt in every run.
  - Amounts are in the currency that the customer paid in, also where the shop counts in another.
  - A refund may turn V(failed) days later. The same task then fails and says so.
  - Needs the access scope C(write_orders), and C(read_all_orders) for orders of more than 60 days; C(read_inventory) where O(location) is a name.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10; older versions have no idempotency keys, and are refused.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  order:
    description:
      - Which order. Its global id, the number in it, or its name, such as C('#1042') in quotes. Digits alone are an id.
    type: str
    required: true
  key:
    description:
      - What this refund is called, for example by the order and the reason. Each key refunds an order once, for ever. Without brackets, up to 120
        characters.
      - It is stored at Shopify and shown, so it is no secret.
    type: str
    required: true
  lines:
    description:
      - Which lines are refunded, and how many of each. When neither O(lines) nor O(amount) is set, everything that is left, with shipping.
    type: list
    elements: dict
    suboptions:
      line:
        description:
          - The line's global id, its number, or its SKU.
        type: str
        required: true
      quantity:
        description:
          - How many, from 1 on.
        type: int
        required: true
  amount:
    description:
      - How much, as V(12.50). With O(lines) up to what they are worth; alone it marks no line as refunded. When not set, all of it.
    type: str
  currency:
    description:
      - The currency that O(amount) is meant in, such as V(EUR). An order that was paid in another is refused. When not set, it is not compared.
    type: str
  shipping:
    description:
      - Whether what is left of the shipping is refunded with O(lines).
    type: bool
    default: false
  note:
    description:
      - Why, in one line of up to 500 characters. The staff sees it.
    type: str
  notify:
    description:
      - Whether Shopify writes to the customer.
    type: bool
    default: false
  restock:
    description:
      - What becomes of the goods. V(return) and V(cancel) (it was not sent yet) put them back into stock.
    type: str
    choices: [no_restock, return, cancel]
    default: no_restock
  location:
    description:
      - Where the goods come back to, by id or name. Needed unless O(restock=no_restock).
    type: str
seealso:
  - module: saasops.runbooks.shopify_order_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Give a part of an order back
  saasops.runbooks.shopify_refund:
    order: '#2199'
    key: order-2199-late
    amount: "5.00"
    currency: EUR
    note: It came late

- name: See what was ordered
  saasops.runbooks.shopify_order_info:
    order: '#2199'
  register: order

- name: Give back the price of one that was damaged
  saasops.runbooks.shopify_refund:
    order: '#2199'
    key: order-2199-damaged
    lines:
      - line: "{{ order.orders[0].lines[0].sku }}"
        quantity: 1
    note: One was damaged

- name: Give back what is left
  saasops.runbooks.shopify_refund:
    order: '#2199'
    key: order-2199-returned
    restock: return
    location: Warehouse
  register: refunded
"""

RETURN = r"""
order:
  description: The order.
  returned: success
  type: dict
  contains:
    id:
      description: Global id.
      type: str
    name:
      description: As people call it.
      type: str
  sample: {id: gid://shopify/Order/5500001198, name: '#2199'}
refund:
  description: The refund, in check mode as it would be.
  returned: success
  type: dict
  contains:
    id:
      description: Global id. C({"known_after":"refundCreate"}) in check mode for a new one.
      type: str
    key:
      description: The key that it was asked for with.
      type: str
    note:
      description: Its note, without the key.
      type: str
    amount:
      description: How much, as a decimal text.
      type: str
    currency:
      description: Three letters.
      type: str
    status:
      description: V(succeeded), or V(pending) where a payment provider takes its time. C({"known_after":"refundCreate"}) in check mode for a new one.
      type: str
    transactions:
      description: How the money moves, for each payment of the order.
      type: list
      elements: dict
      contains:
        id:
          description: Its global id.
          type: str
        kind:
          description: Always V(REFUND) here.
          type: str
        status:
          description: V(SUCCESS), V(PENDING), V(FAILURE), V(ERROR), V(AWAITING_RESPONSE) or V(UNKNOWN).
          type: str
        gateway:
          description: By which means of payment, such as V(shopify_payments) or V(gift_card).
          type: str
        error:
          description: Why it failed, the vendor's code; V(null) when it did not.
          type: str
        amount:
          description: How much, as a decimal text.
          type: str
        currency:
          description: Three letters.
          type: str
    created_at:
      description: When it was made. C({"known_after":"refundCreate"}) in check mode for a new one.
      type: str
  sample:
    id: gid://shopify/Refund/1000000007
    key: order-2199-damaged
    note: One was damaged
    amount: '40.00'
    currency: EUR
    status: succeeded
    transactions:
      - id: gid://shopify/OrderTransaction/1000000006
        kind: REFUND
        status: SUCCESS
        gateway: shopify_payments
        error: null
        amount: '40.00'
        currency: EUR
    created_at: '2026-11-20T03:02:00Z'
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
      description: Always V(refundCreate).
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
    - Why the task failed. C(kind) is for example V(not_found), V(invalid), V(refused) (C(code) is V(not_paid), V(already_refunded), V(amount),
      V(currency), V(quantity), V(key), V(too_many_refunds), V(api_version), V(two_of_one_name) or V(allow)), V(conflict) (the same key was sent with
      other values within a day), V(failed) (the refund is there, and its money did not go back), V(permission), V(auth), V(rate_limited),
      V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: suggestedRefund
    kind: refused
    status: null
    code: amount
    message: '200.00 EUR are to be refunded, and only 156.90 can be'
    request_id: ''
    retryable: false
    hint: Give a smaller amount, or none for all of it
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.refund import RESTOCK, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "order": {"type": "str", "required": True},
        "key": {"type": "str", "required": True, "no_log": False},
        "lines": {
            "type": "list",
            "elements": "dict",
            "options": {"line": {"type": "str", "required": True}, "quantity": {"type": "int", "required": True}},
        },
        "amount": {"type": "str"},
        "currency": {"type": "str"},
        "shipping": {"type": "bool", "default": False},
        "note": {"type": "str"},
        "notify": {"type": "bool", "default": False},
        "restock": {"type": "str", "choices": RESTOCK, "default": "no_restock"},
        "location": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

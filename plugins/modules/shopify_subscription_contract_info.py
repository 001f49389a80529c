#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_subscription_contract_info
short_description: The subscription contracts of an app in a Shopify shop
version_added: 0.1.0
description:
  - Shows a subscription contract, or lists those that an app made, by status, customer and time.
notes:
  - One request for a contract, and one for each 200 of a list. With client credentials one more for the token.
  - An app sees the subscription contracts that it made itself. Subscriptions made by another app are invisible to this token, so an empty
    list does not mean that nobody subscribes. It carries a warning that says so.
  - A list that is narrowed comes from the vendor's search, which sees a change only some seconds later. O(contract) sees it at once.
  - The app needs the access scope C(read_own_subscription_contracts), C(read_customers) and C(read_orders) for what is told of customer and
    order, and the approval for protected customer data.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  contract:
    description:
      - This contract alone, by its number or global id. An unknown one is an error.
    type: str
  status:
    description:
      - Only contracts of one of these statuses. An empty list for all.
    type: list
    elements: str
    choices: [active, paused, cancelled, expired, failed]
    default: []
  customer:
    description:
      - Only contracts of this customer, by number or global id.
    type: str
  updated_since:
    description:
      - Only contracts that were changed at or after this moment, such as V(2026-11-20T08:00:00Z), or day, such as V(2026-11-20).
    type: str
seealso:
  - module: saasops.runbooks.shopify_subscription_contract
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Find the contracts of a customer
  saasops.runbooks.shopify_subscription_contract_info:
    customer: 7000000000
  register: theirs

- name: Say when they are billed next
  ansible.builtin.debug:
    msg: "{{ theirs.contracts | map(attribute='next_billing_at') }}"

- name: List what could not be billed
  saasops.runbooks.shopify_subscription_contract_info:
    status: [failed]
    updated_since: "2020-01-01"
"""

RETURN = r"""
contracts:
  description: The contracts, the oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its global id.
      type: str
    status:
      description: V(ACTIVE), V(PAUSED), V(CANCELLED), V(EXPIRED), or V(FAILED) when a payment failed too often.
      type: str
    customer:
      description: The customer's global id; V(null) when the customer was erased.
      type: str
    origin_order:
      description: The global id of the order it began with.
      type: str
    origin_order_name:
      description: The name of that order.
      type: str
    interval:
      description: V(DAY), V(WEEK), V(MONTH) or V(YEAR).
      type: str
    interval_count:
      description: Every how many of them it is billed.
      type: int
    currency:
      description: In which it is billed.
      type: str
    next_billing_at:
      description: When the app is to bill it next, as ISO 8601; V(null) when it is over.
      type: str
    last_payment:
      description: V(SUCCEEDED) or V(FAILED); V(null) when there was none.
      type: str
    last_error:
      description: Why the last attempt to bill it failed, such as V(PAYMENT_ERROR); V(null) when it did not.
      type: str
    revision:
      description: A number that grows with every change.
      type: str
    created_at:
      description: When it was made, as ISO 8601.
      type: str
    updated_at:
      description: When it was changed last, as ISO 8601.
      type: str
  sample:
    - id: gid://shopify/SubscriptionContract/26000000000
      status: ACTIVE
      customer: gid://shopify/Customer/7000000000
      origin_order: gid://shopify/Order/5500000000
      origin_order_name: '#1001'
      interval: MONTH
      interval_count: 1
      currency: EUR
      next_billing_at: '2026-12-11T12:00:00Z'
      last_payment: SUCCEEDED
      last_error:
      revision: '2'
      created_at: '2025-10-16T12:00:00Z'
      updated_at: '2026-11-20T12:00:00Z'
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
    - Why the task failed. C(kind) is for example V(not_found) (there is no contract of this id, or another app made it),
      V(refused) (another version of the API answered), V(invalid) (a value cannot be), V(auth) (the token is dead), V(permission) (an access
      scope is missing), V(rate_limited), V(timeout), V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: subscriptionContract
    kind: not_found
    status: null
    code: ''
    message: there is no subscription contract gid://shopify/SubscriptionContract/26000000049, or another app made it
    request_id: ''
    retryable: false
    hint: 'Check the id, and use the token of the app that sells the subscriptions: no other app sees its contracts'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.subscriptions import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "contract": {"type": "str"},
        "status": {"type": "list", "elements": "str", "choices": ["active", "paused", "cancelled", "expired", "failed"], "default": []},
        "customer": {"type": "str"},
        "updated_since": {"type": "str"},
    },
    "mutually_exclusive": [["contract", "customer"], ["contract", "updated_since"]],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

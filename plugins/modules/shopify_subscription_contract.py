#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_subscription_contract
short_description: A subscription contract in a Shopify shop is active, paused or cancelled
version_added: 0.1.0
description:
  - States whether a subscription contract is billed, is paused, or has ended.
  - V(cancelled) is for good and needs O(allow=destroy). The customer would have to subscribe again.
notes:
  - One request when it is so already, two otherwise. With client credentials one more for the token.
  - An app sees the subscription contracts that it made itself. Those of another app, for example of the one that sells subscriptions in the
    shop, are invisible to this token, whatever its access scopes are. Use a token of that app.
  - Shopify bills nothing by itself. The app that made the contract does, and a contract that is paused refuses to be billed. What was due
    while it was paused is not billed when it becomes active again, unless the app does so.
  - A contract that has failed can be made active again. One that is cancelled or has expired cannot be changed.
  - A change whose answer was lost is looked for before it is sent again.
  - The app needs the access scopes C(read_own_subscription_contracts) and C(write_own_subscription_contracts), C(read_customers) and
    C(read_orders) for what is told of customer and order, and the approval for protected customer data.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  contract:
    description:
      - The contract, by its number or global id. M(saasops.runbooks.shopify_subscription_contract_info) finds it by its customer.
    type: str
    required: true
  state:
    description:
      - Whether it is billed (V(active)), can be made so again (V(paused)), or has ended for good (V(cancelled)).
    type: str
    choices: [active, paused, cancelled]
    required: true
seealso:
  - module: saasops.runbooks.shopify_subscription_contract_info
  - name: Shopify subscription contracts
    description: The vendor's page about contracts and how they are billed.
    link: https://shopify.dev/docs/apps/build/purchase-options/subscriptions/contracts
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Nothing is billed while the delivery is in question
  saasops.runbooks.shopify_subscription_contract:
    contract: 26000000000
    state: paused

- name: It goes on
  saasops.runbooks.shopify_subscription_contract:
    contract: gid://shopify/SubscriptionContract/26000000000
    state: active

- name: The customer has ended it
  saasops.runbooks.shopify_subscription_contract:
    contract: 26000000001
    state: cancelled
    allow: destroy
"""

RETURN = r"""
contract:
  description: The contract as it now is. In check mode, as it would be, with the times and the revision of now.
  returned: success
  type: dict
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
    id: gid://shopify/SubscriptionContract/26000000000
    status: PAUSED
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
      description: V(subscriptionContractActivate), V(subscriptionContractPause) or V(subscriptionContractCancel).
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
    - Why the task failed. C(kind) is for example V(not_found) (there is none of this id, or another app made it), V(refused) (it
      is cancelled or has expired, or another version of the API answered), V(failed) (it did not become so), V(invalid) (the vendor refused it),
      V(auth) (the token is dead), V(permission) (an access scope is missing), V(rate_limited), V(timeout), V(vendor_down), or V(unknown) (it
      was sent, and neither its effect nor its absence could be seen).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.subscriptions import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "contract": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["active", "paused", "cancelled"], "required": True},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

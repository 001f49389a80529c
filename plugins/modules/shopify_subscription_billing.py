#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_subscription_billing
short_description: A billing cycle of a Shopify subscription contract is billed, once
version_added: 0.1.0
description:
  - Makes sure that a cycle of a subscription contract is billed. Where it is not yet, one attempt is made, and waited for.
  - The option O(key) names the attempt. It is looked for among the attempts of the cycle before anything is sent, and the vendor knows it as
    the attempt's idempotency key, so the same task bills once, however often it runs.
notes:
  - One request when it is billed, and three or more to bill it; an attempt takes some seconds, and is asked about until it has ended. With
    client credentials one more for the token.
  - Shopify bills nothing by itself. Use this for what the app that sells the subscriptions has missed, not beside an app that bills the same
    cycles. While an attempt of somebody else is under way, none is made.
  - A cycle that is not due yet or is to be skipped, and a contract that is paused or has ended, are refused.
  - An attempt that failed stays failed. The same task then fails and says why. To try again, give another O(key).
  - An app sees the subscription contracts that it made itself, and no others.
  - The app needs the access scopes C(read_own_subscription_contracts) and C(write_own_subscription_contracts), and C(read_orders) for the order
    that comes of it.
  - What became of an attempt is told from version 2026-04 of the API on, so an older one is refused.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-04 to 2026-10.
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
  cycle:
    description:
      - The number of the cycle. The first one is V(1).
    type: int
    required: true
  key:
    description:
      - What this attempt is called. The same key is the same attempt of a cycle, for ever.
      - To try again after an attempt that failed, give another, such as V(retry-2).
    type: str
    default: first
seealso:
  - module: saasops.runbooks.shopify_subscription_contract_info
  - module: saasops.runbooks.shopify_subscription_contract
  - name: Shopify billing attempts
    description: The vendor's page about billing subscription contracts.
    link: https://shopify.dev/docs/apps/build/purchase-options/subscriptions/billing
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: The second cycle is billed, if it has not been yet
  saasops.runbooks.shopify_subscription_billing:
    contract: 26000000019
    cycle: 2

- name: The cycle that the app has missed is billed now
  saasops.runbooks.shopify_subscription_billing:
    contract: 26000000019
    cycle: 7
    deadline: 5m
  register: billed

- name: Tell the order that came of it
  ansible.builtin.debug:
    msg: "{{ billed.billing.attempt.order_name }}"
"""

RETURN = r"""
billing:
  description: The cycle as it now is. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    contract:
      description: The contract's global id.
      type: str
    cycle:
      description: The number of the cycle.
      type: int
    status:
      description: Always V(BILLED). What could not be billed is a failure.
      type: str
    due_at:
      description: Since when it was to be billed, as ISO 8601.
      type: str
    attempt:
      description:
        - The attempt that succeeded, V(null) where the vendor names none.
        - In check mode, what only the vendor can tell is C({"known_after":"subscriptionBillingAttemptCreate"}).
      type: dict
      contains:
        id:
          description: Its global id.
          type: str
        key:
          description: Its idempotency key, which is made of the shop, the contract, the cycle and the option.
          type: str
        state:
          description: Always V(succeeded).
          type: str
        error:
          description: Always V(null).
          type: str
        order:
          description: The global id of the order that came of it.
          type: str
        order_name:
          description: The name of that order.
          type: str
        created_at:
          description: When it was made, as ISO 8601.
          type: str
        completed_at:
          description: When it had ended, as ISO 8601.
          type: str
  sample:
    contract: gid://shopify/SubscriptionContract/26000000019
    cycle: 7
    status: BILLED
    due_at: '2026-05-12T12:00:00Z'
    attempt:
      id: gid://shopify/SubscriptionBillingAttempt/1000000004
      key: saasops-0b0e2c3a-7f21-5b1c-9d7b-0d7b64f0f3c1
      state: succeeded
      error:
      order: gid://shopify/Order/5500000019
      order_name: '#1020'
      created_at: '2026-11-20T12:00:00Z'
      completed_at: '2026-11-20T12:00:08Z'
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
      description: Always V(subscriptionBillingAttemptCreate).
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
    - Why the task failed. C(kind) is for example V(failed) (the attempt did not succeed; C(code) is the vendor's reason, or V(action_required)
      where the customer has to confirm the payment), V(refused) (it is not due, is to be skipped, another attempt is under way, or the contract
      is paused or over), V(not_found) (there is no such cycle, or another app made the contract), V(timeout) (it has not ended yet; the same
      command waits on), V(invalid) (a value cannot be, or the vendor refused it), V(auth), V(permission), V(rate_limited), V(vendor_down), or
      V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: ''
    kind: failed
    status: null
    code: INSUFFICIENT_FUNDS
    message: the attempt gid://shopify/SubscriptionBillingAttempt/1000000004 is failed (INSUFFICIENT_FUNDS)
    request_id: ''
    retryable: false
    hint: The customer did not pay. When the cause is gone, give another key to try again
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.billing import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "contract": {"type": "str", "required": True},
        "cycle": {"type": "int", "required": True},
        "key": {"type": "str", "default": "first", "no_log": False},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

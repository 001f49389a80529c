#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_payment_info
short_description: See payments at Stripe, and what became of them
version_added: 0.1.0
description:
  - Tells of payments whether they succeeded, why not, how much was given back, and whether they are disputed. Either one by its id, or the
    newest ones, of a customer or of a time.
notes:
  - "Requests: 1 for each hundred payments that are read, and 1 more for a customer's address. With O(status), for which Stripe has no
    filter, pages are read until O(limit) are found or there are no more."
  - Amounts are whole numbers in the smallest unit of the currency, for most currencies a hundredth.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  payment_intent:
    description:
      - Id (C(pi_)) of one payment.
    type: str
  customer:
    description:
      - Id (C(cus_)) or e-mail address of the customer. An address that two customers have is an error.
    type: str
  status:
    description:
      - Only payments in one of these states, such as V(requires_payment_method) for those that failed.
    type: list
    elements: str
    choices: [requires_payment_method, requires_confirmation, requires_action, processing, requires_capture, canceled, succeeded]
  max_age:
    description:
      - Only payments that are not older, such as V(24h).
    type: str
  limit:
    description:
      - How many at most, 1 to 10000.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.stripe_refund
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what a customer has paid
  saasops.runbooks.stripe_payment_info:
    customer: customer-0007@example.com
  register: paid

- name: See which payments failed since yesterday
  saasops.runbooks.stripe_payment_info:
    status: [requires_payment_method]
    max_age: 24h
  register: failing

- name: Tell why
  ansible.builtin.debug:
    msg: "{{ failing.payments | map(attribute='error.decline_code') | list }}"
"""

RETURN = r"""
payments:
  description: The payments, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the payment intent.
      type: str
    status:
      description: Its state, as Stripe names it.
      type: str
    amount:
      description: What was asked for.
      type: int
    amount_received:
      description: What was paid.
      type: int
    amount_refunded:
      description: What was given back; V(null) when nothing was charged.
      type: int
    currency:
      description: Three-letter code in lower case.
      type: str
    customer:
      description: Id of the customer; V(null) when there is none.
      type: str
    charge:
      description: Id of the newest charge; V(null) when nothing was charged.
      type: str
    disputed:
      description: Whether the customer's bank has disputed it; V(null) when nothing was charged.
      type: bool
    description:
      description: What it is for, as the application says.
      type: str
    error:
      description: Why the last try failed, with C(type), C(code), C(decline_code) and C(message); V(null) when it did not.
      type: dict
    created_at:
      description: When it was made, in seconds since the epoch.
      type: int
    livemode:
      description: Whether it is real money.
      type: bool
    metadata:
      description: What the application has noted of it.
      type: dict
  sample:
    - id: pi_3AbCdEfGhIjKlMnOpQrStUvW
      status: succeeded
      amount: 1259
      amount_received: 1259
      amount_refunded: 0
      currency: eur
      customer: cus_AbCdEfGhIjKlMn
      charge: ch_3AbCdEfGhIjKlMnOpQrStUvW
      disputed: false
      description: Order 10007
      error: null
      created_at: 1763521320
      livemode: true
      metadata:
        order: "10007"
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks), V(not_found),
      V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: stripe
    operation: list_payment_intents
    kind: auth
    status: 401
    code: invalid_request_error
    message: 'Invalid API Key provided: sk_live_****1a2b'
    request_id: req_00000000000001
    retryable: false
    hint: Give a valid secret or restricted key (option api_key, inventory variable stripe_api_key, or STRIPE_API_KEY)
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.payment_info import STATUSES, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "payment_intent": {"type": "str"},
        "customer": {"type": "str"},
        "status": {"type": "list", "elements": "str", "choices": STATUSES},
        "max_age": {"type": "str"},
        "limit": {"type": "int", "default": 20},
    },
    "mutually_exclusive": [("payment_intent", "customer"), ("payment_intent", "status"), ("payment_intent", "max_age")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

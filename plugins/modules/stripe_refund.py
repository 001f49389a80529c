#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_refund
short_description: Give a customer money back through Stripe, once
version_added: 0.1.0
description:
  - Refunds a payment, wholly or in part. The option O(key) names the refund. It is looked for among the refunds of the payment before
    anything is sent, so the same task refunds once, however often it runs.
  - What is disputed, was not paid, or is refunded already under no or another key, is refused.
notes:
  - "Requests: 1 when it was refunded already, 3 to refund."
  - Money that went back cannot be fetched again. Run it in check mode first, which tells the amount.
  - The key is kept in the refund's metadata, as C(saasops_key), and makes the idempotency key of the request.
  - A refund may turn V(failed) days later. The same task then fails and says so.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  payment_intent:
    description:
      - Id (C(pi_)) of the payment. One of O(payment_intent) and O(charge) is needed.
    type: str
  charge:
    description:
      - Id (C(ch_)) of the charge.
    type: str
  key:
    description:
      - What this refund is called, for example by the order and the reason. Each key refunds a payment once, for ever.
      - It is stored at Stripe and shown, so it is no secret.
    type: str
    required: true
  amount:
    description:
      - How much, in the smallest unit of the currency. When not set, all that is left.
    type: int
  currency:
    description:
      - The currency that O(amount) is meant in, such as V(eur). A payment in another one is refused. When not set, it is not compared.
    type: str
  reason:
    description:
      - Why. V(fraudulent) also has Stripe block the card and the e-mail address.
    type: str
    choices: [duplicate, fraudulent, requested_by_customer]
  reverse_transfer:
    description:
      - Whether a connected account that got the money gives back its share.
    type: bool
    default: false
  refund_application_fee:
    description:
      - Whether the application's fee is given back, too.
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.stripe_payment_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what a customer has paid
  saasops.runbooks.stripe_payment_info:
    customer: customer-0007@example.com
    status: [succeeded]
  register: paid

- name: Give a part of the last payment back
  saasops.runbooks.stripe_refund:
    payment_intent: "{{ paid.payments[0].id }}"
    key: order-10007-damaged
    amount: 250
    currency: eur
    reason: requested_by_customer
"""

RETURN = r"""
refund:
  description: The refund, in check mode as it would be.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. C({"known_after":"create_refund"}) in check mode for a new one.
      type: str
    status:
      description: V(succeeded), V(pending) or V(requires_action). C({"known_after":"create_refund"}) in check mode for a new one.
      type: str
    amount:
      description: How much.
      type: int
    currency:
      description: Three-letter code in lower case.
      type: str
    charge:
      description: Id of the charge.
      type: str
    payment_intent:
      description: Id of the payment.
      type: str
    reason:
      description: Why; V(null) when no reason was given.
      type: str
    failure_reason:
      description: Why it failed; V(null) when it did not.
      type: str
    key:
      description: The key that it was asked for with.
      type: str
    created_at:
      description: When it was made, in seconds since the epoch. C({"known_after":"create_refund"}) in check mode for a new one.
      type: int
    metadata:
      description: What else is noted of it.
      type: dict
  sample:
    id: re_3AbCdEfGhIjKlMnOpQrStUvW
    status: succeeded
    amount: 250
    currency: eur
    charge: ch_3AbCdEfGhIjKlMnOpQrStUvW
    payment_intent: pi_3AbCdEfGhIjKlMnOpQrStUvW
    reason: requested_by_customer
    failure_reason: null
    key: order-10007-damaged
    created_at: 1763521320
    metadata: {}
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(stripe).
      type: str
    operation:
      description: Always V(create_refund).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks), V(not_found),
      V(invalid), V(refused) (C(code) is V(charge_disputed), V(charge_already_refunded), V(not_paid), V(amount), V(currency), V(key), V(mode) or
      V(allow)), V(failed) (the refund itself failed), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its
      absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: stripe
    operation: list_refunds
    kind: auth
    status: 401
    code: invalid_request_error
    message: 'Invalid API Key provided: sk_live_****1a2b'
    request_id: req_00000000000001
    retryable: false
    hint: Give a valid secret or restricted key (option api_key, inventory variable stripe_api_key, or STRIPE_API_KEY)
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.refund import REASONS, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "payment_intent": {"type": "str"},
        "charge": {"type": "str"},
        "key": {"type": "str", "required": True, "no_log": False},
        "amount": {"type": "int"},
        "currency": {"type": "str"},
        "reason": {"type": "str", "choices": REASONS},
        "reverse_transfer": {"type": "bool", "default": False},
        "refund_application_fee": {"type": "bool", "default": False},
    },
    "mutually_exclusive": [("payment_intent", "charge")],
    "required_one_of": [("payment_intent", "charge")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

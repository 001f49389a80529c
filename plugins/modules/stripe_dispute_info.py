#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_dispute_info
short_description: See what customers' banks want back through Stripe, and until when to answer
version_added: 0.1.0
description:
  - Tells disputes, whose turn it is, and how long there is to answer. Either one by its id, those of a payment, or the newest ones.
notes:
  - "Requests: 1 for one dispute; 1 for each hundred of a list. Stripe's list has no filter by status, so with O(status) pages are read until there
    are enough."
  - Nothing is answered here. Evidence can be sent once, and to accept a dispute cannot be undone - do it in Stripe's dashboard.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  dispute:
    description:
      - Id (C(du_) or C(dp_)) of one dispute. One that is not there is an error.
    type: str
  charge:
    description:
      - Only those of this charge (C(ch_)).
    type: str
  payment_intent:
    description:
      - Only those of this payment (C(pi_)).
    type: str
  status:
    description:
      - Only disputes of these statuses. V(needs_response), V(warning_needs_response) and V(appeal_needs_response) are those that wait for the
        merchant.
    type: list
    elements: str
    choices:
      - needs_response
      - warning_needs_response
      - appeal_needs_response
      - under_review
      - warning_under_review
      - appeal_under_review
      - won
      - lost
      - prevented
      - warning_closed
  max_age:
    description:
      - Only disputes that were made since, such as V(90d). Not for one that is named by its id.
    type: str
  limit:
    description:
      - How many at most, 1 to 10000.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.stripe_payment_info
  - module: saasops.runbooks.stripe_refund
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See which disputes wait for an answer
  saasops.runbooks.stripe_dispute_info:
    status: [needs_response, warning_needs_response, appeal_needs_response]
  register: waiting

- name: Show what is due within five days
  ansible.builtin.debug:
    msg: "{{ item.id }}: {{ item.amount }} {{ item.currency }} ({{ item.reason }}), {{ item.due_in_seconds // 3600 }} hours left"
  loop: "{{ waiting.disputes | selectattr('due_in_seconds', 'number') | selectattr('due_in_seconds', 'lt', 432000) }}"
"""

RETURN = r"""
disputes:
  description: The disputes, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    status:
      description: One of the choices of O(status). Any other is new; take it for no good one.
      type: str
    waits_for:
      description: Whose turn it is - V(merchant), V(bank), or V(nobody) when it is over; V(null) for a status that is new.
      type: str
    reason:
      description: What the customer's bank says, such as V(fraudulent), V(product_not_received) or V(subscription_canceled).
      type: str
    amount:
      description: What is wanted back, in the smallest unit of the currency.
      type: int
    currency:
      description: Three-letter code in lower case.
      type: str
    charge:
      description: Id of the charge.
      type: str
    payment_intent:
      description: Id of the payment; V(null) when there is none.
      type: str
    due_by:
      description: Until when to answer, in seconds since the epoch; V(null) when the bank sets no time.
      type: int
    due_in_seconds:
      description: How long there is to answer, below 0 when it is too late; V(null) when it waits for somebody else, or no time is set.
      type: int
    past_due:
      description: Whether Stripe says that it is too late to answer.
      type: bool
    has_evidence:
      description: Whether some evidence was given.
      type: bool
    submission_count:
      description: How often evidence was sent to the bank. Mostly it can be sent once.
      type: int
    is_charge_refundable:
      description: Whether a refund can still prevent it. Otherwise the bank has taken the money already.
      type: bool
    created_at:
      description: When it was made, in seconds since the epoch.
      type: int
    livemode:
      description: Whether it is of live mode.
      type: bool
    metadata:
      description: What the application has noted of it.
      type: dict
  sample:
    - id: du_1AbCdEfGhIjKlMnOpQrStUvW
      status: needs_response
      waits_for: merchant
      reason: fraudulent
      amount: 4900
      currency: eur
      charge: ch_3AbCdEfGhIjKlMnOpQrStUvW
      payment_intent: pi_3AbCdEfGhIjKlMnOpQrStUvW
      due_by: 1764298920
      due_in_seconds: 421200
      past_due: false
      has_evidence: false
      submission_count: 0
      is_charge_refundable: false
      created_at: 1763521320
      livemode: true
      metadata: {}
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks), V(not_found),
      V(invalid), V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: stripe
    operation: list_disputes
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.dispute_info import STATUSES, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "dispute": {"type": "str"},
        "charge": {"type": "str"},
        "payment_intent": {"type": "str"},
        "status": {"type": "list", "elements": "str", "choices": STATUSES},
        "max_age": {"type": "str"},
        "limit": {"type": "int", "default": 20},
    },
    "mutually_exclusive": [("dispute", "charge", "payment_intent"), ("dispute", "status")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

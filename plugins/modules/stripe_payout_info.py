#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_payout_info
short_description: See what Stripe paid out to the bank, and what failed
version_added: 0.1.0
description:
  - Tells the payouts to the bank, their status, why one failed, and whether its status can still change. Either one by its id, with the
    transactions that it is made of where these are asked for, or the newest ones.
notes:
  - "Requests: 1 for one payout, and 1 for each hundred of its transactions; 1 for each hundred of a list. With O(status) pages are read until
    there are enough."
  - A payout that is V(paid) may still become V(failed) within five business days, when the bank sends it back. RV(payouts[].final) tells whether
    that time is over; banks' holidays are not known here.
  - Stripe takes no filter for V(in_transit) and lists such payouts under V(pending). This module tells them apart.
  - No payout is made or tried again here. A failed one often means that the bank account was closed - correct it in Stripe's dashboard.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  payout:
    description:
      - Id (C(po_)) of one payout. One that is not there is an error.
    type: str
  transactions:
    description:
      - Whether to tell the transactions that O(payout) is made of, all of them. Stripe knows them only of payouts that it made by itself
        (RV(payouts[].automatic)).
    type: bool
    default: false
  status:
    description:
      - Only payouts of these statuses.
    type: list
    elements: str
    choices: [pending, in_transit, paid, failed, canceled]
  max_age:
    description:
      - Only payouts that were made since, such as V(7d). Not for one that is named by its id.
    type: str
  limit:
    description:
      - How many payouts at most, 1 to 10000.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.stripe_balance_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See payouts that failed of late
  saasops.runbooks.stripe_payout_info:
    status: [failed]
    max_age: 30d
  register: failed

- name: See what the first of them was made of
  saasops.runbooks.stripe_payout_info:
    payout: "{{ failed.payouts[0].id }}"
    transactions: true
  register: made_of

- name: Show what is to be told the bank
  ansible.builtin.debug:
    msg: "{{ item.amount }} {{ item.currency }}: {{ item.failure_code }}, {{ item.failure_message }}"
  loop: "{{ failed.payouts }}"
"""

RETURN = r"""
payouts:
  description: The payouts, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    status:
      description: V(pending), V(in_transit), V(paid), V(failed) or V(canceled). Any other is new; take it for no good one.
      type: str
    final:
      description: Whether the status will stay - V(failed) and V(canceled) do, V(paid) does five business days after it arrived.
      type: bool
    amount:
      description: How much, in the smallest unit of the currency. Below 0 it was taken from the bank.
      type: int
    currency:
      description: Three-letter code in lower case.
      type: str
    arrives_at:
      description: The day on which it should be, or was, at the bank, in seconds since the epoch.
      type: int
    created_at:
      description: When it was made, in seconds since the epoch.
      type: int
    automatic:
      description: Whether Stripe made it by itself.
      type: bool
    method:
      description: V(standard) or V(instant).
      type: str
    type:
      description: V(bank_account) or V(card).
      type: str
    destination:
      description: Id of the bank account or card.
      type: str
    failure_code:
      description: Why it failed, such as V(account_closed); V(null) when it did not.
      type: str
    failure_message:
      description: The same in words.
      type: str
    balance_transaction:
      description: Id of the transaction that took it from the balance.
      type: str
    failure_balance_transaction:
      description: Id of the transaction that gave it back when it failed; V(null) when it did not.
      type: str
    reconciliation_status:
      description: V(completed) when RV(transactions) are whole, V(in_progress), or V(not_applicable) for what Stripe did not make by itself.
      type: str
    description:
      description: What is noted of it; V(null) when nothing is.
      type: str
    livemode:
      description: Whether it is of live mode.
      type: bool
    metadata:
      description: What the application has noted of it.
      type: dict
  sample:
    - id: po_1AbCdEfGhIjKlMnOpQrStUvW
      status: failed
      final: true
      amount: 48210
      currency: eur
      arrives_at: 1763683200
      created_at: 1763521320
      automatic: true
      method: standard
      type: bank_account
      destination: ba_1AbCdEfGhIjKlMnOpQrStUvW
      failure_code: account_closed
      failure_message: The bank account has been closed.
      balance_transaction: txn_1AbCdEfGhIjKlMnOpQrStUvW
      failure_balance_transaction: txn_2AbCdEfGhIjKlMnOpQrStUvW
      reconciliation_status: completed
      description: STRIPE PAYOUT
      livemode: true
      metadata: {}
transactions:
  description: With O(transactions), what the payout is made of, newest first; the payout itself is one of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    type:
      description: Such as V(charge), V(refund), V(adjustment) (a dispute) or V(payout).
      type: str
    amount:
      description: How much, in the smallest unit of the currency; below 0 it went out.
      type: int
    fee:
      description: What Stripe took of it.
      type: int
    net:
      description: What was left.
      type: int
    currency:
      description: Three-letter code in lower case.
      type: str
    source:
      description: Id of the charge, refund or other thing that it comes from.
      type: str
    status:
      description: V(available) or V(pending).
      type: str
    description:
      description: What is noted of it; V(null) when nothing is.
      type: str
    created_at:
      description: When it was made, in seconds since the epoch.
      type: int
    available_at:
      description: When it could be paid out, in seconds since the epoch.
      type: int
  sample:
    - id: txn_1AbCdEfGhIjKlMnOpQrStUvW
      type: charge
      amount: 4900
      fee: 93
      net: 4807
      currency: eur
      source: ch_3AbCdEfGhIjKlMnOpQrStUvW
      status: available
      description: null
      created_at: 1763521320
      available_at: 1763694120
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
    operation: list_payouts
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.payout_info import STATUSES, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "payout": {"type": "str"},
        "transactions": {"type": "bool", "default": False},
        "status": {"type": "list", "elements": "str", "choices": STATUSES},
        "max_age": {"type": "str"},
        "limit": {"type": "int", "default": 20},
    },
    "mutually_exclusive": [("payout", "status")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

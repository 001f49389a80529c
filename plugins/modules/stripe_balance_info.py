#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_balance_info
short_description: See the balance of a Stripe account
version_added: 0.1.0
description:
  - Tells for each currency what is available, what is still pending, and what is held back.
notes:
  - One request.
  - Amounts are whole numbers in the smallest unit of the currency. For most that is a hundredth (V(1284350) of V(eur) are 12,843.50 euros);
    V(jpy) and some others have none.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Look at the balance
  saasops.runbooks.stripe_balance_info:
  register: money

- name: Tell which currencies are overdrawn
  ansible.builtin.debug:
    msg: "Below zero: {{ money.negative | join(', ') }}"
  when: money.negative | length > 0
"""

RETURN = r"""
balances:
  description: One entry for each currency, by its code.
  returned: success
  type: list
  elements: dict
  contains:
    currency:
      description: Three-letter code in lower case.
      type: str
    available:
      description: What can be paid out now; below 0 when the account owes it.
      type: int
    pending:
      description: What becomes available later.
      type: int
    connect_reserved:
      description: What is held for the negative balances of connected accounts.
      type: int
    instant_available:
      description: What can be paid out at once, for a fee.
      type: int
  sample:
    - currency: eur
      available: 1284350
      pending: 231900
      connect_reserved: 0
      instant_available: 0
negative:
  description: The currencies whose available balance is below 0.
  returned: success
  type: list
  elements: str
  sample: [usd]
livemode:
  description: Whether this is real money.
  returned: success
  type: bool
  sample: true
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
    operation: get_balance
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.balance_info import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

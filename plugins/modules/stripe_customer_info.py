#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_customer_info
short_description: See customers at Stripe
version_added: 0.1.0
description:
  - Tells who a customer is at Stripe, and whether the last invoice was left unpaid. Either one by its id, all of an e-mail address, or the newest
    ones.
notes:
  - "Requests: 1 for one customer; 1 for each hundred of a list."
  - Several customers may have one e-mail address. Stripe compares its letters as they are, large and small.
  - The result holds names and addresses of people. Set C(no_log=true) where nobody should read them in a log.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  customer:
    description:
      - Id (C(cus_)) or e-mail address. An id that is not there is an error; an address that nobody has gives an empty list.
    type: str
  max_age:
    description:
      - Only customers that were made since, such as V(24h). Not for one that is named by its id.
    type: str
  limit:
    description:
      - How many at most, 1 to 10000.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.stripe_payment_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Find a customer by the address
  saasops.runbooks.stripe_customer_info:
    customer: customer-0007@example.com
  register: found

- name: Stop unless it is one customer alone
  ansible.builtin.assert:
    that: found.customers | length == 1
"""

RETURN = r"""
customers:
  description: The customers, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    email:
      description: The e-mail address; V(null) when there is none. Personal data, as the name is.
      type: str
    name:
      description: The name; V(null) when there is none.
      type: str
    deleted:
      description: Whether it was deleted. Then Stripe tells nothing else.
      type: bool
    delinquent:
      description: Whether the newest invoice was not paid in time; V(null) when Stripe does not tell.
      type: bool
    balance:
      description: What the next invoice is changed by, in the smallest unit of the currency. Below 0 is in the customer's favour.
      type: int
    currency:
      description: Three-letter code in lower case; V(null) when there was no payment yet.
      type: str
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
    - id: cus_AbCdEfGhIjKlMn
      email: customer-0007@example.com
      name: null
      deleted: false
      delinquent: false
      balance: 0
      currency: eur
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
      V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: stripe
    operation: list_customers
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.customer_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "customer": {"type": "str"},
        "max_age": {"type": "str"},
        "limit": {"type": "int", "default": 20},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_account_info
short_description: See whether a Stripe account can charge and pay out
version_added: 0.1.0
description:
  - Tells which account a key belongs to, of which mode the key is, whether the account may take payments and pay out, and what Stripe still
    wants to know of its owner. The key itself is never shown.
  - It is the probe for a new key. Another account or the wrong mode is seen here, before the key is brought to an application.
notes:
  - One request.
  - The mode is read from the key's first letters, for the account does not tell it.
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
- name: See which Stripe account the key of this environment belongs to
  saasops.runbooks.stripe_account_info:
    mode: live
  register: found

- name: Stop when it cannot take payments, or Stripe waits for papers
  ansible.builtin.assert:
    that:
      - found.account.charges_enabled
      - found.account.payouts_enabled
      - not found.account.past_due
"""

RETURN = r"""
account:
  description: The account.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: The name that its owner gave; V(null) when there is none.
      type: str
    country:
      description: Two-letter code of its country.
      type: str
    default_currency:
      description: Three-letter code in lower case.
      type: str
    type:
      description: V(standard), V(express), V(custom) or V(none).
      type: str
    mode:
      description: V(live) or V(test), as the key says; V(null) when it does not say.
      type: str
    charges_enabled:
      description: Whether it may take payments.
      type: bool
    payouts_enabled:
      description: Whether it may pay out.
      type: bool
    details_submitted:
      description: Whether its owner has finished signing up.
      type: bool
    disabled_reason:
      description: Why it is restricted; V(null) when it is not.
      type: str
    currently_due:
      description: What Stripe wants to know by C(current_deadline).
      type: list
      elements: str
    past_due:
      description: What it should have been told already.
      type: list
      elements: str
    current_deadline:
      description: When the account is restricted unless it is told, in seconds since the epoch; V(null) when there is no such moment.
      type: int
  sample:
    id: acct_1AbCdEfGhIjKlMnO
    name: null
    country: DE
    default_currency: eur
    type: standard
    mode: live
    charges_enabled: true
    payouts_enabled: true
    details_submitted: true
    disabled_reason: null
    currently_due: []
    past_due: []
    current_deadline: null
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
    operation: get_account
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.account_info import execute
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

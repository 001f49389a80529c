#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_webhook_endpoint_info
short_description: See the webhook endpoints of a Stripe account
version_added: 0.1.0
description:
  - Tells where Stripe delivers events, which ones, and whether it still does. Signing secrets are never shown, for Stripe shows each only once.
notes:
  - One request for each hundred endpoints; an account has few.
  - Only the endpoints of the key's own mode are there.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  endpoint:
    description:
      - Only what has this id, this name or this address. One that is not there is an error that tells near names.
    type: str
seealso:
  - module: saasops.runbooks.stripe_webhook_endpoint
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See where Stripe delivers events
  saasops.runbooks.stripe_webhook_endpoint_info:
  register: webhooks

- name: Stop when one was switched off, and nobody replaced it
  ansible.builtin.assert:
    that: webhooks.endpoints | rejectattr('status', 'equalto', 'enabled') | rejectattr('replaced_by') | length == 0
"""

RETURN = r"""
endpoints:
  description: The endpoints, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: The name that M(saasops.runbooks.stripe_webhook_endpoint) gave it; V(null) when it has none.
      type: str
    url:
      description: Where it delivers.
      type: str
    enabled_events:
      description: The types of events, sorted.
      type: list
      elements: str
    status:
      description: V(enabled) or V(disabled).
      type: str
    api_version:
      description: The API version that shapes its events; V(null) for the account's own.
      type: str
    description:
      description: Its description; V(null) when it has none.
      type: str
    rotation_of:
      description: The endpoint whose place it is to take; V(null) outside a rotation.
      type: str
    replaced_by:
      description: The endpoint that took its place; V(null) when none did.
      type: str
    connect:
      description: Whether it gets the events of connected accounts, as was noted when it was made; V(null) when it was made by hand.
      type: bool
    livemode:
      description: Whether it is of live mode.
      type: bool
    created_at:
      description: When it was made, in seconds since the epoch.
      type: int
    metadata:
      description: What else is noted of it.
      type: dict
  sample:
    - id: we_1AbCdEfGhIjKlMnOpQrStUvW
      name: checkout
      url: https://app.example.com/api/webhooks/stripe
      enabled_events: [charge.refunded, invoice.paid]
      status: enabled
      api_version: 2026-10-28.endive
      description: null
      rotation_of: null
      replaced_by: null
      connect: false
      livemode: true
      created_at: 1763521320
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
    operation: list_webhook_endpoints
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.webhook_endpoint_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "endpoint": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_event_info
short_description: See events at Stripe, and which of them were not delivered
version_added: 0.1.0
description:
  - Tells what happened at Stripe in the last 30 days, and how many deliveries of each event are still open. Either one event by its id, or the
    newest ones.
  - What an event is about is told by its kind and id. Its data is not shown, for it may be about people.
notes:
  - "Requests: 1 for each hundred events."
  - Stripe lists the events of the last 30 days only. An older one is not found.
  - Stripe does not tell which endpoint an event did not reach, nor how often it tried.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  event:
    description:
      - Id (C(evt_)) of one event.
    type: str
  types:
    description:
      - Only events of these types, at most 20.
    type: list
    elements: str
  delivered:
    description:
      - With V(false) only events whose delivery is open or has failed at one endpoint at least; with V(true) only the others.
    type: bool
  max_age:
    description:
      - Only events that are not older, such as V(24h), at most 30 days.
    type: str
  limit:
    description:
      - How many at most, 1 to 10000.
    type: int
    default: 100
seealso:
  - module: saasops.runbooks.stripe_webhook_endpoint
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what the application was not told since yesterday
  saasops.runbooks.stripe_event_info:
    delivered: false
    max_age: 24h
  register: missed

- name: Look at failed payments
  saasops.runbooks.stripe_event_info:
    types: [payment_intent.payment_failed]
    limit: 10

- name: Stop when too much waits
  ansible.builtin.assert:
    that: missed.events | length < 10
"""

RETURN = r"""
events:
  description: The events, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id, by which an application knows it when it gets it twice.
      type: str
    type:
      description: What happened.
      type: str
    created_at:
      description: When, in seconds since the epoch.
      type: int
    object:
      description: The kind of what it is about.
      type: str
    object_id:
      description: The id of what it is about.
      type: str
    pending_webhooks:
      description: How many deliveries are open.
      type: int
    api_version:
      description: The API version that shaped it; V(null) when Stripe does not tell.
      type: str
    account:
      description: The connected account that it comes from; V(null) for the key's own.
      type: str
    request_id:
      description: The request that caused it; V(null) when none did.
      type: str
    livemode:
      description: Whether it is of live mode.
      type: bool
  sample:
    - id: evt_3AbCdEfGhIjKlMnOpQrStUvW
      type: payment_intent.succeeded
      created_at: 1763521320
      object: payment_intent
      object_id: pi_3AbCdEfGhIjKlMnOpQrStUvW
      pending_webhooks: 1
      api_version: 2026-10-28.endive
      account: null
      request_id: null
      livemode: true
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
    operation: list_events
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.event_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "event": {"type": "str"},
        "types": {"type": "list", "elements": "str"},
        "delivered": {"type": "bool"},
        "max_age": {"type": "str"},
        "limit": {"type": "int", "default": 100},
    },
    "mutually_exclusive": [("event", "types"), ("event", "delivered"), ("event", "max_age")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_event_resend
short_description: Have Stripe deliver events to a webhook endpoint once more
version_added: 0.1.0
description:
  - Asks Stripe to send events again to one of its webhook endpoints, and looks whether they arrived. Either the events that are named, or those
    that did not arrive in a length of time.
  - An event that Stripe counts as arrived everywhere is left alone, so a second run sends nothing that has arrived.
  - Stripe delivers to an endpoint only what happened while it was there, enabled, and wanted that type. What else is named is refused before anything
    is sent; use M(saasops.runbooks.stripe_event_replay) for it.
notes:
  - "Requests: 1 for each hundred endpoints, 1 for each hundred events (or for each that is named), 1 for each event that is sent again, and 1 for
    each look whether they arrived."
  - The call is what Stripe's own command-line client sends (C(stripe events resend)). It is in no published document, and Stripe may refuse it; the
    message then names M(saasops.runbooks.stripe_event_replay) as the next step.
  - Stripe takes a resend at once and delivers it later. It counts for each event how many endpoints it did not reach, and does not say which. Only when that
    count falls to 0 it is proved that this endpoint got it (V(resent)). With several endpoints that fail, an event may stay V(accepted).
  - Stripe's own repeated attempts go on beside it. The application must know an event that it gets twice by its id.
  - Stripe keeps events for 30 days. The payload keeps the API version that the event was made with.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_stripe
attributes:
  idempotent:
    support: partial
    details: What has arrived is not sent again; what did not arrive is, by each run.
options:
  webhook_endpoint:
    description:
      - The endpoint, by its id (C(we_)), its name (M(saasops.runbooks.stripe_webhook_endpoint)) or its address. It must be enabled.
    type: str
    required: true
  events:
    description:
      - Ids (C(evt_)) of the events. One of O(events) and O(max_age) is needed.
    type: list
    elements: str
  max_age:
    description:
      - Take the events that did not arrive and are not older than this, such as V(24h), at most 30 days.
    type: str
  types:
    description:
      - With O(max_age), only events of these types, at most 20.
    type: list
    elements: str
  limit:
    description:
      - How many at most, 1 to 1000. The oldest go first; RV(more) tells how many are left for another run.
    type: int
    default: 100
  verify_within:
    description:
      - For how long to look whether the events arrived; V(0s) not at all. Durations are seconds, or such as V(30s), V(5m).
    type: str
    default: 30s
seealso:
  - module: saasops.runbooks.stripe_event_info
  - module: saasops.runbooks.stripe_event_replay
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Have Stripe deliver again what the checkout was not told since yesterday
  saasops.runbooks.stripe_event_resend:
    webhook_endpoint: checkout
    max_age: 24h
  register: again

- name: Stop when something did not arrive
  ansible.builtin.assert:
    that: again.unproven == 0 and again.more == 0
"""

RETURN = r"""
webhook_endpoint:
  description: Id of the endpoint.
  returned: success
  type: str
events:
  description: The events, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
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
    state:
      description:
        - V(delivered) (it had arrived, and nothing was sent), V(resent) (sent again, and arrived), or V(accepted) (sent again; whether it arrived
          is not proved). C({"known_after":"resend_event"}) in check mode for one that would be sent.
      type: str
  sample:
    - id: evt_3AbCdEfGhIjKlMnOpQrStUvW
      type: invoice.paid
      created_at: 1763521320
      object: invoice
      object_id: in_3AbCdEfGhIjKlMnOpQrStUvW
      state: resent
unproven:
  description: How many events were sent again and are not proved to have arrived.
  returned: success
  type: int
more:
  description: How many further events did not arrive, beyond O(limit).
  returned: success
  type: int
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
      description: Always V(resend_event).
      type: str
    target:
      description: What is sent where, for people.
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
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found) (no such event or endpoint; events are kept for 30 days),
      V(refused) (C(code) is V(disabled), V(not_resendable), V(too_many), V(mode) or V(allow)), V(invalid), V(timeout) or V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: ''
    operation: ''
    kind: refused
    status: null
    code: not_resendable
    message: 'Stripe would not send evt_3AbC to we_1AbC: it happened before that endpoint was made'
    request_id: ''
    retryable: false
    hint: Post them straight to the application instead, with the module stripe_event_replay
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import chosen_events
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.event_resend import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        **chosen_events.ARGUMENTS,
        "webhook_endpoint": {"type": "str", "required": True},
        "verify_within": {"type": "str", "default": "30s"},
    },
    "mutually_exclusive": chosen_events.EXCLUSIVE,
    "required_one_of": chosen_events.ONE_OF,
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_event_replay
short_description: Post Stripe's events straight to the application
version_added: 0.1.0
description:
  - Posts events to the application's webhook address as Stripe would, with a signature of their own made with the endpoint's signing secret, at
    this moment. For what Stripe does not deliver itself any more (M(saasops.runbooks.stripe_event_resend)), such as events from before the endpoint was made.
  - The oldest event goes first. Events about one object go one after the other; after one that was not taken, later ones about the same object are held
    back. It stops after some failures in a row.
  - Each event is written into the ledger before it is posted, and its outcome afterwards. What was answered with 2xx is never posted to the same
    endpoint again, whichever run was killed meanwhile.
notes:
  - "Requests to Stripe: 1 for each hundred endpoints (none with O(url)), 1 for each hundred events (or for each that is named), and 1 for each event that
    is posted."
  - An event whose answer nobody saw, because the run was killed or the connection broke, is in doubt. It may have arrived, so it is not posted again
    unless O(in_doubt) is V(replay). The task fails as long as an event is in doubt.
  - The body is the text of the event as Stripe's API gives it, to the letter. The key for the API never goes to the application, nor does the secret.
  - Stripe knows nothing of it. It goes on counting the event as not arrived, and may deliver it itself. The application must know an event by its id.
  - Stripe keeps events for 30 days.
  - Of the application's answer only the status counts; redirects are not followed.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.ledger
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_stripe
attributes:
  idempotent:
    support: partial
    details: What the application took is not posted again; what it did not take is, by each run.
options:
  webhook_endpoint:
    description:
      - The endpoint whose address is posted to, by its id (C(we_)), its name or its address. With O(max_age), only types that it wants are taken.
      - One of O(webhook_endpoint) and O(url) is needed.
    type: str
  url:
    description:
      - The address to post to. Plain V(http://) is accepted for loopback only.
    type: str
  secret:
    description:
      - The signing secret (C(whsec_)) that the application verifies with.
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
  concurrency:
    description:
      - How many events are posted side by side, 1 to 10.
    type: int
    default: 1
  stop_after:
    description:
      - Stop when so many events in a row were not taken.
    type: int
    default: 3
  in_doubt:
    description:
      - What happens to an event that an earlier run posted, and whose answer nobody saw. V(keep) leaves it and fails. V(replay) posts it again.
    type: str
    choices: [keep, replay]
    default: keep
seealso:
  - module: saasops.runbooks.stripe_event_info
  - module: saasops.runbooks.stripe_event_resend
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Tell the checkout what it was not told since yesterday
  saasops.runbooks.stripe_event_replay:
    webhook_endpoint: checkout
    secret: "{{ vault_checkout_secret }}"
    max_age: 24h
    types: [invoice.paid, customer.subscription.updated]

- name: See which event is the newest
  saasops.runbooks.stripe_event_info:
    limit: 1
  register: newest

- name: Post that one to another address
  saasops.runbooks.stripe_event_replay:
    url: https://dashboard.example.com/webhooks/stripe
    secret: "{{ vault_checkout_secret }}"
    events: ["{{ newest.events[0].id }}"]
"""

RETURN = r"""
target:
  description: Where the events go.
  returned: success or when an event was not taken
  type: dict
  contains:
    id:
      description: What the ledger knows it by, which is the endpoint's id, or the address.
      type: str
    url:
      description: The address.
      type: str
  sample: {id: we_1AbCdEfGhIjKlMnOpQrStUvW, url: 'https://app.example.com/webhooks/stripe'}
events:
  description: The events, oldest first.
  returned: success or when an event was not taken
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
        - V(replayed) (posted and answered with 2xx), V(before) (an earlier run did that), V(failed) (answered otherwise, or not reached), V(in_doubt) (it may
          have arrived), V(held) (an earlier event about the same object was not taken), or V(not_sent). C({"known_after":"replay_event"}) in check mode for
          one that would be posted.
      type: str
    status:
      description: The HTTP status of the answer; V(null) without one.
      type: int
    said:
      description: The beginning of what the application said of an event that it did not take, or why it was not posted.
      type: str
  sample:
    - id: evt_3AbCdEfGhIjKlMnOpQrStUvW
      type: invoice.paid
      created_at: 1763521320
      object: invoice
      object_id: in_3AbCdEfGhIjKlMnOpQrStUvW
      state: replayed
      status: 200
      said: ''
more:
  description: How many further events did not arrive, beyond O(limit).
  returned: success or when an event was not taken
  type: int
changes:
  description: What was posted, or in check mode would be posted, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(application).
      type: str
    operation:
      description: Always V(replay_event).
      type: str
    target:
      description: What is posted where, for people.
      type: str
    sends:
      description: Fingerprint of the event's id.
      type: str
steps:
  description: Every request of this task; the same keys as in M(saasops.runbooks.stripe_webhook_endpoint).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(failed) (C(code) is V(not_taken), and RV(events) tells of each), V(unknown) (an event is in
      doubt), V(invalid) (C(code) is V(blank_secret) for a blank secret), V(auth), V(not_found), V(refused), V(timeout) or V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: application
    operation: replay_event
    kind: failed
    status: 400
    code: not_taken
    message: 1 of 2 events were not taken by we_1AbC; evt_3AbC answered 400
    request_id: ''
    retryable: false
    hint: Is this the signing secret of we_1AbC? Each endpoint has its own. See events in the result; the same task posts again only what was not taken
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.event_replay import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import LEDGER_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import chosen_events
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        **LEDGER_ARGUMENTS,
        **chosen_events.ARGUMENTS,
        "webhook_endpoint": {"type": "str"},
        "url": {"type": "str"},
        "secret": {"type": "str", "required": True, "no_log": True},
        "concurrency": {"type": "int", "default": 1},
        "stop_after": {"type": "int", "default": 3},
        "in_doubt": {"type": "str", "choices": ["keep", "replay"], "default": "keep"},
    },
    "mutually_exclusive": [*chosen_events.EXCLUSIVE, ("webhook_endpoint", "url")],
    "required_one_of": [*chosen_events.ONE_OF, ("webhook_endpoint", "url")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

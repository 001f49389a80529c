#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: stripe_webhook_endpoint
short_description: State a Stripe webhook endpoint, and rotate its signing secret
version_added: 0.1.0
description:
  - Makes, changes or deletes the place where Stripe delivers events.
  - Stripe shows the signing secret of an endpoint once, when it is made. The result holds it then, in RV(secret); no later run can bring it
    back. With O(state=present) and O(state=rotating) the task is refused unless it has C(no_log=true).
  - A secret cannot be rolled through the API. It is rotated by a second endpoint. O(state=rotating) makes one like the first, and returns its
    secret; then both deliver every event. When the application accepts the secrets of both, O(state=rotated) disables the first and leaves
    the second in its place, under the same name.
notes:
  - "Requests: 1 when all is as wanted; 2 to make, change or delete one, or to begin a rotation; 3 to finish it, or to make one anew."
  - While both endpoints of a rotation deliver, the application gets each event twice, and must know an event by its id.
  - No event is kept for a disabled endpoint, and what it had not delivered yet is not tried again. Before O(state=rotated), resend what had
    failed. Delete the disabled one by its id some days later.
  - Each POST carries an idempotency key of its own task, so that a request whose answer was lost is answered again, with the secret. What was
    made and could not be told (V(secret_lost)), or was told to a run that ended before it stored the secret, is made anew with
    O(secret_stored=false). A run that finds an endpoint makes no other, and RV(secret) is V(null) then.
  - Stripe does not tell whether an endpoint gets the events of connected accounts. This module notes it in the metadata of what it makes, as
    C(saasops_connect), and refuses to make one like another of which it is not noted, unless O(connect) says it.
  - Uses Stripe's REST API. Facts rest on its OpenAPI document and its documentation.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.stripe
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_stripe
options:
  name:
    description:
      - What the endpoint is called. Stripe's endpoints have no names; it is kept in the endpoint's metadata, as C(saasops_name).
      - One of O(name) and O(endpoint) is needed.
    type: str
  endpoint:
    description:
      - Id (C(we_)) of an endpoint that exists. Together with O(name) it takes over one that was made by hand.
    type: str
  state:
    description:
      - V(present), the endpoint is there and is as the options say. What is not given is left as it is.
      - V(rotating), there is a second one beside it, with a secret of its own.
      - V(rotated), the second one has taken its place, and the first is disabled. Without a rotation, nothing is done.
      - V(absent), it is not there. Needs O(allow=destroy), for what it has not delivered yet is lost with it.
    type: str
    choices: [present, rotating, rotated, absent]
    default: present
  url:
    description:
      - Where events are delivered. Needed to make one. Stripe delivers to C(https) alone.
    type: str
  enabled_events:
    description:
      - All types of events that are delivered, in any order. V(*) alone means nearly all. Needed to make one.
    type: list
    elements: str
  enabled:
    description:
      - Whether it delivers. No event is kept for one that does not.
    type: bool
  description:
    description:
      - What it is for. An empty text removes it.
    type: str
  metadata:
    description:
      - What else to note of it. Only the keys that are given are compared; V(null) removes one.
    type: dict
  api_version:
    description:
      - The API version that shapes its events, such as V(2026-10-28.endive). It holds for the endpoint's life, so another one is refused.
      - When not set, a new endpoint has the account's own.
    type: str
  connect:
    description:
      - Whether a new endpoint gets the events of connected accounts. When not set, a new one does not, and its successor does as it does.
      - It holds for the endpoint's life, so another value than the one that was noted is refused. For an endpoint that was made by hand it is
        noted as it is given here, and is needed to rotate it.
    type: bool
  secret_stored:
    description:
      - Whether the application has the signing secret of the endpoint, or with O(state=rotating) of its successor. Stripe tells it once, so
        when it is V(false), and the endpoint is there, the secret is lost. The endpoint is then deleted and made anew, with a secret, each time
        this is said. Needs O(allow=destroy), for what it has not delivered yet is lost with it.
      - Needs O(name), and with O(state=present) also O(url) and O(enabled_events). Give everything else that is to be so, too.
      - When not set, or V(true), an endpoint that is there stays.
    type: bool
seealso:
  - module: saasops.runbooks.stripe_webhook_endpoint_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Have payments told to the application
  saasops.runbooks.stripe_webhook_endpoint:
    name: checkout
    url: https://app.example.com/api/webhooks/stripe
    enabled_events: [charge.refunded, invoice.paid]
  no_log: true
  register: webhook

- name: Begin to rotate its signing secret
  saasops.runbooks.stripe_webhook_endpoint:
    name: checkout
    state: rotating
  no_log: true
  register: successor

- name: Make the second one anew, as the run that made it ended before its secret was stored
  saasops.runbooks.stripe_webhook_endpoint:
    name: checkout
    state: rotating
    secret_stored: false
    allow: destroy
  no_log: true
  register: successor

- name: Finish when the application accepts both secrets
  saasops.runbooks.stripe_webhook_endpoint:
    name: checkout
    state: rotated

- name: Delete the disabled one, some days later
  saasops.runbooks.stripe_webhook_endpoint:
    endpoint: "{{ webhook.endpoint.id }}"
    state: absent
    allow: destroy
"""

RETURN = r"""
endpoint:
  description:
    - The endpoint as it is now, in check mode as it would be; V(null) when there is none. In a rotation, the one that takes the place.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. C({"known_after":"create_webhook_endpoint"}) in check mode for a new one.
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
    id: we_1AbCdEfGhIjKlMnOpQrStUvW
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
secret:
  description:
    - The signing secret of an endpoint that this task has made; V(null) otherwise. C({"known_after":"create_webhook_endpoint"}) in check mode.
  returned: success
  type: str
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
      description: V(create_webhook_endpoint), V(update_webhook_endpoint) or V(delete_webhook_endpoint).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The operation.
      type: str
    ms:
      description: Milliseconds until its answer was read.
      type: int
    status:
      description: The HTTP status; V(null) when no answer came.
      type: int
    request_id:
      description: Stripe's id of the request.
      type: str
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission) (the message names what the restricted key lacks), V(not_found),
      V(invalid), V(refused) (C(code) is V(no_log), V(same_url), V(api_version), V(connect), V(rotating), V(name), V(mode) or V(allow)), V(failed) (C(code) is
      V(secret_lost)), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.client import STRIPE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.webhook_endpoint import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **STRIPE_ARGUMENTS,
        "name": {"type": "str"},
        "endpoint": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "rotating", "rotated", "absent"], "default": "present"},
        "url": {"type": "str"},
        "enabled_events": {"type": "list", "elements": "str"},
        "enabled": {"type": "bool"},
        "description": {"type": "str"},
        "metadata": {"type": "dict"},
        "api_version": {"type": "str"},
        "connect": {"type": "bool"},
        "secret_stored": {"type": "bool", "no_log": False},
    },
    "required_one_of": [("name", "endpoint")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_webhook
short_description: Webhook subscriptions of an app in a Shopify shop
version_added: 0.1.0
description:
  - States whether events of a topic are delivered to an address, and how; or, with O(state=exact), which topics are delivered to the addresses
    of an app and that no others are.
  - Shopify removes a subscription that was made through the API after eight failed deliveries in a row, and tells by mail at most. Run this
    after every outage of the receiver, and on a schedule. When it changes something that nobody removed, events were lost. There is no way to
    have them delivered again. Fetch what changed in that time from the API.
notes:
  - One request when it is so already, and one for each subscription that is made, changed or removed. One more for each further 250
    subscriptions of the topic, or of the app with O(state=exact), and with client credentials one for the token.
  - A subscription is known by topic and address, and one that has another filter is changed. The vendor allows several with different
    filters. Where that is so, O(filter) says which is meant; this module makes no second one.
  - A topic needs the access scope of its object, and some need an approval for protected customer data.
  - The subscriptions of other apps, those of the app's own configuration file, and those made in the shop's admin can neither be seen nor
    changed here.
  - What is retried goes to the address that was set when the event happened. Changing a subscription does not redirect it.
  - A change whose answer was lost is looked for before it is sent again.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  topic:
    description:
      - The topic, as V(ORDERS_PAID) or as deliveries have it, V(orders/paid). The topic of a subscription cannot be changed.
      - Needed unless O(state=exact).
    type: str
  uri:
    description:
      - Where to deliver. An V(https://) address, V(pubsub://project:topic), or the ARN of an event source of Amazon EventBridge.
      - Needed unless O(state=exact).
    type: str
  state:
    description:
      - Whether there shall be such a subscription. V(absent) ends the deliveries, and what happens from then on is not delivered later.
      - V(exact) makes sure of all O(subscriptions), and removes every other one whose address begins with O(uri_prefix). Two subscriptions of
        one topic and address become one.
    type: str
    choices: [present, absent, exact]
    default: present
  subscriptions:
    description:
      - With O(state=exact), what is delivered. Each topic of an address is listed once. An empty list removes all that begin with O(uri_prefix).
    type: list
    elements: dict
    suboptions:
      topic:
        description:
          - As O(topic).
        type: str
        required: true
      uri:
        description:
          - As O(uri). It begins with O(uri_prefix).
        type: str
        required: true
      name:
        description:
          - As O(name).
        type: str
      format:
        description:
          - As O(format).
        type: str
        choices: [JSON, XML]
      filter:
        description:
          - As O(filter).
        type: str
      include_fields:
        description:
          - As O(include_fields).
        type: list
        elements: str
      metafield_namespaces:
        description:
          - As O(metafield_namespaces).
        type: list
        elements: str
  uri_prefix:
    description:
      - With O(state=exact), how the addresses begin that this task answers for, such as V(https://hooks.example.com/). What is delivered
        elsewhere is not touched. An V(https://) prefix holds the slash after the host's name.
    type: str
  name:
    description:
      - A name, which deliveries carry in the header C(X-Shopify-Name). The vendor knows names from version 2026-04 on.
      - When not set, a subscription that is there keeps its own.
    type: str
  format:
    description:
      - How deliveries are written. When not set, a new subscription has V(JSON), and one that is there keeps its own.
    type: str
    choices: [JSON, XML]
  filter:
    description:
      - Which events of the topic are delivered, in the vendor's search syntax, such as V(total_price:>=100). Empty for all.
      - When not set, a subscription that is there keeps its own.
      - With O(state=absent) only a subscription that has this very filter is removed.
    type: str
  include_fields:
    description:
      - Which fields of the object are delivered; an empty list for all. The order does not matter.
      - Name one that changes each time, such as V(updated_at). Shopify drops a delivery that is equal to the one before.
      - When not set, a subscription that is there keeps its own.
    type: list
    elements: str
  metafield_namespaces:
    description:
      - Which namespaces of metafields are delivered too. The order does not matter.
      - When not set, a subscription that is there keeps its own.
    type: list
    elements: str
seealso:
  - module: saasops.runbooks.shopify_webhook_info
  - name: Shopify webhooks
    description: The vendor's page about deliveries, retries and removal.
    link: https://shopify.dev/docs/apps/build/webhooks
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Paid orders are delivered to the app
  saasops.runbooks.shopify_webhook:
    topic: ORDERS_PAID
    uri: https://hooks.example.com/shopify

- name: Larger orders are delivered elsewhere, with a few fields
  saasops.runbooks.shopify_webhook:
    topic: orders/create
    uri: https://www.example.com/webhooks/large
    filter: total_price:>=1000
    include_fields: [id, name, updated_at]
  register: large

- name: Say that events may have been lost
  ansible.builtin.debug:
    msg: The subscription was gone. Compare the orders since the outage began.
  when: large is changed

- name: Exactly these are delivered to the app, after an outage too
  saasops.runbooks.shopify_webhook:
    state: exact
    uri_prefix: https://hooks.example.com/
    subscriptions:
      - topic: APP_UNINSTALLED
        uri: https://hooks.example.com/shopify
      - topic: ORDERS_PAID
        uri: https://hooks.example.com/shopify
        name: paid-orders
      - topic: ORDERS_UPDATED
        uri: https://hooks.example.com/shopify
        include_fields: [id, updated_at]
  register: delivered

- name: Tell what had to be made, and what was there too much
  ansible.builtin.debug:
    msg: "made {{ delivered.created }}, removed {{ delivered.removed }}"

- name: Nothing is delivered to the former address any more
  saasops.runbooks.shopify_webhook:
    topic: ORDERS_CREATE
    uri: https://www.example.com/webhooks/large
    state: absent
"""

RETURN = r"""
webhook:
  description: The subscription as it now is. In check mode, as it would be.
  returned: success, unless O(state=exact)
  type: dict
  contains:
    id:
      description:
        - Its global id, V(null) when there is none.
        - In check mode C({"known_after":"webhookSubscriptionCreate"}) for a new one.
      type: str
    topic:
      description: The topic, such as V(ORDERS_PAID).
      type: str
    uri:
      description: Where it delivers.
      type: str
    name:
      description: Its name, where the task gives one.
      type: str
    format:
      description: V(JSON) or V(XML).
      type: str
    filter:
      description: Which events are delivered; empty for all.
      type: str
    include_fields:
      description: Which fields are delivered; empty for all.
      type: list
      elements: str
    metafield_namespaces:
      description: Which namespaces of metafields are delivered.
      type: list
      elements: str
    api_version:
      description: The version in which it delivers. It is a setting of the app.
      type: str
    state:
      description: V(present) or V(absent).
      type: str
  sample:
    id: gid://shopify/WebhookSubscription/1000000004
    topic: ORDERS_PAID
    uri: https://hooks.example.com/shopify
    state: present
    format: JSON
    filter: ''
    include_fields: []
    metafield_namespaces: []
    api_version: 2026-10
webhooks:
  description: The subscriptions as they now are, in the order of the task, with the keys of RV(webhook).
  returned: success, with O(state=exact)
  type: list
  elements: dict
created:
  description:
    - What was missing and was made, each with C(topic) and C(uri).
    - Where it had been there before, Shopify has removed it after failed deliveries, or somebody has, and events were lost since.
  returned: success, with O(state=exact)
  type: list
  elements: dict
updated:
  description: What was changed, each with C(topic) and C(uri).
  returned: success, with O(state=exact)
  type: list
  elements: dict
removed:
  description: What was not listed and was removed, each with C(id), C(topic) and C(uri).
  returned: success, with O(state=exact)
  type: list
  elements: dict
api:
  description: The version of the API.
  returned: success
  type: dict
  contains:
    requested:
      description: The version that was asked for.
      type: str
    served:
      description: The version that answered; V(null) when no answer said so.
      type: str
    deprecated:
      description: What was used of the API and is about to go, in the vendor's words.
      type: list
      elements: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(shopify).
      type: str
    operation:
      description: V(webhookSubscriptionCreate), V(webhookSubscriptionUpdate) or V(webhookSubscriptionDelete).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.shopify_shop_info).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (another version of the API answered, or several subscriptions fit), V(auth)
      (the token is dead), V(permission) (an access scope is missing, or C(shop_not_permitted)), V(invalid) (the vendor refused a value),
      V(rate_limited), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: webhookSubscriptions
    kind: refused
    status: null
    code: api_version
    message: 'version 2025-07 of the API was asked for, and 2026-01 answered: 2025-07 is not served any more, or not yet'
    request_id: ''
    retryable: false
    hint: 'Set api_version to one that shopify_shop_info lists as supported'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.webhooks import execute

# What describes one subscription, and not a list of them.
SINGLE = ("topic", "uri", "name", "format", "filter", "include_fields", "metafield_namespaces")
SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "topic": {"type": "str"},
        "uri": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
        "subscriptions": {
            "type": "list",
            "elements": "dict",
            "options": {
                "topic": {"type": "str", "required": True},
                "uri": {"type": "str", "required": True},
                "name": {"type": "str"},
                "format": {"type": "str", "choices": ["JSON", "XML"]},
                "filter": {"type": "str"},
                "include_fields": {"type": "list", "elements": "str"},
                "metafield_namespaces": {"type": "list", "elements": "str"},
            },
        },
        "uri_prefix": {"type": "str"},
        "name": {"type": "str"},
        "format": {"type": "str", "choices": ["JSON", "XML"]},
        "filter": {"type": "str"},
        "include_fields": {"type": "list", "elements": "str"},
        "metafield_namespaces": {"type": "list", "elements": "str"},
    },
    "required_if": [
        ["state", "present", ["topic", "uri"]],
        ["state", "absent", ["topic", "uri"]],
        ["state", "exact", ["subscriptions", "uri_prefix"]],
    ],
    "mutually_exclusive": [[one, other] for one in ("subscriptions", "uri_prefix") for other in SINGLE],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

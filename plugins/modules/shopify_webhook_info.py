#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_webhook_info
short_description: The webhook subscriptions of an app in a Shopify shop
version_added: 0.1.0
description:
  - Lists the subscriptions that the app made through the API, by topic and address.
notes:
  - One request for each 250 subscriptions. With client credentials one more for the token.
  - An empty list does not mean that nothing is delivered. The subscriptions of other apps, those of the app's own configuration file, and
    those made in the shop's admin are not listed.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  topics:
    description:
      - Only these topics, as V(ORDERS_PAID) or V(orders/paid). An empty list for all.
    type: list
    elements: str
    default: []
  uri_prefix:
    description:
      - Only subscriptions whose address begins so.
    type: str
seealso:
  - module: saasops.runbooks.shopify_webhook
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: List what is delivered to the app
  saasops.runbooks.shopify_webhook_info:
    uri_prefix: https://hooks.example.com/
  register: delivered

- name: Stop when paid orders are not delivered
  ansible.builtin.assert:
    that: "'ORDERS_PAID' in delivered.webhooks | map(attribute='topic')"
"""

RETURN = r"""
webhooks:
  description: The subscriptions, by topic and address.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its global id.
      type: str
    topic:
      description: The topic, such as V(ORDERS_PAID).
      type: str
    uri:
      description: Where it delivers.
      type: str
    name:
      description: Its name; empty for none, and before version 2026-04 of the API.
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
    created_at:
      description: When it was made, as ISO 8601.
      type: str
    updated_at:
      description: When it was changed last, as ISO 8601.
      type: str
  sample:
    - id: gid://shopify/WebhookSubscription/1000000002
      topic: ORDERS_PAID
      uri: https://hooks.example.com/shopify
      name: ''
      format: JSON
      filter: ''
      include_fields: []
      metafield_namespaces: []
      api_version: 2026-10
      created_at: '2026-05-05T12:00:00Z'
      updated_at: '2026-05-05T12:00:00Z'
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
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.shopify_shop_info).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (another version of the API answered), V(auth) (the token
      is dead), V(permission) (an access scope is missing, or C(shop_not_permitted)), V(rate_limited), V(timeout), V(vendor_down).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.webhooks import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "topics": {"type": "list", "elements": "str", "default": []},
        "uri_prefix": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

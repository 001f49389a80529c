#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_webhooks."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_webhooks
short_description: Have the webhooks of a component registered as the inventory declares them
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Registers what C(component_webhooks) of the inventory declares, at Shopify or at Stripe. What is missing is made, what differs is corrected, and what
    is not declared is left alone.
  - C(playbooks/restore.yml) runs it after the data are back, since vendors give up receivers that have failed for a while.
notes:
  - Shopify removes a subscription after eight failed deliveries in a row. It is made again.
  - Stripe disables an endpoint that has failed for days. It is enabled again. One that is missing is not made but told as V(fail), for its new signing
    secret has to be brought to the application; M(saasops.runbooks.stripe_webhook_endpoint) makes it.
  - Nothing tells of the events that were lost meanwhile; M(saasops.runbooks.stripe_event_resend) and M(saasops.runbooks.stripe_event_replay) bring those of
    Stripe.
  - One request for each entry when it is so already, and one more for each that is made or changed.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed, and C(component_webhooks), a list.
      - Of a shop each entry has C(topic) and C(uri), and may have C(name), C(format), C(filter), C(include_fields) and C(metafield_namespaces), as
        M(saasops.runbooks.shopify_webhook) takes them.
      - Of a Stripe account each has C(name), C(url) and C(enabled_events), and may have C(description), C(api_version) and C(connect), as
        M(saasops.runbooks.stripe_webhook_endpoint) takes them.
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - For Shopify an access token of the app whose subscriptions they are.
      - When not set, taken from the inventory variable C(shopify_token), else from the environment variable E(SHOPIFY_ACCESS_TOKEN). The same holds for
        the other secrets.
    type: str
  client_secret:
    description: For Shopify the secret of the app, instead of O(token).
    type: str
  api_key:
    description: For Stripe its key.
    type: str
seealso:
  - module: saasops.runbooks.shopify_webhook
  - module: saasops.runbooks.stripe_webhook_endpoint
"""

EXAMPLES = r"""
- name: Paid orders are delivered to the application
  saasops.runbooks.component_webhooks:
    component:
      name: store
      component_vendor: shopify
      shopify_shop: "{{ shopify_shop }}"
      shopify_api_url: "{{ shopify_api_url }}"
      component_webhooks: [{topic: ORDERS_PAID, uri: 'https://hooks.example.com/shopify'}]
"""

RETURN = r"""
verdict: {description: 'V(pass), V(fail) (one is missing that a person has to make), or V(skipped).', returned: success, type: str}
reason: {description: 'How many were as declared, corrected and registered, or which are missing.', returned: success, type: str}
checks:
  description: One row, as M(saasops.runbooks.component_health) returns them, with the name V(webhooks).
  returned: success
  type: list
  elements: dict
webhooks:
  description: What is declared, and what became of it.
  returned: success
  type: dict
  contains:
    component: {description: The component., type: str}
    declared: {description: Whether it declares any., type: bool}
    registered:
      description: 'Each as C({what, result}), with the result V(there), V(corrected), V(registered) or V(missing).'
      type: list
      elements: dict
changes:
  description: Changes sent, or planned in check mode, as C({vendor, operation, target, sends}).
  returned: always
  type: list
  elements: dict
steps: {description: 'Every request, as C({name, ms, status, request_id}).', returned: always, type: list, elements: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.webhooks import WEBHOOKS_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": WEBHOOKS_ARGUMENTS, "supports_check_mode": True}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

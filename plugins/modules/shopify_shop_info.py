#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_shop_info
short_description: A Shopify shop, what the app may do there, and how long its API version is good for
version_added: 0.1.0
description:
  - Tells in one request whether the token works, for which shop and app, which access scopes the app has, and which it asked for and has not.
  - Tells how much of the app's points are used. It is also the quarterly review of the API's version. A version ends a year after its release.
    Nothing fails on that day; another version answers, whose fields may differ.
notes:
  - One request. With client credentials one more for the token.
  - A scope for writing includes the one for reading, and is listed alone.
  - Orders older than 60 days need the scope C(read_all_orders), which the vendor grants on request.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
seealso:
  - name: Shopify API versioning
    description: The vendor's page about versions and what becomes of old ones.
    link: https://shopify.dev/docs/api/usage/versioning
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See whether the token works and what the app may do
  saasops.runbooks.shopify_shop_info:
  register: shop

- name: Stop when a version of the API is about to end, or a scope is missing that this runbook needs
  ansible.builtin.assert:
    that:
      - shop.api.quarters_left > 1
      - "'write_orders' in shop.app.scopes"

- name: Review another version
  saasops.runbooks.shopify_shop_info:
    api_version: 2026-01
    api_version_mismatch: warn
"""

RETURN = r"""
shop:
  description: The shop.
  returned: success
  type: dict
  contains:
    id:
      description: Its global id.
      type: str
    name:
      description: Its name.
      type: str
    domain:
      description: Its domain at Shopify.
      type: str
    primary_domain:
      description: The host that customers see.
      type: str
    email:
      description: The owner's address.
      type: str
    contact_email:
      description: The address that customers see.
      type: str
    currency:
      description: Its currency, three letters.
      type: str
    timezone:
      description: Its time zone, such as V(Europe/Berlin).
      type: str
    plan:
      description: The vendor's name of its plan.
      type: str
    is_plus:
      description: Whether it is on Shopify Plus.
      type: bool
    is_development:
      description: Whether it is a shop for development.
      type: bool
    setup_required:
      description: Whether its owner has yet to finish setting it up.
      type: bool
  sample:
    id: gid://shopify/Shop/70000001
    name: Example Shop
    domain: example-shop.myshopify.com
    primary_domain: shop.example.com
    email: owner@example.com
    contact_email: service@example.com
    currency: EUR
    timezone: Europe/Berlin
    plan: Standard
    is_plus: false
    is_development: false
    setup_required: false
app:
  description: The app whose token was used.
  returned: success
  type: dict
  contains:
    id:
      description: Its global id.
      type: str
    title:
      description: Its name.
      type: str
    handle:
      description: Its name in addresses.
      type: str
    webhook_api_version:
      description: The version in which deliveries are written. It is a setting of the app.
      type: str
    scopes:
      description: What it may do in this shop.
      type: list
      elements: str
    missing_scopes:
      description: What it asked for and was not granted here.
      type: list
      elements: str
  sample:
    id: gid://shopify/App/4100001
    title: Runbooks
    handle: runbooks
    webhook_api_version: 2026-10
    scopes: [read_inventory, read_products, write_customers, write_orders]
    missing_scopes: [read_all_orders]
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
    supported:
      description: The stable versions that are served, oldest first.
      type: list
      elements: str
    newest:
      description: The newest of them.
      type: str
    is_supported:
      description: Whether the requested one is among them.
      type: bool
    quarters_left:
      description: After how many further releases the requested one ends, one with each quarter; 0 when it is not supported.
      type: int
    ends_at:
      description: Until when the requested one is served at least, in seconds since the epoch; V(null) for V(unstable).
      type: float
    days_left:
      description: Whole days until then, 0 when it is over; V(null) for V(unstable).
      type: int
  sample:
    requested: 2026-10
    served: 2026-10
    deprecated: []
    supported: [2026-01, 2026-04, 2026-07, 2026-10]
    newest: 2026-10
    is_supported: true
    quarters_left: 4
    ends_at: 1822348800.0
    days_left: 314
throttle:
  description:
    - How much of the app's points in this shop is used, as the answer of this request says; V(null) when it does not.
    - C(maximum) and C(available) are points, C(restore_rate) is points for each second, C(used_percent) the share that is used.
  returned: success
  type: dict
  sample: {maximum: 2000.0, available: 1990.0, restore_rate: 100.0, used_percent: 0.5}
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
      description: The HTTP status; V(null) when no answer came. Shopify refuses with status 200, too.
      type: int
    request_id:
      description: Shopify's id of the request.
      type: str
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (another version of the API answered), V(auth) (the token
      is dead), V(permission) (an access scope is missing, or C(shop_not_permitted)), V(rate_limited), V(timeout), V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: shop
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.shop_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

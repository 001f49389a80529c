#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_customer_info
short_description: Customers of a Shopify shop, with tags and metafields
version_added: 0.1.0
description:
  - Returns one customer, or all that have certain tags or were changed since a moment. For example, whose membership was changed while the
    deliveries of webhooks failed.
notes:
  - One request for each 250 customers, with metafields for as many as a query may cost. With client credentials one more for the token.
  - A search knows of a change some seconds later. Look a single customer up by its id to see what was just written.
  - A search that the vendor understands only in part is an error, because its answer would hold more than was asked for.
  - The result holds personal data. Set C(no_log=true) where a log must not.
  - Needs the access scope C(read_customers), and the vendor's approval for protected customer data.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  customer:
    description:
      - Which customer. The global id or the number in it, the mail address, or the telephone number with C(+) and country.
    type: str
  tags:
    description:
      - Only customers that have all of these tags.
    type: list
    elements: str
    default: []
  updated_since:
    description:
      - Only customers that were changed at or after this moment, as V(2026-11-20T08:00:00Z), or a day.
    type: str
  metafields:
    description:
      - Which metafields to return too, each as C(namespace.key); up to 25.
    type: list
    elements: str
    default: []
seealso:
  - module: saasops.runbooks.shopify_customer
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: List the members, with their level
  saasops.runbooks.shopify_customer_info:
    tags: [member]
    metafields: [membership.status]
  register: members

- name: Look one customer up
  saasops.runbooks.shopify_customer_info:
    customer: customer-0004@example.com
    metafields: [membership.status]
"""

RETURN = r"""
customers:
  description: The customers, by id.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The customer's global id.
      type: str
    name:
      description: The name, as the vendor shows it.
      type: str
    email:
      description: The mail address. Personal data, as the name is.
      type: str
    state:
      description: Of the account, such as V(ENABLED), V(DISABLED) or V(INVITED).
      type: str
    tags:
      description: The tags, sorted.
      type: list
      elements: str
    metafields:
      description: The metafields that the task names and the customer has, their values by C(namespace.key).
      type: dict
    updated_at:
      description: When the customer was changed last, as ISO 8601.
      type: str
  sample:
    - id: gid://shopify/Customer/7000000004
      name: Customer 0004
      email: customer-0004@example.com
      state: DISABLED
      tags: [Member]
      metafields:
        membership.status: '{"level": "silver", "since": 2024}'
      updated_at: '2026-11-20T08:00:00Z'
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
    operation: customers
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.customers import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "customer": {"type": "str"},
        "tags": {"type": "list", "elements": "str", "default": []},
        "updated_since": {"type": "str"},
        "metafields": {"type": "list", "elements": "str", "default": []},
    },
    "mutually_exclusive": [("customer", "tags"), ("customer", "updated_since")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

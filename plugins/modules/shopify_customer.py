#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_customer
short_description: Tags and metafields of a customer of a Shopify shop
version_added: 0.1.0
description:
  - States which tags and metafields a customer has, and has not. That is where apps keep who is a member, and of what.
  - What the task does not name is left as it is. The customer has to exist.
notes:
  - One request when it is so already, one more for each kind of change. With client credentials one more for the token.
  - Tags do not tell upper from lower case. One that is there in other letters is there.
  - A metafield is written only over the value that was read. When somebody else changes it in between, the task fails with the kind
    V(conflict), and the same task can be run again.
  - Searches, such as those of M(saasops.runbooks.shopify_customer_info), know of a change some seconds later.
  - A change whose answer was lost is looked for before it is sent again.
  - Needs the access scope C(write_customers), and the vendor's approval for protected customer data.
  - Facts rest on the vendor's GraphQL Admin API, versions 2026-01 to 2026-10.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
options:
  customer:
    description:
      - Which customer. The global id or the number in it, the mail address, or the telephone number with C(+) and country.
    type: str
    required: true
  tags:
    description:
      - Tags that the customer shall have. Without commas, up to 255 characters each.
    type: list
    elements: str
    default: []
  absent_tags:
    description:
      - Tags that the customer shall not have.
    type: list
    elements: str
    default: []
  metafields:
    description:
      - Metafields that the customer shall have, with these values; up to 25.
    type: list
    elements: dict
    default: []
    suboptions:
      namespace:
        description: The namespace, at least two letters, digits, C(-) or C(_).
        type: str
        required: true
      key:
        description: The key within the namespace.
        type: str
        required: true
      type:
        description:
          - The vendor's type, such as V(json) or V(single_line_text_field). It cannot be changed.
          - When not set, that of the metafield that is there, or of its definition.
        type: str
      value:
        description: The value as text. Write data as C(to_json) does; it is compared as data.
        type: str
        required: true
  absent_metafields:
    description:
      - Metafields that the customer shall not have; up to 25. What one holds is lost, so that O(allow=destroy) is needed when it is there.
    type: list
    elements: dict
    default: []
    suboptions:
      namespace:
        description: The namespace, at least two letters, digits, C(-) or C(_).
        type: str
        required: true
      key:
        description: The key within the namespace.
        type: str
        required: true
seealso:
  - module: saasops.runbooks.shopify_customer_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: A customer becomes a member
  saasops.runbooks.shopify_customer:
    customer: customer-0001@example.com
    tags: [member]
    absent_tags: [trial]
    metafields:
      - namespace: membership
        key: status
        type: json
        value: "{{ {'level': 'silver', 'since': 2026} | to_json }}"

- name: And ceases to be one
  saasops.runbooks.shopify_customer:
    customer: customer-0001@example.com
    absent_tags: [member]
    absent_metafields:
      - namespace: membership
        key: status
    allow: destroy
"""

RETURN = r"""
customer:
  description: The customer as it now is. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    id:
      description: The customer's global id.
      type: str
    tags:
      description: The tags, sorted.
      type: list
      elements: str
    metafields:
      description: The metafields that the task names and the customer has, their values by C(namespace.key).
      type: dict
  sample:
    id: gid://shopify/Customer/7000000001
    tags: [member]
    metafields:
      membership.status: '{"level": "silver", "since": 2026}'
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
      description: V(tagsAdd), V(tagsRemove), V(metafieldsSet) or V(metafieldsDelete).
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
    - Why the task failed. C(kind) is for example V(refused) (another version of the API answered, or a value would be lost without
      C(allow=destroy)), V(not_found) (there is no such customer), V(conflict) (somebody else changed the metafield meanwhile), V(auth)
      (the token is dead), V(permission) (an access scope is missing), V(invalid) (the vendor refused a value), V(rate_limited),
      V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: customerByIdentifier
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.customers import execute

_METAFIELD: dict[str, t.Any] = {"namespace": {"type": "str", "required": True}, "key": {"type": "str", "required": True, "no_log": False}}
_HELD: dict[str, t.Any] = {**_METAFIELD, "type": {"type": "str"}, "value": {"type": "str", "required": True}}
SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "customer": {"type": "str", "required": True},
        "tags": {"type": "list", "elements": "str", "default": []},
        "absent_tags": {"type": "list", "elements": "str", "default": []},
        "metafields": {"type": "list", "elements": "dict", "default": [], "options": _HELD},
        "absent_metafields": {"type": "list", "elements": "dict", "default": [], "options": _METAFIELD},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

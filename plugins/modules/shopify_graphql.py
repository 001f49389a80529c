#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: shopify_graphql
short_description: Ask a Shopify shop anything that its GraphQL API answers
version_added: 0.1.0
description:
  - Sends one query or mutation of your own, with its variables, and returns the data. For what no other module of this collection does.
  - A mutation needs O(changes=true), is not sent in check mode, and runs each time that the task runs. Each list of errors in its answer whose
    name ends in C(userErrors) or C(UserErrors) fails the task, at any depth, so a mutation that does not ask for them is refused.
notes:
  - One request, or with O(paginate) one for each page. With client credentials one more for the token.
  - A mutation whose answer is lost is never sent again, because nothing tells whether it was made. The task then fails with the kind V(unknown).
    For mutations that take it, write C(@idempotent(key)) with a key of your own, and run the task again.
  - Mutations whose names say that something is lost (such as C(Delete), C(Cancel), C(Erasure), C(Revoke), C(Merge)) need O(allow=destroy).
  - A search of which the vendor ignores a part is an error, because its answer would hold more than was asked for.
  - The data is returned as the vendor gives it, and may hold personal data. Set C(no_log=true) where a log must not. Variables are shown by C(-vvv).
  - What a query costs bounds it. The task waits until the app's points suffice.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.shopify
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_shopify
attributes:
  idempotent:
    support: none
    details: A mutation has no state that could be compared. It runs each time. A query changes nothing.
options:
  query:
    description:
      - The document. Shopify's GraphiQL app helps to write it.
    type: str
    required: true
  operation:
    description:
      - Which operation of the document, when it holds several.
    type: str
  variables:
    description:
      - Values of its variables.
    type: dict
    default: {}
  changes:
    description:
      - Says that the operation is a mutation.
    type: bool
    default: false
  paginate:
    description:
      - The way to one connection of a query, such as V(orders) or V(customer.orders). All of its pages are read, and the C(nodes) of all of them returned
        in the first one's place. The query must have the variable C($after), and ask for C(nodes) and for C(pageInfo { hasNextPage endCursor }).
    type: str
seealso:
  - module: saasops.runbooks.shopify_order_info
  - name: GraphQL Admin API
    description: The vendor's reference.
    link: https://shopify.dev/docs/api/admin-graphql
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: The names of all products
  saasops.runbooks.shopify_graphql:
    query: |
      query Products($after: String) {
        products(first: 100, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } }
      }
    paginate: products
  register: products

- name: Set a count right
  saasops.runbooks.shopify_graphql:
    changes: true
    query: |
      mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
        inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { field message code } }
      }
    variables:
      key: "count-2026-11-20"
      input:
        name: available
        reason: correction
        quantities:
          - inventoryItemId: gid://shopify/InventoryItem/4100000010
            locationId: gid://shopify/Location/2000000001
            quantity: 41
            changeFromQuantity: null
"""

RETURN = r"""
data:
  description: The answer's data. For a mutation in check mode, C({"known_after":"<name>"}).
  returned: success
  type: dict
  sample: {products: {nodes: [{id: gid://shopify/Product/3000000000, title: Product 000}], pageInfo: {hasNextPage: false, endCursor: c39}}}
operation:
  description: What was sent, or in check mode would be sent.
  returned: success
  type: dict
  contains:
    name:
      description: The operation's name; V(unnamed) where it has none.
      type: str
    type:
      description: V(query) or V(mutation).
      type: str
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
      description: The mutation's name.
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
    - Why the task failed. C(kind) is for example V(invalid) (the document, its variables, or what the mutation was given), V(conflict), V(not_found),
      V(refused) (C(code) is V(changes), V(user_errors), V(allow) or V(api_version)), V(permission), V(protocol) (the version of the API does not know what
      was asked for), V(unknown) (a mutation was sent, and no answer came), V(auth), V(rate_limited), V(timeout), V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: shopify
    operation: SetStock
    kind: invalid
    status: 200
    code: INVALID_LOCATION
    message: 'input.quantities.0.locationId: The specified location could not be found.'
    request_id: ''
    retryable: false
    hint: Check the values that were given
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import SHOPIFY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.graphql import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SHOPIFY_ARGUMENTS,
        "query": {"type": "str", "required": True},
        "operation": {"type": "str"},
        "variables": {"type": "dict", "default": {}},
        "changes": {"type": "bool", "default": False},
        "paginate": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_table_info
short_description: List the tables of a Convex deployment and how many rows each has
version_added: 0.1.0
description:
  - Lists the app's own tables, and counts their rows.
notes:
  - One request for the names, and one for each table whose rows are counted by O(count=size).
  - The deploy key needs the permission C(deployment:data:view).
  - Works while the deployment is paused, too. Rows that are written meanwhile may be counted or not.
  - Uses system queries that Convex's own client uses. Facts rest on that client and on the open-source backend.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.convex
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_convex
options:
  tables:
    description:
      - Only these tables. One that does not exist is an error.
      - When empty, all of them.
    type: list
    elements: str
    default: []
  count:
    description:
      - How rows are counted. V(size) takes Convex's own count, V(pages) walks through all rows (one request for each thousand, and
        database bandwidth for all of them), V(none) counts nothing.
    type: str
    choices: [size, pages, none]
    default: size
seealso:
  - module: saasops.runbooks.convex_function
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Count the rows of all tables
  saasops.runbooks.convex_table_info:
  register: counted

- name: Show them
  ansible.builtin.debug:
    msg: "{{ counted.tables | items2dict(key_name='name', value_name='rows') }}"
"""

RETURN = r"""
tables:
  description: The tables, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The table's name.
      type: str
    rows:
      description: How many rows it has; V(null) with O(count=none).
      type: int
  sample:
    - name: orders
      rows: 120
total:
  description: The rows of these tables together; V(null) with O(count=none).
  returned: success
  type: int
  sample: 120
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(not_found) (there is no such table), V(auth), V(permission), V(rate_limited), V(timeout),
      V(vendor_down) or V(protocol) (the answer is not what Convex documents, or a list never ends).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: ''
    kind: not_found
    status: null
    code: ''
    message: there is no table order in happy-animal-123
    request_id: ''
    retryable: false
    hint: 'Near or other names here, orders'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.tables import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "tables": {"type": "list", "elements": "str", "default": []},
        "count": {"type": "str", "choices": ["size", "pages", "none"], "default": "size"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

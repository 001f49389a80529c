#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_global_config_item_info
short_description: Read the items of a Global Config of a Vercel team
version_added: 0.1.0
description:
  - Reads the items of one Global Config (Edge Config until 2026).
notes:
  - One request, two when O(config) is a slug, one more where Vercel knows only the former address of Edge Config.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel.account
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  config:
    description:
      - The Global Config, by its C(ecfg_) id or its slug.
    type: str
    required: true
  keys:
    description:
      - Only these keys. One that is not there is simply not returned.
    type: list
    elements: str
seealso:
  - module: saasops.runbooks.vercel_global_config_item
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See whether the maintenance page is shown
  saasops.runbooks.vercel_global_config_item_info:
    team: example-team
    config: shop-flags
    keys: [maintenance]
  register: flags

- name: Say so
  ansible.builtin.debug:
    msg: "{{ 'in maintenance' if flags.config_items.maintenance else 'open' }}"
"""

RETURN = r"""
config_id:
  description: The id of the Global Config.
  returned: success
  type: str
  sample: ecfg_x3k9q2m7t1w8z5c4v6b0n2
config_items:
  description: The values by their keys.
  returned: success
  type: dict
  sample:
    maintenance: false
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: ''
    kind: not_found
    status: null
    code: ''
    message: there is no Global Config 'shop-flgs'
    request_id: ''
    retryable: false
    hint: 'Near or other names here: shop-flags'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import ACCOUNT_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.global_config_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **ACCOUNT_ARGUMENTS,
        "config": {"type": "str", "required": True},
        "keys": {"type": "list", "elements": "str", "no_log": False},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

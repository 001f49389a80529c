#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_global_config_item
short_description: Say which items a Global Config of a Vercel team has
version_added: 0.1.0
description:
  - States items of one Global Config (Edge Config until 2026), all in one task and one change. Items that are not named stay as they are.
  - Applications read such items at the edge, so that a maintenance page or a feature can be switched without a deployment. The application
    must be made for it.
notes:
  - What is written can be read at once through the API. The edge sees it within seconds.
  - Requests are one list of items, one more when O(config) is a slug, and when something differs one change and one look whether it holds.
  - Where Vercel does not know the address of Global Config (404 or 410), the former one of Edge Config is used, which costs one request more.
  - Items are shown in results and differences, so they are no place for secrets.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel.account
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  config:
    description:
      - The Global Config, by its C(ecfg_) id or its slug.
    type: str
    required: true
  items:
    description:
      - Keys and their values, which may be anything that JSON knows. A key has letters, digits, C(_) and C(-), at most 256.
    type: dict
  absent:
    description:
      - Keys that shall not be there.
    type: list
    elements: str
seealso:
  - module: saasops.runbooks.vercel_global_config_item_info
  - name: Vercel Global Config
    description: What Vercel says about it.
    link: https://vercel.com/docs/edge-config
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Show the maintenance page
  saasops.runbooks.vercel_global_config_item:
    team: example-team
    config: shop-flags
    items:
      maintenance: true

- name: Back to normal, with a word to the visitors, and without an old flag
  saasops.runbooks.vercel_global_config_item:
    team: example-team
    config: shop-flags
    items:
      maintenance: false
      banner:
        text: We are back
        until: "2026-12-01"
    absent: [old_checkout]
"""

RETURN = r"""
config_id:
  description: The id of the Global Config.
  returned: success
  type: str
  sample: ecfg_x3k9q2m7t1w8z5c4v6b0n2
config_items:
  description: The wanted items as they are now. In check mode, as they would be.
  returned: success
  type: dict
  sample:
    maintenance: true
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(vercel).
      type: str
    operation:
      description: V(patch_global_config_items) or V(patch_edge_config_items).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent, keyed with the token.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(conflict), V(plan), V(failed) (it was accepted
      and does not hold), V(timeout), V(vendor_down), or V(unknown).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import ACCOUNT_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.global_config import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **ACCOUNT_ARGUMENTS,
        "config": {"type": "str", "required": True},
        "items": {"type": "dict"},
        "absent": {"type": "list", "elements": "str"},
    },
    "required_one_of": [("items", "absent")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

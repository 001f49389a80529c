#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_env
short_description: Environment variables of a Convex deployment
version_added: 0.1.0
description:
  - States what the named environment variables of a deployment are, and which are not there. All others are left alone.
  - Only what really differs is sent, in one batch that takes effect as a whole, with the next function run. An update makes every live
    query of the app run again, so nothing is sent that does not differ.
  - Values never appear in results, diffs or messages. Where they can be compared, they are shown as keyed fingerprints, which are equal for
    equal values seen with the same deploy key.
  - A variable that C(auth.config.ts), an HTTP route or a cron definition reads is evaluated when code is pushed. Set it before you deploy.
notes:
  - One request when nothing differs, two otherwise.
  - The deploy key needs the permissions C(deployment:env:view) and C(deployment:env:write). Keys made for CI often lack them.
  - Convex warns that values which it takes for secret may one day be left out of its list. Such a variable would then be set each time.
  - Uses Convex's deployment platform API. Facts rest on its OpenAPI document and on the open-source backend.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
options:
  variables:
    description:
      - Names and values. A value is text; whole numbers are written as they are. V(true), V(null) and V(1.10) must be put in quotes,
        because how they would be written is not for the module to guess.
      - A value may have at most 8 KiB. Names are letters, digits and C(_), and begin with a letter.
    type: dict
    default: {}
  absent:
    description:
      - Names of variables that shall not be there. Their values are lost.
    type: list
    elements: str
    default: []
seealso:
  - module: saasops.runbooks.convex_env_info
  - name: Convex deployment platform API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.convex.dev/deployment-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Set two variables
  saasops.runbooks.convex_env:
    variables:
      FEATURE_CHECKOUT: "on"
      RATE_LIMIT_MAX: "100"

- name: Take one away again
  saasops.runbooks.convex_env:
    absent:
      - FEATURE_CHECKOUT

- name: See what a change would be, without making it
  saasops.runbooks.convex_env:
    variables:
      RATE_LIMIT_MAX: "200"
  check_mode: true
  diff: true
"""

RETURN = r"""
env:
  description: What was done, or in check mode would be done.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name; empty when neither the key nor O(deployment) tells it.
      type: str
    set:
      description: Variables that were made or got another value.
      type: list
      elements: str
    removed:
      description: Variables that were taken away.
      type: list
      elements: str
    fingerprints:
      description: Keyed fingerprints of the named variables as they now are.
      type: dict
  sample:
    deployment: happy-animal-123
    set: [RATE_LIMIT_MAX]
    removed: [FEATURE_CHECKOUT]
    fingerprints: {RATE_LIMIT_MAX: 5b1f0e6a7c9d2e43}
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(convex).
      type: str
    operation:
      description: V(update_environment_variables).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(invalid) (a name or value that cannot be), V(auth) (the key is cut off, dead, or of
      another deployment), V(permission), V(rate_limited), V(timeout), V(vendor_down), V(protocol), or V(unknown) (it was sent, and neither
      its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: list_environment_variables
    kind: permission
    status: 403
    code: 'Forbidden'
    message: You do not have permission to perform this operation (deployment:env:view).
    request_id: ''
    retryable: false
    hint: 'Make a deploy key that has the permission deployment:env:view'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.environment import execute

# Some of its values are secret.
HIDDEN = ("variables",)
SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "variables": {"type": "dict", "default": {}},
        "absent": {"type": "list", "elements": "str", "default": []},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()

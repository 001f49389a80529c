#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_env_info
short_description: List the environment variables of a Convex deployment
version_added: 0.1.0
description:
  - Lists the names of a deployment's environment variables with keyed fingerprints of their values, and the values only when asked to.
notes:
  - One request.
  - The deploy key needs the permission C(deployment:env:view).
  - Uses Convex's deployment platform API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.convex
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_convex
options:
  values:
    description:
      - Return the values too, for example to keep them beside a backup, which does not hold them.
      - They are secrets, so the task is refused unless it has C(no_log=true).
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.convex_env
  - name: Convex deployment platform API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.convex.dev/deployment-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See which variables there are
  saasops.runbooks.convex_env_info:
  register: listed

- name: Show their names
  ansible.builtin.debug:
    var: listed.env.names

- name: Read the values, to keep them beside a backup
  saasops.runbooks.convex_env_info:
    values: true
  register: with_values
  no_log: true
"""

RETURN = r"""
env:
  description: The variables.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name; empty when neither the key nor O(deployment) tells it.
      type: str
    names:
      description: The names, sorted.
      type: list
      elements: str
    fingerprints:
      description: Keyed fingerprints of the values, equal for equal values seen with the same deploy key.
      type: dict
    variables:
      description: Names and values.
      returned: when O(values=true)
      type: dict
  sample:
    deployment: happy-animal-123
    names: [RATE_LIMIT_MAX]
    fingerprints: {RATE_LIMIT_MAX: 5b1f0e6a7c9d2e43}
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (values without C(no_log)), V(auth), V(permission), V(rate_limited), V(timeout),
      V(vendor_down) or V(protocol) (the answer is not what Convex documents).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.environment import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **CONVEX_ARGUMENTS, "values": {"type": "bool", "default": False}},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_deploy_key_info
short_description: List the deploy keys of a Convex deployment
version_added: 0.1.0
description:
  - Lists the deploy keys of a deployment with what each may do and when it was last used. Their values are not known to anybody but
    those who hold them.
notes:
  - One request.
  - A deploy key cannot list keys. A token of the team or of a person is needed.
  - Uses Convex's management API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.convex.management
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_convex
seealso:
  - module: saasops.runbooks.convex_deploy_key
  - name: Convex management API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.convex.dev/management-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See which deploy keys there are
  saasops.runbooks.convex_deploy_key_info:
  register: found

- name: Show those that nobody has used yet
  ansible.builtin.debug:
    msg: "{{ found.deploy_keys | selectattr('last_used_at', 'none') | map(attribute='name') }}"
"""

RETURN = r"""
deploy_keys:
  description: The keys, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The key's id.
      type: int
    name:
      description: Its name.
      type: str
    created_at:
      description: When it was made, in seconds since the epoch.
      type: float
    last_used_at:
      description: When it was last used, in seconds since the epoch; V(null) when it never was.
      type: float
    expires_at:
      description: When it ends, in seconds since the epoch; V(null) when it does not.
      type: float
    creator:
      description: Id of the member who made it.
      type: int
    permissions:
      description: What it may do.
      type: list
      elements: str
  sample:
    - id: 7002
      name: ci
      created_at: 1769223720.0
      last_used_at: null
      expires_at: null
      creator: 71
      permissions: ['deployment:deploy']
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(not_found) (there is no such deployment), V(auth), V(permission), V(rate_limited),
      V(timeout), V(vendor_down) or V(protocol) (the answer is not what Convex documents).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: list_deploy_keys
    kind: not_found
    status: 404
    code: 'DeploymentNotFound'
    message: there is no deployment happy-animal-124 that this token sees
    request_id: ''
    retryable: false
    hint: 'Near or other names here, happy-animal-123'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.deploy_keys import execute_info as execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.management import MANAGEMENT_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **MANAGEMENT_ARGUMENTS},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

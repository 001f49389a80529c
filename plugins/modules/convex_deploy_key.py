#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_deploy_key
short_description: Deploy keys of a Convex deployment
version_added: 0.1.0
description:
  - States by name which deploy key a deployment has, or has not.
  - The value of a key is returned by the task that makes it, and by none after it. The task is refused unless it has C(no_log=true), so
    that the value is not shown. Register the result, and store the value at once.
  - What a key may do cannot be changed. A key of the name that has other permissions is an error.
  - To replace a key, make one of another name, store it, see with M(saasops.runbooks.convex_deployment_info) that it works, and then
    delete the old one. M(saasops.runbooks.convex_deploy_key_info) tells whether the old one is still in use.
notes:
  - One request when it is so already, two otherwise.
  - When the answer that holds a new key is lost, that key is deleted, because nobody knows it, and another one is made.
  - A deploy key cannot manage keys. A token of the team or of a person is needed. A team's token acts as the member who made it, so make
    it as a member of its own for automation.
  - Uses Convex's management API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex.management
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
options:
  name:
    description:
      - The key's name, unique in the deployment. Say who uses it and since when.
    type: str
    required: true
  state:
    description:
      - Whether there shall be such a key. V(absent) deletes it, and whoever still uses it is refused from then on.
    type: str
    choices: [present, absent]
    default: present
  permissions:
    description:
      - What the key may do, for example V(deployment:deploy). When not set, a new key may do everything.
    type: list
    elements: str
    choices:
      - deployment:deploy
      - deployment:env:view
      - deployment:env:write
      - deployment:pause
      - deployment:unpause
      - deployment:logs:view
      - deployment:metrics:view
      - deployment:integrations:view
      - deployment:integrations:write
      - deployment:data:view
      - deployment:data:write
      - deployment:backups:view
      - deployment:backups:create
      - deployment:backups:download
      - deployment:backups:delete
      - deployment:backups:import
      - deployment:functions:actAsUser
      - deployment:functions:runInternalQueries
      - deployment:functions:runInternalMutations
      - deployment:functions:runInternalActions
      - deployment:functions:runTestQuery
      - deployment:auditLog:view
      - deployment:usageLimits:view
      - deployment:usageLimits:write
      - deployment:usage:view
  lifetime:
    description:
      - How long a new key lives, at least V(30m). Durations are seconds, or such as V(90s), V(15m), V(24h), V(7d).
      - When not set, it lives until it is deleted. The end of a key that is there is not compared.
    type: str
seealso:
  - module: saasops.runbooks.convex_deploy_key_info
  - name: Convex management API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.convex.dev/management-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Make a key that may deploy and nothing else
  saasops.runbooks.convex_deploy_key:
    name: ci-2026-11
    permissions:
      - deployment:deploy
    lifetime: 90d
  register: made
  no_log: true

- name: See that it works
  saasops.runbooks.convex_deployment_info:
    deploy_key: "{{ made.deploy_key.value }}"

- name: Delete the key that it replaces
  saasops.runbooks.convex_deploy_key:
    name: ci
    state: absent
"""

RETURN = r"""
deploy_key:
  description: The key as it now is. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name.
      type: str
    name:
      description: The key's name.
      type: str
    state:
      description: V(present) or V(absent).
      type: str
    made:
      description: Whether this task made it.
      type: bool
    value:
      description:
        - The whole key, when this task made it, else V(null). In check mode C({"known_after":"create_deploy_key"}).
      type: str
  sample:
    deployment: happy-animal-123
    name: ci-2026-11
    state: present
    made: true
    value: prod:happy-animal-123|example
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
      description: V(create_deploy_key) or V(delete_deploy_key).
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
    - Why the task failed. C(kind) is for example V(refused) (the result would be shown, or the key has other permissions), V(not_found)
      (there is no such deployment), V(auth), V(permission), V(rate_limited), V(timeout), V(vendor_down), or V(unknown) (it was sent, and
      neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: ''
    kind: refused
    status: null
    code: 'no_log'
    message: the result of this task would show the new deploy key
    request_id: ''
    retryable: false
    hint: 'Set no_log to true on the task, and register its result'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.deploy_keys import PERMISSIONS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.management import MANAGEMENT_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **MANAGEMENT_ARGUMENTS,
        "name": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "permissions": {"type": "list", "elements": "str", "choices": list(PERMISSIONS)},
        "lifetime": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

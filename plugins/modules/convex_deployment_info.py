#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_deployment_info
short_description: Tell what a Convex deployment is, whether it runs, and what the deploy key may do
version_added: 0.1.0
description:
  - Tells whether a deployment runs, which project it belongs to, its addresses, and what this deploy key may do in it.
  - Use it before a longer procedure, to see that the key is alive, belongs here, and may do what will be needed.
notes:
  - Five requests.
  - A value that the key may not see is V(null). C(kind), C(type), C(reference), C(project), C(project_id) and C(team_id) need the
    permission C(deployment:data:view).
  - Uses Convex's deployment platform API, and system queries that Convex's dashboard uses. Facts rest on its OpenAPI document and on
    the open-source backend.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.convex
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_convex
seealso:
  - module: saasops.runbooks.convex_deployment
  - name: Convex deployment platform API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.convex.dev/deployment-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what this key is for
  saasops.runbooks.convex_deployment_info:
  register: found

- name: Go on only with a key that may make backups of this production
  ansible.builtin.assert:
    that:
      - found.deployment.type == 'prod'
      - found.deployment.state == 'running'
      - "'deployment:backups:create' in found.deployment.key.permissions"
"""

RETURN = r"""
deployment:
  description: The deployment.
  returned: success
  type: dict
  contains:
    name:
      description: Its name; empty when neither the key nor O(deployment) tells it.
      type: str
    url:
      description: The address that was asked.
      type: str
    state:
      description: V(running), V(paused) or V(stopped) (by Convex itself); V(unknown) when Convex says a word that is not known.
      type: str
    system:
      description: Whether Convex has stopped it, V(none), V(disabled) or V(suspended).
      type: str
    usage_limit:
      description: Whether a usage limit has stopped it, V(none) or V(disabled).
      type: str
    user:
      description: Whether somebody has paused it, V(none) or V(paused).
      type: str
    kind:
      description: V(cloud) or V(selfHosted).
      type: str
    type:
      description: V(prod), V(dev), V(preview) or V(custom); V(null) when it is self-hosted.
      type: str
    reference:
      description: What the project calls it.
      type: str
    project:
      description: Slug of its project.
      type: str
    project_id:
      description: Id of its project.
      type: int
    team_id:
      description: Id of its team.
      type: int
    canonical_url:
      description: The address that its clients use, which may be a custom domain.
      type: str
    site_url:
      description: The address of its HTTP actions.
      type: str
    version:
      description: Version of the Convex library that its code was last pushed with.
      type: str
    key:
      description: What this deploy key may do, C(permissions) as a sorted list, and whether it is C(read_only).
      type: dict
  sample:
    name: happy-animal-123
    url: https://happy-animal-123.convex.cloud
    state: running
    system: none
    usage_limit: none
    user: none
    kind: cloud
    type: prod
    reference: production
    project: shop
    project_id: 4711
    team_id: 42
    canonical_url: https://happy-animal-123.convex.cloud
    site_url: https://happy-animal-123.convex.site
    version: 1.48.0
    key:
      permissions: ['deployment:deploy', 'deployment:env:view']
      read_only: false
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth) (the key is cut off, dead, or of another deployment), V(refused) (it is another
      deployment than O(deployment)), V(rate_limited), V(timeout), V(vendor_down) or V(protocol) (the answer is not what Convex documents).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: check_admin_key
    kind: auth
    status: 403
    code: 'BadDeployKey'
    message: The provided deploy key is for another deployment.
    request_id: ''
    retryable: false
    hint: 'Check that the deploy key and the option url belong to the same deployment'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.deployment import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **CONVEX_ARGUMENTS},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

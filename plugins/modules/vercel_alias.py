#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_alias
short_description: Say which deployment of a Vercel project an alias points to
version_added: 0.1.0
description:
  - Points a host name to one deployment, or removes it. It stays there until it is moved, whatever is deployed later.
  - The production domains of a project are refused. They are moved with M(saasops.runbooks.vercel_production), which Vercel and this
    collection then know of.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
  - The domain must be one that the team has at Vercel, or one below C(vercel.app).
  - Requests. 2 when it is so already and the deployment is named by its id, 6 to point it to another one by id (5 by tag or commit), 3 to
    remove it.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  alias:
    description:
      - The host name, in lower case and without C(https://).
    type: str
    required: true
  deployment:
    description:
      - The deployment that it points to, by its id, its address, its tag, or at least 7 characters of its commit. Needed with
        O(state=present).
    type: str
  state:
    description:
      - V(present), the alias points to O(deployment).
      - V(absent), there is no such alias. Nothing answers at that name then.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: saasops.runbooks.vercel_production
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Show the work on a branch under a name of its own
  saasops.runbooks.vercel_alias:
    team: example-team
    project: hydrogen
    alias: next.example.com
    deployment: 1aa787f

- name: Take the name away
  saasops.runbooks.vercel_alias:
    team: example-team
    project: hydrogen
    alias: next.example.com
    state: absent
"""

RETURN = r"""
alias:
  description: The alias as it is now, in check mode as it would be; V(null) when there is none.
  returned: success
  type: dict
  contains:
    alias:
      description: The host name.
      type: str
    id:
      description: Vercel's id of the alias. C({"known_after":"assign_alias"}) in check mode for one that is new.
      type: str
    deployment:
      description: Id of the deployment that it points to.
      type: str
    project_id:
      description: The project that it belongs to.
      type: str
  sample:
    alias: next.example.com
    id: 2WjyKQmM8ZnGcJsPWMrHRHrE
    deployment: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
    project_id: prj_8dK2mQ4vXc6nRw1sTz9pLh3bGf7y
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
      description: V(assign_alias) or V(delete_alias).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(plan), V(conflict), V(refused) (C(code) is
      V(production), V(other_project) or V(not_ready)), V(timeout), V(vendor_down), or V(unknown) (it was sent, and
      neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: get_project
    kind: not_found
    status: 404
    code: not_found
    message: there is no project hydrogem (Vercel, team example-team)
    request_id: cpt1::example-1763521320000-0123456789ab
    retryable: false
    hint: 'Near or other names here: hydrogen'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.alias import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "alias": {"type": "str", "required": True},
        "deployment": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    "required_if": [("state", "present", ("deployment",))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_env_info
short_description: List the environment variables of a Vercel project
version_added: 0.1.0
description:
  - Lists the environment variables of one project as Vercel stores them, where they hold, and how they are kept. Values are returned only
    when asked for.
notes:
  - One request, one more when a variable is for a custom environment, and with O(values=true) one more for each value that the list
    leaves encrypted.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  keys:
    description:
      - Only variables of these names. A name that is not there is simply not listed.
    type: list
    elements: str
  target:
    description:
      - Only variables that hold for this target.
    type: str
    choices: [production, preview, development]
  values:
    description:
      - Return values too, those of sensitive variables excepted, which Vercel shows to nobody.
      - Refused unless the task has C(no_log=true).
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.vercel_env
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See which variables production builds get
  saasops.runbooks.vercel_env_info:
    team: example-team
    project: hydrogen
    target: production
  register: found

- name: Show those that anybody in the team can read
  ansible.builtin.debug:
    msg: "{{ found.variables | rejectattr('type', 'equalto', 'sensitive') | map(attribute='key') }}"

- name: Read one value
  saasops.runbooks.vercel_env_info:
    team: example-team
    project: hydrogen
    keys: [PUBLIC_API_URL]
    values: true
  no_log: true
  register: address
"""

RETURN = r"""
variables:
  description: The variables, by key.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Vercel's id.
      type: str
    key:
      description: Its name.
      type: str
    type:
      description: How Vercel keeps it, such as V(plain), V(encrypted), V(sensitive) or V(system).
      type: str
    target:
      description: The targets that it holds for.
      type: list
      elements: str
    git_branch:
      description: The git branch that it holds for; V(null) for all.
      type: str
    custom_environments:
      description: The custom environments that it holds for, by name.
      type: list
      elements: str
    comment:
      description: Its comment, without the mark of M(saasops.runbooks.vercel_env).
      type: str
    mark:
      description: What M(saasops.runbooks.vercel_env) told its value by, as C(hash:...) or C(version:...); V(null) when it did not.
      type: str
    managed_by:
      description: Who else manages it; V(null) when nobody does.
      type: str
    updated_at:
      description: When it was last changed, in seconds since the epoch.
      type: float
    value:
      description: Its value; V(null) for a sensitive one.
      returned: O(values=true)
      type: str
  sample:
    - id: Xk3pQ9sVt2LmYb7w
      key: PAYMENT_KEY
      type: sensitive
      target: [production]
      git_branch: null
      custom_environments: []
      comment: ''
      mark: version:2026-11
      managed_by: null
      updated_at: 1763521320.0
hidden_production:
  description: How many variables for production are not shown to this token.
  returned: success
  type: int
  sample: 0
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth) (also when Vercel wants a person to confirm at a browser), V(permission), V(not_found),
      V(refused) (values are asked for, and the task does not hide its result), V(rate_limited), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: filter_project_envs
    kind: not_found
    status: 404
    code: not_found
    message: there is no project hydrogem (Vercel, team example-team)
    request_id: cpt1::example-1763521320000-0123456789ab
    retryable: false
    hint: 'Near or other names here: hydrogen'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.env_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "keys": {"type": "list", "elements": "str", "no_log": False},
        "target": {"type": "str", "choices": ["production", "preview", "development"]},
        "values": {"type": "bool", "default": False},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

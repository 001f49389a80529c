#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_variables_info
short_description: List the variables of a Railway service
version_added: 0.1.0
description:
  - Lists the variables of one service in one environment, or the shared variables of an environment, by name. Says of each whether it is
    sealed and what it refers to, and gives a fingerprint of its value.
  - Values are returned on request only, and only to a task that has C(no_log=true).
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of variables.
  - "Requests: one to resolve the names and one to read; one more for each further hundred variables of the environment, and for
    O(values=rendered) as many again."
  - Variables that Railway gives to every container (C(RAILWAY_*)) are not listed.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.railway
  - saasops.runbooks.railway.optional_service
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options:
  service:
    description:
      - Name or id of the service. Railway does not keep names unique; when two services share one, the id is needed.
      - Required unless O(shared=true).
    type: str
  shared:
    description:
      - The shared variables of the environment are meant. O(service) is then not used.
    type: bool
    default: false
  values:
    description:
      - V(none), no values.
      - V(stored), values as they were written, with references such as C(${{shared.HOST}}). Refused unless the task has C(no_log=true).
      - V(rendered), values as a deployment would get them. Refused unless the task has C(no_log=true).
    type: str
    choices: [none, stored, rendered]
    default: none
seealso:
  - module: saasops.runbooks.railway_variables
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See which variables the service has
  saasops.runbooks.railway_variables_info:
    project: example
    environment: production
    service: api
  register: listed

- name: Name those that are sealed
  ansible.builtin.debug:
    msg: "{{ listed.variables | selectattr('sealed') | map(attribute='name') }}"

- name: Read the values for a backup
  saasops.runbooks.railway_variables_info:
    service: api
    values: stored
  register: secret_values
  no_log: true
"""

RETURN = r"""
variables:
  description: The variables, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name.
      type: str
    sealed:
      description: Whether its value can be read by nobody.
      type: bool
    references:
      description: What its value refers to, as Railway says it.
      type: list
      elements: str
    fingerprint:
      description:
        - Stands for the stored value, with its references as they are written; equal for equal values that were read with the same token,
          and of no use without that token. V(null) for a sealed one.
      type: str
    value:
      description: Its value; V(null) for a sealed one.
      returned: O(values) is not V(none)
      type: str
  sample:
    - name: CACHE_URL
      sealed: false
      references: [shared.CACHE_HOST]
      fingerprint: 5c0a1b7e9d3f2846
    - name: PAYMENT_KEY
      sealed: true
      references: []
      fingerprint: null
service:
  description: The service that was asked; V(null) for shared variables.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
project:
  description: Name of the project, or the id when only ids were given.
  returned: success
  type: str
environment:
  description: Name of the environment, or the id when only ids were given.
  returned: success
  type: str
link:
  description: The project's page in the dashboard.
  returned: success
  type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed; the same keys as in M(saasops.runbooks.railway_deployment). C(code) is V(no_log) when values were asked for
      by a task that does not hide its result.
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.variables_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "service": {"type": "str"},
        "shared": {"type": "bool", "default": False},
        "values": {"type": "str", "choices": ["none", "stored", "rendered"], "default": "none"},
    },
    "required_if": [("shared", False, ("service",))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

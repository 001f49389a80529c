#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_project_token_info
short_description: List the project tokens of a Railway project
version_added: 0.1.0
description:
  - Lists the project tokens of a project, or of one of its environments, newest first. The tokens themselves are never shown; Railway shows
    each once, when it is made.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of tokens.
  - Needs an account or workspace token.
  - "Requests: none to two to resolve the names (none when ids are given), and one to list; one more for each further hundred tokens."
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options:
  api_token:
    description:
      - A Railway account or workspace token.
      - If not set, the value of the environment variable E(RAILWAY_API_TOKEN) is used.
    type: str
  api_url:
    description:
      - Where the Railway public API is. The token is sent to this host only; plain V(http://) is accepted for loopback only.
    type: str
    default: https://backboard.railway.com/graphql/v2
  project:
    description:
      - Name or id of the project.
    type: str
    required: true
  environment:
    description:
      - Only the tokens of this environment, given by name or id.
      - When not set, taken from the inventory variable C(railway_environment); without that, the tokens of the whole project are listed.
    type: str
  name:
    description:
      - Only the tokens of this name. Railway does not keep names unique.
    type: str
seealso:
  - module: saasops.runbooks.railway_project_token
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See which tokens reach production
  saasops.runbooks.railway_project_token_info:
    api_token: "{{ vault_railway_api_token }}"
    project: example
    environment: production
  register: listed

- name: Name those that are older than 90 days
  ansible.builtin.debug:
    msg: "{{ listed.tokens | selectattr('created_at', 'lt', (now().timestamp() - 90 * 86400)) | map(attribute='name') }}"
"""

RETURN = r"""
tokens:
  description: The tokens, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    environment:
      description: The environment it reaches.
      type: str
    environment_id:
      description: The id of that environment.
      type: str
    display:
      description: What Railway shows of it, which is not enough to use it.
      type: str
    created_at:
      description: When it was made, in seconds since the epoch.
      type: float
  sample:
    - id: 7d3f0a52-6b1e-4c8f-9a2d-5e4c3b2a1f0e
      name: deploy 2026-11
      environment: production
      environment_id: 6e1f0c2d-9b7a-4f6e-8c5d-1a2b3c4d5e6f
      display: 8c1f********
      created_at: 1795143720.0
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description: Why the task failed; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.tokens import information as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        "api_token": RAILWAY_ARGUMENTS["api_token"],
        "api_url": RAILWAY_ARGUMENTS["api_url"],
        "project": {"type": "str", "required": True},
        "environment": {"type": "str"},
        "name": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

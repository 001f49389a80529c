#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_project_token
short_description: Make or delete a Railway project token
version_added: 0.1.0
description:
  - States that a project token of a name is there, or is not. A project token reaches one environment of one project.
  - Railway shows a token once, when it is made. The result holds it then, in RV(secret); no later run can bring it back. The task is
    refused unless it has C(no_log=true).
  - To rotate a token, make one with a new name, bring it to where it is used, and then delete the old one. A name with a date, such as
    C(deploy 2026-11), tells them apart.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of tokens.
  - Needs an account or workspace token. A project token can neither make nor list nor delete project tokens, so that this module has no
    option for one, and takes none from the inventory or the environment.
  - "Requests: none to two to resolve the names (none when ids are given), one to list, one to make and one to find the new token's id, or
    one to delete. One more for each further hundred tokens."
  - When the answer with the new token is lost on the way, the token is there and nobody knows it. The task then fails and names its id, so
    that it can be deleted; it makes no second one.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.attributes
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
      - Name or id of the environment that the token reaches.
    type: str
    required: true
  name:
    description:
      - The token's name. Railway does not keep names unique; two tokens of this name in the environment are an error that lists their ids.
      - Required for O(state=present).
    type: str
  token_id:
    description:
      - With O(state=absent), the id of the token, in whichever environment of the project it is.
    type: str
  state:
    description:
      - V(present), a token of this name is there. One that is there is left as it is, and RV(secret) is V(null).
      - V(absent), it is not there. Whoever uses it is locked out at once, and it cannot be brought back.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: saasops.runbooks.railway_project_token_info
  - name: Railway tokens
    description: What the kinds of tokens reach.
    link: https://docs.railway.com/reference/public-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Make a token for deployments
  saasops.runbooks.railway_project_token:
    api_token: "{{ vault_railway_api_token }}"
    project: example
    environment: production
    name: deploy 2026-11
  register: made
  no_log: true

- name: Bring it to where it is used
  saasops.runbooks.railway_variables:
    service: api
    sealed:
      DEPLOY_TOKEN: "{{ made.secret }}"
    update_sealed: always
  when: made.secret is not none
  no_log: true

- name: Delete the one of last month
  saasops.runbooks.railway_project_token:
    api_token: "{{ vault_railway_api_token }}"
    project: example
    environment: production
    name: deploy 2026-10
    state: absent
"""

RETURN = r"""
secret:
  description:
    - The new token; V(null) when one of the name was there already, and for O(state=absent).
    - In check mode C({"known_after":"projectTokenCreate"}) when one would be made.
  returned: success
  type: str
token:
  description:
    - The token without its secret; V(null) for O(state=absent).
    - What only the apply can tell is C({"known_after":"projectTokenCreate"}) in check mode.
  returned: success
  type: dict
  contains:
    id:
      description: Its id; V(null) when another one of the same name was made at the same moment, so that they cannot be told apart.
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
    id: 7d3f0a52-6b1e-4c8f-9a2d-5e4c3b2a1f0e
    name: deploy 2026-11
    environment: production
    environment_id: 6e1f0c2d-9b7a-4f6e-8c5d-1a2b3c4d5e6f
    display: 8c1f********
    created_at: 1795143720.0
link:
  description: The project's page in the dashboard.
  returned: success
  type: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(railway).
      type: str
    operation:
      description: V(projectTokenCreate) or V(projectTokenDelete).
      type: str
    target:
      description: Where, and the token's name, for people.
      type: str
    sends:
      description: Keyed fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed; the same keys as in M(saasops.runbooks.railway_deployment).
    - C(code) is V(no_log) when the task does not hide its result, V(two_of_a_name) when the name fits several tokens, and
      V(secret_lost) when the token was made and its answer was lost.
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.tokens import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        "api_token": RAILWAY_ARGUMENTS["api_token"],
        "api_url": RAILWAY_ARGUMENTS["api_url"],
        "project": {"type": "str", "required": True},
        "environment": {"type": "str", "required": True},
        "name": {"type": "str"},
        "token_id": {"type": "str", "no_log": False},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    "required_if": [("state", "present", ("name",)), ("state", "absent", ("name", "token_id"), True)],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

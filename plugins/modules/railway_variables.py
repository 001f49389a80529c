#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_variables
short_description: Say which variables a Railway service has
version_added: 0.1.0
description:
  - States variables of one service in one environment, or the shared variables of an environment. All that differ are written with one
    request, and by default without a deployment, so that many variables never make many deployments.
  - Values are compared as Railway stores them, with references such as C(${{shared.HOST}}) as they are written.
  - Sealed variables can be written but never read. They are left alone once they are there, unless O(update_sealed=always).
  - Variables that are not named are left alone, unless O(purge=true).
  - No value is ever part of the result. Where it matters whether two values are the same, the result holds fingerprints that only a holder
    of the same token could compare with a value.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema, its documentation of variables, and its official client.
  - "Requests: one to resolve the names, one to read, and one to write all of O(variables). One more for all of O(sealed), one for each
    deleted variable, one for each further hundred variables of the environment. A second run only resolves and reads."
  - A running container keeps the variables that it was started with. O(skip_deploys=true) stores the new ones for the next deployment,
    which M(saasops.runbooks.railway_deployment) makes with O(saasops.runbooks.railway_deployment#module:state=redeployed). A restart is
    not enough.
  - Railway has no way to skip its own deployment when a sealed variable is written or a variable is deleted. A purge of variables of which
    none is sealed is one request without a deployment.
  - Jinja would take C(${{shared.HOST}}) for a template of its own. Write it as C(!unsafe "${{shared.HOST}}"), or between raw and endraw
    as in the example.
  - The values are kept out of the arguments that Ansible shows with C(-vvv). The setting C(ANSIBLE_DISPLAY_ARGS_TO_STDOUT) of Ansible shows
    the arguments of every task all the same, unless the task has C(no_log).
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.railway
  - saasops.runbooks.railway.optional_service
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_railway
attributes:
  diff_mode:
    support: full
    details: Values are shown as fingerprints, sealed variables as C(sealed).
  idempotent:
    support: partial
    details:
      - O(update_sealed=always) writes every time, since a sealed value cannot be compared.
options:
  service:
    description:
      - Name or id of the service. Railway does not keep names unique; when two services share one, the id is needed.
      - Required unless O(shared=true).
    type: str
  shared:
    description:
      - The shared variables of the environment are meant. O(service) is then not used.
      - When they are deployed (O(skip_deploys=false)), Railway deploys every service that refers to one of them.
    type: bool
    default: false
  variables:
    description:
      - Names and values of variables that are there. Values are text; a whole number is taken as its digits. What YAML or Jinja made a
        truth value, a fraction, a list or a map is refused, since it can be written as text in more than one way.
      - An empty text is a value. A variable that is to go belongs into O(absent).
      - A name that is sealed already is refused.
    type: dict
    default: {}
  sealed:
    description:
      - Names and values of sealed variables that are there. Sealing cannot be undone, and nobody can read the value again.
      - A variable that is there and not sealed is written again and sealed.
    type: dict
    default: {}
  update_sealed:
    description:
      - V(on_create), a variable that is sealed already is left alone, whatever its value.
      - V(always), the values of O(sealed) are written in every run, and the task reports a change.
    type: str
    choices: [on_create, always]
    default: on_create
  absent:
    description:
      - Names of variables that are not there. Their values are lost, so that this needs O(allow=destroy).
      - Railway may make a deployment for each deleted variable.
    type: list
    elements: str
    default: []
  purge:
    description:
      - No other variables are there than those of O(variables) and O(sealed). Needs O(allow=destroy).
      - The plan (check mode) names what would be deleted, in RV(deleted).
      - Refused when that would delete sealed variables, unless they are named in O(absent), or O(purge_sealed=true).
    type: bool
    default: false
  purge_sealed:
    description:
      - With O(purge=true), delete sealed variables too that are not named. Nobody can read their values back.
    type: bool
    default: false
  skip_deploys:
    description:
      - Store O(variables) without a deployment.
    type: bool
    default: true
seealso:
  - module: saasops.runbooks.railway_variables_info
  - module: saasops.runbooks.railway_deployment
  - name: Railway variables
    description: What variables, shared variables, references and sealed variables are.
    link: https://docs.railway.com/variables
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Set the shared variables of the environment
  saasops.runbooks.railway_variables:
    shared: true
    variables:
      CACHE_HOST: cache.example.com

- name: Set variables of a service with one request and no deployment
  saasops.runbooks.railway_variables:
    project: example
    environment: production
    service: api
    variables:
      RATE_LIMIT_MAX: "300"
      CACHE_URL: "{% raw %}redis://${{shared.CACHE_HOST}}:6379{% endraw %}"
  register: stored

- name: Seal a secret that nobody is to read again
  saasops.runbooks.railway_variables:
    service: api
    sealed:
      PAYMENT_KEY: "{{ vault_payment_key }}"

- name: Remove a variable of an older release
  saasops.runbooks.railway_variables:
    service: api
    absent:
      - FEATURE_CHECKOUT
    allow: destroy

- name: Run the service with what was stored
  saasops.runbooks.railway_deployment:
    service: api
    state: redeployed
  when: stored.needs_deployment
"""

RETURN = r"""
written:
  description: Names of the variables whose values were, or in check mode would be, written.
  returned: success
  type: list
  elements: str
  sample: [CACHE_URL, RATE_LIMIT_MAX]
sealed:
  description: Names of the sealed variables that were written.
  returned: success
  type: list
  elements: str
  sample: []
deleted:
  description: Names of the variables that were deleted.
  returned: success
  type: list
  elements: str
  sample: []
needs_deployment:
  description: Whether something was stored that no container has yet, and that Railway does not deploy by itself.
  returned: success
  type: bool
  sample: true
notes:
  description: What is true from now on, in short sentences.
  returned: success
  type: list
  elements: str
  sample:
    - "the service has the new variables with the next deployment (railway_deployment, state: redeployed)"
link:
  description: The project's page in the dashboard.
  returned: success
  type: str
  sample: https://railway.com/project/0d9a4a54-7c3b-4b0e-9a0e-6f0a3c9d2b10
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
      description: V(variableCollectionUpsert), V(variableCollectionReplace), V(environmentPatchCommit) or V(variableDelete).
      type: str
    target:
      description: Where, and the names of the variables, for people.
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
    - C(code) is V(sealed) for a plain value of a sealed variable, V(purge_sealed) for a purge that would delete sealed variables,
      and V(allow) for a deletion without O(allow=destroy).
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.variables import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "service": {"type": "str"},
        "shared": {"type": "bool", "default": False},
        "variables": {"type": "dict", "default": {}},
        "sealed": {"type": "dict", "default": {}},
        "update_sealed": {"type": "str", "choices": ["on_create", "always"], "default": "on_create"},
        "absent": {"type": "list", "elements": "str", "default": []},
        "purge": {"type": "bool", "default": False},
        "purge_sealed": {"type": "bool", "default": False},
        "skip_deploys": {"type": "bool", "default": True},
    },
    "required_if": [("shared", False, ("service",))],
    "supports_check_mode": True,
}
# Maps of many values, of which some are secret; see run_module.
HIDDEN = ("variables", "sealed")


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_function
short_description: Run one function of an app on Convex
version_added: 0.1.0
description:
  - Runs a query, a mutation or an action once and returns its value. Functions that are internal to the app can be run too.
  - A function that throws fails the task, with what it threw.
  - A query only reads, and runs in check mode too. A mutation or action runs each time that the task runs, and not in check mode. When
    its answer is lost, it is never sent again, because Convex has no way to tell whether it ran. The task then fails with the kind
    V(unknown).
notes:
  - One request.
  - Internal functions need the permissions C(deployment:functions:runInternalQueries), C(…runInternalMutations) or C(…runInternalActions).
  - In the value, 64-bit integers are decimal texts and bytes are base64 texts, as Convex writes them in the format V(json).
  - Arguments are shown by C(-vvv). Set C(no_log=true) on the task when they are secret.
  - Uses Convex's public HTTP API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
attributes:
  idempotent:
    support: none
    details: A mutation or action has no state that could be compared. It runs each time. A query changes nothing.
options:
  path:
    description:
      - Which function, as C(dir/file:export).
    type: str
    required: true
  type:
    description:
      - What kind of function it is. Convex refuses a function that is of another kind.
    type: str
    choices: [query, mutation, action]
    required: true
  args:
    description:
      - Its arguments.
    type: dict
    default: {}
seealso:
  - module: saasops.runbooks.convex_table_info
  - name: Convex HTTP API
    description: The vendor's reference of running functions over HTTP.
    link: https://docs.convex.dev/http-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Ask the app whether it is well
  saasops.runbooks.convex_function:
    path: health:check
    type: query
  register: health
  failed_when: health.function.value.status != 'ok'

- name: See whether rows point to users that are gone
  saasops.runbooks.convex_function:
    path: integrity:orphans
    type: query

- name: Run one batch of a migration
  saasops.runbooks.convex_function:
    path: migrations/orders:backfill
    type: mutation
    args:
      batch: 10
  register: migrated

- name: Show what is left to do
  ansible.builtin.debug:
    var: migrated.function.value.left
"""

RETURN = r"""
function:
  description: What was run, or in check mode would be run.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name; empty when neither the key nor O(deployment) tells it.
      type: str
    path:
      description: The function.
      type: str
    type:
      description: Its kind.
      type: str
    value:
      description: What it returned. For a mutation or action in check mode, C({"known_after":"run_mutation"}).
      type: raw
    log_lines:
      description: The first 100 lines that it logged.
      type: list
      elements: str
  sample:
    deployment: happy-animal-123
    path: orders:count
    type: query
    value: 3
    log_lines: []
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
      description: V(run_mutation) or V(run_action).
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
    - Why the task failed. C(kind) is for example V(failed) (the function threw), V(not_found) (there is no such function), V(conflict) (the
      deployment is paused), V(unknown) (a mutation or action was sent, and no answer came), V(auth), V(permission), V(timeout) or
      V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: run_mutation
    kind: failed
    status: 200
    code: 'function_error'
    message: Uncaught Error
    request_id: ''
    retryable: false
    hint: 'The function itself failed, see its logs'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.functions import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "path": {"type": "str", "required": True},
        "type": {"type": "str", "choices": ["query", "mutation", "action"], "required": True},
        "args": {"type": "dict", "default": {}},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_deployment
short_description: Say whether a Convex deployment runs or is paused
version_added: 0.1.0
description:
  - States whether a deployment runs or is paused.
  - While it is paused, every function call of the app fails, scheduled functions wait and run when it runs again, and cron jobs are
    skipped and not made up for. Pushing code, exports and the dashboard still work. For a softer maintenance mode, let the app read
    an environment variable (M(saasops.runbooks.convex_env)).
  - What Convex itself has stopped, because of its plan or of a usage limit, is refused with the reason.
notes:
  - One request when it is so already, two otherwise.
  - The deploy key needs the permission C(deployment:pause) or C(deployment:unpause).
  - Uses Convex's deployment platform API, and a system query that Convex's dashboard uses. Facts rest on the open-source backend.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
options:
  state:
    description:
      - What the deployment shall do.
    type: str
    choices: [running, paused]
    required: true
seealso:
  - module: saasops.runbooks.convex_deployment_info
  - name: Convex deployment platform API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.convex.dev/deployment-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Stop the app while data is restored
  saasops.runbooks.convex_deployment:
    state: paused

- name: Let it run again
  saasops.runbooks.convex_deployment:
    state: running
"""

RETURN = r"""
deployment:
  description: The deployment as it now is. In check mode, as it would be.
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
      description: V(running) or V(paused); V(stopped) when it is paused and Convex itself has stopped it as well.
      type: str
    notes:
      description: What is true from now on until it is undone, in short sentences.
      type: list
      elements: str
  sample:
    name: happy-animal-123
    url: https://happy-animal-123.convex.cloud
    state: paused
    notes:
      - every function call fails, and cron jobs are skipped, until it runs again
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
      description: V(pause_deployment) or V(unpause_deployment).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The operation.
      type: str
    ms:
      description: Milliseconds until its answer was read.
      type: int
    status:
      description: The HTTP status; V(null) when no answer came.
      type: int
    request_id:
      description: Convex's id of the request, where it gives one.
      type: str
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (Convex itself has stopped the deployment, or it is another one than
      O(deployment)), V(auth), V(permission), V(rate_limited), V(timeout), V(vendor_down), V(protocol), or V(unknown) (it was sent, and
      neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: ''
    kind: refused
    status: null
    code: 'stopped'
    message: 'Convex itself has stopped happy-animal-123 (usage_limit: disabled)'
    request_id: ''
    retryable: false
    hint: 'Look at its usage and the plan of the team in the dashboard'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.deployment import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {**CHANGE_ARGUMENTS, **CONVEX_ARGUMENTS, "state": {"type": "str", "choices": ["running", "paused"], "required": True}},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module http_probe."""

from __future__ import annotations

DOCUMENTATION = r"""
module: http_probe
short_description: Ask many HTTP endpoints at once whether they are well
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Asks all endpoints side by side, again and again, until each has enough good or bad answers in a row, or the deadline passes.
  - Never fails because an endpoint is unwell. Look at RV(verdict).
notes:
  - Redirects are not followed, and no token of ours is sent.
  - A status or condition that does not hold, a refused connection, a broken certificate and a missing answer are bad. A host name that is
    not found is V(error), because it says nothing of the endpoint.
extends_documentation_fragment:
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
options:
  endpoints:
    description:
      - What to ask.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Its name in the result.
        type: str
      url:
        description: Its full address.
        type: str
        required: true
      method:
        description: How to ask.
        type: str
        choices: [GET, HEAD]
        default: GET
      status:
        description: The statuses that are good.
        type: list
        elements: int
        default: [200]
      conditions:
        description:
          - JMESPath expressions that must be true of the JSON body.
          - Without any, a JSON body that has a C(status) must say V(ok), V(healthy), V(pass) or V(up).
        type: list
        elements: str
        default: []
      headers:
        description: Headers to send. Their values are kept out of every output, as such a header may open what is closed to strangers.
        type: dict
        default: {}
      optional:
        description: Count 401 and 403 as not checked, for addresses that are closed to strangers.
        type: bool
        default: false
      certificate:
        description: Tell in how many days the certificate ends.
        type: bool
        default: false
  component:
    description:
      - Instead of O(endpoints) the component whose health page and journeys are asked, as its inventory variables say it
        (C(component_url), C(component_health), C(component_journeys), C(component_conditions)).
      - When neither is set, made of the variables of the inventory host that the task runs for.
    type: dict
  own_url:
    description:
      - With O(component) the address of a deployment, asked too; closed to strangers counts as not checked.
    type: str
  in_a_row:
    description:
      - So many probes in a row decide about an endpoint.
    type: int
    default: 3
  interval:
    description:
      - Time between two probes of an endpoint, such as V(5s).
    type: str
    default: 5s
  until_good:
    description:
      - Go on asking a bad endpoint until the deadline, for what needs time to become good.
    type: bool
    default: false
  deadline:
    description:
      - Time after which an undecided endpoint is V(inconclusive), or with O(until_good) a bad one V(fail).
    type: str
    default: 2m
  request_timeout:
    description:
      - Time that one request may take, such as V(10s).
    type: str
    default: 10s
requirements:
  - requests
  - jmespath
"""

EXAMPLES = r"""
- name: Is everything well
  saasops.runbooks.http_probe:
    endpoints:
      - name: dashboard
        url: https://dashboard.example.com/health
        conditions: ["status == 'ok'"]
    in_a_row: 1
  register: dashboard
  failed_when: dashboard.verdict != 'pass'
"""

RETURN = r"""
verdict: {description: 'The worst of all endpoints, V(pass), V(fail), V(inconclusive) or V(error) (could not be measured).', returned: success, type: str}
reason: {description: Why it is not a pass., returned: success, type: str}
first_failed_at: {description: Moment of the first failed probe., returned: success, type: float}
passed: {description: Good probes of the endpoint that had the fewest., returned: success, type: int}
probes: {description: Probes in all., returned: success, type: int}
last_at: {description: Moment of the last probe., returned: success, type: float}
endpoints: {description: Each endpoint with its verdict., type: list, elements: dict, returned: success}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.health import (
    PROBE_ARGUMENTS,
    execute,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **PROBE_ARGUMENTS,
        "endpoints": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {
                "name": {"type": "str"},
                "url": {"type": "str", "required": True},
                "method": {"type": "str", "choices": ["GET", "HEAD"], "default": "GET"},
                "status": {"type": "list", "elements": "int", "default": [200]},
                "conditions": {"type": "list", "elements": "str", "default": []},
                "headers": {"type": "dict", "default": {}, "no_log": True},
                "optional": {"type": "bool", "default": False},
                "certificate": {"type": "bool", "default": False},
            },
        },
        "component": {"type": "dict"},
        "own_url": {"type": "str"},
        "until_good": {"type": "bool", "default": False},
        "request_timeout": {"type": "str", "default": "10s"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

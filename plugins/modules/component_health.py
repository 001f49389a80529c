#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_health."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_health
short_description: Look at everything that tells whether a component is well
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Asks, in one transaction, a component's addresses and their parts, its dependencies, its metrics, its certificates, and its vendor. Judges the
    answers by the limits and rules that the inventory declares.
  - Never fails because something is unwell. Look at RV(verdict) and RV(checks). A declaration that cannot be right is an error before the
    first request.
notes:
  - A health page that has a C(status) is three-valued. C(ok), C(healthy), C(pass) and C(up) are well; C(degraded), C(warning) and C(partial)
    warn; every other word fails.
  - An answer of 401, 403 or 404 shows that a dependency is alive. Only no answer, or 500 and more, is a failure.
  - In a real run the ledger remembers since when the component is seen well with the deployment that serves it. After O(watch) that deployment is
    proved, unless somebody has marked it bad. Nothing else is written, and nothing is changed at the vendor.
  - Values of C(headers) in a declaration are kept out of every output.
  - Without a token of the vendor, what serves is V(skipped), and never counted as well.
extends_documentation_fragment:
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
options:
  backup_max_age:
    description:
      - A component's newest whole backup, of which the ledger knows, has to be younger than this. Nothing is said where no set was ever made.
      - When not set, taken from the inventory variable C(backup_max_age).
    type: str
    default: 24h
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed.
      - C(component_url), C(component_health), C(component_conditions) and C(component_journeys) say what is asked, C(component_endpoints) what
        else, and C(component_parts) what of the page's JSON is a part of its own. C(component_limits), C(component_rules), C(component_needs)
        and C(component_metrics) are described in the guide of the playbook C(health).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - The vendor's token. For Railway a project token.
      - When not set, taken from the inventory variable C(vercel_token), C(railway_token) or C(shopify_token), else from the vendor's usual environment
        variable E(VERCEL_TOKEN), E(RAILWAY_TOKEN) or E(SHOPIFY_ACCESS_TOKEN). For Shopify E(SHOPIFY_API_KEY) and E(SHOPIFY_API_SECRET) do, too.
    type: str
  api_token:
    description:
      - For Railway an account or workspace token, instead of O(token).
      - When not set, taken from the inventory variable C(railway_api_token), else from the environment variable E(RAILWAY_API_TOKEN).
    type: str
  probes:
    description:
      - How often each of the component's addresses is asked. One that does not answer in time is asked once.
      - When half of the probes or fewer are bad, that is a warning.
    type: int
    default: 3
  interval:
    description:
      - Time between two probes.
    type: str
    default: 1s
  recheck_after:
    description:
      - After so much time what failed is asked once more. What is well then was temporary, and warns. V(0) does not ask again.
    type: str
    default: 60s
  watch:
    description:
      - So long a deployment has to be seen well until it is proved.
    type: str
    default: 15m
  suggest:
    description:
      - Suggest limits from what the ledger remembers of the last 30 days. They are never set by themselves.
    type: bool
    default: false
  request_timeout:
    description:
      - Time that one request may take, such as V(5s).
    type: str
    default: 5s
  deadline:
    description:
      - Time that asking the vendor may take, retries included.
    type: str
    default: 20s
requirements:
  - requests
  - jmespath
seealso:
  - module: saasops.runbooks.http_probe
  - module: saasops.runbooks.slo_evaluate
  - module: saasops.runbooks.vendor_status_info
"""

EXAMPLES = r"""
- name: Look at the component of this inventory host
  saasops.runbooks.component_health:
    recheck_after: 0
  register: look

- name: Look at an address part by part
  saasops.runbooks.component_health:
    component:
      name: app
      component_vendor: supabase
      component_url: https://app.example.com
      component_parts:
        database: "checks[?name=='database'].status | [0]"
      component_limits:
        response_ms: {warn: 200, fail: 500}
    recheck_after: 0
  register: app
"""

RETURN = r"""
verdict:
  description:
    - The worst of all checks, V(fail), V(error) (something could not be asked), V(inconclusive) (too little is known), V(warn) or V(pass).
  returned: success
  type: str
reason: {description: That of the worst check; empty when all pass., returned: success, type: str}
status: {description: 'V(healthy), V(degraded), V(critical), or V(unknown) (not enough could be asked).', returned: success, type: str}
checks:
  description: What was looked at.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: 'What was looked at, such as V(/health), the name of a part, V(certificate), V(memory_percent), V(release) or V(rollback).', type: str}
    component: {description: The component., type: str}
    verdict: {description: 'V(pass), V(warn), V(fail), V(inconclusive), V(error), or V(skipped) (not asked).', type: str}
    reason: {description: 'One line for a person, with numbers and units.', type: str}
    value: {description: 'The number or text that was measured; null when there is none.', type: raw}
    unit: {description: What the value is counted in., type: str}
    limit: {description: The limits that it was compared with., type: str}
    next: {description: What a person should do., type: str}
serving: {description: The deployment that serves; null when nobody says., returned: success, type: dict}
proof:
  description:
    - What the ledger now knows of that deployment, V(proved), V(not well), or since when it is seen well; empty in check mode and without a ledger.
  returned: success
  type: str
suggestions:
  description: Limits that history suggests.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: The check., type: str}
    unit: {description: What its values are counted in., type: str}
    samples: {description: From so many looks., type: int}
    warn: {description: The limit that would warn., type: float}
    fail: {description: The limit that would fail., type: float}
steps:
  description: Every request to the vendor, in order; the same keys as in M(saasops.runbooks.component_release).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_health import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        "backup_max_age": {"type": "str", "default": "24h"},
        "component": {"type": "dict", "required": True},
        "token": {"type": "str", "no_log": True},
        "api_token": {"type": "str", "no_log": True},
        "probes": {"type": "int", "default": 3},
        "interval": {"type": "str", "default": "1s"},
        "recheck_after": {"type": "str", "default": "60s"},
        "watch": {"type": "str", "default": "15m"},
        "suggest": {"type": "bool", "default": False},
        "request_timeout": {"type": "str", "default": "5s"},
        "deadline": {"type": "str", "default": "20s"},
    },
    "supports_check_mode": True,
}
# Its headers may open what is closed to strangers.
HIDDEN = ("component",)


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()

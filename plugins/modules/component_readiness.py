#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_readiness."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_readiness
short_description: Ask what every verb of the collection needs of a component
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Every verb of the collection has questions of its own, such as whether there is a release to go back to, whether the token fits this
    environment and may do what the verb does, whether the database answers, and whether the programs on this machine are new enough.
  - Never fails because something is missing. Look at RV(verdict) and RV(checks).
notes:
  - Sends no changing request, and writes nothing.
  - A token that the vendor does not take, or that belongs elsewhere, is told once, and nothing else is asked with it.
  - What a vendor does not tell of a token is never held against it.
extends_documentation_fragment:
  - saasops.runbooks.common.run
  - saasops.runbooks.common
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
  - saasops.runbooks.backup
  - saasops.runbooks.database
  - saasops.runbooks.monitors
options:
  backup_max_age:
    description:
      - A component's newest whole backup, of which the ledger knows, has to be younger than this. Nothing is said where no set was ever made.
      - When not set, taken from the inventory variable C(backup_max_age).
    type: str
    default: 24h
  scope:
    description:
      - V(component) asks of one component. V(environment) asks once what no component has of its own, such as the ledger, the lease, routes,
        the schedule, and what vendors have posted.
    type: str
    choices: [component, environment]
    default: component
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed with O(scope=component).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: false
  token:
    description:
      - The vendor's token. For Railway a project token.
      - When not set, taken from the inventory variable of the component's vendor, such as C(vercel_token), else from the vendor's usual
        environment variable. The same holds for the other secrets.
    type: str
  api_token:
    description: For Railway an account or workspace token, instead of O(token).
    type: str
  api_key:
    description: For Stripe its key.
    type: str
  client_secret:
    description: For Shopify the secret of the app, instead of O(token). For Atlas the secret of the service account.
    type: str
  deploy_key:
    description: For Convex the deploy key.
    type: str
  pooler_dsn:
    description:
      - Address of the administration of a pooler before it.
      - When not set, taken from the inventory variable C(component_pooler_dsn).
    type: str
  vendors:
    description: With O(scope=environment) the vendors whose status pages are read.
    type: list
    elements: str
    default: []
  pages:
    description: Addresses of status pages other than the known ones, by vendor.
    type: dict
    default: {}
  routes:
    description:
      - With O(scope=environment) who is told, as the options C(routes) and C(slack_channel) of M(saasops.runbooks.notify) have it.
    type: dict
    default: {}
  runs:
    description: With O(scope=environment) the inventory variable C(schedule_runs).
    type: list
    elements: dict
    default: []
  timezone:
    description: With O(scope=environment) the inventory variable C(schedule_timezone).
    type: str
    default: UTC
  scheduled:
    description: With O(scope=environment) the inventory variable C(scheduled_items).
    type: list
    elements: dict
    default: []
  request_timeout:
    description:
      - Time that one request may take, such as V(5s).
    type: str
    default: 5s
  deadline:
    description:
      - Time that asking the vendor may take, retries included.
    type: str
    default: 10s
requirements:
  - requests
  - jmespath
seealso:
  - module: saasops.runbooks.component_health
  - module: saasops.runbooks.component_release_info
"""

EXAMPLES = r"""
- name: Ask what the verbs need of the component of this inventory host
  saasops.runbooks.component_readiness:
  register: ready

- name: Ask what they need of the environment as a whole
  saasops.runbooks.component_readiness:
    scope: environment
    vendors: []
  run_once: true
  register: whole
"""

RETURN = r"""
verdict:
  description:
    - The worst of all checks, V(fail), V(error) (something could not be asked), V(inconclusive) (too little is known), V(warn) or V(pass).
  returned: success
  type: str
reason: {description: That of the worst check; empty when all pass., returned: success, type: str}
checks:
  description: What was asked.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: 'The verb and what it asks, such as V(rollback: target) or V(doctor: token).', type: str}
    component: {description: The component; empty for what belongs to none., type: str}
    verdict: {description: 'V(pass), V(warn), V(fail), V(inconclusive), V(error), or V(skipped) (not asked).', type: str}
    reason: {description: 'One line for a person, with numbers and units.', type: str}
    value: {description: 'The number or text that was found; null when there is none.', type: raw}
    unit: {description: What the value is counted in., type: str}
    limit: {description: The limits that it was compared with., type: str}
    next: {description: What a person should do., type: str}
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.access import ACCESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.addresses import ADDRESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.readiness import SERVICES_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import REPOSITORY_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **REPOSITORY_ARGUMENTS,
        **ADDRESS_ARGUMENTS,
        "backup_max_age": {"type": "str", "default": "24h"},
        "scope": {"type": "str", "choices": ["component", "environment"], "default": "component"},
        "component": {"type": "dict"},
        **ACCESS_ARGUMENTS,
        "pooler_dsn": {"type": "str", "no_log": True},
        **SERVICES_ARGUMENTS,
        "vendors": {"type": "list", "elements": "str", "default": []},
        "pages": {"type": "dict", "default": {}},
        "routes": {"type": "dict", "default": {}},
        "runs": {"type": "list", "elements": "dict", "default": []},
        "timezone": {"type": "str", "default": "UTC"},
        "scheduled": {"type": "list", "elements": "dict", "default": []},
        "request_timeout": {"type": "str", "default": "5s"},
        "deadline": {"type": "str", "default": "10s"},
    },
    "supports_check_mode": True,
}
# Headers may open what is closed to strangers, and routes hold keys.
HIDDEN = ("component", "routes")


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_release_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_release_info
short_description: Tell what a component's production serves, whether it is well, and where it could go back to
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads, in one transaction, the releases of a component, its health at its own addresses, and what the ledger knows of both.
notes:
  - A component of a vendor without releases is answered with RV(release.supported=false).
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed, and what that vendor needs to find it,
        such as C(vercel_project) and C(vercel_team), or C(railway_project), C(railway_environment) and C(railway_service).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - The vendor's token. For Railway a project token.
      - When not set, taken from the inventory variable C(vercel_token) or C(railway_token), else from the vendor's usual environment variable
        E(VERCEL_TOKEN) or E(RAILWAY_TOKEN).
    type: str
  api_token:
    description:
      - For Railway an account or workspace token, instead of O(token).
      - When not set, taken from the inventory variable C(railway_api_token), else from the environment variable E(RAILWAY_API_TOKEN).
    type: str
  probe:
    description:
      - Ask the component for its health too. Without it nothing is asked.
    type: dict
    suboptions:
      in_a_row:
        description: So many probes in a row decide.
        type: int
        default: 3
      interval:
        description: Time between two probes, such as V(5s).
        type: str
        default: 5s
      deadline:
        description: Time after which an undecided component is V(inconclusive).
        type: str
        default: 2m
  limit:
    description:
      - The most deployments to return.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.component_release
"""

EXAMPLES = r"""
- name: Could I roll the component of this inventory host back right now
  saasops.runbooks.component_release_info:
    probe:
      in_a_row: 1
  register: app
"""

RETURN = r"""
release:
  description: What production serves, and could serve.
  type: dict
  returned: success
  contains:
    component: {description: Name of the component., type: str}
    vendor: {description: Its vendor., type: str}
    supported: {description: Whether the vendor knows releases., type: bool}
    where: {description: 'Where it lives, for people.', type: str}
    link: {description: Address of the vendor's dashboard., type: str}
    serving: {description: The deployment that serves; null when nothing does., type: dict}
    history: {description: 'Production deployments, newest first.', type: list, elements: dict}
    candidates: {description: 'Where production could go back to, best first.', type: list, elements: dict}
    pinned: {description: Whether new builds do not go live; null when the vendor does not say., type: bool}
    pin: {description: The ledger's open pin., type: dict}
    already_rolled_back: {description: Whether what serves is the result of a rollback., type: bool}
    busy: {description: What the vendor is doing right now., type: str}
    busy_with: {description: The deployment that this goes to., type: str}
    busy_rollback: {description: Whether it is a rollback., type: bool}
    rolling_release: {description: The active rolling release., type: dict}
    paused: {description: Whether the project is paused., type: bool}
    auto_deploy: {description: Whether the next push goes live by itself., type: bool}
    reading:
      description:
        - What M(saasops.runbooks.component_release) needs to take this up as its O(saasops.runbooks.component_release#module:seen).
          Null when RV(release.history) was cut short by O(limit).
      type: dict
health:
  description: How the component does; null when O(probe) was not given.
  type: dict
  returned: success
  contains:
    verdict: {description: 'V(pass), V(fail), V(inconclusive) or V(error) (could not be measured).', type: str}
    reason: {description: Why it is not a pass., type: str}
    first_failed_at: {description: Moment of the first failed probe., type: float}
    passed: {description: Good probes of the endpoint that had the fewest., type: int}
    probes: {description: Probes in all., type: int}
    last_at: {description: Moment of the last probe., type: float}
    endpoints: {description: Each endpoint with its verdict., type: list, elements: dict}
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.component_release).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import (
    COMPONENT_ARGUMENTS,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.component_release import (
    info as execute,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.health import PROBE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {
    "argument_spec": {
        **COMPONENT_ARGUMENTS,
        "probe": {"type": "dict", "options": PROBE_ARGUMENTS},
        "limit": {"type": "int", "default": 20},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

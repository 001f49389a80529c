#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_maintenance."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_maintenance
short_description: Put a component into maintenance for a limited time, and end that when all is well
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Puts a component into maintenance in the way that C(component_maintenance) of the inventory declares. That may be an item of a Vercel Global Config,
    the pause of a Vercel project or of a Convex deployment, a Railway variable, a call of an address, or a command.
  - Within a run with a ledger it is a lease, with an owner, a reason and an end. The ledger knows of it before anything is switched, so that what a
    killed run leaves on is found by the next one.
  - It ends only when the verdict is good. Else it stays on, and RV(checks) say why. With O(force) a person decides otherwise.
  - Alerts of the component's monitors are held back meanwhile, by windows that end by themselves.
  - A component that declares no C(component_maintenance) is left alone.
notes:
  - Asked for what is so already, it changes nothing. What somebody has switched by hand meanwhile is left so when it ends, and is told.
  - What was on before, by hand, is left on in the end.
  - A maintenance that another run or person has asked for serves this one, too, and is not ended by it.
  - The pause of a Vercel project switches the automatic assignment of domains off; at its end it is put back as it was.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
  - saasops.runbooks.monitors
attributes:
  idempotent:
    support: partial
    details: Without a run and its ledger, a call or a command whose state cannot be read is sent each time.
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_maintenance) are needed, and what that way needs, such as
        C(vercel_project). C(component_url), C(component_health) and C(component_journeys) say how to see whether it is well.
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  state:
    description:
      - V(on) and V(read_only) switch maintenance on, V(off) ends it when all is well.
      - V(checked) ends it only when its time is over, or the run that asked for it has ended without ending it.
      - V(looked) changes nothing, and tells whether the component is well, as far as that can be seen while it is in maintenance.
    type: str
    choices: ["on", read_only, "off", looked, checked]
    default: looked
  planned:
    description:
      - For a plan of O(state=off) after one that switches it on. The state in which it would be by then. Only in check mode.
    type: str
    choices: ["on", read_only]
  reason:
    description:
      - Why, for the ledger and whoever meets it.
    type: str
    default: ""
  lifetime:
    description:
      - For how long at most, from now on, from V(1m) to V(7d).
      - When not set, what C(for) of C(component_maintenance) says, else V(1h).
    type: str
  looks:
    description:
      - What O(state=looked) has returned for all components that decide whether maintenance may end. One without RV(checks) is not well.
      - When not set, the component's own health decides.
    type: list
    elements: dict
  force:
    description:
      - End it whatever the verdict. Needs O(confirm).
    type: bool
    default: false
  confirm:
    description:
      - The environment, as a confirmation.
      - When not set, taken from the inventory variable C(saasops_confirm).
    type: str
  token:
    description:
      - The vendor's token. When not set, taken from the inventory variable C(vercel_token), C(railway_token) or C(convex_token), else from the
        vendor's usual environment variable.
    type: str
  api_token:
    description:
      - For Railway an account or workspace token, instead of O(token).
    type: str
  deploy_key:
    description:
      - For Convex a deploy key. When not set, taken from the inventory variable C(convex_deploy_key), else from E(CONVEX_DEPLOY_KEY).
    type: str
  probe:
    description:
      - How often its addresses are asked.
    type: dict
    default: {}
    suboptions:
      in_a_row:
        description: So many good probes in a row are well.
        type: int
        default: 3
      interval:
        description: Time between two probes.
        type: str
        default: 5s
      deadline:
        description: Time within which it must be well.
        type: str
        default: 2m
requirements:
  - jmespath
seealso:
  - module: saasops.runbooks.component_monitors
  - module: saasops.runbooks.vercel_global_config_item
  - module: saasops.runbooks.vercel_project
  - module: saasops.runbooks.convex_deployment
"""

EXAMPLES = r"""
- name: Show the maintenance page that the application has
  saasops.runbooks.component_maintenance:
    state: "on"
    reason: restore of yesterday's set
    lifetime: 30m
    component:
      name: app
      component_vendor: vercel
      vercel_project: hydrogen
      vercel_team: example-team
      vercel_api_url: "{{ vercel_api_url }}"
      component_maintenance: {how: vercel_global_config, config: shop-flags}
"""

RETURN = r"""
verdict:
  description: V(pass), V(warn) (it is left on for somebody else), V(fail) (it stays on, for not all is well), V(inconclusive) or V(skipped).
  returned: success
  type: str
reason: {description: Why it is not a pass., returned: success, type: str}
checks:
  description: One row, as M(saasops.runbooks.component_health) returns them, with the name V(maintenance), or V(health) with O(state=looked).
  returned: success
  type: list
  elements: dict
maintenance:
  description: What is true now.
  returned: success
  type: dict
  contains:
    component: {description: The component., type: str}
    supported: {description: Whether it declares component_maintenance., type: bool}
    how: {description: The way it is done., type: str}
    state: {description: 'V(on), V(read_only) or V(off), as this collection knows it.', type: str}
    since: {description: 'When it began, in seconds since the epoch; V(null) when it is off.', type: float}
    until: {description: When it should be over., type: float}
    run: {description: The run that has asked for it., type: str}
    verb: {description: The verb of that run., type: str}
    asked_by: {description: User and machine., type: str}
    reason: {description: Why., type: str}
    muted: {description: Services that hold alerts back because of it., type: list, elements: str}
notes: {description: What is true besides., returned: when it was switched, type: list, elements: str}
changes:
  description: Changes sent, or planned in check mode, as C({vendor, operation, target, sends}).
  returned: always
  type: list
  elements: dict
steps: {description: 'Every request, as C({name, ms, status, request_id}).', returned: always, type: list, elements: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.maintenance import MAINTENANCE_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": MAINTENANCE_ARGUMENTS, "supports_check_mode": True}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

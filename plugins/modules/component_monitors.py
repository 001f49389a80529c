#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_monitors."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_monitors
short_description: Have the monitors of a component as the inventory declares them, and see what they say
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Makes and changes the monitors that C(component_monitors) of the inventory declares, or looks at them. Monitors are at UptimeRobot.
  - A look is a check for every declared monitor, and one when alerts are held back. A monitor that does not exist is V(fail), since nobody would be told.
notes:
  - Requests are one for every 200 monitors of the account, one for the maintenance windows, and one for each change.
  - A monitor that is not declared any more is left alone. M(saasops.runbooks.uptimerobot_monitor) deletes it.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) is needed, and C(component_monitors), a list of monitors. Each has C(name) and the
        options of M(saasops.runbooks.uptimerobot_monitor).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  state:
    description:
      - V(present) makes the monitors as they are declared, V(looked) only looks.
    type: str
    choices: [present, looked]
    default: looked
  mute:
    description:
      - With O(state=present), hold alerts of these monitors back for so long from now on, from V(1m) to V(7d), by a maintenance window that ends by
        itself. V(off) ends it now.
    type: str
  uptimerobot_api_key:
    description:
      - The account's main API key. A read-only key is enough to look.
      - If not set, taken from the inventory variable of this name, else from the environment variable E(UPTIMEROBOT_API_KEY).
    type: str
  uptimerobot_api_url:
    description:
      - Where the UptimeRobot API is. If not set, taken from the inventory variable of this name.
    type: str
  uptimerobot_zone:
    description:
      - The zone that is set in the UptimeRobot account, such as V(Europe/Berlin). If not set, taken from the inventory variable of this name, else UTC.
    type: str
seealso:
  - module: saasops.runbooks.uptimerobot_monitor
  - module: saasops.runbooks.uptimerobot_maintenance_window
"""

EXAMPLES = r"""
- name: Have the monitors as they are declared
  saasops.runbooks.component_monitors:
    state: present
    component:
      name: api
      component_monitors:
        - name: api health
          type: keyword
          url: https://www1.example.com/health
          keyword: healthy
          alert_when: missing

- name: See what they say
  saasops.runbooks.component_monitors:
    component:
      name: api
      component_monitors:
        - name: api health
  register: found
"""

RETURN = r"""
verdict:
  description: The worst of RV(checks). V(inconclusive) when there is none.
  returned: success
  type: str
  sample: pass
reason:
  description: Why it is so. Empty when it is V(pass).
  returned: success
  type: str
checks:
  description: With O(state=looked) one for each declared monitor; with O(state=present) in check mode one for each that would be changed.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: 'The monitor, or C(muted).', type: str}
    component: {description: The component., type: str}
    verdict: {description: 'V(pass), V(warn), V(fail), V(inconclusive) or V(skipped).', type: str}
    reason: {description: Why., type: str}
    value: {description: Its status., type: str}
    unit: {description: Empty., type: str}
    limit: {description: V(UP)., type: str}
monitors:
  description: The monitors; the same keys as in M(saasops.runbooks.uptimerobot_monitor).
  returned: success
  type: list
  elements: dict
window:
  description: The maintenance window of this component, with the keys of M(saasops.runbooks.uptimerobot_maintenance_window); V(null) when there is none.
  returned: success
  type: dict
diff:
  description: With O(state=present), of every monitor that is changed the fields that are declared, before and after.
  returned: success
  type: dict
changes:
  description: What was changed, or would be in check mode, in order, each with C(vendor), C(operation), C(target) and C(sends).
  returned: always
  type: list
  elements: dict
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.monitors import MONITORS_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": MONITORS_ARGUMENTS, "supports_check_mode": True}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

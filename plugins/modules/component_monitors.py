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
  - Makes and changes the monitors that C(component_monitors) of the inventory declares, or looks at them. Monitors are at UptimeRobot or at Datadog, as
    their C(provider) says.
  - A look is a check for every declared monitor, and one when alerts are held back. A monitor that does not exist is V(fail), since nobody would be told.
  - Where C(provider) is V(sentry) nothing is made. A look tells which issues are new and open, by type and urgency, how many errors there are, whether
    they come in a spike, and whether they became fewer.
notes:
  - Requests to UptimeRobot are one for every 200 monitors of the account, one for the maintenance windows, and one for each change.
  - Requests to Datadog are one for every 1000 monitors, one for every 100 downtimes, and one for each change; a plan asks once more for each monitor.
  - Requests to Sentry are one for every 100 issues, one for the errors, and one with O(after).
  - A monitor that is not declared any more is left alone. At Datadog, where each monitor carries a tag of its component, it is named.
  - A service that cannot be asked is a check with the verdict V(error), and the others are told all the same.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
  - saasops.runbooks.monitors
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) is needed, and C(component_monitors), a list of monitors. Each has C(name),
        C(provider) (V(uptimerobot) when not said, V(datadog), V(sentry)), and the options of M(saasops.runbooks.uptimerobot_monitor) or
        M(saasops.runbooks.datadog_monitor). Those of Sentry have C(query), C(since), C(projects), C(environments), C(fail_on) and C(warn_on) (levels), and
        C(errors) with C(warn) and C(fail).
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
      - With O(state=present), hold alerts of these monitors back for so long from now on, from V(1m) to V(7d), or until a time such as
        V(2026-11-21T14:00:00Z), by a maintenance window or downtime that ends by itself. V(off) ends it now.
    type: str
  after:
    description:
      - With O(state=looked), whether Sentry has counted fewer errors since this time, or since so long ago, such as V(15m), than before it.
    type: str
seealso:
  - module: saasops.runbooks.datadog_monitor
  - module: saasops.runbooks.sentry_issue_info
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

- name: Have a monitor at Datadog, and see in the same look what Sentry counts
  saasops.runbooks.component_monitors:
    state: present
    mute: 15m
    component:
      name: api
      component_monitors:
        - name: slow answers
          provider: datadog
          type: metric alert
          query: avg(last_5m):avg:shop.api_response_time{*} > 500
          thresholds: {critical: 500, warning: 200}
        - name: errors
          provider: sentry
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
    verdict: {description: 'V(pass), V(warn), V(fail), V(inconclusive), V(error) or V(skipped).', type: str}
    reason: {description: Why., type: str}
    value: {description: 'Its status, or a number.', type: raw}
    unit: {description: The unit of a number., type: str}
    limit: {description: The status that is well., type: str}
monitors:
  description: The monitors; the same keys as in M(saasops.runbooks.uptimerobot_monitor) and M(saasops.runbooks.datadog_monitor).
  returned: success
  type: list
  elements: dict
windows:
  description:
    - What holds alerts of this component back, with the keys of M(saasops.runbooks.uptimerobot_maintenance_window) and
      M(saasops.runbooks.datadog_downtime).
    - With O(state=looked), C(own) tells whether it is the one that O(mute) opens.
  returned: success
  type: list
  elements: dict
triage:
  description: The open issues by type of error; the same keys as C(types) of M(saasops.runbooks.sentry_issue_info), and C(monitor), its declared name.
  returned: success
  type: list
  elements: dict
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

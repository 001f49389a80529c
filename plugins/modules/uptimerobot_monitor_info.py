#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module uptimerobot_monitor_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: uptimerobot_monitor_info
short_description: See what UptimeRobot looks at, and what is down
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads monitors with their status.
notes:
  - One request for every 200 monitors of the account.
  - Passwords and headers of a monitor, and the key that it may have of its own, are never returned.
  - Uses UptimeRobot's REST API, version 3. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.uptimerobot
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_uptimerobot
options:
  names:
    description:
      - Only these. One that is not there is an error.
    type: list
    elements: str
  status:
    description:
      - Only those that are so.
    type: list
    elements: str
    choices: [up, down, looks_down, paused, started]
  tags:
    description:
      - Only those that have one of these tags.
    type: list
    elements: str
seealso:
  - module: saasops.runbooks.uptimerobot_monitor
"""

EXAMPLES = r"""
- name: See what is down
  saasops.runbooks.uptimerobot_monitor_info:
    status: [down, looks_down]
  register: found

- name: Say so
  ansible.builtin.debug:
    msg: "{{ found.monitors | map(attribute='name') }}"
"""

RETURN = r"""
monitors:
  description: The monitors.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its number.
      type: int
    name:
      description: Its name.
      type: str
    type:
      description: V(http), V(keyword), V(ping), V(port) or V(heartbeat), or another type that UptimeRobot has.
      type: str
    url:
      description: What it looks at. Of a heartbeat, where the heartbeat goes.
      type: str
    status:
      description: V(UP), V(DOWN), V(LOOKS_DOWN), V(PAUSED), V(STARTED), or V(PENDING) as long as nothing is known.
      type: str
    paused:
      description: Whether it is paused; nobody is told then. Null where UptimeRobot has a status of which that is not known.
      type: bool
    interval:
      description: Seconds between two looks.
      type: float
    timeout:
      description: Seconds for which one look waits.
      type: float
    grace:
      description: Seconds for which a heartbeat may be late.
      type: float
    port:
      description: The port that is looked at.
      type: int
    keyword:
      description: The text that is looked for.
      type: str
    alert_when:
      description: V(exists) or V(missing).
      type: str
    keyword_case:
      description: Whether A is not a.
      type: bool
    method:
      description: The HTTP method.
      type: str
    success_codes:
      description: The HTTP statuses that are good.
      type: list
      elements: str
    follow_redirects:
      description: Whether redirects are followed.
      type: bool
    check_certificate:
      description: Whether a bad certificate counts as down.
      type: bool
    certificate_reminder:
      description: Whether somebody is reminded before the certificate ends.
      type: bool
    domain_reminder:
      description: Whether somebody is reminded before the domain ends.
      type: bool
    tags:
      description: Its tags.
      type: list
      elements: str
    alert_contacts:
      description: Who is told, each with C(id), C(threshold) and C(recurrence) in minutes.
      type: list
      elements: dict
    in_state_for:
      description: Seconds for which it has its status.
      type: float
    last_incident:
      description: The last incident with C(reason) and C(started_at); V(null) when there was none.
      type: dict
    maintenance_windows:
      description: The numbers of its maintenance windows.
      type: list
      elements: int
counts:
  description: How many there are of each status.
  returned: success
  type: dict
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(plan), V(timeout), V(vendor_down) or
      V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import UPTIMEROBOT_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.monitor import STATUSES, execute_info

SPEC: dict[str, Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **UPTIMEROBOT_ARGUMENTS,
        "names": {"type": "list", "elements": "str"},
        "status": {"type": "list", "elements": "str", "choices": list(STATUSES)},
        "tags": {"type": "list", "elements": "str"},
    },
    "supports_check_mode": True,
}
execute = execute_info


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

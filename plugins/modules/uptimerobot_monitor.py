#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module uptimerobot_monitor."""

from __future__ import annotations

DOCUMENTATION = r"""
module: uptimerobot_monitor
short_description: Say which monitor UptimeRobot has
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - States one monitor. It is found by its name, else by its type and address, which it then gets the name for, and is made only where neither is there.
    So it is made once and never doubled, also when an answer was lost.
  - Options that are not given are left as they are. A new monitor gets V(http), an interval of 5 minutes and a timeout of 30 seconds.
notes:
  - Requests are one for every 200 monitors of the account, and one for a change. The free plan answers 10 in a minute. Where UptimeRobot says 429 the
    module waits as long as it is told to, within O(deadline).
  - Two monitors of one name, or of one address where no name fits, are never chosen from. The task fails and names their numbers.
  - What UptimeRobot takes and does not keep, such as thresholds on the free plan, is a failure, since it would be sent again for ever.
  - Passwords and headers of a monitor are neither read nor set.
  - Uses UptimeRobot's REST API, version 3. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.uptimerobot
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_uptimerobot
options:
  state:
    description:
      - V(absent) deletes the monitor with all that it has measured, and needs O(allow=destroy).
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Its name.
    type: str
    required: true
  type:
    description:
      - What it looks at. V(http) a page, V(keyword) a text in a page, V(ping) and V(port) a host, V(heartbeat) nothing, since it waits to be told.
    type: str
    choices: [http, keyword, ping, port, heartbeat]
  url:
    description:
      - The address of the page, or the host. A new monitor needs it unless it is a heartbeat, whose address UptimeRobot makes.
    type: str
  interval:
    description:
      - Time between two looks, such as V(5m), from 30 seconds on. Short ones need a plan.
    type: str
  timeout:
    description:
      - Time for which one look waits, from V(1s) to V(60s).
    type: str
  grace:
    description:
      - Time for which a heartbeat may be late.
    type: str
  port:
    description:
      - The port that is looked at.
    type: int
  keyword:
    description:
      - The text that is looked for.
    type: str
  alert_when:
    description:
      - Whether it is bad that the text is there, or that it is not.
    type: str
    choices: [exists, missing]
  keyword_case:
    description:
      - Whether A is not a.
    type: bool
  method:
    description:
      - The HTTP method. UptimeRobot takes HEAD when none is given.
    type: str
    choices: [HEAD, GET, POST, PUT, PATCH, DELETE, OPTIONS]
  success_codes:
    description:
      - The HTTP statuses that are good, such as V(200) or V(2xx). UptimeRobot takes 2xx and 3xx when none are given.
    type: list
    elements: str
  follow_redirects:
    description:
      - Whether redirects are followed.
    type: bool
  check_certificate:
    description:
      - Whether a bad certificate counts as down.
    type: bool
  certificate_reminder:
    description:
      - Whether somebody is reminded before the certificate ends.
    type: bool
  domain_reminder:
    description:
      - Whether somebody is reminded before the domain ends.
    type: bool
  tags:
    description:
      - Its tags, all of them.
    type: list
    elements: str
  alert_contacts:
    description:
      - Who is told, all of them.
    type: list
    elements: dict
    suboptions:
      id:
        description: Number of the alert contact.
        type: int
        required: true
      threshold:
        description: Minutes to wait before it is told. Always 0 on the free plan.
        type: int
        default: 0
      recurrence:
        description: Minutes after which it is told again, 0 for never. Always 0 on the free plan.
        type: int
        default: 0
  paused:
    description:
      - Whether it is paused. Whoever forgets a paused monitor is never told again. M(saasops.runbooks.uptimerobot_maintenance_window) ends by itself.
    type: bool
seealso:
  - module: saasops.runbooks.uptimerobot_monitor_info
  - module: saasops.runbooks.uptimerobot_maintenance_window
"""

EXAMPLES = r"""
- name: Look at the health page every five minutes
  saasops.runbooks.uptimerobot_monitor:
    name: api health
    type: keyword
    url: https://api.example.com/health
    keyword: '"status":"healthy"'
    alert_when: missing
    method: GET
    interval: 5m
    tags: [production]

- name: Be told when the nightly backup has not happened
  saasops.runbooks.uptimerobot_monitor:
    name: nightly backup
    type: heartbeat
    interval: 24h
    grace: 1h
  register: backup

- name: Tell where the heartbeat goes
  ansible.builtin.debug:
    var: backup.monitor.url
"""

RETURN = r"""
monitor:
  description: The monitor as it is, or would be in check mode; V(null) when it is absent.
  returned: success
  type: dict
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
diff:
  description: The fields that the task names, before and after.
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
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(plan), V(timeout), V(vendor_down) or
      V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.client import UPTIMEROBOT_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.monitor import MONITOR_ARGUMENTS, execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **UPTIMEROBOT_ARGUMENTS,
        **MONITOR_ARGUMENTS,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module uptimerobot_maintenance_window."""

from __future__ import annotations

DOCUMENTATION = r"""
module: uptimerobot_maintenance_window
short_description: Say when UptimeRobot holds its alerts back
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - States one maintenance window, which is found by its name, and made once. While it is open UptimeRobot goes on looking, and tells nobody.
  - A window ends by itself, which a paused monitor does not.
notes:
  - Requests are one for the windows, one for every 200 monitors where O(monitors) is given, and one for a change.
  - UptimeRobot keeps a date and a time without a zone, and no call tells the zone of the account. Say it with O(zone), or a window opens hours too early
    or too late.
  - With O(start=now) a window that is open, and lasts nearly as long as O(duration) from now on, is left as it is.
  - A window that is over stays in UptimeRobot's list, until it is used again or V(absent).
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
      - V(absent) deletes the window. Alerts go out again at once.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Its name.
    type: str
    required: true
  repeat:
    description:
      - How often it opens.
    type: str
    choices: [once, daily, weekly, monthly]
    default: once
  start:
    description:
      - When a window that opens once begins. V(now), or a time such as V(2026-11-21T14:00:00Z).
    type: str
  time:
    description:
      - When a window that comes again begins, as V(HH:MM) in O(zone).
    type: str
  days:
    description:
      - The days on which it comes. For V(weekly) 1 (Monday) to 7, for V(monthly) 1 to 31, or -1 for the last one.
    type: list
    elements: int
  duration:
    description:
      - How long it lasts, from V(1m) to V(7d), in whole minutes.
    type: str
  monitors:
    description:
      - The monitors it is for, all of them, by name or number.
    type: list
    elements: str
  all_monitors:
    description:
      - Whether it is for every monitor, those to come too. It cannot be changed later.
    type: bool
  zone:
    description:
      - The zone that is set in the UptimeRobot account, such as V(Europe/Berlin).
      - If not set, taken from the inventory variable C(uptimerobot_zone).
    type: str
    default: UTC
seealso:
  - module: saasops.runbooks.uptimerobot_monitor
"""

EXAMPLES = r"""
- name: Hold alerts back while the database is migrated
  saasops.runbooks.uptimerobot_maintenance_window:
    name: migration
    start: now
    duration: 30m
    all_monitors: true

- name: Let them go out again as soon as it is done
  saasops.runbooks.uptimerobot_maintenance_window:
    name: migration
    state: absent
"""

RETURN = r"""
maintenance_window:
  description: The window as it is, or would be in check mode; V(null) when it is absent.
  returned: success
  type: dict
  contains:
    id: {description: Its number., type: int}
    name: {description: Its name., type: str}
    repeat: {description: How often it opens., type: str}
    date: {description: The day on which it begins., type: str}
    time: {description: When it begins., type: str}
    duration: {description: How long it lasts in seconds., type: float}
    days: {description: The days on which it comes., type: list, elements: int}
    monitor_ids: {description: The numbers of its monitors., type: list, elements: int}
    all_monitors: {description: Whether it is for every monitor., type: bool}
    status: {description: 'V(active), or V(paused) when it holds nothing back.', type: str}
    starts_at: {description: 'When it begins, in seconds since the epoch; V(null) of one that comes again.', type: float}
    ends_at: {description: 'When it ends; V(null) of one that comes again.', type: float}
    open: {description: 'Whether it is open now; V(null) of one that comes again.', type: bool}
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.uptimerobot.maintenance_window import REPEATS, execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **UPTIMEROBOT_ARGUMENTS,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "repeat": {"type": "str", "choices": list(REPEATS), "default": "once"},
        "start": {"type": "str"},
        "time": {"type": "str"},
        "days": {"type": "list", "elements": "int"},
        "duration": {"type": "str"},
        "monitors": {"type": "list", "elements": "str"},
        "all_monitors": {"type": "bool"},
        "zone": {"type": "str", "default": "UTC"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

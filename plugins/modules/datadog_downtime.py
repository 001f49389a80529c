#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module datadog_downtime."""

from __future__ import annotations

DOCUMENTATION = r"""
module: datadog_downtime
short_description: Say for how long Datadog holds alerts back
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - States one downtime, in which Datadog goes on looking and tells nobody. It always has an end, so that a run that is killed leaves nothing muted for
    ever.
  - Datadog keeps no name of a downtime. Its message is its name here, and finds it as long as it is open or to come. One that is over never opens
    again; another one is made.
notes:
  - Requests are one for every 100 downtimes, one for every 1000 monitors where O(monitor) is given, and one for a change.
  - With O(start=now) a downtime that is open and lasts nearly as long as is wanted, or longer, is left as it is.
  - Downtimes that come again are neither made nor shown as such. One of that name becomes one that does not.
  - Uses Datadog's REST API, version 2. Version 1, which M(community.general.datadog_downtime) speaks, is deprecated by Datadog. Facts rest on
    Datadog's own client for Python.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.datadog
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_datadog
options:
  state:
    description:
      - V(absent) cancels the downtime, so that alerts go out again.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Its name, which stands in its notifications too.
    type: str
    required: true
  start:
    description:
      - V(now), or a time with its zone such as V(2026-11-21T14:00:00Z).
    type: str
    default: now
  duration:
    description:
      - How long it lasts, from V(1m) to V(7d). Needed with O(state=present).
    type: str
  monitor:
    description:
      - The name of the monitor that it is for.
    type: str
  monitor_tags:
    description:
      - The tags of the monitors that it is for. They must have all of them. An empty list, as nothing at all, is for every monitor.
    type: list
    elements: str
  scope:
    description:
      - What it holds back of these monitors, in Datadog's own words, such as V(env:staging). A new downtime holds all back.
    type: str
seealso:
  - module: saasops.runbooks.datadog_monitor
  - module: community.general.datadog_downtime
"""

EXAMPLES = r"""
- name: Hold alerts back while the database is migrated
  saasops.runbooks.datadog_downtime:
    name: migration
    duration: 30m
    monitor_tags: [service:shop]

- name: Let them go out again as soon as it is done
  saasops.runbooks.datadog_downtime:
    name: migration
    state: absent
"""

RETURN = r"""
downtime:
  description: The downtime as it is, or would be in check mode; V(null) when it is absent.
  returned: success
  type: dict
  contains:
    id: {description: Its key., type: str}
    name: {description: 'Its name, which Datadog has as its message.', type: str}
    status: {description: V(active) or V(scheduled)., type: str}
    scope: {description: What it holds back of a monitor., type: str}
    monitor_id: {description: 'The number of its monitor; V(null) when it is for more than one.', type: int}
    monitor_tags: {description: The tags of its monitors; none when it is for all., type: list, elements: str}
    repeats: {description: Whether it comes again., type: bool}
    starts_at: {description: 'When it begins, in seconds since the epoch.', type: float}
    ends_at: {description: 'When it ends; V(null) when it never does.', type: float}
    open: {description: Whether it is open now., type: bool}
diff:
  description: The fields that the task names, and when it ends, before and after.
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import DATADOG_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.downtime import execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **DATADOG_ARGUMENTS,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "name": {"type": "str", "required": True},
        "start": {"type": "str", "default": "now"},
        "duration": {"type": "str"},
        "monitor": {"type": "str"},
        "monitor_tags": {"type": "list", "elements": "str"},
        "scope": {"type": "str"},
    },
    "mutually_exclusive": [("monitor", "monitor_tags")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

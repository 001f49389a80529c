#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module datadog_monitor_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: datadog_monitor_info
short_description: See what Datadog monitors, and what alerts
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads monitors with their status.
notes:
  - One request for every 1000 monitors of the organisation.
  - Whether alerts are held back is told by M(saasops.runbooks.component_monitors), as a downtime may be for many monitors.
  - Uses Datadog's REST API, version 1. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.datadog
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_datadog
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
    choices: [OK, Warn, Alert, No Data, Ignored, Skipped, Unknown]
  tags:
    description:
      - Only those that have all of these tags.
    type: list
    elements: str
seealso:
  - module: saasops.runbooks.datadog_monitor
"""

EXAMPLES = r"""
- name: See what alerts
  saasops.runbooks.datadog_monitor_info:
    status: [Alert, No Data]
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
    id: {description: Its number., type: int}
    name: {description: Its name., type: str}
    type: {description: 'Its type, such as V(query alert).', type: str}
    query: {description: What it asks., type: str}
    notification_message: {description: What is told., type: str}
    priority: {description: 'From 1 (high) to 5 (low); V(null) for none.', type: int}
    tags: {description: Its tags., type: list, elements: str}
    status: {description: 'V(OK), V(Warn), V(Alert), V(No Data), V(Ignored), V(Skipped) or V(Unknown).', type: str}
    thresholds: {description: The numbers that count., type: dict}
    notify_no_data: {description: Whether somebody is told when no data come., type: bool}
    no_data_timeframe: {description: Seconds without data until then., type: float}
    on_missing_data: {description: What missing data mean., type: str}
    renotify_interval: {description: Seconds after which it tells again., type: float}
    escalation_message: {description: What is then told., type: str}
    evaluation_delay: {description: Seconds by which it looks back., type: float}
    new_group_delay: {description: Seconds in which a new group is not judged., type: float}
    require_full_window: {description: Whether it waits for a full window of data., type: bool}
    include_tags: {description: Whether the title of a message names the tags., type: bool}
    notify_audit: {description: Whether changes of the monitor are told., type: bool}
    alerting: {description: The groups that alert., type: list, elements: str}
    alerting_since: {description: 'Since when, in seconds since the epoch; V(null) when none does.', type: float}
    draft: {description: 'Whether it is a draft, of which nobody is told.', type: bool}
counts:
  description: How many of RV(monitors) there are of each status.
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import DATADOG_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.monitor import execute_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.monitors import STATES

SPEC: dict[str, Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **DATADOG_ARGUMENTS,
        "names": {"type": "list", "elements": "str"},
        "status": {"type": "list", "elements": "str", "choices": list(STATES)},
        "tags": {"type": "list", "elements": "str"},
    },
    "supports_check_mode": True,
}

execute = execute_info


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

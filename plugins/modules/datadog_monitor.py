#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module datadog_monitor."""

from __future__ import annotations

DOCUMENTATION = r"""
module: datadog_monitor
short_description: Say which monitor Datadog has
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - States one monitor. It is found by its name, and is made only where there is none of it. So it is made once and never doubled, also when an answer
    was lost.
  - Options that are not given are left as they are; of O(thresholds), those that are not named.
notes:
  - Requests are one for every 1000 monitors of the organisation, and one for a change. A plan asks Datadog in addition whether it would take the monitor.
    O(mute) needs one for every 100 downtimes, and one for a change.
  - Two monitors of one name are never chosen from. The task fails and names their numbers.
  - The type of a monitor cannot be changed. V(metric alert) and V(query alert) are one type, of which Datadog chooses the word.
  - What Datadog takes and does not keep is a failure, since it would be sent again for ever.
  - M(community.general.datadog_monitor) has neither check mode nor a difference, knows no type of after 2021, and mutes without an end.
  - Uses Datadog's REST API, version 1 for monitors and 2 for downtimes. Facts rest on its OpenAPI document and its own client for Python.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.datadog
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_datadog
options:
  state:
    description:
      - V(absent) deletes the monitor with all that it has seen, and needs O(allow=destroy).
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
      - What it is. A new monitor needs it.
    type: str
    choices:
      - audit alert
      - ci-pipelines alert
      - ci-tests alert
      - composite
      - cost alert
      - data-jobs alert
      - data-quality alert
      - database-monitoring alert
      - error-tracking alert
      - event alert
      - event-v2 alert
      - llm-observability alert
      - log alert
      - metric alert
      - network-path alert
      - network-performance alert
      - process alert
      - query alert
      - rum alert
      - service check
      - slo alert
      - synthetics alert
      - trace-analytics alert
  query:
    description:
      - What it asks, with the number that is too much. A new monitor needs it.
    type: str
  notification_message:
    description:
      - What is told, and to whom, such as V(@slack-incidents). Datadog fills in its own words in double braces; write them with C(!unsafe).
    type: str
  priority:
    description:
      - From 1 (high) to 5 (low).
    type: int
  tags:
    description:
      - Its tags, all of them.
    type: list
    elements: str
  thresholds:
    description:
      - The numbers that count. C(critical) is the one in O(query).
    type: dict
    suboptions:
      critical: {description: From here on it alerts., type: float}
      critical_recovery: {description: From here on it alerts no more., type: float}
      ok: {description: How often a service check must be well., type: float}
      unknown: {description: How often a service check may be unknown., type: float}
      warning: {description: From here on it warns., type: float}
      warning_recovery: {description: From here on it warns no more., type: float}
  notify_no_data:
    description:
      - Whether somebody is told when no data come.
    type: bool
  no_data_timeframe:
    description:
      - Time without data until then, in whole minutes, such as V(10m).
    type: str
  on_missing_data:
    description:
      - What missing data mean, for the types of monitors that know it instead of O(notify_no_data).
    type: str
    choices: [default, show_no_data, show_and_notify_no_data, resolve]
  renotify_interval:
    description:
      - Time after which it is told again, in whole minutes, such as V(1h).
    type: str
  escalation_message:
    description:
      - What is then told.
    type: str
  evaluation_delay:
    description:
      - Time by which it looks back, such as V(15m), for metrics that come late.
    type: str
  new_group_delay:
    description:
      - Time in which a new group is not judged, such as V(1m).
    type: str
  require_full_window:
    description:
      - Whether it waits for a full window of data.
    type: bool
  include_tags:
    description:
      - Whether the title of a message names the tags.
    type: bool
  notify_audit:
    description:
      - Whether changes of the monitor are told.
    type: bool
  mute:
    description:
      - Hold its alerts back for so long from now on, from V(1m) to V(7d), by a downtime that ends by itself. V(off) ends it now.
    type: str
seealso:
  - module: saasops.runbooks.datadog_monitor_info
  - module: saasops.runbooks.datadog_downtime
  - module: community.general.datadog_monitor
"""

EXAMPLES = r"""
- name: Alert when answers take too long
  saasops.runbooks.datadog_monitor:
    name: Shop performance
    type: metric alert
    query: avg(last_5m):avg:shop.api_response_time{*} > 500
    notification_message: API response time is high @slack-incidents
    thresholds:
      critical: 500
      warning: 200
    tags: [service:shop]

- name: Hold its alerts back for half an hour
  saasops.runbooks.datadog_monitor:
    name: Shop performance
    mute: 30m
"""

RETURN = r"""
monitor:
  description: The monitor as it is, or would be in check mode; V(null) when it is absent.
  returned: success
  type: dict
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
downtime:
  description: What O(mute) made, with the keys of M(saasops.runbooks.datadog_downtime); V(null) without it, and when it is off.
  returned: success
  type: dict
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.client import DATADOG_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.datadog.monitor import MONITOR_ARGUMENTS, execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **DATADOG_ARGUMENTS,
        **MONITOR_ARGUMENTS,
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "mute": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

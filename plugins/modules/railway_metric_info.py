#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_metric_info
short_description: Read what a Railway service uses, how many requests it answers, and how fast
version_added: 0.1.0
description:
  - Reads measurements of a service within a window of time, and counts its requests by status with percentiles of their durations.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema.
  - With a project token, two requests.
  - Requests are counted for services with a public domain only. Without any, RV(http.failed_share) is V(null), which is not the same as none
    having failed.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.railway
  - saasops.runbooks.railway.service
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options:
  since:
    description:
      - Since when. A length of time ago, such as V(15m), or a time such as V(2026-11-21T14:00:00Z).
    type: str
    default: 1h
  until:
    description:
      - Until when, written as O(since). When not set, until now.
    type: str
  measurements:
    description:
      - What is measured. C(_GB) are gigabytes, CPU is in vCPUs. An empty list asks for none.
    type: list
    elements: str
    choices:
      - BACKUP_USAGE_GB
      - CPU_LIMIT
      - CPU_USAGE
      - DISK_USAGE_GB
      - EPHEMERAL_DISK_USAGE_GB
      - MEMORY_LIMIT_GB
      - MEMORY_USAGE_GB
      - NETWORK_RX_GB
      - NETWORK_TX_GB
    default: [CPU_USAGE, MEMORY_USAGE_GB]
  group_by:
    description:
      - One series for each of these, instead of one in which all replicas are added up.
    type: list
    elements: str
    choices: [DEPLOYMENT_ID, DEPLOYMENT_INSTANCE_ID, REGION]
    default: []
  sample:
    description:
      - Length of time between two samples, such as V(1m); at most 2000 of them.
      - When not set, measurements have up to 60 samples, and requests one for the whole window, since percentiles cannot be put together.
    type: str
  http:
    description:
      - Whether to count requests, and to tell how long they took.
    type: bool
    default: true
  path:
    description:
      - Only requests for this path.
    type: str
  method:
    description:
      - Only requests of this method, such as V(GET).
    type: str
seealso:
  - module: saasops.runbooks.railway_log_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what the service used in the last hour
  saasops.runbooks.railway_metric_info:
    project: example
    environment: production
    service: api
  register: used

- name: Count the failed requests of the last three minutes
  saasops.runbooks.railway_metric_info:
    service: api
    since: 3m
    measurements: []
  register: served

- name: Say how it went
  ansible.builtin.debug:
    msg: "{{ served.http.failed }} of {{ served.http.requests }} requests failed"

- name: Follow the memory of each replica
  saasops.runbooks.railway_metric_info:
    service: api
    since: 30m
    sample: 1m
    measurements: [MEMORY_USAGE_GB, MEMORY_LIMIT_GB]
    group_by: [DEPLOYMENT_INSTANCE_ID]
    http: false
"""

RETURN = r"""
metrics:
  description: One series for each measurement, and for each group where there are groups.
  returned: success
  type: list
  elements: dict
  contains:
    measurement:
      description: What was measured.
      type: str
    tags:
      description: What the series belongs to, as far as was grouped.
      type: dict
      contains:
        service_id:
          description: The service.
          type: str
        deployment_id:
          description: The deployment.
          type: str
        instance_id:
          description: The container.
          type: str
        region:
          description: The region.
          type: str
    samples:
      description: What was measured, oldest first.
      type: list
      elements: dict
      contains:
        at:
          description: When, in seconds since the epoch.
          type: float
        value:
          description: How much.
          type: float
    last:
      description: The newest value; V(null) when there is none.
      type: float
    average:
      description: The mean of all values; V(null) when there is none.
      type: float
    maximum:
      description: The largest value; V(null) when there is none.
      type: float
  sample:
    - measurement: CPU_USAGE
      tags: {service_id: null, deployment_id: null, instance_id: null, region: null}
      samples:
        - {at: 1795266000.0, value: 0.21}
        - {at: 1795266060.0, value: 0.24}
      last: 0.24
      average: 0.225
      maximum: 0.24
http:
  description: The requests; V(null) without O(http).
  returned: success
  type: dict
  contains:
    requests:
      description: How many there were.
      type: int
    failed:
      description: How many of them were answered with a status of 500 or more.
      type: int
    failed_share:
      description: The failed ones as a share from 0 to 1; V(null) when there were no requests.
      type: float
    statuses:
      description: How many there were of each status.
      type: list
      elements: dict
      contains:
        status:
          description: The status.
          type: int
        count:
          description: How many answers had it.
          type: int
    latency:
      description: How long they took. One entry for the whole window, or one for each O(sample).
      type: list
      elements: dict
      contains:
        at:
          description: When the entry begins, in seconds since the epoch.
          type: float
        p50_ms:
          description: Milliseconds within which half of the requests were answered.
          type: float
        p90_ms:
          description: Milliseconds within which 90% of them were.
          type: float
        p95_ms:
          description: Milliseconds within which 95% of them were.
          type: float
        p99_ms:
          description: Milliseconds within which 99% of them were.
          type: float
  sample:
    requests: 90
    failed: 30
    failed_share: 0.3333
    statuses:
      - {status: 200, count: 60}
      - {status: 500, count: 30}
    latency:
      - {at: 1795269420.0, p50_ms: 62.0, p90_ms: 971.0, p95_ms: 989.0, p99_ms: 999.0}
window:
  description: The window of time that was asked for.
  returned: success
  type: dict
  contains:
    since:
      description: Its beginning, in seconds since the epoch.
      type: float
    until:
      description: Its end, in seconds since the epoch.
      type: float
link:
  description: The project's page in the dashboard.
  returned: success
  type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(not_found), V(invalid) (also a filter that Railway does not understand),
      V(protocol), V(timeout) or V(vendor_down). C(hint) says what can be done next, C(request_id) is Railway's trace id.
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.metric_info import GROUPS, MEASUREMENTS, execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "since": {"type": "str", "default": "1h"},
        "until": {"type": "str"},
        "measurements": {"type": "list", "elements": "str", "choices": sorted(MEASUREMENTS), "default": ["CPU_USAGE", "MEMORY_USAGE_GB"]},
        "group_by": {"type": "list", "elements": "str", "choices": list(GROUPS), "default": []},
        "sample": {"type": "str"},
        "http": {"type": "bool", "default": True},
        "path": {"type": "str"},
        "method": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_log_info
short_description: Read logs of a Railway deployment, its build, its requests, or a whole environment
version_added: 0.1.0
description:
  - Reads the newest lines of a log within a window of time, oldest first.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of logs.
  - With a project token, two requests for an environment or a deployment given by its id after the token was read, else three; one more for
    every further hundred deployments when an old one is looked up by its tag.
  - Railway keeps logs for 7 to 90 days, as the plan says, and drops what goes beyond 500 lines a second for each replica.
  - Lines are given as one line each, without control characters, and are cut at 2000 characters. What your app logs may be secret; set
    C(no_log) on the task when it is.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.railway
  - saasops.runbooks.railway.optional_service
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options:
  source:
    description:
      - V(deploy), what the containers of a deployment have written.
      - V(build), what was written when it was built.
      - V(http), the requests that it has answered.
      - V(environment), what all services of the environment have written, without builds.
    type: str
    choices: [deploy, build, http, environment]
    default: deploy
  service:
    description:
      - Name or id of the service. Required unless O(source=environment).
    type: str
  deployment:
    description:
      - The deployment by its id, its tag, or at least 7 characters of its commit. Not allowed with O(source=environment).
      - When not set, the one that serves; for O(source=build) the newest, whatever became of it.
    type: str
  since:
    description:
      - Only lines since then. A length of time ago, such as V(15m), or a time such as V(2026-11-21T14:00:00Z).
      - When not set, as far back as Railway has lines.
    type: str
  until:
    description:
      - Only lines before that, written as O(since). When not set, until now.
    type: str
  limit:
    description:
      - The most lines to return, from 1 to 5000. Of more, the newest are kept.
    type: int
    default: 200
  filter:
    description:
      - Only lines that fit, in Railway's own filter language. For example V("connection refused"), V(@level:error),
        V(@httpStatus:>=500), V(@path:/checkout AND @totalDuration:>1000), V(-health).
    type: str
seealso:
  - module: saasops.runbooks.railway_metric_info
  - name: Railway logs
    description: The filter language, and how long logs are kept.
    link: https://docs.railway.com/guides/logs
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Read the errors of the last quarter of an hour
  saasops.runbooks.railway_log_info:
    service: api
    since: 15m
    filter: "@level:error"
  register: errors

- name: See why the newest build failed
  saasops.runbooks.railway_log_info:
    service: api
    source: build
    limit: 50

- name: Read the failed requests of a release
  saasops.runbooks.railway_log_info:
    service: api
    source: http
    deployment: v1.4.2
    since: 1h
    filter: "@httpStatus:>=500"

- name: Read what all services have written
  saasops.runbooks.railway_log_info:
    project: example
    environment: production
    source: environment
    since: 5m
"""

RETURN = r"""
logs:
  description: The lines, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    timestamp:
      description: When it was written, as Railway says it, with nanoseconds.
      type: str
    at:
      description: The same in seconds since the epoch.
      type: float
    severity:
      description: Railway's word for how bad it is, such as V(info) or V(error); V(null) when it has none. Not for V(http).
      type: str
    message:
      description: The line. Not for V(http).
      type: str
    attributes:
      description: What the line says in a structured way, as texts. Not for V(http).
      type: dict
    service_id:
      description: The service that wrote it. Not for V(http).
      type: str
    deployment_id:
      description: The deployment that wrote it. Not for V(http).
      type: str
    instance_id:
      description: The container that wrote it, or answered.
      type: str
    request_id:
      description: Railway's id of the request. For V(http), as are all that follow.
      type: str
    method:
      description: The request's method.
      type: str
    host:
      description: The host that was asked for.
      type: str
    path:
      description: The path that was asked for.
      type: str
    status:
      description: The status of the answer.
      type: int
    duration_ms:
      description: Milliseconds until the answer was there.
      type: int
    upstream_ms:
      description: Those of them that the app took.
      type: int
    details:
      description: Why there was no answer of the app; V(null) when it answered.
      type: str
    errors:
      description: Errors between Railway and the app; V(null) when there were none.
      type: str
    ip:
      description: The address that asked.
      type: str
    edge_region:
      description: Where Railway took the request.
      type: str
  sample:
    - timestamp: '2026-11-21T14:00:10.000000003Z'
      at: 1795269610.0
      severity: error
      message: 'Error: checkout failed with code 500'
      attributes: {level: error, route: /api/cart}
      service_id: 2c4e6a80-1b3d-4f5a-8c7e-9d0f1a2b3c4d
      deployment_id: 5b0c8a8e-3f8a-4b52-8d1c-0f6a2f1f6c11
      instance_id: 9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a
more:
  description: Whether the window holds more lines than were returned.
  returned: success
  type: bool
deployment:
  description: The deployment that was meant; V(null) for an environment.
  returned: success
  type: dict
  contains:
    id:
      description: The deployment's id.
      type: str
    commit:
      description: The commit it was built from.
      type: str
    version:
      description: Its tag.
      type: str
    state:
      description: Railway's own word for its state.
      type: str
window:
  description: The window of time that was asked for.
  returned: success
  type: dict
  contains:
    since:
      description: Its beginning, in seconds since the epoch; V(null) when there is none.
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.log_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "service": {"type": "str"},
        "source": {"type": "str", "choices": ["deploy", "build", "http", "environment"], "default": "deploy"},
        "deployment": {"type": "str"},
        "since": {"type": "str"},
        "until": {"type": "str"},
        "limit": {"type": "int", "default": 200},
        "filter": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

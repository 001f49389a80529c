#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_log_info
short_description: Look at what functions on Convex logged lately
version_added: 0.1.0
description:
  - Takes one look at the small buffer in which Convex keeps the latest executions of functions with their log lines and errors.
  - It is no archive. What is older than the buffer is gone. For a history, let Convex send its logs to a log stream.
notes:
  - One request. Convex keeps it for up to a minute when there is nothing to tell, so O(request_timeout) is longer than usual.
  - The deploy key needs the permission C(deployment:logs:view).
  - Of one execution at most 20 lines are kept, and of one line 500 characters. Lines may hold personal data of the app's users.
  - Uses a call of Convex's own command-line client. Facts rest on that client and on the vendor's schema of the entries.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.convex
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_convex
options:
  function:
    description:
      - Only executions of this function, as C(dir/file:export).
    type: str
  errors_only:
    description:
      - Only executions that failed.
    type: bool
    default: false
  limit:
    description:
      - At most so many executions, the latest ones.
    type: int
    default: 100
  cursor:
    description:
      - Only what came after an earlier look, whose result gave this number. V(0) gives all that is in the buffer.
    type: float
    default: 0
  request_timeout:
    description:
      - Time that one request may take to connect, and then to answer. Durations are seconds, or such as V(90s), V(15m), V(24h).
    type: str
    default: 70s
seealso:
  - module: saasops.runbooks.convex_function
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Let the app do something
  saasops.runbooks.convex_function:
    path: health:check
    type: query

- name: See which functions failed lately
  saasops.runbooks.convex_log_info:
    errors_only: true
    limit: 20
  register: failed

- name: Show them
  ansible.builtin.debug:
    msg: "{{ failed.entries | map(attribute='function') | unique }}"

- name: See the latest executions of one function
  saasops.runbooks.convex_log_info:
    function: health:check
    limit: 5
"""

RETURN = r"""
entries:
  description: The executions, the latest last.
  returned: success
  type: list
  elements: dict
  contains:
    at:
      description: When it ended, in seconds since the epoch.
      type: float
    kind:
      description: V(Completion), or V(Progress) for what a function that still runs has logged.
      type: str
    function:
      description: The function.
      type: str
    type:
      description: V(Query), V(Mutation), V(Action) or V(HttpAction).
      type: str
    component:
      description: The component that it belongs to; V(null) for the app itself.
      type: str
    seconds:
      description: How long it ran, in seconds.
      type: float
    error:
      description: What it threw; V(null) when it ended well.
      type: str
    log_lines:
      description: Its first 20 log lines.
      type: list
      elements: str
    lines_left_out:
      description: How many more there were.
      type: int
    cached:
      description: Whether the result came from the cache.
      type: bool
    will_retry:
      description: Whether Convex runs it again by itself.
      type: bool
    request_id:
      description: Id of the app's request.
      type: str
  sample:
    - at: 1795143720.5
      kind: Completion
      function: reports:broken
      type: Query
      component: null
      seconds: 0.01
      error: "Uncaught Error: a report needs rows that are not there"
      log_lines: ["[ERROR] 'about to fail'"]
      lines_left_out: 0
      cached: false
      will_retry: false
      request_id: 34083ccbd338788a
left_out:
  description: How many older executions fitted too and were left out because of O(limit).
  returned: success
  type: int
  sample: 0
errors:
  description: How many of all that fitted failed.
  returned: success
  type: int
  sample: 1
cursor:
  description: To give as O(cursor), to see only what comes later.
  returned: success
  type: float
  sample: 1795143720500.0
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(rate_limited), V(timeout), V(vendor_down) or V(protocol) (the
      answer is not what Convex documents).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: stream_function_logs
    kind: permission
    status: 403
    code: 'OperationNotPermitted'
    message: You do not have permission to perform this operation (deployment:logs:view).
    request_id: ''
    retryable: false
    hint: 'Make a deploy key that has the permission deployment:logs:view'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.logs import execute_info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "function": {"type": "str"},
        "errors_only": {"type": "bool", "default": False},
        "limit": {"type": "int", "default": 100},
        "cursor": {"type": "float", "default": 0.0},
        # Longer than Convex keeps a request for which there is nothing to tell.
        "request_timeout": {"type": "str", "default": "70s"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

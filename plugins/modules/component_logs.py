#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_logs."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_logs
short_description: Look through what a component has logged lately, and judge it
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads the log of a component where its inventory variable C(component_logs) says it is, in files, from a command, or at its vendor, and looks it
    through as M(saasops.runbooks.log_scan) does. Each limit there is a check.
  - Never fails because of what a log says, or because a log cannot be read. Look at RV(verdict). What was not seen is never taken for nothing.
notes:
  - Railway gives up to 5000 lines, and RV(verdict) is V(inconclusive) where there are more. With C(vendor.filter) it leaves out what is well.
  - Vercel shows a running log only while one looks, so the module looks for 10 seconds and stays V(inconclusive) at best, unless C(vendor.source) is
    V(build). A log drain into a file keeps more.
  - Convex keeps its newest entries only.
  - A component without C(component_logs) is V(skipped), unless O(packs) names what to look for.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed, C(component_logs), and what the vendor needs to
        find it.
      - C(component_logs) has any of C(files), C(command), C(vendor), C(packs), C(patterns), C(limits), C(time), C(when_silent) and C(since), each as the
        option of M(saasops.runbooks.log_scan). C(vendor) is V(true), or C(source) and C(filter) as the vendor's module for logs takes them. It is
        V(true) by itself when neither C(files) nor C(command) is there.
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - The token of Railway or Vercel. When not set, taken from the inventory variable C(railway_token) or C(vercel_token), else from the vendor's
        usual environment variable.
    type: str
  api_token:
    description:
      - For Railway an account or workspace token, instead of O(token).
    type: str
  deploy_key:
    description:
      - For Convex a deploy key. When not set, taken from the inventory variable C(convex_deploy_key), else from E(CONVEX_DEPLOY_KEY).
    type: str
  since:
    description:
      - Only lines since then. A length of time ago, such as V(1h), or a time such as V(2026-11-21T14:00:00Z).
      - When not set, C(since) of C(component_logs), else V(1h).
    type: str
  packs:
    description:
      - Patterns to look for beside those of C(component_logs).
    type: list
    elements: str
    choices: [errors, payments, webhooks, database, rate_limits, security]
    default: []
  samples:
    description:
      - The most lines to show of each pattern, the last ones. Secrets, addresses and ids are masked as far as rules know them.
    type: int
    default: 0
  top:
    description:
      - The most kinds of lines to tell.
    type: int
    default: 5
seealso:
  - module: saasops.runbooks.log_scan
"""

EXAMPLES = r"""
- name: Have there been errors in the last hour
  saasops.runbooks.component_logs:
    component:
      name: api
      component_vendor: railway
      railway_project: example
      railway_environment: production
      railway_service: api
      component_logs:
        packs: [errors]
        limits:
          - pattern: error_line
            most: 20
  register: logs

- name: Tell the most common ones
  ansible.builtin.debug:
    msg: "{{ logs.kinds | map(attribute='fingerprint') }}"
"""

RETURN = r"""
verdict:
  description: The worst of RV(checks). V(inconclusive) when nothing was looked for.
  returned: success
  type: str
  sample: fail
reason:
  description: Why it is so. Empty when it is V(pass).
  returned: success
  type: str
  sample: 'error_line: 31 lines of the last 1h, at most 20 are good'
checks:
  description: One for each limit, and C(log), which tells whether the log could be read whole.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: 'The pattern, with its window where it has one, or C(log).', type: str}
    component: {description: The component., type: str}
    verdict: {description: 'V(pass), V(fail), V(inconclusive), V(error) or V(skipped).', type: str}
    reason: {description: Why., type: str}
    value: {description: How many lines were found., type: int}
    unit: {description: V(lines)., type: str}
    limit: {description: 'What is good, such as C(<= 20).', type: str}
    next: {description: What a person should do., type: str}
    at: {description: 'When the fullest window begins, or the first line.', type: float}
since:
  description: From when on lines were looked at, in seconds since the epoch.
  returned: success
  type: float
lines:
  description: How many lines there were.
  returned: success
  type: int
sources:
  description: What was read; the same keys as in M(saasops.runbooks.log_scan).
  returned: success
  type: list
  elements: dict
kinds:
  description: The most frequent kinds of lines of all patterns.
  returned: success
  type: list
  elements: dict
  contains:
    pattern: {description: The pattern., type: str}
    fingerprint: {description: 'The line, with what changes from one to the next replaced.', type: str}
    count: {description: How many., type: int}
    first_at: {description: Moment of the first one., type: float}
    last_at: {description: Moment of the last one., type: float}
samples:
  description: With O(samples), lines with C(pattern), C(at) and C(text).
  returned: success
  type: list
  elements: dict
patterns:
  description: By the pattern's name, C(count) (V(null) when something was not seen), C(seen), C(first_at) and C(last_at).
  returned: success
  type: dict
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.logs import LOGS_ARGUMENTS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {"argument_spec": LOGS_ARGUMENTS, "supports_check_mode": True}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

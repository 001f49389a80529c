#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_log_info
short_description: Read the build log or the runtime log of a Vercel deployment
version_added: 0.1.0
description:
  - Reads the newest lines of a deployment's build log, or what its runtime logs from now on.
  - Vercel's runtime log has no past. It begins when it is asked for, so O(source=runtime) listens for O(seconds) and returns what came. For
    what was before, use a log drain.
notes:
  - Two requests, one more when O(deployment) is an id, an address, a tag or a commit that production does not serve.
  - At most 16 MiB of a log are read, and at most 4000 characters of a line.
  - Lines are what the application and its build wrote. They may hold secrets, so think of who reads the output of the play.
  - Uses Vercel's REST API. Facts rest on its OpenAPI document and on the official command-line client.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  deployment:
    description:
      - The deployment, by its id, its address, its tag, or at least 7 characters of its commit.
      - When not set, the one that production serves.
    type: str
  source:
    description:
      - Which log.
    type: str
    choices: [build, runtime]
    default: build
  level:
    description:
      - Only lines of at least this level. V(error) means warnings, errors, and what a build wrote to its standard error.
    type: str
    choices: [error]
  limit:
    description:
      - The most lines to return, up to 10000. Of a build they are the newest, before O(level) is looked at.
    type: int
    default: 200
  seconds:
    description:
      - With O(source=runtime), how long to listen, such as V(30s). It must be below O(deadline).
    type: str
    default: 10s
seealso:
  - module: saasops.runbooks.vercel_deployment_info
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See why the newest build failed
  saasops.runbooks.vercel_log_info:
    team: example-team
    project: hydrogen
    deployment: v1.4.2-rc1
    level: error
  register: log

- name: Show it
  ansible.builtin.debug:
    msg: "{{ log.lines | map(attribute='text') }}"

- name: Listen to production for a moment
  saasops.runbooks.vercel_log_info:
    team: example-team
    project: hydrogen
    source: runtime
    seconds: 5s
"""

RETURN = r"""
deployment:
  description: The deployment's id.
  returned: success
  type: str
  sample: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
lines:
  description: The lines, oldest first.
  returned: success
  type: list
  elements: dict
  contains:
    at:
      description: When it was written, in seconds since the epoch.
      type: float
    level:
      description: Vercel's word for its level, such as V(info), V(warning) or V(error).
      type: str
    type:
      description: Of a build V(stdout), V(stderr), V(command) and others; of the runtime where it comes from, such as V(serverless).
      type: str
    text:
      description: The line.
      type: str
    request:
      description: Of the runtime C(method), C(path), C(domain) and C(status) of the request; V(null) for a build.
      type: dict
  sample:
    - at: 1763521384.0
      level: error
      type: stderr
      text: Command "npm run build" exited with 1
      request: null
ended:
  description:
    - Why there are no more lines. V(complete) when Vercel said so, V(time) when O(seconds) were over, V(limit) when there were more lines than
      O(limit), V(size) when there was more than 16 MiB.
  returned: success
  type: str
  sample: complete
dropped:
  description: How many lines could not be read, such as one that the end cut.
  returned: success
  type: int
  sample: 0
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(rate_limited), V(timeout), V(vendor_down) or
      V(protocol) (the answer is not what Vercel documents).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: get_project
    kind: not_found
    status: 404
    code: not_found
    message: there is no project hydrogem (Vercel, team example-team)
    request_id: cpt1::example-1763521320000-0123456789ab
    retryable: false
    hint: 'Near or other names here: hydrogen'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.log_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "deployment": {"type": "str"},
        "source": {"type": "str", "choices": ["build", "runtime"], "default": "build"},
        "level": {"type": "str", "choices": ["error"]},
        "limit": {"type": "int", "default": 200},
        "seconds": {"type": "str", "default": "10s"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_project
short_description: Pause a Vercel project, and say how it is built and whether new builds go live by themselves
version_added: 0.1.0
description:
  - States whether a project is paused, whether new production builds go live by themselves (automatic assignment of the production domains),
    and how it is built. What is not set stays as it is.
  - A pause takes production down. Visitors get 503, and functions and cron jobs stop. It is no maintenance page; where the app reads one, a
    flag in a global config is the gentler way.
  - A pause switches automatic assignment off, and its end switches it on, also where it was off before, on purpose or after a rollback. Say
    O(auto_assign=false) at the end of a pause to keep it off.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
  - Settings of the build hold for the next build. Deployments that are there stay as they are.
  - Requests. 1 when everything holds, otherwise 1 more for each of settings, pause and assignment that changes, and 1 to see that it holds.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  paused:
    description:
      - Whether the project is paused.
    type: bool
  auto_assign:
    description:
      - Whether new production builds go live by themselves. Cannot be on while the project is paused.
    type: bool
  node_version:
    description:
      - The version of Node.js that builds and functions use, such as V(22.x).
    type: str
  build_command:
    description:
      - The command that builds. Empty for the framework's own.
    type: str
  install_command:
    description:
      - The command that installs dependencies. Empty for the framework's own.
    type: str
  output_directory:
    description:
      - Where the build's result is. Empty for the framework's own.
    type: str
  root_directory:
    description:
      - Where the app is in its repository. Empty for the top.
    type: str
  ignore_command:
    description:
      - The command that decides whether a push is built. Empty to build each one.
    type: str
seealso:
  - module: saasops.runbooks.vercel_project_info
  - module: saasops.runbooks.vercel_production
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Keep new builds staged until somebody takes them live
  saasops.runbooks.vercel_project:
    team: example-team
    project: hydrogen
    auto_assign: false

- name: Build with another version of Node.js, and with a command of our own
  saasops.runbooks.vercel_project:
    team: example-team
    project: hydrogen
    node_version: 24.x
    build_command: npm run build:production

- name: Take production down
  saasops.runbooks.vercel_project:
    team: example-team
    project: hydrogen
    paused: true

- name: Bring it back, and keep new builds staged
  saasops.runbooks.vercel_project:
    team: example-team
    project: hydrogen
    paused: false
    auto_assign: false
"""

RETURN = r"""
project:
  description: The project as it is now. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    id:
      description: The project's id.
      type: str
    name:
      description: Its name.
      type: str
    paused:
      description: Whether it is paused. Visitors of production then get 503.
      type: bool
    auto_assign:
      description: Whether new production builds go live by themselves; V(null) when Vercel does not say.
      type: bool
    serving:
      description: Id of the deployment that production serves; V(null) when there is none yet.
      type: str
    branch:
      description: The branch that production builds come from; V(null) without git.
      type: str
    framework:
      description: The framework that Vercel builds for.
      type: str
    rolling_releases:
      description: Whether new production deployments roll out.
      type: bool
    node_version:
      description: The version of Node.js that builds and functions use.
      type: str
    build_command:
      description: The command that builds; empty for the framework's own.
      type: str
    install_command:
      description: The command that installs dependencies; empty for the framework's own.
      type: str
    output_directory:
      description: Where the build's result is; empty for the framework's own.
      type: str
    root_directory:
      description: Where the app is in its repository; empty for the top.
      type: str
    ignore_command:
      description: The command that decides whether a push is built; empty when each one is.
      type: str
  sample:
    id: prj_8dK2mQ4vXc6nRw1sTz9pLh3bGf7y
    name: hydrogen
    paused: false
    auto_assign: true
    serving: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
    branch: main
    framework: nextjs
    rolling_releases: false
    node_version: 22.x
    build_command: ''
    install_command: ''
    output_directory: ''
    root_directory: ''
    ignore_command: ''
notes:
  description: What is true from now on until it is changed, in short sentences.
  returned: success
  type: list
  elements: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(vercel).
      type: str
    operation:
      description: V(update_project), V(pause_project) or V(unpause_project).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(plan), V(conflict), V(failed) (settings
      did not hold), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.project import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "paused": {"type": "bool"},
        "auto_assign": {"type": "bool"},
        "node_version": {"type": "str"},
        "build_command": {"type": "str"},
        "install_command": {"type": "str"},
        "output_directory": {"type": "str"},
        "root_directory": {"type": "str"},
        "ignore_command": {"type": "str"},
    },
    "required_one_of": [
        ("paused", "auto_assign", "node_version", "build_command", "install_command", "output_directory", "root_directory", "ignore_command"),
    ],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_project_info
short_description: Show a Vercel project, what it serves, how it is built, and whether it is paused
version_added: 0.1.0
description:
  - Shows what operators ask about a project first.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
  - Takes 1 request.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
seealso:
  - module: saasops.runbooks.vercel_project
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Look at the project
  saasops.runbooks.vercel_project_info:
    team: example-team
    project: hydrogen
  register: seen

- name: Show whether pushes go live
  ansible.builtin.debug:
    msg: "{{ 'live' if seen.project.auto_assign else 'staged' }}"
"""

RETURN = r"""
project:
  description: The project as it is now.
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

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.project import info as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **VERCEL_ARGUMENTS},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_rolling_release_info
short_description: Show the rolling release of a Vercel project, its settings, and whether the plan includes it
version_added: 0.1.0
description:
  - Shows how the next release of a project shall go, where the last one is or how it ended, and whether the team's plan includes
    rolling releases.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
  - Takes 3 requests.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
seealso:
  - module: saasops.runbooks.vercel_rolling_release
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See whether a release rolls out
  saasops.runbooks.vercel_rolling_release_info:
    team: example-team
    project: hydrogen
  register: rolling

- name: Show how far it is
  ansible.builtin.debug:
    msg: "{{ rolling.rolling_release.release.percentage | default('nothing rolls out', true) }}"
"""

RETURN = r"""
rolling_release:
  description: The settings and the last release.
  returned: success
  type: dict
  contains:
    project:
      description: The project's name.
      type: str
    project_id:
      description: The project's id.
      type: str
    config:
      description: The settings for the next release; V(null) when rolling releases are off.
      type: dict
      contains:
        advancement:
          description: V(automatic) when stages go on by themselves, V(manual-approval) when each is approved.
          type: str
        stages:
          description: Each stage's C(percentage), and C(seconds), how long it lasts; V(null) where it waits for an approval, and on the last.
          type: list
          elements: dict
        canary_response_header:
          description: Whether answers name the deployment that gave them in a header; V(null) when Vercel does not say.
          type: bool
        gate:
          description: Vercel's own gate, C(enabled), C(action) (V(pause) or V(rollback)) and C(dry_run); V(null) when there is none.
          type: dict
    release:
      description: The active release, else the last one; V(null) when Vercel shows none.
      type: dict
      contains:
        state:
          description: V(ACTIVE), V(COMPLETE) or V(ABORTED).
          type: str
        held:
          description: V(PAUSED) when Vercel's own gate holds it; V(null) otherwise.
          type: str
        current:
          description: Id of the deployment that the other visitors meet.
          type: str
        canary:
          description: Id of the deployment that rolls out.
          type: str
        queued:
          description: Id of a deployment that was promoted meanwhile, and goes live once the release is complete.
          type: str
        percentage:
          description: The share of visitors that meet the canary.
          type: float
        stage:
          description: Index of the active stage, from 0; V(null) when the release has ended.
          type: int
        stages:
          description: Each stage's C(index), C(percentage), C(approval) (it waits for one), C(seconds) and C(final).
          type: list
          elements: dict
        started_at:
          description: When it began, in seconds since the epoch; V(null) in check mode.
          type: float
    serving:
      description: Id of the deployment that production serves, apart from the canary.
      type: str
    auto_assign:
      description: Whether new production builds go live by themselves; V(null) when Vercel does not say.
      type: bool
    billing:
      description:
        - Whether the plan includes rolling releases. C(reason) is V(available_slots), V(unlimited_slots), V(no_available_slots) or
          V(plan_not_supported), C(available_slots) for how many more projects (V(null) when there is no limit), C(message) Vercel's words.
      type: dict
  sample:
    project: hydrogen
    project_id: prj_8dK2mQ4vXc6nRw1sTz9pLh3bGf7y
    config:
      advancement: manual-approval
      stages:
        - {percentage: 10, seconds: null}
        - {percentage: 50, seconds: null}
        - {percentage: 100, seconds: null}
      canary_response_header: null
      gate: null
    release:
      state: ACTIVE
      held: null
      current: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
      canary: dpl_9KpWz3rTqM5vXn7Lc2sHdF4b
      queued: null
      percentage: 50
      stage: 1
      stages:
        - {index: 0, percentage: 10, approval: true, seconds: null, final: false}
        - {index: 1, percentage: 50, approval: true, seconds: null, final: false}
        - {index: 2, percentage: 100, approval: false, seconds: null, final: true}
      started_at: 1763521320.0
    serving: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
    auto_assign: true
    billing:
      reason: available_slots
      available_slots: 1
      message: Rolling releases are available.
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(timeout), V(vendor_down) or
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.rolling_release_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **VERCEL_ARGUMENTS},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

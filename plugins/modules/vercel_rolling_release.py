#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_rolling_release
short_description: Set up rolling releases of a Vercel project, and start, approve, complete or abort one
version_added: 0.1.0
description:
  - A rolling release lets a share of the visitors meet a new deployment (the canary), and raises the share stage by stage.
  - States how the next release shall go (O(stages)), and where the release of one named deployment shall be (O(state), O(stage)).
  - A release is started by Vercel's call for that, never by a promote, since a promote completes a release that is active.
  - A stage that waits for an approval gets exactly one, the one that O(stage) names. The release is read before and after; a task that
    is run again, or late, does not skip a stage. A stage that goes on by itself is waited for.
  - An abort is a rollback to the deployment that most visitors still meet. As with each rollback, Vercel switches the automatic
    assignment of the production domains off, so that the next push builds and stays staged; M(saasops.runbooks.vercel_production)
    switches it on again.
  - A release that Vercel's own gate has paused is neither approved nor completed.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document and on its official clients.
  - Rolling releases are part of the plans Pro and Enterprise. What the plan does not include is refused before anything is changed.
  - While automatic assignment is on, Vercel starts a release by itself as soon as a new production build is ready.
  - Settings are changed in steps (off with the new stages, then on) and read back, since Vercel does not reliably take stages that are written over
    settings that are on. A production build that becomes ready in the seconds between goes live at once. Changed settings hold for the
    next release; while one is active a change is refused, since switching off would abort it.
  - Vercel keeps a visitor on the same side by a cookie. A probe of the production address may meet either deployment; probe the canary
    at its own address.
  - Requests. 1 when only the settings are asked for and hold, 2 when the release is where it shall be, 4 for an approval or the end of a
    release (and 1 more for each further look), 5 for a start by id, 6 for changed settings. A name that is no id costs 1 more.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  enabled:
    description:
      - Whether new production deployments roll out. Switching on needs O(stages), unless it is on already.
      - When not set, O(stages) switches it on, and otherwise it stays as it is.
    type: bool
  stages:
    description:
      - The stages of the next release, 2 to 10, with rising percentages; the last has 100 and completes it.
      - Either each stage but the last has a duration and goes on by itself, or none has one and each waits for an approval.
    type: list
    elements: dict
    suboptions:
      percentage:
        description: The share of visitors that meet the new deployment.
        type: int
        required: true
      duration:
        description:
          - How long the stage lasts, such as V(5m), V(1h) or V(2d). Vercel counts whole minutes, 1 to 10000; anything else is refused.
            A bare number is seconds, as everywhere in this collection.
        type: str
  canary_response_header:
    description:
      - Whether answers name in a header which deployment gave them. When not set, it stays as it is.
    type: bool
  deployment:
    description:
      - The canary, by its id, its address, its tag, or at least 7 characters of its commit. Needed with O(state).
      - An active release of another deployment is never touched.
    type: str
  state:
    description:
      - V(active), a rolling release of O(deployment) is under way. One that serves production already is left as it is.
      - V(complete), production serves O(deployment) alone.
      - V(aborted), no release of O(deployment) is active, and production serves what it served before.
    type: str
    choices: [active, complete, aborted]
  stage:
    description:
      - With O(state=active), the index of the stage that the release has reached, from 0. With the index of the last stage it is complete.
      - Where the active stage waits for an approval, it is given if O(stage) is the next one, and refused if it is a later one.
      - Where stages go on by themselves, it is waited for, up to O(deadline).
    type: int
  description:
    description:
      - Why the release is aborted; stored with the rollback, for those who look at the dashboard. At most 200 characters are kept.
    type: str
    default: ''
seealso:
  - module: saasops.runbooks.vercel_rolling_release_info
  - module: saasops.runbooks.vercel_production
  - name: Vercel rolling releases
    description: What a rolling release is and does.
    link: https://vercel.com/docs/rolling-releases
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Let new releases meet 10, then 50 percent of the visitors, and approve each step
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    stages:
      - percentage: 10
      - percentage: 50
      - percentage: 100

- name: Start with a tenth of the visitors
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    deployment: v1.5.0
    state: active

- name: Approve the second stage
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    deployment: v1.5.0
    state: active
    stage: 1

- name: Let all visitors meet it
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    deployment: v1.5.0
    state: complete

- name: Let later releases go on by themselves
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    stages:
      - percentage: 5
        duration: 5m
      - percentage: 25
        duration: 15m
      - percentage: 100

- name: Start, and wait until a quarter of the visitors meet it
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    deployment: v1.5.1
    state: active
    stage: 1
    deadline: 10m

- name: Take it back
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    deployment: v1.5.1
    state: aborted
    description: Checkout answers 500

- name: Release at once from now on
  saasops.runbooks.vercel_rolling_release:
    team: example-team
    project: hydrogen
    enabled: false
"""

RETURN = r"""
rolling_release:
  description: The settings and the release as they are now. In check mode, as they would be.
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
      description: The release that was asked for; V(null) when none is active or it had ended before.
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
    how:
      description: V(already), V(configured), V(started), V(approved), V(waited), V(completed) or V(aborted).
      type: str
    notes:
      description: What is true from now on, in short sentences.
      type: list
      elements: str
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
    how: approved
    notes: []
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
      description: V(update_rolling_release_config), V(start_rolling_release), V(approve_rolling_release_stage), V(complete_rolling_release) or
        V(request_rollback) (an abort).
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
    - Why the task failed. C(kind) is for example V(plan) (C(code) is Vercel's reason, such as V(plan_not_supported) or
      V(no_available_slots)), V(conflict) (C(code=other_canary), or C(code=overtaken) when somebody else moved the release), V(refused)
      (C(code) is V(skips), V(held), V(no_release), V(not_enabled), V(not_ready), V(rolling_release)), V(failed) (C(code=not_held) when
      settings did not hold, C(code=aborted) when the release ended while it was waited for), V(invalid), V(auth), V(permission),
      V(not_found), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: ''
    operation: ''
    kind: refused
    status: null
    code: skips
    message: stage 2 does not follow stage 0, where the rolling release of dpl_9KpWz3rTqM5vXn7Lc2sHdF4b is
    request_id: ''
    retryable: false
    hint: 'Approve one stage at a time: stage: 1'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.rolling_release import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "enabled": {"type": "bool"},
        "stages": {
            "type": "list",
            "elements": "dict",
            "options": {"percentage": {"type": "int", "required": True}, "duration": {"type": "str"}},
        },
        "canary_response_header": {"type": "bool"},
        "deployment": {"type": "str"},
        "state": {"type": "str", "choices": ["active", "complete", "aborted"]},
        "stage": {"type": "int"},
        "description": {"type": "str", "default": ""},
    },
    "required_one_of": [("enabled", "stages", "canary_response_header", "state")],
    "required_by": {"deployment": ("state",), "stage": ("state",)},
    "required_if": [("state", "active", ("deployment",)), ("state", "complete", ("deployment",)), ("state", "aborted", ("deployment",))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_deployment
short_description: Say which deployment or commit a Railway service runs, or approve, restart, cancel, stop or remove one
version_added: 0.1.0
description:
  - States which deployment a service runs. A deployment that is not running is returned to with Railway's rollback, which makes a new
    deployment of its image and of its variables, without a build. The module waits until that new deployment is active, and says which
    one it is; Railway's own answer does not.
  - A service that runs the deployment already, or a rollback to it, is left as it is. A rollback to it that is under way, also one that a
    killed run began, is waited for and not doubled.
  - Can also deploy a commit, and approve, restart, redeploy, cancel, stop or remove a deployment.
  - Railway restores the variables of the deployment too. A secret that was rotated since then has its old value again; O(rebuild=true)
    builds the same commit with the variables of today instead.
  - Railway knows nothing of your database. Whether an older release fits its present schema is for you to know.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of deployments.
  - While automatic deployment is on, the next push is deployed again, whatever runs now.
  - Railway keeps the image of a removed deployment for a time that depends on the plan, from 24 to 360 hours. After that, only a rebuild
    brings it back.
  - A service with a volume has a gap with every deployment, since two of them cannot hold the volume at once.
  - With a project token, nothing to do takes two requests. A change takes its own request, one more where variables must be compared, and
    the polls, two at the least.
  - Requests count against an hourly limit of the account. A waiting task asks every half second at first, and every 10 seconds later.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.railway
  - saasops.runbooks.railway.service
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_railway
attributes:
  idempotent:
    support: partial
    details:
      - O(state=active), O(state=deployed) with O(commit), O(state=approved), O(state=cancelled), O(state=stopped) and O(state=removed)
        are states. O(state=restarted), O(state=redeployed), and O(state=deployed) without O(commit) are acts, and act every time.
      - Whether a service runs a rollback to a deployment is told by its image digest or commit, and its variables. A deployment
        of an image whose tag was moved can not be recognised, and is returned to again.
options:
  deployment:
    description:
      - The deployment that is meant, by its id, its tag, or at least 7 characters of its commit.
      - The tag is what the deployment's metadata holds as C(tag) or C(version), else the tag of its image unless that is C(latest).
      - When several deployments fit a tag or a commit, the active one wins, else the newest that can be returned to.
      - Required for O(state=active) and O(state=removed), not allowed with O(state=deployed). When not set, the deployment that serves is
        meant; with O(state=approved) the newest that waits for an approval, and with O(state=cancelled) the newest that is being made.
    type: str
  commit:
    description:
      - With O(state=deployed), the commit of the connected repository that the service is to run.
      - All 40 characters of it; at least 7 are enough for a commit that was deployed before.
    type: str
  state:
    description:
      - V(active), the service runs this deployment or a rollback to it. One that was stopped is started again.
      - V(deployed), the service runs a deployment of O(commit), built with the variables of today when it does not run yet. Without O(commit),
        the newest commit is deployed, every time, since Railway does not tell which one that is. One that is being made already, also by a
        run that was killed, is waited for and not doubled. Another one that is being made is a conflict.
      - V(approved), it no longer waits for an approval, and came up. Without O(deployment), nothing that waits is nothing to do.
      - V(restarted), its containers are started again, with the same image and the same id. Done every time.
      - V(redeployed), a new deployment of the same code is made. Done every time.
      - V(cancelled), it is no longer being made. One that runs is left alone, and refused. Without O(deployment), nothing that is being made is
        nothing to do.
      - V(stopped), none of its containers runs.
      - V(removed), it is gone. One that is still being made is cancelled; any other needs O(allow=destroy), since a service whose active
        deployment is removed goes dark.
    type: str
    choices: [active, deployed, approved, restarted, redeployed, cancelled, stopped, removed]
    default: active
  rebuild:
    description:
      - With O(state=active), build the commit of O(deployment) again with the variables of today instead of returning to its image. For a
        deployment whose image Railway no longer has. A deployment that has no commit is redeployed.
    type: bool
    default: false
  use_previous_image_tag:
    description:
      - With O(state=redeployed), ask Railway to use the image tag of that deployment again. Code that was built from a repository is
        built again otherwise.
    type: bool
    default: false
  wait:
    description:
      - Wait until it is so. Otherwise the task ends when Railway has accepted the change.
    type: bool
    default: true
seealso:
  - module: saasops.runbooks.railway_deployment_info
  - name: Railway public API
    description: The vendor's reference of the calls behind this module.
    link: https://docs.railway.com/reference/public-api
  - name: Railway deployment actions
    description: What rollback, redeploy, restart and remove do.
    link: https://docs.railway.com/reference/deployments
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Cancel a build that must not go live
  saasops.runbooks.railway_deployment:
    service: api
    deployment: v1.4.3
    state: cancelled

- name: Let a deployment go on that waits for an approval, if there is one
  saasops.runbooks.railway_deployment:
    service: api
    state: approved

- name: Return the service to the release before the bad one
  saasops.runbooks.railway_deployment:
    project: example
    environment: production
    service: api
    deployment: v1.4.1

- name: Build an expired release again, with today's variables
  saasops.runbooks.railway_deployment:
    project: example
    environment: production
    service: api
    deployment: 77ab310
    rebuild: true
    deadline: 15m

- name: Deploy a commit, and wait until it serves
  saasops.runbooks.railway_deployment:
    service: api
    commit: 4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1
    state: deployed
    deadline: 15m

- name: Deploy the newest commit
  saasops.runbooks.railway_deployment:
    service: api
    state: deployed
    deadline: 15m

- name: Restart what runs
  saasops.runbooks.railway_deployment:
    service: api
    state: restarted
"""

RETURN = r"""
deployment:
  description:
    - The deployment as it is now. In check mode, as it would be.
    - For O(state=active) and O(state=deployed) it is the one that the service runs, which has an id of its own when it is new.
    - V(null) when there was nothing to do and nothing runs.
    - Its keys are those of the module M(saasops.runbooks.railway_deployment_info).
    - Values that only the apply can tell are for example C({"known_after":"deploymentRollback"}) in check mode.
  returned: success
  type: dict
  sample:
    id: 5b0c8a8e-3f8a-4b52-8d1c-0f6a2f1f6c11
    commit: 77ab310b2281af3309300aaa0020d161371dbe99
    version: v1.4.1
    created_at: 1763521320.0
    state: SUCCESS
    ready: true
    in_progress: false
    restorable: true
    served: true
    url: null
    artifact: sha256:3f1c2a90b1d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e
    active: true
    stopped: false
    redeployable: true
    branch: main
    image: null
    project_id: 0d9a4a54-7c3b-4b0e-9a0e-6f0a3c9d2b10
    environment_id: 6e1f0c2d-9b7a-4f6e-8c5d-1a2b3c4d5e6f
    service_id: 2c4e6a80-1b3d-4f5a-8c7e-9d0f1a2b3c4d
    status_updated_at: 1763521361.0
    instances:
      - id: 9f8e7d6c-5b4a-4392-8170-6f5e4d3c2b1a
        status: RUNNING
how:
  description:
    - V(already) when nothing had to be sent, V(image) for a rollback, V(rebuild) for a new build of the same commit, else V(deploy),
      V(approve), V(restart), V(redeploy), V(cancel), V(stop) or V(remove).
  returned: success
  type: str
notes:
  description:
    - What is true from now on until it is undone, in short sentences. Names of variables that differ from those of the deployment
      before, never their values.
  returned: success
  type: list
  elements: str
  sample:
    - the next push to main WILL redeploy (Railway auto-deploy is on)
    - "runs its variables of 17 Nov; differs today: RATE_LIMIT_MAX"
link:
  description: The service's page in the dashboard.
  returned: success
  type: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(railway).
      type: str
    operation:
      description:
        - V(deploymentRollback), V(serviceInstanceDeployV2), V(deploymentRedeploy), V(deploymentRestart), V(deploymentStop),
          V(deploymentApprove), V(deploymentCancel) or V(deploymentRemove).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The operation.
      type: str
    ms:
      description: Milliseconds until its answer was read.
      type: int
    status:
      description: The HTTP status, which Railway keeps at 200 for most errors; V(null) when no answer came.
      type: int
    request_id:
      description: Railway's id of the request, when it sends one.
      type: str
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth) (Railway does not tell a dead token from one without access), V(not_found),
      V(conflict) (another deployment is being made), V(failed) (the new deployment did not become good), V(refused) (this module's own
      guard), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next, C(request_id) is Railway's trace id.
  returned: failure
  type: dict
  sample:
    vendor: ''
    operation: ''
    kind: refused
    status: null
    code: not_restorable
    message: Railway no longer has the image of v1.4.0 4d20c7e
    request_id: ''
    retryable: false
    hint: Build that commit again (rebuild), or name a newer deployment
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployment import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "deployment": {"type": "str"},
        "commit": {"type": "str"},
        "state": {
            "type": "str",
            "choices": ["active", "deployed", "approved", "restarted", "redeployed", "cancelled", "stopped", "removed"],
            "default": "active",
        },
        "rebuild": {"type": "bool", "default": False},
        "use_previous_image_tag": {"type": "bool", "default": False},
        "wait": {"type": "bool", "default": True},
    },
    "required_if": [("state", "active", ("deployment",)), ("state", "removed", ("deployment",))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_deployment
short_description: Deploy a commit or branch to Vercel, build a deployment again, cancel a build, or delete a deployment
version_added: 0.1.0
description:
  - Makes a deployment of a commit or a branch of the git repository that the project is linked to, and waits until it is ready. A
    production build whose domains follow by themselves is waited for until they point to it.
  - Builds a deployment again with the environment variables of today, cancels a build, or deletes a deployment.
  - Vercel has no idempotency keys. A deployment whose answer was lost is looked for before it is sent again, and found by its commit and
    by a mark in its metadata.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document and on its official command-line client.
  - C(READY) means that a deployment is built, not that it serves. While automatic assignment is off (as after a rollback) a production
    build stays staged; M(saasops.runbooks.vercel_production) takes it live. With rolling releases it rolls out; see
    M(saasops.runbooks.vercel_rolling_release). Either way the task ends when it is built, and says so in C(notes).
  - C(ERROR), C(CANCELED) and C(BLOCKED) (a person must allow it) end the wait with a failure, and so do domains that were not assigned.
  - A deployment that is deleted is no longer one that production can return to. What serves, what takes part in a rolling release, what a
    domain of your own points to, and the newest O(keep) that production could return to are not deleted.
  - Requests. 2 when the deployment is there already, 3 to make one and 1 more for each look at it (every second at first, every 30 seconds
    later), 5 to build one again by id, 4 to cancel one, 6 to delete one of production.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
attributes:
  idempotent:
    support: partial
    details:
      - A commit (O(sha)) that has a deployment for the target is not deployed again. A branch (O(ref) alone) and O(state=redeployed) have
        no state and act every time, unless O(key) says which act is meant.
options:
  state:
    description:
      - V(present), there is a deployment of O(sha), or of the newest commit of O(ref), that is ready.
      - V(redeployed), O(deployment) is built again for its own target, with the variables of today.
      - V(canceled), O(deployment) is not being built. One that has ended otherwise is left as it is, and one that is ready is refused.
      - V(absent), O(deployment) is gone. Needs O(allow=destroy).
    type: str
    choices: [present, redeployed, canceled, absent]
    default: present
  ref:
    description:
      - The branch or tag to deploy. With O(sha), the branch that the commit is said to be of; the production branch when not set.
    type: str
  sha:
    description:
      - The whole commit to deploy, 40 characters.
    type: str
  target:
    description:
      - What O(state=present) deploys for. V(production) when not set.
    type: str
    choices: [production, staging, preview]
  deployment:
    description:
      - The deployment to build again, to cancel or to delete, by its id, its address, its tag, or at least 7 characters of its commit.
      - With O(state=absent), an id that Vercel does not know is one that is gone.
    type: str
  key:
    description:
      - A name for this one act, such as the number of a build or of a ticket; kept in the deployment's metadata. A deployment for the same
        target that carries it, and is ready or being built, is taken for the one that is wanted. The newest 100 are looked at.
    type: str
  keep:
    description:
      - With O(state=absent), how many of the newest deployments that served production, beside the one that serves, are kept as those that
        production could return to.
    type: int
    default: 3
  wait:
    description:
      - Wait until a deployment that is made is ready. Otherwise the task ends when Vercel has accepted it.
    type: bool
    default: true
seealso:
  - module: saasops.runbooks.vercel_deployment_info
  - module: saasops.runbooks.vercel_production
  - name: Vercel REST API
    description: The vendor's reference of the calls behind this module.
    link: https://vercel.com/docs/rest-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Cancel a build that must not go live
  saasops.runbooks.vercel_deployment:
    team: example-team
    project: hydrogen
    deployment: v1.4.3
    state: canceled

- name: Deploy a commit for a look at it
  saasops.runbooks.vercel_deployment:
    team: example-team
    project: hydrogen
    sha: 77ab310b2281af3309300aaa0020d161371dbe99
    target: preview
    deadline: 15m

- name: Deploy the newest commit of a branch, once for each pipeline
  saasops.runbooks.vercel_deployment:
    team: example-team
    project: hydrogen
    ref: main
    key: pipeline-4711
    deadline: 15m

- name: Build what serves again after a secret was rotated, once
  saasops.runbooks.vercel_deployment:
    team: example-team
    project: hydrogen
    deployment: v1.4.2
    state: redeployed
    key: rotation-2026-11
    deadline: 15m

- name: Delete the preview of a branch that is gone
  saasops.runbooks.vercel_deployment:
    team: example-team
    project: hydrogen
    deployment: 1aa787f
    state: absent
    allow: destroy
"""

RETURN = r"""
deployment:
  description:
    - The deployment as it is now, in check mode as it would be; V(null) when there is none any more. Values that only the apply can tell are
      C({"known_after":"create_deployment"}) in check mode.
  returned: success
  type: dict
  contains:
    id:
      description: The deployment's id.
      type: str
    commit:
      description: The whole commit it was built from; V(null) when Vercel does not know one.
      type: str
    version:
      description: Its tag, from the metadata C(tag) or C(version), else a git ref that looks like a version; V(null) when there is none.
      type: str
    created_at:
      description: When it was created, in seconds since the epoch.
      type: float
    state:
      description: Vercel's own word for its state, such as V(READY), V(BUILDING) or V(ERROR).
      type: str
    ready:
      description: Whether it is built and still there. That does not mean that production serves it.
      type: bool
    in_progress:
      description: Whether it is still being built.
      type: bool
    restorable:
      description: Whether Vercel says that production can be returned to it without a build; V(null) when Vercel does not say.
      type: bool
    served:
      description: Whether it has served production; V(null) when Vercel does not say.
      type: bool
    url:
      description: Its own address.
      type: str
    artifact:
      description: Always V(null). Vercel names no image.
      type: str
    substate:
      description: V(STAGED) for a production build that never served, V(PROMOTED) for one that has, V(ROLLING) during a rolling release.
      type: str
    target:
      description: V(production), V(staging) or V(preview).
      type: str
    project_id:
      description: The project it belongs to.
      type: str
    rebuild_of:
      description: The deployment that M(saasops.runbooks.vercel_production) made it from as a new build; V(null) for all others.
      type: str
    error:
      description: Why its build or the assignment of its domains failed.
      type: str
    inspector_url:
      description: Its page in the dashboard.
      type: str
    expires_at:
      description: When the project's retention removes it, in seconds since the epoch; V(null) when Vercel does not say.
      type: float
    serving:
      description: Whether production serves it now.
      type: bool
  sample:
    id: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
    commit: 77ab310b2281af3309300aaa0020d161371dbe99
    version: v1.4.1
    created_at: 1763521320.0
    state: READY
    ready: true
    in_progress: false
    restorable: true
    served: true
    url: https://hydrogen-5hxkq2utn-example-team.vercel.app
    artifact: null
    substate: PROMOTED
    target: production
    project_id: prj_8dK2mQ4vXc6nRw1sTz9pLh3bGf7y
    rebuild_of: null
    error: null
    inspector_url: https://vercel.com/example-team/hydrogen/5HxkQ2uTnW8rVd3Lq9sZbY7m
    expires_at: 1795057320.0
    serving: false
how:
  description: V(already), V(created), V(redeployed), V(canceled) or V(deleted).
  returned: success
  type: str
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
      description: V(create_deployment), V(cancel_deployment) or V(delete_deployment).
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
    - Why the task failed. C(kind) is for example V(failed) (C(code) is V(build), V(blocked) or V(domains)), V(refused) (C(code) is V(serving),
      V(kept), V(aliased), V(rolling_release), V(busy), V(not_building), V(no_git)), V(conflict), V(invalid), V(plan), V(auth), V(permission),
      V(not_found), V(timeout), V(vendor_down), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: ''
    kind: failed
    status: null
    code: build
    message: 'deployment dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m ended as ERROR: Command "npm run build" exited with 1'
    request_id: ''
    retryable: false
    hint: 'Read its build log: https://vercel.com/example-team/hydrogen/5HxkQ2uTnW8rVd3Lq9sZbY7m'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployment import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "state": {"type": "str", "choices": ["present", "redeployed", "canceled", "absent"], "default": "present"},
        "ref": {"type": "str"},
        "sha": {"type": "str"},
        "target": {"type": "str", "choices": ["production", "staging", "preview"]},
        "deployment": {"type": "str"},
        # A name, and no secret.
        "key": {"type": "str", "no_log": False},
        "keep": {"type": "int", "default": 3},
        "wait": {"type": "bool", "default": True},
    },
    "required_if": [
        ("state", "present", ("ref", "sha"), True),
        ("state", "redeployed", ("deployment",)),
        ("state", "canceled", ("deployment",)),
        ("state", "absent", ("deployment",)),
    ],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

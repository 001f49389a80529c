#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_production
short_description: Say which deployment the production of a Vercel project serves
version_added: 0.1.0
description:
  - States which deployment production serves, and whether new production builds go live by themselves (automatic assignment of the
    production domains).
  - A deployment that has served production is returned to with a rollback, one that is staged (built for production, and never served)
    goes live with a promote. Both move the domains without a new build, and the module waits until production really serves the
    deployment. A job that is already moving production there, begun by somebody else or by a run that was killed, is waited for and
    not doubled.
  - A rollback also brings back the environment variables, the configuration and the cron jobs of that build, and switches automatic
    assignment off, so that the next push builds and stays staged. A promote switches automatic assignment on, also where it was off on
    purpose; the module puts that back unless O(auto_assign=true).
  - Vercel knows nothing of your database. Whether an older release fits its present schema is for you to know.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document and on the official command-line client.
  - On the Hobby plan, Vercel returns only to the immediately previous production deployment.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  deployment:
    description:
      - The deployment that production shall serve, by its id, its address, its tag, or at least 7 characters of its commit.
      - The tag is what the deployer stored in the deployment's metadata as C(tag) or C(version), else a git ref that looks like a version.
      - When several deployments fit a tag or a commit, the one that serves now wins, else the newest that is ready and can be returned to.
      - When not set, production keeps serving what it serves.
    type: str
  auto_assign:
    description:
      - Whether new production builds go live by themselves.
      - When not set, a rollback leaves it off, a promote leaves it as it was, and it is not touched otherwise.
    type: bool
  description:
    description:
      - Why production goes back; stored with the rollback, for those who look at the dashboard. At most 200 characters are kept.
    type: str
    default: ''
  rebuild:
    description:
      - Make a new production build of O(deployment), with today's environment variables, and let production serve that instead. For a
        deployment that Vercel no longer can return to, and for a preview.
      - Production that serves such a build already is left as it is.
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.vercel_deployment_info
  - name: Vercel REST API
    description: The vendor's reference of the calls behind this module.
    link: https://vercel.com/docs/rest-api
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Return production to the release before the bad one
  saasops.runbooks.vercel_production:
    team: example-team
    project: hydrogen
    deployment: v1.4.1
    description: Checkout answers 500 since v1.4.2

- name: Let new builds go live again
  saasops.runbooks.vercel_production:
    team: example-team
    project: hydrogen
    auto_assign: true

- name: Take a staged build live, and keep new builds staged
  saasops.runbooks.vercel_production:
    team: example-team
    project: hydrogen
    deployment: v1.5.0
    auto_assign: false

- name: Build an expired release again, with today's variables
  saasops.runbooks.vercel_production:
    team: example-team
    project: hydrogen
    deployment: 77ab310
    rebuild: true
    deadline: 15m
"""

RETURN = r"""
production:
  description: What production serves now. In check mode, what it would serve.
  returned: success
  type: dict
  contains:
    project:
      description: The project's name.
      type: str
    project_id:
      description: The project's id.
      type: str
    deployment:
      description:
        - The deployment that production serves, V(null) when the project has no production deployment yet. The keys are those of
          the module M(saasops.runbooks.vercel_deployment_info), without C(serving).
        - Values that only the apply can tell are C({"known_after":"create_deployment"}) in check mode.
      type: dict
    auto_assign:
      description: Whether new production builds go live by themselves; V(null) when Vercel does not say.
      type: bool
    how:
      description: V(already) when nothing had to move, V(domains) when the domains were moved, V(rebuild) when a new build was made or taken over.
      type: str
    seconds:
      description: Seconds from the first look to the last; 0 in check mode.
      type: float
    notes:
      description: What is true from now on until it is undone, in short sentences.
      type: list
      elements: str
  sample:
    project: hydrogen
    project_id: prj_8dK2mQ4vXc6nRw1sTz9pLh3bGf7y
    deployment:
      id: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
      commit: 77ab310b2281af3309300aaa0020d161371dbe99
      version: v1.4.1
      created_at: 1763521320.0
      state: READY
      ready: true
      in_progress: false
      restorable: false
      served: true
      url: https://hydrogen-5hxkq2utn-example-team.vercel.app
      artifact: null
    auto_assign: false
    how: domains
    seconds: 3.1
    notes:
      - pushes to main build but do NOT go live (Vercel auto-assign is off)
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
      description: V(request_rollback), V(request_promote), V(create_deployment) or V(update_project).
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
      description: The HTTP status; V(null) when no answer came.
      type: int
    request_id:
      description: Vercel's id of the request.
      type: str
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(conflict) (another promote or rollback runs),
      V(plan), V(failed) (Vercel's job or build did not work), V(refused) (this module's own guard), V(timeout), V(vendor_down), or
      V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: vercel
    operation: ''
    kind: refused
    status: null
    code: not_restorable
    message: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m can no longer be returned to
    request_id: ''
    retryable: false
    hint: Name another deployment
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import VERCEL_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.production import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "deployment": {"type": "str"},
        "auto_assign": {"type": "bool"},
        "description": {"type": "str", "default": ""},
        "rebuild": {"type": "bool", "default": False},
    },
    "required_one_of": [("deployment", "auto_assign")],
    "required_if": [("rebuild", True, ("deployment",))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: vercel_deployment_info
short_description: List the deployments of a Vercel project
version_added: 0.1.0
description:
  - Lists deployments of one project, newest first, and says of each whether production serves it, has served it, and can be returned to it.
notes:
  - Uses Vercel's REST API. Facts rest on its OpenAPI document.
  - "Requests: one for the project, and one for each hundred deployments."
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.vercel
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_vercel
options:
  deployment:
    description:
      - Only this one, by its id, its address, its tag, or at least 7 characters of its commit.
      - When several deployments fit a tag or a commit, the newest that is ready and can be returned to is taken, else the newest.
      - An id that belongs to another project is an error; a name that fits nothing gives an empty list.
    type: str
  target:
    description:
      - Only deployments for this target.
    type: str
    choices: [production, staging, preview]
  state:
    description:
      - Only deployments in one of these states.
    type: list
    elements: str
    choices: [QUEUED, INITIALIZING, BUILDING, READY, ERROR, CANCELED, BLOCKED]
  commit:
    description:
      - Only deployments of this commit, or of commits that begin so. The newest 1000 deployments are searched.
    type: str
  limit:
    description:
      - The most deployments to return, the newest first. When as many come as were asked for, there may be older ones.
      - As large a number as wanted, up to 100,000. Every hundred costs one request, for Vercel gives at most 100 in one answer.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.vercel_production
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See where production could go back to
  saasops.runbooks.vercel_deployment_info:
    team: example-team
    project: hydrogen
    target: production
  register: listed

- name: Show the releases that Vercel can still return to
  ansible.builtin.debug:
    msg: "{{ listed.deployments | selectattr('restorable', 'true') | map(attribute='version') }}"

- name: Look one deployment up by its commit
  saasops.runbooks.vercel_deployment_info:
    team: example-team
    project: hydrogen
    deployment: 77ab310
"""

RETURN = r"""
deployments:
  description: The deployments, newest first.
  returned: success
  type: list
  elements: dict
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
    - id: dpl_5HxkQ2uTnW8rVd3Lq9sZbY7m
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
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(invalid), V(refused) (an id of another
      project), V(rate_limited), V(timeout), V(vendor_down) or V(protocol) (the answer is not what Vercel documents).
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployment_info import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **VERCEL_ARGUMENTS,
        "deployment": {"type": "str"},
        "target": {"type": "str", "choices": ["production", "staging", "preview"]},
        "state": {"type": "list", "elements": "str", "choices": ["QUEUED", "INITIALIZING", "BUILDING", "READY", "ERROR", "CANCELED", "BLOCKED"]},
        "commit": {"type": "str"},
        "limit": {"type": "int", "default": 20},
    },
    "mutually_exclusive": [("deployment", "target"), ("deployment", "state"), ("deployment", "commit")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_deployment_info
short_description: List the deployments of a Railway service
version_added: 0.1.0
description:
  - Lists deployments of one service in one environment, newest first, and says of each whether it runs now, and whether the service can
    be returned to it.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of deployments.
  - The values of variables are neither read nor returned.
  - "Requests: one for the token, or one or two for the names of another token's project; one for the service's state, with the first page of
    the list; and one for each further thousand deployments, which is the most that Railway's own client asks for at once."
  - To find O(deployment) by a tag or a commit beyond the newest 20 takes one request for each further hundred, at most ten.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.railway
  - saasops.runbooks.railway.service
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options:
  deployment:
    description:
      - Only this one, by its id, its tag, or at least 7 characters of its commit.
      - When several deployments fit a tag or a commit, the active one is taken, else the newest that can be returned to, else the newest.
      - An id that belongs to something else is an error; a name that fits nothing gives an empty list.
    type: str
  state:
    description:
      - Only deployments in one of these states.
    type: list
    elements: str
    choices:
      - BUILDING
      - CRASHED
      - DEPLOYING
      - FAILED
      - INITIALIZING
      - NEEDS_APPROVAL
      - QUEUED
      - REMOVED
      - REMOVING
      - SKIPPED
      - SLEEPING
      - SUCCESS
      - WAITING
  commit:
    description:
      - Only deployments of this commit, given by at least its first 7 characters. The newest 1000 deployments are searched.
    type: str
  limit:
    description:
      - The most deployments to return, the newest first. When as many come as were asked for, there may be older ones.
      - As large a number as wanted. Up to 1000 come with the service's state, and every further thousand costs one request; with
        O(state), every thousand costs one.
    type: int
    default: 20
seealso:
  - module: saasops.runbooks.railway_deployment
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what the service could return to
  saasops.runbooks.railway_deployment_info:
    project: example
    environment: production
    service: api
  register: listed

- name: Show the releases whose image Railway still has
  ansible.builtin.debug:
    msg: "{{ listed.deployments | selectattr('restorable', 'true') | map(attribute='version') }}"

- name: Look one deployment up by its commit
  saasops.runbooks.railway_deployment_info:
    service: api
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
      description: The whole commit it was built from; V(null) when Railway does not know one.
      type: str
    version:
      description:
        - Its tag, from the metadata C(tag) or C(version), else the tag of its image unless that is C(latest); V(null) when there is none.
      type: str
    created_at:
      description: When it was created, in seconds since the epoch.
      type: float
    state:
      description: Railway's own word for its state, such as V(SUCCESS), V(SLEEPING), V(BUILDING), V(FAILED) or V(REMOVED).
      type: str
    ready:
      description:
        - Whether it was built and could serve. True for V(SUCCESS), V(SLEEPING) and for removed ones, of which RV(deployments[].restorable)
          says whether their image is still there. False for a state that is not known.
      type: bool
    in_progress:
      description: Whether it is still being made.
      type: bool
    restorable:
      description: Whether Railway says that the service can be rolled back to it; V(null) when Railway does not say.
      type: bool
    served:
      description:
        - Whether it has served. V(null) for a removed deployment that may as well have been cancelled before.
      type: bool
    url:
      description: Always V(null). Railway gives addresses to services, not to deployments.
      type: str
    artifact:
      description: The digest of its image, else the image's name; V(null) when Railway tells neither.
      type: str
    active:
      description: Whether it runs now. While Railway changes over, two deployments do.
      type: bool
    stopped:
      description: Whether all its containers have stopped. A cron service is stopped between its runs.
      type: bool
    redeployable:
      description: Whether Railway says that it can be redeployed; V(null) when Railway does not say.
      type: bool
    branch:
      description: The branch it was built from.
      type: str
    image:
      description: The image it was made of, when the service runs an image.
      type: str
    project_id:
      description: The project it belongs to.
      type: str
    environment_id:
      description: The environment it belongs to.
      type: str
    service_id:
      description: The service it belongs to.
      type: str
    status_updated_at:
      description: When its state changed last, in seconds since the epoch.
      type: float
    instances:
      description: Its containers.
      type: list
      elements: dict
      contains:
        id:
          description: The container's id. A restart gives new ones.
          type: str
        status:
          description: Railway's own word for its state, such as V(RUNNING) or V(CRASHED).
          type: str
  sample:
    - id: 5b0c8a8e-3f8a-4b52-8d1c-0f6a2f1f6c11
      commit: 77ab310b2281af3309300aaa0020d161371dbe99
      version: v1.4.1
      created_at: 1763521320.0
      state: REMOVED
      ready: true
      in_progress: false
      restorable: true
      served: true
      url: null
      artifact: sha256:3f1c2a90b1d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e
      active: false
      stopped: true
      redeployable: true
      branch: main
      image: null
      project_id: 0d9a4a54-7c3b-4b0e-9a0e-6f0a3c9d2b10
      environment_id: 6e1f0c2d-9b7a-4f6e-8c5d-1a2b3c4d5e6f
      service_id: 2c4e6a80-1b3d-4f5a-8c7e-9d0f1a2b3c4d
      status_updated_at: 1763607720.0
      instances: []
service:
  description: The service that was asked.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    project:
      description: Name of its project, or the id when only ids were given.
      type: str
    environment:
      description: Name of its environment, or the id when only ids were given.
      type: str
    serving:
      description: Id of the deployment that serves; V(null) when none does.
      type: str
    auto_deploy:
      description: Whether pushes are deployed by themselves; V(null) when the token may not see it.
      type: bool
    link:
      description: Its page in the dashboard.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description: Why the task failed; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployment_info import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.deployments import STATES

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **COMMON_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "deployment": {"type": "str"},
        "state": {"type": "list", "elements": "str", "choices": STATES},
        "commit": {"type": "str"},
        "limit": {"type": "int", "default": 20},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_service
short_description: State the settings of a Railway service in one environment
version_added: 0.1.0
description:
  - States replicas and regions, the health check, the restart policy, overlap and draining, the start command, automatic deployment and
    resource limits of one service in one environment.
  - Settings that are not given are left alone, and only those that differ are sent. What was sent is read back.
  - Everything but automatic deployment and limits is sent as one config patch, which reaches this environment alone. Railway's older call,
    C(serviceInstanceUpdate), stores settings for other environments too.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema, its documentation of environment config, and its official client.
  - "Requests: one to resolve the names, one to read; then one for the config patch, one for automatic deployment and one for limits, each
    only where something differs, and one to read back. One more for the list of regions when a new one is named. A second run only resolves
    and reads."
  - Railway makes a deployment of changed settings by itself, and this task does not wait for it. Replicas that are added start from the
    running image, and those that are taken away leave, without a deployment.
  - A file C(railway.json) or C(railway.toml) in the repository overrides what is set here, with every deployment. The result says so when
    the service is known to use one.
  - Automatic deployment off keeps pushes from going live, for example while a service is rolled back.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.railway
  - saasops.runbooks.railway.service
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_railway
options:
  replicas:
    description:
      - How many containers run, for a service in one region. They stay in the region in which they are; Railway's own call would take a
        number without a region to another one.
      - At most 50 in all regions together; the plan may allow fewer.
    type: int
  regions:
    description:
      - How many containers run in which region, by the region's name, such as V(us-west2). Regions that are not named are left.
      - At most 50 in all regions together; the plan may allow fewer.
    type: dict
  healthcheck_path:
    description:
      - The path that must answer 200 before a new deployment gets traffic. An empty text means no health check.
      - Railway asks it while deploying only, and not afterwards.
    type: str
  healthcheck_timeout:
    description:
      - How long a new deployment has until its health check must be good, as a duration such as V(5m). Whole seconds.
    type: str
  restart_policy:
    description:
      - When a container that ended is started again.
    type: str
    choices: [ALWAYS, NEVER, ON_FAILURE]
  restart_max_retries:
    description:
      - How often it is started again before the deployment counts as crashed.
    type: int
  overlap:
    description:
      - How long the former deployment goes on beside a new one that is active, as a duration. Whole seconds.
    type: str
  draining:
    description:
      - How long a container has to end by itself after it was told to, as a duration. Whole seconds.
    type: str
  start_command:
    description:
      - The command that starts the service. An empty text means the one of its image.
    type: str
  auto_deploy:
    description:
      - Whether a push to the connected branch is deployed by itself.
    type: bool
  vcpus:
    description:
      - The most vCPUs of one container.
    type: float
  memory_gb:
    description:
      - The most memory of one container, in GB (1,000,000,000 bytes).
    type: float
seealso:
  - module: saasops.runbooks.railway_service_info
  - module: saasops.runbooks.railway_deployment
  - name: Railway scaling
    description: What replicas and regions are.
    link: https://docs.railway.com/reference/scaling
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Run three replicas where the service is
  saasops.runbooks.railway_service:
    project: example
    environment: production
    service: api
    replicas: 3

- name: Keep pushes from going live
  saasops.runbooks.railway_service:
    service: api
    auto_deploy: false

- name: Let deployments overlap, and wait two minutes for a health check
  saasops.runbooks.railway_service:
    service: api
    healthcheck_path: /health
    healthcheck_timeout: 2m
    overlap: 30s
    draining: 20s
    restart_policy: ON_FAILURE
    restart_max_retries: 5

- name: Run in two regions, with limits
  saasops.runbooks.railway_service:
    service: api
    regions:
      us-west2: 2
      europe-west4-drams3a: 1
    vcpus: 2
    memory_gb: 4
"""

RETURN = r"""
settings:
  description:
    - The settings as they are now; in check mode, as they would be. Lengths of time are in seconds. Of RV(settings.auto_deploy),
      RV(settings.regions) and the limits, those that were not asked for are left out.
  returned: success
  type: dict
  contains:
    healthcheck_path:
      description: V(null) when there is no health check.
      type: str
    healthcheck_timeout:
      description: Seconds.
      type: int
    overlap:
      description: Seconds; V(null) when Railway's own value holds.
      type: int
    draining:
      description: Seconds; V(null) when Railway's own value holds.
      type: int
    restart_policy:
      description: V(ALWAYS), V(NEVER) or V(ON_FAILURE).
      type: str
    restart_max_retries:
      description: How often a container is started again.
      type: int
    start_command:
      description: V(null) when it is the image's own.
      type: str
    regions:
      description: Replicas by region.
      type: dict
    auto_deploy:
      description: Whether pushes are deployed by themselves.
      type: bool
    vcpus:
      description: The most vCPUs of one container.
      type: float
    memory_gb:
      description: The most memory of one container, in GB.
      type: float
  sample:
    healthcheck_path: /health
    healthcheck_timeout: 120
    overlap: 30
    draining: 20
    restart_policy: ON_FAILURE
    restart_max_retries: 5
    start_command: null
    regions:
      us-west2: 3
deploys:
  description: Whether Railway makes a deployment of what was changed.
  returned: success
  type: bool
running:
  description: How many containers run at the end of the task. New replicas may take a while; in check mode, how many run now.
  returned: success
  type: int
notes:
  description: What follows from the change, in short sentences.
  returned: success
  type: list
  elements: str
  sample:
    - replicas start from the running image and leave without a deployment
link:
  description: The project's page in the dashboard.
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
      description: V(environmentPatchCommit), V(serviceInstanceAutoDeployUpdate) or V(serviceInstanceLimitsUpdate).
      type: str
    target:
      description: Where, and which settings, for people.
      type: str
    sends:
      description: Keyed fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed; the same keys as in M(saasops.runbooks.railway_deployment).
    - C(code) is V(regions) when one number of replicas does not say where, V(region) or V(deprecated) for a region that does not
      exist or is being retired, V(auto_deploy) when the service is connected to no repository, and V(not_kept) when Railway accepted a
      change and still says otherwise.
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.client import RAILWAY_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.settings import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **RAILWAY_ARGUMENTS,
        "replicas": {"type": "int"},
        "regions": {"type": "dict"},
        "healthcheck_path": {"type": "str"},
        "healthcheck_timeout": {"type": "str"},
        "restart_policy": {"type": "str", "choices": ["ALWAYS", "NEVER", "ON_FAILURE"]},
        "restart_max_retries": {"type": "int"},
        "overlap": {"type": "str"},
        "draining": {"type": "str"},
        "start_command": {"type": "str"},
        "auto_deploy": {"type": "bool"},
        "vcpus": {"type": "float"},
        "memory_gb": {"type": "float"},
    },
    "mutually_exclusive": [("replicas", "regions")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

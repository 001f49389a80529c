#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_service_info
short_description: Read the settings of a Railway service in one environment
version_added: 0.1.0
description:
  - Reads replicas and regions, the health check, the restart policy, overlap and draining, the start command, automatic deployment and
    resource limits of one service in one environment.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of services.
  - "Requests: one to resolve the names and one to read; one more when the token may not see all of it."
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.railway
  - saasops.runbooks.railway.service
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options: {}
seealso:
  - module: saasops.runbooks.railway_service
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Read the settings of the service
  saasops.runbooks.railway_service_info:
    project: example
    environment: production
    service: api
  register: seen

- name: Insist on a health check
  ansible.builtin.assert:
    that: seen.settings.healthcheck_path is not none
"""

RETURN = r"""
settings:
  description:
    - The settings; the same keys as in M(saasops.runbooks.railway_service). C(auto_deploy), C(regions) and the limits are
      V(null) when the token may not see them, or when Railway does not tell.
  returned: success
  type: dict
  sample:
    auto_deploy: true
    draining: 10
    healthcheck_path: /health
    healthcheck_timeout: 300
    memory_gb: 32.0
    overlap: 20
    regions:
      us-west2: 1
    restart_max_retries: 10
    restart_policy: ON_FAILURE
    start_command: null
    vcpus: 32.0
replicas:
  description: How many containers are wanted in all regions together; V(null) when Railway does not tell.
  returned: success
  type: int
  sample: 1
running:
  description: How many containers run.
  returned: success
  type: int
  sample: 1
can_auto_deploy:
  description: Whether automatic deployment can be switched on, which needs a connected repository.
  returned: success
  type: bool
config_file:
  description: The config file in the repository that overrides settings; V(null) when none is known.
  returned: success
  type: str
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
link:
  description: The project's page in the dashboard.
  returned: success
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.settings import information as execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **RAILWAY_ARGUMENTS},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

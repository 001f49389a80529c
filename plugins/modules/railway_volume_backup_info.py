#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_volume_backup_info
short_description: List Railway volumes with their backups
version_added: 0.1.0
description:
  - Lists the volumes of an environment, or one of them, with their backups, newest first, and the schedules by which they are backed up.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of volume backups.
  - With a project token, two requests and one for each volume.
  - Railway counts sizes anew every few hours only.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.railway
  - saasops.runbooks.railway.optional_service
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_railway
options:
  service:
    description:
      - Only the volume that this service mounts, by the service's name or id.
    type: str
  volume:
    description:
      - Only this volume, by its name or id, or the id of its instance in the environment.
    type: str
  backup:
    description:
      - Only backups with this name or id. A name that fits nothing gives an empty list.
    type: str
seealso:
  - module: saasops.runbooks.railway_volume_backup
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: See what could be restored
  saasops.runbooks.railway_volume_backup_info:
    service: api
  register: listed

- name: Stop when the volume is not backed up every day, or has no backup yet
  ansible.builtin.assert:
    that:
      - "'DAILY' in listed.volumes[0].schedule"
      - listed.volumes[0].backups | length > 0
    fail_msg: the volume of api has no daily backup

- name: List every volume of the environment
  saasops.runbooks.railway_volume_backup_info:
    project: example
    environment: production
"""

RETURN = r"""
volumes:
  description: The volumes, by name. Those that are being deleted are left out.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The volume's id.
      type: str
    instance_id:
      description: The id of its instance in this environment, which Railway's calls about backups take.
      type: str
    name:
      description: Its name. Railway calls the volume of a restored backup after the backup's time.
      type: str
    service_id:
      description: The service that mounts it; V(null) when none does.
      type: str
    mount_path:
      description: Where the service sees it.
      type: str
    region:
      description: Where it is.
      type: str
    state:
      description: Railway's own word for its state, such as V(READY), V(RESTORING) or V(ERROR); V(null) when Railway does not tell.
      type: str
    size_mb:
      description: How much it can hold, in megabytes.
      type: float
    used_mb:
      description: How much it holds, in megabytes.
      type: float
    created_at:
      description: When it was made, in seconds since the epoch.
      type: float
    schedule:
      description: By which schedules it is backed up.
      type: list
      elements: str
    backups:
      description: Its backups, newest first.
      type: list
      elements: dict
      contains:
        id:
          description: The backup's id.
          type: str
        name:
          description: Its name, which others may share; V(null) when it has none.
          type: str
        created_at:
          description: When it was made, in seconds since the epoch.
          type: float
        expires_at:
          description: When Railway deletes it, in seconds since the epoch; V(null) when it is kept.
          type: float
        scheduled:
          description: Whether a schedule made it.
          type: bool
        used_mb:
          description: What it holds alone, in megabytes.
          type: float
        referenced_mb:
          description: What it holds together with other backups, in megabytes.
          type: float
        volume_size_mb:
          description: How large the volume was then, in megabytes.
          type: float
  sample:
    - id: 8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d
      instance_id: 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b
      name: api-volume
      service_id: 2c4e6a80-1b3d-4f5a-8c7e-9d0f1a2b3c4d
      mount_path: /data
      region: us-west2
      state: READY
      size_mb: 5000.0
      used_mb: 812.5
      created_at: 1746241320.0
      schedule: [DAILY]
      backups:
        - id: 7d6c5b4a-3928-4170-8f6e-5d4c3b2a1908
          name: Daily
          created_at: 1763521320.0
          expires_at: 1764039720.0
          scheduled: true
          used_mb: 812.0
          referenced_mb: 812.0
          volume_size_mb: 5000.0
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
  description: Why the task failed; the same keys as in M(saasops.runbooks.railway_volume_backup).
  returned: failure
  type: dict
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volume_backup_info import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volumes import VOLUME_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **VOLUME_ARGUMENTS, "backup": {"type": "str"}},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

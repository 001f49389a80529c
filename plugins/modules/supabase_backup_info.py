#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module supabase_backup_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: supabase_backup_info
short_description: See which backups Supabase keeps of a project, and to which moments it can go back
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads the daily backups of a project and when they are made, the window of its point-in-time recovery, and whether the project is well.
  - Backups at the vendor go with the project. They are no reason to have none elsewhere.
notes:
  - Three requests.
  - Uses Supabase's Management API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.supabase
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_supabase
seealso:
  - module: saasops.runbooks.supabase_backup_schedule
  - module: saasops.runbooks.supabase_restore
  - module: saasops.runbooks.supabase_restore_point
"""

EXAMPLES = r"""
- name: See how old the newest backup is
  saasops.runbooks.supabase_backup_info:
    project: abcdefghijklmnopqrst
  register: found

- name: Say so
  ansible.builtin.debug:
    msg: "{{ found.newest_at }}"
"""

RETURN = r"""
project:
  description: The project.
  returned: success
  type: dict
  contains:
    ref:
      description: Its ref.
      type: str
    name:
      description: Its name.
      type: str
    state:
      description: Such as V(ACTIVE_HEALTHY), V(RESTORING) or V(INACTIVE).
      type: str
    database:
      description: The version of its database.
      type: str
backups:
  description: The backups, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Its number.
      type: int
    at:
      description: When it was made, in seconds since the epoch.
      type: float
    status:
      description: V(COMPLETED), V(FAILED), V(PENDING), V(REMOVED), V(ARCHIVED) or V(CANCELLED).
      type: str
    physical:
      description: Whether it is a copy of the files, not a dump.
      type: bool
newest_at:
  description: When the newest complete one was made; V(null) when there is none.
  returned: success
  type: float
pitr:
  description: To which moments the project can go back, in seconds since the epoch.
  returned: success
  type: dict
  contains:
    enabled:
      description: Whether it can go back to any moment.
      type: bool
    earliest:
      description: The earliest moment; V(null) when there is none.
      type: float
    latest:
      description: The latest moment; V(null) when there is none.
      type: float
schedule:
  description: When Supabase backs the project up; V(null) where its plan does not tell.
  returned: success
  type: dict
  contains:
    time:
      description: The time of day in UTC, as C(HH:MM:SS).
      type: str
    updated_at:
      description: When it was set last, in seconds since the epoch.
      type: float
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(plan), V(timeout), V(vendor_down) or
      V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.backups import execute_info
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import SUPABASE_ARGUMENTS

SPEC: dict[str, Any] = {"argument_spec": {**COMMON_ARGUMENTS, **SUPABASE_ARGUMENTS}, "supports_check_mode": True}
execute = execute_info


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

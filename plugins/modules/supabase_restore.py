#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module supabase_restore."""

from __future__ import annotations

DOCUMENTATION = r"""
module: supabase_restore
short_description: Have a Supabase project's database go back
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Restores the database of a project to a backup, to a moment, or to a restore point, and waits until the project is healthy again.
  - What was written since is lost, and the project is away meanwhile. Make a set of backups first (C(playbooks/backup.yml)), for Supabase has no way
    to take a restore back.
  - Supabase restores in place alone. To look at what there was, put a dump back beside it with C(playbooks/restore.yml).
notes:
  - Five requests or more. Nothing is asked before O(confirm) and O(allow=destroy) are given, also in check mode.
  - Supabase does not tell to what a project was restored. While one is being restored the task is refused.
  - Which moments and backups there are says M(saasops.runbooks.supabase_backup_info). Plans differ in what they have.
  - Uses Supabase's Management API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.supabase
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_supabase
attributes:
  idempotent:
    support: none
    details: Nothing tells to what a project was restored, so the same task restores it once more.
options:
  backup:
    description:
      - The id of a backup. The API restores physical backups alone.
      - Just one of this, O(point_in_time) and O(restore_point) is needed.
    type: int
  point_in_time:
    description:
      - The moment to which the database goes back, with its zone.
    type: str
  restore_point:
    description:
      - The name of a restore point, as M(saasops.runbooks.supabase_restore_point) makes one.
    type: str
  confirm:
    description:
      - O(project) once more, for what was written into it since is lost.
      - When not set, taken from the inventory variable C(saasops_confirm), which confirms no project.
    type: str
seealso:
  - module: saasops.runbooks.supabase_backup_info
  - module: saasops.runbooks.supabase_restore_point
"""

EXAMPLES = r"""
- name: Have a point to go back to before the migration
  saasops.runbooks.supabase_restore_point:
    project: abcdefghijklmnopqrst
    name: before-2026-11-20
    deadline: 15m

- name: Go back to it
  saasops.runbooks.supabase_restore:
    project: abcdefghijklmnopqrst
    restore_point: before-2026-11-20
    confirm: abcdefghijklmnopqrst
    allow: destroy
    deadline: 1h

- name: See how far back it could go
  saasops.runbooks.supabase_backup_info:
    project: abcdefghijklmnopqrst
  register: found

- name: See what a restore as of the last moment would do
  saasops.runbooks.supabase_restore:
    project: abcdefghijklmnopqrst
    point_in_time: "{{ '%Y-%m-%dT%H:%M:%SZ' | ansible.builtin.strftime(found.pitr.latest, utc=true) }}"
    confirm: abcdefghijklmnopqrst
    allow: destroy
  check_mode: true
"""

RETURN = r"""
project:
  description: The project, as C({ref, state}).
  returned: success
  type: dict
  contains:
    ref:
      description: Its ref.
      type: str
    state:
      description: V(ACTIVE_HEALTHY); in check mode a value that is known after the restore.
      type: str
restored:
  description: To what the database went back, or would.
  returned: success
  type: dict
  contains:
    to:
      description: V(backup), V(point_in_time) or V(restore_point).
      type: str
    as_of:
      description: The data are as of then, in seconds since the epoch; V(null) when Supabase does not say.
      type: float
    lost_seconds:
      description: What was written in so many seconds before the task is lost; V(null) when Supabase does not say.
      type: float
diff:
  description: As of when the data are, before and after.
  returned: success
  type: dict
changes:
  description: What was changed, or would be in check mode, in order, each with C(vendor), C(operation), C(target) and C(sends).
  returned: always
  type: list
  elements: dict
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.vercel_production).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(plan), V(conflict) (the project is not in a state to
      be restored), V(refused) (not confirmed, or not allowed), V(failed), V(timeout), V(vendor_down), or V(unknown) (it was taken, and does not show).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import SUPABASE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.restores import execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **SUPABASE_ARGUMENTS,
        "backup": {"type": "int"},
        "point_in_time": {"type": "str"},
        "restore_point": {"type": "str"},
        "confirm": {"type": "str"},
    },
    "mutually_exclusive": [("backup", "point_in_time", "restore_point")],
    "required_one_of": [("backup", "point_in_time", "restore_point")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module supabase_restore_point."""

from __future__ import annotations

DOCUMENTATION = r"""
module: supabase_restore_point
short_description: Have a point at Supabase to which a project's database can go back
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Makes a restore point and waits until the database can go back to it. One of that name that is there already is left as it is.
  - A quick safety net before a migration. It stays at Supabase, and goes with the project, so it is no backup.
  - M(saasops.runbooks.supabase_restore) goes back to it. Whatever was written since is lost by that, and the project is away meanwhile.
notes:
  - One request when it is there, else three or more.
  - Uses Supabase's Management API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.supabase
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_supabase
options:
  name:
    description:
      - What it is called. 1 to 20 letters, digits, and any of V(-), V(_) and V(.), beginning with a letter or digit.
      - A point that failed or was removed is made anew under its name.
    type: str
    required: true
seealso:
  - module: saasops.runbooks.supabase_backup_info
  - module: saasops.runbooks.supabase_restore
"""

EXAMPLES = r"""
- name: Have a point to go back to before the migration
  saasops.runbooks.supabase_restore_point:
    project: abcdefghijklmnopqrst
    name: before-2026-11-20
    deadline: 15m
"""

RETURN = r"""
restore_point:
  description: The restore point as it is; in check mode, one that is not there yet has values that are known after it is made.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    status:
      description: V(AVAILABLE).
      type: str
    completed_at:
      description: When it was complete, in seconds since the epoch; V(null) when Supabase does not say.
      type: float
diff:
  description: The restore point before and after.
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
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(rate_limited), V(plan), V(timeout), V(vendor_down) or
      V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.backups import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import SUPABASE_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {**CHANGE_ARGUMENTS, **SUPABASE_ARGUMENTS, "name": {"type": "str", "required": True}},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

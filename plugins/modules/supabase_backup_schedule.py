#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module supabase_backup_schedule."""

from __future__ import annotations

DOCUMENTATION = r"""
module: supabase_backup_schedule
short_description: Set when Supabase backs a project up
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Sets the time of day at which Supabase makes its own backup of a project. It holds from the next backup on.
  - M(saasops.runbooks.supabase_backup_info) tells the time as it is.
notes:
  - One request when it is so already, else two. Supabase lets it be set three times within 24 hours, and not on every plan.
  - Uses Supabase's Management API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.supabase
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_supabase
options:
  time:
    description:
      - The time of day in UTC, as C(HH:MM) or C(HH:MM:SS). In quotes, for YAML takes some times for numbers.
    type: str
    required: true
seealso:
  - module: saasops.runbooks.supabase_backup_info
"""

EXAMPLES = r"""
- name: Back up when nobody is at work
  saasops.runbooks.supabase_backup_schedule:
    project: abcdefghijklmnopqrst
    time: "03:00"
"""

RETURN = r"""
schedule:
  description: The schedule as it is then.
  returned: success
  type: dict
  contains:
    time:
      description: The time of day in UTC.
      type: str
    updated_at:
      description: When it was set last, in seconds since the epoch; in check mode a value that is known after it is set.
      type: float
diff:
  description: The time before and after.
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.client import SUPABASE_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.supabase.schedule import execute

SPEC: dict[str, Any] = {
    "argument_spec": {**CHANGE_ARGUMENTS, **SUPABASE_ARGUMENTS, "time": {"type": "str", "required": True}},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

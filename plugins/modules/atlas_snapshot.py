#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module atlas_snapshot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: atlas_snapshot
short_description: Have a snapshot of a MongoDB Atlas cluster
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Makes a snapshot and waits until it is complete. One of that description that is there already is left as it is; one that failed is made anew.
  - It stays at Atlas, and goes with the project. A dump elsewhere is what outlives that.
notes:
  - Two requests when it is there, else four or more. Free clusters have no snapshots.
  - Uses version 2 of the Atlas Administration API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.atlas
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_atlas
options:
  description:
    description:
      - What it is called, and by what it is found again.
    type: str
    required: true
  retention_days:
    description:
      - For how many days Atlas keeps it. Of one that is there already it is not changed.
    type: int
    default: 7
seealso:
  - module: saasops.runbooks.atlas_snapshot_info
"""

EXAMPLES = r"""
- name: Have a snapshot before the migration
  saasops.runbooks.atlas_snapshot:
    project: 32b6e34b3d91647abb20e7b8
    cluster: shop
    description: before migration 2026-11-20
    deadline: 30m
"""

RETURN = r"""
snapshot:
  description: The snapshot as it is; in check mode, one that is not there yet has values that are known after it is made.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    description:
      description: What it is called.
      type: str
    status:
      description: V(queued), V(inProgress), V(completed) or V(failed).
      type: str
    type:
      description: V(onDemand) or V(scheduled).
      type: str
    created_at:
      description: When it was made, in seconds since the epoch.
      type: float
    expires_at:
      description: When Atlas deletes it; V(null) when it does not say.
      type: float
    bytes:
      description: Its size; V(null) when it is not known yet.
      type: int
    version:
      description: The version of MongoDB.
      type: str
diff:
  description: The snapshot before and after.
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import ATLAS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.snapshots import execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **ATLAS_ARGUMENTS,
        "description": {"type": "str", "required": True},
        "retention_days": {"type": "int", "default": 7},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module atlas_restore_job."""

from __future__ import annotations

DOCUMENTATION = r"""
module: atlas_restore_job
short_description: Put a snapshot of a MongoDB Atlas cluster into a cluster
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Has Atlas restore a snapshot, or the cluster as it was at a moment, into a target cluster, and waits until that has finished.
  - All that the target holds is replaced, and the target is away meanwhile. Restore into a cluster that serves nobody, compare, and then give the
    application its address.
  - A job of the same snapshot into the same target that is under way is waited for, and one that has finished there last is found. None is doubled.
notes:
  - Two or three requests when it is done already, else five or more. The restore is one change, and Atlas has no way to take it back.
  - Needs O(allow=destroy) and O(confirm), also in check mode.
  - What jobs of other clusters have put into the target since, this cluster's jobs do not tell.
  - Uses version 2 of the Atlas Administration API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.atlas
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_atlas
attributes:
  idempotent:
    support: partial
    details: With O(again=true) what has been restored there already is restored once more.
options:
  snapshot:
    description:
      - The snapshot of O(cluster), by its id or by its description. Either this or O(point_in_time) is needed.
    type: str
  point_in_time:
    description:
      - The moment as of which O(cluster) is restored, with its zone. Needs continuous backup of the cluster.
    type: str
  target_cluster:
    description:
      - The name of the cluster that is replaced. It has to be there.
    type: str
    required: true
  target_project:
    description:
      - The id of its project. When not set, O(project).
    type: str
  confirm:
    description:
      - The target once more, as C(cluster) or C(project/cluster), for its data are replaced.
      - When not set, taken from the inventory variable C(saasops_confirm), which confirms the target only where it is called so.
    type: str
  again:
    description:
      - Whether it is restored although it was the last to be restored there. What was written into the target since goes.
    type: bool
    default: false
seealso:
  - module: saasops.runbooks.atlas_snapshot
  - module: saasops.runbooks.atlas_snapshot_info
"""

EXAMPLES = r"""
- name: Have a snapshot
  saasops.runbooks.atlas_snapshot:
    project: 32b6e34b3d91647abb20e7b8
    cluster: shop
    description: before migration 2026-11-20
    deadline: 30m

- name: See what it looks like, in a cluster of its own
  saasops.runbooks.atlas_restore_job:
    project: 32b6e34b3d91647abb20e7b8
    cluster: shop
    snapshot: before migration 2026-11-20
    target_cluster: shop-scratch
    confirm: shop-scratch
    allow: destroy
    deadline: 2h
  register: restored

- name: Say which job it was
  ansible.builtin.debug:
    msg: "{{ restored.job.id }} {{ restored.job.state }}"
"""

RETURN = r"""
job:
  description: The restore job as it is; in check mode, one that is not there yet has values that are known after it is made.
  returned: success
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    state:
      description: V(finished); in check mode V(running), too.
      type: str
    delivery:
      description: V(automated) for a snapshot, V(pointInTime) for a moment.
      type: str
    snapshot:
      description: The id of the snapshot; V(null) for a moment.
      type: str
    point_in_time:
      description: The moment, in seconds since the epoch; V(null) for a snapshot.
      type: float
    target_project:
      description: The id of the target's project.
      type: str
    target_cluster:
      description: The target.
      type: str
    finished_at:
      description: When it finished, in seconds since the epoch; V(null) while it is under way.
      type: float
how:
  description: V(already) (it was the last to be restored there), V(joined) (it was under way) or V(restore).
  returned: success
  type: str
diff:
  description: What the target was restored from last, before and after.
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
    - Why the task failed. C(kind) is for example V(auth), V(permission), V(not_found), V(conflict) (another restore into the target is under way),
      V(failed), V(refused) (not confirmed, or not allowed), V(timeout), V(vendor_down) or V(protocol).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import ATLAS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.restores import execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **ATLAS_ARGUMENTS,
        "snapshot": {"type": "str"},
        "point_in_time": {"type": "str"},
        "target_cluster": {"type": "str", "required": True},
        "target_project": {"type": "str"},
        "confirm": {"type": "str"},
        "again": {"type": "bool", "default": False},
    },
    "mutually_exclusive": [("snapshot", "point_in_time")],
    "required_one_of": [("snapshot", "point_in_time")],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

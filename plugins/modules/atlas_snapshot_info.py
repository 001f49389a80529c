#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module atlas_snapshot_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: atlas_snapshot_info
short_description: See which snapshots MongoDB Atlas keeps of a cluster
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads the snapshots of a cluster, those of its schedule and those that somebody asked for.
  - Snapshots go with the project. They are no reason to have no backup elsewhere.
notes:
  - One request for a token, and one for every hundred snapshots.
  - Uses version 2 of the Atlas Administration API. Facts rest on its OpenAPI document.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.atlas
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_atlas
seealso:
  - module: saasops.runbooks.atlas_snapshot
"""

EXAMPLES = r"""
- name: See how old the newest snapshot is
  saasops.runbooks.atlas_snapshot_info:
    project: 32b6e34b3d91647abb20e7b8
    cluster: shop
  register: found

- name: Say so
  ansible.builtin.debug:
    msg: "{{ found.newest_at }}"
"""

RETURN = r"""
snapshots:
  description: The snapshots, newest first.
  returned: success
  type: list
  elements: dict
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
newest_at:
  description: When the newest complete one was made; V(null) when there is none.
  returned: success
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
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import ATLAS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.snapshots import execute_info

SPEC: dict[str, Any] = {"argument_spec": {**COMMON_ARGUMENTS, **ATLAS_ARGUMENTS}, "supports_check_mode": True}
execute = execute_info


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

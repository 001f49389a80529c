#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module release."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release
short_description: Remember in the ledger what is known of a deployment
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Marks a deployment of a component as proved or bad, or stores the oldest release that still fits its data.
  - Rollback goes to proved releases first, and refuses bad ones and those below the floor.
extends_documentation_fragment:
  - saasops.runbooks.common.ledger
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_ledger
attributes:
  diff_mode:
    support: none
  idempotent:
    support: partial
    details: O(secrets_rotated) notes the present moment each time.
options:
  component:
    description:
      - Name of the component.
      - When not set, the inventory host that the task runs for.
    type: str
    required: true
  deployment:
    description:
      - The vendor's id of the deployment.
    type: str
    required: true
  state:
    description:
      - V(proved) has served well. V(bad) must not serve again. V(known) says nothing of it.
    type: str
    choices: [known, proved, bad]
    default: known
  reason:
    description:
      - Why it is bad.
    type: str
    default: ""
  schema_floor:
    description:
      - Id, tag or commit of the oldest release that still works with the data as this release leaves it.
    type: str
  secrets_rotated:
    description:
      - Names of secrets that were rotated now, so that deployments made before hold old values.
    type: list
    elements: str
    default: []
  commit:
    description:
      - Full commit of the deployment.
    type: str
  version:
    description:
      - Its tag.
    type: str
  created_at:
    description:
      - When it was made, in seconds since the epoch.
    type: float
seealso:
  - module: saasops.runbooks.release_info
"""

EXAMPLES = r"""
- name: This release dropped a column that everything before v1.4.1 reads
  saasops.runbooks.release:
    ledger_url: sqlite:////tmp/saasops-example/ledger.sqlite3
    environment: shop/production
    component: api
    deployment: dpl_example000142
    commit: 9c1e2f0000000000000000000000000000000000
    version: v1.4.2
    created_at: 1795143600
    schema_floor: v1.4.1
"""

RETURN = r"""
release:
  description: What the ledger now knows of the deployment. Moments are seconds since the epoch.
  type: dict
  returned: success
  contains:
    deployment: {description: Its id., type: str}
    commit: {description: Its commit., type: str}
    version: {description: Its tag., type: str}
    created_at: {description: When it was made., type: float}
    seen_at: {description: When the ledger first saw it., type: float}
    proved_at: {description: When it was proved., type: float}
    bad_at: {description: When it was found bad., type: float}
    bad_reason: {description: Why., type: str}
    schema_floor: {description: The oldest release that fits its data., type: str}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import LEDGER_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import release as execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **LEDGER_ARGUMENTS,
        "component": {"type": "str", "required": True},
        "deployment": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["known", "proved", "bad"], "default": "known"},
        "reason": {"type": "str", "default": ""},
        "schema_floor": {"type": "str"},
        "secrets_rotated": {"type": "list", "elements": "str", "default": [], "no_log": False},
        "commit": {"type": "str"},
        "version": {"type": "str"},
        "created_at": {"type": "float"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

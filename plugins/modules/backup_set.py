#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module backup_set."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_set
short_description: Begin a set of backups, and complete it with its manifest
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - With O(state=begun) looks whether the repository can be used, and makes it when there is none.
  - With O(state=whole) writes the manifest of the parts that M(saasops.runbooks.component_backup) has stored, reads it back, and remembers it in
    the ledger. Without a manifest there is no set, so a run that was killed leaves none.
  - Then forgets old sets by O(retention), which restic's own policy decides, and what killed runs have left.
  - A page that tells how to restore with restic and the databases' programs alone is kept in the repository, and beside it in a folder.
notes:
  - These are never forgotten. The newest complete set, the newest set that holds a component whole, the last set that a drill has proved, and what a
    living run is writing.
  - A set that lacks a part never stands for its day, and after one nothing is forgotten.
  - O(retention) is counted over the sets before the one that is completed.
  - Room is given back (C(restic prune)) once a day at most.
extends_documentation_fragment:
  - saasops.runbooks.backup
  - saasops.runbooks.backup.set
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_ledger
options:
  environment:
    description:
      - System and environment that the set belongs to, as C(system/environment).
      - When not set, taken from the inventory variables C(saasops_system) and C(saasops_environment).
    type: str
    required: true
  state:
    description:
      - What is to be there, the beginning of a set or a whole one.
    type: str
    choices: [begun, whole]
    default: whole
  parts:
    description:
      - What RV(saasops.runbooks.component_backup#module:parts) told of all components together.
    type: list
    elements: dict
    default: []
  left_out:
    description:
      - Components that the run leaves alone. A set without them is not complete.
    type: list
    elements: str
    default: []
  releases:
    description:
      - What each component serves, as RV(saasops.runbooks.component_backup#module:release) tells it, for the manifest.
    type: dict
    default: {}
  why:
    description:
      - What the set is for.
    type: str
    choices: [daily, pre_deploy, pre_migration, pre_restore, manual]
    default: manual
  reason:
    description:
      - Why, in a few words, for the manifest.
    type: str
    default: ""
  retention:
    description:
      - How many sets are kept, as C({last, hourly, daily, weekly, monthly, yearly}). Sets made before a restore are counted apart.
      - When not set, taken from the inventory variable C(backup_retention). Without any, every set is kept.
    type: dict
  offsite:
    description:
      - What to do when the repository is on this machine, or with the vendor that holds the data. V(required) refuses to begin.
      - When not set, taken from the inventory variable C(backup_offsite).
    type: str
    choices: [warn, required, ignored]
    default: warn
  components:
    description:
      - Who holds the data, as C({name, vendors, hosts}), to see whether the repository is elsewhere.
    type: list
    elements: dict
    default: []
  deadline:
    description:
      - Time that the task may take, forgetting and pruning included.
    type: str
    default: 2h
seealso:
  - module: saasops.runbooks.component_backup
  - module: saasops.runbooks.backup_set_info
"""

EXAMPLES = r"""
- name: Begin a set
  saasops.runbooks.backup_set:
    state: begun
    set: 20261120T030000Z-example
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"

- name: Complete it, and keep what is wanted
  saasops.runbooks.backup_set:
    set: 20261120T030000Z-example
    environment: shop/production
    why: daily
    parts: []
    retention: {daily: 7, weekly: 4, monthly: 12}
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
"""

RETURN = r"""
set: {description: The set., returned: success, type: str}
repository: {description: 'Where it is kept, without a password.', returned: success, type: str}
restic: {description: The version of restic., returned: with O(state=begun), type: str}
offsite:
  description: Whether the repository is elsewhere than the data; null where its address does not tell.
  returned: with O(state=begun)
  type: bool
offsite_why: {description: Why it is so., returned: with O(state=begun), type: str}
manifest:
  description: The manifest, as it stands in the repository. Its C(parts) are those of M(saasops.runbooks.component_backup). It holds no secret.
  returned: with O(state=whole)
  type: dict
complete: {description: Whether every part is whole., returned: with O(state=whole), type: bool}
snapshot: {description: The snapshot of the manifest; empty in check mode., returned: with O(state=whole), type: str}
forgotten: {description: 'Sets that were forgotten, oldest first.', returned: with O(state=whole), type: list, elements: str}
kept_why: {description: Why no set was looked at to be forgotten., returned: with O(state=whole), type: str}
swept: {description: Of how many killed runs the leftovers went., returned: with O(state=whole), type: int}
pruned: {description: Whether room was given back., returned: with O(state=whole), type: bool}
cautions: {description: What a person should know., returned: success, type: list, elements: str}
changes:
  description: What was done to the repository, or in check mode would be, as C({vendor, operation, target, sends}).
  returned: always
  type: list
  elements: dict
steps: {description: Always empty., returned: always, type: list, elements: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.manifest import REASONS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.sets import OFFSITE, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import REPOSITORY_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **CHANGE_ARGUMENTS,
        **REPOSITORY_ARGUMENTS,
        "environment": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["begun", "whole"], "default": "whole"},
        "set": {"type": "str"},
        "parts": {"type": "list", "elements": "dict", "default": []},
        "left_out": {"type": "list", "elements": "str", "default": []},
        "releases": {"type": "dict", "default": {}},
        "why": {"type": "str", "choices": list(REASONS), "default": "manual"},
        "reason": {"type": "str", "default": ""},
        "retention": {"type": "dict"},
        "offsite": {"type": "str", "choices": list(OFFSITE), "default": "warn"},
        "components": {"type": "list", "elements": "dict", "default": []},
        "deadline": {"type": "str", "default": "2h"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

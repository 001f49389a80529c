#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module backup_proof."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_proof
short_description: Write down that a set of backups was put back, and was the same
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Keeps a small snapshot C(proof.json) in the repository, so that any machine finds it, and notes in the ledger that the set is proved when every part
    of it that could be tried came back the same.
  - The set that was proved last is never forgotten by retention.
  - When nothing came back the same, nothing is written.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.backup
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_ledger
attributes:
  idempotent:
    support: none
    details: Each proof is one of its own.
options:
  environment:
    description:
      - The environment whose set it is, as C(system/environment).
      - When not set, taken from the inventory variables C(saasops_system) and C(saasops_environment).
    type: str
    required: true
  set:
    description:
      - The id of the set.
    type: str
    required: true
  parts:
    description:
      - What was put back, as RV(saasops.runbooks.component_restore#module:restore) has it in C(parts), of all components.
    type: list
    elements: dict
    required: true
  kept:
    description:
      - What could not be tried, as RV(saasops.runbooks.component_restore#module:restore) has it in C(kept), of all components. It is told, and is never
        counted as proved.
    type: list
    elements: dict
    default: []
seealso:
  - module: saasops.runbooks.component_restore
"""

EXAMPLES = r"""
- name: Begin a set
  saasops.runbooks.backup_set:
    state: begun
    set: 20261120T030000Z-example
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"

- name: Store what the shop exports
  saasops.runbooks.component_backup:
    set: 20261120T030000Z-example
    component:
      name: exports
      component_vendor: other
      saasops_system: shop
      saasops_environment: production
      component_backup: {command: {argv: [echo, one order]}}
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
  register: stored

- name: Complete the set
  saasops.runbooks.backup_set:
    set: 20261120T030000Z-example
    environment: shop/production
    parts: "{{ stored.parts }}"
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"

- name: Write down which parts came back the same
  saasops.runbooks.backup_proof:
    set: 20261120T030000Z-example
    parts: "{{ restored.restore.parts | default([]) }}"
    kept: "{{ restored.restore.kept | default([]) }}"
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
"""

RETURN = r"""
proof:
  description: What was proved.
  returned: success
  type: dict
  contains:
    set: {description: The id of the set., type: str}
    environment: {description: The environment whose set it is., type: str}
    run: {description: The run that proved it., type: str}
    at: {description: 'When, in seconds since the epoch.', type: float}
    whole: {description: Whether every part that could be tried came back the same., type: bool}
    proved: {description: 'The parts that did, as C({name, kind, by, rows, tables, seconds}).', type: list, elements: dict}
    not_proved: {description: 'The others, as C({name, why}).', type: list, elements: dict}
    schema: {description: The version of this shape., type: int}
changes:
  description: What was stored, or would be.
  returned: always
  type: list
  elements: dict
steps:
  description: Every request to a vendor; none here.
  returned: always
  type: list
  elements: dict
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.proofs import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import REPOSITORY_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **CHANGE_ARGUMENTS,
        **REPOSITORY_ARGUMENTS,
        "environment": {"type": "str", "required": True},
        "set": {"type": "str", "required": True},
        "parts": {"type": "list", "elements": "dict", "required": True},
        "kept": {"type": "list", "elements": "dict", "default": []},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

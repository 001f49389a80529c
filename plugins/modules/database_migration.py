#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module database_migration."""

from __future__ import annotations

DOCUMENTATION = r"""
module: database_migration
short_description: Bring a PostgreSQL database to the application's newest migration, with a backup before
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Compares the migrations in the application's folder with those that the database has, and does nothing when none is pending or failed.
  - Otherwise makes a backup with C(pg_dump) and reads it again with C(pg_restore --list), runs the declared command, and looks whether
    every migration is applied.
  - When the command fails, the backup stays, and the failure says how to go back; with O(restore) it goes back itself.
  - Maintenance, where C(component_migrate) wants it, is put around it by C(playbooks/db_migrate.yml), with M(saasops.runbooks.component_maintenance).
notes:
  - A component declares its migrations as C(component_migrate). O(component) tells more. One that declares none is left alone.
  - Within a run, how far it has come is written into the ledger. A rerun after a kill keeps the backup of the state before.
  - A backup is C(pg_dump)'s custom format, readable by its owner alone. Its programs must not be older than the server.
  - The command gets the address of the database in its environment. A tool that locks the database while it works keeps a second one out that a
    killed run may have left behind.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.database
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component whose database is meant, with at least C(name), C(component_vendor), C(component_folder) (where the application is checked out)
        and C(component_migrate).
      - C(component_migrate) takes C(tool) (V(alembic), V(drizzle), V(golang-migrate), V(knex), V(prisma) or V(rails)), C(argv) (the command, a list)
        and C(backup_folder) (an absolute path); and, where the usual ones do not fit, C(files) (the folder of the migrations), C(exit_codes) (those
        that are good), C(timeout) (10m), C(dsn_variable) (V(DATABASE_URL)), C(pass_environment) (names of further variables), C(programs) (the folder
        of C(pg_dump)), and C(maintenance) (whether it is only to be done in maintenance).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  state:
    description:
      - V(migrated) applies what is pending. V(restored) puts the database back to O(backup), whatever has been written since.
    type: str
    choices: [migrated, restored]
    default: migrated
  restore:
    description:
      - Restore the backup when the command fails. Needs O(confirm), and O(allow=destroy).
    type: bool
    default: false
  in_maintenance:
    description:
      - Whether some component is in maintenance for it. Where C(component_migrate) wants maintenance, it is refused without one.
    type: bool
    default: false
  backup:
    description:
      - With O(state=restored) the file to go back to. Without it that of the migration that has failed, as the ledger knows it.
    type: path
  confirm:
    description:
      - The environment, for what restores.
      - When not set, taken from the inventory variable C(saasops_confirm).
    type: str
  environment:
    description:
      - System and environment, as C(system/environment), that O(confirm) is compared with.
      - When not set, taken from the inventory variables C(saasops_system) and C(saasops_environment).
    type: str
requirements:
  - psycopg
  - pg_dump, pg_restore and, for a restore, psql
"""

EXAMPLES = r"""
- name: See what is pending
  saasops.runbooks.database_migration:
    component:
      name: database
      component_vendor: postgres
      component_folder: "{{ playbook_dir }}/shop"
      component_migrate:
        tool: prisma
        argv: [npx, prisma, migrate, deploy]
        backup_folder: /var/backups/shop
    dsn: "{{ vault_database_url }}"
  check_mode: true
  register: planned
"""

RETURN = r"""
migration:
  description: What was found, and what was done.
  returned: success
  type: dict
  contains:
    component:
      description: The component's name.
      type: str
    supported:
      description: Whether the component declares migrations.
      type: bool
    how:
      description: V(already) (nothing was pending), V(migrated), V(restored), or V(none) (no migrations are declared).
      type: str
    pending:
      description: Names of the migrations that were pending.
      type: list
      elements: str
    failed:
      description: Names of those that had failed before.
      type: list
      elements: str
    applied:
      description: How many are applied now.
      type: int
    backup:
      description: The file with the state before; empty when none was made.
      type: str
    maintenance:
      description: Whether it is only to be done in maintenance.
      type: bool
    output:
      description: The last lines that the command printed, without secrets.
      type: list
      elements: str
changes:
  description: What was done, or would be, in order (C(backup), C(migrate), C(restore)).
  returned: always
  type: list
  elements: dict
steps:
  description: Every request to a vendor; the same keys as in M(saasops.runbooks.component_release).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.addresses import ADDRESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.migrations import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **CHANGE_ARGUMENTS,
        **ADDRESS_ARGUMENTS,
        "state": {"type": "str", "choices": ["migrated", "restored"], "default": "migrated"},
        "restore": {"type": "bool", "default": False},
        "in_maintenance": {"type": "bool", "default": False},
        "backup": {"type": "path"},
        "confirm": {"type": "str"},
        "environment": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

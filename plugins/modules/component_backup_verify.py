#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_backup_verify."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_backup_verify
short_description: Look whether the backups are there, are what they were, and would bring everything back
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Of the environment once (O(scope=environment)) whether the repository opens with its password, whether C(restic check) finds it sound with a share
    of the data read back, whether the newest set is whole, whether its manifest is the one that was written, whether every part of every set is in the
    repository under its own name, and whether somebody has proved a set by a restore.
  - Of a component how old its newest whole backup is, whether every part of the newest set comes out of the repository as it went in, and whether
    what is in it is what the manifest says. An archive of PostgreSQL is read through C(pg_restore) and its rows are counted, a dump of Redis has its
    checksum, a ZIP archive each of its entries, and lines of JSON are counted.
  - Then its rows, its size, its structure and its watermark are compared with those of the sets before.
  - Never fails because a backup is bad. Look at RV(verdict).
notes:
  - Nothing is changed, nothing that is read is kept, and no database is needed.
  - No vendor is asked, except Atlas about a snapshot to which the newest set refers, in two requests. That it cannot be asked is V(error).
  - The newest set is streamed whole from the repository. Where that costs money for each gigabyte, O(content=false) leaves it out.
  - A password that does not open the repository is V(fail), for then the backups are as good as lost. A repository that cannot be reached is V(error).
extends_documentation_fragment:
  - saasops.runbooks.backup
  - saasops.runbooks.common
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_component
options:
  scope:
    description:
      - V(component) looks at one component's parts. V(environment) looks at what all components share.
    type: str
    choices: [component, environment]
    default: component
  component:
    description:
      - The component, as its inventory variables say it. C(name) and C(component_vendor) are needed with O(scope=component).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: false
  client_secret:
    description:
      - For Atlas the secret of a service account that may read the project. A snapshot to which the newest set refers is looked for at Atlas with it.
      - When not set, taken from the inventory variable of the component's vendor, C(atlas_client_secret), else from E(ATLAS_CLIENT_SECRET).
    type: str
  content:
    description:
      - V(false) does not read the parts back, and rests on the manifests alone.
    type: bool
    default: true
  environment:
    description:
      - Whose backups, as C(system/environment). Needed with O(scope=environment).
      - When not set, taken from the inventory variables C(saasops_system) and C(saasops_environment), which O(component) holds, too.
    type: str
  max_age:
    description:
      - A component's newest whole backup has to be younger than this.
    type: str
    default: 24h
  offsite:
    description:
      - What it means when the newest set lies on this machine, or with a vendor that holds the data itself. V(warn) warns, V(required) fails, and
        V(ignored) says nothing.
    type: str
    choices: [warn, required, ignored]
    default: warn
  proof_max_age:
    description:
      - After so long without a proven restore a warning is given.
    type: str
    default: 35d
  read_data:
    description:
      - The share of the repository's data that C(restic check) reads back. V(1/7) reads another seventh on each day, so that a week reads all.
        V(1/1) reads everything each time, and an empty text nothing.
    type: str
    default: 1/7
  rto:
    description:
      - How long a restore may take, as it was declared. A proven one that took longer is a warning.
    type: str
    default: 1h
  tables_watch:
    description:
      - How far a table may move from one set to the next, by its name as the manifest has it, or by C(component.table).
      - One share such as C(5%) holds both ways, more than which is V(fail) when the table has fallen, and V(warn) when it has grown.
        C({fall, growth}) sets each by itself, and V(false) lets the table be as it is.
      - A table that nothing is said of fails when it is gone, and when it has lost more than half of the most that it held in the last 7 sets.
    type: dict
    default: {}
requirements:
  - restic 0.14 or newer
  - pg_restore for PostgreSQL, not older than the server
"""

EXAMPLES = r"""
- name: Look whether the database could be brought back
  saasops.runbooks.component_backup_verify:
    component:
      name: database
      component_vendor: postgres
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
    max_age: 24h
    tables_watch:
      public.users: 5%
  register: backup

- name: Show why it could not
  ansible.builtin.debug:
    msg: "{{ backup.verdict }} {{ backup.reason }}"

- name: Look at the repository, and read a seventh of it back
  saasops.runbooks.component_backup_verify:
    scope: environment
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
    read_data: 1/7
"""

RETURN = r"""
verdict:
  description: The worst of all checks, V(fail), V(error) (could not be asked), V(inconclusive) (not enough is known), V(warn) or V(pass).
  returned: success
  type: str
reason:
  description: Why it is not a pass.
  returned: success
  type: str
checks:
  description:
    - Every check.
    - Of the environment C(backup encryption), C(backup completed), C(backup manifest), C(backup inventory), C(backup integrity), C(backup offsite)
      and C(backup proof).
    - Of a component C(backup age), C(backup parts), C(backup content), C(backup counts), C(backup size), C(backup schema) and C(backup watermark),
      and C(backup reference) where the set refers to a snapshot that Atlas keeps.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: What was looked at.
      type: str
    component:
      description: The component's name, empty for the environment.
      type: str
    verdict:
      description: One of V(pass), V(warn), V(fail), V(inconclusive), V(error) and V(skipped).
      type: str
    reason:
      description: One line for people.
      type: str
    value:
      description: What was measured, such as the age in hours.
      type: raw
    unit:
      description: Of what.
      type: str
    limit:
      description: What it was compared with.
      type: str
    next:
      description: What can be done, where something can.
      type: str
steps:
  description: Every request to a vendor; the same keys as in M(saasops.runbooks.component_release).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - What is wrong with the options, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  returned: failure
  type: dict
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.verifying import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas.client import ATLAS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import REPOSITORY_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **COMMON_ARGUMENTS,
        **REPOSITORY_ARGUMENTS,
        "scope": {"type": "str", "choices": ["component", "environment"], "default": "component"},
        "component": {"type": "dict"},
        "client_secret": ATLAS_ARGUMENTS["client_secret"],
        "content": {"type": "bool", "default": True},
        "environment": {"type": "str"},
        "max_age": {"type": "str", "default": "24h"},
        "offsite": {"type": "str", "choices": ["warn", "required", "ignored"], "default": "warn"},
        "proof_max_age": {"type": "str", "default": "35d"},
        "read_data": {"type": "str", "default": "1/7"},
        "rto": {"type": "str", "default": "1h"},
        "tables_watch": {"type": "dict", "default": {}},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

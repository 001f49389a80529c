#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_restore."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_restore
short_description: Put parts of a set of backups back for one component
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Puts back what a set holds of a component, whatever vendor it is at, beside what is there (O(to=beside)), in its place (O(to=in_place)), or for a
    while (O(to=disposable)).
  - It looks first. What is there already and is the same as the set is left alone. It looks afterwards too, at rows, fingerprints of all rows,
    structure and watermark, and returns what differs.
  - Parts that nothing puts back are kept to be read, and are told as such.
notes:
  - In place, and in production at all, needs O(confirm). In place needs O(allow=destroy) too, and O(safety), a set that keeps what was there.
  - What C(latest) means is written down within a run of C(playbooks/restore.yml). A run that goes on with what a killed one began takes the same set.
  - The content is streamed. Nothing of it is whole in memory, or in clear on the disk.
extends_documentation_fragment:
  - saasops.runbooks.backup
  - saasops.runbooks.database
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
options:
  component:
    description:
      - The component that is put back, as its inventory variables say it. C(name), C(component_vendor), C(saasops_system) and C(saasops_environment) are
        needed.
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  token:
    description:
      - The vendor's token. For Railway a project token.
      - When not set, taken from the inventory variable of the component's vendor, such as C(vercel_token), else from the vendor's usual
        environment variable. The same holds for the other secrets.
    type: str
  api_token:
    description: For Railway an account or workspace token, instead of O(token).
    type: str
  api_key:
    description: For Stripe its key.
    type: str
  client_secret:
    description: For Shopify the secret of the app, instead of O(token). For Atlas the secret of the service account.
    type: str
  deploy_key:
    description: For Convex the deploy key.
    type: str
  deadline:
    description:
      - Time that all parts of the component may take together.
    type: str
    default: 6h
  set:
    description:
      - The set, as its id or the beginning of one. V(latest) is the newest one that is whole, and was not made to take a restore back.
    type: str
    default: latest
  state:
    description:
      - V(absent) removes the place that was made with O(to=beside) or O(to=disposable).
    type: str
    choices: [present, absent]
    default: present
  to:
    description:
      - V(beside) makes a new place, V(in_place) replaces what is there, V(disposable) makes one that is removed again.
    type: str
    choices: [beside, in_place, disposable]
    default: beside
  name:
    description:
      - What the new place is called. When not set, made of the set's id.
    type: str
    default: ""
  parts:
    description:
      - Names of parts, such as V(database/postgres.dump), or of components of the set. When not set, all of the component.
    type: list
    elements: str
    default: []
  tables:
    description:
      - Only these tables, where the kind of the part knows tables.
    type: list
    elements: str
    default: []
  any_component:
    description:
      - Whether O(parts) may be those of other components of the set.
    type: bool
    default: false
  source_environment:
    description:
      - The environment whose set it is, as C(system/environment), or C(environment) of the same system. When not set, the component's own.
    type: str
    default: ""
  confirm_from:
    description:
      - The environment whose set may go into production although it is another one.
    type: str
    default: ""
  confirm:
    description:
      - The environment that is changed, for what needs to be meant.
      - When not set, taken from the inventory variable C(saasops_confirm).
    type: str
  safety:
    description:
      - The id of the set that keeps what is there now, for O(to=in_place).
    type: str
    default: ""
  undo:
    description:
      - Take back what was restored last, as the run's ledger knows it. What was replaced comes back from the set that was made before, and a new
        place is removed.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Begin a set
  saasops.runbooks.backup_set:
    state: begun
    set: 20261120T030000Z-example
    environment: shop/staging
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"

- name: Store what the database holds
  saasops.runbooks.component_backup: &database
    set: 20261120T030000Z-example
    component: {name: database, component_vendor: postgres, saasops_system: shop, saasops_environment: staging}
    dsn: "{{ vault_database_url }}"
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
  register: stored

- name: Complete the set
  saasops.runbooks.backup_set:
    set: 20261120T030000Z-example
    environment: shop/staging
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
    parts: "{{ stored.parts }}"

- name: See what the set would bring back, and how it differs from what is there
  saasops.runbooks.component_restore:
    <<: *database
  check_mode: true
  register: planned

- name: Bring two tables back, into a database of their own
  saasops.runbooks.component_restore:
    <<: *database
    tables: [users, orders]
    name: shop_restored
    deadline: 1h
  register: restored
"""

RETURN = r"""
restore:
  description: What was found, and what was done.
  returned: success
  type: dict
  contains:
    component: {description: The component's name., type: str}
    supported: {description: Whether the set holds something that can be put back for it., type: bool}
    how: {description: 'V(already) (it is the same), V(restored), V(dropped) or V(none).', type: str}
    set: {description: 'The set, as C({id, at, environment, why, reason, complete}).', type: dict}
    to: {description: 'As O(to); V(gone) when a place is removed.', type: str}
    name: {description: What the new place is called., type: str}
    tables: {description: As O(tables)., type: list, elements: str}
    kept: {description: 'Parts that are kept to be read, as C({name, kind, why}).', type: list, elements: dict}
    ended_at: {description: 'When it was done, in seconds since the epoch.', type: float}
    parts:
      description: What is put back.
      type: list
      elements: dict
      contains:
        name: {description: The part's name., type: str}
        component: {description: The component of the set., type: str}
        vendor: {description: Its vendor., type: str}
        kind: {description: The kind of the part., type: str}
        place: {description: 'Where it goes, for people.', type: str}
        there: {description: Whether the place was there before., type: bool}
        result:
          description:
            - V(same) (nothing had to be done), V(differs) (check mode, it would be put back), V(restored) (put back, and the same as the set),
              V(different) (put back, and not the same), V(unproved) (put back, and nothing tells whether it is the same) or V(gone).
          type: str
        by: {description: 'What was compared, V(rows), V(counts) or V(values); empty when nothing could be.', type: str}
        differences: {description: 'What differs from the set, in words.', type: list, elements: str}
        more: {description: 'What is there, and is not in the set.', type: list, elements: str}
        rows_now: {description: 'Rows that were there before, null without a place.', type: int}
        rows: {description: Rows in the set., type: int}
        tables: {description: Tables in the set., type: int}
        moment: {description: 'The data are as of then, in seconds since the epoch.', type: float}
        watermark: {description: 'What was written into the data just before the backup, as C({at, value}), or null.', type: dict}
        lost_seconds: {description: 'What was written in so many seconds before now is not in the part.', type: float}
        bytes: {description: Its size., type: int}
        seconds: {description: How long it took to put it back and to look., type: float}
caution:
  description: What should be known of the choice of the set; empty when nothing.
  returned: success
  type: str
changes:
  description:
    - What was done, or would be, as C({vendor, operation, target, sends}). V(put_back), V(replace), V(drop_place) and V(drop_disposable).
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

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.access import ACCESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.addresses import ADDRESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.restoring import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.runs import RUN_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import REPOSITORY_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **RUN_ARGUMENTS,
        **CHANGE_ARGUMENTS,
        **REPOSITORY_ARGUMENTS,
        **ADDRESS_ARGUMENTS,
        **ACCESS_ARGUMENTS,
        "set": {"type": "str", "default": "latest"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "to": {"type": "str", "choices": ["beside", "in_place", "disposable"], "default": "beside"},
        "name": {"type": "str", "default": ""},
        "parts": {"type": "list", "elements": "str", "default": []},
        "tables": {"type": "list", "elements": "str", "default": []},
        "any_component": {"type": "bool", "default": False},
        "source_environment": {"type": "str", "default": ""},
        "confirm_from": {"type": "str", "default": ""},
        "confirm": {"type": "str"},
        "safety": {"type": "str", "default": ""},
        "undo": {"type": "bool", "default": False},
        "deadline": {"type": "str", "default": "6h"},
    },
    "supports_check_mode": True,
}
# What the inventory says of a component may hold headers that open what is closed to strangers.
HIDDEN = ("component",)


def main() -> None:
    run_module(SPEC, execute, HIDDEN)


if __name__ == "__main__":
    main()

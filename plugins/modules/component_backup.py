#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module component_backup."""

from __future__ import annotations

DOCUMENTATION = r"""
module: component_backup
short_description: Store what a component holds in the repository of backups
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads every part that a component's vendor has, such as the dump of a database, an export, files and variables, and streams each into the
    repository. Nothing is whole in memory, and nothing lies in clear on the disk.
  - Each part tells how many rows or objects of what it holds, as of which moment, its size and its SHA-256.
  - A part that fails does not take others with it. The task fails then, and RV(parts) says which were kept.
  - Parts belong to a set, and are no backup without it. M(saasops.runbooks.backup_set) begins a set and completes it.
notes:
  - What is stored is a snapshot of its own in the repository, so C(restic dump) alone gets it out.
  - The inventory variable C(component_backup) tunes what is taken. With V(false) there is nothing to store.
extends_documentation_fragment:
  - saasops.runbooks.backup
  - saasops.runbooks.backup.set
  - saasops.runbooks.database
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.common.run
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_component
attributes:
  idempotent:
    support: none
    details: Every set has snapshots of its own. What has not changed takes no room a second time.
options:
  component:
    description:
      - The component, as its inventory variables say it. C(name), C(component_vendor), C(saasops_system) and C(saasops_environment) are needed.
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
seealso:
  - module: saasops.runbooks.backup_set
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

- name: Store what the shop's exports hold
  saasops.runbooks.component_backup:
    set: 20261120T030000Z-example
    component: {name: exports, component_vendor: other, saasops_system: shop, saasops_environment: production}
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
  register: exports
"""

RETURN = r"""
set:
  description: The set that the parts belong to.
  returned: success or failure
  type: str
parts:
  description: A row for each part, as it stands in the manifest of the set. Never the content itself.
  returned: success or failure
  type: list
  elements: dict
  contains:
    name: {description: 'C(<component>/<file>).', type: str}
    component: {description: The component., type: str}
    vendor: {description: Its vendor., type: str}
    kind: {description: 'How it comes back, such as V(postgres), V(redis), V(convex) or V(variables).', type: str}
    state: {description: 'V(whole), V(failed), or V(planned) in check mode.', type: str}
    why: {description: Why it failed., type: str}
    snapshot: {description: Its snapshot in the repository., type: str}
    bytes: {description: Its size., type: int}
    added: {description: How much the repository has grown by it., type: int}
    sha256: {description: Digest of its content., type: str}
    seconds: {description: How long it took., type: float}
    moment: {description: 'The moment that the data are of, in seconds since the epoch.', type: float}
    counts: {description: 'Rows of each table, keys of each database, or objects of each resource.', type: dict}
    hashes: {description: Fingerprints of the rows of each table., type: dict}
    schema: {description: Fingerprint of the structure., type: str}
    watermark: {description: What was written into the data just before., type: dict}
    tools: {description: Programs and servers with their versions., type: dict}
    names: {description: Names of variables with keyed fingerprints of their values., type: dict}
    notes: {description: What the vendor leaves out., type: list, elements: str}
release:
  description:
    - What the component serves at that moment, C({deployment, commit, version}), or the latest migration of each tool's table, C({migrations}).
    - Empty where there is nothing of the kind. Whoever cannot tell it says so in C(why), and stops no backup.
  returned: success or failure
  type: dict
changes:
  description: Parts that were stored, or in check mode would be, as C({vendor, operation, target, sends}).
  returned: always
  type: list
  elements: dict
steps: {description: 'Every request, as C({name, ms, status, request_id}).', returned: always, type: list, elements: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.access import ACCESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.addresses import ADDRESS_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.engine import execute
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
        "set": {"type": "str"},
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

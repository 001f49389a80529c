#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module backup_set_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_set_info
short_description: Tell which sets of backups there are
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Lists the sets of an environment that are in the repository, newest first, with their manifests, and when each was verified and proved.
  - What the ledger does not know of is read from the repository, so it works on any machine that has the password.
extends_documentation_fragment:
  - saasops.runbooks.backup
  - saasops.runbooks.common
  - saasops.runbooks.common.ledger
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_ledger
options:
  set:
    description:
      - Only this one. V(latest), an id, or the beginning of one.
    type: str
seealso:
  - module: saasops.runbooks.backup_set
"""

EXAMPLES = r"""
- name: A repository
  saasops.runbooks.backup_set:
    state: begun
    set: 20261120T030000Z-example
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"

- name: Which backups are there?
  saasops.runbooks.backup_set_info:
    environment: shop/production
    repository: "{{ backup_folder }}/backups"
    password: "{{ vault_backup_password }}"
  register: backups
"""

RETURN = r"""
repository: {description: 'Where they are kept, without a password.', returned: success, type: str}
sets:
  description: The sets, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id: {description: The set., type: str}
    at: {description: 'When it was begun, in seconds since the epoch.', type: float}
    complete: {description: Whether it holds everything that was wanted., type: bool}
    problem: {description: Why it is not to be trusted; empty for nothing., type: str}
    snapshot: {description: The snapshot of its manifest., type: str}
    sha256: {description: Digest of the manifest., type: str}
    verified_at: {description: When it was verified last; null for never., type: float}
    verified: {description: What was found then., type: str}
    proved_at: {description: When a drill has restored it and found it identical; null for never., type: float}
    manifest: {description: The manifest., type: dict}
steps: {description: Always empty., returned: always, type: list, elements: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.sets import look
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import LEDGER_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import REPOSITORY_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {**COMMON_ARGUMENTS, **LEDGER_ARGUMENTS, **REPOSITORY_ARGUMENTS, "set": {"type": "str"}},
    "supports_check_mode": True,
}
execute = look


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

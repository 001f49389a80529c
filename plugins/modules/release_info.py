#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module release_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_info
short_description: Tell what the ledger knows of releases, pins and the lease
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads the ledger of one environment, and checks that its journal is unbroken.
extends_documentation_fragment:
  - saasops.runbooks.common.ledger
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_ledger
options:
  components:
    description:
      - Names of the components to tell about.
    type: list
    elements: str
    default: []
seealso:
  - module: saasops.runbooks.release
"""

EXAMPLES = r"""
- name: What is held back right now
  saasops.runbooks.release_info:
    ledger_url: sqlite:////tmp/saasops-example/ledger.sqlite3
    environment: shop/production
    components: [api, app]
  register: ledger
"""

RETURN = r"""
components:
  description: For each component C(releases) (by deployment id), C(rotations) (secret name to moment) and C(pin).
  type: dict
  returned: success
pins:
  description: Components whose production is held at an older release.
  type: list
  elements: dict
  returned: success
lease:
  description: The run that changes this environment now; null when none does.
  type: dict
  returned: success
journal_intact:
  description: Whether no entry of the journal was changed, removed or moved.
  type: bool
  returned: success
journal_first_broken:
  description: Number of the first entry that does not fit; null when all do.
  type: int
  returned: success
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
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import release_info as execute

SPEC: dict[str, Any] = {
    "argument_spec": {**LEDGER_ARGUMENTS, "components": {"type": "list", "elements": "str", "default": []}},
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

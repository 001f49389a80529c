#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module lease."""

from __future__ import annotations

DOCUMENTATION = r"""
module: lease
short_description: Let one run at a time change an environment
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Holds a lease in the ledger as a named run, or gives it back. The collection's own playbooks do this by themselves.
  - A holder whose process on this machine has ended is taken over at once, one elsewhere when its time is over.
notes:
  - A ledger in a SQLite file protects one machine only. Use PostgreSQL where cron, CI and AWX share an environment.
extends_documentation_fragment:
  - saasops.runbooks.common.ledger
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_ledger
attributes:
  diff_mode:
    support: none
options:
  purpose:
    description:
      - What the lease is for. All changing playbooks of the collection use V(change).
    type: str
    default: change
  run_id:
    description:
      - Who holds it.
    type: str
    required: true
  state:
    description:
      - V(held) takes or renews it, V(free) gives it back.
    type: str
    choices: [held, free]
    default: held
  reason:
    description:
      - What for, shown to those who are refused.
    type: str
    default: ""
  seconds:
    description:
      - How long it is believed without a sign of life, in seconds or such as V(15m).
    type: str
    default: 2m
  process:
    description:
      - Process whose end ends the lease. When not set, only time does.
    type: int
"""

EXAMPLES = r"""
- name: Nobody else touches the shop meanwhile
  saasops.runbooks.lease:
    ledger_url: sqlite:////tmp/saasops-example/ledger.sqlite3
    environment: shop/production
    run_id: data-fix-42
    reason: repairing orders by hand

- name: Done
  saasops.runbooks.lease:
    ledger_url: sqlite:////tmp/saasops-example/ledger.sqlite3
    environment: shop/production
    run_id: data-fix-42
    state: free
"""

RETURN = r"""
lease:
  description: Who holds it now; null when nobody does.
  type: dict
  returned: success
  contains:
    run: {description: The holder., type: str}
    holder: {description: Its machine and process., type: dict}
    reason: {description: What for., type: str}
    generation: {description: Grows with every new holder., type: int}
    acquired_at: {description: Since when., type: float}
    expires_at: {description: Until when it is believed without a sign of life., type: float}
    free: {description: Whether it can be taken over now., type: bool}
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
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import lease as execute

SPEC: dict[str, Any] = {
    "argument_spec": {
        **LEDGER_ARGUMENTS,
        "purpose": {"type": "str", "default": "change"},
        "run_id": {"type": "str", "required": True},
        "state": {"type": "str", "choices": ["held", "free"], "default": "held"},
        "reason": {"type": "str", "default": ""},
        "seconds": {"type": "str", "default": "2m"},
        "process": {"type": "int"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin release_saga, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_saga
short_description: Put the planned components into waves, and write that down before the first request
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Puts the components of a plan into waves. Going back, callers come before what they call, going forward after it, so that a new
    caller never meets an old callee. Components of equal C(component_deploy_order) make one wave.
  - Writes the saga into the ledger, with what every component serves now, so that a run that is killed can be taken up again and what it
    changed can be undone. In check mode nothing is written.
  - One refusal in the plan stops all components.
notes:
  - Made for a task with C(run_once), after the plan of every component was registered as C(<verb>_plan).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  scope:
    description:
      - The result of M(saasops.runbooks.release_scope).
    type: dict
    required: true
seealso:
  - module: saasops.runbooks.release_scope
  - module: saasops.runbooks.release_record
"""

EXAMPLES = r"""
- name: Write the saga down
  saasops.runbooks.release_saga:
    scope: "{{ rollback_scope }}"
  run_once: true
  register: rollback_saga
"""

RETURN = r"""
status:
  description: V(act), V(plan) (check mode), V(nothing), V(refused) or V(unknown).
  returned: success
  type: str
order:
  description: The components in the order of their waves; empty when nothing may or need be done.
  returned: success
  type: list
  elements: str
waves:
  description: The size of every wave, for C(serial).
  returned: success
  type: list
  elements: int
undo:
  description: The components in the order of an undo; empty when what was done is kept.
  returned: success
  type: list
  elements: str
undo_waves:
  description: The size of every wave of an undo.
  returned: success
  type: list
  elements: int
from:
  description: Component and the deployment that served before the saga began.
  returned: success
  type: dict
saga:
  description: Id of the saga; null without a ledger.
  returned: success
  type: str
refused:
  description: Components whose plan was refused.
  returned: success
  type: list
  elements: str
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin release_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_record
short_description: Write down what became of every component
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Judges the run from the registered results of all components, and makes the screen that tells it.
  - Writes into the ledger which releases are proved or bad now and which components are held back, and closes the saga unless the run has to
    be taken up again. In check mode nothing is written.
notes:
  - Made for a task with C(run_once), after every component's plan, apply, undo and verify were registered as C(<verb>_plan) and so on.
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
  saga:
    description:
      - The result of M(saasops.runbooks.release_saga).
    type: dict
    required: true
seealso:
  - module: saasops.runbooks.release_saga
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Write down what became of every component
  saasops.runbooks.release_record:
    scope: "{{ rollback_scope }}"
    saga: "{{ rollback_saga }}"
  run_once: true
  register: rollback_record
"""

RETURN = r"""
word:
  description: V(done), V(nothing), V(elsewhere), V(plan), V(refused), V(unhealthy), V(undone), V(split), V(unknown) or V(failed).
  returned: success
  type: str
outcomes:
  description: Component and what became of it.
  returned: success
  type: dict
not_there:
  description: Components that are not where they should be; empty when all is well.
  returned: success
  type: list
  elements: str
ends_on:
  description: Components that the last play runs on. Those that are not where they should be, else one that shows the summary.
  returned: success
  type: list
  elements: str
seconds:
  description: Seconds from the start of the run to the last healthy probe.
  returned: success
  type: float
since_incident:
  description: Seconds from the start of the incident, when the operator told it, to the last healthy probe.
  returned: success
  type: float
last_at:
  description: When the last probe was, in seconds since the epoch.
  returned: success
  type: float
changes:
  description: The changing operations of all components; in check mode those that would be made.
  returned: success
  type: list
  elements: dict
planned:
  description: The changing operations of the plan.
  returned: success
  type: list
  elements: dict
cautions:
  description: What the operator should know.
  returned: success
  type: list
  elements: str
screen:
  description: The parts of the screen, for M(saasops.runbooks.summary).
  returned: success
  type: dict
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

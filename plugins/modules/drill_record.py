#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin drill_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_record
short_description: Write down what a drill has proved
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Judges the drill from the registered results of all components, compares recovery point and recovery time with C(backup_rpo) and C(backup_rto),
    writes down what was proved, and makes the screen that tells it. In check mode nothing is written.
  - What has no way back is told as not proved, and never counted as proved.
notes:
  - Made for a task with C(run_once) at the end of C(playbooks/drill.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  saga:
    description:
      - The result of M(saasops.runbooks.drill_saga) with O(saasops.runbooks.drill_saga#module:do=begin).
    type: dict
    required: true
seealso:
  - module: saasops.runbooks.backup_proof
  - module: saasops.runbooks.drill_saga
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Write down what was proved
  saasops.runbooks.drill_record:
    saga: "{{ drill_saga }}"
  run_once: true
  register: drill_record
"""

RETURN = r"""
word:
  description: V(done), V(failed), V(plan) or V(refused).
  returned: success
  type: str
outcomes:
  description: Component and what became of it.
  returned: success
  type: dict
not_there:
  description: Components for which the run fails.
  returned: success
  type: list
  elements: str
ends_on:
  description: Components that the last play runs on. Those of RV(not_there), else one that shows the summary.
  returned: success
  type: list
  elements: str
seconds:
  description: Seconds from the start of the run.
  returned: success
  type: float
changes:
  description: What was done, or in check mode would be, in order.
  returned: success
  type: list
  elements: dict
planned:
  description: What was planned.
  returned: success
  type: list
  elements: dict
cautions:
  description: What the operator should know.
  returned: success
  type: list
  elements: str
checks:
  description: What was drilled and what came of it, as checks.
  returned: success
  type: list
  elements: dict
proof:
  description: What was proved, as M(saasops.runbooks.backup_proof) returns it.
  returned: success
  type: dict
left:
  description: What could not be put right again, and why.
  returned: success
  type: list
  elements: str
parts:
  description: The parts, as M(saasops.runbooks.component_restore) returns them, with C(host).
  returned: success
  type: list
  elements: dict
screen:
  description: The parts of the screen, for M(saasops.runbooks.summary).
  returned: success
  type: dict
notice:
  description: What people are told, for the role notify; empty when it is no news.
  returned: success
  type: dict
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

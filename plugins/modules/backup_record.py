#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin backup_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_record
short_description: Judge what a run has stored of every component
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Judges the registered results C(backup_admit), C(backup_plan), C(backup_apply) and C(backup_verify) of all components, writes the verdict into
    the journal, and makes the screen that tells it. In check mode nothing is written.
notes:
  - Made for a task with C(run_once) at the end of C(playbooks/backup.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options: {}
seealso:
  - module: saasops.runbooks.backup_set
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Judge what was stored
  saasops.runbooks.backup_record:
  run_once: true
  register: backup_record
"""

RETURN = r"""
word:
  description: What became of all together, V(done), V(partly), V(failed), V(nothing), V(plan), V(refused) or V(unknown).
  returned: success
  type: str
outcomes:
  description: The same of every component; V(nothing) where it holds nothing that is kept, V(waiting) where another one kept it from beginning.
  returned: success
  type: dict
set:
  description: The set; empty when there is none.
  returned: success
  type: str
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

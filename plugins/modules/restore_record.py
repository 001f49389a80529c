#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin restore_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: restore_record
short_description: Write down what became of every component that was restored
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Judges the run from the registered results of all components, writes into the ledger which sets were proved by it, ends the saga unless the run has
    to be taken up again, and makes the screen that tells it. In check mode nothing is written.
notes:
  - Made for a task with C(run_once) at the end of C(playbooks/restore.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  saga:
    description:
      - The result of M(saasops.runbooks.restore_saga).
    type: dict
    required: true
seealso:
  - module: saasops.runbooks.restore_saga
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Write down what became of every component
  saasops.runbooks.restore_record:
    saga: "{{ restore_saga }}"
  run_once: true
  register: restore_record
"""

RETURN = r"""
word:
  description: V(done), V(unproved), V(nothing), V(plan), V(refused), V(partly), V(different), V(unhealthy), V(held), V(failed) or V(unknown).
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
safety:
  description: The set that keeps what was there before.
  returned: success
  type: str
sick:
  description: Components that are not healthy after data were put in place, and why.
  returned: success
  type: dict
closed:
  description: Components that are still in maintenance, and why.
  returned: success
  type: dict
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

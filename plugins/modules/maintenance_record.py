#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin maintenance_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: maintenance_record
short_description: Tell what became of the maintenance of all components
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Gathers what M(saasops.runbooks.component_maintenance) has returned for all components, and makes the screen, and the message for people.
notes:
  - Made for a task with C(run_once), after every component's result was registered as C(maintenance_on), C(maintenance_off) or
    C(maintenance_verify) by the task files of the role C(maintenance).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  state:
    description:
      - What was asked for. It says which of the registered results tell.
    type: str
    choices: ["on", read_only, "off", check]
    default: check
seealso:
  - module: saasops.runbooks.component_maintenance
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Tell what became of it
  saasops.runbooks.maintenance_record:
    state: "on"
  run_once: true
  register: maintenance_record
"""

RETURN = r"""
word:
  description:
    - V(on), V(read_only), V(off), V(still_on) (not all is well), V(partly), V(plan), V(nothing), or V(refused).
  returned: success
  type: str
outcomes:
  description: Component and its state; V(still_on) where not all is well, V(failed) where it could not be switched.
  returned: success
  type: dict
not_there:
  description: Components that are not as they should be, for which the run fails.
  returned: success
  type: list
  elements: str
ends_on:
  description: Components that the last play runs on. Those of RV(not_there), else one that shows the summary.
  returned: success
  type: list
  elements: str
seconds: {description: Seconds from the start of the run., returned: success, type: float}
changes: {description: The changing operations of all components., returned: success, type: list, elements: dict}
planned: {description: 'The same, of a plan.', returned: success, type: list, elements: dict}
checks: {description: One row for each component that declares it., returned: success, type: list, elements: dict}
lines: {description: The same for the screen of another verb., returned: success, type: list, elements: str}
notice: {description: What people are to be told; empty when nothing., returned: success, type: dict}
cautions: {description: What the operator should know., returned: success, type: list, elements: str}
screen: {description: 'The parts of the screen, for M(saasops.runbooks.summary).', returned: success, type: dict}
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin check_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: check_record
short_description: Judge and remember what was found of every component
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Gathers the checks in the registered results of all components, and makes the screen that tells them, the bad ones first.
  - Writes every check that was made into the history of the ledger, from which trends and growth bands are taken. In check mode nothing is written.
notes:
  - Made for a task with C(run_once), after every component's result was registered as C(<verb>_verify), or as O(steps) says.
  - A task that failed is a check with the verdict V(error). A component without any check is V(skipped), and never counted as well.
  - What several components tell alike counts once.
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  steps:
    description:
      - The results to gather, as the ends of their names. V(verify) stands for C(<verb>_verify).
    type: list
    elements: str
    default: [verify]
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Judge and remember what was found
  saasops.runbooks.check_record:
  run_once: true
  register: health_record
"""

RETURN = r"""
word:
  description: The worst verdict, V(fail), V(error) (could not be asked), V(inconclusive) (not enough is known), V(warn) or V(pass).
  returned: success
  type: str
outcomes:
  description: Component and its worst verdict; V(skipped) where nothing was checked.
  returned: success
  type: dict
not_there:
  description: Components whose outcome is V(fail) or V(error), for which the run fails.
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
at:
  description: When it was judged, in seconds since the epoch.
  returned: success
  type: float
checks:
  description: Every check, the bad ones first.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: What was looked at., type: str}
    component: {description: Of which component; empty when of none., type: str}
    verdict: {description: 'V(pass), V(warn), V(fail), V(inconclusive), V(error) or V(skipped).', type: str}
    reason: {description: What was found in words., type: str}
    value: {description: What was measured; V(null) when nothing was., type: raw}
    unit: {description: The unit of the value., type: str}
    limit: {description: What it should be., type: str}
changes:
  description: The changing operations of all components.
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

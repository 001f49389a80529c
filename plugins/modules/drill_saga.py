#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin drill_saga, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: drill_saga
short_description: Write a drill down before it makes anything
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - With O(do=left) it tells what a drill has left that was cut off, the places that it made and the releases that it moved.
  - With O(do=begin) it writes down which places are made, with O(do=moving) which releases serve before any is moved. In check mode nothing is written.
notes:
  - Made for tasks with C(run_once) in C(playbooks/drill.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  do:
    description:
      - What is to be done.
    type: str
    choices: [left, begin, moving]
    required: true
seealso:
  - module: saasops.runbooks.component_restore
  - module: saasops.runbooks.drill_record
"""

EXAMPLES = r"""
- name: See what an earlier drill has left
  saasops.runbooks.drill_saga:
    do: left
  run_once: true
  register: drill_left
"""

RETURN = r"""
status:
  description: V(act), V(plan) (check mode) or V(refused).
  returned: with O(do=left) and O(do=begin)
  type: str
why:
  description: Why everything is refused.
  returned: with O(do=left) and O(do=begin)
  type: str
places:
  description: Of each component the set and name of a place that an earlier drill made.
  returned: with O(do=left)
  type: dict
serving:
  description: Of each component the release that served before a drill moved it, as C({id, pinned}).
  returned: with O(do=left) and O(do=moving)
  type: dict
order:
  description: The components whose parts are put back.
  returned: with O(do=begin)
  type: list
  elements: str
set:
  description: The set, as C({id, at, environment, why, reason, complete}).
  returned: with O(do=begin)
  type: dict
name:
  description: What the places are called.
  returned: with O(do=begin)
  type: str
saga:
  description: The saga's id in the ledger.
  returned: with O(do=left) and O(do=begin)
  type: str
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

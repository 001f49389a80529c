#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin restore_saga, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: restore_saga
short_description: Write a restore down before its first change
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Looks at the plans of all components (C(restore_plan)) and says which of them act. One refusal stops all of them.
  - Writes the saga into the ledger, so that a run that is killed is gone on with, with the very set that was chosen, and what was restored can be
    taken back. In check mode nothing is written.
  - With O(safety) it notes that what is there now is kept. Only after that it may be replaced.
notes:
  - Made for a task with C(run_once) in C(playbooks/restore.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  safety:
    description:
      - The id of the set that keeps what is there now.
    type: str
seealso:
  - module: saasops.runbooks.component_restore
  - module: saasops.runbooks.restore_record
"""

EXAMPLES = r"""
- name: Write the saga down
  saasops.runbooks.restore_saga:
  run_once: true
  register: restore_saga
"""

RETURN = r"""
status:
  description: V(act), V(plan) (check mode), V(nothing) or V(refused).
  returned: success
  type: str
why:
  description: Why everything is refused, where that is no component's own matter.
  returned: success
  type: str
order:
  description: The components that act; empty when nothing may or need be done.
  returned: success
  type: list
  elements: str
refused:
  description: The components whose plan was refused.
  returned: success
  type: list
  elements: str
saga:
  description: The saga's id in the ledger.
  returned: success
  type: str
set:
  description: The set, as C({id, at, environment, why, reason, complete}).
  returned: success
  type: dict
in_place:
  description: Whether what is there is replaced.
  returned: success
  type: bool
protect:
  description: Whether what is there now has to be kept first.
  returned: success
  type: bool
safety:
  description: The id of the set that keeps what was there before; empty when there is none yet.
  returned: success
  type: str
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

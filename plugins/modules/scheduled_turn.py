#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin scheduled_turn, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scheduled_turn
short_description: Carry out an item of a scheduled run as a run of its own verb
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - For items that are whole procedures, such as a backup. The run takes the leases of that verb, so that it meets no other run of it.
  - Where another run holds one of them, nothing is done, and the item says so.
  - Without O(item) the leases are given back, and the run is the scheduled one again.
notes:
  - Made for a task with C(run_once) in C(playbooks/scheduled.yml). Its result has to be registered as C(saasops_run).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  item:
    description:
      - The item, as M(saasops.runbooks.scheduled_due) returned it. When not given, the item is over.
    type: dict
seealso:
  - module: saasops.runbooks.scheduled_note
  - module: saasops.runbooks.guard
"""

EXAMPLES = r"""
- name: Become a run of the item's verb
  saasops.runbooks.scheduled_turn:
    item: "{{ scheduled_item }}"
  run_once: true
  register: saasops_run

- name: Be the scheduled run again
  saasops.runbooks.scheduled_turn:
  run_once: true
  register: saasops_run
"""

RETURN = r"""
turn:
  description: Whether the item could begin.
  returned: success
  type: dict
  contains:
    item: {description: Its name., type: str}
    begun: {description: V(false) when nothing of it may be done., type: bool}
    verdict: {description: 'What that means for the item, V(warn) or V(error).', type: str}
    why: {description: Why it could not begin., type: str}
    next: {description: What a person should do., type: str}
"""

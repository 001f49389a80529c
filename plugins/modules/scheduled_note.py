#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin scheduled_note, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scheduled_note
short_description: Note what became of one item of a scheduled run
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Gathers the checks of the verb or the commands that one item has asked for, and measures it against its budget.
notes:
  - Made for a task with C(run_once) in C(playbooks/scheduled.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  item:
    description:
      - The item, as M(saasops.runbooks.scheduled_due) returned it.
    type: dict
    required: true
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Note what became of it
  saasops.runbooks.scheduled_note:
    item: "{{ scheduled_item }}"
  run_once: true
  register: scheduled_noted
"""

RETURN = r"""
noted:
  description: This item after those before it.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str}
    do: {description: What it did., type: str}
    verdict: {description: Its worst verdict; V(skipped) when nothing was asked., type: str}
    seconds: {description: How long it took., type: float}
    budget: {description: Seconds that it may take., type: float}
    checks: {description: Its checks., type: list, elements: dict}
    changes: {description: What its commands changed., type: list, elements: dict}
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin scheduled_due, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scheduled_due
short_description: Find what is due for the tags of a scheduled run
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Reads C(scheduled_items) of the inventory, refuses what cannot be right, and begins the run of those that the tags of C(--tags) ask for.
  - Takes a lease of its own for these tags. When another run holds it, nothing is done, and that is told.
  - Says which runs of C(schedule_runs) were missed.
notes:
  - Made for a task with C(run_once) in C(playbooks/scheduled.yml).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options: {}
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: See what is due
  saasops.runbooks.scheduled_due:
  run_once: true
  register: saasops_run
"""

RETURN = r"""
due:
  description: The items that are due, in the order in which they are carried out.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str}
    do: {description: 'A verb that looks, V(command) or V(person).', type: str}
    components: {description: Components that it is about., type: list, elements: str}
    commands: {description: Names of commands., type: list, elements: str}
    ask: {description: What a person is asked to do., type: list, elements: str}
    budget: {description: Seconds that it may take., type: float}
tags:
  description: The tags of this run.
  returned: success
  type: list
  elements: str
overlapped:
  description: Who is at work; empty when nobody else is.
  returned: success
  type: str
budget:
  description: Seconds that all items may take.
  returned: success
  type: float
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin schedule_files, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: schedule_files
short_description: Make the files of a schedule
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Makes of C(schedule_runs) of the inventory a file for cron, units of systemd, or schedules for AWX. Writes nothing.
notes:
  - Made for tasks with C(run_once) in the role C(schedule).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  options:
    description:
      - The variables of the role C(schedule), without their prefix.
    type: dict
    required: true
  written:
    description:
      - The files are in place, or gone. The ledger then remembers from when on a run can be missed, and the screen is made.
    type: bool
    default: false
  stopped:
    description:
      - The result of the task that failed. The screen then says so, and this task fails, too.
    type: dict
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Make the files
  saasops.runbooks.schedule_files:
    options: "{{ schedule_options }}"
  run_once: true
  register: schedule_made
"""

RETURN = r"""
files:
  description: The files.
  returned: success
  type: list
  elements: dict
  contains:
    path: {description: Where it belongs., type: str}
    content: {description: Its text., type: str}
    mode: {description: Its permissions., type: str}
screen:
  description: The parts of the screen, for M(saasops.runbooks.summary).
  returned: with O(written) or O(stopped)
  type: dict
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin report_make, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: report_make
short_description: Make a report out of the ledger
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Gathers what the ledger knows of a day, a week or a month, and writes it as JSON, as Markdown, and when asked as one HTML page.
  - Asks no vendor. In check mode nothing is written.
notes:
  - Made for a task with C(run_once) in the role C(report).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  period:
    description:
      - The time that it tells of, up to now, as the variable C(report_period) of the role takes it.
    type: str
    required: true
  html:
    description:
      - Write one HTML page, too.
    type: bool
    default: false
  folder:
    description:
      - Where to write it. Empty, the folder of the run's record.
    type: str
    default: ""
  name:
    description:
      - What its files are called, before C(.md), C(.json) and C(.html).
    type: str
    default: report
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Make the report
  saasops.runbooks.report_make:
    period: week
    html: true
  run_once: true
  register: report_record
"""

RETURN = r"""
report:
  description: What is told, with its verdict, what is not well, trends, the slowest, scheduled runs, events and open pins.
  returned: success
  type: dict
files:
  description: Where it was written, by C(json), C(md) and C(html).
  returned: success
  type: dict
screen:
  description: The parts of the screen, for M(saasops.runbooks.summary).
  returned: success
  type: dict
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin scheduled_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: scheduled_record
short_description: Judge and remember a scheduled run
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Judges the items of a scheduled run together, writes them into the ledger, and makes the screen that tells them.
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
- name: Judge and remember what was found
  saasops.runbooks.scheduled_record:
  run_once: true
  register: scheduled_record
"""

RETURN = r"""
word:
  description: The worst verdict, as of M(saasops.runbooks.check_record), V(nothing) (nothing was due but what a person does) or V(overlapped).
  returned: success
  type: str
done:
  description: Every item, as M(saasops.runbooks.scheduled_note) tells it.
  returned: success
  type: list
  elements: dict
checks:
  description: Every check, the bad ones first.
  returned: success
  type: list
  elements: dict
outcomes:
  description: Component and its worst verdict.
  returned: success
  type: dict
not_there:
  description: Components for which the run fails.
  returned: success
  type: list
  elements: str
ends_on:
  description: Components that the last play runs on.
  returned: success
  type: list
  elements: str
notice:
  description: What is told of the run, for the role C(notify); empty when nothing is.
  returned: success
  type: dict
screen:
  description: The parts of the screen, for M(saasops.runbooks.summary).
  returned: success
  type: dict
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin init_record, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: init_record
short_description: Tell which inventory was written
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Makes the screen of C(playbooks/init.yml) out of the result of M(saasops.runbooks.inventory_draft), registered as C(init_draft).
  - Tells what stopped it when it was stopped, and fails then.
notes:
  - Made for the role C(init).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  stopped:
    description:
      - The result of the task that failed.
    type: dict
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.inventory_draft
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Tell what was written
  saasops.runbooks.init_record:
  register: init_record
"""

RETURN = r"""
word:
  description: V(done), V(nothing), V(plan) or V(refused).
  returned: always
  type: str
screen:
  description: The parts of the screen, for M(saasops.runbooks.summary).
  returned: always
  type: dict
"""

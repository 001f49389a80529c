#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin summary, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: summary
short_description: Show the outcome of a run on one plain screen
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - The last task of every playbook of the collection, also after a failure.
  - Shows at most 80 columns and 40 lines of plain text. Gives the lease back, and writes the record of the run, which holds no secrets, to
    C($XDG_STATE_HOME/saasops/<system>-<environment>/<run>/). In check mode nothing is written.
  - Sets the statistics C(saasops) of the run, as M(ansible.builtin.set_stats) does, for launchers.
notes:
  - Made for a task with C(run_once), after M(saasops.runbooks.guard) was registered as C(saasops_run).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  record:
    description:
      - The result of M(saasops.runbooks.release_record) or M(saasops.runbooks.check_record). Without it the screen says that the run stopped before its end.
    type: dict
    default: {}
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.release_record
"""

EXAMPLES = r"""
- name: Summary
  saasops.runbooks.summary:
    record: "{{ rollback_record | default({}) }}"
  run_once: true
"""

RETURN = r"""
ansible_stats:
  description: Verb, run, word, outcomes, changes, planned changes, seconds and checks, under C(data.saasops).
  returned: success
  type: dict
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin rehearsal, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: rehearsal
short_description: Play a verb in a simulated world made from the inventory
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Hands names, vendors and thresholds of the inventory to a simulator, which plays the unchanged playbook of C(rehearse_verb) in a world like it.
  - What is handed over is on a list of names. Tokens, keys and passwords are not on it, and what is encrypted or looked up is never evaluated.
  - Shows the summary of that playbook, and ends as it ends. Nothing is left behind, also when the run is killed.
notes:
  - Made for a task with C(run_once) in a play on all components.
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options:
  folder:
    description: Where the program is.
    type: path
    required: true
  program:
    description: The Python module in O(folder) that is started, and told by JSON on its standard input what to do.
    type: str
    required: true
  playbooks:
    description: The folder with the verbs' playbooks.
    type: path
    required: true
seealso:
  - module: saasops.runbooks.summary
"""

EXAMPLES = r"""
- name: Play it where nothing is real
  saasops.runbooks.rehearsal:
    folder: "{{ role_path }}/../../tests"
    program: sandbox.rehearsal
    playbooks: "{{ playbook_dir }}"
  run_once: true
"""

RETURN = r"""
verb:
  description: What was rehearsed.
  returned: when it was played
  type: str
code:
  description: The exit status of the rehearsed playbook.
  returned: when it was played
  type: int
failure_planted:
  description: What was wrong in its world.
  returned: when it was played
  type: str
not_rehearsed:
  description: What of the inventory has no counterpart there, and why.
  returned: when it was played
  type: dict
requests:
  description: How many requests reached the simulated vendors (C(all)), how many asked for a change (C(changing)), and how many made one (C(effects)).
  returned: when it was played
  type: dict
"""

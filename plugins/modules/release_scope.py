#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin release_scope, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: release_scope
short_description: Decide which components a rollback or roll forward is about
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Looks at what M(saasops.runbooks.component_release_info) saw of all components and chooses those that are unhealthy, and those that were
    changed in the same release. For a roll forward, those that are held back.
  - A run that was begun and not ended is taken up again with its own components and targets.
notes:
  - Made for a task with C(run_once) in a play on the inventory group C(components), after M(saasops.runbooks.guard) was registered as
    C(saasops_run), and the state of every component as C(<verb>_state).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
options: {}
seealso:
  - module: saasops.runbooks.guard
  - module: saasops.runbooks.release_saga
"""

EXAMPLES = r"""
- name: Decide which components this is about
  saasops.runbooks.release_scope:
  run_once: true
  register: rollback_scope
"""

RETURN = r"""
status:
  description:
    - V(act), V(nothing), V(refused) (a component that matters may not be read), or V(unknown) (what decides could not be measured).
  returned: success
  type: str
act:
  description: Component and the deployment that was asked for; an empty text leaves the choice to the module.
  returned: success
  type: dict
why:
  description: Component and why it is part of this.
  returned: success
  type: dict
left:
  description: Component and why it is left alone.
  returned: success
  type: dict
already:
  description: Component that serves the named release already.
  returned: success
  type: dict
unread:
  description: Component and why nothing is known of it.
  returned: success
  type: dict
resumed:
  description: Id of the saga that is taken up again.
  returned: success
  type: str
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

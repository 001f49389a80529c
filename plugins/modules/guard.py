#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin guard, which runs on the controller alone."""

from __future__ import annotations

DOCUMENTATION = r"""
module: guard
short_description: Refuse what must not pass, before a playbook sends its first request
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - The first task of every playbook of the collection. Its result, registered as C(saasops_run), is the run that the following tasks belong to.
  - Looks whether the inventory holds components, whether they all belong to one system and environment, and whether every variable of the
    inventory and of the command line exists. Near misses are refused with the name that was probably meant.
  - Opens the ledger and takes the lease on the environment, so that one run at a time changes it. In check mode the lease is only looked at.
  - Shows a refusal as a summary, with what to do instead.
notes:
  - Made for a task with C(run_once) in a play on the inventory group C(components), or on C(localhost) with O(bare=true).
  - Without a ledger the run goes on and says so, unless O(ledger=required).
extends_documentation_fragment:
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.action
attributes:
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Every run is one of its own.
options:
  verb:
    description:
      - The verb that the playbook carries out. A role of this name declares its variables.
    type: str
    required: true
  lease:
    description:
      - Whether the verb changes something. With V(false) it only looks. No lease is taken, and every change of its tasks is refused.
    type: bool
    default: true
  purpose:
    description:
      - Which lease is taken. Runs with different purposes do not wait for each other. V(change) is for what changes the environment, V(backup) for
        what reads it for long, and must not keep a rollback waiting.
    type: str
    choices: [change, backup]
    default: change
  also:
    description:
      - Further leases that the run needs. All are taken, or none.
    type: list
    elements: str
    choices: [change, backup]
    default: []
  bare:
    description:
      - Whether the verb works before there is an inventory. System and environment are then the variables C(<verb>_system) and
        C(<verb>_environment), and the components of an inventory are not looked at.
    type: bool
    default: false
  ledger:
    description:
      - V(required) refuses to work without a ledger.
    type: str
    choices: [optional, required]
    default: optional
seealso:
  - module: saasops.runbooks.summary
  - module: saasops.runbooks.lease
"""

EXAMPLES = r"""
- name: Refuse what must not pass
  saasops.runbooks.guard:
    verb: rollback
  run_once: true
  register: saasops_run
"""

RETURN = r"""
id:
  description: Id of the run.
  returned: success
  type: str
system:
  description: The system that all components belong to.
  returned: success
  type: str
environment:
  description: System and environment, as C(system/environment).
  returned: success
  type: str
banner:
  description: How the summary calls the environment.
  returned: success
  type: str
verb:
  description: The verb.
  returned: success
  type: str
reason:
  description: Why the operator runs it, whole also where the command line lost its quotes.
  returned: success
  type: str
asked_by:
  description: User and machine.
  returned: success
  type: str
started_at:
  description: When the run began, in seconds since the epoch.
  returned: success
  type: float
check_mode:
  description: Whether nothing may be changed.
  returned: success
  type: bool
ledger:
  description: Whether there is a ledger.
  returned: success
  type: bool
shared_lease:
  description: Whether launchers on all machines see the lease.
  returned: when there is a ledger
  type: bool
purpose:
  description: Purpose of the lease; empty when there is none.
  returned: success
  type: str
generation:
  description: Generation of the lease; it grows with every new holder.
  returned: success
  type: int
also:
  description: Further leases, with their generations.
  returned: success
  type: dict
holder:
  description: Machine and process that hold the lease.
  returned: success
  type: dict
saga:
  description: Always null here; filled in where a saga is written down.
  returned: success
  type: str
cautions:
  description: What the operator should know, such as a lease that was taken over, or a maintenance that is on.
  returned: success
  type: list
  elements: str
maintenances:
  description: Every maintenance that the ledger knows as open.
  returned: success
  type: list
  elements: dict
  contains:
    component: {description: Which component., type: str}
    state: {description: 'V(on) or V(read_only).', type: str}
    until: {description: 'When it should be over, in seconds since the epoch.', type: float}
    here: {description: Whether it is one of this run's components., type: bool}
    due: {description: Why this run should end it. Empty while it should not., type: str}
    caution: {description: The same for people., type: str}
failure:
  description:
    - What went wrong, for programs. RV(ignore:msg) says the same for people, with the next step.
    - The keys are those of every module of the collection, among them C(kind), C(code), C(message) and C(hint).
  returned: failure
  type: dict
"""

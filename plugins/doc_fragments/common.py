# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of every module that talks to somebody over HTTP, and of those that change something there."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  request_timeout:
    description:
      - Time that one request may take to connect, and then to answer. Durations are seconds, or such as V(90s), V(15m), V(24h).
    type: str
    default: 10s
  deadline:
    description:
      - Time that the whole task may take, all requests, retries and waiting included.
    type: str
    default: 5m
requirements:
  - requests
"""

    CHANGE = r"""
options:
  allow:
    description:
      - The most that this task may do. V(read) refuses every changing request, V(change) refuses destroying ones.
      - When not set, taken from the inventory variable C(saasops_allow).
    type: str
    choices: [read, change, destroy]
    default: change
"""

    LEDGER = r"""
options:
  ledger_url:
    description:
      - Where the ledger is, as a SQLAlchemy URL, for example V(sqlite:////var/lib/saasops/shop.sqlite3) or
        V(postgresql://saasops@db.example.com/saasops).
      - When not set, taken from the inventory variable C(saasops_ledger_url), else a SQLite file for each system and environment
        under C($XDG_STATE_HOME/saasops), which is C(~/.local/state/saasops) when the variable is not set.
      - The password belongs into the environment variable E(PGPASSWORD) or into C(~/.pgpass).
    type: str
  environment:
    description:
      - System and environment that the entry belongs to, as C(system/environment).
      - When not set, taken from the inventory variables C(saasops_system) and C(saasops_environment).
    type: str
    required: true
requirements:
  - SQLAlchemy
"""

    RUN = r"""
options:
  run:
    description:
      - The run that this task belongs to, as the guard of a playbook returned it. Filled in by the collection's playbooks.
      - With it, every change is written to the ledger before it is sent, and is refused when the run has lost its lease or has ended.
    type: dict
  ledger_url:
    description:
      - Where the run's ledger is, as for M(saasops.runbooks.release).
      - When not set, taken from the inventory variable C(saasops_ledger_url).
    type: str
"""

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module schedule_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: schedule_info
short_description: See whether scheduled runs happened when they were due
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Compares the schedule that is declared with the runs that the ledger knows, and makes a check of each entry.
  - A run that was due and did not begin within its grace is V(fail), and so is one that began and never ended.
  - One of which nothing is known is V(inconclusive).
  - Each backup, look at the backups and drill of O(items) has a check of its own. It is V(fail) when it was not carried out since it was due last,
    though its run may have begun.
notes:
  - Times are those of the wall clock in O(timezone). A time that a clock change leaves out is not due, and one that comes twice is due once.
  - Before the first run that the ledger knows (or the installation by C(playbooks/schedule.yml)) nothing was due.
extends_documentation_fragment:
  - saasops.runbooks.common.ledger
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_ledger
options:
  runs:
    description:
      - The schedule, as C(schedule_runs) of the inventory.
    type: list
    elements: dict
    required: true
    suboptions:
      tags:
        description: The tags of the run.
        type: list
        elements: str
        choices: [morning, daily, evening, weekly, monthly, quarterly]
        required: true
      cron:
        description: When, in the five fields of cron, such as V(0 7 * * mon).
        type: str
        required: true
      grace:
        description: How late it may begin.
        type: str
        default: 1h
  timezone:
    description:
      - The time zone of the schedule, such as V(Europe/Berlin).
    type: str
    default: UTC
  items:
    description:
      - What the runs do, as C(scheduled_items) of the inventory.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: See whether the morning's run happened
  saasops.runbooks.schedule_info:
    ledger_url: sqlite:////tmp/saasops-example/ledger.sqlite3
    environment: shop/production
    runs:
      - {tags: [morning], cron: "0 7 * * *", grace: 30m}
    timezone: Europe/Berlin
  register: schedule
  failed_when: schedule.verdict == 'fail'
"""

RETURN = r"""
verdict: {description: 'The worst of all checks, V(pass), V(fail) or V(inconclusive).', returned: success, type: str}
reason: {description: Why it is not a pass., returned: success, type: str}
checks: {description: 'One for each entry, and one for each item that is watched, as every look makes it.', returned: success, type: list, elements: dict}
runs:
  description: Each entry beside what is known of it.
  returned: success
  type: list
  elements: dict
  contains:
    tags: {description: Its tags., type: list, elements: str}
    cron: {description: When it is due., type: str}
    next_at: {description: 'When it is due next, in seconds since the epoch.', type: float}
    last: {description: 'Its last run, with its moments, its verdict and its items; null when there was none.', type: dict}
failure:
  description:
    - What went wrong, for programs; the same keys as in M(saasops.runbooks.component_release).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.schedule_info import GRACE, TAGS, execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.resources import LEDGER_ARGUMENTS

SPEC: dict[str, Any] = {
    "argument_spec": {
        **LEDGER_ARGUMENTS,
        "runs": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "tags": {"type": "list", "elements": "str", "choices": list(TAGS), "required": True},
                "cron": {"type": "str", "required": True},
                "grace": {"type": "str", "default": GRACE},
            },
        },
        "timezone": {"type": "str", "default": "UTC"},
        "items": {"type": "list", "elements": "dict", "default": []},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

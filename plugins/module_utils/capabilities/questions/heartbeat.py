# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``heartbeat`` needs: it asks itself, whether the scheduled runs happened."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import schedule_info
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import heartbeat
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    params = about.task.params
    wanted = schedule_info.read(params["runs"], params["timezone"]) if not about.name else []
    if not wanted or about.store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import schedules

    rows = schedules.rows(about.store)
    return [{**one, "name": one["name"].removeprefix("scheduled "), "brief": ""} for one in (heartbeat.judge(each, rows, clock.now()) for each in wanted)]

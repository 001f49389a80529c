# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``schedule`` needs: a run for everything that the inventory wants done at times."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import schedule_info
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    params = about.task.params
    items = [one for one in params["scheduled"] or [] if isinstance(one, dict)] if not about.name else []
    runs = schedule_info.read(params["runs"], params["timezone"]) if items else []
    made = []
    for tag in schedule_info.TAGS:
        waiting = [str(one.get("name") or one.get("do")) for one in items if tag in (one.get("tags") or [])]
        if waiting and not any(tag in one["tags"] for one in runs):
            reason = f"nothing starts {', '.join(waiting)}: no entry of schedule_runs has this tag"
            step = f"Add {{tags: [{tag}], cron: '0 7 * * *'}} to schedule_runs, at the time that you want; then playbooks/schedule.yml"
            made.append(about.told(tag, "warn", reason, next=step))
    return made

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``notify_test`` needs, and every verb that tells somebody: routes that can be used, and somebody who is told of the worst."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import notify
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    if about.name:
        return []
    given = about.task.params["routes"] or {}
    if not given.get("routes") and not given.get("slack_channel"):
        return [about.told("routes", "skipped", "no notify_routes: nobody is told of anything")]
    found = notify.who(notify.declared(given.get("routes") or [], given.get("slack_channel")))
    made = []
    for row in found["routes"]:
        if row["state"] == "failed":
            step = f"Mend the route {row['route']} in notify_routes; then playbooks/notify_test.yml"
            made.append(about.told(f"route {row['route']}", "fail", row["reason"], next=step))
        else:
            made.append(about.told(f"route {row['route']}", "pass", "can be used", brief=f"tells {row['route']}"))
    if not found["who"]["critical"]:
        made.append(about.told("critical", "warn", "nobody is told of what is critical", next="Give a route of notify_routes severities: [critical, error]"))
    return made

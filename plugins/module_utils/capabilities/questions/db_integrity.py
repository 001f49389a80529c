# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``db_integrity`` needs: the database answers, and what it holds has once been brought back from a backup."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import WITH_DATA, About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check

HOLDS = (*WITH_DATA, "redis")
DAY = 86400
# A proof of so long ago says little of today's backups.
OLD = 100 * DAY


def ask(about: About) -> list[Check]:
    if about.vendor not in HOLDS:
        return []
    # A deployment that its key does not open, or not for this, has been told of once.
    reached = about.database() if about.vendor != "convex" or (about.may_ask() and not about.lacking("db_integrity")) else []
    found = [{**one, "brief": one["reason"].partition(",")[0] if one["verdict"] == "pass" else ""} for one in reached]
    return [*found, *_restore(about)]


def _restore(about: About) -> list[Check]:
    if about.vendor not in WITH_DATA or about.store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import restores

    last = restores.last(about.store, about.name)
    step = f"{about.name}: restore the newest backup into an empty database, look at it, and note it"
    if last is None:
        return [about.told("proven restore", "warn", "no backup of it was ever restored, as far as the ledger knows", next=step)]
    old = clock.now() - last["at"]
    text = f"last proven restore {age(old)} ago"
    if old > OLD:
        return [about.told("proven restore", "warn", f"{text} (limit {OLD // DAY} d)", round(old / DAY, 1), "days", next=step)]
    return [about.told("proven restore", "pass", text, round(old / DAY, 1), "days", brief=text)]

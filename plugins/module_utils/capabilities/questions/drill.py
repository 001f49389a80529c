# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``drill`` needs beside what ``backup`` needs: nothing; and what one has left that was cut off."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    begun = None if about.name else about.unfinished("drill")
    if begun is None:
        return []
    places = f"places called {begun['data']['name']}" if begun["data"]["name"] else "releases that it moved"
    reason = f"run {begun['opened_by']} began {age(clock.now() - begun['opened_at'])} ago, was cut off, and may have left {places}"
    return [about.told("unfinished", "warn", reason, next="Run it again, it puts that right first: playbooks/drill.yml")]

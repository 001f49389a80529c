# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``restore`` needs beside what ``backup`` needs: that no other one stands half done."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import undoing
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    begun = None if about.name else about.unfinished(undoing.VERB)
    if begun is None:
        return []
    reason = f"run {begun['opened_by']} began {age(clock.now() - begun['opened_at'])} ago, and was cut off"
    step = f"End it: playbooks/restore.yml {undoing.options(begun['data']['asked'])}; or take it back: -e restore_undo=true"
    return [about.told("unfinished", "warn", reason, next=step)]

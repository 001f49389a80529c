# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``roll_forward`` needs: what is held back and waits for it."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    if not about.name:
        begun = about.unfinished("roll_forward")
        reason = f"run {begun['opened_by']} began {age(clock.now() - begun['opened_at'])} ago, and was cut off" if begun else ""
        return [about.told("unfinished", "warn", reason, next="Run the same roll_forward again: it looks before it acts, and goes on")] if begun else []
    known = about.known()
    pin = known["pin"] if known else None
    if not pin:
        return []
    why = f" ({plain(pin['reason'], 80)})" if pin["reason"] else ""
    reason = f"held at an earlier release for {age(clock.now() - pin['since'])}{why}"
    return [about.told("pin", "warn", reason, next=f"{about.name}: when it is fixed: playbooks/roll_forward.yml --limit {about.name}")]

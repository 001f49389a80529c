# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``logs`` needs: a declaration that can be understood."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import logs
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    if not about.name or not about.component.get(logs.VARIABLE):
        return []
    logs.declaration(about.component)
    return [about.told("declared", "pass", "can be read", brief="")]

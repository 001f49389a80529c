# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``restart`` needs: remedies that can be understood."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import restart
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    """What is misspelt in component_remedies is refused here, and not at night."""
    found = restart.read_remedies(about.name, about.component.get("component_remedies")) if about.name else []
    return [about.told("remedies", "pass", "can be read", brief="")] if found else []

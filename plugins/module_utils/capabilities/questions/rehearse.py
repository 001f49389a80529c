# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``rehearse`` needs."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    """Nothing: it asks nobody real, and names what is not installed when it begins."""
    return []

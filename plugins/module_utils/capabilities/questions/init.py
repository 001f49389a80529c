# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``init`` needs."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    """Nothing of its own: where there is an inventory to ask about, it has done its work."""
    return []

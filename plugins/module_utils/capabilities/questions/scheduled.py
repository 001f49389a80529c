# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``scheduled`` needs."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    """Nothing of its own: what starts it is asked by ``schedule`` and ``heartbeat``, and what its items do by the verbs that they name."""
    return []

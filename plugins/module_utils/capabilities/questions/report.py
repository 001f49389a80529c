# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``report`` needs."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check


def ask(about: About) -> list[Check]:
    """Nothing of its own: it tells what the ledger knows, and whether that can be reached is asked once (``doctor``)."""
    return []

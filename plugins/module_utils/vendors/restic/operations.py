# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is changed in a repository of backups."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

VENDOR = "restic"
# A set is kept by several operations; what is gone from the repository cannot be had again, and only retention, which the inventory declares, asks for it.
INIT = Operation("init", changes=True)
BACKUP = Operation("backup", changes=True)
FORGET = Operation("forget", changes=True)
PRUNE = Operation("prune", changes=True)

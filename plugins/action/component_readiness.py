# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Runs the module component_readiness in-process where it can."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.plugin_utils.direct import action

ActionModule = action(
    "component_readiness",
    "vendors.railway.release",
    "vendors.vercel.release",
    "ledger.leases",
    "ledger.releases",
    "ledger.restores",
    "ledger.sagas",
    "ledger.schedules",
)

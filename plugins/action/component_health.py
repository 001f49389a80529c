# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Runs the module component_health in-process where it can."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.plugin_utils.direct import action

ActionModule = action(
    "component_health",
    "vendors.railway.release",
    "vendors.railway.usage",
    "vendors.shopify.shop_info",
    "vendors.vercel.release",
    "vendors.vercel.access_token_info",
    "ledger.releases",
    "ledger.watches",
    "ledger.history",
)

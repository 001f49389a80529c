# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Runs the module component_webhooks in-process where it can."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.plugin_utils.direct import action

ActionModule = action("component_webhooks")

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Every call that the collection makes to PagerDuty's Events API v2."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

ENQUEUE = Operation("send_event", path="/enqueue", body=("client", "dedup_key", "event_action", "payload", "routing_key"), changes=True)
OPERATIONS = table(ENQUEUE)

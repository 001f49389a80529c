# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Datadog API: monitors of version 1, downtimes of version 2, whose first version Datadog has deprecated."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

_MONITOR = ("message", "name", "options", "priority", "query", "tags")
_PAGE = ("page[limit]", "page[offset]")

LIST_MONITORS = Operation("list_monitors", "GET", "/api/v1/monitor", query=("group_states", "page", "page_size"), lists=True, needs=("monitors_read",))
CREATE_MONITOR = Operation("create_monitor", "POST", "/api/v1/monitor", body=(*_MONITOR, "type"), changes=True, needs=("monitors_write",))
UPDATE_MONITOR = Operation("update_monitor", "PUT", "/api/v1/monitor/{monitor_id}", body=_MONITOR, changes=True, needs=("monitors_write",))
# What it has seen is lost with it.
DELETE_MONITOR = Operation("delete_monitor", "DELETE", "/api/v1/monitor/{monitor_id}", changes=True, destroys=True, needs=("monitors_write",))
# They change nothing: what a plan asks instead of making or changing a monitor.
VALIDATE_MONITOR = Operation("validate_monitor", "POST", "/api/v1/monitor/validate", body=(*_MONITOR, "type"), needs=("monitors_read",))
VALIDATE_EXISTING_MONITOR = Operation(
    "validate_existing_monitor", "POST", "/api/v1/monitor/{monitor_id}/validate", body=(*_MONITOR, "type"), needs=("monitors_read",)
)

LIST_DOWNTIMES = Operation("list_downtimes", "GET", "/api/v2/downtime", query=_PAGE, needs=("monitors_downtime",))
CREATE_DOWNTIME = Operation("create_downtime", "POST", "/api/v2/downtime", body=("data",), changes=True, needs=("monitors_downtime",))
UPDATE_DOWNTIME = Operation("update_downtime", "PATCH", "/api/v2/downtime/{downtime_id}", body=("data",), changes=True, needs=("monitors_downtime",))
CANCEL_DOWNTIME = Operation("cancel_downtime", "DELETE", "/api/v2/downtime/{downtime_id}", changes=True, needs=("monitors_downtime",))

OPERATIONS = table(
    LIST_MONITORS,
    CREATE_MONITOR,
    UPDATE_MONITOR,
    DELETE_MONITOR,
    VALIDATE_MONITOR,
    VALIDATE_EXISTING_MONITOR,
    LIST_DOWNTIMES,
    CREATE_DOWNTIME,
    UPDATE_DOWNTIME,
    CANCEL_DOWNTIME,
)

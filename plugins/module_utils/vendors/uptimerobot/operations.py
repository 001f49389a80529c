# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the UptimeRobot API, version 3."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

_MONITOR = (
    "assignedAlertContacts",
    "checkSSLErrors",
    "domainExpirationReminder",
    "followRedirections",
    "friendlyName",
    "gracePeriod",
    "httpMethodType",
    "interval",
    "keywordCaseType",
    "keywordType",
    "keywordValue",
    "port",
    "sslExpirationReminder",
    "successHttpResponseCodes",
    "tagNames",
    "timeout",
    "type",
    "url",
)
_WINDOW = ("date", "days", "duration", "interval", "monitorIds", "name", "time")

LIST_MONITORS = Operation("list_monitors", "GET", "/monitors", query=("cursor", "limit"))
CREATE_MONITOR = Operation("create_monitor", "POST", "/monitors", body=_MONITOR, changes=True, needs=("main API key",))
UPDATE_MONITOR = Operation("update_monitor", "PATCH", "/monitors/{id}", body=_MONITOR, changes=True, needs=("main API key",))
PAUSE_MONITOR = Operation("pause_monitor", "POST", "/monitors/{id}/pause", changes=True, needs=("main API key",))
START_MONITOR = Operation("start_monitor", "POST", "/monitors/{id}/start", changes=True, needs=("main API key",))
# What it has measured is lost with it.
DELETE_MONITOR = Operation("delete_monitor", "DELETE", "/monitors/{id}", changes=True, destroys=True, needs=("main API key",))

LIST_WINDOWS = Operation("list_maintenance_windows", "GET", "/maintenance-windows", query=("cursor",))
CREATE_WINDOW = Operation(
    "create_maintenance_window", "POST", "/maintenance-windows", body=(*_WINDOW, "autoAddMonitors"), changes=True, needs=("main API key",)
)
UPDATE_WINDOW = Operation("update_maintenance_window", "PATCH", "/maintenance-windows/{id}", body=(*_WINDOW, "status"), changes=True, needs=("main API key",))
DELETE_WINDOW = Operation("delete_maintenance_window", "DELETE", "/maintenance-windows/{id}", changes=True, needs=("main API key",))

OPERATIONS = table(
    LIST_MONITORS,
    CREATE_MONITOR,
    UPDATE_MONITOR,
    PAUSE_MONITOR,
    START_MONITOR,
    DELETE_MONITOR,
    LIST_WINDOWS,
    CREATE_WINDOW,
    UPDATE_WINDOW,
    DELETE_WINDOW,
)

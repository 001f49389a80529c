# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Supabase Management API."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

_BACKUPS = "/v1/projects/{ref}/database/backups"

# Permissions of a token, as the vendor's document names them for those that have any.
READ, WRITE = ("backups_read",), ("backups_write",)

GET_PROJECT = Operation("get_project", "GET", "/v1/projects/{ref}", needs=("project_admin_read",))
LIST_BACKUPS = Operation("list_all_backups", "GET", _BACKUPS, needs=READ)
GET_RESTORE_POINT = Operation("get_restore_point", "GET", f"{_BACKUPS}/restore-point", query=("name",), needs=READ)
CREATE_RESTORE_POINT = Operation("create_restore_point", "POST", f"{_BACKUPS}/restore-point", body=("name",), changes=True, needs=WRITE)
GET_SCHEDULE = Operation("get_backup_schedule", "GET", f"{_BACKUPS}/schedule", needs=READ)
SET_SCHEDULE = Operation("update_backup_schedule", "PATCH", f"{_BACKUPS}/schedule", body=("schedule_for",), changes=True, needs=WRITE)
# What was written since is lost by each of them.
RESTORE_BACKUP = Operation("restore_physical_backup", "POST", f"{_BACKUPS}/restore", body=("id",), changes=True, destroys=True, needs=WRITE)
RESTORE_MOMENT = Operation(
    "restore_pitr_backup", "POST", f"{_BACKUPS}/restore-pitr", body=("recovery_time_target_unix",), changes=True, destroys=True, needs=WRITE
)
UNDO = Operation("undo", "POST", f"{_BACKUPS}/undo", body=("name",), changes=True, destroys=True, needs=WRITE)

OPERATIONS = table(
    GET_PROJECT,
    LIST_BACKUPS,
    GET_RESTORE_POINT,
    CREATE_RESTORE_POINT,
    GET_SCHEDULE,
    SET_SCHEDULE,
    RESTORE_BACKUP,
    RESTORE_MOMENT,
    UNDO,
)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the Supabase Management API."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

_BACKUPS = "/v1/projects/{ref}/database/backups"

GET_PROJECT = Operation("get_project", "GET", "/v1/projects/{ref}")
LIST_BACKUPS = Operation("list_all_backups", "GET", _BACKUPS)
GET_RESTORE_POINT = Operation("get_restore_point", "GET", f"{_BACKUPS}/restore-point", query=("name",))
CREATE_RESTORE_POINT = Operation("create_restore_point", "POST", f"{_BACKUPS}/restore-point", body=("name",), changes=True)

OPERATIONS = table(GET_PROJECT, LIST_BACKUPS, GET_RESTORE_POINT, CREATE_RESTORE_POINT)

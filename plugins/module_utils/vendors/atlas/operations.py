# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What this collection asks of the MongoDB Atlas Administration API, version 2."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation, table

_BACKUP = "/api/atlas/v2/groups/{groupId}/clusters/{clusterName}/backup"
_SNAPSHOTS, _RESTORES = f"{_BACKUP}/snapshots", f"{_BACKUP}/restoreJobs"

# Roles in the project, as Atlas's documentation of each call names them; who may manage backups may read, too.
READER, MANAGER = "Project Read Only", "Project Backup Manager"

# Changes nothing but who may ask for the next hour.
ACCESS_TOKEN = Operation("access_token", "POST", "/api/oauth/token", body=("grant_type",), form=True)
LIST_SNAPSHOTS = Operation("list_backup_snapshots", "GET", _SNAPSHOTS, query=("itemsPerPage", "pageNum"), needs=(READER,))
GET_SNAPSHOT = Operation("get_cluster_backup_snapshot", "GET", f"{_SNAPSHOTS}/{{snapshotId}}", needs=(READER,))
TAKE_SNAPSHOT = Operation("take_snapshots", "POST", _SNAPSHOTS, body=("description", "retentionInDays"), changes=True, needs=(MANAGER,))
LIST_RESTORES = Operation("list_backup_restore_jobs", "GET", _RESTORES, query=("itemsPerPage", "pageNum"), needs=(MANAGER,))
GET_RESTORE = Operation("get_backup_restore_job", "GET", f"{_RESTORES}/{{restoreJobId}}", needs=(MANAGER,))
RESTORE = Operation(
    "create_backup_restore_job",
    "POST",
    _RESTORES,
    body=("deliveryType", "pointInTimeUTCSeconds", "snapshotId", "targetClusterName", "targetGroupId"),
    changes=True,
    # All that the target holds is replaced.
    destroys=True,
    needs=(MANAGER,),
)

OPERATIONS = table(ACCESS_TOKEN, LIST_SNAPSHOTS, GET_SNAPSHOT, TAKE_SNAPSHOT, LIST_RESTORES, GET_RESTORE, RESTORE)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Railway is asked about volumes and their backups; a part of the table in ``operations.py``.

Backup calls take the id of a volume *instance* (a volume in one environment); changes answer the id of a workflow, and no id of what
they make.
"""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation

_VOLUME_FIELDS = """
        edges { node {
          id volumeId serviceId mountPath region state sizeMB currentSizeMB isPendingDeletion createdAt deletedAt volume { id name }
        } }
        pageInfo { hasNextPage endCursor }
"""
_INSTANCE = "$volumeInstanceId: String!"
_BACKUP = "$volumeInstanceId: String!, $volumeInstanceBackupId: String!"
_OF_BACKUP = "volumeInstanceId: $volumeInstanceId, volumeInstanceBackupId: $volumeInstanceBackupId"

VOLUMES = Operation(
    "volumeInstances",
    document=f"""
query volumeInstances($environmentId: String!, $projectId: String, $first: Int, $after: String) {{
  environment(id: $environmentId, projectId: $projectId) {{
    id
    volumeInstances(first: $first, after: $after) {{ {_VOLUME_FIELDS} }}
  }}
}}""",
)
# A volume's backups and their schedules in one request; neither is paged.
BACKUPS = Operation(
    "volumeInstanceBackupList",
    document=f"""
query volumeInstanceBackupList({_INSTANCE}) {{
  volumeInstanceBackupList(volumeInstanceId: $volumeInstanceId) {{
    id name createdAt expiresAt scheduleId usedMB referencedMB volumeInstanceSizeMB
  }}
  volumeInstanceBackupScheduleList(volumeInstanceId: $volumeInstanceId) {{ id kind cron retentionSeconds }}
}}""",
)
# Everything that a restore has to know of the environment: what is staged, what belongs to a cluster, which volume is mounted where.
STAGED_VOLUMES = Operation(
    "stagedVolumes",
    document=f"""
query stagedVolumes($environmentId: String!, $projectId: String, $first: Int, $after: String) {{
  environmentStagedChanges(environmentId: $environmentId) {{ id status lastAppliedError createdAt patch(decryptVariables: false) }}
  environment(id: $environmentId, projectId: $projectId) {{
    id
    config(decryptVariables: false)
    volumeInstances(first: $first, after: $after) {{ {_VOLUME_FIELDS} }}
  }}
}}""",
)
WORKFLOW = Operation("workflowStatus", document="query workflowStatus($workflowId: String!) { workflowStatus(workflowId: $workflowId) { status error } }")

CREATE_BACKUP = Operation(
    "volumeInstanceBackupCreate",
    document=f"""
mutation volumeInstanceBackupCreate({_INSTANCE}, $name: String) {{
  volumeInstanceBackupCreate(volumeInstanceId: $volumeInstanceId, name: $name) {{ workflowId }}
}}""",
    changes=True,
)
DELETE_BACKUP = Operation(
    "volumeInstanceBackupDelete",
    document=f"mutation volumeInstanceBackupDelete({_BACKUP}) {{ volumeInstanceBackupDelete({_OF_BACKUP}) {{ workflowId }} }}",
    changes=True,
    destroys=True,
)
LOCK_BACKUP = Operation(
    "volumeInstanceBackupLock",
    document=f"mutation volumeInstanceBackupLock({_BACKUP}) {{ volumeInstanceBackupLock({_OF_BACKUP}) }}",
    changes=True,
)
# Copies the backup into a new volume and stages that the service mounts it; the commit of what is staged makes it true.
RESTORE_BACKUP = Operation(
    "volumeInstanceBackupRestore",
    document=f"mutation volumeInstanceBackupRestore({_BACKUP}) {{ volumeInstanceBackupRestore({_OF_BACKUP}) {{ workflowId }} }}",
    changes=True,
    destroys=True,
)
SCHEDULE_BACKUPS = Operation(
    "volumeInstanceBackupScheduleUpdate",
    document=f"""
mutation volumeInstanceBackupScheduleUpdate({_INSTANCE}, $kinds: [VolumeInstanceBackupScheduleKind!]!) {{
  volumeInstanceBackupScheduleUpdate(volumeInstanceId: $volumeInstanceId, kinds: $kinds)
}}""",
    changes=True,
)
# Applies everything that is staged in the environment, whoever put it there.
COMMIT_STAGED = Operation(
    "environmentPatchCommitStaged",
    document="""
mutation environmentPatchCommitStaged($environmentId: String!, $commitMessage: String) {
  environmentPatchCommitStaged(environmentId: $environmentId, commitMessage: $commitMessage)
}""",
    changes=True,
)

VOLUME_OPERATIONS = (
    VOLUMES,
    BACKUPS,
    STAGED_VOLUMES,
    WORKFLOW,
    CREATE_BACKUP,
    DELETE_BACKUP,
    LOCK_BACKUP,
    RESTORE_BACKUP,
    SCHEDULE_BACKUPS,
    COMMIT_STAGED,
)
VOLUME_ANSWER_TRUE = (LOCK_BACKUP, SCHEDULE_BACKUPS)
VOLUME_ANSWER_TEXT = (COMMIT_STAGED,)

#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: railway_volume_backup
short_description: Make, keep, delete, schedule and restore backups of a Railway volume
version_added: 0.1.0
description:
  - States that a volume has a backup of a name, that a backup is kept for ever, or is gone, and by which schedules the volume is backed up.
  - Restores a backup in both of Railway's steps. A safety backup is made first; then the backup is copied into a new volume, and at last the
    service is deployed with that volume. The former volume stays, unmounted, with the backups that are newer than the restored one.
  - A restore that a killed run began is continued, not repeated.
  - Railway's backups stay at Railway, in the same project and environment. They are not a copy elsewhere, which a database needs as well.
notes:
  - Uses Railway's public API (GraphQL). Facts rest on its schema and its documentation of volume backups.
  - With a project token, nothing to do takes three requests (token, volumes, backups). A backup takes one more and its polls, a restore three
    changes and theirs. Which changes of volumes Railway lets a project token make is not published; where it answers "Not Authorized", use
    O(api_token).
  - Railway shows a backup only when it is complete. When the answer to its making is lost, the task looks for it for two minutes, and then
    fails rather than make a second one. A run that is killed before the backup shows may leave one behind that the next run cannot see yet.
  - A manual backup can hold 50% of the volume's size at the most.
  - A service with a volume has a gap with every deployment, and so with every restore.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.railway
  - saasops.runbooks.railway.optional_service
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_railway
attributes:
  idempotent:
    support: full
    details:
      - A restore is done when O(volume) is no longer mounted and a later volume is, so the same task changes nothing the second time.
options:
  service:
    description:
      - Name or id of the service that mounts the volume. Required for O(state=restored), and when O(volume) is not given.
    type: str
  volume:
    description:
      - Name or id of the volume, or id of its instance in the environment. When not set, the volume that O(service) mounts.
      - Required for O(state=restored).
    type: str
  backup:
    description:
      - Name or id of the backup. For O(state=present) the name that a backup has, or gets.
      - Railway does not keep names unique. When two backups share one, the id is needed, except for O(state=present).
      - May be left out when O(schedule) is given.
    type: str
  state:
    description:
      - V(present), there is a backup of that name. A new one is made otherwise, and waited for.
      - V(locked), it has no expiry. Railway knows no way back, other than deleting it.
      - V(absent), it is gone for good. Needs O(allow=destroy).
      - V(restored), the service runs with the data of the backup. Needs O(volume), O(service), O(confirm) and O(allow=destroy).
      - A restore is refused while changes that are not its own are staged in the environment, since they would be applied with it, and for
        a service of a database cluster, whose replicas would diverge.
    type: str
    choices: [present, locked, absent, restored]
    default: present
  schedule:
    description:
      - By which of Railway's schedules the volume is backed up; these and no others. An empty list is none.
      - Railway keeps a daily backup for 6 days, a weekly one for a month, and a monthly one for three months.
    type: list
    elements: str
    choices: [DAILY, WEEKLY, MONTHLY]
  confirm:
    description:
      - For O(state=restored), the name of the environment whose data are replaced.
    type: str
seealso:
  - module: saasops.runbooks.railway_volume_backup_info
  - name: Railway backups
    description: What Railway's volume backups hold, how long they are kept, and what a restore does.
    link: https://docs.railway.com/reference/backups
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Back the volume up before a risky change, and keep that backup
  saasops.runbooks.railway_volume_backup:
    volume: api-volume
    backup: before-migration-42

- name: Keep a backup that would expire
  saasops.runbooks.railway_volume_backup:
    service: api
    backup: before-v1.4.2
    state: locked

- name: Back up every day and every week
  saasops.runbooks.railway_volume_backup:
    service: api
    schedule: [DAILY, WEEKLY]

- name: Delete a backup that is no longer needed
  saasops.runbooks.railway_volume_backup:
    service: api
    backup: before-migration-42
    state: absent
    allow: destroy

- name: Go on with the data of a backup
  saasops.runbooks.railway_volume_backup:
    service: api
    volume: api-volume
    backup: before-v1.4.2
    state: restored
    confirm: production
    allow: destroy
    deadline: 45m
"""

RETURN = r"""
volume:
  description:
    - The volume that was meant; for a restore the one that the service mounts then. The keys are those of the module
      M(saasops.runbooks.railway_volume_backup_info), without RV(ignore:backups) and RV(ignore:schedule).
    - Values that only the apply can tell are for example C({"known_after":"volumeInstanceBackupRestore"}) in check mode.
  returned: success
  type: dict
  sample:
    id: 8a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d
    instance_id: 1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b
    name: api-volume
    service_id: 2c4e6a80-1b3d-4f5a-8c7e-9d0f1a2b3c4d
    mount_path: /data
    region: us-west2
    state: READY
    size_mb: 5000.0
    used_mb: 812.5
    created_at: 1746241320.0
backup:
  description:
    - The backup as it is now, or in check mode as it would be; V(null) when it is gone, or none was given. For a restore, the restored one.
  returned: success
  type: dict
  sample:
    id: 7d6c5b4a-3928-4170-8f6e-5d4c3b2a1908
    name: before-migration-42
    created_at: 1763521320.0
    expires_at: null
    scheduled: false
    used_mb: 812.0
    referenced_mb: 812.0
    volume_size_mb: 5000.0
safety_backup:
  description: The backup that was made of the former volume before it was replaced.
  returned: when O(state=restored)
  type: dict
schedule:
  description: By which schedules the volume is backed up; V(null) for a restore.
  returned: success
  type: list
  elements: str
  sample: [DAILY, WEEKLY]
how:
  description: V(already) when the backup was as wanted, else V(create), V(lock), V(delete) or V(restore).
  returned: success
  type: str
notes:
  description: What is to be known after a restore, in short sentences.
  returned: success
  type: list
  elements: str
  sample:
    - the former volume api-volume is kept, unmounted, with the backups that are newer than before-v1.4.2
link:
  description: The project's page in the dashboard.
  returned: success
  type: str
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(railway).
      type: str
    operation:
      description:
        - V(volumeInstanceBackupCreate), V(volumeInstanceBackupLock), V(volumeInstanceBackupDelete), V(volumeInstanceBackupScheduleUpdate),
          V(volumeInstanceBackupRestore) or V(environmentPatchCommitStaged).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.railway_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) with the C(code) V(staged) (somebody else's changes are staged), V(cluster),
      V(confirm) or V(not_mounted), V(not_found), V(failed) (the workflow ended with an error), V(conflict) (the volume is being restored),
      V(timeout), or V(unknown) (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next, C(request_id) is Railway's trace id.
  returned: failure
  type: dict
  sample:
    vendor: ''
    operation: ''
    kind: refused
    status: null
    code: staged
    message: changes that are not this restore's are staged in production (1 in services), and would be applied with it
    request_id: ''
    retryable: false
    hint: Deploy or discard them in Railway's dashboard, then run the same command again
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volume_backup import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.volumes import KINDS, VOLUME_ARGUMENTS

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **VOLUME_ARGUMENTS,
        "backup": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "locked", "absent", "restored"], "default": "present"},
        "schedule": {"type": "list", "elements": "str", "choices": list(KINDS)},
        "confirm": {"type": "str"},
    },
    "required_one_of": [("service", "volume"), ("backup", "schedule")],
    "required_if": [("state", "restored", ("service", "volume", "backup", "confirm"))],
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

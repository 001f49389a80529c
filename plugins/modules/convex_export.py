#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_export
short_description: Bring a snapshot of a Convex deployment into a file
version_added: 0.1.0
description:
  - Requests a snapshot export of all tables, waits until it is ready, and brings it to a ZIP file that only its owner may read.
  - The file is there whole or not at all. It is written in pieces of 1 MiB, so memory does not grow with it. Its size is compared with
    what Convex announced, and every entry is read through, before it gets its name.
  - Convex makes one export at a time. One that is in progress, for example because an earlier run was killed, is taken over or refused,
    and never doubled.
  - A snapshot does not hold code, environment variables, scheduled functions or cron jobs. Keep the variables
    (M(saasops.runbooks.convex_env_info)) and the git revision beside it.
notes:
  - Three requests (what is there, the request, the file), and one for each look while it is made. That takes seconds to hours, depending on
    the size. Set O(deadline) accordingly. When it passes, the export goes on at Convex, and the next run takes it over.
  - The deploy key needs the permissions C(deployment:backups:view), C(deployment:backups:create) and C(deployment:backups:download).
  - Exports cost database and file bandwidth. Convex keeps them for seven days, and on small plans only two of them.
  - Uses the calls of Convex's own command-line client, for which there is no published document. Facts rest on that client and on the
    open-source backend.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
attributes:
  idempotent:
    support: none
    details: Each run writes the file. With O(max_age), runs that follow each other share one export.
options:
  dest:
    description:
      - The file to write, on the host that runs the task. Its folder must exist.
    type: path
    required: true
  overwrite:
    description:
      - Replace O(dest) when it exists. Without it, a file that is there is refused before the first request.
    type: bool
    default: false
  include_storage:
    description:
      - Export the stored files too.
    type: bool
    default: false
  in_progress:
    description:
      - What happens when an export is in progress. V(adopt) waits for that one and fetches it, if it holds the stored files that are
        wanted. V(refuse) fails.
    type: str
    choices: [adopt, refuse]
    default: adopt
  max_age:
    description:
      - Fetch the latest export again, instead of requesting one, when its data is not older than this. Durations are seconds, or such as
        V(90s), V(15m), V(24h).
    type: str
    default: 0s
seealso:
  - module: saasops.runbooks.convex_table_info
  - name: Convex backups
    description: What a snapshot holds.
    link: https://docs.convex.dev/database/backup-restore
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Bring a snapshot of the tables into a file
  saasops.runbooks.convex_export:
    dest: "{{ backup_folder }}/shop.zip"
    deadline: 1h
  register: backup

- name: Show how many rows of each table it holds
  ansible.builtin.debug:
    var: backup.export.tables

- name: Make sure that there is one of the last day, with the stored files
  saasops.runbooks.convex_export:
    dest: "{{ backup_folder }}/shop-with-files.zip"
    include_storage: true
    max_age: 24h
    deadline: 2h
"""

RETURN = r"""
export:
  description: The snapshot. What only the apply can tell is C({"known_after":"download_export"}) in check mode.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name; empty when neither the key nor O(deployment) tells it.
      type: str
    adopted:
      description: Whether the export was there or in progress already, so that none was requested.
      type: bool
    id:
      description: The export's id.
      type: str
    started_at:
      description: The moment that the data is of, in seconds since the epoch.
      type: float
    completed_at:
      description: When it was ready, in seconds since the epoch.
      type: float
    expires_at:
      description: Until when Convex keeps it, in seconds since the epoch.
      type: float
    path:
      description: The file.
      type: str
    size:
      description: Its size in bytes.
      type: int
    sha256:
      description: Its SHA-256 digest, in hexadecimal digits.
      type: str
    tables:
      description: How many rows of each table it holds.
      type: dict
    files:
      description: How many stored files it holds.
      type: int
  sample:
    deployment: happy-animal-123
    adopted: false
    id: 3xpk0a8d2v9m4tq7
    started_at: 1795143721.0
    completed_at: 1795143740.0
    expires_at: 1795748540.0
    path: /var/backups/shop.zip
    size: 5120
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    tables: {orders: 18, users: 12}
    files: 0
changes:
  description: The changing operations that were sent, or in check mode would be sent, in order.
  returned: always
  type: list
  elements: dict
  contains:
    vendor:
      description: Always V(convex).
      type: str
    operation:
      description: V(request_export).
      type: str
    target:
      description: What is changed, for people.
      type: str
    sends:
      description: Fingerprint of what is sent.
      type: str
steps:
  description: Every request of this task, in order; the same keys as in M(saasops.runbooks.convex_deployment).
  returned: always
  type: list
  elements: dict
failure:
  description:
    - Why the task failed. C(kind) is for example V(refused) (the file is there already, or an export is in progress), V(invalid) (no file
      can be written there), V(failed) (the export did not work), V(protocol) (what came is not what was announced, or no whole ZIP
      archive), V(timeout), V(auth), V(permission) or V(vendor_down).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: ''
    kind: refused
    status: null
    code: 'file_exists'
    message: /var/backups/shop.zip is there already
    request_id: ''
    retryable: false
    hint: 'Name another file, or set overwrite to true to replace it'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.exports import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "dest": {"type": "path", "required": True},
        "overwrite": {"type": "bool", "default": False},
        "include_storage": {"type": "bool", "default": False},
        "in_progress": {"type": "str", "choices": ["adopt", "refuse"], "default": "adopt"},
        "max_age": {"type": "str", "default": "0s"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

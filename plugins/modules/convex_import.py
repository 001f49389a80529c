#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: convex_import
short_description: Bring a snapshot or a file of rows into a Convex deployment
version_added: 0.1.0
description:
  - Uploads a file, lets Convex read it and say what it would do to each table, and only then performs the import and waits for its end.
  - In check mode, everything but the last step happens, and the upload is cancelled. The plan in the result is Convex's own, so this is
    a true dry run.
  - An import is atomic, except with O(mode=append), which may leave a part behind when it fails. It goes on at Convex when the task
    ends, for example because O(deadline) passed.
  - Modes that delete rows need O(confirm) and O(allow=destroy), in check mode too. Any other mode is refused when its plan would delete.
  - A task is refused while another import into the deployment is in progress.
  - An import that was performed is never performed again by this task, also when the answer was lost. Another run imports again, which
    with O(mode=append) adds the rows once more. Look at the tables before you repeat a run that was killed.
notes:
  - Seven requests at least. Four of them are fixed, one goes for each part of 5 MiB, and one for each look while Convex reads and imports.
  - The deploy key needs the permissions C(deployment:backups:view) and C(deployment:backups:import).
  - No function of the app runs during an import, and those that the app has scheduled, its cron jobs and its live queries see the new
    rows at once. Pause it first (M(saasops.runbooks.convex_deployment)) when they must not.
  - Give the ZIP archive as it was exported. Streaming exports do not see an import.
  - Uses the calls of Convex's own command-line client, for which there is no published document. Facts rest on that client and on the
    open-source backend.
extends_documentation_fragment:
  - saasops.runbooks.common
  - saasops.runbooks.common.change
  - saasops.runbooks.convex
  - saasops.runbooks.attributes
  - saasops.runbooks.attributes.actiongroup_convex
attributes:
  check_mode:
    support: full
    details: Uploads the file, and cancels the upload when the plan is known.
  diff_mode:
    support: full
    details: Shows how many rows each table has and would have.
  idempotent:
    support: none
    details: Each run imports.
options:
  src:
    description:
      - The file, on the host that runs the task. A ZIP archive is read through before the first request.
    type: path
    required: true
  mode:
    description:
      - What happens to rows that are there. V(require_empty) fails when there are any, V(append) keeps them, V(replace) deletes those of the
        tables that the file holds, V(replace_all) deletes those of all other tables too.
    type: str
    choices: [require_empty, append, replace, replace_all]
    default: require_empty
  format:
    description:
      - What the file is. When not set, the end of its name tells, C(.zip), C(.jsonl), C(.json) or C(.csv).
      - A JSON array may have at most 8 MiB. A byte order mark at the beginning is left out.
    type: str
    choices: [zip, json_lines, json_array, csv]
  table:
    description:
      - The table that the rows are for. Needed for every format but V(zip), which names its tables itself.
    type: str
  confirm:
    description:
      - The name of the deployment, said once more, for the modes V(replace) and V(replace_all). A token of a team does not tell its
        deployment, so O(deployment) is needed too with it.
    type: str
seealso:
  - module: saasops.runbooks.convex_export
  - module: saasops.runbooks.convex_table_info
  - name: Convex data import
    description: What each mode does.
    link: https://docs.convex.dev/database/import-export/import
author:
  - saasops.runbooks contributors (@saasops)
"""

EXAMPLES = r"""
- name: Keep what is there now
  saasops.runbooks.convex_export:
    dest: "{{ backup_folder }}/before-restore.zip"
    deadline: 1h

- name: See what a restore would do to each table, without doing it
  saasops.runbooks.convex_import:
    src: "{{ backup_folder }}/before-restore.zip"
    mode: replace
    confirm: "{{ convex_deployment }}"
    allow: destroy
  check_mode: true
  register: planned

- name: Show it
  ansible.builtin.debug:
    var: planned.import.plan

- name: Restore the tables of the snapshot
  saasops.runbooks.convex_import:
    src: "{{ backup_folder }}/before-restore.zip"
    mode: replace
    confirm: "{{ convex_deployment }}"
    allow: destroy
    deadline: 1h
"""

RETURN = r"""
import:
  description: What was imported. What only the apply can tell is C({"known_after":"perform_import"}) in check mode.
  returned: success
  type: dict
  contains:
    deployment:
      description: The deployment's name; empty when neither the key nor O(deployment) tells it.
      type: str
    id:
      description: The import's id.
      type: str
    mode:
      description: The mode.
      type: str
    sha256:
      description: SHA-256 digest of the file, in hexadecimal digits.
      type: str
    plan:
      description:
        - What Convex said of each C(table) before anything was done, with the numbers of rows, C(existing), C(deletes) and C(writes).
          The table C(_storage) stands for stored files.
        - C(component) is there for tables of a component.
      type: list
      elements: dict
    deletes:
      description: Rows that are deleted.
      type: int
    writes:
      description: Rows that are written.
      type: int
    rows_written:
      description: Rows that Convex says it has written.
      type: int
  sample:
    deployment: happy-animal-123
    id: 3xpk0a8d2v9m4tq7
    mode: replace
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    plan:
      - table: orders
        existing: 20
        deletes: 20
        writes: 18
    deletes: 20
    writes: 18
    rows_written: 18
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
      description: V(perform_import), or V(replace_by_import) for the modes that delete.
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
    - Why the task failed. C(kind) is for example V(refused) (not confirmed, not allowed, or another import is in progress), V(invalid) (the
      file cannot be imported), V(failed) (Convex did not import it), V(timeout), V(auth), V(permission), V(vendor_down), or V(unknown)
      (it was sent, and neither its effect nor its absence could be seen).
    - C(hint) says what can be done next.
  returned: failure
  type: dict
  sample:
    vendor: convex
    operation: ''
    kind: refused
    status: null
    code: 'confirm'
    message: "mode replace deletes rows of happy-animal-123, and confirm is ''"
    request_id: ''
    retryable: false
    hint: 'Give confirm, happy-animal-123, if you mean it'
"""

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import CHANGE_ARGUMENTS, run_module
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import CONVEX_ARGUMENTS
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.imports import execute

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **CHANGE_ARGUMENTS,
        **CONVEX_ARGUMENTS,
        "src": {"type": "path", "required": True},
        "mode": {"type": "str", "choices": ["require_empty", "append", "replace", "replace_all"], "default": "require_empty"},
        "format": {"type": "str", "choices": ["zip", "json_lines", "json_array", "csv"]},
        "table": {"type": "str"},
        "confirm": {"type": "str"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()

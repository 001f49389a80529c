# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of modules that reach the repository of backups."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  repository:
    description:
      - The restic repository that keeps the backups, as restic writes it, such as C(s3:https://s3.example.com/shop-backup),
        C(sftp:backup@host.example.com:/srv/shop), or a folder.
      - When not set, taken from the inventory variable C(backup_repository), else a folder under C($XDG_STATE_HOME/saasops/backups), which is
        C(~/.local/state/saasops/backups) when the variable is not set.
      - The credentials that its kind of place needs come from the process environment, by the names that restic documents, such as
        E(AWS_ACCESS_KEY_ID).
    type: str
  password:
    description:
      - The password of the repository. Without it nobody can read the backups, so keep a copy of it elsewhere.
      - When not set, taken from the inventory variable C(backup_password), else from what E(RESTIC_PASSWORD), E(RESTIC_PASSWORD_FILE) or
        E(RESTIC_PASSWORD_COMMAND) say.
    type: str
  programs:
    description:
      - The folder of restic and of the databases' own client programs.
      - When not set, taken from the inventory variable C(backup_programs), else they are searched on E(PATH).
    type: str
notes:
  - Needs the program restic, 0.14 or newer. Its secrets reach it by its environment alone, and never as arguments.
"""

    # Of modules that take part in making a set.
    SET = r"""
options:
  set:
    description:
      - The set that is made, as a moment and a name, such as V(20261120T030000Z-7f3c). All modules that make one set are given the same.
      - When not set, made of the run.
    type: str
"""

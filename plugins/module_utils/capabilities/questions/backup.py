# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``backup`` needs: restic, a repository that opens, and of each component that its parts can be listed. Nothing is asked where the inventory
tells neither where backups go nor with which password."""

from __future__ import annotations

import os

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository

PASSWORDS = ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND")


def ask(about: About) -> list[Check]:
    params = about.task.params
    if not params.get("repository") and not params.get("password") and not any(os.environ.get(name) for name in PASSWORDS):
        return []
    return _parts(about) if about.name else _repository(about)


def _repository(about: About) -> list[Check]:
    repo = repository.connect(about.task, str((about.task.params["run"] or {}).get("environment") or ""))
    version = ".".join(map(str, repo.version()))
    if not repo.there():
        return [about.told("repository", "warn", f"there is none at {repo.shown} yet", next="The first backup makes it: playbooks/backup.yml")]
    return [about.told("repository", "pass", f"{repo.shown} opens with restic {version}", brief="")]


def _parts(about: About) -> list[Check]:
    try:
        found = rooms.parts(about.task, about.component)
    except Failure as failure:
        return [about.told("parts", "fail", failure.message, next=failure.hint)]
    return [about.told("parts", "pass", f"{len(found)} part(s) can be stored", float(len(found)), brief="")] if found else []

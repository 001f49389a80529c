# SPDX-License-Identifier: GPL-3.0-or-later
"""Places the collection where Ansible looks for it.

Ansible finds collections in every entry of sys.path that holds ``ansible_collections/<namespace>/<name>``. A wheel
carries the files there; an editable install makes a link from there to the checkout and puts its folder on sys.path,
so that playbooks, pytest and type checkers all see the live source under its full name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COLLECTION = "ansible_collections/saasops/runbooks"
# tests/sandbox is content: it lets those who installed from PyPI rehearse, too (extra "sandbox").
CONTENT = (
    "CHANGELOG.md",
    "LICENSE",
    "LICENSES",
    "README.md",
    "extensions",
    "galaxy.yml",
    "inventories",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    "tests/sandbox",
)


class CollectionHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable":
            link_checkout(root)
            return
        build_data["force_include"].update({str(root / name): f"{COLLECTION}/{name}" for name in CONTENT if (root / name).exists()})


def link_checkout(root: Path) -> None:
    """Make ``.ansible/collections/ansible_collections/saasops/runbooks`` a relative link to the checkout."""
    link = root / ".ansible/collections" / COLLECTION
    link.parent.mkdir(parents=True, exist_ok=True)
    target = Path(os.path.relpath(root, link.parent))
    if link.is_symlink() and link.readlink() == target:
        return
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target, target_is_directory=True)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what a verb's playbook asked of vendors against the table of what it can come to ask."""

from __future__ import annotations

import functools
import importlib
import pathlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.verb_operations import VERBS

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENDORS = "ansible_collections.saasops.runbooks.plugins.module_utils.vendors"


@functools.cache
def declared() -> frozenset[str]:
    """The operations of all vendors that are asked over the network: other steps of a task, such as probes, are none."""
    rooms = [path.parent.name for path in (ROOT / "plugins/module_utils/vendors").glob("*/operations.py")]
    return frozenset(name for room in rooms for name in getattr(importlib.import_module(f"{VENDORS}.{room}.operations"), "OPERATIONS", ()))


def strange(argv: t.Sequence[str], file: pathlib.Path) -> list[str]:
    """What was asked, and is not in the table of the verb whose playbook ``argv`` names."""
    played = [pathlib.Path(word) for word in argv if word.endswith(".yml")]
    verb = next((path.stem for path in played if path.parent.name == "playbooks" and path.stem in VERBS), None)
    if verb is None or not file.is_file():
        return []
    # What somebody has left on is ended by every verb that may change something.
    known = {name for one in (verb, "maintenance") for names in VERBS[one].values() for name in names}
    return sorted((set(file.read_text(encoding="utf-8").split("\n")) & declared()) - known)

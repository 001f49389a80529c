# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Who can say whether that to which a part refers is still with its vendor. Apart from ``rooms``, so that whoever verifies packs no other room."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Promise
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import backups
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import Manifest
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.references import Kept

Row = t.Mapping[str, t.Any]


def _atlas(task: Task, component: Component, row: Row) -> Promise:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import backup

    return backup.look(task, component, row)


# By the kind of a part. Of other kinds nobody asks.
KEEPERS: dict[str, t.Callable[[Task, Component, Row], Promise]] = {"atlas": _atlas}


def kept(task: Task, component: Component, newest: Manifest) -> dict[str, Kept]:
    """By the name of each part of the component that refers to something."""
    found: dict[str, Kept] = {}
    for part in backups.parts_of(newest, str(component["name"])):
        if part["state"] != "whole" or part["kind"] not in KEEPERS:
            continue
        try:
            told = KEEPERS[part["kind"]](task, component, part)
        except Failure as failure:
            found[part["name"]] = Kept(unknown=". ".join(text.rstrip(".") for text in (failure.message, failure.hint) if text))
        else:
            found[part["name"]] = Kept(told.broken, until=told.until)
    return found

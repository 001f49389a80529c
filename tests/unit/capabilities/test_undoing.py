# SPDX-License-Identifier: GPL-3.0-or-later
"""Which restore is taken back, for which component."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import undoing
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import sagas
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
USUAL: Json = {"set": "latest", "source": "", "parts": [], "tables": [], "to": "in_place", "name": ""}


@pytest.fixture
def store(tmp_path: pathlib.Path) -> Store:
    made = Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def restored(store: Store, *components: str, safety: str, undo: bool = False, ended: bool = True) -> None:
    parts = {"parts": [{"name": "a part"}]}
    members = [{"component": name, "wave": 0, "from_release": {}, "to_release": parts, "before": {}} for name in components]
    data = {"asked": {**USUAL, "undo": undo}, "source": "", "safety": safety, "set": "the set", "to": "in_place", "name": "", "tables": []}
    saga = sagas.begin(store, undoing.VERB, "a run", members, data)
    if ended:
        sagas.end(store, saga, "a run", "done")


def back(store: Store, component: str) -> str:
    """The set that this component would go back to; empty when it would not."""
    params = {"set": "latest", "source_environment": "", "parts": [], "tables": [], "to": "beside", "name": "", "state": "present", "any_component": False}
    task = Task({**params, "undo": True, "run": {"verb": undoing.VERB}}, False)
    found = undoing.ask(task, store, component)
    return found.set if found else ""


def test_the_newest_restore_is_taken_back_once(store: Store) -> None:
    assert back(store, "database") == ""
    restored(store, "cache", "database", safety="before the first")
    restored(store, "database", safety="before the second")
    # What the last one has not touched stays.
    assert (back(store, "database"), back(store, "cache")) == ("before the second", "")
    restored(store, "database", safety="before the way back", undo=True)
    assert (back(store, "database"), back(store, "cache")) == ("", "")


def test_what_went_back_alone_leaves_the_others_their_way(store: Store) -> None:
    restored(store, "cache", "database", safety="before")
    restored(store, "database", safety="before the way back", undo=True)
    assert (back(store, "database"), back(store, "cache")) == ("", "before")
    restored(store, "cache", safety="before the other way back", undo=True)
    assert (back(store, "database"), back(store, "cache")) == ("", "")


def test_one_that_was_cut_off_is_gone_on_with_alone(store: Store) -> None:
    restored(store, "cache", "database", safety="before")
    restored(store, "database", safety="before the way back", undo=True, ended=False)
    # What is there in the cache now was not kept by it.
    assert (back(store, "database"), back(store, "cache")) == ("the set", "")

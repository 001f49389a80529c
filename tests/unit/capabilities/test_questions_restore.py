# SPDX-License-Identifier: GPL-3.0-or-later
"""What doctor asks for restore: the programs of the way back, where the inventory tells of backups."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions import restore
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The only place where programs are."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def asked(vendor: str, repository: str = "/srv/backups", programs: str = "", **facts: t.Any) -> list[tuple[str, str, str]]:
    task = Task({"repository": repository, "programs": programs}, False)
    found = restore.ask(About(task, {"name": "it", "component_vendor": vendor, **facts}, None, ("restore",)))
    return [(one["name"], one["verdict"], one["reason"]) for one in found]


def test_a_program_that_is_missing_is_named(folder: pathlib.Path) -> None:
    missing = "there is no program pg_restore, psql, so nothing could be put back"
    assert asked("postgres") == [("programs", "warn", missing)]
    for name in ("pg_restore", "psql"):
        (folder / name).write_text("#!/bin/sh\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    assert asked("supabase") == [("programs", "pass", "pg_restore, psql")]
    # The folder of the other programs may have none.
    assert asked("postgres", programs="/nonexistent") == [("programs", "pass", "pg_restore, psql")]
    assert asked("redis")[0][1:] == ("warn", "there is no program redis-server, so nothing could be put back")


def test_where_nothing_is_backed_up_nothing_is_asked(folder: pathlib.Path) -> None:
    assert asked("postgres", repository="") == asked("postgres", component_backup=False) == asked("vercel") == []


def test_declared_webhooks_are_counted(folder: pathlib.Path) -> None:
    declared = [{"topic": "orders/paid", "uri": "https://hooks.example.com/shopify"}]
    assert asked("shopify", component_webhooks=declared) == [("webhooks", "pass", "1 declared")]

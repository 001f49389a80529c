# SPDX-License-Identifier: GPL-3.0-or-later
"""The SQLite file behind the ledger: for its owner alone, shared by many processes, never written by older code."""

from __future__ import annotations

import multiprocessing
import os
import pathlib
import sqlite3
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import folders, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, leases, releases, store

SHOP = "shop/production"
SECRET = "ledger-test-6Yh3TgBv5RfDcE9wSxQaZ8Lp"


@pytest.fixture
def file(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "folder" / "ledger.sqlite3"


def opened(file: pathlib.Path, environment: str = SHOP) -> store.Store:
    made = store.Store(f"sqlite:///{file}", environment)
    made.prepare()
    return made


def test_the_file_is_for_its_owner_alone(file: pathlib.Path) -> None:
    mask = os.umask(0)
    try:
        ledger = opened(file)
        with ledger.write() as connection:
            chain.append(connection, ledger, "run", "note", {})
        with sqlite3.connect(file) as other:
            assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
        other.close()
    finally:
        os.umask(mask)
    assert modes.pop(file.name) == 0o600
    assert set(modes.values()) <= {0o600}, "what lies beside the ledger holds the same data"
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_durable(file: pathlib.Path) -> None:
    with opened(file).write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30000


def test_nobody_ever_sees_a_file_that_still_has_to_be_switched_to_wal(file: pathlib.Path) -> None:
    """Switching does not wait: the second of two runs that begin at the same moment would go on without a ledger."""
    store.Store(f"sqlite:///{file}", SHOP)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(file) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_preparing_twice_keeps_everything(file: pathlib.Path) -> None:
    ledger = opened(file)
    releases.note(ledger, "run", "app", {"id": "d1"}, proved_at=5.0)
    assert list(releases.about(opened(file), "app")["releases"]) == ["d1"]


def test_a_ledger_of_a_newer_collection_is_refused(file: pathlib.Path) -> None:
    ledger = opened(file)
    with ledger.write() as connection:
        connection.execute(store.meta.update().values(value=str(store.SCHEMA_VERSION + 1)))
    with pytest.raises(Failure, match="newer version") as caught:
        opened(file)
    assert (caught.value.kind, caught.value.code) == ("invalid", "")
    assert "Upgrade" in caught.value.hint


def test_what_fails_is_not_half_written(file: pathlib.Path) -> None:
    ledger = opened(file)
    with pytest.raises(RuntimeError), ledger.write() as connection:
        chain.append(connection, ledger, "run", "note", {})
        raise RuntimeError("in the middle")
    assert chain.entries(ledger) == []


def test_environments_do_not_see_each_other(file: pathlib.Path) -> None:
    production, staging = opened(file), opened(file, "shop/staging")
    releases.note(production, "run", "app", {"id": "d1"}, bad_at=5.0)
    leases.acquire(production, "change", "run", {"host": "a", "process": 1})
    assert releases.about(staging, "app")["releases"] == {}
    assert leases.current(staging, "change") is None
    assert chain.entries(staging) == []


def test_reading_makes_no_file(file: pathlib.Path) -> None:
    with pytest.raises(Failure, match="no such file") as caught:
        store.Store(f"sqlite:///{file}", SHOP, create=False)
    assert (caught.value.kind, caught.value.code) == ("not_found", "ledger")
    assert not file.parent.exists()


def test_a_file_that_is_no_ledger_is_told(file: pathlib.Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(Failure, match="cannot be used") as caught:
        opened(file)
    assert caught.value.code == "ledger"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Failure, match="cannot be used") as caught:
        store.Store(f"sqlite:///{tmp_path}/file/ledger.sqlite3", SHOP)
    assert caught.value.code == "ledger"


@pytest.mark.parametrize(
    ("url", "words"), [("nonsense", "not a URL"), ("mysql://db.example.com/x", "names mysql"), ("sqlite+aiosqlite:///x", "names sqlite\\+aiosqlite")]
)
def test_another_database_is_refused(url: str, words: str) -> None:
    with pytest.raises(Failure, match=words) as caught:
        store.Store(url, SHOP)
    assert caught.value.kind == "invalid"


def test_a_password_in_the_address_is_never_shown() -> None:
    redaction.forget()
    try:
        ledger = store.Store(f"postgresql://saasops:{SECRET}@127.0.0.1:1/saasops", SHOP)
        assert ledger.shared
        assert SECRET not in ledger.shown
        assert SECRET in redaction.registered()
        with pytest.raises(Failure) as caught:
            ledger.prepare()
        assert (caught.value.kind, caught.value.code) == ("vendor_down", "ledger")
        assert SECRET not in str(caught.value)
    finally:
        redaction.forget()


def test_the_default_is_a_file_for_each_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert store.default_url(SHOP) == f"sqlite:///{tmp_path}/saasops/shop-production.sqlite3"
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folders.state_folder() == tmp_path / ".local/state/saasops"


def test_whoever_writes_is_alone_from_the_beginning(file: pathlib.Path) -> None:
    ledger = opened(file)
    with ledger.write(), sqlite3.connect(file, timeout=0, isolation_level=None) as other, pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def _append(file: str, writer: int, start: t.Any) -> None:
    start.wait(60)
    ledger = store.Store(f"sqlite:///{file}", SHOP)
    for number in range(10):
        with ledger.write() as connection:
            chain.append(connection, ledger, f"run-{writer}", "note", {"number": number})


def _acquire(file: str, writer: int, start: t.Any, won: t.Any) -> None:
    start.wait(60)
    try:
        leases.acquire(store.Store(f"sqlite:///{file}", SHOP), "change", f"run-{writer}", {"host": "elsewhere", "process": 1})
        won.put(writer)
    except Failure as failure:
        won.put(failure.code)


def test_many_processes_write_one_chain(file: pathlib.Path) -> None:
    ledger = opened(file)
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    writers = [context.Process(target=_append, args=(str(file), writer, start)) for writer in range(3)]
    for writer in writers:
        writer.start()
    start.set()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    entries = chain.entries(ledger)
    assert [entry["number"] for entry in entries] == list(range(1, 31))
    assert chain.first_broken(entries) is None
    for writer in range(3):
        assert [entry["data"]["number"] for entry in entries if entry["run"] == f"run-{writer}"] == list(range(10))


def test_of_many_processes_one_gets_the_lease(file: pathlib.Path) -> None:
    opened(file)
    context = multiprocessing.get_context("spawn")
    start, won = context.Event(), context.Queue()
    runners = [context.Process(target=_acquire, args=(str(file), runner, start, won)) for runner in range(3)]
    for runner in runners:
        runner.start()
    start.set()
    answers = [won.get(timeout=60) for dummy in runners]
    for runner in runners:
        runner.join(60)
    assert sorted(map(str, answers))[1:] == ["leased", "leased"]

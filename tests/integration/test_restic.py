# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository of backups, with a real restic: content comes out as it went in, half of a content is none, and each complaint says what to do."""

from __future__ import annotations

import hashlib
import os
import pathlib
import resource
import stat
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import complaints, repository
from tests.harness import restic

CONTENT = os.urandom(3_000_000)
AT = 1795143600.0


def connect(place: pathlib.Path | str, check: bool = False, **options: t.Any) -> repository.Repository:
    given = {"repository": str(place), "password": restic.PASSWORD, "programs": None, "environment": "shop/production", "deadline": 60.0, **options}
    return repository.connect(Task(given, check))


def writer(content: bytes) -> t.Callable[[Sink], str]:
    def write(sink: Sink) -> str:
        for start in range(0, len(content), 1_000_000):
            sink.take(content[start : start + 1_000_000])
        return "told"

    return write


@pytest.fixture
def place(tmp_path: pathlib.Path) -> pathlib.Path:
    return restic.repository(tmp_path / "repository")


def test_content_comes_out_as_it_went_in(place: pathlib.Path) -> None:
    repo = connect(place)
    stored = repo.store("database/postgres.dump", ["set:1", "part:database/postgres.dump"], AT, writer(CONTENT))
    (kept,) = repo.snapshots(["set:1"])
    with repo.open(kept["id"], "database/postgres.dump") as source:
        read = b"".join(iter(lambda: source.read(65536), b""))
    assert (stored.bytes, stored.sha256, stored.told) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "told")
    assert (kept["id"].startswith(stored.snapshot), kept["time"], kept["hostname"]) == (True, "2026-11-20T03:00:00Z", "shop-production")
    assert kept["tags"] == ["saasops", "set:1", "part:database/postgres.dump"]
    assert read == CONTENT
    assert stored.added > len(CONTENT)
    assert repo.store("database/postgres.dump", ["set:2"], AT, writer(CONTENT)).added < len(CONTENT) / 50


def test_nothing_of_another_environment_is_seen(place: pathlib.Path) -> None:
    connect(place).store("a/b", ["set:1"], AT, writer(b"ours"))
    connect(place, environment="shop/staging").store("a/b", ["set:1"], AT, writer(b"theirs"))
    seen = [one["hostname"] for one in connect(place, environment="shop/staging").snapshots()]
    assert seen == ["shop-staging"]


def test_what_its_writer_gives_up_is_not_kept(place: pathlib.Path) -> None:
    def write(sink: Sink) -> None:
        sink.take(CONTENT)
        raise Failure("failed", "the database went away")

    repo = connect(place)
    with pytest.raises(Failure, match="the database went away"):
        repo.store("a/b", [], AT, write)
    assert repo.snapshots() == []
    # restic was asked to end, and has cleaned up behind it.
    assert not locks(place)


def test_what_began_again_is_kept_once(place: pathlib.Path) -> None:
    def write(sink: Sink) -> None:
        sink.restart()
        sink.take(CONTENT)
        sink.restart()
        sink.take(b"the content")

    repo = connect(place)
    stored = repo.store("a/b", [], AT, write)
    with repo.open(repo.snapshots()[0]["id"], "a/b") as source:
        assert source.read() == b"the content"
    assert (len(repo.snapshots()), stored.bytes, stored.sha256) == (1, 11, hashlib.sha256(b"the content").hexdigest())


def test_a_plan_writes_nothing(place: pathlib.Path) -> None:
    repo = connect(place, check=True)
    assert repo.store("a/b", [], AT, writer(CONTENT)) == repository.Stored()
    assert repo.snapshots() == []


def test_a_new_place_becomes_a_repository(tmp_path: pathlib.Path) -> None:
    repo = connect(tmp_path / "new")
    assert not repo.there()
    repo.init()
    assert repo.there()


def test_what_is_not_asked_for_to_its_end_is_no_failure(place: pathlib.Path) -> None:
    repo = connect(place)
    stored = repo.store("a/b", [], AT, writer(CONTENT))
    with repo.open(stored.snapshot, "a/b") as source:
        begin = source.read(10)
    assert begin == CONTENT[:10]


def test_damage_shows(place: pathlib.Path) -> None:
    repo = connect(place)
    stored = repo.store("a/b", [], AT, writer(CONTENT))
    assert repo.check("100%") == []
    largest = max((place / "data").glob("*/*"), key=lambda path: path.stat().st_size)
    largest.chmod(0o600)
    content = bytearray(largest.read_bytes())
    content[1000] ^= 1
    largest.write_bytes(content)
    assert repo.check("100%")
    with pytest.raises(Failure), repo.open(stored.snapshot, "a/b") as source:
        source.read()


def test_whoever_reads_what_cannot_be_had_hears_it_from_restic(place: pathlib.Path) -> None:
    with pytest.raises(Failure, match="does not hold this snapshot") as caught, connect(place).open("deadbeef", "a/b") as source:
        assert source.read() == b""
        raise KeyError
    assert caught.value.code == "snapshot"


def test_forgetting_takes_what_is_named_alone(place: pathlib.Path) -> None:
    repo = connect(place)
    for number in range(3):
        repo.store("a/b", [f"set:{number}"], AT + number, writer(CONTENT[number:]))
    before = sum(path.stat().st_size for path in (place / "data").glob("*/*"))
    repo.forget([repo.snapshots([f"set:{number}"])[0]["id"] for number in (0, 1)])
    repo.prune()
    assert [one["tags"] for one in repo.snapshots()] == [["saasops", "set:2"]]
    assert sum(path.stat().st_size for path in (place / "data").glob("*/*")) < before
    assert repo.check("100%") == []


def test_a_lock_that_a_dead_process_has_left_keeps_nobody_out(place: pathlib.Path) -> None:
    repo = connect(place)
    repo.store("a/b", ["set:1"], AT, writer(b"x"))
    left = subprocess.Popen(
        ["restic", "--no-cache", "backup", "--stdin"],
        env={"PATH": os.environ["PATH"], "RESTIC_REPOSITORY": str(place), "RESTIC_PASSWORD": restic.PASSWORD},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    while not locks(place):
        assert left.poll() is None
    left.kill()
    left.communicate()
    assert locks(place)
    repo.forget([repo.snapshots(["set:1"])[0]["id"]])
    assert (repo.snapshots(), locks(place)) == ([], [])


def locks(place: pathlib.Path) -> list[str]:
    """Those that are whole; one that was cut off while it was written locks nothing."""
    return [path.name for path in (place / "locks").iterdir() if "-tmp-" not in path.name]


# -- what a person is told
def complaint(act: t.Callable[[], t.Any]) -> Failure:
    with pytest.raises(Failure) as caught:
        act()
    assert caught.value.hint
    assert restic.PASSWORD not in str(caught.value)
    return caught.value


def test_each_complaint_says_what_to_do(place: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(where: pathlib.Path | str, **options: t.Any) -> tuple[str, str]:
        failure = complaint(lambda: connect(where, **options).snapshots())
        return failure.kind, failure.code

    assert told(place, password="wrong-password") == ("auth", "password")
    assert told(tmp_path / "none") == ("not_found", "no_repository")
    assert told("rest:http://127.0.0.1:1/shop") == ("vendor_down", "repository_down")
    newer = restic.repository(tmp_path / "newer")
    restic.unsupported(newer)
    assert told(newer) == ("invalid", "format")
    for name in ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    assert told(place, password=None) == ("auth", "no_password")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert told(place) == ("invalid", "programs")


def test_the_password_may_come_from_the_environment(place: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text(restic.PASSWORD)
    monkeypatch.setenv("RESTIC_PASSWORD_COMMAND", f"cat {file}")
    assert connect(place, password=None).there()
    monkeypatch.setenv("RESTIC_PASSWORD_FILE", str(file))
    assert connect(place, password=None).there()
    monkeypatch.setenv("RESTIC_PASSWORD", restic.PASSWORD)
    assert connect(place, password=None).there()


def test_a_password_within_an_address_is_not_shown() -> None:
    repo = connect("rest:http://ops:hidden-word@127.0.0.1:1/shop")
    failure = complaint(repo.snapshots)
    assert ("hidden-word" in str(failure), "hidden-word" in repo.shown, "hidden-word" in str(failure.state)) == (False, False, False)


def test_an_old_restic_is_refused(place: pathlib.Path, tmp_path: pathlib.Path) -> None:
    old = tmp_path / "restic"
    old.write_text("#!/bin/sh\necho restic 0.12.1 compiled with go1.16\n")
    old.chmod(old.stat().st_mode | stat.S_IXUSR)
    failure = complaint(connect(place, programs=str(tmp_path)).version)
    assert (failure.kind, failure.code) == ("invalid", "programs")
    assert connect(place).version() >= repository.OLDEST


def test_a_full_disk_loses_nothing(place: pathlib.Path) -> None:
    repo = connect(place)
    repo.store("a/b", ["set:1"], AT, writer(CONTENT))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512 * 1024, limits[1]))
    try:
        failure = complaint(lambda: repo.store("a/b", ["set:2"], AT, writer(os.urandom(8_000_000))))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (failure.kind, failure.code) == ("failed", "disk_full")
    assert [one["tags"] for one in repo.snapshots()] == [["saasops", "set:1"]]
    assert repo.check("100%") == []


def test_newer_versions_say_by_their_status_what_is_wrong() -> None:
    assert [complaints.failure("x", code, ["Fatal: it"]).code for code in (10, 11, 12, 1)] == ["no_repository", "locked", "password", "restic"]


def test_nothing_of_it_stays_when_the_task_is_killed(place: pathlib.Path) -> None:
    script = f"""
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
import os, signal
def write(sink):
    sink.take(os.urandom(1000000))
    print("writes", flush=True)
    signal.pause()
given = dict(repository={str(place)!r}, password={restic.PASSWORD!r}, programs=None, environment="shop/production", deadline=60.0)
repository.connect(Task(given, False)).store("a/b", ["set:1"], {AT}, write)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "writes\n"
        process.kill()
    repo = connect(place)
    # It waits for a living restic to end, and is not kept out by a dead one.
    repo.forget([repo.store("a/b", ["set:2"], AT, writer(b"y")).snapshot])
    assert (repo.snapshots(["set:1"]), locks(place)) == ([], [])

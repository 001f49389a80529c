# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and commands are read to their end, or say why not."""

from __future__ import annotations

import contextlib
import gzip
import os
import pathlib
import random
import sys

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, log_sources

LINES = b"".join(b"line %d %s\n" % (number, bytes(str(hash(str(number))), "ascii")) for number in range(30_000))


def read(source: log_sources.Source, seconds: float = 60.0) -> tuple[bytes, str, str]:
    content = b"".join(source.pieces(clock.Deadline(seconds)))
    return content, source.state, source.reason


def test_a_plain_file_and_a_compressed_one_give_the_same(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_bytes(LINES)
    # Compressed, whatever it is called; in several members, and padded, as tools leave them.
    (tmp_path / "app.log.1").write_bytes(gzip.compress(LINES[:100_000]) + gzip.compress(LINES[100_000:]) + b"\0" * 512)
    assert read(log_sources.File(str(tmp_path / "app.log"))) == (LINES, "read", "")
    assert read(log_sources.File(str(tmp_path / "app.log.1"))) == (LINES, "read", "")


def test_what_expands_is_given_in_small_pieces(tmp_path: pathlib.Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(b"\0" * 50_000_000))
    source, size = log_sources.File(str(tmp_path / "bomb.gz")), 0
    for piece in source.pieces(clock.Deadline(60.0)):
        size += len(piece)
        assert len(piece) <= log_sources.PIECE
    assert (size, source.state) == (50_000_000, "read")


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_file_is_read_as_far_as_it_goes_and_says_so(tmp_path: pathlib.Path, seed: int) -> None:
    chance, packed = random.Random(seed), gzip.compress(LINES)
    (tmp_path / "cut.gz").write_bytes(packed[: chance.randrange(30, len(packed) - 1)])
    content, state, reason = read(log_sources.File(str(tmp_path / "cut.gz")))
    assert LINES.startswith(content) and (state, reason) == ("partly", "it is damaged: its end is missing")
    at = chance.randrange(len(packed) // 3, len(packed) - 20)
    (tmp_path / "bent.gz").write_bytes(packed[:at] + bytes(255 - byte for byte in packed[at : at + 8]) + packed[at + 8 :])
    assert read(log_sources.File(str(tmp_path / "bent.gz")))[1] == "partly"


def test_what_is_no_log_says_so(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"x" * 100)
    (tmp_path / "empty").write_bytes(b"")
    told = {name: read(log_sources.File(str(tmp_path / name)))[1:] for name in ("pipe", "zst", "empty", "none", "empty/none", ".")}
    assert told == {
        "pipe": ("unreadable", "it is no ordinary file"),
        "zst": ("unreadable", "it is compressed by zstd"),
        "empty": ("read", ""),
        "none": ("missing", "there is no such file"),
        "empty/none": ("missing", "there is no such file"),
        ".": ("unreadable", "it is no ordinary file"),
    }


def test_a_file_that_may_not_be_read_says_so(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "app.log").write_bytes(LINES)
    monkeypatch.setattr(log_sources.os, "open", refuse)
    assert read(log_sources.File(str(tmp_path / "app.log"))) == (b"", "unreadable", "Permission denied")


def test_a_file_that_is_rotated_meanwhile_is_read_on_under_its_name(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(LINES)
    source = log_sources.File(str(path))
    pieces = source.pieces(clock.Deadline(60.0))
    found = next(pieces)
    path.rename(tmp_path / "app.log.1")
    path.write_bytes(b"after\n")
    assert found + b"".join(pieces) == LINES + b"after\n"
    assert source.state == "read"


def test_a_file_that_is_moved_away_or_emptied_meanwhile_says_so(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    for act, reason in (
        (path.unlink, "it was moved away while it was read, and nothing has taken its place"),
        (lambda: os.truncate(path, 0), "it became shorter while it was read"),
    ):
        path.write_bytes(LINES)
        source = log_sources.File(str(path))
        pieces = source.pieces(clock.Deadline(60.0))
        next(pieces)
        act()
        list(pieces)
        assert (source.state, source.reason) == ("partly", reason)


def test_a_file_that_grows_is_read_as_far_as_it_was(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(LINES)
    size = 0
    with path.open("ab") as file:
        for piece in log_sources.File(str(path)).pieces(clock.Deadline(60.0)):
            size += len(piece)
            file.write(LINES)
            file.flush()
    assert size == len(LINES)


def test_a_deadline_ends_the_reading(tmp_path: pathlib.Path) -> None:
    (tmp_path / "app.log").write_bytes(LINES * 2)
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(LINES * 2))
    assert read(log_sources.File(str(tmp_path / "app.log")), 0)[1:] == (
        "partly",
        f"the deadline passed when {log_sources.PIECE} of {2 * len(LINES)} bytes were read",
    )
    assert read(log_sources.File(str(tmp_path / "app.log.gz")), 0)[1:] == ("partly", "the deadline passed before its end")


def test_a_pattern_gives_each_file_once_and_the_oldest_first(tmp_path: pathlib.Path) -> None:
    for name, at in (("app.log", 300), ("app.log.1", 200), ("app.log.2.gz", 100), ("other.log", 50)):
        (tmp_path / name).write_bytes(b"x\n")
        os.utime(tmp_path / name, (at, at))
    (tmp_path / "link.log").symlink_to("app.log")
    (tmp_path / "od[d].log").write_bytes(b"x\n")
    os.utime(tmp_path / "od[d].log", (400, 400))

    def names(*asked: str) -> list[str]:
        return [pathlib.Path(file.name).name for file in log_sources.files(str(tmp_path / name) for name in asked)]

    assert names("app.log*") == ["app.log.2.gz", "app.log.1", "app.log"]
    assert names("app.log", "app.log*", "link.log") == ["app.log.2.gz", "app.log.1", "app.log"]
    assert names("od[d].log", "none*", "gone.log") == ["od[d].log", "none*", "gone.log"]


PYTHON = [sys.executable, "-c"]


def test_a_command_says_how_it_ended() -> None:
    told = {
        "well": [*PYTHON, "print('one'); print('two')"],
        "badly": [*PYTHON, "import sys; print('one'); sys.exit('it \\x1b broke')"],
        "nowhere": ["/nonexistent/command"],
        "no program": ["/etc/passwd"],
        "no shell": ["echo", "$HOME; `id` | cat"],
    }
    assert {name: read(log_sources.Command(words)) for name, words in told.items()} == {
        "well": (b"one\ntwo\n", "read", ""),
        "badly": (b"one\n", "partly", "it ended with status 1: it ? broke"),
        "nowhere": (b"", "missing", "there is no such command"),
        "no program": (b"", "unreadable", "Permission denied"),
        "no shell": (b"$HOME; `id` | cat\n", "read", ""),
    }


@pytest.mark.parametrize("waits", ["input()", "import time; time.sleep(600)", "import os, time; os.close(1); time.sleep(600)"])
def test_a_command_that_does_not_end_is_ended_with_all_that_it_started(waits: str) -> None:
    child = f"import subprocess, sys; print('one', flush=True); {waits}"
    content, state, reason = read(log_sources.Command([*PYTHON, child]), 1.0)
    if "input" in waits:
        # Nobody answers it.
        assert (content, state) == (b"one\n", "partly") and "EOFError" in reason
    else:
        assert (content, state, reason) == (b"one\n", "partly", "it had not ended at the deadline, and was stopped")


@pytest.mark.parametrize("waits", ["", "wait"])
def test_nothing_goes_on_that_a_command_has_started_that_is_not_read_to_its_end(waits: str) -> None:
    """Also where the command itself has ended, and only what it left behind holds its output."""
    pieces = log_sources.Command(["sh", "-c", f"sleep 600 & echo $!; {waits}"]).pieces(clock.Deadline(60.0))
    child = int(next(pieces))
    pieces.close()
    end = clock.Deadline(30.0)
    while alive(child) and not end.passed():
        clock.sleep(0.01)
    assert not alive(child)


def alive(process: int) -> bool:
    """An orphan that has ended may be listed until its new parent has taken note."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in ("Z", "X")
    return False

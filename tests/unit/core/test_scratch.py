# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put on the disk for a moment is for its owner alone, and gone afterwards, whatever ended the run."""

from __future__ import annotations

import os
import pathlib
import signal
import stat

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure


@pytest.fixture
def work(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "saasops" / "work"


def test_a_file_has_no_name(work: pathlib.Path) -> None:
    with scratch.file() as file:
        file.write(b"in clear")
        assert (list(work.iterdir()), stat.S_IMODE(work.stat().st_mode), stat.S_IMODE(os.fstat(file.fileno()).st_mode)) == ([], 0o700, 0o600)


def test_a_folder_goes_with_all_that_is_in_it(work: pathlib.Path) -> None:
    with scratch.folder() as made:
        (pathlib.Path(made) / "dump").write_bytes(b"in clear")
        # Another that is made meanwhile leaves it alone.
        with scratch.folder() as other:
            assert (sorted(os.listdir(work)), stat.S_IMODE(os.stat(made).st_mode)) == (sorted(map(os.path.basename, (made, other))), 0o700)
    assert list(work.iterdir()) == []


def test_what_a_killed_run_has_left_goes_with_the_next(work: pathlib.Path) -> None:
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        with scratch.folder() as made:
            pathlib.Path(made, "dump").write_bytes(b"in clear")
            os.write(tell, b".")
            signal.pause()
    assert os.read(ready, 1) == b"."
    with scratch.folder() as made:
        assert len(list(work.iterdir())) == 2
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with scratch.file():
            assert os.listdir(work) == [os.path.basename(made)]


def test_a_place_that_cannot_be_used_is_told(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(Failure) as caught, scratch.file():
        pass
    assert caught.value.code == "file"

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Room on the disk for what is too large for memory and must not stay: for its owner alone, and gone afterwards, also after a run that was killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.folders import state_folder
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import local


def work() -> pathlib.Path:
    """The folder for work, made when it is missing. What killed runs have left in it goes first."""
    place = state_folder() / "work"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in place.iterdir():
            _sweep(left)
    except OSError as error:
        raise local(error, f"{place} cannot be used") from error
    return place


def check_room(needed: int, what: str) -> None:
    """Refuse what would not fit on the disk that holds the folder for work."""
    place = work()
    free = shutil.disk_usage(place).free
    if needed > free:
        said = f"{what} needs {_megabytes(needed)} on the disk for a while, and {place} has {_megabytes(free)}"
        raise Failure("invalid", said, "Make room there, or let XDG_STATE_HOME lead to a larger disk", code="room")


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"


@contextlib.contextmanager
def file() -> t.Iterator[t.BinaryIO]:
    """One without a name: it ends with the process, however that ends."""
    place = work()
    try:
        made = tempfile.TemporaryFile(dir=place)  # noqa: SIM115 - closed below
    except OSError as error:
        raise local(error, f"no file can be made in {place}") from error
    with made:
        yield t.cast(t.BinaryIO, made)


@contextlib.contextmanager
def folder() -> t.Iterator[str]:
    """For programs that want names: a folder of its own, which is removed with all that is in it."""
    place = work()
    while True:
        try:
            made = tempfile.mkdtemp(dir=place)
            handle = os.open(made, os.O_RDONLY)
        except FileNotFoundError:
            # Somebody who sweeps took it for one that was left.
            continue
        except OSError as error:
            raise local(error, f"no folder can be made in {place}") from error
        # Whoever holds this lock lives.
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.path.isdir(made) and os.path.samestat(os.stat(made), os.fstat(handle)):
            break
        os.close(handle)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(handle)


def _sweep(left: pathlib.Path) -> None:
    """Remove a folder whose maker has ended."""
    try:
        handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        # It went meanwhile, or is no folder of ours.
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(left, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(handle)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories of restic for tests: real ones, made once and copied, that open at once."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import typing as t

from tests.harness import restic_keys

PASSWORD = "correct-horse-battery"


def repository(folder: pathlib.Path, password: str = PASSWORD) -> pathlib.Path:
    """An empty repository in this folder, which may be there already and empty."""
    shutil.copytree(_template(password), folder, dirs_exist_ok=True)
    return folder


def ask(folder: pathlib.Path, *arguments: str, password: str = PASSWORD, **more: t.Any) -> subprocess.CompletedProcess[t.Any]:
    """restic by hand, as a person would use it."""
    given = {"PATH": os.environ["PATH"], "RESTIC_REPOSITORY": str(folder), "RESTIC_PASSWORD": password, "TZ": "UTC"}
    return subprocess.run(["restic", "--no-cache", *arguments], env=given, capture_output=True, check=False, **more)


def snapshots(folder: pathlib.Path, *tags: str, password: str = PASSWORD) -> list[dict[str, t.Any]]:
    wanted = ["--tag", ",".join(tags)] if tags else []
    told = ask(folder, "snapshots", "--json", "--no-lock", *wanted, password=password)
    assert told.returncode == 0, told.stderr
    return list(json.loads(told.stdout) or [])


@functools.cache
def _template(password: str) -> pathlib.Path:
    """Made once in a process."""
    folder = pathlib.Path(_holder().name) / hashlib.sha256(password.encode()).hexdigest()[:8]
    made = ask(folder, "init", password=password)
    assert made.returncode == 0, made.stderr
    restic_keys.cheapen(folder, password)
    return folder


@functools.cache
def _holder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="restic-")


def unsupported(folder: pathlib.Path, password: str = PASSWORD) -> None:
    """Make the repository one of a format that no restic knows yet."""
    restic_keys.reseal(folder, password, "config", lambda content: json.dumps({**json.loads(content), "version": 99}).encode())

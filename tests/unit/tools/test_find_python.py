# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a Python: the newest that really runs, never a shim that only looks like one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FIND = Path(__file__).resolve().parents[2] / "tools/find_python.sh"
MINE = f"{sys.version_info.major}.{sys.version_info.minor}"


def find(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script with nothing on PATH but the given folder and the plain tools it uses."""
    tools = path / "tools"
    tools.mkdir()
    for name in ("sh", "mktemp", "rm", "find", "sort"):
        found = next(Path(folder, name) for folder in ("/usr/bin", "/bin") if Path(folder, name).exists())
        (tools / name).symlink_to(found)
    env = {"PATH": f"{path}{os.pathsep}{tools}"}
    return subprocess.run([str(FIND), *arguments], env=env, capture_output=True, text=True, check=False)


def place(path: Path, name: str, script: str) -> None:
    (path / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (path / name).chmod(0o755)


@pytest.mark.parametrize("shim", ["exit 127", "echo 'not installed' >&2; exit 1", f'exec {sys.executable} "$@"'], ids=["gone", "complains", "another-version"])
def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path, shim: str) -> None:
    place(tmp_path, "python3.14" if MINE != "3.14" else "python3.13", shim)
    place(tmp_path, f"python{MINE}", f'exec {sys.executable} "$@"')
    found = find(tmp_path)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == sys.executable


def test_a_python_without_the_parts_of_an_environment_is_passed_over(tmp_path: Path) -> None:
    place(tmp_path, f"python{MINE}", f'case "$2" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"')
    found = find(tmp_path)
    assert found.returncode == 1
    assert "No Python >= 3.11 found" in found.stderr and "make PYTHON=" in found.stderr


def test_one_version_can_be_asked_for(tmp_path: Path) -> None:
    place(tmp_path, f"python{MINE}", f'exec {sys.executable} "$@"')
    assert find(tmp_path, "3.9").returncode == 1

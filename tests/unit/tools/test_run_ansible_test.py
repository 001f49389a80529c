# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-test is asked for: samples that can be repeated, and halves side by side of which the worse one counts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.tools import run_ansible_test


def test_a_sample_is_repeated_by_its_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(20):
        folder = tmp_path / "tests/unit" / ("core" if number % 2 else "judge")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"test_{number}.py").touch()
    monkeypatch.delenv("SAASOPS_SEED", raising=False)
    first = run_ansible_test.sample(tmp_path, 8)
    assert len(set(first)) == 8 and all((tmp_path / name).is_file() for name in first)
    monkeypatch.setenv("SAASOPS_SEED", capsys.readouterr().out.strip().rpartition("=")[2])
    assert run_ansible_test.sample(tmp_path, 8) == first
    monkeypatch.setenv("SAASOPS_SEED", "another")
    assert run_ansible_test.sample(tmp_path, 8) != first
    assert len(run_ansible_test.sample(tmp_path, 100)) == 20


@pytest.mark.parametrize(("statuses", "worst"), [((0, 0), 0), ((0, 3), 3), ((3, 0), 3), ((0, -15), 15)])
def test_of_two_side_by_side_the_worse_one_counts(tmp_path: Path, capfd: pytest.CaptureFixture[str], statuses: tuple[int, int], worst: int) -> None:
    ends = "import os, signal, sys; status = int(sys.argv[1]); print('told', flush=True); os.kill(os.getpid(), -status) if status < 0 else sys.exit(status)"
    commands = [[sys.executable, "-c", ends, str(status)] for status in statuses]
    assert run_ansible_test.side_by_side(commands, tmp_path, dict(os.environ)) == worst
    assert capfd.readouterr().out == "told\ntold\n"


def test_what_went_wrong_is_said_again_at_the_end(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    says = [[sys.executable, "-c", f"print({text!r})"] for text in ("ERROR: one.py:1: wrong\nand more", "well")]
    run_ansible_test.side_by_side(says, tmp_path, dict(os.environ))
    assert capfd.readouterr().out.splitlines() == ["ERROR: one.py:1: wrong", "and more", "well", "ERROR: one.py:1: wrong"]


def test_the_first_of_sanity_and_its_halves_are_one_whole() -> None:
    chosen, left_out = run_ansible_test.SANITY_HALVES
    assert ["--test", run_ansible_test.FIRST, *chosen] == [word.replace("--skip-test", "--test") for word in left_out]
    assert "--test" in chosen and "--skip-test" in left_out

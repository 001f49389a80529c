# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox in the background: it says how to reach it, keeps its secrets, and only ever ends itself."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.tools import sandbox


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sandbox, "FOLDER", tmp_path / "run")
    monkeypatch.setattr(sandbox, "RUN", tmp_path / "run/run.json")
    monkeypatch.setattr(sandbox, "LOG", tmp_path / "run/sandbox.log")
    yield tmp_path / "run"
    sandbox.down()


def test_up_says_how_to_reach_it_and_down_ends_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sandbox.up("bad-release", "real") == 0
    said = capsys.readouterr().out
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["vercel"]["url"] in said and run["railway"]["url"] in said and run["convex"]["url"] in said and run["control_url"] in said
    assert run["vercel"]["token"] not in said and run["railway"]["token"] not in said and run["convex"]["admin_key"] not in said

    assert sandbox.up("bad-release", "real") == 0
    assert "up already" in capsys.readouterr().out
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["pid"] == run["pid"]

    assert sandbox.down() == 0
    assert not sandbox.is_sandbox(run["pid"]) and not (folder / "run.json").exists()
    assert sandbox.down() == 0
    assert capsys.readouterr().out.endswith("No sandbox is up.\n")


def test_a_larger_sandbox_says_how_large_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sandbox.up("bad-release", "real", 100) == 0
    assert "100 times the data" in capsys.readouterr().out
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    with urllib.request.urlopen(f"{run['control_url']}/state", timeout=20) as answer:
        state = json.load(answer)["components"]
    assert [len(state[name]["deployments"]) for name in ("app", "api", "dashboard")] == [500, 400, 200]


def test_an_old_file_never_ends_somebody_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.mkdir()
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        (folder / "run.json").write_text(json.dumps({"pid": stranger.pid}), encoding="utf-8")
        assert sandbox.down() == 0
        assert "No sandbox is up." in capsys.readouterr().out
        assert stranger.poll() is None
        stranger.kill()


def test_a_scenario_that_is_not_there_says_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sandbox.up("no-such-scenario", "real") == 1
    said = capsys.readouterr().err
    assert "The sandbox did not start" in said and "no-such-scenario" in said

# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate itself: a failure is counted and never stops the rest, and nothing real leaks into the tests."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.tools import gate


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gate, "ROOT", tmp_path)
    return tmp_path


def step(name: str, code: str, **others: object) -> gate.Step:
    return gate.Step(name, [sys.executable, "-c", code], **others)  # type: ignore[arg-type]


def run_main(monkeypatch: pytest.MonkeyPatch, steps: tuple[gate.Step, ...], *arguments: str) -> int:
    monkeypatch.setattr(gate, "STEPS", steps)
    monkeypatch.setattr(sys, "argv", ["gate.py", *arguments])
    return gate.main()


def test_a_failed_step_stops_nothing_and_is_named_at_the_end(checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    steps = (step("first", "raise SystemExit(3)"), step("second", "print('went on')"), step("third", "", needs=["roles"]))
    assert run_main(monkeypatch, steps) == 1
    said = capfd.readouterr().out
    assert "went on" in said and "third: roles not there" in said
    assert said.splitlines()[-2:] == ["Failed steps: first, third", "1 passed, 2 failed"]
    assert (checkout / ".cache/gate/newest").read_text(encoding="utf-8") == "1 2\n"


def test_all_steps_passed_is_success(checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_main(monkeypatch, (step("first", ""), step("second", "")), "--only", "second") == 0
    assert capfd.readouterr().out.splitlines()[-2:] == ["Failed steps: none", "1 passed, 0 failed"]


def test_an_unknown_step_is_refused(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="No such step: secund. There are: second"):
        run_main(monkeypatch, (step("second", ""),), "--only", "secund")


def test_a_hanging_step_is_ended_with_its_children(checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(gate, "STEP_DEADLINE_S", 1)
    pid_file = checkout / "pid"
    code = (
        "import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid)); child.wait()"
    )
    assert gate.run(step("hangs", code), os.environ) is False
    assert "hangs: no end after 1 s" in capfd.readouterr().out
    child = int(pid_file.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_steps_get_no_vendor_credentials() -> None:
    token = "w7Qm2xN9bV4kT8rZ5cL1sD6f"
    env = gate.environment({"PATH": "/usr/bin", "RAILWAY_TOKEN": token, "VERCEL_TOKEN": token, "STRIPE_API_KEY": token}, "/nowhere/state")
    assert token not in env.values()
    assert env["XDG_STATE_HOME"] == "/nowhere/state"
    assert env["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)


def test_a_pair_that_is_not_the_oldest_cannot_pass_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "2.99.0")
    with pytest.raises(SystemExit, match="--oldest needs Python 3.11 with ansible-core 2.19"):
        gate.check_oldest_pair()


def test_steps_that_leave_processors_idle_run_two_at_a_time(checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    meets = (
        "import pathlib, sys, time; mine, other = sys.argv[1:]; pathlib.Path(mine).touch(); print(f'{mine} begins'); end = time.monotonic() + 30\n"
        "while not pathlib.Path(other).exists():\n    assert time.monotonic() < end; time.sleep(0.01)\n"
        "print(f'{mine} ends'); sys.exit(mine == 'b')"
    )
    steps = [gate.Step(one, [sys.executable, "-c", meets, one, other], alone=False) for one, other in (("a", "b"), ("b", "a"))]
    assert gate.run_all([*steps, step("last", "print('went on')")], os.environ) == ["b"]
    said = capfd.readouterr().out
    # What two of them print is not mixed.
    assert "=== a ===\na begins\na ends\n=== a: passed" in said and "=== b ===\nb begins\nb ends\n=== b: FAILED" in said
    assert said.index("=== last ===") > max(said.index(f"=== {name}: ") for name in "ab")


def test_the_oldest_pair_runs_its_own_steps_and_of_one_a_part() -> None:
    newest, oldest = ({step.name: step.command for step in gate.chosen(None, oldest)} for oldest in (False, True))
    assert set(oldest) == {"units", "ansible-test", "integration", "sanity"}
    assert {name for name, command in oldest.items() if command != newest[name]} == {"integration"}
    assert oldest["integration"] == [*newest["integration"], "--others", "15"]

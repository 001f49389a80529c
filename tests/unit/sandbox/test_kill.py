# SPDX-License-Identifier: GPL-3.0-or-later
"""Killing a run at a chosen request: the tree with children in sessions of their own, or the main process alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.sandbox.launch import ControlError, Sandbox

if t.TYPE_CHECKING:
    from .conftest import Vendors

# Like a run: the main process waits, its worker has a session of its own and sends the requests.
RUN = """
    import json, os, sys, time, urllib.request
    url, token, body, times = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    worker = os.fork()
    if worker:
        print(worker, flush=True)
        os.waitpid(worker, 0)
        time.sleep(60)
    os.setsid()
    sys.stdin.readline()
    for _ in range(times):
        headers = {"Project-Access-Token": token, "Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(url, body.encode(), headers)).read()
    time.sleep(60)
"""


class Run:
    def __init__(self, sandbox: Sandbox, times: int = 1) -> None:
        import json

        target = next(it["id"] for it in sandbox.state("api")["deployments"] if it["tag"] == "v1.4.1")
        body = json.dumps({"query": "mutation($id: String!) { deploymentRollback(id: $id) }", "variables": {"id": target}})
        railway = sandbox.run["railway"]
        command = [sys.executable, "-c", textwrap.dedent(RUN), railway["url"], railway["token"], body, str(times)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.worker = int(self.process.stdout.readline())

    def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        for pid in (self.process.pid, self.worker):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def runs() -> t.Iterator[t.Callable[..., Run]]:
    started: list[Run] = []

    def start(sandbox: Sandbox, times: int = 1) -> Run:
        started.append(Run(sandbox, times))
        return started[-1]

    yield start
    for run in started:
        run.close()


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: t.Callable[[], bool]) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_the_whole_tree_dies_at_the_request(sandbox: Sandbox, vendors: Vendors, runs: t.Callable[..., Run], when: str, effects: int) -> None:
    run = runs(sandbox)
    sandbox.arm_kill(run.process.pid, when=when)
    run.go()
    assert until(lambda: bool(sandbox.kill_report()["fired"]))
    assert until(lambda: not alive(run.process.pid) and not alive(run.worker))
    report = sandbox.kill_report()
    assert (sorted(report["killed"]), report["at_operation"]) == (sorted([run.process.pid, run.worker]), "deploymentRollback")
    assert sum(vendors.effects("api").values()) == effects
    (entry,) = sandbox.journal(changes=True)
    assert (entry["fault"], entry["status"], entry["effect"]) == ("kill", None, bool(effects))


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_orphan_goes_on_when_only_the_main_process_dies(sandbox: Sandbox, vendors: Vendors, runs: t.Callable[..., Run], when: str) -> None:
    run = runs(sandbox, 2)
    sandbox.arm_kill(run.process.pid, when=when, tree=False)
    run.go()
    assert until(lambda: len(sandbox.journal(changes=True)) == 2)
    assert until(lambda: not alive(run.process.pid))
    assert alive(run.worker)
    assert sandbox.kill_report()["killed"] == [run.process.pid]
    assert sum(vendors.effects("api").values()) == 2


def test_it_strikes_at_the_request_that_was_named_and_only_once(sandbox: Sandbox, vendors: Vendors, runs: t.Callable[..., Run]) -> None:
    run = runs(sandbox, 3)
    assert vendors.vercel().status_code == 200
    sandbox.arm_kill(run.process.pid, at=3)
    assert vendors.vercel().status_code == 200
    run.go()
    assert until(lambda: bool(sandbox.kill_report()["fired"]))
    assert sum(vendors.effects("api").values()) == 2
    assert vendors.rollback_api("v1.4.0").json() == {"data": {"deploymentRollback": True}}


def test_what_is_no_run_cannot_be_killed(sandbox: Sandbox) -> None:
    for wish in ({"pid": 1}, {"pid": 0}, {"pid": sandbox.pid}, {"pid": 5, "at": 0}, {"pid": 5, "when": "now"}, {"pid": 5, "sig": 9}):
        with pytest.raises(ControlError):
            sandbox.ask("POST", "/kill", wish)
    assert sandbox.kill_report()["armed"] is False


def test_a_new_scenario_disarms(sandbox: Sandbox, runs: t.Callable[..., Run]) -> None:
    run = runs(sandbox)
    sandbox.arm_kill(run.process.pid)
    assert sandbox.kill_report()["armed"] is True
    sandbox.scenario("bad-release")
    assert sandbox.kill_report()["armed"] is False

# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own ``vercel`` client and SDK work against the sandbox, and believe what they see there.

They live in real time (the client ignores jobs older than three minutes), so the sandbox does too.
"""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)


class Client:
    def __init__(self, executable: Path, sandbox: Sandbox, folder: Path) -> None:
        self._executable, self.sandbox, self._folder = executable, sandbox, folder
        run = sandbox.run
        link = folder / ".vercel"
        link.mkdir()
        project = {"projectId": run["components"]["app"]["project_id"], "orgId": run["vercel"]["team_id"]}
        (link / "project.json").write_text(json.dumps(project), encoding="utf-8")

    def run(self, *words: str, token: str | None = None) -> subprocess.CompletedProcess[str]:
        vercel = self.sandbox.run["vercel"]
        options = ["--api", vercel["url"], "--token", token or vercel["token"], "--no-color", "--scope", vercel["team"]]
        quiet = {"CI": "1", "VERCEL_TELEMETRY_DISABLED": "1", "NO_UPDATE_NOTIFIER": "1"}
        return subprocess.run(
            [str(self._executable), *words, *options],
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), **quiet},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def deployments(self) -> dict[str, dict[str, t.Any]]:
        """By tag."""
        return {str(it["tag"]): it for it in self.sandbox.state("app")["deployments"]}

    def calls(self) -> list[tuple[str, int]]:
        return [(entry["operation"], entry["status"]) for entry in self.sandbox.journal(vendor="vercel")]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    executable = npm_clients.install("vercel")
    with Sandbox(clock="real", state_file=tmp_path / "sandbox" / "run.json") as sandbox:
        yield Client(executable, sandbox, tmp_path)


def test_ls_shows_every_deployment_with_its_state_and_age(client: Client) -> None:
    done = client.run("ls")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stderr.splitlines() if "https://" in line]
    assert [(line[0], line[4], line[5]) for line in lines] == [
        ("5m", "Ready", "Production"),
        ("1d", "Ready", "Preview"),
        ("2d", "Error", "Production"),
        ("3d", "Ready", "Production"),
        ("9d", "Ready", "Production"),
    ]
    assert len(done.stdout.split()) == 5


def test_inspect_shows_what_serves_and_under_which_names(client: Client) -> None:
    bad = client.deployments()["v1.4.2"]["id"]
    done = client.run("inspect", bad)
    assert done.returncode == 0, done.stderr
    for expected in (bad, "hydrogen", "production", "Ready", "https://app.example.com", "https://www.example.com"):
        assert expected in done.stderr
    assert ("GET /v11/deployments/{id}/builds", 200) in client.calls()


def test_rollback_promote_and_their_status(client: Client) -> None:
    good, bad = (client.deployments()[tag]["id"] for tag in ("v1.4.1", "v1.4.2"))

    done = client.run("rollback", good, "--yes")
    assert done.returncode == 0, done.stderr
    assert "Success! hydrogen was rolled back to" in done.stderr and good in done.stderr
    state = client.sandbox.state("app")
    assert (state["serving"]["id"], state["auto_assign"]) == (good, False)
    assert ("POST /v9/projects/{id}/rollback/{id}", 201) in client.calls()

    status = client.run("rollback", "status")
    assert status.returncode == 0, status.stderr
    assert "was rolled back to" in status.stderr and good in status.stderr

    done = client.run("promote", bad, "--yes")
    assert done.returncode == 0, done.stderr
    assert "Success! hydrogen was promoted to" in done.stderr and bad in done.stderr
    state = client.sandbox.state("app")
    assert (state["serving"]["id"], state["auto_assign"]) == (bad, True)
    assert state["effects"] == {"rollbacks": {good: 1}, "promotes": {bad: 1}, "domain_switches": 2, "builds": 0}

    status = client.run("promote", "status")
    assert status.returncode == 0, status.stderr
    assert "was promoted to" in status.stderr


def rolling(client: Client) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", client.sandbox.state("app")["rolling_release"])


def test_redeploy_builds_the_same_commit_again(client: Client) -> None:
    good = client.deployments()["v1.4.1"]["id"]
    done = client.run("redeploy", good, "--no-wait")
    assert done.returncode == 0, done.stderr
    made = client.sandbox.state("app")["deployments"][0]
    assert (made["tag"], made["target"], made["id"] == good) == ("v1.4.1", "production", False)
    assert ("POST /v13/deployments", 200) in client.calls()


def test_rolling_release_from_its_settings_to_its_end(client: Client) -> None:
    canary = client.sandbox.add("app", tag="v1.5.0")
    done = client.run("rolling-release", "configure", "--enable", "--advancement-type=manual-approval", "--stage=10", "--stage=50")
    assert done.returncode == 0, done.stderr
    stages = [stage["targetPercentage"] for stage in client.sandbox.state("app")["rolling_config"]["stages"]]
    assert stages == [10, 50, 100]
    done = client.run("rolling-release", "start", f"--dpl={canary}", "--yes")
    assert done.returncode == 0, done.stderr
    assert rolling(client) == {"state": "ACTIVE", "substate": None, "canary": canary, "stage": 0}
    done = client.run("rolling-release", "approve", f"--dpl={canary}", "--currentStageIndex=0")
    assert done.returncode == 0, done.stderr
    assert rolling(client)["stage"] == 1
    # The client asks for the stage after the one that it is told of: a second time, that is not the next any more.
    assert client.run("rolling-release", "approve", f"--dpl={canary}", "--currentStageIndex=0").returncode == 1
    assert rolling(client)["stage"] == 1
    shown = client.run("rolling-release", "inspect")
    assert shown.returncode == 0, shown.stderr
    assert canary in shown.stderr + shown.stdout
    done = client.run("rolling-release", "complete", f"--dpl={canary}")
    assert done.returncode == 0, done.stderr
    assert rolling(client)["state"] == "COMPLETE"


def test_rolling_release_abort_is_a_rollback_to_what_serves(client: Client) -> None:
    bad, canary = client.deployments()["v1.4.2"]["id"], client.sandbox.add("app", tag="v1.5.0")
    # Minutes: time is quicker here, and the client takes some seconds for each command.
    stages = ("--advancement-type=automatic", "--stage=10,600")
    done = client.run("rolling-release", "configure", "--enable", *stages)
    assert done.returncode == 0, done.stderr
    assert client.sandbox.state("app")["rolling_config"]["stages"][0] == {"targetPercentage": 10, "duration": 600}
    assert client.run("rolling-release", "start", f"--dpl={canary}", "--yes").returncode == 0
    done = client.run("rolling-release", "abort", f"--dpl={bad}")
    assert done.returncode == 0, done.stderr
    assert ("POST /v9/projects/{id}/rollback/{id}", 201) in client.calls()
    assert rolling(client)["state"] == "ABORTED"


def test_rollback_names_the_domains_that_did_not_move(client: Client) -> None:
    client.sandbox.patch("app", failing_aliases=["www.example.com"])
    done = client.run("rollback", client.deployments()["v1.4.1"]["id"], "--yes")
    assert done.returncode == 1
    assert "www.example.com" in done.stderr
    assert ("GET /v9/projects/{id}/rollback/aliases", 200) in client.calls()


def test_the_client_repeats_why_something_was_refused(client: Client) -> None:
    known = client.deployments()
    done = client.run("rollback", known["v1.4.2"]["id"], "--yes")
    assert done.returncode == 1
    assert "already is the current production deployment" in done.stderr
    done = client.run("rollback", known["next"]["id"], "--yes")
    assert done.returncode == 1
    assert "never served production" in done.stderr
    done = client.run("ls", token="aTokenThatWasNeverGivenToAnyoneByAnyone")
    assert done.returncode == 1
    assert "token" in done.stderr.lower()
    assert client.sandbox.state("app")["effects"]["rollbacks"] == {}


def test_every_request_of_the_client_is_known_to_the_sandbox(client: Client) -> None:
    good = client.deployments()["v1.4.1"]["id"]
    for words in (("ls",), ("ls", "--prod", "--format", "json"), ("inspect", good), ("rollback", good, "--yes"), ("rollback", "status")):
        assert client.run(*words).returncode == 0
    assert client.calls()
    assert [call for call in client.calls() if call[1] >= 400] == []


def test_the_vendor_s_sdk_finds_every_answer_valid(client: Client) -> None:
    module = npm_clients.install("vercel-sdk")
    vercel, known = client.sandbox.run["vercel"], client.deployments()
    client.sandbox.patch("app", rolling_release={"canary": "v1.4.1", "state": "COMPLETE"})
    project = client.sandbox.run["components"]["app"]["project_id"]
    script = Path(__file__).with_name("vercel_sdk.mjs")
    canary = client.sandbox.add("app", tag="v1.5.0")
    words = [str(module), vercel["url"], vercel["token"], vercel["team_id"], project, known["v1.4.1"]["id"], known["v1.4.2"]["id"], canary]
    done = subprocess.run(["node", str(script), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    assert "404" in said.pop("unknown deployment")
    assert "404" in said.pop("deleted deployment")
    assert "409" in said.pop("rollback to what serves")
    assert len(said) == 30
    assert {name: verdict for name, verdict in said.items() if verdict != "valid"} == {}

# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables, logs and what else these topics ask: the vendor's own client and SDK work against the sandbox."""

from __future__ import annotations

import json
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.contract.test_vercel_client import Client
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    executable = npm_clients.install("vercel")
    with Sandbox(clock="real", state_file=tmp_path / "sandbox" / "run.json") as sandbox:
        yield Client(executable, sandbox, tmp_path)


def listed(client: Client) -> list[t.Any]:
    done = client.run("env", "ls", "production", "--format", "json")
    assert done.returncode == 0, done.stderr
    return [(it["key"], it["type"], it["target"]) for it in json.loads(done.stdout)["envs"]]


def changes(client: Client) -> list[tuple[str, int]]:
    return [(entry["operation"], entry["status"]) for entry in client.sandbox.journal(changes=True, vendor="vercel")]


def test_a_variable_is_added_changed_listed_and_removed(client: Client) -> None:
    assert listed(client) == []
    done = client.run("env", "add", "API_KEY", "production", "--value", "a-secret-value", "--yes")
    assert done.returncode == 0, done.stderr
    # The client makes it sensitive where nothing else is said.
    assert listed(client) == [("API_KEY", "sensitive", ["production"])]

    done = client.run("env", "add", "API_KEY", "production", "--value", "a-secret-value", "--yes")
    assert done.returncode == 1 and "already" in done.stderr
    done = client.run("env", "add", "API_KEY", "production", "--force", "--value", "another-value", "--yes")
    assert done.returncode == 0, done.stderr
    done = client.run("env", "update", "API_KEY", "production", "--value", "third-value", "--yes")
    assert done.returncode == 0, done.stderr
    # It sends no key with the edit.
    edit = next(entry for entry in client.sandbox.journal(changes=True, vendor="vercel") if entry["method"] == "PATCH")
    assert "key" not in edit["body"] and edit["body"]["value"] == "third-value"

    done = client.run("env", "rm", "API_KEY", "production", "--yes")
    assert done.returncode == 0, done.stderr
    assert listed(client) == []
    assert changes(client) == [
        ("POST /v10/projects/{id}/env", 201),
        ("POST /v10/projects/{id}/env", 400),
        ("POST /v10/projects/{id}/env", 201),
        ("PATCH /v10/projects/{id}/env/{id}", 200),
        ("DELETE /v10/projects/{id}/env/{id}", 200),
    ]
    assert [call for call in client.calls() if call[1] == 404] == []


def test_variables_are_pulled_into_a_file(client: Client, tmp_path: Path) -> None:
    client.sandbox.patch("app", env=[{"key": "MODE", "value": "fast"}, {"key": "API_KEY", "value": "x", "type": "sensitive"}])
    done = client.run("env", "pull", ".env.production", "--environment", "production", "--yes")
    assert done.returncode == 0, done.stderr
    assert 'MODE="fast"' in (tmp_path / ".env.production").read_text(encoding="utf-8")


def test_the_log_of_a_build_and_of_the_runtime(client: Client) -> None:
    deployment = client.deployments()["v1.4.2"]["id"]
    client.sandbox.patch("app", "v1.4.2", runtime_log=[{"message": "checkout failed", "level": "error"}])
    done = client.run("inspect", deployment, "--logs")
    assert done.returncode == 0, done.stderr
    assert "Creating an optimized production build" in done.stdout + done.stderr
    done = client.run("logs", "--deployment", deployment)
    assert done.returncode == 0, done.stderr
    assert "checkout failed" in done.stdout
    assert [call for call in client.calls() if call[1] >= 400] == []


def test_the_vendor_s_sdk_finds_every_answer_of_these_topics_valid(client: Client) -> None:
    module = npm_clients.install("vercel-sdk")
    vercel, project = client.sandbox.run["vercel"], client.sandbox.run["components"]["app"]["project_id"]
    script = Path(__file__).with_name("vercel_sdk_looks.mjs")
    words = [str(module), vercel["url"], vercel["token"], vercel["team_id"], project, client.deployments()["v1.4.2"]["id"]]
    done = subprocess.run(["node", str(script), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, str] = json.loads(done.stdout)
    assert "404" in said.pop("unknown env")
    assert len(said) == 13
    assert {name: verdict for name, verdict in said.items() if verdict != "valid"} == {}

# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own ``convex`` client works against the sandbox, and never leaves this machine.

Both ways in: as for a deployment that somebody hosts (address and admin key), and as for the vendor's cloud (a deploy key, of
which the client asks the vendor's provisioning host where the deployment is; the sandbox stands in for that host). Keys are
made by somebody who is logged in. The client lives in real time, so the sandbox does too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import typing as t
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.sandbox.convex.shop import FUNCTIONS, USUAL
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)
WAYS = ("self-hosted", "cloud")
SHOP = """import { queryGeneric } from "convex/server";
export const hello = queryGeneric({ args: {}, handler: async () => "hello" });
"""
SCHEMA = """import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ users: defineTable({ name: v.string() }) }, { schemaValidation: false });
"""


class Client:
    def __init__(self, executable: Path, sandbox: Sandbox, folder: Path, way: str) -> None:
        self._executable, self.sandbox, self.folder, self.way = executable, sandbox, folder, way
        self.refused = folder.parent / "refused"
        (folder / "convex").mkdir(parents=True)
        (folder / "package.json").write_text('{"name": "shop", "dependencies": {"convex": "*"}}', encoding="utf-8")
        (folder / "node_modules").symlink_to(executable.parents[1])

    def environment(self, key: str | None = None) -> dict[str, str]:
        convex = self.sandbox.run["convex"]
        quiet = {"CI": "1", "NO_COLOR": "1", "CONVEX_VERSION_API_ORIGIN": convex["url"], "REFUSED_HOSTS": str(self.refused)}
        guard = f"--require={Path(__file__).with_name('loopback_only.cjs')}"
        base = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "NODE_OPTIONS": guard, **quiet}
        if self.way == "logged-in":
            login = {"CONVEX_OVERRIDE_ACCESS_TOKEN": convex["personal_token"], "CONVEX_DEPLOYMENT": f"prod:{convex['deployment']}"}
            return {**base, "CONVEX_PROVISION_HOST": convex["url"], **login}
        if self.way == "self-hosted":
            return {**base, "CONVEX_SELF_HOSTED_URL": convex["url"], "CONVEX_SELF_HOSTED_ADMIN_KEY": key or convex["admin_key"]}
        return {**base, "CONVEX_PROVISION_HOST": convex["url"], "CONVEX_DEPLOY_KEY": key or convex["deploy_key"]}

    def start(self, *words: str, key: str | None = None) -> subprocess.Popen[str]:
        command = [str(self._executable), *words]
        pipes: dict[str, t.Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment(key), text=True, **pipes)

    def run(self, *words: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, key=key)
        try:
            stdout, stderr = process.communicate(timeout=180)
        finally:
            process.kill()
        return subprocess.CompletedProcess(words, process.returncode, stdout, stderr)

    def good(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", self.sandbox.state("functions"))

    def calls(self) -> list[str]:
        return [entry["operation"] for entry in self.sandbox.journal(vendor="convex")]


@pytest.fixture(scope="module")
def executable() -> Path:
    return npm_clients.install("convex")


@pytest.fixture(scope="module")
def real_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(clock="real", state_file=tmp_path_factory.mktemp("sandbox") / "run.json") as sandbox:
        yield sandbox


@pytest.fixture(params=WAYS)
def client(executable: Path, real_time: Sandbox, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Client]:
    real_time.scenario("bad-release")
    made = Client(executable, real_time, tmp_path / "project", request.param)
    yield made
    assert not made.refused.exists(), made.refused.read_text(encoding="utf-8")


@pytest.fixture
def hosted(executable: Path, real_time: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """One way is enough where the way in makes no difference."""
    real_time.scenario("bad-release")
    made = Client(executable, real_time, tmp_path / "project", "self-hosted")
    yield made
    assert not made.refused.exists(), made.refused.read_text(encoding="utf-8")


def test_environment_variables(client: Client) -> None:
    listed = client.good("env", "list")
    assert "APP_ENV=production" in listed and "EMAIL_API_KEY=" in listed
    client.good("env", "set", "NEW_FLAG", "on")
    assert client.good("env", "get", "NEW_FLAG") == "on\n"
    client.good("env", "remove", "NEW_FLAG")
    assert "NEW_FLAG" not in client.state()["variables"]
    missing = client.run("env", "get", "NEW_FLAG")
    # The client says so, and still ends well.
    assert missing.returncode == 0 and missing.stdout == "" and "not found" in missing.stderr
    refused = client.run("env", "set", "1BAD", "x")
    assert refused.returncode == 1 and "EnvironmentVariableNameInvalid" in refused.stderr
    provisioned = "POST /api/deployment/url_for_key" in client.calls()
    assert provisioned == (client.way == "cloud")


def test_run(client: Client) -> None:
    assert json.loads(client.good("run", "health:check"))["version"] == "v1.4.1"
    assert json.loads(client.good("run", "maintenance:cleanup", '{"olderThan": 1000}')) == {"deleted": 0}
    assert json.loads(client.good("run", "integrity:orphans", "--identity", '{"name": "ops"}')) == []
    unknown = client.run("run", "missing:fn")
    assert unknown.returncode == 1 and "Could not find function" in unknown.stderr
    # The client lists what there is instead.
    assert all(f"{path.partition(':')[0]}:{path.partition(':')[2]}" in unknown.stderr for path in FUNCTIONS)
    thrown = client.run("run", "reports:broken")
    assert thrown.returncode == 1 and "a report needs rows" in thrown.stderr


def test_data(client: Client) -> None:
    assert client.good("data").split() == sorted(USUAL)
    rows = client.good("data", "orders", "--limit", "100", "--format", "jsonl").splitlines()
    # The client writes 64-bit integers as JavaScript does.
    assert len(rows) == USUAL["orders"] and all('"total":' in row.replace(" ", "") and "n," in row for row in rows)


def test_export_and_import(client: Client) -> None:
    client.good("export", "--path", "first.zip", "--include-file-storage")
    archive = zipfile.ZipFile(client.folder / "first.zip")
    assert archive.testzip() is None and "_storage/documents.jsonl" in archive.namelist()
    user = json.loads(client.good("run", "users:list", '{"limit": 1}'))[0]["_id"]
    client.good("run", "users:remove", json.dumps({"id": user}))
    done = client.run("import", "--replace", "-y", "first.zip")
    assert done.returncode == 0, done.stderr
    assert f"Added {sum(USUAL.values()) + 3} documents" in done.stderr and "Import change summary" in done.stderr
    assert client.state()["tables"] == USUAL and json.loads(client.good("run", "integrity:orphans")) == []
    exists = client.run("export", "--path", "first.zip")
    assert exists.returncode == 1 and "already exists" in exists.stderr


def test_import_of_one_table(hosted: Client) -> None:
    (hosted.folder / "users.jsonl").write_text('{"name": "A"}\n{"name": "B"}\n', encoding="utf-8")
    refused = hosted.run("import", "--table", "users", "users.jsonl")
    assert refused.returncode == 1 and "Table users already exists" in refused.stderr
    hosted.good("import", "--table", "users", "--append", "-y", "users.jsonl")
    assert hosted.state()["tables"]["users"] == USUAL["users"] + 2
    hosted.good("import", "--table", "extra", "users.jsonl")
    assert hosted.state()["tables"]["extra"] == 2


def test_logs(hosted: Client) -> None:
    hosted.run("run", "reports:broken")
    process = hosted.start("logs", "--history", "5", "--jsonl")
    try:
        assert process.stdout is not None
        entry = json.loads(process.stdout.readline())
        assert (entry["identifier"], entry["logLines"][0]["messages"]) == ("reports.js:broken", ["about to fail"])
        hosted.good("run", "health:check")
        assert json.loads(process.stdout.readline())["identifier"] == "health.js:check"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.communicate()


def test_deploy(client: Client) -> None:
    (client.folder / "convex" / "shop.ts").write_text(SHOP, encoding="utf-8")
    (client.folder / "convex" / "schema.ts").write_text(SCHEMA, encoding="utf-8")
    options = ("deploy", "-y", "--typecheck", "disable", "--codegen", "disable", "--message", "release v1.5")
    dry = client.run(*options, "--dry-run")
    assert dry.returncode == 0 and "Would have deployed" in dry.stderr, dry.stderr
    assert client.state()["effects"]["pushes"] == 0
    done = client.run(*options)
    assert done.returncode == 0 and "Deployed Convex functions" in done.stderr, done.stderr
    state = client.state()
    assert (state["effects"]["pushes"], state["serving"]["message"]) == (1, "release v1.5")
    client.sandbox.patch("functions", schema_error="Document in users lacks a name")
    refused = client.run(*options)
    assert refused.returncode == 1 and "Schema validation failed" in refused.stderr
    assert client.state()["effects"]["pushes"] == 1


def test_function_spec(hosted: Client) -> None:
    spec = json.loads(hosted.good("function-spec"))
    assert spec["url"] == hosted.sandbox.run["convex"]["url"] and len(spec["functions"]) == len(FUNCTIONS)


def test_the_client_names_what_a_key_may_not_do(hosted: Client) -> None:
    hosted.way = "cloud"
    done = hosted.run("env", "list", key=hosted.sandbox.run["convex"]["ci_key"])
    assert done.returncode == 1 and "deployment:env:view" in done.stderr
    other = hosted.run("env", "list", key=hosted.sandbox.run["convex"]["other"]["deploy_key"])
    assert other.returncode == 1 and "was invalid for deployment 'happy-otter-123'" in other.stderr


def test_deploy_keys_of_somebody_who_is_logged_in(hosted: Client) -> None:
    hosted.way = "logged-in"
    key = hosted.good("deployment", "token", "create", "from-the-client").strip()
    assert key.startswith("prod:happy-otter-123|")
    assert "APP_ENV=production" in hosted.good("env", "list")
    hosted.way = "cloud"
    assert "APP_ENV=production" in hosted.run("env", "list", key=key).stdout
    hosted.way = "logged-in"
    hosted.good("deployment", "token", "delete", key)
    assert "from-the-client" not in [each["name"] for each in hosted.state()["keys"]]
    hosted.way = "cloud"
    assert hosted.run("env", "list", key=key).returncode == 1


def test_every_request_of_the_client_is_known_to_the_sandbox(client: Client) -> None:
    client.good("env", "list")
    client.good("data")
    client.good("run", "health:check")
    asked = [entry for entry in client.sandbox.journal(vendor="convex") if "version" not in entry["path"]]
    assert asked and [entry["path"] for entry in asked if entry["status"] not in (101, 200)] == []


def test_the_guard_refuses_everybody_else(hosted: Client) -> None:
    done = subprocess.run(
        ["node", "-e", "fetch('http://192.0.2.7:8080/').catch((e) => console.log(e.cause.message))"],
        env=hosted.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "refused: 192.0.2.7" in done.stdout
    assert hosted.refused.read_text(encoding="utf-8") == "192.0.2.7:8080\n"
    hosted.refused.unlink()

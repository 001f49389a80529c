# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploying with the vendor's own client, here a small script that says what it was given."""

from __future__ import annotations

import json
import pathlib
import sys
import time
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client, deploy, management
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import KEY, NAME, URL, Json, of_module

HOSTED = "shop|convex-hosted-test-4Nb7Mk2Zx8Qs1"
SCRIPT = """import json, os, sys
keys = {k: v for k, v in os.environ.items() if "CONVEX" in k}
print(json.dumps({"argv": sys.argv[1:], "cwd": os.getcwd(), "stdin": sys.stdin.read(), "env": keys}), flush=True)
print(os.environ.get("CONVEX_DEPLOY_KEY"), os.environ.get("BUILD_TOKEN"), file=sys.stderr)
print("\\x1b[31mred\\x1b[0m {{ lookup('env', 'HOME') }} \\x07")
"""
TOKEN = "convex-build-token-test-6Hs3Tf"


@pytest.fixture
def shop(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    for name in deploy.SELECTORS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "package.json").write_text("{}", encoding="utf-8")
    return tmp_path


def run(shop: pathlib.Path, script: str = SCRIPT, check: bool = False, **params: t.Any) -> Json:
    (shop / "client.py").write_text(script, encoding="utf-8")
    common: Json = {"push_message": None, "typecheck": "try", "codegen": "enable", "cmd": None, "cmd_url_env_var_name": None, "api_url": management.API_URL}
    return of_module(deploy.execute, check, **{**common, "project_dir": str(shop), "command": [sys.executable, "client.py"], **params})


def seen(shop: pathlib.Path, script: str = SCRIPT, **params: t.Any) -> Json:
    """What the client was given, secrets included."""
    kept = shop / "kept.json"
    assert not run(shop, f"{script}\nopen({str(kept)!r}, 'w').write(json.dumps(dict(os.environ)))\n", **params).get("failed")
    return t.cast(Json, json.loads(kept.read_text(encoding="utf-8")))


def told(result: Json) -> Json:
    return t.cast(Json, json.loads(result["deploy"]["output"][0]))


def test_the_client_is_run_in_the_folder_without_input(shop: pathlib.Path) -> None:
    result = run(shop, push_message="it's v1.5", cmd="npm run build", cmd_url_env_var_name="VITE_CONVEX_URL", typecheck="disable")
    expected = ["deploy", "-y", "--typecheck", "disable", "--codegen", "enable", "--message=it's v1.5", "--cmd=npm run build"]
    assert told(result)["argv"] == [*expected, "--cmd-url-env-var-name=VITE_CONVEX_URL"]
    assert (told(result)["cwd"], told(result)["stdin"]) == (str(shop), "")
    assert (result["deploy"]["dry_run"], result["deploy"]["deployment"], result["changed"]) == (False, NAME, True)
    assert [change["operation"] for change in result["changes"]] == ["deploy"]


def test_check_mode_is_a_dry_run(shop: pathlib.Path) -> None:
    plan, done = run(shop, check=True, push_message="v1.5"), run(shop, push_message="v1.5")
    assert told(plan)["argv"] == [*told(done)["argv"], "--dry-run"]
    assert (plan["changes"], plan["diff"], plan["changed"]) == (done["changes"], done["diff"], True)


def test_the_key_is_in_the_environment_and_nowhere_else(shop: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUILD_TOKEN", TOKEN)
    result = run(shop)
    assert KEY not in str(result)
    assert KEY.partition("|")[2] not in str(result)
    assert TOKEN not in str(result)
    assert seen(shop)["CONVEX_DEPLOY_KEY"] == KEY
    assert result["deploy"]["output"][1:] == ["******** ********", "red {{ lookup('env', 'HOME') }} ?"]


def test_nothing_leads_the_client_elsewhere(shop: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in deploy.SELECTORS:
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("CONVEX_VERSION_API_ORIGIN", "kept")
    cloud = {name: value for name, value in seen(shop).items() if "CONVEX" in name}
    assert cloud == {"CONVEX_DEPLOY_KEY": KEY, "CONVEX_VERSION_API_ORIGIN": "kept"}
    there = seen(shop, api_url="https://api.example.com/v1")
    assert there["CONVEX_PROVISION_HOST"] == "https://api.example.com"


def test_a_self_hosted_deployment_has_its_pair(shop: pathlib.Path) -> None:
    given = {name: value for name, value in seen(shop, deploy_key=HOSTED).items() if "CONVEX" in name}
    assert given == {client.SELF_HOSTED_KEY: HOSTED, client.SELF_HOSTED_URL: URL}


def test_a_client_may_be_a_path_of_the_app(shop: pathlib.Path) -> None:
    own = shop / "own"
    own.write_text("#!/bin/sh\necho here", encoding="utf-8")
    own.chmod(0o700)
    assert run(shop, command=["./own"])["deploy"]["output"] == ["here"]


@pytest.mark.parametrize("check", [True, False])
def test_a_client_that_refuses_fails_the_task(shop: pathlib.Path, check: bool) -> None:
    script = "import sys\nprint('Schema validation failed: {{ x }}\\x1b[2J')\nsys.exit(3)"
    failure = run(shop, script, check)["failure"]
    assert (failure["kind"], failure["code"]) == ("failed", "exit_3")
    assert "Schema validation failed: {{ x }}" in failure["message"]
    assert "\x1b" not in failure["message"]


def test_a_client_that_takes_too_long_is_ended_with_its_children(shop: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = """import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("working", flush=True)
open("pid", "w").write(str(child.pid))
os.rename("pid", "child")
time.sleep(600)
"""

    def left(_deadline: clock.Deadline) -> float:
        """Time is over as soon as the client has begun to work, however slow the machine is."""
        until((shop / "child").exists)
        return 0.0

    monkeypatch.setattr(clock.Deadline, "left", left)
    monkeypatch.setattr(programs, "GRACE", 0.2)
    failure = run(shop, script)["failure"]
    assert (failure["kind"], "working" in failure["message"]) == ("unknown", True)
    until(lambda: is_over(int((shop / "child").read_text())))


def is_over(process: int) -> bool:
    """It is gone, or it waits for its new parent to take notice."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def until(is_so: t.Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_output_without_an_end_is_cut(shop: pathlib.Path) -> None:
    output = run(shop, "print('\\n'.join(f'line {n}' + 'x' * 2000 for n in range(9999)))")["deploy"]["output"]
    assert len(output) <= programs.MOST_LINES
    assert max(map(len, output)) == programs.LONGEST_LINE
    assert output[-1].startswith("line 9998")


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"project_dir": "/nowhere"}, "invalid"),
        ({"command": []}, "invalid"),
        ({"command": ["there-is-no-such-client"]}, "invalid"),
        ({"command": ["./there-is-no-such-client"]}, "invalid"),
        ({"deploy_key": "opaque-4Gd8Kw2Zx6Vn"}, "auth"),
        ({"deploy_key": "prod:happy-animal-123"}, "auth"),
        ({"deployment": "calm-cow-4"}, "refused"),
        ({"allow": "read"}, "refused"),
        ({"api_url": "http://api.example.com"}, "invalid"),
    ],
)
def test_what_cannot_be_is_refused(shop: pathlib.Path, params: Json, kind: str) -> None:
    failure = run(shop, **params)["failure"]
    assert failure["kind"] == kind
    assert failure["hint"]

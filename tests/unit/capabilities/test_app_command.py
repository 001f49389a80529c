# SPDX-License-Identifier: GPL-3.0-or-later
"""A command of the application: what it is given, how it is judged, and what is shown of it."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import app_command
from ansible_collections.saasops.runbooks.plugins.module_utils.core import programs
from ansible_collections.saasops.runbooks.plugins.modules import app_command as module
from ansible_collections.saasops.runbooks.tests.integration.tasks import Json
from ansible_collections.saasops.runbooks.tests.integration.tasks import run as run_module

TOKEN = "app-command-test-token-8Kd2Vn6Wq"
PASSWORD = "app-command-test-password-3Rt9Lm"


def python(script: str, **options: t.Any) -> Json:
    return {"argv": [sys.executable, "-c", script], "name": "script", **options}


def asked(folder: pathlib.Path, script: str, check: bool = False, **options: t.Any) -> Json:
    return run_module(module, {**python(script), "chdir": str(folder), **options}, check)


def test_it_runs_in_its_folder_without_a_shell(tmp_path: pathlib.Path) -> None:
    words = ["$HOME", "; touch gone", "a b", "`id`", "*"]
    script = "import json, os, sys; print(json.dumps({'words': sys.argv[1:], 'folder': os.getcwd(), 'input': sys.stdin.read()}))"
    result = run_module(module, {"argv": [sys.executable, "-c", script, *words], "chdir": str(tmp_path)})
    assert json.loads(result["command"]["output"][0]) == {"words": words, "folder": str(tmp_path), "input": ""}
    assert (result["verdict"], result["changed"], list(tmp_path.iterdir())) == ("pass", True, [])
    assert [change["operation"] for change in result["changes"]] == ["run"]


def test_only_what_is_named_of_the_environment_reaches_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_TOKEN", TOKEN)
    monkeypatch.setenv("APP_MODE", "production")
    monkeypatch.setenv("DATABASE_URL", f"postgresql://app:{PASSWORD}@db.example.com/app")
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD", "never-passed-on")
    script = "import os; print(sorted(os.environ)); print(os.environ.get('APP_TOKEN'), os.environ.get('DATABASE_URL'), os.environ.get('APP_MODE'))"
    bare = asked(tmp_path, script)
    assert bare["command"]["output"][1] == "None None None"
    assert "ANSIBLE_VAULT_PASSWORD" not in bare["command"]["output"][0]
    named = asked(tmp_path, script, pass_environment=["APP_TOKEN", "DATABASE_URL", "APP_MODE"])
    assert named["command"]["output"][1] == "******** postgresql://app:********@db.example.com/app production"
    assert TOKEN not in str(named) and PASSWORD not in str(named)
    absent = asked(tmp_path, script, pass_environment=["APP_NOWHERE"])
    assert absent["failed"] and "APP_NOWHERE is not set" in absent["msg"]


@pytest.mark.parametrize(
    ("script", "options", "verdict", "reason"),
    [
        ("raise SystemExit(0)", {}, "pass", "ended with 0"),
        ("raise SystemExit(3)", {}, "fail", "ended with 3, not 0"),
        ("raise SystemExit(3)", {"exit_codes": [0, 3]}, "pass", "ended with 3"),
        ("raise SystemExit(0)", {"exit_codes": [1, 2]}, "fail", "ended with 0, not 1 or 2"),
        ('print(\'> app@1.0.0 health\\n> node health\\n\\n{"status": "ok"}\')', {"conditions": ["status == 'ok'"]}, "pass", "ended with 0"),
        ('print(\'{"status": "down"}\')', {"conditions": ["status == 'ok'"]}, "fail", "not true: status == 'ok'"),
        ("print('all is well')", {"conditions": ["status == 'ok'"]}, "inconclusive", "is no JSON"),
        ("print('{\"high\": 4}')", {"value": "high"}, "pass", "ended with 0"),
        ('print(\'{"high": "4"}\')', {"value": "high"}, "inconclusive", "no number at high"),
        ("print('{\"low\": 4}')", {"value": "high"}, "inconclusive", "no number at high"),
        ("import time; print('begun', flush=True); time.sleep(60)", {"timeout": "0.3s"}, "error", "had not ended after 0.3 s"),
    ],
)
def test_how_it_ended_and_what_it_said_is_the_verdict(tmp_path: pathlib.Path, script: str, options: Json, verdict: str, reason: str) -> None:
    result = asked(tmp_path, script, reads_only=True, **options)
    assert (result["verdict"], result["changed"], result["changes"]) == (verdict, False, []), result
    [check] = result["checks"]
    assert reason in check["reason"]
    assert bool(check.get("next")) is (verdict != "pass")
    assert check["value"] == (4 if options.get("value") and verdict == "pass" else None)


def test_a_plan_runs_only_what_only_reads(tmp_path: pathlib.Path) -> None:
    script = "open('made', 'w').close()"
    plan = asked(tmp_path, script, check=True)
    assert (plan["checks"][0]["verdict"], plan["changed"], list(tmp_path.iterdir())) == ("skipped", True, [])
    done = asked(tmp_path, script)
    assert (done["changes"], done["diff"]) == (plan["changes"], plan["diff"])
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    (tmp_path / "made").unlink()
    assert asked(tmp_path, script, check=True, reads_only=True)["verdict"] == "pass"
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_what_it_says_decides_whether_it_changed_something(tmp_path: pathlib.Path) -> None:
    rule = {"changed_if": "removed > `0`"}
    assert asked(tmp_path, "print('{\"removed\": 3}')", **rule)["changed"]
    assert not asked(tmp_path, "print('{\"removed\": 0}')", **rule)["changed"]
    # One that was stopped may have.
    assert asked(tmp_path, "import time; time.sleep(60)", timeout="0.2s", **rule)["changed"]


def test_a_run_that_may_only_read_runs_only_what_only_reads(tmp_path: pathlib.Path) -> None:
    refused = asked(tmp_path, "open('made', 'w').close()", allow="read")
    assert refused["failure"]["code"] == "allow" and list(tmp_path.iterdir()) == []
    assert asked(tmp_path, "pass", allow="read", reads_only=True)["verdict"] == "pass"


def test_what_is_declared_holds_and_the_task_goes_before_it(tmp_path: pathlib.Path) -> None:
    component = {
        "name": "app",
        "component_folder": str(tmp_path),
        "component_commands": {"audit": {"argv": [sys.executable, "-c", "raise SystemExit(1)"], "exit_codes": [0, 1], "reads_only": True}, "lint": None},
    }
    options: Json = {"component": component, "command": "audit"}
    result = run_module(module, options)
    assert (result["verdict"], result["command"]["name"], result["checks"][0]["component"]) == ("pass", "audit", "app")
    assert run_module(module, {**options, "exit_codes": [0]})["verdict"] == "fail"
    assert run_module(module, {**options, "reads_only": False})["changed"]
    assert app_command.settled({**dict.fromkeys(module.SPEC["argument_spec"]), "component": component, "command": "lint"})["argv"] == [
        "npm",
        "run",
        "--silent",
        "lint",
    ]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"argv": None}, "neither command nor argv"),
        ({"argv": None, "command": "audit"}, "declares no command audit"),
        ({"argv": []}, "neither command nor argv"),
        ({"argv": ["there-is-no-such-program"]}, "there is no program"),
        ({"chdir": "/there/is/no/such/folder"}, "there is no folder"),
        ({"conditions": ["status ="]}, "is not JMESPath"),
        ({"value": "a["}, "is not JMESPath"),
        ({"timeout": "soon"}, "timeout"),
        ({"argv": None, "command": "x", "component": {"component_commands": {"x": {"shell": "rm"}}}}, "has no setting shell"),
        ({"argv": None, "command": "x", "component": {"component_commands": {"x": {"argv": "npm test"}}}}, "not a list"),
        ({"argv": None, "command": "x", "component": {"component_commands": {"x": {"argv": ["true"], "reads_only": "yes"}}}}, "reads_only is 'yes'"),
        ({"argv": None, "command": "x", "component": {"component_commands": {"x": {"argv": ["true"], "exit_codes": ["0"]}}}}, "exit_codes holds '0'"),
    ],
)
def test_what_cannot_be_right_is_told_before_anything_runs(tmp_path: pathlib.Path, options: Json, complaint: str) -> None:
    result = asked(tmp_path, "open('made', 'w').close()", **options)
    assert result["failed"] and complaint in result["msg"], result
    assert not (tmp_path / "made").exists()


def test_what_it_prints_is_capped_and_harmless(tmp_path: pathlib.Path) -> None:
    result = asked(tmp_path, "print('x' * 4000); [print('line', n, '\\x1b[31m\\x07') for n in range(99)]")
    lines = result["command"]["output"]
    assert (len(lines), len(lines[0]), lines[-1]) == (programs.MOST_LINES, programs.LONGEST_LINE, "line 98 ?")
    flood = asked(tmp_path, "print('{\"a\": \"' + 'x' * 5000000 + '\"}')", value="a", reads_only=True)
    assert (flood["verdict"], flood["checks"][0]["reason"]) == ("inconclusive", "it printed more than 4 MB")

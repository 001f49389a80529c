# SPDX-License-Identifier: GPL-3.0-or-later
"""A verb as a job of CI: exit status, artifacts, and the summary for the CI's page."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest

from tests.harness.world import ROOT, TIMEOUT, World

JOB = ROOT / "extensions/ci/job.py"


def job(world: World, *arguments: str, more: tuple[str, ...] = ()) -> tuple[int, pathlib.Path, str]:
    """(exit status, folder of the run's artifacts, the page). The tokens are in the job's environment, as in CI."""
    artifacts, page = world.folder / "job", world.folder / "page.md"
    inventory = world.write_inventory("ci.yml", without=("vercel_token", "railway_token"))
    command = [sys.executable, str(JOB), *arguments, str(inventory), "--artifacts", str(artifacts), "--", *more]
    tokens = {f"{vendor.upper()}_TOKEN": world.sandbox_run[vendor]["token"] for vendor in ("vercel", "railway")}
    environment = {**world.environment(), **tokens, "GITHUB_STEP_SUMMARY": str(page)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    folders = list((artifacts / "artifacts").glob("*"))
    assert len(folders) == 1, done.stdout + done.stderr
    return done.returncode, folders[0], page.read_text(encoding="utf-8")


def test_a_bad_look_fails_the_job_and_its_page_says_why(world: World, sandbox_process: t.Any) -> None:
    status, folder, page = job(world, "health", more=("-e", "health_recheck_after=0s"))
    assert status == 2 == int((folder / "rc").read_text())
    assert (folder / "status").read_text() == "failed"
    assert "health FAIL" in (folder / "stdout").read_text(encoding="utf-8")
    assert page.startswith("## health: fail\n\nExit status 2, ")
    assert "| app | fail |" in page and "| dashboard | pass |" in page
    assert "| app | /health | fail | 503 (database check failing) |" in page
    kept = "".join(path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*") if path.is_file())
    assert [name for name, secret in sandbox_process.secrets().items() if secret in kept] == []


def test_a_rollback_passes_and_its_page_tells_the_changes(world: World) -> None:
    status, folder, page = job(world, "rollback")
    assert (status, (folder / "rc").read_text()) == (0, "0")
    assert page.startswith("## rollback: done\n") and "| app | done |" in page
    assert "| vercel request&#95;rollback |" in page


def test_a_refused_run_says_so_and_what_to_do(world: World) -> None:
    status, _folder, page = job(world, "rollback", more=("-e", "rollback_too=v1"))
    assert status == 2
    assert page.startswith("## rollback: not begun\n") and "there is no variable rollback&#95;too" in page and "Did you mean rollback&#95;to" in page
    assert world.changes() == []


def test_what_others_say_stays_text() -> None:
    sys.path.insert(0, str(JOB.parent))
    try:
        import job as module
    finally:
        sys.path.remove(str(JOB.parent))
    check = {"component": "app", "name": "x", "verdict": "fail", "reason": "<img src=x> | [a](b) `c`\n# d @everyone"}
    page = module.summary("health", "i.yml", 2, {"word": "fail", "checks": [check] * 60, "outcomes": {}}, "")
    row = next(line for line in page.splitlines() if "img" in line)
    assert row == "| app | x | fail | &lt;img src=x&gt; &#124; &#91;a&#93;(b) &#96;c&#96; # d &#64;everyone |"
    assert "| and 10 more |  |  |  |" in page


def test_a_verb_that_there_is_not_is_refused() -> None:
    done = subprocess.run([sys.executable, str(JOB), "roll", "x.yml"], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 1 and "There is no verb roll. There are: backup, backup_verify, db_integrity" in done.stderr


@pytest.mark.parametrize(("events", "told"), [([], ({}, "")), ([{"event": "playbook_on_stats", "event_data": {}}], ({}, ""))])
def test_a_run_that_told_nothing(events: list[dict[str, t.Any]], told: tuple[dict[str, t.Any], str]) -> None:
    code = "import json, sys, job; print(json.dumps(job.outcome(json.load(sys.stdin))))"
    done = subprocess.run([sys.executable, "-c", code], cwd=JOB.parent, input=json.dumps(events), capture_output=True, text=True, timeout=TIMEOUT, check=True)
    assert json.loads(done.stdout) == list(told)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios, the app's health, the control port, the run file, starting and ending."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.sandbox import scenario
from ansible_collections.saasops.runbooks.tests.sandbox.errors import Refused
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, ControlError, Sandbox
from ansible_collections.saasops.runbooks.tests.sandbox.world import ago, seconds_of

if t.TYPE_CHECKING:
    from .conftest import Vendors


# -- scenarios


@pytest.mark.parametrize(
    ("name", "app", "api", "dashboard"),
    [("bad-release", 503, 503, 200), ("healthy", 200, 200, 200), ("stuck", 503, 503, 200)],
)
def test_what_each_scenario_is_about(sandbox: Sandbox, vendors: Vendors, name: str, app: int, api: int, dashboard: int) -> None:
    sandbox.scenario(name, alias_seconds=0, deploy_seconds=0)
    assert [vendors.app(component).status_code for component in ("app", "api", "dashboard")] == [app, api, dashboard]
    assert vendors.rollback_app().status_code == 201
    assert vendors.rollback_api().status_code == 200
    cured = 503 if name == "stuck" else 200
    assert [vendors.app(component).status_code for component in ("app", "api")] == [cured, cured]


def test_a_bad_release_is_the_same_on_both_vendors_and_minutes_old(sandbox: Sandbox) -> None:
    app, api = sandbox.state("app"), sandbox.state("api")
    assert app["serving"]["commit"] == api["serving"]["commit"] and app["serving"]["commit"].startswith("9c1e2f0")
    assert app["serving"]["tag"] == "v1.4.2" and app["serving"]["bad"] and app["auto_assign"] and api["auto_deploy"]
    assert {it["tag"] for it in app["deployments"] if it["can_rollback"]} == {"v1.4.1", "v1.4.0"}
    assert {it["tag"] for it in api["deployments"] if it["can_rollback"]} == {"v1.4.2", "v1.4.1", "v1.4.0"}
    commits = {it["commit"] for component in ("app", "api") for it in sandbox.state(component)["deployments"]}
    assert not commits & {it["commit"] for it in sandbox.state("dashboard")["deployments"]}
    assert all(len(commit) == 40 for commit in commits)


@pytest.mark.parametrize("scale", [0, -1, 1.5, "many", True])
def test_a_scale_that_is_no_whole_number_is_refused(scale: t.Any) -> None:
    with pytest.raises(Refused, match="scale is"):
        scenario.load("bad-release", {"scale": scale})


def test_a_fleet_is_half_and_half(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.scenario("fleet", components=10)
    components = sandbox.run["components"]
    assert [component["vendor"] for component in components.values()] == ["vercel", "railway"] * 5
    assert {vendors.app(name).status_code for name in components} == {503}
    assert components["web-01"]["project"] == "web-01" and components["api-02"]["service"] == "api-02"


def test_a_misspelt_setting_or_scenario_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ControlError, match="alias_second"):
        sandbox.scenario("bad-release", alias_second=1)
    with pytest.raises(ControlError, match="bad-release, fleet, healthy, stuck"):
        sandbox.scenario("bad-relase")
    with pytest.raises(Refused):
        scenario.load("../control")
    assert sandbox.state()["scenario"] == "bad-release"


def test_the_same_seed_gives_the_same_ids(sandbox: Sandbox) -> None:
    ids = []
    for seed in (7, 7, 8):
        sandbox.scenario("bad-release", seed=seed)
        ids.append([it["id"] for it in sandbox.state("app")["deployments"]])
    assert ids[0] == ids[1] != ids[2]


def test_every_secret_is_known_also_one_that_was_made_for_a_client(sandbox: Sandbox, vendors: Vendors) -> None:
    known = sandbox.secrets()
    run = sandbox.run
    assert {run["vercel"]["token"], run["railway"]["account_token"], run["convex"]["team_token"]} <= set(known.values())
    assert {name for name in known if ".variable." in name} == {
        "railway.variable.api.JWT_SECRET",
        "railway.variable.api.DATABASE_PASSWORD",
        "convex.variable.EMAIL_API_KEY",
    }
    sandbox.patch("app", env=[{"key": "PAYMENT_KEY", "value": "payment-key-2Kd8Wm4Zx6Vt"}, {"key": "MODE", "value": "fast"}])
    assert [value for name, value in sandbox.secrets().items() if name.startswith("vercel: ")] == ["payment-key-2Kd8Wm4Zx6Vt"]
    place = {"projectId": run["railway"]["project_id"], "environmentId": run["railway"]["environment_id"], "name": "ci"}
    document = "mutation($input: ProjectTokenCreateInput!) { projectTokenCreate(input: $input) }"
    headers = {"Authorization": f"Bearer {run['railway']['account_token']}"}
    answer = requests.post(run["railway"]["url"], json={"query": document, "variables": {"input": place}}, headers=headers, timeout=10)
    assert answer.json()["data"]["projectTokenCreate"] in sandbox.secrets().values()
    sandbox.scenario("bad-release")
    assert answer.json()["data"]["projectTokenCreate"] not in sandbox.secrets().values()


def test_durations() -> None:
    assert [seconds_of(text) for text in ("90s", "4m", "2h", "3d", 5, "1.5m")] == [90, 240, 7200, 259200, 5, 90]
    assert ago(1000, "1m") == 940
    with pytest.raises(Refused):
        seconds_of("soon")


# -- the app


def test_health_follows_what_serves_and_deployments_have_their_own(sandbox: Sandbox, vendors: Vendors) -> None:
    answer = vendors.app("app").json()
    assert (answer["status"], answer["version"], answer["checks"]) == ("unhealthy", "v1.4.2", [{"name": "database", "status": "fail"}])
    known = {it["tag"]: it["id"] for it in sandbox.state("app")["deployments"]}
    url = sandbox.run["components"]["app"]["deployment_url"]
    good = requests.get(url.format(id=known["v1.4.1"]) + "/health", timeout=10)
    assert (good.status_code, good.json()["version"]) == (200, "v1.4.1")
    assert requests.get(url.format(id=known["v1.4.2-rc1"]) + "/health", timeout=10).status_code == 404
    assert requests.get(url.format(id="dpl_unknown") + "/health", timeout=10).status_code == 404
    assert vendors.app("dashboard", "").status_code == vendors.app("dashboard", "/any/path?x=1").status_code == 200
    assert requests.get(sandbox.run["app_url"] + "/production/nothing/health", timeout=10).status_code == 404


def test_ways_to_be_unwell(sandbox: Sandbox, vendors: Vendors) -> None:
    def healthy(**changes: t.Any) -> int:
        sandbox.patch("dashboard", **changes)
        return vendors.app("dashboard").status_code

    assert healthy(database_down=True) == 503
    assert healthy(database_down=False) == 200
    assert healthy(healthy=False) == 503
    assert healthy(healthy=None, flapping=True) != vendors.app("dashboard").status_code
    sandbox.patch("dashboard", flapping=False, html=True)
    assert vendors.app("dashboard").headers["Content-Type"].startswith("text/html")
    sandbox.patch("dashboard", html=False, slow_ms=250)
    assert vendors.app("dashboard").elapsed.total_seconds() > 0.2
    sandbox.patch("dashboard", slow_ms=0, protected=True)
    assert vendors.app("dashboard").status_code == 200
    deployment = sandbox.state("dashboard")["serving"]["id"]
    assert requests.get(sandbox.run["components"]["dashboard"]["deployment_url"].format(id=deployment), timeout=10).status_code == 401
    sandbox.patch("app", healthy=True)
    assert vendors.app("app").status_code == 200


# -- the control port


def test_the_journal_tells_what_was_asked_and_never_a_token(sandbox: Sandbox, vendors: Vendors) -> None:
    vendors.vercel()
    vendors.rollback_app()
    vendors.rollback_api()
    entries = sandbox.journal()
    assert [(entry["n"], entry["vendor"], entry["operation"], entry["changes"], entry["component"], entry["auth"]) for entry in entries] == [
        (1, "vercel", "GET /v9/projects/{id}", False, "app", "bearer"),
        (2, "vercel", "POST /v9/projects/{id}/rollback/{id}", True, "app", "bearer"),
        (3, "railway", "deploymentRollback", True, "api", "project"),
    ]
    assert entries[0]["connection"] == entries[1]["connection"] != entries[2]["connection"]
    assert entries[2]["body"]["variables"]["id"] in sandbox.state("api")["effects"]["rollbacks"]
    assert len(sandbox.journal(changes=True)) == 2 and len(sandbox.journal(vendor="railway")) == 1
    text = json.dumps(entries)
    assert not [token for token in _tokens(sandbox.run) if token in text]
    sandbox.clear_journal()
    assert sandbox.journal() == []


def _tokens(run: t.Any) -> list[str]:
    found = []
    for key, value in run.items():
        if isinstance(value, dict):
            found += _tokens(value)
        elif key.endswith(("token", "_key")):
            found.append(value)
    return found


def test_tokens_are_long_unique_and_outlive_a_scenario(sandbox: Sandbox) -> None:
    vendors = ("vercel", "railway", "convex", "shopify", "stripe", "slack", "pagerduty", "statuspage", "uptimerobot", "datadog", "sentry", "supabase", "atlas")
    before = {name: sandbox.run[name] for name in vendors}
    tokens = _tokens(sandbox.run)
    assert len(tokens) == len(set(tokens)) == 29 and all(len(token) >= 24 for token in tokens)
    sandbox.scenario("healthy")
    assert {name: sandbox.run[name] for name in vendors} == before


def test_a_browser_is_turned_away(sandbox: Sandbox) -> None:
    answer = requests.post(sandbox.run["control_url"] + "/kill", json={"pid": 5}, headers={"Origin": "https://example.com"}, timeout=10)
    assert answer.status_code == 403
    assert sandbox.kill_report()["armed"] is False


def test_a_request_that_makes_no_sense_is_refused_with_a_reason(sandbox: Sandbox) -> None:
    for path, body in (("/world", {"comp": "app"}), ("/world", {"component": "app", "push": {}, "add": {}}), ("/scenario", {"name": "x"})):
        with pytest.raises(ControlError):
            sandbox.ask("POST", path, body)
    with pytest.raises(ControlError, match="colour"):
        sandbox.push("app", colour="red")


def test_the_clock_can_be_advanced(sandbox: Sandbox, vendors: Vendors) -> None:
    member = ClockMember(sandbox.run["clock_url"], "g", 1)
    vendors.rollback_app()
    sandbox.advance(10)
    assert sandbox.state("app")["serving"]["tag"] == "v1.4.1"
    assert member.now() == sandbox.clock()["now"]
    member.close()


def test_a_client_in_real_time_sees_jobs_end_too(sandbox: Sandbox, vendors: Vendors) -> None:
    sandbox.scenario("bad-release", alias_seconds=0.3)
    vendors.rollback_app()
    time.sleep(0.6)
    assert vendors.vercel().json()["lastAliasRequest"]["jobStatus"] == "succeeded"


def test_the_state_of_a_new_world_is_clean(sandbox: Sandbox, vendors: Vendors) -> None:
    vendors.rollback_app()
    sandbox.fault("status", times=0)
    sandbox.scenario("bad-release")
    assert sandbox.journal() == [] and sandbox.ask("GET", "/faults")["faults"] == []
    assert sandbox.state("app")["effects"]["rollbacks"] == {}
    member = ClockMember(sandbox.run["clock_url"], "g", 1)
    member.sleep(60)
    member.close()
    assert sandbox.state("app")["serving"]["tag"] == "v1.4.2"


# -- the process


def test_it_tells_how_to_reach_it_and_cleans_up_after_itself(tmp_path: Path) -> None:
    sandbox = Sandbox(state_file=tmp_path / "run.json")
    assert stat.S_IMODE(os.stat(sandbox.state_file).st_mode) == 0o600
    assert sandbox.run["pid"] == sandbox.pid and sandbox.run["clock"] == "virtual"
    sandbox.stop()
    assert not sandbox.state_file.exists()
    assert sandbox.log_file.read_text(encoding="utf-8").count("\n") == 1


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    sandbox = Sandbox(state_file=tmp_path / "run.json")
    assert sandbox._process.stdin is not None
    sandbox._process.stdin.close()
    assert sandbox._process.wait(10) == 0
    assert not sandbox.state_file.exists()


def test_a_command_line_that_makes_no_sense_ends_with_a_message(tmp_path: Path) -> None:
    package = scenario.__package__
    assert package is not None
    for words in (["--scenario", "bad-relase"], ["--set", "alias_seconds"], ["--set", "colour=red"]):
        command = [sys.executable, "-m", package, "--state-file", str(tmp_path / "run.json"), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert (done.returncode, done.stderr.startswith("sandbox: ")) == (2, True), done.stderr


def test_on_the_real_clock_jobs_are_short_and_time_is_real(tmp_path: Path) -> None:
    with Sandbox("bad-release", clock="real", state_file=tmp_path / "run.json", alias_seconds=5) as sandbox:
        assert abs(sandbox.clock()["now"] - time.time()) < 5
        url = f"{sandbox.run['vercel']['url']}/v9/projects/hydrogen"
        options: dict[str, t.Any] = {
            "params": {"slug": sandbox.run["vercel"]["team"]},
            "headers": {"Authorization": f"Bearer {sandbox.run['vercel']['token']}"},
            "timeout": 10,
        }
        target = next(it["id"] for it in sandbox.state("app")["deployments"] if it["tag"] == "v1.4.1")
        assert requests.post(f"{url}/rollback/{target}", **options).status_code == 201
        time.sleep(0.4)
        assert requests.get(url, **options).json()["lastAliasRequest"]["jobStatus"] == "succeeded"
        with pytest.raises(ControlError, match="cannot be advanced"):
            sandbox.advance(5)

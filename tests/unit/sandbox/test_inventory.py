# SPDX-License-Identifier: GPL-3.0-or-later
"""Worlds like somebody's own: an inventory's components under their own names, with a scenario's releases and failures."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.sandbox import inventory, scenario
from ansible_collections.saasops.runbooks.tests.sandbox.errors import Refused
from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox
from tests.harness import systems

Json = dict[str, t.Any]


def health(sandbox: Sandbox, component: str) -> int:
    return requests.get(sandbox.run["components"][component]["url"] + "/health", timeout=10).status_code


def test_a_world_has_the_names_of_its_inventory(sandbox: Sandbox) -> None:
    sandbox.scenario("bad-release", {"components": systems.variables("tokpulse"), "addresses": {"database": "postgresql://app@127.0.0.1:5432/tokpulse"}})
    run = sandbox.run
    assert (run["vercel"]["team"], run["railway"]["project"], run["shopify"]["shop"]) == ("tokpulse", "tokpulse", "tokpulse.myshopify.com")
    assert {name: one["vendor"] for name, one in run["components"].items()} == {
        "api": "railway",
        "app": "vercel",
        "dashboard": "vercel",
        "Postgres": "railway",
        "Redis": "railway",
    }
    assert run["components"]["api"]["service"] == "tokpulse-partner-app" and run["components"]["app"]["project"] == "hydrogen"
    assert sandbox.state("app")["domains"].keys() == {"app.tokpulse.example.com"}
    assert sandbox.state("Postgres")["stored"]["DATABASE_PUBLIC_URL"] == "postgresql://app@127.0.0.1:5432/tokpulse"
    assert sandbox.state("Redis")["stored"]["REDIS_PUBLIC_URL"].startswith("redis://nobody@127.0.0.1:9/")
    assert [health(sandbox, name) for name in ("api", "app", "dashboard")] == [503, 503, 200]


def test_every_shipped_system_is_well_in_a_healthy_world(sandbox: Sandbox) -> None:
    found = {}
    for system in systems.SYSTEMS:
        for environment in ("production", "staging"):
            every = systems.variables(system, environment)
            sandbox.scenario("healthy", {"components": every})
            found[system, environment] = {name: health(sandbox, name) for name, facts in every.items() if "component_url" in facts}
    assert all(set(answers.values()) == {200} for answers in found.values()) and len(found) == 10, found
    sandbox.scenario("bad-release", {"components": systems.variables("shine")})
    assert health(sandbox, "api") == 503, "an app at any host breaks with its release"


def test_functions_and_environments_have_their_own_names(sandbox: Sandbox) -> None:
    sandbox.scenario("healthy", {"components": systems.variables("derrimut")})
    assert sandbox.run["convex"]["deployment"] == "happy-animal-123" and sandbox.run["sentry"]["organization"] == "derrimut"
    sandbox.scenario("healthy", {"components": systems.variables("tokpulse", "staging")})
    assert sandbox.run["railway"]["environment"] == "staging" and sandbox.run["railway"]["other"]["environment"] == "production"
    sandbox.scenario("healthy")
    assert sandbox.run["railway"]["environment"] == "production" and sandbox.run["vercel"]["team"] == "example-team"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "a world is a mapping"),
        ({"components": {}, "tokens": {}}, "a world has no tokens: addresses, components"),
        ({"components": {name: {"component_vendor": "vercel", "vercel_team": name} for name in ("a", "b")}}, "several of vercel_team .a, b."),
    ],
)
def test_a_world_that_cannot_be_is_refused(document: t.Any, said: str) -> None:
    with pytest.raises(Refused, match=said):
        inventory.world(document, scenario.load("healthy"))


def test_a_world_may_come_from_a_file(tmp_path: pathlib.Path) -> None:
    file, state = tmp_path / "world.json", tmp_path / "run.json"
    file.write_text(json.dumps({"components": systems.variables("atp")}), encoding="utf-8")
    command = [sys.executable, "-m", "tests.sandbox", "--world", str(file), "--scenario", "healthy", "--state-file", str(state), "--until-eof"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and "scenario healthy" in process.stdout.readline()
        assert json.loads(state.read_text(encoding="utf-8"))["components"]["app"]["project"] == "atp-membership"
    assert process.returncode == 0 and not state.exists()
    file.write_text("components: [", encoding="utf-8")
    assert subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False).returncode == 2

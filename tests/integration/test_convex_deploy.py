# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploying to the sandbox's Convex with the vendor's own client, which never leaves this machine."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import convex_deploy
from tests.harness.convex_project import GUARD, project
from tests.integration.convex_shop import run, state
from tests.integration.tasks import Json
from tests.tools import npm_clients

pytestmark = pytest.mark.timeout(npm_clients.PATIENCE)


@pytest.fixture
def shop(sandbox: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    for name, value in GUARD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CONVEX_VERSION_API_ORIGIN", sandbox.run["convex"]["url"])
    return project(tmp_path / "shop")


def deploy(world: t.Any, shop: pathlib.Path, check: bool = False, **options: t.Any) -> Json:
    convex = world.run["convex"]
    ours: Json = {"project_dir": str(shop), "api_url": convex["management_url"], "typecheck": "disable", "codegen": "disable", "deadline": "10m"}
    return run(world, convex_deploy, check, **{**ours, **options})


def test_code_is_planned_and_pushed(sandbox: t.Any, shop: pathlib.Path) -> None:
    plan = deploy(sandbox, shop, check=True, push_message="release v1.5")
    assert not plan.get("failed"), plan["failure"]["message"]
    assert any("Would have deployed" in line for line in plan["deploy"]["output"])
    assert state(sandbox)["effects"]["pushes"] == 0
    done = deploy(sandbox, shop, push_message="release v1.5")
    assert not done.get("failed"), done["failure"]["message"]
    assert any("Deployed Convex functions" in line for line in done["deploy"]["output"])
    assert (plan["changes"], plan["diff"]) == (done["changes"], done["diff"])
    now = state(sandbox)
    assert (now["effects"]["pushes"], now["serving"]["message"]) == (1, "release v1.5")
    assert sandbox.run["convex"]["deploy_key"] not in str([plan, done])


def test_an_admin_key_deploys_to_its_address(sandbox: t.Any, shop: pathlib.Path) -> None:
    assert deploy(sandbox, shop, deploy_key=sandbox.run["convex"]["admin_key"])["changed"]
    assert state(sandbox)["effects"]["pushes"] == 1
    assert "POST /api/deployment/url_for_key" not in [entry["operation"] for entry in sandbox.journal(vendor="convex")]


def test_a_schema_that_does_not_fit_is_told(sandbox: t.Any, shop: pathlib.Path) -> None:
    sandbox.patch("functions", schema_error="Document in users lacks a name")
    failure = deploy(sandbox, shop)["failure"]
    assert (failure["kind"], failure["code"], "lacks a name" in failure["message"]) == ("failed", "exit_1", True)
    assert state(sandbox)["effects"]["pushes"] == 0


def test_a_key_that_is_dead_is_told_and_not_shown(sandbox: t.Any, shop: pathlib.Path) -> None:
    wrong = "prod:happy-otter-123|wrong-6Gd1Kw9Px3Vn8Tj"
    result = deploy(sandbox, shop, deploy_key=wrong)
    assert result["failure"]["kind"] == "failed"
    assert "6Gd1Kw9Px3Vn8Tj" not in str(result)

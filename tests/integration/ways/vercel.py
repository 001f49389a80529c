# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Vercel."""

from __future__ import annotations

import typing as t

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look
from tests.sandbox.launch import Control

WRONG_TOKEN = "ways-test-wrong-8Hs3Tf6Yc1Rg9Uj4Nb7Mk2"
VALUE = "ways-test-value-6Lp4Xs9Qd2Vm8Kt1Wb5Zc7"
STORED = "ways-test-stored-3Nc8Wd5Jx7Gq2Pv9Tz4Ls"
SECRETS = (WRONG_TOKEN, VALUE, STORED)
APP, DASHBOARD = {"project": "hydrogen"}, {"project": "dashboard"}
NEEDED: dict[str, Json] = {
    "vercel_alias": {"project": "hydrogen", "alias": "next.example.com", "state": "absent"},
    "vercel_deployment": {"project": "hydrogen", "ref": "main"},
    "vercel_access_token_info": {},
    "vercel_deployment_info": {"project": "hydrogen"},
    "vercel_domain_info": {"project": "hydrogen"},
    "vercel_log_info": {"project": "hydrogen"},
    "vercel_env": {"project": "hydrogen", "variables": [{"key": "A", "value": VALUE, "target": ["production"]}]},
    "vercel_env_info": {"project": "hydrogen"},
    "vercel_firewall": {"project": "hydrogen", "attack_mode": False},
    "vercel_global_config_item": {"config": "shop-flags", "items": {"maintenance": True}},
    "vercel_global_config_item_info": {"config": "shop-flags"},
    "vercel_production": {"project": "hydrogen", "deployment": "d"},
    "vercel_project": {"project": "hydrogen", "auto_assign": True},
    "vercel_project_info": {"project": "hydrogen"},
    "vercel_rolling_release": {"project": "hydrogen", "enabled": False},
    "vercel_rolling_release_info": {"project": "hydrogen"},
}
BAD: list[tuple[str, Json]] = [
    ("vercel_production", {"deadline": -5}),
    ("vercel_production", {"deployment": None, "rebuild": True}),
    ("vercel_production", {"api_url": "http://api.example.com"}),
    ("vercel_production", {"token": WRONG_TOKEN}),
    ("vercel_deployment", {"ref": None}),
    ("vercel_deployment", {"ref": None, "sha": "77ab310"}),
    ("vercel_deployment", {"state": "absent", "deployment": "v1.4.1"}),
    ("vercel_deployment", {"ref": None, "state": "absent", "deployment": "v1.4.2"}),
    ("vercel_deployment_info", {"token": [WRONG_TOKEN]}),
    ("vercel_deployment_info", {"project": "nobody-knows-it"}),
    ("vercel_env", {"token": WRONG_TOKEN}),
    ("vercel_env", {"variables": [{"key": "A", "value": VALUE}]}),
    ("vercel_env", {"variables": [{"key": "A", "value": VALUE, "target": ["nowhere"]}]}),
    ("vercel_env", {"variables": [{"key": "A", "valeu": VALUE, "target": ["production"]}]}),
    ("vercel_env", {"variables": [{"key": VALUE + " ", "value": VALUE, "target": ["production"]}]}),
    ("vercel_access_token_info", {"token": WRONG_TOKEN}),
    ("vercel_access_token_info", {"token_id": "token_of_nobody"}),
    ("vercel_domain_info", {"domains": ["nowhere.example.com"]}),
    ("vercel_log_info", {"limit": 0}),
    ("vercel_log_info", {"source": "dreams"}),
    ("vercel_env_info", {"values": True}),
    ("vercel_firewall", {"attack_mode": True}),
    ("vercel_firewall", {"attack_mode": None}),
    ("vercel_firewall", {"rules": [{"name": "everybody", "addresses": ["0.0.0.0/0"], "expires_in": "1h"}]}),
    ("vercel_firewall", {"token": WRONG_TOKEN}),
    ("vercel_global_config_item", {"items": None}),
    ("vercel_global_config_item", {"config": "shop-flgs"}),
    ("vercel_global_config_item_info", {"config": "shop-flgs"}),
    ("vercel_env_info", {"target": "nowhere"}),
    ("vercel_alias", {"alias": "https://next.example.com"}),
    ("vercel_alias", {"state": "present"}),
    ("vercel_alias", {"alias": "app.example.com"}),
    ("vercel_project", {"auto_assign": None}),
    ("vercel_project", {"paused": True}),
    ("vercel_project_info", {"project": "nobody-knows-it"}),
    ("vercel_rolling_release", {"enabled": None}),
    ("vercel_rolling_release", {"state": "active"}),
    ("vercel_rolling_release", {"enabled": None, "stages": [{"percentage": 10, "duration": "90s"}, {"percentage": 100}]}),
    ("vercel_rolling_release", {"enabled": None, "stages": [{"percent": 10}]}),
    ("vercel_rolling_release", {"deployment": "v9.9.9", "state": "aborted"}),
    ("vercel_rolling_release_info", {"token": WRONG_TOKEN}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    building = world.sandbox.push("dashboard", tag="v0.8.2", build_seconds=10**6)
    _prepare(world.sandbox)
    return [*_looks(), *_configuration(), *_deployments(building), *_projects(), *_rolling(), *_production()]


def _prepare(sandbox: Control) -> None:
    """Two builds that nobody has seen yet, a log that ends, and variables that are to change."""
    sandbox.add("app", tag="v1.5.0")
    sandbox.add("app", tag="v1.5.1")
    sandbox.patch("app", "v1.4.2", runtime_log=[{"message": "one"}, {"message": "two", "level": "error"}])
    stored = [{"key": "MODE", "value": STORED, "target": ["production"]}, {"key": "OLD", "value": STORED, "target": ["preview"]}]
    places = [{"id": "env_qa", "slug": "qa", "type": "preview", "createdAt": 1, "updatedAt": 1}]
    sandbox.patch("dashboard", env=stored, env_list_decrypts=False, environments=places)


def _looks() -> list[Cycle | Look]:
    return [
        Look("vercel_access_token_info", {}, "access_token.id == 'token_user' && access_token.leaked_at == null"),
        Look("vercel_domain_info", APP, "length(domains) == `2` && domains[?misconfigured] == `[]`"),
        Look("vercel_log_info", {**APP, "deployment": "v1.4.2-rc1", "level": "error"}, "lines[].type == ['stderr']"),
        Look("vercel_log_info", {**APP, "source": "runtime"}, "lines[].text == ['one', 'two'] && ended == 'complete'"),
    ]


def _configuration() -> list[Cycle | Look]:
    rule = {"name": "scrapers", "addresses": ["198.51.100.0/24"], "expires_in": "24h"}
    on = {"attack_mode": True, "attack_mode_for": "2h", "rules": [rule]}
    off = {"attack_mode": False, "rules": [{"name": "scrapers", "state": "absent"}]}
    variables = [
        {"key": "PAYMENT_KEY", "value": VALUE, "target": ["production"], "version": "1"},
        {"key": "MODE", "value": "production", "target": ["production", "preview"], "type": "plain"},
    ]
    others = [
        {"key": "MODE", "value": VALUE, "target": ["production"]},
        {"key": "MODE", "value": "qa", "custom_environments": ["qa"], "type": "plain"},
        {"key": "OLD", "target": ["preview"], "state": "absent"},
    ]
    return [
        Cycle(
            "vercel_global_config_item",
            {"config": "shop-flags", "items": {"maintenance": True, "notice": {"text": "soon", "on": [1, None]}}, "absent": ["banner"]},
            "vercel_global_config_item_info",
            {"config": "shop-flags"},
            "config_items.maintenance && config_items.notice.on[0] == `1` && length(keys(config_items)) == `2`",
        ),
        Cycle(
            "vercel_firewall",
            {**APP, **on, "bypasses": [{"source": "203.0.113.7"}]},
            "vercel_firewall",
            {**APP, **on},
            "attack_mode.enabled && rules[0].how == 'already'",
        ),
        Cycle(
            "vercel_firewall",
            {**APP, **off, "bypasses": [{"source": "203.0.113.7", "state": "absent"}]},
            "vercel_firewall",
            {**APP, **off, "remove_expired": True},
            "attack_mode.enabled == `false` && rules[0].how == 'already'",
        ),
        Cycle(
            "vercel_env",
            {**APP, "variables": variables},
            "vercel_env_info",
            {**APP, "target": "production"},
            "variables[].[key, type, mark] == [['MODE', 'plain', variables[0].mark], ['PAYMENT_KEY', 'sensitive', 'version:1']]",
        ),
        Cycle(
            "vercel_env",
            {**DASHBOARD, "variables": others, "allow": "destroy"},
            "vercel_env_info",
            DASHBOARD,
            "variables[].[key, custom_environments] == [['MODE', ['qa']], ['MODE', `[]`]]",
        ),
    ]


def _deployments(building: str) -> list[Cycle | Look]:
    def act(shows: str, asked: Json, **options: t.Any) -> Cycle:
        return Cycle("vercel_deployment", options, "vercel_deployment_info", asked, shows)

    commit, built = "4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1", "length(deployments) == `1` && deployments[0].state == 'READY'"
    preview, cancelled, next_one = (
        {**APP, "target": "preview", "commit": "4d20c7e"},
        {**DASHBOARD, "deployment": "v0.8.2"},
        {**APP, "alias": "next.example.com"},
    )
    pointed: Json = {**APP, "deployment": "1aa787f"}
    return [
        act(built, preview, **APP, sha=commit, target="preview"),
        act("deployments[0].state == 'CANCELED'", cancelled, **cancelled, state="canceled"),
        act("deployments == `[]`", cancelled, **DASHBOARD, deployment=building, state="absent", allow="destroy"),
        act("length(deployments) == `1`", {**DASHBOARD, "limit": 1}, **DASHBOARD, deployment="v0.8.1", state="redeployed", key="rotation"),
        Cycle("vercel_alias", {**next_one, "deployment": "1aa787f"}, "vercel_deployment_info", pointed, "length(deployments) == `1`"),
        Cycle("vercel_alias", {**next_one, "state": "absent"}, "vercel_deployment_info", pointed, "length(deployments) == `1`"),
    ]


def _projects() -> list[Cycle | Look]:
    return [
        Cycle("vercel_project", {**DASHBOARD, "paused": True, "build_command": "make"}, "vercel_project_info", DASHBOARD, "project.paused"),
        Cycle("vercel_project", {**DASHBOARD, "paused": False, "build_command": ""}, "vercel_project_info", DASHBOARD, "project.paused == `false`"),
    ]


def _rolling() -> list[Cycle | Look]:
    def act(shows: str, **options: t.Any) -> Cycle:
        return Cycle("vercel_rolling_release", {**APP, **options}, "vercel_rolling_release_info", APP, f"rolling_release.{shows}")

    return [
        act("config.stages[].percentage == [`10`, `50`, `100`]", stages=[{"percentage": share} for share in (10, 50, 100)]),
        act("release.state == 'ACTIVE' && rolling_release.release.stage == `0`", deployment="v1.5.0", state="active"),
        act("release.stage == `1`", deployment="v1.5.0", state="active", stage=1),
        act("release.state == 'COMPLETE'", deployment="v1.5.0", state="complete"),
        act("release.state == 'ACTIVE'", deployment="v1.5.1", state="active"),
        act("release.state == 'ABORTED'", deployment="v1.5.1", state="aborted", description="checkout answers 500"),
        act("config == null", enabled=False),
    ]


def _production() -> list[Cycle | Look]:
    def serves(version: str, **options: t.Any) -> Cycle:
        shows = f"deployments[?serving].version == ['{version}']"
        return Cycle("vercel_production", {**APP, **options}, "vercel_deployment_info", {**APP, "target": "production"}, shows)

    return [
        serves("v1.4.1", deployment="v1.4.1", description="bad release"),
        serves("v1.5.1", deployment="v1.5.1", auto_assign=True),
        serves("v1.4.0", deployment="v1.4.0", rebuild=True),
    ]

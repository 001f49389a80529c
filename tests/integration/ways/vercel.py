# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Vercel."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "ways-test-wrong-8Hs3Tf6Yc1Rg9Uj4Nb7Mk2"
VALUE = "ways-test-value-6Lp4Xs9Qd2Vm8Kt1Wb5Zc7"
SECRETS = (WRONG_TOKEN, VALUE)
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
    vercel = {"project": "hydrogen"}
    variables = [
        {"key": "PAYMENT_KEY", "value": VALUE, "target": ["production"], "version": "1"},
        {"key": "MODE", "value": "production", "target": ["production", "preview"], "type": "plain"},
    ]
    rule = {"name": "scrapers", "addresses": ["198.51.100.0/24"], "expires_in": "24h"}
    return [
        Look("vercel_access_token_info", {}, "access_token.id == 'token_user' && access_token.leaked_at == null"),
        Look("vercel_domain_info", vercel, "length(domains) == `2` && domains[?misconfigured] == `[]`"),
        Look("vercel_log_info", {**vercel, "deployment": "v1.4.2-rc1", "level": "error"}, "lines[].type == ['stderr']"),
        Cycle(
            "vercel_global_config_item",
            {"config": "shop-flags", "items": {"maintenance": True, "notice": {"text": "soon", "on": [1, None]}}, "absent": ["banner"]},
            "vercel_global_config_item_info",
            {"config": "shop-flags"},
            "config_items.maintenance && config_items.notice.on[0] == `1` && length(keys(config_items)) == `2`",
        ),
        Cycle(
            "vercel_firewall",
            {**vercel, "attack_mode": True, "attack_mode_for": "2h", "rules": [rule], "bypasses": [{"source": "203.0.113.7"}]},
            "vercel_firewall",
            {**vercel, "attack_mode": True, "attack_mode_for": "2h", "rules": [rule]},
            "attack_mode.enabled && rules[0].how == 'already'",
        ),
        Cycle(
            "vercel_env",
            {**vercel, "variables": variables},
            "vercel_env_info",
            {**vercel, "target": "production"},
            "variables[].[key, type, mark] == [['MODE', 'plain', variables[0].mark], ['PAYMENT_KEY', 'sensitive', 'version:1']]",
        ),
        Cycle(
            "vercel_production",
            {**vercel, "deployment": "v1.4.1", "description": "bad release"},
            "vercel_deployment_info",
            {**vercel, "target": "production"},
            "deployments[?serving].version == ['v1.4.1']",
        ),
        Cycle(
            "vercel_deployment",
            {**vercel, "sha": "4d20c7ed5c3fd845004c52606a3f1fb7a5c9ccf1", "target": "preview"},
            "vercel_deployment_info",
            {**vercel, "target": "preview", "commit": "4d20c7e"},
            "length(deployments) == `1` && deployments[0].state == 'READY'",
        ),
        Cycle(
            "vercel_alias",
            {**vercel, "alias": "next.example.com", "deployment": "1aa787f"},
            "vercel_deployment_info",
            {**vercel, "deployment": "1aa787f"},
            "length(deployments) == `1`",
        ),
        Cycle("vercel_project", {"project": "dashboard", "paused": True}, "vercel_project_info", {"project": "dashboard"}, "project.paused"),
        Cycle(
            "vercel_rolling_release",
            {**vercel, "stages": [{"percentage": 10}, {"percentage": 100}]},
            "vercel_rolling_release_info",
            vercel,
            "rolling_release.config.stages[].percentage == [`10`, `100`]",
        ),
        Cycle(
            "vercel_rolling_release",
            {**vercel, "deployment": "v1.4.2", "state": "active"},
            "vercel_rolling_release_info",
            vercel,
            "rolling_release.release.state == 'ACTIVE' && rolling_release.release.stage == `0`",
        ),
    ]

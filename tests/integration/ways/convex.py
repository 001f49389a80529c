# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Convex."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_KEY = "prod:happy-otter-123|ways-test-wrong-6Gd1Kw9Px3Vn8Tj"
WRONG_TOKEN = "ways-test-wrong-9Xb4Lm7Qd2Zk5Rt"
VALUE = "ways-test-value-2Sf7Hc4Yb9Rm5Le"
SECRETS = (WRONG_KEY, WRONG_TOKEN, VALUE)
# Both ways the module does the same with a client; the vendor's own is run in test_convex_deploy.py.
CLIENT = ["sh", "client.sh"]
NEEDED: dict[str, Json] = {
    "convex_deploy": {"project_dir": "shop", "command": CLIENT},
    "convex_deploy_key": {"name": "ci", "state": "absent"},
    "convex_deploy_key_info": {},
    "convex_deployment": {"state": "running"},
    "convex_deployment_info": {},
    "convex_env": {"variables": {"APP_ENV": "production"}},
    "convex_env_info": {},
    "convex_export": {"dest": "shop.zip"},
    "convex_function": {"path": "health:check", "type": "query"},
    "convex_import": {"src": "rooms.jsonl", "mode": "append", "table": "rooms"},
    "convex_log_info": {},
    "convex_table_info": {},
}
BAD: list[tuple[str, Json]] = [
    ("convex_deploy", {"project_dir": "away"}),
    ("convex_deploy", {"command": ["there-is-no-such-client"]}),
    ("convex_deploy", {"cmd_url_env_var_name": "VITE_CONVEX_URL"}),
    ("convex_deploy", {"typecheck": "perhaps"}),
    ("convex_deploy_key", {"state": "present"}),
    ("convex_deploy_key", {"permissions": ["deployment:everything"]}),
    ("convex_deploy_key", {"lifetime": "1m"}),
    ("convex_deploy_key", {"deployment": "happy-oter-123"}),
    ("convex_deploy_key_info", {"token": WRONG_KEY}),
    ("convex_deploy_key_info", {"token": WRONG_TOKEN}),
    ("convex_deploy_key_info", {"api_url": "http://api.example.com"}),
    ("convex_deployment", {"state": "stopped"}),
    ("convex_deployment", {"deploy_key": WRONG_KEY}),
    ("convex_deployment_info", {"deploy_key": "prod:happy-otter-123"}),
    ("convex_deployment_info", {"deployment": "brisk-heron-456"}),
    ("convex_deployment_info", {"url": "http://data.example.com"}),
    ("convex_env", {"variables": {"APP_ENV": True}}),
    ("convex_env", {"variables": {"NOT-A-NAME": VALUE}}),
    ("convex_env", {"variables": None}),
    ("convex_env", {"deadline": "0s"}),
    ("convex_env_info", {"values": True}),
    ("convex_env_info", {"deploy_key": [WRONG_KEY]}),
    ("convex_export", {"dest": "away/shop.zip"}),
    ("convex_export", {"dest": "."}),
    ("convex_export", {"dest": "new.zip", "max_age": "young"}),
    ("convex_export", {"dest": "new.zip", "in_progress": "double"}),
    ("convex_function", {"path": "two words"}),
    ("convex_function", {"path": "nothing:here"}),
    ("convex_function", {"path": "reports:broken"}),
    ("convex_function", {"type": "subscription"}),
    ("convex_function", {"args": "none"}),
    ("convex_import", {"src": "away.jsonl"}),
    ("convex_import", {"table": None}),
    ("convex_import", {"mode": "replace", "confirm": "brisk-heron-456"}),
    ("convex_import", {"mode": "replace_all", "confirm": "happy-otter-123"}),
    ("convex_import", {"format": "xml"}),
    ("convex_log_info", {"limit": 0}),
    ("convex_table_info", {"tables": ["order"]}),
    ("convex_table_info", {"count": "guess"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    named = "contains(env.names, 'WAYS_TEST') && !contains(env.names, 'MAINTENANCE')"
    (world.folder / "rooms.jsonl").write_text('{"name": "room-1"}\n{"name": "room-2"}\n', encoding="utf-8")
    (world.folder / "shop").mkdir()
    (world.folder / "shop" / "package.json").write_text("{}", encoding="utf-8")
    (world.folder / "shop" / "client.sh").write_text('echo "$@"; echo "$CONVEX_DEPLOY_KEY"; echo "{{ 7 * 7 }}"', encoding="utf-8")
    return [
        Cycle("convex_deploy", NEEDED["convex_deploy"], "convex_deployment_info", {}, "deployment.type == 'prod'", repeats=True),
        Cycle("convex_env", {"variables": {"WAYS_TEST": VALUE}, "absent": ["MAINTENANCE"]}, "convex_env_info", {}, named),
        Cycle(
            "convex_function",
            {"path": "migrations/orders:backfill", "type": "mutation", "args": {"batch": 5}},
            "convex_table_info",
            {"tables": ["orders"]},
            "total == `18`",
            repeats=True,
        ),
        Cycle(
            "convex_function",
            {"path": "notifications:send", "type": "action", "args": {"booking": "b1"}},
            "convex_log_info",
            {"function": "notifications:send"},
            "entries[].type == ['Action']",
            repeats=True,
        ),
        Look("convex_table_info", {"count": "pages"}, "tables[?name == 'users'].rows == [`12`]"),
        Look("convex_function", {"path": "orders:revenue", "type": "query"}, "type(function.value) == 'string'"),
        Cycle(
            "convex_export",
            {"dest": "shop.zip", "overwrite": True, "include_storage": True},
            "convex_table_info",
            {"count": "none"},
            "length(tables) == `4`",
            repeats=True,
        ),
        Cycle("convex_import", NEEDED["convex_import"], "convex_table_info", {"tables": ["rooms"]}, "total == `2`", repeats=True),
        Cycle(
            "convex_import",
            {**NEEDED["convex_import"], "mode": "replace", "confirm": "happy-otter-123", "allow": "destroy"},
            "convex_table_info",
            {"tables": ["rooms"]},
            "total == `2`",
            repeats=True,
        ),
        Look("convex_log_info", {"function": "orders:revenue"}, "entries[].type == ['Query'] && errors == `0`"),
        Cycle(
            "convex_deploy_key",
            {"name": "ci-2026-11", "permissions": ["deployment:deploy"], "lifetime": "90d"},
            "convex_deploy_key_info",
            {},
            "deploy_keys[].name == ['ansible', 'ci', 'ci-2026-11']",
            no_log=True,
        ),
        Cycle("convex_deploy_key", NEEDED["convex_deploy_key"], "convex_deploy_key_info", {}, "deploy_keys[].name == ['ansible', 'ci-2026-11']"),
        Cycle("convex_deployment", {"state": "paused"}, "convex_deployment_info", {}, "deployment.state == 'paused'"),
        Cycle("convex_deployment", {"state": "running"}, "convex_deployment_info", {}, "deployment.user == 'none'"),
    ]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every inventory that is shipped, and the complete one of the guide's reader, passes the guard."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard

pytestmark = pytest.mark.every_pair
ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = sorted(path for path in (ROOT / "inventories").glob("*/*.yml"))
# With variables of verbs and vendors that have rooms of their own: they are not misspelt, and must not be refused.
WHOLE = """
components:
  vars:
    saasops_system: shop
    saasops_environment: production
    railway_project: shop
    notify_slack_channel: "#incidents"
    backup_repository: s3:https://s3.example.com/shop-backup
    saasops_secrets:
      JWT_SECRET: {class: signing, on: [api], overlap: 24h}
  hosts:
    api: {component_vendor: railway, railway_service: api, component_url: https://api.example.com, component_limits: {memory_percent: 90}}
    database: {component_vendor: postgres, component_dsn_from: "railway:Postgres/DATABASE_PUBLIC_URL"}
    sessions: {component_vendor: redis, redis_session_prefix: "sess:"}
    functions: {component_vendor: convex, convex_deployment: happy-animal-123, backup_tables_watch: {users: 5%}}
    billing: {component_vendor: stripe, stripe_webhook_url: https://api.example.com/webhooks/stripe}
"""


def hosts_of(inventory: pathlib.Path) -> tuple[list[str], dict[str, dict[str, object]]]:
    command = [str(pathlib.Path(sys.executable).parent / "ansible-inventory"), "-i", str(inventory), "--list"]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    return listed["components"]["hosts"], listed["_meta"]["hostvars"]


@pytest.mark.parametrize("inventory", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_inventory_passes(inventory: pathlib.Path) -> None:
    names, variables = hosts_of(inventory)
    system, environment = guard.check_components(names, names, lambda name: variables[name])
    assert environment == inventory.stem
    assert system == {"example": "shop"}.get(inventory.parent.name, inventory.parent.name)


def test_a_complete_inventory_passes(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "whole.yml"
    path.write_text(WHOLE)
    names, variables = hosts_of(path)
    assert guard.check_components(names, names, lambda name: variables[name]) == ("shop", "production")

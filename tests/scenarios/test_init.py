# SPDX-License-Identifier: GPL-3.0-or-later
"""From an empty folder to an inventory: what the vendors tell is written down, what they do not tell is said, and nothing else is touched."""

from __future__ import annotations

import pathlib
import stat
import subprocess
import sys
import typing as t

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, releases
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import said, text_fits
from tests.harness.world import PLAYBOOKS, ROOT, Run, World

Json = dict[str, t.Any]
MOST_LINES = 30
SHOP = ("-e", "init_system=shop", "-e", "init_environment=production", "-e", "init_projects=hydrogen,dashboard")


def tokens(world: World) -> dict[str, str]:
    """One for each vendor, where a person has them."""
    run = world.sandbox_run
    return {
        "RAILWAY_TOKEN": run["railway"]["token"],
        "VERCEL_TOKEN": run["vercel"]["token"],
        "CONVEX_DEPLOY_KEY": run["convex"]["deploy_key"],
        "SHOPIFY_ACCESS_TOKEN": run["shopify"]["token"],
        "STRIPE_API_KEY": run["stripe"]["api_key"],
    }


def addresses(world: World) -> list[str]:
    """Where the simulated vendors are, and what no token tells."""
    run = world.sandbox_run
    said = {f"{vendor}_api_url": run[vendor]["url"] for vendor in ("railway", "vercel", "shopify", "stripe")}
    said |= {"convex_url": run["convex"]["url"], "shopify_shop": run["shopify"]["shop"]}
    return [word for name, value in said.items() for word in ("-e", f"{name}={value}")]


def init(world: World, launcher: Launcher, *more: str, **environment: str | None) -> Run:
    """Typed in an empty folder, without any inventory."""
    folder = world.folder / "empty"
    folder.mkdir(exist_ok=True)
    command = ["ansible-playbook", str(PLAYBOOKS / "init.yml"), *more, *addresses(world)]
    given = world.environment(**{**tokens(world), **environment})
    return launcher.command(command, given, folder).go().wait()


def drafted(world: World) -> pathlib.Path:
    return world.folder / "empty/inventories/shop/production.yml"


def test_an_inventory_out_of_nothing(world: World, launcher: Launcher) -> None:
    run = init(world, launcher, *SHOP)
    assert run.code == 0, run.output
    print(run.summary); print(drafted(world).read_text())
    assert 0

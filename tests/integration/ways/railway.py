# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Railway."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "ways-test-wrong-3Jd7Qs2Lx9Pv5Ce1Zm8Ak4"
SECRETS = (WRONG_TOKEN,)
NEEDED: dict[str, Json] = {"railway_deployment": {"service": "api", "deployment": "d"}, "railway_deployment_info": {"service": "api"}}
BAD: list[tuple[str, Json]] = [
    ("railway_deployment", {"token": WRONG_TOKEN, "deployment": "v1.4.1"}),
    ("railway_deployment", {"api_token": WRONG_TOKEN, "deployment": "v1.4.1"}),
    ("railway_deployment", {"state": "deployed", "commit": "77ab310"}),
    ("railway_deployment", {"state": "deployed", "deployment": None, "commit": "main"}),
    ("railway_deployment_info", {"token": WRONG_TOKEN, "deadlin": 1}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    railway = {"project": world.sandbox_run["railway"]["project"], "service": "api"}
    returned = "contains(deployments[?active].version, 'v1.4.1')"
    forward = {**railway, "state": "deployed", "commit": "9c1e2f04d833dbd0fae9cf8acc52dd07f58a6a84"}
    return [
        Cycle("railway_deployment", {**railway, "deployment": "v1.4.1"}, "railway_deployment_info", railway, returned),
        Cycle("railway_deployment", forward, "railway_deployment_info", railway, "contains(deployments[?active].version, 'v1.4.2')"),
    ]

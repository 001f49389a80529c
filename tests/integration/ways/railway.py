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
    ("railway_deployment_info", {"token": WRONG_TOKEN, "deadlin": 1}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    railway = {"project": world.sandbox_run["railway"]["project"], "service": "api"}
    returned = "contains(deployments[?active].version, 'v1.4.1')"
    return [Cycle("railway_deployment", {**railway, "deployment": "v1.4.1"}, "railway_deployment_info", railway, returned)]

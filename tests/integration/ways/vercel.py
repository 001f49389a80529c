# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Vercel."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "ways-test-wrong-8Hs3Tf6Yc1Rg9Uj4Nb7Mk2"
SECRETS = (WRONG_TOKEN,)
NEEDED: dict[str, Json] = {
    "vercel_deployment_info": {"project": "hydrogen"},
    "vercel_production": {"project": "hydrogen", "deployment": "d"},
}
BAD: list[tuple[str, Json]] = [
    ("vercel_production", {"deadline": -5}),
    ("vercel_production", {"deployment": None, "rebuild": True}),
    ("vercel_production", {"api_url": "http://api.example.com"}),
    ("vercel_production", {"token": WRONG_TOKEN}),
    ("vercel_deployment_info", {"token": [WRONG_TOKEN]}),
    ("vercel_deployment_info", {"project": "nobody-knows-it"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    vercel = {"project": "hydrogen"}
    return [
        Cycle(
            "vercel_production",
            {**vercel, "deployment": "v1.4.1", "description": "bad release"},
            "vercel_deployment_info",
            {**vercel, "target": "production"},
            "deployments[?serving].version == ['v1.4.1']",
        )
    ]

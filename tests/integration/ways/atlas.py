# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of MongoDB Atlas."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_SECRET = "mdb_sa_sk_waysTestWrong7Jd4Kw9Rx2"
SECRETS = (WRONG_SECRET,)
PLACE: Json = {"project": "32b6e34b3d91647abb20e7b8", "cluster": "shop"}
SCRATCH: Json = {"target_cluster": "shop-scratch", "confirm": "shop-scratch", "allow": "destroy", "deadline": "30m"}
RESTORE: Json = {**PLACE, **SCRATCH, "snapshot": "before migration"}
NEEDED: dict[str, Json] = {"atlas_restore_job": RESTORE, "atlas_snapshot": {**PLACE, "description": "before migration"}, "atlas_snapshot_info": PLACE}
BAD: list[tuple[str, Json]] = [
    ("atlas_restore_job", {"snapshot": None}),
    ("atlas_restore_job", {"snapshot": "before migratoin"}),
    ("atlas_restore_job", {"point_in_time": "2026-11-20T14:00:00Z"}),
    ("atlas_restore_job", {"confirm": None}),
    ("atlas_restore_job", {"confirm": "shop"}),
    ("atlas_restore_job", {"allow": "change"}),
    ("atlas_restore_job", {"target_cluster": None}),
    ("atlas_restore_job", {"target_project": "shop"}),
    ("atlas_snapshot", {"description": None}),
    ("atlas_snapshot", {"description": " "}),
    ("atlas_snapshot", {"retention_days": 0}),
    ("atlas_snapshot_info", {"project": "shop"}),
    ("atlas_snapshot_info", {"cluster": "not here"}),
    ("atlas_snapshot_info", {"cluster": "another"}),
    ("atlas_snapshot_info", {"client_secret": WRONG_SECRET}),
    ("atlas_snapshot_info", {"api_url": "http://api.example.com"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    return [
        Look("atlas_snapshot_info", PLACE, "length(snapshots) == `9`"),
        Cycle("atlas_snapshot", {**PLACE, "description": "before migration"}, "atlas_snapshot_info", PLACE, "snapshots[0].description == 'before migration'"),
        Cycle("atlas_restore_job", RESTORE, "atlas_snapshot_info", PLACE, "snapshots[0].description == 'before migration'"),
    ]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Supabase."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "sbp_waysTestWrong5Hd8Kw2Rx9Vb4"
SECRETS = (WRONG_TOKEN,)
PROJECT = "abcdefghijklmnopqrst"
NEEDED: dict[str, Json] = {
    "supabase_backup_info": {"project": PROJECT},
    "supabase_restore_point": {"project": PROJECT, "name": "before-migration"},
}
BAD: list[tuple[str, Json]] = [
    ("supabase_backup_info", {"project": "shop"}),
    ("supabase_backup_info", {"project": PROJECT, "token": WRONG_TOKEN}),
    ("supabase_backup_info", {"project": PROJECT[::-1]}),
    ("supabase_backup_info", {"project": PROJECT, "api_url": "http://api.example.com"}),
    ("supabase_restore_point", {"name": None}),
    ("supabase_restore_point", {"project": PROJECT, "name": "before the migration of the year"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    project: Json = {"project": PROJECT}
    point: Json = {**project, "name": "before-migration"}
    return [
        Look("supabase_backup_info", project, "length(backups) == `7` && project.state == 'ACTIVE_HEALTHY'"),
        Cycle("supabase_restore_point", point, "supabase_backup_info", project, "pitr.enabled"),
    ]

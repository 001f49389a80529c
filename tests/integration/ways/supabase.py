# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Supabase."""

from __future__ import annotations

import datetime

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "sbp_waysTestWrong5Hd8Kw2Rx9Vb4"
SECRETS = (WRONG_TOKEN,)
PROJECT = "abcdefghijklmnopqrst"
MEANT: Json = {"project": PROJECT, "confirm": PROJECT, "allow": "destroy", "deadline": "30m"}
BACK: Json = {**MEANT, "restore_point": "before-migration"}
HEALTHY = "project.state == 'ACTIVE_HEALTHY'"
NEEDED: dict[str, Json] = {
    "supabase_backup_info": {"project": PROJECT},
    "supabase_backup_schedule": {"project": PROJECT, "time": "03:00"},
    "supabase_restore": BACK,
    "supabase_restore_point": {"project": PROJECT, "name": "before-migration"},
}
BAD: list[tuple[str, Json]] = [
    ("supabase_backup_info", {"project": "shop"}),
    ("supabase_backup_info", {"project": PROJECT, "token": WRONG_TOKEN}),
    ("supabase_backup_info", {"project": PROJECT[::-1]}),
    ("supabase_backup_info", {"project": PROJECT, "api_url": "http://api.example.com"}),
    ("supabase_backup_schedule", {"time": None}),
    ("supabase_backup_schedule", {"time": "810"}),
    ("supabase_restore", {"restore_point": None}),
    ("supabase_restore", {"point_in_time": "2026-11-20T14:00:00Z"}),
    ("supabase_restore", {"restore_point": None, "point_in_time": "2026-11-20 14:00"}),
    ("supabase_restore", {"restore_point": None, "backup": 1}),
    ("supabase_restore", {"confirm": None}),
    ("supabase_restore", {"confirm": "production"}),
    ("supabase_restore", {"allow": "change"}),
    ("supabase_restore_point", {"name": None}),
    ("supabase_restore_point", {"project": PROJECT, "name": "before the migration of the year"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    project: Json = {"project": PROJECT}
    world.sandbox.ask("POST", "/world", {"vendor": "supabase", "set": {"physical": 1}})
    midnight = datetime.datetime.fromtimestamp(world.sandbox.clock()["now"] // 86400 * 86400, datetime.UTC).isoformat()
    point: Json = {**project, "name": "before-migration"}
    return [
        Look("supabase_backup_info", project, "length(backups) == `7` && project.state == 'ACTIVE_HEALTHY'"),
        Cycle("supabase_restore_point", point, "supabase_backup_info", project, "pitr.enabled"),
        Cycle("supabase_backup_schedule", {**project, "time": "03:00"}, "supabase_backup_info", project, "schedule.time == '03:00:00'"),
        Cycle("supabase_restore", BACK, "supabase_backup_info", project, HEALTHY, repeats=True),
        Cycle("supabase_restore", {**MEANT, "backup": 4106}, "supabase_backup_info", project, HEALTHY, repeats=True),
        Cycle("supabase_restore", {**MEANT, "point_in_time": midnight}, "supabase_backup_info", project, HEALTHY, repeats=True),
    ]

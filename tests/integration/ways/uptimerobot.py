# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of UptimeRobot."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_KEY = "u100-waysTestWrong7Kd2Mw9Rx4Vb6"
SECRETS = (WRONG_KEY,)
NEEDED: dict[str, Json] = {
    "uptimerobot_maintenance_window": {"name": "migration"},
    "uptimerobot_monitor": {"name": "shop window"},
    "uptimerobot_monitor_info": {},
}
BAD: list[tuple[str, Json]] = [
    ("uptimerobot_maintenance_window", {}),
    ("uptimerobot_maintenance_window", {"name": None}),
    ("uptimerobot_maintenance_window", {"repeat": "yearly"}),
    ("uptimerobot_maintenance_window", {"start": "soon", "duration": "1h"}),
    ("uptimerobot_maintenance_window", {"start": "now", "duration": "9d"}),
    ("uptimerobot_monitor", {}),
    ("uptimerobot_monitor", {"api_key": WRONG_KEY}),
    ("uptimerobot_monitor", {"url": "nowhere"}),
    ("uptimerobot_monitor", {"alert_contacts": [{"threshold": 5}]}),
    ("uptimerobot_monitor", {"name": "storefront", "state": "absent"}),
    ("uptimerobot_monitor_info", {"names": ["storefrnt"]}),
    ("uptimerobot_monitor_info", {"status": ["well"]}),
    ("uptimerobot_monitor_info", {"api_url": "http://api.example.com"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    monitor, info, window = "uptimerobot_monitor", "uptimerobot_monitor_info", "uptimerobot_maintenance_window"
    name: Json = {"names": ["shop window"]}
    page: Json = {"name": "shop window", "url": "https://shop.example.com/", "tags": ["shop"], "alert_contacts": [{"id": 7, "threshold": 5}]}
    night: Json = {"name": "migration", "start": "2027-01-10T02:00:00Z", "duration": "1h", "monitors": ["storefront"]}
    held: Json = {"names": ["storefront"]}
    return [
        Look(info, {"status": ["up"]}, "counts == {UP: `3`}"),
        Cycle(monitor, page, info, name, "monitors[].tags == [['shop']]"),
        Cycle(monitor, {**page, "interval": "10m"}, info, name, "monitors[].interval == [`600.0`]"),
        Cycle(monitor, {"name": "shop window", "paused": True}, info, {"status": ["paused"]}, "monitors[].name == ['shop window']"),
        Cycle(monitor, {"name": "shop window", "paused": False}, info, name, "monitors[].paused == [`false`]"),
        Cycle(monitor, {"name": "shop window", "state": "absent", "allow": "destroy"}, info, {}, "length(monitors) == `3`"),
        Cycle(window, night, info, held, "length(monitors[0].maintenance_windows) == `1`"),
        Cycle(window, {**night, "duration": "2h"}, info, held, "length(monitors[0].maintenance_windows) == `1`"),
        Cycle(window, {"name": "migration", "state": "absent"}, info, held, "monitors[0].maintenance_windows == `[]`"),
    ]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Datadog."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_KEY = "ddapi-waysTestWrong5Hk9Mx2Rw7Zt4"
SECRETS = (WRONG_KEY,)
NEEDED: dict[str, Json] = {
    "datadog_downtime": {"name": "migration"},
    "datadog_monitor": {"name": "slow answers"},
    "datadog_monitor_info": {},
}
BAD: list[tuple[str, Json]] = [
    ("datadog_downtime", {}),
    ("datadog_downtime", {"name": None}),
    ("datadog_downtime", {"duration": "8d"}),
    ("datadog_downtime", {"duration": "1h", "start": "soon"}),
    ("datadog_downtime", {"duration": "1h", "monitor": "chekout errors"}),
    ("datadog_downtime", {"duration": "1h", "monitor": "a", "monitor_tags": ["b"]}),
    ("datadog_monitor", {}),
    ("datadog_monitor", {"app_key": WRONG_KEY}),
    ("datadog_monitor", {"api_key": WRONG_KEY}),
    ("datadog_monitor", {"site": "datadog.example.com"}),
    ("datadog_monitor", {"renotify_interval": "90s"}),
    ("datadog_monitor", {"thresholds": {"critcal": 5}}),
    ("datadog_monitor", {"name": "checkout errors", "state": "absent"}),
    ("datadog_monitor_info", {"names": ["chekout errors"]}),
    ("datadog_monitor_info", {"status": ["well"]}),
    ("datadog_monitor_info", {"api_url": "https://api.example.com"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    monitor, info, downtime = "datadog_monitor", "datadog_monitor_info", "datadog_downtime"
    name: Json = {"names": ["slow answers"]}
    slow: Json = {
        "name": "slow answers",
        "type": "metric alert",
        "query": "avg(last_5m):avg:shop.response{*} > 500",
        "notification_message": "Answers are slow\n@ops@example.com",
        "thresholds": {"critical": 500, "warning": 200},
        "tags": ["service:shop"],
    }
    held: Json = {"name": "migration", "start": "2027-01-10T02:00:00Z", "duration": "1h", "monitor_tags": ["service:shop"]}
    return [
        Look(info, {"status": ["OK"]}, "counts == {OK: `2`}"),
        Cycle(monitor, slow, info, name, "monitors[].thresholds == [{critical: `500.0`, warning: `200.0`}]"),
        Cycle(monitor, {**slow, "renotify_interval": "1h"}, info, name, "monitors[].renotify_interval == [`3600.0`]"),
        Cycle(monitor, {"name": "slow answers", "mute": "30m"}, info, name, "length(monitors) == `1`"),
        Cycle(monitor, {"name": "slow answers", "state": "absent", "allow": "destroy"}, info, {}, "length(monitors) == `2`"),
        Cycle(downtime, held, info, {}, "length(monitors) == `2`"),
        Cycle(downtime, {**held, "duration": "2h"}, info, {}, "length(monitors) == `2`"),
        Cycle(downtime, {"name": "migration", "state": "absent"}, info, {}, "length(monitors) == `2`"),
    ]

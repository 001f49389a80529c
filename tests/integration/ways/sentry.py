# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Sentry."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

WRONG_TOKEN = "sntrys_waysTestWrong8Lp3Nd6Vx2Ty"
SECRETS = (WRONG_TOKEN,)
NEEDED: dict[str, Json] = {"sentry_error_rate_info": {}, "sentry_issue_info": {}}
BAD: list[tuple[str, Json]] = [
    ("sentry_error_rate_info", {"token": WRONG_TOKEN}),
    ("sentry_error_rate_info", {"since": "1s"}),
    ("sentry_error_rate_info", {"since": "90d", "slot": "1m"}),
    ("sentry_issue_info", {"organization": "another-shop"}),
    ("sentry_issue_info", {"organization": "a/b"}),
    ("sentry_issue_info", {"limit": 0}),
    ("sentry_issue_info", {"start": "2026-11-20T02:00:00Z"}),
    ("sentry_issue_info", {"api_url": "http://sentry.example.com"}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    return [
        Look("sentry_issue_info", {"query": "is:unresolved level:fatal"}, "issues[].short_id == ['SHOP-1', 'SHOP-4'] && !more"),
        Look("sentry_error_rate_info", {}, "errors == `30` && per_minute == `2.0` && known && incomplete"),
    ]

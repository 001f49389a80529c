# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's Convex deployment in the sandbox, and how the tests run a module against it."""

from __future__ import annotations

import typing as t

from tests.integration import tasks
from tests.integration.tasks import Json

# Whatever happens to a change's request or answer.
FAULTS: list[Json] = [
    {"kind": "lost"},
    {"kind": "truncated"},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 500, "body_html": True},
    {"kind": "reset"},
    {"kind": "rate_limited", "retry_after": 2},
    {"kind": "garbage"},
    {"kind": "timeout_after", "seconds": 2},
]


def named(fault: Json) -> str:
    return f"{fault['kind']}-{fault.get('status', '')}"


def run(world: t.Any, module: t.Any, check: bool = False, no_log: bool = False, **options: t.Any) -> Json:
    """The module's result for the deployment of the shop."""
    convex = world.run["convex"]
    given = {"deploy_key": convex["deploy_key"], "url": convex["url"], "deployment": convex["deployment"], **options}
    return tasks.run(module, given, check, no_log)


def state(world: t.Any) -> Json:
    return t.cast(Json, world.state("functions"))


def changes(world: t.Any) -> list[tuple[str, bool]]:
    return [(entry["operation"].rsplit("/", 1)[-1], entry["effect"]) for entry in world.journal(changes=True, vendor="convex")]

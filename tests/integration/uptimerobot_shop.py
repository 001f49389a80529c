# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's UptimeRobot account, and how the tests run a module against it."""

from __future__ import annotations

import functools
import typing as t

from tests.integration import tasks
from tests.integration.tasks import Json


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["uptimerobot"]
    return tasks.run(module, {"api_key": known["api_key"], "api_url": known["url"], **options}, check)


check_planned_and_done = functools.partial(tasks.planned_and_done, run)


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "uptimerobot", "set": facts})


def effects(world: t.Any) -> list[str]:
    return [entry["operation"] for entry in world.journal(changes=True, vendor="uptimerobot") if entry["effect"]]

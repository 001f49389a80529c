# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's UptimeRobot account, and how the tests run a module against it."""

from __future__ import annotations

import typing as t

from tests.integration import tasks
from tests.integration.tasks import Json


def run(world: t.Any, module: t.Any, check: bool = False, **options: t.Any) -> Json:
    known = world.run["uptimerobot"]
    return tasks.run(module, {"api_key": known["api_key"], "api_url": known["url"], **options}, check)


def check_planned_and_done(world: t.Any, module: t.Any, **options: t.Any) -> Json:
    """The plan, then the run, which must be what the plan said; and a second run, which must change nothing. Returns the run."""
    plan = run(world, module, check=True, **options)
    assert not plan.get("failed"), plan["msg"]
    done = run(world, module, **options)
    assert not done.get("failed"), done["msg"]
    assert (plan["changes"], plan["diff"], plan["changed"]) == (done["changes"], done["diff"], done["changed"])
    for check in (True, False):
        again = run(world, module, check, **options)
        assert (again.get("changed"), again.get("changes")) == (False, []), again
    return done


def set_world(world: t.Any, **facts: t.Any) -> None:
    world.ask("POST", "/world", {"vendor": "uptimerobot", "set": facts})


def effects(world: t.Any) -> list[str]:
    return [entry["operation"] for entry in world.journal(changes=True, vendor="uptimerobot") if entry["effect"]]

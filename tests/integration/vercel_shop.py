# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's projects at Vercel in the sandbox, and how the tests run a module against them."""

from __future__ import annotations

import functools
import typing as t

from tests.integration import tasks
from tests.integration.tasks import Json

TEAM = "example-team"


def run(world: t.Any, module: t.Any, check: bool = False, no_log: bool = False, **options: t.Any) -> Json:
    """The module's result for the project hydrogen. Options that the module does not have are left out, but for those that are given."""
    known = {"token": world.token("vercel"), "api_url": world.url("vercel"), "team": TEAM, "project": "hydrogen"}
    spec = module.SPEC["argument_spec"]
    return tasks.run(module, {**{name: value for name, value in known.items() if name in spec}, **options}, check, no_log)


check_planned_and_done = functools.partial(tasks.planned_and_done, run)


def changes(world: t.Any) -> list[str]:
    """Changing requests that had an effect, such as ``POST /v10/projects/{id}/env``."""
    return [entry["operation"] for entry in world.journal(changes=True, vendor="vercel") if entry["effect"]]


def effects(world: t.Any, word: str) -> int:
    """How many of them have this word in their operation."""
    return len([operation for operation in changes(world) if word in operation])

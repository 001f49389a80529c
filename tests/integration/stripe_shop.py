# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop's account at Stripe in the sandbox, and how the tests run a module against it."""

from __future__ import annotations

import functools
import typing as t

from tests.integration import tasks
from tests.integration.tasks import Json


def run(world: t.Any, module: t.Any, check: bool = False, no_log: bool = True, **options: t.Any) -> Json:
    known = world.run["stripe"]
    return tasks.run(module, {"api_key": known["api_key"], "api_url": known["url"], "mode": "live", **options}, check, no_log)


check_planned_and_done = functools.partial(tasks.planned_and_done, run)


def changes(world: t.Any) -> list[str]:
    """Changing requests that had an effect."""
    return [entry["operation"] for entry in world.journal(changes=True, vendor="stripe") if entry["effect"]]


def breaks(world: t.Any, when: str) -> None:
    """The next POST fails at Stripe itself, ``before`` or ``after`` its effect, and the vendor keeps that answer."""
    world.ask("POST", "/world", {"vendor": "stripe", "set": {"failing": when}})


def cards(world: t.Any, how: str) -> None:
    """From now on every customer's card is ``good``, or ``bad``."""
    world.ask("POST", "/world", {"vendor": "stripe", "set": {"cards": how}})

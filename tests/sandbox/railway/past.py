# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service has besides when the sandbox is larger: older deployments, variables, backups, and tokens of the project.

What runs, and everything that the scenario tells of, stays as it is.
"""

from __future__ import annotations

import random
import typing as t

from .. import former
from ..world import World
from .state import Deployment, Environment, ProjectToken, Service
from .volumes import Backup, Volume

DAY = former.DAY
MOST_VARIABLES = 1000
STATUSES = {"failed": "FAILED", "canceled": "REMOVED", "preview": "SKIPPED"}
New = t.Callable[[former.Former, random.Random, dict[str, str | None]], Deployment]


def deployments(world: World, service: Service, releases: int, oldest: float, new: New) -> None:
    """``releases`` is how many the scenario tells of, ``oldest`` when the first of them was made."""
    times = world.scale - 1
    if not times:
        return
    source = world.source(f"railway {service.name}")
    served: Deployment | None = None
    # One snapshot for all of them: nobody changes it.
    variables = dict(service.variables)
    for facts in former.releases(releases * times, min(service.created, oldest - DAY), oldest):
        it = new(facts, source, variables)
        it.status = STATUSES.get(facts.fate, "REMOVED")
        it.branch = facts.branch
        it.status_updated = it.created + 30
        if facts.fate == "canceled":
            it.removed_at = it.created
        if facts.fate not in ("served", "unused"):
            continue
        if served is not None:
            served.removed_at = served.status_updated = it.created + 60
        served = it
    if served is not None:
        served.removed_at = served.status_updated = oldest + 60


def variables(world: World, service: Service) -> None:
    for number in range(1, min(len(service.variables) * (world.scale - 1), MOST_VARIABLES) + 1):
        service.variables[f"SETTING_{number:04d}"] = f"value-{number:04d}"


def backups(world: World, it: Volume) -> None:
    """By hand, for those of a schedule do not stay so long."""
    count = len(it.backups) * (world.scale - 1)
    source = world.source(f"railway {it.name}")
    oldest = min((one.created for one in it.backups), default=0.0)
    it.backups[:0] = [
        Backup(world.uuid(source), f"before-{facts.tag}", facts.created, round(it.used_mb)) for facts in former.releases(count, it.created, oldest)
    ]


def tokens(world: World, environments: t.Iterable[Environment]) -> t.Iterator[ProjectToken]:
    for environment in environments:
        source = world.source(f"railway token {environment.name}")
        for number in range(1, world.scale):
            created = environment.created + number * 60
            yield ProjectToken(world.uuid(source), f"{environment.name} laptop {number:04d}", environment.id, world.word(36, source=source), created)

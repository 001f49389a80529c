# SPDX-License-Identifier: GPL-3.0-or-later
"""What a project has besides when the sandbox is larger: older deployments, branches with their domains, variables, and items.

Production, its domains, and everything that the scenario tells of stay as they are.
"""

from __future__ import annotations

import random
import typing as t

from .. import former
from ..world import World
from .env import Variable
from .state import Alias, Deployment, Json, Project

DAY = former.DAY
# Variables for each further time, and how many of them and of a config's items the vendor takes at most.
VARIABLES, MOST_VARIABLES, MOST_ITEMS = 4, 900, 2000
# Days after which the project's retention takes a preview away.
KEPT_DAYS = 180
TYPES = ("encrypted", "plain", "sensitive")
BUILD_FAILED: Json = {"code": "BUILD_FAILED", "message": 'Command "npm run build" exited with 1'}
New = t.Callable[[Project, former.Former, random.Random], Deployment]


def fill(world: World, project: Project, releases: int, oldest: float, new: New) -> None:
    """``releases`` is how many the scenario tells of, ``oldest`` when the first of them was made."""
    times = world.scale - 1
    if not times:
        return
    source = world.source(f"vercel {project.name}")
    begin = min(project.created, oldest - DAY)
    own = [_deployment(world, project, it, new(project, it, source)) for it in former.releases(releases * times, begin, oldest)]
    project.served[:0] = [it.id for it in own if it.substate == "PROMOTED"]
    _branches(world, project, own, len(project.aliases) * times, source)
    project.env += [_variable(world, number, source) for number in range(1, min(times * VARIABLES, MOST_VARIABLES) + 1)]
    for config in project.configs:
        more = min(len(config["items"]) * times, MOST_ITEMS)
        config["items"] |= {f"switch-{number:04d}": number % 2 == 0 for number in range(1, more + 1)}


def _deployment(world: World, project: Project, facts: former.Former, it: Deployment) -> Deployment:
    it.branch = facts.branch if facts.fate == "preview" else project.branch
    it.target = None if facts.fate == "preview" else "production"
    it.building_at = it.created + 2
    if facts.fate == "canceled":
        it.state, it.canceled_at = "CANCELED", it.created + 20
    elif facts.fate == "failed":
        it.state, it.error = "ERROR", dict(BUILD_FAILED)
    else:
        it.ready_at = it.created + 62
        it.expired = it.target is None and it.created < world.now() - KEPT_DAYS * DAY
        it.substate = {"served": "PROMOTED", "unused": "STAGED"}.get(facts.fate)
        it.alias_assigned_at = None if facts.fate == "unused" else it.ready_at
    return it


def _branches(world: World, project: Project, own: list[Deployment], count: int, source: random.Random) -> None:
    """Two addresses for each branch: the vendor's, and one of the team's domain, which the project has as a domain of that branch."""
    previews = [it for it in own if it.target is None and it.state == "READY"] or own
    for number in range(count):
        branch = f"feature/{number // 2 + 1:04d}"
        name = branch.replace("/", "-")
        domain = f"{name}.{project.aliases[0].name}" if number % 2 else f"{project.name}-git-{name}-{project.team.slug}.vercel.app"
        at = project.created + number + 1
        it = Alias(world.word(20, source=source), domain, previews[number % len(previews)].id, at, at)
        it.branch = branch if number % 2 else None
        project.other_aliases.append(it)


def _variable(world: World, number: int, source: random.Random) -> Variable:
    at = world.now() - 200 * DAY + number
    target = ["production", "preview"] if number % 2 else ["production"]
    return Variable(world.word(16, source=source), f"SETTING_{number:04d}", f"value-{number:04d}", at, at, TYPES[number % 3], target)

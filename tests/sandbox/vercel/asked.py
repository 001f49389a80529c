# SPDX-License-Identifier: GPL-3.0-or-later
"""One request that Vercel was asked, and what every handler needs of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import render
from .state import Deployment, Json, Project, Team, VercelError

if t.TYPE_CHECKING:
    from .vendor import Vercel

MOST = 100
Item = t.TypeVar("Item")


@dataclass
class Asked:
    """One authenticated request. ``team`` None: the caller's personal scope, which owns nothing."""

    vercel: Vercel
    names: t.Mapping[str, str]
    query: t.Mapping[str, str]
    body: Json
    token: str
    team: Team | None

    def sees(self, project: Project) -> bool:
        """A token for one project is for the team's first."""
        own = [one for one in self.vercel.projects.values() if one.team is self.team]
        return project in (own[:1] if self.token == "project" else own)

    def project(self) -> Project:
        project = self.vercel.project_named(self.names["project"], self.team)
        if not self.sees(project):
            raise VercelError(404, "not_found", "Project not found")
        return project

    def deployment(self) -> Deployment:
        deployment = self.vercel.deployment_named(self.names["deployment"], self.team)
        if not self.sees(self.vercel.projects[deployment.project]):
            raise VercelError(404, "not_found", "The deployment could not be found")
        return deployment

    def number(self, name: str) -> int:
        try:
            return int(self.query.get(name) or 0)
        except ValueError:
            raise VercelError(400, "bad_request", f"Invalid request: `{name}` should be a number.") from None

    def limit(self, most: int = MOST) -> int:
        limit = self.number("limit") or 20
        if not 0 < limit <= most:
            raise VercelError(400, "bad_request", f"Invalid request: `limit` should be <= {most}.")
        return limit

    def page(self, items: t.Sequence[Item], created: t.Callable[[Item], float]) -> tuple[list[Item], Json]:
        """(one page, newest first; its ``pagination``). Moments are one apart at least: a page begins before the last one of the page before."""
        ordered = sorted(items, key=created, reverse=True)
        moments: list[int] = []
        for item in ordered:
            moments.append(min([render.ms(created(item)), *(at - 1 for at in moments[-1:])]))
        until = self.number("until")
        start = next((number for number, at in enumerate(moments) if at < until), len(ordered)) if until else 0
        end = min(start + self.limit(), len(ordered))
        following = moments[end - 1] if end < len(ordered) else None
        return ordered[start:end], {"count": end - start, "next": following, "prev": moments[start] if start < end else None}


Answer = tuple[int, t.Any]
Operation = t.Callable[[Asked], Answer]
# (method, path, handler): each topic has a table of its own, joined in routes.py.
Routes = tuple[tuple[str, str, Operation], ...]

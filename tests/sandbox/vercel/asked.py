# SPDX-License-Identifier: GPL-3.0-or-later
"""One request that Vercel was asked, and what every handler needs of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .state import Deployment, Json, Project, Team, VercelError

if t.TYPE_CHECKING:
    from .vendor import Vercel

MOST = 100


@dataclass
class Asked:
    """One authenticated request. ``team`` None: the caller's personal scope, which owns nothing."""

    vercel: Vercel
    names: t.Mapping[str, str]
    query: t.Mapping[str, str]
    body: Json
    token: str
    team: Team | None

    def project(self) -> Project:
        return self.vercel.project_named(self.names["project"], self.team)

    def deployment(self) -> Deployment:
        return self.vercel.deployment_named(self.names["deployment"], self.team)

    def number(self, name: str) -> int:
        try:
            return int(self.query.get(name) or 0)
        except ValueError:
            raise VercelError(400, "bad_request", f"Invalid request: `{name}` should be a number.") from None

    def limit(self) -> int:
        limit = self.number("limit") or 20
        if not 0 < limit <= MOST:
            raise VercelError(400, "bad_request", f"Invalid request: `limit` should be <= {MOST}.")
        return limit


Answer = tuple[int, t.Any]
Operation = t.Callable[[Asked], Answer]
# (method, path, handler): each topic has a table of its own, joined in routes.py.
Routes = tuple[tuple[str, str, Operation], ...]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks, what they may see, and how lists and times are written: what the answers of every topic rest on."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import UTC, datetime

from .state import Deployment, Environment, Json, ProjectToken, RailwayError, Service, not_authorized

if t.TYPE_CHECKING:
    from .vendor import Railway

# The vendor publishes no default page size: a small one makes callers say how much they want. Nor does it publish a largest one: its own
# client asks for a thousand deployments at most.
PAGE = 10
MOST = 1000


@dataclass
class Caller:
    """``kind``: project (one environment), account, workspace, or nobody; ``wrong`` says what was wrong with the credentials."""

    kind: str
    environment: str | None = None
    token: ProjectToken | None = None
    wrong: str = "Not Authorized"

    def may(self, environment: str) -> bool:
        return self.kind in ("account", "workspace") or self.environment == environment


def when(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def connection(items: list[t.Any], render: t.Callable[[t.Any], Json], arguments: Json) -> Json:
    """A Relay page; cursors are positions, as opaque as the vendor's."""
    start, end = 0, len(items)
    if arguments.get("after"):
        start = _position(arguments["after"]) + 1
    if arguments.get("before"):
        end = min(end, _position(arguments["before"]))
    last = arguments.get("last")
    if last is not None:
        start = max(start, end - min(last, MOST))
    else:
        end = min(end, start + min(arguments.get("first") or PAGE, MOST))
    edges = [{"cursor": f"cursor:{number}", "node": render(items[number])} for number in range(start, max(start, end))]
    return {
        "edges": edges,
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }


def _position(cursor: str) -> int:
    try:
        return int(cursor.removeprefix("cursor:"))
    except ValueError:
        raise RailwayError("Invalid cursor", "BAD_USER_INPUT") from None


class Access:
    """One per request: everything is seen through the caller's rights."""

    def __init__(self, railway: Railway, caller: Caller) -> None:
        self._railway = railway
        self._caller = caller

    # -- rights
    def _anyone(self) -> None:
        if self._caller.kind == "nobody":
            raise RailwayError(self._caller.wrong)

    def _broad(self) -> None:
        self._anyone()
        if self._caller.kind == "project":
            raise not_authorized()

    def _environment(self, identifier: str) -> Environment:
        self._anyone()
        if not self._caller.may(identifier):
            raise not_authorized()
        try:
            return self._railway.environments[identifier]
        except KeyError:
            raise RailwayError("Environment not found") from None

    def _deployment(self, identifier: str) -> Deployment:
        self._anyone()
        it = self._railway.deployments.get(identifier)
        if it is None:
            raise not_authorized() if self._caller.kind == "project" else RailwayError("Deployment not found")
        if not self._caller.may(it.environment):
            raise not_authorized()
        return it

    def _service(self, identifier: str) -> Service:
        self._anyone()
        try:
            return self._railway.services[identifier]
        except KeyError:
            raise not_authorized() if self._caller.kind == "project" else RailwayError("Service not found") from None

    def _own_project(self, identifier: str) -> None:
        self._anyone()
        if identifier != self._railway.project_id:
            raise not_authorized() if self._caller.kind == "project" else RailwayError("Project not found")

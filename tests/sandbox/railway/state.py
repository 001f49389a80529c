# SPDX-License-Identifier: GPL-3.0-or-later
"""What Railway remembers. Times are seconds since the epoch; they become RFC 3339 texts when rendered."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Json = dict[str, t.Any]
IN_PROGRESS = frozenset({"INITIALIZING", "QUEUED", "WAITING", "BUILDING", "DEPLOYING", "NEEDS_APPROVAL"})
RUNNING = frozenset({"SUCCESS", "SLEEPING"})
STATUSES = IN_PROGRESS | RUNNING | {"CRASHED", "FAILED", "REMOVED", "REMOVING", "SKIPPED"}


class RailwayError(Exception):
    """Becomes an entry of ``errors[]`` in an answer with status 200."""

    def __init__(self, message: str, code: str = "INTERNAL_SERVER_ERROR") -> None:
        super().__init__(message)
        self.code = code


def not_authorized() -> RailwayError:
    """The vendor's only word for a dead token, a wrong kind of token and a resource out of reach."""
    return RailwayError("Not Authorized")


@dataclass
class Environment:
    id: str
    name: str
    project: str
    created: float


@dataclass
class Instance:
    id: str
    status: str = "RUNNING"


@dataclass
class Deployment:
    """``variables`` is the snapshot that this deployment runs with. ``can_rollback`` None: as the rules say."""

    id: str
    service: str
    environment: str
    tag: str
    commit: str
    image: str
    bad: bool
    created: float
    status: str
    status_updated: float
    variables: dict[str, str | None]
    snapshot: str
    branch: str = "main"
    stopped: bool = False
    removed_at: float | None = None
    can_rollback: bool | None = None
    can_redeploy: bool = True
    # The deployment that this one brings back, and what made it.
    rollback_of: str | None = None
    reason: str = "deploy"
    instances: list[Instance] = field(default_factory=list)
    # Keys of ``meta`` to leave out, and ones to set.
    omit: list[str] = field(default_factory=list)
    # Rows of its logs that a test has put there.
    logs: list[Json] = field(default_factory=list)
    raw: Json = field(default_factory=dict)


@dataclass
class Effects:
    """How often something really happened, per deployment where it has one."""

    rollbacks: dict[str, int] = field(default_factory=dict)
    redeploys: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)
    removals: dict[str, int] = field(default_factory=dict)
    deploys: int = 0
    switches: int = 0
    # Deployments that a change of variables or settings made by itself.
    configured: int = 0

    @staticmethod
    def count(table: dict[str, int], deployment: str) -> None:
        table[deployment] = table.get(deployment, 0) + 1


@dataclass
class ProjectToken:
    id: str
    name: str
    environment: str
    secret: str
    created: float


@dataclass
class Service:
    """A service, with its settings in the environment that the scenario describes (its service instance)."""

    id: str
    instance: str
    name: str
    component: str
    created: float
    variables: dict[str, str | None] = field(default_factory=dict)
    auto_deploy: bool = True
    can_auto_deploy: bool = True
    # The status in which the next deployments end, when it is not SUCCESS.
    deploy_result: str | None = None
    sealed: list[str] = field(default_factory=list)
    updated: dict[str, float] = field(default_factory=dict)
    # Of ``deploy`` in a config patch, and limits of vCPU and memory.
    settings: Json = field(default_factory=dict)
    limits: Json = field(default_factory=dict)
    # Commits that were pushed and not deployed, newest last: what a deployment can name beside those of former ones.
    pushed: list[Json] = field(default_factory=list)
    # What the environment's config says of the service beside its settings and variables, such as its place in a cluster.
    config: Json = field(default_factory=dict)
    effects: Effects = field(default_factory=Effects)

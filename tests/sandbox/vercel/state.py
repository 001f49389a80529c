# SPDX-License-Identifier: GPL-3.0-or-later
"""What Vercel remembers. Times are seconds; they become the vendor's milliseconds only when rendered."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

if t.TYPE_CHECKING:
    from .env import Variable

Json = dict[str, t.Any]
FINAL = frozenset({"READY", "ERROR", "CANCELED", "BLOCKED", "DELETED"})


class VercelError(Exception):
    """Becomes ``{"error": {"code", "message", ...}}`` with its status."""

    def __init__(self, status: int, code: str, message: str, **extra: t.Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"code": code, "message": message, **extra}}


@dataclass
class Team:
    id: str
    slug: str
    name: str
    created: float


@dataclass
class Deployment:
    """``substate``: STAGED (never served production), ROLLING, PROMOTED (has served). ``can_rollback`` None: as the rules say."""

    id: str
    project: str
    url: str
    tag: str
    commit: str
    bad: bool
    created: float
    state: str = "READY"
    substate: str | None = None
    target: str | None = "production"
    branch: str = "main"
    source: str = "git"
    building_at: float | None = None
    ready_at: float | None = None
    alias_assigned_at: float | None = None
    canceled_at: float | None = None
    alias_error: Json | None = None
    error: Json | None = None
    can_rollback: bool | None = None
    # Taken away by the project's retention: still listed, and nothing can go there.
    expired: bool = False
    # Its logs: more (type, text) of its build, in the old shape, and as lines; what its runtime says, and for how many real seconds it goes on.
    log: list[list[str]] = field(default_factory=list)
    old_log: bool = False
    log_lines: bool = False
    runtime_log: list[Json] = field(default_factory=list)
    runtime_open: float = 0.0
    # What its maker wrote into its meta.
    marks: Json = field(default_factory=dict)
    # Fields of the answer to leave out, and raw ones to set: for answers that the rules would never produce.
    omit: list[str] = field(default_factory=list)
    raw: Json = field(default_factory=dict)


@dataclass
class AliasRequest:
    """The job that moves the production domains; the project shows the last one, for ever."""

    type: str
    to: str
    from_: str | None
    requested: float
    status: str = "pending"
    # The rolling release that it aborted.
    rolling: str | None = None

    @property
    def running(self) -> bool:
        return self.status in ("pending", "in-progress")


@dataclass
class Alias:
    uid: str
    name: str
    deployment: str | None
    created: float
    updated: float
    failed: bool = False
    # The branch whose domain it is, where that is not production.
    branch: str | None = None


@dataclass
class Effects:
    """How often something really happened, per deployment where it has one."""

    rollbacks: dict[str, int] = field(default_factory=dict)
    promotes: dict[str, int] = field(default_factory=dict)
    domain_switches: int = 0
    builds: int = 0

    @staticmethod
    def count(table: dict[str, int], deployment: str) -> None:
        table[deployment] = table.get(deployment, 0) + 1


@dataclass
class Project:
    id: str
    name: str
    component: str
    team: Team
    created: float
    plan: str = "pro"
    branch: str = "main"
    repo: str = "shop"
    # None: the vendor leaves the field out.
    auto_assign: bool | None = True
    paused: bool = False
    production: str | None = None
    aliases: list[Alias] = field(default_factory=list)
    # Those that no job moves.
    other_aliases: list[Alias] = field(default_factory=list)
    # Deployments in the order in which they came to serve production.
    served: list[str] = field(default_factory=list)
    request: AliasRequest | None = None
    # What a reader is still shown while a new request is not visible yet.
    stale_request: AliasRequest | None = None
    rolling_release: Json | None = None
    rolling_config: Json | None = None
    # Settings that are on keep their stages when they are written over.
    sticky_rolling_config: bool = False
    # On the Pro plan: for how many more projects the team may switch rolling releases on.
    rolling_slots: int = 1
    rollback_description: Json | None = None
    # Domains that the next job fails to move.
    failing_aliases: list[str] = field(default_factory=list)
    # The state in which the next builds end, when it is not READY.
    build_result: str | None = None
    settings: Json = field(default_factory=dict)
    # Environment variables, and what the vendor makes of them: see env.py.
    env: list[Variable] = field(default_factory=list)
    environments: list[Json] = field(default_factory=list)
    env_limit: int = 1000
    env_failing: list[str] = field(default_factory=list)
    env_hides_production: bool = False
    env_list_decrypts: bool = True
    env_paged: bool = False
    sensitive_policy: bool = False
    # What is secret is shown only to a person who confirms it in a browser.
    step_up: bool = False
    # Global Configs of its team; ``edge_config_status``: what the calls of today answer where only the former ones are known.
    configs: list[Json] = field(default_factory=list)
    config_read_only: bool = False
    edge_config_status: int = 0
    # Its firewall: None for rules that were never set; ``firewall_drafts``: changes wait to be published.
    security: Json = field(default_factory=dict)
    firewall: list[Json] | None = None
    firewall_version: int = 1
    firewall_drafts: bool = False
    bypasses: list[Json] = field(default_factory=list)
    # What is wrong with its domains, how many days their certificates last, and what is said of the token that asks.
    unverified: list[str] = field(default_factory=list)
    misconfigured: list[str] = field(default_factory=list)
    certificate_days: dict[str, float | None] = field(default_factory=dict)
    token_facts: Json = field(default_factory=dict)
    omit: list[str] = field(default_factory=list)
    raw: Json = field(default_factory=dict)
    effects: Effects = field(default_factory=Effects)

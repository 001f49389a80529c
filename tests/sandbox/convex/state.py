# SPDX-License-Identifier: GPL-3.0-or-later
"""What Convex remembers. Times are seconds; they become the vendor's milli- or nanoseconds only when rendered."""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field

Json = dict[str, t.Any]

# Everything that a deploy key can be allowed to do, in the vendor's order.
ACTIONS = (
    "deployment:deploy",
    "deployment:env:view",
    "deployment:env:write",
    "deployment:pause",
    "deployment:unpause",
    "deployment:logs:view",
    "deployment:metrics:view",
    "deployment:integrations:view",
    "deployment:integrations:write",
    "deployment:data:view",
    "deployment:data:write",
    "deployment:backups:view",
    "deployment:backups:create",
    "deployment:backups:download",
    "deployment:backups:delete",
    "deployment:backups:import",
    "deployment:functions:actAsUser",
    "deployment:functions:runInternalQueries",
    "deployment:functions:runInternalMutations",
    "deployment:functions:runInternalActions",
    "deployment:functions:runTestQuery",
    "deployment:auditLog:view",
    "deployment:usageLimits:view",
    "deployment:usageLimits:write",
    "deployment:usage:view",
)


class ConvexError(Exception):
    """Becomes ``{"code", "message"}`` with its status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message}


@dataclass
class Key:
    """A key for one deployment. ``kind`` ``deploy``: made at the management API, and can be revoked there."""

    id: int
    name: str
    secret: str
    created: float
    allowed: tuple[str, ...] = ACTIONS
    kind: str = "deploy"
    creator: int | None = None
    last_used: float | None = None
    expires: float | None = None


@dataclass
class Token:
    """A token for the management API: ``team`` or ``personal``. It also opens the deployments of its team."""

    id: int
    name: str
    secret: str
    created: float
    kind: str = "team"
    creator: int | None = None
    last_used: float | None = None
    expires: float | None = None


@dataclass
class StoredFile:
    id: str
    content: bytes
    content_type: str
    created: float


@dataclass
class Push:
    """One deploy: which functions it holds is the same for all here, what differs is the release."""

    id: str
    tag: str
    commit: str
    bad: bool
    created: float
    message: str | None = None


@dataclass
class Export:
    """``state``: requested, in_progress, completed, failed or canceled. Readers see it from ``visible`` on."""

    id: str
    created: float
    visible: float
    include_storage: bool
    state: str = "requested"
    requestor: str = "snapshotExport"
    progress: str | None = None
    start: float = 0.0
    end: float = 0.0
    expiration: float = 0.0
    content: bytes = b""
    # In place of ``content`` where it is too large for memory; it goes with this object.
    file: t.Any = None

    @property
    def size(self) -> int:
        return len(self.content) if self.file is None else os.path.getsize(self.file.name)


@dataclass
class Import:
    """``state``: uploaded, waiting_for_confirmation, in_progress, completed or failed. ``plan``: one entry for each table."""

    id: str
    created: float
    mode: str
    format: str
    table: str | None
    raw: bytes
    creator: int | None = None
    state: str = "uploaded"
    message: str = ""
    progress: str = ""
    done: list[str] = field(default_factory=list)
    needs_confirmation: bool = False
    plan: list[Json] | None = None
    rows: dict[str, list[Json]] = field(default_factory=dict)
    files: list[StoredFile] = field(default_factory=list)
    written: int = 0
    end: float = 0.0


@dataclass
class Effects:
    """How often something really happened."""

    env_updates: int = 0
    pauses: int = 0
    unpauses: int = 0
    exports: int = 0
    imports: int = 0
    pushes: int = 0
    mutations: dict[str, int] = field(default_factory=dict)
    keys_created: dict[str, int] = field(default_factory=dict)


@dataclass
class Deployment:
    """``user``: none or paused. ``system`` and ``usage_limit``: what Convex itself stopped, and a limit that was reached."""

    id: int
    name: str
    type: str
    reference: str
    created: float
    component: str = ""
    is_default: bool = True
    creator: int | None = None
    expires: float | None = None
    region: str = "aws-us-east-1"
    size: str = "s16"
    self_hosted: bool = False
    cloud_url: str | None = None
    site_url: str | None = None
    user: str = "none"
    system: str = "none"
    usage_limit: str = "none"
    env: dict[str, str] = field(default_factory=dict)
    keys: list[Key] = field(default_factory=list)
    tables: dict[str, dict[str, Json]] = field(default_factory=dict)
    table_numbers: dict[str, int] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    exports: list[Export] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    usage_limits: dict[str, Json] = field(default_factory=dict)
    log_streams: dict[str, Json] = field(default_factory=dict)
    # How far the vendor has got with counting what was used before.
    seed_status: str = "complete"
    # How the next exports end, and what the next imports fail with.
    export_result: str = "completed"
    import_error: str | None = None
    # Why the schema of the next pushes does not fit the data; ``race``: another push came between.
    schema_error: str | None = None
    modules: dict[str, Json] = field(default_factory=dict)
    pushes: list[Push] = field(default_factory=list)
    audit: list[Json] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)

    def key_text(self, key: Key) -> str:
        """The key as it is shown to its maker; an admin key has no type in front."""
        return f"{self.name}|{key.secret}" if key.kind == "admin" else f"{self.type}:{self.name}|{key.secret}"


@dataclass
class Project:
    id: int
    name: str
    slug: str
    created: float
    deployments: list[Deployment] = field(default_factory=list)
    preview_keys: list[Key] = field(default_factory=list)
    # By name and type of deployment.
    default_variables: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Team:
    id: int
    slug: str
    name: str
    member: int
    created: float
    tokens: list[Token] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)

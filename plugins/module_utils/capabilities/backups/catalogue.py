# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which sets there are, and the content of their parts. A set is there when its manifest is in the repository; the ledger only spares reading it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import manifest as manifests
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, not_there
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import Repository

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
Row = t.Mapping[str, t.Any]
# What restic says when the content itself is not what was stored.
BROKEN = ("restic", "snapshot")


@dataclasses.dataclass(frozen=True)
class Set:
    """``snapshot`` and ``sha256`` are the manifest's. ``problem``: why the set is not to be trusted; it has no parts then, or those that the ledger
    remembers. ``proved_at``: when a drill found it identical; ``verified``: what the verifier found last."""

    id: str
    at: float
    manifest: Json
    snapshot: str
    sha256: str = ""
    proved_at: t.Optional[float] = None  # noqa: UP045
    verified_at: t.Optional[float] = None  # noqa: UP045
    verified: str = ""
    problem: str = ""

    @property
    def complete(self) -> bool:
        return bool(self.manifest["complete"]) and not self.problem


def moment_of(snapshot: Row) -> float:
    """When restic was told that it was made. Of its time all digits are given that it has."""
    text = str(snapshot["time"])
    whole, _dot, rest = text.partition(".")
    zone = rest.lstrip("0123456789") if rest else ""
    return datetime.datetime.fromisoformat((whole + zone).replace("Z", "+00:00")).timestamp()


def tagged(snapshot: Row, name: str) -> str:
    """The value of a tag ``name:value``; empty when it has none."""
    return next((tag.partition(":")[2] for tag in snapshot.get("tags") or [] if tag.startswith(f"{name}:")), "")


def sets(task: Task, repo: Repository, store: Store | None, environment: str = "") -> list[Set]:
    """Newest first. ``environment``: whose, when it is not the repository's own; nothing is remembered of another one."""
    if environment and store is not None and environment != store.environment:
        repo, store = repo.of(environment), None
    return of_snapshots(repo, store, repo.snapshots())


def of_snapshots(repo: Repository, store: Store | None, snapshots: t.Sequence[Row]) -> list[Set]:
    """The sets of these snapshots, which are all that the environment has."""
    known: dict[str, Row] = {}
    if store is not None:
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

        known = {row["id"]: row for row in backups.rows(store)}
    proofs = {tagged(one, "set"): moment_of(one) for one in snapshots if "proof" in one["tags"]}
    written = {tagged(one, "set"): one for one in snapshots if "manifest" in one["tags"] and tagged(one, "set")}
    found = [_set(repo, known.get(set_id), snapshot, proofs.get(set_id)) for set_id, snapshot in written.items()]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _set(repo: Repository, row: Row | None, snapshot: Row, proved_at: float | None) -> Set:
    set_id, here = tagged(snapshot, "set"), str(snapshot["id"])
    if row is not None:
        marks = {"proved_at": row["proved_at"] or proved_at, "verified_at": row["verified_at"], "verified": row["verified"] or ""}
        problem = "" if row["snapshot"] == here else "its manifest is not the one that was written"
        return Set(set_id, float(row["at"]), dict(row["manifest"]), here, str(row["sha256"]), problem=problem, **marks)
    at = moment_of(snapshot)
    nothing = {"set": set_id, "environment": "", "why": "", "run": "", "began": at, "ended": at, "complete": False, "parts": []}
    try:
        with repo.open(here, manifests.MANIFEST) as source:
            content = source.read()
        found = manifests.read(content)
        if found["set"] != set_id:
            return Set(set_id, at, nothing, here, problem=f"its manifest is that of the set {found['set']}")
        return Set(set_id, float(found["began"]), found, here, hashlib.sha256(content).hexdigest(), proved_at)
    except Failure as failure:
        if failure.vendor == VENDOR and failure.code in (*BROKEN, "manifest", "schema"):
            return Set(set_id, at, nothing, here, problem=failure.message)
        raise


def named(found: t.Sequence[Set], which: str) -> Set:
    """``latest`` (the newest that is complete), an id, or the beginning of one when there is no other with it."""
    if which == "latest":
        complete = [one for one in found if one.complete]
        if not complete:
            message = "no set of backups is complete" if found else "there is no set of backups"
            raise Failure("not_found", message, "Make one: playbooks/backup.yml", VENDOR, code="no_set")
        return complete[0]
    meant = [one for one in found if one.id == which] or [one for one in found if which and one.id.startswith(which)]
    if len(meant) > 1:
        raise Failure("invalid", f"{which} may be {' or '.join(one.id for one in meant[:3])}", "Give more of its name", VENDOR, code="ambiguous")
    if not meant:
        raise not_there("set of backups", which, [one.id for one in found], "Give latest, or one of those that backup_set_info tells", VENDOR)
    return meant[0]


class _Counted:
    """A source that is hashed on its way. Its end refuses what is not what the manifest tells: before whoever reads it takes it for good."""

    def __init__(self, source: Source, part: Row) -> None:
        self._source, self._part = source, part
        self._size, self._digest = 0, hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._size += len(piece)
        self._digest.update(piece)
        if not piece or size < 0:
            self._check()
        return piece

    def _check(self) -> None:
        if (self._size, self._digest.hexdigest()) != (int(self._part["bytes"]), self._part["sha256"]):
            stored = int(self._part["bytes"])
            what = f"{self._size} bytes came where {stored} were stored" if self._size != stored else "its SHA-256 is another one"
            raise _damaged(str(self._part["name"]), what)


@contextlib.contextmanager
def source(repo: Repository, part: Row) -> t.Iterator[Source]:
    """The content of a part. What is not what the manifest tells is refused at its end, and at that of the block where the reader has not read all."""
    try:
        with repo.open(str(part["snapshot"]), str(part["name"])) as stream:
            counted = _Counted(stream, part)
            yield counted
            while counted.read(CHUNK):
                continue
    except Failure as failure:
        if failure.vendor == VENDOR and failure.code in BROKEN:
            raise _damaged(str(part["name"]), failure.message) from failure
        raise


def _damaged(name: str, why: str) -> Failure:
    return Failure("protocol", f"{name} is not what was stored: {why}", "Use another set, and look at the repository: restic check", VENDOR, code="damaged")

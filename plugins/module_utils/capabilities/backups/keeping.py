# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which sets stay in the repository: restic's policy over their manifests, and what must never go. Whole sets go, and never half of one.

It is decided from the sets that were there before the newest: so that one is kept besides, and a plan decides as the run does.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, manifest
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.catalogue import Set
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import retention
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import Repository

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Row = t.Mapping[str, t.Any]
# Tags of manifests, so that a set that lacks something never stands for its day; such sets have a count of their own.
COMPLETE, PARTIAL = "complete", "partial"
# What is made before a restore holds what was wrong; it must not stand for its day either.
SAFETY = "why:pre_restore"
KINDS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
PRUNE_EVERY = 86400.0


@dataclasses.dataclass(frozen=True)
class Gone:
    """What goes: sets, snapshots of theirs and of killed runs (``swept``: how many runs). ``why``: why no set was looked at, where that is to be told."""

    ids: list[str]
    why: str = ""
    snapshots: t.Sequence[str] = ()
    swept: int = 0
    pruned: bool = False


def nothing(why: str) -> Gone:
    return Gone([], why)


def read_policy(given: Row | None) -> dict[str, int]:
    """``{daily: 7, weekly: 4}``; empty keeps every set."""
    for name, number in (given or {}).items():
        if name not in KINDS or isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise Failure("invalid", f"retention has {name}: {number!r}", f"Give whole numbers for some of {', '.join(KINDS)}", VENDOR, code="retention")
    policy = {name: number for name, number in (given or {}).items() if number}
    if given and not policy:
        raise Failure("invalid", "retention keeps nothing", "Give a number above 0, or leave it out to keep every set", VENDOR, code="retention")
    return policy


def decide(repo: Repository, store: Store | None, sets: t.Sequence[Set], snapshots: t.Sequence[Row], writing: str, policy: t.Mapping[str, int]) -> Gone:
    """What may go. Asked before the manifest of the set that is ``writing`` is stored: ``sets`` and ``snapshots`` are what was there until then."""
    if store is None:
        return nothing("without the ledger nobody knows whether another run still needs what seems old")
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

    ids = retention.forgettable(_facts(repo, sets, policy)) if policy else []
    swept = retention.sweepable(_leftovers(store, sets, snapshots, writing), clock.now())
    going = [str(one["id"]) for one in snapshots if catalogue.tagged(one, "set") in {*ids, *swept}]
    last_forgotten, last_pruned = backups.last(store, backups.FORGOTTEN), backups.last(store, backups.PRUNED)
    is_due = clock.now() - last_pruned >= PRUNE_EVERY and (bool(going) or last_forgotten > last_pruned)
    return Gone(ids, "" if policy else "no retention is declared: every set is kept", going, len(swept), is_due)


def carry_out(task: Task, repo: Repository, store: Store | None, gone: Gone) -> None:
    """Forget, and give the room back once a day."""
    if store is None:
        return
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

    if gone.snapshots:
        repo.forget(gone.snapshots)
        if not task.check_mode:
            backups.forget(store, _run(task), gone.ids, gone.swept)
    if gone.pruned:
        repo.prune()
        if not task.check_mode:
            backups.pruned(store, _run(task))


def _run(task: Task) -> str:
    return str((task.params["run"] or {}).get("id") or "")


def _facts(repo: Repository, sets: t.Sequence[Set], policy: t.Mapping[str, int]) -> list[retention.Fact]:
    safety = {one.id for one in sets if f"why:{one.manifest['why']}" == SAFETY}
    kept: set[str] = set()
    # Each is counted for itself. One of two kinds, where there are none of it, is not asked for.
    for tag, some in ((COMPLETE, [one for one in sets if one.complete]), (PARTIAL, [one for one in sets if not one.complete and not one.problem])):
        whys = {f"why:{one.manifest['why']}" for one in some}
        for chosen in (whys - {SAFETY}, whys & {SAFETY}):
            kept |= repo.worth_keeping([("manifest", tag, why) for why in sorted(chosen)], policy) if chosen else set()
    return [
        retention.Fact(
            one.id,
            one.at,
            one.complete and one.id not in safety,
            _whole(one),
            # What cannot be trusted is for a person to look at, and stays.
            one.snapshot in kept or bool(one.problem),
            one.proved_at,
        )
        for one in sets
    ]


def _whole(one: Set) -> frozenset[str]:
    """Components of which the set holds every part."""
    if one.problem:
        return frozenset()
    parts = one.manifest["parts"]
    return frozenset(part["component"] for part in parts) - {part["component"] for part in parts if part["state"] == manifest.FAILED}


def _leftovers(store: Store, sets: t.Sequence[Set], snapshots: t.Sequence[Row], writing: str) -> list[retention.Leftover]:
    """What belongs to a set that has no manifest."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups, leases

    known = {*(one.id for one in sets), writing, ""}
    newest: dict[str, float] = {}
    for snapshot in snapshots:
        set_id = catalogue.tagged(snapshot, "set")
        if set_id not in known:
            newest[set_id] = max(newest.get(set_id, 0.0), catalogue.moment_of(snapshot))
    held = [leases.current(store, purpose) for purpose in leases.PURPOSES] if newest else []
    alive = {str(lease["run"]) for lease in held if lease and not lease["free"]}
    return [
        retention.Leftover(set_id, at, manifest.run_of(set_id) in alive, backups.knows_run(store, manifest.run_of(set_id))) for set_id, at in newest.items()
    ]

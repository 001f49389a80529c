# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_backup_verify does: looks whether the backups are there, are what they were, and would bring everything back.

Of the environment once: the repository and the newest set as a whole. Of each component: its parts, read back from the repository to their end.
Nothing is changed, and nothing of what is read is kept.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import component_release
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, contents, keepers, remembered
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import backup_sets, backups, checks, references
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import Manifest, Rules, Seen
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

# What says that the repository could not be asked, and nothing of what is in it.
UNREACHABLE = ("vendor_down", "timeout", "conflict", "permission", "rate_limited")
# Codes of a repository that is not there for whoever holds this password: the backups are as good as lost.
SHUT = ("password", "no_repository")


def execute(task: Task) -> dict[str, t.Any]:
    whole = task.params["scope"] == "environment"
    if not whole and not task.params["component"]:
        raise Failure("invalid", "component is missing", "Give component: {name, component_vendor, ...}, or scope: environment")
    component = {} if whole else component_release.component_of(task)
    rules = rules_of(task)
    store = runs.join(task, str(component.get("name") or ""))
    if whole and not task.params["environment"]:
        raise Failure("invalid", "environment is missing", "Set saasops_system and saasops_environment in the inventory, or give environment: shop/production")
    repo = repository.connect(task)
    made = _environment(task, repo, store, rules) if whole else _component(task, repo, store, rules, component)
    _note(task, store, checks.worst(made))
    return checks.result(made)


def _note(task: Task, store: Store | None, verdict: str) -> None:
    """Write down at the newest set what was found, the worst of all looks of this run. A plan, and a look at nothing, write nothing."""
    run = task.params["run"]
    if store is None or task.check_mode or not run or verdict == "inconclusive":
        return
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups as kept

    with store.write():
        newest = kept.newest(store, complete=False)
        if newest is None:
            return
        is_of_this_run = (newest["verified_at"] or 0.0) >= float(run["started_at"])
        found = [verdict, *([newest["verified"]] if is_of_this_run else [])]
        worst = next(word for word in checks.VERDICTS if word in found)
        if not is_of_this_run or worst != newest["verified"]:
            kept.verified(store, str(run["id"]), newest["id"], clock.now(), worst)


def rules_of(task: Task) -> Rules:
    """The rules as they were declared; refused before the repository is opened."""
    params = task.params
    try:
        backup_sets.turn(params["read_data"], 0)
    except ValueError:
        hint = "Give a share such as 1/7, which reads all of the data within seven days, or nothing"
        raise Failure("invalid", f"read_data is {params['read_data']!r}", hint) from None
    try:
        watch = backups.watched(params["tables_watch"])
    except backups.BadRule as error:
        raise Failure("invalid", f"tables_watch: {error}", "Write {users: 5%}, {orders: {fall: 5%, growth: 20%}} or {sessions: false}") from None
    return Rules(max_age=params["max_age"], proof_max_age=params["proof_max_age"], watch=watch)


# -- the environment


def _environment(task: Task, repo: repository.Repository, store: Store | None, rules: Rules) -> list[Check]:
    try:
        snapshots = repo.snapshots()
        sets = catalogue.of_snapshots(repo, store, snapshots)
    except Failure as failure:
        return [_shut(repo, failure)]
    remembered_rows = _rows(store)
    readable = [one for one in sets if one.manifest["parts"] or not one.problem]
    manifests = [one.manifest for one in readable]
    there = {one.id for one in sets}
    wanted = [*manifests, *(row["manifest"] for row in remembered_rows if row["id"] not in there)]
    # A set that the ledger knows and whose manifest is gone is no set any more.
    unread = [f"set {one.id}" for one in sets if one not in readable] + [f"set {row['id']}" for row in remembered_rows if row["id"] not in there]
    now = clock.now()
    made = [
        check("backup encryption", "", "pass", "the repository is encrypted, and opens with the password that is declared", brief="encrypted, key fits"),
        backup_sets.completed(manifests, task.params["environment"], now, rules),
        *_manifests(repo, readable, {row["id"]: row["sha256"] for row in remembered_rows}, now),
        backup_sets.inventory(wanted, snapshots, unread),
        _integrity(task, repo, now),
        *([_away(task, manifests[0])] if manifests else []),
    ]
    proofs = [{"at": one.proved_at, "backup": one.id, "seconds": None} for one in sets if one.proved_at]
    return [*made, backup_sets.proof([*proofs, *_proofs(store)], now, rules, task.params["rto"])]


def _away(task: Task, newest: Manifest) -> Check:
    return backup_sets.away(remembered.place(newest), task.params["offsite"], references.alone(newest))


def _rows(store: Store | None) -> list[dict[str, t.Any]]:
    if store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups as kept

    return kept.rows(store)


def _proofs(store: Store | None) -> list[dict[str, t.Any]]:
    if store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import restores

    return restores.proofs(store)


def _shut(repo: repository.Repository, failure: Failure) -> Check:
    """A repository that opens with no key holds nothing for us; one that could not be reached may be well."""
    verdict = "fail" if failure.code in SHUT else "error"
    return check("backup encryption", "", verdict, f"{repo.shown}: {failure.message}", next=failure.hint)


def _integrity(task: Task, repo: repository.Repository, now: float) -> Check:
    share = backup_sets.turn(task.params["read_data"], int(now // backups.DAY))
    try:
        return backup_sets.integrity(repo.check(share), share)
    except Failure as failure:
        if failure.kind in UNREACHABLE and not _is_there(repo):
            return check("backup integrity", "", "error", failure.message, next=failure.hint)
        # It is there: what cannot be read of it is damaged.
        return backup_sets.integrity([str(line) for line in failure.state or [failure.message]], share)


def _is_there(repo: repository.Repository) -> bool:
    try:
        return repo.there()
    except Failure:
        return False


def _manifests(repo: repository.Repository, sets: t.Sequence[catalogue.Set], written: t.Mapping[str, str], now: float) -> list[Check]:
    """The newest manifest as it lies in the repository, and of the others another one each day. ``written``: their SHA-256, as the ledger has it."""
    if not sets:
        return [backup_sets.manifest(None)]
    others = sets[1:]
    turn = [others[int(now // backups.DAY) % len(others)]] if others else []
    made = [backup_sets.manifest(_kept(repo, one, written.get(one.id, ""))) for one in (sets[0], *turn)]
    return [checks.in_order(made)[0]]


def _kept(repo: repository.Repository, one: catalogue.Set, written: str) -> backup_sets.Kept:
    try:
        with repo.open(one.snapshot, "manifest.json") as source:
            content = source.read()
        found = json.loads(content)
    except Failure as failure:
        if failure.kind in UNREACHABLE and not _is_there(repo):
            raise
        return backup_sets.Kept(one.id, remembered=written)
    except ValueError:
        return backup_sets.Kept(one.id, remembered=written)
    return backup_sets.Kept(one.id, hashlib.sha256(content).hexdigest(), written, found if isinstance(found, dict) else None)


# -- a component


def _component(task: Task, repo: repository.Repository, store: Store | None, rules: Rules, component: t.Mapping[str, t.Any]) -> list[Check]:
    name = str(component["name"])
    try:
        sets = [one.manifest for one in catalogue.sets(task, repo, store) if one.manifest["parts"] or not one.problem]
    except Failure as failure:
        if not remembered.is_wanted(component):
            return [check("backup", name, "skipped", "nothing of it is kept in sets")]
        return [check("backup age", name, "inconclusive", f"the repository could not be opened: {failure.message}")]
    if not any(backups.parts_of(one, name) for one in sets) and not remembered.is_wanted(component):
        return [check("backup", name, "skipped", "nothing of it is kept in sets")]
    seen = _read(task, repo, sets[0], name) if sets and task.params["content"] else None
    told = backups.of_component(name, sets, clock.now(), rules, seen)
    return [*told, *references.checks(name, keepers.kept(task, component, sets[0]) if sets else {}, clock.now())]


def _read(task: Task, repo: repository.Repository, newest: Manifest, component: str) -> dict[str, Seen]:
    """What comes out of the repository of each part that the newest set has of this component."""
    seen: dict[str, Seen] = {}
    for part in backups.parts_of(newest, component):
        if part["state"] != "whole":
            continue
        try:
            with repo.open(part["snapshot"], part["name"]) as source:
                found = contents.look(task, part, source)
        except Failure as failure:
            away = failure.kind in UNREACHABLE and not _is_there(repo)
            found = Seen(problem=f"it does not come out of the repository: {failure.message}", unknown=away)
        seen[part["name"]] = found
    return seen

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules backup_set and backup_set_info do: a set begins with a repository that can be used, and is there once its manifest is.

Old sets go by restic's own policy, and never one that may still be needed (``judge.retention``). What killed runs have left goes, too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import platform
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, engine, keeping, manifest, page
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups.catalogue import Set
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Told
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import offsite
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.repository import Repository

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
Row = t.Mapping[str, t.Any]
OFFSITE = ("warn", "required", "ignored")


def execute(task: Task) -> Json:
    params = task.params
    set_id = engine.set_of(task)
    policy = keeping.read_policy(params["retention"])
    store = runs.join(task, "")
    repo = repository.connect(task)
    made = _begun(task, repo, store) if params["state"] == "begun" else _whole(task, repo, store, set_id, policy)
    return {"changed": bool(task.gate.changes), "set": set_id, "repository": repo.shown, **made}


def look(task: Task) -> Json:
    """``execute`` of backup_set_info."""
    repo = repository.connect(task)
    found = catalogue.sets(task, repo, _remembered(task))
    if task.params["set"]:
        found = [catalogue.named(found, task.params["set"])]
    return {"changed": False, "repository": repo.shown, "sets": [shown(one) for one in found]}


def shown(one: Set) -> Json:
    facts = dataclasses.asdict(one)
    return {**{name: facts[name] for name in facts if name != "manifest"}, "complete": one.complete, "manifest": one.manifest}


def _remembered(task: Task) -> Store | None:
    """The ledger, for those who only look: what cannot be had is read from the repository instead."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import resources

    try:
        return resources.open_ledger(task.params, create=False)
    except Failure as failure:
        if failure.code != "ledger":
            raise
        return None


# -- the beginning
def _begun(task: Task, repo: Repository, store: Store | None) -> Json:
    """The repository can be used, and is made when it is not there."""
    version = ".".join(map(str, repo.version()))
    where = offsite.place(repo.location, task.params["components"], {platform.node()} - {""})
    cautions = _off_site(task, where)
    if not repo.there():
        _refuse_lost(repo, store)
        repo.init()
    return {"restic": version, "offsite": where.offsite, "offsite_why": where.why, "cautions": cautions, "diff": _diff(task)}


def _off_site(task: Task, where: offsite.Place) -> list[str]:
    wish = task.params["offsite"]
    if where.offsite or wish == "ignored":
        return []
    why = f"the backups are not off-site: {where.why}" if where.offsite is False else f"whether the backups are off-site is not known: {where.why}"
    if wish == "required":
        raise refuse(why, "Give backup_repository a place with somebody else, such as s3:https://... or sftp:..., or set backup_offsite: warn", "offsite")
    return [why]


def _refuse_lost(repo: Repository, store: Store | None) -> None:
    """A disk that is not mounted must not get a new repository in its place, which would hold nothing of what was."""
    if store is None:
        return
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

    kept = [row for row in backups.rows(store) if row["manifest"].get("repository") == repo.shown]
    if kept:
        raise refuse(
            f"there is no repository at {repo.shown}, where {len(kept)} set(s) of backups were kept",
            "Mount it, or bring it back. When it is lost for good, give backup_repository another place, and the next backup begins there",
            "repository_lost",
        )


# -- the end
def _whole(task: Task, repo: Repository, store: Store | None, set_id: str, policy: Row) -> Json:
    snapshots = _snapshots(task, repo)
    before = catalogue.of_snapshots(repo, store, snapshots)
    there = next((one for one in before if one.id == set_id), None)
    if there is not None:
        return {**_told(there, []), "forgotten": [], "kept_why": "the set was there already", "swept": 0, "pruned": False, "diff": _diff(task)}
    made = _made(task, repo, set_id, snapshots)
    if not any(part["state"] in (manifest.WHOLE, engine.PLANNED) for part in made.manifest["parts"]):
        # A set that holds nothing would only push others out.
        return {**_told(made, []), "forgotten": [], "kept_why": "there is nothing to keep", "swept": 0, "pruned": False, "diff": _diff(task)}
    cautions: list[str] = []
    gone = keeping.nothing("the set is not complete")
    with _tidily(cautions):
        gone = keeping.decide(repo, store, before, snapshots, set_id, policy) if made.complete else gone
    if not task.check_mode:
        made = _stored(task, repo, made)
        cautions += _noted(store, made)
    else:
        _plan(repo, made)
    with _tidily(cautions):
        if not task.check_mode:
            # Of runs that were killed; they would keep out whoever checks the repository by hand.
            repo.unlock()
        page.keep(repo, snapshots)
        keeping.carry_out(task, repo, store, gone)
    return {**_told(made, cautions), "forgotten": gone.ids, "kept_why": gone.why, "swept": gone.swept, "pruned": gone.pruned, "diff": _diff(task)}


@contextlib.contextmanager
def _tidily(cautions: list[str]) -> t.Iterator[None]:
    """What is done beside the set must not cost it: it can wait for the next run."""
    try:
        yield
    except Failure as failure:
        if failure.kind == "refused":
            raise
        cautions.append(f"the repository was not tidied: {failure.message}")


def _snapshots(task: Task, repo: Repository) -> list[Json]:
    """All that the environment has; nothing where a plan would have made the repository."""
    try:
        return repo.snapshots()
    except Failure as failure:
        if task.check_mode and failure.code == "no_repository":
            return []
        raise


def _made(task: Task, repo: Repository, set_id: str, snapshots: t.Sequence[Row]) -> Set:
    params, run, ended = task.params, task.params["run"] or {}, clock.now()
    parts = [_found(part, set_id, snapshots, task.check_mode) for part in params["parts"]]
    parts += [_left_out(name, ended) for name in params["left_out"]]
    facts = {
        "set": set_id,
        "environment": params["environment"],
        "why": params["why"],
        "reason": params["reason"],
        "by": str(run.get("asked_by") or ""),
        "run": manifest.run_of(set_id),
        "began": float(run.get("started_at") or ended),
        "repository": repo.shown,
        "versions": {"restic": ".".join(map(str, repo.version())), "python": platform.python_version()},
        "releases": params["releases"],
    }
    content = manifest.build(facts, parts, ended)
    return Set(set_id, facts["began"], content, "", hashlib.sha256(manifest.written(content)).hexdigest())


def _found(part: Row, set_id: str, snapshots: t.Sequence[Row], is_plan: bool) -> Json:
    """The part with the whole id of its snapshot. One whose snapshot is not in the repository is not whole, whatever was told of it."""
    if part["state"] != manifest.WHOLE or is_plan:
        return dict(part)
    mine = [str(one["id"]) for one in snapshots if catalogue.tagged(one, "set") == set_id and catalogue.tagged(one, "part") == part["name"]]
    full = next((one for one in mine if part["snapshot"] and one.startswith(part["snapshot"])), "")
    return {**part, "snapshot": full} if full else {**part, "state": manifest.FAILED, "why": "its snapshot is not in the repository"}


def _left_out(component: str, moment: float) -> Json:
    """A component that the run was told to leave alone: the set is not all of the environment."""
    empty = {"vendor": "", "kind": "", "snapshot": "", "bytes": 0, "added": 0, "sha256": "", "seconds": 0.0}
    return {"name": component, "component": component, "state": manifest.SKIPPED, "why": "left out by --limit", **empty, **Told(moment, {}).as_dict()}


def _tags(made: Set) -> list[str]:
    return ["manifest", f"set:{made.id}", f"why:{made.manifest['why']}", keeping.COMPLETE if made.manifest["complete"] else keeping.PARTIAL]


def _plan(repo: Repository, made: Set) -> None:
    repo.store(manifest.MANIFEST, _tags(made), made.at, lambda sink: None)


def _stored(task: Task, repo: Repository, made: Set) -> Set:
    """The manifest is read back: a set that cannot be read is none."""
    content = manifest.written(made.manifest)
    repo.store(manifest.MANIFEST, _tags(made), made.at, lambda sink: sink.take(content))
    kept = repo.snapshots(["manifest", f"set:{made.id}"])
    with repo.open(str(kept[0]["id"]), manifest.MANIFEST) as source:
        read = source.read()
    if len(kept) != 1 or read != content:
        raise Failure("protocol", "the manifest does not come back as it was written", "Look at the repository: restic check", VENDOR, code="manifest")
    return dataclasses.replace(made, snapshot=str(kept[0]["id"]))


def _noted(store: Store | None, made: Set) -> list[str]:
    if store is None:
        return ["no ledger: nothing old was forgotten, and the set is found in the repository alone"]
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

    backups.note(store, made.manifest, made.snapshot, made.sha256)
    return []


def _told(made: Set, cautions: list[str]) -> Json:
    return {"manifest": made.manifest, "snapshot": made.snapshot, "complete": bool(made.manifest["complete"]), "cautions": cautions}


def _diff(task: Task) -> Json:
    return {"before": {"done": []}, "after": {"done": [f"{change.operation} {change.target}" for change in task.gate.changes]}}

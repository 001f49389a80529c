# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module backup_proof does: that a set was put back and was the same is written down, in the repository and in the ledger.

In the repository it is a small snapshot of its own, so that any machine finds it there. The ledger's own note keeps retention from ever forgetting the
set that was proved last.
"""

from __future__ import annotations

import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, manifest, rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import references
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository

KEPT = ("name", "kind", "by", "rows", "tables", "seconds")


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    store = runs.join(task, "")
    run = params["run"] or {}
    # A set of another environment is proved where it is kept; its own ledger is elsewhere.
    store = store if run.get("environment") == params["environment"] else None
    repo = repository.connect(task, params["environment"])
    chosen = catalogue.named(catalogue.sets(task, repo, store), params["set"])
    given = {part["name"]: part for part in params["parts"]}
    proved = [{key: part[key] for key in KEPT} for part in params["parts"] if part["result"] == "restored" and part["by"]]
    names = {part["name"] for part in proved}
    without = {part["name"]: part["why"] for part in params["kept"]}
    left = [_left(row, given.get(row["name"]), without.get(row["name"], "")) for row in chosen.manifest["parts"] if row["name"] not in names]
    proof = {
        "schema": 1,
        "set": chosen.id,
        "environment": chosen.manifest["environment"],
        "run": str(run.get("id") or ""),
        "at": clock.now(),
        "whole": bool(proved) and not any(row["could"] for row in left),
        "proved": proved,
        "not_proved": [{"name": row["name"], "why": row["why"]} for row in left],
    }
    if proved:
        content = json.dumps(proof, indent=2, sort_keys=True).encode() + b"\n"
        repo.store(manifest.PROOF, ["proof", f"set:{chosen.id}"], proof["at"], lambda sink: sink.take(content))
    if proof["whole"] and store and not task.check_mode:
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

        backups.proved(store, proof["run"], chosen.id, proof["at"])
    return {"changed": bool(task.gate.changes), "proof": proof, "diff": {"before": {"proved_at": chosen.proved_at}, "after": {"proved_at": proof["at"]}}}


def _left(row: t.Mapping[str, t.Any], found: t.Mapping[str, t.Any] | None, without: str) -> dict[str, t.Any]:
    """Why a part of the set is not proved, and whether it could have been. ``without``: why there is no place where it could be tried."""
    if without or row["state"] == manifest.SKIPPED or rooms.restorer(row["kind"]) is None:
        kind = references.BACK if row["kind"] in references.KINDS else "kept to be read, not put back"
        return {"name": row["name"], "could": False, "why": without or row["why"] or kind}
    why = row["why"] if row["state"] != "whole" else "it was not drilled" if found is None else "it did not come back the same"
    return {"name": row["name"], "could": True, "why": why}

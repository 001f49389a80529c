# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""Items of a scheduled run that are whole procedures: each is a run of its verb inside the scheduled one, with leases of its own.

A role that can be one has the task file ``whole``, which ends with the record ``<verb>_record``. Nothing is restored by them but into places that are made
for it and removed again: ``restore`` is none.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import leases, runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard, taken_leases

Json = dict[str, t.Any]
# What of the scheduled run is another one's while an item is carried out.
OWN = ("verb", "purpose", "generation", "also", "values", "reason", "started_at", "lease_seconds")


@dataclasses.dataclass(frozen=True)
class Procedure:
    """``purposes``: the leases that it holds while it works. ``needs_ledger``: without one it does nothing."""

    purposes: tuple[str, ...]
    needs_ledger: bool = False
    # Whether it is of the environment as a whole, and not of single components.
    whole: bool = False


PROCEDURES = {
    # One set holds all components.
    "backup": Procedure(("backup",), whole=True),
    "drill": Procedure(("backup",), needs_ledger=True),
    "maintenance": Procedure(("change",), needs_ledger=True, whole=True),
}
# What a drill may drill; a release that is moved needs the lease of those who change something.
WHAT, MOVES = "drill_what", "rollback"


def drills() -> list[str]:
    return list(guard.options_of("drill")[WHAT]["choices"])


def purposes(item: t.Mapping[str, t.Any]) -> list[str]:
    return [*PROCEDURES[item["do"]].purposes, *(["change"] if MOVES in item["what"] else [])]


def begin(run: t.Mapping[str, t.Any], item: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any], ledger_url: str | None) -> Json:
    """The run of the item's verb, or the scheduled run as it was where the item cannot begin; ``turn`` says which, and why. It never fails.

    ``given``: what the inventory says of the verb's variables.
    """
    verb = item["do"]
    kept = {name: run[name] for name in OWN if name in run}
    turn: Json = {"item": item["name"], "begun": True, "verdict": "", "why": "", "next": ""}
    try:
        values = guard.check_values(verb, {**given, **({WHAT: item["what"]} if item["what"] else {})})
        wanted = purposes({**item, "what": values.get(WHAT) or []})
        mine = {name: value for name, value in run.items() if name not in OWN}
        mine |= {"verb": verb, "purpose": wanted[0], "generation": 0, "also": {}, "values": values, "reason": f"scheduled {run['reason']}"}
        mine |= {"started_at": clock.now(), "scheduled": kept, "turn": turn}
        store = runs.open_store(run, ledger_url)
        if store is None and PROCEDURES[verb].needs_ledger and not run["check_mode"]:
            raise refuse(f"{verb} does nothing without a ledger", "See the note about the ledger", "ledger")
        if store and run["check_mode"]:
            return {**mine, "cautions": [*run["cautions"], *taken_leases.at_work(store, wanted)]}
        if store:
            taken = taken_leases.take(store, mine, wanted)
            return {**mine, **taken, "cautions": [*run["cautions"], *taken["cautions"]]}
        return mine
    except Failure as failure:
        # Somebody else does what is due, or something that must not meet it: that is told, and is no error of this run.
        verdict = "warn" if failure.code == "leased" else "error"
        return {**run, "turn": {**turn, "begun": False, "verdict": verdict, "why": failure.message, "next": failure.hint}}


def end(run: t.Mapping[str, t.Any], ledger_url: str | None) -> Json:
    """The scheduled run again; the item's leases are given back. It never fails: what is not given back ends with this process."""
    if "scheduled" not in run:
        return dict(run)
    cautions = list(run["cautions"])
    try:
        store = None if run["check_mode"] else runs.open_store(run, ledger_url)
        for purpose in runs.held(run) if store else ():
            leases.release(t.cast("t.Any", store), purpose, run["id"])
    except Failure as failure:
        cautions.append(f"the lease of {run['verb']} was not given back: {failure.message}")
    rest = {name: value for name, value in run.items() if name not in (*OWN, "scheduled")}
    return {**rest, **run["scheduled"], "cautions": cautions}


def found(run: t.Mapping[str, t.Any], item: t.Mapping[str, t.Any], record: t.Mapping[str, t.Any], stopped: str) -> tuple[list[checks.Check], list[Json], bool]:
    """(checks, changes, whether it was carried out) of an item. ``record``: its verb's own; ``stopped``: why a task of it failed."""
    verb, turn = item["do"], run.get("turn") or {}
    if turn.get("item") == item["name"] and not turn["begun"]:
        return [checks.check(verb, "", turn["verdict"], f"not carried out: {turn['why']}", next=turn["next"])], [], False
    if stopped or "word" not in record:
        why = stopped or str(record.get("msg") or "it did not come to its end: see the error above")
        return [checks.check(verb, "", "error", why)], [], False
    rows, changes = list(record["checks"]), list(record["changes"])
    if run["check_mode"]:
        told = f"a plan: {len(changes)} change(s) would be made"
        return [*(one for one in rows if one["verdict"] in checks.BAD), checks.check(verb, "", "skipped", told)], changes, False
    return rows or [checks.check(verb, "", "skipped", "there is nothing to do")], changes, record["word"] != "refused"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every playbook, and the failure that it is for. A new one is one more line here."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import failures
from .place import Place


@dataclass(frozen=True)
class Rehearsed:
    """``before``: playbooks that are played first, without a word of theirs. ``plant`` has happen what ``failure`` says."""

    failure: str
    scenario: str = "healthy"
    plant: t.Callable[[Place], None] | None = None
    before: tuple[str, ...] = ()
    # Whether it asks databases: real servers are started then.
    databases: bool = False


VERBS: dict[str, Rehearsed] = {
    "backup": Rehearsed("nothing: everything is stored, in a repository of the rehearsal", databases=True),
    "backup_verify": Rehearsed("backups that were made, and then no more", plant=failures.days_later, before=("backup",), databases=True),
    "db_integrity": Rehearsed("rows that point at nothing", plant=failures.orphans, databases=True),
    "db_migrate": Rehearsed("a migration that is pending", databases=True),
    "doctor": Rehearsed("nothing: what could be done right now", databases=True),
    "drill": Rehearsed("nothing: the newest set is put back into places of its own, and proved", before=("backup",), databases=True),
    "health": Rehearsed("a bad release that serves, and an incident at a vendor", "bad-release", failures.incident),
    "heartbeat": Rehearsed("a scheduled run that did not happen", plant=failures.days_later, before=("scheduled",)),
    "logs": Rehearsed("a burst of errors", plant=failures.burst),
    "maintenance": Rehearsed("nothing: what is in maintenance is looked at, and ended where its time is over"),
    "monitors": Rehearsed("monitors that are declared, and are not there yet"),
    "notify_test": Rehearsed("nothing: who would be told"),
    "report": Rehearsed("a bad release that serves, and was looked at", "bad-release", before=("health",)),
    "restart": Rehearsed("nothing: services that are well are started again, once"),
    "restore": Rehearsed("rows that point at nothing, and a set of before", plant=failures.orphans, before=("backup",), databases=True),
    "roll_forward": Rehearsed("a release that was rolled back, and its correction, which is built", "bad-release", failures.corrected, ("rollback",)),
    "rollback": Rehearsed("a bad release that serves", "bad-release"),
    "schedule": Rehearsed("nothing: the schedule is written into a folder of the rehearsal"),
    "scheduled": Rehearsed("a burst of errors, rows that point at nothing, and an incident at a vendor", plant=failures.several, databases=True),
}
# Of these a rehearsal would show nothing.
NOT_REHEARSED = {
    "init": "it writes the inventory that a rehearsal begins with",
    "rehearse": "it is the rehearsal",
}

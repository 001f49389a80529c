# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A run of a playbook, as its tasks know it, and the recorder through which its changes pass.

The run is a plain dict that the guard makes and Ansible carries along:
``{id, environment, verb, purpose, generation, also, holder, started_at, ledger: bool, saga: id or None, asked_by, reason}``. A run whose
``purpose`` is empty only looks: it holds no lease, and none of its tasks may change anything. ``also`` has further leases, ``{purpose: generation}``.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Change
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Run = t.Mapping[str, t.Any]
# Options of a module that can be part of a run; documented in doc_fragments/common.py.
RUN_ARGUMENTS: dict[str, dict[str, t.Any]] = {"run": {"type": "dict"}, "ledger_url": {"type": "str", "no_log": True}}
# Renewing more often than this only burdens the ledger: a lease lives far longer.
RENEW_EVERY = 10.0


def open_store(run: Run, ledger_url: str | None) -> Store | None:
    """The run's ledger; None when the guard found that it works without one."""
    if not run.get("ledger"):
        return None
    # SQLAlchemy costs 0.2 s of CPU to import: only where a ledger is used.
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import store

    return store.Store(ledger_url or store.default_url(run["environment"]), run["environment"], create=False)


def held(run: Run) -> dict[str, int]:
    """The leases of a run: ``{purpose: generation}``."""
    return {run["purpose"]: run["generation"], **(run.get("also") or {})} if run["purpose"] else {}


def join(task: Task, component: str) -> Store | None:
    """Make a task part of the run it was given, if any: its changes pass the run's recorder. Returns the run's ledger."""
    run = task.params["run"]
    if not run:
        return None
    store = open_store(run, task.params["ledger_url"])
    task.record_with(Recorder(run, store, component))
    return store


class Recorder:
    """Refuses every change of a run that has ended or was taken over; writes intents and outcomes into the ledger."""

    def __init__(self, run: Run, store: Store | None, component: str) -> None:
        self.run, self.store, self.component = run, store, component
        self._renewed = clock.now()

    def before(self, change: Change) -> None:
        self._still_ours({"kind": "intent", **change.as_dict()})

    def after(self, change: Change, failure: Failure | None) -> None:
        self._still_ours({"kind": "outcome", **change.as_dict(), "failure": failure.as_dict() if failure else None}, fence=False)

    def turn(self) -> None:
        if clock.now() - self._renewed >= RENEW_EVERY:
            self._still_ours(None)

    def again(self) -> None:
        self._still_ours(None)

    def _still_ours(self, entry: dict[str, t.Any] | None, fence: bool = True) -> None:
        """In one transaction: the lease is ours and renewed, and the entry is written down. A plan holds no lease and writes nothing."""
        if self.run.get("check_mode"):
            return
        if not self.run["purpose"]:
            if entry and fence:
                raise refuse(f"{self.run['verb']} only looks, and holds no lease", "Use a playbook that may change something", code="no_lease")
            return
        if fence and holders.is_gone(self.run["holder"]) is True:
            raise refuse(
                f"run {self.run['id']} has ended, and this is only what was left of it", "Run the same command again: it looks before it acts", code="orphan"
            )
        if self.store is None:
            return
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, leases, sagas

        with self.store.write() as connection:
            if fence:
                seconds = float(self.run.get("lease_seconds") or leases.SECONDS)
                for purpose, generation in held(self.run).items():
                    leases.renew(connection, self.store, purpose, self.run["id"], generation, seconds)
            if entry:
                if self.run.get("saga"):
                    sagas.note(connection, self.run["saga"], self.component, {**entry, "run": self.run["id"], "at": self.store.now(connection)})
                chain.append(connection, self.store, self.run["id"], entry["kind"], {"component": self.component, **entry})
        self._renewed = clock.now()

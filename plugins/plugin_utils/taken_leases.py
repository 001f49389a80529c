# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The leases that a run takes before it changes anything, and what it has to know of those who held them."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import leases
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]


def take(store: Store, run: t.Mapping[str, t.Any], purposes: t.Sequence[str]) -> Json:
    """``{generation, also, cautions}``; all of them, or a refusal that says who is at work. The first is the run's own."""
    why = f"{run['verb']}: {run['reason']}" if run["reason"] else run["verb"]
    first, *others = leases.acquire_all(store, purposes, run["id"], run["holder"], why)
    gone = sorted({lease.taken_over_from for lease in (first, *others) if lease.taken_over_from})
    if gone:
        # A request of the dead run may still be on its way: nobody acts before it must have arrived.
        clock.sleep(float(run["values"].get(f"{run['verb']}_request_timeout") or 10))
    cautions = [f"took over from run {one}, which had ended without giving the lease back" for one in gone]
    return {"generation": first.generation, "also": {lease.purpose: lease.generation for lease in others}, "cautions": cautions}


def at_work(store: Store, purposes: t.Sequence[str]) -> list[str]:
    """For a plan, which takes none: who holds them."""
    every = [held for purpose in purposes if (held := leases.current(store, purpose)) and not held["free"]]
    return [f"run {held['run']} on {held['holder']['host']} is at work here: {held['reason']}" for held in every]

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the modules release, release_info and lease do with the ledger."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

LEDGER_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "ledger_url": {"type": "str", "no_log": True},
    "environment": {"type": "str", "required": True},
}


def open_ledger(params: t.Mapping[str, t.Any], create: bool) -> Store:
    """The ledger that the options name. ``create`` makes its tables; a read or a check never makes a file."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import store

    system, _slash, environment = params["environment"].partition("/")
    if not system or not environment or "/" in environment:
        raise Failure("invalid", f"environment is {params['environment']!r}", "Give it as system/environment, such as shop/production")
    opened = store.Store(params["ledger_url"] or store.default_url(params["environment"]), params["environment"], create=create)
    if create:
        opened.prepare()
    return opened


def ledger_of_a_change(task: Task) -> Store | None:
    """The ledger; None in check mode when there is none yet, since the run would make it."""
    try:
        return open_ledger(task.params, create=not task.check_mode)
    except Failure as failure:
        if task.check_mode and (failure.code, failure.kind) == ("ledger", "not_found"):
            return None
        raise


def release(task: Task) -> dict[str, t.Any]:
    """``execute`` of release: remember a fact about a deployment of a component."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases

    params = task.params
    ledger = ledger_of_a_change(task)
    known = releases.about(ledger, params["component"])["releases"].get(params["deployment"], {}) if ledger else {}
    facts: dict[str, t.Any] = {}
    if params["state"] == "proved" and not known.get("proved_at"):
        facts["proved_at"] = clock.now()
    elif params["state"] == "bad" and (not known.get("bad_at") or (params["reason"] and known["bad_reason"] != params["reason"])):
        facts.update(bad_at=known.get("bad_at") or clock.now(), bad_reason=params["reason"])
    if params["schema_floor"] is not None and known.get("schema_floor") != params["schema_floor"]:
        facts["schema_floor"] = params["schema_floor"]
    about = {
        "id": params["deployment"],
        **{name: params[name] if params[name] is not None else known.get(name) for name in ("commit", "version", "created_at")},
    }
    changed = not known or bool(facts)
    if ledger and not task.check_mode:
        changed = releases.note(ledger, "by hand", params["component"], about, **facts)
        if params["secrets_rotated"]:
            changed = releases.rotated(ledger, "by hand", params["component"], params["secrets_rotated"])
        known = releases.about(ledger, params["component"])["releases"][params["deployment"]]
    return {"changed": changed or bool(params["secrets_rotated"]), "release": {**about, **known, **facts, "deployment": params["deployment"]}}


def release_info(task: Task) -> dict[str, t.Any]:
    """``execute`` of release_info: what the ledger knows of an environment's components."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, leases, releases

    ledger = open_ledger(task.params, create=False)
    broken = chain.first_broken(chain.entries(ledger))
    return {
        "components": {name: releases.about(ledger, name) for name in task.params["components"]},
        "pins": releases.open_pins(ledger),
        "lease": leases.current(ledger, "change"),
        "journal_intact": broken is None,
        "journal_first_broken": broken,
    }


def lease(task: Task) -> dict[str, t.Any]:
    """``execute`` of lease: hold it as a named run, or give it back."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders, leases

    params = task.params
    ledger = ledger_of_a_change(task)
    held = leases.current(ledger, params["purpose"]) if ledger else None
    ours = bool(held and held["run"] == params["run_id"])
    changed = ours is (params["state"] == "free")
    if ledger and params["state"] == "held" and task.check_mode:
        leases.would_acquire(ledger, params["purpose"], params["run_id"])
    if ledger and not task.check_mode:
        if params["state"] == "held":
            leases.acquire(ledger, params["purpose"], params["run_id"], holders.describe(params["process"]), params["reason"], params["seconds"])
        else:
            leases.release(ledger, params["purpose"], params["run_id"])
        held = leases.current(ledger, params["purpose"])
    return {"changed": changed, "lease": held}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the ledger remembers of a component's backups, for looks that must be quick: the repository is not asked."""

from __future__ import annotations

import platform
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import backup_sets, backups, offsite, references
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check

# Vendors with a room in ``rooms.PARTS``, by name alone: whoever only looks asks none of them.
HOLDERS = frozenset({"atlas", "convex", "postgres", "railway", "redis", "shopify", "stripe", "supabase", "vercel"})
# Of these a set can hold something only where the inventory names it.
NAMED = {"atlas": "atlas_cluster"}

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store


def is_wanted(component: t.Mapping[str, t.Any]) -> bool:
    """Whether a set should hold something of it."""
    tuned = component.get("component_backup")
    if tuned is False:
        return False
    vendor = component["component_vendor"]
    held = vendor in HOLDERS and (vendor not in NAMED or bool(component.get(NAMED[vendor])))
    return held or (isinstance(tuned, t.Mapping) and bool(tuned.get("command")))


def row(component: t.Mapping[str, t.Any], store: Store | None, max_age: float) -> list[Check]:
    """One line: what one could fall back on right now. Nothing where no set was ever made: then nobody has asked for any."""
    if store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups as kept
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import restores

    name = str(component["name"])
    sets = [one["manifest"] for one in kept.rows(store)]
    if not sets or not (is_wanted(component) or any(backups.parts_of(one, name) for one in sets)):
        return []
    now = clock.now()
    newest = backups.newest_whole(sets, name)
    judged = backups.age(name, sets, now, backups.Rules(max_age=max_age))
    mine = [one for one in restores.proofs(store) if one["component"] == name]
    old = None if newest is None else now - backups.moment(newest, name)
    told = backup_sets.line(old, max_age, "" if newest is None else _away(newest, name), mine, now)
    more = {"act": f"{name} {told.removeprefix('backup ')}", "brief": "", "next": judged.get("next", "")}
    return [check("backup", name, judged["verdict"], told, judged["value"], "h", judged["limit"], **more)]


def place(manifest: t.Mapping[str, t.Any]) -> offsite.Place:
    """Whether the repository that holds a set outlives what it is a backup of."""
    holders = [{"name": part["component"], "vendors": [part["vendor"]], "hosts": []} for part in manifest["parts"]]
    return offsite.place(str(manifest.get("repository") or ""), holders, {platform.node()} - {""})


def _away(manifest: t.Mapping[str, t.Any], component: str) -> str:
    away = place(manifest).offsite and component not in references.alone(manifest)
    return "" if away is None else "off-site" if away else "not off-site"

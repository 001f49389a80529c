# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Since when a component has been seen well with the deployment that serves it: a release is proved by having held, over several looks."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import sa
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store, upsert, watches


def look(store: Store, run: str, component: str, deployment: t.Mapping[str, t.Any], well: bool, at: float, watch: float) -> tuple[str, float | None]:
    """(``proved``, ``watched`` or ``not well``; since when it was seen well). Proves the deployment once it has held for ``watch`` seconds.

    What somebody has marked bad stays so: a look takes nobody's word back.
    """
    here = {"environment": store.environment, "component": component}
    where = sa.and_(*(watches.c[name] == value for name, value in here.items()))
    with store.write() as connection:
        known = connection.execute(sa.select(watches).where(where)).mappings().first()
        if not well:
            connection.execute(watches.delete().where(where))
            return "not well", None
        # A clock that went back makes what was seen lie in the future: the watch begins again.
        same = known is not None and known["deployment"] == deployment["id"] and known["last_at"] <= at
        since = float(known["since"]) if known is not None and same else at
        upsert(connection, watches, here, {"deployment": deployment["id"], "since": since, "last_at": at})
    row = releases.about(store, component)["releases"].get(deployment["id"]) or {}
    if row.get("proved_at"):
        return "proved", since
    if row.get("bad_at") or at - since < watch:
        return "watched", since
    releases.note(store, run, component, deployment, proved_at=at)
    return "proved", since

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a Redis server tells of itself. It is only asked PING, INFO and CONFIG GET, and no key is read."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.connection import connected, driver


def look(dsn: str, timeout: float) -> dict[str, t.Any]:
    """The server's INFO, with ``ping_ms``, ``saves`` (whether snapshots are made by themselves) and ``saved_seconds`` beside it."""
    with connected(dsn, timeout, decode_responses=True) as client:
        began = clock.elapsed()
        client.ping()
        told: dict[str, t.Any] = {"ping_ms": (clock.elapsed() - began) * 1000}
        told.update(client.info())
        told.setdefault("maxclients", 10000)
        # Hosted servers keep CONFIG to themselves: then snapshots are taken to be wanted.
        told["saves"] = True
        with contextlib.suppress(driver().exceptions.ResponseError):
            told["saves"] = bool(client.config_get("save").get("save"))
        told["saved_seconds"] = max(0.0, clock.now() - float(told.get("rdb_last_save_time", 0)))
        return told

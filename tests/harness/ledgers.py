# SPDX-License-Identifier: GPL-3.0-or-later
"""A world's ledger, opened by a test as a run opens it: at the same address, and on the world's clock."""

from __future__ import annotations

import contextlib
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import store
from tests.harness.world import World

ENVIRONMENT = "shop/production"


@contextlib.contextmanager
def ledger(world: World, environment: str = ENVIRONMENT) -> t.Iterator[store.Store]:
    """The tables are made where they are missing. Time is the world's: what a test notes lies where a run's notes lie."""
    kept = {name: os.environ.get(name) for name in ("XDG_STATE_HOME", clock.ENVIRONMENT_VARIABLE)}
    os.environ["XDG_STATE_HOME"] = str(world.state)
    if world.sandbox_run["clock"] == "virtual":
        os.environ[clock.ENVIRONMENT_VARIABLE] = world.sandbox_run["clock_url"]
    try:
        opened = store.Store(world.ledger_url or store.default_url(environment), environment)
        opened.prepare()
        yield opened
    finally:
        clock.close()
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

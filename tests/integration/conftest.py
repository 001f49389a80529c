# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as modules see it when they are called in this process: their clock is its virtual clock."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.harness import matrix
from tests.integration import shopify_store
from tests.integration.railway_shop import Shop
from tests.sandbox.launch import Sandbox

HERE = pathlib.Path(__file__).parent


class Vendors:
    """The session's sandbox, with each vendor's address and token at hand; everything else is the control port's."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def url(self, vendor: str) -> str:
        return str(self._sandbox.run[vendor]["url"])

    def token(self, vendor: str) -> str:
        return str(self._sandbox.run[vendor]["token"])

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._sandbox, name)


@pytest.fixture
def sandbox(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Vendors:
    monkeypatch.setenv("SAASOPS_CLOCK_URL", str(sandbox_process.run["clock_url"]))
    sandbox_process.scenario("bad-release")
    return Vendors(sandbox_process)


@pytest.fixture
def shop(sandbox_process: t.Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    for name in ("RAILWAY_TOKEN", "RAILWAY_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAASOPS_CLOCK_URL", sandbox_process.run["clock_url"])
    sandbox_process.scenario("bad-release")
    return Shop(sandbox_process)


@pytest.fixture
def store(sandbox_process: Sandbox, monkeypatch: pytest.MonkeyPatch) -> shopify_store.Store:
    for name in shopify_store.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAASOPS_CLOCK_URL", str(sandbox_process.run["clock_url"]))
    sandbox_process.scenario("bad-release")
    return shopify_store.Store(sandbox_process)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--others", type=int, default=100, metavar="PERCENT", help="of tests that play no Ansible, run this share: others each time")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    others = [item for item in items if item.path.is_relative_to(HERE) and not _plays_ansible(item)]
    left_out = set(matrix.sample(others, len(others) * (100 - config.getoption("others", 100)) // 100))
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _plays_ansible(item: pytest.Item) -> bool:
    """What it shows depends on Python or ansible-core; the other tests call modules in this process, and ask what they make of a vendor's answers."""
    return item.get_closest_marker("every_pair") is not None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: t.Any) -> t.Any:
    """A file's tests share the servers that its fixtures start, so one worker runs them. The two longest files are divided further."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def together(nodeid: str) -> str:
    """The name of the group of tests that a test belongs to."""
    path, _sign, name = nodeid.partition("::")
    if path.endswith("test_examples.py"):
        # Each module's have a world of their own.
        return nodeid
    if path.endswith("test_ways.py"):
        # What was played in a room is looked at by many.
        return f"{path} {name.partition('[')[2].rstrip(']').partition('-')[0]}"
    return path

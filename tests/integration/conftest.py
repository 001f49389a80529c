# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox as modules see it when they are called in this process: their clock is its virtual clock."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration import shopify_store
from tests.integration.railway_shop import Shop
from tests.sandbox.launch import Sandbox


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

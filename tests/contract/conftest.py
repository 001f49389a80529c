# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the contract tests that ask the sandbox's Convex: a fresh world, and a client that knows the vendor's documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox


@pytest.fixture(scope="session")
def convex_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def control(convex_sandbox: Sandbox) -> Sandbox:
    convex_sandbox.scenario("bad-release")
    return convex_sandbox


@pytest.fixture
def convex(control: Sandbox) -> Convex:
    return Convex(control.run)


@pytest.fixture
def clock(control: Sandbox) -> Iterator[ClockMember]:
    joined = ClockMember(control.run["clock_url"], "test", 1)
    yield joined
    joined.close()

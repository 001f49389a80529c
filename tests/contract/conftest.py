# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the contract tests that ask the sandbox: a fresh world, and for each vendor a client that knows its documents.

They stand here because a fixture of this folder wins over one of the same name elsewhere; plugins' fixtures hold for the whole session.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex
from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import Railway
from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Vercel
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


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.scenario("bad-release")
    return running


@pytest.fixture
def railway(running: Sandbox, sandbox: Sandbox) -> Railway:
    return Railway(running.run)


@pytest.fixture
def vercel(running: Sandbox, sandbox: Sandbox) -> Vercel:
    return Vercel(running.run)


@pytest.fixture
def member(running: Sandbox, sandbox: Sandbox) -> Iterator[ClockMember]:
    joined = ClockMember(running.run["clock_url"], "test", 1)
    yield joined
    joined.close()

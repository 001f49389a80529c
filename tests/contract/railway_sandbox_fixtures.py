# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the contract tests of the sandbox's Railway, for each topic's file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import Railway
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox


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
def member(running: Sandbox, sandbox: Sandbox) -> Iterator[ClockMember]:
    joined = ClockMember(running.run["clock_url"], "test", 1)
    yield joined
    joined.close()

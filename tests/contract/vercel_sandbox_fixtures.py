# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the contract tests of the sandbox's Vercel, for each topic's file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Control, Sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Control:
    running.scenario("bad-release")
    return running


@pytest.fixture
def vercel(running: Sandbox, sandbox: Control) -> Vercel:
    return Vercel(running.run)


@pytest.fixture
def member(running: Sandbox, sandbox: Control) -> Iterator[ClockMember]:
    joined = ClockMember(running.run["clock_url"], "test", 1)
    yield joined
    joined.close()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the contract tests that ask the sandbox: a fresh world, and for each vendor a client that knows its documents.

They stand here because a fixture of this folder wins over one of the same name elsewhere; plugins' fixtures hold for the whole session.
"""

from __future__ import annotations

import json
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex
from ansible_collections.saasops.runbooks.tests.contract.railway_sandbox import Railway
from ansible_collections.saasops.runbooks.tests.contract.vercel_sandbox import Vercel
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox
from ansible_collections.saasops.runbooks.tests.tools import npm_clients

Json = dict[str, t.Any]


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


@pytest.fixture(scope="module", params=vendor_schemas.SHOPIFY_VERSIONS)
def shopify_schema(request: pytest.FixtureRequest) -> t.Any:
    return vendor_schemas.shopify()[request.param]


@pytest.fixture
def shopify_client(running: Sandbox, sandbox: Sandbox) -> t.Callable[..., Json]:
    """The vendor's own client: what it reads of each answer, by the names of the documents that it is given."""
    module = npm_clients.install("shopify-admin")
    facts = running.run["shopify"]

    def send(documents: Json, token: str = "", version: str = "2026-10") -> Json:
        script = Path(__file__).with_name("shopify_admin.mjs")
        words = ["node", str(script), str(module), facts["url"], facts["shop"], token or facts["token"], version]
        done = subprocess.run(words, input=json.dumps(documents), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return t.cast(Json, json.loads(done.stdout))

    return send


@pytest.fixture
def member(running: Sandbox, sandbox: Sandbox) -> Iterator[ClockMember]:
    joined = ClockMember(running.run["clock_url"], "test", 1)
    yield joined
    joined.close()

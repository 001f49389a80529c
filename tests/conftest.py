# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of all tests. One sandbox process serves a whole test session; every world begins with a fresh scenario."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.harness import matrix
from tests.harness.launcher import Launcher
from tests.harness.world import World
from tests.sandbox.launch import Sandbox


def pytest_configure() -> None:
    # Before xdist starts its workers: they inherit the seed, and so collect the same sample.
    matrix.seed()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"what is sampled was sampled with SAASOPS_SEED={matrix.seed()}")


@pytest.fixture(scope="session")
def sandbox_process() -> t.Iterator[Sandbox]:
    with Sandbox(scenario="bad-release", clock="virtual") as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Launcher]:
    """Ansible, imported once."""
    made = Launcher(tmp_path_factory.mktemp("runs"))
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: pathlib.Path, sandbox_process: Sandbox, request: pytest.FixtureRequest) -> World:
    """A fresh world of the scenario bad-release, or of the one that ``@pytest.mark.scenario("name", **settings)`` names."""
    mark = request.node.get_closest_marker("scenario")
    name, settings = (mark.args[0], mark.kwargs) if mark else ("bad-release", {})
    sandbox_process.scenario(name, **settings)
    return World(tmp_path, sandbox_process, {**sandbox_process.run, **_reread(sandbox_process)})


def _reread(sandbox: Sandbox) -> dict[str, t.Any]:
    """Components may differ after a scenario; the state file is written anew with it."""
    import json

    return t.cast("dict[str, t.Any]", json.loads(sandbox.state_file.read_text(encoding="utf-8")))

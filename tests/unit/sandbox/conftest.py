# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from collections.abc import Iterator

import pytest
import requests

from ansible_collections.saasops.runbooks.tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]


class Vendors:
    """Raw requests to both vendors, each on one kept connection."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()

    def vercel(self, method: str = "GET", path: str = "/v9/projects/hydrogen", timeout: float = 10) -> requests.Response:
        run = self.sandbox.run["vercel"]
        headers = {"Authorization": f"Bearer {run['token']}"}
        return self.session.request(method, run["url"] + path, params={"teamId": run["team_id"]}, headers=headers, timeout=timeout)

    def rollback_app(self, tag: str = "v1.4.1", timeout: float = 10) -> requests.Response:
        target = next(it["id"] for it in self.sandbox.state("app")["deployments"] if it["tag"] == tag)
        return self.vercel("POST", f"/v9/projects/hydrogen/rollback/{target}", timeout)

    def railway(self, document: str, timeout: float = 10, **variables: t.Any) -> requests.Response:
        run = self.sandbox.run["railway"]
        body = {"query": document, "variables": variables}
        return self.session.post(run["url"], json=body, headers={"Project-Access-Token": run["token"]}, timeout=timeout)

    def rollback_api(self, tag: str = "v1.4.1", timeout: float = 10) -> requests.Response:
        target = next(it["id"] for it in self.sandbox.state("api")["deployments"] if it["tag"] == tag)
        return self.railway("mutation($id: String!) { deploymentRollback(id: $id) }", timeout, id=target)

    def app(self, component: str, path: str = "/health") -> requests.Response:
        return self.session.get(self.sandbox.run["components"][component]["url"] + path, timeout=10)

    def effects(self, component: str) -> dict[str, int]:
        return t.cast(dict[str, int], self.sandbox.state(component)["effects"]["rollbacks"])


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.scenario("bad-release")
    return running


@pytest.fixture
def vendors(sandbox: Sandbox) -> Vendors:
    return Vendors(sandbox)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the sandbox's Vercel, and holds each answer to the vendor's documents."""

from __future__ import annotations

import typing as t

import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas

Json = dict[str, t.Any]


class Vercel:
    """Sends requests, and holds every answer to the vendor's document before anyone looks at it."""

    def __init__(self, run: Json) -> None:
        self._run = run["vercel"]
        self._session = requests.Session()
        self.team: str | None = self._run["team_id"]
        self.token = self._run["token"]

    def ask(self, method: str, path: str, body: t.Any = None, **query: t.Any) -> tuple[int, t.Any, requests.Response]:
        query = {"teamId": self.team, **query} if self.team else query
        answer = self._session.request(method, self._run["url"] + path, params=query, json=body, headers={"Authorization": f"Bearer {self.token}"}, timeout=20)
        document = answer.json() if answer.content else None
        # The vendor's client leaves the version out here, and its list of deployments is of an older version. Edge Config is Global Config
        # by its former name; the newest document shows one Global Config where the API lists them.
        published = path.replace("/teams/", "/v2/teams/") if path.startswith("/teams/") else "/v1/edge-config" if path == "/v1/global-config" else path
        is_old = published.startswith(("/v6/deployments", "/v1/edge-config"))
        source = vendor_schemas.vercel_2025() if is_old else vendor_schemas.vercel()
        if not path.endswith("/builds"):
            source.check_answer(method, published, answer.status_code, document)
        return answer.status_code, document, answer

    def raw(self, method: str, path: str, **query: t.Any) -> requests.Response:
        """An answer that is not one JSON document."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self._session.request(method, self._run["url"] + path, params={"teamId": self.team, **query}, headers=headers, timeout=20)

    def get(self, path: str, **query: t.Any) -> t.Any:
        status, document, _answer = self.ask("GET", path, **query)
        assert status == 200, document
        return document

    def tagged(self, tag: str) -> str:
        return str(next(it["uid"] for it in self.get("/v7/deployments", projectId="hydrogen")["deployments"] if it["meta"]["tag"] == tag))

    def rollback(self, deployment: str, **query: t.Any) -> tuple[int, t.Any]:
        return self.ask("POST", f"/v9/projects/hydrogen/rollback/{deployment}", {}, **query)[:2]

    def promote(self, deployment: str) -> tuple[int, t.Any]:
        return self.ask("POST", f"/v10/projects/hydrogen/promote/{deployment}", {})[:2]

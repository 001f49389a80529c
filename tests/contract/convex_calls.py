# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the sandbox's Convex: every answer is held to the vendor's documents before anyone looks at it."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas

Json = dict[str, t.Any]


class Convex:
    """``key`` goes to the deployment, ``token`` to the management API. ``unpublished``: paths that only the vendor's client knows."""

    def __init__(self, run: Json) -> None:
        self.run = run["convex"]
        self.session = requests.Session()
        self.key: str | None = self.run["deploy_key"]
        self.token: str | None = self.run["team_token"]

    def send(self, method: str, path: str, body: t.Any = None, raw: bytes | None = None, /, **query: t.Any) -> requests.Response:
        headers = {}
        if path.startswith("/v1/") and self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        elif self.key:
            headers["Authorization"] = f"Convex {self.key}"
        if raw is not None:
            headers["Content-Type"] = "application/octet-stream"
        return self.session.request(method, self.run["url"] + path, params=query, json=body, data=raw, headers=headers, timeout=20)

    def ask(self, method: str, path: str, body: t.Any = None, /, **query: t.Any) -> tuple[int, t.Any]:
        answer = self.send(method, path, body, **query)
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        document = answer.json() if is_json else None
        published = urlsplit(path).path
        # Older clients leave the version out; these are the same calls.
        if published in ("/api/list_environment_variables", "/api/update_environment_variables"):
            published = published.replace("/api/", "/api/v1/")
        if published.startswith("/api/run/"):
            # The name of a function is one parameter there, slashes and all.
            published = "/api/run/" + published.removeprefix("/api/run/").replace("/", ":")
        vendor_schemas.convex().check_answer(method, published, answer.status_code, document)
        return answer.status_code, document

    def get(self, path: str, /, **query: t.Any) -> t.Any:
        status, document = self.ask("GET", path, **query)
        assert status == 200, document
        return document

    def post(self, path: str, body: t.Any = None, /, **query: t.Any) -> t.Any:
        status, document = self.ask("POST", path, body, **query)
        assert status == 200, document
        return document

    def refused(self, method: str, path: str, body: t.Any = None, /, **query: t.Any) -> tuple[int, str]:
        """The status and the code of a refusal."""
        status, document = self.ask(method, path, body, **query)
        assert status >= 400, document
        return status, document["code"]

    def call(self, kind: str, path: str, args: Json | None = None, **body: t.Any) -> Json:
        """A function's whole answer; ``kind`` is query, mutation, action or function."""
        return t.cast(Json, self.post(f"/api/{kind}", {"path": path, "args": args or {}, "format": "json", **body}))

    def value(self, path: str, args: Json | None = None, kind: str = "query") -> t.Any:
        answer = self.call(kind, path, args)
        assert answer["status"] == "success", answer
        return answer["value"]

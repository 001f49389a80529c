# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the sandbox's Shopify; every document must be valid for the vendor's schemas too, the oldest and the newest."""

from __future__ import annotations

import typing as t

import requests
from graphql import parse, validate

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas

Json = dict[str, t.Any]


class Shopify:
    def __init__(self, run: Json) -> None:
        self.facts = run["shopify"]
        self._session = requests.Session()

    def post(self, document: str, version: str = "2026-10", token: str | None = None, **variables: t.Any) -> requests.Response:
        for schema in vendor_schemas.shopify().values():
            assert validate(schema, parse(document)) == []
        return self._session.post(
            f"{self.facts['url']}/admin/api/{version}/graphql.json",
            json={"query": document, "variables": variables},
            headers={"X-Shopify-Access-Token": token or self.facts["token"]},
            timeout=20,
        )

    def data(self, document: str, **variables: t.Any) -> Json:
        answer = self.post(document, **variables)
        assert answer.status_code == 200 and "errors" not in answer.json(), answer.text
        return t.cast(Json, answer.json()["data"])

    def error(self, document: str, **variables: t.Any) -> tuple[str, str]:
        """Code and message of an answer that carries errors with status 200."""
        answer = self.post(document, **variables)
        assert answer.status_code == 200
        error = answer.json()["errors"][0]
        return error["extensions"]["code"], error["message"]

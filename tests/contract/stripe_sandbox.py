# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the sandbox's Stripe, and holds each answer to the vendor's document."""

from __future__ import annotations

import typing as t

import requests

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas

Json = dict[str, t.Any]


class Stripe:
    def __init__(self, run: Json) -> None:
        self.run = run["stripe"]
        self.key = self.run["api_key"]

    def ask(self, method: str, path: str, form: t.Any = None, idempotency_key: str = "", **query: t.Any) -> tuple[int, t.Any, requests.Response]:
        headers = {
            "Authorization": f"Bearer {self.key}",
            "Stripe-Version": "2026-10-28.endive",
            **({"Idempotency-Key": idempotency_key} if idempotency_key else {}),
        }
        answer = requests.request(method, self.run["url"] + path, params=query, data=form, headers=headers, timeout=20)
        vendor_schemas.stripe().check_answer(method, path, answer.status_code, answer.json())
        assert answer.headers["Request-Id"]
        return answer.status_code, answer.json(), answer

    def get(self, path: str, **query: t.Any) -> t.Any:
        status, document, _answer = self.ask("GET", path, **query)
        assert status == 200, document
        return document

    def post(self, path: str, **form: t.Any) -> t.Any:
        status, document, _answer = self.ask("POST", path, form)
        assert status == 200, document
        return document

    def refused(self, method: str, path: str, form: t.Any = None, **query: t.Any) -> tuple[int, str | None]:
        status, document, _answer = self.ask(method, path, form, **query)
        return status, document["error"].get("code", document["error"]["type"])

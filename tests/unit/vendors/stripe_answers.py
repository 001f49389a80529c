# SPDX-License-Identifier: GPL-3.0-or-later
"""Stripe, scripted: answers of the documented shapes, and the tasks that the tests run against them."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import parse_qsl

import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction

API = "https://api.stripe.com"
KEY = "sk_live_unitTest9Kd3Vw7Zx1Nq5Bm8Tj4"
Json = dict[str, t.Any]
COMMON: Json = {"request_timeout": 5.0, "deadline": 60.0, "api_key": KEY, "api_url": API, "version": None, "account": None, "mode": None, "allow": "change"}
HOOK: Json = {
    "id": "we_1",
    "object": "webhook_endpoint",
    "api_version": None,
    "application": None,
    "created": 1_795_143_720,
    "description": None,
    "enabled_events": ["invoice.paid"],
    "livemode": True,
    "metadata": {"saasops_name": "checkout"},
    "status": "enabled",
    "url": "https://app.example.com/hook",
}
SECRET = "whsec_unitTest2Rf6Yc1Gs9Uj4Hs3Tf6"
ACCOUNT: Json = {
    "id": "acct_1",
    "object": "account",
    "charges_enabled": True,
    "details_submitted": True,
    "email": None,
    "payouts_enabled": True,
    "type": "standard",
}
BALANCE: Json = {"object": "balance", "livemode": True, "available": [{"amount": 1, "currency": "eur"}], "pending": []}


PAYMENT: Json = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 1000,
    "amount_capturable": 0,
    "amount_received": 1000,
    "capture_method": "automatic",
    "confirmation_method": "automatic",
    "created": 1_795_143_720,
    "currency": "eur",
    "customer": "cus_1",
    "latest_charge": {
        "id": "ch_1",
        "object": "charge",
        "amount_refunded": 0,
        "amount_captured": 1000,
        "disputed": False,
        "status": "succeeded",
        "currency": "eur",
    },
    "livemode": True,
    "metadata": {},
    "payment_method_types": ["card"],
    "status": "succeeded",
}
REFUND: Json = {
    "id": "re_1",
    "object": "refund",
    "amount": 1000,
    "charge": "ch_1",
    "created": 1_795_143_720,
    "currency": "eur",
    "metadata": {},
    "status": "succeeded",
}
EVENT: Json = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1_795_143_720,
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
    "livemode": True,
    "pending_webhooks": 1,
    "request": None,
    "type": "payment_intent.succeeded",
}
PAY: Json = {**dict.fromkeys(("payment_intent", "customer", "status", "max_age")), "limit": 20}
BACK: Json = {**dict.fromkeys(("payment_intent", "charge", "amount", "currency", "reason")), "reverse_transfer": False, "refund_application_fee": False}


def error(message: str, code: str | None = None, kind: str = "invalid_request_error", **more: t.Any) -> Json:
    return {"error": {"type": kind, "message": message, **({"code": code} if code else {}), **more}}


def page(*items: Json, more: bool = False, url: str = "/v1/webhook_endpoints") -> Json:
    return {"object": "list", "data": list(items), "has_more": more, "url": url}


class Stripe:
    """What the vendor answers: several answers for one call are given in order, the last one for ever."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock

    def on(self, method: str, path: str, *answers: t.Any, headers: dict[str, str] | None = None) -> None:
        """Each answer is a JSON body, an exception, or ``(status, body)``."""
        for answer in answers:
            code, body = answer if isinstance(answer, tuple) else (200, answer)
            if isinstance(body, Exception):
                self._mock.add(method, API + path, body=body)
            else:
                self._mock.add(method, API + path, body=json.dumps(body), status=code, content_type="application/json", headers=headers)

    @property
    def asked(self) -> list[str]:
        return [f"{call.request.method} {call.request.path_url.partition('?')[0]}" for call in self._mock.calls]

    def request(self, index: int) -> t.Any:
        return self._mock.calls[index].request

    def form(self, index: int) -> dict[str, str]:
        body = self.request(index).body
        return dict(parse_qsl((body or b"").decode(), keep_blank_values=True))

    @property
    def keys(self) -> list[str | None]:
        """The idempotency key of each request."""
        return [call.request.headers.get("Idempotency-Key") for call in self._mock.calls]


def of_module(execute: transaction.Execute, check: bool = False, no_log: bool = True, **params: t.Any) -> Json:
    return transaction.outcome(execute, {**COMMON, **params}, check, no_log)


ENDPOINT: Json = {
    **dict.fromkeys(("name", "endpoint", "url", "enabled_events", "enabled", "description", "metadata", "api_version", "connect", "secret_stored")),
    "state": "present",
}

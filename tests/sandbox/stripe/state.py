# SPDX-License-Identifier: GPL-3.0-or-later
"""What Stripe keeps of a shop in one mode, and its errors."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

Json = dict[str, t.Any]
VERSION = "2026-10-28.endive"


class StripeError(Exception):
    def __init__(self, status: int, message: str, code: str | None = None, kind: str = "invalid_request_error", param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = error(message, code, kind, param)


def error(message: str, code: str | None = None, kind: str = "invalid_request_error", param: str | None = None) -> Json:
    more = {"code": code, "param": param}
    return {"error": {"type": kind, "message": message, **{name: value for name, value in more.items() if value is not None}}}


def missing(what: str, identity: str, param: str = "id") -> StripeError:
    return StripeError(404, f"No such {what}: '{identity}'", "resource_missing", param=param)


@dataclass
class Kept:
    """The first answer to an idempotency key."""

    at: float
    asked: str
    status: int
    document: t.Any


@dataclass
class Mode:
    """``made`` counts what was made in this world, for ids of its own; ``secrets`` are the endpoints' signing secrets."""

    live: bool
    endpoints: list[Json] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    made: int = 0

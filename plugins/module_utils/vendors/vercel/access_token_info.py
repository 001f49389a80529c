# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What Vercel says of an access token: until when it holds, what it reaches, and whether it was found in public.

Vendor facts (Vercel REST API): times are milliseconds; ``leakedAt`` is there only for a token that was found somewhere it does not belong;
the id ``current`` stands for the token that asks.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import connect, malformed

DAY = 86400.0
Json = dict[str, t.Any]


def execute(task: Task) -> Json:
    """What the module vercel_access_token_info does; its documentation tells options and result."""
    return {"access_token": read(connect(task, task.params), task.params["token_id"])}


def read(client: Client, token_id: str | None = None) -> Json:
    """The token that asks, or another one of its account. Some tokens, such as those of one project, may not ask for themselves."""
    identity = token_id or "current"
    try:
        raw = client.call(operations.GET_AUTH_TOKEN, path={"tokenId": identity}).get("token")
    except Failure as failure:
        if failure.kind == "not_found":
            failure.message = f"there is no token {identity}" if token_id else "Vercel does not say which token this is"
            failure.hint = "Give token_id: the tokens of an account and their ids are in its settings in the dashboard"
        raise
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str):
        raise malformed("token")
    return _shown(raw)


def _seconds(raw: Json, name: str) -> float | None:
    value = raw.get(name)
    return value / 1000 if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _shown(raw: Json) -> Json:
    ends = _seconds(raw, "expiresAt")
    scopes = [scope for scope in raw["scopes"] if isinstance(scope, dict)] if isinstance(raw.get("scopes"), list) else []
    return {
        "id": plain(raw["id"], 200),
        "name": plain(raw.get("name") or "", 200),
        "type": plain(raw.get("type") or "", 80),
        "expires_at": ends,
        "days_left": int((ends - clock.now()) // DAY) if ends is not None else None,
        "leaked_at": _seconds(raw, "leakedAt"),
        "revoked_at": _seconds(raw, "revokedAt"),
        "active_at": _seconds(raw, "activeAt"),
        "created_at": _seconds(raw, "createdAt"),
        "scopes": [
            {
                "type": plain(scope.get("type") or "", 40),
                "team_id": plain(scope["teamId"], 200) if scope.get("teamId") else None,
                "origin": plain(scope["origin"], 80) if scope.get("origin") else None,
                "expires_at": _seconds(scope, "expiresAt"),
            }
            for scope in scopes
        ],
    }

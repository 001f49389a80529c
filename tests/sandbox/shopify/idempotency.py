# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys of ``@idempotent``: for a day, what was done with one is not done again."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ..world import World
from .state import Json, ShopifyError

DAY = 86400.0
# From here on the directive has to be there, although the schema does not say so.
MANDATORY = "2026-04"
CONCURRENT, MISMATCH, FAILED = "IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
SAYS = {
    CONCURRENT: "A request with the same idempotency key is in progress.",
    MISMATCH: "The same idempotency key was used with different parameters.",
    FAILED: "The previous attempt with this idempotency key failed.",
}


@dataclass
class _Used:
    wish: str
    at: float
    # What was answered, made again of what there is now; None: it failed.
    again: t.Callable[[], Json] | None


class KeyRefused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(SAYS[code])
        self.code = code


class Keys:
    """``shopify_key_seconds`` of the scenario: for how long the first request with a key is still in progress for the next."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._used: dict[tuple[int, str, str], _Used] = {}

    def clear(self) -> None:
        self._used.clear()

    def once(self, app: int, info: t.Any, version: str, wish: Json, act: t.Callable[[], tuple[Json, t.Callable[[], Json]]]) -> Json:
        """``act`` gives the payload, and a function that makes it again; it is called once for each key."""
        key = _key(info)
        if key is None:
            if version >= MANDATORY:
                raise ShopifyError("The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST")
            return act()[0]
        if not key.strip():
            raise ShopifyError("The idempotency key must not be blank.", "BAD_REQUEST")
        now, text = self._world.now(), json.dumps(wish, sort_keys=True)
        used = self._used.get((app, info.field_name, key))
        if used is not None and now - used.at < DAY:
            if used.wish != text:
                raise KeyRefused(MISMATCH)
            if used.again is None:
                raise KeyRefused(FAILED)
            if now - used.at < float(self._world.setting("shopify_key_seconds")):
                raise KeyRefused(CONCURRENT)
            return used.again()
        payload, again = act()
        self._used[app, info.field_name, key] = _Used(text, now, None if payload["userErrors"] else again)
        return payload


def _key(info: t.Any) -> str | None:
    from graphql import get_directive_values

    given = get_directive_values(info.schema.get_directive("idempotent"), info.field_nodes[0], info.variable_values)
    return str(given["key"]) if given is not None else None

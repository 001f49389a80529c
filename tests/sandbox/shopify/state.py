# SPDX-License-Identifier: GPL-3.0-or-later
"""What Shopify remembers. Times are seconds since the epoch; they become RFC 3339 texts when rendered."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Sized
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime

Json = dict[str, t.Any]
MOST = 250


class ShopifyError(Exception):
    """Becomes an entry of ``errors[]`` in an answer with status 200."""

    def __init__(self, message: str, code: str = "INTERNAL_SERVER_ERROR", **more: t.Any) -> None:
        super().__init__(message)
        self.code, self.more = code, more


@dataclass(frozen=True)
class App:
    """``requested``: the scopes that it would have; ``granted``: those that it has in this shop."""

    number: int
    title: str
    handle: str
    requested: tuple[str, ...]
    granted: tuple[str, ...]
    # Approved for what the vendor calls protected customer data.
    protected: bool = True

    def may(self, scope: str) -> bool:
        return scope in self.granted or (scope.startswith("read_") and scope.replace("read_", "write_") in self.granted)


@dataclass
class Webhook:
    number: int
    app: int
    topic: str
    uri: str
    created: float
    updated: float
    format: str = "JSON"
    filter: str = ""
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    metafields: list[Json] = field(default_factory=list)
    name: str | None = None


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_of(kind: str, identity: str) -> int | None:
    """The number in a global id; None where it is one of another kind."""
    start = f"gid://shopify/{kind}/"
    rest = identity.removeprefix(start)
    if not identity.startswith("gid://shopify/"):
        raise ShopifyError(f"Invalid global id '{identity}'", "argumentLiteralsIncompatible")
    return int(rest) if identity.startswith(start) and rest.isdigit() else None


def when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def user_error(message: str, *field: str) -> Json:
    return {"field": list(field) or None, "message": message}


# Whether a bulk operation asks, which gets everything, one after the other, instead of pages.
_everything = ContextVar("everything", default=False)


@contextlib.contextmanager
def everything() -> t.Iterator[None]:
    token = _everything.set(True)
    try:
        yield
    finally:
        _everything.reset(token)


def connection(items: t.Iterable[t.Any], render: t.Callable[[t.Any], Json], arguments: Json) -> Json:
    """A page of at most 250; cursors are positions, as opaque as the vendor's. ``most``: how many there may be, where that is not known."""
    if _everything.get():
        most = len(items) if isinstance(items, Sized) else arguments.get("most", 0)
        return {"edges": ({"node": render(item)} for item in items), "most": most}
    items = list(items)
    first, last = arguments.get("first"), arguments.get("last")
    if (first is None) == (last is None):
        raise ShopifyError("you must provide one of first or last", "BAD_REQUEST")
    if not 0 <= (first or last or 0) <= MOST:
        raise ShopifyError(f"first or last must be between 0 and {MOST}", "BAD_REQUEST")
    if arguments.get("reverse"):
        items = items[::-1]
    start = _position(arguments["after"]) + 1 if arguments.get("after") else 0
    end = min(_position(arguments["before"]), len(items)) if arguments.get("before") else len(items)
    if first is not None:
        end = min(end, start + first)
    elif last is not None:
        start = max(start, end - last)
    edges = [{"cursor": f"c{number}", "node": render(items[number])} for number in range(start, max(start, end))]
    info = {
        "hasNextPage": end < len(items),
        "hasPreviousPage": start > 0,
        "startCursor": edges[0]["cursor"] if edges else None,
        "endCursor": edges[-1]["cursor"] if edges else None,
    }
    return {"edges": edges, "nodes": [edge["node"] for edge in edges], "pageInfo": info}


def _position(cursor: str) -> int:
    if not cursor.startswith("c") or not cursor[1:].isdigit():
        raise ShopifyError("Invalid cursor for current pagination sort.", "BAD_REQUEST")
    return int(cursor[1:])

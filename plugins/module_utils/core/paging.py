# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Walk a paged list, once, and notice a list that never ends."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

Item = t.TypeVar("Item")
MOST_PAGES = 1000
LATER = "Try again later; if it stays, report it to the vendor"


def pages(fetch: t.Callable[[t.Any], tuple[list[Item], t.Any]], what: str) -> t.Iterator[Item]:
    """Yield the items of every page. ``fetch(cursor)`` returns (items, next cursor or None); the first cursor is None.

    A cursor that comes back a second time means that the vendor's list loops: that is an error, not an endless read.
    """
    seen: set[t.Any] = set()
    cursor = None
    for _page in range(MOST_PAGES):
        items, cursor = fetch(cursor)
        yield from items
        if cursor is None:
            return
        if not isinstance(cursor, str | int | tuple):
            raise Failure("protocol", f"the list of {what} goes on at {str(cursor)[:80]!r}, which is no cursor", LATER)
        if cursor in seen:
            raise Failure("protocol", f"the list of {what} repeats its page {str(cursor)[:80]!r}", LATER)
        seen.add(cursor)
    raise Failure("protocol", f"the list of {what} has more than {MOST_PAGES} pages", "Narrow the query")

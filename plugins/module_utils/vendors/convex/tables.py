# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The tables of a Convex deployment and how many rows each has.

Vendor facts (system queries that Convex's own client and dashboard use): numbers are doubles; they work while the deployment is paused.
"""

from __future__ import annotations

import difflib
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.paging import pages
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, connect, malformed, query

TABLES_QUERY = "_system/cli/tables"
SIZE_QUERY = "_system/cli/tableSize"
ROWS_QUERY = "_system/cli/tableData"
PAGE = 1000


def names(place: Place) -> list[str]:
    """The app's own tables, sorted; one request for each thousand."""
    found = pages(lambda cursor: page(place, TABLES_QUERY, {}, cursor), "tables")
    listed = [item.get("name") if isinstance(item, dict) else None for item in found]
    if not all(isinstance(name, str) for name in listed):
        raise malformed("list of tables")
    return sorted(t.cast("list[str]", listed))


def size(place: Place, table: str) -> int:
    """How many rows Convex says it has; one request."""
    value = query(place, SIZE_QUERY, {"tableName": table})
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        raise malformed(f"size of the table {plain(table, 80)}") from None


def counted(place: Place, table: str) -> int:
    """The same by walking through all of its rows, which are read and not kept."""
    return sum(1 for _row in rows(place, table))


def rows(place: Place, table: str) -> t.Iterator[t.Any]:
    """All rows, page by page."""
    yield from pages(lambda cursor: page(place, ROWS_QUERY, {"table": table, "order": "asc"}, cursor), f"rows of {table}")


def page(place: Place, path: str, arguments: dict[str, t.Any], cursor: t.Any) -> tuple[list[t.Any], t.Any]:
    answer = query(place, path, {**arguments, "paginationOpts": {"numItems": PAGE, "cursor": cursor}})
    if not isinstance(answer, dict) or not isinstance(answer.get("page"), list) or not isinstance(answer.get("isDone"), bool):
        raise malformed("page of a list")
    following = None if answer["isDone"] else answer.get("continueCursor")
    if not answer["isDone"] and not isinstance(following, str):
        raise malformed("cursor of a list")
    return answer["page"], following


def execute_info(task: Task) -> dict[str, t.Any]:
    """What the module convex_table_info does; its documentation tells options and result."""
    place = connect(task, task.params)
    known, asked = names(place), task.params["tables"] or []
    for name in asked:
        if name not in known:
            near = difflib.get_close_matches(name, known, 3, 0.5) or known[:5]
            hint = f"Near or other names here: {', '.join(plain(other, 80) for other in near)}" if near else "This deployment has no tables"
            raise Failure("not_found", f"there is no table {plain(name, 80)} in {place.where}", hint, VENDOR)
    count = {"size": size, "pages": counted}.get(task.params["count"])
    chosen = [name for name in known if not asked or name in asked]
    rows = {name: count(place, name) if count else None for name in chosen}
    return {
        "tables": [{"name": plain(name, 200), "rows": rows[name]} for name in chosen],
        "total": sum(number or 0 for number in rows.values()) if count else None,
    }

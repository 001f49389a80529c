# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a bulk query finds, brought to a compressed file that is whole: what the module shopify_bulk_export does.

Facts (Shopify, "Perform bulk operations"): the file has one line for each object, so as many as ``objectCount``. What belongs to another
object is a line of its own that names it in ``__parentId``, and stands anywhere. It is fetched from storage, at an address that is signed:
no token goes there.
"""

from __future__ import annotations

import os
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import jsonl, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import bulk_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.bulk import KEPT, STALLED, Bulk, begun, cancel, check_complete, finished, read
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import Shop, connect, gid

_QUERY = re.compile(r"(query\b[^{]*)?\{")
# A quote within a text is escaped, so this stands in no text.
_CHILD = b'"__parentId":'
_AGAIN = "Run the same command again"
FACTS = ("id", "created_at", "completed_at", "expires_at", "records", "root_records", "bytes", "size", "sha256")


class Counted:
    """Hands on lines as they come, and counts them, and those that belong to others."""

    def __init__(self, into: transfer.Sink) -> None:
        self._into = into
        self._tail = b""
        self.restart()

    def take(self, piece: bytes) -> None:
        self._into.take(piece)
        self._newlines += piece.count(b"\n")
        self.bytes += len(piece)
        # What is cut in two by the pieces' end is counted with the second.
        seen = self._tail + piece
        self.children += seen.count(_CHILD)
        self._tail = seen[-(len(_CHILD) - 1) :]

    def restart(self) -> None:
        self._into.restart()
        self.children = self.bytes = self._newlines = 0
        self._tail = b""

    @property
    def records(self) -> int:
        return self._newlines + (self._tail[-1:] not in (b"", b"\n"))


class _Compressed:
    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self.restart()

    def take(self, piece: bytes) -> None:
        self._lines.feed(piece)

    def restart(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._lines = jsonl.Lines(self._file)

    def end(self) -> jsonl.Written:
        return self._lines.end()


def query_of(text: str) -> str:
    """As it is sent, and compared with what Shopify runs already."""
    query = text.strip()
    if not _QUERY.match(query):
        raise Failure("invalid", "query is no query", "Give one that begins with { or with query, such as { customers { edges { node { id } } } }", VENDOR)
    return query


def fetch(task: Task, shop: Shop, it: Bulk, into: transfer.Sink) -> Counted:
    """Bring the result; what came, counted."""
    result, size = Counted(into), 0
    if it.url:
        base, path = _place(it.url, shop)
        size, _request = transfer.stream(task.wire(VENDOR, base, None), op.RESULT, path, result, _refused)
    _check_whole(it, size, result.records, result.children)
    return result


def _place(url: str, shop: Shop) -> tuple[str, str]:
    """(storage, what to ask there). Plain http only where the API itself is asked so."""
    try:
        parts = urlsplit(url)
        base = checked_base_url(f"{parts.scheme}://{parts.netloc}", "url")
        usable = url.isascii() and url.isprintable() and " " not in url and (parts.scheme == "https" or shop.wire.base_url.startswith("http://"))
    except (Failure, ValueError):
        usable = False
    if not usable:
        raise Failure("protocol", "the address of the result is not one that can be asked", _AGAIN, VENDOR, op.RESULT, code="address")
    return base, f"{parts.path}?{parts.query}" if parts.query else parts.path


def _refused(reply: Reply) -> Failure:
    if reply.status >= 500 or reply.status == 429:
        return Failure("vendor_down", f"the storage of results answered {reply.status}", _AGAIN, status=reply.status, retryable=True)
    hint = "Shopify keeps a result for seven days: begin a new one" if reply.status in (400, 401, 403, 404, 410) else _AGAIN
    return Failure("failed", f"the storage of results answered {reply.status}", hint, status=reply.status, code="result")


def _check_whole(it: Bulk, size: int, records: int, children: int) -> None:
    """What is counted must be what Shopify has counted."""
    counted = {"bytes": (size, it.size), "objects": (records, it.objects), "root objects": (records - children, it.roots)}
    for name, (mine, theirs) in counted.items():
        if theirs is not None and mine != theirs:
            raise Failure("protocol", f"{mine} {name} came where Shopify counts {theirs}", _AGAIN, VENDOR, op.RESULT, retryable=True, code="counts")


def execute(task: Task) -> dict[str, t.Any]:
    """What the module shopify_bulk_export does; its documentation tells options and result."""
    params = task.params
    dest = params["dest"]
    query = query_of(params["query"]) if params["query"] is not None else None
    identity = gid("BulkOperation", params["operation"], "operation") if params["operation"] is not None else ""
    if params["stalled_after"] <= 0:
        raise Failure("invalid", "stalled_after is 0", "Give it as a duration above 0, such as 30m", VENDOR)
    transfer.check_dest(dest, params["overwrite"])
    replaced = os.path.lexists(dest)
    shop = connect(task, params)
    if query is None:
        it: Bulk | None = _named(shop, identity)
        was_there = True
    else:
        it, was_there = begun(task, shop, query, params["in_progress"] == "adopt", params["max_age"])
    facts: dict[str, t.Any]
    if task.check_mode or it is None:
        unknown = {"known_after": op.RESULT if it else op.RUN_BULK.name}
        facts = {**dict.fromkeys(FACTS, unknown), **({"id": it.id} if it else {})}
    else:
        if it.running:
            it = waited(task, shop, it, task.params["stalled_after"], task.params["cancel_on_timeout"] and not was_there)
        check_complete(it)
        facts = {**_times(it), **_brought(task, shop, it, dest)}
    return {
        **shop.told(),
        "changed": True,
        "export": {"adopted": was_there, **facts, "path": dest, "manifest": transfer.manifest_of(dest)},
        "diff": {"before": {"path": dest if replaced else None}, "after": {"path": dest, "sha256": facts["sha256"]}},
    }


def _named(shop: Shop, identity: str) -> Bulk:
    it = read(shop, identity)
    if it.type != "QUERY":
        raise refuse(f"{identity} is no query", "Name an operation that a query began", "no_query")
    if not it.running:
        check_complete(it)
    return it


def waited(task: Task, shop: Shop, it: Bulk, stalled_after: float, ends_own: bool) -> Bulk:
    """It at its end. What this task has begun itself is cancelled where that was asked for (``ends_own``), what others began never."""
    reserve = min(2 * task.params["request_timeout"], task.deadline.left() / 2) if ends_own else 0.0
    try:
        return finished(task, shop, it, stalled_after, reserve)
    except Failure as failure:
        # A request that was not answered says nothing about the operation.
        if ends_own and isinstance(failure.state, Bulk) and (failure.kind == "timeout" or failure.code == STALLED):
            failure.message = f"{failure.message}; {cancel(shop, it)}"
            failure.hint = "Run the same command again with a larger deadline"
        raise


def _times(it: Bulk) -> dict[str, t.Any]:
    return {"id": it.id, "created_at": it.created_at, "completed_at": it.completed_at, "expires_at": (it.completed_at or it.created_at) + KEPT}


def _brought(task: Task, shop: Shop, it: Bulk, dest: str) -> dict[str, t.Any]:
    """What the file at ``dest`` then holds."""
    manifest: dict[str, t.Any] = {"vendor": VENDOR, "shop": task.params["shop"], "api_version": shop.served, "query": it.query, **_times(it)}
    with transfer.with_manifest(dest, manifest) as file:
        compressed = _Compressed(file)
        result = fetch(task, shop, it, compressed)
        written = compressed.end()
        counts = {"records": result.records, "root_records": result.records - result.children}
        facts = {**counts, "bytes": written.bytes, "size": written.size, "sha256": written.sha256}
        manifest |= {"file": os.path.basename(dest), **facts}
    return facts

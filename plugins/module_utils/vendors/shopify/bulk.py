# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A bulk operation of a shop: begun once, waited for, cancelled.

Facts (Shopify, "Perform bulk operations"): an app has five at a time in a shop, and before 2026-01 one of each type. While one runs its
``objectCount`` grows. Cancelling takes a moment. A result is kept for seven days; one without objects has no address, and one that failed
may have the address of what was made until then.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import interval, wait_for
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import bulk_operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.answers import VENDOR, malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify.client import PAGE, Shop, nodes

RUNNING = ("CREATED", "RUNNING")
CANCELING = "CANCELING"
KEPT = 7 * 86400.0
# A bulk operation ends within ten days, so what is older is no longer running.
LONGEST = 10 * 86400.0
FULL = ("LIMIT_REACHED", "OPERATION_IN_PROGRESS")
STALLED = "stalled"
_ERRORS: dict[str, tuple[Kind, str]] = {
    "ACCESS_DENIED": ("permission", "The app lacks an access scope for what the query asks: see shopify_shop_info"),
    "TIMEOUT": ("failed", "The query took too long at Shopify: ask for fewer fields, or narrow it"),
}
_FIELD = re.compile(r"\{\s*(?:\w+\s*:\s*)?(\w{1,60})")
_ENDED = "Run the same command again; if it stays, run a part of the query by itself"


@dataclasses.dataclass(frozen=True)
class Bulk:
    """Times in epoch seconds. ``url`` lets whoever has it read the result, so it is shown nowhere."""

    id: str
    status: str
    type: str
    query: str
    error: str
    created_at: float
    completed_at: float | None
    objects: int
    roots: int
    size: int | None
    url: str
    has_part: bool

    @property
    def running(self) -> bool:
        return self.status in (*RUNNING, CANCELING)

    @property
    def told(self) -> str:
        return f"{self.status}, {self.objects} objects"


def bulk_of(raw: t.Any, operation: Operation) -> Bulk:
    known = raw if isinstance(raw, dict) else {}
    if not all(isinstance(known.get(name), str) and known[name] for name in ("id", "status", "type", "query", "createdAt")):
        raise malformed(operation, "holds a bulk operation without id, status, type, query or time")
    url, part = known.get("url"), known.get("partialDataUrl")
    if any(address is not None and not isinstance(address, str) for address in (url, part)):
        raise malformed(operation, "holds a bulk operation whose result has no usable address")
    redaction.register(url, part)
    size = known.get("fileSize")
    return Bulk(
        redaction.plain(known["id"], 200),
        redaction.plain(known["status"], 40),
        redaction.plain(known["type"], 40),
        known["query"],
        redaction.plain(known.get("errorCode") or "", 60),
        _seconds(known["createdAt"], operation),
        _seconds(known["completedAt"], operation) if known.get("completedAt") is not None else None,
        _count(known.get("objectCount"), operation),
        _count(known.get("rootObjectCount"), operation),
        _count(size, operation) if size is not None else None,
        url or "",
        bool(part),
    )


def _seconds(text: t.Any, operation: Operation) -> float:
    try:
        return datetime.datetime.fromisoformat(text).timestamp()
    except (AttributeError, OverflowError, TypeError, ValueError):
        raise malformed(operation, "holds a time that is none") from None


def _count(value: t.Any, operation: Operation) -> int:
    """The vendor writes its large numbers as texts."""
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or len(text) > 20:
        raise malformed(operation, "holds a bulk operation without its numbers")
    return int(text)


# -- what is there
def listed(shop: Shop, since: float) -> list[Bulk]:
    """The app's operations, the newest first, as far back as ``since``; one request for each 250."""

    def fetch(after: str | None) -> tuple[list[dict[str, t.Any]], str | None]:
        return nodes(shop.ask(op.BULKS, first=PAGE, after=after).get("bulkOperations"), op.BULKS)

    found = []
    for raw in paging.pages(fetch, "bulk operations"):
        it = bulk_of(raw, op.BULKS)
        if it.created_at < since:
            break
        found.append(it)
    return found


def read(shop: Shop, identity: str) -> Bulk:
    raw = shop.ask(op.BULK, id=identity).get("bulkOperation")
    if raw is None:
        raise Failure("not_found", f"there is no bulk operation {identity} of this app", "An app sees its own only; leave operation out to begin one", VENDOR)
    it = bulk_of(raw, op.BULK)
    if it.id != identity:
        raise malformed(op.BULK, "is about another bulk operation")
    return it


# -- beginning one
def begun(task: Task, shop: Shop, query: str, adopt: bool, max_age: float) -> tuple[Bulk | None, bool]:
    """(the operation whose result shall be fetched, whether it was there already). None for the first where it is only planned."""
    known = listed(shop, clock.now() - max(max_age, LONGEST))
    there = _there(known, query, adopt, max_age)
    if there is not None:
        return there, True
    before = {it.id for it in known}

    def look() -> dict[str, t.Any] | None:
        """Of the same query it is as good, whoever began it."""
        new = next((it for it in listed(shop, clock.now() - LONGEST) if _same(it, query) and it.id not in before), None)
        return {"seen": new} if new else None

    began, made = clock.now(), len(task.gate.changes)
    while True:
        try:
            answer = shop.change(op.RUN_BULK, f"bulk query of {named(query)}", variables={"query": query}, look=look)
        except Failure as failure:
            if not failure.maybe_sent:
                # Refused, so nothing was begun.
                del task.gate.changes[made:]
            if failure.code not in FULL:
                raise
            # There may be room in a moment.
            pause = interval(clock.now() - began)
            if task.deadline.left() <= pause:
                failure.kind, failure.retryable = "conflict", True
                failure.hint = "Others of this app run in this shop, and none ended in time: give a larger deadline, or run the same command later"
                raise
            task.gate.recorder.turn()
            clock.sleep(pause)
            continue
        if planned(answer):
            return None, False
        if "seen" in answer:
            return t.cast(Bulk, answer["seen"]), False
        return bulk_of((answer.get(op.RUN_BULK.name) or {}).get("bulkOperation"), op.RUN_BULK), False


def named(query: str) -> str:
    """What a query is about, for people: its one field."""
    found = _FIELD.search(query)
    return found[1] if found else "something"


def _same(it: Bulk, query: str) -> bool:
    return it.type == "QUERY" and it.query.strip() == query


def _there(known: list[Bulk], query: str, adopt: bool, max_age: float) -> Bulk | None:
    same, now = [it for it in known if _same(it, query)], clock.now()
    running = next((it for it in same if it.status in RUNNING), None)
    if running is not None:
        if not adopt:
            raise refuse(f"the same query is running already ({running.id})", "Wait for it to end, or take it over with in_progress: adopt", "busy")
        return running
    # Its file has to be there still when it is fetched.
    young = [it for it in same if it.status == "COMPLETED" and now - it.created_at <= max_age and now < (it.completed_at or it.created_at) + KEPT]
    return young[0] if young else None


# -- waiting
def finished(task: Task, shop: Shop, wanted: Bulk, stalled_after: float, reserve: float) -> Bulk:
    """Wait until it is complete; one request a turn. ``reserve`` seconds of the task's deadline are kept for what comes then."""
    grown = (wanted.objects, wanted.status, clock.now())

    def done(now: Bulk) -> bool:
        nonlocal grown
        if not now.running:
            return True
        if (now.objects, now.status) != grown[:2]:
            grown = (now.objects, now.status, clock.now())
        still = clock.now() - grown[2]
        if still >= stalled_after:
            hint = "Run the same command again to wait on. cancel_on_timeout ends one that this task has begun, bulkOperationCancel any other"
            raise Failure(
                "timeout", f"the bulk operation does not grow any more ({now.told}, the same for {still:.0f} s)", hint, VENDOR, code=STALLED, state=now
            )
        return False

    patience = clock.Deadline(max(0.0, task.deadline.left() - reserve))
    try:
        return wait_for(lambda: read(shop, wanted.id), done, "the bulk operation", patience, each_turn=task.gate.recorder.turn)
    except Failure as failure:
        if isinstance(failure.state, Bulk) and failure.code != STALLED:
            failure.message = f"{failure.message} ({failure.state.told}, the same for {clock.now() - grown[2]:.0f} s)"
            failure.hint = "It goes on at Shopify: run the same command again with a larger deadline, and it is taken over"
        raise


def check_complete(it: Bulk) -> None:
    """Whether there is a whole result."""
    if it.status == "COMPLETED":
        if not it.url and it.objects:
            raise Failure("protocol", f"the bulk operation {it.id} is complete, and has no file ({it.told})", _ENDED, VENDOR, code="no_file")
        return
    if it.status == "EXPIRED":
        raise Failure(
            "failed", f"the file of the bulk operation {it.id} has expired: Shopify keeps it for seven days", "Begin a new one", VENDOR, code="expired"
        )
    kind, hint = _ERRORS.get(it.error, ("failed", _ENDED)) if it.status in ("FAILED", "CANCELED") else ("unknown", _ENDED)
    part = "; what had been made until then is not the whole, and is left at Shopify" if it.has_part else ""
    raise Failure(kind, f"the bulk operation {it.id} ended as {it.status}{f', {it.error}' if it.error else ''} ({it.objects} objects){part}", hint, VENDOR)


def cancel(shop: Shop, it: Bulk) -> str:
    """Tell it to end; what there is to say of that."""

    def look() -> dict[str, t.Any] | None:
        now = read(shop, it.id)
        return {"seen": now} if now.status not in RUNNING else None

    try:
        shop.change(op.CANCEL_BULK, f"bulk operation {it.id}", variables={"id": it.id}, look=look)
    except Failure as failure:
        return f"it could not be cancelled ({failure.message})"
    return "it was cancelled"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Bulk operations: made in the vendor's own time, a slice after the other, into a file that is kept for a week."""

from __future__ import annotations

import json
import tempfile
import typing as t
from dataclasses import dataclass, field

from . import bulk_walk, delivering
from .state import App, Json, ShopifyError, everything, gid, when

if t.TYPE_CHECKING:
    from .vendor import Shopify

KEPT = 7 * 86400.0
CANCELING_SECONDS = 5.0
AT_ONCE = 5
RUNNING = ("CREATED", "RUNNING", "CANCELING")
# Of an operation, so many slices at least, and so many root objects in one at most.
FEWEST_SLICES, LARGEST_SLICE = 4, 20_000
MORE_SECONDS = 0.01


@dataclass
class Bulk:
    number: int
    app: App
    type: str
    query: str
    created: float
    # Opens the file for a week, whoever has it.
    signature: str
    group: bool = False
    status: str = "CREATED"
    error: str | None = None
    completed: float | None = None
    objects: int = 0
    roots: int = 0
    size: int = 0
    has_partial: bool = False
    file: t.Any = field(default_factory=lambda: tempfile.NamedTemporaryFile(prefix="shopify-bulk-"))  # noqa: SIM115 - it goes with the operation

    def state(self, now: float) -> str:
        is_old = self.status == "COMPLETED" and self.completed is not None and now >= self.completed + KEPT
        return "EXPIRED" if is_old else self.status

    @property
    def path(self) -> str:
        return f"/bulk-operation-outputs/{self.number}.jsonl"


# What an operation makes, of each root object: whether a line is of a root object, and the line.
Made = t.Iterator[list[tuple[bool, bytes]]]


class Operations:
    """``result`` and ``error``: how operations end from now on; ``stalls``: they stop growing after their first slice."""

    def __init__(self, shopify: Shopify) -> None:
        self._shopify = shopify
        self.clear()

    def clear(self) -> None:
        self.every: dict[int, Bulk] = {}
        self.uploads: dict[str, Upload] = {}
        self.result, self.error, self.stalls = "COMPLETED", "INTERNAL_SERVER_ERROR", False

    # -- beginning
    def refused(self, app: App, kind: str, version: str) -> tuple[str, str] | None:
        """(code, message) where there are too many already: five at a time, and before 2026-01 one of each type."""
        mine = [it for it in self.every.values() if it.app == app and it.status in RUNNING]
        if version != "unstable" and version < "2026-01":
            same = [it for it in mine if it.type == kind]
            if same:
                named = gid("BulkOperation", same[0].number)
                return "OPERATION_IN_PROGRESS", f"A bulk {kind.lower()} operation for this app and shop is already in progress: {named}."
            return None
        if len(mine) >= AT_ONCE:
            return "LIMIT_REACHED", f"Maximum of {AT_ONCE} concurrent bulk operations for this app and shop has been reached."
        return None

    def begin(self, app: App, kind: str, query: str, most: int, make: t.Callable[[], Made], group: bool = False) -> Bulk:
        """``most``: how many root objects there may be, as far as that is known."""
        world = self._shopify.world
        it = Bulk(self._shopify.next_number(), app, kind, query, world.now(), world.made("shopify.bulk", world.word(40)), group)
        self.every[it.number] = it
        seconds = float(world.setting("shopify_bulk_seconds"))
        slices = max(FEWEST_SLICES, -(-most // LARGEST_SLICE))
        size = max(1, -(-most // slices))
        step = seconds / (slices + 1)
        world.after(step / 2, lambda: self._start(it, make, size, slices, step, seconds))
        world.changed()
        return it

    def _start(self, it: Bulk, make: t.Callable[[], Made], size: int, slices: int, step: float, seconds: float) -> None:
        if it.status != "CREATED":
            return
        it.status = "RUNNING"
        try:
            made = make()
        except ShopifyError as error:
            self._end(it, "FAILED", "ACCESS_DENIED" if error.code == "ACCESS_DENIED" else "INTERNAL_SERVER_ERROR")
            return
        self._shopify.world.after(step / 2, lambda: self._slice(it, made, size, slices, step, it.created + seconds))

    def _slice(self, it: Bulk, made: Made, size: int, planned: int, step: float, end: float) -> None:
        """Some more root objects. Unless they are grouped, what belongs to them comes after all of them."""
        if it.status != "RUNNING":
            return
        children: list[bytes] = []
        is_over = False
        # There may be more than was known: the last slice that was planned, and those after it, are large.
        for _number in range(size if planned > 1 else LARGEST_SLICE):
            lines = next(made, None)
            if lines is None:
                is_over = True
                break
            for is_root, line in lines:
                it.objects, it.roots = it.objects + 1, it.roots + is_root
                if is_root or it.group:
                    it.file.write(line)
                else:
                    children.append(line)
        it.file.writelines(children)
        it.file.flush()
        it.size = it.file.tell()
        world = self._shopify.world
        if self.stalls:
            return
        if self.result == "FAILED":
            it.has_partial = True
            self._end(it, "FAILED", self.error)
        elif is_over:
            world.after(max(0.0, end - world.now()), lambda: self._end(it, "COMPLETED", None))
        else:
            world.after(step if planned > 1 else MORE_SECONDS, lambda: self._slice(it, made, size, planned - 1, step, end))

    def _end(self, it: Bulk, status: str, error: str | None) -> None:
        if it.status != "RUNNING":
            return
        it.status, it.error, it.completed = status, error, self._shopify.world.now()
        self._finished(it)

    def _finished(self, it: Bulk) -> None:
        about = {
            "admin_graphql_api_id": gid("BulkOperation", it.number),
            "type": it.type.lower(),
            "status": it.status.lower(),
            "error_code": it.error.lower() if it.error else None,
            "created_at": when(it.created),
            "completed_at": when(it.completed or it.created),
        }
        delivering.happened(self._shopify, "BULK_OPERATIONS_FINISH", about, it.app.number)

    # -- ending early
    def cancel(self, it: Bulk) -> str | None:
        """Why it cannot be cancelled; else it will be, in a moment."""
        if it.status not in RUNNING:
            return f"A bulk operation cannot be canceled when it is {it.state(self._shopify.world.now()).lower()}"
        if it.status != "CANCELING":
            it.status = "CANCELING"
            self._shopify.world.changed()

            def ended() -> None:
                it.status, it.completed = "CANCELED", self._shopify.world.now()
                self._finished(it)

            self._shopify.world.after(CANCELING_SECONDS, ended)
        return None

    # -- what is seen
    def render(self, it: Bulk) -> Json:
        now = self._shopify.world.now()
        state = it.state(now)
        has_file = state == "COMPLETED" and it.objects > 0
        return {
            "__typename": "BulkOperation",
            "id": gid("BulkOperation", it.number),
            "status": state,
            "type": it.type,
            "errorCode": it.error,
            "query": it.query,
            "createdAt": when(it.created),
            "completedAt": when(it.completed) if it.completed is not None else None,
            "objectCount": str(it.objects),
            "rootObjectCount": str(it.roots),
            "fileSize": str(it.size) if has_file else None,
            # An empty result has no address.
            "url": self.url(it) if has_file else None,
            "partialDataUrl": self.url(it) if it.has_partial and it.objects else None,
        }

    def url(self, it: Bulk) -> str:
        expires = int((it.completed or it.created) + KEPT)
        return f"{self._shopify.origin}{it.path}?Expires={expires}&Signature={it.signature}"


@dataclass
class Upload:
    """A place for a file, and what was put there."""

    key: str
    parameters: dict[str, str]
    content: bytes | None = None


def of_query(root: bulk_walk.Field, resolvers: t.Any) -> t.Callable[[], Made]:
    def rows(walk: bulk_walk.Walk) -> Made:
        source = iter(walk)
        while True:
            with everything():
                lines = next(source, None)
                if lines is None:
                    return
                made = [(is_root, bulk_walk.written(record)) for is_root, record in lines]
            yield made

    def make() -> Made:
        with everything():
            return rows(bulk_walk.Walk(root, resolvers))

    return make


def of_mutation(lines: t.Sequence[Json], run: t.Callable[[Json], Json]) -> t.Callable[[], Made]:
    """One answer for each line of variables, refusals included."""

    def make() -> Made:
        for number, variables in enumerate(lines):
            yield [(True, bulk_walk.written({**run(variables), "__lineNumber": number}))]

    return make


def variables_of(content: bytes) -> list[Json]:
    """The lines of an upload; ValueError where one is no JSON object."""
    found = []
    for line in content.splitlines():
        if line.strip():
            variables = json.loads(line)
            if not isinstance(variables, dict):
                raise ValueError("not an object")
            found.append(variables)
    return found

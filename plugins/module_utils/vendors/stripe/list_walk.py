# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A whole list of Stripe's on its way into a file: page after page, and where it is long, in stretches of time side by side.

Vendor facts (Stripe's documentation): a list goes from the newest item to the oldest by the cursor ``starting_after``; ``created[gte]`` and
``created[lt]`` bound it. So a list is exact whatever comes meanwhile: what is new stands before the first page, and every stretch ends in the second
in which the next begins. A stretch is cut only by who reads it, below all that it has read.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import tempfile
import threading
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.jsonl import Into, Lines, Written
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.values import number

Json = dict[str, t.Any]
# A list of no more pages is read in one go.
WORTH = 3


class Pace:
    """No more than so many requests begin in a second, however many threads ask."""

    def __init__(self, per_second: float) -> None:
        self._every = 1.0 / per_second
        self._next = clock.now()
        self._lock = threading.Lock()

    def wait(self) -> None:
        with self._lock:
            now = clock.now()
            clock.sleep(self._next - now)
            self._next = max(now, self._next) + self._every


@dataclasses.dataclass(eq=False)
class Stretch:
    """What was created from ``since`` on and before ``until``; None: without an end there."""

    since: int | None
    until: int | None
    file: Into
    pages: int = 0
    oldest: int | None = None
    written: Written | None = None

    def holds(self, created: int) -> bool:
        return (self.since is None or created >= self.since) and (self.until is None or created < self.until)


@dataclasses.dataclass(frozen=True)
class Page:
    items: list[Json]
    more: bool


class Walk:
    """``timed``: the list can be bounded by time. ``floor``: before this moment hardly anything was created; it says only where to cut."""

    def __init__(
        self,
        client: Client,
        operation: Operation,
        query: t.Mapping[str, str],
        timed: bool,
        floor: int,
        parallel: int,
        pace: Pace,
        compresses: bool = True,
    ) -> None:
        self._compresses = compresses
        self._client, self._operation, self._query = client, operation, query
        self._timed, self._floor, self._pace = timed, floor, pace
        self._parallel = parallel if timed else 1
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._running: dict[concurrent.futures.Future[None], Stretch] = {}

    def write(self, since: int | None, until: int | None, file: Into, folder: str) -> Written:
        """All of it into ``file``, newest first."""
        self._folder = folder
        first = Stretch(since if self._timed else None, until if self._timed else None, file)
        self._order = [first]
        with (
            contextlib.ExitStack() as self._parts,
            concurrent.futures.ThreadPoolExecutor(self._parallel) as self._readers,
            concurrent.futures.ThreadPoolExecutor(self._parallel) as self._pages,
        ):
            try:
                self._begin(first)
                while self._running:
                    for future in concurrent.futures.wait(list(self._running), return_when=concurrent.futures.FIRST_COMPLETED).done:
                        future.result()
                        with self._lock:
                            del self._running[future]
            finally:
                self._over.set()
            for stretch in self._order[1:]:
                self._lines.adopt(t.cast(t.BinaryIO, stretch.file), t.cast(Written, stretch.written))
            return self._lines.end()

    def _begin(self, stretch: Stretch) -> None:
        self._running[self._readers.submit(self._read, stretch)] = stretch

    def _read(self, stretch: Stretch) -> None:
        lines = Lines(stretch.file, self._compresses)
        if stretch is self._order[0]:
            self._lines = lines
        cursors: set[str] = set()
        ahead: concurrent.futures.Future[Page] | None = self._pages.submit(self._page, stretch, "")
        while ahead is not None and not self._over.is_set():
            page, ahead = ahead.result(), None
            stretch.pages += 1
            if page.more:
                last = str(page.items[-1]["id"])
                if last in cursors:
                    what = self._operation.name.removeprefix("list_").replace("_", " ")
                    raise Failure("protocol", f"the list of {what} repeats its page {last[:80]!r}", AGAIN, stripe.VENDOR, self._operation.name)
                cursors.add(last)
                self._cut(stretch, page)
                # The next page comes while this one is written.
                ahead = self._pages.submit(self._page, stretch, last)
            for item in page.items:
                lines.add(item)
        if stretch is not self._order[0]:
            stretch.written = lines.end()

    def _page(self, stretch: Stretch, after: str) -> Page:
        """One request. What it answers is what was asked for, or a failure."""
        if self._over.is_set():
            return Page([], False)
        self._pace.wait()
        since = {} if stretch.since is None else {"created[gte]": stretch.since}
        until = {} if stretch.until is None else {"created[lt]": stretch.until}
        cursor = {"starting_after": after} if after else {}
        answer = self._client.call(self._operation, query={**self._query, **since, **until, "limit": stripe.LARGEST_PAGE, **cursor})
        data, more = answer.get("data"), answer.get("has_more")
        good = isinstance(data, list) and isinstance(more, bool) and all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in data)
        if not good or (more and not data):
            raise stripe.malformed("list", self._operation)
        # What lies elsewhere would come twice, or never.
        if self._timed and not all(number(one.get("created")) is not None and stretch.holds(one["created"]) for one in data):
            raise stripe.malformed("list of the time that was asked for", self._operation)
        return Page(data, more)

    def _cut(self, stretch: Stretch, page: Page) -> None:
        """Give the older half of what is left to another reader, if one is free."""
        if self._parallel == 1:
            return
        oldest = min(one["created"] for one in page.items)
        stretch.oldest = oldest if stretch.oldest is None else min(oldest, stretch.oldest)
        floor = self._floor if stretch.since is None else stretch.since
        middle = (floor + stretch.oldest) // 2
        with self._lock:
            if stretch.pages < WORTH or len(self._running) >= self._parallel or not floor < middle <= stretch.oldest:
                return
            part = self._parts.enter_context(tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115 - closed with the others
            older = Stretch(stretch.since, middle, part)
            stretch.since = middle
            self._order.insert(self._order.index(stretch) + 1, older)
            self._begin(older)

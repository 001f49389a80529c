# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks on their way: they wait on the sandbox's clock and are posted for real, to loopback addresses alone.

A vendor says what is sent, when it is tried again and what follows; this part knows no vendor. While a post is under way virtual time stands
still, so whoever sleeps wakes to its outcome.
"""

from __future__ import annotations

import asyncio
import collections
import functools
import ipaddress
import typing as t
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

import aiohttp

from .errors import Refused

if t.TYPE_CHECKING:
    from .world import World

# Settings of a scenario, which the control port may change while it runs.
SETTINGS = ("webhook_duplicates", "webhook_late_seconds", "webhook_receiver_status", "webhook_timeout_ms")
# A copy comes so many seconds after what it repeats.
COPY_AFTER = 1.0
LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class Schedule:
    """``first``: seconds until the first attempt; ``waits``: from each failed attempt to the next. When they are used up it has failed.

    ``removed_after``: so many failed attempts at one target, one after the other whatever they carried, have it removed; 0: never.
    """

    waits: tuple[float, ...] = ()
    first: float = 1.0
    removed_after: int = 0


@dataclass(frozen=True)
class Message:
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Attempt:
    """``at`` is the sandbox's time; ``copy``: it repeats what had arrived."""

    at: float
    status: int | None
    outcome: str
    copy: bool = False


@dataclass(eq=False)
class Delivery:
    """One subject on its way to one target. ``state``: pending, delivered, failed (given up) or dropped (the target is gone).

    ``make(now)`` is asked at each attempt; ``told`` hears of each but of copies; ``removed`` when ``removed_after`` is reached.
    """

    id: int
    vendor: str
    target: str
    subject: str
    topic: str
    schedule: Schedule
    make: t.Callable[[float], Message]
    told: t.Callable[[Delivery], None]
    removed: t.Callable[[], None]
    state: str = "pending"
    due: float | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def shown(self) -> dict[str, t.Any]:
        names = ("id", "vendor", "target", "subject", "topic", "state", "due")
        return {**{name: getattr(self, name) for name in names}, "attempts": [asdict(attempt) for attempt in self.attempts]}


class Deliveries:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()
        self.clear()

    def clear(self) -> None:
        """A new world begins. What is under way is still posted, and its outcome means nothing any more."""
        self._every: list[Delivery] = []
        self._failures: collections.Counter[tuple[str, str]] = collections.Counter()

    # -- what a vendor asks
    def send(
        self,
        vendor: str,
        target: str,
        subject: str,
        topic: str,
        schedule: Schedule,
        make: t.Callable[[float], Message],
        told: t.Callable[[Delivery], None] = lambda delivery: None,
        removed: t.Callable[[], None] = lambda: None,
    ) -> Delivery:
        delivery = Delivery(len(self._every) + 1, vendor, target, subject, topic, schedule, make, told, removed)
        is_second = sum((one.vendor, one.target) == (vendor, target) for one in self._every) % 2 == 1
        self._every.append(delivery)
        # Every second one to a target is late, so that the next overtakes it.
        self._later(delivery, schedule.first + (float(self._world.setting("webhook_late_seconds")) if is_second else 0.0))
        return delivery

    def drop(self, vendor: str, target: str) -> None:
        """The target is gone or takes nothing any more: what has not arrived never will."""
        for delivery in self._every:
            if (delivery.vendor, delivery.target, delivery.state) == (vendor, target, "pending"):
                delivery.state, delivery.due = "dropped", None

    # -- what the control port asks
    def listing(self, vendor: str | None = None) -> list[dict[str, t.Any]]:
        return [delivery.shown() for delivery in self._every if vendor in (None, delivery.vendor)]

    def change(self, wish: t.Mapping[str, t.Any]) -> None:
        strange = set(wish) - set(SETTINGS)
        if strange:
            raise Refused(f"deliveries have no {', '.join(sorted(strange))}: {', '.join(SETTINGS)}")
        self._world.settings.update(wish)

    async def idle(self) -> None:
        """Until nothing is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- on the way
    def _later(self, delivery: Delivery, seconds: float, copy: bool = False) -> None:
        if not copy:
            delivery.due = self._world.now() + seconds
        self._world.after(seconds, functools.partial(self._begin, delivery, copy))

    def _begin(self, delivery: Delivery, copy: bool) -> None:
        if delivery.state != ("delivered" if copy else "pending"):
            return
        self._world.clock.hold()
        task = asyncio.get_running_loop().create_task(self._attempt(delivery, copy, self._world.epoch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, delivery: Delivery, copy: bool, epoch: int) -> None:
        try:
            at = self._world.now()
            status, outcome = await self._post(delivery.make(at))
            if self._world.epoch == epoch:
                delivery.attempts.append(Attempt(at, status, outcome, copy))
                if not copy and delivery.state == "pending":
                    self._ended(delivery, status is not None and 200 <= status < 300)
        finally:
            self._world.clock.release()

    def _ended(self, delivery: Delivery, good: bool) -> None:
        tried, place = len(delivery.attempts), (delivery.vendor, delivery.target)
        delivery.due = None
        self._failures[place] = 0 if good else self._failures[place] + 1
        if good:
            delivery.state = "delivered"
            for number in range(int(self._world.setting("webhook_duplicates"))):
                self._later(delivery, COPY_AFTER * (number + 1), copy=True)
        elif tried <= len(delivery.schedule.waits):
            self._later(delivery, delivery.schedule.waits[tried - 1])
        else:
            delivery.state = "failed"
        delivery.told(delivery)
        if not good and self._failures[place] == delivery.schedule.removed_after:
            self.drop(*place)
            delivery.removed()

    async def _post(self, message: Message) -> tuple[int | None, str]:
        """(status, what became of it). A redirect is an answer like another, and is not followed."""
        if not _is_loopback(urlsplit(message.url).hostname or ""):
            return None, "not sent: the sandbox posts to loopback addresses alone"
        patience = aiohttp.ClientTimeout(total=float(self._world.setting("webhook_timeout_ms")) / 1000)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.post(message.url, data=message.body, headers=message.headers, allow_redirects=False) as answer,
            ):
                await answer.content.read(LARGEST_ANSWER)
                return answer.status, f"answered {answer.status}"
        except TimeoutError:
            return None, "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return None, f"no answer: {type(error).__name__}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

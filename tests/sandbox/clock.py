# SPDX-License-Identifier: GPL-3.0-or-later
"""Time for the sandbox and for those who connect to its clock.

All times are seconds since the epoch. In virtual time one kept connection is one member, and time jumps to the earliest
wake-up only when every member sleeps and no announced group still has open seats: no member can oversleep because the
machine was busy. The sandbox's own events (a build finishes, a domain moves) lie in the same queue as the sleepers.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import time
import typing as t
from dataclasses import dataclass, field

START = 1795143720.0  # 2026-11-20T03:02:00Z
# A member that announced no group may be the first of several: give the others this much real time to connect.
ANONYMOUS_GRACE = 0.05
# Announced colleagues that never come must not hold time for ever.
SEAT_PATIENCE = 5.0
# With no member left, real-clock clients are the only ones who could be waiting: then time flows as theirs does.
IDLE_GRACE = 5.0

EVENT, SLEEPER = 0, 1
Action = t.Callable[[], None]


class Clock(t.Protocol):
    virtual: bool

    def now(self) -> float: ...
    def after(self, seconds: float, action: Action) -> None: ...
    def advance(self, seconds: float) -> None: ...
    def reset(self, scale: float = 1.0) -> None: ...
    def request_seen(self) -> None: ...
    def snapshot(self) -> dict[str, t.Any]: ...
    def enter(self, member: Member) -> None: ...
    def leave(self, member: Member) -> None: ...
    def announce(self, member: Member, group: str, seats: int) -> None: ...
    def sleep(self, member: Member, seconds: float) -> None: ...
    def hold(self) -> None: ...
    def release(self) -> None: ...
    def step(self, end: float) -> bool: ...


@dataclass(eq=False)
class Member:
    """One connection; ``wake`` answers its sleep."""

    name: str
    wake: Action
    entered: float
    group: str | None = None
    asleep_until: float | None = None


@dataclass(order=True)
class Wakeup:
    at: float
    kind: int
    number: int
    action: Action = field(compare=False)
    member: Member | None = field(compare=False, default=None)


@dataclass
class Group:
    """Colleagues that start together: ``seats`` of them, of which ``joined`` have come (also those that left again)."""

    seats: int
    joined: int = 0
    last_join: float = 0.0
    given_up: bool = False

    def open_seats(self) -> int:
        return 0 if self.given_up else max(0, self.seats - self.joined)


class RealClock:
    """The machine's clock. A scenario makes the vendors' jobs short by ``scale``, so that a demonstration is brief."""

    virtual = False

    def __init__(self) -> None:
        self._scale = 1.0
        self._members: set[Member] = set()
        self._pending: set[asyncio.TimerHandle] = set()

    def now(self) -> float:
        return time.time()

    def after(self, seconds: float, action: Action) -> None:
        if seconds <= 0:
            action()
            return
        loop = asyncio.get_running_loop()

        def fire() -> None:
            self._pending.discard(handle)
            action()

        handle = loop.call_later(seconds * self._scale, fire)
        self._pending.add(handle)

    def advance(self, seconds: float) -> None:
        raise ValueError("the real clock cannot be advanced")

    def reset(self, scale: float = 1.0) -> None:
        self._scale = scale
        for handle in self._pending:
            handle.cancel()
        self._pending.clear()

    def request_seen(self) -> None:
        pass

    def snapshot(self) -> dict[str, t.Any]:
        return {"now": self.now(), "virtual": False, "members": [{"name": m.name, "group": m.group} for m in self._members], "given_up": 0}

    def enter(self, member: Member) -> None:
        self._members.add(member)

    def leave(self, member: Member) -> None:
        self._members.discard(member)

    def announce(self, member: Member, group: str, seats: int) -> None:
        member.group = group

    def sleep(self, member: Member, seconds: float) -> None:
        asyncio.get_running_loop().call_later(max(0.0, seconds), member.wake)

    def hold(self) -> None:
        pass

    def release(self) -> None:
        pass

    def step(self, end: float) -> bool:
        return False


class VirtualClock:
    virtual = True

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self.groups: dict[str, Group] = {}
        self.given_up = 0
        self._time = START
        self._queue: list[Wakeup] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self._flowing_since: float | None = None
        self._last_left: float | None = None
        self._settling = False
        self._held = 0

    # -- what the sandbox asks
    def now(self) -> float:
        if self._flowing_since is None:
            return self._time
        return self._time + time.monotonic() - self._flowing_since

    def after(self, seconds: float, action: Action) -> None:
        if seconds <= 0:
            action()
            return
        heapq.heappush(self._queue, Wakeup(self.now() + seconds, EVENT, next(self._numbers), action))
        self._settle()

    def advance(self, seconds: float) -> None:
        end = self.now() + seconds
        self._stop_flowing()
        while self._queue and self._queue[0].at <= end:
            self._run_next()
        self._time = max(self._time, end)
        self._settle()

    def step(self, end: float) -> bool:
        """Run what is due at the earliest moment until ``end``; False when there is nothing."""
        if not self._queue or self._queue[0].at > end:
            return False
        self._stop_flowing()
        self._run_instant()
        return True

    def hold(self) -> None:
        """Something of the sandbox's happens in real time: nobody wakes before it has ended."""
        self._held += 1

    def release(self) -> None:
        self._held -= 1
        self._settle()

    def reset(self, scale: float = 1.0) -> None:
        """A new world begins: the old one's events are gone, and whoever sleeps is woken into the new one."""
        sleepers = [wakeup for wakeup in self._queue if wakeup.kind == SLEEPER]
        self._queue.clear()
        self.groups.clear()
        self.given_up = 0
        self._flowing_since = None
        self._last_left = None
        self._time = START
        for wakeup in sleepers:
            wakeup.action()
        self._settle()

    def request_seen(self) -> None:
        """Someone uses the vendors. If nobody holds time, the caller lives in real time: let virtual time flow beside it."""
        if self.members or self._flowing_since is not None:
            return
        if self._last_left is None or time.monotonic() - self._last_left >= IDLE_GRACE:
            self._flowing_since = time.monotonic()
            self._settle()

    def snapshot(self) -> dict[str, t.Any]:
        return {
            "now": self.now(),
            "virtual": True,
            "flowing": self._flowing_since is not None,
            "members": [{"name": m.name, "group": m.group, "asleep_until": m.asleep_until} for m in self.members],
            "open_seats": {name: group.open_seats() for name, group in self.groups.items() if group.open_seats()},
            "given_up": self.given_up,
            "waiting": len(self._queue),
        }

    # -- what a member asks
    def enter(self, member: Member) -> None:
        self._stop_flowing()
        self.members.add(member)

    def leave(self, member: Member) -> None:
        self.members.discard(member)
        self._queue = [wakeup for wakeup in self._queue if wakeup.member is not member]
        heapq.heapify(self._queue)
        if not self.members:
            self._last_left = time.monotonic()
        self._settle()

    def announce(self, member: Member, group: str, seats: int) -> None:
        known = self.groups.setdefault(group, Group(seats))
        known.seats = seats
        known.joined += 1
        known.last_join = time.monotonic()
        member.group = group

    def sleep(self, member: Member, seconds: float) -> None:
        if seconds <= 0:
            member.wake()
            return
        member.asleep_until = self.now() + seconds

        def wake() -> None:
            member.asleep_until = None
            member.wake()

        heapq.heappush(self._queue, Wakeup(member.asleep_until, SLEEPER, next(self._numbers), wake, member))
        self._settle()

    # -- how time moves
    def _settle(self) -> None:
        """Move time as far as it may go now, and ask to be called again when a grace in real time ends."""
        if self._settling:
            return
        self._settling = True
        try:
            self._cancel_timer()
            if not self.members:
                self._flow()
                return
            while self._queue and not self._held and all(member.asleep_until is not None for member in self.members):
                wait = self._held_for()
                if wait > 0:
                    self._timer = asyncio.get_running_loop().call_later(wait, self._settle)
                    return
                self._run_instant()
        finally:
            self._settling = False

    def _held_for(self) -> float:
        """Real seconds for which time must still stand: for colleagues that were announced, or may be about to connect."""
        moment = time.monotonic()
        longest = 0.0
        for group in self.groups.values():
            if group.open_seats():
                left = group.last_join + SEAT_PATIENCE - moment
                if left <= 0:
                    self.given_up += group.open_seats()
                    group.given_up = True
                longest = max(longest, left)
        for member in self.members:
            if member.group is None:
                longest = max(longest, member.entered + ANONYMOUS_GRACE - moment)
        return longest

    def _run_instant(self) -> None:
        """Everything that is due at the earliest moment; events come before sleepers, so a sleeper wakes to the finished job."""
        at = self._queue[0].at
        while self._queue and self._queue[0].at == at:
            self._run_next()

    def _run_next(self) -> None:
        wakeup = heapq.heappop(self._queue)
        self._time = max(self._time, wakeup.at)
        wakeup.action()

    def _flow(self) -> None:
        if self._flowing_since is None:
            return
        while self._queue and self._queue[0].at <= self.now():
            heapq.heappop(self._queue).action()
        if self._queue:
            wait = max(0.001, self._queue[0].at - self.now())
            self._timer = asyncio.get_running_loop().call_later(wait, self._settle)

    def _stop_flowing(self) -> None:
        if self._flowing_since is not None:
            self._time = self.now()
            self._flowing_since = None
            self._cancel_timer()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class ClockConnection(asyncio.Protocol):
    """JSON lines over TCP, one answer for each line. The connection itself is the membership: a killed member leaves."""

    _names = itertools.count(1)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = t.cast(asyncio.Transport, transport)
        self._member = Member(f"member-{next(self._names)}", self._answer, time.monotonic())
        self._clock.enter(self._member)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clock.leave(self._member)

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            try:
                self._obey(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self._write({"error": f"{type(error).__name__}: {error}"})

    def _obey(self, request: dict[str, t.Any]) -> None:
        do = request["do"]
        if do == "now":
            self._answer()
        elif do == "sleep":
            self._clock.sleep(self._member, float(request["seconds"]))
        elif do == "join":
            seats = int(request["of"])
            if seats < 1:
                raise ValueError("a group has at least one seat")
            self._clock.announce(self._member, str(request["group"]), seats)
            self._answer()
        elif do == "leave":
            self._transport.close()
        else:
            raise ValueError(f"unknown request {do!r}: now, sleep, join or leave")

    def _answer(self) -> None:
        self._write({"now": self._clock.now()})

    def _write(self, answer: dict[str, t.Any]) -> None:
        if not self._transport.is_closing():
            self._transport.write(json.dumps(answer).encode() + b"\n")

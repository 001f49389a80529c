# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual clock: nobody oversleeps, however the machine schedules; nobody who died or never came holds time for ever."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import typing as t
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ansible_collections.saasops.runbooks.tests.sandbox import clock as clocks
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox


class Member:
    """A connection inside the test's own event loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, **request: t.Any) -> dict[str, t.Any]:
        import json

        self.writer.write(json.dumps(request).encode() + b"\n")
        answer: dict[str, t.Any] = json.loads(await self.reader.readline())
        return answer

    async def sleep(self, seconds: float) -> float:
        return float((await self.ask(do="sleep", seconds=seconds))["now"])

    async def now(self) -> float:
        return float((await self.ask(do="now"))["now"])

    def close(self) -> None:
        self.writer.close()


Connect = Callable[..., Awaitable[Member]]


def run(scene: Callable[[clocks.Clock, Connect], Awaitable[None]], clock: clocks.Clock | None = None) -> None:
    async def play() -> None:
        time_ = clock or clocks.VirtualClock()
        server = await asyncio.get_running_loop().create_server(lambda: clocks.ClockConnection(time_), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]

        async def connect(group: str | None = None, of: int = 1) -> Member:
            member = Member(*await asyncio.open_connection("127.0.0.1", port))
            if group is not None:
                assert "now" in await member.ask(do="join", group=group, of=of)
            return member

        await asyncio.wait_for(scene(time_, connect), 30)
        server.close()

    asyncio.run(play())


def test_time_starts_at_the_scenario_s_moment_and_stands_still() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        member = await connect("g")
        first = await member.now()
        await asyncio.sleep(0.2)
        assert first == await member.now() == clocks.START

    run(scene)


def test_a_lone_member_sleeps_two_hours_at_once() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        member = await connect("g")
        began = time.monotonic()
        assert await member.sleep(7200) == clocks.START + 7200
        assert time.monotonic() - began < 1

    run(scene)


def test_time_waits_for_the_member_that_is_awake() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        early, busy = await connect("g", 2), await connect("g", 2)
        sleeping = asyncio.create_task(early.sleep(10))
        await asyncio.sleep(0.2)
        assert not sleeping.done()
        assert await busy.now() == clocks.START
        assert await busy.sleep(4) == clocks.START + 4
        assert not sleeping.done()
        other = asyncio.create_task(busy.sleep(100))
        assert await sleeping == clocks.START + 10
        early.close()
        assert await other == clocks.START + 104

    run(scene)


@pytest.mark.parametrize("seed", range(5))
def test_many_members_wake_in_the_same_order_whatever_the_load(seed: int) -> None:
    chance = random.Random(seed)
    woken: list[tuple[float, int]] = []

    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        async def live(number: int) -> None:
            await asyncio.sleep(chance.random() / 20)
            member = await connect("batch", 8)
            for turn in range(5):
                # Slow at random in real time, exact in virtual time.
                await asyncio.sleep(chance.random() / 100)
                woken.append((await member.sleep(3 + number + turn), number))
            member.close()

        await asyncio.gather(*(live(number) for number in range(8)))

    run(scene)
    expected = sorted((clocks.START + sum(3 + number + turn for turn in range(done + 1)), number) for number in range(8) for done in range(5))
    assert sorted(woken) == expected
    assert [at for at, _number in woken] == sorted(at for at, _number in woken)


def test_open_seats_hold_time_until_the_announced_colleague_comes() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        first = await connect("task", 2)
        sleeping = asyncio.create_task(first.sleep(60))
        await asyncio.sleep(0.5)
        assert not sleeping.done()
        assert clock.snapshot()["open_seats"] == {"task": 1}
        late = await connect("task", 2)
        assert await late.now() == clocks.START
        assert await late.sleep(30) == clocks.START + 30
        late.close()
        assert await sleeping == clocks.START + 60
        assert clock.snapshot()["given_up"] == 0

    run(scene)


def test_seats_that_nobody_takes_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "SEAT_PATIENCE", 0.3)

    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        alone = await connect("task", 5)
        began = time.monotonic()
        assert await alone.sleep(60) == clocks.START + 60
        assert 0.2 < time.monotonic() - began < 3
        assert clock.snapshot()["given_up"] == 4
        # Given up once, not waited for again.
        began = time.monotonic()
        await alone.sleep(60)
        assert time.monotonic() - began < 0.2

    run(scene)


def test_a_member_without_a_group_gives_others_a_moment_to_connect() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        alone = await connect()
        began = time.monotonic()
        await alone.sleep(5)
        assert clocks.ANONYMOUS_GRACE * 0.5 < time.monotonic() - began < 1

    run(scene)


def test_leaving_lets_time_go_on() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        stays, goes = await connect("g", 2), await connect("g", 2)
        sleeping = asyncio.create_task(stays.sleep(10))
        await asyncio.sleep(0.1)
        goes.writer.write(b'{"do": "leave"}\n')
        assert await sleeping == clocks.START + 10

    run(scene)


def test_events_happen_in_order_and_before_those_who_wake_at_the_same_moment() -> None:
    seen: list[str] = []

    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        def build_done() -> None:
            seen.append("build done")
            clock.after(5, lambda: seen.append("checked"))

        member = await connect("g")
        clock.after(20, lambda: seen.append("domains moved"))
        clock.after(10, build_done)
        assert await member.sleep(20) == clocks.START + 20
        seen.append("woke")
        clock.after(0, lambda: seen.append("at once"))

    run(scene)
    assert seen == ["build done", "checked", "domains moved", "woke", "at once"]


def test_advance_runs_what_lies_on_the_way() -> None:
    seen: list[float] = []

    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        clock.after(30, lambda: seen.append(clock.now()))
        clock.after(90, lambda: seen.append(clock.now()))
        clock.advance(60)
        assert seen == [clocks.START + 30]
        assert clock.now() == clocks.START + 60

    run(scene)


def test_time_flows_for_a_client_that_knows_no_virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        clock.after(0.2, lambda: seen.append("job"))
        await asyncio.sleep(0.4)
        assert not seen and clock.now() == clocks.START
        clock.request_seen()
        await asyncio.sleep(0.4)
        assert seen == ["job"]
        assert 0.3 < clock.now() - clocks.START < 2
        member = await connect("g")
        first = await member.now()
        await asyncio.sleep(0.2)
        assert await member.now() == first
        member.close()
        await asyncio.sleep(0.1)
        # Between two tasks of a run nobody is connected for a moment: that moment must not count.
        clock.request_seen()
        await asyncio.sleep(0.2)
        assert clock.now() == first
        monkeypatch.setattr(clocks, "IDLE_GRACE", 0.1)
        clock.request_seen()
        await asyncio.sleep(0.2)
        assert clock.now() > first

    run(scene)


def test_a_new_world_forgets_the_old_one_s_events() -> None:
    seen: list[str] = []

    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        member, other = await connect("g", 2), await connect("g", 2)
        clock.after(5, lambda: seen.append("old"))
        sleeping = asyncio.create_task(other.sleep(100))
        await asyncio.sleep(0.05)
        clock.advance(2)
        clock.reset()
        assert await sleeping == clocks.START
        other.close()
        assert await member.sleep(50) == clocks.START + 50

    run(scene)
    assert seen == []


@pytest.mark.parametrize("line", [b"not json\n", b'{"do": "dance"}\n', b'{"do": "sleep"}\n', b"[]\n", b'{"do": "join", "group": "g", "of": 0}\n'])
def test_a_strange_line_is_answered_with_an_error(line: bytes) -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        member = await connect()
        member.writer.write(line)
        assert b"error" in await member.reader.readline()
        assert await member.now() == clocks.START

    run(scene)


def test_the_real_clock_really_sleeps() -> None:
    async def scene(clock: clocks.Clock, connect: Connect) -> None:
        member = await connect("g")
        began = time.monotonic()
        now = await member.sleep(0.3)
        assert 0.25 < time.monotonic() - began < 3
        assert abs(now - time.time()) < 3
        with pytest.raises(ValueError, match="cannot be advanced"):
            clock.advance(5)

    run(scene, clocks.RealClock())


SLEEPER = """
    import sys
    sys.path.insert(0, sys.argv[1])
    from tests.sandbox.launch import ClockMember
    member = ClockMember(sys.argv[2], "pair", 2)
    print("in", flush=True)
    sys.stdin.readline()
"""


def test_a_killed_member_does_not_hold_time(tmp_path: Path) -> None:
    root = Path(clocks.__file__).resolve().parents[2]
    with Sandbox(state_file=tmp_path / "run.json") as sandbox:
        url = sandbox.run["clock_url"]
        command = [sys.executable, "-c", textwrap.dedent(SLEEPER), str(root), url]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as colleague:
            assert colleague.stdout is not None
            assert colleague.stdout.readline() == b"in\n"
            member = ClockMember(url, "pair", 2)
            assert len(sandbox.clock()["members"]) == 2
            os.kill(colleague.pid, signal.SIGKILL)
            before = member.now()
            assert member.sleep(3600) == before + 3600
            member.close()

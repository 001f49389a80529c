# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks on their way, whatever vendor sends them."""

from __future__ import annotations

import asyncio
import typing as t

import pytest

from ansible_collections.saasops.runbooks.tests.harness.loopback import Loopback, Request, each, said
from ansible_collections.saasops.runbooks.tests.sandbox import clock, scenario
from ansible_collections.saasops.runbooks.tests.sandbox.delivery import Message, Schedule
from ansible_collections.saasops.runbooks.tests.sandbox.world import World

BAD, GOOD = said({}, 500), said({})


def played(server: Loopback, act: t.Callable[[World], None], seconds: float) -> World:
    """A world without vendors, after ``act`` and so many seconds."""

    async def play() -> World:
        world = World(clock.VirtualClock())
        world.seed(scenario.Scenario("empty", scenario.load("bad-release").settings, {}))
        act(world)
        end = world.now() + seconds
        while world.clock.step(end):
            await world.deliveries.idle()
        return world

    return asyncio.run(play())


def send(world: World, server: Loopback, schedule: Schedule, told: list[str], target: str = "one") -> None:
    message = Message(f"{server.url}/{target}", {"X-Vendor": "any"}, b"{}")
    world.deliveries.send("any", target, "event", "topic", schedule, lambda now: message, lambda one: told.append(one.state), lambda: told.append("removed"))


@pytest.mark.parametrize(
    ("answers", "said_of_it"),
    [
        ([GOOD], ["delivered"]),
        ([BAD, GOOD], ["pending", "delivered"]),
        ([BAD], ["pending", "pending", "failed"]),
    ],
)
def test_a_schedule_says_when_and_how_often(answers: list[t.Any], said_of_it: list[str]) -> None:
    told: list[str] = []
    with Loopback(each(*answers)) as server:
        world = played(server, lambda world: send(world, server, Schedule((10, 20), first=5), told), 1000)
        assert told == said_of_it and len(server.requests) == len(said_of_it)
        (one,) = world.deliveries.listing("any")
        assert [attempt["at"] - clock.START for attempt in one["attempts"]] == [5, 15, 35][: len(told)]
        assert (one["state"], one["due"]) == (said_of_it[-1], None)
        assert world.deliveries.listing("other") == []


def test_a_target_that_fails_too_often_is_removed_with_all_that_waits_for_it() -> None:
    told: list[str] = []
    with Loopback(each(BAD)) as server:

        def act(world: World) -> None:
            for _number in range(2):
                send(world, server, Schedule((10,) * 8, removed_after=3), told)
            send(world, server, Schedule((10,) * 2), told, "other")

        world = played(server, act, 1000)
    assert [(one["target"], one["state"], len(one["attempts"])) for one in world.deliveries.listing()] == [
        ("one", "dropped", 2),
        ("one", "dropped", 2),
        ("other", "failed", 3),
    ]
    assert told.count("removed") == 1


def test_one_success_begins_the_count_anew() -> None:
    told: list[str] = []
    with Loopback(each(BAD, BAD, GOOD, BAD, BAD, GOOD)) as server:

        def act(world: World) -> None:
            # Never at the same moment: which of two answers then counts first is chance.
            for pause in (10, 15):
                send(world, server, Schedule((pause,) * 8, removed_after=3), told)

        played(server, act, 1000)
    assert told.count("delivered") == 2 and "removed" not in told


def test_whoever_sleeps_wakes_to_the_outcome() -> None:
    """Time stands while a post is under way, though everybody sleeps."""
    told: list[str] = []

    def slow(_request: Request) -> t.Any:
        asyncio.run(asyncio.sleep(0.3))
        return GOOD

    async def play(server: Loopback) -> None:
        world = World(clock.VirtualClock())
        world.seed(scenario.Scenario("empty", scenario.load("bad-release").settings, {}))
        woken = asyncio.Event()
        member = clock.Member("sleeper", woken.set, 0.0)
        world.clock.enter(member)
        send(world, server, Schedule(), told)
        world.clock.sleep(member, 2)
        await asyncio.wait_for(woken.wait(), 10)
        assert told == ["delivered"]

    with Loopback(slow) as server:
        asyncio.run(play(server))

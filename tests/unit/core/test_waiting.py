# SPDX-License-Identifier: GPL-3.0-or-later
"""The waiting loop and the walk through pages: both end."""

from __future__ import annotations

import itertools
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, paging
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.waiting import interval, wait_for
from tests.harness.still_time import NOW, Time


@pytest.mark.parametrize(("waited", "pause"), [(0, 1), (4.9, 1), (5, 3), (59, 3), (60, 10), (299, 10), (300, 30), (86400, 30)])
def test_polls_become_rarer(waited: float, pause: float) -> None:
    assert interval(waited) == pause


def test_what_is_there_is_not_waited_for(time: Time) -> None:
    assert wait_for(lambda: "ready", lambda state: state == "ready", "the build", clock.Deadline(10)) == "ready"
    assert time.slept == []


def test_each_turn_comes_before_its_read(time: Time) -> None:
    order: list[str] = []
    states = iter(["building", "building", "ready"])

    def read() -> str:
        order.append("read")
        return next(states)

    wait_for(read, lambda state: state == "ready", "the build", clock.Deadline(60), each_turn=lambda: order.append("turn"))
    assert order == ["turn", "read"] * 3
    assert time.slept == [1, 1]


def test_a_deadline_that_passes_tells_the_last_state(time: Time) -> None:
    states = itertools.count()
    with pytest.raises(Failure) as caught:
        wait_for(lambda: next(states), lambda dummy: False, "the build", clock.Deadline(10), hint="Look at the build's log")
    assert (caught.value.kind, caught.value.retryable, caught.value.hint) == ("timeout", True, "Look at the build's log")
    assert caught.value.state == next(states) - 1
    assert time.now - NOW <= 10, "it does not sleep beyond its deadline"


def test_a_state_that_can_never_become_good_ends_it(time: Time) -> None:
    def done(state: str) -> bool:
        raise Failure("failed", f"the build is {state}")

    with pytest.raises(Failure, match="the build is broken"):
        wait_for(lambda: "broken", done, "the build", clock.Deadline(600))
    assert time.slept == []


def test_a_real_hang_counts_against_a_real_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    real = {"now": 0.0}
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(clock, "elapsed", lambda: real["now"])
    monkeypatch.setattr(clock, "is_virtual", lambda: False)
    deadline = clock.Deadline(10)
    real["now"] = 10.5
    assert deadline.passed()


# -- pages
def walk(table: dict[t.Any, tuple[list[str], t.Any]]) -> tuple[list[str], list[t.Any]]:
    asked: list[t.Any] = []

    def fetch(cursor: t.Any) -> tuple[list[str], t.Any]:
        asked.append(cursor)
        return table[cursor]

    return list(paging.pages(fetch, "deployments")), asked


def test_every_page_is_asked_once() -> None:
    assert walk({None: (["a", "b"], 2), 2: ([], 3), 3: (["c"], None)}) == (["a", "b", "c"], [None, 2, 3])
    assert walk({None: ([], None)}) == ([], [None])


def test_pages_are_asked_when_they_are_needed() -> None:
    first = paging.pages(lambda cursor: (["a"], 2) if cursor is None else pytest.fail("asked too much"), "deployments")
    assert next(first) == "a"


@pytest.mark.parametrize("table", [{None: (["a"], 1), 1: (["b"], 1)}, {None: (["a"], 1), 1: (["b"], 2), 2: (["c"], 1)}])
def test_a_list_that_loops_is_noticed(table: dict[t.Any, tuple[list[str], t.Any]]) -> None:
    with pytest.raises(Failure, match="repeats its page") as caught:
        walk(table)
    assert caught.value.kind == "protocol"


def test_a_list_that_never_ends_is_noticed() -> None:
    numbers = itertools.count()
    with pytest.raises(Failure, match="more than 1000 pages"):
        list(paging.pages(lambda dummy: ([], next(numbers)), "deployments"))
    assert next(numbers) == paging.MOST_PAGES

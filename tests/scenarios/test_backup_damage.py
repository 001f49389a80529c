# SPDX-License-Identifier: GPL-3.0-or-later
"""Damaged sets of backups: every one is found, in whatever way it is damaged, and a set that is well raises no alarm.

A sample, another one in each session, always runs, with one set of each way; 500 of either kind run as ``soak``. Dumps, archives and repositories are
those of the real programs.
"""

from __future__ import annotations

import concurrent.futures
import functools
import itertools
import pathlib
import random
import shutil
import threading
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from tests.harness import backup_shop, matrix
from tests.harness.backup_damage import WAYS, Case
from tests.harness.backup_shelf import DAY, Json, Shelf, bad
from tests.harness.still_time import NOW
from tests.sandbox.launch import Sandbox

SETS, SHOPS = 500, 8
Shops = t.Callable[[int], tuple[backup_shop.Shop, Shelf]]


@pytest.fixture(scope="module")
def shops(postgresql_url: str, sandbox_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Shops]:
    """``shops(number)``: what a shop's sets hold, and a shelf with those of the days before; made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAASOPS_CLOCK_URL", str(sandbox_process.run["clock_url"]))
        sandbox_process.scenario("bad-release")
        exports = backup_shop.exports(sandbox_process, tmp_path_factory.mktemp("exports"))
        patch.delenv("SAASOPS_CLOCK_URL")
        patch.setattr(clock, "now", lambda: MOMENT.now)
        made: dict[int, tuple[backup_shop.Shop, Shelf]] = {}

        def get(number: int) -> tuple[backup_shop.Shop, Shelf]:
            if number not in made:
                folder = tmp_path_factory.mktemp(f"shop-{number}")
                shop = backup_shop.make(matrix.seed() + number, NOW, postgresql_url, exports, folder)
                shelf = Shelf.make(folder / "shelf")
                for day in reversed(range(1, backup_shop.DAYS)):
                    shelf.add(backup_shop.moment(NOW, day), shop.days[day])
                shelf.prove(NOW - 12 * DAY)
                made[number] = shop, shelf
            return made[number]

        yield get


class _Moment(threading.local):
    """What the clock says to whoever looks in this thread."""

    now = NOW


MOMENT = _Moment()


def case_of(shops: Shops, number: int, folder: pathlib.Path) -> Case:
    """The shelf of one of a few shops, copied, and the chance of this number."""
    rng = random.Random(f"{matrix.seed()} {number}")
    shop, shelf = shops(number % SHOPS)
    return Case(rng, shelf.copy(folder), shop, NOW)


def look(case: Case) -> list[Json]:
    MOMENT.now = case.now
    try:
        return case.shelf.verify(case.now, read_data="1/1", offsite="ignored", **case.look)
    finally:
        MOMENT.now = NOW


def damaged(shops: Shops, way: str, number: int, folder: pathlib.Path) -> str:
    """Empty when it was found for what it is; else what was found instead."""
    case = case_of(shops, number, folder)
    WAYS[way].make(case)
    found = bad(look(case))
    shutil.rmtree(folder)
    if any(name.endswith(wanted) for name in found for wanted in WAYS[way].found):
        return ""
    return f"{way} (SAASOPS_SEED={matrix.seed()}, number {number}): {found or 'nothing was found'}"


def clean(shops: Shops, number: int, folder: pathlib.Path) -> str:
    """Empty when nothing was found; the newest set differs a little from the one before, as it does in a shop that lives."""
    case = case_of(shops, number, folder)
    case.add()
    found = bad(look(case))
    shutil.rmtree(folder)
    return f"SAASOPS_SEED={matrix.seed()}, number {number}: {found}" if found else ""


def beside(judged: t.Iterable[t.Callable[[], str]], workers: int) -> list[str]:
    """What went wrong in them. restic waits a good deal, so some are looked at side by side."""
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        return [wrong for wrong in pool.map(lambda one: one(), judged) if wrong]


def test_one_set_of_every_way_is_found(shops: Shops, tmp_path: pathlib.Path) -> None:
    assert len(WAYS) >= 12
    shops(0)
    assert beside([functools.partial(damaged, shops, way, SHOPS * number, tmp_path / str(number)) for number, way in enumerate(WAYS)], 3) == []


def test_sets_that_are_well_raise_no_alarm(shops: Shops, tmp_path: pathlib.Path) -> None:
    assert beside([functools.partial(clean, shops, SHOPS * number, tmp_path / str(number)) for number in range(3)], 3) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_all_damaged_sets_are_found(shops: Shops, tmp_path: pathlib.Path) -> None:
    ways = itertools.islice(itertools.cycle(WAYS), SETS)
    for number in range(SHOPS):
        shops(number)
    assert beside([functools.partial(damaged, shops, way, number, tmp_path / str(number)) for number, way in enumerate(ways)], 4) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_no_set_that_is_well_raises_an_alarm(shops: Shops, tmp_path: pathlib.Path) -> None:
    for number in range(SHOPS):
        shops(number)
    assert beside([functools.partial(clean, shops, number, tmp_path / str(number)) for number in range(SETS)], 4) == []

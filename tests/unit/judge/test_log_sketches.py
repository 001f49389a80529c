# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts in bounded memory, beside exact ones."""

from __future__ import annotations

import collections
import math
import random

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import sketches
from tests.harness import matrix

SEEDS = [*range(8), matrix.seed()]


@pytest.mark.parametrize("seed", SEEDS)
def test_percentiles_are_within_one_per_cent_of_a_number_that_was_there(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    numbers = sketches.Numbers()
    draw = [lambda: chance.lognormvariate(0, 4), lambda: chance.uniform(-1000, 1000), lambda: 0.0, lambda: float(chance.randrange(10)), lambda: 1e-7]
    values = [chance.choice(draw)() for _value in range(chance.randint(1, 3000))]
    for value in values:
        numbers.add(value)
    exact = sorted(values)
    for percent in (0, 1, 50, 90, 95, 99, 100):
        wanted = exact[max(1, math.ceil(len(exact) * percent / 100)) - 1]
        found = numbers.percentile(percent)
        assert found is not None and abs(found - wanted) <= abs(wanted) * sketches.ERROR * 1.0001 + 1e-9, percent
    assert (numbers.count, numbers.least, numbers.most) == (len(values), exact[0], exact[-1])
    assert numbers.total == pytest.approx(sum(values))


def test_nothing_has_no_percentile_and_memory_is_bounded() -> None:
    numbers = sketches.Numbers()
    assert numbers.percentile(50) is None
    for power in range(-400, 400):
        for factor in range(1, 60):
            numbers.add(factor * math.ldexp(1.0, power))
    # From 1e-9 to 1e15, in steps of two per cent.
    assert len(numbers._slots) < 2900


@pytest.mark.parametrize("seed", SEEDS)
def test_a_kind_is_missing_only_when_it_came_less_often_than_is_said(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    kinds, exact, most = sketches.Kinds(20), collections.Counter[str](), 0
    for _line in range(chance.randint(1, 5000)):
        kind = f"k{int(chance.paretovariate(0.5)) % 100_000}"
        kinds.add(kind)
        exact[kind] += 1
        most = max(most, len(kinds))
    told = {kind: count for kind, count, _first, _last in kinds.top(10_000)}
    assert most <= 41
    assert all(exact[kind] - kinds.missed <= count <= exact[kind] for kind, count in told.items())
    assert all(kind in told for kind, count in exact.items() if count > kinds.missed)
    assert kinds.missed <= sum(exact.values()) / 20
    assert (kinds.missed == 0) or len(exact) > 40


def test_the_most_frequent_come_first_with_their_first_and_last_moment() -> None:
    kinds = sketches.Kinds(5)
    for kind, at in (("b", 3.0), ("a", 2.0), ("b", 1.0), ("c", None), ("b", None)):
        kinds.add(kind, at)
    assert kinds.top(2) == [("b", 3, 1.0, 3.0), ("a", 1, 2.0, 2.0)]
    assert kinds.top(3)[2] == ("c", 1, None, None)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("most", [5, 100_000])
def test_a_rolling_window_is_exact_or_says_between_what_it_lies(seed: int, most: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    moments = sketches.Moments(0.001, most)
    begin = 1_795_269_600_000
    exact = sorted(begin + int(chance.paretovariate(0.4)) % 10_000_000 for _moment in range(chance.randint(1, 300)))
    shuffled = exact[:]
    chance.shuffle(shuffled)
    for at in shuffled:
        moments.add(at / 1000)
    assert len(moments.slots()) <= most
    assert sum(count for _at, count in moments.slots()) == len(exact)
    for within in (1, 60, 300):
        best = max(sum(first <= at < first + within * 1000 for at in exact) for first in exact)
        low, high = moments.peak(within)[0], moments.peak(within, wide=True)[0]
        assert low <= best <= high or (moments.seconds > within and best <= high), (within, moments.seconds)
        assert low == best == high or moments.is_coarse


def test_moments_a_window_apart_are_not_in_one() -> None:
    moments = sketches.Moments(0.001, 100)
    for at in (0.0, 60.0, 60.1, 119.999):
        moments.add(at)
    assert moments.peak(60) == (3, 60.0)
    assert moments.peak(60.001) == (3, 60.0)
    assert sketches.Moments(0.001, 100).peak(60) == (0, None)


NUMBERS = {"12": 12.0, "1,234.5 AED": 1234.5, "-3": -3.0, ".5": 0.5, "x1": None, "": None, " 7%": 7.0, "9" * 400: None}
LENGTHS = {"12": 0.012, "12ms": 0.012, "1.5 s": 1.5, "3 µs": 3e-6, "2min": 120.0, "5 parsecs": None, "-1s": None, "": None, "12ms later": None, "4MS": 0.004}


def test_numbers_and_lengths_of_time_are_read_or_refused() -> None:
    assert {text: sketches.number(text) for text in NUMBERS if len(text) < 40} == {text: value for text, value in NUMBERS.items() if len(text) < 40}
    assert {text: sketches.seconds(text, "ms") for text in LENGTHS} == pytest.approx(LENGTHS)
    assert math.isfinite(sketches.number("9" * 400) or 0.0)
    assert sketches.seconds("12", "s") == 12.0

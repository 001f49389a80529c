# SPDX-License-Identifier: GPL-3.0-or-later
"""Burn rates: with much traffic exact, with little honest."""

from __future__ import annotations

import math
import random
import typing as t
from fractions import Fraction

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import burn, rules, slo

Json = dict[str, t.Any]
NOW = 1_795_143_720
RULE = {
    "name": "checkout",
    "kind": "burn_rate",
    "objective": "99.9%",
    "windows": [
        {"long": "1h", "short": "5m", "burn": 14.4, "level": "alert"},
        {"long": "6h", "short": "30m", "burn": 6, "level": "alert"},
        {"long": "3d", "short": "6h", "burn": 1, "level": "warn"},
    ],
}
PAGE = {**RULE, "windows": RULE["windows"][:1]}


def judge(samples: t.Any, rule: Json | None = None, before: str = "none", now: float = NOW) -> slo.Judged:
    return slo.evaluate(rules.read([rule or RULE]), {"checkout": samples}, Fraction(now), {"checkout": before})[0]


def said(judged: slo.Judged) -> tuple[str, str]:
    return judged.verdict, judged.level


def steady(share: float, per_minute: int, minutes: int, until: float = NOW) -> list[Json]:
    return [{"at": until - 60 * index, "bad": round(share * per_minute), "total": per_minute} for index in range(minutes)]


# -- much traffic
def test_the_limit_is_exact() -> None:
    for bad, expected in ((14_399, "pass"), (14_400, "pass"), (14_401, "fail")):
        assert judge([{"at": NOW, "bad": bad, "total": 1_000_000}], PAGE).verdict == expected


def test_both_windows_have_to_burn() -> None:
    over = steady(0, 1000, 6) + steady(0.5, 1000, 40, NOW - 360)
    assert said(judge(over, PAGE)) == ("pass", "none")
    begun = steady(0.02, 1000, 5) + steady(0, 1000, 300, NOW - 300)
    assert said(judge(begun, PAGE)) == ("pass", "none")
    assert said(judge(steady(0.02, 1000, 70), PAGE)) == ("fail", "alert")


def test_a_slow_burn_warns() -> None:
    judged = judge(steady(0.002, 1000, 3 * 1440))
    assert said(judged) == ("fail", "warn")
    assert judged.value == 2 and judged.window == "3d and 6h"
    assert "2 times in 3d (8640 of 4320000 bad)" in judged.reason and "reaches warn > 1 times" in judged.reason


def test_the_worst_level_is_told() -> None:
    assert said(judge(steady(0.5, 1000, 3 * 1440))) == ("fail", "alert")


def test_a_healthy_service_passes() -> None:
    assert said(judge(steady(0, 1000, 3 * 1440))) == ("pass", "none")


# -- little traffic: one request in two seconds
def requests(rng: random.Random, seconds: int, share: t.Callable[[int], float]) -> list[Json]:
    """One request every other second; its moment and whether it fails are chance. ``share`` by the second before now."""
    return [{"at": NOW - second - rng.random(), "ok": rng.random() >= share(second), "id": second} for second in range(0, seconds, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_nine_of_ten_fail_at_half_a_request_a_second_and_the_page_goes_out_within_the_hour(seed: int) -> None:
    print("seed", seed)
    samples = requests(random.Random(seed), 3 * 3600, lambda second: 0.9 if second < 3600 else 0.0)
    assert said(judge(samples, PAGE)) == ("fail", "alert")
    # Five minutes after it began, too.
    early = requests(random.Random(seed), 3 * 3600, lambda second: 0.9 if second < 300 else 0.0)
    assert said(judge(early, PAGE)) == ("fail", "alert")


@pytest.mark.parametrize("seed", range(20))
def test_a_healthy_service_of_little_traffic_is_no_alarm(seed: int) -> None:
    print("seed", seed)
    samples = requests(random.Random(seed), 3 * 3600, lambda _second: 0.001)
    assert judge(samples, PAGE).verdict in ("pass", "inconclusive")
    assert said(judge(requests(random.Random(seed), 3 * 3600, lambda _second: 0.0), PAGE)) == ("pass", "none")


def test_one_failed_request_of_few_is_neither_an_alarm_nor_a_pass() -> None:
    ten = [{"at": NOW - 20 * index, "ok": index > 0} for index in range(10)]
    judged = judge(ten, PAGE)
    assert said(judged) == ("inconclusive", "none")
    assert judged.value == 100 and "1 of 10 bad" in judged.reason and "too few to say" in judged.reason
    assert said(judge([{**sample, "ok": True} for sample in ten], PAGE)) == ("inconclusive", "none")
    assert said(judge([{**sample, "ok": False} for sample in ten], PAGE)) == ("fail", "alert")
    assert said(judge(ten, PAGE, before="alert")) == ("inconclusive", "alert")


def test_a_fall_silent_is_no_pass_and_ends_nothing() -> None:
    silent = requests(random.Random(1), 3 * 3600, lambda _second: 0.9)
    silent = [sample for sample in silent if sample["at"] < NOW - 600]
    assert said(judge(silent, PAGE, before="alert")) == ("inconclusive", "alert")
    assert said(judge([], PAGE)) == ("inconclusive", "none")
    assert said(judge(None, PAGE)) == ("inconclusive", "none")


def test_lost_samples_leave_it_open() -> None:
    garbage = [{"at": NOW - index, "bad": None, "total": 10} for index in range(100)]
    judged = judge([*steady(0.5, 1000, 60), *garbage], PAGE)
    assert said(judged) == ("inconclusive", "none") and "cannot be used" in judged.reason


def test_a_warning_does_not_hide_that_the_alarm_is_open() -> None:
    rule = {**RULE, "windows": [{"long": "1h", "short": "1m", "burn": 14.4, "level": "alert"}, {"long": "2h", "short": "1h", "burn": 1, "level": "warn"}]}
    samples = [{"at": NOW - 120 - 60 * index, "bad": 100, "total": 1000} for index in range(100)]
    assert said(judge(samples, rule)) == ("fail", "warn")
    assert said(judge(samples, rule, before="alert")) == ("fail", "alert")


# -- the distribution behind it
def exact_up_to(most: int, total: int, share: Fraction) -> Fraction:
    return sum((math.comb(total, count) * share**count * (1 - share) ** (total - count) for count in range(most + 1)), Fraction(0))


def test_the_tail_is_the_binomial_one() -> None:
    for total in (1, 2, 7, 40, 300):
        for share in (Fraction(1, 1000), Fraction(144, 10000), Fraction(1, 3), Fraction(9, 10)):
            for most in (-1, 0, 1, total // 2, total - 1, total):
                wanted = exact_up_to(most, total, share)
                assert math.isclose(burn._up_to(most, total, float(share)), wanted, rel_tol=1e-9, abs_tol=1e-12), (total, share, most)


def test_evidence_agrees_with_the_exact_tail() -> None:
    limit = Fraction(144, 10000)
    for total in range(1, 600, 7):
        for bad in range(min(total, 25) + 1):
            said = burn.above(bad, total, limit)
            high, low = 1 - exact_up_to(bad - 1, total, limit), exact_up_to(bad, total, limit)
            assert said is (True if high < Fraction(1, 100) else False if low < Fraction(1, 100) else None), (bad, total)


def test_from_enough_on_the_share_decides() -> None:
    limit = Fraction(1, 100)
    assert [burn.above(bad, 1000, limit) for bad in (9, 10, 11)] == [False, False, True]
    assert [burn.above(bad, 999, limit) for bad in (9, 10, 11)] == [None, None, None]
    assert burn.above(0, 0, limit) is None

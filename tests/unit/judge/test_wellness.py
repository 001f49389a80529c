# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of health pages, and numbers at, just under and just over their limits."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import wellness


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("ok", "healthy"),
        (" Healthy ", "healthy"),
        (True, "healthy"),
        ("degraded", "degraded"),
        ("WARN", "degraded"),
        ("critical", "critical"),
        (False, "critical"),
    ],
)
def test_three_values(word: t.Any, state: str) -> None:
    assert wellness.state(word) == state


@pytest.mark.parametrize("word", ["", "unknown", "starting", "okay-ish"])
def test_an_unknown_word_is_no_good_news(word: str) -> None:
    assert wellness.state(word) == "critical"


@pytest.mark.parametrize(
    ("value", "verdict"), [(199.9, "pass"), (200, "pass"), (200.1, "warn"), (500, "warn"), (500.000001, "fail"), (float("nan"), "inconclusive")]
)
def test_beyond_a_limit_is_bad_and_at_it_is_not(value: float, verdict: str) -> None:
    assert wellness.limits({"warn": 200, "fail": 500}, "response_ms").verdict(value) == verdict


@pytest.mark.parametrize(("days", "verdict"), [(31, "pass"), (30, "pass"), (29.99, "warn"), (29, "warn"), (7, "warn"), (6.9, "fail")])
def test_of_days_less_is_worse(days: float, verdict: str) -> None:
    assert wellness.limits({"warn": 30, "fail": 7}, "certificate_days", low=True).verdict(days) == verdict


def test_one_number_is_one_limit() -> None:
    assert wellness.limits(90, "memory_percent").written("%") == "fail > 90%"
    assert wellness.limits(30, "certificate_days", low=True, single="warn").written("days") == "warn < 30 days"
    assert wellness.limits({"warn": 0.1}, "ratio").verdict(0.1) == "pass", "one tenth is one tenth"
    assert wellness.limits(None, "nothing").verdict(10**9) == "pass"


@pytest.mark.parametrize("given", [{"warn": 500, "fail": 200}, {"wran": 1}, {}, "many", {"fail": "5 s"}, -1, {"fail": True}])
def test_limits_that_cannot_be_right_are_refused(given: t.Any) -> None:
    with pytest.raises(wellness.BadLimits, match="response_ms"):
        wellness.limits(given, "response_ms")


def test_the_middle_is_never_made_up() -> None:
    assert [wellness.middle(values) for values in ([], [5], [1, 9], [900, 3, 4])] == [None, 5, 9, 4]


def test_limits_are_suggested_of_what_is_usual() -> None:
    usual = [float(100 + number) for number in range(40)]
    found = wellness.suggest("/health", "ms", usual)
    assert found is not None
    assert (found.samples, found.warn, found.fail) == (40, 180.0, 360.0)
    assert wellness.limits({"warn": found.warn, "fail": found.fail}, "response_ms").verdict(max(usual)) == "pass"


def test_nothing_is_suggested_of_too_little() -> None:
    assert wellness.suggest("/health", "ms", [100.0] * (wellness.FEWEST - 1)) is None
    assert wellness.suggest("/health", "ms", [0.0] * 100) is None
    assert wellness.suggest("/health", "ms", [float("nan")] * 100) is None


def test_a_share_of_all_has_an_end() -> None:
    found = wellness.suggest("memory_percent", "%", [95.0] * 30)
    assert found is not None
    assert (found.warn, found.fail) == (100.0, 100.0)


def test_a_single_outlier_does_not_set_the_warning() -> None:
    found = wellness.suggest("/health", "ms", [100.0] * 99 + [240.0])
    assert found is not None
    assert (found.warn, found.fail) == (130.0, 260.0)

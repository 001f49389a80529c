# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts and levels of every kind of rule: windows, few samples, recovery, x of y, and what the reasons name."""

from __future__ import annotations

import typing as t
from fractions import Fraction

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import rules, slo

Json = dict[str, t.Any]
NOW = 1_795_143_720


def judge(rule: Json, samples: t.Any, before: str = "none", now: t.Any = NOW) -> slo.Judged:
    return slo.evaluate(rules.read([{"name": "it", **rule}]), {"it": samples}, Fraction(now), {"it": before})[0]


def at(*values: t.Any, every: float = 10) -> list[Json]:
    """Readings up to now, the newest first."""
    return [{"at": NOW - index * every, "value": value} for index, value in enumerate(values)]


def said(judged: slo.Judged) -> tuple[str, str]:
    return judged.verdict, judged.level


INCONCLUSIVE = ("inconclusive", "none")
PASS = ("pass", "none")
ALERT = ("fail", "alert")


# -- exactly at the limit
@pytest.mark.parametrize(
    ("sign", "under", "just", "over"),
    [
        (">", PASS, PASS, ALERT),
        (">=", PASS, ALERT, ALERT),
        ("<", ALERT, PASS, PASS),
        ("<=", ALERT, ALERT, PASS),
        ("==", PASS, ALERT, PASS),
        ("!=", ALERT, PASS, ALERT),
    ],
)
def test_comparisons_are_exact_at_the_limit(sign: str, under: object, just: object, over: object) -> None:
    rule = {"kind": "latest", "window": "1m", "alert": f"{sign} 0.3"}
    assert [said(judge(rule, at(value))) for value in (0.29999999999999993, 0.3, 0.30000000000000004)] == [under, just, over]


def test_a_sum_of_tenths_is_what_people_add_up() -> None:
    # In floats 0.1 + 0.2 is more than 0.3, and ten tenths are less than one.
    assert said(judge({"kind": "count", "window": "1m", "alert": "> 0.3"}, at(0.1, 0.2))) == PASS
    assert said(judge({"kind": "count", "window": "2m", "alert": "< 1"}, [{"at": NOW, "value": 0.1, "id": index} for index in range(10)])) == PASS
    assert said(judge({"kind": "average", "window": "1m", "alert": "!= 0.1"}, at(0.1, 0.1, 0.1))) == PASS


def test_an_average_that_no_float_can_say_is_on_the_right_side() -> None:
    values = [1, 0, 0]
    assert said(judge({"kind": "average", "window": "1m", "alert": "> 0.3333333333333333"}, at(*values))) == ALERT
    assert said(judge({"kind": "average", "window": "1m", "alert": "> 0.3333333333333334"}, at(*values))) == PASS


def test_large_and_small_numbers_lose_no_digit() -> None:
    rule = {"kind": "count", "window": "1m", "alert": "> 1000000000000000000000000000000"}
    assert said(judge(rule, at(10**30, 0))) == PASS
    judged = judge(rule, at(10**30, 1e-300))
    assert said(judged) == ALERT and judged.value == 1e30


# -- windows
def test_a_window_begins_after_its_edge_and_ends_with_now() -> None:
    rule = {"kind": "count", "window": "5m", "alert": ">= 1"}
    for when, number in ((NOW - 300, 0), (NOW - 299.9, 1), (NOW, 1), (NOW - 301, 0)):
        judged = judge(rule, [{"at": when}, {"at": NOW - 1, "value": 0}])
        assert judged.value == number, when


def test_neighbouring_windows_share_no_sample() -> None:
    rule = {"kind": "count", "window": "1m", "alert": ">= 1", "repeat": {"times": 2, "of": 2}}
    assert said(judge(rule, [{"at": NOW - 60}, {"at": NOW, "value": 0}])) == PASS
    assert said(judge(rule, [{"at": NOW - 60}, {"at": NOW}])) == ALERT


def test_fractions_of_a_second_count_at_the_edge() -> None:
    assert judge({"kind": "count", "window": "5m", "alert": "> 9"}, [{"at": NOW - 299.9, "value": 1}], now=Fraction(NOW) + Fraction(1, 10)).value is None
    assert judge({"kind": "age", "alert": ">= 300"}, [{"at": NOW - 299.9}], now=Fraction(NOW) + Fraction(1, 10)).verdict == "fail"
    assert judge({"kind": "age", "alert": "> 300"}, [{"at": NOW - 299.9}], now=Fraction(NOW) + Fraction(1, 10)).verdict == "pass"


# -- kinds
def test_the_percentile_is_a_value_that_was_measured() -> None:
    rule = {"kind": "percentile", "percentile": 95, "window": "1h", "alert": "> 95"}
    assert judge(rule, at(*range(1, 101))).value == 95
    assert said(judge(rule, at(*range(1, 101)))) == PASS
    assert said(judge(rule, at(*range(2, 102)))) == ALERT
    assert judge({**rule, "percentile": 100}, at(3, 9, 1)).value == 9
    assert judge({**rule, "percentile": "99.9", "min_samples": 2}, at(3, 9)).value == 9
    assert judge({**rule, "percentile": 50, "min_samples": 4}, at(4, 3, 2, 1)).value == 2


def test_a_ratio_is_of_all_requests_and_not_the_mean_of_shares() -> None:
    samples = [{"at": NOW, "bad": 1, "total": 1}, {"at": NOW - 1, "bad": 0, "total": 99}]
    judged = judge({"kind": "ratio", "window": "1m", "alert": "> 1%"}, samples)
    assert (judged.value, said(judged), judged.samples) == (0.01, PASS, 100)
    assert judge({"kind": "ratio", "share": "good", "window": "1m", "target": ">= 99%"}, samples).value == 0.99


def test_shares_are_told_in_several_ways() -> None:
    ways: list[list[Json]] = [
        [{"at": NOW, "bad": 5, "total": 100}],
        [{"at": NOW, "good": 95, "total": 100}],
        [{"at": NOW, "good": 95, "bad": 5}],
        [{"at": NOW, "good": "95", "bad": 5, "total": 100.0}],
        [{"at": NOW, "ok": index >= 5} for index in range(100)],
    ]
    assert [judge({"kind": "ratio", "window": "1m", "alert": "> 5%"}, way).value for way in ways] == [0.05] * 5


def test_the_age_is_that_of_the_newest() -> None:
    judged = judge({"kind": "age", "target": "< 24h"}, [{"at": NOW - 90000}, {"at": NOW - 16200}, {"at": NOW - 200000}])
    assert said(judged) == PASS and judged.value == 16200 and "4h30m" in judged.reason


def test_nothing_is_younger_than_now() -> None:
    # The float beside such a moment lies before it as often as behind it.
    for part in range(1, 60):
        judged = judge({"kind": "age", "alert": "> 1m"}, [{"at": NOW + 30}], now=NOW + Fraction(part, 61))
        assert isinstance(judged.value, float) and 0 <= judged.value < 1e-6
        assert "-" not in judged.reason


def test_growth_is_against_the_median_before() -> None:
    rule = {"kind": "growth", "window": "1d", "baseline": "7d", "warn": ["> 50%", "< -20%"]}
    day = 86400
    before = [{"at": NOW - day * (index + 1) - 5, "value": value} for index, value in enumerate([100, 100, 1, 9000, 100])]
    for newest, level in ((150, "none"), (151, "warn"), (80, "none"), (79, "warn")):
        assert judge(rule, [*before, {"at": NOW, "value": newest}]).level == level
    assert said(judge(rule, [*before[:2], {"at": NOW, "value": 9000}])) == INCONCLUSIVE
    assert said(judge(rule, before)) == INCONCLUSIVE
    nothing = [{**sample, "value": 0} for sample in before]
    assert said(judge(rule, [*nothing, {"at": NOW, "value": 5}])) == INCONCLUSIVE
    assert said(judge(rule, [*nothing, {"at": NOW, "value": 0}])) == PASS


@pytest.mark.parametrize(
    ("limit", "good", "bad"),
    [
        ({"is": "ok"}, "ok", "OK"),
        ({"is_not": "ok"}, "down", "ok"),
        ({"one_of": ["ok", "warm"]}, "warm", "cold"),
        ({"none_of": ["ok", "warm"]}, "cold", "warm"),
        # A pattern is of the whole text: "unhealthy" is not healthy.
        ({"matches": "healthy|ok"}, "healthy", "unhealthy"),
        ({"matches_not": "err.*"}, "no err", "error 5"),
    ],
)
def test_texts(limit: Json, good: str, bad: str) -> None:
    rule = {"kind": "string", "window": "1m", "target": limit}
    assert said(judge(rule, at(good))) == PASS
    assert said(judge(rule, at(bad))) == ("fail", "target")
    assert said(judge({**rule, "target": None, "alert": limit}, at(good))) == ALERT


def test_a_count_of_nothing_is_none_only_where_somebody_looked() -> None:
    rule = {"kind": "count", "window": "5m", "alert": "> 3"}
    assert said(judge(rule, [])) == INCONCLUSIVE
    assert said(judge(rule, {"samples": [], "since": NOW - 300, "until": NOW})) == PASS
    assert said(judge(rule, {"samples": [], "since": NOW - 299})) == INCONCLUSIVE
    assert said(judge(rule, {"samples": [], "since": NOW - 900, "until": NOW - 120})) == INCONCLUSIVE
    assert said(judge({**rule, "min_samples": 2}, {"samples": [{"at": NOW}], "since": NOW - 300})) == INCONCLUSIVE
    four = [{"at": NOW - 1, "id": index} for index in range(4)]
    # It can only be more.
    assert said(judge(rule, {"samples": four, "since": NOW - 60})) == ALERT
    assert said(judge({**rule, "alert": "< 5"}, {"samples": four, "since": NOW - 60})) == INCONCLUSIVE
    assert said(judge({"kind": "count", "window": "5m", "target": "== 0"}, {"samples": four, "since": NOW - 60})) == ("fail", "target")


# -- few samples
def test_few_samples_decide_nothing() -> None:
    errors = {"kind": "ratio", "window": "5m", "alert": "> 5%"}
    assert said(judge(errors, [{"at": NOW, "bad": 19, "total": 19}])) == INCONCLUSIVE
    assert said(judge(errors, [{"at": NOW, "bad": 20, "total": 20}])) == ALERT
    assert said(judge(errors, [{"at": NOW, "bad": 0, "total": 19}])) == INCONCLUSIVE
    assert said(judge({**errors, "min_samples": 1}, [{"at": NOW, "bad": 1, "total": 1}])) == ALERT
    slow = {"kind": "percentile", "percentile": 95, "window": "5m", "alert": "> 800"}
    assert said(judge(slow, at(*[900] * 19))) == INCONCLUSIVE
    assert said(judge(slow, at(*[900] * 20))) == ALERT
    assert said(judge({**slow, "percentile": 99}, at(*[900] * 20))) == INCONCLUSIVE
    assert said(judge(errors, [{"at": NOW, "bad": 0, "total": 0}])) == INCONCLUSIVE


# -- recovery
MEMORY = {"kind": "latest", "window": "5m", "unit": "%", "warn": "> 80%", "alert": {"when": "> 90%", "recover": "< 85%"}}


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("none", 90, "warn"),
        ("none", 91, "alert"),
        ("alert", 90, "alert"),
        ("alert", 85, "alert"),
        ("alert", 84.9, "warn"),
        ("alert", 80, "none"),
        ("warn", 88, "warn"),
        ("warn", 79, "none"),
    ],
)
def test_an_alert_ends_at_another_level_than_it_began(before: str, value: float, after: str) -> None:
    judged = judge(MEMORY, at(value), before)
    assert said(judged) == ("pass" if after == "none" else "fail", after), judged.reason


def test_an_alert_that_ends_is_still_a_warning_until_that_ends_too() -> None:
    rule = {**MEMORY, "warn": {"when": "> 80%", "recover": "< 70%"}}
    for before, value, after in (("alert", 84, "warn"), ("alert", 75, "warn"), ("warn", 75, "warn"), ("none", 75, "none"), ("alert", 69, "none")):
        assert judge(rule, at(value), before).level == after, (before, value)


def test_silence_ends_no_alert() -> None:
    for samples in ([], at(None), [{"at": NOW - 900, "value": 10}], None):
        judged = judge(MEMORY, samples, "alert")
        assert said(judged) == ("inconclusive", "alert")
    plain = {"kind": "latest", "window": "5m", "alert": "> 90"}
    assert said(judge(plain, [], "alert")) == ("inconclusive", "alert")
    assert said(judge(plain, at(5), "alert")) == PASS


# -- x of y
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([91, 91, 91, 5, 5], ALERT),
        ([5, 91, 5, 91, 91], ALERT),
        ([91, 91, 5, 5, 5], PASS),
        ([91, 91, 5, 5], INCONCLUSIVE),
        ([5, 5, 5], PASS),
        ([91, 91, 91], ALERT),
        ([91], INCONCLUSIVE),
        ([91, 91, 5, 5, 5, 91, 91, 91], PASS),
    ],
)
def test_so_many_of_the_last_readings(values: list[int], expected: object) -> None:
    rule = {"kind": "latest", "window": "5m", "alert": "> 90", "repeat": {"times": 3, "of": 5}}
    judged = judge(rule, at(*values))
    assert said(judged) == expected and judged.value == values[0]


def test_a_broken_reading_is_the_newest_one_and_hides_nothing() -> None:
    rule = {"kind": "latest", "window": "5m", "alert": "> 90"}
    for values, expected in (((None, 5, 5), INCONCLUSIVE), ((None, 91, 91), INCONCLUSIVE), ((5, None), PASS), ((91, None), ALERT)):
        assert said(judge(rule, at(*values))) == expected, values
    several = {**rule, "repeat": {"times": 2, "of": 3}}
    for values, expected in (((91, None, 91), ALERT), ((91, None, 5, 91), INCONCLUSIVE), ((5, None, 5, 91), PASS), ((None, 5, 5, 91), PASS)):
        assert said(judge(several, at(*values))) == expected, values
    health = {"kind": "string", "window": "5m", "target": {"is": "ok"}}
    assert said(judge(health, at(None, "ok"))) == INCONCLUSIVE
    # Of one moment the one that can be used counts.
    assert said(judge(health, [*at("ok"), *at(None)])) == PASS
    assert said(judge(health, [*at(None), *at("ok")])) == PASS


def test_a_reading_that_comes_twice_is_no_second_one() -> None:
    rule = {"kind": "latest", "window": "5m", "alert": "> 90", "repeat": {"times": 2, "of": 2}}
    assert said(judge(rule, [*at(91), *at(91)])) == INCONCLUSIVE
    assert said(judge(rule, at(91, 91))) == ALERT


def test_recovery_takes_as_many_readings() -> None:
    rule = {"kind": "latest", "window": "5m", "alert": {"when": "> 90", "recover": "< 80"}, "repeat": {"times": 2, "of": 3}}
    assert said(judge(rule, at(70, 85, 85), "alert")) == ALERT
    assert said(judge(rule, at(70, 70, 85), "alert")) == PASS
    assert said(judge(rule, at(70), "alert")) == ("inconclusive", "alert")


def test_windows_that_follow_each_other_decide_together() -> None:
    rule = {"kind": "ratio", "window": "1m", "alert": "> 2%", "repeat": {"times": 3, "of": 3}}
    bad = [{"at": NOW - 30 - 60 * index, "bad": 3, "total": 100} for index in range(3)]
    assert said(judge(rule, bad)) == ALERT
    assert said(judge(rule, bad[:2])) == INCONCLUSIVE
    assert said(judge(rule, [*bad[:2], {**bad[2], "bad": 2}])) == PASS


def test_a_lower_level_is_told_while_a_worse_one_is_open() -> None:
    rule = {"kind": "latest", "window": "5m", "warn": "> 80", "alert": "> 90", "repeat": {"times": 2, "of": 3}}
    judged = judge(rule, at(91, 85))
    assert said(judged) == ("fail", "warn") and "alert > 90 is open" in judged.reason
    assert said(judge(rule, at(91, 85), "alert")) == ALERT


# -- together
def test_the_worst_of_all() -> None:
    read = rules.read([{"name": name, "kind": "latest", "window": "5m", "target": "< 1", "alert": "> 2"} for name in "abc"])

    def together(**values: float) -> tuple[str, str]:
        return slo.worst(slo.evaluate(read, {name: at(value) for name, value in values.items()}, Fraction(NOW)))

    assert together(a=0, b=0, c=0) == PASS
    assert together(a=0, b=0) == INCONCLUSIVE
    assert together(a=0, b=1) == ("fail", "target")
    assert together(a=3, b=1, c=0) == ALERT
    assert slo.worst([]) == INCONCLUSIVE


# -- reasons
@pytest.mark.parametrize(
    ("rule", "samples", "words"),
    [
        ({"kind": "ratio", "window": "5m", "alert": "> 5%"}, [{"at": NOW, "bad": 26, "total": 500}], "it: 5.2% in 5m (26 of 500) reaches alert > 5%"),
        # Rounded it would say that 5% is more than 5%.
        (
            {"kind": "ratio", "window": "5m", "alert": "> 5%"},
            [{"at": NOW, "bad": 500001, "total": 10**7}],
            "it: 5.00001% in 5m (500001 of 10000000) reaches alert > 5%",
        ),
        ({"kind": "count", "window": "5m", "alert": "> 3"}, at(2, 1), "it: 3 in 5m (2 samples); within the limits: alert > 3"),
        ({"kind": "latest", "window": "10m", "unit": "ms", "target": "<= 500 ms"}, at(500.5), "it: 500.5 ms in 10m (1 sample) misses target <= 500 ms"),
        (
            {"kind": "ratio", "window": "5m", "alert": "> 5%"},
            [{"at": NOW, "bad": 1, "total": 2}],
            "it: 50% in 5m (1 of 2); too few to judge, 20 are needed. Limits: alert > 5%",
        ),
        (
            {"kind": "average", "window": "5m", "alert": "> 5"},
            [{"at": NOW - 3600, "value": 9}],
            "it: nothing measured in 5m (0 samples); no sample; the newest is 1h old. Limits: alert > 5",
        ),
        (
            {"kind": "latest", "window": "5m", "target": "< 80", "alert": "> 90", "repeat": {"times": 2, "of": 3}},
            at(5, 91, 92),
            "it: 5 in 5m (3 samples), 2 of the last 3 readings decide; 2 of them reach alert > 90",
        ),
        (
            {"kind": "average", "window": "5m", "target": "< 80", "repeat": {"times": 1, "of": 2}},
            at(81),
            "it: average 81 in 5m (1 sample), 1 of the last 2 windows decide; 1 of them miss target < 80",
        ),
        ({"kind": "age", "target": "< 24h"}, [{"at": NOW - 86400}], "it: 1d since the newest sample (1 sample) misses target < 24h"),
    ],
)
def test_a_reason_names_value_limit_window_and_samples(rule: Json, samples: list[Json], words: str) -> None:
    assert judge(rule, samples).reason == words


def test_vendor_text_is_shortened_and_put_on_one_line() -> None:
    judged = judge({"kind": "string", "window": "5m", "target": {"is": "ok"}}, at("{{ 1 }}\x1b[31m\n" + "x" * 10_000))
    assert judged.verdict == "fail"
    assert isinstance(judged.value, str) and len(judged.value) == 200 and judged.value.startswith("{{ 1 }}?[31m?x")
    assert len(judged.reason) < 200 and "\x1b" not in judged.reason

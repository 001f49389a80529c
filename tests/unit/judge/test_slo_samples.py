# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples as they really come: twice, out of order, from the future, without a moment, with values that are none. Never a crash, never a false pass."""

from __future__ import annotations

import datetime
import json
import math
import random
import sys
import typing as t
import zoneinfo
from fractions import Fraction

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import rules, slo

Json = dict[str, t.Any]
NOW = 1_795_143_720
LIMITS: Json = {"window": "5m", "alert": "> 5"}
KINDS: dict[str, Json] = {
    "count": {"kind": "count", **LIMITS},
    "ratio": {"kind": "ratio", "window": "5m", "alert": "> 5%"},
    "percentile": {"kind": "percentile", "percentile": 95, **LIMITS},
    "average": {"kind": "average", **LIMITS},
    "latest": {"kind": "latest", **LIMITS},
    "several": {"kind": "latest", **LIMITS, "repeat": {"times": 2, "of": 3}},
    "windows": {"kind": "average", **LIMITS, "repeat": {"times": 2, "of": 3}},
    "age": {"kind": "age", "alert": "> 5m"},
    "string": {"kind": "string", "window": "5m", "alert": {"is_not": "ok"}},
    "growth": {"kind": "growth", "window": "5m", "baseline": "1h", "alert": "> 5%"},
    "burn_rate": {"kind": "burn_rate", "objective": "99%", "windows": [{"long": "1h", "short": "5m", "burn": 10, "level": "alert"}]},
}


def judge(rule: Json, samples: t.Any, now: t.Any = NOW) -> slo.Judged:
    return slo.evaluate(rules.read([{"name": "it", **rule}]), {"it": samples}, Fraction(now))[0]


# -- nothing
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "samples", [[], None, 5, "ok", {}, {"samples": None}, {"sampels": []}, {"samples": [], "since": "yesterday"}, [None], [[]], [{}], [{"at": NOW}, "x"] * 0]
)
def test_nothing_usable_is_inconclusive_and_absent(kind: str, samples: t.Any) -> None:
    judged = judge(KINDS[kind], samples)
    assert (judged.verdict, judged.level, judged.dead) == ("inconclusive", "none", "absent"), judged
    assert judged.reason and "alert" in judged.reason


@pytest.mark.parametrize("kind", KINDS)
def test_a_metric_that_nobody_sent_is_absent(kind: str) -> None:
    judged = slo.evaluate(rules.read([{"name": "it", **KINDS[kind]}]), {"other": []}, Fraction(NOW))[0]
    assert (judged.verdict, judged.dead) == ("inconclusive", "absent") and "never measured" in judged.reason


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"age"}))
def test_a_metric_that_stopped_has_vanished(kind: str) -> None:
    value = "ok" if kind == "string" else 1
    old = [{"at": NOW - 7200 - index, "value": value, "bad": 0, "total": 100} for index in range(50)]
    judged = judge(KINDS[kind], old)
    assert (judged.verdict, judged.dead) == ("inconclusive", "vanished"), judged


@pytest.mark.parametrize("kind", ["count", "percentile", "average", "latest", "growth", "ratio", "burn_rate"])
def test_a_constant_input_is_flagged(kind: str) -> None:
    same = [{"at": NOW - 30 * index, "value": 3, "bad": 1, "total": 100} for index in range(10)]
    judged = judge(KINDS[kind], same)
    assert judged.dead == "constant" and any("equal" in note for note in judged.notes)
    assert judge(KINDS[kind], same[:9]).dead == ""
    assert judge(KINDS[kind], [*same, {"at": NOW - 400, "value": 4, "bad": 2, "total": 100}]).dead == ""
    assert judge({**KINDS[kind], "may_be_constant": True}, same).dead == ""


def test_equal_events_requests_and_words_are_no_sign_of_death() -> None:
    assert judge(KINDS["count"], [{"at": NOW - index} for index in range(20)]).dead == ""
    assert judge(KINDS["ratio"], [{"at": NOW - index, "ok": True} for index in range(20)]).dead == ""
    assert judge(KINDS["string"], [{"at": NOW - index, "value": "ok"} for index in range(20)]).dead == ""


# -- values that are none
BAD = [
    math.nan,
    math.inf,
    -math.inf,
    None,
    "NaN",
    "inf",
    "-Infinity",
    "",
    " 5",
    "5 ms",
    "0x5",
    "1_000",
    "٣",
    True,
    False,
    [],
    {},
    10**41,
    1e300,
    "9" * 50,
    b"5",
]


@pytest.mark.parametrize("value", BAD, ids=repr)
@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"age", "string"}))
def test_what_is_no_number_is_left_out(kind: str, value: t.Any) -> None:
    judged = judge(KINDS[kind], [{"at": NOW - index, "value": value, "bad": value, "total": 10} for index in range(30)])
    assert judged.verdict == "inconclusive", judged
    assert any("no usable one" in note for note in judged.notes)


@pytest.mark.parametrize("value", [5, 5.0, "5", "5.0", "+5", "0.5e1", "5."])
def test_a_number_may_be_written_as_text(value: t.Any) -> None:
    assert judge(KINDS["latest"], [{"at": NOW, "value": value}]).value == 5


@pytest.mark.parametrize("value", [None, 5, True, math.nan, ["ok"]])
def test_what_is_no_text_is_left_out(value: t.Any) -> None:
    assert judge(KINDS["string"], [{"at": NOW, "value": value}]).verdict == "inconclusive"


@pytest.mark.parametrize(
    "share",
    [
        {"bad": -1, "total": 9},
        {"bad": 5, "total": 4},
        {"good": 5, "total": 4},
        {"bad": 1},
        {"total": 9},
        {"bad": 1, "good": 1, "total": 3},
        {"ok": "yes"},
        {"ok": 1},
    ],
)
def test_shares_that_cannot_be_are_left_out(share: Json) -> None:
    judged = judge({**KINDS["ratio"], "min_samples": 1}, [{"at": NOW, **share}])
    assert judged.verdict == "inconclusive" and judged.notes


def test_a_few_lost_samples_are_told_and_many_leave_it_open() -> None:
    good = [{"at": NOW - index, "value": 1} for index in range(10)]
    lost = [{"at": NOW - index, "value": None} for index in range(10)]
    judged = judge(KINDS["average"], good + lost)
    assert judged.verdict == "pass" and judged.notes == ["left out 10 samples whose value is no usable one"]
    judged = judge(KINDS["average"], good + lost + [{"at": NOW, "value": "NaN"}])
    assert judged.verdict == "inconclusive" and "11 of 21 samples cannot be used" in judged.reason
    # What was lost long ago says nothing of this window.
    assert judge(KINDS["average"], good + [{**sample, "at": NOW - 900} for sample in lost] * 9).verdict == "pass"


# -- moments
@pytest.mark.parametrize(
    "when",
    [None, "", "now", "2026-11-20", "2026-11-20T03:00:00", math.nan, math.inf, True, [], "12:00", 10**400, -(10**400), "1e999"],
    ids=lambda when: repr(when)[:20],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_without_a_moment_is_left_out(kind: str, when: t.Any) -> None:
    judged = judge(KINDS[kind], [{"at": when, "value": 9, "bad": 9, "total": 10}] * 30)
    assert judged.verdict == "inconclusive" and judged.notes


def test_many_samples_without_a_moment_leave_it_open() -> None:
    good = [{"at": NOW - index, "value": 1} for index in range(10)]
    assert judge(KINDS["average"], good + [{"value": 900}] * 10).verdict == "pass"
    assert judge(KINDS["average"], good + [{"value": 900}] * 11).verdict == "inconclusive"


def test_the_future_is_left_out_and_a_little_of_it_is_now() -> None:
    assert judge(KINDS["latest"], [{"at": NOW + 60, "value": 9}]).verdict == "fail"
    judged = judge(KINDS["latest"], [{"at": NOW + 60.1, "value": 9}])
    assert judged.verdict == "inconclusive" and "from the future" in judged.reason + "".join(judged.notes)
    assert judge(KINDS["age"], [{"at": NOW + 30}]).value == 0
    assert judge(KINDS["age"], [{"at": NOW + 3600}, {"at": NOW - 3600}]).verdict == "fail"
    judged = judge(KINDS["latest"], [{"at": NOW * 1000, "value": 9}])
    assert judged.notes == ["left out 1 sample whose moments look like milliseconds: give seconds"]


def test_of_two_readings_a_little_ahead_the_later_is_the_newest() -> None:
    for samples in ([(30, 9), (10, 1)], [(10, 1), (30, 9)]):
        given = [{"at": NOW + ahead, "value": value} for ahead, value in samples]
        assert judge(KINDS["latest"], given).value == judge(KINDS["several"], given).value == 9


def test_a_clock_that_was_put_back_is_no_pass() -> None:
    hour = [{"at": NOW - index, "value": 1, "bad": 0, "total": 100} for index in range(7200)]
    assert judge(KINDS["average"], hour).verdict == "pass"
    for kind in ("average", "ratio", "burn_rate", "latest"):
        judged = judge(KINDS[kind], hour, now=NOW - 3600)
        assert judged.verdict == "inconclusive" and "clock" in judged.reason, judged
    # One of ten that is ahead hides nothing.
    assert judge(KINDS["average"], [*hour, {"at": NOW + 900, "value": 1}]).verdict == "pass"


def test_summer_time_ends_and_the_hour_comes_twice() -> None:
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    first = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    second = first.replace(fold=1)
    assert second.timestamp() - first.timestamp() == 3600
    now = second.timestamp() + 60
    samples = [{"at": first.isoformat(), "value": 9}, {"at": second.isoformat(), "value": 1}]
    judged = judge(KINDS["latest"], samples, now)
    assert (judged.value, judged.samples, judged.verdict) == (1, 1, "pass")
    assert judge(KINDS["age"], samples[:1], now).value == 3660
    # Without the offset nobody can say which of both it was.
    assert judge(KINDS["latest"], [{"at": "2026-10-25T02:30:00", "value": 1}], now).verdict == "inconclusive"


def test_moments_may_be_written_in_several_ways() -> None:
    for when in (NOW, float(NOW), str(NOW), "2026-11-20T03:02:00Z", "2026-11-20T04:02:00+01:00", "2026-11-19 22:02:00.000-05:00"):
        assert judge({"kind": "age", "alert": "> 1"}, [{"at": when}]).value == 0, when


# -- twice and out of order
def test_what_comes_twice_counts_once() -> None:
    count = {"kind": "count", "window": "5m", "alert": "> 5"}
    bucket = {"at": NOW - 60, "value": 3}
    assert judge(count, [bucket, dict(bucket)]).value == 3
    assert judge(count, [bucket, {**bucket, "value": 2}]).value == 5
    event = {"at": NOW - 60, "id": "evt_1"}
    assert judge(count, [event, dict(event), {**event, "id": "evt_2"}]).value == 2
    # Two payments may fail in the same second.
    assert judge(count, [{"at": NOW - 60}, {"at": NOW - 60}]).value == 2
    share = {"at": NOW - 60, "bad": 10, "total": 100}
    judged = judge(KINDS["ratio"], [share, dict(share), {"at": NOW - 50, "bad": 0, "total": 100}])
    assert judged.value == 0.05 and judged.notes == ["left out 1 sample that came before"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_order_does_not_matter(kind: str, seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    samples = [whole(rng, index) for index in range(200)]
    shuffled = samples[:]
    rng.shuffle(shuffled)
    assert judge(KINDS[kind], samples) == judge(KINDS[kind], shuffled)
    # What is delivered again changes nothing.
    again = [*samples, *rng.sample(samples, 50)]
    one, other = judge(KINDS[kind], samples), judge(KINDS[kind], again)
    assert (one.verdict, one.level, one.value, one.samples) == (other.verdict, other.level, other.value, other.samples)


def whole(rng: random.Random, index: int) -> Json:
    total = rng.randrange(2, 50)
    return {
        "at": NOW - index * 20 - rng.random(),
        "id": index,
        "value": rng.choice(["ok", round(rng.random() * 12, 3), 5]),
        "bad": rng.randrange(total) // 10,
        "total": total,
    }


def strange(rng: random.Random) -> t.Any:
    anything: list[t.Any] = [*BAD, NOW, NOW - 1, 0, 1, -1, 5.5, "ok", str(NOW), "2026-11-20T03:00:00Z", NOW * 1000, NOW + 5]
    if rng.random() < 0.1:
        return rng.choice(anything)
    keys = ["at", "value", "bad", "good", "total", "ok", "id", "more"]
    sample = {key: rng.choice(anything) for key in rng.sample(keys, rng.randrange(len(keys)))}
    return {**sample, "at": NOW - rng.randrange(400)} if rng.random() < 0.7 else sample


@pytest.mark.parametrize("seed", range(60))
def test_no_input_is_a_crash(seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    samples: t.Any = [strange(rng) for _number in range(rng.randrange(60))]
    if rng.random() < 0.3:
        samples = {"samples": samples, "since": rng.choice([NOW - 900, None, "x", math.nan]), "until": rng.choice([NOW, None])}
    asked = rules.read([{"name": name, "metric": "it", **rule} for name, rule in KINDS.items()])
    for judged in slo.evaluate(asked, {"it": samples}, Fraction(NOW), dict.fromkeys(KINDS, rng.choice(["none", "alert"]))):
        assert judged.verdict in slo.VERDICTS and judged.reason
        json.dumps(vars(judged), allow_nan=False)


@pytest.mark.parametrize("seed", range(40))
def test_an_average_and_a_count_agree_with_fractions(seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    values = [round(rng.uniform(0, 10), rng.randrange(6)) for _number in range(rng.randrange(1, 50))]
    exact = [Fraction(repr(value)) for value in values]
    limit = rng.choice([sum(exact), sum(exact) + Fraction(1, 10**6), sum(exact) - Fraction(1, 10**6)])
    written = f"{limit.numerator * 10**6 // limit.denominator / 10**6:.6f}"
    samples = [{"at": NOW - index, "value": value} for index, value in enumerate(values)]
    assert (judge({"kind": "count", "window": "5m", "alert": f"> {written}"}, samples).verdict == "fail") is (sum(exact) > Fraction(written))
    mean = sum(exact) / len(exact)
    for text in (f"{float(mean):.3f}", f"{float(mean):.12f}"):
        assert (judge({"kind": "average", "window": "5m", "alert": f">= {text}"}, samples).verdict == "fail") is (mean >= Fraction(text))


# -- how much work it is
def work(samples: int, count: int, repeat: int = 1) -> int:
    """Function calls, which a machine under load makes as many of as an idle one."""
    rng = random.Random(5)
    series = [{"at": NOW - rng.random() * 3600, "value": rng.random(), "bad": rng.randrange(3), "total": 9} for _number in range(samples)]
    kinds = ["count", "ratio", "percentile", "average", "latest", "several", "windows", "age", "growth", "burn_rate"]
    asked = rules.read([{"name": f"{index}", "metric": "it", **KINDS[kinds[index % len(kinds)]]} for index in range(count)])
    calls = 0

    def called(_frame: t.Any, event: str, _argument: t.Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        slo.evaluate(asked, {"it": series}, Fraction(NOW))
    finally:
        sys.setprofile(None)
    return calls


def test_the_work_grows_with_the_samples_and_hardly_with_the_rules() -> None:
    one = work(2000, 10)
    assert work(4000, 10) < 2.1 * one
    # Each series is read once for all rules of a shape.
    assert work(2000, 50) < 1.6 * one
    assert one < 2000 * 100

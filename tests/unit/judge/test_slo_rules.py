# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that cannot be right are refused with what to do, and every rule is played before it is trusted."""

from __future__ import annotations

import dataclasses
import random
import typing as t
from fractions import Fraction

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact, limits, rules, selftest, slo

Json = dict[str, t.Any]
RATIO: Json = {"name": "errors", "kind": "ratio", "window": "5m", "alert": "> 5%"}
LATEST: Json = {"name": "memory", "kind": "latest", "window": "5m", "alert": "> 90"}
TEXT: Json = {"name": "health", "kind": "string", "window": "5m", "target": {"is": "ok"}}
BURN: Json = {"name": "slo", "kind": "burn_rate", "objective": "99.9%", "windows": [{"long": "1h", "short": "5m", "burn": 14.4, "level": "alert"}]}


def without(rule: Json, key: str) -> Json:
    return {name: value for name, value in rule.items() if name != key}


def window(**more: t.Any) -> Json:
    return {**BURN, "windows": [{**BURN["windows"][0], **more}]}


@pytest.mark.parametrize(
    ("rule", "message", "hint"),
    [
        ("errors", "rule 1 has no name", "Give every rule a name"),
        (without(RATIO, "name"), "rule 1 has no name", "Give every rule a name"),
        ({**RATIO, "name": 5}, "rule 1 has no name", "Give every rule a name"),
        ({**RATIO, "alrt": "> 5%"}, "rule 'errors': 'alrt' is unknown", "Did you mean alert?"),
        ({**RATIO, "windows": "5m"}, "windows is not for kind ratio", "Remove it, or use burn_rate"),
        ({**RATIO, "percentile": 95}, "percentile is not for kind ratio", "Remove it, or use percentile"),
        ({**RATIO, "zzz": 1}, "'zzz' is unknown", "A rule of kind ratio may have name, kind"),
        ({**RATIO, 5: 1}, "'5' is unknown", "A rule of kind ratio may have"),
        ({**RATIO, "kind": "ration"}, "kind is 'ration'", "Did you mean ratio?"),
        ({**RATIO, "kind": "sql"}, "kind is 'sql'", "Use one of count, ratio"),
        ({**RATIO, "kind": None}, "kind is 'None'", "Use one of"),
        (without(RATIO, "window"), "window is missing", "A rule of kind ratio needs window"),
        (without(RATIO, "alert"), "it has no limit", "target (what it should be)"),
        ({**RATIO, "alert": None}, "it has no limit", "Give at least one"),
        ({**RATIO, "window": "0s"}, "window is '0s'", "a length of time above 0"),
        ({**RATIO, "window": "5 minutes"}, "window is '5 minutes'", "such as 90s, 5m"),
        ({**RATIO, "window": -5}, "window is '-5'", "above 0"),
        ({**RATIO, "window": float("nan")}, "window is 'nan'", "above 0"),
        ({**RATIO, "window": True}, "window is 'True'", "above 0"),
        ({**RATIO, "metric": ""}, "metric is ''", "Name the series"),
        ({**RATIO, "alert": "5%"}, "alert is '5%'", "Write a comparison and a number"),
        ({**RATIO, "alert": "=> 5%"}, "alert is '=> 5%'", "Write a comparison"),
        ({**RATIO, "alert": 5}, "alert is '5'", "Write a comparison"),
        ({**RATIO, "alert": "> 5"}, "alert compares a share with 5", "Write 5% if that is meant"),
        ({**RATIO, "alert": "> 5 ms"}, "which is no number here", "Write a number"),
        ({**RATIO, "alert": "> NaN"}, "which is no number here", "Write a number"),
        ({**RATIO, "alert": []}, "alert is an empty list", "Give at least one limit"),
        ({**RATIO, "alert": {"when": "> 5%", "recovr": "< 2%"}}, "alert says 'recovr'", "Did you mean recover?"),
        ({**RATIO, "alert": {"recover": "< 2%"}}, "alert lacks when", "{when: a limit, recover: a limit}"),
        ({**RATIO, "alert": {"is": "bad"}}, "alert is", "Write a comparison"),
        ({**RATIO, "share": "best"}, "share is 'best'", "Say bad"),
        ({**RATIO, "min_samples": 0}, "min_samples is '0'", "a whole number above 0"),
        ({**RATIO, "min_samples": 1.5}, "min_samples is '1.5'", "a whole number"),
        ({**RATIO, "min_samples": True}, "min_samples is 'True'", "a whole number"),
        ({**RATIO, "repeat": 3}, "repeat is '3'", "{times: 3, of: 5}"),
        ({**RATIO, "repeat": {"times": 3}}, "repeat is", "{times: 3, of: 5}"),
        ({**RATIO, "repeat": {"times": 6, "of": 5}}, "repeat is 6 of 5", "at most of"),
        ({**RATIO, "repeat": {"times": 1, "of": 101}}, "repeat is 1 of 101", "at most 100"),
        ({**RATIO, "may_be_constant": "yes"}, "may_be_constant is 'yes'", "true or false"),
        ({**RATIO, "unit": "ms"}, "unit is not for kind ratio", "Remove it, or use count or"),
        ({**LATEST, "unit": 5}, "unit is '5'", "such as ms"),
        ({**LATEST, "alert": "> 90%"}, "alert is a percentage", "Add unit: '%'"),
        ({**LATEST, "alert": "> 5m"}, "alert is a length of time", "Add unit: s or unit: ms"),
        ({**LATEST, "alert": "> 5m", "unit": "AED"}, "alert is a length of time", "Add unit: s"),
        ({**LATEST, "kind": "percentile", "percentile": 0}, "percentile is '0'", "above 0 and up to 100"),
        ({**LATEST, "kind": "percentile", "percentile": "p95"}, "percentile is 'p95'", "such as 95"),
        ({**LATEST, "kind": "growth", "alert": "> 5%"}, "baseline is missing", "needs window and baseline"),
        ({**LATEST, "min_samples": 5}, "min_samples is not for kind latest", "Remove it, or use"),
        ({**LATEST, "target": "<= 95"}, "would meet the target and alert too", "target <= 95, alert > 90"),
        ({**LATEST, "alert": {"when": "> 90", "recover": "< 95"}}, "would reach alert and recover from it at once", "the good side"),
        ({**LATEST, "alert": {"when": ">= 90", "recover": "<= 90"}}, "90 would reach alert and recover", "the good side"),
        ({**TEXT, "target": "ok"}, "target is 'ok'", "Write a mapping with one of is, is_not"),
        ({**TEXT, "target": {"is": True}}, "target: is is 'True'", "into quotes"),
        ({**TEXT, "target": {"one_of": "ok"}}, "one_of is 'ok'", "a list of texts"),
        ({**TEXT, "target": {"one_of": []}}, "one_of is '[]'", "a list of texts"),
        ({**TEXT, "target": {"iss": "ok"}}, "target says 'iss'", "Did you mean is?"),
        ({**TEXT, "target": {"is": "a", "is_not": "b"}}, "target is", "with one of"),
        ({**TEXT, "target": {"matches": "("}}, "no regular expression", "the whole text"),
        ({**TEXT, "alert": {"is": "ok"}}, "ok would meet the target and alert too", "Move one"),
        ({**TEXT, "examples": "ok"}, "examples is 'ok'", "a list of texts"),
        ({**BURN, "objective": "100%"}, "objective is '100%'", "below 100%"),
        ({**BURN, "objective": 99.9}, "objective is '99.9'", "such as 99.9%"),
        ({**BURN, "windows": []}, "windows is no list", "{long: 1h"),
        ({**BURN, "windows": ["1h"]}, "windows[0] is not whole", "It takes"),
        (window(brun=3), "windows[0] says 'brun'", "Did you mean burn?"),
        (window(short="1h"), "short (1h) is not shorter than long (1h)", "a twelfth"),
        (window(burn=0), "burn is '0'", "such as 14.4"),
        (window(burn=1000), "windows[0] can never fire: 1000 times a budget of 0.1%", "below 1000"),
        (window(level="page"), "level is 'page'", "Say warn or alert"),
        (window(long="soon"), "windows[0]: long is 'soon'", "such as 90s"),
        ({**BURN, "alert": "> 5%"}, "alert is not for kind burn_rate", "Remove it"),
    ],
)
def test_a_rule_that_cannot_be_right_is_refused_with_what_to_do(rule: t.Any, message: str, hint: str) -> None:
    with pytest.raises(limits.BadRule) as refused:
        rules.read([rule])
    assert message in refused.value.message and hint in refused.value.hint, vars(refused.value)


@pytest.mark.parametrize("given", [[], None, {}, "rules"])
def test_no_rule_at_all_is_refused(given: t.Any) -> None:
    with pytest.raises(limits.BadRule, match="there are no rules"):
        rules.read(given)


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(limits.BadRule, match="the name 'errors' stands twice"):
        rules.read([RATIO, LATEST, {**RATIO, "metric": "other"}])


@pytest.mark.parametrize("seed", range(60))
def test_no_rule_is_a_crash(seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    odd: list[t.Any] = [
        None,
        "",
        "x",
        5,
        -1,
        0.5,
        float("nan"),
        float("inf"),
        True,
        [],
        {},
        ["> 5"],
        "> 5%",
        "5m",
        {"is": "a"},
        {"when": "> 1", "recover": "< 1"},
    ]
    odd += [10**500, "> 1e99", "> " + "9" * 60, {"times": 1, "of": 1}, [[]], [{}], {1: 2}, "9" * 5000, {"matches": "(" * 500}]
    keys = [*{key for keys, _must in rules.KINDS.values() for key in keys}, "alrt"]
    for _round in range(60):
        rule = {key: rng.choice(odd) for key in rng.sample(sorted(keys), rng.randrange(6))}
        given = {**rng.choice([RATIO, LATEST, TEXT, BURN, {}]), "kind": rng.choice([*rules.KINDS, None]), **rule}
        try:
            read = rules.read([given])
        except limits.BadRule as bad:
            assert bad.message and bad.hint
        else:
            assert selftest.play(read[0]).name == read[0].name


# -- what is read
def test_what_a_rule_leaves_out() -> None:
    def fewest(**rule: t.Any) -> int:
        return rules.read([{**LATEST, **rule}])[0].fewest

    assert [fewest(kind="percentile", percentile=share) for share in (50, 90, 95, 99, "99.9", 100)] == [2, 10, 20, 100, 1000, 1]
    assert (fewest(kind="average"), fewest(kind="count"), fewest(kind="ratio", alert="> 5%")) == (1, 1, 20)
    assert fewest(kind="growth", alert="> 5%", baseline="1d") == 3
    assert rules.read([RATIO])[0].metric == "errors"
    assert rules.read([{**RATIO, "metric": "api"}])[0].metric == "api"


@pytest.mark.parametrize(
    ("kind", "unit", "written", "value"),
    [
        ("ratio", None, "> 5%", Fraction(1, 20)),
        ("ratio", None, "> 0.05", Fraction(1, 20)),
        ("ratio", None, ">0.1 %", Fraction(1, 1000)),
        ("latest", "%", "> 90%", Fraction(90)),
        ("latest", "%", "> 90", Fraction(90)),
        ("latest", "ms", "> 500 ms", Fraction(500)),
        ("latest", "ms", "> 1.5s", Fraction(1500)),
        ("latest", "ms", "> 500", Fraction(500)),
        ("latest", "s", "> 5m", Fraction(300)),
        ("latest", "s", "> 250ms", Fraction(1, 4)),
        ("latest", "AED", "> 99.5", Fraction(199, 2)),
        ("latest", None, "> -3", Fraction(-3)),
        ("latest", None, "> 1e3", Fraction(1000)),
        ("age", None, "> 24h", Fraction(86400)),
        ("age", None, "> 1d12h", Fraction(129600)),
        ("age", None, "> 90", Fraction(90)),
    ],
)
def test_limits_are_read_in_the_unit_of_the_samples(kind: str, unit: str | None, written: str, value: Fraction) -> None:
    rule = {"name": "it", "kind": kind, "window": "5d", "alert": written, **({"unit": unit} if unit else {})}
    assert rules.read([rule])[0].levels[0].when[0].than == value


@pytest.mark.parametrize(
    ("length", "text"), [(300, "5m"), (86400, "1d"), (5400, "1h30m"), (0, "0s"), (90061, "1d1h1m1s"), (Fraction(1, 4), "250ms"), (-60, "-1m"), (1.5, "1.5s")]
)
def test_lengths_of_time_are_written_as_people_do(length: t.Any, text: str) -> None:
    assert exact.duration(Fraction(length)) == text


# -- the self-test
ALIVE: list[Json] = [
    RATIO,
    LATEST,
    TEXT,
    BURN,
    {**RATIO, "share": "good", "alert": "< 95%", "target": ">= 98%", "min_samples": 10**9},
    {
        "name": "p",
        "kind": "percentile",
        "percentile": "99.99",
        "window": "5m",
        "target": "<= 500",
        "warn": "> 600",
        "alert": {"when": "> 800", "recover": "< 700"},
    },
    {"name": "c", "kind": "count", "window": "5m", "alert": "> 2.5", "repeat": {"times": 3, "of": 5}},
    {"name": "a", "kind": "age", "window": "2d", "alert": "> 24h"},
    {"name": "g", "kind": "growth", "window": "1d", "baseline": "7d", "alert": ["> 50%", "< -50%"]},
    {"name": "v", "kind": "average", "window": "5m", "target": ["> -5", "< 5"]},
    {**TEXT, "target": {"matches": "v[0-9]+"}, "examples": ["v1"], "repeat": {"times": 2, "of": 3}},
    {**LATEST, "repeat": {"times": 100, "of": 100}},
]


@pytest.mark.parametrize("rule", ALIVE, ids=lambda rule: rule["name"])
def test_every_level_of_a_living_rule_fires_and_good_samples_pass(rule: Json) -> None:
    tested = selftest.check(rules.read([rule]))[0]
    assert tested.passes and not tested.problem
    assert tested.levels == [level for level in rules.LEVELS if level in rule] or rule is BURN
    assert selftest.check(rules.read([BURN]))[0].levels == ["alert"]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({**RATIO, "alert": "> 100%"}, "can never fire: nothing brings about alert > 100%"),
        ({**RATIO, "alert": "< 0"}, "can never fire"),
        ({**LATEST, "kind": "count", "alert": "< 0"}, "can never fire"),
        ({**LATEST, "kind": "growth", "baseline": "7d", "alert": "< -100%"}, "can never fire"),
        ({"name": "backup", "kind": "age", "window": "1h", "alert": "> 24h"}, "can never fire: nothing brings about alert > 24h within 1h"),
        ({**LATEST, "warn": "> 95"}, "can never fire: nothing brings about warn > 95"),
        ({**LATEST, "alert": ["> 5", "<= 5"]}, "can never pass"),
        ({**RATIO, "alert": ">= 0"}, "can never pass"),
        ({**LATEST, "alert": None, "target": ["> 5", "< 5"]}, "can never pass"),
        ({**TEXT, "target": {"matches": "v[0-9]+"}}, "can never pass"),
        ({**TEXT, "target": {"matches_not": "err[0-9]+"}}, "can never fire"),
    ],
)
def test_a_dead_rule_is_found_before_its_first_use(rule: Json, problem: str) -> None:
    with pytest.raises(limits.BadRule) as refused:
        selftest.check(rules.read([LATEST | {"name": "before"}, rule]))
    assert f"rule {rule['name']!r} {problem}" in refused.value.message and refused.value.hint


def test_a_target_whose_miss_is_an_alarm_is_no_dead_one() -> None:
    tested = selftest.check(rules.read([{"name": "w", "kind": "ratio", "window": "1d", "target": "< 1%", "alert": ">= 1%"}]))[0]
    assert (tested.levels, tested.passes) == (["alert"], True)


def test_an_engine_that_lets_silence_pass_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    judge = slo.judge

    def trusting(rule: rules.Rule, found: t.Any, now: Fraction, before: str = "none") -> slo.Judged:
        judged = judge(rule, found, now, before)
        return judged if found and found.values else dataclasses.replace(judged, verdict="pass")

    monkeypatch.setattr(slo, "judge", trusting)
    with pytest.raises(limits.BadRule, match="passes without a sample"):
        selftest.check(rules.read([LATEST]))


@pytest.mark.parametrize("seed", range(60))
def test_made_samples_have_the_value_they_were_made_for(seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    kind = rng.choice(["count", "ratio", "percentile", "average", "latest", "age", "growth"])
    share = kind in ("ratio", "growth")
    value = Fraction(rng.randrange(0, 1000), 1000 if share else rng.choice([1, 4, 1000]))
    rule: Json = {"name": "it", "kind": kind, "window": "5d", "target": f">= {exact.decimals(value, 12)}"}
    rule |= {"percentile": {"percentile": rng.randrange(1, 101)}, "growth": {"baseline": "9d"}}.get(kind, {})
    rule |= {} if kind in ("age", "growth") else {"repeat": {"times": 2, "of": 3}}
    read = rules.read([rule])
    judged = slo.evaluate(read, {"it": selftest.synthetic(read[0], value)}, selftest.NOW)[0]
    assert judged.value == float(value) and judged.verdict == "pass"

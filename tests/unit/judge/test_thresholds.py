# SPDX-License-Identifier: GPL-3.0-or-later
"""Every threshold of the five runbooks, at its limit, just under and just over it. The rules are the inventories', the cases thresholds.yml."""

from __future__ import annotations

import json
import pathlib
import typing as t
from decimal import Decimal
from fractions import Fraction

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import rules, selftest, slo
from ansible_collections.saasops.runbooks.tests.harness.profiles import profiles

Json = dict[str, t.Any]
TABLE = {"profiles": profiles(), **yaml.safe_load(pathlib.Path(__file__).with_name("thresholds.yml").read_text(encoding="utf-8"))}
NOW = 1_795_143_720
CASES = [
    (profile, rule["name"], value, level)
    for profile, given in TABLE["profiles"].items()
    for rule in given
    for level, values in TABLE["cases"][profile][rule["name"]].items()
    for value in values
]


def seconds(length: str) -> int:
    return int(length[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[length[-1]]


def samples(rule: Json, value: t.Any) -> list[Json]:
    """What a collector would have measured, made without the engine's help."""
    window = seconds(rule["window"]) if "window" in rule else 0
    if rule["kind"] == "string":
        return [{"at": NOW - 90, "value": value}, {"at": NOW - 30, "value": value}]
    if rule["kind"] == "ratio":
        share = Fraction(value.removesuffix("%")) / 100
        counted = share * 1_000_000
        assert counted.denominator == 1
        return [{"at": NOW - window // 2, rule.get("share", "bad"): int(counted), "total": 1_000_000}]
    if rule["kind"] == "growth":
        newest = 1_000_000 * (1 + Fraction(value.removesuffix("%")) / 100)
        assert newest.denominator == 1
        return [*({"at": NOW - window * day, "value": 1_000_000} for day in range(1, 10)), {"at": NOW, "value": int(newest)}]
    number = value if isinstance(value, int) else float(value)
    if rule["kind"] == "age":
        return [{"at": str(NOW - Decimal(value))}]
    if rule["kind"] == "count":
        return [{"at": NOW - 1, "value": 0}, {"at": NOW - 2, "value": number}]
    if rule["kind"] == "percentile":
        # 95 of a hundred are no larger than it, five are.
        above = 0 if rule["percentile"] == 100 else 100 - rule["percentile"]
        return [{"at": NOW - 1, "value": number if index >= above else number * 100} for index in range(100)]
    if rule["kind"] == "average":
        return [{"at": NOW - 1, "value": number - 7}, {"at": NOW - 2, "value": number + 7}] if isinstance(value, int) else [{"at": NOW, "value": number}]
    return [{"at": NOW - 60, "value": 10**6}, {"at": NOW - 1, "value": number}]


@pytest.mark.parametrize(("profile", "name", "value", "level"), CASES, ids=str)
def test_each_threshold_at_its_limit_and_beside_it(profile: str, name: str, value: t.Any, level: str) -> None:
    rule = next(one for one in TABLE["profiles"][profile] if one["name"] == name)
    judged = slo.evaluate(rules.read([rule]), {rule.get("metric", name): samples(rule, value)}, Fraction(NOW))[0]
    assert (judged.level, judged.verdict) == (level, "pass" if level == "none" else "fail"), judged.reason


@pytest.mark.parametrize("profile", TABLE["profiles"])
def test_each_profile_is_alive(profile: str) -> None:
    read = rules.read(TABLE["profiles"][profile])
    assert all(one.passes and one.levels for one in selftest.check(read))
    assert {one.verdict for one in slo.evaluate(read, {}, Fraction(NOW))} == {"inconclusive"}


def test_each_rule_has_cases_on_both_sides_of_every_level() -> None:
    assert {profile: sorted(cases) for profile, cases in TABLE["cases"].items()} == {
        profile: sorted(rule["name"] for rule in given) for profile, given in TABLE["profiles"].items()
    }
    for profile, given in TABLE["profiles"].items():
        for rule in given:
            wanted = {"none"} | {level for level in ("warn", "alert") if level in rule} | ({"target"} if not {"warn", "alert"} & set(rule) else set())
            assert wanted <= set(TABLE["cases"][profile][rule["name"]]), (profile, rule["name"])


def test_the_table_is_plain_data() -> None:
    assert json.loads(json.dumps(TABLE)) == TABLE

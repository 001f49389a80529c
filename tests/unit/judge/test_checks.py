# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks: the one shape of what a look has found."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks


def of(*verdicts: str) -> list[checks.Check]:
    return [checks.check(f"c{number}", "api", verdict, f"reason {number}") for number, verdict in enumerate(verdicts)]


def test_a_verdict_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="good"):
        checks.check("health", "api", "good", "")
    assert set(checks.BAD) | {"pass", "skipped"} == set(checks.VERDICTS)


@pytest.mark.parametrize("pair", list(itertools.combinations(checks.VERDICTS[:-1], 2)))
def test_the_worse_of_two_counts(pair: tuple[str, str]) -> None:
    assert checks.worst(of(*pair)) == checks.worst(of(*reversed(pair))) == pair[0]


@pytest.mark.parametrize("verdicts", [(), ("skipped",), ("skipped", "skipped")])
def test_no_data_is_never_a_pass(verdicts: tuple[str, ...]) -> None:
    assert checks.worst(of(*verdicts)) == "inconclusive"
    assert checks.worst_reason(of(*verdicts)) == "nothing was checked"


def test_a_result_names_the_worst() -> None:
    found = checks.result(of("pass", "warn", "fail", "fail", "skipped"))
    assert (found["changed"], found["verdict"], found["reason"]) == (False, "fail", "c2: reason 2")
    assert [one["verdict"] for one in checks.in_order(found["checks"])] == ["fail", "fail", "warn", "pass", "skipped"]
    assert checks.result(of("pass", "skipped"))["reason"] == ""


@pytest.mark.parametrize(
    ("verdict", "level", "told"),
    [("pass", "none", "pass"), ("fail", "target", "warn"), ("fail", "warn", "warn"), ("fail", "alert", "fail"), ("inconclusive", "alert", "inconclusive")],
)
def test_a_rule_as_a_check(verdict: str, level: str, told: str) -> None:
    judged = {"name": "errors", "verdict": verdict, "level": level, "reason": "3%", "value": 0.03, "unit": "", "limit": "> 2%"}
    assert checks.of_rule(judged, "api") == checks.check("errors", "api", told, "3%", 0.03, "", "> 2%", level=level)

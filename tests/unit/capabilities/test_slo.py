# SPDX-License-Identifier: GPL-3.0-or-later
"""The module slo_evaluate: options in, result out; what is wrong with them is a failure with the next step."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import slo
from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from tests.harness.still_time import Time

Json = dict[str, t.Any]
RULES: list[Json] = [
    {"name": "errors", "kind": "ratio", "window": "5m", "target": "<= 1%", "alert": "> 5%"},
    {"name": "memory", "kind": "latest", "window": "5m", "unit": "%", "alert": {"when": "> 90%", "recover": "< 80%"}},
]


def run(**params: t.Any) -> Json:
    given = {"rules": RULES, "samples": {}, "at": None, "before": {}, **params}
    return transaction.outcome(slo.execute, given, False)


def test_the_worst_rule_speaks_for_all() -> None:
    samples = {"errors": [{"at": 1000, "bad": 6, "total": 100}], "memory": [{"at": 1000, "value": 50}]}
    result = run(samples=samples, at="1000")
    assert (result["verdict"], result["level"], result["changed"]) == ("fail", "alert", False)
    assert result["reason"] == "errors: 6% in 5m (6 of 100) reaches alert > 5%"
    assert result["levels"] == {"errors": "alert", "memory": "none"}
    assert [rule["verdict"] for rule in result["rules"]] == ["fail", "pass"]
    assert result["tested"][0] == {"name": "errors", "levels": ["target", "alert"], "passes": True}
    assert json.loads(json.dumps(result)) == result


def test_a_level_is_given_back_until_it_is_over() -> None:
    levels: Json = {}
    seen = []
    for value in (85, 91, 85, 80, 79, 85):
        result = run(samples={"memory": [{"at": 1000, "value": value}], "errors": [{"at": 1000, "bad": 0, "total": 100}]}, at="1000", before=levels)
        levels = result["levels"]
        seen.append(levels["memory"])
    assert seen == ["none", "alert", "alert", "alert", "none", "none"]


def test_without_a_moment_it_is_now(time: Time) -> None:
    samples = {"errors": [{"at": time.now - 1, "bad": 0, "total": 100}], "memory": [{"at": time.now, "value": 5}]}
    result = run(samples=samples)
    assert (result["verdict"], result["reason"], result["at"]) == ("pass", "", time.now)


def test_nothing_measured_is_no_pass() -> None:
    result = run()
    assert (result["verdict"], result["level"]) == ("inconclusive", "none")
    assert {rule["dead"] for rule in result["rules"]} == {"absent"}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"rules": []}, "there are no rules. Give a list"),
        ({"rules": [{**RULES[0], "alrt": "> 5%"}]}, "rule 'errors': 'alrt' is unknown. Did you mean alert?"),
        ({"rules": [{**RULES[0], "alert": "> 500%"}]}, "rule 'errors' can never fire: nothing brings about alert > 500%. Correct its limits."),
        ({"at": "2026-11-20T07:00:00"}, "at is '2026-11-20T07:00:00'. Give seconds since the epoch"),
        ({"at": "soon"}, "at is 'soon'"),
        ({"at": "1e30"}, "at is '1e30'"),
        ({"before": {"errors": "critical"}}, "before says 'critical' of 'errors'. Give the levels of an earlier result"),
        ({"before": {"errors": ["alert"]}}, "before says"),
    ],
)
def test_what_cannot_be_right_is_refused(params: Json, words: str) -> None:
    result = run(**params)
    assert result["failed"] and words in result["msg"] and result["failure"]["kind"] == "invalid"

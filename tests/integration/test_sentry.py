# SPDX-License-Identifier: GPL-3.0-or-later
"""sentry_issue_info and sentry_error_rate_info against the sandbox: every page, and never a number of nothing."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import sentry_error_rate_info, sentry_issue_info
from tests.integration import tasks
from tests.integration.tasks import Json, asked


def run(sandbox: t.Any, module: t.Any, **options: t.Any) -> Json:
    known = sandbox.run["sentry"]
    return tasks.run(module, {"token": known["token"], "api_url": known["url"], "organization": known["organization"], **options})


def test_issues_are_listed_with_how_bad_they_are(sandbox: t.Any) -> None:
    result = run(sandbox, sentry_issue_info)
    assert (len(result["issues"]), result["levels"], result["more"]) == (5, {"error": 2, "fatal": 2, "warning": 1}, False)
    assert result["issues"][0]["unhandled"] and result["issues"][0]["count"] == 100 and result["issues"][0]["link"].endswith("/issues/5000/")
    assert [one["short_id"] for one in run(sandbox, sentry_issue_info, query="is:resolved")["issues"]] == ["SHOP-6"]
    few = run(sandbox, sentry_issue_info, limit=2)
    assert (len(few["issues"]), few["more"]) == (2, True)


def test_every_page_is_read_to_the_limit(sandbox: t.Any) -> None:
    sandbox.scenario("bad-release", scale=50)
    whole = run(sandbox, sentry_issue_info, limit=1000)
    assert len({one["id"] for one in whole["issues"]}) == 250 and asked(whole) == ["list_issues"] * 3 and not whole["more"]
    part = run(sandbox, sentry_issue_info, limit=150)
    assert (len(part["issues"]), part["more"], len(asked(part))) == (150, True, 2)


def test_errors_are_counted_in_slots(sandbox: t.Any) -> None:
    calm = run(sandbox, sentry_error_rate_info)
    assert (calm["errors"], calm["per_minute"], calm["most"], len(calm["slots"])) == (30, 2.0, 2, 15)
    sandbox.ask("POST", "/world", {"vendor": "sentry", "set": {"burst": 40}})
    wild = run(sandbox, sentry_error_rate_info)
    assert (wild["errors"], wild["most"]) == (20 + 200, 40)
    coarse = run(sandbox, sentry_error_rate_info, since="1h", slot="15m")
    assert len(coarse["slots"]) == 4 and coarse["slots"][1]["at"] - coarse["slots"][0]["at"] == 900


def test_issues_are_grouped_by_type_with_how_urgent_they_are(sandbox: t.Any) -> None:
    sandbox.ask("POST", "/world", {"vendor": "sentry", "set": {"spikes": {"SHOP-2": 40}}})
    rows = run(sandbox, sentry_issue_info)["types"]
    assert [(one["type"], one["priority"], one["issues"], one["trend"]) for one in rows] == [
        ("TypeError", "P0", 2, "steady"),
        ("TimeoutError", "P1", 2, "spike"),
        ("ValidationError", "P2", 1, "steady"),
    ]
    assert [one["events"] for one in rows] == [96, 48 * 2 + 120, 48] and rows[1]["most_frequent"] == "SHOP-2" and rows[0]["users"] == 7


def test_errors_before_and_after_a_moment_are_compared(sandbox: t.Any) -> None:
    now = sandbox.state()["now"] // 60 * 60
    sandbox.ask("POST", "/world", {"vendor": "sentry", "set": {"flood": {"from": now - 1800, "to": now - 600, "per_minute": 30}}})
    moment = datetime.datetime.fromtimestamp(now - 600, datetime.UTC).isoformat()
    rate = run(sandbox, sentry_error_rate_info, since="30m", after=moment)
    assert (rate["before_per_minute"], rate["after_per_minute"], rate["decreased"]) == (30.0, 2.0, True)
    window = {"start": datetime.datetime.fromtimestamp(now - 1200, datetime.UTC).isoformat(), "end": moment}
    around = run(sandbox, sentry_error_rate_info, **window)
    assert (around["errors"], len(around["slots"]), around["incomplete"]) == (300, 10, False)
    nothing = run(sandbox, sentry_error_rate_info, since="5m", after=window["start"])
    assert nothing["before_per_minute"] is None and nothing["decreased"] is None
    # The newest slot still fills, so nothing is known of the time after a moment that has just been.
    assert run(sandbox, sentry_error_rate_info, after=datetime.datetime.fromtimestamp(now, datetime.UTC).isoformat())["decreased"] is None


def test_no_slots_are_not_no_errors(sandbox: t.Any) -> None:
    sandbox.fault("body", vendor="sentry", body={"timeSeries": []})
    assert run(sandbox, sentry_error_rate_info)["known"] is False


@pytest.mark.parametrize("module", [sentry_issue_info, sentry_error_rate_info])
@pytest.mark.parametrize(
    ("fault", "options", "kind"),
    [("status", {"status": 503}, "vendor_down"), ("garbage", {}, "protocol"), ("body", {"body": {"timeSeries": 1}}, "protocol")],
)
def test_an_answer_that_is_none_is_a_failure(sandbox: t.Any, module: t.Any, fault: str, options: Json, kind: str) -> None:
    sandbox.fault(fault, vendor="sentry", times=0, **options)
    assert run(sandbox, module, deadline="20s")["failure"]["kind"] == kind


WRONG: list[tuple[t.Any, Json, str]] = [
    (sentry_issue_info, {"token": ""}, "auth"),
    (sentry_issue_info, {"token": "sntrys_integrationWrong4Kd"}, "auth"),
    (sentry_issue_info, {"organization": "another-shop"}, "not_found"),
    (sentry_issue_info, {"organization": "a/../b"}, "invalid"),
    (sentry_issue_info, {"limit": 10_001}, "invalid"),
    (sentry_issue_info, {"query": "no:such"}, "invalid"),
    (sentry_error_rate_info, {"since": "91d"}, "invalid"),
    (sentry_error_rate_info, {"since": "1d", "slot": "1m"}, "invalid"),
    (sentry_error_rate_info, {"after": "yesterday"}, "invalid"),
    (sentry_issue_info, {"start": "2026-11-20T02:00:00", "end": "2026-11-20T03:00:00"}, "invalid"),
    (sentry_issue_info, {"start": "2026-11-20T03:00:00Z", "end": "2026-11-20T02:00:00Z"}, "invalid"),
]


@pytest.mark.parametrize(("module", "options", "kind"), WRONG)
def test_what_cannot_be_is_refused_with_what_to_do(sandbox: t.Any, module: t.Any, options: Json, kind: str) -> None:
    result = run(sandbox, module, **options)
    assert result["failure"]["kind"] == kind and result["failure"]["hint"]

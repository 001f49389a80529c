# SPDX-License-Identifier: GPL-3.0-or-later
"""A component's health against a small server: exactly what is wrong is named, and what was not measured is never well."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import component_health
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, store
from tests.harness.loopback import Answer, Loopback, Request, certificate, each, free_port, said
from tests.harness.still_time import NOW, Time

Json = dict[str, t.Any]
PART = {"database": "checks[?name=='database'].status | [0]"}
WELL = said({"status": "ok", "checks": [{"name": "database", "status": "pass"}], "queue": 7})
OWN: Json = {"name": "api", "component_vendor": "supabase"}
OPTIONS: Json = {
    **dict.fromkeys(("run", "ledger_url", "token", "api_token")),
    "backup_max_age": "24h",
    "recheck_after": "0",
    "probes": 1,
    "interval": "1s",
    "watch": "15m",
    "suggest": False,
    "request_timeout": "5s",
    "deadline": "20s",
}
METRICS = b'jobs_waiting{queue="mail"} 3\njobs_waiting{queue="images"} 4\n'


def look(component: Json, **options: t.Any) -> Json:
    return component_health.execute(Task({**OPTIONS, "component": {**OWN, **component}, **options}, False))


def at(script: t.Callable[[Request], Answer] | Answer, component: Json | None = None, **options: t.Any) -> Json:
    """A look at a component whose server answers by ``script``; ``$`` in its addresses is that server."""
    with Loopback(each(script) if isinstance(script, Answer) else script) as server:
        found = look({"component_url": server.url, **_filled(component or {}, server.url)}, **options)
        return {**found, "asked": [request.path for request in server.requests]}


def _filled(value: t.Any, url: str) -> t.Any:
    if isinstance(value, dict):
        return {key: _filled(item, url) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, url) for item in value]
    return value.replace("$", url) if isinstance(value, str) else value


def bad(found: Json) -> dict[str, str]:
    return {one["name"]: one["verdict"] for one in found["checks"] if one["verdict"] not in ("pass", "skipped")}


def of(found: Json, name: str) -> Json:
    return t.cast(Json, next(one for one in found["checks"] if one["name"] == name))


# -- the component's own addresses
def test_all_is_well(time: Time) -> None:
    paths = {"component_journeys": ["/", "/prices"], "component_parts": PART, "component_endpoints": ["/api/products"]}
    found = at(WELL, paths, probes=3)
    assert (found["verdict"], found["status"], found["reason"], bad(found)) == ("pass", "healthy", "", {})
    assert [one["name"] for one in found["checks"]] == ["/health", "database", "/", "/prices", "/api/products"]
    assert len(found["asked"]) == 12
    assert time.slept == [1, 1]


@pytest.mark.parametrize(
    ("answer", "verdict", "status", "reason"),
    [
        (said({"status": "degraded"}), "warn", "degraded", "says 'degraded'"),
        (said({"status": "critical"}), "fail", "critical", "says 'critical'"),
        (said({"status": "sleepy"}), "fail", "critical", "says 'sleepy'"),
        (said({"status": "error", "checks": [{"name": "database", "status": "down"}]}, 503), "fail", "critical", "503 (database check failing)"),
        (Answer(kind="reset"), "fail", "critical", "the connection failed"),
    ],
)
def test_health_has_three_values(time: Time, answer: Answer, verdict: str, status: str, reason: str) -> None:
    found = at(answer)
    assert (found["verdict"], found["status"], of(found, "/health")["reason"]) == (verdict, status, reason)


@pytest.mark.parametrize(
    ("expression", "verdict", "value"),
    [
        ("checks[?name=='database'].status | [0]", "pass", "pass"),
        ("checks[?name=='cache'].status | [0]", "inconclusive", None),
        ("checks[0].name", "fail", "database"),
        ("queue", "warn", 7.0),
        ("checks", "inconclusive", None),
        ("length(queue)", "inconclusive", None),
    ],
)
def test_a_part_is_a_check_of_its_own(time: Time, expression: str, verdict: str, value: t.Any) -> None:
    found = at(WELL, {"component_parts": {"part": expression}, "component_limits": {"part": {"warn": 6, "fail": 20}}})
    assert (of(found, "/health")["verdict"], of(found, "part")["verdict"], of(found, "part")["value"]) == ("pass", verdict, value)


@pytest.mark.parametrize(("violations", "verdict"), [([], "pass"), (["bundle is 600 kB"], "fail")])
def test_what_a_page_lists_is_counted(time: Time, violations: list[str], verdict: str) -> None:
    listed = {"component_endpoints": [{"path": "/performance", "parts": {"violations": "length(violations)"}}], "component_limits": {"violations": 0}}
    found = at(said({"violations": violations}), listed)
    assert (of(found, "violations")["verdict"], of(found, "violations")["value"]) == (verdict, len(violations))


def test_a_part_of_a_page_that_told_nothing_was_not_checked(time: Time) -> None:
    found = at(Answer(body=b"<html>"), {"component_parts": PART})
    assert of(found, "database")["verdict"] == "skipped"


def test_one_hanging_address_is_asked_once_and_the_others_are_judged(time: Time) -> None:
    def script(request: Request) -> Answer:
        return Answer(kind="hang") if request.path == "/slow" else WELL

    found = at(script, {"component_journeys": ["/slow", "/fast"]}, probes=3, request_timeout="0.3")
    assert bad(found) == {"/slow": "fail"}
    assert of(found, "/slow")["reason"] == "no answer within 0.3 s"
    assert found["asked"].count("/slow") == 1


def test_a_body_of_a_hundred_megabytes_is_not_read_to_its_end(time: Time) -> None:
    huge = Answer(body=b" " * 100_000_000)
    found = at(huge, {"component_conditions": "status == 'ok'", "component_parts": PART}, request_timeout="30")
    assert bad(found) == {"/health": "fail"}
    assert of(found, "/health")["reason"] == "200, but the body is larger than 1 MiB"
    assert at(huge, request_timeout="30")["verdict"] == "pass", "without conditions its status decides"


def test_few_bad_probes_warn_and_most_fail(time: Time) -> None:
    ill = said({"status": "down"}, 503)
    assert bad(at(each(ill, WELL), probes=3)) == {"/health": "warn"}
    assert bad(at(each(ill, ill, WELL), probes=3)) == {"/health": "fail"}


@pytest.mark.parametrize(("status", "verdict"), [(302, "pass"), (200, "fail")])
def test_another_status_may_be_the_good_one(time: Time, status: int, verdict: str) -> None:
    def script(request: Request) -> Answer:
        return said({}, status) if request.path == "/auth/oauth" else WELL

    found = at(script, {"component_endpoints": [{"name": "oauth", "path": "/auth/oauth", "status": 302}]})
    assert of(found, "oauth")["verdict"] == verdict


def test_nothing_to_ask_is_nothing_checked(time: Time) -> None:
    found = look({})
    assert (found["verdict"], found["status"]) == ("inconclusive", "unknown")
    assert [one["verdict"] for one in found["checks"]] == ["skipped"]


# -- temporary or lasting
def test_what_is_well_after_a_wait_was_temporary(time: Time) -> None:
    found = at(each(said({"status": "down"}, 503), WELL), {"component_parts": PART}, recheck_after="60s")
    assert bad(found) == {"/health": "warn"}
    assert of(found, "/health")["reason"] == "503; well again after 60 s: temporary"
    assert time.slept == [60]


def test_what_is_still_bad_is_lasting_and_what_was_well_is_not_asked_again(time: Time) -> None:
    def script(request: Request) -> Answer:
        return said({}, 500) if request.path == "/bad" else WELL

    found = at(
        script, {"component_journeys": ["/bad"], "component_needs": [{"name": "one", "url": "$/bad"}, {"name": "two", "url": "$/good"}]}, recheck_after="60s"
    )
    assert bad(found) == {"/bad": "fail", "needs one": "fail"}
    assert of(found, "/bad")["reason"] == "500; still so after 60 s"
    assert found["asked"].count("/health") == 1


# -- what it needs
@pytest.mark.parametrize(("status", "verdict"), [(200, "pass"), (401, "pass"), (404, "pass"), (499, "pass"), (500, "fail"), (503, "fail")])
def test_whatever_answers_a_stranger_is_alive(time: Time, status: int, verdict: str) -> None:
    found = at(lambda request: said({}, status) if request.path == "/v1" else WELL, {"component_needs": [{"name": "payments", "url": "$/v1"}]})
    assert of(found, "needs payments")["verdict"] == verdict


def test_a_need_may_name_its_statuses(time: Time) -> None:
    found = at(lambda request: said({}, 401) if request.path == "/v1" else WELL, {"component_needs": [{"name": "own", "url": "$/v1", "status": [200]}]})
    assert bad(found) == {"needs own": "fail"}


# -- its metrics
VALUES = {"path": "/metrics", "values": {"queue": "jobs_waiting", "mails": 'jobs_waiting{queue="mail"}'}}


def metrics(page: Answer) -> t.Callable[[Request], Answer]:
    return lambda request: page if request.path == "/metrics" else WELL


def test_metrics_have_limits(time: Time) -> None:
    found = at(metrics(Answer(body=METRICS)), {"component_metrics": VALUES, "component_limits": {"queue": {"warn": 5, "fail": 100}, "mails": 3}})
    assert (of(found, "queue")["value"], of(found, "mails")["value"], bad(found)) == (7.0, 3.0, {"queue": "warn"})


def test_a_metric_that_vanished_is_inconclusive(time: Time) -> None:
    found = at(metrics(Answer(body=b"up 1\n")), {"component_metrics": {"values": {"queue": "jobs_waiting"}, "rules": [LATEST]}})
    assert bad(found) == {"queue": "inconclusive", "long queue": "inconclusive"}
    assert "no number for it among 1 metrics" in of(found, "queue")["reason"]


@pytest.mark.parametrize("page", [said({}, 503), Answer(kind="reset"), Answer(body=b" " * 2_000_000)])
def test_a_page_that_cannot_be_read_is_an_error(time: Time, page: Answer) -> None:
    found = at(metrics(page), {"component_metrics": VALUES})
    assert bad(found) == {"/metrics": "error"}
    assert {of(found, name)["verdict"] for name in ("queue", "mails")} == {"skipped"}


# -- rules, now and over what is remembered
LATEST = {"name": "long queue", "kind": "latest", "metric": "queue", "window": "5m", "warn": "> 6", "alert": "> 100", "may_be_constant": True}


def remembered(tmp_path: pathlib.Path, rows: t.Iterable[tuple[float, str, float | None]], name: str = "queue", unit: str = "") -> Json:
    """A run whose ledger remembers looks: (seconds ago, verdict, value)."""
    ledger = store.Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    ledger.prepare()
    for number, (ago, verdict, value) in enumerate(rows):
        history.note(ledger, f"r{number}", NOW - ago, [check(name, "api", verdict, "", value, unit)])
    run = {"id": "r", "environment": "shop/production", "ledger": True, "purpose": "", "check_mode": False, "holder": {}}
    return {"run": run, "ledger_url": f"sqlite:///{tmp_path}/ledger.sqlite3"}


def test_a_rule_of_this_look(time: Time) -> None:
    found = at(metrics(Answer(body=METRICS)), {"component_metrics": {**VALUES, "rules": [LATEST]}})
    assert bad(found) == {"long queue": "warn"}
    assert of(found, "long queue")["reason"].startswith("queue: 7 in 5m")


@pytest.mark.parametrize(("before", "verdict"), [(7.0, "pass"), (5.0, "warn"), (2.0, "fail")])
def test_growth_is_judged_against_what_is_remembered(time: Time, tmp_path: pathlib.Path, before: float, verdict: str) -> None:
    rule = {"name": "growth", "kind": "growth", "metric": "queue", "window": "1h", "baseline": "7d", "warn": "> 30%", "alert": "> 200%"}
    ledger = remembered(tmp_path, [(86400.0 * day, "pass", before) for day in range(1, 6)])
    found = at(metrics(Answer(body=METRICS)), {"component_metrics": VALUES, "component_rules": [rule]}, **ledger)
    assert of(found, "growth")["verdict"] == verdict


@pytest.mark.parametrize(("failed", "verdict"), [(0, "pass"), (1, "pass"), (2, "warn")])
def test_uptime_is_the_share_of_good_looks(time: Time, tmp_path: pathlib.Path, failed: int, verdict: str) -> None:
    rule = {"name": "uptime", "kind": "ratio", "share": "good", "metric": "/health", "window": "1d", "target": ">= 95%", "may_be_constant": True}
    looks = [(60.0 * (1 + number), "fail" if number < failed else "warn" if number == 10 else "pass", 100.0) for number in range(19)]
    found = at(WELL, {"component_rules": [rule]}, **remembered(tmp_path, looks, "/health"))
    assert of(found, "uptime")["verdict"] == verdict
    assert f"{20 - failed} of 20" in of(found, "uptime")["reason"]


COUNTED: Json = {"path": "/metrics", "values": {"errors": "error_ratio", "payments": "failed_payments", "p95": "p95(took_ms)"}}


@pytest.mark.parametrize(
    ("rule", "page", "verdict"),
    [
        ({"name": "api errors", "kind": "ratio", "metric": "errors", "alert": "> 5%"}, "error_ratio 0.05", "pass"),
        ({"name": "api errors", "kind": "ratio", "metric": "errors", "alert": "> 5%"}, "error_ratio 0.0501", "fail"),
        ({"name": "good ones", "kind": "ratio", "share": "good", "metric": "errors", "target": "> 99%", "alert": "< 95%"}, "error_ratio 0.99", "warn"),
        ({"name": "good ones", "kind": "ratio", "share": "good", "metric": "errors", "target": "> 99%", "alert": "< 95%"}, "error_ratio 0.9499", "fail"),
        ({"name": "failed", "kind": "count", "metric": "payments", "alert": "> 3"}, "failed_payments 3", "pass"),
        ({"name": "failed", "kind": "count", "metric": "payments", "alert": "> 3"}, "failed_payments 4", "fail"),
        ({"name": "slow", "kind": "percentile", "percentile": 95, "metric": "p95", "unit": "ms", "alert": "> 800 ms"}, 'took_ms{quantile="0.95"} 800', "pass"),
        ({"name": "slow", "kind": "percentile", "percentile": 95, "metric": "p95", "unit": "ms", "alert": "> 800 ms"}, 'took_ms{quantile="0.95"} 801', "fail"),
        ({"name": "failed", "kind": "count", "metric": "payments", "alert": "> 3"}, "up 1", "inconclusive"),
    ],
)
def test_what_a_page_has_counted_itself_is_compared_and_not_counted_again(time: Time, tmp_path: pathlib.Path, rule: Json, page: str, verdict: str) -> None:
    # What earlier looks have found is not added up, and that it never changed says nothing.
    before = remembered(tmp_path, [(60.0 * number, "pass", 0.0) for number in range(1, 13)], str(rule["metric"]))
    declared = {"component_metrics": COUNTED, "component_rules": [{**rule, "window": "30d"}]}
    found = at(metrics(Answer(body=page.encode())), declared, **before)
    assert of(found, rule["name"])["verdict"] == verdict, of(found, rule["name"])


def test_the_same_count_day_after_day_is_no_dead_metric(time: Time, tmp_path: pathlib.Path) -> None:
    before = remembered(tmp_path, [(60.0 * number, "pass", 0.0) for number in range(1, 13)], "payments")
    rule = {"name": "failed", "kind": "count", "metric": "payments", "window": "5m", "alert": "> 3"}
    found = at(metrics(Answer(body=b"failed_payments 0")), {"component_metrics": COUNTED, "component_rules": [rule]}, **before)
    assert (of(found, "failed")["verdict"], of(found, "failed")["value"]) == ("pass", 0)


def test_a_constant_input_is_flagged(time: Time, tmp_path: pathlib.Path) -> None:
    rule = {**LATEST, "warn": "> 50", "window": "1h", "may_be_constant": False}
    found = at(
        metrics(Answer(body=METRICS)),
        {"component_metrics": VALUES, "component_rules": [rule]},
        **remembered(tmp_path, [(60.0 * n, "pass", 7.0) for n in range(1, 12)]),
    )
    assert of(found, "long queue")["verdict"] == "warn"
    assert "nobody may be measuring" in of(found, "long queue")["reason"]


@pytest.mark.parametrize(("ago", "queue", "verdict"), [(86400.0, 7, "fail"), (86400.0, 4, "pass"), (120.0, 7, "fail")])
def test_an_alert_of_the_last_look_stays_until_it_is_over(time: Time, tmp_path: pathlib.Path, ago: float, queue: int, verdict: str) -> None:
    """However long ago that look was: a window that is shorter than the time between two looks forgets no alert."""
    rule = {"name": "long queue", "kind": "latest", "metric": "queue", "window": "5m", "alert": {"when": "> 10", "recover": "<= 5"}, "may_be_constant": True}
    ledger = remembered(tmp_path, [(2 * ago, "pass", 7.0), (ago, "fail", 11.0), (ago / 2, "inconclusive", None)], "long queue")
    page = f"jobs_waiting {queue}\n".encode()
    found = at(metrics(Answer(body=page)), {"component_metrics": VALUES, "component_rules": [rule]}, **ledger)
    assert of(found, "long queue")["verdict"] == verdict


def test_a_clock_that_was_put_back_gives_no_verdict_and_no_crash(time: Time, tmp_path: pathlib.Path) -> None:
    rule = {"name": "usual", "kind": "average", "metric": "queue", "window": "1d", "warn": "> 100"}
    later = remembered(tmp_path, [(-3600.0 * hour, "pass", 7.0) for hour in range(1, 5)])
    found = at(metrics(Answer(body=METRICS)), {"component_metrics": VALUES, "component_rules": [rule]}, **later)
    assert bad(found) == {"usual": "inconclusive"}
    assert "the clock cannot be trusted" in of(found, "usual")["reason"]


def test_limits_are_suggested_and_not_set(time: Time, tmp_path: pathlib.Path) -> None:
    looks = remembered(tmp_path, [(3600.0 * hour, "pass", 100.0 + hour) for hour in range(1, 25)], "/health", "ms")
    found = at(WELL, suggest=True, **looks)
    assert [(one["name"], one["samples"], one["warn"], one["fail"]) for one in found["suggestions"]] == [("/health", 25, 160.0, 320.0)]
    assert found["verdict"] == "pass"
    assert at(WELL, **looks)["suggestions"] == []


# -- certificates
@pytest.mark.parametrize(("days", "verdict"), [(29.0, "warn"), (31.0, "pass")])
def test_a_certificate_has_to_last_thirty_days(time: Time, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, days: float, verdict: str) -> None:
    import time as real

    monkeypatch.setattr(clock, "now", real.time)
    file, context = certificate(tmp_path, days=days + 0.01)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", file)
    monkeypatch.setenv("SSL_CERT_FILE", file)
    with Loopback(each(WELL), tls=context) as server:
        found = look({"component_url": server.url})
    assert (of(found, "certificate")["verdict"], int(of(found, "certificate")["value"])) == (verdict, int(days))


def test_a_certificate_that_is_not_accepted_says_why(time: Time, tmp_path: pathlib.Path) -> None:
    _file, context = certificate(tmp_path, days=-1)
    with Loopback(each(WELL), tls=context) as server:
        found = look({"component_url": server.url})
    assert bad(found) == {"/health": "fail", "certificate": "fail"}
    assert of(found, "/health")["reason"].startswith("its certificate is not accepted: ")


# -- what cannot be right
@pytest.mark.parametrize(
    ("component", "words"),
    [
        ({"component_limits": {"response_ms": {"wran": 1}}}, "component_limits: response_ms says 'wran'"),
        ({"component_limits": [90]}, "component_limits: is no mapping"),
        ({"component_parts": {"database": "checks[?name=="}}, "is not JMESPath"),
        ({"component_parts": ["database"]}, "component_parts: is no mapping"),
        ({"component_parts": {"/health": "status"}}, "the name '/health' stands twice"),
        ({"component_endpoints": [{"pth": "/a"}]}, "Did you mean path?"),
        ({"component_endpoints": [{"name": "a"}]}, "needs a path or a url"),
        ({"component_endpoints": [{"path": "/a", "method": "POST"}]}, "may change something"),
        ({"component_endpoints": [{"path": "/a", "status": "fine"}]}, "Write status: 302"),
        ({"component_endpoints": "/a"}, "component_endpoints: is no list"),
        ({"component_needs": ["strpe"]}, "Did you mean stripe?"),
        ({"component_needs": [{"url": "https://example.com", "nme": "a"}]}, "Did you mean name?"),
        ({"component_needs": [{"url": "nowhere", "name": "a"}]}, "is not an http address"),
        ({"component_metrics": {"values": {"queue": "rate(jobs)"}}}, "is no metric"),
        ({"component_metrics": {"vales": {}}}, "Did you mean values?"),
        (
            {"component_rules": [{"name": "never", "kind": "latest", "metric": "queue", "window": "5m", "warn": "> 5", "alert": ["> 5 apples"]}]},
            "component_rules",
        ),
        ({"component_rules": [{**LATEST, "kind": "percentile", "percentile": 95, "unit": "%", "alert": "> 500%", "may_be_constnt": True}]}, "may_be_constnt"),
        ({"component_rules": [{"name": "dead", "kind": "age", "metric": "/health", "window": "1h", "alert": "> 2h"}]}, "can never fire"),
        ({"component_url": None, "component_parts": {"a": "b"}}, "component_url: is not set"),
    ],
)
def test_a_declaration_that_cannot_be_right_is_refused_before_the_first_request(time: Time, component: Json, words: str) -> None:
    with Loopback(each(WELL)) as server, pytest.raises(Failure) as caught:
        look({"component_url": server.url, **component})
    assert words in str(caught.value)
    assert (caught.value.kind, server.requests) == ("invalid", [])


def test_nobody_there(time: Time) -> None:
    found = look({"component_url": f"http://127.0.0.1:{free_port()}", "component_parts": PART})
    assert bad(found) == {"/health": "fail"}
    assert of(found, "database")["verdict"] == "skipped"


def test_a_page_that_repeats_a_header_of_ours_tells_nobody(time: Time) -> None:
    secret = "health-test-9Wq3Zx8Kd5Vn2Tb7"
    with Loopback(lambda request: said({"status": secret}) if request.path == "/closed" else WELL) as server:
        closed = [{"path": "/closed", "headers": {"X-Key": secret}}]
        task = {**OPTIONS, "component": {**OWN, "component_url": server.url, "component_endpoints": closed}}
        found = transaction.outcome(component_health.execute, task, False)
    assert of(found, "/closed")["reason"] == "says '********'"
    assert secret not in str(found)

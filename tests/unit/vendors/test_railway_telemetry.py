# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_log_info and railway_metric_info: times as people write them, and what becomes of the vendor's rows and samples."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import log_info, metric_info, moments
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import BAD, NOW, Json, Railway, Time, of_module, refusal, service, when

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
LOGS: Json = {"source": "deploy", "deployment": None, "since": None, "until": None, "limit": 2, "filter": None}
USED: Json = {"since": "1h", "until": None, "measurements": ["CPU_USAGE"], "group_by": [], "sample": None, "http": True, "path": None, "method": None}


def logs(**params: t.Any) -> Json:
    result = of_module(log_info.execute, **{**LOGS, **params})
    return t.cast(Json, result.get("failure") or result)


def metrics(**params: t.Any) -> Json:
    result = of_module(metric_info.execute, **{**USED, **params})
    return t.cast(Json, result.get("failure") or result)


def line(ago: float, message: str, **facts: t.Any) -> Json:
    stamp = when(NOW - ago).replace("Z", "000001Z")
    return {"timestamp": stamp, "severity": None, "message": message, "attributes": [], "tags": None, **facts}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15m", NOW - 900), ("90", NOW - 90), ("1h30m", NOW - 5400), (when(NOW), NOW), ("2026-11-20T03:02:00+00:00", 1_795_143_720.0), (None, None)],
)
def test_a_time_is_a_length_ago_or_a_moment(text: str | None, seconds: float | None) -> None:
    assert moments.moment(text, "since", NOW) == seconds


@pytest.mark.parametrize("text", ["yesterday", "2026-99-01T00:00:00Z", "T", "-5m", "", "5 parsecs"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(Failure, match="since is"):
        moments.moment(text, "since", NOW)


def test_a_window_is_not_turned_round(railway_time: Time) -> None:
    assert moments.Window.of("1h", "30m").as_dict() == {"since": NOW - 3600, "until": NOW - 1800}
    assert moments.Window.of(None, None) == moments.Window(None, NOW)
    with pytest.raises(Failure, match="not before"):
        moments.Window.of("30m", "30m")


def test_one_row_too_many_says_that_there_are_more(railway: Railway) -> None:
    railway.on("serviceInstance", service([BAD]))
    railway.on("deploymentLogs", {"deploymentLogs": [line(30, "a"), line(20, "b"), line(10, "c")]})
    result = logs()
    assert ([row["message"] for row in result["logs"]], result["more"]) == (["b", "c"], True)
    assert railway.sent("deploymentLogs")[0] == {"deploymentId": BAD["id"], "filter": None, "limit": 2, "startDate": None, "endDate": when(NOW)}
    railway.on("deploymentLogs", {"deploymentLogs": [line(20, "b"), line(10, "c")]})
    assert logs()["more"] is False


def test_rows_outside_of_the_window_are_left_out(railway: Railway) -> None:
    railway.on("serviceInstance", service([BAD]))
    railway.on("deploymentLogs", {"deploymentLogs": [line(120, "before"), line(40, "in"), line(0, "after")]})
    assert [row["message"] for row in logs(since="1m", until="30s")["logs"]] == ["in"]


def test_an_environment_is_asked_by_an_anchor(railway: Railway) -> None:
    railway.on("environmentLogs", {"environmentLogs": [line(5, "x", severity="warn", attributes=[{"key": "k", "value": "v"}], tags={"serviceId": "s"})]})
    result = logs(source="environment", service=None, since="1m", filter="x")
    (row,) = result["logs"]
    assert (row["severity"], row["attributes"], row["service_id"], row["instance_id"], result["deployment"]) == ("warn", {"k": "v"}, "s", None, None)
    (sent,) = railway.sent("environmentLogs")
    assert (sent["beforeLimit"], sent["beforeDate"], sent["anchorDate"], sent["afterDate"], sent["afterLimit"]) == (2, when(NOW - 60), when(NOW), when(NOW), 0)
    assert railway.asked == ["projectToken", "environmentLogs"]


def test_nothing_that_runs_has_no_log(railway: Railway) -> None:
    railway.on("serviceInstance", service([]))
    assert logs()["code"] == "no_serving"
    assert logs(source="build")["code"] == "no_serving"


def test_a_refusal_is_told_as_it_is(railway: Railway) -> None:
    railway.on("serviceInstance", service([BAD]))
    railway.on("deploymentLogs", refusal("Not Authorized"))
    assert logs()["kind"] == "auth"


def test_samples_follow_the_window(railway: Railway) -> None:
    railway.on("metrics", {"metrics": [], "httpMetricsGroupedByStatus": [], "httpDurationMetrics": {"samples": []}})
    assert metrics()["http"]["failed_share"] is None
    metrics(since="10h"), metrics(sample="5m"), metrics(measurements=[], http=True)
    sent = railway.sent("metrics")
    assert [(one["sampleRateSeconds"], one["stepSeconds"]) for one in sent] == [(60, 3600), (600, 36000), (300, 300), (60, 3600)]
    assert [one["withMeasurements"] for one in sent] == [True, True, True, False] and sent[0]["groupBy"] is None


def test_counts_and_shares(railway: Railway) -> None:
    by_status = [
        {"statusCode": 503, "samples": [{"ts": 1, "value": 1.0}, {"ts": 2, "value": 2.0}]},
        {"statusCode": 200, "samples": [{"ts": 1, "value": 9.0}]},
        {"statusCode": 499, "samples": []},
    ]
    latency = [{"ts": 2, "p50": 3, "p90": 4, "p95": 5, "p99": 6.5}, {"ts": 1, "p50": 1, "p90": 1, "p95": 1, "p99": 1}]
    series = {"measurement": "CPU_USAGE", "tags": {"region": "us-west2"}, "values": [{"ts": 20, "value": 3}, {"ts": 10, "value": 1.0}]}
    railway.on("metrics", {"metrics": [series], "httpMetricsGroupedByStatus": by_status, "httpDurationMetrics": {"samples": latency}})
    result = metrics()
    assert (result["http"]["requests"], result["http"]["failed"], result["http"]["failed_share"]) == (12, 3, 0.25)
    assert [one["status"] for one in result["http"]["statuses"]] == [200, 499, 503]
    assert [one["at"] for one in result["http"]["latency"]] == [1.0, 2.0] and result["http"]["latency"][1]["p99_ms"] == 6.5
    (cpu,) = result["metrics"]
    assert (cpu["last"], cpu["average"], cpu["maximum"], cpu["tags"]["region"], cpu["tags"]["service_id"]) == (3.0, 2.0, 3.0, "us-west2", None)


def test_an_empty_series_has_no_values(railway: Railway) -> None:
    railway.on("metrics", {"metrics": [{"measurement": "CPU_USAGE", "tags": {}, "values": []}]})
    (cpu,) = metrics(http=False)["metrics"]
    assert (cpu["last"], cpu["average"], cpu["maximum"]) == (None, None, None)

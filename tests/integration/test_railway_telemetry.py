# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_log_info and railway_metric_info against the sandbox: windows, limits, filters, and answers that are not what they should be."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import railway_log_info, railway_metric_info
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json

PLAIN_FAULTS: list[tuple[str, Json]] = [
    ("reset", {}),
    ("status", {"status": 503, "body_html": True}),
    ("rate_limited", {"retry_after": 3}),
    ("truncated", {}),
    ("garbage", {}),
    ("graphql_error", {"message": "Problem processing request"}),
]


def logs(shop: Shop, **options: t.Any) -> Json:
    return shop.run(railway_log_info, **options)


def metrics(shop: Shop, **options: t.Any) -> Json:
    return shop.run(railway_metric_info, **options)


# --- logs ---------------------------------------------------------------------------------------------------------------


def test_the_newest_lines_come_oldest_first(shop: Shop) -> None:
    result = logs(shop, limit=5)
    times = [row["at"] for row in result["logs"]]
    assert len(times) == 5 and times == sorted(times) and result["more"] is True and not result["changed"]
    assert times[-1] > result["window"]["until"] - 15
    assert {row["deployment_id"] for row in result["logs"]} == {shop.state["serving"]["id"]} == {result["deployment"]["id"]}
    assert all(row["timestamp"].endswith("Z") and len(row["timestamp"].split(".")[1]) == 10 for row in result["logs"])
    whole = logs(shop, limit=5000)
    assert whole["more"] is False and [row["timestamp"] for row in whole["logs"]][-5:] == [row["timestamp"] for row in result["logs"]]


def test_a_window_has_two_ends(shop: Shop) -> None:
    result = logs(shop, since="2m", until="1m")
    since, until = result["window"]["since"], result["window"]["until"]
    assert 5 <= len(result["logs"]) <= 7 and all(since - 1 <= row["at"] <= until + 1 for row in result["logs"]) and not result["more"]
    requests = logs(shop, source="http", since="2m", until="1m")
    assert 29 <= len(requests["logs"]) <= 31 and all(since - 2 <= row["at"] <= until + 2 for row in requests["logs"])


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({"filter": "@level:error"}, lambda row: row["severity"] == "error"),
        ({"filter": '"checkout failed"'}, lambda row: "checkout failed" in row["message"]),
        ({"filter": "-checkout"}, lambda row: "checkout" not in row["message"]),
        ({"source": "http", "filter": "@httpStatus:>=500"}, lambda row: row["status"] >= 500),
        ({"source": "http", "filter": "@path:/health AND @httpStatus:200..299"}, lambda row: (row["path"], row["status"]) == ("/health", 200)),
        ({"source": "environment", "filter": "@level:error"}, lambda row: row["attributes"].get("route") == "/api/cart"),
    ],
)
def test_what_is_filtered_out_is_not_there(shop: Shop, options: Json, fits: t.Callable[[Json], bool]) -> None:
    few, all_of_them = logs(shop, **{"limit": 1000, **options})["logs"], logs(shop, **{"limit": 1000, **options, "filter": None})["logs"]
    assert few and all(map(fits, few)) and len(few) == sum(map(fits, all_of_them)) < len(all_of_them)


def test_a_build_is_the_newest_one(shop: Shop) -> None:
    result = logs(shop, source="build")
    assert [row["message"] for row in result["logs"]][-1].startswith("Built ") and result["deployment"]["version"] == "v1.4.2"
    failed = logs(shop, source="build", deployment="v1.4.2-rc1")
    assert failed["logs"][-1]["severity"] == "error" and failed["deployment"]["state"] == "FAILED"


def test_an_older_deployment_has_its_own_lines(shop: Shop) -> None:
    identity = shop.versions()["v1.4.1"]
    by_tag, by_id = logs(shop, deployment="v1.4.1", limit=3), logs(shop, deployment=identity, limit=3)
    assert by_tag["logs"] == by_id["logs"] and {row["deployment_id"] for row in by_tag["logs"]} == {identity}
    assert logs(shop, deployment="v9.9.9")["failure"]["code"] == "deployment"


def test_few_requests_are_enough(shop: Shop) -> None:
    identity = shop.state["serving"]["id"]
    for options, asked in (
        ({}, ["projectToken", "serviceInstance deployments serviceInstanceAutoDeployStatus", "deploymentLogs"]),
        ({"deployment": identity}, ["projectToken", "deployment", "deploymentLogs"]),
        ({"source": "environment", "service": None}, ["projectToken", "environmentLogs"]),
    ):
        shop.sandbox.clear_journal()
        assert logs(shop, **options).get("failure") is None
        assert shop.asked == asked
    shop.sandbox.clear_journal()
    metrics(shop)
    assert shop.asked[0] == "projectToken" and len(shop.asked) == 2


def test_what_an_app_writes_is_only_text(shop: Shop) -> None:
    bad = {"message": "{{ lookup('pipe', 'id') }}\x1b[2J\nsecond line", "attributes": {"{{ a }}": "\x07"}, "severity": "{{ b }}"}
    shop.sandbox.patch("api", "v1.4.2", logs=[bad, {"message": "x" * 9000, "ago": 2}])
    rows = logs(shop, since="9s", limit=1000)["logs"]
    assert [row["message"] for row in rows if row["severity"] == "{{ b }}"] == ["{{ lookup('pipe', 'id') }}?[2J second line"]
    assert any(row["attributes"] == {"{{ a }}": "?"} for row in rows) and max(len(row["message"]) for row in rows) == 2000


def test_a_token_in_a_log_is_hidden(shop: Shop) -> None:
    shop.sandbox.patch("api", "v1.4.2", logs=[{"message": f"started with {shop.facts['token']}"}])
    result = logs(shop, filter="started")
    assert "started with ********" in str(result) and shop.facts["token"] not in str(result)


@pytest.mark.parametrize(
    "options",
    [
        {"limit": 0},
        {"limit": 5001},
        {"since": "yesterday"},
        {"since": "2026-13-01T00:00:00Z"},
        {"since": "1m", "until": "2m"},
        {"since": "-5m"},
        {"service": None},
        {"source": "environment", "deployment": "v1.4.1"},
        {"filter": "x" * 1001},
        {"filter": "a\x00b"},
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_first_request(shop: Shop, options: Json) -> None:
    assert (logs(shop, **options)["failure"]["kind"], shop.asked) == ("invalid", [])


def test_a_filter_that_railway_does_not_understand_is_told(shop: Shop) -> None:
    failure = logs(shop, source="http", filter="@httpStatus:often")["failure"]
    assert failure["kind"] == "invalid" and "often" in failure["message"]


@pytest.mark.parametrize(("kind", "options"), PLAIN_FAULTS, ids=[kind for kind, _options in PLAIN_FAULTS])
@pytest.mark.parametrize("operation", ["deploymentLogs", "metrics"])
def test_a_faulty_answer_is_asked_for_again(shop: Shop, kind: str, options: Json, operation: str) -> None:
    shop.sandbox.fault(kind, vendor="railway", operation=operation, **options)
    result = (logs if operation == "deploymentLogs" else metrics)(shop)
    assert result.get("failure") is None and shop.changes == []


def test_an_answer_that_is_too_large_is_refused(shop: Shop) -> None:
    shop.sandbox.fault("big", vendor="railway", operation="deploymentLogs", mb=65, times=0)
    assert logs(shop)["failure"]["kind"] == "protocol"


@pytest.mark.parametrize(
    "rows",
    [None, {}, [None], [{}], [{"timestamp": "soon", "message": "x"}], [{"timestamp": "2026-11-21T14:00:00Z", "message": "x", "attributes": [1]}]],
)
def test_rows_of_another_shape_are_a_failure(shop: Shop, rows: t.Any) -> None:
    shop.sandbox.fault("body", vendor="railway", operation="deploymentLogs", times=0, body={"data": {"deploymentLogs": rows}})
    assert logs(shop)["failure"]["kind"] == "protocol"


def test_nanoseconds_decide_the_order(shop: Shop) -> None:
    moment = shop.sandbox.clock()["now"]
    second = logs(shop, limit=1)["logs"][0]["timestamp"].split(".")[0]
    told = [{"timestamp": f"{second}.{fraction}Z", "message": text} for fraction, text in (("123456789", "c"), ("123456788", "b"), ("1", "a"))]
    body = {"data": {"deploymentLogs": [{**row, "severity": None, "attributes": [], "tags": None} for row in told]}}
    shop.sandbox.fault("body", vendor="railway", operation="deploymentLogs", body=body)
    rows = logs(shop)["logs"]
    assert [row["message"] for row in rows] == ["a", "b", "c"] and abs(rows[0]["at"] - moment) < 20


# --- metrics ------------------------------------------------------------------------------------------------------------


def test_what_a_service_uses(shop: Shop) -> None:
    result = metrics(shop)
    assert [series["measurement"] for series in result["metrics"]] == ["CPU_USAGE", "MEMORY_USAGE_GB"]
    cpu = result["metrics"][0]
    values = [sample["value"] for sample in cpu["samples"]]
    assert 55 <= len(values) <= 61 and cpu["last"] == values[-1] and cpu["maximum"] == max(values)
    assert cpu["average"] == pytest.approx(sum(values) / len(values)) and set(cpu["tags"].values()) == {None}
    grouped = metrics(shop, group_by=["DEPLOYMENT_ID", "REGION"], sample="5m", http=False)
    tags = grouped["metrics"][0]["tags"]
    assert (tags["deployment_id"], tags["region"]) == (shop.state["serving"]["id"], "us-west2") and grouped["http"] is None
    assert 11 <= len(grouped["metrics"][0]["samples"]) <= 13


def test_requests_are_counted_with_their_percentiles(shop: Shop) -> None:
    http = metrics(shop, since="3m", measurements=[])["http"]
    assert 85 <= http["requests"] <= 92 and http["failed_share"] == pytest.approx(1 / 3, abs=0.05)
    assert sum(one["count"] for one in http["statuses"]) == http["requests"] and [one["status"] for one in http["statuses"]] == [200, 500]
    assert len(http["latency"]) == 1 and http["latency"][0]["p50_ms"] < 100 < 900 <= http["latency"][0]["p95_ms"] <= http["latency"][0]["p99_ms"]
    health = metrics(shop, since="3m", measurements=[], path="/health")["http"]
    assert 0 < health["requests"] < http["requests"] / 3
    assert len(metrics(shop, since="3m", sample="1m", measurements=[])["http"]["latency"]) == 3


def test_no_requests_are_no_success(shop: Shop) -> None:
    http = metrics(shop, since="3m", measurements=[], method="DELETE")["http"]
    assert http == {"requests": 0, "failed": 0, "failed_share": None, "statuses": [], "latency": []}


def test_a_good_release_fails_nothing(shop: Shop) -> None:
    http = metrics(shop, since="2h", until="1h", measurements=[])["http"]
    assert (http["failed"], http["failed_share"], [one["status"] for one in http["statuses"]]) == (0, 0.0, [200])


@pytest.mark.parametrize("options", [{"sample": "0"}, {"since": "1h", "sample": "1s"}, {"sample": "often"}, {"since": "1m", "until": "1h"}])
def test_a_sample_has_to_fit_the_window(shop: Shop, options: Json) -> None:
    assert (metrics(shop, **options)["failure"]["kind"], shop.asked) == ("invalid", [])


@pytest.mark.parametrize(
    "change",
    [
        {"metrics": None},
        {"metrics": [{}]},
        {"metrics": [{"measurement": "CPU_USAGE", "tags": {}, "values": [{"ts": "now", "value": 1}]}]},
        {"httpMetricsGroupedByStatus": [{"statusCode": "many", "samples": []}]},
        {"httpDurationMetrics": None},
        {"httpDurationMetrics": {"samples": [{"ts": 1}]}},
    ],
)
def test_metrics_of_another_shape_are_a_failure(shop: Shop, change: Json) -> None:
    good: Json = {"metrics": [], "httpMetricsGroupedByStatus": [], "httpDurationMetrics": {"samples": []}}
    shop.sandbox.fault("body", vendor="railway", operation="metrics", times=0, body={"data": {**good, **change}})
    assert metrics(shop)["failure"]["kind"] == "protocol"

# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics in the text format of Prometheus, and the numbers that are asked of them."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exposition

PAGE = r"""
# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200",path="/a \"quoted\" {path}, with=all"} 90 1795143720000
requests_total{code="500", path="/b",} 10
up 1
temperature -3.5e1
latency_seconds{quantile="0.95",zone="a"} 0.2
latency_seconds{quantile="0.95",zone="b"} 0.4
latency_seconds{quantile="0.5",zone="a"} NaN
latency_seconds_sum 30
latency_seconds_count 120
idle_seconds_sum 0
idle_seconds_count 0
duration_bucket{le="0.1"} 50
duration_bucket{le="0.5"} 90
duration_bucket{le="+Inf"} 100
broken{label=unquoted} 1
nothing
"""


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ("requests_total", 100.0),
        ('requests_total{code="500"}', 10.0),
        (r'requests_total{path="/a \"quoted\" {path}, with=all"}', 90.0),
        ('requests_total{code="404"}', None),
        ("up", 1.0),
        ("temperature", -35.0),
        ("absent", None),
        ("average(latency_seconds)", 0.25),
        ("average(idle_seconds)", None),
        ("p95(latency_seconds)", 0.4),
        ("p50(latency_seconds)", None),
        ("p50(duration)", 0.1),
        ("p70(duration)", 0.3),
        ("p90(duration)", 0.5),
        ("p95(duration)", 0.5),
        ("p99(absent)", None),
    ],
)
def test_a_number_or_nothing(asked: str, value: float | None) -> None:
    found = exposition.ask(exposition.read(PAGE), exposition.question(asked))
    assert found == (pytest.approx(value) if value is not None else None)


def test_lines_of_another_format_are_counted_and_hide_nothing() -> None:
    metrics = exposition.read(PAGE)
    assert metrics.unread == 2
    assert exposition.read("<html>\n<body>502</body>").series == {}


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf"])
def test_what_is_no_number_is_none(value: str) -> None:
    assert exposition.ask(exposition.read(f'queue {value}\nqueue{{a="b"}} 1'), exposition.question("queue")) is None


@pytest.mark.parametrize("counts", [(10.0, 0.0), (0.0, 0.0)])
def test_an_empty_histogram_has_no_percentile(counts: tuple[float, float]) -> None:
    page = f'd_bucket{{le="1"}} {counts[0]}\nd_bucket{{le="+Inf"}} {counts[1]}\n'
    assert exposition.ask(exposition.read(page), exposition.question("p95(d)")) is None


@pytest.mark.parametrize("asked", ["", "1up", "rate(up)", "p0(up)", "p95(up", "up{code=500}", "up up"])
def test_a_question_that_is_none_is_refused(asked: str) -> None:
    with pytest.raises(exposition.BadQuestion):
        exposition.question(asked)


def test_a_hundred_thousand_lines_are_read_in_a_moment() -> None:
    page = "".join(f'requests_total{{path="/{number}"}} 1\n' for number in range(100_000))
    assert exposition.ask(exposition.read(page), exposition.question("requests_total")) == 100_000
    # A line made to keep a careless pattern busy for ever.
    assert exposition.read("a{" + 'b="c",' * 5000 + "!} 1").unread == 1

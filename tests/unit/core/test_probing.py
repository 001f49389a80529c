# SPDX-License-Identifier: GPL-3.0-or-later
"""Probing against a small server: every verdict, and what it takes to reach it."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
import socket
import threading
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, probing
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.probing import Endpoint, Seen
from tests.harness.loopback import Answer, Loopback, Request, certificate, each, free_port, said
from tests.harness.still_time import NOW, Time

WELL, ILL = said({"status": "ok"}), said({"status": "error"}, 503)


def run(*endpoints: Endpoint, in_a_row: int = 1, every: float = 5.0, deadline: float = 60.0, timeout: float = 5.0, **options: t.Any) -> list[Seen]:
    return probing.run(endpoints, in_a_row, every, clock.Deadline(deadline), timeout, options.pop("until_good", False), **options)


def probe(script: t.Callable[[Request], Answer], in_a_row: int = 1, server: dict[str, t.Any] | None = None, **endpoint: t.Any) -> Seen:
    """The endpoint ``/health`` of a server that answers by ``script``."""
    with Loopback(script) as loopback:
        (state,) = run(Endpoint("api", f"{loopback.url}/health", **endpoint), in_a_row=in_a_row, **(server or {}))
    return state


# -- one answer
@pytest.mark.parametrize("word", ["ok", "OK", "Healthy", "pass", "up"])
def test_a_page_that_says_it_is_well_is(time: Time, word: str) -> None:
    state = probe(each(said({"status": word})))
    assert (state.verdict, state.status, state.passed, state.probes, state.reason) == ("pass", 200, 1, 1, "")
    assert state.ms is not None and state.last_at == NOW


@pytest.mark.parametrize("answer", [Answer(body=b""), Answer(body=b"fine"), said([1]), said({"status": 1}), said("ok"), Answer(body=b"[" * 200_000)])
def test_a_page_that_says_nothing_is_judged_by_its_status(time: Time, answer: Answer) -> None:
    assert probe(each(answer)).verdict == "pass"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ILL, "503"),
        (said({"checks": [{"name": "database", "status": "down"}, {"name": "cache", "status": "ok"}]}, 500), "500 (database check failing)"),
        (said({"status": "degraded"}), "200, but says 'degraded'"),
        (said({"status": "fail", "checks": [{"name": "\x1b[2Jdb"}, {"name": "q", "status": "?"}, 7]}), "200, but says 'fail' (?[2Jdb, q check failing)"),
        (said({}, 301, Location="/elsewhere"), "301"),
        (said({}, 401), "401"),
        (Answer(kind="reset"), "the connection failed"),
        (Answer(kind="hang"), "no answer within 0.3 s"),
        (Answer(kind="drip", body=b" " * 100_000), "no answer within 0.3 s"),
    ],
)
def test_what_is_not_well_fails_with_its_reason(time: Time, answer: Answer, reason: str) -> None:
    state = probe(each(answer), server={"timeout": 0.3})
    assert (state.verdict, state.reason, state.first_failed_at) == ("fail", reason, NOW)


def test_nobody_there_is_a_fail(time: Time) -> None:
    (state,) = run(Endpoint("api", f"http://127.0.0.1:{free_port()}/"))
    assert (state.verdict, state.reason, state.status) == ("fail", "the connection failed", None)


def test_a_name_that_is_not_found_says_nothing_of_the_endpoint(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_asked: t.Any, **_more: t.Any) -> t.Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    (state,) = run(Endpoint("api", "http://does-not-exist.invalid/health"))
    assert (state.verdict, state.reason) == ("error", "the name does-not-exist.invalid was not found")


def test_other_statuses_may_be_good(time: Time) -> None:
    assert probe(each(said({}, 204)), status=(200, 204)).verdict == "pass"
    assert probe(each(said({}, 200)), status=(204,)).verdict == "fail"


@pytest.mark.parametrize(("optional", "verdict"), [(True, "skipped"), (False, "fail")])
@pytest.mark.parametrize("status", probing.PROTECTED)
def test_what_is_closed_to_strangers_is_not_checked(time: Time, status: int, optional: bool, verdict: str) -> None:
    state = probe(each(said({}, status)), optional=optional)
    assert state.verdict == verdict
    assert ("closed to strangers" in state.reason) is optional


@pytest.mark.parametrize(
    ("condition", "body", "verdict"),
    [
        ("status == 'green'", {"status": "green"}, "pass"),
        ("status == 'green'", {"status": "ok"}, "fail"),
        ("checks[?name=='db'].status | [0] == 'ok'", {"checks": [{"name": "db", "status": "ok"}]}, "pass"),
        ("length(checks) > `0`", {"checks": 7}, "fail"),
        ("length(checks) > `0`", None, "fail"),
    ],
)
def test_conditions_decide_instead_of_the_word(time: Time, condition: str, body: t.Any, verdict: str) -> None:
    answer = Answer(body=b"not json") if body is None else said(body)
    state = probe(each(answer), conditions=(condition,))
    assert state.verdict == verdict
    assert verdict == "pass" or condition in state.reason or "not JSON" in state.reason


def test_all_conditions_must_hold_and_the_untrue_one_is_named(time: Time) -> None:
    state = probe(each(said({"a": 1, "b": 2})), conditions=("a == `1`", "b == `3`"))
    assert state.reason == "200, but not true: b == `3`"


def test_method_and_headers_are_sent_and_no_credential(time: Time) -> None:
    with Loopback(each(said({}))) as server:
        (state,) = run(Endpoint("api", server.url, method="HEAD", headers={"X-Probe": "yes"}))
    assert state.verdict == "pass"
    assert (server.requests[0].method, server.requests[0].headers["X-Probe"]) == ("HEAD", "yes")
    assert "Authorization" not in server.requests[0].headers


def test_no_credential_of_the_machine_is_sent(time: Time, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "netrc"
    kept.write_text("machine 127.0.0.1 login ops password netrc-test-5Hq8Zk2Vn7Xd\n", encoding="utf-8")
    kept.chmod(0o600)
    monkeypatch.setenv("NETRC", str(kept))
    with Loopback(each(said({}))) as server:
        run(Endpoint("api", server.url))
    assert "Authorization" not in server.requests[0].headers


def test_a_proxy_of_the_process_environment_is_used(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(each(said({}))) as server:
        monkeypatch.setenv("http_proxy", server.url)
        monkeypatch.delenv("no_proxy", raising=False)
        (state,) = run(Endpoint("api", "http://shop.example.com/health"))
    assert (state.verdict, server.requests[0].path) == ("pass", "http://shop.example.com/health")


# -- many answers
def test_so_many_in_a_row_decide(time: Time) -> None:
    state = probe(each(WELL, WELL, WELL), in_a_row=3)
    assert (state.verdict, state.probes, state.passed) == ("pass", 3, 3)
    assert time.slept == [5, 5]


def test_as_many_bad_ones_are_a_fail(time: Time) -> None:
    state = probe(each(WELL, ILL), in_a_row=3)
    assert (state.verdict, state.probes, state.passed, state.first_failed_at) == ("fail", 4, 1, NOW + 5)


def test_flapping_is_no_verdict(time: Time) -> None:
    turns = itertools.cycle([WELL, ILL])
    state = probe(lambda dummy: next(turns), in_a_row=2, server={"deadline": 32})
    assert (state.verdict, state.probes) == ("inconclusive", 7)
    assert state.passed == 4


def test_a_bad_one_at_the_deadline_is_a_fail(time: Time) -> None:
    assert probe(each(WELL, ILL), in_a_row=50, server={"deadline": 12}).verdict == "fail"


def test_until_good_goes_on_asking_a_bad_one(time: Time) -> None:
    state = probe(each(*[ILL] * 6, WELL), in_a_row=2, server={"until_good": True})
    assert (state.verdict, state.probes, state.passed) == ("pass", 8, 2)


def test_until_good_ends_at_the_deadline(time: Time) -> None:
    state = probe(each(ILL), in_a_row=2, server={"until_good": True, "deadline": 31})
    assert (state.verdict, state.probes) == ("fail", 7)
    assert time.now - NOW <= 31


def test_the_first_failure_is_that_of_the_last_row(time: Time) -> None:
    state = probe(each(ILL, WELL, ILL, ILL), in_a_row=2)
    assert state.first_failed_at == NOW + 10


def test_who_is_decided_is_not_asked_any_more(time: Time) -> None:
    with Loopback(lambda request: WELL if request.path == "/good" else ILL) as server:
        good, bad = run(Endpoint("good", f"{server.url}/good"), Endpoint("bad", f"{server.url}/bad"), until_good=True, deadline=21)
    assert (good.verdict, bad.verdict) == ("pass", "fail")
    assert [request.path for request in server.requests].count("/good") == 1


def test_warming_up_does_not_count(time: Time) -> None:
    turns: list[str] = []
    with Loopback(each(ILL, WELL)) as server:
        (state,) = run(Endpoint("api", server.url), warm_up=True, each_turn=lambda: turns.append("turn"))
    assert (state.verdict, state.probes, len(server.requests)) == ("pass", 1, 2)
    assert turns == ["turn"]


def test_all_are_asked_side_by_side(time: Time) -> None:
    # Each waits for all the others: asked one after the other, none would ever be answered.
    together = threading.Barrier(probing.MOST_THREADS)

    def script(dummy: Request) -> Answer:
        together.wait(20)
        return WELL

    with Loopback(script) as server:
        seen = run(*[Endpoint(f"{number}", f"{server.url}/{number}") for number in range(probing.MOST_THREADS)], timeout=30.0)
    assert {state.verdict for state in seen} == {"pass"}
    assert [state.name for state in seen] == [str(number) for number in range(probing.MOST_THREADS)]


# -- certificates
@pytest.mark.parametrize("days", [9.0, 400.0])
def test_the_days_of_a_certificate(time: Time, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    import time as real

    monkeypatch.setattr(clock, "now", real.time)
    file, context = certificate(tmp_path, days=days)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", file)
    monkeypatch.setenv("SSL_CERT_FILE", file)
    with Loopback(each(WELL), tls=context) as server:
        (state,) = run(Endpoint("api", server.url, certificate=True))
    assert state.verdict == "pass"
    assert state.certificate_days == pytest.approx(days, abs=0.1)


@pytest.mark.parametrize("asked", [False, True])
def test_a_certificate_that_nobody_trusts_is_a_fail(time: Time, tmp_path: pathlib.Path, asked: bool) -> None:
    _file, context = certificate(tmp_path)
    with Loopback(each(WELL), tls=context) as server:
        (state,) = run(Endpoint("api", server.url, certificate=asked))
    assert (state.verdict, server.requests) == ("fail", [])


# -- before the first request, and after the last
@pytest.mark.parametrize("url", ["", "api.example.com/health", "ftp://api.example.com", "http:///health"])
def test_a_malformed_address_is_refused(time: Time, url: str) -> None:
    with pytest.raises(Failure, match="is not an http address") as caught:
        run(Endpoint("api", url))
    assert caught.value.kind == "invalid"


def test_a_malformed_condition_is_refused_before_anybody_is_asked(time: Time) -> None:
    with Loopback(each(WELL)) as server, pytest.raises(Failure, match="is not JMESPath"):
        run(Endpoint("one", server.url), Endpoint("two", server.url, conditions=("status ==",)))
    assert server.requests == []


@pytest.mark.parametrize(
    ("verdicts", "overall"),
    [
        ([], "inconclusive"),
        (["skipped"], "inconclusive"),
        (["pass"], "pass"),
        (["pass", "skipped"], "pass"),
        (["pass", "inconclusive"], "inconclusive"),
        (["inconclusive", "error"], "error"),
        (["error", "fail", "pass"], "fail"),
    ],
)
def test_the_worst_of_all_is_the_verdict(verdicts: list[str], overall: str) -> None:
    states = [dataclasses.replace(Seen("api", "https://api.example.com"), verdict=verdict) for verdict in verdicts]
    assert probing.worst(states) == overall

# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire against a small server on loopback: what is sent again, what a lost answer means, and that a token stays at home."""

from __future__ import annotations

import email.utils
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, wire
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from tests.harness.loopback import Answer, Loopback, certificate, each, free_port, said
from tests.harness.still_time import NOW, Time

TOKEN = "wire-test-9vKqT3xWm7RzL2pYc8HnB5sDf4Gj"


def wired(url: str, timeout: float = 5.0, deadline: float = 300.0, credential: tuple[str, str] | None = ("Authorization", f"Bearer {TOKEN}")) -> wire.Wire:
    return wire.Wire("vendor", url, clock.Deadline(deadline), timeout, credential)


def failed(call: t.Callable[[], t.Any]) -> Failure:
    with pytest.raises(Failure) as caught:
        call()
    return caught.value


# -- sending again
def test_a_read_is_sent_again_after_a_server_error(time: Time) -> None:
    with Loopback(each(Answer(503, b"<html>"), said({}, 502), said({"good": True}))) as server:
        one = wired(server.url)
        assert one.send("read", "GET", "/", changes=False).body == {"good": True}
    assert len(server.requests) == 3
    assert 0.5 <= time.slept[0] <= 0.675
    assert 1.0 <= time.slept[1] <= 1.3
    assert [step.status for step in one.steps] == [503, 502, 200]


def test_a_read_gives_up_after_its_tries(time: Time) -> None:
    with Loopback(each(Answer(500, b"<html>"))) as server:
        reply = wired(server.url).send("read", "GET", "/", changes=False)
    assert (reply.status, reply.body) == (500, None)
    assert len(server.requests) == wire.MOST_TRIES


def test_a_change_is_not_sent_again_after_a_server_error(time: Time) -> None:
    with Loopback(each(said({}, 503), said({}))) as server:
        assert wired(server.url).send("change", "POST", "/", changes=True).status == 503
    assert len(server.requests) == 1


@pytest.mark.parametrize("changes", [False, True])
def test_retry_after_is_honoured_as_a_number(time: Time, changes: bool) -> None:
    with Loopback(each(said({}, 429, Retry_After="7"), said({}))) as server:
        assert wired(server.url).send("any", "POST", "/", changes).status == 200
    assert len(server.requests) == 2
    assert 7 <= time.slept[0] <= 7 * 1.25 + 0.05


def test_retry_after_is_honoured_as_a_date(time: Time) -> None:
    date = email.utils.formatdate(NOW + 30, usegmt=True)
    with Loopback(each(said({}, 429, Retry_After=date), said({}))) as server:
        wired(server.url).send("any", "POST", "/", changes=True)
    assert 30 <= time.slept[0] <= 30 * 1.25 + 0.05


@pytest.mark.parametrize(("value", "seconds"), [("", None), ("3", 3.0), ("-4", 0.0), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0)])
def test_strange_values_of_retry_after(time: Time, value: str, seconds: float | None) -> None:
    assert wire.retry_after({"Retry-After": value}) == seconds


def test_a_pause_beyond_the_deadline_is_not_begun(time: Time) -> None:
    with Loopback(each(said({}, 429, Retry_After="3600"))) as server:
        assert wired(server.url, deadline=60).send("any", "GET", "/", changes=False).status == 429
    assert (len(server.requests), time.slept) == (1, [])


def test_nothing_is_sent_after_the_deadline(time: Time) -> None:
    with Loopback(each(said({}))) as server:
        one = wired(server.url, deadline=10)
        time.now += 11
        failure = failed(lambda: one.send("change", "POST", "/", changes=True))
    assert (failure.kind, failure.maybe_sent, server.requests) == ("timeout", False, [])


# -- what a lost answer means
@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Answer(kind="reset"), "vendor_down", "broke the connection"),
        (Answer(kind="cut", body=b'{"a": 1, "b": 2}'), "vendor_down", "in the middle of its answer"),
        (Answer(kind="hang"), "timeout", "did not answer within"),
    ],
)
def test_a_change_whose_answer_is_lost_may_have_been_made(time: Time, answer: Answer, kind: str, words: str) -> None:
    with Loopback(each(answer)) as server:
        failure = failed(lambda: wired(server.url, timeout=0.3).send("change", "POST", "/", changes=True))
    assert (failure.kind, failure.maybe_sent, failure.retryable) == (kind, True, True)
    assert words in failure.message
    assert len(server.requests) == 1


@pytest.mark.parametrize("kind", ["reset", "cut", "hang"])
def test_a_read_whose_answer_is_lost_is_sent_again(time: Time, kind: t.Any) -> None:
    with Loopback(each(Answer(kind=kind, body=b'{"a": 1}'), said({"good": True}))) as server:
        assert wired(server.url, timeout=0.3).send("read", "GET", "/", changes=False).body == {"good": True}
    assert len(server.requests) == 2


@pytest.mark.parametrize("changes", [False, True])
def test_what_was_never_connected_was_surely_not_sent(time: Time, changes: bool) -> None:
    one = wired(f"http://127.0.0.1:{free_port()}")
    failure = failed(lambda: one.send("any", "POST", "/", changes))
    assert (failure.kind, failure.maybe_sent) == ("vendor_down", False)
    assert "could not be reached" in failure.message
    assert len(one.steps) == wire.MOST_TRIES


def test_an_answer_that_drips_is_not_waited_for_for_ever(time: Time) -> None:
    with Loopback(each(Answer(kind="drip", body=b" " * 100_000))) as server:
        failure = failed(lambda: wired(server.url, timeout=0.2).send("change", "POST", "/", changes=True))
    assert (failure.kind, failure.maybe_sent) == ("timeout", True)


# -- answers that are none
def test_an_answer_that_is_too_big_is_refused(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100_000)
    with Loopback(each(Answer(body=b'"' + b"x" * 200_000 + b'"'))) as server:
        failure = failed(lambda: wired(server.url).send("change", "POST", "/", changes=True))
    assert (failure.kind, failure.maybe_sent, len(server.requests)) == ("protocol", True, 1)


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"[" * 200_000, b'{"half": ', b"\xff\xfe\x00", b"NaN or so"])
def test_an_answer_that_is_not_json_is_refused(time: Time, body: bytes) -> None:
    with Loopback(each(Answer(body=body, headers={"Content-Type": "text/html; charset=utf-8"}))) as server:
        failure = failed(lambda: wired(server.url).send("change", "POST", "/", changes=True))
    assert (failure.kind, failure.status, failure.maybe_sent) == ("protocol", 200, True)
    assert "text/html" in failure.message
    assert "base URL" in failure.hint


def test_what_is_no_answer_of_the_vendors_is_asked_for_once_more(time: Time) -> None:
    page = Answer(body=b"<html>One moment, please</html>")
    with Loopback(each(page, said({"good": True}))) as server:
        assert wired(server.url).send("read", "GET", "/", changes=False).body == {"good": True}
    with Loopback(each(page)) as server:
        assert failed(lambda: wired(server.url).send("read", "GET", "/", changes=False)).kind == "protocol"
    assert len(server.requests) == 2


@pytest.mark.parametrize("changes", [False, True])
def test_whoever_may_stop_a_second_send_is_asked_before_it(time: Time, changes: bool) -> None:
    with Loopback(each(said({}, 429), said({}))) as server:
        one = wired(server.url)

        def stop() -> None:
            raise Failure("refused", "taken over", code="fenced")

        one.again = stop
        if changes:
            assert failed(lambda: one.send("change", "POST", "/", changes=True)).code == "fenced"
        else:
            one.send("read", "GET", "/", changes=False)
    assert len(server.requests) == (1 if changes else 2)


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_an_empty_answer_is_one(time: Time, body: bytes) -> None:
    with Loopback(each(Answer(202, body))) as server:
        reply = wired(server.url).send("change", "POST", "/", changes=True)
    assert (reply.status, reply.body) == (202, None)


def test_an_error_of_the_vendor_is_handed_on(time: Time) -> None:
    with Loopback(each(said({"error": {"code": "forbidden"}}, 403, X_Request_Id="req-7"))) as server:
        one = wired(server.url)
        reply = one.send("read", "GET", "/", changes=False)
    assert (reply.status, reply.body["error"]["code"], reply.request_id) == (403, "forbidden", "req-7")
    assert [(step.name, step.status, step.request_id) for step in one.steps] == [("read", 403, "req-7")]
    assert one.steps[0].ms >= 0


# -- where the token goes
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(time: Time, status: int) -> None:
    with Loopback(each(said({}))) as other, Loopback(each(said({}, status, Location=other.url))) as server:
        failure = failed(lambda: wired(server.url).send("read", "GET", "/", changes=False))
    assert (failure.kind, failure.status) == ("protocol", status)
    assert (len(server.requests), other.requests) == (1, [])


def test_the_token_goes_into_its_header(time: Time) -> None:
    with Loopback(each(said({}))) as server:
        wired(server.url, credential=("Project-Access-Token", TOKEN)).send("read", "GET", "/v1", changes=False, query={"a": "b c"}, body=None)
    request = server.requests[0]
    assert request.headers["Project-Access-Token"] == TOKEN
    assert "Authorization" not in request.headers
    assert request.path == "/v1?a=b+c"
    assert "saasops.runbooks" in request.headers["User-Agent"]


@pytest.mark.parametrize("credential", [None, ("Authorization", f"Bearer {TOKEN}"), ("Project-Access-Token", TOKEN)])
def test_netrc_is_not_read(time: Time, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, credential: tuple[str, str] | None) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password netrc-test-5tGbYh7NujM8ik9OlP2wSx\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Loopback(each(said({}))) as server:
        wired(server.url, credential=credential).send("read", "GET", "/", changes=False)
    expected = dict([credential]) if credential else {}
    assert server.requests[0].headers.get("Authorization") == expected.get("Authorization")


def test_a_certificate_that_nobody_vouches_for_is_refused(time: Time, tmp_path: pathlib.Path) -> None:
    _dummy, context = certificate(tmp_path)
    with Loopback(each(said({})), tls=context) as server:
        failure = failed(lambda: wired(server.url).send("change", "POST", "/", changes=True))
    assert (failure.kind, failure.maybe_sent, failure.retryable) == ("protocol", False, False)
    assert "certificate" in failure.message
    assert server.requests == []


def test_a_certificate_that_the_machine_trusts_is_accepted(time: Time, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, context = certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", file)
    with Loopback(each(said({"good": True})), tls=context) as server:
        assert wired(server.url).send("read", "GET", "/", changes=False).body == {"good": True}
    assert TOKEN in server.requests[0].headers["Authorization"]


def test_a_trusted_certificate_of_another_host_is_refused(time: Time, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, context = certificate(tmp_path, "other.example.com")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", file)
    with Loopback(each(said({})), tls=context) as server:
        assert failed(lambda: wired(server.url).send("read", "GET", "/", changes=False)).kind == "protocol"
    assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "ftp://api.example.com",
        "https://",
        "https://api.example.com:port",
        "https://api.example.com:99999",
        "https://api.example.com/?a=b",
        "https://api.example.com/#a",
        "https://[::1",
    ],
)
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    failure = failed(lambda: wire.checked_base_url(url, "api_url"))
    assert failure.kind == "invalid"
    assert "api_url" in str(failure)


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    secret = "url-test-3EdCvFr4TgBnHy6UjM7kIl"
    failure = failed(lambda: wire.checked_base_url(f"https://someone:{secret}@api.example.com", "api_url"))
    assert failure.kind == "invalid"
    assert secret not in str(failure)


@pytest.mark.parametrize("host", ["api.example.com", "10.0.0.1", "169.254.169.254", "localhost.example.com", "0.0.0.0"])
def test_plain_http_is_refused_elsewhere(host: str) -> None:
    assert "plain http" in failed(lambda: wire.checked_base_url(f"http://{host}", "api_url")).message


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost:1", "http://[::1]:8080", "https://api.example.com/graphql/v2/"])
def test_good_addresses_lose_only_their_last_slash(url: str) -> None:
    assert wire.checked_base_url(url, "api_url") == url.rstrip("/")


def test_an_id_cannot_reach_another_resource() -> None:
    path = wire.path_of("/v1/projects/{project}/rollback/{deployment}", {"project": "../teams", "deployment": "a/b?c=d#e f"})
    assert path == "/v1/projects/..%2Fteams/rollback/a%2Fb%3Fc%3Dd%23e%20f"


def test_one_connection_is_kept(time: Time) -> None:
    with Loopback(each(said({"a": "b" * 100_000}))) as server:
        one = wired(server.url)
        for _dummy in range(3):
            one.send("read", "GET", "/", changes=False)
        assert len(server.peers) == 1


# -- idempotency keys
KEYED = {"Idempotency-Key": "key"}


def test_a_change_with_a_key_is_sent_again_when_its_answer_was_lost(time: Time) -> None:
    with Loopback(each(Answer(200, b"<html>"), said({"done": True}))) as server:
        assert wired(server.url).send("change", "POST", "/", True, headers=KEYED).body == {"done": True}
    assert [request.headers["Idempotency-Key"] for request in server.requests] == ["key", "key"]
    with Loopback(each(Answer(200, b"<html>"), said({"done": True}))) as server:
        assert failed(lambda: wired(server.url).send("change", "POST", "/", True)).maybe_sent
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "said_by_vendor", "keyed", "sent"),
    [
        (429, "false", True, 1),
        (429, "", True, 2),
        (409, "true", True, 2),
        (409, "true", False, 1),
        (409, "", True, 1),
        (500, "true", True, 2),
        (500, "", True, 1),
    ],
)
def test_the_vendor_s_word_about_sending_again_goes_first(time: Time, status: int, said_by_vendor: str, keyed: bool, sent: int) -> None:
    with Loopback(each(said({}, status, **({"X_Again": said_by_vendor} if said_by_vendor else {})), said({}))) as server:
        one = wire.Wire("vendor", server.url, clock.Deadline(300.0), 5.0, None, headers={"X-Version": "1"}, retry_header="X-Again")
        one.send("change", "POST", "/", True, headers=KEYED if keyed else None)
    assert len(server.requests) == sent
    assert {request.headers["X-Version"] for request in server.requests} == {"1"}

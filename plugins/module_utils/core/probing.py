# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Ask many HTTP endpoints whether they are well, several times, side by side. Sends no credential of ours."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import json
import re
import socket
import ssl
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import USER_AGENT, body_of

try:
    import jmespath
    import requests
    import urllib3
except ImportError:  # reported by run()
    requests = None  # type: ignore[assignment]

MOST_THREADS = 20
LARGEST_BODY = 1024 * 1024
# What a health page says of itself when all is well.
GOOD_WORDS = ("ok", "healthy", "pass", "up")
# Statuses of a deployment address that is closed to strangers: nothing was learned.
PROTECTED = (401, 403)
HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
_DISTRUST = re.compile(r"certificate verify failed: ([^(]+)")


@dataclasses.dataclass
class Endpoint:
    """``conditions`` are JMESPath expressions that must be true of the JSON body; without any, a JSON body that has a ``status``
    must say one of GOOD_WORDS. ``optional``: closed to strangers (401, 403) counts as not checked."""

    name: str
    url: str
    method: str = "GET"
    status: tuple[int, ...] = (200,)
    conditions: tuple[str, ...] = ()
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    optional: bool = False
    certificate: bool = False


@dataclasses.dataclass(frozen=True)
class Answer:
    """What one request brought. ``content`` ends after LARGEST_BODY (``cut``); ``problem`` says why there is no answer, ``unknown`` that
    this tells nothing of the endpoint (its name was not found)."""

    status: int | None = None
    ms: int | None = None
    content: bytes = b""
    problem: str = ""
    unknown: bool = False
    slow: bool = False

    @property
    def cut(self) -> bool:
        return len(self.content) > LARGEST_BODY

    def body(self) -> t.Any:
        """Its JSON; None when it is none."""
        try:
            return json.loads(self.content) if self.content.strip() else None
        except (ValueError, RecursionError):
            return None


@dataclasses.dataclass
class Seen:
    """What one endpoint has shown so far. ``verdict``: pass, fail, inconclusive, error (could not be measured), or ``skipped``."""

    name: str
    url: str
    verdict: str = "inconclusive"
    status: int | None = None
    ms: int | None = None
    reason: str = ""
    probes: int = 0
    passed: int = 0
    in_a_row: int = 0  # positive: good ones; negative: bad ones
    first_failed_at: float | None = None
    last_at: float | None = None
    certificate_days: float | None = None


def compile_conditions(endpoints: t.Sequence[Endpoint]) -> None:
    """Refuse a malformed address or condition before the first request."""
    for endpoint in endpoints:
        parts = urlsplit(endpoint.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Failure(
                "invalid", f"endpoint {endpoint.name}: {endpoint.url!r} is not an http address", "Give a full address such as https://api.example.com/health"
            )
        for condition in endpoint.conditions:
            compile_expression(condition, f"endpoint {endpoint.name}: the condition")


def compile_expression(expression: str, place: str) -> None:
    try:
        jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        raise Failure("invalid", f"{place} {expression!r} is not JMESPath", plain(error, 120)) from error


def value_of(expression: str, body: t.Any) -> t.Any:
    """What a JMESPath expression finds in a body; None where the body has another shape than it expects."""
    try:
        return jmespath.search(expression, body)
    except jmespath.exceptions.JMESPathError:
        return None


def run(
    endpoints: t.Sequence[Endpoint],
    in_a_row: int,
    every: float,
    deadline: clock.Deadline,
    timeout: float,
    until_good: bool,
    each_turn: t.Callable[[], None] = lambda: None,
    warm_up: bool = False,
) -> list[Seen]:
    """Probe until every endpoint has a verdict or the deadline passes.

    ``in_a_row`` good probes are a pass. As many bad ones are a fail, unless ``until_good``: then a bad endpoint is asked again
    until the deadline, and is a fail only then. ``every`` seconds lie between two rounds. ``warm_up`` sends one round that does
    not count, for services that sleep until they are asked.
    """
    require()
    compile_conditions(endpoints)
    seen = [Seen(endpoint.name, endpoint.url) for endpoint in endpoints]
    with _Session() as session, _threads(endpoints) as threads:
        if warm_up:
            list(threads.map(lambda endpoint: _probe(session, endpoint, Seen(endpoint.name, endpoint.url), deadline.left()), endpoints))
        while True:
            each_turn()
            open_ones = [(endpoint, state) for endpoint, state in zip(endpoints, seen, strict=True) if state.verdict == "inconclusive"]
            at = clock.now()
            for state, good in threads.map(lambda pair: _probe(session, pair[0], pair[1], timeout), open_ones):
                _count(state, good, at, in_a_row, until_good)
            if all(state.verdict != "inconclusive" for state in seen):
                break
            if deadline.left() < every:
                for state in seen:
                    if state.verdict == "inconclusive" and state.in_a_row < 0:
                        state.verdict = "fail"
                break
            clock.sleep(every)
    return seen


def rounds(endpoints: t.Sequence[Endpoint], number: int, every: float, timeout: float, warm_up: bool = False) -> list[list[Answer]]:
    """The answers of each endpoint, asked so often. One that does not answer in time is not asked again: it would only hold the others up."""
    require()
    compile_conditions(endpoints)
    found: list[list[Answer]] = [[] for _endpoint in endpoints]
    with _Session() as session, _threads(endpoints) as threads:
        if warm_up:
            list(threads.map(lambda endpoint: _ask(session, endpoint, timeout, timeout), endpoints))
        for index in range(number):
            if index:
                clock.sleep(every)
            open_ones = [(endpoint, answers) for endpoint, answers in zip(endpoints, found, strict=True) if not any(answer.slow for answer in answers)]
            for (_endpoint, answers), answer in zip(open_ones, threads.map(lambda pair: _ask(session, pair[0], timeout, timeout), open_ones), strict=True):
                answers.append(answer)
    return found


def require() -> None:
    if requests is None:
        raise Failure(
            "invalid", "the Python libraries requests and jmespath are needed", "Install them for the Python that runs this task: pip install requests jmespath"
        )


class _Session:
    """One kept session for many hosts. What the process environment says of a host (proxy, certificates) is looked up once for each, and a
    request is made without it: looking it up each time costs more than sending, and would send credentials of ``.netrc``."""

    def __init__(self) -> None:
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_connections=MOST_THREADS, pool_maxsize=MOST_THREADS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._settings: dict[tuple[str, str], t.Any] = {}

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_error: object) -> None:
        self._session.close()

    def send(self, endpoint: Endpoint, timeout: float) -> t.Any:
        request = requests.Request(endpoint.method, endpoint.url, headers={**HEADERS, **endpoint.headers}).prepare()
        parts = urlsplit(endpoint.url)
        place = (parts.scheme, parts.netloc)
        if place not in self._settings:
            self._settings[place] = self._session.merge_environment_settings(endpoint.url, {}, True, None, None)
        return self._session.send(request, timeout=timeout, allow_redirects=False, **self._settings[place])


def _threads(endpoints: t.Sequence[Endpoint]) -> concurrent.futures.ThreadPoolExecutor:
    return concurrent.futures.ThreadPoolExecutor(min(MOST_THREADS, max(1, len(endpoints))))


def worst(seen: t.Iterable[Seen]) -> str:
    """One verdict of many; no endpoint at all is never a pass."""
    verdicts = {state.verdict for state in seen} - {"skipped"}
    return next((verdict for verdict in ("fail", "error", "inconclusive", "pass") if verdict in verdicts), "inconclusive")


def _count(state: Seen, good: bool | None, at: float, in_a_row: int, until_good: bool) -> None:
    state.probes += 1
    state.last_at = at
    if good is None:
        return
    if good:
        state.passed += 1
        state.in_a_row = max(state.in_a_row, 0) + 1
    else:
        state.first_failed_at = at if state.in_a_row >= 0 else state.first_failed_at
        state.in_a_row = min(state.in_a_row, 0) - 1
    if state.in_a_row >= in_a_row:
        state.verdict = "pass"
    elif state.in_a_row <= -in_a_row and not until_good:
        state.verdict = "fail"


def _ask(session: _Session, endpoint: Endpoint, timeout: float, longest: float) -> Answer:
    """One request. ``longest``: seconds that the whole body may take; ``timeout`` holds for connecting and between two bytes."""
    started = clock.elapsed()
    try:
        with session.send(endpoint, timeout) as response:
            content = body_of(response, LARGEST_BODY, longest)
            return Answer(response.status_code, round((clock.elapsed() - started) * 1000), content)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        text = str(error)
        if "NameResolutionError" in text or "getaddrinfo" in text:
            return Answer(problem=f"the name {urlsplit(endpoint.url).hostname} was not found", unknown=True)
        if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError)):
            return Answer(problem=f"no answer within {timeout:g} s", slow=True)
        distrust = _DISTRUST.search(text)
        return Answer(problem=f"its certificate is not accepted: {plain(distrust[1].strip(), 80)}" if distrust else "the connection failed")


def _probe(session: _Session, endpoint: Endpoint, state: Seen, timeout: float) -> tuple[Seen, bool | None]:
    """One probe; None when nothing was learned of the endpoint's health."""
    if endpoint.certificate and state.certificate_days is None and endpoint.url.startswith("https"):
        with contextlib.suppress(OSError):  # the request itself tells what is wrong
            state.certificate_days = certificate_days(endpoint.url, timeout)
    answer = _ask(session, endpoint, timeout, 4 * timeout)
    state.status, state.ms, state.reason = answer.status, answer.ms, answer.problem
    if answer.unknown:
        state.verdict = "error"
        return state, None
    if answer.status is None:
        return state, False
    if endpoint.optional and answer.status in PROTECTED:
        state.verdict, state.reason = "skipped", f"answers {answer.status}: closed to strangers, not checked"
        return state, None
    state.reason = _complaint(endpoint, answer)
    return state, not state.reason


def _complaint(endpoint: Endpoint, answer: Answer) -> str:
    """Why the answer is not good; empty when it is."""
    status, body = answer.status, answer.body()
    if status not in endpoint.status:
        return f"{status}{failing_checks(body)}"
    if endpoint.conditions:
        return f"{status}, but {untrue}" if (untrue := unmet(endpoint.conditions, answer, body)) else ""
    said = body.get("status") if isinstance(body, dict) else None
    if isinstance(said, str) and said.lower() not in GOOD_WORDS:
        return f"{status}, but says {plain(said, 40)!r}{failing_checks(body)}"
    return ""


def unmet(conditions: t.Iterable[str], answer: Answer, body: t.Any) -> str:
    """Why not all conditions are true of an answer's body; empty when they are."""
    if body is None:
        return f"the body is larger than {LARGEST_BODY >> 20} MiB" if answer.cut else "the body is not JSON"
    return next((f"not true: {condition}" for condition in conditions if not value_of(condition, body)), "")


def failing_checks(body: t.Any) -> str:
    """Names of the parts that a health page calls bad, for people: `` (database check failing)``."""
    checks = body.get("checks") if isinstance(body, dict) else None
    if not isinstance(checks, list):
        return ""
    bad = [plain(part.get("name"), 30) for part in checks if isinstance(part, dict) and str(part.get("status", "")).lower() not in GOOD_WORDS]
    return f" ({', '.join(bad[:3])} check failing)" if bad else ""


def certificate_days(url: str, timeout: float) -> float | None:
    """Days until the certificate that an address shows ends; None where it does not say. An OSError when it is not shown or not trusted."""
    parts = urlsplit(url)
    with (
        socket.create_connection((str(parts.hostname), parts.port or 443), timeout=timeout) as plain_socket,
        ssl.create_default_context().wrap_socket(plain_socket, server_hostname=parts.hostname) as secure,
    ):
        certificate = secure.getpeercert()
    ends = certificate.get("notAfter") if certificate else None
    return (ssl.cert_time_to_seconds(str(ends)) - clock.now()) / 86400 if ends else None


def certificate(url: str, timeout: float) -> tuple[float | None, str]:
    """(days left, why the certificate is not accepted); neither where the address shows none at all."""
    try:
        return certificate_days(url, timeout), ""
    except ssl.SSLCertVerificationError as error:
        return None, plain(error.verify_message or error.reason, 80)
    except OSError:
        return None, ""

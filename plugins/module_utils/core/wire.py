# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""HTTP for every vendor: one kept session to one host, bounded, retried only where that is safe.

The credential never leaves the host of ``base_url``: redirects are not followed, ``.netrc`` is not read, plain ``http`` is
accepted for loopback only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import email.utils
import ipaddress
import json
import random
import typing as t
from urllib.parse import quote, urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

try:
    import requests
    import urllib3
    from requests.auth import AuthBase
except ImportError:  # reported by core/transaction.py, which names what to install
    requests = None  # type: ignore[assignment]
    urllib3 = None  # type: ignore[assignment]
    AuthBase = object  # type: ignore[assignment,misc]

AVAILABLE = requests is not None
USER_AGENT = "saasops.runbooks (Ansible collection)"
LARGEST_ANSWER = 64 * 1024 * 1024
LONGEST_PAUSE = 60.0
MOST_TRIES = 5
# Servers take no longer header than about this.
LONGEST_HEADER = 8192
# With this header a vendor does a change once, however often it is sent.
IDEMPOTENCY_KEY = "Idempotency-Key"


@dataclasses.dataclass(frozen=True)
class Reply:
    status: int
    headers: t.Mapping[str, str]
    body: t.Any  # decoded JSON, or None for an empty body
    request_id: str
    content: bytes = b""  # as it came


@dataclasses.dataclass(frozen=True)
class Step:
    """One request as results show it; ``ms`` are real milliseconds."""

    name: str
    ms: int
    status: int | None
    request_id: str


class Form(bytes):
    """A body that is an encoded HTML form (``core/forms.py``)."""


class _Header(AuthBase):
    """Sets the credential at the last moment; as an auth object it also keeps requests from reading ``.netrc``."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def __call__(self, request: t.Any) -> t.Any:
        request.headers[self._name] = self._value
        return request


def sendable(secret: str) -> bool:
    """Whether a header can carry it. The HTTP library's error about one that it cannot carry would show it."""
    return len(secret) <= LONGEST_HEADER and secret.isascii() and secret.isprintable() and " " not in secret


def checked_base_url(url: str, option: str) -> str:
    """Refuse, before the first request, an address that could leak the token or cannot work."""
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        parts, port_ok = urlsplit(""), False
    if parts.scheme not in ("https", "http") or not parts.hostname or not port_ok or parts.username or parts.query or parts.fragment:
        raise Failure("invalid", f"{option} is not a usable address: {url.split('@')[-1]!r}", f"Give {option} as https://host[:port][/path]")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise Failure(
            "invalid", f"{option} is plain http to {parts.hostname}", "Use https; plain http is accepted for loopback only, so that the token stays private"
        )
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(headers: t.Mapping[str, str], name: str = "Retry-After") -> float | None:
    """Seconds of a ``Retry-After`` header (a number or an HTTP date), or of another one that a vendor has for it."""
    value = headers.get(name)
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - clock.now())
        except (TypeError, ValueError):
            return None


class Wire:
    """``timeout`` is seconds for one request (connecting, and between two bytes); ``deadline`` bounds the whole task."""

    def __init__(
        self,
        vendor: str,
        base_url: str,
        deadline: clock.Deadline,
        timeout: float,
        credential: tuple[str, str] | None = None,
        request_id_header: str = "X-Request-Id",
        headers: t.Mapping[str, str] | None = None,
        retry_header: str = "",
        reset_header: str = "",
    ) -> None:
        self.vendor = vendor
        self.base_url = base_url
        self.deadline = deadline
        self.timeout = timeout
        self.steps: list[Step] = []
        # Called before a change is sent again; may raise to stop it.
        self.again: t.Callable[[], None] = lambda: None
        self._request_id_header = request_id_header
        self._session = requests.Session()
        self._session.headers.update({**(headers or {}), "User-Agent": USER_AGENT})
        # In which the vendor says ``true`` or ``false`` to sending again, where it says so at all.
        self._retry_header = retry_header
        # In which the vendor says how long to wait after a 429, where it does not say so in Retry-After.
        self._reset_header = reset_header
        # What fingerprints of secrets are keyed with; it never leaves this process.
        self.key = credential[1] if credential else ""
        self._session.auth = _Header(*credential) if credential else _Header("Accept", "*/*")

    def authorize(self, name: str, value: str) -> None:
        """Carry this credential from now on; fingerprints stay keyed as they were."""
        self._session.auth = _Header(name, value)

    def close(self) -> None:
        self._session.close()

    def send(
        self,
        name: str,
        method: str,
        path: str,
        changes: bool,
        query: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> Reply:
        """Send until an answer below 500 comes back or retrying would not be safe.

        Reads are retried after any fault. A change is sent again only where it surely had no effect: the connection was never
        made, or the vendor said 429; with an idempotency key also where its answer was lost. Every other fault of a change raises
        with ``maybe_sent``.
        """
        keyed = IDEMPOTENCY_KEY in (headers or {})
        for attempt in range(1, MOST_TRIES + 1):
            try:
                reply = self._once(name, method, path, query, body, headers)
            except Failure as failure:
                failure.maybe_sent = changes and failure.maybe_sent
                # What is no answer of the vendor's may be a moment's trouble on the way; at a wrong address it stays the same.
                most = 2 if failure.kind == "protocol" else MOST_TRIES
                doubled = failure.maybe_sent and not keyed
                if attempt >= most or doubled or not failure.retryable or not self.pause(attempt, None):
                    raise
            else:
                passing = self._passing(reply, changes, keyed)
                if not passing or attempt == MOST_TRIES or not self.pause(attempt, self._asked(reply)):
                    return reply
            if changes:
                self.again()
        raise AssertionError("unreachable")

    def _asked(self, reply: Reply) -> float | None:
        """For how long the vendor asks to wait."""
        asked = retry_after(reply.headers)
        return retry_after(reply.headers, self._reset_header) if asked is None and reply.status == 429 else asked

    def _passing(self, reply: Reply, changes: bool, keyed: bool) -> bool:
        """Whether the same request may be answered otherwise in a moment, and may be sent again. The vendor's own word goes first."""
        said = str(reply.headers.get(self._retry_header) or "").lower() if self._retry_header else ""
        if said == "true" and reply.status >= 400 and (keyed or not changes):
            return True
        return said != "false" and (reply.status == 429 or (reply.status >= 500 and not changes))

    def pause(self, attempt: int, asked: float | None) -> bool:
        """Sleep before the next try; False when the deadline would pass meanwhile."""
        pause = asked if asked is not None else min(LONGEST_PAUSE, 0.5 * 2 ** (attempt - 1))
        pause += random.uniform(0, 0.25 * pause + 0.05)  # so that forks do not come back in step
        if pause >= self.deadline.left():
            return False
        clock.sleep(pause)
        return True

    def _once(self, name: str, method: str, path: str, query: t.Mapping[str, t.Any] | None, body: t.Any, headers: t.Mapping[str, str] | None = None) -> Reply:
        with self.exchange(name, method, path, query, body, headers) as response:
            return self.reply(response, name)

    @contextlib.contextmanager
    def exchange(
        self, name: str, method: str, path: str, query: t.Mapping[str, t.Any] | None = None, body: t.Any = None, headers: t.Mapping[str, str] | None = None
    ) -> t.Iterator[t.Any]:
        """One request, sent once, with its answer's body still to be read; whatever breaks it is a :class:`Failure`.

        ``body`` is sent as JSON, a form as a form, bytes as they are, of the type that ``headers`` name.
        """
        if self.deadline.passed():
            raise Failure("timeout", f"the task's {self.deadline.seconds:g} s were over before {name} was sent", "Give a larger deadline", self.vendor, name)
        started = clock.elapsed()
        status: int | None = None
        request_id = ""
        raw = isinstance(body, bytes)
        kind = "application/x-www-form-urlencoded" if isinstance(body, Form) else "application/octet-stream"
        content = {"data": body, "headers": {"Content-Type": kind, **(headers or {})}} if raw else {"json": body, "headers": headers}
        try:
            with self._session.request(
                method, self.base_url + path, params=dict(query or {}), timeout=self.timeout, allow_redirects=False, stream=True, **content
            ) as response:
                status = response.status_code
                request_id = response.headers.get(self._request_id_header, "")
                yield response
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise self._fault(error, name, status) from error
        finally:
            self.steps.append(Step(name, round((clock.elapsed() - started) * 1000), status, request_id))

    def reply(self, response: t.Any, name: str) -> Reply:
        """The whole answer, read and decoded."""
        content = self._read(response, name)
        body = self._decode(content, response.status_code, dict(response.headers), name)
        return Reply(response.status_code, response.headers, body, response.headers.get(self._request_id_header, ""), content)

    def _read(self, response: t.Any, name: str) -> bytes:
        content = body_of(response, LARGEST_ANSWER, 4 * self.timeout)
        if len(content) > LARGEST_ANSWER:
            message = f"the answer is larger than {LARGEST_ANSWER >> 20} MiB"
            raise Failure("protocol", message, "Narrow the query", self.vendor, name, retryable=True, maybe_sent=True)
        return content

    def _decode(self, content: bytes, status: int, headers: t.Mapping[str, str], name: str) -> t.Any:
        if 300 <= status < 400:
            raise Failure(
                "protocol",
                f"answered with a redirect ({status})",
                "Check the base URL: redirects are not followed, because they would carry the token elsewhere",
                self.vendor,
                name,
                status,
            )
        if not content.strip():
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            if status >= 500 or status == 429:
                return None  # a proxy's page; the status says enough
            kind = headers.get("Content-Type", "no content type").split(";")[0]
            raise Failure(
                "protocol",
                f"answered {status} with {kind} that is not the documented JSON",
                "Check the base URL, and whether a proxy or login page stands in between",
                self.vendor,
                name,
                status,
                retryable=status == 200,
                maybe_sent=True,
            ) from error

    def _fault(self, error: Exception, name: str, status: int | None) -> Failure:
        """What a failed request means. Not connected = surely not sent."""
        reason = getattr(error.args[0] if error.args else None, "reason", None) or (error.args[0] if error.args else error)
        not_sent = isinstance(reason, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)) or isinstance(
            error, (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError, requests.exceptions.InvalidURL)
        )
        host = urlsplit(self.base_url).netloc
        if isinstance(error, requests.exceptions.SSLError):
            return Failure(
                "protocol", f"the TLS certificate of {host} was not accepted", "Check the address, the clock and the machine's certificates", self.vendor, name
            )
        if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.ReadTimeoutError)) or isinstance(reason, urllib3.exceptions.ReadTimeoutError):
            return Failure(
                "timeout",
                f"{host} did not answer within {self.timeout:g} s",
                "Try again; the vendor's status page may tell more",
                self.vendor,
                name,
                retryable=True,
                maybe_sent=not not_sent,
            )
        what = "could not be reached" if not_sent else "broke the connection" if status is None else "broke off in the middle of its answer"
        return Failure(
            "vendor_down",
            f"{host} {what}",
            "Check the network and the address, then try again" if not_sent else "Run the same command again: it looks before it acts",
            self.vendor,
            name,
            status,
            retryable=True,
            maybe_sent=not not_sent,
        )


def body_of(response: t.Any, most: int, seconds: float) -> bytes:
    """The body; when it is longer than ``most`` bytes, a little more than these. Slower than ``seconds`` is a timeout.

    What is there is taken at once (``read1``): a peer that sends a byte now and then would otherwise hold the task for ever.
    """
    until = clock.elapsed() + seconds
    read = getattr(response.raw, "read1", response.raw.read)
    content = bytearray()
    while len(content) <= most and (chunk := read(65536, decode_content=True)):
        content += chunk
        if clock.elapsed() > until:
            raise requests.exceptions.ReadTimeout("the answer did not end in time")
    return bytes(content)


def path_of(template: str, arguments: t.Mapping[str, t.Any]) -> str:
    """Fill ``{placeholders}``; values are quoted, so that an id with a slash cannot reach another resource."""
    return template.format(**{key: quote(str(value), safe="") for key, value in arguments.items()})

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One vendor as seen by its resources: ``call`` reads, ``change`` changes, and nothing else reaches the wire."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, forms
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Gate, KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import keyed_fingerprint
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import IDEMPOTENCY_KEY, Reply, Wire, path_of, retry_after

# interpret(operation, reply) returns the answer's data or raises the vendor's error as a Failure.
Interpret = t.Callable[[Operation, Reply], t.Any]
# look() returns the answer of a change whose own answer was lost, when its effect can be seen; None when it cannot.
Look = t.Callable[[], t.Any]
MOST_SENDS = 3
# What to do about a change nobody knows the end of: every module and verb looks first.
AGAIN = "Run the same command again: it looks before it acts"


class Client:
    """``graphql_path`` is where GraphQL documents go; ``always`` are query parameters that every REST call carries."""

    def __init__(self, wire: Wire, gate: Gate, interpret: Interpret, graphql_path: str = "", always: t.Mapping[str, str] | None = None) -> None:
        self.wire = wire
        self.gate = gate
        wire.again = gate.again
        self.vendor = wire.vendor
        self._interpret = interpret
        self._graphql_path = graphql_path
        self.always = dict(always or {})

    def call(
        self,
        operation: Operation,
        path: t.Mapping[str, t.Any] | None = None,
        query: t.Mapping[str, t.Any] | None = None,
        variables: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
    ) -> t.Any:
        """A read; also runs in check mode. ``body`` is for vendors that are asked by POST."""
        if operation.changes:
            raise TypeError(f"{operation.name} changes something: send it through change()")
        return self._send(operation, path or {}, query or {}, body, variables or {})

    def change(
        self,
        operation: Operation,
        target: str,
        path: t.Mapping[str, t.Any] | None = None,
        query: t.Mapping[str, t.Any] | None = None,
        body: t.Any = None,
        variables: t.Mapping[str, t.Any] | None = None,
        look: Look | None = None,
        stands_for: t.Any = None,
        key: str = "",
    ) -> t.Any:
        """A change, through the gate. In check mode returns :class:`KnownAfter`.

        ``stands_for`` is fingerprinted in place of what is sent, where that holds an id which only the apply can tell.

        When no answer came and the effect is in doubt, ``look`` is asked for as long as a late request could still arrive; the
        change is sent again only when its effect did not show in that time.

        ``key`` is the idempotency key of vendors that take one: what was sent with it may be sent again without having looked. A vendor
        keeps its first answer to a key, also when that was an error of its own, so after such an error, and a look, another key is used.
        """
        if not operation.changes:
            raise TypeError(f"{operation.name} only reads: send it through call()")
        path, query, variables = path or {}, query or {}, variables or {}
        # Keyed, for what is sent may be a secret that is easily guessed.
        content = self.fingerprint(stands_for or {"path": dict(path), "query": dict(query), "body": body, "variables": dict(variables)})
        return self.gate.change(self.vendor, operation, target, content, lambda: self._send_once(operation, path, query, body, variables, look, key))

    def fingerprint(self, value: t.Any) -> str:
        """Stands for a secret in results: equal for equal values seen with the same token, and of no use without that token."""
        return keyed_fingerprint(self.wire.key, value)

    def _send_once(
        self,
        operation: Operation,
        path: t.Mapping[str, t.Any],
        query: t.Mapping[str, t.Any],
        body: t.Any,
        variables: t.Mapping[str, t.Any],
        look: Look | None,
        key: str,
    ) -> t.Any:
        answered = 0
        for _attempt in range(MOST_SENDS):
            headers = {IDEMPOTENCY_KEY: f"{key}-{answered}" if answered else key} if key else None
            try:
                return self._send(operation, path, query, body, variables, headers)
            except Failure as failure:
                if not failure.maybe_sent or look is None:
                    raise
                doubt = failure
                answered += failure.status is not None and failure.status >= 500
            try:
                seen = self._look(look)
            except Failure as blind:
                # Sending again without having looked could double the change.
                raise Failure(
                    "unknown",
                    f"{doubt.message}; whether the change took effect could not be seen ({blind.message})",
                    f"Do not click in the dashboard. {AGAIN}",
                    self.vendor,
                    operation.name,
                    doubt.status,
                    doubt.code,
                    doubt.request_id,
                    retryable=True,
                    maybe_sent=True,
                ) from doubt
            if seen is not None:
                return seen
            self.gate.recorder.again()
        raise Failure(
            "unknown" if doubt.kind == "timeout" else doubt.kind,
            f"{doubt.message}; the change was sent {MOST_SENDS} times and its effect never showed",
            f"Do not click in the dashboard. {AGAIN}",
            self.vendor,
            operation.name,
            doubt.status,
            doubt.code,
            doubt.request_id,
            retryable=True,
            maybe_sent=True,
        ) from doubt

    def _look(self, look: Look) -> t.Any:
        """Ask for the effect until a request that was still on its way must have arrived."""
        until = clock.now() + self.wire.timeout
        while True:
            seen = look()
            if seen is not None or clock.now() >= until:
                return seen
            clock.sleep(min(1.0, self.wire.timeout))

    def _send(
        self,
        operation: Operation,
        path: t.Mapping[str, t.Any],
        query: t.Mapping[str, t.Any],
        body: t.Any,
        variables: t.Mapping[str, t.Any],
        headers: t.Mapping[str, str] | None = None,
    ) -> t.Any:
        if operation.document:
            reply = self.wire.send(
                operation.name,
                "POST",
                self._graphql_path,
                operation.changes,
                body={"query": operation.document, "variables": dict(variables), "operationName": operation.name},
            )
        else:
            is_single = operation.changes or operation.once
            content = forms.encoded(body) if operation.form and body is not None else body
            reply = self.wire.send(operation.name, operation.method, path_of(operation.path, path), is_single, {**self.always, **query}, content, headers)
        try:
            return self._interpret(operation, reply)
        except Failure as failure:
            failure.vendor, failure.operation = self.vendor, operation.name
            failure.maybe_sent = failure.maybe_sent and (operation.changes or operation.once)
            raise


def planned(answer: t.Any) -> bool:
    """Whether a change was only planned (check mode)."""
    return isinstance(answer, KnownAfter)


def json_object(reply: Reply) -> dict[str, t.Any]:
    """The body of an answer that was not refused. Where it is not the documented object, a change may have happened all the same."""
    if not isinstance(reply.body, dict):
        message = f"answered {reply.status} without the documented JSON object"
        hint = "Check the option api_url, and whether a proxy stands in between"
        raise Failure("protocol", message, hint, status=reply.status, request_id=reply.request_id, maybe_sent=True)
    return reply.body


def refused(reply: Reply, statuses: t.Mapping[int, tuple[Kind, str]], message: str, code: str = "") -> Failure:
    """What a status from 400 on means: below 500 a refusal is definite, by the vendor's ``statuses``; else a change may have happened."""
    if reply.status >= 500:
        return Failure("vendor_down", message, AGAIN, status=reply.status, code=code, request_id=reply.request_id, retryable=True, maybe_sent=True)
    kind, hint = statuses.get(reply.status, ("invalid", "Check the options of this task"))
    again = kind in ("conflict", "rate_limited")
    return Failure(kind, message, hint, status=reply.status, code=code, request_id=reply.request_id, retryable=again, retry_after=retry_after(reply.headers))

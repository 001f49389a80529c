# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Speaking with a Convex deployment, and with Convex's management API: which key goes where, and what their answers mean.

Facts (Convex's open-source backend, its OpenAPI documents and its command-line client): a deploy key travels whole, its type and
``|`` included, as ``Authorization: Convex <key>``; ``Bearer`` would mean a user of the app there, and is what the management API
wants. Errors are ``{"code", "message"}``. A function that threw answers 200 with ``status: error``. There are no idempotency keys.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, retry_after, sendable
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.operations import FUNCTIONS, RUN_QUERY

VENDOR = "convex"
KEY_VARIABLES = ("CONVEX_DEPLOY_KEY", "CONVEX_DEPLOYMENT_TOKEN")
SELF_HOSTED_KEY, SELF_HOSTED_URL = "CONVEX_SELF_HOSTED_ADMIN_KEY", "CONVEX_SELF_HOSTED_URL"
# Options of every module that speaks with one deployment; documented in doc_fragments/convex.py.
CONVEX_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "deploy_key": {"type": "str", "no_log": True},
    "url": {"type": "str"},
    "deployment": {"type": "str"},
}
# A deployment that was just made may not be found for a moment: seconds before each further try.
NOT_THERE_YET = (1.0, 2.0)
_TYPED = re.compile(r"(?:dev|prod|preview|project|local):[^|]*\|?")
_SERVER_ERROR = re.compile(r"\[Request ID: (\w+)\] Server Error\s*")
_PERMISSION = re.compile(r"deployment:[A-Za-z:]+")
_OTHER_KEY = "Check that the deploy key and the option url belong to the same deployment"
# code: (kind, what a person can do next)
CODES: dict[str, tuple[Kind, str]] = {
    "BadDeployKey": ("auth", _OTHER_KEY),
    "BadJsonBody": ("protocol", "The deployment does not understand the request: update the collection, or a self-hosted backend"),
    "BackendIsNotRunning": ("conflict", "The deployment is paused: unpause it first"),
    "ExportInProgress": ("conflict", "Only one export runs at a time, cloud backups count too: wait for it to end"),
    "ExportNotFound": ("not_found", "The export has expired or belongs to another deployment: request a new one"),
    "PauseDeploymentFailed": ("conflict", "Convex itself has stopped this deployment: look at the dashboard"),
    "StreamingExportNotEnabled": ("plan", "The plan of this team does not include it"),
}
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", f"Give a valid deploy key (option deploy_key, inventory variable convex_deploy_key, or {KEY_VARIABLES[0]})"),
    403: ("permission", "Check what this key may do: its permissions are in the deployment's settings in the dashboard"),
    404: ("not_found", "Check the name, and the address in the option url"),
    409: ("conflict", f"Something else is going on in this deployment. {AGAIN}"),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}
# (part of a function's error in lower case, kind, code, what to do)
MESSAGES: tuple[tuple[str, Kind, str, str], ...] = (
    ("while this deployment is paused", "conflict", "paused", "Unpause the deployment first: convex_deployment with state: running"),
    ("could not find function", "not_found", "function_not_found", "Check the path (dir/file:export), and that this function is deployed here"),
    ("do not have permission", "permission", "permission", STATUSES[403][1]),
)


@dataclasses.dataclass(frozen=True)
class Place:
    """One deployment. ``name`` is empty where neither the key nor the options tell it."""

    client: Client
    name: str
    url: str

    @property
    def where(self) -> str:
        return self.name or self.url.partition("://")[2]


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Place:
    """The deployment that ``deploy_key``, ``url`` and ``deployment`` name, or else the process environment; sends nothing yet."""
    key, url, _source = credentials(params)
    register(key, key.partition("|")[2])
    if not key:
        raise Failure(
            "auth",
            "there is no Convex deploy key",
            f"Give the option deploy_key, set the inventory variable convex_deploy_key, or export {KEY_VARIABLES[0]}"
            f" (self-hosted: {SELF_HOSTED_URL} and {SELF_HOSTED_KEY})",
            VENDOR,
        )
    check_secret(key, "deploy key")
    if _TYPED.fullmatch(key):
        raise Failure(
            "auth",
            f"the Convex deploy key is cut off: {key.partition(':')[0]} keys go on after the sign |",
            "Put the key in single quotes: a shell takes an unquoted | as a pipe",
            VENDOR,
            code="truncated_key",
        )
    if not url:
        raise Failure(
            "invalid",
            "there is no address of the Convex deployment",
            "Give the option url or the inventory variable convex_url: the deployment's settings in the dashboard show it. It is not made"
            " from the name, because regions and custom domains differ",
            VENDOR,
        )
    of_key, wanted = name_of(key), str(params.get("deployment") or "").rpartition(":")[2]
    if wanted and of_key and wanted != of_key:
        raise refuse(f"the deploy key belongs to the deployment {of_key}, not to {wanted}", "Check the options deployment and deploy_key", "deployment")
    base_url = checked_base_url(url, "url")
    return Place(Client(task.wire(VENDOR, base_url, ("Authorization", f"Convex {key}")), task.gate, interpret), of_key or wanted, base_url)


def credentials(params: t.Mapping[str, t.Any]) -> tuple[str, str, str]:
    """(key, address, the variable of the environment that the key is from) from the options, else from the environment. A self-hosted deployment's
    pair stays together: a key never goes to the address of another deployment."""
    key, url = str(params.get("deploy_key") or "").strip(), str(params.get("url") or "").strip()
    variable = next((name for name in KEY_VARIABLES if os.environ.get(name, "").strip()), "")
    cloud = os.environ.get(variable, "").strip()
    hosted_key, hosted_url = os.environ.get(SELF_HOSTED_KEY, "").strip(), os.environ.get(SELF_HOSTED_URL, "").strip()
    register(cloud, hosted_key)
    if key:
        return key, url, ""
    is_hosted = bool(hosted_key and hosted_url) and url.rstrip("/") in ("", hosted_url.rstrip("/"))
    if is_hosted and cloud and not url:
        raise refuse(
            f"both {KEY_VARIABLES[0]} and {SELF_HOSTED_URL} are set, and they belong to different deployments",
            "Keep one of them, or give the option url",
            "two_keys",
        )
    return (hosted_key, hosted_url, SELF_HOSTED_KEY) if is_hosted else (cloud, url, variable)


def check_secret(secret: str, what: str) -> None:
    """A header with such a character could never be sent, and the error of the HTTP library would show the secret."""
    if not sendable(secret):
        raise Failure("auth", f"the Convex {what} has blanks or characters that none has", "Copy it again, without quotes and line ends", VENDOR)


def name_of(key: str) -> str:
    """The deployment that a key names; empty for keys of a project and for tokens of a team."""
    before, sign, _secret = key.partition("|")
    parts = before.split(":")
    return parts[-1] if sign and len(parts) <= 2 else ""


def read(place: Place, operation: Operation, **sent: t.Any) -> t.Any:
    """A read's answer. What is not found without the vendor's own code may be a deployment that is not there yet."""
    for pause in (*NOT_THERE_YET, None):
        try:
            return place.client.call(operation, **sent)
        except Failure as failure:
            if failure.status != 404 or failure.code or pause is None or place.client.wire.deadline.left() <= pause:
                raise
            clock.sleep(pause)
    raise AssertionError("unreachable")


def query(place: Place, path: str, arguments: t.Mapping[str, t.Any] | None = None) -> t.Any:
    """The value of a query function; int64 numbers in it are decimal texts."""
    return read(place, RUN_QUERY, body={"path": path, "args": dict(arguments or {}), "format": "json"})["value"]


def interpret(operation: Operation, reply: Reply) -> t.Any:
    """The answer as it is; ``{}`` where the vendor says nothing. Below 500 a refusal is definite."""
    body = reply.body
    if reply.status >= 400:
        raise _failure(reply, body if isinstance(body, dict) else {})
    if operation.name in FUNCTIONS:
        return _value(reply)
    return {} if body is None else body


def _failure(reply: Reply, error: dict[str, t.Any]) -> Failure:
    code = plain(error.get("code") or "", 80)
    message = plain(error.get("message") or f"answered {reply.status}", 500)
    kind, hint = CODES.get(code) or STATUSES.get(reply.status, ("invalid", "Check the options of this task"))
    if reply.status >= 500:
        kind, hint = "vendor_down", f"status.convex.dev may tell more. {AGAIN}"
    elif kind == "permission" and (missing := _PERMISSION.search(message)):
        hint = f"Make a deploy key that has the permission {missing.group().rstrip(':')}"
    return Failure(
        kind,
        message,
        hint,
        status=reply.status,
        code=code,
        request_id=reply.request_id,
        retryable=reply.status in (408, 409, 425, 429) or reply.status >= 500,
        retry_after=retry_after(reply.headers),
        maybe_sent=reply.status >= 500,
    )


def _value(reply: Reply) -> dict[str, t.Any]:
    """``{"value", "logLines"}`` of a function that ended well."""
    body = reply.body if isinstance(reply.body, dict) else {}
    status = body.get("status")
    if status == "success" and "value" in body:
        return body
    if status != "error" or not isinstance(body.get("errorMessage"), str):
        raise malformed("result of a function", maybe_sent=True)
    begin = _SERVER_ERROR.match(body["errorMessage"])
    text, request_id = (body["errorMessage"][begin.end() :] or "Server Error", begin.group(1)) if begin else (body["errorMessage"], reply.request_id)
    failed: tuple[Kind, str, str] = ("failed", "function_error", "The function itself failed: see its logs")
    kind, code, hint = next(((kind, code, hint) for part, kind, code, hint in MESSAGES if part in text.lower()), failed)
    # What the app threw on purpose says more than its message.
    data = f" ({plain(json.dumps(body['errorData']), 500)})" if body.get("errorData") is not None else ""
    if kind == "permission" and (missing := _PERMISSION.search(text)):
        hint = f"Make a deploy key that has the permission {missing.group().rstrip(':')}"
    raise Failure(kind, plain(text, 1000) + data, hint, status=reply.status, code=code, request_id=request_id, state=body)


def malformed(what: str, maybe_sent: bool = False) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    return Failure(
        "protocol",
        f"Convex's answer has no usable {what}",
        "Try again; if it stays, update the collection",
        VENDOR,
        code="missing_field",
        maybe_sent=maybe_sent,
    )

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The MongoDB Atlas Administration API as a client: a service account's token, the version that is asked for, and what its errors mean.

Vendor facts (MongoDB's OpenAPI document, "Service Accounts"): the id and the secret of a service account give a token for an hour, which stands for all
that the account may do; each call names the version of its answer in ``Accept``; errors are ``{error, errorCode, detail, reason}``; a project may take
calls from some addresses only. There are no idempotency keys.
"""

from __future__ import annotations

import base64
import re
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client, json_object, refused
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, sendable
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.atlas import operations as op

VENDOR = "atlas"
API_URL = "https://cloud.mongodb.com"
# The version of snapshots and restore jobs.
MEDIA_TYPE = "application/vnd.atlas.2023-01-01+json"
ID_VARIABLE, SECRET_VARIABLE = "ATLAS_CLIENT_ID", "ATLAS_CLIENT_SECRET"
# Options of every Atlas module; documented in doc_fragments/atlas.py.
ATLAS_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "client_id": {"type": "str", "fallback": (env_fallback, [ID_VARIABLE])},
    "client_secret": {"type": "str", "no_log": True, "fallback": (env_fallback, [SECRET_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
    "project": {"type": "str", "required": True},
    "cluster": {"type": "str", "required": True},
}
GIVE_SECRET = (
    f"Give client_id and client_secret of a service account of the project (atlas_client_id, atlas_client_secret; or {ID_VARIABLE}, {SECRET_VARIABLE})"
)
_ID = re.compile(r"[a-f0-9]{24}")
_CLUSTER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]{0,63}")
# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task. Free clusters have no snapshots"),
    401: ("auth", GIVE_SECRET),
    402: ("plan", "The plan does not include it"),
    403: ("permission", "Give the service account the role Project Backup Manager, and see that the project takes calls from this address"),
    404: ("not_found", "Check project, which is its id of 24 digits and letters, and cluster, which is its name"),
    409: ("conflict", AGAIN),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}


class Place(t.NamedTuple):
    client: Client
    path: dict[str, str]

    @property
    def where(self) -> str:
        return f"{self.path['groupId']}/{self.path['clusterName']}"


def connect(task: Task, params: t.Mapping[str, t.Any]) -> Place:
    """One request, which gets a token."""
    identity, secret = str(params.get("client_id") or "").strip(), str(params.get("client_secret") or "").strip()
    register(secret)
    project, cluster = str(params["project"]), str(params["cluster"])
    check_place(project, cluster)
    if not (identity and secret):
        raise Failure("auth", "there is no service account", GIVE_SECRET, VENDOR)
    if not sendable(f"{identity}{secret}"):
        raise Failure("auth", "client_id or client_secret has blanks or characters that none has", "Copy it again, without quotes and line ends", VENDOR)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    basic = base64.b64encode(f"{identity}:{secret}".encode()).decode()
    register(basic)
    asks = Client(task.wire(VENDOR, base_url, ("Authorization", f"Basic {basic}")), task.gate, interpret)
    token = asks.call(op.ACCESS_TOKEN, body={"grant_type": "client_credentials"}).get("access_token")
    if not isinstance(token, str) or not token or not sendable(token):
        raise malformed("token", op.ACCESS_TOKEN)
    register(token)
    wire = task.wire(VENDOR, base_url, ("Authorization", f"Bearer {token}"), headers={"Accept": MEDIA_TYPE})
    # Each token is another one: fingerprints are keyed with what stays.
    wire.key = secret
    return Place(Client(wire, task.gate, interpret), {"groupId": project, "clusterName": cluster})


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def check_place(project: str, cluster: str, which: str = "") -> None:
    """Refused before anything is sent. ``which`` stands before the names of both options."""
    if not is_id(project):
        raise Failure("invalid", f"{which}project is {plain(project, 60)!r}", "Give the id of the project: 24 digits and letters from a to f", VENDOR)
    if not _CLUSTER.fullmatch(cluster):
        raise Failure("invalid", f"{which}cluster is {plain(cluster, 80)!r}", "Give the name of the cluster", VENDOR)


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict. Below 500 a refusal is definite; else, and where the body is not what is documented, a change may have happened."""
    body = reply.body
    if reply.status >= 400:
        raise _failure(reply, body if isinstance(body, dict) else {})
    return json_object(reply)


def _failure(reply: Reply, body: dict[str, t.Any]) -> Failure:
    message = plain(body.get("detail") or body.get("error_description") or body.get("reason") or f"answered {reply.status}", 300)
    code = plain(body.get("errorCode") or "", 80)
    return refused(reply, STATUSES, message, code)


def malformed(what: str, operation: Operation) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    hint = "Try again; if it stays, update the collection"
    return Failure("protocol", f"Atlas's answer has no usable {what}", hint, VENDOR, operation.name, code="missing_field", maybe_sent=operation.changes)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The Supabase Management API as a client: token, project, and what its errors mean.

Vendor facts (Supabase's OpenAPI document): a personal access token begins with ``sbp_`` and sees all projects of its owner; a project is named by
its ref of 20 small letters; errors are ``{"message"}``; 402 is the plan. There are no idempotency keys.
"""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.common.parameters import env_fallback

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, json_object, refused
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url, sendable

VENDOR = "supabase"
API_URL = "https://api.supabase.com"
TOKEN_VARIABLE = "SUPABASE_ACCESS_TOKEN"
# Options of every Supabase module; documented in doc_fragments/supabase.py.
SUPABASE_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "token": {"type": "str", "no_log": True, "fallback": (env_fallback, [TOKEN_VARIABLE])},
    "api_url": {"type": "str", "default": API_URL},
    "project": {"type": "str", "required": True},
}
# Operations that are answered without a body. By name: whoever asks something else does not come to them.
SILENT = ("restore_physical_backup", "restore_pitr_backup", "undo")
GIVE_TOKEN = f"Give a personal access token (option token, inventory variable supabase_token, or {TOKEN_VARIABLE})"
_REF = re.compile(r"[a-z]{20}")
# status: (kind, what a person can do next)
STATUSES: dict[int, tuple[Kind, str]] = {
    400: ("invalid", "Check the options of this task"),
    401: ("auth", GIVE_TOKEN),
    402: ("plan", "The plan of this organization does not include it"),
    403: ("permission", "The owner of the token may not do this in the project: ask an owner of the organization"),
    404: ("not_found", "Check project: its ref stands in the dashboard's address"),
    429: ("rate_limited", "Wait a minute, then run the same command again"),
}


def connect(task: Task, params: t.Mapping[str, t.Any]) -> tuple[Client, str]:
    """(a client, the ref of the project); sends nothing yet."""
    token, ref = params.get("token") or "", str(params["project"]).strip()
    register(token)
    if not _REF.fullmatch(ref):
        raise Failure("invalid", f"project is {plain(ref, 60)!r}", "Give the ref of the project: 20 small letters, in the dashboard's address", VENDOR)
    if not token:
        raise Failure("auth", "there is no Supabase token", GIVE_TOKEN, VENDOR)
    if not sendable(token):
        raise Failure("auth", "the Supabase token has blanks or characters that none has", "Copy it again, without quotes and line ends", VENDOR)
    base_url = checked_base_url(params.get("api_url") or API_URL, "api_url")
    return Client(task.wire(VENDOR, base_url, ("Authorization", f"Bearer {token}")), task.gate, interpret), ref


def interpret(operation: Operation, reply: Reply) -> dict[str, t.Any]:
    """The answer as a dict. Below 500 a refusal is definite; else, and where the body is not what is documented, a change may have happened."""
    body = reply.body
    if reply.status >= 400:
        raise _failure(reply, body if isinstance(body, dict) else {})
    if body is None and operation.name in SILENT:
        return {}
    return json_object(reply)


def _failure(reply: Reply, body: dict[str, t.Any]) -> Failure:
    message = plain(body.get("message") or f"answered {reply.status}", 300)
    return refused(reply, STATUSES, message)


def malformed(what: str, operation: Operation) -> Failure:
    """An answer lacks what the vendor documents, and what must be known to go on."""
    hint = "Try again; if it stays, update the collection"
    return Failure("protocol", f"Supabase's answer has no usable {what}", hint, VENDOR, operation.name, code="missing_field", maybe_sent=operation.changes)

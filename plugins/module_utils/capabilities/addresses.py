# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The address of a component's database: given, or read from where the component's own code has it. It is a secret, and registered as one."""

from __future__ import annotations

import copy
import os
import re
import typing as t
from urllib.parse import unquote, urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import variables
from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task

# Options of modules that reach a database; documented in doc_fragments/database.py.
ADDRESS_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "component": {"type": "dict", "required": True},
    "dsn": {"type": "str", "no_log": True},
    "source": {
        "type": "dict",
        "options": {
            "token": {"type": "str", "no_log": True},
            "api_token": {"type": "str", "no_log": True},
            **{name: {"type": "str"} for name in ("api_url", "environment", "project", "team")},
        },
    },
    "sslmode": {"type": "str", "choices": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]},
}
_FROM = re.compile(r"(?P<vendor>[a-z]+):(?:(?P<place>[^/]+)/)?(?P<name>\w+)")
# Where a vendor's own option says which component is meant.
PLACES = {"railway": "service", "vercel": "project"}
_ENVIRONMENT = {"railway": {"token": "RAILWAY_TOKEN", "api_token": "RAILWAY_API_TOKEN"}, "vercel": {"token": "VERCEL_TOKEN"}}


def resolve(task: Task) -> str:
    """The address; empty when the component declares none."""
    given = str(task.params["dsn"] or "").strip()
    declared = str(task.params["component"].get("component_dsn_from") or "").strip()
    dsn = given or (_read(task, declared) if declared else "")
    redaction.register(dsn, password_of(dsn))
    return dsn


def needed(task: Task) -> str:
    """The address; a component that declares none cannot be served."""
    dsn = resolve(task)
    if not dsn:
        hint = "Give one of them, or leave it out of what is asked (component_backup: false)"
        raise Failure("invalid", f"{task.params['component'].get('name')} has no component_dsn and no component_dsn_from", hint, code="dsn")
    return dsn


def password_of(dsn: str) -> str:
    try:
        found = urlsplit(dsn).password or ""
    except ValueError:
        return ""
    redaction.register(found)
    return unquote(found)


def _read(task: Task, declared: str) -> str:
    found = _FROM.fullmatch(declared)
    vendor, place, name = (found["vendor"], found["place"], found["name"]) if found else ("", "", "")
    if not found or (vendor != "env" and (vendor not in PLACES or not place)):
        hint = "Write railway:<service>/<VARIABLE>, vercel:<project>/<VARIABLE> or env:<VARIABLE>"
        raise Failure("invalid", f"component_dsn_from is {redaction.plain(declared, 80)!r}", hint, code="dsn_from")
    if vendor == "env":
        if not os.environ.get(name):
            raise Failure("not_found", f"the environment variable {name} is not set", f"Set {name} for this process, or give component_dsn", code="dsn_from")
        return os.environ[name]
    reader = copy.copy(task)
    source = dict(task.params["source"] or {})
    if not any(source.get(token) for token in _ENVIRONMENT[vendor]):
        source |= {option: os.environ.get(variable) for option, variable in _ENVIRONMENT[vendor].items()}
    redaction.register(source.get("token"), source.get("api_token"))
    reader.params = {**task.params, **source, "shared": False, PLACES[vendor]: place}
    return variables.value(reader, vendor, name, "production")

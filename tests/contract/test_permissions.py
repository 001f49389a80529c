# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that operations name are those of the vendors' schemas, where these tell them, and those that the sandbox asks for."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import permissions
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.sandbox.convex import routes as convex
from ansible_collections.saasops.runbooks.tests.sandbox.stripe import routes as stripe

Json = dict[str, t.Any]


def schema(vendor: str, name: str) -> Json:
    return t.cast(Json, json.loads((vendor_schemas.folder() / vendor / name).read_text(encoding="utf-8")))


def told(paths: Json, operation: Operation) -> list[str]:
    """The permissions of which the vendor's document wants one; empty where it does not have the call."""
    found = paths.get(operation.path, {}).get(operation.method.lower(), {}).get("security", [])
    return [name for one in found for scheme, names in one.items() if scheme in ("AuthZ", "auth_token") for name in names]


@pytest.mark.parametrize(("vendor", "name", "least"), [("datadog", "openapi-v1.json", 5), ("sentry", "openapi.json", 2)])
def test_operations_need_what_the_vendor_s_document_says(vendor: str, name: str, least: int) -> None:
    paths = schema(vendor, name)["paths"]
    declared = [(operation, told(paths, operation)) for operation in permissions.operations(vendor).values()]
    compared = {operation.name: (set(operation.needs), set(wanted)) for operation, wanted in declared if wanted}
    assert len(compared) >= least
    assert not {name: pair for name, pair in compared.items() if not pair[0] <= pair[1] or not pair[0]}


def unnamed(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def test_operations_of_stripe_need_what_a_restricted_key_is_asked_for() -> None:
    asked = {(method, unnamed(path)): f"rak_{permission}" for method, path, _handler, permission in stripe.ROUTES}
    declared = {(one.method, unnamed(one.path)): one for one in permissions.operations("stripe").values() if one.name != "resend_event"}
    assert len(declared) > 20
    assert {place: one.needs for place, one in declared.items()} == {place: (asked[place],) for place in declared}


def test_operations_of_convex_need_what_a_key_is_asked_for() -> None:
    asked = {(route.method, unnamed(route.path)): route.needs for route in convex.table() if str(route.needs).startswith("deployment:")}
    compared = {
        one.name: (one.needs, asked[one.method, unnamed(one.path)])
        for one in permissions.operations("convex").values()
        if (one.method, unnamed(one.path)) in asked
    }
    assert len(compared) >= 8
    assert not {name: pair for name, pair in compared.items() if pair[0] != (pair[1],)}

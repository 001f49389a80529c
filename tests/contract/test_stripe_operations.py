# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Stripe operation against the vendor's OpenAPI document: as it is declared, and as it is really sent."""

from __future__ import annotations

import functools
import json
import re
import typing as t

import jsonschema
import pytest
import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.operations import OPERATIONS
from ansible_collections.saasops.runbooks.tests.contract import stripe_flows, vendor_schemas
from ansible_collections.saasops.runbooks.tests.sandbox.stripe.asked import form
from ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_answers import Stripe
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.stripe_fixtures"]
Json = dict[str, t.Any]
FORM = "application/x-www-form-urlencoded"
# In no document: the vendor's own client sends it.
UNDOCUMENTED = {"resend_event"}


@functools.cache
def document() -> Json:
    path = vendor_schemas.folder() / "stripe" / "openapi.json"
    return t.cast(Json, json.loads(path.read_text(encoding="utf-8")))


def described(operation: Operation) -> Json:
    """The vendor's description of the call; an operation that is in no document fails here."""
    return t.cast(Json, document()["paths"][operation.path][operation.method.lower()])


def parameters(operation: Operation, place: str) -> Json:
    return {found["name"]: found["schema"] for found in described(operation).get("parameters", []) if found["in"] == place}


def body_schema(operation: Operation) -> Json:
    schema: Json = described(operation).get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].split("/")[-1]]
    return schema


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    assert described(operation)["responses"]
    assert set(parameters(operation, "path")) == set(re.findall(r"{(\w+)}", operation.path))
    assert set(operation.query) <= set(parameters(operation, "query"))
    assert set(operation.body) <= set(body_schema(operation).get("properties", {}))
    assert operation.changes == (operation.method != "GET")
    assert operation.form == (operation.method == "POST")
    assert bool(described(operation).get("x-undocumented")) == (operation.name in UNDOCUMENTED)


def operation_of(method: str, path: str) -> Operation:
    found = [operation for operation in OPERATIONS.values() if operation.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", operation.path), path)]
    assert len(found) == 1, f"{method} {path} is not declared"
    return found[0]


def test_what_is_sent_is_what_is_declared_and_documented(stripe_time: Time) -> None:
    seen = set()
    for flow in stripe_flows.FLOWS:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            stripe = Stripe(mock)
            flow(stripe)
            seen |= sent_as_declared(stripe)
    assert seen == set(OPERATIONS)


def sent_as_declared(stripe: Stripe) -> set[str]:
    """The names of the operations that were sent; each with no more than it declares, and a form that its schema allows."""
    seen = set()
    for index, request in enumerate(stripe.asked):
        sent = stripe.request(index)
        operation = operation_of(*request.split(" ", 1))
        seen.add(operation.name)
        assert ("Idempotency-Key" in sent.headers) == (operation.method == "POST")
        assert sent.headers["Stripe-Version"] == "2026-10-28.endive"
        asked = form(sent.path_url.partition("?")[2])
        assert set(asked) <= set(operation.query)
        body = form((sent.body or b"").decode())
        assert set(body) <= set(operation.body)
        schema = {"type": "object", "properties": parameters(operation, "query")} if operation.method == "GET" else body_schema(operation)
        checked = typed(asked if operation.method == "GET" else body, schema)
        jsonschema.Draft202012Validator({**vendor_schemas._json_schema(schema), "components": vendor_schemas._json_schema(document()["components"])}).validate(
            checked
        )
    return seen


def typed(node: t.Any, schema: Json) -> t.Any:
    """The values of a form as what the schema says they are: on the wire everything is text."""
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].split("/")[-1]]
    if "anyOf" in schema:
        # A range or a map where an object is given, one value otherwise.
        inner = [one for one in schema["anyOf"] if ("$ref" in one) == isinstance(node, dict)]
        return typed(node, inner[0]) if inner else node
    if isinstance(node, dict):
        return {key: typed(value, schema.get("properties", {}).get(key, {})) for key, value in node.items()}
    if isinstance(node, list):
        return [typed(value, schema.get("items", {})) for value in node]
    if schema.get("type") == "boolean" and node in ("true", "false"):
        return node == "true"
    return float(node) if schema.get("type") == "number" and re.fullmatch(r"\d+", node) else node


@pytest.mark.parametrize(("path", "answer"), stripe_flows.ANSWERS)
def test_the_answers_of_these_tests_are_of_the_documented_shapes(path: str, answer: Json) -> None:
    vendor_schemas.stripe().check_answer("GET", path, 200, answer)

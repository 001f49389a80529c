# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Vercel operation against the vendor's OpenAPI document: as it is declared, and as it is really sent."""

from __future__ import annotations

import functools
import json
import re
import typing as t

import jsonschema
import pytest
import responses

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, production, projects
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.operations import OPERATIONS, TEAM
from ansible_collections.saasops.runbooks.tests.contract import (
    vendor_schemas,
    vercel_alias_flow,
    vercel_deployment_flow,
    vercel_env_flow,
    vercel_firewall_flow,
    vercel_looks_flow,
    vercel_project_flow,
    vercel_rolling_flow,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import (
    BAD,
    GOOD,
    PROJECT,
    SHAS,
    STAGED,
    Time,
    Vercel,
    error,
    job,
    of_module,
    of_project,
    project,
    single,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_fixtures"]
Json = dict[str, t.Any]


@functools.cache
def document(name: str = "openapi.json") -> Json:
    path = vendor_schemas.folder() / "vercel" / name
    return t.cast(Json, json.loads(path.read_text(encoding="utf-8")))


def home(operation: Operation) -> Json:
    """The document that has the call; the older one for what was renamed since, and is still asked for where the new name is not known."""
    newest = document()
    return newest if operation.method.lower() in newest["paths"].get(operation.path, {}) else document("openapi-official-2025-10-29.json")


def resolved(node: Json, root: Json) -> Json:
    while "$ref" in node:
        found: t.Any = root
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def described(operation: Operation) -> Json:
    """The vendor's description of the call; an operation that is in no document fails here."""
    return t.cast(Json, home(operation)["paths"][operation.path][operation.method.lower()])


def parameters(operation: Operation, place: str) -> set[str]:
    listed = [resolved(parameter, home(operation)) for parameter in described(operation).get("parameters", [])]
    return {found["name"] for found in listed if found["in"] == place}


def body_schema(operation: Operation) -> Json:
    return resolved(described(operation).get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}), home(operation))


def body_fields(schema: Json, root: Json) -> set[str]:
    """The fields that a body, or each item of a list, may have; of all alternatives together."""
    schema = resolved(schema, root)
    inner = [*schema.get("anyOf", []), *schema.get("oneOf", []), *([schema["items"]] if "items" in schema else [])]
    return set(schema.get("properties", {})).union(*(body_fields(one, root) for one in inner))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_vendor_documents_the_call(operation: Operation) -> None:
    assert described(operation)["responses"]
    assert parameters(operation, "path") == set(re.findall(r"{(\w+)}", operation.path))
    assert set(operation.query) <= parameters(operation, "query")
    # A token belongs to no team, and teams to none either.
    assert set(TEAM) <= set(operation.query) or "/user/tokens" in operation.path or operation.path == "/v2/teams"
    assert set(operation.body) <= body_fields(body_schema(operation), home(operation))
    assert operation.changes == (operation.method != "GET")
    assert not operation.document


def converted(node: t.Any) -> t.Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type; references are followed from the document's root."""
    if isinstance(node, list):
        return [converted(item) for item in node]
    if not isinstance(node, dict):
        return node
    plain = {key: converted(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


def flows(vercel: Vercel) -> None:
    """Everything that these rooms ever ask for, once."""
    listed = {"deployments": [STAGED, BAD, GOOD], "pagination": {"count": 3, "next": None, "prev": None}}
    built = {**STAGED, "uid": "dpl_new"}
    vercel.on("GET", "/v9/projects/hydrogen", project(auto=False, rollingRelease={"target": "production"}))
    vercel.on("GET", "/v7/deployments", listed)
    vercel.on("GET", f"/v1/projects/{PROJECT}/rolling-release", {"rollingRelease": None})
    vercel.on("GET", "/v13/deployments/dpl_good", single(GOOD))
    vercel.on("GET", "/v13/deployments/dpl_new", single(built))
    vercel.on("GET", "/v10/projects", {"projects": []})
    vercel.on("GET", "/v9/projects/nothing", (404, error("not_found", "No")))
    vercel.on("GET", f"/v9/projects/{PROJECT}/rollback/aliases", {"aliases": []})
    vercel.on("GET", f"/v1/projects/{PROJECT}/promote/aliases", {"aliases": []})
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project(auto=False))
    vercel.on("POST", "/v13/deployments", single(built))
    vercel.rollback("dpl_good")
    vercel.promote("dpl_new")
    failed = [project(auto=False, last=job(to, "failed", kind)) for to, kind in (("dpl_good", "rollback"), ("dpl_new", "promote"))]
    done = project(built, True, job("dpl_new", kind="promote", age=-1))
    # The rollback fails; so does the first promote of the new build; the second promote does not.
    vercel.on("GET", f"/v9/projects/{PROJECT}", failed[0], failed[0], failed[1], failed[0], done)
    results = [
        of_module(production.execute, deployment="dpl_good", description="because"),
        of_module(production.execute, deployment="v1.4.1", rebuild=True),
        of_module(production.execute, deployment="v1.4.1", rebuild=True),
    ]
    assert [result.get("failure", {}).get("kind") for result in results] == ["failed", "failed", None]
    of_module(production.execute, deployment="nothing like it")
    of_project(lambda place: list(deployments.listing(place, PROJECT, state="READY", sha=SHAS["v1.4.1"])))
    of_project(lambda place: projects.read(place, "nothing"))


def operation_of(method: str, path: str) -> Operation:
    found = [operation for operation in OPERATIONS.values() if operation.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", operation.path), path)]
    assert len(found) == 1, f"{method} {path} is not declared"
    return found[0]


# One for each topic, in a file of its own: each plays what its rooms ask for against a vendor that answers as it says.
FLOWS: tuple[t.Callable[[Vercel], None], ...] = (
    flows,
    vercel_alias_flow.flow,
    vercel_deployment_flow.flow,
    vercel_env_flow.flow,
    vercel_project_flow.flow,
    vercel_firewall_flow.flow,
    vercel_firewall_flow.flow_of_edge_config,
    vercel_firewall_flow.flow_of_global_config,
    vercel_looks_flow.flow,
    vercel_rolling_flow.flow,
)


def test_what_is_sent_is_what_is_declared_and_documented(vercel_time: Time) -> None:
    seen = set()
    for flow in FLOWS:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            vercel = Vercel(mock)
            flow(vercel)
            seen |= sent_as_declared(vercel)
    assert seen == set(OPERATIONS)


def sent_as_declared(vercel: Vercel) -> set[str]:
    """The names of the operations that were sent; each with no more than it declares, and a body that its schema allows."""
    seen = set()
    for index, request in enumerate(vercel.asked):
        sent = vercel.request(index)
        operation = operation_of(*request.split(" ", 1))
        seen.add(operation.name)
        assert set(sent.params) <= set(operation.query)
        assert ("slug" in sent.params) == ("slug" in operation.query)
        body = json.loads(sent.body) if sent.body else {}
        assert {field for item in (body if isinstance(body, list) else [body]) for field in item} <= set(operation.body)
        schema = body_schema(operation)
        if schema:
            jsonschema.Draft202012Validator({**converted(schema), "components": converted(home(operation)["components"])}).validate(body)
    return seen


def test_the_answers_of_these_tests_are_of_the_documented_shapes() -> None:
    """The scripted answers leave out what nobody reads; what they say has the documented type."""
    components = converted(document()["components"])
    for operation, answer in (
        (OPERATIONS["get_project"], project(STAGED, False, job("dpl_good"))),
        (OPERATIONS["get_deployments"], {"deployments": [GOOD, BAD, STAGED], "pagination": {"count": 3, "next": None, "prev": 1}}),
        (OPERATIONS["get_deployment"], single(GOOD)),
    ):
        schema = described(operation)["responses"]["200"]["content"]["application/json"]["schema"]
        lenient = json.loads(json.dumps(converted(schema)), object_hook=lambda node: {key: value for key, value in node.items() if key != "required"})
        rest = json.loads(json.dumps(components), object_hook=lambda node: {key: value for key, value in node.items() if key != "required"})
        assert not list(jsonschema.Draft202012Validator({**lenient, "components": rest}).iter_errors(answer))

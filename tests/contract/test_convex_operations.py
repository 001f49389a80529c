# SPDX-License-Identifier: GPL-3.0-or-later
"""Every Convex operation against the vendor's OpenAPI documents: as it is declared, and as it is really sent.

What the vendor's own client calls without a document is held to the one that was written by hand from that client and the backend.
"""

from __future__ import annotations

import functools
import json
import pathlib
import re
import typing as t

import jsonschema
import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import (
    deploy_keys,
    deployment,
    environment,
    exports,
    functions,
    imports,
    logs,
    management,
    tables,
)
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.operations import FUNCTIONS, OPERATIONS
from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import (
    ENV,
    NAME,
    PERMISSIONS,
    ZIP,
    Convex,
    backend,
    completion,
    export,
    imported,
    of_module,
    value,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
Json = dict[str, t.Any]
# Functions that only read are asked by POST too, and what is uploaded waits for somebody to perform it.
HARMLESS = ("run_query", "start_upload", "upload_part", "finish_upload", "cancel_import")
# (file, what its paths lack at the beginning); the first that has the path decides.
DOCUMENTS = (("deployment", "/api/v1"), ("public-deployment", "/api"), ("management", ""), ("hand-derived-admin", ""))


@pytest.fixture
def convex(convex_script: Convex) -> Convex:
    """Not the sandbox's, which answers the other tests of this folder."""
    return convex_script


STEP = {"display_table_name": "users", "existing_rows_in_table": "0", "existing_rows_to_delete": "0", "total_num_rows_to_write": "3"}
WAITS = imported("waiting_for_confirmation", [STEP])
DONE = imported("completed", num_rows_written="0")


@functools.cache
def document(name: str) -> Json:
    path = vendor_schemas.folder() / "convex" / f"{name}-openapi.json"
    return t.cast(Json, json.loads(path.read_text(encoding="utf-8")))


def source(operation: Operation) -> tuple[str, Json]:
    """The document that has the call, and its description; a call that is in none fails here."""
    for name, prefix in DOCUMENTS:
        found = document(name)["paths"].get(operation.path.removeprefix(prefix), {}).get(operation.method.lower())
        if found and operation.path.startswith(prefix):
            return name, found
    raise AssertionError(f"no document has {operation.method} {operation.path}")


def resolved(name: str, node: Json) -> Json:
    while "$ref" in node:
        found: t.Any = document(name)
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def body_schema(operation: Operation) -> Json:
    name, described = source(operation)
    return resolved(name, described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}))


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_the_call_is_documented(operation: Operation) -> None:
    name, described = source(operation)
    assert described["responses"]
    parameters = [resolved(name, parameter) for parameter in described.get("parameters", [])]
    assert {found["name"] for found in parameters if found["in"] == "path"} == set(re.findall(r"{(\w+)}", operation.path))
    assert set(operation.query) <= {found["name"] for found in parameters if found["in"] == "query"}
    assert set(operation.body) <= set(body_schema(operation).get("properties", {}))
    assert set(body_schema(operation).get("required", [])) <= set(operation.body)
    assert operation.changes == (operation.method != "GET" and operation.name not in HARMLESS)
    assert not operation.document


def test_functions_are_told_apart_from_other_calls() -> None:
    assert {operation.name for operation in OPERATIONS.values() if operation.body == ("path", "args", "format")} <= set(FUNCTIONS)


def flows(convex: Convex, folder: pathlib.Path) -> set[str]:
    """Everything that this room ever asks for, once; the operations that were."""
    convex.env(ENV)
    convex.update_env()
    # Running when it is to be paused, and when it is looked at; then paused.
    convex.state(backend(), backend(), backend("paused"))
    convex.on("POST", "/api/v1/pause_deployment", None)
    convex.on("POST", "/api/v1/unpause_deployment", None)
    convex.on("GET", "/api/check_admin_key", {"success": True, "allowedOps": PERMISSIONS, "isReadOnly": False})
    convex.on("GET", "/api/v1/deployment_info", {"kind": "selfHosted"})
    convex.on("GET", "/api/v1/get_canonical_urls", {"convexCloudUrl": "https://data.example.com", "convexSiteUrl": "https://actions.example.com"})
    convex.query(deployment.VERSION_QUERY, value("1.48.0"))
    convex.query(tables.TABLES_QUERY, value({"page": [{"name": "orders"}], "isDone": True, "continueCursor": ""}))
    convex.query(tables.SIZE_QUERY, value(3.0))
    convex.query("orders:all", value([]))
    convex.on("POST", "/api/mutation", value(None))
    convex.on("POST", "/api/action", value(None))
    convex.query(exports.LATEST_QUERY, value(None), export(files=True))
    convex.on("POST", "/api/export/request/zip", None)
    convex.raw("GET", "/api/export/zip/new", ZIP)
    (folder / "in.zip").write_bytes(ZIP)
    convex.uploads()
    convex.query(imports.LIST_QUERY, value([]))
    convex.query(imports.IMPORT_QUERY, WAITS, WAITS, DONE, WAITS, DONE)
    bring: Json = {"src": str(folder / "in.zip"), "mode": "replace", "format": None, "table": None, "confirm": NAME, "allow": "destroy"}
    convex.on("GET", "/api/stream_function_logs", {"entries": [completion("a:x")], "newCursor": 1.0})
    for path, answer in (
        ("list_deploy_keys", [{"id": 1, "name": "old", "creationTime": 1, "allowedActions": []}]),
        ("create_deploy_key", {"deployKey": "prod:x|y"}),
        ("delete_deploy_key", None),
    ):
        convex.on("GET" if path.startswith("list") else "POST", f"/deployments/{NAME}/{path}", answer, base=management.API_URL)
    convex.on("GET", "/deployments/nobody/list_deploy_keys", (404, None), base=management.API_URL)
    convex.on("GET", "/token_details", {"type": "teamToken", "teamId": 42}, base=management.API_URL)
    convex.on("GET", "/teams/42/list_deployments", {"items": [], "pagination": {"hasMore": False}}, base=management.API_URL)
    managed: Json = {"token": "t" * 20, "api_url": management.API_URL, "deployment": NAME, "permissions": ["deployment:deploy"], "lifetime": 3600.0}
    results = [
        of_module(environment.execute, variables={"NEW": "x"}, absent=["RATE_LIMIT_MAX"]),
        of_module(environment.execute_info, values=False),
        of_module(deployment.execute, state="paused"),
        of_module(deployment.execute_info),
        of_module(tables.execute_info, tables=[], count="size"),
        of_module(exports.execute, dest=str(folder / "a.zip"), overwrite=False, include_storage=True, in_progress="adopt", max_age=0.0),
        of_module(logs.execute_info, function=None, errors_only=False, limit=1, cursor=0.0),
        of_module(deploy_keys.execute, no_log=True, **{**managed, "name": "ci", "state": "present"}),
        of_module(deploy_keys.execute, **{**managed, "name": "old", "state": "absent"}),
        of_module(imports.execute, True, **{**bring, "mode": "append"}),
        of_module(imports.execute, **{**bring, "mode": "append"}),
        of_module(imports.execute, **bring),
        *(of_module(functions.execute, type=kind, path="orders:all", args={}) for kind in ("query", "mutation", "action")),
    ]
    results.append(of_module(deployment.execute, state="running"))
    assert not [result["failure"] for result in results if result.get("failed")]
    results.append(of_module(deploy_keys.execute_info, **{**managed, "deployment": "nobody"}))
    assert results[-1]["failure"]["kind"] == "not_found"
    return {step["name"] for result in results for step in result["steps"]}


def operations_of(method: str, path: str) -> list[Operation]:
    """More than one where it depends on what was uploaded whether rows are deleted."""
    found = [it for it in OPERATIONS.values() if it.method == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", it.path), path)]
    assert found, f"{method} {path} is not declared"
    return found


def test_what_is_sent_is_what_is_declared_and_documented(convex: Convex, tmp_path: pathlib.Path) -> None:
    seen = flows(convex, tmp_path)
    for call in convex.calls:
        sent = call.request
        operation, *_others = operations_of(sent.method, sent.path_url.partition("?")[0].removeprefix("/v1"))
        assert set(sent.params) <= set(operation.query)
        is_json = sent.headers.get("Content-Type") != "application/octet-stream"
        body = json.loads(sent.body) if sent.body and is_json else {}
        assert set(body) <= set(operation.body)
        schema = body_schema(operation)
        if schema:
            components = document(source(operation)[0])["components"]
            jsonschema.Draft202012Validator({**schema, "components": components}).validate(body)
        assert not schema or body.get("format", "json") == "json"
    assert seen == set(OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("list_environment_variables", {"environmentVariables": ENV}),
        ("run_query", backend()),
        ("check_admin_key", {"success": True, "allowedOps": PERMISSIONS, "isReadOnly": False}),
        ("deployment_info", {"kind": "selfHosted"}),
    ],
)
def test_the_answers_of_these_tests_are_of_the_documented_shapes(operation: str, answer: Json) -> None:
    name, described = source(OPERATIONS[operation])
    check_shape(answer, described["responses"]["200"]["content"]["application/json"]["schema"], name)


def check_shape(found: t.Any, schema: Json, name: str = "hand-derived-admin") -> None:
    """That it fits a schema of this document."""
    jsonschema.Draft202012Validator({**schema, "components": document(name)["components"]}).validate(found)


def check_named(found: t.Any, schema: str) -> None:
    """That it fits the schema of this name, of what was written by hand."""
    check_shape(found, {"$ref": f"#/components/schemas/{schema}"})


@pytest.mark.parametrize("state", [{}, {"state": "requested"}, {"state": "in_progress", "start_ts": "1"}])
def test_the_exports_are_of_the_documented_shape(state: Json) -> None:
    check_named(export(**state)["value"], "ExportState")


@pytest.mark.parametrize("state", [WAITS, imported("uploaded"), imported("in_progress"), DONE])
def test_the_imports_are_of_the_documented_shape(state: Json) -> None:
    check_named(state["value"], "ImportDocument")


def test_what_a_key_may_do_is_the_vendor_s_list() -> None:
    listed = document("management")["components"]["schemas"]["PlatformCreateDeployKeyArgs"]["properties"]["allowedActions"]["items"]["enum"]
    assert list(deploy_keys.PERMISSIONS) == listed


def test_the_state_is_of_the_documented_shape() -> None:
    check_named(backend("paused")["value"], "BackendState")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching the vendors' schemas: from a file or a server, whole or not at all, and never over what is there."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, introspection_from_schema, validate_schema

from ansible_collections.saasops.runbooks.tests.tools import specs

OPENAPI = {
    "openapi": "3.0.3",
    "paths": {"/v9/projects/{idOrName}": {"get": {"responses": {"200": {"description": "ok"}}}}},
    "components": {
        "schemas": {
            "Target": {"oneOf": [{"type": "string"}, {"type": "string", "enum": ["production"]}]},
            "Alias": {"type": "string", "nullable": True, "enum": ["a", "b"]},
            "Plain": {"type": "string", "nullable": True},
        }
    },
}
SDL = """
interface Node { id: ID! }
type Team implements Node { id: ID!, name: String @deprecated(reason: "old") }
type Query { node: Node, team: Team }
"""


def introspection() -> dict[str, Any]:
    """What the vendor publishes: with a deprecation that its own schema language forbids."""
    result: dict[str, Any] = introspection_from_schema(build_schema(SDL))
    team = next(each for each in result["__schema"]["types"] if each["name"] == "Team")
    next(field for field in team["fields"] if field["name"] == "id").update(isDeprecated=True, deprecationReason="old")
    return {"data": result}


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both documents as files, named by their variables, and an empty folder for the schemas."""
    (tmp_path / "openapi.json").write_text(json.dumps(OPENAPI), encoding="utf-8")
    (tmp_path / "schema.json").write_text(json.dumps(introspection()), encoding="utf-8")
    monkeypatch.setenv("SAASOPS_SPECS_VERCEL_URL", (tmp_path / "openapi.json").as_uri())
    monkeypatch.setenv("SAASOPS_SPECS_RAILWAY_URL", (tmp_path / "schema.json").as_uri())
    monkeypatch.setenv("SAASOPS_SPECS", str(tmp_path / "specs"))
    return tmp_path / "specs"


@pytest.fixture
def server() -> Iterator[str]:
    """A loopback server that answers every request with a page and 200."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>maintenance</html>")

        def log_message(self, *_: object) -> None:
            """Say nothing on the test's output."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}/"
    httpd.shutdown()
    httpd.server_close()


def test_both_schemas_are_fetched_and_made_checkable(sources: Path) -> None:
    assert specs.main() == 0

    document = json.loads((sources / "vercel/openapi.json").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    assert "oneOf" not in schemas["Target"] and len(schemas["Target"]["anyOf"]) == 2
    assert {"enum": [None], "nullable": True} in schemas["Alias"]["anyOf"] and "nullable" not in schemas["Alias"]
    assert schemas["Plain"] == {"type": "string", "nullable": True}
    assert document["paths"]["/v9/projects/{projectId}/rollback/{deploymentId}"]["post"]["x-undocumented"] is True
    assert "get" in document["paths"]["/v9/projects/{idOrName}"]

    schema = build_schema((sources / "railway/schema.graphql").read_text(encoding="utf-8"))
    assert validate_schema(schema) == []
    team = schema.type_map["Team"]
    assert team.fields["id"].deprecation_reason is None  # type: ignore[attr-defined]
    assert team.fields["name"].deprecation_reason == "old"  # type: ignore[attr-defined]


def test_what_is_there_is_left_alone(sources: Path) -> None:
    (sources / "vercel").mkdir(parents=True)
    (sources / "vercel/openapi.json").write_text("mine", encoding="utf-8")
    assert specs.main() == 0
    assert (sources / "vercel/openapi.json").read_text(encoding="utf-8") == "mine"
    assert (sources / "railway/schema.graphql").is_file()


def test_an_unreachable_address_is_named_with_what_to_do(sources: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        # Bound and not listening: nobody else can answer there while the test runs.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/openapi.json"
        monkeypatch.setenv("SAASOPS_SPECS_VERCEL_URL", url)
        assert specs.main() == 1
    said = capsys.readouterr().err
    assert f"The schema of vercel cannot be fetched from {url}" in said
    assert "SAASOPS_SPECS_VERCEL_URL" in said and "SAASOPS_SPECS." in said
    assert not (sources / "vercel/openapi.json").exists()
    assert (sources / "railway/schema.graphql").is_file(), "one vendor's failure must not keep the other's schema away"


def test_a_page_instead_of_a_schema_is_refused(sources: Path, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SAASOPS_SPECS_VERCEL_URL", server)
    monkeypatch.setenv("SAASOPS_SPECS_RAILWAY_URL", server)
    assert specs.main() == 1
    assert capsys.readouterr().err.count("is not the schema of") == 2
    assert not sources.exists() or not [path for path in sources.rglob("*") if path.is_file()]

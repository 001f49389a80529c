# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetching the vendors' schemas: from a server, whole or not at all, and never over what is there."""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import tarfile
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
MANAGEMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Convex Management API", "version": "1.0.0"},
    "paths": {
        "/run/{*functionIdentifier}": {"post": {"responses": {"200": {"description": ""}}}},
        "/teams/{team_id}/projects": {
            "get": {
                "parameters": [{"name": "team_id", "in": "path", "required": True}, {"name": "limit", "in": "query"}],
                "security": [{"Team Token": []}, {"PAT": []}],
                "responses": {"200": {"description": ""}},
            }
        },
    },
    "components": {"securitySchemes": {"Team Token": {"type": "http", "scheme": "bearer"}, "PAT": {"type": "http", "scheme": "bearer"}}},
}
# It has no paths.
LOGS = {"openapi": "3.1.0", "info": {"title": "Convex Function Logs API", "version": "1.0.0"}, "components": {"schemas": {"Entry": {"type": "object"}}}}
SDL = """
interface Node { id: ID! }
type Team implements Node { id: ID!, name: String @deprecated(reason: "old") }
type Query { node: Node, team: Team }
"""


SHOP = '''
interface Node { id: ID! }
interface Named { name: String @deprecated(reason: "old") }
"""A shop."""
type Shop implements Node & Named { id: ID!, name: String @deprecated(reason: "old"), description("How long" most: Int): String }
type Query { node: Node, named: Named, shop: Shop }
'''


def package() -> bytes:
    """What the vendor publishes of Shopify: a package that holds a compressed introspection result for each version."""
    result: dict[str, Any] = introspection_from_schema(build_schema(SHOP))
    shop = next(each for each in result["__schema"]["types"] if each["name"] == "Shop")
    next(field for field in shop["fields"] if field["name"] == "id").update(isDeprecated=True, deprecationReason="old")
    held = gzip.compress(json.dumps({"data": result}).encode())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made:
        for version in specs.SHOPIFY_VERSIONS:
            member = tarfile.TarInfo(f"package/dist/data/admin_{version}.json.gz")
            member.size = len(held)
            made.addfile(member, io.BytesIO(held))
    return packed.getvalue()


def introspection() -> dict[str, Any]:
    """What the vendor publishes: with a deprecation that its own schema language forbids."""
    result: dict[str, Any] = introspection_from_schema(build_schema(SDL))
    team = next(each for each in result["__schema"]["types"] if each["name"] == "Team")
    next(field for field in team["fields"] if field["name"] == "id").update(isDeprecated=True, deprecationReason="old")
    return {"data": result}


def documents() -> dict[str, Any]:
    """What each address answers, by the name of its source."""
    given = {source.name: MANAGEMENT if source.name.startswith("convex") else OPENAPI for source in specs.SOURCES}
    return {**given, "railway": introspection(), "convex logs": LOGS}


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def server(asked: list[str]) -> Iterator[str]:
    """A loopback server that has every document at its source's name, and answers everything else with a page and 200."""
    known = {f"/{name.replace(' ', '-')}": json.dumps(document).encode() for name, document in documents().items()}
    known |= {f"/shopify-{version}": package() for version in specs.SHOPIFY_VERSIONS}

    class Published(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(known.get(self.path, b"<html>maintenance</html>"))

        def log_message(self, *_: object) -> None:
            """Say nothing on the test's output."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Published)
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def sources(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every address is the loopback server's, and the folder for the schemas holds only what nobody publishes."""
    for source in specs.SOURCES:
        monkeypatch.setenv(source.variable, f"{server}/{source.name.replace(' ', '-')}")
    monkeypatch.setenv("SAASOPS_SPECS", str(tmp_path / "specs"))
    for path in specs.UNPUBLISHED:
        (tmp_path / "specs" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "specs" / path).write_text("{}", encoding="utf-8")
    return tmp_path / "specs"


def fetched(folder: Path) -> set[str]:
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return found - set(specs.UNPUBLISHED)


def test_every_schema_is_fetched_once(sources: Path, asked: list[str]) -> None:
    assert specs.main() == 0
    assert fetched(sources) == {source.path for source in specs.SOURCES}
    assert sorted(asked) == sorted(f"/{source.name.replace(' ', '-')}" for source in specs.SOURCES)
    assert specs.main() == 0
    assert len(asked) == len(specs.SOURCES)


def test_every_address_is_the_vendor_s_own_and_has_a_variable_of_its_own() -> None:
    published = ("https://openapi.vercel.sh/", "https://api.convex.dev/", "npm:@shopify/")
    owners = (*published, *(f"{specs.GITHUB}/{owner}/" for owner in ("vercel", "railwayapp", "get-convex")))
    assert all(source.url.startswith(owners) for source in specs.SOURCES)
    for field in ("name", "path", "variable"):
        assert len({getattr(source, field) for source in specs.SOURCES}) == len(specs.SOURCES)
    # Both versions of Shopify's are in one package.
    assert len({source.url for source in specs.SOURCES}) == len(specs.SOURCES) - 1
    assert {source.variable for source in specs.SOURCES} >= {"SAASOPS_SPECS_VERCEL_URL", "SAASOPS_SPECS_RAILWAY_URL", "SAASOPS_SPECS_CONVEX_MANAGEMENT_URL"}


def test_convex_s_documents_are_made_valid(sources: Path) -> None:
    assert specs.main() == 0
    document = json.loads((sources / "convex/management-openapi.json").read_text(encoding="utf-8"))
    assert set(document["paths"]) == {"/run/{functionIdentifier}", "/teams/{team_id}/projects"}
    described = document["paths"]["/teams/{team_id}/projects"]["get"]
    assert described["parameters"] == [{"name": "team_id", "in": "path", "required": True, "schema": {"type": "string"}}, {"name": "limit", "in": "query"}]
    assert described["security"] == [{"TeamToken": []}, {"PAT": []}] and set(document["components"]["securitySchemes"]) == {"TeamToken", "PAT"}
    logs = json.loads((sources / "convex/function-logs-openapi.json").read_text(encoding="utf-8"))
    assert (logs["paths"], logs["components"]) == ({}, LOGS["components"])


def test_what_nobody_publishes_is_told(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sources / "convex/hand-derived-admin-openapi.json").unlink()
    assert specs.main() == 1
    said = capsys.readouterr().err
    assert "hand-derived-admin-openapi.json is missing" in said and "no public address" in said and "reference-operations" not in said
    assert fetched(sources) == {source.path for source in specs.SOURCES}


def test_the_schemas_are_made_checkable(sources: Path) -> None:
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


def test_shopify_s_schemas_come_out_of_a_package_without_their_descriptions(sources: Path) -> None:
    assert specs.main() == 0
    for version in specs.SHOPIFY_VERSIONS:
        text = (sources / f"shopify/admin-{version}.graphql").read_text(encoding="utf-8")
        schema = build_schema(text)
        assert validate_schema(schema) == [] and "A shop" not in text and "How long" not in text
        shop = schema.type_map["Shop"]
        assert set(shop.fields) == {"id", "name", "description"}  # type: ignore[attr-defined]
        assert shop.fields["id"].deprecation_reason is None  # type: ignore[attr-defined]
        assert shop.fields["name"].deprecation_reason == "old"  # type: ignore[attr-defined]


def test_a_package_is_fetched_by_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A script in npm's place writes what it was asked for into the archive, or fails."""
    npm = tmp_path / "npm"
    refuses = '[ "$last" = a@1 ] || { echo "no such package" >&2; exit 1; }'
    npm.write_text(f'#!/bin/sh\nfor last; do :; done\n{refuses}\necho "$@" > "$5/a-1.tgz"\n', encoding="utf-8")
    npm.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert specs.download("npm:a@1").startswith(b"pack --silent --ignore-scripts --pack-destination ")
    with pytest.raises(OSError, match="no such package"):
        specs.download("npm:b@1")
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    with pytest.raises(OSError, match="install Node"):
        specs.download("npm:a@1")


@pytest.mark.parametrize("data", [b"", b"text", gzip.compress(b"text")], ids=["empty", "text", "packed text"])
def test_what_is_no_package_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="no package"):
        specs.packed("package/x.json.gz")(data)
    with pytest.raises((ValueError, KeyError)):
        specs.packed("package/x.json.gz")(package())


def test_what_is_there_is_left_alone(sources: Path) -> None:
    (sources / "vercel").mkdir()
    (sources / "vercel/openapi.json").write_text("mine", encoding="utf-8")
    assert specs.main() == 0
    assert (sources / "vercel/openapi.json").read_text(encoding="utf-8") == "mine"
    assert fetched(sources) == {source.path for source in specs.SOURCES}


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
    others = {source.path for source in specs.SOURCES if source.name != "vercel"}
    assert fetched(sources) == others, "one vendor's failure must not keep the other's schema away"


def test_a_page_instead_of_a_schema_is_refused(sources: Path, server: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for source in specs.SOURCES:
        monkeypatch.setenv(source.variable, f"{server}/maintenance")
    assert specs.main() == 1
    assert capsys.readouterr().err.count("is not the schema of") == len(specs.SOURCES)
    assert fetched(sources) == set()


@pytest.mark.parametrize("document", [{}, {"openapi": "3.0.3", "paths": {}}, {"openapi": "3.1.0", "paths": []}, [], "text", None])
def test_what_is_no_document_of_convex_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="no OpenAPI 3.1 document"):
        specs.convex_openapi(json.dumps(document))

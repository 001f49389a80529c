# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendors' own schemas, from ``SAASOPS_SPECS`` (default: ``../shared/specs`` beside the checkout). Absent is an error."""

from __future__ import annotations

import functools
import json
import os
import re
import typing as t
from pathlib import Path

import jsonschema

CHECKOUT = Path(__file__).resolve().parents[2]
Json = dict[str, t.Any]


def folder() -> Path:
    place = Path(os.environ.get("SAASOPS_SPECS") or CHECKOUT.parent / "shared" / "specs")
    if not place.is_dir():
        raise FileNotFoundError(f"the vendors' schemas are not at {place}: set SAASOPS_SPECS to the folder that holds them")
    return place


def _json_schema(node: t.Any) -> t.Any:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema has a type."""
    if isinstance(node, list):
        return [_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    # So it does where an end of a range belongs to it.
    converted = {key: _json_schema(value) for key, value in node.items() if key != "nullable" and not (key.startswith("exclusive") and value is False)}
    if node.get("nullable") is not True:
        return converted
    if "enum" in converted and None not in converted["enum"]:
        converted["enum"] = [*converted["enum"], None]
    if isinstance(converted.get("type"), str):
        return {**converted, "type": [converted["type"], "null"]}
    return {"anyOf": [converted, {"type": "null"}]}


class OpenApi:
    """One OpenAPI 3.0 document: which operation a request is, and whether an answer is what the document promises."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        self.paths: Json = document["paths"]
        self._components = _json_schema(document["components"])
        self._patterns = {template: re.compile(re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(template)) + "$") for template in self.paths}

    def template(self, method: str, path: str) -> str | None:
        """The path as the document writes it; a literal path wins over one with a parameter."""
        found = [name for name, pattern in self._patterns.items() if pattern.match(path) and method.lower() in self.paths[name]]
        return min(found, key=lambda name: name.count("{")) if found else None

    def _resolved(self, node: Json) -> Json:
        while "$ref" in node:
            node = self._components[node["$ref"].split("/")[-2]][node["$ref"].split("/")[-1]]
        return node

    def check_answer(self, method: str, path: str, status: int, body: t.Any, content_type: str = "application/json") -> None:
        """Raise when the operation does not exist, the status is not foreseen, or the body breaks its schema."""
        template = self.template(method, path)
        if template is None:
            raise AssertionError(f"the vendor's document has no {method} {path}")
        responses: Json = self.paths[template][method.lower()]["responses"]
        key = next((name for name in (str(status), f"{str(status)[0]}XX", "default") if name in responses), None)
        if key is None:
            raise AssertionError(f"{method} {template} never answers {status}, only {', '.join(responses)}")
        content = self._resolved(_json_schema(responses[key])).get("content", {})
        schema = content.get(content_type, {}).get("schema")
        if schema is None:
            # The documents often say nothing of the body of an error, which always has the same shape.
            is_error = status >= 400 and isinstance(body, dict) and {"code", "message"} <= set(body.get("error", {}))
            if body is not None and not is_error:
                raise AssertionError(f"{method} {template} has no body with {status}")
            return
        validator = jsonschema.Draft202012Validator({**schema, "components": self._components})
        errors = sorted(validator.iter_errors(body), key=lambda error: len(error.absolute_path))
        if errors:
            worst = jsonschema.exceptions.best_match(errors)
            raise AssertionError(f"{method} {template} {status}: {worst.json_path}: {worst.message[:500]}")

    def parameters(self, method: str, path: str) -> set[str]:
        template = self.template(method, path)
        if template is None:
            raise AssertionError(f"the vendor's document has no {method} {path}")
        listed = [*self.paths[template].get("parameters", []), *self.paths[template][method.lower()].get("parameters", [])]
        return {self._resolved(parameter)["name"] for parameter in listed}


@functools.cache
def vercel() -> OpenApi:
    return OpenApi(folder() / "vercel" / "openapi.json")


@functools.cache
def vercel_2025() -> OpenApi:
    """The vendor's document of October 2025: it still has what the vendor's own client goes on using."""
    return OpenApi(folder() / "vercel" / "openapi-official-2025-10-29.json")


# Written down nowhere: what these answer.
OPEN_CONVEX = {"/api/app_metrics/latency_percentiles"}


class Convex:
    """The vendor's documents, one for each of its APIs, and the one written here for routes that none of them names."""

    def __init__(self, place: Path) -> None:
        self.management = OpenApi(place / "management-openapi.json")
        self.deployment = OpenApi(place / "deployment-openapi.json")
        self.functions = OpenApi(place / "public-deployment-openapi.json")
        self.dashboard = OpenApi(place / "dashboard-deployment-openapi.json")
        self.logs = json.loads((place / "function-logs-openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
        self._place = place

    @functools.cached_property
    def admin(self) -> OpenApi:
        """The one that nobody publishes: only what needs it fails without it."""
        return OpenApi(self._place / "hand-derived-admin-openapi.json")

    def find(self, method: str, path: str) -> tuple[OpenApi, str] | None:
        """The document that has a call of the sandbox's address, and the path as that document writes it."""
        for document, prefix in ((self.management, "/v1"), (self.deployment, "/api/v1"), (self.functions, "/api"), (self.dashboard, "/api")):
            inner = path.removeprefix(prefix)
            if path.startswith(prefix) and document.template(method, inner):
                return document, inner
        return (self.admin, path) if self.admin.template(method, path) else None

    def check_answer(self, method: str, path: str, status: int, body: t.Any) -> None:
        """The documents know no refusals: every one of them has a code and a message."""
        if status >= 400:
            if not (isinstance(body, dict) and set(body) == {"code", "message"} and all(isinstance(value, str) for value in body.values())):
                raise AssertionError(f"{method} {path} {status}: {body!r} is no error of this vendor")
            return
        found = self.find(method, path)
        if found is None:
            raise AssertionError(f"the vendor's documents have no {method} {path}")
        if path in OPEN_CONVEX:
            return
        found[0].check_answer(method, found[1], status, body)


@functools.cache
def convex() -> Convex:
    return Convex(folder() / "convex")


@functools.cache
def stripe() -> OpenApi:
    """Made of the types of the vendor's own library, which adds ``lastResponse`` to some answers by itself."""
    document = OpenApi(folder() / "stripe" / "openapi.json")
    document.paths = json.loads(json.dumps(document.paths).replace(', "required": ["lastResponse"]', ""))
    return document


@functools.cache
def uptimerobot() -> OpenApi:
    """The document says that a moment is exactly one of a text and of anything, which no text is."""
    document = OpenApi(folder() / "uptimerobot" / "openapi.json")
    document.paths, document._components = (json.loads(json.dumps(part).replace('"oneOf"', '"anyOf"')) for part in (document.paths, document._components))
    return document


@functools.cache
def atlas() -> OpenApi:
    return OpenApi(folder() / "mongodb-atlas" / "openapi.json")


@functools.cache
def supabase() -> OpenApi:
    return OpenApi(folder() / "supabase" / "openapi.json")


@functools.cache
def railway() -> t.Any:
    """The vendor's GraphQL schema."""
    from graphql import build_schema

    return build_schema((folder() / "railway" / "schema.graphql").read_text(encoding="utf-8"))


def railway_reference_operations() -> str:
    return (folder() / "railway" / "reference-operations.graphql").read_text(encoding="utf-8")


# The oldest that is served, and the newest.
SHOPIFY_VERSIONS = ("2026-01", "2026-10")


@functools.cache
def shopify() -> dict[str, t.Any]:
    """The vendor's GraphQL schemas by version."""
    from graphql import build_schema

    files = sorted((folder() / "shopify").glob("admin-*.graphql"))
    return {path.stem.removeprefix("admin-"): build_schema(path.read_text(encoding="utf-8")) for path in files}

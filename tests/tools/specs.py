# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes sure that the vendors' public schemas are in ``SAASOPS_SPECS``, which the contract tests read.

    python tests/tools/specs.py

What is there is left alone. What is missing is fetched from the address where its vendor publishes it; another address can be named by the
variable of each (``SAASOPS_SPECS_VERCEL_URL``, ``SAASOPS_SPECS_CONVEX_MANAGEMENT_URL``, ...), which a failure tells. Some files have no address
(``UNPUBLISHED``): they are told, and the tests that need them fail without them.
"""

from __future__ import annotations

import gzip
import http.client
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TIMEOUT_S = 60
NPM_TIMEOUT_S = 300
# Documents that leave out what a validator's ``nullable`` cannot stand beside.
ALTERNATIVES = ("$ref", "allOf", "anyOf", "enum")
# Vercel's own command-line client calls these; the published document does not name them.
UNDOCUMENTED_VERCEL = {
    "/v9/projects/{projectId}/rollback/{deploymentId}": {"post": ("requestRollbackV9", "201")},
    "/v9/projects/{projectId}/rollback/aliases": {"get": ("listRollbackAliasesV9", "200")},
    "/v9/projects/{projectId}/promote/aliases": {"get": ("listPromoteAliasesV9", "200")},
}


class SpecsError(Exception):
    """A schema could not be had; the message says which, from where, and what to do."""


def children(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def make_checkable(node: Any) -> None:
    """Rewrite, in place, what an OpenAPI 3.0 validator could not hold an answer to.

    Alternatives that overlap can never be "exactly one of"; and ``nullable`` beside a reference, a combination or a list of
    values is ignored, so null becomes an alternative that is written out.
    """
    for child in children(node):
        make_checkable(child)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("oneOf"), list):
        node["anyOf"] = node.pop("oneOf")
    if node.get("nullable") is True and any(key in node for key in ALTERNATIVES):
        del node["nullable"]
        rest = dict(node)
        node.clear()
        node["anyOf"] = [rest, {"enum": [None], "nullable": True}]


def vercel_openapi(text: str) -> str:
    """Vercel's OpenAPI document, made checkable, with the paths that only its client names."""
    document = json.loads(text)
    if "paths" not in document:
        raise ValueError("this is no OpenAPI document")
    make_checkable(document)
    for path, methods in UNDOCUMENTED_VERCEL.items():
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
        parameters += [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in ("teamId", "slug")]
        known = document["paths"].setdefault(path, {})
        for method, (operation, status) in methods.items():
            known.setdefault(method, {"operationId": operation, "x-undocumented": True, "parameters": parameters, "responses": {status: {"description": ""}}})
    return json.dumps(document)


def railway_sdl(text: str) -> str:
    """Railway's introspection result as SDL.

    GraphQL refuses a deprecated field that an interface requires, so the deprecation of such fields is dropped.
    """
    from graphql import build_client_schema, print_schema

    answer = json.loads(text)
    introspection = answer.get("data", answer)
    types = {each["name"]: each for each in introspection["__schema"]["types"]}
    for each in types.values():
        required = {field["name"] for interface in each.get("interfaces") or [] for field in types[interface["name"]]["fields"]}
        for field in each.get("fields") or []:
            if field["name"] in required:
                field["isDeprecated"], field["deprecationReason"] = False, None
    return print_schema(build_client_schema(introspection)) + "\n"


def shopify_sdl(text: str) -> str:
    """One version of Shopify's introspection result as SDL, without its descriptions.

    GraphQL refuses a deprecated field that an interface has and does not deprecate, so the deprecation of such fields is dropped.
    """
    from graphql import build_client_schema, print_schema

    answer = json.loads(text)
    introspection = answer.get("data", answer)
    types = {each["name"]: each for each in introspection["__schema"]["types"]}
    for each in types.values():
        kept = {field["name"] for one in each.get("interfaces") or [] for field in types[one["name"]]["fields"] if not field["isDeprecated"]}
        for field in each.get("fields") or []:
            if field["name"] in kept:
                field["isDeprecated"], field["deprecationReason"] = False, None
    _undescribe(introspection)
    return print_schema(build_client_schema(introspection)) + "\n"


def _undescribe(node: Any) -> None:
    """In place. A type or an argument may itself be named so: those are values, not keys."""
    if isinstance(node, dict):
        node.pop("description", None)
    for child in children(node):
        _undescribe(child)


def plain(data: bytes) -> str:
    return data.decode("utf-8")


def packed(member: str) -> Callable[[bytes], str]:
    """A compressed file in a package."""

    def read(data: bytes) -> str:
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as package:
                held = package.extractfile(member)
                if held is None:
                    raise ValueError(f"{member} is no file")
                return gzip.decompress(held.read()).decode("utf-8")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise ValueError(f"this is no package with {member}") from error

    return read


def vercel_openapi_2025(text: str) -> str:
    """Vercel's document of October 2025, made checkable."""
    document = json.loads(text)
    if "paths" not in document:
        raise ValueError("this is no OpenAPI document")
    make_checkable(document)
    return json.dumps(document)


def convex_openapi(text: str) -> str:
    """One of Convex's OpenAPI documents, with what a validator of OpenAPI 3.1 refuses set right.

    A parameter of a path needs a schema, a placeholder has no asterisk, and the name of a way to log in has no spaces.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.1") or not isinstance(document.get("paths", {}), dict):
        raise ValueError("this is no OpenAPI 3.1 document")
    document["paths"] = {path.replace("{*", "{"): item for path, item in document.get("paths", {}).items()}
    for item in document["paths"].values():
        for operation in [item, *(each for each in item.values() if isinstance(each, dict))]:
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "path" and not {"schema", "content"} & set(parameter):
                    parameter["schema"] = {"type": "string"}
            if "security" in operation:
                operation["security"] = [_spaceless(way) for way in operation["security"]]
    components = document.setdefault("components", {})
    if "securitySchemes" in components:
        components["securitySchemes"] = _spaceless(components["securitySchemes"])
    return json.dumps(document)


def _spaceless(named: dict[str, Any]) -> dict[str, Any]:
    return {name.replace(" ", ""): each for name, each in named.items()}


@dataclass(frozen=True)
class Source:
    """``name``: whose schema it is, and which of several. ``read``: the text of what is fetched."""

    name: str
    path: str
    url: str
    convert: Callable[[str], str]
    read: Callable[[bytes], str] = plain

    @property
    def variable(self) -> str:
        return f"SAASOPS_SPECS_{self.name.upper().replace(' ', '_').replace('-', '_')}_URL"


GITHUB = "https://raw.githubusercontent.com"
CONVEX = f"{GITHUB}/get-convex/convex-backend/main/npm-packages"
# Still has what the vendor's own client goes on calling.
VERCEL_2025 = f"{GITHUB}/vercel/sdk/1a425c5a256d8b904ef844676e708e0f9608d03e/vercel-spec.json"
# The vendor's own package carries what each version of its API says of itself.
SHOPIFY = "npm:@shopify/dev-mcp@1.16.0"
SHOPIFY_VERSIONS = ("2026-01", "2026-10")
SOURCES = (
    Source("vercel", "vercel/openapi.json", "https://openapi.vercel.sh/", vercel_openapi),
    Source("vercel 2025", "vercel/openapi-official-2025-10-29.json", VERCEL_2025, vercel_openapi_2025),
    Source("railway", "railway/schema.graphql", f"{GITHUB}/railwayapp/cli/master/src/gql/schema.json", railway_sdl),
    Source("convex management", "convex/management-openapi.json", "https://api.convex.dev/v1/openapi.json", convex_openapi),
    Source("convex deployment", "convex/deployment-openapi.json", f"{CONVEX}/@convex-dev/platform/deployment-openapi.json", convex_openapi),
    Source("convex functions", "convex/public-deployment-openapi.json", f"{CONVEX}/@convex-dev/platform/public-deployment-openapi.json", convex_openapi),
    Source("convex logs", "convex/function-logs-openapi.json", f"{CONVEX}/convex/function-logs-openapi.json", convex_openapi),
    Source("convex dashboard", "convex/dashboard-deployment-openapi.json", f"{CONVEX}/dashboard/dashboard-deployment-openapi.json", convex_openapi),
    *(
        Source(f"shopify {version}", f"shopify/admin-{version}.graphql", SHOPIFY, shopify_sdl, packed(f"package/dist/data/admin_{version}.json.gz"))
        for version in SHOPIFY_VERSIONS
    ),
)
# Written for this project out of what the vendors' own clients do, because no vendor describes it, or made from a vendor's own library;
# nobody publishes them.
UNPUBLISHED = {
    "../api/shopify.md": "one operation for each thing that is done at Shopify",
    "convex/hand-derived-admin-openapi.json": "the calls of Convex that only its own client and dashboard make",
    "railway/reference-operations.graphql": "one operation for each thing that is done at Railway",
    "stripe/openapi.json": "the calls of Stripe, made from the types of its npm package",
}


def download(url: str) -> bytes:
    """What is at an address; of ``npm:<package>@<version>`` the package's archive, from where npm has it."""
    if not url.startswith("npm:"):
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            return bytes(answer.read())
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is not there: install Node.js")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, url.removeprefix("npm:")]
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, check=False)
        if done.returncode:
            raise OSError(f"npm says: {done.stderr.strip()[-500:]}")
        return next(Path(folder).glob("*.tgz")).read_bytes()


def fetch(source: Source, folder: Path) -> Path:
    """Fetch one schema into the folder. The file appears whole or not at all."""
    url = os.environ.get(source.variable, source.url)
    target = folder / source.path
    advice = f"Put the file to {target}, or name another address by {source.variable}, or an existing folder by SAASOPS_SPECS."
    try:
        data = download(url)
    except (OSError, http.client.HTTPException, subprocess.TimeoutExpired) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise SpecsError(f"The schema of {source.name} cannot be fetched from {url}: {reason}. {advice}") from error
    try:
        # Text that is none is a ValueError too.
        converted = source.convert(source.read(data))
    except (ValueError, KeyError, TypeError) as error:
        raise SpecsError(f"What {url} answers is not the schema of {source.name}: {error!r}. {advice}") from error
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_text(converted, encoding="utf-8")
    partial.replace(target)
    return target


def main() -> int:
    folder = Path(os.environ.get("SAASOPS_SPECS") or ".cache/specs").absolute()
    status = 0
    for source in SOURCES:
        if (folder / source.path).is_file():
            continue
        try:
            print(f"Fetched {fetch(source, folder)}")
        except SpecsError as error:
            print(f"specs: {error}", file=sys.stderr)
            status = 1
    for path, what in UNPUBLISHED.items():
        if not (folder / path).is_file():
            print(f"specs: {folder / path} is missing: {what}. It has no public address; the tests that need it fail without it.", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())

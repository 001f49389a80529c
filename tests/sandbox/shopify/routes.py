# SPDX-License-Identifier: GPL-3.0-or-later
"""Shopify's HTTP side: the token endpoint, one address for each version, and the vendor's ways of saying no."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from aiohttp import web

from . import bulk_routes, cost
from .resolvers import Resolvers
from .state import App, Json, ShopifyError

if t.TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema

    from .vendor import Shopify

PATH = "/admin/api/{version}/graphql.json"
GRANT = "/admin/oauth/access_token"
# Later than every version with a number.
NEWEST = "unstable"
DEAD = "[API] Invalid API key or access token (unrecognized login or wrong password)"


@functools.cache
def schema(version: str = NEWEST) -> GraphQLSchema:
    """One file for each topic; those beside the first extend its types. What came with a version is in ``<topic>.<version>.graphql``."""
    files = sorted(Path(__file__).parent.glob("*.graphql"))
    return _built(tuple(path for path in files if path.stem.partition(".")[2] <= version))


@functools.cache
def _built(files: tuple[Path, ...]) -> GraphQLSchema:
    from graphql import build_schema

    return build_schema("\n".join(path.read_text(encoding="utf-8") for path in files))


@functools.lru_cache(maxsize=256)
def parsed(document: str, version: str = NEWEST) -> DocumentNode:
    """Clients send the same few documents over and over: parse and validate each once."""
    from graphql import parse, validate

    node = parse(document)
    errors = validate(schema(version), node)
    if errors:
        raise errors[0]
    return node


def failure(shopify: Shopify, message: str, code: str, **more: t.Any) -> Json:
    return {"message": message, "extensions": {"code": code, "requestId": shopify.world.uuid(), **more}}


def application(shopify: Shopify, middlewares: t.Sequence[t.Any]) -> web.Application:
    app = web.Application(middlewares=middlewares, client_max_size=128 * 1024 * 1024)
    # Built now, so that the first request takes no longer than the others.
    schema()

    async def graphql(request: web.Request) -> web.StreamResponse:
        caller = shopify.caller(request.headers.get("X-Shopify-Access-Token"))
        if caller is None:
            return web.json_response({"errors": DEAD}, status=401)
        try:
            body = await request.json()
        except ValueError:
            body = None
        # Files are somewhere else for clients: here at the same address, without the API's path.
        shopify.origin = str(request.url.origin())
        version = shopify.served(request.match_info["version"])
        said = web.json_response(answer(shopify, caller, body, version))
        said.headers["X-Shopify-API-Version"] = version
        return said

    async def grant(request: web.Request) -> web.StreamResponse:
        is_form = request.content_type == "application/x-www-form-urlencoded"
        try:
            wish = dict(await request.post()) if is_form else await request.json()
        except ValueError:
            wish = {}
        status, said = shopify.grant(wish if isinstance(wish, dict) else {})
        return web.json_response(said, status=status)

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.json_response({"errors": "Not Found"}, status=404)

    app.router.add_post(PATH, graphql)
    app.router.add_post(GRANT, grant)
    bulk_routes.add(app, shopify)
    app.router.add_route("*", "/{unknown:.*}", elsewhere)
    return app


def answer(shopify: Shopify, caller: App, body: t.Any, version: str) -> Json:
    from graphql import GraphQLError, GraphQLSyntaxError, OperationType, execute_sync, get_operation_ast

    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return {"errors": [failure(shopify, "No query was specified", "BAD_REQUEST")]}
    try:
        document = parsed(body["query"], version)
    except GraphQLSyntaxError as wrong:
        return {"errors": [failure(shopify, wrong.message, "parseError")]}
    except GraphQLError as wrong:
        return {"errors": [failure(shopify, wrong.message, "undefinedField")]}
    operation = get_operation_ast(document, body.get("operationName"))
    if operation is None:
        return {"errors": [failure(shopify, "No operation was named", "BAD_REQUEST")]}
    variables = body.get("variables") or {}
    is_mutation = operation.operation is OperationType.MUTATION
    wanted = cost.MUTATION if is_mutation else cost.requested(operation.selection_set, variables)
    if wanted > cost.MOST:
        message = f"Query cost is {wanted}, which exceeds the single query max cost limit ({cost.MOST})."
        return {"errors": [failure(shopify, message, "MAX_COST_EXCEEDED", cost=wanted, maxCost=cost.MOST)]}
    buckets = shopify.buckets
    if buckets.left(caller.number) < wanted:
        return {"errors": [failure(shopify, "Throttled", "THROTTLED")], "extensions": {"cost": buckets.told(caller.number, wanted, None)}}
    asked = Resolvers(shopify, caller, version)
    result = execute_sync(schema(version), document, root_value=asked, variable_values=variables, operation_name=body.get("operationName"))
    actual = cost.MUTATION if is_mutation else min(wanted, cost.used(result.data))
    buckets.take(caller.number, actual)
    said: Json = {"data": result.data} if result.data is not None else {}
    if result.errors:
        said["errors"] = [_told(shopify, error) for error in result.errors]
    extensions = {"cost": buckets.told(caller.number, wanted, actual), **({"search": asked.searches} if asked.searches else {})}
    return {**said, "extensions": extensions}


def _told(shopify: Shopify, error: t.Any) -> Json:
    cause = error.original_error
    if isinstance(cause, ShopifyError):
        return {**failure(shopify, str(cause), cause.code, **cause.more), "path": error.path}
    if error.path is None:
        # Wrong variables never reach a resolver.
        return failure(shopify, error.message, "INVALID_VARIABLE")
    return {**failure(shopify, "Internal error. Looks like something went wrong on our end.", "INTERNAL_SERVER_ERROR"), "path": error.path}

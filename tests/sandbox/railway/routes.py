# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's HTTP side: one address, one operation per request, and the vendor's ways of saying no."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from aiohttp import web

from .resolvers import Resolvers
from .state import Json, RailwayError
from .stream import PROTOCOL, Session

if t.TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

    from .vendor import Railway

PATH = "/graphql/v2"


@functools.cache
def schema() -> GraphQLSchema:
    from graphql import build_schema

    # One file for each topic; those beside the first extend its types.
    files = sorted(Path(__file__).parent.glob("*.graphql"))
    return build_schema("\n".join(path.read_text(encoding="utf-8") for path in files))


@functools.lru_cache(maxsize=256)
def parsed(document: str) -> DocumentNode:
    """Clients send the same few documents over and over: parse and validate each once."""
    from graphql import parse, validate

    node = parse(document)
    errors = validate(schema(), node)
    if errors:
        raise errors[0]
    return node


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    from graphql import get_operation_ast

    return get_operation_ast(document, name)


def failure(railway: Railway, message: str, code: str, path: list[str | int] | None = None) -> Json:
    """The place of ``traceId`` is not published: it stands both beside the message and in ``extensions``."""
    trace = railway.world.word(19, "0123456789")
    error: Json = {"message": message, "extensions": {"code": code, "traceId": trace}, "traceId": trace}
    return {**error, "path": path} if path else error


def application(railway: Railway, middlewares: t.Sequence[t.Any]) -> web.Application:
    app = web.Application(middlewares=middlewares, client_max_size=8 * 1024 * 1024)
    # Built now, so that the first request takes no longer than the others.
    schema()

    async def graphql(request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            body = None
        return answer(railway, request.headers, body)

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text="<!DOCTYPE html><html><body>Not Found</body></html>", content_type="text/html")

    async def stream(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(protocols=(PROTOCOL,))
        if not socket.can_prepare(request).ok:
            return await elsewhere(request)
        await socket.prepare(request)
        await Session(socket, schema(), parsed, Resolvers(railway, railway.caller(request.headers))).serve()
        return socket

    app.router.add_post(PATH, graphql)
    app.router.add_get(PATH, stream)
    app.router.add_route("*", "/{unknown:.*}", elsewhere)
    return app


def answer(railway: Railway, headers: t.Mapping[str, str], body: t.Any) -> web.Response:
    from graphql import GraphQLError, GraphQLSyntaxError, OperationType, execute_sync

    again = railway.limits.take()
    if again is not None:
        said = {"errors": [failure(railway, "Rate limit exceeded", "RATE_LIMITED")]}
        return web.json_response(said, status=429, headers={"Retry-After": str(again)})
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return refused(railway, "POST body missing, or not a JSON object with a query", "BAD_REQUEST")
    try:
        document = parsed(body["query"])
    except GraphQLSyntaxError as wrong:
        return refused(railway, wrong.message, "GRAPHQL_PARSE_FAILED")
    except GraphQLError as wrong:
        return refused(railway, wrong.message, "GRAPHQL_VALIDATION_FAILED")
    operation = chosen(document, body.get("operationName"))
    if operation is not None and operation.operation == OperationType.SUBSCRIPTION:
        return refused(railway, "Subscriptions are served over a WebSocket", "BAD_REQUEST")
    result = execute_sync(
        schema(),
        document,
        root_value=Resolvers(railway, railway.caller(headers)),
        variable_values=body.get("variables") or {},
        operation_name=body.get("operationName"),
    )
    if not result.errors:
        return web.json_response({"data": result.data})
    errors = []
    for error in result.errors:
        cause = error.original_error
        if isinstance(cause, RailwayError):
            errors.append(failure(railway, str(cause), cause.code, error.path))
        elif error.path is None:
            # Wrong variables never reach a resolver.
            return refused(railway, error.message, "BAD_USER_INPUT")
        else:
            errors.append(failure(railway, "Problem processing request", "INTERNAL_SERVER_ERROR", error.path))
    return web.json_response({"data": result.data, "errors": errors})


def refused(railway: Railway, message: str, code: str) -> web.Response:
    return web.json_response({"errors": [failure(railway, message, code)]}, status=400)

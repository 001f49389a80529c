# SPDX-License-Identifier: GPL-3.0-or-later
"""Railway's subscriptions: GraphQL over a WebSocket, in the sub-protocol graphql-transport-ws.

A client sends ``connection_init``, waits for ``connection_ack``, and then subscribes as often as it likes; each subscription has an id
of the client's, and is told ``next`` until one side says ``complete``.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import typing as t

from aiohttp import WSMsgType, web

from .state import Json, RailwayError

if t.TYPE_CHECKING:
    from graphql import DocumentNode, ExecutionResult, GraphQLSchema

    from .resolvers import Resolvers

PROTOCOL = "graphql-transport-ws"
# Real seconds between two looks at what may have changed.
EVERY = 0.1
INVALID, UNAUTHORIZED, TWICE = 4400, 4401, 4409


class Streams:
    """One method for each subscription; what they yield holds the answer under the field's name."""

    def __init__(self, resolvers: Resolvers) -> None:
        self._resolvers = resolvers

    def deployment(self, info: t.Any, id: str) -> t.AsyncIterator[Json]:
        self._resolvers.deployment(info, id)

        async def changes() -> t.AsyncIterator[Json]:
            told = None
            while True:
                now = self._resolvers.deployment(info, id)
                if (now["status"], now["deploymentStopped"]) != told:
                    told = now["status"], now["deploymentStopped"]
                    yield {"deployment": now}
                await asyncio.sleep(EVERY)

        return changes()

    def deploymentLogs(self, info: t.Any, **wish: t.Any) -> t.AsyncIterator[Json]:
        self._resolvers.deploymentLogs(info, **wish)

        async def lines() -> t.AsyncIterator[Json]:
            told: set[tuple[str, str]] = set()
            while True:
                new = [line for line in self._resolvers.deploymentLogs(info, **wish) if (line["timestamp"], line["message"]) not in told]
                if new:
                    told |= {(line["timestamp"], line["message"]) for line in new}
                    yield {"deploymentLogs": new}
                await asyncio.sleep(EVERY)

        return lines()


class Session:
    """One connection. ``parse`` gives a checked document or raises a GraphQLError."""

    def __init__(self, socket: web.WebSocketResponse, schema: GraphQLSchema, parse: t.Callable[[str], DocumentNode], resolvers: Resolvers) -> None:
        self._socket, self._schema, self._parse, self._resolvers = socket, schema, parse, resolvers
        self._running: dict[str, asyncio.Task[None]] = {}
        self._greeted = False

    async def serve(self) -> None:
        try:
            async for message in self._socket:
                if message.type is not WSMsgType.TEXT or not await self._obey(json.loads(message.data)):
                    break
        finally:
            for task in self._running.values():
                task.cancel()

    async def _obey(self, message: Json) -> bool:
        """False: the connection is over."""
        kind, identity = message.get("type"), str(message.get("id"))
        if kind == "connection_init":
            self._greeted = True
            await self._socket.send_json({"type": "connection_ack"})
        elif kind == "ping":
            await self._socket.send_json({"type": "pong"})
        elif kind == "complete":
            if identity in self._running:
                self._running.pop(identity).cancel()
        elif kind != "subscribe":
            await self._socket.close(code=INVALID, message=b"Invalid message")
        elif not self._greeted:
            await self._socket.close(code=UNAUTHORIZED, message=b"Unauthorized")
        elif identity in self._running:
            await self._socket.close(code=TWICE, message=f"Subscriber for {identity} already exists".encode())
        else:
            self._running[identity] = asyncio.create_task(self._tell(identity, message["payload"]))
        return not self._socket.closed

    async def _tell(self, identity: str, wish: Json) -> None:
        from graphql import ExecutionResult

        try:
            found = await self._subscribed(wish)
            if isinstance(found, ExecutionResult):
                causes = [error.original_error if isinstance(error.original_error, RailwayError) else error for error in found.errors or []]
                await self._socket.send_json({"type": "error", "id": identity, "payload": [{"message": str(cause)} for cause in causes]})
                return
            async for result in found:
                await self._socket.send_json({"type": "next", "id": identity, "payload": {"data": result.data}})
        finally:
            self._running.pop(identity, None)

    async def _subscribed(self, wish: Json) -> ExecutionResult | t.AsyncIterator[ExecutionResult]:
        from graphql import ExecutionResult, GraphQLError, subscribe

        try:
            found: t.Any = subscribe(
                self._schema,
                self._parse(wish["query"]),
                root_value=Streams(self._resolvers),
                variable_values=wish.get("variables") or {},
                operation_name=wish.get("operationName"),
            )
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        # Newer versions of graphql-core wait only where there is something to wait for.
        return t.cast("ExecutionResult", await found if inspect.isawaitable(found) else found)

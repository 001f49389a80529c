# SPDX-License-Identifier: GPL-3.0-or-later
"""The sync protocol, as far as the vendor's client needs it: subscribed queries over a WebSocket, and functions that run once.

The server tells the results of queries whenever they change. A state has three versions: of the set of queries, of the
identity, and a time.
"""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import typing as t

from aiohttp import WSMsgType, web

from . import access, values
from .access import NOBODY, Identity
from .routes import ANYONE, Answer, Asked, Route
from .state import ConvexError, Json

if t.TYPE_CHECKING:
    from .vendor import Convex

PING_SECONDS = 15.0
Version = tuple[int, int, int]


def _time(moment: int) -> str:
    return base64.b64encode(struct.pack("<Q", moment)).decode()


def _shown(version: Version) -> Json:
    query_set, identity, moment = version
    return {"querySet": query_set, "identity": identity, "ts": _time(moment)}


class Session:
    def __init__(self, convex: Convex, socket: web.WebSocketResponse) -> None:
        self._convex, self._socket = convex, socket
        self._identity: Identity = NOBODY
        self._version: Version = (0, 0, 0)
        self._queries: dict[int, Json] = {}
        # What the client was told last of each query.
        self._told: dict[int, Json] = {}

    async def serve(self) -> None:
        receiving: asyncio.Task[t.Any] = asyncio.create_task(self._socket.receive())
        news = self._convex.news()
        try:
            while True:
                done, _pending = await asyncio.wait({receiving, news}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    await self._send({"type": "Ping"})
                if news in done:
                    news = self._convex.news()
                    await self._tell()
                if receiving in done:
                    message = receiving.result()
                    if message.type is not WSMsgType.TEXT or not await self._obey(json.loads(message.data)):
                        break
                    receiving = asyncio.create_task(self._socket.receive())
        finally:
            receiving.cancel()
            news.cancel()

    async def _send(self, message: Json) -> None:
        if not self._socket.closed:
            await self._socket.send_str(json.dumps(message))

    async def _obey(self, message: Json) -> bool:
        """False: the connection is over."""
        kind = message["type"]
        if kind == "Authenticate":
            return await self._authenticate(message)
        if kind == "ModifyQuerySet":
            added: set[int] = set()
            removed: list[int] = []
            for change in message["modifications"]:
                if change["type"] == "Add":
                    self._queries[change["queryId"]] = change
                    added.add(change["queryId"])
                else:
                    self._queries.pop(change["queryId"], None)
                    self._told.pop(change["queryId"], None)
                    removed.append(change["queryId"])
            await self._tell(query_set=message["newVersion"], first=added, removed=removed)
        elif kind in ("Mutation", "Action"):
            await self._run(kind, message)
        elif kind not in ("Connect", "Event"):
            await self._send({"type": "FatalError", "error": f"Unknown message type {kind}"})
            return False
        return True

    async def _authenticate(self, message: Json) -> bool:
        base = message["baseVersion"]
        try:
            self._identity = self._identified(message)
        except ConvexError as error:
            await self._send({"type": "AuthError", "error": error.body["message"], "baseVersion": base, "authUpdateAttempted": False})
            return False
        await self._tell(identity=base + 1)
        return True

    def _identified(self, message: Json) -> Identity:
        if message["tokenType"] == "Admin":
            identity = access.from_key(self._convex, message["value"])
            if message.get("impersonating"):
                identity.require("deployment:functions:actAsUser")
            return identity
        if message["tokenType"] == "None":
            return NOBODY
        return access.at_deployment(self._convex, f"Bearer {message['value']}")

    async def _tell(self, query_set: int | None = None, identity: int | None = None, first: t.Collection[int] = (), removed: t.Sequence[int] = ()) -> None:
        """One transition: what is new since the last. Nothing new and no new version: nothing is sent."""
        modifications: list[Json] = [{"type": "QueryRemoved", "queryId": id} for id in removed]
        for id, query in self._queries.items():
            result = self._result(id, query, id in first)
            if self._told.get(id) != result:
                self._told[id] = result
                modifications.append(result)
        if not modifications and query_set is None and identity is None:
            return
        before = self._version
        after = (
            before[0] if query_set is None else query_set,
            before[1] if identity is None else identity,
            max(before[2] + 1, int(self._convex.world.now() * 1e9)),
        )
        self._version = after
        await self._send({"type": "Transition", "startVersion": _shown(before), "endVersion": _shown(after), "modifications": modifications})

    def _result(self, id: int, query: Json, logged: bool) -> Json:
        from .functions import run

        try:
            outcome = run(self._convex, self._identity, query["udfPath"], query["args"], "Query", query.get("componentPath"), logged)
        except ConvexError as error:
            return {"type": "QueryFailed", "queryId": id, "errorMessage": error.body["message"], "logLines": [], "journal": None}
        if outcome.error is None:
            value = values.encode(outcome.value, values.ENCODED)
            return {"type": "QueryUpdated", "queryId": id, "value": value, "logLines": outcome.lines, "journal": None}
        # The id of the request is another one each time, and no news.
        text = outcome.error if logged or id not in self._told else self._told[id].get("errorMessage", outcome.error)
        failed = {"type": "QueryFailed", "queryId": id, "errorMessage": text, "logLines": outcome.lines, "journal": None}
        return failed if outcome.data is None else {**failed, "errorData": values.encode(outcome.data, values.ENCODED)}

    async def _run(self, kind: str, message: Json) -> None:
        from .functions import run

        answer: Json = {"type": f"{kind}Response", "requestId": message["requestId"], "success": False, "logLines": []}
        try:
            outcome = run(self._convex, self._identity, message["udfPath"], message["args"], kind, message.get("componentPath"))
        except ConvexError as error:
            await self._send({**answer, "result": error.body["message"]})
            return
        answer["logLines"] = outcome.lines
        if outcome.error is not None:
            data = {} if outcome.data is None else {"errorData": values.encode(outcome.data, values.ENCODED)}
            await self._send({**answer, "result": outcome.error, **data})
            return
        moment = max(self._version[2] + 1, int(self._convex.world.now() * 1e9))
        stamp = {"ts": _time(moment)} if kind == "Mutation" else {}
        await self._send({**answer, "success": True, "result": values.encode(outcome.value, values.ENCODED), **stamp})
        await self._tell(query_set=self._version[0])


async def sync(asked: Asked) -> Answer:
    socket = web.WebSocketResponse()
    await socket.prepare(asked.request)
    await Session(asked.convex, socket).serve()
    await socket.close()
    return socket


ROUTES: tuple[Route, ...] = (Route("GET", "/api/{version}/sync", sync, ANYONE),)

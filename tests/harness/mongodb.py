# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated MongoDB: the wire protocol that the real driver speaks, and answers of the documented shape.

No package of a real server can be had where these tests run. What is planted is ``told``: answers by the command's name, those of a pipeline by
its first stage; whatever is not told is refused as an unknown command, as a server does.
"""

from __future__ import annotations

import contextlib
import datetime
import socketserver
import struct
import threading
import time
import typing as t

import bson

Json = dict[str, t.Any]
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
DATABASE = "shop"
MEMBERS = ("127.0.0.1:27017", "db2.example.com:27017", "db3.example.com:27017")
NOW = datetime.datetime(2026, 11, 20, 3, 0, tzinfo=datetime.UTC)


class Refusal(Exception):
    def __init__(self, code: int, name: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"ok": 0.0, "errmsg": message, "code": code, "codeName": name}


class Server(socketserver.ThreadingTCPServer):
    """``told`` is what it answers; an exception in it is raised, a number is waited for in seconds. ``asked``: what it was asked."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.told = well()
        self.asked: list[str] = []
        self.set_name: str | None = "rs0"

    @property
    def url(self) -> str:
        return f"mongodb://{self.place}/{DATABASE}?directConnection=true"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def answer(self, given: Json) -> Json:
        name = next(iter(given))
        pipeline = given.get("pipeline") or [{}]
        subject = next(iter(pipeline[0]), "") if name == "aggregate" else name
        if name == "aggregate" and given["aggregate"] == "system.profile":
            subject = "system.profile"
        self.asked.append(subject)
        if name in ("hello", "isMaster", "ismaster"):
            return self._hello()
        if name == "saslStart":
            raise Refusal(18, "AuthenticationFailed", "Authentication failed.")
        found = self.told.get(f"{subject} {given.get(name)}", self.told.get(subject))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, float):
            time.sleep(found)
            raise Refusal(50, "MaxTimeMSExpired", "operation exceeded time limit")
        if found is None:
            raise Refusal(59, "CommandNotFound", f"no such command: '{subject}'")
        if isinstance(found, list):
            return {"ok": 1.0, "cursor": {"id": 0, "ns": f"{given['$db']}.{given.get(name)}", "firstBatch": found}}
        return {"ok": 1.0, **found}

    def _hello(self) -> Json:
        a_set: Json = {"setName": self.set_name, "setVersion": 1, "hosts": list(MEMBERS), "me": self.place, "primary": self.place} if self.set_name else {}
        known: Json = {"isWritablePrimary": True, "ismaster": True, "minWireVersion": 0, "maxWireVersion": 25, "readOnly": False, "helloOk": True}
        sizes: Json = {"maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000}
        return {"ok": 1.0, **known, **sizes, **a_set, "localTime": NOW, "connectionId": 7}


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, BrokenPipeError):
            while head := self.rfile.read(16):
                length, request, _answers, code = struct.unpack("<iiii", head)
                body = self.rfile.read(length - 16)
                try:
                    answer = self.server.answer(_asked(code, body))
                except Refusal as refused:
                    answer = refused.answer
                self.wfile.write(_message(code, request, bson.encode(answer)))


def _asked(code: int, body: bytes) -> Json:
    if code == OP_QUERY:
        start = body.index(b"\0", 4) + 9
        return bson.decode(body[start : start + struct.unpack_from("<i", body, start)[0]])
    if code != OP_MSG or body[4] != 0:
        raise ValueError(f"a message of the kind {code}")
    return bson.decode(body[5 : 5 + struct.unpack_from("<i", body, 5)[0]])


def _message(code: int, request: int, document: bytes) -> bytes:
    if code == OP_QUERY:
        body, kind = struct.pack("<iqii", 8, 0, 0, 1) + document, OP_REPLY
    else:
        body, kind = struct.pack("<iB", 0, 0) + document, OP_MSG
    return struct.pack("<iiii", 16 + len(body), request + 1, request, kind) + body


def well() -> Json:
    """What a healthy member of a set of three answers."""
    return {
        "ping": {},
        "buildInfo": {"version": "8.0.4", "gitVersion": "", "modules": []},
        "listDatabases": {"databases": [{"name": name} for name in ("admin", "config", "local", DATABASE)]},
        "serverStatus": {"connections": {"current": 40, "available": 60, "totalCreated": 900, "active": 3}},
        "$currentOp": [operation(0.004, op="command", ns="admin.$cmd.aggregate", command={"aggregate": 1}), idle_session(0.5)],
        "replSetGetStatus": {"set": "rs0", "myState": 1, "members": [member(MEMBERS[0], "PRIMARY"), member(MEMBERS[1]), member(MEMBERS[2])]},
        "dbStats": {"db": DATABASE, "collections": 2, "objects": 400.0, "dataSize": 9e6, "storageSize": 4e6, "indexes": 3, "indexSize": 1e6},
        "listCollections": [{"name": name, "type": "collection"} for name in ("orders", "users", "system.profile")],
        "$collStats orders": [statistics("orders", rows=300, scans=2, sizes={"_id_": 40960, "user": 40960})],
        "$collStats users": [statistics("users", rows=100, scans=0, sizes={"_id_": 20480})],
        "$indexStats orders": [index("_id_", 4000), index("user", 900)],
        "$indexStats users": [index("_id_", 50)],
        "profile": {"was": 1, "slowms": 100, "sampleRate": 1.0},
        "system.profile": [profiled(120, {"find": "orders", "filter": {"user": "someone@example.com"}}, "IXSCAN { user: 1 }") for _number in range(6)],
    }


def operation(seconds: float, **more: t.Any) -> Json:
    given: Json = {"type": "op", "active": True, "op": "query", "ns": f"{DATABASE}.orders", "waitingForLock": False, "planSummary": "COLLSCAN", "opid": 77}
    return {**given, "secs_running": int(seconds), "microsecs_running": round(seconds * 1e6), **more}


def idle_session(seconds: float) -> Json:
    opened = {"parameters": {"txnNumber": 1, "autocommit": False}, "timeOpenMicros": round(seconds * 1e6), "timeInactiveMicros": 4}
    return {"type": "idleSession", "active": False, "desc": "inactive transaction", "transaction": opened}


def member(name: str, state: str = "SECONDARY", behind: float = 0.0, health: float = 1.0) -> Json:
    return {"name": name, "health": health, "stateStr": state, "optimeDate": NOW - datetime.timedelta(seconds=behind)}


def statistics(name: str, rows: int, scans: int, sizes: dict[str, float]) -> Json:
    scanned = {"collectionScans": {"total": bson.Int64(scans), "nonTailable": bson.Int64(scans)}}
    return {"ns": f"{DATABASE}.{name}", "storageStats": {"count": rows, "size": rows * 100, "indexSizes": sizes}, "queryExecStats": scanned}


def index(name: str, used: int, **spec: t.Any) -> Json:
    return {"name": name, "key": {name: 1}, "accesses": {"ops": bson.Int64(used), "since": NOW}, "spec": {"v": 2, "name": name, **spec}}


def profiled(ms: int, command: Json, plan: str) -> Json:
    around = {"lsid": {"id": "session"}, "$db": DATABASE}
    return {"op": "query", "ns": f"{DATABASE}.{next(iter(command.values()))}", "command": {**command, **around}, "millis": ms, "planSummary": plan, "ts": NOW}


@contextlib.contextmanager
def server() -> t.Iterator[Server]:
    with Server() as made:
        serving = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        serving.start()
        try:
            yield made
        finally:
            made.shutdown()
            serving.join()

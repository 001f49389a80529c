# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a MongoDB server tells of itself. It is only asked for its state; of documents those of the profiler are read, and no other.

Facts (the server's documentation): its counters begin at 0 when it starts, and each member of a replica set counts for itself; ``$currentOp`` and
``replSetGetStatus`` need the role ``clusterMonitor``; a shared Atlas cluster refuses some of it; the profiler keeps what was slower than its limit.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure, Kind

VENDOR = "mongodb"
Row = dict[str, t.Any]
# The server's own.
INTERNAL = ("admin", "config", "local")
MOST_COLLECTIONS, MOST_SLOW = 200, 500
CODES: dict[int, tuple[Kind, str, str]] = {
    13: ("permission", "permission", "Grant the user of this address what it needs: the roles clusterMonitor on admin, and read on the database"),
    50: ("timeout", "slow", "Give it more time (statement_timeout)"),
    59: ("plan", "unsupported", "This kind of server does not tell it"),
    115: ("plan", "unsupported", "This kind of server does not tell it"),
    # Atlas answers for the server.
    8000: ("plan", "unsupported", "This kind of cluster does not tell it"),
}
# What a command says beside what is asked for.
_AROUND = frozenset({"lsid", "$db", "$clusterTime", "$readPreference", "txnNumber", "autocommit", "apiVersion", "maxTimeMS", "readConcern", "writeConcern"})
_FIELD = re.compile(r"[\w.$-]{1,60}")


class Looker:
    """Asks one server, or the replica set of an address."""

    def __init__(self, client: t.Any, seconds: float) -> None:
        self.client, self.seconds = client, seconds
        self._errors = importlib.import_module("pymongo.errors")

    def command(self, database: str, name: str, value: t.Any = 1, **options: t.Any) -> Row:
        with self._told(name):
            return dict(self.client[database].command(name, value, read_preference=self.client.read_preference, maxTimeMS=self._most(), **options))

    def collections(self, database: str) -> list[str]:
        with self._told("listCollections"):
            return sorted(self.client[database].list_collection_names(filter={"type": "collection"}))

    def rows(self, database: str, collection: t.Any, *pipeline: Row) -> list[Row]:
        """What a pipeline gives; without a collection it is the database's own."""
        place = self.client[database] if collection is None else self.client[database][collection]
        with self._told(next(iter(pipeline[0]))):
            return [dict(row) for row in place.aggregate(list(pipeline), maxTimeMS=self._most())]

    def _most(self) -> int:
        return max(1, round(self.seconds * 1000))

    @contextlib.contextmanager
    def _told(self, what: str) -> t.Iterator[None]:
        try:
            yield
        except self._errors.PyMongoError as error:
            raise failure_of(error, what) from None


def failure_of(error: t.Any, what: str = "") -> Failure:
    """What the driver or the server said, in kinds of ours."""
    said = redaction.plain(redaction.scrub(str(error)), 300)
    number = getattr(error, "code", None)
    if number == 18 or (number == 8000 and "bad auth" in said):
        return Failure("auth", said, "Check user, password and authSource in the address of the database", VENDOR, code="auth")
    if number is not None:
        kind, code, hint = CODES.get(number, ("invalid", str(number), "Look at what it says"))
        return Failure(kind, f"{what}: {said}", hint, VENDOR, code=code)
    if re.search(r"Name or service|getaddrinfo|nodename|name resolution|DNS", said):
        return Failure("invalid", said, "Check the host in the address of the database", VENDOR, code="host")
    if type(error).__name__ in ("ConfigurationError", "InvalidURI", "InvalidName"):
        return _no_address()
    if re.search(r"SSL|TLS|certificate", said):
        return Failure("permission", said, "Check tls and tlsCAFile in the address of the database, and the server's certificate", VENDOR, code="tls")
    if type(error).__name__ == "NetworkTimeout" or "timed out" in said:
        return Failure("timeout", said, "The server does not answer: look at its host, and at what lies between", VENDOR, code="timeout")
    hint = "Look whether the server runs, whether it can be reached from here, and whether it has connections left: at the limit it closes new ones"
    return Failure("vendor_down", said, hint, VENDOR, code="down")


def _no_address() -> Failure:
    # The driver's words may repeat a part of it.
    hint = "Give mongodb://user:password@host:27017/database or mongodb+srv://…, with everything strange in the password percent-encoded"
    return Failure("invalid", "the address of the database is none that the driver understands", hint, VENDOR, code="dsn")


@contextlib.contextmanager
def looking(dsn: str, connect_timeout: float, seconds: float) -> t.Iterator[Looker]:
    try:
        pymongo, errors = (importlib.import_module(name) for name in ("pymongo", "pymongo.errors"))
    except ImportError:
        raise Failure(
            "invalid",
            "MongoDB needs the Python library pymongo",
            "Install it for the Python that runs this task: pip install 'saasops-runbooks[mongodb]', or pymongo",
            VENDOR,
            code="driver",
        ) from None
    redaction.register(dsn)
    milliseconds = max(1, round(connect_timeout * 1000))
    # One try: whoever looks wants to know how it is. A set without a primary can still tell.
    options = {
        "appname": "saasops.runbooks",
        "serverSelectionTimeoutMS": milliseconds,
        "connectTimeoutMS": milliseconds,
        "socketTimeoutMS": max(1, round((connect_timeout + seconds) * 1000)),
        "maxPoolSize": 1,
        "readPreference": "primaryPreferred",
        "retryReads": False,
    }
    try:
        client = pymongo.MongoClient(dsn, **options)
    except errors.PyMongoError as error:
        raise failure_of(error) from None
    except UNREADABLE:
        raise _no_address() from None
    with contextlib.closing(client):
        yield Looker(client, seconds)


def look(looker: Looker, subject: t.Callable[..., t.Any], *given: t.Any) -> t.Any:
    """What a subject tells, or why it does not."""
    try:
        return subject(looker, *given)
    except Failure as failure:
        return failure
    except UNREADABLE as error:
        return Failure("protocol", f"the answer is not what the server documents ({type(error).__name__})", "Look at the server's version", VENDOR)


# -- subjects
def server(looker: Looker) -> Row:
    """``{version, ping_ms, set, router, databases}``; ``databases``: that of the address, else all that are not the server's own."""
    began = clock.elapsed()
    looker.command("admin", "ping")
    ping = (clock.elapsed() - began) * 1000
    hello, build = looker.command("admin", "hello"), looker.command("admin", "buildInfo")
    named = looker.client.get_default_database(default="admin").name
    databases = [named]
    if named in INTERNAL:
        listed = looker.command("admin", "listDatabases", nameOnly=True, authorizedDatabases=True)["databases"]
        databases = [str(one["name"]) for one in listed if one["name"] not in INTERNAL]
    return {
        "version": redaction.plain(build["version"], 40),
        "ping_ms": ping,
        "set": hello.get("setName"),
        "router": hello.get("msg") == "isdbgrid",
        "databases": databases,
    }


def connections(looker: Looker) -> list[Row]:
    told = looker.command("admin", "serverStatus")["connections"]
    used = int(told["current"])
    return [{"used": used, "most": used + int(told["available"]), "active": int(told.get("active", 0)), "idle_in_transaction": 0}]


def operations(looker: Looker) -> dict[str, list[Row]]:
    """``{running, blocked, transactions}``, each with ``seconds``; those of the server itself, of other members and our own are left out."""
    running, blocked, transactions = [], [], []
    for one in looker.rows("admin", None, {"$currentOp": {"allUsers": True, "idleSessions": True}}):
        since = (one.get("transaction") or {}).get("timeOpenMicros")
        if since is not None:
            transactions.append({"seconds": float(since) / 1e6})
        command = dict(one.get("command") or {})
        place = str(one.get("ns") or "").partition(".")[0]
        if one.get("type", "op") != "op" or not one.get("active") or place in ("", *INTERNAL) or "hello" in command or "isMaster" in command:
            continue
        row = {"seconds": float(one.get("microsecs_running") or 0) / 1e6, "query": command, "plan": str(one.get("planSummary") or "")}
        running.append(row)
        if one.get("waitingForLock"):
            blocked.append(row)
    return {"running": sorted(running, key=lambda row: -row["seconds"]), "blocked": blocked, "transactions": transactions}


def members(looker: Looker) -> list[Row]:
    """Of a replica set: ``{name, state, healthy, at}``; ``at``: the moment of the last operation that it has applied."""
    return [
        {
            "name": redaction.plain(one["name"], 100),
            "state": redaction.plain(one["stateStr"], 40),
            "healthy": bool(one.get("health", 1)),
            "at": one["optimeDate"].timestamp() if one.get("optimeDate") else 0.0,
        }
        for one in looker.command("admin", "replSetGetStatus")["members"]
    ]


def size(looker: Looker, databases: t.Sequence[str]) -> list[Row]:
    told = [looker.command(name, "dbStats") for name in databases]
    return [{"bytes": sum(float(one["storageSize"]) + float(one["indexSize"]) for one in told)}]


def collections(looker: Looker, databases: t.Sequence[str]) -> list[Row]:
    """``{name, rows, scans, by_index, indexes}`` of every collection; ``indexes``: ``{name, bytes, reads, used, needed}``."""
    found: list[Row] = []
    for database in databases:
        for name in [one for one in looker.collections(database) if not one.startswith("system.")][: MOST_COLLECTIONS - len(found)]:
            # A collection that is divided tells for each of its parts.
            told = looker.rows(database, name, {"$collStats": {"storageStats": {}, "queryExecStats": {}}})
            used = looker.rows(database, name, {"$indexStats": {}})
            found.append(_collection(f"{database}.{name}", told, used))
    return found


def _collection(name: str, told: t.Sequence[Row], used: t.Sequence[Row]) -> Row:
    scans = sum(float(one["queryExecStats"]["collectionScans"]["nonTailable"]) for one in told)
    reads: dict[str, float] = {}
    needed = {"_id_"}
    for one in used:
        reads[one["name"]] = reads.get(one["name"], 0.0) + float(one["accesses"]["ops"])
        spec = one.get("spec") or {}
        if spec.get("unique") or "expireAfterSeconds" in spec:
            needed.add(one["name"])
    by_index = sum(reads.values())
    indexes = [
        {
            "name": redaction.plain(f"{name}.{index}", 120),
            "bytes": sum(float((one["storageStats"].get("indexSizes") or {}).get(index, 0)) for one in told),
            "used": used,
            "reads": scans + by_index,
            "valid": True,
        }
        for index, used in sorted(reads.items())
        if index not in needed
    ]
    rows = sum(float(one["storageStats"]["count"]) for one in told)
    return {"name": redaction.plain(name, 120), "rows": rows, "scans": scans, "read": scans * rows, "by_index": by_index, "indexes": indexes}


def slow(looker: Looker, databases: t.Sequence[str]) -> list[Row] | None:
    """``{ms, calls, query, plan}`` of each shape of command that the profiler has kept, the slowest first. None: it is nowhere on."""
    on = [name for name in databases if looker.command(name, "profile", -1)["was"]]
    if not on:
        return None
    shapes: dict[str, list[Row]] = {}
    for database in on:
        newest = ({"$match": {"ns": {"$ne": f"{database}.system.profile"}}}, {"$sort": {"$natural": -1}}, {"$limit": MOST_SLOW})
        for one in looker.rows(database, "system.profile", *newest):
            if "millis" in one:
                shapes.setdefault(f"{one.get('ns')} {shape(one.get('command'))}", []).append(one)
    rows = [
        {
            "ms": sum(float(one["millis"]) for one in kept) / len(kept),
            "calls": len(kept),
            "query": f"{words} ({redaction.plain(kept[0].get('planSummary') or 'no plan', 80)})",
        }
        for words, kept in shapes.items()
    ]
    return sorted(rows, key=lambda row: -row["ms"])


# -- texts
def shape(command: t.Any, most: int = 160) -> str:
    """A command without what may be somebody's data: its fields and operators are kept, and the collection's name."""
    given = {name: value for name, value in dict(command or {}).items() if name not in _AROUND}
    first = next(iter(given), "")
    words = [f"{name}: {value if name == first and isinstance(value, str) else _shaped(value)}" for name, value in given.items()]
    return redaction.plain("{" + ", ".join(words) + "}", most)


def _shaped(value: t.Any) -> str:
    if isinstance(value, t.Mapping):
        return "{" + ", ".join(f"{name if _FIELD.fullmatch(str(name)) else '?'}: {_shaped(one)}" for name, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        shapes = list(dict.fromkeys(_shaped(one) for one in value))
        return "[" + ", ".join(shapes) + "]"
    return "?"

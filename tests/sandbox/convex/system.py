# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own queries, which its command line and its dashboard ask. They answer while the deployment is paused, too."""

from __future__ import annotations

import base64
import hashlib
import json
import typing as t

from .shop import CRONS, FUNCTIONS, Context, Function, Thrown
from .state import Json, StoredFile
from .values import Int64

Run = t.Callable[[Context, Json], t.Any]


def nanoseconds(moment: float) -> Int64:
    """In whole milliseconds: a double cannot tell nanoseconds apart."""
    return Int64(round(moment * 1000) * 1_000_000)


def paginated(items: list[Json], args: Json) -> Json:
    """``{page, isDone, continueCursor}``. A cursor is opaque to the client."""
    options = args.get("paginationOpts") or {}
    start = int(base64.b64decode(options["cursor"])) if options.get("cursor") else 0
    end = start + max(1, int(options.get("numItems", 100)))
    cursor = base64.b64encode(str(min(end, len(items))).encode()).decode()
    return {"page": items[start:end], "isDone": end >= len(items), "continueCursor": cursor}


def _tables(context: Context, args: Json) -> t.Any:
    return paginated([{"name": name} for name in sorted(context.deployment.tables)], args)


def _table_size(context: Context, args: Json) -> t.Any:
    return len(context.rows(str(args.get("tableName"))))


def _size_of_all(context: Context, args: Json) -> t.Any:
    return sum(len(rows) for rows in context.deployment.tables.values())


def _table_data(context: Context, args: Json) -> t.Any:
    table = str(args.get("table"))
    # What there is of a stored file for queries: less than an export tells, and the checksum written in another way.
    rows = [_file(it) for it in context.deployment.files.values()] if table == "_storage" else context.rows(table)
    rows = sorted(rows, key=lambda row: (row["_creationTime"], row["_id"]), reverse=args.get("order") == "desc")
    return paginated(rows, args)


def _file(it: StoredFile) -> Json:
    digest = hashlib.sha256(it.content).hexdigest()
    return {"_id": it.id, "_creationTime": it.created * 1000, "contentType": it.content_type, "sha256": digest, "size": len(it.content)}


def _schemas(context: Context, args: Json) -> t.Any:
    """The schema that the shop's developers have written: one text of JSON, its tables in any order."""
    indexes = {"memberships": ["userId"], "bookings": ["userId", "startsAt"], "orders": ["userId"], "users": ["email"]}
    tables = [
        {
            "tableName": name,
            "indexes": [{"indexDescriptor": f"by_{field}", "fields": [field]} for field in fields],
            "searchIndexes": [],
            "vectorIndexes": [],
            "documentType": {"type": "any"},
        }
        for name, fields in indexes.items()
    ]
    return {"active": json.dumps({"tables": tables, "schemaValidation": True})}


def _backend_state(context: Context, args: Json) -> t.Any:
    deployment = context.deployment
    return {"system": deployment.system, "usage_limit": deployment.usage_limit, "user": deployment.user}


def _version(context: Context, args: Json) -> t.Any:
    return "1.48.0"


def _crons(context: Context, args: Json) -> t.Any:
    jobs = []
    for number, (name, path, call, seconds) in enumerate(CRONS):
        last = context.now - seconds / 2
        base = {"_id": f"cron{number}", "_creationTime": context.deployment.created * 1000}
        run = {
            "ts": nanoseconds(last),
            "udfPath": path,
            "status": {"type": "success"},
            "executionTime": 0.02,
            "logLines": {"logLines": [], "isTruncated": False},
        }
        following = {"nextTs": nanoseconds(last + seconds), "prevTs": nanoseconds(last), "state": {"type": "pending"}}
        schedule = {"type": "interval", "seconds": Int64(seconds)}
        jobs.append(
            {**base, "name": name, "cronSpec": {"udfPath": path, "udfArgs": [call], "cronSchedule": schedule}, "lastRun": {**base, **run}, "nextRun": following}
        )
    return jobs


def _scheduled(context: Context, args: Json) -> t.Any:
    jobs = [
        {
            "_id": job.id,
            "_creationTime": job.created * 1000,
            "udfPath": job.path.replace(":", ".js:"),
            "udfArgs": [job.args],
            "nextTs": nanoseconds(job.due),
            "state": {"type": "pending"},
        }
        for job in context.convex.jobs.pending()
    ]
    return paginated(jobs, args)


def _variables(context: Context, args: Json) -> t.Any:
    return [{"name": name, "value": value} for name, value in sorted(context.deployment.env.items())]


def _variable(context: Context, args: Json) -> t.Any:
    value = context.deployment.env.get(str(args.get("name")))
    return None if value is None else {"name": args["name"], "value": value}


def _functions(context: Context, args: Json) -> t.Any:
    return [
        {
            "identifier": path.replace(":", ".js:"),
            "functionType": function.kind,
            "visibility": {"kind": "internal" if function.internal else "public"},
            "args": {"type": "any"},
            "returns": {"type": "any"},
        }
        for path, function in FUNCTIONS.items()
    ]


def _cloud_url(context: Context, args: Json) -> t.Any:
    return context.deployment.cloud_url or context.convex.url


def _components(context: Context, args: Json) -> t.Any:
    return []


def query(needs: str | None, run: Run) -> Function:
    """A query that asks for its action itself: a refusal is an error of the function, inside an answer of 200."""

    def checked(context: Context, args: Json) -> t.Any:
        if needs is not None and needs not in context.identity.allowed:
            raise Thrown(f"You do not have permission to perform this operation ({needs}).")
        return run(context, args)

    return Function("Query", checked)


DATA, BACKUPS, VARIABLES = "deployment:data:view", "deployment:backups:view", "deployment:env:view"
QUERIES: dict[str, Function] = {
    "_system/cli/tables:default": query(DATA, _tables),
    "_system/cli/tableSize:default": query(DATA, _table_size),
    "_system/cli/tableData:default": query(DATA, _table_data),
    "_system/frontend/tableSize:sizeOfAllTables": query(DATA, _size_of_all),
    "_system/frontend/backendState:backendState": query(None, _backend_state),
    "_system/frontend/getVersion:default": query(None, _version),
    "_system/frontend/getSchemas:default": query(DATA, _schemas),
    "_system/frontend/listCronJobs:default": query(DATA, _crons),
    "_system/frontend/paginatedScheduledJobs:default": query(DATA, _scheduled),
    "_system/cli/queryEnvironmentVariables:default": query(VARIABLES, _variables),
    "_system/cli/queryEnvironmentVariables:get": query(VARIABLES, _variable),
    "_system/cli/modules:apiSpec": query(DATA, _functions),
    "_system/cli/convexUrl:cloudUrl": query(None, _cloud_url),
    "_system/frontend/components:list": query(DATA, _components),
}

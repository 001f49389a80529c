# SPDX-License-Identifier: GPL-3.0-or-later
"""The small shop that runs on the deployment: its rows, its files, and the functions its developers wrote."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .state import Deployment, Json, StoredFile
from .values import Int64

if t.TYPE_CHECKING:
    from .access import Identity
    from .vendor import Convex

DAY = 86400.0
# Rows of each table at scale 1.
USUAL = {"users": 12, "memberships": 12, "bookings": 24, "orders": 18}
PLANS, PLACES = ("free", "team", "studio"), ("room-1", "room-2", "room-3", "court-1")
SCHEDULED_AFTER = 60.0


class Thrown(Exception):
    """The app threw. ``data`` given: a ConvexError, whose data every caller may see."""

    def __init__(self, message: str, data: t.Any = None) -> None:
        super().__init__(message)
        self.message, self.data = message, data


@dataclass
class Context:
    convex: Convex
    identity: Identity
    log: list[tuple[str, str]] = field(default_factory=list)

    @property
    def deployment(self) -> Deployment:
        return self.convex.deployment

    @property
    def now(self) -> float:
        return self.convex.world.now()

    def rows(self, table: str) -> list[Json]:
        return list(self.deployment.tables.get(table, {}).values())

    def row(self, table: str, id: str) -> Json:
        found = self.deployment.tables.get(table, {}).get(id)
        if found is None:
            raise Thrown(f"no row {id} in {table}", {"code": "NOT_FOUND", "table": table, "id": id})
        return found

    def say(self, text: str, level: str = "LOG") -> None:
        self.log.append((level, text))


@dataclass(frozen=True)
class Function:
    """``args``: name to kind (string, number, boolean); a name that ends in ``?`` may be left out."""

    kind: str
    run: t.Callable[[Context, Json], t.Any]
    args: dict[str, str] = field(default_factory=dict)
    internal: bool = False


# -- rows
def fill(convex: Convex, scale: int) -> None:
    deployment, now, source = convex.deployment, convex.world.now(), convex.world.source("convex rows")
    counts = {table: usual * scale for table, usual in USUAL.items()}
    deployment.table_numbers = {table: 10001 + number for number, table in enumerate(counts)}
    deployment.tables = {table: {} for table in counts}

    def add(table: str, number: int, **values: t.Any) -> str:
        created = round((now - (counts[table] - number) * DAY / scale) * 1000 + 0.25, 2)
        row = {"_id": convex.new_id(source=source), "_creationTime": created, **values}
        deployment.tables[table][row["_id"]] = row
        return str(row["_id"])

    users = [
        add("users", number, name=f"user-{number:05d}", email=f"user-{number:05d}@example.com", active=number % 6 != 5) for number in range(counts["users"])
    ]
    for number, user in enumerate(users):
        add("memberships", number, userId=user, plan=PLANS[number % 3], renewsAt=(now + (number % 30) * DAY) * 1000)
    for number in range(counts["bookings"]):
        user, starts = users[number % len(users)], (now + (number - 12) * DAY / scale) * 1000
        add("bookings", number, userId=user, place=PLACES[number % 4], startsAt=starts, status="confirmed" if number % 3 else "pending")
    for number in range(counts["orders"]):
        user = users[(number * 5) % len(users)]
        note = None if number % 2 else "fragile"
        add("orders", number, userId=user, total=Int64(1999 + 150 * number), status="paid" if number % 4 else "open", note=note)
    for number in range(3):
        file = StoredFile(convex.new_id("k"), f"receipt {number}\n".encode() * (200 * (number + 1)), "text/plain", now - number * DAY)
        deployment.files[file.id] = file


# -- queries
def _list_users(context: Context, args: Json) -> t.Any:
    return context.rows("users")[: int(args.get("limit", 100))]


def _active_memberships(context: Context, args: Json) -> t.Any:
    active = {row["_id"] for row in context.rows("users") if row["active"]}
    return [row for row in context.rows("memberships") if row["userId"] in active]


def _upcoming(context: Context, args: Json) -> t.Any:
    return [row for row in context.rows("bookings") if row["startsAt"] >= context.now * 1000][: int(args.get("limit", 20))]


def _revenue(context: Context, args: Json) -> t.Any:
    """A 64-bit integer, as sums of money are."""
    return Int64(sum(row["total"] for row in context.rows("orders") if row["status"] == "paid"))


def _health(context: Context, args: Json) -> t.Any:
    release = context.convex.current_push()
    if release.bad:
        raise Thrown("the release cannot read its configuration")
    return {"status": "ok", "version": release.tag, "users": len(context.rows("users"))}


def _orphans(context: Context, args: Json) -> t.Any:
    known = set(context.deployment.tables["users"])
    return [
        {"table": table, "id": row["_id"], "userId": row["userId"]}
        for table in ("memberships", "bookings", "orders")
        for row in context.rows(table)
        if row["userId"] not in known
    ]


def _broken(context: Context, args: Json) -> t.Any:
    context.say("about to fail", "ERROR")
    raise Thrown("a report needs rows that are not there")


# -- mutations and actions
def _confirm(context: Context, args: Json) -> t.Any:
    row = context.row("bookings", args["id"])
    if row["status"] == "confirmed":
        raise Thrown("the booking is confirmed already", {"code": "ALREADY_CONFIRMED", "id": args["id"]})
    row["status"] = "confirmed"
    context.say(f"confirmed {args['id']}", "INFO")
    context.convex.jobs.schedule("notifications:send", {"booking": args["id"]}, SCHEDULED_AFTER)
    return row["_id"]


def _remove_user(context: Context, args: Json) -> t.Any:
    """Leaves what belongs to the user behind, as the shop's developers forgot it."""
    context.row("users", args["id"])
    del context.deployment.tables["users"][args["id"]]
    return None


def _cleanup(context: Context, args: Json) -> t.Any:
    limit = (context.now - float(args["olderThan"]) * DAY) * 1000
    old = [row["_id"] for row in context.rows("bookings") if row["startsAt"] < limit]
    for id in old:
        del context.deployment.tables["bookings"][id]
    context.say(f"deleted {len(old)} bookings", "INFO")
    return {"deleted": len(old)}


def _backfill(context: Context, args: Json) -> t.Any:
    """One batch of a migration: gives rows a field that older ones lack."""
    lacking = [row for row in context.rows("orders") if "currency" not in row]
    for row in lacking[: int(args.get("batch", 10))]:
        row["currency"] = "EUR"
    left = max(0, len(lacking) - int(args.get("batch", 10)))
    return {"done": left == 0, "left": left}


def _send(context: Context, args: Json) -> t.Any:
    context.say(f"sent a notification for {args.get('booking', 'nobody')}", "INFO")
    return {"sent": True}


FUNCTIONS: dict[str, Function] = {
    "users:list": Function("Query", _list_users, {"limit?": "number"}),
    "users:remove": Function("Mutation", _remove_user, {"id": "string"}, internal=True),
    "memberships:active": Function("Query", _active_memberships),
    "bookings:upcoming": Function("Query", _upcoming, {"limit?": "number"}),
    "bookings:confirm": Function("Mutation", _confirm, {"id": "string"}),
    "orders:revenue": Function("Query", _revenue),
    "health:check": Function("Query", _health),
    "integrity:orphans": Function("Query", _orphans, internal=True),
    "reports:broken": Function("Query", _broken),
    "maintenance:cleanup": Function("Mutation", _cleanup, {"olderThan": "number"}, internal=True),
    "migrations/orders:backfill": Function("Mutation", _backfill, {"batch?": "number"}, internal=True),
    "notifications:send": Function("Action", _send, {"booking?": "string"}),
    "notifications:sendAll": Function("Action", _send, internal=True),
}
CRONS: tuple[tuple[str, str, Json, int], ...] = (
    ("clean up old bookings", "maintenance:cleanup", {"olderThan": 365}, 86400),
    ("remind", "notifications:sendAll", {}, 3600),
)

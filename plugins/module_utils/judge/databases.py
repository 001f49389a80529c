# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is well in a database, from what it tells of itself. Pure: no I/O, no clock.

Limits are numbers by name, ``{warn, fail}`` or one number, above which it fails. A value at its limit is still within it.
"""

from __future__ import annotations

import math
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check

Rows = t.Sequence[t.Mapping[str, t.Any]]
# What stands where an inventory says nothing. None: not judged.
LIMITS: dict[str, dict[str, float | None]] = {
    "bloat_percent": {"warn": 50, "fail": None},
    "blocked_seconds": {"warn": 5, "fail": 60},
    "clients_percent": {"warn": 80, "fail": 90},
    "connections_percent": {"warn": 80, "fail": 90},
    "database_growth_percent": {"warn": 20, "fail": None},
    "dead_rows_percent": {"warn": 20, "fail": 50},
    "evicted_keys": {"warn": 0, "fail": None},
    "pool_percent": {"warn": 80, "fail": 90},
    "pool_wait_seconds": {"warn": 1, "fail": 10},
    "rejected_connections": {"warn": 0, "fail": None},
    "redis_memory_percent": {"warn": 80, "fail": 90},
    "redis_saved_seconds": {"warn": 86400, "fail": None},
    "replica_lag_bytes": {"warn": 67108864, "fail": 1073741824},
    "replica_lag_seconds": {"warn": 30, "fail": 300},
    "running_query_seconds": {"warn": 60, "fail": 600},
    "slow_query_ms": {"warn": 500, "fail": 5000},
    "transaction_seconds": {"warn": 300, "fail": 1800},
    "wraparound_percent": {"warn": 40, "fail": 70},
}
# Below these, nothing is worth a person's time.
LEAST = {"unused_index_bytes": 1048576.0, "unused_index_reads": 1000.0, "missing_index_rows": 10000.0, "dead_rows": 10000.0, "bloat_bytes": 104857600.0}
# A transaction's number has 32 bits, of which half lie ahead; the server stops three millions before.
LAST_TRANSACTION = 2**31 - 3_000_000
_ROW_HEAD = 28
_PAGE_HEAD = 24


class BadLimit(ValueError):
    """A limit that is none: the message says what is wrong."""


def limits(*given: t.Mapping[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """The limits of one database, later ones before earlier ones. Names that are not known here belong to somebody else."""
    found: dict[str, dict[str, t.Any]] = {**{name: dict(levels) for name, levels in LIMITS.items()}, **{name: {"least": size} for name, size in LEAST.items()}}
    for one in given:
        for name, value in one.items():
            if name in LEAST:
                found[name] = {"least": _number(name, value)}
            elif name in LIMITS:
                levels = value if isinstance(value, t.Mapping) else {"warn": None, "fail": value}
                if set(levels) - {"warn", "fail"} or not levels:
                    raise BadLimit(f"the limit {name} is {value!r}")
                found[name] = {level: None if levels.get(level) is None else _number(name, levels[level]) for level in ("warn", "fail")}
    return found


def _number(name: str, value: t.Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise BadLimit(f"the limit {name} is {value!r}")
    return number


def level(value: float, limit: t.Mapping[str, float | None]) -> str:
    """``pass``, ``warn`` or ``fail``. A value at a limit is still within it."""
    for verdict in ("fail", "warn"):
        bound = limit.get(verdict)
        if bound is not None and value > bound:
            return verdict
    return "pass"


def written(limit: t.Mapping[str, float | None]) -> str:
    return ", ".join(f"{verdict} > {limit[verdict]:g}" for verdict in ("warn", "fail") if limit.get(verdict) is not None)


class Judge:
    """Makes the checks of one component. ``limits`` as :func:`limits` gives them."""

    def __init__(self, component: str, known: dict[str, dict[str, t.Any]]) -> None:
        self.component = component
        self.limits = known

    def measured(self, name: str, limit: str, value: float, unit: str, reason: str, **more: t.Any) -> Check:
        return check(name, self.component, level(value, self.limits[limit]), reason, round(value, 3), unit, written(self.limits[limit]), **more)

    def told(self, name: str, verdict: str, reason: str, value: float | str | None = None, unit: str = "", **more: t.Any) -> Check:
        return check(name, self.component, verdict, reason, value, unit, "", **more)

    def least(self, name: str) -> float:
        return float(self.limits[name]["least"])

    # -- PostgreSQL
    def connections(self, rows: Rows) -> Check:
        one = rows[0]
        percent = 100.0 * one["used"] / one["most"]
        idle = f", {one['idle_in_transaction']} idle in a transaction" if one["idle_in_transaction"] else ""
        return self.measured(
            "connections", "connections_percent", percent, "%", f"{one['used']} of {one['most']} connections ({percent:.0f}%), {one['active']} at work{idle}"
        )

    def pools(self, told: t.Mapping[str, t.Any]) -> list[Check]:
        """A pooler's: the fullest pool, who waits longest for a connection, and the clients of all together."""
        pools: Rows = told["pools"]
        share = {row["name"]: 100.0 * row["used"] / max(1, row["most"]) for row in pools}
        full = max(pools, key=lambda row: share[row["name"]], default=None)
        late = max(pools, key=lambda row: float(row["seconds"]), default=None)
        waiting = sum(int(row["waiting"]) for row in pools)
        clients = 100.0 * told["clients"] / max(1, told["most_clients"])
        fullest = f"{full['name']}: {full['used']} of {full['most']} connections ({share[full['name']]:.0f}%)" if full else "no pool is in use"
        longest = f"{waiting} wait for a connection, the longest for {span(late['seconds'])} ({late['name']})" if late and waiting else "nobody waits"
        said = f"{told['clients']} of {told['most_clients']} clients ({clients:.0f}%)"
        return [
            self.measured("pool", "pool_percent", share[full["name"]] if full else 0.0, "%", fullest),
            self.measured("pool_waiting", "pool_wait_seconds", float(late["seconds"]) if late and waiting else 0.0, "s", longest),
            self.measured("pool_clients", "clients_percent", clients, "%", said),
        ]

    def oldest(self, name: str, limit: str, rows: Rows, what: str, **more: t.Any) -> Check:
        """The longest of several, and how many of them are too long."""
        longest = max((float(row["seconds"] or 0) for row in rows), default=0.0)
        bounds = [bound for bound in (self.limits[limit].get("warn"), self.limits[limit].get("fail")) if bound is not None]
        many = sum(1 for row in rows if bounds and float(row["seconds"] or 0) > min(bounds))
        reason = f"{many} {what}, the longest for {span(longest)}" if many else f"the longest took {span(longest)}" if longest else "none"
        return self.measured(name, limit, longest, "s", reason, **more)

    def size(self, rows: Rows, before: t.Sequence[tuple[float, float]], now: float, window: float) -> list[Check]:
        """``before``: (moment, bytes) of earlier looks. Growth is what the window's oldest look and this one differ by."""
        bytes_now = float(rows[0]["bytes"])
        checks = [self.told("database_size", "pass", f"{size(bytes_now)}", bytes_now, "bytes")]
        earlier = [(at, value) for at, value in before if now - window <= at < now and value > 0]
        if not earlier:
            return [*checks, self.told("database_growth", "skipped", "no earlier size is known yet: the next runs have one")]
        at, value = min(earlier)
        percent = 100.0 * (bytes_now - value) / value
        reason = f"{percent:+.1f}% in {span(now - at)}, from {size(value)} to {size(bytes_now)}"
        return [*checks, self.measured("database_growth", "database_growth_percent", percent, "%", reason)]

    def slow_queries(self, rows: Rows | None, normalise: t.Callable[[t.Any], str]) -> Check:
        if rows is None:
            how = "Add pg_stat_statements to shared_preload_libraries, restart, then CREATE EXTENSION pg_stat_statements"
            return self.told("slow_queries", "skipped", f"the extension pg_stat_statements is not there. {how}", next=how)
        slow = [{"ms": round(float(row["ms"]), 1), "calls": int(row["calls"]), "query": normalise(row["query"])} for row in rows]
        longest = float(rows[0]["ms"]) if rows else 0.0
        told = (
            f"the slowest takes {longest:.1f} ms on average of {slow[0]['calls']} calls: {slow[0]['query']}" if slow else "no statement was called often enough"
        )
        return self.measured("slow_queries", "slow_query_ms", longest, "ms", told, queries=slow)

    def unused_indexes(self, rows: Rows) -> Check:
        broken = [row for row in rows if not row["valid"]]
        unused = [row for row in rows if row["valid"] and row["bytes"] >= self.least("unused_index_bytes") and row["reads"] >= self.least("unused_index_reads")]
        if broken:
            return self._named("unused_indexes", broken, "invalid, so never used: REINDEX or drop", names=_names(broken))
        total = sum(float(row["bytes"]) for row in unused)
        return self._named("unused_indexes", unused, f"never used in spite of reads of the table, {size(total)}", names=_names(unused))

    def missing_indexes(self, rows: Rows, keys: Rows) -> Check:
        many = self.least("missing_index_rows")
        walked = [row for row in rows if row["rows"] >= many and row["scans"] > row["by_index"] and row["scans"] >= 10 and row["read"] / row["scans"] >= many]
        bare = [{**row, "name": f"{row['table']} ({row['name']})"} for row in keys if row["rows"] >= many]
        if walked or not bare:
            return self._named("missing_indexes", walked, "mostly read from end to end", names=_names([*walked, *bare]))
        return self._named("missing_indexes", bare, "with a foreign key that no index serves", names=_names(bare))

    def dead_rows(self, rows: Rows) -> Check:
        shares = [
            (100.0 * row["dead"] / (row["live"] + row["dead"]), row) for row in rows if row["dead"] >= self.least("dead_rows") and row["live"] + row["dead"]
        ]
        percent, row = max(shares, key=lambda one: one[0], default=(0.0, None))
        if row is None:
            return self.measured("dead_rows", "dead_rows_percent", 0.0, "%", "no table holds many dead rows")
        vacuumed = f"last vacuumed {span(row['vacuumed'])} ago" if row["vacuumed"] is not None else "never vacuumed"
        return self.measured("dead_rows", "dead_rows_percent", percent, "%", f"{row['name']}: {row['dead']:,.0f} rows ({percent:.0f}%) are dead, {vacuumed}")

    def bloat(self, rows: Rows) -> Check:
        """An estimate: pages that its rows, as wide as they are on average, would not need."""
        found = []
        for row in rows:
            width = _ROW_HEAD + math.ceil(float(row["width"] or 0) / 8) * 8
            pages = math.ceil(float(row["rows"]) * width / (float(row["page"]) - _PAGE_HEAD))
            wasted = (float(row["pages"]) - pages) * float(row["page"])
            if wasted >= self.least("bloat_bytes"):
                found.append((100.0 * wasted / (float(row["pages"]) * float(row["page"])), wasted, row["name"]))
        percent, wasted, name = max(found, default=(0.0, 0.0, ""))
        reason = f"{name}: about {size(wasted)} ({percent:.0f}%) hold nothing" if name else f"no table has {size(self.least('bloat_bytes'))} that hold nothing"
        return self.measured("bloat", "bloat_percent", percent, "%", reason)

    def replication(self, replicas: Rows, slots: Rows, standby: Rows) -> Check:
        if standby:
            lag = float(standby[0]["seconds"] or 0)
            return self.measured("replication", "replica_lag_seconds", lag, "s", f"this standby is {span(lag)} behind")
        kept = max(slots, key=lambda one: float(one["bytes"] or 0), default=None)
        if kept is not None and level(float(kept["bytes"] or 0), self.limits["replica_lag_bytes"]) != "pass":
            waits = f"nobody reads the slot {kept['name']}, for which {size(kept['bytes'])} of WAL are kept"
            return self.measured("replication", "replica_lag_bytes", float(kept["bytes"]), "bytes", waits)
        if not replicas:
            return self.told("replication", "skipped", "no replica is connected")
        far = max(replicas, key=lambda one: float(one["bytes"] or 0))
        return self.measured("replication", "replica_lag_bytes", float(far["bytes"] or 0), "bytes", f"{far['name']} is {size(far['bytes'] or 0)} behind")

    def wraparound(self, rows: Rows) -> Check:
        percent = 100.0 * float(rows[0]["age"]) / LAST_TRANSACTION
        return self.measured(
            "wraparound", "wraparound_percent", percent, "%", f"{percent:.1f}% of the transaction numbers are in use, by the database {rows[0]['name']}"
        )

    def migrations(self, rows: Rows, expected: str | None, declared: str | None) -> Check:
        if not rows:
            why = f"there is no table {declared}" if declared else "no table of a known migration tool"
            return self.told("migrations", "fail" if declared else "skipped", why)
        bad = [row for row in rows if row["failed"]]
        if bad:
            return self.told("migrations", "fail", f"{bad[0]['table']}: {bad[0]['failed']:.0f} migration(s) failed or did not end", bad[0]["latest"])
        one = rows[0]
        if expected and not any(row["latest"] == expected for row in rows):
            return self.told("migrations", "fail", f"{one['table']}: the latest is {one['latest']}, and {expected} is expected", one["latest"])
        return self.told("migrations", "pass", f"{one['table']}: {one['applied']:.0f} applied, the latest is {one['latest']}", one["latest"])

    # -- MongoDB
    def members(self, rows: Rows) -> Check:
        """Of a replica set, each with ``at``, the moment of the last operation that it has applied."""
        primary = next((row for row in rows if row["state"] == "PRIMARY" and row["healthy"]), None)
        bad = [f"{row['name']} is {row['state']}" for row in rows if not row["healthy"] or row["state"] not in ("PRIMARY", "SECONDARY", "ARBITER")]
        if primary is None or bad:
            why = [*(["no member is primary, so nothing can be written"] if primary is None else []), *bad]
            return self.told("replication", "fail", "; ".join(why), float(len(bad)), "members")
        behind = [(max(0.0, float(primary["at"]) - float(row["at"])), row["name"]) for row in rows if row["state"] == "SECONDARY"]
        if not behind:
            return self.told("replication", "skipped", "the set has no secondary")
        lag, name = max(behind)
        return self.measured("replication", "replica_lag_seconds", lag, "s", f"{len(rows)} members, {name} is {span(lag)} behind")

    def _named(self, name: str, rows: Rows, what: str, **more: t.Any) -> Check:
        listed = ", ".join(str(row["name"]) for row in rows[:3]) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
        return self.told(name, "warn" if rows else "pass", f"{len(rows)} {what}: {listed}" if rows else "none", float(len(rows)), "", **more)

    # -- Redis
    def redis(self, told: t.Mapping[str, t.Any], before: t.Mapping[str, float]) -> list[Check]:
        """``before``: the counters at the last look, since they only grow."""
        most, used = float(told.get("maxmemory", 0)), float(told["used_memory"])
        percent = 100.0 * used / most if most else 0.0
        memory = (
            self.measured("redis_memory", "redis_memory_percent", percent, "%", f"{size(used)} of {size(most)} ({percent:.0f}%)")
            if most
            else self.told("redis_memory", "skipped", f"{size(used)} in use, and maxmemory is not set: nothing to compare with", used, "bytes")
        )
        clients = 100.0 * float(told["connected_clients"]) / max(1.0, float(told["maxclients"]))
        said = f"{told['connected_clients']} of {told['maxclients']} clients ({clients:.0f}%)"
        return [
            memory,
            self._grown("evicted_keys", told, before, f"keys were evicted (policy {told.get('maxmemory_policy', 'unknown')})"),
            self._grown("rejected_connections", told, before, "connections were rejected"),
            self.measured("redis_clients", "clients_percent", clients, "%", said),
            self._persistence(told),
            self._link(told),
        ]

    def _grown(self, name: str, told: t.Mapping[str, t.Any], before: t.Mapping[str, float], what: str) -> Check:
        total = float(told.get(name, 0))
        # After a restart they begin at 0 again.
        grown = total - before[name] if 0 <= before.get(name, -1.0) <= total else total
        since = "since the last look" if grown != total else "since the server began"
        return check(name, self.component, level(grown, self.limits[name]), f"{grown:.0f} {what} {since}", total, "", written(self.limits[name]))

    def _persistence(self, told: t.Mapping[str, t.Any]) -> Check:
        if told.get("loading"):
            return self.told("redis_persistence", "fail", "it is still loading its data")
        for field, what in (
            ("rdb_last_bgsave_status", "the last snapshot"),
            ("aof_last_write_status", "the last write to the append-only file"),
            ("aof_last_bgrewrite_status", "the last rewrite of the append-only file"),
        ):
            if told.get(field, "ok") != "ok":
                return self.told("redis_persistence", "fail", f"{what} failed")
        if told.get("aof_enabled"):
            return self.told("redis_persistence", "pass", "the append-only file is written")
        if not told.get("saves"):
            return self.told("redis_persistence", "skipped", "nothing is written to the disk, as it is set up: its data end with it")
        age, unsaved = float(told["saved_seconds"]), int(told.get("rdb_changes_since_last_save", 0))
        if not unsaved:
            return self.told("redis_persistence", "pass", f"everything is in the snapshot of {span(age)} ago")
        return self.measured("redis_persistence", "redis_saved_seconds", age, "s", f"{unsaved} changes since the snapshot of {span(age)} ago")

    def _link(self, told: t.Mapping[str, t.Any]) -> Check:
        if told.get("role") == "slave":
            up = told.get("master_link_status") == "up"
            return self.told("replication", "pass" if up else "fail", f"the link to its master is {told.get('master_link_status')}")
        many = int(told.get("connected_slaves", 0))
        return self.told("replication", "pass" if many else "skipped", f"{many} replica(s) connected" if many else "no replica is connected")


def _names(rows: Rows) -> list[str]:
    return [str(row["name"]) for row in rows]


def size(value: float) -> str:
    """``812 kB``, ``4.2 GB``: as people say it."""
    amount = float(value)
    for unit in ("bytes", "kB", "MB", "GB"):
        if abs(amount) < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or abs(amount) >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def span(seconds: float) -> str:
    """``41 s``, ``3 min``, ``5 h``, ``2 d``."""
    whole = round(float(seconds), 1 if float(seconds) < 10 else None)
    for unit, length in (("d", 172800), ("h", 7200), ("min", 120)):
        if whole >= length:
            return f"{whole / {'d': 86400, 'h': 3600, 'min': 60}[unit]:.0f} {unit}"
    return f"{whole:g} s"

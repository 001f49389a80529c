# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_database_info does: how a component's database is, and whether its data keep the declared rules.

One connection and one report for each database, whichever it is; what cannot be asked is told for itself and hides nothing else.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import addresses
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, databases, integrity
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

POSTGRES = ("postgres", "supabase")
MONGODB = ("atlas", "mongodb")
# Kinds of failure that say that the server is unwell. Any other one says that it could not be asked.
UNWELL = ("vendor_down", "timeout")
GROWTH_WINDOW = 7 * 86400.0


class Work(t.NamedTuple):
    """What every engine needs. ``history(name)`` gives (moment, value) of earlier looks."""

    task: Task
    component: str
    judge: databases.Judge
    rules: list[integrity.Rule]
    seed: str
    history: t.Callable[[str], list[tuple[float, float]]]

    def fails(self, name: str, failure: Failure) -> Check:
        verdict = "fail" if failure.kind in UNWELL and failure.code in ("down", "exhausted", "starting", "timeout", "gone") else "error"
        return self.judge.told(name, verdict, failure.message, next=failure.hint)


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    component = dict(params["component"])
    for needed in ("name", "component_vendor"):
        if not component.get(needed):
            raise Failure("invalid", f"component has no {needed}", "Set component_vendor in the inventory, or give component: {name, component_vendor, ...}")
    try:
        known = databases.limits(params["limits"] or {}, component.get("component_limits") or {})
        rules = integrity.read(params["rules"], durations.seconds)
    except databases.BadLimit as bad:
        raise Failure("invalid", str(bad), "Give a number, or {warn: 80, fail: 90}; 0 and above", code="limit") from None
    except integrity.BadRule as bad:
        raise Failure("invalid", bad.message, bad.hint, code="rule") from None
    if not params["statement_timeout"]:
        raise Failure("invalid", "statement_timeout is 0", "Give a duration above 0, such as 5s")
    name, vendor = str(component["name"]), str(component["component_vendor"])
    seed = str(params["seed"] or (params["run"] or {}).get("id") or f"{clock.now():.0f}")
    work = Work(task, name, databases.Judge(name, known), rules, seed, _history(params, name))
    look = {"convex": _convex, "redis": _redis, **dict.fromkeys(MONGODB, _mongodb), **dict.fromkeys(POSTGRES, _postgres)}.get(vendor)
    if look is None:
        return checks.result([work.judge.told("database", "skipped", f"{vendor} holds no database")])
    return {**checks.result(look(work)), "seed": seed}


def _history(params: t.Mapping[str, t.Any], component: str) -> t.Callable[[str], list[tuple[float, float]]]:
    store = runs.open_store(params["run"], params["ledger_url"]) if params["run"] else None

    def asked(name: str) -> list[tuple[float, float]]:
        if store is None:
            return []
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history

        try:
            rows = history.samples(store, component, name)
        except Failure:
            # A look does not depend on what was before; a ledger that is out of reach is the record's to tell.
            return []
        return [(float(row["at"]), float(row["value"])) for row in rows if isinstance(row["value"], (int, float))]

    return asked


def _address(work: Work) -> str | Check:
    try:
        dsn = addresses.resolve(work.task)
    except Failure as failure:
        return work.judge.told("reachable", "error", f"its address could not be had: {failure.message}", next=failure.hint)
    hint = "Give component_dsn (a secret), or component_dsn_from: railway:Postgres/DATABASE_PUBLIC_URL"
    return dsn or work.judge.told("reachable", "skipped", "it has no component_dsn and no component_dsn_from", next=hint)


# -- PostgreSQL
def _postgres(work: Work) -> list[Check]:
    params = work.task.params
    dsn = _address(work)
    if not isinstance(dsn, str):
        return [dsn]
    # The pooler first: when its pools are empty, it is the one who can tell.
    return [*(_pooler(work) if params["health"] and params["pooler_dsn"] else []), *_server(work, dsn)]


def _pooler(work: Work) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import connection, pooler

    params = work.task.params
    addresses.password_of(params["pooler_dsn"])
    try:
        return work.judge.pools(pooler.look(connection.read_address(params["pooler_dsn"], params["sslmode"], params["request_timeout"])))
    except Failure as failure:
        return [work.fails("pool", failure)]


def _server(work: Work, dsn: str) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import connection

    params = work.task.params
    try:
        address = connection.read_address(dsn, params["sslmode"], params["request_timeout"])
        began = clock.elapsed()
        with connection.looking(address, params["statement_timeout"], params["lock_timeout"]) as looker:
            told = looker.ask(_questions()["server"])[0]
            ms = (clock.elapsed() - began) * 1000
            reason = f"PostgreSQL {told['name'].split()[0]}, the database {told['database']}, connected and asked in {ms:.0f} ms"
            found = [work.judge.told("reachable", "pass", reason, round(ms, 1), "ms", version=told["name"].split()[0])]
            if params["health"]:
                found += _health(work, looker, bool(told["sees_all"]))
            return found + [_postgres_rule(work, looker, rule) for rule in work.rules]
    except Failure as failure:
        return [work.fails("reachable", failure)]


def _questions() -> dict[str, str]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import observe

    return observe.QUESTIONS


def _health(work: Work, looker: t.Any, sees_all: bool) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import observe

    judge, now = work.judge, clock.now()
    component = work.task.params["component"]
    migrations = component.get("component_migrations") or {}

    def running(rows: t.Any) -> Check:
        longest = observe.normalised(rows[0]["query"]) if rows else ""
        return judge.oldest("running_queries", "running_query_seconds", rows, f"running too long ({longest})")

    def one(name: str, subjects: tuple[str, ...], decide: t.Callable[..., t.Any], others: bool = False) -> list[Check]:
        if others and not sees_all:
            hint = "GRANT pg_monitor TO the role of component_dsn"
            return [judge.told(name, "inconclusive", f"this role sees only its own sessions: {hint}", next=hint)]
        rows = [observe.look(looker, subject) for subject in subjects]
        failed = next((found for found in rows if isinstance(found, Failure)), None)
        if failed:
            return [work.fails(name, failed)]
        made = decide(*rows)
        return made if isinstance(made, list) else [made]

    def statements() -> Check:
        rows = observe.statements(looker, work.task.params["slow_query_calls"])
        return work.fails("slow_queries", rows) if isinstance(rows, Failure) else judge.slow_queries(rows, observe.normalised)

    def applied() -> Check:
        rows = observe.migrations(looker, migrations.get("table"), migrations.get("column"))
        return work.fails("migrations", rows) if isinstance(rows, Failure) else judge.migrations(rows, migrations.get("expected"), migrations.get("table"))

    return [
        *one("connections", ("connections",), judge.connections),
        *one(
            "transactions", ("transactions",), lambda rows: judge.oldest("transactions", "transaction_seconds", rows, "transactions open too long"), others=True
        ),
        *one("running_queries", ("running",), running, others=True),
        *one("blocked", ("blocked",), lambda rows: judge.oldest("blocked", "blocked_seconds", rows, _blocked(rows)), others=True),
        statements(),
        *one("database_size", ("size",), lambda rows: judge.size(rows, work.history("database_size"), now, GROWTH_WINDOW)),
        *one("unused_indexes", ("unused_indexes",), judge.unused_indexes),
        *one("missing_indexes", ("missing_indexes", "foreign_keys"), judge.missing_indexes),
        *one("dead_rows", ("dead_rows",), judge.dead_rows),
        *one("bloat", ("bloat",), judge.bloat),
        *one("replication", ("replicas", "slots", "standby"), judge.replication),
        applied(),
        *one("wraparound", ("wraparound",), judge.wraparound),
    ]


def _blocked(rows: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    by = sorted({str(pid) for row in rows for pid in row["by"]})
    return f"waiting for a lock, held by process {', '.join(by[:3])}" if by else "waiting for a lock"


def _postgres_rule(work: Work, looker: t.Any, rule: integrity.Rule) -> Check:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import integrity as counted

    try:
        if rule.kind in ("orphans", "relation"):
            found = counted.missing(looker, rule.table, rule.column, rule.references, rule.created, rule.grace, rule.required)
            return integrity.missing(rule, work.component, *found)
        if rule.kind == "sample":
            drawn, bad = counted.sample(looker, rule.table, rule.key, rule.must, rule.size, work.seed)
            return integrity.sample(rule, work.component, work.seed, drawn, bad)
        rows = counted.count(looker, rule.table) if rule.kind == "count" else counted.answer(looker, rule.sql)
        return integrity.count(rule, work.component, rows, work.history(rule.name), clock.now())
    except Failure as failure:
        return work.fails(rule.name, failure)


# -- Redis
def _redis(work: Work) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import observe

    dsn = _address(work)
    if not isinstance(dsn, str):
        return [dsn]
    try:
        told = observe.look(dsn, work.task.params["request_timeout"])
    except Failure as failure:
        return [work.fails("reachable", failure)]
    found = [
        work.judge.told("reachable", "pass", f"Redis {told.get('redis_version')}, PING answered in {told['ping_ms']:.1f} ms", round(told["ping_ms"], 2), "ms")
    ]
    if work.task.params["health"]:
        counters = ("evicted_keys", "rejected_connections")
        found += work.judge.redis(told, {name: known[-1][1] for name in counters if (known := work.history(name))})
    return found + _no_rules(work)


def _no_rules(work: Work) -> list[Check]:
    why = "rules about data are for PostgreSQL and Convex"
    return [work.judge.told(rule.name, "error", why, next="Take the rule away from this component") for rule in work.rules]


# -- MongoDB
def _mongodb(work: Work) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.mongodb import observe

    params = work.task.params
    dsn = _address(work)
    if not isinstance(dsn, str):
        return [dsn]
    try:
        with observe.looking(dsn, params["request_timeout"], params["statement_timeout"]) as looker:
            told = observe.look(looker, observe.server)
            if isinstance(told, Failure):
                return [work.fails("reachable", told)]
            reason = f"MongoDB {told['version']}, ping answered in {told['ping_ms']:.0f} ms"
            found = [work.judge.told("reachable", "pass", reason, round(told["ping_ms"], 1), "ms")]
            if params["health"]:
                found += _mongodb_health(work, looker, told)
            return found + _no_rules(work)
    except Failure as failure:
        return [work.fails("reachable", failure)]


def _mongodb_health(work: Work, looker: t.Any, told: t.Mapping[str, t.Any]) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.mongodb import observe

    judge, now, databases = work.judge, clock.now(), told["databases"]

    def all_of(names: tuple[str, ...], subject: t.Any, decide: t.Callable[[t.Any], list[Check]], *given: t.Any) -> list[Check]:
        rows = observe.look(looker, subject, *given)
        return [_untold(work, name, rows) for name in names] if isinstance(rows, Failure) else decide(rows)

    def operations(found: t.Mapping[str, t.Any]) -> list[Check]:
        longest = f"{observe.shape(found['running'][0]['query'])} {found['running'][0]['plan']}".strip() if found["running"] else ""
        return [
            judge.oldest("transactions", "transaction_seconds", found["transactions"], "transactions open too long"),
            judge.oldest("running_queries", "running_query_seconds", found["running"], f"running too long ({longest})"),
            judge.oldest("blocked", "blocked_seconds", found["blocked"], "waiting for a lock"),
        ]

    def slow(rows: t.Any) -> list[Check]:
        if rows is None:
            how = "Switch it on for what is slower than a limit: db.setProfilingLevel(1, {slowms: 200})"
            return [judge.told("slow_queries", "skipped", f"the profiler is off. {how}", next=how)]
        often = [row for row in rows if row["calls"] >= work.task.params["slow_query_calls"]]
        return [judge.slow_queries(often, str)]

    def indexes(rows: t.Any) -> list[Check]:
        return [judge.unused_indexes([one for row in rows for one in row["indexes"] if not one["used"]]), judge.missing_indexes(rows, [])]

    def replication() -> list[Check]:
        if not told["set"]:
            what = "a router of a sharded cluster does not tell it" if told["router"] else "it is no replica set: nothing takes over when it fails"
            return [judge.told("replication", "skipped", what)]
        return all_of(("replication",), observe.members, lambda rows: [judge.members(rows)])

    return [
        *all_of(("connections",), observe.connections, lambda rows: [judge.connections(rows)]),
        *all_of(("transactions", "running_queries", "blocked"), observe.operations, operations),
        *all_of(("slow_queries",), observe.slow, slow, databases),
        *all_of(("database_size",), observe.size, lambda rows: judge.size(rows, work.history("database_size"), now, GROWTH_WINDOW), databases),
        *all_of(("unused_indexes", "missing_indexes"), observe.collections, indexes, databases),
        *replication(),
    ]


def _untold(work: Work, name: str, failure: Failure) -> Check:
    """What this user or this kind of cluster may not see is not known, and not wrong."""
    verdict = {"permission": "inconclusive", "plan": "skipped"}.get(failure.kind)
    return work.judge.told(name, verdict, f"{failure.message}. {failure.hint}", next=failure.hint) if verdict else work.fails(name, failure)


# -- Convex
def _convex(work: Work) -> list[Check]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import client, tables

    component, params = work.task.params["component"], work.task.params
    given = {"deploy_key": params["deploy_key"], "url": component.get("convex_url"), "deployment": component.get("convex_deployment")}
    try:
        place = client.connect(work.task, given)
        known = tables.names(place)
    except Failure as failure:
        if failure.kind == "auth" and not params["deploy_key"]:
            return [work.judge.told("reachable", "skipped", "it has no convex_deploy_key", next=failure.hint)]
        return [work.judge.told("reachable", "fail" if failure.kind in UNWELL else "error", failure.message, next=failure.hint)]
    found = [work.judge.told("reachable", "pass", f"{place.where} answers, {len(known)} tables", float(len(known)), "tables")]
    return found + [_convex_rule(work, place, known, rule) for rule in work.rules]


def _convex_rule(work: Work, place: t.Any, known: list[str], rule: integrity.Rule) -> Check:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import integrity as counted
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import tables

    try:
        if rule.kind == "sql":
            raise Failure("invalid", "Convex knows no SQL", "Write the rule as orphans, relation, count or sample", code="rule")
        counted.check_table(place, known, rule.table)
        if rule.kind == "count":
            return integrity.count(rule, work.component, float(tables.size(place, rule.table)), work.history(rule.name), clock.now())
        if rule.kind == "sample":
            return _convex_sample(work, place, rule)
        counted.check_table(place, known, rule.references[0])
        before = clock.now() - rule.grace if rule.created else None
        return integrity.missing(rule, work.component, *counted.missing(place, rule.table, rule.column, rule.references, before, rule.created, rule.required))
    except Failure as failure:
        return work.judge.told(rule.name, "fail" if failure.kind in UNWELL else "error", failure.message, next=failure.hint)


def _convex_sample(work: Work, place: t.Any, rule: integrity.Rule) -> Check:
    import jmespath

    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import integrity as counted

    try:
        must = jmespath.compile(rule.must)
    except jmespath.exceptions.JMESPathError:
        raise Failure("invalid", "must is no JMESPath expression", "Write one, such as: discount == `15`", code="rule") from None
    wanted = set(integrity.drawn(work.seed, (str(row.get(rule.key)) for row in counted.walk(place, rule.table)), rule.size))
    asked, bad = 0, []
    for row in counted.walk(place, rule.table):
        if str(row.get(rule.key)) in wanted:
            asked += 1
            try:
                good = must.search(row) is True
            except jmespath.exceptions.JMESPathError as error:
                raise Failure("invalid", f"must cannot be asked of a row: {type(error).__name__}", "Repair the expression", code="rule") from None
            bad += [] if good else [row.get(rule.key)]
    return integrity.sample(rule, work.component, work.seed, asked, bad)

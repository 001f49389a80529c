# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A PostgreSQL database as a part of a set: what ``pg_dump`` gives, and what the very same snapshot of the database holds, counted and hashed beside it.

Facts (the server's documentation): a snapshot that one transaction exports can be imported by others of the same database until that one ends;
``pg_dump --snapshot`` does. An uncompressed dump of unchanged data is the same bytes, which a repository keeps once.
"""

from __future__ import annotations

import concurrent.futures
import os
import secrets
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, piping
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told, tuned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK, Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import dumps, facts
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import (
    VENDOR,
    Address,
    Looker,
    driver,
    failure_of,
    looking,
    read_address,
)

KIND = "postgres"
FILE = "postgres.dump"
TUNING = {"exclude_tables_data": list, "row_hashes": bool, "statement_timeout": str, "watermark": bool}
WATERMARK = Operation("watermark", changes=True)
# How long a backup waits for a lock that somebody holds, seconds; whoever comes after it would wait, too.
LOCK_TIMEOUT = 60.0
_WATERMARK = (
    "CREATE SCHEMA IF NOT EXISTS saasops",
    "CREATE TABLE IF NOT EXISTS saasops.watermark (id boolean PRIMARY KEY DEFAULT true CHECK (id), at timestamptz NOT NULL, value text NOT NULL)",
)
_MARKED = "INSERT INTO saasops.watermark (at, value) VALUES (to_timestamp(%s), %s) ON CONFLICT (id) DO UPDATE SET at = excluded.at, value = excluded.value"
_POOLED = (
    "Give the address of the database itself, or of a pooler in session mode (at Supabase the port 5432 in place of 6543); where the application"
    " needs the pooler, its address stays in the application's own variables"
)


class Wishes(t.NamedTuple):
    """What ``component_backup`` says."""

    excluded: tuple[str, ...]
    hashes: bool
    statement_timeout: float
    watermark: bool


def wishes(component: Component) -> Wishes:
    said = tuned(component, TUNING)
    excluded = said.get("exclude_tables_data") or []
    if not all(isinstance(name, str) and name for name in excluded):
        raise Failure("invalid", f"component_backup of {component.get('name')}: exclude_tables_data is no list of names", "Give [audit_log, public.sessions]")
    timeout = durations.seconds(said.get("statement_timeout") or "1h", "statement_timeout")
    return Wishes(tuple(excluded), said.get("row_hashes", True), timeout, said.get("watermark", False))


def parts(task: Task, component: Component, dsn: t.Callable[[], str]) -> list[Part]:
    """``dsn`` tells the address of the component's database, and may ask a vendor for it."""
    wanted = wishes(component)

    def mark() -> None:
        target = f"the watermark of {component['name']}"
        task.gate.change(VENDOR, WATERMARK, target, facts.WATERMARK, lambda: _mark(task, wanted, address_of(task, dsn())))

    def write(sink: Sink) -> Told:
        if wanted.watermark:
            mark()
        return _write(task, component, wanted, dsn(), sink)

    return [Part(f"{component['name']}/{FILE}", KIND, write, mark if wanted.watermark else None)]


def programs(task: Task) -> dumps.Programs:
    """PostgreSQL's own. A folder that has other programs alone, such as restic, leaves these to the search path."""
    folder = os.path.expanduser(str(task.params.get("programs") or ""))
    there = os.path.exists(os.path.join(folder, "pg_dump"))
    return dumps.Programs(folder if there else "", task.deadline.left, task.gate.recorder.turn)


def address_of(task: Task, dsn: str) -> Address:
    return read_address(dsn, task.params.get("sslmode"), task.params["request_timeout"])


def _write(task: Task, component: Component, wanted: Wishes, dsn: str, sink: Sink) -> Told:
    work, address = programs(task), address_of(task, dsn)
    pg_dump = _check(work, address, wanted)
    with looking(address, wanted.statement_timeout, LOCK_TIMEOUT, at_one_moment=True) as looker:
        snapshot, moment = _exported(looker), clock.now()
        told = _told(looker, component, wanted)
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            counting = beside.submit(told.rows)
            try:
                _dump(work, address, snapshot, [table.name for table in told.excluded], sink)
            except BaseException:
                looker.connection.cancel_safe(timeout=5)
                raise
            counts, hashes, notes = counting.result()
    tools = {"pg_dump": pg_dump, **told.tools}
    return Told(moment, counts, hashes, told.structure, told.watermark, tools, notes=[*told.notes, *notes])


def _check(work: dumps.Programs, address: Address, wanted: Wishes) -> str:
    """What cannot become a backup is refused before anything is written; the version of pg_dump."""
    major, pg_dump = work.version(address, "pg_dump")
    with looking(address, wanted.statement_timeout, LOCK_TIMEOUT) as looker:
        asked = "SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS name, pg_backend_pid() AS pid"
        found = looker.ask(asked)[0]
        if major < found["version"] // 10000:
            said = f"pg_dump is {pg_dump}, and the server is {found['name'].split()[0]}: an older one cannot dump a newer server"
            newest = f"/usr/lib/postgresql/{found['version'] // 10000}/bin"
            hint = f"Install postgresql-client-{found['version'] // 10000}, and say where it is: backup_programs: {newest}"
            raise Failure("invalid", said, hint, VENDOR, code="programs")
        # A pooler has numbers of its own for what it hands on.
        if looker.connection.info.backend_pid != found["pid"] and _shared(looker, address):
            said = "this address leads to a pooler that gives every transaction another connection, through which no snapshot of a database can be kept"
            raise Failure("invalid", said, _POOLED, VENDOR, code="pooler")
        facts.chosen(facts.tables(looker), wanted.excluded, "exclude_tables_data")
    return pg_dump


def _shared(looker: Looker, address: Address) -> bool:
    """Whether connections are given away between transactions: two sessions that look in turn come upon the same one, or do not keep theirs."""
    pid = "SELECT pg_backend_pid() AS pid"
    first = looker.ask(pid)[0]["pid"]
    looker.connection.rollback()
    with looking(address, 10.0, 5.0) as other:
        second = other.ask(pid)[0]["pid"]
        return bool(first == second or looker.ask(pid)[0]["pid"] != first)


def _mark(task: Task, wanted: Wishes, address: Address) -> None:
    _check(programs(task), address, wanted)
    psycopg = driver()
    try:
        with psycopg.connect(**address.parameters, prepare_threshold=None) as connection:
            for statement in _WATERMARK:
                connection.execute(statement)
            connection.execute(_MARKED, (clock.now(), secrets.token_hex(8)))
    except psycopg.Error as error:
        failure = failure_of(error)
        failure.hint = "Let the role make a schema in this database (GRANT CREATE ON DATABASE), or take watermark out of component_backup"
        raise failure from None


def _exported(looker: Looker) -> str:
    psycopg = driver()
    try:
        # Not within a savepoint, from which none can be exported.
        row = looker.connection.execute("SELECT pg_export_snapshot() AS name").fetchone()
        return str(row["name"])
    except psycopg.Error as error:
        failure = failure_of(error)
        raise Failure("invalid", f"no snapshot of the database can be exported: {failure.message}", _POOLED, VENDOR, code="pooler") from None


def _dump(work: dumps.Programs, address: Address, snapshot: str, excluded: t.Sequence[str], sink: Sink) -> None:
    how = ["--format=custom", "--compress=0", f"--snapshot={snapshot}", f"--lock-wait-timeout={round(LOCK_TIMEOUT * 1000)}", "--no-password"]
    how += [f"--exclude-table-data={_pattern(name)}" for name in excluded]
    start = work.start(address, work.path("pg_dump"), *how, f"--dbname={dumps.place(address)}")
    with piping.reading(start) as (source, flow):
        while piece := source.read(CHUNK):
            sink.take(piece)
    dumps.succeeded(flow.ended, "pg_dump", address)


def _pattern(name: str) -> str:
    """A name as SQL writes it, as a pattern of pg_dump that only this one fits: quoted, so that its letters mean themselves."""
    return ".".join(word if word.startswith('"') else f'"{word}"' for word in facts.words(name))


class _Found(t.NamedTuple):
    tools: dict[str, str]
    structure: str
    watermark: dict[str, t.Any] | None
    notes: list[str]
    excluded: list[facts.Table]
    rows: t.Callable[[], tuple[dict[str, int], dict[str, str], list[str]]]


def _told(looker: Looker, component: Component, wanted: Wishes) -> _Found:
    version = facts.settle(looker)
    every = facts.tables(looker)
    excluded = facts.chosen(every, wanted.excluded, "exclude_tables_data")
    kept = [table for table in every if table not in excluded]
    notes = facts.left_out(looker)
    if excluded:
        notes.append(f"rows that were left out by exclude_tables_data: {', '.join(table.name for table in excluded)}")

    def rows() -> tuple[dict[str, int], dict[str, str], list[str]]:
        return facts.content(looker, version, kept, wanted.hashes, True)

    return _Found(facts.versions(looker, component), facts.structure(looker), facts.watermark(looker), notes, excluded, rows)

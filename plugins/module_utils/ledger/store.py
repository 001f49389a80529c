# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The durable memory: plain SQL tables in a SQLite file, or in PostgreSQL where several launchers share them.

Times are seconds since the epoch. Every write transaction of one environment runs alone (SQLite: ``BEGIN IMMEDIATE``,
PostgreSQL: an advisory lock), so that what it read still holds when it writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import sqlite3
import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.folders import state_folder
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.sql import NullPool, require, sa

metadata = sa.MetaData()
_text, _time = sa.Text, sa.Float

releases = sa.Table(
    "releases",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("deployment", _text, primary_key=True),
    sa.Column("commit", _text),
    sa.Column("version", _text),
    sa.Column("created_at", _time),
    sa.Column("seen_at", _time, nullable=False),
    sa.Column("proved_at", _time),
    sa.Column("bad_at", _time),
    sa.Column("bad_reason", _text),
    sa.Column("schema_floor", _text),  # id, tag or commit of the oldest release that still fits the data
)
rotations = sa.Table(
    "rotations",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("name", _text, primary_key=True),
    sa.Column("rotated_at", _time, nullable=False),
)
pins = sa.Table(
    "pins",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("since", _time, nullable=False),
    sa.Column("run", _text, nullable=False),
    sa.Column("bad", sa.JSON, nullable=False),
    sa.Column("serving", sa.JSON, nullable=False),
    sa.Column("reason", _text, nullable=False),
    sa.Column("pinned_before", sa.Boolean),
)
leases = sa.Table(
    "leases",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("purpose", _text, primary_key=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("run", _text),  # null: nobody holds it; the generation stays, so that a late holder is still told apart
    sa.Column("holder", sa.JSON),
    sa.Column("reason", _text),
    sa.Column("acquired_at", _time),
    sa.Column("expires_at", _time),
)
sagas = sa.Table(
    "sagas",
    metadata,
    sa.Column("id", _text, primary_key=True),
    sa.Column("environment", _text, nullable=False, index=True),
    sa.Column("verb", _text, nullable=False),
    sa.Column("opened_by", _text, nullable=False),
    sa.Column("opened_at", _time, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("closed_at", _time),
    sa.Column("outcome", _text),
)
saga_components = sa.Table(
    "saga_components",
    metadata,
    sa.Column("saga", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("wave", sa.Integer, nullable=False),
    sa.Column("from_release", sa.JSON, nullable=False),
    sa.Column("to_release", sa.JSON, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("intents", sa.JSON, nullable=False),
)
replays = sa.Table(
    "replays",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("target", _text, primary_key=True),  # the endpoint's id, or the address
    sa.Column("event", _text, primary_key=True),
    sa.Column("state", _text, nullable=False),  # sent (nobody knows what came of it), done, failed
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("at", _time, nullable=False),
    sa.Column("run", _text, nullable=False),
)
history = sa.Table(
    "history",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("name", _text, primary_key=True),
    sa.Column("at", _time, primary_key=True),
    sa.Column("run", _text, primary_key=True),
    sa.Column("verdict", _text, nullable=False),
    sa.Column("value", _time),
    sa.Column("text", _text),
    sa.Column("unit", _text, nullable=False),
    sa.Index("history_by_moment", "environment", "at"),
)
# What the newest look said in words; the numbers of all looks are the history.
findings = sa.Table(
    "findings",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("name", _text, primary_key=True),
    sa.Column("at", _time, nullable=False),
    sa.Column("verdict", _text, nullable=False),
    sa.Column("reason", _text, nullable=False),
)
log_kinds = sa.Table(
    "log_kinds",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("fingerprint", _text, primary_key=True),
    sa.Column("at", _time, primary_key=True),
    sa.Column("run", _text, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)
watches = sa.Table(
    "watches",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("deployment", _text, nullable=False),
    sa.Column("since", _time, nullable=False),  # seen well at every look since then
    sa.Column("last_at", _time, nullable=False),
)
notifications = sa.Table(
    "notifications",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("route", _text, nullable=False),
    sa.Column("key", _text, nullable=False),  # the same each time that it is sent, and no other message's
    sa.Column("fingerprint", _text, nullable=False),
    sa.Column("state", _text, nullable=False),  # raised, acknowledged, resolved
    sa.Column("severity", _text, nullable=False),
    sa.Column("title", _text, nullable=False),
    sa.Column("text", _text, nullable=False),
    sa.Column("at", _time, nullable=False),
    sa.Column("delivery", _text, nullable=False),  # sending (nobody knows yet what came of it), sent, failed, held, collected (by a digest)
    sa.Column("holder", sa.JSON, nullable=False),
    sa.Column("reference", sa.JSON, nullable=False),  # what the route's own side calls the message, so that what follows joins it
)
schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("run", _text, primary_key=True),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("started_at", _time, nullable=False),
    sa.Column("ended_at", _time),  # null: it works still, or was killed
    sa.Column("verdict", _text, nullable=False),
    sa.Column("budget", _time, nullable=False),
    sa.Column("items", sa.JSON, nullable=False),
    sa.Index("schedules_by_moment", "environment", "started_at"),
)
remediations = sa.Table(
    "remediations",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("component", _text, nullable=False),
    sa.Column("at", _time, nullable=False),
    sa.Column("run", _text, nullable=False),
    sa.Column("marker", sa.JSON, nullable=False),  # what it looked like before, so that what was asked for can be recognised
    sa.Column("reason", _text, nullable=False),
    sa.Column("state", _text, nullable=False),  # asked (nobody wrote down what came of it), done, failed
)
restores = sa.Table(
    "restores",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("component", _text, primary_key=True),
    sa.Column("at", _time, primary_key=True),
    sa.Column("backup", _text, nullable=False),
    sa.Column("seconds", _time),
    sa.Column("run", _text, nullable=False),
)
journal = sa.Table(
    "journal",
    metadata,
    sa.Column("environment", _text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", _time, nullable=False),
    sa.Column("run", _text, nullable=False),
    sa.Column("kind", _text, nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("previous", _text, nullable=False),
    sa.Column("hash", _text, nullable=False),
)
# A machine may be suspended within a transaction: PostgreSQL ends it then, before the patience of those who wait for it ends.
STANDING_SECONDS, WAITING_SECONDS = 15, 30
# Raised with every change of the tables; a newer ledger is never written by older code.
SCHEMA_VERSION = 1
# So that the parameters of one statement stay below what SQLite and PostgreSQL take.
MOST_AT_ONCE = 1000
meta = sa.Table("meta", metadata, sa.Column("name", _text, primary_key=True), sa.Column("value", _text, nullable=False))


def default_url(environment: str) -> str:
    return f"sqlite:///{state_folder() / (environment.replace('/', '-') + '.sqlite3')}"


class Store:
    """An open ledger. Made anew by every task: a connection must not cross a fork."""

    def __init__(self, url: str, environment: str, create: bool = True) -> None:
        require()
        self.environment = environment
        self._writing: sa.Connection | None = None
        try:
            parsed = sa.make_url(url)
        except sa.exc.ArgumentError as error:
            raise Failure("invalid", "saasops_ledger_url is not a URL", "Give sqlite:////absolute/path or postgresql://user@host/database") from error
        # PostgreSQL takes a password among the parameters, too.
        redaction.register(str(parsed.password) if parsed.password else None, *(str(parsed.query[name]) for name in parsed.query if "password" in name))
        self.shown = redaction.scrub(parsed.render_as_string(hide_password=True))
        if parsed.drivername == "sqlite":
            self._file = pathlib.Path(parsed.database or "").expanduser().absolute()
            if not create and not self._file.exists():
                raise self._unreachable("there is no such file", "not_found")
            self._prepare_file()
            how = {"timeout": WAITING_SECONDS, "isolation_level": None}
            self._engine = sa.create_engine(parsed.set(database=str(self._file)), poolclass=NullPool, connect_args=how)
            sa.event.listen(self._engine, "connect", _tune_sqlite)
        elif parsed.drivername.split("+")[0] == "postgresql":
            self._engine = sa.create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool, connect_args={"connect_timeout": 10})
        else:
            raise Failure("invalid", f"saasops_ledger_url names {parsed.drivername}", "Use sqlite or postgresql")
        self.shared = self._engine.dialect.name == "postgresql"

    def prepare(self) -> None:
        """Create what is missing and refuse a ledger of a newer collection. Called once in a run, by its guard."""
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups

        with self.write() as connection:
            if self.shared:
                # The tables belong to all environments: two that begin at the same moment must not both create them.
                connection.execute(_alone(SCHEMA_VERSION))
            metadata.create_all(connection)
            backups.backup_sets.create(connection, checkfirst=True)
            found = connection.execute(sa.select(meta.c.value).where(meta.c.name == "schema")).scalar()
            if found is None:
                connection.execute(meta.insert().values(name="schema", value=str(SCHEMA_VERSION)))
            elif int(found) > SCHEMA_VERSION:
                raise Failure("invalid", f"the ledger {self.shown} was written by a newer version of this collection", "Upgrade the collection on this machine")

    @contextlib.contextmanager
    def read(self) -> t.Iterator[sa.Connection]:
        with self._connection() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> t.Iterator[sa.Connection]:
        """A transaction that runs alone in this environment and is durable when it returns; one within another is part of it."""
        if self._writing is not None:
            yield self._writing
            return
        with self._connection() as connection, self._joined(connection):
            if self.shared:
                with connection.begin():
                    key = int.from_bytes(hashlib.sha256(self.environment.encode()).digest()[:8], "big", signed=True)
                    connection.execute(_alone(key))
                    yield connection
            else:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                connection.exec_driver_sql("COMMIT")

    @contextlib.contextmanager
    def _joined(self, connection: sa.Connection) -> t.Iterator[None]:
        self._writing = connection
        try:
            yield
        finally:
            self._writing = None

    def rows(self, query: sa.Select[t.Any], table: sa.Table) -> list[dict[str, t.Any]]:
        """What a query finds; nothing in a ledger of before this table, until a run prepares it."""
        with self.read() as connection:
            if not sa.inspect(connection).has_table(table.name):
                return []
            return [{str(key): row[key] for key in row if key != "environment"} for row in connection.execute(query).mappings()]

    def now(self, connection: sa.Connection) -> float:
        """The moment that leases are judged by: the database's own clock where machines share it, else core's."""
        if self.shared and not clock.is_virtual():
            return float(connection.execute(sa.select(sa.func.extract("epoch", sa.func.clock_timestamp()))).scalar_one())
        return clock.now()

    @contextlib.contextmanager
    def _connection(self) -> t.Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.DatabaseError, ImportError) as error:
            raise self._unreachable(redaction.plain(getattr(error, "orig", None) or error, 200)) from error

    def _prepare_file(self) -> None:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._file.exists():
                _make_sqlite(self._file)
            os.close(os.open(self._file, os.O_RDWR))
        except OSError as error:
            raise self._unreachable(error.strerror or str(error)) from error
        except sqlite3.Error as error:
            raise self._unreachable(str(error)) from error

    def _unreachable(self, why: str, kind: t.Literal["vendor_down", "not_found"] = "vendor_down") -> Failure:
        return Failure(
            kind,
            f"the ledger {self.shown} cannot be used: {why}",
            "Check saasops_ledger_url, the folder's rights and the database server",
            code="ledger",
        )


def _alone(key: int) -> sa.Select[t.Any]:
    """Wait for a lock that ends with the transaction. The limits are this transaction's, so that a pooler hands on none of them."""
    return sa.select(
        sa.func.set_config("idle_in_transaction_session_timeout", f"{STANDING_SECONDS}s", True),
        sa.func.set_config("lock_timeout", f"{WAITING_SECONDS}s", True),
        sa.func.pg_advisory_xact_lock(key),
    )


def _make_sqlite(file: pathlib.Path) -> None:
    """Put an empty WAL database in place, whole or not at all.

    Of two connections that switch the same new file to WAL, SQLite fails one at once, whatever its timeout: the second of two
    runs that are the first on a machine would go on without a ledger, and without the lease.
    """
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".new-ledger-") as folder:
        made = pathlib.Path(folder, file.name)
        os.close(os.open(made, os.O_CREAT | os.O_RDWR, 0o600))
        with contextlib.closing(sqlite3.connect(made)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with contextlib.suppress(FileExistsError):
            os.link(made, file)


def _tune_sqlite(connection: t.Any, _record: t.Any) -> None:
    # FULL: an intent must survive a power cut, since the change that follows it does.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={WAITING_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def upsert(connection: sa.Connection, table: sa.Table, keys: dict[str, t.Any], values: dict[str, t.Any]) -> None:
    """Insert or update one row; for use inside ``Store.write``, where nobody else writes."""
    where = sa.and_(*(table.c[name] == value for name, value in keys.items()))
    if connection.execute(sa.select(sa.literal(1)).where(where).select_from(table)).first():
        if values:
            connection.execute(table.update().where(where).values(**values))
    else:
        connection.execute(table.insert().values(**keys, **values))


def replace(connection: sa.Connection, table: sa.Table, keys: tuple[str, ...], rows: t.Iterable[dict[str, t.Any]]) -> None:
    """Put whole rows in place of those with the same keys, two statements for each thousand; for use inside ``Store.write``."""
    newest = {tuple(row[name] for name in keys): row for row in rows}
    named = list(newest)
    for start in range(0, len(named), MOST_AT_ONCE):
        part = named[start : start + MOST_AT_ONCE]
        connection.execute(table.delete().where(sa.tuple_(*(table.c[name] for name in keys)).in_(part)))
        connection.execute(table.insert(), [newest[key] for key in part])

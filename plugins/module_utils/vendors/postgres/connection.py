# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A connection to a PostgreSQL server that can only look: one read-only transaction, in which every statement has its time.

Facts (the server's documentation): no statement of a read-only transaction may write; the extended protocol takes one statement at a time, so
that nothing can end the transaction from within; limits that are set for a transaction end with it, so a pooler hands on none of them.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import socket
import threading
import typing as t
from urllib.parse import parse_qsl, quote, urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind

VENDOR = "postgres"
Row = dict[str, t.Any]
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# (what the server or the client library says, kind, code, what a person can do)
WORDS: tuple[tuple[str, Kind, str, str], ...] = (
    (
        r"too many clients|remaining connection slots|too many connections|no more connections allowed|query_wait_timeout",
        "vendor_down",
        "exhausted",
        "Every connection is taken: look for a pool that is too large or leaks, and end idle sessions",
    ),
    (r"starting up|shutting down|in recovery mode|not yet accepting", "vendor_down", "starting", "The server is not ready: look again in a minute"),
    (r"password|authentication|pg_hba|not allowed|role \".*\" does not exist", "auth", "auth", "Check user and password in the address of the database"),
    (r"database \".*\" does not exist|no such database", "not_found", "database", "Check the name of the database at the end of its address"),
    (r"translate host name|resolve host|Name or service|getaddrinfo", "invalid", "host", "Check the host in the address of the database"),
    (r"invalid integer value|invalid port|invalid value", "invalid", "dsn", "Check the address of the database"),
    (r"SSL|certificate|TLS", "permission", "tls", "Check sslmode in the address of the database, and the server's certificate"),
    (r"timeout|timed out", "timeout", "timeout", "The server does not answer: look at its host, and at what lies between"),
)
_NO_POOLED = "Look at the pooler's pools (SHOW POOLS in its database pgbouncer), and end what holds them; with component_pooler_dsn db_integrity tells"
_DOWN: tuple[Kind, str, str] = ("vendor_down", "down", "Look whether the server runs, and whether it can be reached from here")


def driver() -> t.Any:
    try:
        return importlib.import_module("psycopg")
    except ImportError:
        raise Failure(
            "invalid",
            "PostgreSQL needs the Python library psycopg",
            "Install it for the Python that runs this task: pip install 'saasops-runbooks[postgresql]', or 'psycopg[binary]'",
            VENDOR,
            code="driver",
        ) from None


class Address(t.NamedTuple):
    """``parameters`` are those of libpq; ``schema`` is where tables without one are looked for, as Prisma's addresses tell it."""

    parameters: dict[str, str]
    schema: str


def read_address(dsn: str, sslmode: str | None, connect_timeout: float) -> Address:
    """An address as the driver takes it. Frameworks put parameters of their own into it, which libpq would refuse."""
    psycopg = driver()
    redaction.register(dsn)
    schema = ""
    if "://" in dsn:
        dsn = re.sub(r"^(postgres|postgresql)(\+\w+)?://", "postgresql://", dsn.strip())
        head, _mark, query = dsn.partition("?")
        given = parse_qsl(query, keep_blank_values=True)
        known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
        schema = next((value for name, value in given if name == "schema"), "")
        kept = "&".join(f"{name}={quote(value, safe='')}" for name, value in given if name in known)
        dsn = f"{head}?{kept}" if kept else head
        if not dsn.startswith("postgresql://"):
            raise _no_address(f"begins with {redaction.plain(urlsplit(dsn).scheme, 20)}://")
    try:
        parameters = {name: str(value) for name, value in psycopg.conninfo.conninfo_to_dict(dsn).items() if value is not None}
    except psycopg.Error:
        # The driver's words may repeat a part of it.
        raise _no_address("is none that the driver understands") from None
    redaction.register(parameters.get("password"), parameters.get("sslpassword"))
    parameters.update(connect_timeout=str(max(2, round(connect_timeout))), application_name="saasops.runbooks")
    if sslmode:
        parameters["sslmode"] = sslmode
    return Address(parameters, schema)


def _no_address(why: str) -> Failure:
    hint = "Give postgresql://user:password@host:5432/database, with everything strange in the password percent-encoded"
    return Failure("invalid", f"the address of the database {why}", hint, VENDOR, code="dsn")


def failure_of(error: Exception) -> Failure:
    """What the driver or the server said, in kinds of ours."""
    said = redaction.plain(redaction.scrub(str(error)), 300)
    kind, code, hint = next(((kind, code, hint) for words, kind, code, hint in WORDS if re.search(words, said, re.IGNORECASE)), _DOWN)
    return Failure(kind, said, hint, VENDOR, code=code)


@contextlib.contextmanager
def looking(address: Address, statement_timeout: float, lock_timeout: float, at_one_moment: bool = False) -> t.Iterator[Looker]:
    """A read-only transaction on a connection of its own. It is never committed. ``at_one_moment``: everything is seen as of its first question."""
    psycopg = driver()
    try:
        # Poolers that share a server's connections know nothing of prepared statements that stay.
        connection = psycopg.connect(**address.parameters, row_factory=psycopg.rows.dict_row, prepare_threshold=None)
    except (psycopg.Error, UnicodeError) as error:
        raise failure_of(error) from None
    try:
        connection.read_only = True
        if at_one_moment:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        limits = {"statement_timeout": statement_timeout, "lock_timeout": lock_timeout, "idle_in_transaction_session_timeout": statement_timeout * 4}
        settings = {name: f"{max(1, round(seconds * 1000))}ms" for name, seconds in limits.items()}
        if address.schema:
            settings["search_path"] = '"{}"'.format(address.schema.replace('"', '""'))
        # The first statement begins the transaction; what is asked later stands within it, each at a savepoint.
        with _in_time(connection, float(address.parameters["connect_timeout"])):
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        yield Looker(connection)
    finally:
        connection.close()


@contextlib.contextmanager
def _in_time(connection: t.Any, seconds: float) -> t.Iterator[None]:
    """A pooler lets a client in before it has a connection for it, and no limit of the server's holds until then: only this end can stop waiting."""
    late = threading.Event()
    # A descriptor of its own: that of the connection may be somebody else's by the time that it is late.
    with socket.socket(fileno=os.dup(connection.fileno())) as end:

        def stop() -> None:
            late.set()
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        except driver().Error as error:
            if not late.is_set():
                raise failure_of(error) from None
            said = f"connected, and not served within {seconds:g} s: its pooler has no connection free, or the server hangs"
            raise Failure("vendor_down", said, _NO_POOLED, VENDOR, code="exhausted") from None
        finally:
            timer.cancel()
            timer.join()


class Looker:
    """Asks. What goes wrong with one question leaves the next one as it was, unless the connection is gone."""

    def __init__(self, connection: t.Any) -> None:
        self.connection = connection
        self._psycopg = driver()

    def ask(self, statement: t.Any, values: t.Sequence[t.Any] | None = None) -> list[Row]:
        """The rows of one statement. ``statement``: a text, or a composed one of the driver with its names quoted."""
        sent = statement.encode() if isinstance(statement, str) else statement
        try:
            with self.connection.transaction():
                # Binary answers need the protocol that takes one statement and no more.
                cursor = self.connection.execute(sent, values, binary=True)
                return list(cursor.fetchall()) if cursor.description else []
        except self._psycopg.Error as error:
            raise self._refused(error) from None

    def _refused(self, error: t.Any) -> Failure:
        if self.connection.closed or self.connection.broken:
            return Failure("vendor_down", "the server went away while it was asked", _DOWN[2], VENDOR, code="gone")
        state, said = str(error.sqlstate or ""), redaction.plain(redaction.scrub(str(error.diag.message_primary or error)), 300)
        codes: dict[str, tuple[Kind, str, str]] = {
            "57014": ("timeout", "slow", "Give it more time (statement_timeout), or ask for less"),
            "55P03": ("conflict", "locked", "Another session holds a lock on it: look again later"),
            "25006": ("refused", "writes", "Rules only look: take what changes data out of it"),
            "42501": ("permission", "permission", "Grant the role of this address what it needs: GRANT pg_monitor, and SELECT on the tables of the rules"),
        }
        kind, code, hint = codes.get(state, ("invalid", state or "sql", "Look at the names and the SQL of what was asked"))
        return Failure(kind, said, hint, VENDOR, code=code)

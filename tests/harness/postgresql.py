# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests do with a PostgreSQL server of their own, which the sandbox's own code starts."""

from __future__ import annotations

import os
import pathlib
import signal
import uuid

import psycopg

from tests.sandbox.postgresql import programs, run_as, server, standby

__all__ = ["end", "fresh_database", "programs", "run_as", "server", "standby", "with_statements"]


def fresh_database(url: str) -> str:
    """Another, empty database of the same server."""
    folder = url.partition("?host=")[2]
    name = f"ledger_{uuid.uuid4().hex}"
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql://postgres@/{name}?host={folder}"


def with_statements() -> pathlib.Path:
    """Programs of a server that has the extension pg_stat_statements."""
    found = pathlib.Path("/usr/lib/postgresql").glob("*/lib/pg_stat_statements.so")
    at = [path.parent.parent / "bin" for path in sorted(found, key=lambda path: int(path.parts[4])) if (path.parent.parent / "bin" / "initdb").exists()]
    if not at:
        raise RuntimeError("no PostgreSQL with pg_stat_statements: apt-get install postgresql")
    return at[-1]


def end(url: str, sign: signal.Signals = signal.SIGQUIT) -> None:
    """End the server of an address at once, as a crash does."""
    folder = pathlib.Path(url.partition("?host=")[2])
    os.kill(int((folder / "data" / "postmaster.pid").read_text().splitlines()[0]), sign)

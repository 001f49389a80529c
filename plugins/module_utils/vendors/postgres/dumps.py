# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Backups of one database by PostgreSQL's own programs, and the way back. What they make, ``pg_restore`` alone can restore."""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import local
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Address, Looker, driver

# What a database's owner has made and an extension has not.
_MADE = """SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c')
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    UNION ALL SELECT quote_ident(n.nspname) || '.' || quote_ident(y.typname), 'TYPE'
    FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace WHERE y.typtype IN ('e', 'd') AND n.nspname NOT LIKE 'pg\\_%'
    AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = y.oid AND d.deptype = 'e')"""


class Programs(t.NamedTuple):
    """Where they are (empty: on the search path), how long one may take, and what is called while it works."""

    folder: str
    seconds: float
    turn: t.Callable[[], None]

    def run(self, address: Address, program: str, *arguments: str) -> str:
        path = os.path.join(self.folder, program) if self.folder else program
        if not programs.there(path, "/"):
            hint = "Install PostgreSQL's client programs, not older than the server, or say where they are: programs in component_migrate"
            raise Failure("invalid", f"there is no program {path}", hint, VENDOR, code="programs")
        given = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ") if name in os.environ}
        given |= {name: value for name, value in {"PGPASSWORD": address.parameters.get("password"), "PGCONNECT_TIMEOUT": "10"}.items() if value}
        ended = programs.run([path, *arguments], "/", given, lambda: self.seconds, most=8 * 1024 * 1024, turn=self.turn)
        if ended.code == 0:
            return ended.output
        why = "; ".join(programs.lines(ended.errors, given)[-3:]) or f"it ended with {ended.code}"
        if ended.code is None:
            raise Failure("timeout", f"{program} had not ended after {self.seconds:g} s, and was stopped", "Give it more time", VENDOR, code=program)
        raise Failure("failed", f"{program}: {why}", "Look at what it says", VENDOR, code=program)


def _place(address: Address) -> str:
    """Where a program connects to. What it is given as an argument everybody on this machine can read: the password goes another way."""
    shown = {name: value for name, value in address.parameters.items() if name not in ("password", "connect_timeout")}
    return str(driver().conninfo.make_conninfo(**shown))


def dump(work: Programs, address: Address, file: str, of: str) -> dict[str, t.Any]:
    """``{file, bytes, entries}``. The file is there whole and readable by its owner alone, or not at all.

    ``of``: whose database it is. What a killed run has left of its backup has the same name, and goes.
    """
    part = os.path.join(os.path.dirname(file), f".{of}.part")
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        work.run(address, "pg_dump", "--format=custom", "--no-password", f"--file={part}", f"--dbname={_place(address)}")
        entries = contents(work, address, part)
        with open(part, "rb") as made:
            os.fsync(made.fileno())
        os.rename(part, file)
        return {"file": file, "bytes": os.path.getsize(file), "entries": len(entries)}
    except OSError as error:
        raise local(error, f"the backup {file} cannot be written") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(part)


def contents(work: Programs, address: Address, file: str) -> list[str]:
    """The entries of a backup, which proves that it can be read."""
    return [line for line in work.run(address, "pg_restore", "--list", file).splitlines() if line and not line.startswith(";")]


def restore(work: Programs, address: Address, looker: Looker, file: str) -> None:
    """Make the database what it was, in one transaction: its tables, views, sequences and types go, and what the backup holds comes back."""
    contents(work, address, file)
    made = looker.ask(_MADE)
    # The look's own transaction would keep the drops waiting.
    looker.connection.rollback()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(file), prefix=".restore-") as folder:
        script = os.path.join(folder, "restore.sql")
        work.run(address, "pg_restore", "--clean", "--if-exists", f"--file={script}", file)
        drops = [word for row in made for word in ("--command", f"DROP {row['kind']} IF EXISTS {row['name']} CASCADE")]
        quiet = ("--no-psqlrc", "--quiet", "--no-password", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--dbname={_place(address)}")
        work.run(address, "psql", *quiet, *drops, f"--file={script}")

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Backups of one database by PostgreSQL's own programs, and the way back. What they make, ``pg_restore`` alone can restore."""

from __future__ import annotations

import contextlib
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import piping, programs, scratch
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK, local
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Address, Looker, driver

# What a database's owner has made and an extension has not. The sequence of an identity column goes with its table.
_MADE = """SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
    CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c')
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
    AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'))
    UNION ALL SELECT quote_ident(n.nspname) || '.' || quote_ident(y.typname), 'TYPE'
    FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace WHERE y.typtype IN ('e', 'd') AND n.nspname NOT LIKE 'pg\\_%'
    AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = y.oid AND d.deptype = 'e')
    UNION ALL SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', 'ROUTINE'
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    UNION ALL SELECT oid::text, 'LARGE OBJECT' FROM pg_largeobject_metadata"""
# So long a statement waits for somebody who uses a table; from then on until the end of the transaction everybody else waits.
LOCK_WAIT = "60s"
# What pg_restore writes is played within one transaction, which is ended as meant only after a word from us: by then the whole content was read and
# found to be what was stored. A part of it, or one of us who is gone, ends the transaction without a trace.
_PLAY = """folder=$1; restore=$2; psql=$3; where=$4; shift 4
{ cat "$folder/before.sql"; "$restore" "$@" --file=- || : > "$folder/failed"; cat > /dev/null
  read -r word < "$folder/word" && test "$word" = commit && test ! -e "$folder/failed" && cat "$folder/after.sql"; } |
"$psql" --no-psqlrc --quiet --no-password --set=ON_ERROR_STOP=1 --dbname="$where" > /dev/null
code=$?; test ! -e "$folder/failed" || exit 4; exit $code"""


class Programs(t.NamedTuple):
    """Where they are (empty: on the search path), how long one may take, and what is called while it works."""

    folder: str
    left: t.Callable[[], float]
    turn: t.Callable[[], None]

    def path(self, program: str) -> str:
        path = os.path.join(self.folder, program) if self.folder else program
        if not programs.there(path, "/"):
            hint = "Install PostgreSQL's client programs, not older than the server, or say where they are: backup_programs, or programs in component_migrate"
            raise Failure("invalid", f"there is no program {path}", hint, VENDOR, code="programs")
        return path

    def run(self, address: Address, program: str, *arguments: str) -> str:
        given, seconds = environment(address), self.left()
        ended = programs.run([self.path(program), *arguments], "/", given, self.left, most=8 * 1024 * 1024, turn=self.turn)
        if ended.code is None:
            raise Failure("timeout", f"{program} had not ended after {seconds:g} s, and was stopped", "Give it more time", VENDOR, code=program)
        return succeeded(ended, program, address).output

    def start(self, address: Address, *command: str) -> piping.Start:
        """For one that takes a stream or gives one."""
        return piping.Start(command, "/", environment(address), self.left, self.turn)

    def version(self, address: Address, program: str) -> tuple[int, str]:
        """(major, as it says it)."""
        said = self.run(address, program, "--version")
        found = re.search(r"(\d+)(?:\.\d+)*", said)
        if not found:
            raise Failure("failed", f"{program} --version says {said[:80]!r}", "Install PostgreSQL's client programs", VENDOR, code=program)
        return int(found[1]), found[0]


def environment(address: Address) -> dict[str, str]:
    given = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ") if name in os.environ}
    return given | {name: value for name, value in {"PGPASSWORD": address.parameters.get("password"), "PGCONNECT_TIMEOUT": "10"}.items() if value}


def succeeded(ended: programs.Ended | None, program: str, address: Address) -> programs.Ended:
    """How it ended, when well; else a failure with what it said. The words of a server before those of the program that repeats the statement."""
    if ended is not None and ended.code == 0:
        return ended
    said = programs.lines(ended.errors, environment(address)) if ended else []
    wrong = [line for line in said if re.search(r"\b(ERROR|DETAIL|FATAL|error):", line)]
    why = "; ".join((wrong or said)[-3:]) or f"it ended with {ended.code if ended else 'its output unread'}"
    raise Failure("failed", f"{program}: {why}", _hint(why), VENDOR, code=program)


# (what was said, what a person can do)
_HINTS = (
    (r"row-level security", "Give the address of a role that sees every row: ALTER ROLE ... BYPASSRLS, or the tables' owner"),
    (r"permission denied|must be (owner|superuser|member)", "Give the address of a role that may, such as the owner of the database"),
    (r"role \".*\" does not exist", "Make the role first: CREATE ROLE ..."),
    (r"extension .* is not available|could not open extension", "Install that extension on the server first"),
    (r"lock timeout|canceling statement due to lock", "Others use the tables: end what holds them, or switch maintenance on, then run the same command again"),
    (r"unsupported version", "Install client programs of PostgreSQL not older than those that made the backup"),
    (r"violates foreign key", "Restore the table that it names, too, or restore beside and take rows over by hand"),
    (r"No space left|could not extend", "Make room on the server's disk"),
)


def _hint(why: str) -> str:
    return next((hint for words, hint in _HINTS if re.search(words, why)), "Look at what it says")


def place(address: Address, database: str = "") -> str:
    """Where a program connects to. What it is given as an argument everybody on this machine can read: the password goes another way."""
    shown = {name: value for name, value in address.parameters.items() if name not in ("password", "sslpassword", "connect_timeout")}
    return str(driver().conninfo.make_conninfo(**(shown | ({"dbname": database} if database else {}))))


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
        work.run(address, "pg_dump", "--format=custom", "--no-password", f"--file={part}", f"--dbname={place(address)}")
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
    """Make the database what it was, in one transaction: its tables, views, sequences, types and routines go, and what the backup holds comes back."""
    contents(work, address, file)
    drops = everything(looker)
    # The look's own transaction would keep the drops waiting.
    looker.connection.rollback()
    try:
        with open(file, "rb") as source:
            play(work, address, source, drops, ("--clean", "--if-exists"))
    except OSError as error:
        raise local(error, f"the backup {file} cannot be read") from error


def everything(looker: Looker) -> list[str]:
    """The statements that take away what the database's owner has made."""
    return [
        f"SELECT pg_catalog.lo_unlink({row['name']})" if row["kind"] == "LARGE OBJECT" else f"DROP {row['kind']} IF EXISTS {row['name']} CASCADE"
        for row in looker.ask(_MADE)
    ]


def play(work: Programs, address: Address, source: Source, before: t.Sequence[str], how: t.Sequence[str]) -> None:
    """Play the content into the database in one transaction, after the statements ``before``. ``how``: options of pg_restore."""
    with scratch.folder() as folder:
        lines = ["BEGIN", f"SET LOCAL lock_timeout = '{LOCK_WAIT}'", "SET LOCAL client_min_messages = warning", *before]
        written = {"before.sql": ";\n".join(lines) + ";\n", "after.sql": "COMMIT;\n"}
        try:
            for name, text in written.items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            fifo = os.path.join(folder, "word")
            os.mkfifo(fifo, 0o600)
            # Opened both ways, which waits for nobody.
            word = os.open(fifo, os.O_RDWR)
        except OSError as error:
            raise local(error, f"{folder} cannot be used") from error
        try:
            paths = [work.path(program) for program in ("pg_restore", "psql")]
            start = work.start(address, "/bin/sh", "-c", _PLAY, "sh", folder, *paths, place(address), *how)
            with piping.feeding(start) as feed:
                pour(source, feed)
                os.write(word, b"commit\n")
        finally:
            os.close(word)
    succeeded(feed.ended, "pg_restore", address)


def pour(source: Source, feed: piping.Feed) -> None:
    """Everything, to its end: that is where a content that is not what was stored shows."""
    told: Failure | None = None
    while piece := source.read(CHUNK):
        if told is None:
            try:
                feed.write(piece)
            except Failure as failure:
                if failure.code != "pipe":
                    raise
                # It has read what it needs, or it will say why it ended; the rest of the content is looked through all the same.
                told = failure

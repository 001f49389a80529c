# SPDX-License-Identifier: GPL-3.0-or-later
"""A real PgBouncer before a server of one's own: a unix socket in a temporary folder, ended by its process id."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import tempfile
import time
import typing as t

import psycopg

from tests.harness import postgresql

PROGRAM = "/usr/sbin/pgbouncer"
PORT = 6432
# Seconds until one that does not come up is given up.
PATIENCE = 60.0


@dataclasses.dataclass(frozen=True)
class Pooler:
    """``url``: a database behind it. ``console``: its own, for whoever may ask it."""

    url: str
    console: str

    def shows(self, what: t.LiteralString) -> list[dict[str, t.Any]]:
        with psycopg.connect(self.console, autocommit=True, row_factory=psycopg.rows.dict_row) as connection:
            return list(connection.execute(f"SHOW {what}".encode()))


@contextlib.contextmanager
def pooler(behind: str, **settings: t.Any) -> t.Iterator[Pooler]:
    """A pooler of the database of an address. ``settings`` are PgBouncer's own."""
    if not pathlib.Path(PROGRAM).exists():
        raise RuntimeError("no PgBouncer: apt-get install pgbouncer")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    try:
        head, _mark, host = behind.partition("?host=")
        database = head.rpartition("/")[2]
        said = {
            "unix_socket_dir": folder,
            "listen_port": PORT,
            "listen_addr": "",
            "auth_type": "trust",
            "auth_file": folder / "users.txt",
            "stats_users": "onlooker",
            "pool_mode": "transaction",
            **settings,
        }
        (folder / "users.txt").write_text('"postgres" ""\n"onlooker" ""\n', encoding="utf-8")
        lines = ["[databases]", f"{database} = host={host}", "[pgbouncer]", *(f"{name} = {value}" for name, value in said.items())]
        (folder / "pgbouncer.ini").write_text("\n".join(lines) + "\n", encoding="utf-8")
        become = postgresql.run_as(folder)
        with (folder / "log").open("wb") as out:
            process = subprocess.Popen(
                [PROGRAM, folder / "pgbouncer.ini"], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder, **become
            )
        try:
            made = Pooler(f"postgresql://postgres@/{database}?host={folder}&port={PORT}", f"postgresql://onlooker@/pgbouncer?host={folder}&port={PORT}")
            _await(process, made, folder / "log")
            yield made
        finally:
            process.terminate()
            process.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await(process: subprocess.Popen[bytes], made: Pooler, log: pathlib.Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            made.shows("VERSION")
            return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PgBouncer did not start: {log.read_text(errors='replace')}") from error
        time.sleep(0.05)

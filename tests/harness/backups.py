# SPDX-License-Identifier: GPL-3.0-or-later
"""A world with data of its own: a real database and a real repository of backups, and programs that can be made to hang."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import time
import typing as t

import psycopg

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups
from tests.harness import postgresql, restic
from tests.harness.launcher import Launcher, Started
from tests.harness.ledgers import ledger
from tests.harness.matrix import open_sagas
from tests.harness.world import Run, World
from tests.sandbox.kill import kill_tree

PASSWORD = "scenario-restore-9Kd2Xq7Zw4Vm1Pj6Lh3T"
# Stands before the real program: hangs before it begins, or after it has ended, where the file ``hang`` names the program, and what it is asked for.
_PROGRAM = """#!/bin/sh
hang() {{
  if [ "$(cat {folder}/hang 2>/dev/null)" = "$1" ]; then touch {folder}/hanging; while [ ! -e {folder}/go ]; do sleep 0.1; done; fi
}}
asked=other
for word; do case "$word" in manifest|manifest,*) asked=manifest;; dump) asked=dump;; esac; done
hang "before {name}"; hang "before {name} $asked"
{program} "$@"
code=$?
hang "after {name}"; hang "after {name} $asked"
exit $code
"""
_ROWS = "SELECT coalesce(md5(string_agg(md5({0}::text), '' ORDER BY md5({0}::text))), '') FROM {0}"
_SHOP = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users, total numeric NOT NULL);
INSERT INTO users SELECT n, 'user-' || n || '@example.com' FROM generate_series(1, 200) n;
INSERT INTO orders SELECT n, 1 + n % 200, n * 1.5 FROM generate_series(1, 400) n;
"""
LIMIT = "database,dashboard"
PATIENCE = 90.0
TABLES = ("users", "orders")
MEANT = ("-e", "restore_to=in_place", "-e", "saasops_confirm=production", "-e", "saasops_allow=destroy")


class Kept:
    """The component ``database`` of a world, and where its backups are kept."""

    def __init__(self, world: World, server: str, **variables: t.Any) -> None:
        self.world, self.folder = world, world.folder / "kept"
        self.folder.mkdir(parents=True)
        self.repository = restic.repository(self.folder / "repository", PASSWORD)
        self.url = postgresql.fresh_database(server)
        self.ask(_SHOP)
        self._given = {"backup_repository": str(self.repository), "backup_password": PASSWORD, "backup_programs": str(self._programs())}
        self.declare(**variables)

    def declare(self, hosts: dict[str, t.Any] | None = None, **variables: t.Any) -> None:
        """What else stands in the inventory. Of the world's own components nothing is kept, where ``hosts`` does not say so."""
        database = {"component_vendor": "postgres", "component_dsn": self.url}
        every = {name: {"component_backup": False} for name in self.world.components()}
        for name, more in (hosts or {}).items():
            every[name] = {**every.get(name, {}), **more}
        self.world.inventory = self.world.write_inventory(hosts={**every, "database": database}, **self._given, **variables)

    def _programs(self) -> pathlib.Path:
        made = self.folder / "programs"
        made.mkdir()
        real = {name: str(postgresql.programs() / name) for name in ("pg_dump", "pg_restore", "psql")}
        for name, program in {**real, "restic": str(shutil.which("restic"))}.items():
            (made / name).write_text(_PROGRAM.format(folder=self.folder, name=name, program=program), encoding="utf-8")
            (made / name).chmod(0o755)
        return made

    # -- the database
    def ask(self, statement: str, database: str = "") -> list[t.Any]:
        """The rows; ``database``: another one of the same server."""
        own = self.url.partition("?")[0]
        url = self.url.replace(own, f"postgresql://postgres@/{database}") if database else self.url
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def rows(self, database: str = "") -> list[str]:
        """A fingerprint of each table's rows, made by the server in a way of its own."""
        return [self.ask(_ROWS.format(table), database)[0][0] for table in TABLES]

    def destroy(self) -> None:
        self.ask("DELETE FROM orders WHERE id % 3 = 0; UPDATE users SET email = 'gone@example.com' WHERE id < 20; DROP TABLE orders")

    def places(self) -> set[str]:
        """Databases that a restore or a drill has made."""
        return {row[0] for row in self.ask("SELECT datname FROM pg_database WHERE datname LIKE 'restored_%' OR datname LIKE 'drill_%'")}

    # -- the backups
    def backup(self, launcher: Launcher, *arguments: str) -> Run:
        run = launcher.play(self.world, "backup", *arguments)
        assert run.code == 0, run.output
        return run

    def sets(self, why: str = "") -> list[str]:
        """Ids, newest first, as the ledger knows them."""
        with ledger(self.world) as store:
            return [row["id"] for row in backups.rows(store) if not why or row["why"] == why]

    def play(self, launcher: Launcher, verb: str, *arguments: str, limit: str = LIMIT) -> Run:
        return launcher.play(self.world, verb, "--limit", limit, *arguments)

    # -- killed
    def killed(self, launcher: Launcher, where: str, verb: str, *arguments: str, limit: str = LIMIT) -> None:
        """A run whose whole tree of processes was killed there: ``before psql``, ``after restic manifest``."""
        (self.folder / "hang").write_text(where, encoding="utf-8")
        run = launcher.start(self.world, verb, "--limit", limit, *arguments).go()
        self.until_hanging(run)
        kill_tree(run.pid)
        assert run.wait().code == -signal.SIGKILL
        (self.folder / "hang").unlink()
        (self.folder / "hanging").unlink()

    def until_hanging(self, run: Started) -> None:
        end = time.monotonic() + PATIENCE
        while not (self.folder / "hanging").exists():
            assert not run.ended() and time.monotonic() < end, f"it did not come so far:\n{run.output.read_text()}"
            time.sleep(0.01)

    def go_on(self) -> None:
        """Whoever hangs goes on; nobody hangs from now on."""
        (self.folder / "hang").unlink(missing_ok=True)
        (self.folder / "go").touch()

    def left_behind(self) -> list[str]:
        """What no run may leave: work in clear, sagas and leases that are open, locks of the repository, places."""
        work = self.world.state / "saasops/work"
        found = [f"work {path.name}" for path in work.iterdir()] if work.exists() else []
        found += [f"lock {path.name}" for path in (self.repository / "locks").iterdir()]
        found += [f"place {name}" for name in self.places()]
        return [*found, *(["open saga"] if open_sagas(self.world) else [])]

    def in_clear(self, killed: bool = False) -> list[str]:
        """Files that hold a row of the database, or the password, in clear. Of a run that was ``killed`` the folder for work may, until the next run."""
        needles = (b"user-123@example.com", PASSWORD.encode())
        places = [self.world.state, self.world.temporary(), self.repository]
        files = [pathlib.Path(folder, name) for place in places for folder, _folders, names in os.walk(place) for name in names]
        files = [file for file in files if not (killed and file.is_relative_to(self.world.state / "saasops/work"))]
        return [str(file) for file in files if file.is_file() and any(needle in file.read_bytes() for needle in needles)]

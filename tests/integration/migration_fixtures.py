# SPDX-License-Identifier: GPL-3.0-or-later
"""An application with migrations in a folder, and a small tool that applies them as Prisma does."""

from __future__ import annotations

import pathlib
import sys
import typing as t

from tests.harness import postgresql
from tests.integration.tasks import Json

# Applies each folder's SQL, and keeps a row for each; one that fails leaves a row without its end. It notes every call.
TOOL = """
import os, pathlib, sys
import psycopg
here = pathlib.Path(__file__).parent
word = sys.argv[1]
with open(here / "calls.txt", "a") as calls:
    calls.write(word + chr(10))
if (here / "hang").exists() and (here / "hang").read_text() == word:
    (here / "hanging").write_text("")
    import time
    time.sleep(600)
if word != "deploy":
    print("told about", word)
    sys.exit(0)
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS _prisma_migrations (id text, migration_name text, finished_at timestamptz, rolled_back_at timestamptz)")
    done = {row[0] for row in connection.execute("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL")}
    for folder in sorted(path.parent for path in here.glob("prisma/migrations/*/migration.sql")):
        if folder.name in done:
            continue
        connection.execute("DELETE FROM _prisma_migrations WHERE migration_name = %s", (folder.name,))
        connection.execute("INSERT INTO _prisma_migrations VALUES (%s, %s)", (folder.name, folder.name))
        try:
            connection.execute((folder / "migration.sql").read_text())
        except psycopg.Error as error:
            print("migration failed with", os.environ["DATABASE_URL"], error)
            sys.exit(1)
        connection.execute("UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = %s", (folder.name,))
"""
FIRST, SECOND = "20260101_users", "20260201_orders"
GOOD = {
    FIRST: "CREATE TABLE users (id int PRIMARY KEY); INSERT INTO users SELECT generate_series(1, 3)",
    SECOND: "CREATE TYPE state AS ENUM ('open'); CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, state state)",
}
BAD = "ALTER TABLE users ADD COLUMN age int; UPDATE users SET age = 1; CREATE TABLE left_behind (id int REFERENCES users); SELECT 1 / 0"


class Shop:
    """Its folder, and what its inventory declares."""

    def __init__(self, folder: pathlib.Path, url: str) -> None:
        self.folder, self.url = folder, url
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tool.py").write_text(TOOL, encoding="utf-8")
        (folder / "prisma/migrations").mkdir(parents=True)

    def add(self, name: str, sql: str | None = None) -> None:
        made = self.folder / "prisma/migrations" / name
        made.mkdir(exist_ok=True)
        (made / "migration.sql").write_text(sql or GOOD[name], encoding="utf-8")

    def declared(self, maintenance: bool = True, **more: t.Any) -> Json:
        command = [sys.executable, "tool.py"]
        return {
            "tool": "prisma",
            "argv": [*command, "deploy"],
            "backup_folder": str(self.folder / "backups"),
            "programs": str(postgresql.programs()),
            "maintenance": maintenance,
            **more,
        }

    def component(self, **more: t.Any) -> Json:
        command = [sys.executable, "tool.py"]
        return {
            "component_vendor": "postgres",
            "component_folder": str(self.folder),
            "component_migrate": self.declared(**more),
            "component_maintenance": {"how": "command", "on": [*command, "on"], "off": [*command, "off"]},
        }

    def programs(self) -> str:
        """PostgreSQL's, of which ``pg_dump`` hangs while the file ``hang`` says ``backup``."""
        made = self.folder / "programs"
        made.mkdir()
        for name in ("pg_restore", "psql"):
            (made / name).symlink_to(postgresql.programs() / name)
        hangs = f'if [ "$(cat {self.folder}/hang 2>/dev/null)" = backup ]; then touch {self.folder}/hanging; sleep 600; fi'
        (made / "pg_dump").write_text(f'#!/bin/sh\n{hangs}\nexec {postgresql.programs()}/pg_dump "$@"\n', encoding="utf-8")
        (made / "pg_dump").chmod(0o755)
        return str(made)

    @property
    def calls(self) -> list[str]:
        told = self.folder / "calls.txt"
        return told.read_text(encoding="utf-8").split() if told.exists() else []

    @property
    def backups(self) -> list[pathlib.Path]:
        return sorted((self.folder / "backups").glob("*")) if (self.folder / "backups").exists() else []

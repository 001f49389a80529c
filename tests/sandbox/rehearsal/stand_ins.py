# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that stand in a rehearsal where the operator's own ones would run."""

from __future__ import annotations

COMMAND = "print('a rehearsal: this stands for a command of your own')"
MIGRATIONS = {"20260101_users": "CREATE TABLE rehearsed_users (id int PRIMARY KEY)"}
# Applies each folder's SQL, and keeps a row for each, as Prisma does.
TOOL = """
import os, pathlib, sys
import psycopg
if sys.argv[1] != "deploy":
    sys.exit(0)
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS _prisma_migrations (id text, migration_name text, finished_at timestamptz, rolled_back_at timestamptz)")
    done = {row[0] for row in connection.execute("SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL")}
    for folder in sorted(path.parent for path in pathlib.Path(__file__).parent.glob("prisma/migrations/*/migration.sql")):
        if folder.name not in done:
            connection.execute((folder / "migration.sql").read_text())
            connection.execute("INSERT INTO _prisma_migrations VALUES (%s, %s, now())", (folder.name, folder.name))
"""

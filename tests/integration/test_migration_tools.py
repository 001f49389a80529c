# SPDX-License-Identifier: GPL-3.0-or-later
"""database_migration with the tools themselves: what they have applied is known without believing what they print."""

from __future__ import annotations

import json
import pathlib
import sys
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import database_migration
from tests.harness import postgresql
from tests.integration.database_fixtures import connect
from tests.integration.tasks import Json, run, sent
from tests.tools import npm_clients

ENV = """
import os
from alembic import context
from sqlalchemy import create_engine
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
'''{name}'''
from alembic import op
revision: str = {name!r}
down_revision = {before!r}
depends_on = None
def upgrade():
    op.execute({sql!r})
"""


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture
def url(server: str) -> str:
    return postgresql.fresh_database(server)


def migrate(folder: pathlib.Path, url: str, tool: str, argv: list[str], check: bool = False) -> Json:
    declared = {"tool": tool, "argv": argv, "backup_folder": str(folder / "backups"), "programs": str(postgresql.programs())}
    component = {"name": "database", "component_vendor": "postgres", "component_folder": str(folder), "component_migrate": declared}
    return run(database_migration, {"component": component, "dsn": url, "environment": "shop/production"}, check)


class Alembic:
    """A project of the real tool's, whose revisions branch and meet."""

    def __init__(self, folder: pathlib.Path, url: str) -> None:
        self.folder, self.url = folder, url
        (folder / "alembic/versions").mkdir(parents=True)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n", encoding="utf-8")
        (folder / "alembic/env.py").write_text(ENV, encoding="utf-8")

    def add(self, name: str, before: t.Any, sql: str | None = None) -> None:
        text = REVISION.format(name=name, before=before, sql=sql or f"CREATE TABLE {name} (id int)")
        (self.folder / f"alembic/versions/{name}_of_the_shop.py").write_text(text, encoding="utf-8")

    def migrate(self, check: bool = False) -> Json:
        return migrate(self.folder, self.url, "alembic", [sys.executable, "-m", "alembic", "upgrade", "heads"], check)


def test_alembic_s_revisions_are_known_by_what_each_says_comes_before_it(tmp_path: pathlib.Path, url: str) -> None:
    project = Alembic(tmp_path / "shop", url)
    for name, before in (("users", None), ("carts", "users"), ("addresses", "users"), ("met", ("carts", "addresses"))):
        project.add(name, before)
    plan = project.migrate(check=True)
    assert plan["migration"]["pending"] == ["users", "addresses", "carts", "met"], plan
    done = project.migrate()
    assert (sent(done), done["migration"]["applied"], done["changes"]) == (["backup", "migrate"], 4, plan["changes"]), done
    assert project.migrate()["changed"] is False
    project.add("bad", "met", "SELECT 1 / 0")
    project.add("after", "bad")
    failed = project.migrate()
    assert "alembic upgrade heads ended with 1" in failed["msg"] and "division by zero" in failed["msg"]
    assert project.migrate(check=True)["migration"]["pending"] == ["bad", "after"]
    with connect(url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'of_a_newer_release'")
    unknown = project.migrate(check=True)
    assert (unknown["failure"]["kind"], unknown["failure"]["code"]) == ("conflict", "revision")
    assert "Check out the release that has it" in unknown["msg"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("revision = 'a'\ndown_revision = 'gone'", "the revision gone, which others follow, is not among the files"), ("revision = ", "is no Python")],
)
def test_files_of_alembic_that_cannot_be_right_are_refused(tmp_path: pathlib.Path, url: str, text: str, words: str) -> None:
    project = Alembic(tmp_path / "shop", url)
    (tmp_path / "shop/alembic/versions/a.py").write_text(text, encoding="utf-8")
    assert words in project.migrate(check=True)["msg"]


class Drizzle:
    """A project of the real tool's, from npm."""

    CONFIG = 'export default {dialect: "postgresql", schema: "./schema.mjs", out: "./drizzle", dbCredentials: {url: process.env.DATABASE_URL}};'

    def __init__(self, folder: pathlib.Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.entries: list[Json] = []
        self.journal = folder / "drizzle/meta/_journal.json"
        self.journal.parent.mkdir(parents=True)
        (folder / "drizzle.config.mjs").write_text(self.CONFIG, encoding="utf-8")
        (folder / "node_modules").symlink_to(npm_clients.install("drizzle").parents[1])

    def add(self, name: str, sql: str) -> None:
        number = len(self.entries)
        self.entries.append({"idx": number, "version": "7", "when": 1760000000000 + number, "tag": name, "breakpoints": True})
        (self.folder / f"drizzle/{name}.sql").write_text(sql, encoding="utf-8")
        self.journal.write_text(json.dumps({"version": "7", "dialect": "postgresql", "entries": self.entries}), encoding="utf-8")

    def migrate(self, check: bool = False) -> Json:
        return migrate(self.folder, self.url, "drizzle", ["node_modules/.bin/drizzle-kit", "migrate", "--config=drizzle.config.mjs"], check)


@pytest.mark.timeout(npm_clients.PATIENCE)
def test_drizzle_s_migrations_are_known_by_its_journal(tmp_path: pathlib.Path, url: str) -> None:
    project = Drizzle(tmp_path / "shop", url)
    project.add("0000_users", "CREATE TABLE users (id int);")
    project.add("0001_carts", "CREATE TABLE carts (id int);")
    plan = project.migrate(check=True)
    assert plan["migration"]["pending"] == ["0000_users", "0001_carts"], plan
    done = project.migrate()
    assert (sent(done), done["migration"]["applied"], done["changes"]) == (["backup", "migrate"], 2, plan["changes"]), done
    assert project.migrate()["changed"] is False
    project.add("0002_bad", "SELECT 1 / 0;")
    assert "ended with 1" in project.migrate()["msg"]
    assert project.migrate(check=True)["migration"]["pending"] == ["0002_bad"]
    project.journal.write_text("{}", encoding="utf-8")
    assert "is no journal of Drizzle" in project.migrate(check=True)["msg"]

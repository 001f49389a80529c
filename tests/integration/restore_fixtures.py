# SPDX-License-Identifier: GPL-3.0-or-later
"""A shop with a real database and a real repository, sets made of it, and the module that puts them back."""

from __future__ import annotations

import itertools
import pathlib
import shutil
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import engine, manifest
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
from ansible_collections.saasops.runbooks.plugins.modules import component_restore
from tests.harness import postgresql
from tests.harness import restic as by_hand
from tests.integration.database_fixtures import connect, make_shop
from tests.integration.tasks import Json, run

ROWS = "SELECT coalesce(md5(string_agg(md5({0}::text), '' ORDER BY md5({0}::text))), '') FROM {0}"


class Shop:
    """``environment`` of the system shop, with one database; several may share a repository."""

    def __init__(self, folder: pathlib.Path, server: str, environment: str = "production", repo: pathlib.Path | None = None) -> None:
        self.url = make_shop(postgresql.fresh_database(server))
        self.repo = repo or by_hand.repository(folder / "repository")
        self.component: Json = {"name": "database", "component_vendor": "postgres", "saasops_system": "shop", "saasops_environment": environment}
        self._numbers = itertools.count(1)

    @property
    def options(self) -> Json:
        given = {"component": self.component, "repository": str(self.repo), "password": by_hand.PASSWORD, "dsn": self.url}
        return {**given, "programs": str(programs(self.repo.parent / "programs"))}

    def backup(self, why: str = "daily", component: Json | None = None) -> str:
        """A set of it, with this component's parts alone. Returns its id."""
        set_id = f"{manifest.set_id('made', clock.now())}{next(self._numbers)}"
        named = {**self.component, **(component or {})}
        given = {**self.options, "component": named, "source": None, "sslmode": None}
        task = Task({**given, "request_timeout": "10s", "deadline": "5m", "allow": "change"}, False)
        try:
            repo, began = repository.connect(task), clock.now()
            rows = engine.store_component(task, repo, named, set_id)
            facts = {"set": set_id, "environment": f"shop/{named['saasops_environment']}", "why": why, "reason": "", "by": "tests", "run": "made"}
            whole = manifest.build({**facts, "began": began, "versions": {}, "releases": {}}, rows, clock.now())
            repo.store(manifest.MANIFEST, ["manifest", f"set:{set_id}"], clock.now(), lambda sink: sink.take(manifest.written(whole)))
        finally:
            task.close()
            redaction.forget()
        return set_id

    def restore(self, check: bool = False, **options: t.Any) -> Json:
        return run(component_restore, {**self.options, **options}, check)

    def ask(self, statement: str, database: str = "") -> list[t.Any]:
        """The rows; ``database``: another one of the same server."""
        url = self.url.replace(self.url.partition("?")[0], f"postgresql://postgres@/{database}") if database else self.url
        with connect(url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def rows(self, database: str = "", tables: t.Sequence[str] = ("users", "orders")) -> list[str]:
        """A fingerprint of each table's rows, made by the server in a way of its own."""
        return [self.ask(ROWS.format(table), database)[0][0] for table in tables]

    def databases(self) -> set[str]:
        return {row[0] for row in self.ask("SELECT datname FROM pg_database WHERE NOT datistemplate")}


def programs(folder: pathlib.Path) -> pathlib.Path:
    """A folder with restic, and PostgreSQL's programs of the server's own version."""
    if not folder.exists():
        folder.mkdir(parents=True)
        for name in ("pg_dump", "pg_restore", "psql"):
            (folder / name).symlink_to(postgresql.programs() / name)
        (folder / "restic").symlink_to(str(shutil.which("restic")))
    return folder


def part(result: Json) -> Json:
    """The only part of a result."""
    assert not result.get("failed"), result["msg"]
    (found,) = result["restore"]["parts"]
    return dict(found)

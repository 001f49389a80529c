# SPDX-License-Identifier: GPL-3.0-or-later
"""database_migration against a real PostgreSQL: planned, made once, proved by a backup, and undone when that is asked for."""

from __future__ import annotations

import pathlib
import stat
import subprocess
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import database_migration
from tests.harness import postgresql
from tests.integration.database_fixtures import connect
from tests.integration.migration_fixtures import BAD, FIRST, SECOND, Shop
from tests.integration.tasks import Json, run, sent

PASSWORD = "migration-test-9Rk4Wd7Zq2Lx8Tn5Vb3Hm6"
ALL = ["backup", "migrate"]
MEANT = {"restore": True, "confirm": "production", "allow": "destroy"}


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture
def shop(server: str, tmp_path: pathlib.Path) -> Shop:
    made = Shop(tmp_path / "shop", postgresql.fresh_database(server).replace("postgres@", f"postgres:{PASSWORD}@"))
    made.add(FIRST)
    made.add(SECOND)
    return made


def migrate(shop: Shop, check: bool = False, declared: Json | None = None, **options: t.Any) -> Json:
    component = {"name": "database", **shop.component(**(declared or {}))}
    result = run(database_migration, {"component": component, "dsn": shop.url, "environment": "shop/production", "in_maintenance": True, **options}, check)
    assert PASSWORD not in str(result)
    return result


def tables(shop: Shop) -> list[str]:
    with connect(shop.url) as connection:
        return [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


def test_plan_apply_see_and_repeat(shop: Shop) -> None:
    plan = migrate(shop, check=True)
    assert (plan["changed"], sent(plan), plan["migration"]["pending"]) == (True, ALL, [FIRST, SECOND])
    assert (shop.calls, shop.backups, tables(shop)) == ([], [], [])
    done = migrate(shop)
    assert (done["changed"], done["changes"], done["diff"]) == (True, plan["changes"], plan["diff"])
    assert (shop.calls, tables(shop)) == (["deploy"], ["_prisma_migrations", "orders", "users"])
    assert done["migration"]["applied"] == 2
    assert done["migration"]["maintenance"] is True
    again = migrate(shop)
    assert (again["changed"], again["changes"], again["migration"]["how"]) == (False, [], "already")
    assert (len(shop.backups), len(shop.calls)) == (1, 1)


def test_the_backup_is_whole_and_its_owner_s_alone(shop: Shop) -> None:
    assert migrate(shop)["changed"]
    shop.add("20260301_more", "CREATE TABLE more (id int)")
    file = pathlib.Path(migrate(shop)["migration"]["backup"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    listed = subprocess.run([postgresql.programs() / "pg_restore", "--list", file], check=True, capture_output=True, text=True).stdout
    assert "TABLE DATA public users" in listed
    assert "more" not in listed
    assert not list(file.parent.glob("*.part"))


def test_a_migration_that_fails_keeps_backup_and_maintenance_and_says_how_to_go_back(shop: Shop) -> None:
    assert migrate(shop)["changed"]
    shop.add("20260301_bad", BAD)
    failed = migrate(shop)
    assert failed["failed"]
    assert sent(failed) == ALL
    assert "Maintenance is still ON" in failed["msg"]
    assert str(shop.backups[-1]) in failed["msg"]
    assert "db_migrate_restore=true" in failed["msg"]
    assert shop.calls[1:] == ["deploy"]
    shop.add("20260301_bad", "SELECT 1")
    assert migrate(shop)["migration"]["failed"] == ["20260301_bad"]
    assert migrate(shop)["changed"] is False


def test_what_failed_is_restored_when_that_is_meant(shop: Shop) -> None:
    assert migrate(shop)["changed"]
    shop.add("20260301_bad", BAD.replace("SELECT 1 / 0", "DROP TABLE orders; SELECT 1 / 0"))
    with connect(shop.url) as connection:
        connection.execute("CREATE VIEW few AS SELECT * FROM users WHERE id < 3")
    failed = migrate(shop, declared={"argv": shop.declared()["argv"]}, **MEANT)
    assert failed["failed"]
    assert failed["failure"]["code"] == "restored"
    assert sent(failed) == ["backup", "migrate", "restore"]
    assert tables(shop) == ["_prisma_migrations", "orders", "users"]
    with connect(shop.url) as connection:
        assert connection.execute("SELECT count(*), (SELECT count(*) FROM few) FROM users").fetchone() == (3, 2)
        assert connection.execute("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL").fetchone() == (0,)
        columns = connection.execute("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'").fetchone()
    assert columns == (1,)


def test_going_back_by_hand_takes_the_file(shop: Shop) -> None:
    assert migrate(shop)["changed"]
    before = shop.backups[0]
    plan = migrate(shop, check=True, state="restored", backup=str(before), confirm="shop/production", allow="destroy")
    assert (sent(plan), tables(shop)) == (["restore"], ["_prisma_migrations", "orders", "users"])
    done = migrate(shop, state="restored", backup=str(before), confirm="shop/production", allow="destroy")
    assert (sent(done), tables(shop)) == (["restore"], [])
    missing = migrate(shop, state="restored", backup=str(before) + ".gone", confirm="production", allow="destroy")
    assert missing["failure"]["kind"] == "not_found"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"restore": True}, "saasops_confirm=production"),
        ({"restore": True, "confirm": "staging", "allow": "destroy"}, "saasops_confirm=production"),
        ({"restore": True, "confirm": "production"}, "saasops_allow=destroy"),
        ({"state": "restored", "allow": "destroy"}, "saasops_confirm=production"),
        ({"allow": "read"}, "saasops_allow=change"),
    ],
)
def test_what_was_not_meant_is_refused_before_anything_is_done(shop: Shop, options: Json, words: str) -> None:
    refused = migrate(shop, **options)
    assert (refused["failure"]["kind"], words in refused["msg"]) == ("refused", True), refused
    assert (shop.calls, shop.backups, tables(shop)) == ([], [], [])


def test_without_a_backup_nothing_is_run(shop: Shop) -> None:
    (shop.folder / "backups").write_text("not a folder")
    failed = migrate(shop)
    assert failed["failed"] and shop.calls == []
    (shop.folder / "backups").unlink()
    absent = migrate(shop, declared={"programs": "/nowhere"})
    assert "there is no program /nowhere/pg_dump" in absent["msg"]
    assert (shop.calls, tables(shop)) == ([], [])


def test_a_command_that_hangs_is_stopped_and_told(shop: Shop) -> None:
    (shop.folder / "hang").write_text("deploy")
    failed = migrate(shop, declared={"timeout": "1s", "maintenance": False})
    assert "had not ended after 1 s, and was stopped" in failed["msg"]
    assert tables(shop) == []


def test_a_command_that_says_well_and_did_nothing_is_not_believed(shop: Shop) -> None:
    failed = migrate(shop, declared={"argv": ["true"], "maintenance": False})
    assert f"{FIRST}, {SECOND} did not become applied" in failed["msg"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tool": "liquibase"}, "names the tool 'liquibase'"),
        ({"tool": None}, "does not say tool"),
        ({"backup_folder": "backups"}, "Give an absolute path"),
        ({"argv": "npx prisma"}, "Give a list"),
        ({"argv": ["there-is-no-such-program"]}, "there is no program"),
        ({"maintenance": {"on": ["true"], "off": ["false"]}}, "Write maintenance: true"),
        ({"command": ["true"]}, "says command"),
        ({"timeout": "soon"}, "timeout is 'soon'"),
        ({"files": "elsewhere"}, "cannot be read"),
    ],
)
def test_what_cannot_be_right_is_refused(shop: Shop, changes: Json, words: str) -> None:
    component = {"name": "database", **shop.component()}
    component["component_migrate"] |= changes
    result = run(database_migration, {"component": component, "dsn": shop.url})
    assert result["failed"] and words in result["msg"], result
    assert shop.calls == []


def test_a_component_without_migrations_is_left_alone(shop: Shop) -> None:
    result = run(database_migration, {"component": {"name": "app", "component_vendor": "vercel"}})
    assert (result["changed"], result["migration"]["supported"]) == (False, False)


@pytest.mark.parametrize(
    ("tool", "files", "planted", "pending", "failed"),
    [
        ("knex", ["1_a.js", "2_b.ts", "2_b.d.ts", "README"], "knex_migrations (name) AS VALUES ('1_a.js')", ["2_b.ts"], []),
        ("rails", ["20260101_a.rb", "20260201_b.rb"], "schema_migrations (version) AS VALUES ('20260201')", ["20260101"], []),
        ("golang-migrate", ["2_b.up.sql", "2_b.down.sql", "10_c.up.sql"], "schema_migrations (version, dirty) AS VALUES (2::bigint, false)", ["10"], []),
        ("golang-migrate", ["2_b.up.sql"], "schema_migrations (version, dirty) AS VALUES (2::bigint, true)", [], ["2"]),
    ],
)
def test_other_tools_keep_their_state_elsewhere(
    shop: Shop, tool: str, files: list[str], planted: t.LiteralString, pending: list[str], failed: list[str]
) -> None:
    folder = shop.folder / "elsewhere"
    folder.mkdir()
    for file in files:
        (folder / file).write_text("")
    with connect(shop.url) as connection:
        connection.execute(f"CREATE TABLE {planted}")
    found = migrate(shop, check=True, declared={"tool": tool, "files": "elsewhere"})["migration"]
    assert (found["pending"], found["failed"]) == (pending, failed)

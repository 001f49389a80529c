# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of sets come back into real databases: beside, in place, for a while; what is the same is left alone, and what cannot be right is refused."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.harness import postgresql
from tests.integration.restore_fixtures import Shop, part
from tests.integration.tasks import sent

MEANT = {"to": "in_place", "confirm": "production", "allow": "destroy", "safety": "20261120T030000Z-before"}


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture
def shop(server: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Shop(tmp_path, server, "staging")


@pytest.fixture
def production(server: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Shop(tmp_path, server)


def test_beside_it_is_the_same_and_a_second_time_nothing_is_done(shop: Shop) -> None:
    made, before = shop.backup(), shop.rows()
    shop.ask("DELETE FROM orders WHERE id > 100")
    plan = shop.restore(check=True)
    assert (plan["changed"], sent(plan), part(plan)["result"], part(plan)["there"]) == (True, ["put_back"], "differs", False)
    done = shop.restore()
    assert (plan["changes"], done["changed"], done["restore"]["set"]["id"]) == (done["changes"], True, made)
    found = part(done)
    assert (found["result"], found["by"], found["differences"], found["rows"]) == ("restored", "rows", [], 602)
    name = done["restore"]["name"]
    assert (shop.rows(name), shop.rows()[1] == before[1]) == (before, False)
    for check in (True, False):
        again = shop.restore(check=check)
        assert (again["changed"], sent(again), part(again)["result"]) == (False, [], "same")
    gone = shop.restore(state="absent", allow="destroy")
    assert (sent(gone), name in shop.databases()) == (["drop_place"], False)
    assert shop.restore(state="absent", allow="destroy")["changed"] is False


def test_in_place_needs_to_be_meant_and_kept_before(production: Shop) -> None:
    before = production.rows()
    production.backup()
    assert production.restore(to="in_place")["changed"] is False
    production.ask("UPDATE orders SET discount = 99 WHERE id = 7")
    for left_out, hint in (("confirm", "saasops_confirm=production"), ("allow", "saasops_allow=destroy"), ("safety", "playbooks/restore.yml")):
        refused = production.restore(**{name: value for name, value in MEANT.items() if name != left_out})
        assert (refused["failed"], refused["failure"]["kind"], hint in refused["msg"]) == (True, "refused", True), refused["msg"]
    assert production.rows() != before
    done = production.restore(**MEANT)
    assert (sent(done), part(done)["result"], production.rows()) == (["replace"], "restored", before)
    assert part(done)["rows_now"] == 602
    assert production.restore(**MEANT)["changed"] is False


def test_production_is_no_place_to_try_things(production: Shop) -> None:
    production.backup()
    refused = production.restore()
    assert (refused["failure"]["code"], "saasops_confirm=production" in refused["msg"]) == ("confirm", True)
    assert production.restore(confirm="production", name="beside_it")["restore"]["how"] == "restored"
    # Nothing that a drill makes is used by anybody.
    drilled = production.restore(to="disposable", name="drill_1")
    assert (sent(drilled), part(drilled)["result"]) == (["put_back"], "restored")
    assert sent(production.restore(to="disposable", name="drill_1", state="absent")) == ["drop_disposable"]


def test_named_tables_come_back_and_nothing_else_does(shop: Shop) -> None:
    before = shop.rows()
    shop.backup()
    shop.ask("DELETE FROM orders; UPDATE users SET email = 'changed@example.com' WHERE id = 1")
    done = shop.restore(tables=["orders"], **{**MEANT, "confirm": "staging"})
    assert (part(done)["result"], part(done)["tables"]) == ("restored", 1)
    assert (shop.rows()[1], shop.rows()[0] == before[0]) == (before[1], False)
    assert shop.restore(tables=["orders"], **{**MEANT, "confirm": "staging"})["changed"] is False


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"tables": ["ordesr"]}, "no table in", "orders"),
        ({"parts": ["database/postgres.dmp"]}, "no part in the set", "database/postgres.dump"),
        ({"set": "2019"}, "2019", ""),
        ({"name": "postgres"}, "is no name", "shop_restored"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_is_near(asked: dict[str, t.Any], message: str, hint: str, shop: Shop) -> None:
    shop.backup()
    refused = shop.restore(**asked)
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert message in refused["msg"] and hint in refused["msg"]


def test_without_a_set_there_is_a_next_step(shop: Shop) -> None:
    refused = shop.restore()
    assert (refused["failure"]["kind"], "playbooks/backup.yml" in refused["msg"]) == ("refused", True)


def test_latest_is_neither_half_a_set_nor_one_that_was_made_to_go_back(shop: Shop) -> None:
    made = shop.backup()
    shop.ask("DELETE FROM orders")
    half = shop.backup(component={"component_backup": {"exclude_tables_data": ["nothing_of_this_name"]}})
    shop.backup("pre_restore")
    plan = shop.restore(check=True)
    assert (plan["restore"]["set"]["id"], half in plan["caution"]) == (made, True)
    refused = shop.restore(set=half)
    assert (refused["failure"]["code"], f"restore_set={made}" in refused["msg"]) == ("not_whole", True)


def test_another_environments_set_comes_into_staging_and_not_into_production(server: str, production: Shop, shop: Shop) -> None:
    staging = Shop(pathlib.Path(), server, "staging", production.repo)
    staging.ask("DELETE FROM orders")
    production.backup()
    done = staging.restore(source_environment="production", name="from_production")
    assert (done["restore"]["set"]["environment"], staging.rows("from_production")) == ("shop/production", production.rows())
    staging.backup()
    into = {"source_environment": "shop/staging", "confirm": "production", "name": "from_staging"}
    refused = production.restore(**into)
    assert (refused["failure"]["code"], "restore_confirm_from=shop/staging" in refused["msg"]) == ("confirm_from", True)
    assert production.restore(**into, confirm_from="shop/staging")["restore"]["how"] == "restored"


def test_what_is_there_already_under_that_name_is_not_touched(shop: Shop) -> None:
    shop.backup()
    shop.ask('CREATE DATABASE "of_somebody"')
    refused = shop.restore(name="of_somebody")
    assert (refused["failed"], "was not made by a restore" in refused["msg"]) == (True, True)
    kept = shop.restore(name="of_somebody", state="absent", allow="destroy")
    assert (kept["failed"], "of_somebody" in shop.databases()) == (True, True)


def old(shop: Shop, program: str, said: str) -> None:
    """Have a program that says it is another version."""
    path = shop.repo.parent / "programs" / program
    path.unlink()
    path.write_text(f"#!/bin/sh\necho '{said}'\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("asked", "spoil", "code", "words"),
    [
        (MEANT, lambda shop: (shop.repo.parent / "programs/psql").unlink(), "programs", "there is no program"),
        (MEANT, lambda shop: old(shop, "pg_restore", "pg_restore (PostgreSQL) 9.6.24"), "programs", "pg_restore is 9.6.24, and the backup was made by pg_dump"),
        (MEANT, lambda shop: limit(shop, "GRANT ALL ON SCHEMA public TO limited"), "owner", "limited does not own public._prisma_migrations, public.orders"),
        ({}, lambda shop: limit(shop, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited"), "createdb", "ALTER ROLE limited CREATEDB"),
        ({"name": "taken_by_somebody"}, lambda shop: shop.ask("CREATE DATABASE taken_by_somebody"), "name", "was not made by a restore"),
    ],
    ids=["no psql", "old pg_restore", "no owner", "no createdb", "taken"],
)
def test_what_could_not_be_put_back_is_refused_before_anything_is_changed(
    asked: dict[str, t.Any], spoil: t.Callable[[Shop], t.Any], code: str, words: str, check: bool, shop: Shop
) -> None:
    shop.backup()
    shop.ask("DELETE FROM orders WHERE id > 100")
    before, there, url = shop.rows(), shop.databases(), shop.url
    spoil(shop)
    refused = shop.restore(check=check, **{**asked, **({"confirm": "staging"} if asked else {})})
    shop.url = url
    assert (refused["failed"], refused["failure"]["code"], sent(refused)) == (True, code, []), refused["msg"]
    assert words in refused["msg"] and "database/postgres.dump: " in refused["msg"]
    assert (shop.rows(), shop.databases() - {"taken_by_somebody"}) == (before, there)
    shop.ask("DROP DATABASE IF EXISTS taken_by_somebody")


def limit(shop: Shop, statement: str) -> None:
    """From now on the shop's address is that of a role that may only read, and what the statement says."""
    shop.ask("DO $$ BEGIN CREATE ROLE limited LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    shop.ask(f"GRANT pg_read_all_data TO limited; {statement}")
    shop.url = shop.url.replace("postgres@", "limited@")

# SPDX-License-Identifier: GPL-3.0-or-later
"""db_integrity: real databases beside the sandbox's vendors. Exactly the planted faults are named, and nothing is changed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history
from ansible_collections.saasops.runbooks.plugins.modules import convex_function
from tests.harness import postgresql
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.screens import check_fits, check_refused, said
from tests.harness.world import Run, World
from tests.integration.convex_shop import run as convex_run
from tests.integration.database_fixtures import ORPHANS, connect, make_shop

NewWorld = t.Callable[..., World]
PASSWORD = "scenario-database-5Tn8Kd2Xq7Zw4Vm9Pj1Lh6"
GROWN = {"name": "users grow", "kind": "count", "table": "users", "growth_percent": {"min": -5, "max": 20}}
SAMPLE = {"name": "fifteen percent", "kind": "sample", "table": "orders", "key": "id", "must": "discount = 15"}
MEMBERS = {"name": "memberships", "kind": "orphans", "table": "memberships", "column": "userId", "references": {"table": "users", "column": "_id"}}


@pytest.fixture
def shop(postgresql_url: str) -> str:
    return make_shop(postgresql.fresh_database(postgresql_url))


@pytest.fixture
def world(new_world: NewWorld, shop: str) -> World:
    """The shop's components, a database of its own, and its functions at Convex."""
    made = new_world()
    database = {
        "component_vendor": "postgres",
        "component_dsn": shop.replace("postgres@", f"postgres:{PASSWORD}@"),
        "db_integrity_rules": [ORPHANS, GROWN, SAMPLE],
    }
    functions = {"component_vendor": "convex", "db_integrity_rules": [MEMBERS]}
    made.inventory = made.write_inventory(hosts={"database": database, "functions": functions})
    return made


def found(run: Run) -> dict[str, str]:
    """``component name`` and verdict of what is not well."""
    return {f"{one['component']} {one['name']}": one["verdict"] for one in run.stats["checks"] if one["verdict"] not in ("pass", "skipped")}


def test_what_is_well_is_called_well_and_remembered(world: World, launcher: Launcher) -> None:
    plan = launcher.play(world, "db_integrity", "--check")
    assert plan.code == 0, plan.output
    first = launcher.play(world, "db_integrity")
    assert first.code == 0, first.output
    # Growth has nothing to compare with yet.
    assert found(plan) == found(first) == {"database users grow": "inconclusive"}
    world.sandbox.advance(86400)
    second = launcher.play(world, "db_integrity")
    assert (second.code, found(second), second.changed) == (0, {}, 0)
    assert "db_integrity OK" in second.headline
    assert "connections (" in said(second)
    assert "NOT CHECKED" in second.summary and "app db_integrity" not in second.summary
    check_fits(second)
    assert world.changes() == []
    assert PASSWORD not in first.output + second.output
    with ledger(world) as store:
        assert [row["value"] for row in history.rows(store, component="database", name="users grow")] == [200, 200]
        assert len(history.rows(store, component="database", name="database_size")) == 2


def test_exactly_the_planted_faults_are_named(world: World, launcher: Launcher, shop: str) -> None:
    assert launcher.play(world, "db_integrity").code == 0
    world.sandbox.advance(86400)
    with connect(shop) as connection:
        connection.execute(
            "UPDATE orders SET user_id = -id WHERE id <= 40; DELETE FROM users WHERE id > 180; UPDATE orders SET user_id = 1 WHERE user_id > 180"
        )
        connection.execute("UPDATE orders SET discount = 10; UPDATE _prisma_migrations SET finished_at = NULL WHERE id = '2'")
    run = launcher.play(world, "db_integrity")
    assert run.code != 0
    assert found(run) == {
        "database orders without a user": "fail",
        "database users grow": "fail",
        "database fifteen percent": "fail",
        "database migrations": "fail",
    }
    assert "db_integrity FAIL (4)" in run.headline
    assert "40 of 400 rows of orders are orphans (10%)" in said(run)
    assert "180 rows, -10.0% in 24 h (from 200)" in said(run)
    check_fits(run)
    seed = next(one["seed"] for one in run.stats["checks"] if one["name"] == "fifteen percent")
    again = launcher.play(world, "db_integrity", "-e", f"db_integrity_seed={seed}", "-e", "db_integrity_health=false", "--limit", "database")
    samples = [next(one for one in each.stats["checks"] if one["name"] == "fifteen percent") for each in (run, again)]
    assert samples[0]["examples"] == samples[1]["examples"] != []


def test_at_convex_a_drop_in_counts_and_missing_relations_are_red_flags(new_world: NewWorld, launcher: Launcher, monkeypatch: pytest.MonkeyPatch) -> None:
    world = new_world()
    monkeypatch.setenv("SAASOPS_CLOCK_URL", str(world.sandbox.run["clock_url"]))
    of_users = {"column": "userId", "references": {"table": "users", "column": "_id"}, "limit_percent": 0}
    rules = [
        {"name": "as many users", "kind": "count", "table": "users", "growth_percent": 10},
        {"name": "members are users", "kind": "orphans", "table": "memberships", **of_users},
        {"name": "bookings are of users", "kind": "orphans", "table": "bookings", **of_users},
        {"name": "orders are there", "kind": "count", "table": "orders", "min": 1},
        {"name": "users have names", "kind": "sample", "table": "users", "key": "_id", "must": "name != null", "size": 5},
    ]
    functions = {"component_vendor": "convex", "db_integrity_rules": rules}
    inventory = world.write_inventory("convex.yml", hosts={"functions": functions})
    assert found(launcher.play(world, "db_integrity", "--limit", "functions", inventory=inventory)) == {"functions as many users": "inconclusive"}
    world.sandbox.advance(86400)
    well = launcher.play(world, "db_integrity", "--limit", "functions", inventory=inventory)
    assert (well.code, found(well)) == (0, {}), well.output
    for user in convex_run(world.sandbox, convex_function, path="users:list", type="query")["function"]["value"][:2]:
        convex_run(world.sandbox, convex_function, path="users:remove", type="mutation", args={"id": user["_id"]})
    run = launcher.play(world, "db_integrity", "--limit", "functions", inventory=inventory)
    assert run.code != 0
    assert found(run) == {f"functions {name}": "fail" for name in ("as many users", "members are users", "bookings are of users")}
    assert "10 rows, -16.7% in 24 h (from 12)" in said(run)
    assert "2 of 12 rows of memberships are orphans" in said(run)


def test_the_address_is_read_from_where_the_code_has_it(world: World, launcher: Launcher, shop: str) -> None:
    with_password = shop.replace("postgres@", f"postgres:{PASSWORD}@")
    world.sandbox.patch("api", variables={"DATABASE_URL": with_password})
    database = {"component_vendor": "postgres", "component_dsn": None, "component_dsn_from": "railway:api/DATABASE_URL"}
    inventory = world.write_inventory("from.yml", hosts={"database": database})
    run = launcher.play(world, "db_integrity", "--limit", "database", "-vvv", inventory=inventory)
    assert (run.code, found(run)) == (0, {}), run.output
    assert PASSWORD not in run.output
    database["component_dsn_from"] = "railway:api/DATABASE_URI"
    wrong = launcher.play(world, "db_integrity", "--limit", "database", inventory=world.write_inventory("wrong.yml", hosts={"database": database}))
    assert wrong.code != 0
    assert found(wrong) == {"database reachable": "error"}
    assert "Did you mean DATABASE_URL?" in said(wrong)


def test_a_database_that_is_down_fails_and_hides_no_other(world: World, launcher: Launcher) -> None:
    down = {
        "component_vendor": "postgres",
        "component_dsn": f"postgresql://ops:{PASSWORD}@127.0.0.1:1/shop",
        "component_pooler_dsn": f"postgresql://stats:{PASSWORD}@127.0.0.1:1/pgbouncer",
    }
    run = launcher.play(
        world, "db_integrity", inventory=world.write_inventory("down.yml", hosts={"database": down, "other": {**down, "component_vendor": "redis"}})
    )
    assert run.code != 0
    assert found(run) == {"database pool": "fail", "database reachable": "fail", "other reachable": "error"}
    assert {name: outcome for name, outcome in run.stats["outcomes"].items() if outcome != "skipped"} == {"database": "fail", "other": "error"}
    assert PASSWORD not in run.output
    check_fits(run)


def test_a_rule_that_is_none_and_a_misspelt_variable_say_what_is_meant(world: World, launcher: Launcher) -> None:
    misspelt = launcher.play(world, "db_integrity", "-e", "db_integrity_healht=false")
    check_refused(world, misspelt, "db_integrity_health")
    wrong = {"component_vendor": "postgres", "db_integrity_rules": [{**ORPHANS, "graze": "24h"}]}
    run = launcher.play(world, "db_integrity", inventory=world.write_inventory("wrong.yml", hosts={"database": wrong}))
    assert run.code != 0
    assert found(run) == {"database verify": "error"}
    assert "Did you mean grace?" in said(run)

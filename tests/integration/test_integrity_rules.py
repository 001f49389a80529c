# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about data, against a real PostgreSQL and the sandbox's Convex: what breaks them is counted, and no rule can write."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import component_database_info, convex_function
from tests.harness import postgresql
from tests.integration.convex_shop import run as convex_run
from tests.integration.database_fixtures import ORPHANS, check, connect, look, make_shop, verdicts
from tests.integration.tasks import Json, run

GROWN: Json = {"name": "users grow", "kind": "count", "table": "users", "growth_percent": {"min": -5, "max": 20}}
SAMPLE: Json = {"name": "fifteen percent", "kind": "sample", "table": "orders", "key": "id", "must": "discount = 15 -- of a hundred", "size": 20}


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    with postgresql.server() as url:
        yield url


@pytest.fixture
def shop(server: str) -> str:
    return make_shop(postgresql.fresh_database(server))


def judged(shop: str, rule: Json, **options: t.Any) -> Json:
    return check(look(shop, rules=[rule], health=False, **options), rule["name"])


def plant(shop: str, statement: t.LiteralString) -> None:
    with connect(shop) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(("orphans", "verdict"), [(0, "pass"), (1, "warn"), (20, "warn"), (21, "fail")])
def test_more_than_five_percent_of_orphans_fails(shop: str, orphans: int, verdict: str) -> None:
    plant(shop, "UPDATE orders SET user_id = NULL WHERE id <= 0")
    with connect(shop) as connection:
        connection.execute("UPDATE orders SET user_id = 100000 + id WHERE id <= %s", (orphans,))
    found = judged(shop, ORPHANS)
    assert (found["verdict"], found["value"]) == (verdict, orphans / 4)
    assert f"{orphans} of 400 rows of orders are orphans" in found["reason"]
    assert found["examples"] == sorted((str(number) for number in range(100001, 100001 + orphans)), key=str)[:5]


def test_young_rows_are_no_orphans_yet(shop: str) -> None:
    plant(shop, "UPDATE orders SET user_id = -id, created_at = now() - interval '23 hours' WHERE id <= 100")
    found = judged(shop, ORPHANS)
    assert (found["verdict"], found["value"]) == ("pass", 0)
    assert "100 too young to tell" in found["reason"]
    assert judged(shop, {**ORPHANS, "grace": "22h"})["verdict"] == "fail"
    plant(shop, "DELETE FROM orders WHERE id > 100")
    assert judged(shop, ORPHANS)["verdict"] == "inconclusive"


def test_an_empty_reference_is_an_orphan_where_it_is_required(shop: str) -> None:
    plant(shop, "UPDATE orders SET user_id = NULL WHERE id <= 40")
    assert judged(shop, ORPHANS)["verdict"] == "pass"
    assert judged(shop, {**ORPHANS, "required": True})["verdict"] == "fail"


def test_rows_without_one_in_another_table_are_found(shop: str) -> None:
    rule = {"name": "users with orders", "kind": "relation", "table": "users", "column": "id", "references": {"table": "public.orders", "column": "user_id"}}
    assert judged(shop, rule)["verdict"] == "pass"
    plant(shop, "DELETE FROM orders WHERE user_id <= 3")
    found = judged(shop, rule)
    assert (found["verdict"], found["examples"]) == ("warn", ["1", "2", "3"])
    assert judged(shop, {**rule, "limit_percent": 1})["verdict"] == "fail"


def test_a_sample_is_drawn_again_by_its_seed_and_its_keys_are_masked(shop: str) -> None:
    assert judged(shop, SAMPLE)["verdict"] == "pass"
    plant(shop, "UPDATE orders SET discount = 10 WHERE id % 2 = 0")
    one, again, other = (judged(shop, SAMPLE, seed=seed) for seed in ("a", "a", "b"))
    assert (one["verdict"], one["seed"]) == ("fail", "a")
    assert one == again
    assert one["examples"] != other["examples"]
    recorded = look(shop, rules=[SAMPLE], health=False)
    assert judged(shop, SAMPLE, seed=recorded["seed"])["examples"] == check(recorded, "fifteen percent")["examples"]
    people = {"name": "people", "kind": "sample", "table": "users", "key": "email", "must": "false", "size": 3}
    found = judged(shop, people)
    assert found["verdict"] == "fail"
    assert found["examples"] == ["us***"] * 3
    assert "@example.com" not in str(found)


@pytest.mark.parametrize(
    ("sql", "limits", "verdict"),
    [
        ("SELECT id FROM orders WHERE discount <> 15", {}, "pass"),
        ("SELECT id FROM orders WHERE discount = 15 LIMIT 3;", {}, "fail"),
        ("SELECT count(*) FROM users -- all of them", {"min": 200, "max": 200}, "pass"),
        ("SELECT count(*) FROM users", {"min": 201}, "fail"),
        ("SELECT email FROM users WHERE id = 1", {"max": 1}, "pass"),
        ("SELECT 100 % 7", {"min": 2, "max": 2}, "pass"),
    ],
)
def test_a_query_of_one_s_own_is_compared(shop: str, sql: str, limits: Json, verdict: str) -> None:
    assert judged(shop, {"name": "own", "kind": "sql", "sql": sql, **limits})["verdict"] == verdict


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM users",
        "WITH gone AS (DELETE FROM users RETURNING 1) SELECT * FROM gone",
        "SELECT 1) AS rule; COMMIT; DELETE FROM users; --",
        "SELECT 1) AS rule; COMMIT; BEGIN READ WRITE; DELETE FROM users; COMMIT; SELECT (1",
        "SELECT nextval('numbers')",
        "SELECT * FROM users FOR UPDATE",
        "SELECT set_config('transaction_read_only', 'off', false), empty_users()",
    ],
)
def test_a_rule_that_writes_is_an_error_and_writes_nothing(shop: str, sql: str) -> None:
    plant(shop, "CREATE SEQUENCE numbers; CREATE FUNCTION empty_users() RETURNS bigint LANGUAGE sql AS 'DELETE FROM users RETURNING 1::bigint'")
    assert judged(shop, {"name": "writes", "kind": "sql", "sql": sql})["verdict"] == "error"
    assert judged(shop, {**SAMPLE, "name": "writes too", "must": f"({sql.replace('--', '')}) IS NULL"})["verdict"] == "error"
    with connect(shop) as connection:
        assert connection.execute("SELECT count(*), (SELECT is_called FROM numbers) FROM users").fetchone() == (200, False)


def test_names_are_quoted_by_the_driver(shop: str) -> None:
    plant(shop, 'CREATE TABLE "users; DROP TABLE users" (id int)')
    rule = {"name": "quoted", "kind": "count", "table": "users; DROP TABLE users", "max": 0}
    assert judged(shop, rule)["verdict"] == "pass"
    assert judged(shop, {"name": "users", "kind": "count", "table": "users", "min": 200})["verdict"] == "pass"


BAD: list[tuple[Json, str]] = [
    ({"kind": "count", "table": "users"}, "rule 1 has no usable name"),
    ({"name": "a", "kind": "cuont", "table": "users"}, "of the kind 'cuont'"),
    ({"name": "a", "kind": "orphans", "table": "orders"}, "does not say column"),
    ({**ORPHANS, "graze": "24h"}, "Did you mean grace?"),
    ({**ORPHANS, "created": None, "grace": "24h"}, "which column tells a row's age"),
    ({**ORPHANS, "references": "users.id"}, "references is 'users.id'"),
    ({**ORPHANS, "grace": "a day"}, "grace is 'a day'"),
    ({**GROWN, "growth_percent": {"above": 5}}, "growth_percent is"),
    ({**GROWN, "min": "many"}, "'many' is no number"),
    ({**SAMPLE, "size": 0}, "size is 0"),
]


@pytest.mark.parametrize(("rule", "words"), BAD)
def test_a_rule_that_cannot_be_right_is_refused_before_anything_is_asked(rule: Json, words: str) -> None:
    result = look("postgresql://ops@127.0.0.1:1/shop", rules=[rule])
    assert result["failed"]
    assert result["failure"]["kind"] == "invalid"
    assert words in result["msg"]


@pytest.mark.parametrize("limits", [{"connections_percent": "many"}, {"connections_percent": {"most": 5}}, {"slow_query_ms": -1}])
def test_a_limit_that_is_none_is_refused(limits: Json) -> None:
    result = look("postgresql://ops@127.0.0.1:1/shop", limits=limits)
    assert result["failed"]
    assert next(iter(limits)) in result["msg"]


def test_a_rule_on_what_is_not_there_could_not_be_asked(shop: str) -> None:
    rules = [{**ORPHANS, "table": "bookings"}, {**ORPHANS, "name": "no column", "column": "trainer"}, {**SAMPLE, "must": "nonsense ="}]
    assert verdicts(look(shop, rules=rules, health=False)) == {"orders without a user": "error", "no column": "error", "fifteen percent": "error"}


# -- Convex
def at_convex(sandbox: t.Any, *rules: Json, **options: t.Any) -> Json:
    convex = sandbox.run["convex"]
    component = {"name": "functions", "component_vendor": "convex", "convex_url": convex["url"], "convex_deployment": convex["deployment"]}
    return run(component_database_info, {"component": component, "deploy_key": convex["deploy_key"], "rules": list(rules), **options})


MEMBERS: Json = {"name": "memberships", "kind": "orphans", "table": "memberships", "column": "userId", "references": {"table": "users", "column": "_id"}}
USERS: Json = {"name": "users", "kind": "relation", "table": "users", "column": "_id", "references": {"table": "memberships", "column": "userId"}}


def users(sandbox: t.Any) -> list[Json]:
    return t.cast("list[Json]", convex_run(sandbox, convex_function, path="users:list", type="query")["function"]["value"])


def test_orphans_at_convex_are_found_by_walking_through_the_rows(sandbox: t.Any) -> None:
    well = at_convex(sandbox, MEMBERS, USERS, {"name": "few", "kind": "count", "table": "orders", "min": 1})
    assert (well["verdict"], verdicts(well)) == ("pass", {})
    everybody = users(sandbox)
    convex_run(sandbox, convex_function, path="users:remove", type="mutation", args={"id": everybody[0]["_id"]})
    found = check(at_convex(sandbox, MEMBERS), "memberships")
    assert found["verdict"] == ("warn" if len(everybody) >= 20 else "fail")
    assert found["examples"][0].isalnum() and len(found["examples"]) == 1
    assert check(at_convex(sandbox, {**MEMBERS, "limit_percent": 0}), "memberships")["verdict"] == "fail"
    young = check(at_convex(sandbox, {**MEMBERS, "created": "_creationTime", "grace": "36500d"}), "memberships")
    assert young["verdict"] == "inconclusive"


def test_a_sample_at_convex_is_drawn_again_by_its_seed(sandbox: t.Any) -> None:
    rule = {"name": "plans", "kind": "sample", "table": "memberships", "key": "_id", "must": "plan == 'none of these'", "size": 4}
    one, again, other = (check(at_convex(sandbox, rule, seed=seed), "plans") for seed in ("a", "a", "b"))
    assert (one["verdict"], one["value"]) == ("fail", 4)
    assert one == again
    assert one["examples"] != other["examples"]
    assert check(at_convex(sandbox, {**rule, "must": "userId != null"}), "plans")["verdict"] == "pass"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"name": "own", "kind": "sql", "sql": "SELECT 1"}, "no SQL"),
        ({**MEMBERS, "table": "member"}, "no table member"),
        ({**MEMBERS, "references": {"table": "people", "column": "_id"}}, "no table people"),
        ({"name": "plans", "kind": "sample", "table": "memberships", "key": "_id", "must": "plan == ("}, "no JMESPath"),
    ],
)
def test_what_convex_cannot_be_asked_is_an_error(sandbox: t.Any, rule: Json, words: str) -> None:
    found = check(at_convex(sandbox, rule), rule["name"])
    assert (found["verdict"], words in found["reason"]) == ("error", True), found


def test_a_key_that_is_not_accepted_could_not_ask(sandbox: t.Any) -> None:
    convex = sandbox.run["convex"]
    component = {"name": "functions", "component_vendor": "convex", "convex_url": convex["url"]}
    foreign = run(component_database_info, {"component": component, "deploy_key": "prod:happy-animal-123|not-the-key-7Rn3Kd", "rules": [MEMBERS]})
    assert verdicts(foreign) == {"reachable": "error"}

# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL database as a part of a set, and the way back, against a real server."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Mode
from tests.harness import postgresql
from tests.harness.pgbouncer import pooler
from tests.integration.backup_fixtures import Room, Spoilt, Stored, same
from tests.integration.database_fixtures import connect, make_shop, until
from tests.integration.tasks import Json

PROGRAMS = postgresql.with_statements()
PASSWORD = "backup-test-4Kq8Zt2Wm6Xv9Rb3Np7Ld"
ODD = '''
CREATE SCHEMA "Odd ""Schema""";
CREATE TYPE state AS ENUM ('open', 'closed');
CREATE DOMAIN short AS text CHECK (length(VALUE) < 20);
CREATE EXTENSION citext;
CREATE TABLE "Odd ""Schema"""."Odd.Table x" (
    "the id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state state, name short, doc json, more jsonb, price numeric(10, 2),
    total numeric GENERATED ALWAYS AS (price * 2) STORED, at timestamptz, tags text[], states state[], spot point, big text, loose citext, gone int);
ALTER TABLE "Odd ""Schema"""."Odd.Table x" DROP COLUMN gone;
INSERT INTO "Odd ""Schema"""."Odd.Table x" (state, name, doc, more, price, at, tags, states, spot, big, loose)
    SELECT 'open', 'n' || n, '{"a": 1}', '{"b": 2}', n, '2026-01-01', ARRAY['x', NULL], ARRAY['open']::state[], '(1,2)', repeat('long ', n * 20000), 'Loose'
    FROM generate_series(1, 5) n;
CREATE TABLE events (id serial, at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO events (at, what) SELECT '2025-06-01'::date + n * 10, 'e' || n FROM generate_series(1, 40) n;
CREATE TABLE empty (id int PRIMARY KEY);
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES;
CREATE VIEW few AS SELECT u.id, o.id AS order_id FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id < 10 AND (o.discount > 1 OR u.email LIKE '%x%');
CREATE MATERIALIZED VIEW many AS SELECT user_id, count(*) FROM orders GROUP BY 1;
CREATE INDEX ON orders (user_id) WHERE discount > 10;
ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users;
CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touched();
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON users USING (id > 0);
CREATE SEQUENCE counter START 40; SELECT nextval('counter'), nextval('counter');
SELECT lo_from_bytea(0, decode(repeat('ab', 300000), 'hex')), lo_from_bytea(0, 'small');
CREATE TABLE audit_log (id int, what text); INSERT INTO audit_log SELECT n, 'x' FROM generate_series(1, 9) n;
'''


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    # One that has extensions.
    with postgresql.server(installed=PROGRAMS) as url:
        yield url


@pytest.fixture
def shop(server: str) -> str:
    return make_shop(postgresql.fresh_database(server).replace("postgres@", f"postgres:{PASSWORD}@"))


@pytest.fixture(autouse=True)
def state(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "saasops"


def room(url: str, tuned: Json | None = None, **options: t.Any) -> Room:
    component = {"component_vendor": "postgres", **({"component_backup": tuned} if tuned else {})}
    return Room(component, dsn=url, programs=str(PROGRAMS), **options)


def asked(url: str, question: str) -> t.Any:
    with connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        assert row
        return row[0]


def do(url: str, *statements: str) -> None:
    with connect(url) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def other(url: str, name: str) -> str:
    head, _sign, host = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{host}"


def named(url: str, suffix: str) -> str:
    return f"{url.partition('?')[0].rpartition('/')[2][:40]}_{suffix}"


def left(state: pathlib.Path) -> list[pathlib.Path]:
    return list((state / "work").iterdir()) if (state / "work").exists() else []


def test_everything_odd_comes_back_beside_and_in_place(shop: str, state: pathlib.Path) -> None:
    do(shop, ODD)
    one = room(shop, allow="destroy")
    stored = one.store()
    assert PASSWORD not in str(stored.row)
    odd = '"Odd ""Schema"""."Odd.Table x"'
    expected = {"public.users": 200, "public.orders": 400, odd: 5, "public.events_2025": 21, "public.events_2026": 19, "public.empty": 0, "public.nothing": 1}
    assert {name: stored.told.counts[name] for name in expected} == expected
    assert stored.told.counts["large objects"] == 2
    assert set(stored.told.counts) - set(stored.told.hashes) == {"public.nothing"}
    assert stored.told.tools["migrations _prisma_migrations"] == "20260201_second"
    assert stored.told.tools["extension citext"]
    name = named(shop, "beside")
    one.put(stored, "beside", name)
    assert one.changes == ["restore_beside"]
    assert same(one.look(stored, "beside", name), stored)
    # What hashes cannot tell: what sequences give next, and that nobody's words are among the statements.
    for at in (shop, other(shop, name)):
        assert asked(at, "SELECT last_value FROM counter") == 41
        assert asked(at, "SELECT last_value FROM events_id_seq") == 40
    do(shop, "DROP TABLE orders CASCADE", "UPDATE users SET email = 'x'", "CREATE TABLE since (id int)", "SELECT lo_create(0)", "DROP TYPE state CASCADE")
    assert not same(one.look(stored, "in_place"), stored)
    one.put(stored, "in_place")
    assert one.changes == ["restore_in_place"]
    assert same(one.look(stored, "in_place"), stored)
    assert left(state) == []


def test_one_changed_cell_shows_in_the_hash_of_its_table_alone(shop: str) -> None:
    do(shop, ODD)
    one = room(shop)
    stored = one.store()
    do(shop, "UPDATE orders SET discount = 16 WHERE id = 17")
    found = one.look(stored, "in_place")
    assert found.counts == stored.told.counts
    assert [name for name in found.hashes if found.hashes[name] != stored.told.hashes[name]] == ["public.orders"]
    do(shop, "UPDATE orders SET discount = 15 WHERE id = 17", "ALTER TYPE state ADD VALUE 'lost'")
    found = one.look(stored, "in_place")
    assert (found.hashes, found.schema == stored.told.schema) == (stored.told.hashes, False)
    # The same row twice, and another one gone: the same number of rows.
    do(shop, "INSERT INTO audit_log VALUES (1, 'x')", "DELETE FROM audit_log WHERE id = 2")
    found = one.look(stored, "in_place")
    assert found.counts == stored.told.counts
    assert found.hashes["public.audit_log"] != stored.told.hashes["public.audit_log"]


def test_a_watermark_is_written_just_before_and_read_back(shop: str) -> None:
    one = room(shop, {"watermark": True})
    first = one.store()
    assert one.changes == ["watermark"]
    second = one.store()
    assert first.told.watermark and second.told.watermark
    assert first.told.watermark["value"] != second.told.watermark["value"]
    assert 0 <= second.told.moment - second.told.watermark["at"] < 60
    assert same(one.look(second, "in_place"), second)
    assert asked(shop, "SELECT count(*) FROM saasops.watermark") == 1


def test_rows_may_be_left_out_and_only_those_of_tables_that_there_are(shop: str) -> None:
    do(shop, ODD)
    one = room(shop, {"exclude_tables_data": ["audit_log", "public.events"]})
    stored = one.store()
    assert not [name for name in stored.told.counts if "audit_log" in name or "events" in name]
    assert "public.audit_log, public.events_2025, public.events_2026" in " ".join(stored.told.notes)
    name = named(shop, "less")
    one.put(stored, "beside", name)
    assert same(one.look(stored, "beside", name), stored)
    assert asked(other(shop, name), "SELECT (SELECT count(*) FROM audit_log) + (SELECT count(*) FROM events)") == 0
    with pytest.raises(Failure, match="there is no table audit_logs"):
        room(shop, {"exclude_tables_data": ["audit_logs"]}).store()


def test_a_pooler_through_which_no_snapshot_can_be_kept_is_refused(shop: str) -> None:
    with pooler(shop) as shared, pytest.raises(Failure, match="pooler in session mode"):
        room(shared.url).store()
    with pooler(shop, pool_mode="session") as kept:
        assert room(kept.url).store().told.counts == room(shop).store().told.counts


def test_a_dump_that_cannot_be_whole_is_none(shop: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    do(shop, "CREATE TABLE saved (id int)", "CREATE ROLE onlooker LOGIN" if not asked(shop, "SELECT to_regrole('onlooker') IS NOT NULL") else "SELECT 1")
    old = tmp_path / "old"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    (old / "pg_dump").chmod(0o755)
    with pytest.raises(Failure, match=r"pg_dump is 9\.6\.24, and the server is 15\.\d+"):
        Room({"component_vendor": "postgres"}, dsn=shop, programs=str(old)).store()
    onlooker = shop.replace(f"postgres:{PASSWORD}@", "onlooker@")
    with pytest.raises(Failure, match="permission denied for table"):
        room(onlooker).store()
    do(shop, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker", "ALTER TABLE users ENABLE ROW LEVEL SECURITY")
    with pytest.raises(Failure, match="BYPASSRLS"):
        room(onlooker).store()
    with pytest.raises(Failure, match="no component_dsn and no component_dsn_from"):
        Room({"component_vendor": "postgres"}).store()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="there is no program pg_dump"):
        Room({"component_vendor": "postgres"}, dsn=shop, programs="/nowhere").store()


def test_an_empty_database_comes_back_too(server: str) -> None:
    url = postgresql.fresh_database(server)
    one = room(url)
    stored = one.store()
    name = named(url, "empty")
    one.put(stored, "beside", name)
    assert same(one.look(stored, "beside", name), stored)
    assert stored.told.counts == {}


def test_a_place_that_was_not_made_for_it_is_neither_taken_nor_dropped(shop: str, server: str) -> None:
    one, stored = room(shop), room(shop).store()
    taken = postgresql.fresh_database(server).partition("?")[0].rpartition("/")[2]
    own = shop.partition("?")[0].rpartition("/")[2]
    for name in (taken, own, "postgres", 'a"b', "x" * 64):
        with pytest.raises(Failure, match="Give another"):
            one.put(stored, "beside", name)
    with pytest.raises(Failure, match="was not made by a restore"):
        one.drop(stored, "beside", taken)
    name = named(shop, "twice")
    one.put(stored, "beside", name)
    do(other(shop, name), "CREATE TABLE served (id int)")
    one.put(stored, "beside", name)
    assert one.changes == []
    assert asked(other(shop, name), "SELECT to_regclass('served') IS NOT NULL")
    with pytest.raises(Failure, match="is there already, and is restored from database/postgres.dump, snapshot a1b2c3d4"):
        one.put(Stored({**stored.row, "snapshot": "e5f6"}, stored.content, stored.told), "beside", name)
    one.drop(stored, "beside", name)
    assert one.changes == ["drop_restored"]
    one.drop(stored, "beside", name)
    assert one.changes == []


def test_a_damaged_content_changes_nothing_in_place_and_begins_anew_beside(shop: str, state: pathlib.Path) -> None:
    one = room(shop, allow="destroy")
    stored = one.store()
    do(shop, "UPDATE users SET email = 'kept'")
    before = one.look(stored, "in_place")
    for content in (Spoilt(stored.content), Spoilt(stored.content[:-3000]), Spoilt(stored.content[:30])):
        with pytest.raises(Failure) as failed:
            one.put(stored, "in_place", content=content)
        assert failed.value.code in ("damaged", "pg_restore")
        found = one.look(stored, "in_place")
        assert (found.counts, found.hashes, found.schema) == (before.counts, before.hashes, before.schema)
    name = named(shop, "anew")
    with pytest.raises(Failure):
        one.put(stored, "beside", name, content=Spoilt(stored.content))
    one.put(stored, "beside", name)
    assert same(one.look(stored, "beside", name), stored)
    assert left(state) == []


class Late(Spoilt):
    """Its end shows what it is only when everything before it has been played."""

    def __init__(self, content: bytes, url: str) -> None:
        super().__init__(content)
        self.url = url

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() == len(self.getvalue()):
            mine = "datname = current_database() AND application_name = 'saasops.runbooks'"
            until(self.url, f"SELECT count(*) > 0 FROM pg_stat_activity WHERE {mine}")
            played = "state = 'idle in transaction' AND query ~ 'of_user'"
            until(self.url, f"SELECT count(*) = 0 OR bool_or({played}) FROM pg_stat_activity WHERE {mine}")
        return super().read(size)


def test_nothing_is_committed_before_the_end_of_the_content_was_seen(shop: str) -> None:
    do(shop, "ALTER TABLE orders ADD CONSTRAINT of_user FOREIGN KEY (user_id) REFERENCES users")
    one = room(shop, allow="destroy")
    stored = one.store()
    do(shop, "UPDATE users SET email = 'kept'")
    before = one.look(stored, "in_place")
    with pytest.raises(Failure, match="its SHA-256 is another one"):
        one.put(stored, "in_place", content=Late(stored.content, shop))
    after = one.look(stored, "in_place")
    assert (after.counts, after.hashes, after.schema) == (before.counts, before.hashes, before.schema)


def test_a_plan_changes_nothing(shop: str) -> None:
    one = room(shop, allow="destroy")
    stored = one.store()
    one.put(stored, "beside", named(shop, "plan"), check=True)
    assert one.changes == ["restore_beside"]
    one.put(stored, "in_place", only=["users"], check=True)
    assert one.changes == ["restore_tables"]
    one.drop(stored, "beside", named(shop, "plan"))
    assert one.changes == []
    with pytest.raises(Failure, match="needs saasops_allow: destroy"):
        room(shop).put(stored, "in_place")


# Puts a part back whose content stops coming after half of it.
HALF = """
import io, json, pathlib, sys, time
from tests.integration.backup_fixtures import Room, Stored

class Stops(io.BytesIO):
    def read(self, size=-1):
        if self.tell() > len(content) // 2:
            print("half", flush=True)
            time.sleep(600)
        return super().read(min(size, 1000))

url, programs, mode, name, row, content = sys.argv[1:7]
content = pathlib.Path(content).read_bytes()
room = Room({"component_vendor": "postgres"}, dsn=url, programs=programs, allow="destroy")
room.put(Stored(json.loads(row), content, None), mode, name, content=Stops(content))
"""


@pytest.mark.parametrize("mode", ["in_place", "beside"])
def test_who_is_killed_in_the_middle_leaves_nothing_half_and_the_next_one_ends_it(shop: str, state: pathlib.Path, tmp_path: pathlib.Path, mode: Mode) -> None:
    one = room(shop, allow="destroy")
    do(shop, "CREATE TABLE large AS SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n")
    stored = one.store()
    (tmp_path / "content").write_bytes(stored.content)
    do(shop, "UPDATE users SET email = 'kept'")
    before, name = one.look(stored, "in_place"), named(shop, "killed") if mode == "beside" else ""
    words = [shop, str(PROGRAMS), mode, name, json.dumps(stored.row), str(tmp_path / "content")]
    with subprocess.Popen([sys.executable, "-c", HALF, *words], stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline() == b"half\n"
        process.kill()
    # Whoever played it for us has gone, and with him what he had begun.
    until(shop, f"SELECT count(*) = 1 FROM pg_stat_activity WHERE datname IN ('{name}', current_database())")
    after = one.look(stored, "in_place")
    assert (after.counts, after.hashes, after.schema) == (before.counts, before.hashes, before.schema)
    one.put(stored, mode, name)
    assert same(one.look(stored, mode, name), stored)
    assert left(state) == []

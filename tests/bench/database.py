# SPDX-License-Identifier: GPL-3.0-or-later
"""A database on its way into a repository and back: the modules beside ``pg_dump | restic backup --stdin`` and ``restic dump | pg_restore``.

The modules count and hash every row besides, on the way there and after the way back, and prove the content by its SHA-256.
"""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import sys
import tempfile
import typing as t

from tests.bench import measure
from tests.bench.measure import Memory, Sample, median
from tests.bench.table import Row, Table, ratio
from tests.harness import postgresql
from tests.harness import restic as by_hand
from tests.integration.restore_fixtures import Shop

ROOT = pathlib.Path(__file__).resolve().parents[2]
MEGABYTES, QUICK_MEGABYTES = 1024, 100
OURS = """
import importlib, json, sys
from tests.integration.tasks import run
result = run(importlib.import_module("ansible_collections.saasops.runbooks.plugins.modules." + sys.argv[1]), json.load(open(sys.argv[2])))
sys.exit(result["msg"] if result.get("failed") else print(json.dumps(result)))
"""
# Rows as applications have them; what is random in them cannot be compressed away.
FILLED = """CREATE TABLE filled_{0} AS SELECT n AS id, md5(n::text) AS name, md5(random()::text) || '@example.com' AS email, n * 1.5 AS amount,
    now() - n * interval '1 s' AS at, jsonb_build_object('a', n, 'b', md5((n * 7)::text)) AS doc FROM generate_series(1, {1}) n"""
ROW_BYTES, TABLES = 200, 4
Ways = dict[str, list[Sample]]


def there_and_back(rounds: int, megabytes: int = MEGABYTES) -> list[Table]:
    before, memory = measure.load(), Memory()
    with tempfile.TemporaryDirectory(prefix="bench-") as name, postgresql.server("shared_buffers=256MB", "max_wal_size=4GB") as server:
        folder = pathlib.Path(name)
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        shop = Shop(folder, server, "staging")
        for number in range(TABLES):
            shop.ask(FILLED.format(number, megabytes * measure.MEGABYTE // ROW_BYTES // TABLES))
            shop.ask(f"ALTER TABLE filled_{number} ADD PRIMARY KEY (id)")
        shop.ask("VACUUM ANALYZE")
        bench = Bench(folder, shop)
        stored: Ways = {"component_backup": [], "by hand": []}
        for number in range(rounds):
            stored["by hand"].append(bench.stored_by_hand(f"hand-{number}"))
            stored["component_backup"].append(bench.stored(f"ours-{number}"))
        again = json.loads(bench.stored("ours-0", memory).output)["parts"][0]
        bench.backup()
        back: Ways = {"component_restore": [], "by hand": []}
        for _round in range(rounds):
            back["by hand"].append(bench.back_by_hand())
            back["component_restore"].append(bench.back())
        bench.back(memory)
    findings = [
        ratio("an unchanged second one adds, of the size", again["added"] / again["bytes"], 0.02),
        ratio("megabytes of memory at most", memory.main / measure.MEGABYTE, 150.0),
    ]
    return [_table("into a repository", megabytes, stored, before, findings), _table("out of it", megabytes, back, before, [])]


def _table(title: str, megabytes: int, ways: Ways, before: str, more: list[t.Any]) -> Table:
    ours, hand = ways
    walls = {name: median(sample.wall for sample in found) for name, found in ways.items()}
    return Table(
        f"A database of {megabytes} MB {title}, medians of {len(ways[hand])} rounds, load {before} to {measure.load()}",
        ["way", "seconds", "CPU seconds without the server's"],
        [Row(name, [f"{walls[name]:.1f}", f"{median(sample.cpu for sample in found):.1f}"]) for name, found in ways.items()],
        [ratio(f"time of {ours} / {hand}", walls[ours] / walls[hand], 1.15), *more],
    )


class Bench:
    """The two ways there and the two ways back, each into an empty place."""

    def __init__(self, folder: pathlib.Path, shop: Shop) -> None:
        self._folder, self._shop = folder, shop
        self._programs = shop.options["programs"]
        self._host = shop.url.partition("?host=")[2]
        self._name = shop.url.partition("?")[0].rpartition("/")[2]
        self._snapshot = ""

    def _run(self, module: str, options: dict[str, t.Any], memory: Memory | None) -> Sample:
        given = self._folder / "given.json"
        given.write_text(json.dumps({**self._shop.options, "deadline": "1h", **options}), encoding="utf-8")
        return measure.run([sys.executable, "-c", OURS, module, str(given)], {**os.environ, "PYTHONPATH": str(ROOT)}, self._folder, memory)

    def _shell(self, line: str) -> Sample:
        given = {
            **os.environ,
            "RESTIC_PASSWORD": by_hand.PASSWORD,
            "PATH": f"{self._programs}:{os.environ['PATH']}",
            "PGHOST": self._host,
            "PGUSER": "postgres",
        }
        return measure.run(["/bin/sh", "-c", line], given, self._folder)

    def _repository(self, name: str) -> str:
        place = self._folder / name
        return str(place if place.exists() else by_hand.repository(place))

    def stored(self, name: str, memory: Memory | None = None) -> Sample:
        options = {"repository": self._repository(name), "set": "20261120T030000Z-bench"}
        return self._run("component_backup", options, memory)

    def stored_by_hand(self, name: str) -> Sample:
        place = shlex.quote(self._repository(name))
        return self._shell(f"pg_dump --format=custom --compress=0 {self._name} | restic -q -r {place} backup --stdin --stdin-filename postgres.dump")

    def backup(self) -> None:
        self._shop.backup()
        part = next(one for one in by_hand.snapshots(self._shop.repo) if "part:database/postgres.dump" in one["tags"])
        self._snapshot = str(part["id"])

    def back(self, memory: Memory | None = None) -> Sample:
        done = self._run("component_restore", {"name": "ours"}, memory)
        self._shop.ask("DROP DATABASE ours")
        return done

    def back_by_hand(self) -> Sample:
        self._shop.ask("CREATE DATABASE by_hand TEMPLATE template0")
        place = shlex.quote(str(self._shop.repo))
        done = self._shell(f"restic -q -r {place} dump {self._snapshot} database/postgres.dump | pg_restore --no-owner --exit-on-error -d by_hand")
        self._shop.ask("DROP DATABASE by_hand")
        return done

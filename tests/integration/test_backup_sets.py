# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of backups: what is stored, found again, told, forgotten, and never forgotten; with a real restic and a real ledger."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import catalogue, rooms
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Component, Part, Told
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import Sink
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups, holders, leases
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic import repository
from ansible_collections.saasops.runbooks.plugins.modules import backup_set, backup_set_info, component_backup
from tests.harness import restic
from tests.integration.tasks import Json, run, sent

ENVIRONMENT = "shop/production"
DAY = 86400.0
START = 1795143600.0
POLICY = {"daily": 2, "weekly": 2}
# What the components hold; a Failure is what reading it raises.
Held = dict[str, dict[str, bytes | Exception]]


@dataclasses.dataclass
class Shop:
    """An environment with a repository and a ledger, in which time is told."""

    place: pathlib.Path
    ledger_url: str
    held: Held
    now: float = START
    runs: int = 0

    @property
    def store(self) -> Store:
        return Store(self.ledger_url, ENVIRONMENT)

    def run(self) -> Json:
        self.runs += 1
        name = f"run{self.runs:04}"
        lease = leases.acquire(self.store, "backup", name, holders.describe(os.getpid()))
        return {
            "id": name,
            "environment": ENVIRONMENT,
            "verb": "backup",
            "purpose": "backup",
            "generation": lease.generation,
            "also": {},
            "holder": holders.describe(os.getpid()),
            "started_at": self.now,
            "ledger": True,
            "asked_by": "ops@example.com",
            "check_mode": False,
        }

    def ask(self, module: t.Any, given: Json | None, check: bool = False, **options: t.Any) -> Json:
        return run(
            module,
            {
                "repository": str(self.place),
                "password": restic.PASSWORD,
                "run": given and {**given, "check_mode": check},
                "ledger_url": self.ledger_url,
                **options,
            },
            check,
        )

    def parts(self, given: Json, check: bool = False) -> list[Json]:
        rows = []
        for name in self.held:
            told = {"name": name, "component_vendor": "other", "saasops_system": "shop", "saasops_environment": "production"}
            rows += self.ask(component_backup, given, check, component=told)["parts"]
        return rows

    def finish(self, given: Json, rows: list[Json], check: bool = False, **options: t.Any) -> Json:
        return self.ask(backup_set, given, check, environment=ENVIRONMENT, parts=rows, **options)

    def end(self, given: Json) -> None:
        leases.release(self.store, "backup", given["id"])

    def backup(self, **options: t.Any) -> Json:
        """A whole set, as a playbook makes it."""
        given = self.run()
        made = self.finish(given, self.parts(given), **options)
        assert not made.get("failed"), made["msg"]
        self.end(given)
        return made

    def repo(self) -> repository.Repository:
        given = {"repository": str(self.place), "password": restic.PASSWORD, "programs": None, "environment": ENVIRONMENT, "deadline": 60.0}
        return repository.connect(Task(given, False))

    def sets(self, store: bool = True) -> list[catalogue.Set]:
        return catalogue.of_snapshots(self.repo(), self.store if store else None, self.repo().snapshots())


@pytest.fixture
def shop(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(restic.repository(tmp_path / "repository"), f"sqlite:///{tmp_path / 'ledger.sqlite3'}", {"api": {"state.json": b"{}"}})
    made.store.prepare()

    def parts(_task: Task, component: Component) -> list[Part]:
        return [_part(f"{component['name']}/{file}", content, made.now) for file, content in made.held[str(component["name"])].items()]

    monkeypatch.setitem(rooms.PARTS, "other", parts)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return made


def _part(name: str, content: bytes | Exception, moment: float) -> Part:
    def write(sink: Sink) -> Told:
        if isinstance(content, Exception):
            sink.take(b"half of it")
            raise content
        sink.take(content)
        return Told(moment, {"rows": len(content)}, tools={"writer": "1.0"})

    return Part(name, "command", write)


def test_a_set_is_found_by_its_manifest_with_and_without_the_ledger(shop: Shop) -> None:
    shop.held = {"api": {"state.json": b"abc"}, "database": {"postgres.dump": b"d" * 1000, "roles.sql": b"r"}}
    made = shop.backup(why="daily", reason="nightly", releases={"api": {"deployment": "d1", "commit": "c1", "version": "v1"}})
    (known,), (read,) = shop.sets(), shop.sets(store=False)
    told = known.manifest
    assert known.manifest == read.manifest == made["manifest"]
    assert (known.id, read.sha256, known.problem, read.problem, known.complete) == (made["set"], known.sha256, "", "", True)
    assert made["set"] == "20261120T030000Z-run0001"
    assert (told["schema"], told["system"], told["environment"], told["why"], told["reason"]) == (1, "shop", ENVIRONMENT, "daily", "nightly")
    assert (told["by"], told["run"], told["complete"], told["spread"]) == ("ops@example.com", "run0001", True, 0.0)
    assert [part["name"] for part in told["parts"]] == ["api/state.json", "database/postgres.dump", "database/roles.sql"]
    dump = told["parts"][1]
    assert (dump["bytes"], dump["sha256"], dump["counts"], dump["state"]) == (1000, hashlib.sha256(b"d" * 1000).hexdigest(), {"rows": 1000}, "whole")
    # The whole id, also where restic told a short one.
    assert len(dump["snapshot"]) == 64
    with catalogue.source(shop.repo(), dump) as source:
        assert source.read() == b"d" * 1000


def test_a_part_that_fails_takes_no_other_with_it(shop: Shop) -> None:
    shop.held = {
        "api": {"state.json": b"abc"},
        "database": {"a.dump": b"1", "b.dump": Failure("vendor_down", "the server went away", "Start it"), "c.dump": b"3"},
    }
    given = shop.run()
    told = {"name": "database", "component_vendor": "other", "saasops_system": "shop", "saasops_environment": "production"}
    result = shop.ask(component_backup, given, component=told)
    assert (result["failed"], result["msg"]) == (True, "database/b.dump: the server went away. Start it")
    assert [part["state"] for part in result["parts"]] == ["whole", "failed", "whole"]
    made = shop.finish(given, result["parts"])
    assert (made["complete"], made["manifest"]["complete"], made["kept_why"]) == (False, False, "the set is not complete")
    # What had come of it is not kept.
    assert len(restic.snapshots(shop.place, f"set:{made['set']}", "part:database/b.dump")) == 0
    assert catalogue.named(shop.sets(), made["set"]).complete is False


def test_what_no_room_foresaw_costs_its_own_part_alone(shop: Shop) -> None:
    shop.held = {"api": {"a.json": KeyError("secret word"), "b.json": b"2"}}
    rows = shop.parts(shop.run())
    assert [(row["state"], row["why"]) for row in rows] == [("failed", "it met something that it does not understand: KeyError"), ("whole", "")]


def test_a_plan_is_the_run_and_changes_nothing(shop: Shop) -> None:
    shop.held = {"api": {"a.json": b"1"}, "database": {"postgres.dump": b"2"}}
    given = shop.run()
    planned = shop.parts(given, check=True)
    plan = shop.finish(given, planned, check=True, retention=POLICY)
    assert ([row["state"] for row in planned], shop.repo().snapshots(), backups.rows(shop.store)) == (["planned", "planned"], [], [])
    done = shop.finish(given, shop.parts(given), retention=POLICY)
    assert (plan["changes"], plan["changed"], plan["diff"]) == (done["changes"], done["changed"], done["diff"])
    again = shop.finish(given, [], retention=POLICY)
    assert (again["changed"], again["changes"], again["manifest"]) == (False, [], done["manifest"])


def test_a_run_that_was_killed_leaves_no_set(shop: Shop) -> None:
    whole = shop.backup()
    shop.parts(shop.run())
    assert [one.id for one in shop.sets()] == [whole["set"]]
    assert len(shop.repo().snapshots()) > 3


def test_what_killed_runs_left_is_swept_after_an_hour_and_never_a_living_runs(shop: Shop) -> None:
    killed = shop.run()
    shop.parts(killed)
    shop.end(killed)
    shop.now += 1800
    assert shop.backup()["swept"] == 0
    shop.now += 1801
    made = shop.backup()
    assert (made["swept"], restic.snapshots(shop.place, f"set:20261120T030000Z-{killed['id']}")) == (1, [])
    living = shop.run()
    shop.parts(living)
    shop.end(living)
    shop.now += 2 * DAY
    leases.acquire(shop.store, "change", living["id"], living["holder"])
    assert shop.backup()["swept"] == 0


def test_what_a_run_of_another_machine_is_writing_is_left_for_a_day(shop: Shop) -> None:
    shop.repo().store("api/state.json", ["set:20261120T030000Z-strange", "part:api/state.json"], shop.now, lambda sink: sink.take(b"x"))
    shop.now += DAY - 1
    assert shop.backup()["swept"] == 0
    shop.now += 2
    assert shop.backup()["swept"] == 1


def test_old_sets_go_and_the_proved_one_stays(shop: Shop) -> None:
    first = shop.backup(retention=POLICY)
    backups.proved(shop.store, "drill", first["set"], shop.now)
    made, forgotten = [first["set"]], []
    # Saturday, Sunday; the next Saturday, Sunday, Monday.
    for days in (1, 1, 6, 1, 1):
        shop.now += days * DAY
        shop.held["api"]["state.json"] = os.urandom(1000)
        told = shop.backup(retention=POLICY)
        made.append(told["set"])
        forgotten += told["forgotten"]
    kept = [one.id for one in shop.sets()]
    # The newest, the two days before it, the ends of two weeks (one is among these), and the proved one.
    assert (forgotten, kept) == ([made[1]], [made[5], made[4], made[3], made[2], made[0]])
    assert {row["id"] for row in backups.rows(shop.store)} == set(kept)
    # Whole sets went, parts and all.
    assert {catalogue.tagged(one, "set") for one in shop.repo().snapshots()} - {""} == set(kept)
    assert shop.repo().check("100%") == []


def test_an_incomplete_set_never_stands_for_its_day_and_the_newest_whole_of_each_component_stays(shop: Shop) -> None:
    shop.held = {"api": {"a.json": b"1"}, "database": {"postgres.dump": b"2"}}
    both = shop.backup(retention={"last": 1})
    shop.held["database"]["postgres.dump"] = Failure("vendor_down", "the server went away")
    partial = []
    for _hour in range(3):
        shop.now += 3600
        partial.append(shop.backup(retention={"last": 1})["set"])
    assert sorted(one.id for one in shop.sets()) == sorted([both["set"], *partial])
    shop.held["database"]["postgres.dump"] = b"3"
    shop.now += 3600
    whole = shop.backup(retention={"last": 1})
    # The set before it is the one that is kept; of the partial ones the last that holds the api.
    assert whole["forgotten"] == partial[:2]


def test_a_set_made_before_a_restore_does_not_push_the_days_own_out(shop: Shop) -> None:
    daily = shop.backup(why="daily", retention={"daily": 1})
    for _hour in range(2):
        shop.now += 3600
        shop.backup(why="pre_restore", retention={"daily": 1})
    assert daily["set"] in [one.id for one in shop.sets()]


def test_room_is_given_back_once_a_day(shop: Shop) -> None:
    pruned = []
    for _half in range(4):
        pruned.append(shop.backup(retention={"last": 1})["pruned"])
        shop.now += DAY / 2
    assert pruned == [False, False, True, False]


def test_a_forged_manifest_shows(shop: Shop) -> None:
    made = shop.backup()
    (old,) = restic.snapshots(shop.place, "manifest")
    shop.repo().forget([old["id"]])
    content = json.dumps({**made["manifest"], "complete": True, "reason": "forged"}).encode()
    shop.repo().store("manifest.json", ["manifest", f"set:{made['set']}"], shop.now, lambda sink: sink.take(content))
    (found,) = shop.sets()
    assert (found.problem, found.complete, found.manifest["reason"]) == ("its manifest is not the one that was written", False, "")


def test_one_manifest_that_cannot_be_read_hides_no_other_set(shop: Shop) -> None:
    made = shop.backup()
    shop.repo().store("manifest.json", ["manifest", "set:20261120T040000Z-x"], shop.now + 1, lambda sink: sink.take(b"no manifest"))
    broken, whole = shop.sets(store=False)
    assert (broken.problem, broken.complete, broken.manifest["parts"]) == ("the manifest cannot be read", False, [])
    assert (whole.id, whole.problem) == (made["set"], "")
    assert catalogue.named([broken, whole], "latest").id == made["set"]


def test_a_part_whose_snapshot_is_gone_is_not_whole(shop: Shop) -> None:
    shop.held = {"api": {"a.json": b"1", "b.json": b"2"}}
    given = shop.run()
    rows = shop.parts(given)
    shop.repo().forget([rows[0]["snapshot"]])
    made = shop.finish(given, rows)
    assert [(part["state"], part["why"]) for part in made["manifest"]["parts"]] == [("failed", "its snapshot is not in the repository"), ("whole", "")]


def test_what_is_not_what_was_stored_is_refused_at_its_end(shop: Shop) -> None:
    part = shop.backup()["manifest"]["parts"][0]
    for wrong in ({"sha256": "0" * 64}, {"bytes": 3}, {"snapshot": "deadbeef"}):
        with pytest.raises(Failure) as caught, catalogue.source(shop.repo(), {**part, **wrong}) as source:
            source.read(1)
        assert (caught.value.kind, caught.value.code) == ("protocol", "damaged")
    # Whoever reads all of it knows it there: a restore may not take for good what it has read until then.
    taken = []
    with pytest.raises(Failure, match="its SHA-256 is another one"), catalogue.source(shop.repo(), {**part, "sha256": "0" * 64}) as source:
        while source.read(1000):
            continue
        taken.append("all")
    assert taken == []


def test_sets_are_named(shop: Shop) -> None:
    first = shop.backup()["set"]
    shop.now += 60
    second = shop.backup()["set"]
    found = shop.sets()
    assert [catalogue.named(found, which).id for which in ("latest", first, "20261120T0300", second[:-1])] == [second, first, first, second]
    for which, words in (("2026", "may be"), ("nonsense", "there is no set")):
        with pytest.raises(Failure, match=words):
            catalogue.named(found, which)
    told = shop.ask(backup_set_info, None, environment=ENVIRONMENT, set="latest")
    assert [(one["id"], one["complete"], one["problem"]) for one in told["sets"]] == [(second, True, "")]


def test_a_disk_that_is_not_mounted_gets_no_new_repository(shop: Shop, tmp_path: pathlib.Path) -> None:
    shop.backup()
    shop.place.rename(tmp_path / "elsewhere")
    given = shop.run()
    refused = shop.ask(backup_set, given, environment=ENVIRONMENT, state="begun")
    assert (refused["failed"], refused["failure"]["code"]) == (True, "repository_lost")
    assert not shop.place.exists()


def test_a_set_begins_with_a_repository_that_can_be_used(shop: Shop, tmp_path: pathlib.Path) -> None:
    shop.place = tmp_path / "new"
    given = shop.run()
    data = [{"name": "api", "vendors": ["railway"], "hosts": ["api.example.com"]}]
    plan = shop.ask(backup_set, given, True, environment=ENVIRONMENT, state="begun", components=data)
    assert (sent(plan), shop.place.exists()) == (["init"], False)
    made = shop.ask(backup_set, given, environment=ENVIRONMENT, state="begun", components=data)
    assert (made["changes"], made["diff"], made["offsite"]) == (plan["changes"], plan["diff"], False)
    assert made["cautions"] == ["the backups are not off-site: it is on this machine"]
    again = shop.ask(backup_set, given, environment=ENVIRONMENT, state="begun", offsite="ignored")
    assert (again["changed"], again["cautions"]) == (False, [])
    refused = shop.ask(backup_set, given, environment=ENVIRONMENT, state="begun", offsite="required")
    assert (refused["failure"]["code"], refused["failure"]["kind"]) == ("offsite", "refused")


def test_the_page_is_kept_once(shop: Shop) -> None:
    shop.backup()
    shop.backup()
    (page,) = restic.snapshots(shop.place, "page")
    stored = restic.ask(shop.place, "dump", page["id"], "/HOW-TO-RESTORE.md").stdout
    assert stored == (shop.place / "HOW-TO-RESTORE.md").read_bytes()
    assert restic.PASSWORD.encode() not in stored


def test_without_its_lease_a_run_stores_nothing_more(shop: Shop) -> None:
    given = shop.run()
    shop.end(given)
    leases.acquire(shop.store, "backup", "other", holders.describe(os.getpid()))
    told = {"name": "api", "component_vendor": "other", "saasops_system": "shop", "saasops_environment": "production"}
    refused = shop.ask(component_backup, given, component=told)
    assert (refused["failed"], refused["failure"]["code"], shop.repo().snapshots()) == (True, "fenced", [])

# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster at MongoDB Atlas in a set of backups: a reference to a snapshot, which is made once, looked for again, and taken for no copy elsewhere."""

from __future__ import annotations

import datetime
import json
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import rooms
from ansible_collections.saasops.runbooks.plugins.modules import atlas_snapshot_info, backup_proof, backup_set, component_backup, component_backup_verify
from tests.harness import restic
from tests.integration import tasks
from tests.integration.backup_parts import Place
from tests.integration.tasks import Json, asked, run, sent

SET = "20261120T030000Z-cluster"
NAME = "documents/atlas.json"
TAKE = "POST /api/atlas/v2/groups/{id}/clusters/{id}/backup/snapshots"
READ = "GET /api/atlas/v2/groups/{id}/clusters/{id}/backup/snapshots/{id}"


class Cluster:
    """A component at Atlas, and a repository."""

    def __init__(self, world: t.Any, place: pathlib.Path, **facts: t.Any) -> None:
        self.world, self.place = world, place
        known = world.run["atlas"]
        self.component: Json = {
            "name": "documents",
            "component_vendor": "atlas",
            "saasops_system": "shop",
            "saasops_environment": "production",
            "atlas_api_url": known["url"],
            "atlas_client_id": known["client_id"],
            "atlas_project": known["project"],
            "atlas_cluster": known["cluster"],
            **facts,
        }
        self.secret = known["client_secret"]

    def set(self, **facts: t.Any) -> None:
        self.world.ask("POST", "/world", {"vendor": "atlas", "set": facts})

    def taken(self) -> int:
        return len([entry for entry in self.world.journal(changes=True, vendor="atlas") if entry["effect"]])

    def ask(self, module: t.Any, check: bool = False, **options: t.Any) -> Json:
        given = {"repository": str(self.place), "password": restic.PASSWORD, "environment": "shop/production", **options}
        told = run(module, {name: value for name, value in given.items() if name in module.SPEC["argument_spec"]}, check)
        assert self.secret not in json.dumps(told)
        return told

    def store(self, check: bool = False, **options: t.Any) -> Json:
        return self.ask(component_backup, check, component=self.component, client_secret=self.secret, **{"set": SET, **options})

    def backup(self) -> Json:
        stored = self.store()
        assert not stored.get("failed"), stored["msg"]
        done = self.ask(backup_set, set=SET, parts=stored["parts"])
        assert not done.get("failed"), done["msg"]
        return t.cast(Json, stored["parts"][0])

    def verify(self, **options: t.Any) -> Json:
        return self.ask(component_backup_verify, **{"component": self.component, "client_secret": self.secret, **options})

    def reference(self, **options: t.Any) -> Json:
        return next(one for one in self.verify(**options)["checks"] if one["name"] == "backup reference")


@pytest.fixture
def cluster(sandbox: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("ATLAS_CLIENT_ID", "ATLAS_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return Cluster(sandbox, restic.repository(tmp_path / "repository"))


def test_a_snapshot_is_planned_made_for_the_set_and_told_as_a_reference(cluster: Cluster) -> None:
    plan, done = cluster.store(check=True), cluster.store()
    assert sent(plan) == ["backup", "take_snapshots"] and plan["changes"] == done["changes"]
    (row,) = done["parts"]
    known = cluster.world.run["atlas"]
    assert (row["name"], row["kind"], row["state"], row["counts"]) == (NAME, "atlas", "whole", {})
    newest = tasks.run(
        atlas_snapshot_info, {**{name: known[name] for name in ("client_id", "client_secret", "project", "cluster")}, "api_url": known["url"]}
    )["snapshots"][0]
    assert (row["moment"], newest["status"], newest["description"]) == (newest["created_at"], "completed", f"saasops {SET}")
    until = datetime.datetime.fromtimestamp(newest["expires_at"], datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert newest["expires_at"] - newest["created_at"] == 7 * 86400.0
    assert row["tools"] == {
        "project": known["project"],
        "cluster": "shop",
        "snapshot": newest["id"],
        "type": "onDemand",
        "mongodb": "8.0.4",
        "bytes": "1500000",
        "until": until,
    }
    assert "at Atlas alone" in row["notes"][0] and rooms.restorer("atlas") is None
    assert cluster.taken() == 1


def test_what_is_stored_again_for_the_set_takes_no_second_snapshot(cluster: Cluster) -> None:
    first, again = cluster.store(), cluster.store()
    assert first["parts"][0]["tools"] == again["parts"][0]["tools"] and cluster.taken() == 1


def test_one_that_a_killed_run_began_is_waited_for(cluster: Cluster) -> None:
    late = cluster.store(deadline="5s")["parts"][0]
    assert (late["state"], "goes on at Atlas" in late["why"]) == ("failed", True)
    done = cluster.store(set="20261120T040000Z-again")
    assert (done["parts"][0]["state"], cluster.taken()) == ("whole", 1)


def test_another_set_has_a_snapshot_of_its_own(cluster: Cluster) -> None:
    first, other = cluster.store(), cluster.store(set="20261121T030000Z-cluster")
    assert first["parts"][0]["tools"]["snapshot"] != other["parts"][0]["tools"]["snapshot"] and cluster.taken() == 2


def test_the_newest_of_the_schedule_is_taken_where_that_is_declared(cluster: Cluster) -> None:
    cluster.component["component_backup"] = {"snapshot": "scheduled"}
    plan, done = cluster.store(check=True), cluster.store()
    assert sent(plan) == sent(done) == ["backup"] and cluster.taken() == 0
    row = done["parts"][0]
    assert row["tools"]["type"] == "scheduled" and 0.5 * 86400 < cluster.world.ask("GET", "/clock")["now"] - row["moment"] < 1.5 * 86400
    cluster.set(gone=["*"])
    row = cluster.store()["parts"][0]
    assert (row["state"], "keeps no snapshot of the schedule" in row["why"]) == ("failed", True)


def test_one_that_has_expired_is_not_taken(cluster: Cluster) -> None:
    cluster.component["component_backup"] = {"snapshot": "scheduled"}
    first = cluster.store()["parts"][0]["tools"]["snapshot"]
    cluster.set(expired=[first])
    assert cluster.store()["parts"][0]["tools"]["snapshot"] != first


@pytest.mark.parametrize("fault", [{"kind": "lost"}, {"kind": "status", "status": 500}], ids=lambda fault: str(fault["kind"]))
def test_whatever_happens_to_the_request_one_is_taken(cluster: Cluster, fault: Json) -> None:
    cluster.world.fault(**{"vendor": "atlas", "operation": TAKE, **fault})
    assert cluster.store(request_timeout="1s")["parts"][0]["state"] == "whole" and cluster.taken() == 1


def test_a_snapshot_that_fails_is_a_part_that_failed(cluster: Cluster) -> None:
    cluster.set(result="failed")
    row = cluster.store()["parts"][0]
    assert (row["state"], "is failed" in row["why"]) == ("failed", True)


def test_a_cluster_that_the_inventory_does_not_name_has_no_part(cluster: Cluster) -> None:
    place = Place({"name": "documents", "component_vendor": "atlas"}, {})
    assert place.parts() == []
    assert cluster.ask(component_backup_verify, component=place.component)["checks"][0]["verdict"] == "skipped"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"atlas_cluster": None}, "atlas_cluster is missing"),
        ({"atlas_project": None}, "atlas_project is missing"),
        ({"component_backup": {"snapshot": "newest"}}, "snapshot is 'newest'"),
        ({"component_backup": {"retention_days": 0}}, "retention_days is 0"),
        ({"component_backup": {"days": 3}}, "has days"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_request(cluster: Cluster, facts: Json, said: str) -> None:
    cluster.component.update(facts)
    told = cluster.store()
    assert told["failure"]["kind"] == "invalid" and said in told["msg"], told["msg"]
    assert cluster.world.journal(vendor="atlas") == []


# --- verifying
def test_a_snapshot_that_is_there_passes_and_is_asked_for_in_two_requests(cluster: Cluster) -> None:
    cluster.backup()
    told = cluster.verify()
    assert [step for step in asked(told) if step in ("access_token", "get_cluster_backup_snapshot")] == ["access_token", "get_cluster_backup_snapshot"]
    found = next(one for one in told["checks"] if one["name"] == "backup reference")
    assert (found["verdict"], "for 6 d 23 h more" in found["reason"]) == ("pass", True), found
    # Neither is it read back, and looked for all the same.
    assert cluster.reference(content=False)["verdict"] == "pass"


@pytest.mark.parametrize(("fact", "said"), [("gone", "is not at Atlas any more"), ("expired", "has expired")])
def test_one_that_is_gone_or_over_fails(cluster: Cluster, fact: str, said: str) -> None:
    row = cluster.backup()
    cluster.set(**{fact: [row["tools"]["snapshot"]]})
    found = cluster.reference()
    assert (found["verdict"], found["reason"].startswith(NAME)) == ("fail", True) and said in found["reason"]
    assert "backup.yml" in found["next"]


def test_a_vendor_that_cannot_be_asked_is_an_error_and_no_pass(cluster: Cluster) -> None:
    cluster.backup()
    assert cluster.reference(client_secret=None)["verdict"] == "error"
    assert cluster.reference(client_secret="mdb_sa_sk_wrong5Kd8")["verdict"] == "error"
    cluster.world.fault("status", vendor="atlas", operation=READ, status=500, times=0)
    assert cluster.reference()["verdict"] == "error"


def test_the_cluster_of_the_snapshot_is_asked_whatever_the_inventory_names_today(cluster: Cluster) -> None:
    cluster.backup()
    cluster.component["atlas_cluster"] = "another"
    assert cluster.reference()["verdict"] == "pass"


def test_a_set_of_references_alone_is_never_proved(cluster: Cluster) -> None:
    row = cluster.backup()
    kept = [{"name": NAME, "kind": row["kind"], "why": ""}]
    proof = cluster.ask(backup_proof, set=SET, parts=[], kept=kept)["proof"]
    assert (proof["whole"], proof["proved"]) == (False, [])
    assert proof["not_proved"] == [{"name": NAME, "why": "a reference: its vendor alone can put it back"}]

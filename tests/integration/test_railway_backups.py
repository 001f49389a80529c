# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_volume_backup and its info against the sandbox: made, kept, scheduled, deleted, restored; and what can go wrong on the way."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.modules import railway_volume_backup, railway_volume_backup_info
from tests.integration.railway_shop import Shop
from tests.integration.tasks import Json
from tests.integration.test_railway_modules import FAULTS

STAGE = "mutation($e: String!, $i: EnvironmentConfig!) { environmentStageChanges(environmentId: $e, input: $i, merge: true) { id } }"
STAGED = "query($e: String!) { environmentStagedChanges(environmentId: $e) { patch } }"
CREATE, RESTORE, COMMIT = "volumeInstanceBackupCreate", "volumeInstanceBackupRestore", "environmentPatchCommitStaged"
RESTORED: Json = {"state": "restored", "volume": "api-volume", "backup": "before-v1.4.2", "confirm": "production", "allow": "destroy", "deadline": 1800.0}


class Disk:
    """The volume of the service ``api``."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def do(self, check: bool = False, **options: t.Any) -> Json:
        return self.shop.run(railway_volume_backup, check, **options)

    def restore(self, check: bool = False, **options: t.Any) -> Json:
        return self.do(check, **{**RESTORED, **options})

    def info(self, **options: t.Any) -> list[Json]:
        return t.cast("list[Json]", self.shop.run(railway_volume_backup_info, **options)["volumes"])

    @property
    def names(self) -> list[str]:
        return [backup["name"] for backup in self.info()[0]["backups"]]

    @property
    def effects(self) -> dict[str, int]:
        return t.cast("dict[str, int]", self.shop.state["effects"]["volumes"])

    def ask(self, document: str, **variables: t.Any) -> Json:
        """As somebody else does it, in the dashboard."""
        facts = self.shop.facts
        headers = {"Authorization": f"Bearer {facts['account_token']}"}
        answer = requests.post(facts["url"], json={"query": document, "variables": variables}, headers=headers, timeout=20).json()
        assert "errors" not in answer
        return t.cast(Json, answer["data"])

    def stage(self, **services: t.Any) -> None:
        self.ask(STAGE, e=self.shop.facts["environment_id"], i={"services": services})

    def staged(self) -> Json:
        return t.cast(Json, self.ask(STAGED, e=self.shop.facts["environment_id"])["environmentStagedChanges"]["patch"])


@pytest.fixture
def disk(shop: Shop) -> Disk:
    return Disk(shop)


def set_world(disk: Disk, **settings: t.Any) -> None:
    disk.shop.sandbox.scenario("bad-release", **settings)
    disk.shop.facts = disk.shop.sandbox.run["railway"]


# --- backups ------------------------------------------------------------------------------------------------------------


def test_a_backup_is_planned_made_seen_and_not_made_again(disk: Disk) -> None:
    plan = disk.do(check=True, backup="nightly")
    assert plan["changed"] and disk.shop.changes == [] and plan["backup"]["id"] == {"known_after": CREATE}
    done = disk.do(backup="nightly")
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and set(plan["backup"]) == set(done["backup"])
    assert disk.info(backup="nightly")[0]["backups"] == [done["backup"]] and done["backup"]["expires_at"] is None
    disk.shop.sandbox.clear_journal()
    for check in (True, False):
        again = disk.do(check, backup="nightly")
        assert (again["changed"], again["how"], again["backup"]) == (False, "already", done["backup"])
    assert disk.shop.asked == ["projectToken", "environment", "volumeInstanceBackupList volumeInstanceBackupScheduleList"] * 2
    assert disk.effects == {"create": 1}


def test_the_lag_of_a_workflow_is_waited_out(disk: Disk) -> None:
    assert disk.do(backup="nightly")["changed"]
    assert disk.shop.asked.count("workflowStatus") >= 3
    # The last question is about the backup itself.
    assert disk.shop.asked[-1].startswith("volumeInstanceBackupList")


@pytest.mark.parametrize("settings", [{"railway_workflows_refused": ["create", "restore", "delete"]}, {"railway_workflow_lag": 100000}])
def test_a_workflow_that_may_not_be_asked_is_judged_by_its_effect(disk: Disk, settings: Json) -> None:
    set_world(disk, **settings)
    assert disk.do(backup="nightly")["changed"] and "nightly" in disk.names
    assert disk.do(backup="nightly", state="absent", allow="destroy")["changed"] and "nightly" not in disk.names
    assert disk.restore()["how"] == "restore"


def test_a_workflow_that_fails_says_why(disk: Disk) -> None:
    set_world(disk, railway_workflow_error="disk is busy {{ lookup('pipe', 'id') }}\x1b[2J")
    failure = disk.do(backup="nightly")["failure"]
    assert (failure["kind"], failure["code"]) == ("failed", "Error")
    assert "disk is busy {{ lookup('pipe', 'id') }}?[2J" in failure["message"]


@pytest.mark.parametrize("by", ["name", "id", "instance", "service"])
def test_a_volume_is_found_by_whatever_it_is_called(disk: Disk, by: str) -> None:
    known = disk.shop.state["volumes"][0]
    given = {"service": None, "volume": known[by]} if by != "service" else {}
    assert disk.do(backup="before-v1.4.2", **given)["volume"]["instance_id"] == known["instance"]
    assert disk.info(**given)[0]["name"] == "api-volume"


def test_what_is_not_there_names_what_is_near(disk: Disk) -> None:
    failure = disk.do(service=None, volume="api-volum", backup="x")["failure"]
    assert (failure["kind"], "api-volume" in failure["hint"]) == ("not_found", True)
    failure = disk.do(backup="before-v1.4.1", state="locked")["failure"]
    assert (failure["kind"], "before-v1.4.2" in failure["hint"]) == ("not_found", True)
    assert disk.do(backup="11111111-2222-4333-8444-555555555555")["failure"]["kind"] == "not_found"


def test_two_of_one_name_need_the_id(disk: Disk) -> None:
    failure = disk.do(backup="Daily", state="absent", allow="destroy")["failure"]
    assert failure["kind"] == "invalid" and "2 backups" in failure["message"]
    newest = disk.info(backup="Daily")[0]["backups"][0]
    # That there is one is all that is asked for.
    assert disk.do(backup="Daily")["backup"] == newest
    assert disk.do(backup=newest["id"], state="absent", allow="destroy")["changed"]
    assert len(disk.info(backup="Daily")[0]["backups"]) == 1


def test_a_backup_is_kept_for_ever(disk: Disk) -> None:
    assert disk.info(backup="before-v1.4.2")[0]["backups"][0]["expires_at"] is not None
    plan, done = disk.do(check=True, backup="before-v1.4.2", state="locked"), disk.do(backup="before-v1.4.2", state="locked")
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and plan["backup"] == done["backup"]
    assert disk.info(backup="before-v1.4.2")[0]["backups"] == [done["backup"]]
    assert not disk.do(backup="before-v1.4.2", state="locked")["changed"]


def test_a_backup_is_deleted_when_that_is_allowed(disk: Disk) -> None:
    assert disk.do(backup="before-v1.4.2", state="absent")["failure"]["code"] == "allow"
    assert disk.shop.asked == []
    plan = disk.do(check=True, backup="before-v1.4.2", state="absent", allow="destroy")
    done = disk.do(backup="before-v1.4.2", state="absent", allow="destroy")
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and done["backup"] is None
    assert disk.names == ["Daily", "Daily"]
    assert not disk.do(backup="before-v1.4.2", state="absent", allow="destroy")["changed"]


def test_schedules_are_a_set(disk: Disk) -> None:
    plan, done = disk.do(check=True, schedule=["WEEKLY", "DAILY"]), disk.do(schedule=["WEEKLY", "DAILY"])
    assert plan["changes"] == done["changes"] and plan["diff"] == done["diff"] and done["schedule"] == ["DAILY", "WEEKLY"]
    assert not disk.do(schedule=["DAILY", "WEEKLY", "DAILY"])["changed"]
    both = disk.do(schedule=[], backup="nightly")
    assert [change["operation"] for change in both["changes"]] == [CREATE, "volumeInstanceBackupScheduleUpdate"]
    assert disk.info()[0]["schedule"] == []


def test_every_volume_is_listed(disk: Disk) -> None:
    assert [(volume["name"], volume["mount_path"], volume["size_mb"]) for volume in disk.info(service=None)] == [("api-volume", "/data", 5000.0)]
    assert disk.shop.run(railway_volume_backup_info, service=None, token=None, api_token=disk.shop.facts["account_token"])["failure"]["kind"] == "invalid"
    where = {"project": "example", "environment": "production", "token": None, "api_token": disk.shop.facts["workspace_token"]}
    assert len(disk.info(service=None, **where)) == 1 and disk.info(**where)[0]["schedule"] == ["DAILY"]


@pytest.mark.parametrize(("kind", "options"), FAULTS, ids=[f"{kind}-{options.get('status', '')}" for kind, options in FAULTS])
def test_whatever_becomes_of_the_answer_a_backup_is_not_doubled(disk: Disk, kind: str, options: Json) -> None:
    disk.shop.sandbox.fault(kind, vendor="railway", operation=CREATE, **options)
    done = disk.do(backup="nightly", request_timeout=0.7)
    # When nothing shows, sending again could make a second one: the next run decides.
    assert done.get("failure") is None or done["failure"]["kind"] in ("unknown", "timeout")
    assert disk.do(backup="nightly").get("failure") is None
    assert disk.names.count("nightly") == 1 and disk.effects["create"] == 1


@pytest.mark.parametrize("kind", ["lost", "reset", "timeout_after", "graphql_error_after", "truncated"])
@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("volumeInstanceBackupDelete", {"backup": "before-v1.4.2", "state": "absent", "allow": "destroy"}),
        ("volumeInstanceBackupLock", {"backup": "before-v1.4.2", "state": "locked"}),
        ("volumeInstanceBackupScheduleUpdate", {"schedule": ["MONTHLY"]}),
    ],
)
def test_other_lost_answers_are_looked_up(disk: Disk, kind: str, operation: str, wanted: Json) -> None:
    options = {"seconds": 1.5} if kind == "timeout_after" else {}
    disk.shop.sandbox.fault(kind, vendor="railway", operation=operation, **options)
    assert disk.do(request_timeout=0.7, **wanted).get("failure") is None
    assert not disk.do(**wanted)["changed"]
    assert [effect for _change, effect in disk.shop.changes].count(True) == 1


def test_an_unknown_workflow_status_is_not_good(disk: Disk) -> None:
    body = {"data": {"workflowStatus": {"status": "Paused", "error": None}}}
    disk.shop.sandbox.fault("body", vendor="railway", operation="workflowStatus", body=body)
    assert (disk.do(backup="nightly")["failure"]["kind"], disk.effects) == ("unknown", {"create": 1})


@pytest.mark.parametrize(
    "answer",
    [
        {"volumeInstanceBackupList": None, "volumeInstanceBackupScheduleList": []},
        {"volumeInstanceBackupList": [{"id": "x"}], "volumeInstanceBackupScheduleList": []},
        {"volumeInstanceBackupList": [7], "volumeInstanceBackupScheduleList": []},
        {"volumeInstanceBackupList": [], "volumeInstanceBackupScheduleList": [None]},
    ],
)
def test_an_answer_of_another_shape_changes_nothing(disk: Disk, answer: Json) -> None:
    disk.shop.sandbox.fault("body", vendor="railway", operation="volumeInstanceBackupList", times=0, body={"data": answer})
    assert (disk.do(backup="nightly")["failure"]["kind"], disk.shop.changes) == ("protocol", [])


# --- restore ------------------------------------------------------------------------------------------------------------


def test_a_restore_takes_both_steps_after_a_safety_backup(disk: Disk) -> None:
    before = disk.info()[0]
    plan = disk.restore(check=True)
    assert [change["operation"] for change in plan["changes"]] == [CREATE, RESTORE, COMMIT] and disk.shop.changes == []
    done = disk.restore()
    assert done.get("failure") is None and plan["changes"] == done["changes"]
    assert set(plan["volume"]) == set(done["volume"]) and set(plan["safety_backup"]) == set(done["safety_backup"])
    assert disk.shop.changes == [(CREATE, True), (RESTORE, True), (COMMIT, True)]
    now = disk.info()[0]
    assert now["id"] == done["volume"]["id"] != before["id"] and done["diff"]["before"]["mounted"] == before["id"]
    assert disk.staged() == {} and disk.shop.state["effects"]["configured"] == 1
    # The former volume keeps what is newer; the new one has the restored backup.
    former = next(volume for volume in disk.info(service=None) if volume["id"] == before["id"])
    assert former["service_id"] is None and former["backups"][0]["id"] == done["safety_backup"]["id"]
    assert any("set the schedule of the new volume" in note for note in done["notes"])


def test_a_restore_happens_once(disk: Disk) -> None:
    disk.restore()
    for check in (True, False):
        again = disk.restore(check)
        assert (again["changed"], again["changes"], again["how"]) == (False, [], "already")
    assert disk.effects == {"create": 1, "restore": 1}


@pytest.mark.parametrize("options", [{"confirm": "staging"}, {"confirm": "Production"}])
def test_a_restore_names_the_environment(disk: Disk, options: Json) -> None:
    assert (disk.restore(**options)["failure"]["code"], disk.shop.asked) == ("confirm", ["projectToken"])


def test_a_restore_needs_the_right_to_destroy(disk: Disk) -> None:
    assert (disk.restore(allow="change")["failure"]["code"], disk.shop.asked) == ("allow", [])


def test_what_somebody_else_has_staged_is_not_applied(disk: Disk) -> None:
    service = disk.shop.sandbox.run["components"]["api"]["service_id"]
    disk.stage(**{service: {"variables": {"NEW": {"value": "1"}}}})
    for check in (True, False):
        failure = disk.restore(check)["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", "staged")
    assert disk.effects == {} and disk.staged()["services"][service]["variables"]


def test_what_is_staged_meanwhile_is_not_applied_either(disk: Disk) -> None:
    service = disk.shop.sandbox.run["components"]["api"]["service_id"]
    begun = disk.restore(deadline=40.0)
    assert begun["failure"]["kind"] == "timeout" and disk.effects == {"create": 1, "restore": 1}
    disk.shop.sandbox.advance(100)
    disk.stage(**{service: {"deploy": {"healthcheckTimeout": 60}}})
    assert disk.restore()["failure"]["code"] == "staged"
    assert disk.info()[0]["name"] == "api-volume" and COMMIT not in disk.shop.asked


@pytest.mark.parametrize("config", [{"clusterRole": "root"}, {"source": {"image": "ghcr.io/example/postgres-ha/postgres-patroni:17"}}])
def test_a_cluster_is_not_restored_in_place(disk: Disk, config: Json) -> None:
    disk.shop.sandbox.patch("api", config=config)
    assert (disk.restore()["failure"]["code"], disk.effects) == ("cluster", {})


# In virtual seconds: while the safety backup is made, while the backup is copied, when the exchange is staged.
@pytest.mark.parametrize("deadline", [10.0, 15.0, 25.0, 40.0, 60.0, 80.0, 90.0, 100.0, 120.0])
def test_a_run_that_ended_early_is_continued(disk: Disk, deadline: float) -> None:
    first = disk.restore(deadline=deadline)
    disk.shop.sandbox.advance(25)
    done = disk.restore()
    assert done.get("failure") is None
    assert first.get("failure") is None or first["failure"]["kind"] == "timeout"
    assert disk.effects == {"create": 1, "restore": 1} and disk.shop.state["effects"]["configured"] == 1
    assert disk.info()[0]["name"] != "api-volume" and disk.staged() == {}


@pytest.mark.parametrize("kind", ["lost", "reset", "status", "timeout_after", "graphql_error_after", "truncated", "rate_limited"])
@pytest.mark.parametrize("operation", [CREATE, RESTORE, COMMIT])
def test_whatever_becomes_of_an_answer_a_restore_happens_once(disk: Disk, kind: str, operation: str) -> None:
    options = {"seconds": 1.5} if kind == "timeout_after" else {}
    disk.shop.sandbox.fault(kind, vendor="railway", operation=operation, **options)
    first = disk.restore(request_timeout=0.7)
    assert first.get("failure") is None or first["failure"]["kind"] == "unknown"
    assert disk.restore().get("failure") is None
    assert disk.effects == {"create": 1, "restore": 1} and disk.shop.state["effects"]["configured"] == 1
    assert disk.info()[0]["name"] != "api-volume"


def test_a_restore_of_somebody_else_is_not_joined(disk: Disk) -> None:
    known = disk.shop.state["volumes"][0]
    document = "mutation($v: String!, $b: String!) { volumeInstanceBackupRestore(volumeInstanceId: $v, volumeInstanceBackupId: $b) { workflowId } }"
    disk.ask(document, v=known["instance"], b=known["backups"][0]["id"])
    assert disk.restore()["failure"]["code"] == "busy"
    disk.shop.sandbox.advance(100)
    assert disk.restore()["failure"]["code"] == "staged"
    assert disk.effects == {"restore": 1}


def test_a_deployment_that_does_not_come_up_is_told(disk: Disk) -> None:
    disk.shop.sandbox.patch("api", deploy_result="CRASHED")
    failure = disk.restore()["failure"]
    assert (failure["kind"], failure["code"]) == ("failed", "CRASHED")


def test_a_volume_that_is_mounted_elsewhere_is_refused(disk: Disk) -> None:
    document = "mutation($e: String!, $p: EnvironmentConfig) { environmentPatchCommit(environmentId: $e, patch: $p) }"
    service = disk.shop.sandbox.run["components"]["api"]["service_id"]
    mounts = {service: {"volumeMounts": {disk.shop.state["volumes"][0]["id"]: None}}}
    disk.ask(document, e=disk.shop.facts["environment_id"], p={"services": mounts})
    assert disk.restore()["failure"]["code"] == "not_mounted"
    failure = disk.do(backup="x")["failure"]
    assert failure["kind"] == "not_found" and "api-volume" in failure["hint"]

# SPDX-License-Identifier: GPL-3.0-or-later
"""railway_volume_backup: what is refused before the first request, workflows, and what a restore recognises as its own."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import volume_backup, volume_backup_info, volume_restore, volumes
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway.scope import Scope
from ansible_collections.saasops.runbooks.tests.unit.vendors.railway_answers import (
    API_SERVICE,
    BAD,
    DAY,
    LOST,
    NOW,
    PRODUCTION,
    PROJECT,
    Json,
    Railway,
    Time,
    connection,
    identity,
    node,
    of_module,
    refusal,
    service,
    when,
)

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.railway_fixtures"]
SCOPE = Scope(PROJECT, PRODUCTION, API_SERVICE, "example-shop", "production", "api")
OPTIONS: Json = {"volume": None, "backup": None, "state": "present", "schedule": None, "confirm": None}
RESTORED: Json = {"volume": "data", "backup": "good", "state": "restored", "confirm": "production", "allow": "destroy", "deadline": 1800.0}
CREATE, COMMIT = "volumeInstanceBackupCreate", "environmentPatchCommitStaged"


def disk(name: str, age: float = 200 * DAY, mounted: str | None = API_SERVICE, **facts: t.Any) -> Json:
    return {
        "id": identity(f"{name}-instance"),
        "volumeId": identity(name),
        "serviceId": mounted,
        "mountPath": "/data",
        "region": "us-west2",
        "state": "READY",
        "sizeMB": 5000,
        "currentSizeMB": 812.5,
        "isPendingDeletion": False,
        "createdAt": when(NOW - age),
        "deletedAt": None,
        "volume": {"id": identity(name), "name": name},
        **facts,
    }


def backup(name: str, age: float = DAY, **facts: t.Any) -> Json:
    made = {"id": identity(f"{name}-{age}"), "name": name, "createdAt": when(NOW - age), "expiresAt": None, "scheduleId": None}
    return {**made, "usedMB": 12, "referencedMB": 812, "volumeInstanceSizeMB": 5000, **facts}


def listed(*backups: Json, kinds: t.Sequence[str] = ()) -> Json:
    schedules = [{"id": kind, "kind": kind, "cron": "", "retentionSeconds": None} for kind in kinds]
    return {"volumeInstanceBackupList": list(backups), "volumeInstanceBackupScheduleList": schedules}


def environment(*disks: Json, cursor: str | None = None) -> Json:
    return {"environment": {"id": PRODUCTION, "volumeInstances": connection(disks, cursor)}}


def staged(*disks: Json, patch: Json | None = None, services: Json | None = None, status: str = "STAGED", error: str | None = None, age: float = 0) -> Json:
    found = {"id": "p", "status": status, "lastAppliedError": error, "createdAt": when(NOW - age), "patch": patch or {}}
    whole = {"id": PRODUCTION, "config": {"services": services or {API_SERVICE: {}}}, "volumeInstances": connection(disks)}
    return {"environmentStagedChanges": found, "environment": whole}


OLD, NEW = disk("data"), disk("2026-11-20 10:00:00", 0)
GOOD = backup("good")
EXCHANGE = {"services": {API_SERVICE: {"volumeMounts": {OLD["volumeId"]: None, NEW["volumeId"]: {"mountPath": "/data"}}}}}
VOLUME = volumes.living([OLD], volume_restore.op.VOLUMES)[0]


def do(check: bool = False, **params: t.Any) -> Json:
    result = of_module(volume_backup.execute, check, **{**OPTIONS, **params})
    return t.cast(Json, result.get("failure") or {**result, "changes": [change["operation"] for change in result["changes"]]})


@pytest.fixture
def room(railway: Railway) -> Railway:
    railway.on("volumeInstances", environment(OLD))
    railway.on("volumeInstanceBackupList", listed(GOOD, kinds=["DAILY"]))
    railway.on(CREATE, {CREATE: {"workflowId": "w"}})
    return railway


# --- what is refused before the first request ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {"service": None, "backup": "x"},
        {"backup": ""},
        {"backup": " x"},
        {"backup": "x" * 101},
        {"backup": "two\nlines"},
        {},
        {"state": "locked"},
        {"state": "locked", "schedule": ["DAILY"]},
        {"backup": "x", "confirm": "production"},
        {**RESTORED, "schedule": ["DAILY"]},
    ],
)
def test_what_cannot_be_meant_is_refused(room: Railway, params: Json) -> None:
    assert (do(**params)["kind"], room.asked) == ("invalid", [])


@pytest.mark.parametrize("params", [{"state": "absent", "backup": "good"}, {**RESTORED, "allow": "change"}])
def test_what_destroys_needs_to_be_allowed(room: Railway, params: Json) -> None:
    assert (do(**params)["code"], room.asked) == ("allow", [])


# --- backups ------------------------------------------------------------------------------------------------------------


def test_a_new_backup_is_the_one_that_was_not_there_before(room: Railway) -> None:
    twin, made = backup("other", 5), backup("new", 0)
    room.on("workflowStatus", *({"workflowStatus": {"status": state, "error": None}} for state in ("NotFound", "Running", "Complete")))
    room.on("volumeInstanceBackupList", listed(GOOD), listed(GOOD), listed(GOOD, twin, made))
    assert do(backup="new")["backup"]["id"] == made["id"]
    assert room.asked == ["projectToken", "volumeInstances", "volumeInstanceBackupList", CREATE, *["workflowStatus"] * 3, *["volumeInstanceBackupList"] * 2]
    assert room.sent(CREATE) == [{"volumeInstanceId": OLD["id"], "name": "new"}]


@pytest.mark.parametrize("answer", [refusal("Not Authorized"), {"workflowStatus": {"status": "NotFound", "error": None}}])
def test_where_a_workflow_tells_nothing_the_list_does(room: Railway, railway_time: Time, answer: t.Any) -> None:
    room.on("workflowStatus", answer)
    room.on("volumeInstanceBackupList", listed(GOOD), listed(GOOD), listed(GOOD, backup("new", 0)))
    assert do(backup="new")["backup"]["name"] == "new"
    assert railway_time.now - NOW < 80


def test_without_a_workflow_id_the_list_tells(room: Railway) -> None:
    room.on(CREATE, {CREATE: {"workflowId": None}})
    room.on("volumeInstanceBackupList", listed(GOOD), listed(GOOD, backup("new", 0)))
    assert do(backup="new")["changed"] and "workflowStatus" not in room.asked


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"status": "Error", "error": "no space"}, "failed"),
        ({"status": "Error", "error": None}, "failed"),
        ({"status": "Sleeping", "error": None}, "unknown"),
        ({"status": 7}, "protocol"),
        (None, "protocol"),
    ],
)
def test_an_end_that_is_not_good(room: Railway, told: t.Any, kind: str) -> None:
    room.on("workflowStatus", {"workflowStatus": told})
    assert do(backup="new")["kind"] == kind


def test_a_lost_answer_is_looked_up_and_never_sent_twice(room: Railway, railway_time: Time) -> None:
    room.on(CREATE, LOST)
    room.on("volumeInstanceBackupList", *[listed(GOOD)] * 4, listed(GOOD, backup("new", 0)))
    assert (do(backup="new")["backup"]["name"], room.asked.count(CREATE)) == ("new", 1)
    room.on("volumeInstanceBackupList", listed(GOOD))
    assert (do(backup="new")["kind"], room.asked.count(CREATE)) == ("unknown", 2)


def test_a_deletion_that_was_served_late_is_none_twice(room: Railway) -> None:
    room.on("volumeInstanceBackupDelete", refusal("Backup not found"))
    room.on("volumeInstanceBackupList", listed(GOOD), listed())
    assert do(backup="good", state="absent", allow="destroy")["how"] == "delete"
    room.on("volumeInstanceBackupList", listed(GOOD))
    assert do(backup="good", state="absent", allow="destroy")["kind"] == "not_found"


def test_schedules_that_are_not_known_are_seen(room: Railway) -> None:
    room.on("volumeInstanceBackupList", listed(kinds=["HOURLY", "MONTHLY", "DAILY"]))
    room.on("volumeInstanceBackupScheduleUpdate", {"volumeInstanceBackupScheduleUpdate": True})
    result = do(schedule=["DAILY", "MONTHLY"])
    assert result["diff"]["before"]["schedule"] == ["DAILY", "MONTHLY", "HOURLY"] and result["changed"]


def test_volumes_are_paged_and_those_that_go_are_left_out(room: Railway) -> None:
    going = [disk("gone", isPendingDeletion=True), disk("dead", deletedAt=when(NOW))]
    room.on("volumeInstances", environment(*going, cursor="c1"), environment(OLD))
    result = of_module(volume_backup_info.execute, volume=None, backup=None, service=None)
    assert [one["name"] for one in result["volumes"]] == ["data"] and room.sent("volumeInstances")[1]["after"] == "c1"
    room.on("volumeInstances", environment(OLD, cursor="c1"))
    assert of_module(volume_backup_info.execute, volume=None, backup=None)["failure"]["kind"] == "protocol"


@pytest.mark.parametrize("broken", [{"volume": None}, {"createdAt": "yesterday"}, {"volumeId": None, "volume": {}}])
def test_a_volume_of_another_shape_is_a_failure(room: Railway, broken: Json) -> None:
    room.on("volumeInstances", environment({**OLD, **broken}))
    assert do(backup="x")["kind"] == "protocol"


@pytest.mark.parametrize(("disks", "kind"), [([], "not_found"), ([disk("a", mounted=None)], "not_found"), ([disk("a"), disk("b")], "invalid")])
def test_the_volume_of_a_service_has_to_be_clear(room: Railway, disks: list[Json], kind: str) -> None:
    room.on("volumeInstances", environment(*disks))
    assert (do(backup="x")["kind"], room.changes) == (kind, [])


def test_two_volumes_of_one_name_need_the_id(room: Railway) -> None:
    other = disk("data", id=identity("twin"), volumeId=identity("twin-volume"), mounted=None)
    room.on("volumeInstances", environment(OLD, other))
    assert do(service=None, volume="data", backup="x")["kind"] == "invalid"
    assert do(check=True, service=None, volume=identity("twin"), backup="good")["volume"]["id"] == identity("twin-volume")


# --- restore ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "patch",
    [
        EXCHANGE,
        {**EXCHANGE, "volumes": {NEW["volumeId"]: {"isCreated": True}}},
        {"services": {API_SERVICE: {"volumeMounts": {NEW["volumeId"]: {"mountPath": "/data"}}}}},
    ],
)
def test_an_exchange_of_volumes_is_recognised(patch: Json) -> None:
    assert volume_restore.exchange(patch, API_SERVICE, VOLUME) == NEW["volumeId"]


def mounts(**changes: t.Any) -> Json:
    return {"services": {API_SERVICE: {"volumeMounts": changes}}}


@pytest.mark.parametrize(
    "patch",
    [
        {},
        {"services": {}},
        {"services": {"another": EXCHANGE["services"][API_SERVICE]}},
        {"services": {**EXCHANGE["services"], "another": {}}},
        {"services": {API_SERVICE: {**EXCHANGE["services"][API_SERVICE], "variables": {"A": None}}}},
        {"services": {API_SERVICE: None}},
        {**EXCHANGE, "sharedVariables": {"A": {"value": "1"}}},
        {**EXCHANGE, "volumes": {"another": {}}},
        mounts(new={"mountPath": "/elsewhere"}),
        mounts(new={"mountPath": "/data"}, other={"mountPath": "/data"}),
        mounts(new={"mountPath": "/data"}, other=None),
        mounts(**{VOLUME["id"]: {"mountPath": "/data"}, "new": {"mountPath": "/data"}}),
        mounts(new=None),
    ],
)
def test_anything_else_is_not(patch: Json) -> None:
    assert volume_restore.exchange(patch, API_SERVICE, VOLUME) is None


@pytest.fixture
def whole(room: Railway) -> Railway:
    """A restore that goes well."""
    safety = backup(f"before-restore-{GOOD['id'][:8]}-1", 0)
    up = node("up", "v1.4.2", 0, "SUCCESS")
    room.on("stagedVolumes", staged(OLD), staged(OLD, NEW, patch=EXCHANGE), staged({**OLD, "serviceId": None}, NEW, status="COMMITTED"))
    room.on("volumeInstanceBackupList", listed(GOOD), listed(GOOD, safety))
    room.on("workflowStatus", {"workflowStatus": {"status": "Complete", "error": None}})
    room.on("volumeInstanceBackupRestore", {"volumeInstanceBackupRestore": {"workflowId": "r"}})
    room.on(COMMIT, {COMMIT: "anything"})
    room.on("serviceInstance", service([BAD]), service([up], BAD))
    return room


def test_a_restore_in_its_steps(whole: Railway) -> None:
    result = do(**RESTORED)
    assert result["changes"] == [CREATE, "volumeInstanceBackupRestore", COMMIT]
    assert (result["volume"]["id"], result["backup"]["id"], result["safety_backup"]["name"][:15]) == (NEW["volumeId"], GOOD["id"], "before-restore-")
    assert whole.sent(COMMIT)[0]["commitMessage"] == "Restore data from backup good"


def test_what_is_staged_during_the_copy_is_not_applied(whole: Railway) -> None:
    more = {"services": {API_SERVICE: {**EXCHANGE["services"][API_SERVICE], "deploy": {"healthcheckTimeout": 60}}}}
    whole.on("stagedVolumes", staged(OLD), staged(OLD, NEW, patch=more))
    assert (do(**RESTORED)["code"], COMMIT in whole.asked) == ("staged", False)


def test_a_stale_safety_backup_is_none(whole: Railway) -> None:
    prefix = f"before-restore-{GOOD['id'][:8]}"
    stale, fresh = backup(f"{prefix}-1", 7200), backup(f"{prefix}-2", 0)
    whole.on("volumeInstanceBackupList", listed(GOOD, stale), listed(GOOD, stale, fresh))
    assert do(**RESTORED)["safety_backup"]["name"] == fresh["name"]
    whole.on("stagedVolumes", staged(OLD), staged(OLD, NEW, patch=EXCHANGE), staged({**OLD, "serviceId": None}, NEW))
    whole.on("serviceInstance", service([BAD]), service([node("up2", "v1", 0, "SUCCESS")], BAD))
    whole.on("volumeInstanceBackupList", listed(GOOD, backup(f"{prefix}-1", 60)))
    assert do(**RESTORED)["changes"] == ["volumeInstanceBackupRestore", COMMIT]


@pytest.mark.parametrize(
    "services",
    [
        {API_SERVICE: {"clusterRole": "root"}},
        {API_SERVICE: {"clusterRole": "replica"}},
        {API_SERVICE: {}, "other": {"parentServiceId": API_SERVICE, "clusterRole": "replica"}},
        {API_SERVICE: {}, "other": {"parentServiceId": API_SERVICE, "clusterRole": "internal"}},
        {API_SERVICE: {"source": {"image": "ghcr.io/example/postgres-ha/postgres-patroni:17"}}},
    ],
)
def test_a_member_of_a_cluster_is_refused(whole: Railway, services: Json) -> None:
    whole.on("stagedVolumes", staged(OLD, services=services))
    assert (do(**RESTORED)["code"], CREATE in whole.asked) == ("cluster", False)


def test_a_pooler_makes_no_cluster(whole: Railway) -> None:
    pooler = {API_SERVICE: {}, "pool": {"parentServiceId": API_SERVICE, "clusterRole": "edge"}, "odd": None}
    whole.on("stagedVolumes", staged(OLD, services=pooler))
    assert do(check=True, **RESTORED)["changes"] == [CREATE, "volumeInstanceBackupRestore", COMMIT]


def test_what_was_taken_back_is_not_staged(whole: Railway) -> None:
    whole.on("stagedVolumes", staged(OLD, patch={"services": {}, "sharedVariables": {}}))
    assert do(check=True, **RESTORED)["changed"]


@pytest.mark.parametrize("state", ["RESTORING"])
def test_a_copy_that_somebody_makes_is_waited_for_by_nobody(whole: Railway, state: str) -> None:
    whole.on("stagedVolumes", staged(OLD, disk("copy", 0, None, state=state)))
    assert (do(**RESTORED)["code"], CREATE in whole.asked) == ("busy", False)


def test_a_patch_that_is_not_applied_is_told(whole: Railway) -> None:
    after = staged(OLD, patch=EXCHANGE, error="the volume is busy")
    whole.on("stagedVolumes", staged(OLD, error="an old one"), staged(OLD, NEW, patch=EXCHANGE, error="an old one"), after)
    failure = do(**RESTORED)
    assert failure["code"] == "not_applied" and "the volume is busy" in failure["message"]


@pytest.mark.parametrize("broken", [{"environmentStagedChanges": None}, {"environment": {"volumeInstances": connection([OLD]), "config": None}}])
def test_a_reading_of_another_shape_is_a_failure(whole: Railway, broken: Json) -> None:
    whole.on("stagedVolumes", {**staged(OLD), **broken})
    assert (do(**RESTORED)["kind"], CREATE in whole.asked) == ("protocol", False)


def test_a_volume_of_another_service_is_refused(whole: Railway) -> None:
    whole.on("stagedVolumes", staged({**OLD, "serviceId": identity("web")}, NEW))
    assert do(**RESTORED)["code"] == "not_mounted"
    # An older volume that is mounted cannot be what a restore has made.
    whole.on("stagedVolumes", staged({**OLD, "serviceId": None}, disk("older", 300 * DAY)))
    assert do(**RESTORED)["code"] == "not_mounted"


def test_a_scope_without_a_service_names_the_environment() -> None:
    assert str(Scope(PROJECT, PRODUCTION, "", "example-shop", "production", "")) == "example-shop/production (Railway)"
    assert str(SCOPE) == "api (Railway, example-shop/production)"


def test_names_that_do_not_fit_are_near(room: Railway) -> None:
    found = volumes.missing_backup([volumes._backup(GOOD)], "goood", VOLUME)
    assert isinstance(found, Failure) and "good" in found.hint

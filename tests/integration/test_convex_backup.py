# SPDX-License-Identifier: GPL-3.0-or-later
"""A Convex deployment as parts of a set of backups, and back: rows, stored files, variables; what was scheduled is kept to be read."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pathlib
import shutil
import types
import typing as t
import zipfile

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import kept_variables
from ansible_collections.saasops.runbooks.plugins.modules import convex_deployment, convex_env, convex_env_info, convex_export, convex_function, convex_import
from tests.integration.backup_parts import PASSWORD, Place, Stored, same
from tests.integration.convex_shop import FAULTS, changes, named, run, state
from tests.integration.tasks import Json, asked, sent
from tests.integration.test_convex_exports import request_by_hand

ARCHIVE, SCHEDULED, VARIABLES = "functions/convex.zip", "functions/scheduled.json", "functions/variables.json"
COUNTS = {"_storage": 3, "bookings": 24, "memberships": 12, "orders": 18, "users": 12}


@pytest.fixture
def place(sandbox: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return place_of(sandbox, tmp_path, monkeypatch)


def place_of(sandbox: t.Any, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, **facts: t.Any) -> Place:
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    for name in ("RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    convex = sandbox.run["convex"]
    known = {"name": "functions", "component_vendor": "convex", "convex_url": convex["url"], "convex_deployment": convex["deployment"]}
    return Place({**known, "saasops_environment": "production", **facts}, {"deploy_key": convex["deploy_key"]})


def lose(sandbox: t.Any) -> None:
    """A user goes, and a booking is another one."""
    first = run(sandbox, convex_function, path="users:list", type="query")["function"]["value"][0]["_id"]
    assert run(sandbox, convex_function, path="users:remove", type="mutation", args={"id": first})["changed"]
    booking = next(row for row in run(sandbox, convex_function, path="bookings:upcoming", type="query")["function"]["value"] if row["status"] == "pending")
    assert run(sandbox, convex_function, path="bookings:confirm", type="mutation", args={"id": booking["_id"]})["changed"]


def elsewhere(stored: Stored) -> Stored:
    """The same part, as if it were of another deployment."""
    return Stored({**stored.row, "tools": {**stored.row["tools"], "deployment": "brisk-heron-456"}}, stored.content, stored.result)


def empty(sandbox: t.Any, folder: pathlib.Path) -> None:
    path = folder / "nothing.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in COUNTS:
            archive.writestr(f"{name}/documents.jsonl", b"")
    assert run(sandbox, convex_import, src=str(path), mode="replace", confirm=sandbox.run["convex"]["deployment"], allow="destroy")["changed"]


# -- what is kept
def test_parts_are_the_export_and_what_an_export_leaves_out(place: Place, sandbox: t.Any) -> None:
    assert place.parts() == [(ARCHIVE, "convex"), (SCHEDULED, "convex_scheduled"), (VARIABLES, "variables")]
    place.component["component_backup"] = {"variables": False}
    assert len(place.parts()) == 2
    place.component["component_backup"] = False
    assert place.parts() == []
    assert sandbox.journal(vendor="convex") == []


def test_what_is_misspelt_is_refused_before_anything_is_asked(place: Place, sandbox: t.Any) -> None:
    place.component["component_backup"] = {"file": False}
    assert "Did you mean files?" in place.store(ARCHIVE).result["msg"]
    assert sandbox.journal(vendor="convex") == []


def test_the_export_is_stored_as_it_came_and_told(place: Place, sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    stored = place.store(ARCHIVE)
    row = stored.row
    assert (row["counts"], row["tools"]["deployment"], sent(stored.result)) == (COUNTS, "happy-otter-123", ["request_export"])
    assert set(row["hashes"]) == set(COUNTS) and len({*row["hashes"].values()}) == len(COUNTS)
    assert (len(row["schema"]), row["kind"], row["watermark"]) == (64, "convex", None)
    with zipfile.ZipFile(io.BytesIO(stored.content)) as archive:
        assert archive.testzip() is None
    # Of the very export that was asked for, and nothing of it stays on the disk.
    seen = run(sandbox, convex_export, dest=str(tmp_path / "again.zip"), include_storage=True, max_age="1h")["export"]
    assert (seen["adopted"], seen["started_at"]) == (True, row["moment"])
    assert list((tmp_path / "saasops" / "work").iterdir()) == []
    assert state(sandbox)["effects"]["exports"] == 1


def test_the_archive_and_the_deployment_are_told_in_the_same_terms(place: Place) -> None:
    stored = place.store(ARCHIVE)
    told = place.look(stored)
    assert same(stored.row, told), (stored.row, told)


@pytest.mark.parametrize("change", ["rows", "order"])
def test_fingerprints_tell_other_rows_and_not_another_order(place: Place, sandbox: t.Any, change: str) -> None:
    stored = place.store(ARCHIVE)
    if change == "rows":
        lose(sandbox)
        told = place.look(stored)
        assert (told["counts"]["users"], told["counts"]["bookings"]) == (11, 24)
        assert {name for name in COUNTS if told["hashes"][name] != stored.row["hashes"][name]} == {"users", "bookings"}
    else:
        shuffled = _shuffled(stored.content)
        assert shuffled != stored.content
        assert place.put(Stored({**stored.row, **_content(shuffled)}, shuffled, {})).get("failed") is None
        assert same(stored.row, place.look(stored))


def _content(content: bytes) -> Json:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _shuffled(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w") as other:
        for entry in archive.infolist():
            lines = archive.read(entry).splitlines(keepends=True)
            other.writestr(entry.filename, b"".join(reversed(lines)) if entry.filename.endswith("documents.jsonl") else archive.read(entry))
    return made.getvalue()


def test_without_files_when_that_is_asked_for(place: Place) -> None:
    place.component["component_backup"] = {"files": False}
    row = place.store(ARCHIVE).row
    assert "_storage" not in row["counts"]
    assert "stored files are left out (component_backup: files: false)" in row["notes"]


def test_what_is_scheduled_is_kept_to_be_read(place: Place, sandbox: t.Any) -> None:
    lose(sandbox)
    stored = place.store(SCHEDULED)
    content = json.loads(stored.content)
    assert stored.row["counts"] == {"scheduled": len(content["scheduled"]), "crons": len(content["crons"])} == {"scheduled": 1, "crons": 2}
    assert content["scheduled"][0]["udfPath"] == "notifications.js:send"


def test_values_of_variables_are_in_the_part_alone(place: Place, sandbox: t.Any) -> None:
    secret = "convex-env-test-7Tq4Wz9Xn3Lm6"
    run(sandbox, convex_env, variables={"PAYMENTS_KEY": secret})
    stored = place.store(VARIABLES)
    kept = {one.name: one.value for one in kept_variables.kept(stored.source, VARIABLES)}
    assert kept["PAYMENTS_KEY"] == secret
    assert set(stored.row["names"]) == set(kept)
    assert secret not in json.dumps([stored.row, stored.result]) and PASSWORD not in json.dumps([stored.row, stored.result])


# -- faults
@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_to_the_request_one_export_is_made(place: Place, sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "convex", "operation": "export/request", "changes": True, **fault})
    stored = place.store(ARCHIVE, request_timeout=1.0)
    assert stored.row["counts"] == COUNTS, stored.result
    assert state(sandbox)["effects"]["exports"] == 1


@pytest.mark.parametrize("kind", ["garbage", "big"])
def test_an_export_that_is_none_is_no_part(place: Place, sandbox: t.Any, tmp_path: pathlib.Path, kind: str) -> None:
    sandbox.fault(kind, vendor="convex", operation="GET /api/export/zip", times=0)
    stored = place.store(ARCHIVE)
    assert (stored.result["failure"]["kind"], stored.content) == ("protocol", b"")
    assert list((tmp_path / "saasops" / "work").iterdir()) == []


@pytest.mark.parametrize("result", ["completed", "failed"])
def test_an_export_of_somebody_else_that_lacks_the_files_is_waited_for(place: Place, sandbox: t.Any, result: str) -> None:
    request_by_hand(sandbox)
    plan = place.store(ARCHIVE, check=True)
    sandbox.patch("functions", export_result=result)
    stored = place.store(ARCHIVE)
    assert sent(plan.result) == sent(stored.result) == ["request_export"]
    if result == "completed":
        assert (stored.row["counts"], state(sandbox)["effects"]["exports"]) == (COUNTS, 2)
    else:
        assert stored.result["failure"]["kind"] == "failed"


def test_one_that_comes_between_fails_the_part_alone(place: Place, sandbox: t.Any) -> None:
    sandbox.fault("body", vendor="convex", operation="exports:getLatest", body={"status": "success", "value": None, "logLines": []})
    request_by_hand(sandbox)
    failure = place.store(ARCHIVE).result["failure"]
    assert (failure["kind"], failure["code"]) == ("conflict", "busy")


def test_a_plan_asks_for_no_export(place: Place, sandbox: t.Any) -> None:
    plan = place.store(ARCHIVE, check=True)
    assert (sent(plan.result), plan.content, changes(sandbox)) == (["request_export"], b"", [])
    assert plan.result["changes"] == place.store(ARCHIVE).result["changes"]


# -- the way back, in place
def test_back_in_place_and_identical(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    lose(sandbox)
    done = place.put(stored)
    assert sent(done) == ["replace_by_import"]
    assert same(stored.row, place.look(stored))
    # Asked twice, it is there once.
    assert place.put(stored).get("failed") is None
    assert same(stored.row, place.look(stored))


def test_one_table_alone_comes_back(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    lose(sandbox)
    assert place.put(stored, only=["users"]).get("failed") is None
    told = place.look(stored)
    assert {name for name in COUNTS if told["hashes"][name] != stored.row["hashes"][name]} == {"bookings"}
    assert place.look(stored, only=["users"])["hashes"] == {"users": stored.row["hashes"]["users"]}


def test_tables_that_came_since_are_told(place: Place, sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    stored = place.store(ARCHIVE)
    (tmp_path / "rooms.jsonl").write_text('{"name": "room-1"}\n', encoding="utf-8")
    assert run(sandbox, convex_import, src=str(tmp_path / "rooms.jsonl"), table="rooms")["changed"]
    assert place.look(stored)["counts"] == {**COUNTS, "rooms": 1}


def test_what_is_not_what_was_stored_is_never_brought(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    sandbox.clear_journal()
    for content in (stored.content[:-1], stored.content + b"x", bytes([stored.content[0] ^ 1]) + stored.content[1:]):
        assert place.put(stored, source=io.BytesIO(content))["failure"]["code"] == "damaged"
    assert sandbox.journal(changes=True) == []


def test_it_needs_to_be_allowed(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    lose(sandbox)
    assert place.put(stored, allow="change")["failure"]["code"] == "allow"
    assert place.look(stored)["counts"]["users"] == 11


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_whatever_happens_to_the_import_it_is_there_in_the_end(place: Place, sandbox: t.Any, fault: Json) -> None:
    stored = place.store(ARCHIVE)
    lose(sandbox)
    sandbox.fault(**{"vendor": "convex", "operation": "perform_import", "changes": True, **fault})
    first = place.put(stored, request_timeout=1.0)
    assert first.get("failed") is None or place.put(stored).get("failed") is None
    assert same(stored.row, place.look(stored))


def test_one_that_a_killed_run_left_behind_is_waited_for(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    lose(sandbox)
    assert place.put(stored, deadline=8.0)["failure"]["kind"] == "timeout"
    done = place.put(stored)
    assert done.get("failed") is None and asked(done).index("start_upload") > 1
    assert same(stored.row, place.look(stored))


def test_a_paused_app_comes_back(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    lose(sandbox)
    run(sandbox, convex_deployment, state="paused")
    assert place.put(stored).get("failed") is None
    assert same(stored.row, place.look(stored))


# -- beside
def test_another_deployment_takes_it_is_marked_and_emptied_again(place: Place, sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    stored = elsewhere(place.store(ARCHIVE))
    # It serves somebody: nothing is put over that.
    assert place.look(stored, "beside")["failure"]["kind"] == "not_found"
    assert place.admit(stored, "beside")["failure"]["code"] == place.put(stored, "beside")["failure"]["code"] == "not_ours"
    assert place.drop(stored)["failure"]["code"] == "not_ours"
    empty(sandbox, tmp_path)
    for _time in range(2):
        assert place.admit(stored, "beside").get("failed") is None
        assert place.put(stored, "beside").get("failed") is None
        assert same(stored.row, place.look(stored, "beside"))
    for _time in range(2):
        assert place.drop(stored).get("failed") is None
        assert place.look(stored, "beside")["failure"]["kind"] == "not_found"
    assert run(sandbox, convex_function, path="users:list", type="query")["function"]["value"] == []


def test_one_that_would_not_fit_on_the_disk_is_refused_before_it_is_fetched(place: Place, sandbox: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = place.store(ARCHIVE)
    sandbox.clear_journal()
    free = len(stored.content)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: types.SimpleNamespace(free=free))
    assert place.admit(stored).get("failed") is None
    # Of named tables a second file is made.
    assert place.admit(stored, only=["users"])["failure"]["code"] == "room"
    assert sandbox.journal(changes=True) == []


def test_there_is_no_second_place_in_one_deployment(place: Place, sandbox: t.Any) -> None:
    stored = place.store(ARCHIVE)
    for mode in ("beside", "disposable"):
        assert place.put(stored, mode)["failure"]["code"] == "no_place"
        assert place.look(stored, mode)["failure"]["code"] == "no_place"
    assert place.drop(stored, "in_place")["failure"]["code"] == "in_place"


# -- variables
def test_variables_come_back_and_no_other_is_touched(place: Place, sandbox: t.Any) -> None:
    run(sandbox, convex_env, variables={"LIMIT": "10", "GREETING": "hello", "KEPT": "same"})
    stored = place.store(VARIABLES)
    run(sandbox, convex_env, variables={"LIMIT": "99", "SINCE": "new"}, absent=["GREETING"])
    told = place.look(stored)
    assert {name for name in stored.row["names"] if told["names"].get(name) != stored.row["names"][name]} == {"LIMIT", "GREETING"}
    done = place.put(stored)
    assert sent(done) == ["update_environment_variables"]
    assert "LIMIT" in done["changes"][0]["target"] and "KEPT" not in done["changes"][0]["target"]
    assert same(stored.row, place.look(stored))
    now = run(sandbox, convex_env_info, values=True, no_log=True)["env"]["variables"]
    assert (now["LIMIT"], now["GREETING"], now["SINCE"]) == ("10", "hello", "new")
    assert sent(place.put(stored)) == []


def test_one_variable_alone(place: Place, sandbox: t.Any) -> None:
    run(sandbox, convex_env, variables={"LIMIT": "10", "GREETING": "hello"})
    stored = place.store(VARIABLES)
    run(sandbox, convex_env, variables={"LIMIT": "99", "GREETING": "bye"})
    assert place.put(stored, only=["LIMIT"]).get("failed") is None
    now = run(sandbox, convex_env_info, values=True, no_log=True)["env"]["variables"]
    assert (now["LIMIT"], now["GREETING"]) == ("10", "bye")


def test_without_the_key_of_the_fingerprints(place: Place, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = place.store(VARIABLES)
    assert place.look(stored, password="another-repository-5Xq")["failure"]["code"] == "other_key"
    assert place.store(VARIABLES, password=None).result["failure"]["code"] == "no_key"
    # Wherever restic itself takes it from.
    (tmp_path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    for name, value in (("RESTIC_PASSWORD", PASSWORD), ("RESTIC_PASSWORD_FILE", str(tmp_path / "password")), ("RESTIC_PASSWORD_COMMAND", f"echo {PASSWORD}")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert same(stored.row, place.look(stored, password=None))
    monkeypatch.setenv("RESTIC_PASSWORD_COMMAND", f"{os.devnull}")
    assert place.store(VARIABLES, password=None).result.get("failed")


def test_the_module_of_exports_does_as_before(sandbox: t.Any, tmp_path: pathlib.Path) -> None:
    told = run(sandbox, convex_export, dest=str(tmp_path / "shop.zip"), include_storage=True)["export"]
    assert (told["tables"], told["files"]) == ({name: count for name, count in COUNTS.items() if name != "_storage"}, 3)

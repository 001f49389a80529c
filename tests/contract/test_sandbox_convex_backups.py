# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Convex: exports and imports, in virtual time, against the written-down states of both."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import typing as t
import zipfile

import jsonschema
import pytest

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas
from ansible_collections.saasops.runbooks.tests.contract.convex_calls import Convex, Json
from ansible_collections.saasops.runbooks.tests.sandbox.convex.shop import USUAL
from ansible_collections.saasops.runbooks.tests.sandbox.launch import ClockMember, Sandbox

LATEST = "_system/cli/exports:getLatest"
REQUEST = "/api/export/request/zip"
ROW = b'{"name": "A", "email": "a@example.com", "active": true}\n'


def valid(schema: str, value: t.Any) -> t.Any:
    """The value, held to the written-down form of that document."""
    schemas = vendor_schemas.convex().admin._components
    jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": schemas}).validate(value)
    return value


def latest(convex: Convex) -> Json | None:
    return t.cast("Json | None", valid("ExportState", convex.value(LATEST)))


def exported(convex: Convex, clock: ClockMember, storage: bool = True) -> tuple[Json, bytes]:
    convex.post(REQUEST, includeStorage=str(storage).lower())
    clock.sleep(30)
    found = latest(convex)
    assert found is not None
    answer = convex.send("GET", f"/api/export/zip/{found['_id']}")
    assert answer.status_code == 200
    return found, answer.content


class Upload:
    """One import from the upload on; ``state`` is asked for anew each time."""

    def __init__(self, convex: Convex, clock: ClockMember, *parts: bytes, **wish: t.Any) -> None:
        self._convex, self._clock = convex, clock
        token = convex.post("/api/import/start_upload")["uploadToken"]
        tokens = [
            convex.send("POST", "/api/import/upload_part", None, part, uploadToken=token, partNumber=number).json() for number, part in enumerate(parts, 1)
        ]
        self.id = convex.post("/api/import/finish_upload", {"import": wish, "uploadToken": token, "partTokens": tokens})["importId"]

    def document(self) -> Json:
        return t.cast(Json, valid("ImportDocument", self._convex.value("_system/cli/queryImport", {"importId": self.id})))

    @property
    def state(self) -> Json:
        return t.cast(Json, self.document()["state"])

    def checked(self) -> Json:
        self._clock.sleep(3)
        return self.state

    def performed(self) -> Json:
        self.checked()
        self._convex.post("/api/perform_import", {"importId": self.id})
        self._clock.sleep(20)
        return self.state


def sizes(control: Sandbox) -> dict[str, int]:
    return t.cast("dict[str, int]", control.state("functions")["tables"])


# -- export


def test_an_export_goes_through_its_states_in_its_own_time(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    assert convex.value(LATEST) is None
    assert convex.ask("POST", REQUEST, includeStorage="true") == (200, None)
    first = latest(convex)
    assert first is not None and first["state"] == "requested"
    clock.sleep(2)
    running = latest(convex)
    assert running is not None and (running["state"], running["progress_message"]) == ("in_progress", "Backing up tables")
    assert convex.refused("GET", f"/api/export/zip/{running['_id']}") == (400, "ExportNotComplete")
    assert convex.refused("POST", REQUEST) == (400, "ExportInProgress")
    clock.sleep(20)
    done = latest(convex)
    assert done is not None and done["state"] == "completed"
    week = int(done["expiration_ts"]) - int(done["complete_ts"])
    assert week == 7 * 86400 * 10**9 and int(done["complete_ts"]) - int(done["start_ts"]) == 19 * 10**9
    assert control.state("functions")["audit"] == ["request_export"]
    assert convex.ask("POST", REQUEST) == (200, None)


def test_the_zip_is_laid_out_as_the_vendor_s(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    found, content = exported(convex, clock)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    names = set(archive.namelist())
    assert {f"{table}/{file}" for table in USUAL for file in ("documents.jsonl", "generated_schema.jsonl")} <= names
    assert {"README.md", "_tables/documents.jsonl", "_storage/documents.jsonl"} <= names
    tables = {row["name"]: row["id"] for row in map(json.loads, archive.read("_tables/documents.jsonl").splitlines())}
    assert set(tables) == set(USUAL)
    for table, count in USUAL.items():
        rows = [json.loads(line) for line in archive.read(f"{table}/documents.jsonl").splitlines()]
        assert len({row["_id"] for row in rows}) == count
    assert isinstance(rows[0]["total"], str) and '"total": int64' in json.loads(archive.read("orders/generated_schema.jsonl"))
    for row in map(json.loads, archive.read("_storage/documents.jsonl").splitlines()):
        data = archive.read(f"_storage/{row['_id']}.txt")
        assert (len(data), base64.b64encode(hashlib.sha256(data).digest()).decode()) == (row["size"], row["sha256"])
    by_time = convex.send("GET", f"/api/export/zip/{found['start_ts']}")
    assert by_time.content == content and int(by_time.headers["Content-Length"]) == len(content)
    assert by_time.headers["Content-Disposition"] == f"attachment; filename=snapshot_happy-otter-123_{found['start_ts']}.zip"


def test_files_are_left_out_unless_asked_for(convex: Convex, clock: ClockMember) -> None:
    _found, content = exported(convex, clock, storage=False)
    assert not [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.startswith("_storage")]


def test_an_export_is_of_one_moment(convex: Convex, clock: ClockMember) -> None:
    convex.post(REQUEST)
    clock.sleep(5)
    user = convex.value("users:list", {"limit": 1})[0]["_id"]
    convex.value("users:remove", {"id": user}, "mutation")
    clock.sleep(20)
    found = latest(convex)
    assert found is not None
    archive = zipfile.ZipFile(io.BytesIO(convex.send("GET", f"/api/export/zip/{found['_id']}").content))
    assert user in archive.read("users/documents.jsonl").decode()


def test_a_reader_may_be_shown_the_export_before(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    control.scenario("bad-release", convex_export_lag=3)
    first, _content = exported(convex, clock)
    convex.post(REQUEST)
    shown = latest(convex)
    assert shown is not None and (shown["_id"], shown["state"]) == (first["_id"], "completed")
    clock.sleep(4)
    shown = latest(convex)
    assert shown is not None and (shown["_id"] != first["_id"], shown["state"]) == (True, "in_progress")


def test_exports_fail_are_canceled_and_expire(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    control.patch("functions", export_result="failed")
    convex.post(REQUEST)
    clock.sleep(30)
    failed = latest(convex)
    assert failed is not None and failed["state"] == "failed"
    control.patch("functions", export_result="completed")
    convex.post(REQUEST)
    canceled = latest(convex)
    assert canceled is not None
    convex.post(f"/api/export/cancel/{canceled['_id']}")
    assert convex.value(LATEST)["state"] == "canceled"
    clock.sleep(30)
    found, _content = exported(convex, clock)
    convex.post(f"/api/export/set_expiration/{found['_id']}", {"expirationTsNs": int(found["complete_ts"]) + 3600 * 10**9})
    clock.sleep(3700)
    assert convex.refused("GET", f"/api/export/zip/{found['_id']}") == (404, "ExportNotFound")
    assert convex.refused("GET", "/api/export/zip/17") == (404, "ExportNotFound")


def test_an_exports_state_that_nobody_knows(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    convex.post(REQUEST)
    control.fault("unknown_status", operation="getLatest")
    answer = convex.call("query", LATEST)
    assert (answer["status"], answer["value"]["state"]) == ("success", "hibernating")


# -- import


def test_an_upload_is_a_plan_until_it_is_confirmed(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    upload = Upload(convex, clock, ROW * 2, tableName="users", format="jsonLines", mode="replace")
    assert upload.state == {"state": "uploaded"}
    assert convex.refused("POST", "/api/perform_import", {"importId": upload.id})[0] == 400
    waiting = upload.checked()
    assert waiting["require_manual_confirmation"] is True
    assert waiting["message_to_confirm"].splitlines()[:4] == [
        "Import change summary:",
        "table | create | delete   |",
        "---------------------------",
        "users | 2      | 12 of 12 |",
    ]
    document = upload.document()
    (plan,) = document["checkpoints"]
    assert (plan["display_table_name"], plan["existing_rows_in_table"], plan["existing_rows_to_delete"]) == ("users", "12", "12")
    assert (plan["total_num_rows_to_write"], plan["num_rows_written"], plan["is_missing_id_field"]) == ("2", "0", True)
    assert (document["mode"], document["format"]) == ("Replace", {"format": "jsonl", "table": "users"})
    assert sizes(control) == USUAL


def test_a_canceled_upload_changes_nothing(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    upload = Upload(convex, clock, ROW, tableName="users", format="jsonLines", mode="replace")
    upload.checked()
    convex.post("/api/cancel_import", {"importId": upload.id})
    assert upload.state["state"] == "failed"
    assert convex.refused("POST", "/api/perform_import", {"importId": upload.id})[0] == 400
    assert sizes(control) == USUAL and "snapshot_import" not in control.state("functions")["audit"]


def test_all_is_replaced_at_once_and_on_the_server(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    upload = Upload(convex, clock, ROW, tableName="users", format="jsonLines", mode="replace")
    upload.checked()
    convex.post("/api/perform_import", {"importId": upload.id})
    clock.sleep(8)
    assert (upload.state["state"], upload.state["checkpoint_messages"], sizes(control)["users"]) == ("in_progress", ['Imported "users"'], 12)
    assert convex.value("_system/cli/queryImport:list")[0]["state"]["state"] == "in_progress"
    clock.sleep(10)
    assert (upload.state["state"], upload.state["num_rows_written"], sizes(control)["users"]) == ("completed", "1", 1)
    assert control.state("functions")["effects"]["imports"] == 1


def test_what_was_exported_comes_back_as_it_was(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    _found, content = exported(convex, clock)
    revenue = convex.value("orders:revenue")
    for user in convex.value("users:list", {"limit": 5}):
        convex.value("users:remove", {"id": user["_id"]}, "mutation")
    upload = Upload(convex, clock, content, format="zip", mode="replace")
    done = upload.performed()
    assert (done["state"], int(done["num_rows_written"])) == ("completed", sum(USUAL.values()) + 3)
    assert sizes(control) == USUAL and convex.value("orders:revenue") == revenue and convex.value("integrity:orphans") == []
    assert exported(convex, clock)[1] != b""
    second = zipfile.ZipFile(io.BytesIO(exported(convex, clock)[1]))
    first = zipfile.ZipFile(io.BytesIO(content))
    assert {name: first.read(name) for name in first.namelist()} == {name: second.read(name) for name in second.namelist()}


def test_replace_leaves_other_tables_alone_and_replace_all_does_not(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("users/documents.jsonl", ROW)
    assert Upload(convex, clock, buffer.getvalue(), format="zip", mode="replace").performed()["state"] == "completed"
    assert sizes(control) == {**USUAL, "users": 1}
    upload = Upload(convex, clock, buffer.getvalue(), format="zip", mode="replaceAll")
    upload.checked()
    plan = {entry["display_table_name"]: entry["existing_rows_to_delete"] for entry in upload.document()["checkpoints"]}
    assert plan == {"users": "1", "memberships": "12", "bookings": "24", "orders": "18"}
    assert upload.performed()["state"] == "completed"
    assert sizes(control) == {"users": 1, "memberships": 0, "bookings": 0, "orders": 0}


def test_append_writes_as_it_goes(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    upload = Upload(convex, clock, ROW * 4, tableName="users", format="jsonLines", mode="append")
    assert upload.checked()["require_manual_confirmation"] is False
    convex.post("/api/perform_import", {"importId": upload.id})
    clock.sleep(8)
    assert sizes(control)["users"] == 14
    clock.sleep(10)
    assert sizes(control)["users"] == 16 and upload.state["num_rows_written"] == "4"


@pytest.mark.parametrize(
    ("content", "wish", "complaint"),
    [
        (ROW, {"tableName": "users", "format": "jsonLines"}, "Table users already exists"),
        (b"{", {"tableName": "new", "format": "jsonLines"}, "Row 0 wasn't valid JSON"),
        (b"[1]", {"tableName": "new", "format": "jsonArray"}, "Row 0 wasn't an object"),
        (b"a,b\n1\n", {"tableName": "new", "format": "csv"}, "CSV row 1 doesn't have all of the fields"),
        (b"\xef\xbb\xbfa\n1\n", {"tableName": "new", "format": "csv"}, "UTF-8 BOM is not supported"),
        (b"PK no", {"format": "zip"}, "Not a valid ZIP file"),
        (b'{"_id":"j1"}\n{"_id":"j1"}\n', {"tableName": "new", "format": "jsonLines"}, "duplicate _id"),
    ],
)
def test_what_cannot_be_imported_fails_before_it_is_confirmed(convex: Convex, clock: ClockMember, content: bytes, wish: Json, complaint: str) -> None:
    state = Upload(convex, clock, content, **wish).checked()
    assert state["state"] == "failed" and complaint in state["error_message"]


@pytest.mark.parametrize(("content", "form"), [(b"a,b\n1,x\n2,y\n", "csv"), (b'[{"a":1},{"a":2}]', "jsonArray"), (b'{"a":1}\n{"a":2}\n', "jsonLines")])
def test_other_formats_make_one_table(convex: Convex, clock: ClockMember, content: bytes, form: str) -> None:
    assert Upload(convex, clock, content, tableName="extra", format=form).performed()["state"] == "completed"
    rows = convex.value("_system/cli/tableData", {"table": "extra", "order": "asc", "paginationOpts": {"numItems": 9, "cursor": None}})["page"]
    assert sorted(row["a"] for row in rows) == [1.0, 2.0]


def test_an_import_that_fails_while_it_runs_leaves_all_as_it_was(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    control.patch("functions", import_error="Document does not match the schema")
    state = Upload(convex, clock, ROW, tableName="users", format="jsonLines", mode="replace").performed()
    assert state["state"] == "failed" and "does not match the schema" in state["error_message"]
    assert sizes(control) == USUAL


def test_uploads_are_made_of_large_parts(convex: Convex, clock: ClockMember) -> None:
    large = ROW * (5 * 1024 * 1024 // len(ROW) + 1)
    upload = Upload(convex, clock, large, ROW, tableName="more", format="jsonLines")
    assert upload.checked()["state"] == "waiting_for_confirmation"
    token = convex.post("/api/import/start_upload")["uploadToken"]
    for number in (1, 2):
        convex.send("POST", "/api/import/upload_part", None, ROW, uploadToken=token, partNumber=number)
    finish = {"import": {"tableName": "x", "format": "jsonLines"}, "uploadToken": token, "partTokens": ["part-1", "part-2"]}
    assert convex.refused("POST", "/api/import/finish_upload", finish) == (400, "EntityTooSmall")
    assert convex.refused("POST", "/api/import/finish_upload", {**finish, "partTokens": ["part-2"]}) == (400, "InvalidPart")
    assert convex.refused("POST", "/api/import/finish_upload", {**finish, "import": {"format": "csv"}}) == (400, "InvalidName")
    assert convex.refused("POST", "/api/import/finish_upload", {**finish, "import": {"format": "zip", "tableName": "x"}}) == (400, "InvalidName")
    assert convex.refused("POST", "/api/perform_import", {"importId": "nothing"}) == (404, "ImportNotFound")
    answer = convex.send("POST", "/api/import/upload_part", None, ROW, uploadToken=token, partNumber=10_000)
    assert answer.status_code == 400


def test_the_journal_keeps_no_files(control: Sandbox, convex: Convex, clock: ClockMember) -> None:
    Upload(convex, clock, ROW, tableName="new", format="jsonLines")
    bodies = {entry["operation"]: entry["body"] for entry in control.journal()}
    assert bodies["POST /api/import/upload_part"] == f"<{len(ROW)} bytes>"
    assert [entry["operation"] for entry in control.journal(changes=True)] == ["POST /api/import/finish_upload"]

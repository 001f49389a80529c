# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of a Convex deployment: one is requested at most, the new one is waited for, and what came is looked through."""

from __future__ import annotations

import pathlib
import stat
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import exports
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import (
    LOST,
    NAME,
    NOW,
    ZIP,
    Convex,
    Json,
    error,
    export,
    forbidden,
    of_module,
    value,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
LATEST, REQUEST = f"query {exports.LATEST_QUERY}", "POST /api/export/request/zip"


DOWNLOADED = "GET /api/export/zip/new"


OLD = export("old", age=3600.0)


def run(dest: pathlib.Path, check: bool = False, **params: t.Any) -> Json:
    defaults = {"overwrite": False, "include_storage": False, "in_progress": "adopt", "max_age": 0.0}
    return of_module(exports.execute, check, dest=str(dest), **{**defaults, **params})


@pytest.fixture
def dest(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "shop.zip"


def ready(convex: Convex, content: bytes = ZIP, identity: str = "new") -> None:
    convex.raw("GET", f"/api/export/zip/{identity}", content)


@pytest.mark.parametrize("before", [value(None), OLD])
def test_a_new_export_is_requested_waited_for_and_fetched(convex: Convex, dest: pathlib.Path, before: Json) -> None:
    # For a moment the one before is still shown.
    convex.query(exports.LATEST_QUERY, before, before, export(state="requested"), export(state="in_progress", start_ts="1"), export())
    convex.on("POST", "/api/export/request/zip", None)
    ready(convex)
    result = run(dest)
    assert convex.asked == [LATEST, REQUEST, *[LATEST] * 4, DOWNLOADED]
    assert convex.request(1).params == {"includeStorage": "false"}
    told = result["export"]
    assert (told["id"], told["adopted"], told["deployment"], told["size"]) == ("new", False, NAME, len(ZIP))
    assert (told["tables"], told["files"]) == ({"_components/mail/sent": 1, "orders": 0, "users": 3}, 1)
    assert told["started_at"] == NOW - 60
    assert dest.read_bytes() == ZIP
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600


def test_a_plan_asks_once_and_writes_nothing(convex: Convex, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, OLD)
    plan = run(dest, check=True, include_storage=True)
    assert (convex.asked, plan["changed"], [change["operation"] for change in plan["changes"]]) == ([LATEST], True, ["request_export"])
    assert plan["export"]["sha256"] == {"known_after": "download_export"}
    assert not dest.exists()


@pytest.mark.parametrize("check", [True, False])
def test_one_in_progress_is_taken_over(convex: Convex, dest: pathlib.Path, check: bool) -> None:
    convex.query(exports.LATEST_QUERY, export(state="in_progress", start_ts="1"), export())
    ready(convex)
    result = run(dest, check)
    assert (result["changes"], result["export"]["adopted"], result["export"]["id"]) == ([], True, "new")
    assert REQUEST not in convex.asked


@pytest.mark.parametrize(
    ("running", "options"), [(False, {"in_progress": "refuse"}), (False, {"include_storage": True}), (None, {"include_storage": True}), (None, {})]
)
def test_one_in_progress_that_is_not_wanted_is_refused(convex: Convex, dest: pathlib.Path, running: bool | None, options: Json) -> None:
    convex.query(exports.LATEST_QUERY, export(state="requested", files=running))
    failure = run(dest, **options)["failure"]
    assert (failure["kind"], failure["code"], convex.asked) == ("refused", "busy", [LATEST])


def test_one_that_somebody_requested_meanwhile_is_taken_over(convex: Convex, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, OLD, export(state="requested"), export())
    convex.on("POST", "/api/export/request/zip", (400, error("ExportInProgress", "One runs")))
    ready(convex)
    assert run(dest)["export"]["adopted"]


def test_a_refusal_that_nothing_explains_stays_one(convex: Convex, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, OLD)
    convex.on("POST", "/api/export/request/zip", (400, error("ExportInProgress", "One runs")))
    assert run(dest)["failure"]["kind"] == "conflict"


def test_a_lost_answer_is_looked_for(convex: Convex, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, OLD, OLD, export(state="requested"), export())
    convex.on("POST", "/api/export/request/zip", LOST)
    ready(convex)
    assert run(dest)["export"]["id"] == "new"
    assert convex.asked.count(REQUEST) == 1


def test_a_request_that_was_lost_is_sent_again(convex: Convex, dest: pathlib.Path) -> None:
    shown = [OLD] * 8
    convex.query(exports.LATEST_QUERY, *shown, export())
    convex.on("POST", "/api/export/request/zip", LOST, None)
    ready(convex)
    assert run(dest)["export"]["id"] == "new"
    assert convex.asked.count(REQUEST) == 2


@pytest.mark.parametrize(
    ("age", "files", "wanted", "is_taken"), [(60, False, False, True), (60, True, False, True), (60, False, True, False), (4000, True, True, False)]
)
def test_a_young_one_is_fetched_again(convex: Convex, dest: pathlib.Path, age: float, files: bool, wanted: bool, is_taken: bool) -> None:
    convex.query(exports.LATEST_QUERY, export("old", files=files, age=age))
    ready(convex, identity="old")
    plan = run(dest, check=True, max_age=3600.0, include_storage=wanted)
    assert (plan["changes"] == [], plan["export"]["adopted"]) == (is_taken, is_taken)
    taken = [run(dest, max_age=3600.0)["export"]["id"]] if is_taken else []
    assert taken == ["old"] * is_taken


def test_one_that_has_expired_is_not_taken(convex: Convex, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, export("old", expiration_ts=str(int((NOW - 1) * 1e9))))
    assert run(dest, check=True, max_age=3600.0)["changes"] != []


@pytest.mark.parametrize(("state", "kind"), [("failed", "failed"), ("canceled", "failed"), ("hibernating", "unknown")])
def test_one_that_does_not_end_well_is_told(convex: Convex, dest: pathlib.Path, state: str, kind: str) -> None:
    convex.query(exports.LATEST_QUERY, value(None), export(state="requested"), export(state=state))
    convex.on("POST", "/api/export/request/zip", None)
    failure = run(dest)["failure"]
    assert (failure["kind"], state in failure["message"]) == (kind, True)
    assert not dest.exists()


def test_one_that_takes_too_long_is_left_to_the_next_run(convex: Convex, convex_time: Time, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, value(None), export(state="requested"))
    convex.on("POST", "/api/export/request/zip", None)
    failure = run(dest)["failure"]
    assert (failure["kind"], "taken over" in failure["hint"]) == ("timeout", True)
    assert convex_time.now - NOW <= 60


@pytest.mark.parametrize("content", [b"no archive", ZIP[:-40], ZIP.replace(b"\x2a", b"\x2b"), b""], ids=["none", "cut", "bent", "empty"])
def test_what_is_no_whole_archive_is_not_kept(convex: Convex, dest: pathlib.Path, content: bytes) -> None:
    convex.query(exports.LATEST_QUERY, export(state="requested"), export())
    ready(convex, content)
    dest.write_bytes(b"before")
    failure = run(dest, overwrite=True)["failure"]
    assert (failure["kind"], failure["code"]) == ("protocol", "bad_zip")
    assert dest.read_bytes() == b"before"
    assert list(dest.parent.iterdir()) == [dest]


def test_a_file_that_is_there_is_refused_before_the_first_request(convex: Convex, dest: pathlib.Path) -> None:
    dest.write_bytes(b"before")
    assert run(dest)["failure"]["code"] == "file_exists"
    assert run(dest.parent)["failure"]["code"] == "file"
    assert run(dest / "below")["failure"]["code"] == "file"
    assert run(dest.parent / "away" / "it.zip")["failure"]["code"] == "file"
    assert convex.asked == []


def test_the_vendor_s_refusal_of_the_file_is_told(convex: Convex, dest: pathlib.Path) -> None:
    convex.query(exports.LATEST_QUERY, export(state="requested"), export())
    convex.on("GET", "/api/export/zip/new", forbidden("deployment:backups:download"))
    failure = run(dest)["failure"]
    assert (failure["kind"], failure["operation"]) == ("permission", "download_export")
    assert "deployment:backups:download" in failure["hint"]


@pytest.mark.parametrize(
    "answer", [value([]), value({}), value({"_id": 1, "state": "completed"}), value({"_id": "x", "state": "completed", "start_ts": "soon"})]
)
def test_an_export_of_another_shape_is_an_error(convex: Convex, dest: pathlib.Path, answer: Json) -> None:
    convex.query(exports.LATEST_QUERY, answer)
    assert run(dest)["failure"]["kind"] == "protocol"
    assert convex.asked == [LATEST]

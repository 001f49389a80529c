# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports into a Convex deployment: planned by the vendor, confirmed, performed once."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import imports
from ansible_collections.saasops.runbooks.tests.unit.vendors.convex_answers import (
    KEY,
    LOST,
    NAME,
    ZIP,
    Convex,
    Json,
    error,
    forbidden,
    imported,
    of_module,
    value,
)
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import Time

pytest_plugins = ["ansible_collections.saasops.runbooks.tests.unit.vendors.convex_fixtures"]
LIST, LOOK = f"query {imports.LIST_QUERY}", f"query {imports.IMPORT_QUERY}"
START, PART, FINISH = (f"POST /api/import/{name}" for name in ("start_upload", "upload_part", "finish_upload"))
PERFORM, CANCEL = "POST /api/perform_import", "POST /api/cancel_import"
UPLOAD = [START, PART, FINISH]
REPLACE: Json = {"mode": "replace", "confirm": NAME, "allow": "destroy"}
STEP = {"display_table_name": "users", "component_path": None, "existing_rows_in_table": "20", "existing_rows_to_delete": "20", "total_num_rows_to_write": "3"}
ADDING = {**STEP, "existing_rows_to_delete": "0"}
WAITS, RUNS, DONE = imported("waiting_for_confirmation", [STEP]), imported("in_progress"), imported("completed", num_rows_written="3")


@pytest.fixture
def src(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "shop.zip"
    path.write_bytes(ZIP)
    return path


def run(src: pathlib.Path | str, check: bool = False, **params: t.Any) -> Json:
    defaults: Json = {"mode": "require_empty", "format": None, "table": None, "confirm": None}
    return of_module(imports.execute, check, src=str(src), **{**defaults, **params})


def ready(convex: Convex, *looks: Json, listed: t.Any = ()) -> None:
    convex.uploads()
    convex.query(imports.LIST_QUERY, value(list(listed)))
    convex.query(imports.IMPORT_QUERY, *looks)


def test_it_is_planned_confirmed_and_performed(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, imported("uploaded"), WAITS, RUNS, DONE)
    result = run(src, **REPLACE)
    assert convex.asked == [LIST, *UPLOAD, LOOK, LOOK, PERFORM, LOOK, LOOK]
    assert (convex.request(2).params, convex.request(2).body) == ({"uploadToken": "upl", "partNumber": "1"}, ZIP)
    assert convex.request(2).headers["Content-Type"] == "application/octet-stream"
    assert convex.sent(3) == {"import": {"mode": "replace", "format": "zip"}, "uploadToken": "upl", "partTokens": ["part"]}
    assert convex.sent(6) == {"importId": "imp"}
    told = result["import"]
    assert told["plan"] == [{"table": "users", "existing": 20, "deletes": 20, "writes": 3}]
    assert (told["id"], told["deletes"], told["writes"], told["rows_written"]) == ("imp", 20, 3, 3)
    assert result["diff"] == {"before": {"users": 20}, "after": {"users": 3}}


def test_a_plan_is_the_vendor_s_own_and_cancelled(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, WAITS)
    plan = run(src, check=True, **REPLACE)
    assert convex.asked == [LIST, *UPLOAD, LOOK, CANCEL]
    assert convex.sent() == {"importId": "imp"}
    convex.query(imports.IMPORT_QUERY, WAITS, DONE)
    done = run(src, **REPLACE)
    assert (plan["changed"], plan["changes"], plan["diff"], plan["import"]["plan"]) == (True, done["changes"], done["diff"], done["import"]["plan"])
    assert plan["import"]["id"] == plan["import"]["rows_written"] == {"known_after": "replace_by_import"}


def test_a_cancel_that_fails_spoils_no_plan(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, WAITS)
    convex.replace("POST", "/api/cancel_import", (400, error("ImportAlreadyCompleted", "No")))
    assert run(src, check=True, **REPLACE)["changed"]


# -- what must not pass
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({**REPLACE, "confirm": None}, "confirm"),
        ({**REPLACE, "confirm": "calm-cow-456"}, "confirm"),
        ({**REPLACE, "mode": "replace_all", "confirm": ""}, "confirm"),
        ({**REPLACE, "deploy_key": "opaque-4Gd8Kw2Zx6Vn"}, "confirm"),
        ({**REPLACE, "allow": "change"}, "allow"),
        ({"mode": "append", "allow": "read"}, "allow"),
    ],
)
def test_what_is_not_meant_is_refused_before_the_first_request(convex: Convex, src: pathlib.Path, params: Json, code: str, check: bool) -> None:
    failure = run(src, check, **params)["failure"]
    assert (failure["kind"], failure["code"], convex.asked) == ("refused", code, [])


def test_a_team_s_token_with_the_name_is_enough(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, WAITS, DONE)
    assert run(src, **REPLACE, deploy_key=KEY.rpartition("|")[2], deployment=NAME)["changed"]


def test_another_import_in_progress_is_left_alone(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, listed=[DONE["value"], RUNS["value"]])
    failure = run(src, **REPLACE)["failure"]
    assert (failure["code"], convex.asked) == ("busy", [LIST])


@pytest.mark.parametrize("mode", ["append", "require_empty"])
def test_a_mode_that_keeps_rows_is_refused_when_it_would_delete(convex: Convex, src: pathlib.Path, mode: str) -> None:
    ready(convex, WAITS)
    failure = run(src, mode=mode)["failure"]
    assert (failure["code"], convex.asked) == ("deletes", [LIST, *UPLOAD, LOOK, CANCEL])


@pytest.mark.parametrize(
    ("name", "content", "params"),
    [
        ("it.zip", b"no archive", {}),
        ("it.zip", ZIP[:-30], {}),
        ("it.zip", ZIP, {"table": "users"}),
        ("it.jsonl", b"{}\n", {}),
        ("it.txt", b"{}\n", {"table": "users"}),
        ("it.csv", b"", {"table": "users"}),
        ("it.csv", b"\xef\xbb\xbf", {"table": "users"}),
        ("away", None, {"format": "zip"}),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused(convex: Convex, tmp_path: pathlib.Path, name: str, content: bytes | None, params: Json) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    failure = run(tmp_path / name, **params)["failure"]
    assert (failure["kind"], convex.asked) == ("invalid", [])
    assert failure["hint"]


# -- files
@pytest.mark.parametrize(("name", "word"), [("a.jsonl", "jsonLines"), ("a.json", "jsonArray"), ("a.CSV", "csv")])
def test_the_end_of_the_name_tells_the_format(convex: Convex, tmp_path: pathlib.Path, name: str, word: str) -> None:
    ready(convex, imported("waiting_for_confirmation", [ADDING]), DONE)
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf[{}]")
    assert run(tmp_path / name, mode="append", table="users")["changed"]
    assert convex.sent(3)["import"] == {"mode": "append", "format": word, "tableName": "users"}
    # Convex does not take a byte order mark.
    assert convex.request(2).body == b"[{}]"


def test_a_large_file_goes_in_parts(convex: Convex, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "SMALLEST_PART", 4)
    ready(convex, imported("waiting_for_confirmation", [ADDING]), DONE)
    (tmp_path / "a.jsonl").write_bytes(b"0123456789")
    assert run(tmp_path / "a.jsonl", mode="append", table="users")["changed"]
    parts = [call.request for call in convex.calls if "upload_part" in call.request.url]
    assert [(part.params["partNumber"], part.body) for part in parts] == [("1", b"0123"), ("2", b"4567"), ("3", b"89")]
    assert json.loads(next(call.request.body for call in convex.calls if "finish" in call.request.url))["partTokens"] == ["part"] * 3


# -- what can go wrong
def test_a_lost_answer_of_the_upload_imports_nothing(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, WAITS)
    convex.replace("POST", "/api/import/finish_upload", LOST)
    failure = run(src, **REPLACE)["failure"]
    assert (failure["kind"], convex.asked.count(FINISH), PERFORM in convex.asked) == ("vendor_down", 1, False)
    assert "Nothing was imported" in failure["hint"]


@pytest.mark.parametrize("seen", [RUNS, DONE])
def test_a_lost_answer_of_the_import_is_looked_for(convex: Convex, src: pathlib.Path, seen: Json) -> None:
    ready(convex, WAITS, seen, DONE)
    convex.replace("POST", "/api/perform_import", LOST)
    assert run(src, **REPLACE)["import"]["rows_written"] == 3
    assert convex.asked.count(PERFORM) == 1


def test_an_import_that_did_not_begin_is_asked_for_again(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, *[WAITS] * 8, DONE)
    convex.replace("POST", "/api/perform_import", LOST, None)
    assert run(src, **REPLACE)["import"]["rows_written"] == 3
    assert convex.asked.count(PERFORM) == 2


def test_a_late_refusal_means_that_it_has_begun(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, *[WAITS] * 7, RUNS, DONE)
    convex.replace("POST", "/api/perform_import", LOST, (400, error("ImportNotWaitingForConfirmation", "No")))
    assert run(src, **REPLACE)["import"]["rows_written"] == 3


@pytest.mark.parametrize("state", [imported("failed", error_message="row 3 is {{ bad }}"), imported("hibernating")])
@pytest.mark.parametrize("before", [[], [WAITS]])
def test_an_import_that_does_not_end_well_is_told(convex: Convex, src: pathlib.Path, before: list[Json], state: Json) -> None:
    ready(convex, *before, state)
    failure = run(src, **REPLACE)["failure"]
    assert failure["kind"] == ("unknown" if "hibernating" in str(state) else "failed")
    assert (PERFORM in convex.asked, CANCEL in convex.asked) == (bool(before), not before)


@pytest.mark.parametrize(("mode", "words"), [("append", "before you import again"), ("replace", "may be run again")])
def test_one_that_takes_too_long_goes_on_at_the_vendor(convex: Convex, convex_time: Time, src: pathlib.Path, mode: str, words: str) -> None:
    ready(convex, imported("waiting_for_confirmation", [ADDING]), RUNS)
    failure = run(src, **{**REPLACE, "mode": mode})["failure"]
    assert (failure["kind"], words in failure["hint"], CANCEL in convex.asked) == ("timeout", True, False)


def test_a_key_that_may_not_is_told_and_the_upload_cancelled(convex: Convex, src: pathlib.Path) -> None:
    ready(convex, WAITS)
    convex.replace("POST", "/api/perform_import", forbidden("deployment:backups:import"))
    assert run(src, **REPLACE)["failure"]["kind"] == "permission"
    assert convex.asked[-1] == CANCEL


@pytest.mark.parametrize(
    "document",
    [
        value(None),
        value({"_id": "imp"}),
        value({"_id": "imp", "state": {"state": 1}}),
        imported("waiting_for_confirmation"),
        imported("waiting_for_confirmation", ["users"]),
        imported("waiting_for_confirmation", [{**STEP, "existing_rows_to_delete": "many"}]),
        imported("waiting_for_confirmation", [{"display_table_name": "users"}]),
    ],
)
def test_a_plan_of_another_shape_is_not_performed(convex: Convex, src: pathlib.Path, document: Json) -> None:
    ready(convex, document)
    assert run(src, **REPLACE)["failure"]["kind"] == "protocol"
    assert PERFORM not in convex.asked


@pytest.mark.parametrize(("path", "answer"), [("start_upload", {}), ("upload_part", {"part": 1}), ("finish_upload", {}), ("finish_upload", [])])
def test_an_upload_of_another_shape_is_not_performed(convex: Convex, src: pathlib.Path, path: str, answer: t.Any) -> None:
    ready(convex, WAITS)
    convex.replace("POST", f"/api/import/{path}", answer)
    assert run(src, **REPLACE)["failure"]["kind"] == "protocol"
    assert PERFORM not in convex.asked

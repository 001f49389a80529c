# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of Convex are the same however they are written and in whatever order they come; anything else about them shows."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import typing as t
import zipfile

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import contents

ROW = {"_id": "j1", "n": 1, "nested": {"list": [1, 2.5, None, True]}, "big": 2**60}


def fingerprint(*rows: t.Any) -> str:
    made = contents.Rows()
    for row in rows:
        made.add(row)
    return made.fingerprint()


@pytest.mark.parametrize(
    "same", [{**ROW, "n": 1.0}, dict(reversed(ROW.items())), {**ROW, "nested": {"list": [1.0, 2.5, None, True]}}, {**ROW, "big": float(2**60)}]
)
def test_one_row_written_in_several_ways(same: dict[str, t.Any]) -> None:
    assert fingerprint(same) == fingerprint(ROW)


@pytest.mark.parametrize(
    "other", [{**ROW, "n": 2}, {**ROW, "n": "1"}, {**ROW, "n": True}, {**ROW, "nested": {"list": [2.5, 1, None, True]}}, {**ROW, "more": None}, {}]
)
def test_another_row_shows(other: dict[str, t.Any]) -> None:
    assert fingerprint(other) != fingerprint(ROW)


def test_the_order_says_nothing_and_the_number_of_times_does() -> None:
    assert fingerprint(ROW, {}) == fingerprint({}, ROW)
    assert len({fingerprint(), fingerprint(ROW), fingerprint(ROW, ROW), fingerprint(ROW, ROW, ROW)}) == 4


def test_a_stored_file_is_told_alike_by_archives_and_queries() -> None:
    digest = hashlib.sha256(b"receipt").digest()
    row = {"_id": "k1", "_creationTime": 1.0, "contentType": "text/plain", "size": 7}
    archived = contents.file_row({**row, "internalId": "x", "sha256": base64.b64encode(digest).decode()})
    assert archived == contents.file_row({**row, "sha256": digest.hex().upper()})
    with pytest.raises(Failure):
        contents.file_row({**row, "sha256": "no checksum!"})


def test_what_is_chosen_of_an_archive_is_an_archive_of_it_alone() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        file.writestr("_tables/documents.jsonl", '{"name": "users", "id": 10001}\n{"name": "orders", "id": 10002}\n')
        for table in ("users", "orders"):
            file.writestr(f"{table}/generated_schema.jsonl", '"any"\n')
            file.writestr(f"{table}/documents.jsonl", json.dumps({"_id": table}) + "\n")
        file.writestr("users_archive/documents.jsonl", "")
    made = io.BytesIO()
    contents.only(whole, ["users"], made)
    with zipfile.ZipFile(made) as file:
        assert sorted(file.namelist()) == ["_tables/documents.jsonl", "users/documents.jsonl", "users/generated_schema.jsonl"]
        assert file.read("_tables/documents.jsonl") == b'{"name": "users", "id": 10001}\n'


def test_tables_of_components_are_no_tables_of_the_app() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("users/documents.jsonl", "{}\n{}")
        file.writestr("_components/mail/sent/documents.jsonl", "{}\n")
        file.writestr("_components/mail/_storage/k1", "x")
    rows: dict[str, contents.Rows] = {}
    held = contents.inspect(made, rows=rows)
    assert (held.tables, held.files, held.own) == ({"users": 2, "_components/mail/sent": 1}, 1, 0)
    assert {name: one.count for name, one in rows.items()} == {"users": 2}


def test_a_line_that_is_no_json_is_no_row() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("users/documents.jsonl", "{}\n{\n")
    with pytest.raises(Failure, match="no whole ZIP archive"):
        contents.inspect(made, rows={})

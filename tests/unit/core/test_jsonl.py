# SPDX-License-Identifier: GPL-3.0-or-later
"""Records on their way into a compressed file: all of them, counted, in order, whole or not there."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import jsonl, transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.jsonl import Lines, Written

RECORDS: list[t.Any] = [{"id": f"cus_{number}", "name": "Zoë\n\u2028 ☃", "left": None, "amount": number} for number in range(5000)]


def check(file: io.BytesIO, lines: Lines, records: list[t.Any]) -> Written:
    told = lines.end()
    text = gzip.decompress(file.getvalue())
    assert [json.loads(line) for line in text.split(b"\n")[:-1]] == records
    digest = hashlib.sha256(file.getvalue()).hexdigest()
    assert (told.records, told.bytes, told.size, told.sha256) == (len(records), len(text), len(file.getvalue()), digest)
    return told


@pytest.fixture
def file() -> io.BytesIO:
    return io.BytesIO()


@pytest.mark.parametrize("number", [0, 1, 5000])
def test_every_record_is_a_line(file: io.BytesIO, number: int) -> None:
    lines = Lines(file)
    for record in RECORDS[:number]:
        lines.add(record)
    assert check(file, lines, RECORDS[:number]).records == number


@pytest.mark.parametrize("ending", [b"\n", b""])
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_lines_come_in_pieces(file: io.BytesIO, size: int, ending: bytes) -> None:
    records = RECORDS[:300]
    text = b"\n".join(json.dumps(record).encode() for record in records) + ending
    lines = Lines(file)
    for start in range(0, len(text), size):
        lines.feed(text[start : start + size])
    assert check(file, lines, records).records == 300


def test_parts_are_joined_in_order(file: io.BytesIO) -> None:
    part = io.BytesIO()
    other = Lines(part)
    for record in RECORDS[100:200]:
        other.add(record)
    told = other.end()
    lines = Lines(file)
    for record in RECORDS[:100]:
        lines.add(record)
    lines.adopt(part, told)
    for record in RECORDS[200:300]:
        lines.add(record)
    assert check(file, lines, RECORDS[:300]).records == 300


def test_equal_records_make_equal_files() -> None:
    digests = set()
    for _number in range(2):
        lines = Lines(io.BytesIO())
        lines.add(RECORDS[0])
        digests.add(lines.end().sha256)
    assert len(digests) == 1


def test_what_has_no_utf_8_is_kept(file: io.BytesIO) -> None:
    lines = Lines(file)
    lines.add({"half": "\ud800", "whole": "☃"})
    assert check(file, lines, [{"half": "\ud800", "whole": "☃"}]).records == 1


def test_memory_stays_flat(file: io.BytesIO) -> None:
    lines = Lines(file)
    for number in range(50_000):
        lines.add({"number": number, "text": "x" * 100})
        assert len(lines._held) <= jsonl.BLOCK
    assert lines.end().bytes > 5_000_000


def test_the_file_is_whole_or_not_there(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "customers.jsonl.gz"
    with pytest.raises(KeyError), transfer.new_file(str(place)) as file:
        Lines(file).add(RECORDS[0])
        raise KeyError
    assert list(tmp_path.iterdir()) == []
    with transfer.new_file(str(place)) as file:
        lines = Lines(file)
        lines.add(RECORDS[0])
        lines.end()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert json.loads(gzip.decompress(place.read_bytes())) == RECORDS[0]

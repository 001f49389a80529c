# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that go out and come in: a ZIP with one folder for each table, or one table as CSV or JSON."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import mimetypes
import os
import re
import tempfile
import time
import typing as t
import zipfile
from dataclasses import dataclass, field

from . import values
from .state import Deployment, Json, StoredFile
from .values import Int64

LARGEST_ARRAY = 8 * 1024 * 1024
TABLE_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*")
README = "# Snapshot\n\nOne folder for each table, with its documents as JSON lines. Import it with `npx convex import`.\n"


class Unreadable(Exception):
    """What was uploaded cannot be read; the message is the vendor's."""


@dataclass
class Content:
    """What an upload holds. ``files`` None: it says nothing about files."""

    rows: dict[str, list[Json]] = field(default_factory=dict)
    files: list[StoredFile] | None = None


# -- out
def write(deployment: Deployment, include_storage: bool, now: float) -> bytes:
    buffer = io.BytesIO()
    moment = time.gmtime(now)[:6]

    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: str | bytes) -> None:
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)

        add("README.md", README)
        numbers = deployment.table_numbers
        add("_tables/documents.jsonl", _lines({"name": name, "id": number} for name, number in sorted(numbers.items(), key=lambda item: item[1])))
        if include_storage:
            add("_storage/documents.jsonl", _lines(map(file_row, deployment.files.values())))
            for file in deployment.files.values():
                add(f"_storage/{file.id}{mimetypes.guess_extension(file.content_type) or ''}", file.content)
        for name, rows in sorted(deployment.tables.items(), key=lambda item: len(item[1])):
            add(f"{name}/generated_schema.jsonl", json.dumps(_shape(rows.values())) + "\n")
            add(f"{name}/documents.jsonl", _lines(sorted(rows.values(), key=lambda row: str(row["_id"]))))
    return buffer.getvalue()


def enlarged(content: bytes, megabytes: int) -> t.Any:
    """The same on disk, with one more file that cannot be compressed."""
    file = tempfile.NamedTemporaryFile(prefix="convex-export-", suffix=".zip")  # noqa: SIM115 - it goes with the export
    file.write(content)
    file.flush()
    block = os.urandom(1 << 20)
    with zipfile.ZipFile(file.name, "a", zipfile.ZIP_STORED) as archive, archive.open("_storage/large", "w", force_zip64=True) as entry:
        for _number in range(megabytes):
            entry.write(block)
    return file


def file_row(file: StoredFile) -> Json:
    return {
        "_id": file.id,
        "_creationTime": file.created * 1000,
        "contentType": file.content_type,
        "internalId": str(hashlib.md5(file.id.encode(), usedforsecurity=False).hexdigest()),
        "sha256": base64.b64encode(hashlib.sha256(file.content).digest()).decode(),
        "size": len(file.content),
    }


def _lines(rows: t.Iterable[Json]) -> str:
    return "".join(json.dumps(values.encode(row, values.JSON), separators=(",", ":"), ensure_ascii=False) + "\n" for row in rows)


def _shape(rows: t.Iterable[Json]) -> str:
    """What types the fields have: JSON alone would lose 64-bit integers."""
    kinds: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            kinds.setdefault(name, set()).add(_kind(value))
    return "{" + ", ".join(f'"{name}": {" | ".join(sorted(found))}' for name, found in sorted(kinds.items())) + "}" if kinds else "never"


def _kind(value: t.Any) -> str:
    if value is None:
        return "null"
    for kind, name in (
        (Int64, "int64"),
        (bool, "boolean"),
        (int, "normalfloat64"),
        (float, "normalfloat64"),
        (str, "string"),
        (bytes, "bytes"),
        (dict, "object"),
    ):
        if isinstance(value, kind):
            return name
    return "array"


# -- in
def read(raw: bytes, form: str, table: str | None) -> Content:
    if form == "zip":
        return _read_zip(raw)
    name = table or ""
    if not TABLE_NAME.fullmatch(name):
        raise Unreadable(f'"{name}" isn\'t a valid table name')
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Unreadable("UTF-8 BOM is not supported. Please save your file without BOM.")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"Import wasn't valid UTF8: {error}") from error
    if form == "csv":
        return Content({name: _read_csv(text)})
    if form == "jsonArray":
        if len(raw) > LARGEST_ARRAY:
            raise Unreadable(f"Import is too large for JSON ({len(raw)} bytes > maximum 8 MiB). Consider converting data to JSONLines")
        try:
            rows = json.loads(text)
        except ValueError as error:
            raise Unreadable(f"Not valid JSON: {error}") from error
        if not isinstance(rows, list):
            raise Unreadable("JSON import needs an array of objects")
        return Content({name: [_row(row, number, set()) for number, row in enumerate(rows)]})
    return Content({name: _read_lines(text, set())})


def _read_zip(raw: bytes) -> Content:
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except zipfile.BadZipFile as error:
        raise Unreadable(f"Not a valid ZIP file: {error}") from error
    names = archive.namelist()
    content = Content()
    for name in names:
        table, _slash, file = name.partition("/")
        if file != "documents.jsonl" or table.startswith("_"):
            continue
        shape = archive.read(f"{table}/generated_schema.jsonl").decode() if f"{table}/generated_schema.jsonl" in names else ""
        integers = set(re.findall(r'"(\w+)": [^,}]*int64', shape.replace('\\"', '"')))
        content.rows[table] = _read_lines(archive.read(name).decode(), integers)
    if "_storage/documents.jsonl" in names:
        content.files = []
        stored = {
            name.removeprefix("_storage/").partition(".")[0]: name for name in names if name.startswith("_storage/") and not name.endswith("documents.jsonl")
        }
        for row in _read_lines(archive.read("_storage/documents.jsonl").decode(), set()):
            if row["_id"] not in stored:
                raise Unreadable(f"File {row['_id']} is listed in _storage/documents.jsonl, but its content is missing")
            data = archive.read(stored[row["_id"]])
            if "sha256" in row and base64.b64encode(hashlib.sha256(data).digest()).decode() != row["sha256"]:
                raise Unreadable(f"File {row['_id']} does not have the checksum that _storage/documents.jsonl names")
            content.files.append(StoredFile(row["_id"], data, row.get("contentType") or "application/octet-stream", row["_creationTime"] / 1000))
    if not content.rows and content.files is None:
        raise Unreadable("ZIP file does not contain any tables")
    return content


def _read_csv(text: str) -> list[Json]:
    reader = csv.reader(io.StringIO(text))
    header = next(reader, None)
    if not header:
        raise Unreadable("CSV file doesn't have headers")
    rows = []
    for number, cells in enumerate(reader, 1):
        if len(cells) != len(header):
            raise Unreadable(f"CSV row {number} doesn't have all of the fields in the header")
        rows.append({name: _cell(cell) for name, cell in zip(header, cells, strict=True)})
    return rows


def _cell(text: str) -> t.Any:
    try:
        return float(text)
    except ValueError:
        return text


def _read_lines(text: str, integers: set[str]) -> list[Json]:
    rows = []
    for number, line in enumerate(filter(str.strip, text.splitlines())):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"Row {number} wasn't valid JSON: {error}") from error
        rows.append(_row(row, number, integers))
    return rows


def _row(row: t.Any, number: int, integers: set[str]) -> Json:
    if not isinstance(row, dict):
        raise Unreadable(f"Row {number} wasn't an object")
    return {name: Int64(value) if name in integers and isinstance(value, str) else value for name, value in row.items()}

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What an archive of a Convex deployment holds, and what the deployment itself holds, in the same terms.

Vendor facts (Convex's documentation "Data Types", "File Metadata", its open-source backend): an archive and a query both write documents as plain JSON,
where one and the same number may be ``1`` or ``1.0``. The checksum of a stored file is base64 in an archive, and hexadecimal in the table ``_storage``.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
import io
import json
import shutil
import typing as t
import zipfile
import zlib

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import tables
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex.client import VENDOR, Place, malformed, query

SCHEMAS_QUERY = "_system/frontend/getSchemas"
# Stored files, as a table and as a folder of an archive.
STORAGE = "_storage"
DOCUMENTS, TABLES = "documents.jsonl", "_tables/documents.jsonl"
_MANY = 1 << 256
# Up to here a double tells all whole numbers apart.
_EXACT = 1 << 53


class Rows:
    """How many, and one fingerprint of all of them, in whatever order they come."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, row: t.Any) -> None:
        self.count += 1
        text = json.dumps(_same(row), sort_keys=True, separators=(",", ":")).encode()
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(text).digest(), "big")) % _MANY

    def fingerprint(self) -> str:
        return f"{self._sum:064x}"


def _same(value: t.Any) -> t.Any:
    """Numbers in one way of writing."""
    if isinstance(value, dict):
        return {name: _same(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_same(each) for each in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    return float(value) if isinstance(value, int) and abs(value) >= _EXACT else value


def file_row(row: t.Any) -> dict[str, t.Any]:
    """What tells one stored file from another, wherever it is told."""
    try:
        told = str(row["sha256"])
        digest = told.lower() if len(told) == 64 else base64.b64decode(told, validate=True).hex()
        return {"_id": row["_id"], "sha256": digest, "size": row["size"], "contentType": row.get("contentType")}
    except (*UNREADABLE, binascii.Error) as error:
        raise malformed("description of a stored file") from error


# -- an archive
@dataclasses.dataclass
class Held:
    """``tables``: rows of each, those of components too. ``files`` are all stored files, ``own`` those that are not of components."""

    tables: dict[str, int] = dataclasses.field(default_factory=dict)
    files: int = 0
    own: int = 0


def inspect(file: t.BinaryIO, what: str = "what came", rows: dict[str, Rows] | None = None) -> Held:
    """Every byte of every entry is checked on the way. ``rows`` is filled with what the app's own tables hold."""
    held = Held()
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                folder, _slash, name = entry.filename.rpartition("/")
                with archive.open(entry) as member:
                    if name == DOCUMENTS and rows is not None and is_own(folder):
                        rows[folder] = _read(t.cast(t.BinaryIO, member), folder)
                        count = rows[folder].count
                    else:
                        count = _lines(t.cast(t.BinaryIO, member))
                if name == DOCUMENTS and folder not in ("_tables", STORAGE):
                    held.tables[plain(folder, 200)] = count
                elif name not in ("", DOCUMENTS, "generated_schema.jsonl") and folder.rpartition("/")[2] == STORAGE:
                    held.files += 1
                    held.own += folder == STORAGE
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        hint = "Run the same command again, or check what wrote it"
        raise Failure("protocol", f"{what} is no whole ZIP archive ({plain(error, 200)})", hint, VENDOR, code="bad_zip") from error
    return held


def only(file: t.BinaryIO, wanted: t.Collection[str], into: t.BinaryIO) -> None:
    """The same archive with these tables alone."""
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in archive.infolist():
            if entry.filename == TABLES:
                lines = [line for line in archive.read(entry).splitlines() if line.strip() and json.loads(line).get("name") in wanted]
                made.writestr(entry.filename, b"".join(line + b"\n" for line in lines))
            elif entry.filename.partition("/")[0] in wanted:
                with archive.open(entry) as member, made.open(entry.filename, "w", force_zip64=True) as target:
                    shutil.copyfileobj(member, target, transfer.CHUNK)


def emptied(wanted: t.Collection[str], into: t.BinaryIO) -> None:
    """An archive in which these tables hold nothing."""
    with zipfile.ZipFile(into, "w") as made:
        for name in sorted(wanted):
            made.writestr(f"{name}/{DOCUMENTS}", b"")


def is_own(folder: str) -> bool:
    """Whether a folder of an archive is a table of the app itself, or its stored files. Others are of components, or tell of tables."""
    return bool(folder) and "/" not in folder and folder != "_tables"


def _lines(member: t.BinaryIO) -> int:
    lines, last = 0, b""
    while chunk := member.read(transfer.CHUNK):
        lines, last = lines + chunk.count(b"\n"), chunk[-1:]
    return lines + (last not in (b"", b"\n"))


def _read(member: t.BinaryIO, folder: str) -> Rows:
    found = Rows()
    for line in io.BufferedReader(t.cast(io.RawIOBase, member), transfer.CHUNK):
        if line.strip():
            row = json.loads(line)
            found.add(file_row(row) if folder == STORAGE else row)
    return found


# -- the deployment
def here(place: Place, wanted: t.Collection[str]) -> dict[str, Rows]:
    """The same of the tables that the deployment has now; one request for each thousand rows. A table that is not there holds nothing."""
    known = tables.names(place)
    found = {}
    for name in sorted(wanted):
        found[name] = Rows()
        for row in tables.rows(place, name) if name == STORAGE or name in known else ():
            found[name].add(file_row(row) if name == STORAGE else row)
    return found


def schema(place: Place) -> str:
    """Fingerprint of the schema that is deployed, its indexes included; empty without one. One request."""
    answer = query(place, SCHEMAS_QUERY, {"componentId": None})
    active = answer.get("active") if isinstance(answer, dict) else None
    if active is None:
        return ""
    try:
        told = json.loads(active)
        told["tables"] = sorted(told["tables"], key=lambda one: str(one["tableName"]))
    except UNREADABLE as error:
        raise malformed("schema") from error
    return hashlib.sha256(json.dumps(_same(told), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

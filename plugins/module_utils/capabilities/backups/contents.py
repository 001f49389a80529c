# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is in a part of a set, looked into while it streams out of the repository: no database is needed, and nothing of it is kept.

Each kind has a way of its own; a kind that has none is read to its end, so that its bytes can be compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import typing as t
import zlib

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transfer
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import Seen

Part = t.Mapping[str, t.Any]
Told = dict[str, t.Any]
# A document that is larger is read to its end, and not understood.
LARGEST_DOCUMENT = 64 * 1024 * 1024
_GZIP = b"\x1f\x8b"


class Counted:
    """A source that counts and hashes what is read from it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self.bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self._source.read(size)
        self._digest.update(piece)
        self.bytes += len(piece)
        return piece

    def pieces(self) -> t.Iterator[bytes]:
        while piece := self.read(transfer.CHUNK):
            yield piece

    def sha256(self) -> str:
        return self._digest.hexdigest()


def look(task: Task, part: Part, source: Source) -> Seen:
    """Read it to its end, and say what is in it. Only what goes wrong with the source itself is raised."""
    counted = Counted(source)
    told = _LOOKERS.get(str(part["kind"]), _other)(task, part, counted)
    for _piece in counted.pieces():
        pass
    return Seen(bytes=counted.bytes, sha256=counted.sha256(), **told)


def _postgres(task: Task, part: Part, source: Counted) -> Told:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import archives

    mark = str((part["watermark"] or {}).get("value") or "")
    try:
        found = archives.look(task.params["programs"] or "", source, task.deadline.left, task.gate.recorder.turn, mark)
    except Failure as failure:
        if failure.code != "programs":
            raise
        return {"problem": failure.message, "unknown": True}
    if found.newer:
        return {"problem": f"{found.problem}: install a newer pg_restore, or say where one is (backup_programs)", "unknown": True}
    # Of tables that belong to extensions, and of those that took too long to count, the manifest does not tell.
    counts = {name: rows for name, rows in found.rows.items() if name in part["counts"]}
    return {"counts": counts, "problem": found.problem, "watermark": found.marked if mark else None}


def _redis(dummy: Task, part: Part, source: Counted) -> Told:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import backup, snapshots
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis.rdb import Dump

    dump = Dump()

    def piece() -> bytes:
        came = source.read(transfer.CHUNK)
        dump.take(came)
        return came

    reader, unknown = snapshots.Reader(piece), ""
    try:
        reader.read()
    except snapshots.Unknown as error:
        unknown = str(error)
    while piece():
        pass
    if dump.problem() or (unknown and not part["counts"]):
        # What cannot be counted now could not be counted then.
        return {"problem": dump.problem()}
    counts, hashes = backup.told(reader.databases)
    return {"problem": unknown, "counts": counts, "hashes": hashes}


def _convex(dummy: Task, dummy_part: Part, source: Counted) -> Told:
    from ansible_collections.saasops.runbooks.plugins.module_utils.core import scratch
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import contents

    rows: dict[str, contents.Rows] = {}
    # What a ZIP archive holds stands at its end.
    with scratch.file() as file:
        for piece in source.pieces():
            file.write(piece)
        file.seek(0)
        try:
            contents.inspect(file, "the part", rows)
        except Failure as failure:
            return {"problem": failure.message}
    return {"counts": {name: one.count for name, one in rows.items()}, "hashes": {name: one.fingerprint() for name, one in rows.items()}}


def _other(dummy: Task, part: Part, source: Counted) -> Told:
    """By its name: lines of JSON (compressed or not) are counted, a document of JSON is read."""
    name = str(part["name"])
    if "lines" in part["counts"]:
        return _plain_lines(part, source)
    if part["counts"] and name.endswith((".jsonl", ".jsonl.gz")):
        return _lines(part, source)
    if name.endswith(".json"):
        return _document(source)
    return {"problem": "" if source.read(1) else "nothing is in it"}


def _plain_lines(part: Part, source: Counted) -> Told:
    """Of whatever an application's own export is made of."""
    lines, last = 0, b""
    for piece in source.pieces():
        lines, last = lines + piece.count(b"\n"), piece[-1:]
    return {"counts": {"lines": lines + (last not in (b"", b"\n"))}}


def _lines(part: Part, source: Counted) -> Told:
    counter = _Lines()
    try:
        for piece in _unpacked(source):
            counter.take(piece)
        counter.end()
    except (zlib.error, ValueError) as error:
        return {"problem": f"its lines cannot be read ({plain(error, 100)})"}
    if counter.doubled:
        return {"problem": f"{counter.doubled} records are in it twice"}
    # One file of one resource; where it holds several, their sum is compared.
    told = sum(int(count) for count in part["counts"].values())
    return {"problem": "" if counter.records == told else f"{counter.records} records are in it, where {told} were written"}


def _unpacked(source: Counted) -> t.Iterator[bytes]:
    """The content, without its compression by gzip, if any; several members of that follow each other."""
    first = source.read(transfer.CHUNK)
    if not first.startswith(_GZIP):
        yield first
        yield from source.pieces()
        return
    member, held = zlib.decompressobj(31), first
    while held:
        yield member.decompress(held)
        if member.eof:
            held = member.unused_data
            if not held:
                held = source.read(transfer.CHUNK)
            member = zlib.decompressobj(31) if held else member
        else:
            held = source.read(transfer.CHUNK)
    if not member.eof:
        raise zlib.error("it ends too early")


class _Lines:
    """Counts records, and those that are there twice: kind, id and what they belong to say which is which."""

    def __init__(self) -> None:
        self.records = self.doubled = 0
        self._held = b""
        # A few bytes of each id's hash: memory grows by them alone.
        self._known: set[int] = set()

    def take(self, piece: bytes) -> None:
        *whole, self._held = (self._held + piece).split(b"\n")
        for line in whole:
            self._add(line)

    def end(self) -> None:
        self._add(self._held)

    def _add(self, line: bytes) -> None:
        if not line.strip():
            return
        self.records += 1
        record = json.loads(line)
        if isinstance(record, dict) and record.get("id"):
            name = json.dumps([record.get(key) for key in ("object", "id", "__parentId")])
            short = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")
            self.doubled += short in self._known
            self._known.add(short)


def _document(source: Counted) -> Told:
    held = io.BytesIO()
    for piece in source.pieces():
        if held.tell() <= LARGEST_DOCUMENT:
            held.write(piece)
    if held.tell() > LARGEST_DOCUMENT:
        return {}
    try:
        found = json.loads(held.getvalue())
    except ValueError as error:
        return {"problem": f"it is no whole JSON ({plain(error, 100)})"}
    return {"problem": "" if found not in (None, "") else "nothing is in it"}


_LOOKERS: dict[str, t.Callable[[Task, Part, Counted], Told]] = {"convex": _convex, "postgres": _postgres, "redis": _redis}

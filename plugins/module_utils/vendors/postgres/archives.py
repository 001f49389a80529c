# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What is in an archive of ``pg_dump``, as ``pg_restore`` writes it out again: its tables, and how many rows each of them would get back."""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import piping, programs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR

_HEAD = re.compile(rb"-- (?:Data for )?Name: .*; Type: ([A-Z ]+); Schema: .*; Owner: .*$")
_WORD = rb'(?:"(?:[^"]|"")+"|[^\s".(]+)'
_COPY = re.compile(rb"COPY (" + _WORD + rb"\." + _WORD + rb") .*FROM stdin;$")
_LARGE = b"SELECT pg_catalog.lo_create("
_END = b"\n\\.\n"
# A line that is longer is none that is looked for.
LONGEST = 64 * 1024
# What they are called together, beside the tables.
LARGE_OBJECTS = "large objects"


class Script:
    """Takes the script of a whole archive in pieces, and counts. Nothing of the rows is kept.

    ``rows``: of each table whose data are in it, by its name as SQL writes it; ``seen``: whether the ``wanted`` text stands in a row.
    """

    def __init__(self, wanted: bytes = b"") -> None:
        self.rows: dict[str, int] = {}
        self.entries = 0
        self.seen = False
        self._wanted = wanted
        self._held = b""
        # The table whose rows come now, and whether the data of one were announced.
        self._table: str | None = None
        self._announced = False
        self._skips = False

    def take(self, piece: bytes) -> None:
        held, self._held, at = self._held + piece, b"", 0
        while at < len(held):
            at = self._in_rows(held, at) if self._table is not None else self._in_lines(held, at)

    def _in_rows(self, held: bytes, at: int) -> int:
        """Where what follows the rows begins; at the end, when more of them has to come."""
        if held.startswith(_END[1:], at):
            # Not one row, or the last piece ended with the last row.
            self._table = None
            return at + len(_END) - 1
        end = held.find(_END, at)
        last = held.rfind(b"\n", at) + 1 or at if end < 0 else end + 1
        self.seen = self.seen or bool(self._wanted and held.find(self._wanted, at, len(held) if end < 0 else last) >= 0)
        self.rows[str(self._table)] += held.count(b"\n", at, last)
        if end < 0:
            # Of a row that is cut only its end matters, and what is looked for.
            self._held = held[max(last, len(held) - LONGEST) :]
            return len(held)
        self._table = None
        return end + len(_END)

    def _in_lines(self, held: bytes, at: int) -> int:
        """Where the next line begins; at the end, when this one has to come still."""
        end = held.find(b"\n", at)
        if end < 0:
            self._skips = self._skips or len(held) - at > LONGEST
            self._held = b"" if self._skips else held[at:]
            return len(held)
        if self._skips:
            self._skips = False
        elif end - at <= LONGEST:
            self._line(held[at:end])
        return end + 1

    def _line(self, line: bytes) -> None:
        head = _HEAD.match(line)
        copied = _COPY.match(line) if self._announced else None
        if head:
            self.entries += 1
            self._announced = head[1] == b"TABLE DATA"
        elif copied:
            self._table, self._announced = copied[1].decode("utf-8", "replace"), False
            self.rows.setdefault(self._table, 0)
        elif line.startswith(_LARGE):
            self.rows[LARGE_OBJECTS] = self.rows.get(LARGE_OBJECTS, 0) + 1


@dataclasses.dataclass(frozen=True)
class Found:
    """What an archive would bring back: ``rows`` by table. ``marked``: whether the wanted text is in one. ``problem``: why it could not be read;
    ``newer``: because the program is older than the archive, which says nothing of that."""

    rows: dict[str, int]
    entries: int
    marked: bool
    problem: str = ""
    newer: bool = False


def look(folder: str, source: t.Any, left: t.Callable[[], float], turn: t.Callable[[], None], wanted: str = "") -> Found:
    """Read an archive to its end through ``pg_restore`` of this ``folder`` (empty: of the search path), without a server. ``wanted``: a text that
    has to stand in some row. What goes on in ``source`` itself is raised."""
    program = os.path.join(folder, "pg_restore") if folder else "pg_restore"
    if not programs.there(program, "/"):
        hint = "Install PostgreSQL's client programs, not older than the server, or say where they are: backup_programs"
        raise Failure("invalid", f"there is no program {program}", hint, VENDOR, code="programs")
    given = {name: os.environ[name] for name in ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ") if name in os.environ}
    script = Script(wanted.encode())
    broken = ""
    try:
        with piping.feeding(piping.Start([program, "--file=-"], "/", given, left, turn, take=script.take)) as feed:
            fed = _feed(feed, source)
        ended = feed.ended
        if ended is not None and ended.code:
            broken = "; ".join(programs.lines(ended.errors, given)[-2:]) or f"pg_restore ended with {ended.code}"
        elif not fed:
            broken = "pg_restore took not all of it"
    except Failure as failure:
        if failure.code != "pipe":
            raise
        broken = "pg_restore cannot read it"
    if not broken and not script.entries:
        broken = "nothing is in it"
    return Found(dict(sorted(script.rows.items())), script.entries, script.seen, broken, "unsupported version" in broken)


def _feed(feed: piping.Feed, source: t.Any) -> bool:
    """Whether the program took everything. The rest is read all the same, for whoever counts and hashes it on its way."""
    taken = True
    while piece := source.read(piping.CAPACITY):
        if taken:
            try:
                feed.write(piece)
            except Failure as failure:
                if failure.code != "pipe":
                    raise
                taken = False
    return taken

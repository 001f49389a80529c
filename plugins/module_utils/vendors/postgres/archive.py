# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What an archive of ``pg_dump`` consists of, and which of its entries are wanted.

Facts (pg_restore's documentation and output): the table of contents stands at the beginning of an archive; ``--list --verbose`` writes an entry as
``<number>; <class> <object> <kind> <schema> <name> <owner>``, and below it the numbers of those that it depends on. Names stand there bare, so one
with a blank in it can be told apart only by who knows the names. An archive that comes as a stream is restored in its own order.
"""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.parts import Source
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transfer import CHUNK
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres import dumps
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.connection import VENDOR, Address

# A table of contents is read up to here.
MOST_CONTENTS = 256 * CHUNK
_LINE = re.compile(r"(\d+); \d+ \d+ (.+)")
_DEPENDS = re.compile(r";\s+depends on:((?: \d+)+)")


@dataclasses.dataclass(frozen=True)
class Entry:
    """``line``: as pg_restore wants it back. ``what``: kind, schema, name and owner, as they stand there."""

    number: int
    line: str
    what: str
    needs: tuple[int, ...] = ()

    @property
    def owner(self) -> str:
        return self.what.rpartition(" ")[2]

    def of(self, kind: str, names: t.Iterable[str]) -> str:
        """Which of the names (as SQL writes them) this entry of that kind is about; the longest that fits, or ""."""
        fitting = [name for name in names if self.what.startswith(f"{kind} {bare(name)} ")]
        return max(fitting, key=len, default="")


def bare(name: str) -> str:
    """``public."Odd Name"`` as the table of contents has it: ``public Odd Name``."""
    return re.sub(r'"((?:[^"]|"")*)"|\.', lambda found: " " if found[0] == "." else found[1].replace('""', '"'), name).replace("\n", " ")


class Headed:
    """A source whose beginning has been read already."""

    def __init__(self, head: bytes, rest: Source) -> None:
        self._head, self._rest = head, rest

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            piece, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
            return piece
        return self._rest.read(size)


def contents(work: dumps.Programs, address: Address, source: Source, folder: str) -> tuple[list[Entry], Headed]:
    """The entries, and the whole source again. Its beginning lies in the folder for as long as it takes to list it."""
    head, path = b"", os.path.join(folder, "head")
    while True:
        piece = source.read(CHUNK)
        head += piece
        with open(path, "wb") as file:
            file.write(head)
        try:
            listed = work.run(address, "pg_restore", "--list", "--verbose", path)
            return read(listed), Headed(head, source)
        except Failure as failure:
            if failure.kind != "failed" or "end of file" not in failure.message or not piece or len(head) > MOST_CONTENTS:
                hint = "Look at the part with backup_verify, and take another set"
                raise Failure("protocol", f"this is no archive that can be restored: {failure.message}", hint, VENDOR, code="damaged") from None
        finally:
            os.unlink(path)


def read(listed: str) -> list[Entry]:
    entries: list[Entry] = []
    for line in listed.splitlines():
        if found := _LINE.fullmatch(line):
            entries.append(Entry(int(found[1]), line, found[2]))
        elif (found := _DEPENDS.match(line)) and entries:
            entries[-1] = dataclasses.replace(entries[-1], needs=tuple(map(int, found[1].split())))
    return entries


def tables(entries: t.Sequence[Entry], only: t.Sequence[str], known: t.Iterable[str]) -> list[Entry]:
    """The named tables with their rows, and all that depends on them, so that they can be taken away and put back."""
    known = list(known)
    by_number = {entry.number: entry for entry in entries}
    taken = {entry.number for entry in entries if entry.of("TABLE", known) in only}
    lacking = set(only) - {entry.of("TABLE", known) for entry in entries}
    if lacking:
        raise Failure("invalid", f"the backup has no table {', '.join(sorted(lacking))}", "Look at the set's tables", VENDOR, code="table")
    before = -1
    while len(taken) != before:
        before = len(taken)
        for entry in entries:
            if entry.number not in taken and taken.intersection(entry.needs):
                taken.add(entry.number)
            if entry.number in taken and entry.what.startswith("SEQUENCE OWNED BY "):
                taken.update(number for number in entry.needs if number in by_number and by_number[number].what.startswith("SEQUENCE "))
    # A division that is joined to its table gets the indexes that all of them have by that.
    for entry in entries:
        if entry.number in taken and entry.what.startswith("INDEX ATTACH "):
            taken -= {entry.number, *(number for number in entry.needs if number in by_number and by_number[number].what.startswith(("CONSTRAINT ", "INDEX ")))}
    return [entry for entry in entries if entry.number in taken]


def beside(entries: t.Sequence[Entry], only: t.Sequence[str], known: t.Iterable[str]) -> list[Entry]:
    """The whole structure, and of the rows those of the named tables; foreign keys that would then point at nothing stay out."""
    known = list(known)
    meant = {entry.number for entry in tables(entries, only, known)}
    empty = {entry.number for entry in entries if entry.what.startswith("TABLE DATA ") and not (entry.number in meant and entry.of("TABLE DATA", only))}
    return [
        entry
        for entry in entries
        if entry.number not in empty and not entry.what.startswith(("BLOB", "FK CONSTRAINT ") if entry.number in meant else ("BLOB",))
    ]


def without(entries: t.Sequence[Entry], extensions: t.Collection[str], schemas: t.Collection[str]) -> list[Entry]:
    """But extensions and schemas that are there already: they belong to the server's owner, and comments on extensions always do."""

    def there(entry: Entry) -> bool:
        return any(entry.what.startswith(f"EXTENSION - {name} ") for name in extensions) or any(entry.what.startswith(f"SCHEMA - {name} ") for name in schemas)

    return [entry for entry in entries if not there(entry) and not entry.what.startswith("COMMENT - EXTENSION ")]

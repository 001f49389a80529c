# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Environment variables as Vercel stores them, as somebody wants them, and what has to be done about it. Nothing is sent here.

Vendor facts (Vercel REST API, its official client and the issues of its users): a key may be stored several times, once for each
place; a place is a target, the target preview with a git branch, or a custom environment, and one stored variable may serve several
places. The value of a ``sensitive`` one never comes back; what is sensitive stays so, and a policy of the team may make it so. An
edit keeps the type, whatever is asked for.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import malformed

# ``secret`` is of old times. Of another type nothing is known.
TYPES = ("plain", "encrypted", "secret", "sensitive", "system")
# Far more than Vercel allows: what is longer is no name.
LONGEST_NAME = 1000
LONGEST_COMMENT = 500
# What tells later which value a variable has that cannot be read: at the end of its comment.
_MARK = re.compile(r"\s*\[saasops ((?:hash|version):[\w.:-]+)\]\s*$")
VERSION = re.compile(r"[\w.:-]{1,60}")
KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)
How = t.Literal["already", "created", "edited", "replaced", "removed"]


class Place(t.NamedTuple):
    """Where a variable holds: a target, for preview maybe of one git branch, or a custom environment by its id."""

    target: str = ""
    branch: str = ""
    custom: str = ""

    def __str__(self) -> str:
        return f"{self.target} of {self.branch}" if self.branch else self.target or self.custom


@dataclasses.dataclass(frozen=True)
class Stored:
    """``value`` is None where it cannot be read. ``mark`` tells which value it is. ``owner``: who else manages it."""

    id: str
    key: str
    type: str
    places: tuple[Place, ...]
    value: str | None
    comment: str
    mark: str
    owner: str
    updated_at: float | None

    @property
    def readable(self) -> bool:
        return self.type in TYPES and self.type != "sensitive"


@dataclasses.dataclass(frozen=True)
class Wish:
    """What is wanted of one key at one place or several. None: as it is."""

    key: str
    places: tuple[Place, ...]
    value: str | None
    mark: str
    type: str | None
    comment: str | None
    absent: bool
    replace: bool


@dataclasses.dataclass(frozen=True)
class New:
    key: str
    place: Place
    value: str
    type: str
    comment: str
    mark: str


@dataclasses.dataclass(frozen=True)
class Edit:
    """``value`` None: it stays. ``comment`` is the whole one, mark included. ``places``: where it holds from now on."""

    stored: Stored
    value: str | None
    comment: str
    places: tuple[Place, ...]


@dataclasses.dataclass
class Plan:
    """In the order in which it has to be done; ``how`` says what becomes of each place that was wished for."""

    edits: list[Edit] = dataclasses.field(default_factory=list)
    removals: list[Stored] = dataclasses.field(default_factory=list)
    creations: list[New] = dataclasses.field(default_factory=list)
    how: dict[tuple[str, Place], How] = dataclasses.field(default_factory=dict)

    @property
    def changes(self) -> bool:
        return bool(self.edits or self.removals or self.creations)


def stored(raw: t.Any) -> Stored:
    """One variable as any call shows it. A value that is still encrypted counts as one that cannot be read."""
    if not isinstance(raw, dict) or not all(isinstance(raw.get(name), str) and 0 < len(raw[name]) <= LONGEST_NAME for name in ("id", "key", "type")):
        raise malformed("environment variable")
    targets, customs = raw.get("target") or [], raw.get("customEnvironmentIds") or []
    if not isinstance(targets, str | list) or not isinstance(customs, list):
        raise malformed("environment variable")
    branch = plain(raw["gitBranch"], 250) if raw.get("gitBranch") else ""
    places = [Place(plain(target, 40), branch if target == "preview" else "") for target in ([targets] if isinstance(targets, str) else targets)]
    places += [Place(custom=plain(custom, 200)) for custom in customs]
    comment, mark = unmarked(str(raw.get("comment") or ""))
    clear = raw["type"] in ("plain", "system") or raw.get("decrypted") is True
    owner = "Vercel itself" if raw["type"] == "system" or raw.get("system") is True else "an integration" if raw.get("configurationId") else ""
    updated = raw.get("updatedAt")
    return Stored(
        plain(raw["id"], 200),
        raw["key"],
        plain(raw["type"], 40),
        tuple(places),
        raw["value"] if clear and isinstance(raw.get("value"), str) and raw["type"] != "sensitive" else None,
        plain(comment, LONGEST_COMMENT),
        mark,
        owner,
        updated / 1000 if isinstance(updated, (int, float)) else None,
    )


def unmarked(comment: str) -> tuple[str, str]:
    """A comment without our mark, and the mark."""
    found = _MARK.search(comment)
    return (comment[: found.start()], found.group(1)) if found else (comment, "")


def marked(comment: str, mark: str) -> str:
    return f"{comment} [saasops {mark}]".lstrip() if mark else comment


def marks(key: str, place: Place) -> bool:
    """Whether the value may be one that cannot be read later on: for development nothing is sensitive."""
    return place.target != "development"


def usual_type(place: Place) -> str:
    """What the vendor's own client makes of a new variable."""
    return "encrypted" if place.target == "development" else "sensitive"


def same_value(wish: Wish, it: Stored) -> bool:
    """Whether it has the wanted value: compared where it can be read, else told by its mark. What has no mark may be anything."""
    if wish.value is None:
        return True
    return it.value == wish.value if it.value is not None else it.mark == wish.mark


def type_fits(wish: Wish, it: Stored) -> bool:
    """Sensitive is never a step away from what was asked for: a policy of the team may have made it so."""
    return wish.type in (None, it.type) or it.type == "sensitive"


def _content(wish: Wish) -> tuple[str | None, str | None, str]:
    return wish.value, wish.comment, wish.mark


def plan(wishes: t.Sequence[Wish], known: t.Sequence[Stored]) -> Plan:
    """What brings about the wishes, with as few changes as possible; raises where that would need what was not said."""
    cells: dict[tuple[str, Place], Wish] = {}
    for wish in wishes:
        for place in wish.places:
            if (wish.key, place) in cells:
                raise Failure("invalid", f"{wish.key} is there twice for {place}", "Name each key once for each place")
            cells[wish.key, place] = wish
    made = Plan()
    for it in known:
        wished = {place: cells[it.key, place] for place in it.places if (it.key, place) in cells}
        if wished:
            _settle(made, it, wished)
    for (key, place), wish in cells.items():
        if (key, place) in made.how:
            continue
        made.how[key, place] = "already" if wish.absent else "created"
        if not wish.absent:
            made.creations.append(_new(wish, place, None))
    return made


def _settle(made: Plan, it: Stored, wished: dict[Place, Wish]) -> None:
    """What becomes of one stored variable; where its places part, it goes on for some of them and others get one of their own."""
    if it.type not in TYPES:
        raise Failure("protocol", f"{it.key} is stored as {it.type}, which this collection does not know", "Change it in the dashboard; update the collection")
    leaving: list[Place] = []
    differing: list[Place] = []
    for place, wish in wished.items():
        if wish.absent:
            made.how[it.key, place] = "removed"
            leaving.append(place)
        elif not type_fits(wish, it):
            if not wish.replace:
                raise refuse(
                    f"{it.key} ({place}) is stored as {it.type}, and Vercel cannot make it {wish.type}",
                    "Set replace: true and allow: destroy to delete it and make it anew; for that moment it is not there",
                    "type",
                )
            made.how[it.key, place] = "replaced"
            leaving.append(place)
            made.creations.append(_new(wish, place, it))
        elif same_value(wish, it) and wish.comment in (None, it.comment):
            made.how[it.key, place] = "already"
        else:
            made.how[it.key, place] = "edited"
            differing.append(place)
    if (leaving or differing) and it.owner:
        raise refuse(f"{it.key} is managed by {it.owner}", "Change it there, or use another key", "managed")
    staying = [place for place in it.places if place not in leaving and place not in differing]
    if differing and not staying:
        # It goes on for the first of them and for those that are to become the same.
        first = wished[differing[0]]
        staying = [place for place in differing if _content(wished[place]) == _content(first)]
        written = first.value is not None and not same_value(first, it)
        comment = it.comment if first.comment is None else first.comment
        mark = first.mark if written and any(marks(it.key, place) for place in staying) else it.mark
        made.edits.append(Edit(it, first.value if written else None, marked(comment, mark), tuple(staying)))
    elif staying and len(staying) < len(it.places):
        made.edits.append(Edit(it, None, marked(it.comment, it.mark), tuple(staying)))
    elif not staying:
        made.removals.append(it)
    made.creations += [_new(wished[place], place, it) for place in differing if place not in staying]


def _new(wish: Wish, place: Place, before: Stored | None) -> New:
    value = wish.value if wish.value is not None else before.value if before is not None else None
    if value is None:
        why = f"the value that {wish.key} has cannot be read" if before is not None else f"there is no {wish.key} for {place}"
        raise Failure("invalid", f"{why}, and no value is given for it", f"Give the value of {wish.key}")
    kind = wish.type or (before.type if before is not None else usual_type(place))
    comment = wish.comment if wish.comment is not None else before.comment if before is not None else ""
    mark = (wish.mark if wish.value is not None else before.mark if before is not None else "") if marks(wish.key, place) else ""
    return New(wish.key, place, value, kind, marked(comment, mark), mark)

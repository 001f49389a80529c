# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a vendor tells for a first inventory: the shapes, and which of many projects belong to the system that is meant."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure

Component = dict[str, t.Any]  # name, vendor, variables; also: further addresses of it, where there are some
# The code of the failure that asks which projects are meant; its ``state`` holds their names.
WHICH = "projects"


@dataclasses.dataclass(frozen=True)
class Wish:
    """``projects`` are names that were given; ``hosts`` are those of the addresses that are known so far."""

    system: str
    environment: str
    projects: tuple[str, ...] = ()
    hosts: frozenset[str] = frozenset()


@dataclasses.dataclass
class Found:
    """``projects`` are the names of all that were seen, ``notes`` say what could not be known, each in one line."""

    components: list[Component] = dataclasses.field(default_factory=list)
    projects: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)


def choose(vendor: str, listed: t.Sequence[str], wish: Wish, whole: bool = False) -> list[str]:
    """Those of ``listed`` that belong to the system: the named ones, else the only one, else those that are called like it.

    ``whole``: one of them is a whole system, so that only its very name counts. Nobody guesses: otherwise the operator is asked.
    """
    named = [name for name in listed if name in wish.projects]
    if named or len(listed) <= 1:
        return named or list(listed)
    alike = [name for name in listed if name.lower() == wish.system] if whole else [name for name in listed if _holds(name, wish.system)]
    if alike:
        return alike
    raise Failure(
        "refused",
        f"{vendor.title()} has {len(listed)} projects, and none is called like {wish.system}: {', '.join(listed)}",
        "Name those that belong to it",
        vendor,
        code=WHICH,
        state=list(listed),
    )


def host_names(given: t.Sequence[str], taken: t.Collection[str] = ()) -> list[str]:
    """Host names that can be typed after ``--limit``; equal ones get a number, as do those that are ``taken``."""
    made: list[str] = []
    for name in given:
        plain = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-") or "component"
        number, unique = 1, plain
        while unique in made or unique in taken:
            number += 1
            unique = f"{plain}-{number}"
        made.append(unique)
    return made


def _holds(name: str, system: str) -> bool:
    """As words: ``shop`` is in ``shop-web``, and not in ``workshop``."""
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(system)}(?![a-z0-9])", name.lower()))

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What a set of backups only refers to, and its vendor keeps: that it is still there, and that it is no copy elsewhere. Pure: no I/O, no clock."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import Manifest, some, written_age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check

# Kinds of parts that tell what a vendor keeps: they are not the data, which go with the account.
KINDS = frozenset({"atlas", "railway_volume", "supabase"})
BACK = "a reference: its vendor alone can put it back"


@dataclasses.dataclass(frozen=True)
class Kept:
    """What a vendor says of that to which a part refers. ``broken``: why it could not be had; ``unknown``: why nobody could say; ``until``: epoch."""

    broken: str = ""
    unknown: str = ""
    until: float | None = None


def checks(component: str, kept: t.Mapping[str, Kept], now: float) -> list[Check]:
    """Whether what the newest set refers to is still with its vendor; ``kept`` by the part's name. Nothing where it refers to nothing."""
    if not kept:
        return []
    broken = [f"{name}: {one.broken}" for name, one in sorted(kept.items()) if one.broken]
    unknown = [f"{name}: {one.unknown}" for name, one in sorted(kept.items()) if one.unknown]
    if broken:
        step = f"{component}: make a new set with backup.yml now, and see who deleted it, or for how long its vendor keeps it"
        return [check("backup reference", component, "fail", some(broken), len(broken), "references", next=step)]
    if unknown:
        step = f"{component}: see that the vendor can be asked: docs/permissions.md"
        return [check("backup reference", component, "error", some(unknown), next=step)]
    ends = [one.until for one in kept.values() if one.until is not None]
    lasts = f", for {written_age(min(ends) - now)} more" if ends else ""
    return [check("backup reference", component, "pass", f"its vendor still keeps it{lasts}", len(kept), "references", brief="its vendor keeps it")]


def alone(manifest: Manifest) -> list[str]:
    """The components of which the set holds references alone."""
    kinds: dict[str, set[str]] = {}
    for part in manifest["parts"]:
        if part["state"] == "whole":
            kinds.setdefault(str(part["component"]), set()).add(str(part["kind"]))
    return sorted(name for name, found in kinds.items() if found <= KINDS)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The manifest of a set: what it is called, what stands in it, and how it is read back. No secret and no personal data are in it."""

from __future__ import annotations

import datetime
import json
import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.restic.operations import VENDOR

Json = dict[str, t.Any]
Row = t.Mapping[str, t.Any]
SCHEMA = 1
# Names of what a set has in the repository beside its parts.
MANIFEST, PROOF, PAGE = "manifest.json", "proof.json", "HOW-TO-RESTORE.md"
WHOLE, FAILED, SKIPPED = "whole", "failed", "skipped"
REASONS = ("daily", "pre_deploy", "pre_migration", "pre_restore", "manual")
_SET = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9_-]+")
_NEEDED = ("set", "environment", "why", "run", "began", "ended", "complete", "parts")
_OF_A_PART = ("name", "component", "vendor", "kind", "state", "why", "snapshot", "bytes", "sha256", "moment", "counts")


def set_id(run: str, started_at: float) -> str:
    """A set is called by when its run began, and by the run: all components of the run know it without asking."""
    return f"{datetime.datetime.fromtimestamp(started_at, datetime.UTC):%Y%m%dT%H%M%SZ}-{run}"


def is_set_id(text: str) -> bool:
    return _SET.fullmatch(text) is not None


def run_of(set_id: str) -> str:
    return set_id.partition("-")[2]


def build(facts: Row, parts: t.Sequence[Row], ended: float) -> Json:
    """``facts``: set, environment, why, reason, by, run, began, versions and releases."""
    moments = [float(part["moment"]) for part in parts if part["state"] == WHOLE]
    return {
        "schema": SCHEMA,
        **facts,
        "system": str(facts["environment"]).partition("/")[0],
        "ended": ended,
        "complete": bool(parts) and all(part["state"] not in (FAILED, SKIPPED) for part in parts),
        "spread": round(max(moments) - min(moments), 3) if moments else 0.0,
        "parts": [dict(part) for part in sorted(parts, key=lambda part: (part["component"], part["name"]))],
    }


def written(manifest: Row) -> bytes:
    return json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"


def read(content: bytes) -> Json:
    """Refused what cannot be a manifest; one of a newer collection tells to upgrade."""
    try:
        found = json.loads(content)
        if int(found["schema"]) > SCHEMA:
            raise Failure("invalid", "the set was made by a newer version of this collection", "Upgrade the collection on this machine", VENDOR, code="schema")
        missing = [name for name in _NEEDED if name not in found]
        missing += [f"{part.get('name')}: {name}" for part in found["parts"] for name in _OF_A_PART if name not in part]
    except UNREADABLE as error:
        raise Failure("protocol", "the manifest cannot be read", "Use another set", VENDOR, code="manifest") from error
    if missing:
        raise Failure("protocol", f"the manifest lacks {missing[0]}", "Use another set", VENDOR, code="manifest")
    return t.cast(Json, found)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of backup and restore, on a real repository of restic: one set, from its beginning to the proof that it comes back."""

from __future__ import annotations

from tests.harness import restic
from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

PASSWORD = "ways-test-backups-6Hq2Wn9Kd4Zx7Vb3Lp8Rm5T"
SECRETS = (PASSWORD,)
SET = "20261120T030000Z-ways"
HERE: Json = {"repository": "backups", "password": PASSWORD}
OURS: Json = {**HERE, "environment": "shop/staging"}


def _exports(shown: str) -> Json:
    """An application that exports what is in this file, and takes it back into it."""
    command = {"argv": ["cat", shown], "restore": ["sh", "-c", f"cat > {shown}"], "file": "orders.json", "count": "length(@)"}
    return {
        "name": "exports",
        "component_vendor": "other",
        "saasops_system": "shop",
        "saasops_environment": "staging",
        "component_backup": {"command": {**command, "folder": "."}},
    }


NEEDED: dict[str, Json] = {
    "backup_set": {**OURS, "set": SET},
    "backup_set_info": OURS,
    "backup_proof": {**OURS, "set": SET, "parts": []},
    "component_backup": {**HERE, "component": _exports("held.json"), "set": SET},
    "component_backup_verify": {**OURS, "component": _exports("held.json")},
    "component_restore": {**HERE, "component": _exports("held.json")},
}
BAD: list[tuple[str, Json]] = [
    ("backup_set", {"set": "tonight"}),
    ("backup_set", {"retention": {"dayly": 3}}),
    ("backup_set_info", {"set": "20200101T000000Z-none"}),
    ("backup_proof", {"set": None}),
    ("component_backup", {"set": None}),
    ("component_backup", {"component": {**_exports("held.json"), "component_backup": {"command": {"argv": "cat held.json"}}}}),
    ("component_backup_verify", {"read_data": "some"}),
    ("component_backup_verify", {"tables_watch": {"users": "much"}}),
    ("component_restore", {"to": "elsewhere"}),
    ("component_restore", {"set": "20200101T000000Z-none"}),
    ("component_restore", {"undo": True}),
]


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    restic.repository(world.folder / "backups", PASSWORD)
    (world.folder / "held.json").write_text('[{"id": 1}, {"id": 2}]\n', encoding="utf-8")
    # What is there when the set is restored.
    (world.folder / "lost.json").write_text('[{"id": 2}]\n', encoding="utf-8")
    back = {**HERE, "component": _exports("lost.json"), "set": SET, "to": "in_place", "safety": SET, "confirm": "staging", "allow": "destroy"}
    return [
        # The repository is there; that it is made is seen in test_backup_sets.py.
        Look("backup_set", {**OURS, "set": SET, "state": "begun"}, "offsite == `false`"),
        # The third of all steps, whose parts the next one takes.
        Cycle("component_backup", NEEDED["component_backup"], "backup_set_info", OURS, "sets == `[]`", repeats=True),
        Cycle(
            "backup_set",
            {**OURS, "set": SET, "parts": "{{ step_2.parts }}"},
            "backup_set_info",
            {**OURS, "set": SET},
            "sets[0].complete && sets[0].manifest.parts[0].counts == {records: `2`}",
        ),
        Look("component_backup_verify", {**OURS, "component": _exports("held.json"), "max_age": "400d"}, "length(checks[?verdict=='fail']) == `0`"),
        Look("component_backup_verify", {**OURS, "scope": "environment"}, "checks[?name=='backup encryption'].verdict == ['pass']"),
        Cycle("component_restore", back, "backup_set_info", OURS, "length(sets) == `1`"),
        Cycle(
            "backup_proof",
            {**OURS, "set": SET, "parts": "{{ step_12.restore.parts }}"},
            "backup_set_info",
            OURS,
            "sets[0].proved_at > `0`",
            # Whoever drills again has proved it again.
            repeats=True,
        ),
    ]

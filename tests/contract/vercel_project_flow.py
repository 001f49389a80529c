# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the rooms of a project ask Vercel for, once."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import project as room
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import PROJECT, Vercel, of_module, project

ABSENT = dict.fromkeys(("paused", "auto_assign", *room.SETTINGS))


def flow(vercel: Vercel) -> None:
    commands = {"buildCommand": "b", "installCommand": "i", "outputDirectory": "o", "rootDirectory": "r", "commandForIgnoringBuildStep": "c"}
    built = {**commands, "nodeVersion": "24.x"}
    vercel.on("GET", "/v9/projects/hydrogen", project(), project(auto=False, paused=True))
    vercel.on("GET", f"/v9/projects/{PROJECT}", project(auto=False, paused=True, **built), project(auto=False))
    vercel.on("PATCH", f"/v9/projects/{PROJECT}", project())
    vercel.on("POST", f"/v1/projects/{PROJECT}/pause", None)
    vercel.on("POST", f"/v1/projects/{PROJECT}/unpause", None)
    wish = dict(zip(room.SETTINGS, ("24.x", "b", "i", "o", "r", "c"), strict=True))
    results = [
        of_module(room.execute, **{**ABSENT, **wish, "paused": True}),
        of_module(room.execute, **{**ABSENT, "paused": False, "auto_assign": False}),
        of_module(room.info),
    ]
    assert [result.get("msg") for result in results] == [None] * 3
    assert [len(result.get("changes", [])) for result in results] == [2, 2, 0]

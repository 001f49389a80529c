# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the rooms of rolling releases ask Vercel for, once."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import rolling_release_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, PROJECT, STAGED, Vercel, job, of_module, project
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_rolling_answers import CANARY, HERE, MANUAL, OFF, TIMED, WANTED, config, do, release


def flow(vercel: Vercel) -> None:
    timed = [{"percentage": 10, "duration": "5m"}, {"percentage": 50, "duration": "1h"}, {"percentage": 100}]
    off, on = project(), project(rollingRelease=config()["rollingRelease"])
    unsaid = {key: value for key, value in on.items() if key != "rollingRelease"}
    vercel.on("GET", "/v9/projects/hydrogen", off, on, unsaid)
    vercel.on("GET", f"/v9/projects/{PROJECT}", on, project(STAGED), on, project(last=job(BAD["uid"], age=-5)))
    vercel.on("GET", HERE, OFF, OFF, OFF, release(0), release(1), release(1), release(1), OFF)
    vercel.on("GET", f"{HERE}/billing", {"reason": "available_slots", "availableSlots": 1, "message": "Available"})
    vercel.on("GET", f"{HERE}/config", config(MANUAL), OFF, config(TIMED, canaryResponseHeader=True), config(TIMED))
    vercel.on("PATCH", f"{HERE}/config", config(MANUAL))
    vercel.on("POST", f"{HERE}/start", release(0))
    vercel.on("POST", f"{HERE}/approve-stage", release(1))
    vercel.on("POST", f"{HERE}/complete", release(None, "COMPLETE"))
    vercel.listed(STAGED)
    vercel.rollback(BAD["uid"])
    results = [
        do(stages=WANTED),
        do(stages=timed, canary_response_header=True),
        do(deployment="v1.5.0", state="active"),
        do(deployment=CANARY, state="active", stage=1),
        do(deployment=CANARY, state="complete"),
        do(deployment=CANARY, state="aborted", description="because"),
        of_module(rolling_release_info.execute),
    ]
    assert [result.get("message") for result in results] == [None] * len(results)
    assert [bool(result.get("changed")) for result in results] == [True] * 6 + [False]

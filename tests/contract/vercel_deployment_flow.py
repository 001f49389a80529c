# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the room of one deployment asks Vercel for, once."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployment
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, DAY, GOOD, SHAS, Vercel, item, of_module, project, single

ABSENT = {"state": "present", "ref": None, "sha": None, "target": None, "deployment": None, "key": None, "keep": 1, "wait": True, "allow": "destroy"}
LINK = {"type": "github", "repoId": 100200300, "productionBranch": "main"}


def flow(vercel: Vercel) -> None:
    building, old = item("dpl_new", "v1.4.3", 5, readyState="BUILDING"), item("dpl_old", "v1.4.0", 9 * DAY)
    vercel.on("GET", "/v9/projects/hydrogen", project(link=LINK))
    vercel.on("GET", "/v7/deployments", {"deployments": [BAD, GOOD, old], "pagination": {"count": 3, "next": None, "prev": None}})
    vercel.on("POST", "/v13/deployments", single(building))
    vercel.on("GET", "/v13/deployments/dpl_new", single({**building, "readyState": "READY", "aliasAssigned": True}), single(building))
    vercel.on("GET", "/v13/deployments/dpl_old", single(old))
    vercel.on("PATCH", "/v12/deployments/dpl_new/cancel", single({**building, "readyState": "CANCELED"}))
    vercel.on(
        "GET", "/v2/deployments/dpl_old/aliases", {"aliases": [{"uid": "1", "alias": "hydrogen-old.vercel.app", "created": "2026-01-01", "redirect": None}]}
    )
    vercel.on("DELETE", "/v13/deployments/dpl_old", {"uid": "dpl_old", "state": "DELETED"})
    results = [
        of_module(deployment.execute, **ABSENT | {"sha": "5" * 40}),
        of_module(deployment.execute, **ABSENT | {"ref": "main", "target": "preview", "wait": False}),
        of_module(deployment.execute, **ABSENT | {"state": "redeployed", "deployment": SHAS["v1.4.1"], "wait": False}),
        of_module(deployment.execute, **ABSENT | {"state": "canceled", "deployment": "dpl_new"}),
        of_module(deployment.execute, **ABSENT | {"state": "absent", "deployment": "dpl_old"}),
    ]
    assert [result.get("msg") for result in results] == [None] * 5
    assert [result["how"] for result in results] == ["created", "created", "redeployed", "canceled", "deleted"]

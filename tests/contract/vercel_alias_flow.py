# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the room of an alias asks Vercel for, once."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import alias
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, GOOD, PROJECT, Vercel, error, of_module, project

NAME = "next.example.com"


def pointing(deployment: str | None, project_id: str = PROJECT) -> dict[str, object]:
    return {"uid": "alias-1", "alias": NAME, "created": "2026-01-01", "deploymentId": deployment, "projectId": project_id}


def flow(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.on("GET", f"/v4/aliases/{NAME}", (404, error("not_found", "No")), pointing(GOOD["uid"]))
    vercel.on("POST", f"/v2/deployments/{GOOD['uid']}/aliases", {"uid": "alias-1", "alias": NAME, "created": "2026-01-01", "oldDeploymentId": None})
    vercel.on("DELETE", "/v2/aliases/alias-1", {"status": "SUCCESS"})
    vercel.listed(BAD, GOOD)
    wish = {"alias": NAME, "state": "present", "deployment": "v1.4.1"}
    results = [of_module(alias.execute, **wish), of_module(alias.execute, **{**wish, "state": "absent", "deployment": None})]
    assert [result.get("msg") for result in results] == [None, None]
    assert [result["changed"] for result in results] == [True, True]

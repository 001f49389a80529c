# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the modules that only look ask Vercel for: logs, domains, certificates, the token."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import Wish
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import access_token_info, domain_info, inventory, log_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, COMMON, PROJECT, Json, Vercel, project

LINE: Json = {"type": "stdout", "created": 1000, "text": "built"}
RUNTIME: Json = {"source": "serverless", "timestampInMs": 1000, "message": "served", "level": "info"}
LOG: Json = {"deployment": None, "level": None, "limit": 5, "seconds": 1.0}


def flow(vercel: Vercel) -> None:
    vercel.on("GET", "/v9/projects/hydrogen", project())
    vercel.on("GET", f"/v3/deployments/{BAD['uid']}/events", [LINE])
    vercel.on("GET", f"/v1/projects/{PROJECT}/deployments/{BAD['uid']}/runtime-logs", RUNTIME)
    for source, text in (("build", "built"), ("runtime", "served")):
        result = transaction.outcome(log_info.execute, {**COMMON, **LOG, "source": source}, False)
        assert [line["text"] for line in result["lines"]] == [text], result
    page = {"domains": [{"name": "app.example.com", "verified": True}], "pagination": {"count": 1, "next": 5, "prev": None}}
    vercel.on("GET", "/v9/projects/hydrogen/domains", page, {"domains": [], "pagination": {"count": 0, "next": None, "prev": 5}})
    vercel.on("GET", "/v6/domains/app.example.com/config", {"misconfigured": False, "configuredBy": "A"})
    vercel.on("GET", "/v8/certs", {"certs": []})
    result = transaction.outcome(domain_info.execute, {**COMMON, "domains": None, "configuration": True}, False)
    assert [it["configured_by"] for it in result["domains"]] == ["A"], result
    vercel.on("GET", "/v5/user/tokens/current", {"token": {"id": "tok", "expiresAt": 1000}})
    given = {name: value for name, value in COMMON.items() if name not in ("team", "project")}
    result = transaction.outcome(access_token_info.execute, {**given, "token_id": None}, False)
    assert result["access_token"]["expires_at"] == 1.0
    vercel.on("GET", "/v2/teams", {"teams": [{"id": "team_1", "slug": "example-team"}], "pagination": {"count": 1, "next": None, "prev": None}})
    vercel.on("GET", "/v10/projects", {"projects": [project()], "pagination": {"count": 1, "next": None, "prev": None}})
    result = transaction.outcome(lambda task: {"found": inventory.draft(task, {**given, "team": None}, Wish("shop", "production")).components}, given, True)
    assert [(it["name"], it["variables"]["vercel_team"]) for it in result["found"]] == [("hydrogen", "example-team")], result

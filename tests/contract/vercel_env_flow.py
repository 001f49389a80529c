# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the modules of environment variables ask for, once."""

from __future__ import annotations

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import env_info
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import COMMON, Vercel
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_env_answers import ENV, item, of_env


def flow(vercel: Vercel) -> None:
    stored = [item("env_a", "A", "production", "preview", gitBranch="main"), item("env_b", "B", "production"), item("env_c", "C", "preview")]
    made = [item("env_n", "N", "preview", gitBranch="main"), item("env_o", "N", customEnvironmentIds=["env_qa"])]
    vercel.on("GET", ENV, {"envs": stored, "hiddenProductionEnvCount": 0})
    vercel.on("GET", "/v1/projects/hydrogen/env/env_a", {**stored[0], "value": "v", "decrypted": True})
    vercel.on("GET", "/v1/projects/hydrogen/env/env_b", {**stored[1], "value": "v", "decrypted": True})
    vercel.on("GET", "/v9/projects/hydrogen/custom-environments", {"environments": [{"id": "env_qa", "slug": "qa"}]})
    vercel.on("PATCH", "/v9/projects/hydrogen/env/env_a", stored[0])
    vercel.on("PATCH", "/v9/projects/hydrogen/env/env_b", stored[1])
    vercel.on("DELETE", "/v1/projects/hydrogen/env", {"deleted": 1, "ids": ["env_c"]})
    vercel.on("POST", ENV, (201, {"created": made, "failed": []}))
    result = of_env(
        {"key": "A", "value": None, "target": ["production"], "state": "absent"},
        {"key": "B", "target": ["production"], "comment": "of the shop"},
        {"key": "C", "value": None, "target": ["preview"], "state": "absent"},
        {"key": "N", "target": ["preview"], "git_branch": "main"},
        {"key": "N", "custom_environments": ["qa"]},
    )
    assert [entry["how"] for entry in result["variables"]] == ["removed", "edited", "removed", "created", "created"]
    seen = transaction.outcome(env_info.execute, {**COMMON, "keys": ["B"], "target": None, "values": True}, False, no_log=True)
    assert [it["value"] for it in seen["variables"]] == ["v"]

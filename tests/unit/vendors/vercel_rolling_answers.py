# SPDX-License-Identifier: GPL-3.0-or-later
"""What Vercel says of rolling releases, in the shapes of its document."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import rolling_release
from ansible_collections.saasops.runbooks.tests.unit.vendors.vercel_answers import BAD, COMMON, NOW, PROJECT, STAGED, Json

HERE = f"/v1/projects/{PROJECT}/rolling-release"
MANUAL = [{"targetPercentage": 10, "requireApproval": True}, {"targetPercentage": 50, "requireApproval": True}, {"targetPercentage": 100}]
TIMED = [{"targetPercentage": 10, "duration": 5}, {"targetPercentage": 50, "duration": 60}, {"targetPercentage": 100}]
WANTED = [{"percentage": 10}, {"percentage": 50}, {"percentage": 100}]
CANARY = STAGED["uid"]


def config(stages: list[Json] | None = None, **facts: t.Any) -> Json:
    return {"rollingRelease": {"target": "production", "stages": MANUAL if stages is None else stages, **facts}}


OFF: Json = {"rollingRelease": None}


def named(listed: Json) -> Json:
    return {"id": listed["uid"], "name": "hydrogen", "url": listed["url"], "readyState": "READY", "createdAt": listed["createdAt"], "target": "production"}


def release(stage: int | None = 0, state: str = "ACTIVE", stages: list[Json] | None = None, **facts: t.Any) -> Json:
    shown = [
        {"index": number, "requireApproval": False, "duration": None, "isFinalStage": number == 2, **it}
        for number, it in enumerate(MANUAL if stages is None else stages)
    ]
    return {
        "rollingRelease": {
            "state": state,
            "substate": None,
            "advancementType": "manual-approval",
            "currentDeployment": named(BAD),
            "canaryDeployment": named(STAGED),
            "queuedDeploymentId": None,
            "stages": shown,
            "activeStage": None if stage is None else shown[stage],
            "nextStage": None if stage is None or stage == 2 else shown[stage + 1],
            "currentCanaryPercentage": 100 if stage is None else shown[stage]["targetPercentage"],
            "startedAt": round(NOW * 1000),
            "updatedAt": round(NOW * 1000),
            **facts,
        }
    }


def do(check: bool = False, **params: t.Any) -> Json:
    """The result with the names of its ``changes``, or the failure."""
    absent = dict.fromkeys(("enabled", "stages", "canary_response_header", "deployment", "state", "stage"))
    result = transaction.outcome(rolling_release.execute, {**COMMON, "allow": "change", "description": "", **absent, **params}, check)
    return t.cast(Json, result.get("failure") or {**result, "changes": [change["operation"] for change in result["changes"]]})

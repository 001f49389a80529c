# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Rolling releases of one Vercel project: one shape for what the vendor says of them.

Vendor facts (Vercel REST API): ``state`` is ACTIVE, COMPLETE or ABORTED; ``substate`` PAUSED means that Vercel's own gate holds the
release where it is; stages are counted from 0 and last **minutes**; times are milliseconds; with the final stage it is complete.
"""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import deployments, operations
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.client import malformed
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project

ACTIVE, COMPLETE, ABORTED = "ACTIVE", "COMPLETE", "ABORTED"
STATES = (ACTIVE, COMPLETE, ABORTED)


@dataclasses.dataclass(frozen=True)
class Stage:
    percentage: float
    approval: bool
    minutes: float | None
    final: bool


@dataclasses.dataclass(frozen=True)
class Release:
    """``stage`` is the index of the active one. ``held`` is why it does not go on by itself (``PAUSED``), empty otherwise."""

    state: str
    held: str
    current: str | None
    canary: str | None
    host: str | None  # the canary's own
    queued: str | None
    percentage: float | None
    stage: int | None
    stages: tuple[Stage, ...]
    started_at: float | None

    def as_dict(self) -> dict[str, t.Any]:
        return {
            "state": self.state,
            "held": self.held or None,
            "current": self.current,
            "canary": self.canary,
            "queued": self.queued,
            "percentage": self.percentage,
            "stage": self.stage,
            "stages": [
                {
                    "index": index,
                    "percentage": stage.percentage,
                    "approval": stage.approval,
                    "seconds": None if stage.minutes is None else stage.minutes * 60,
                    "final": stage.final,
                }
                for index, stage in enumerate(self.stages)
            ],
            "started_at": self.started_at,
        }

    def at(self, stage: int) -> Release:
        """As it is there; with the final stage it is complete."""
        if self.stages[stage].final:
            return self.ended(COMPLETE)
        return dataclasses.replace(self, stage=stage, percentage=self.stages[stage].percentage)

    def ended(self, state: str) -> Release:
        return dataclasses.replace(self, state=state, stage=None, held="", percentage=100 if state == COMPLETE else 0)


def read(place: Scope, project_id: str, state: str | None = None) -> Release | None:
    """The active release with ``state`` ACTIVE, otherwise the last one; None when there is none."""
    query = {"state": state} if state else {}
    found = parse(place.client.call(operations.GET_ROLLING_RELEASE, path={"idOrName": project_id}, query=query))
    return None if found is not None and state and found.state in STATES and found.state != state else found


def parse(answer: t.Mapping[str, t.Any]) -> Release | None:
    if "rollingRelease" not in answer:
        raise malformed("rolling release")
    raw = answer["rollingRelease"]
    if raw is None:
        return None
    stages = raw.get("stages") if isinstance(raw, dict) else None
    if not isinstance(stages, list) or not all(isinstance(stage, dict) and isinstance(stage.get("targetPercentage"), (int, float)) for stage in stages):
        raise malformed("stages of the rolling release")
    state = plain(raw.get("state") or "UNKNOWN", 40)
    index = _index(raw.get("activeStage"))
    canary = raw["canaryDeployment"] if isinstance(raw.get("canaryDeployment"), dict) else {}
    if state == ACTIVE and (index is None or not 0 <= index < len(stages) or not canary.get("id")):
        raise malformed("active stage of the rolling release")
    started, share = raw.get("startedAt"), raw.get("currentCanaryPercentage")
    return Release(
        state=state,
        held=plain(raw.get("substate") or "", 40),
        current=_name(raw.get("currentDeployment")),
        canary=_name(canary),
        host=plain(canary.get("url") or "", 300) or None,
        queued=plain(raw["queuedDeploymentId"], 200) if raw.get("queuedDeploymentId") else None,
        percentage=share if isinstance(share, (int, float)) else stages[index]["targetPercentage"] if index is not None else None,
        stage=index,
        stages=tuple(_stage(stage, number == len(stages) - 1) for number, stage in enumerate(stages)),
        started_at=started / 1000 if isinstance(started, (int, float)) else None,
    )


def _stage(raw: dict[str, t.Any], last: bool) -> Stage:
    minutes = raw.get("duration")
    return Stage(
        raw["targetPercentage"],
        raw.get("requireApproval") is True,
        minutes if isinstance(minutes, (int, float)) and not last else None,
        raw.get("isFinalStage") is True or last,
    )


def _index(raw: t.Any) -> int | None:
    found = raw.get("index") if isinstance(raw, dict) else None
    return int(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _name(raw: t.Any) -> str | None:
    return plain(raw["id"], 200) if isinstance(raw, dict) and raw.get("id") else None


def canary_of(place: Scope, project: Project, text: str, release: Release | None) -> dict[str, t.Any]:
    """The deployment that ``text`` names, at least its id. That of the active release needs no look-up."""
    if release is not None and text and text in (release.canary, release.host):
        return {"id": release.canary}
    if release is not None and release.host and urlsplit(text).netloc == release.host:
        return {"id": release.canary}
    return deployments.required(place, project.id, text, project.serving)

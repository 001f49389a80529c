# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_rolling_release does; its documentation tells options and result."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import projects, rolling_config
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.deployments import Scope
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.projects import Project
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.rolling_acts import Done, abort, advance, begin, complete, told
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.rolling_config import MANUAL, Config
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel.rolling_releases import (
    ACTIVE,
    Release,
    Stage,
    canary_of,
    read,
)


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    stages = _checked(params)
    place = projects.scope(task, params)
    raw = projects.fetch(place)
    project = projects.parse(place, raw)
    config = rolling_config.parse(raw) if "rollingRelease" in raw else rolling_config.read(place, project.id)
    wish = rolling_config.desired(params, stages, config)
    differs = wish is not config and (wish is None or not wish.fits(config))
    state, named = params["state"], params["deployment"] or ""
    # The release is read last, so that what is decided on it is as new as can be; the active one's canary needs no look-up.
    by_id = named.startswith("dpl_") or "://" in named or named.endswith(".vercel.app")
    canary = canary_of(place, project, named, None) if state and not by_id else None
    release = read(place, project.id, ACTIVE) if state or differs else None
    if state and canary is None:
        canary = canary_of(place, project, named, release)
    shown, held, notes = config, release, []
    if differs:
        shown = _configured(task, place, project, config, wish, release)
        notes.append("the settings hold for the next production deployment")
        if config is not None and config.gate is not None and shown is not None and shown.gate != config.gate and not task.check_mode:
            notes.append("Vercel's own gate is no longer set as it was: set it again in the dashboard")
    done = Done(project, release, "already")
    if canary is not None:
        done = _made(task, place, project, release, canary, wish)
    before = _state(project, config, held)
    after = _state(done.project, wish if differs else config, done.release)
    return {
        "changed": before != after,
        "rolling_release": {
            "project": project.name,
            "project_id": project.id,
            "config": shown.as_dict() if shown is not None else None,
            "release": done.release.as_dict() if done.release is not None else None,
            "serving": done.project.serving["id"] if done.project.serving is not None else None,
            "auto_assign": done.project.auto_assign,
            "how": "configured" if differs and done.how == "already" else done.how,
            "notes": [*notes, *done.notes],
        },
        "diff": {"before": before, "after": after},
    }


def _checked(params: t.Mapping[str, t.Any]) -> Config | None:
    """The option ``stages`` as settings, after refusing what cannot be meant; nothing has been asked yet."""
    if params["stages"] is not None and params["enabled"] is False:
        raise Failure("invalid", "stages are given, and enabled is false", "Leave one of them out")
    if params["state"] is not None and not (params["deployment"] or "").strip():
        raise Failure("invalid", "no deployment is named", "Give the canary with the option deployment")
    if params["stage"] is not None and params["state"] != "active":
        raise Failure("invalid", "stage is given without state: active", "Give state: active, or leave stage out")
    return rolling_config.wanted_stages(params["stages"]) if params["stages"] is not None else None


def _configured(task: Task, place: Scope, project: Project, now: Config | None, wish: Config | None, release: Release | None) -> Config | None:
    if release is not None:
        raise refuse(
            f"a rolling release of {release.canary} is active, which a change of the settings would abort",
            "Complete or abort it first (state: complete, or aborted)",
            "rolling_release",
        )
    if now is None:
        rolling_config.admit_plan(place, project)
    try:
        return rolling_config.write(task, place, project, now, wish)
    except Failure as failure:
        raise told(failure) from failure


def _made(task: Task, place: Scope, project: Project, release: Release | None, canary: dict[str, t.Any], config: Config | None) -> Done:
    identity, state, stage = canary["id"], task.params["state"], task.params["stage"]
    if state == "complete":
        return complete(task, place, project, release, identity)
    if state == "aborted":
        return abort(task, place, project, release, identity, task.params["description"])
    stages = _stages(config)
    if release is None and stage and stages and stages[0].approval and not project.serves(identity):
        raise refuse(f"no rolling release of {identity} is active, so stage {stage} does not follow", "Start it first: state: active, without stage", "skips")
    begun = begin(task, place, project, release, canary, stages)
    if stage is None or begun.release is None:
        return begun
    moved = advance(task, place, project, begun.release, identity, stage)
    return dataclasses.replace(moved, how=begun.how) if moved.how == "already" else moved


def _stages(config: Config | None) -> tuple[Stage, ...]:
    if config is None:
        return ()
    last = len(config.stages) - 1
    manual = config.advancement == MANUAL
    return tuple(Stage(share, manual and index < last, minutes, index == last) for index, (share, minutes) in enumerate(config.stages))


def _state(project: Project, config: Config | None, release: Release | None) -> dict[str, t.Any]:
    settings = None if config is None else {name: value for name, value in config.as_dict().items() if name != "gate"}
    return {
        "config": settings,
        "release": None if release is None else {"state": release.state, "canary": release.canary, "stage": release.stage},
        "serving": project.serving["id"] if project.serving is not None else None,
        "auto_assign": project.auto_assign,
    }

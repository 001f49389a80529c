# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module vercel_rolling_release_info does; its documentation tells options and result."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import projects, rolling_config, rolling_releases


def execute(task: Task) -> dict[str, t.Any]:
    place = projects.scope(task, task.params)
    raw = projects.fetch(place)
    project = projects.parse(place, raw)
    config = rolling_config.parse(raw) if "rollingRelease" in raw else rolling_config.read(place, project.id)
    release = rolling_releases.read(place, project.id)
    return {
        "rolling_release": {
            "project": project.name,
            "project_id": project.id,
            "config": config.as_dict() if config is not None else None,
            "release": release.as_dict() if release is not None else None,
            "serving": project.serving["id"] if project.serving is not None else None,
            "auto_assign": project.auto_assign,
            "billing": rolling_config.billing(place, project.id),
        }
    }

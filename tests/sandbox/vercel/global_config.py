# SPDX-License-Identifier: GPL-3.0-or-later
"""Global Configs of a team, under today's address and the one they had as Edge Configs.

A scenario gives them to a component, whose team owns them. All operations of one request happen, or none.
"""

from __future__ import annotations

import functools
import json
import re
import typing as t

from . import render
from .asked import Answer, Asked, Routes
from .state import Json, Project, VercelError

if t.TYPE_CHECKING:
    from ..world import World

KEY = re.compile(r"[\w-]{1,256}")


def seeded(world: World, slug: str, items: Json) -> Json:
    return {"id": f"ecfg_{world.word(24)}", "slug": slug, "items": items, "created": world.now() - 90 * 86400, "updated": world.now() - 86400}


def _found(asked: Asked, today: bool) -> tuple[Project, Json]:
    for project in asked.vercel.projects.values():
        for config in project.configs:
            if project.team is asked.team and config["id"] == asked.names["config"]:
                _known(project, today)
                return project, config
    raise VercelError(404, "not_found", "The Global Config was not found")


def _known(project: Project, today: bool) -> None:
    """An installation may know the calls by their former name alone."""
    if project.edge_config_status and today:
        raise VercelError(project.edge_config_status, "not_found", "The requested API endpoint does not exist")


def list_configs(asked: Asked, today: bool = True) -> Answer:
    found = []
    for project in asked.vercel.projects.values():
        if project.team is asked.team and project.configs:
            _known(project, today)
            found += [_shown(project, config) for config in project.configs]
    return 200, found


def _shown(project: Project, config: Json) -> Json:
    return {
        "id": config["id"],
        "slug": config["slug"],
        "ownerId": project.team.id,
        "createdAt": render.ms(config["created"]),
        "updatedAt": render.ms(config["updated"]),
        "digest": f"{abs(hash(str(config['items']))):064x}",
        "itemCount": len(config["items"]),
        "sizeInBytes": len(str(config["items"])),
    }


def list_items(asked: Asked, today: bool = True) -> Answer:
    _project, config = _found(asked, today)
    at = {"createdAt": render.ms(config["created"]), "updatedAt": render.ms(config["updated"])}
    return 200, [{"edgeConfigId": config["id"], "key": key, "value": value, **at} for key, value in config["items"].items()]


def patch_items(asked: Asked, today: bool = True) -> Answer:
    project, config = _found(asked, today)
    operations = asked.body.get("items")
    if not isinstance(operations, list) or set(asked.body) != {"items"}:
        raise VercelError(400, "bad_request", "Missing required property `items`.")
    items = dict(config["items"])
    for wish in operations:
        operation, key = wish.get("operation"), wish.get("key")
        if operation not in ("create", "update", "upsert", "delete") or not isinstance(key, str) or not KEY.fullmatch(key):
            raise VercelError(400, "bad_request", "Invalid request: `operation` or `key` is not valid.")
        if (operation == "create") == (key in items) and operation != "upsert":
            raise VercelError(409, "conflict", f"The item `{key}` {'exists already' if key in items else 'does not exist'}.")
        if operation == "delete":
            del items[key]
        elif "value" in wish:
            items[key] = wish["value"]
        else:
            raise VercelError(400, "bad_request", "Missing required property `value`.")
    # As JSON tells them apart: true is not 1.
    if json.dumps(items) != json.dumps(config["items"]) and not project.config_read_only:
        config["items"], config["updated"] = items, asked.vercel.world.now()
        asked.vercel.world.changed()
    return 200, {"status": "ok"}


ROUTES: Routes = (
    ("GET", "/v1/global-config", list_configs),
    ("GET", "/v1/global-config/{config}/items", list_items),
    ("PATCH", "/v1/global-config/{config}/items", patch_items),
    ("GET", "/v1/edge-config", functools.partial(list_configs, today=False)),
    ("GET", "/v1/edge-config/{config}/items", functools.partial(list_items, today=False)),
    ("PATCH", "/v1/edge-config/{config}/items", functools.partial(patch_items, today=False)),
)

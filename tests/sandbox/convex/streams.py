# SPDX-License-Identifier: GPL-3.0-or-later
"""Log streams: where the vendor sends logs by itself. One of each type; a webhook's secret is shown, and can be replaced."""

from __future__ import annotations

from .routes import Answer, Asked, Route
from .state import ConvexError, Json

# For each type: what must be said, what may be, and what of it is secret and never shown.
TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "webhook": (("url", "format"), ("topics",), ()),
    "axiom": (("apiKey", "datasetName", "attributes"), ("ingestUrl", "topics"), ("apiKey",)),
    "datadog": (("siteLocation", "ddApiKey", "ddTags"), ("service", "topics"), ("ddApiKey",)),
    "sentry": (("dsn",), ("tags",), ("dsn",)),
}


def _shown(stream: Json) -> Json:
    _needed, _optional, secret = TYPES[stream["logStreamType"]]
    return {name: value for name, value in stream.items() if name not in secret}


def _known(asked: Asked) -> Json:
    stream: Json | None = asked.deployment.log_streams.get(asked.names["id"])
    if stream is None:
        raise ConvexError(404, "LogStreamNotFound", f"No log stream with the id {asked.names['id']}")
    return stream


def _type(asked: Asked) -> str:
    kind = asked.field("logStreamType")
    if kind not in TYPES:
        raise ConvexError(400, "BadJsonBody", "Failed to deserialize the JSON body into the target type: logStreamType: unknown variant")
    return str(kind)


def list_streams(asked: Asked) -> Answer:
    return 200, [_shown(stream) for stream in asked.deployment.log_streams.values()]


def read(asked: Asked) -> Answer:
    return 200, _shown(_known(asked))


def create(asked: Asked) -> Answer:
    kind, streams, convex = _type(asked), asked.deployment.log_streams, asked.convex
    if any(stream["logStreamType"] == kind for stream in streams.values()):
        raise ConvexError(400, "LogStreamAlreadyExists", f"A log stream of the type {kind} exists")
    needed, optional, _secret = TYPES[kind]
    stream: Json = {"id": convex.new_id("w"), "logStreamType": kind, "status": {"type": "active"}}
    stream |= {name: asked.field(name, object) for name in needed} | {name: asked.body.get(name) for name in optional}
    if kind == "webhook":
        stream["hmacSecret"] = convex.secret()
    streams[stream["id"]] = stream
    convex.record(asked.identity, "create_integration", {"type": kind})
    convex.changed()
    return 200, {"id": stream["id"], "logStreamType": kind, **({"hmacSecret": stream["hmacSecret"]} if kind == "webhook" else {})}


def update(asked: Asked) -> Answer:
    stream = _known(asked)
    needed, optional, _secret = TYPES[stream["logStreamType"]]
    if _type(asked) != stream["logStreamType"]:
        raise ConvexError(400, "LogStreamTypeMismatch", "A log stream keeps its type")
    after = {**stream, **{name: asked.body[name] for name in (*needed, *optional) if name in asked.body}}
    if after != stream:
        asked.deployment.log_streams[stream["id"]] = after
        asked.convex.record(asked.identity, "update_integration", {"type": stream["logStreamType"]})
        asked.convex.changed()
    return 200, None


def delete(asked: Asked) -> Answer:
    stream = _known(asked)
    del asked.deployment.log_streams[stream["id"]]
    asked.convex.record(asked.identity, "delete_integration", {"type": stream["logStreamType"]})
    asked.convex.changed()
    return 200, None


def rotate(asked: Asked) -> Answer:
    stream = _known(asked)
    if stream["logStreamType"] != "webhook":
        raise ConvexError(400, "LogStreamTypeMismatch", "Only webhooks have a secret of their own")
    stream["hmacSecret"] = asked.convex.secret()
    asked.convex.record(asked.identity, "update_integration", {"type": "webhook"})
    asked.convex.changed()
    return 200, {"hmacSecret": stream["hmacSecret"], "logStreamType": "webhook"}


SEE, WRITE = "deployment:integrations:view", "deployment:integrations:write"
ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/v1/list_log_streams", list_streams, SEE),
    Route("GET", "/api/v1/get_log_stream/{id}", read, SEE),
    Route("POST", "/api/v1/create_log_stream", create, WRITE, True),
    Route("POST", "/api/v1/update_log_stream/{id}", update, WRITE, True),
    Route("POST", "/api/v1/delete_log_stream/{id}", delete, WRITE, True),
    Route("POST", "/api/v1/rotate_webhook_secret/{id}", rotate, WRITE, True),
)

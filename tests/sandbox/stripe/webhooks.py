# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhook endpoints: the secret is shown once, the version holds for life, and two may share an address."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from . import delivering
from .asked import Answer, Asked, Routes
from .state import Json, StripeError, missing

MOST = 16
UPDATED = ("url", "enabled_events", "disabled", "description", "metadata")


def _find(asked: Asked) -> Json:
    for endpoint in asked.mode.endpoints:
        if endpoint["id"] == asked.names["id"]:
            return endpoint
    raise missing("webhook endpoint", asked.names["id"])


def _address(asked: Asked) -> str:
    url = asked.given.get("url")
    parts = urlsplit(url if isinstance(url, str) else "")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StripeError(400, "Invalid URL: An explicit scheme (such as https) must be provided.", "url_invalid", param="url")
    # What the sandbox runs has no certificate.
    if asked.mode.live and parts.scheme != "https" and parts.hostname != "127.0.0.1":
        raise StripeError(400, "Invalid URL: URL must be HTTPS in live mode.", "url_invalid", param="url")
    return str(url)


def _events(asked: Asked) -> list[str]:
    events = asked.given.get("enabled_events")
    if not isinstance(events, list) or not events:
        raise StripeError(400, "Missing required param: enabled_events.", "parameter_missing", param="enabled_events")
    for number, event in enumerate(events):
        if event != "*" and (not isinstance(event, str) or "." not in event or event.startswith("no_such")):
            message = f"Invalid enabled_events[{number}]: must be one of the event types that Stripe sends"
            raise StripeError(400, message, param=f"enabled_events[{number}]")
    return [str(event) for event in events]


def listed(asked: Asked) -> Answer:
    asked.only("limit", "starting_after", "ending_before")
    return 200, asked.page(asked.mode.endpoints, "/v1/webhook_endpoints")


def read(asked: Asked) -> Answer:
    return 200, _find(asked)


def create(asked: Asked) -> Answer:
    asked.only("url", "enabled_events", "api_version", "connect", "description", "metadata")
    url, events = _address(asked), _events(asked)
    asked.flag("connect")
    if len(asked.mode.endpoints) >= MOST:
        raise StripeError(400, f"You have reached the maximum of {MOST} webhook endpoints.", "resource_limit_reached")
    endpoint = {
        "id": asked.stripe.identity(asked.mode, "we"),
        "object": "webhook_endpoint",
        "api_version": asked.given.get("api_version") or None,
        "application": None,
        "created": int(asked.stripe.world.now()),
        "description": asked.given.get("description") or None,
        "enabled_events": events,
        "livemode": asked.mode.live,
        "metadata": asked.metadata({}),
        "status": "enabled",
        "url": url,
    }
    asked.mode.endpoints.insert(0, endpoint)
    # Nobody can guess it, and no seed repeats it.
    secret = asked.stripe.world.made("stripe", f"whsec_{secrets.token_hex(24)}")
    asked.mode.secrets[str(endpoint["id"])] = secret
    asked.stripe.world.changed()
    return 200, {**endpoint, "secret": secret}


def update(asked: Asked) -> Answer:
    endpoint = _find(asked)
    asked.only(*UPDATED)
    before = {**endpoint}
    if "url" in asked.given:
        endpoint["url"] = _address(asked)
    if "enabled_events" in asked.given:
        endpoint["enabled_events"] = _events(asked)
    if "description" in asked.given:
        endpoint["description"] = asked.given["description"] or None
    disabled = asked.flag("disabled")
    if disabled is not None:
        endpoint["status"] = "disabled" if disabled else "enabled"
    endpoint["metadata"] = asked.metadata(endpoint["metadata"])
    if disabled:
        delivering.gone(asked.stripe, asked.mode, endpoint["id"], deleted=False)
    if before != endpoint:
        asked.stripe.world.changed()
    return 200, endpoint


def delete(asked: Asked) -> Answer:
    endpoint = _find(asked)
    asked.mode.endpoints.remove(endpoint)
    delivering.gone(asked.stripe, asked.mode, endpoint["id"], deleted=True)
    asked.stripe.world.changed()
    return 200, {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


ROUTES: Routes = (
    ("GET", "/v1/webhook_endpoints", listed, "webhook_read"),
    ("POST", "/v1/webhook_endpoints", create, "webhook_write"),
    ("GET", "/v1/webhook_endpoints/{id}", read, "webhook_read"),
    ("POST", "/v1/webhook_endpoints/{id}", update, "webhook_write"),
    ("DELETE", "/v1/webhook_endpoints/{id}", delete, "webhook_write"),
)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A message to a Slack channel, by a bot's token or by an incoming webhook.

A bot's incident is one thread: what follows is posted below the first message, and that one is edited to say how things stand. A webhook
can neither thread nor edit. Slack answers 200 to a refusal, too: only ``ok`` counts. ``client_msg_id`` makes a message that is sent twice
one; Slack's clients send it, and its published schema does not list it: where it were not honoured, a message whose answer was lost
would stand there twice.
"""

from __future__ import annotations

import json
import typing as t
import uuid
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import posting
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, Kind
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import fingerprint, plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Reply, checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.slack import operations as op

VENDOR = "slack"
API = "https://slack.com/api"
LONGEST = 3000
AUTH = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
PERMISSION = frozenset({"missing_scope", "no_permission", "not_in_channel", "restricted_action"})
# The first message cannot be edited, or nothing can be posted below it: what is said stands by itself.
GONE = frozenset({"cant_update_message", "edit_window_closed", "message_not_found", "thread_not_found"})
Json = dict[str, t.Any]


def check(route: t.Mapping[str, t.Any]) -> None:
    if route.get("webhook_url"):
        checked_base_url(str(route["webhook_url"]), "webhook_url")
    elif not route.get("channel"):
        raise Failure("invalid", "a bot needs a channel", "Give channel: '#incidents', and invite the bot there", VENDOR)
    else:
        checked_base_url(str(route.get("api_url") or API), "api_url")


def send(task: Task, route: t.Mapping[str, t.Any], message: Json, before: Json) -> Json:
    """``before``: what an earlier message of the incident left, empty for the first. Returns the same for those that follow."""
    text = escaped(f"{message['headline']}\n{message['text']}".strip())[:LONGEST]
    if route.get("webhook_url"):
        _to_webhook(task, route, message, text)
        return {}
    wire = task.wire(VENDOR, checked_base_url(str(route.get("api_url") or API), "api_url"), ("Authorization", f"Bearer {route['token']}"))
    client = Client(wire, task.gate, _interpret)
    if not before.get("ts"):
        return _post(client, route, message, text)
    try:
        _post(client, route, message, text, str(before["ts"]), str(before["channel"]))
        body = {"channel": before["channel"], "ts": before["ts"], "text": escaped(f"{message['headline']}\n{before['text']}")[:LONGEST]}
        client.change(op.UPDATE, f"{route['channel']}: {message['headline']}", body=body, key=f"{message['key']}-edit")
    except Failure as failure:
        if failure.code not in GONE:
            raise
        return _post(client, route, {**message, "key": f"{message['key']}-anew"}, text)
    return before


def _post(client: Client, route: t.Mapping[str, t.Any], message: Json, text: str, thread: str = "", channel: str = "") -> Json:
    body: Json = {
        "channel": channel or route["channel"],
        "text": text,
        "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_URL, message["key"])),
        # What others have written is shown as it is, and calls nobody.
        "mrkdwn": False,
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if thread:
        body.update(thread_ts=thread, reply_broadcast=message["state"] == "resolved" or message["severity"] == "critical")
    content = {name: body[name] for name in ("channel", "text")}
    answer = client.change(op.POST, f"{route['channel']}: {message['headline']}", body=body, key=message["key"], stands_for=content)
    if planned(answer):
        return {}
    try:
        return {"channel": str(answer["channel"]), "ts": str(answer["ts"]), "text": message["text"][:LONGEST]}
    except KeyError as error:
        raise Failure("protocol", "answered without the message's place", "Look into the channel", VENDOR, op.POST.name) from error


def _to_webhook(task: Task, route: t.Mapping[str, t.Any], message: Json, text: str) -> None:
    url = urlsplit(str(route["webhook_url"]))
    register(str(route["webhook_url"]), url.path)
    wire = task.wire(VENDOR, checked_base_url(f"{url.scheme}://{url.netloc}", "webhook_url"), None)
    body = json.dumps({"text": text, "mrkdwn": False, "unfurl_links": False}).encode()

    def post() -> posting.Posted:
        return posting.post(wire, op.WEBHOOK.name, url.path, body, {"Content-Type": "application/json"})

    posted = task.gate.change(VENDOR, op.WEBHOOK, f"webhook: {message['headline']}", fingerprint(text), post)
    if not isinstance(posted, posting.Posted):
        return
    if posted.good and posted.said == "ok":
        return
    raise posting.failure(posted, VENDOR, op.WEBHOOK.name, "Make a new incoming webhook, or invite the app to the channel")


def escaped(text: str) -> str:
    """Slack reads ``<!channel>`` and the like as commands, unless these three signs are written so."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _interpret(operation: Operation, reply: Reply) -> Json:
    body = reply.body if isinstance(reply.body, dict) else {}
    if reply.status < 400 and body.get("ok") is True:
        return body
    code = plain(body.get("error") or reply.status, 80)
    kind: Kind = "failed"
    hint = "See Slack's page on chat.postMessage for this word"
    if code in AUTH or reply.status in (401, 403):
        kind, hint = "auth", "Give a bot's token (xoxb-...) that is alive"
    elif code in PERMISSION:
        kind, hint = "permission", "Invite the bot to the channel, and give it the scope chat:write"
    elif code == "channel_not_found":
        kind, hint = "not_found", "Check the channel's name; a private one is seen by invited bots alone"
    elif code in ("rate_limited", "ratelimited") or reply.status == 429:
        kind, hint = "rate_limited", "Try again later"
    elif reply.status >= 500:
        kind, hint = "vendor_down", "Try again later"
    elif reply.status < 400 and "ok" not in body:
        kind, hint = "protocol", "Check api_url"
    passing = kind in ("rate_limited", "vendor_down")
    raise Failure(kind, f"refused: {code}", hint, VENDOR, operation.name, reply.status, code, retryable=passing, maybe_sent=kind == "vendor_down")

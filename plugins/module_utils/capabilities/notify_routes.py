# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The routes of the inventory variable ``notify_routes``: what each kind takes, where its secret is, and how it is told something.

A route that cannot be right is told as such, and hinders no other one: an alarm is the wrong moment to refuse for a misspelt word.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import os
import typing as t
import uuid
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import fingerprint, plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import notices

Json = dict[str, t.Any]
MAIL, HTTP = Operation("send_mail", changes=True), Operation("call_http", changes=True)
COMMON = frozenset({"name", "kind", "severities", "digest", "secret_env"})


@dataclasses.dataclass(frozen=True)
class Kind:
    """``secrets``: option -> the process environment variable that is asked when the route does not give it."""

    options: frozenset[str]
    secrets: t.Mapping[str, str]
    severities: tuple[str, ...] = notices.SEVERITIES
    waits: bool = True


KINDS = {
    "slack": Kind(frozenset({"api_url", "channel", "token", "webhook_url"}), {"token": "SLACK_BOT_TOKEN", "webhook_url": "SLACK_WEBHOOK_URL"}),
    "mail": Kind(frozenset({"from", "host", "password", "port", "tls", "to", "username"}), {"password": "SMTP_PASSWORD"}),
    "pagerduty": Kind(frozenset({"api_url", "routing_key"}), {"routing_key": "PAGERDUTY_ROUTING_KEY"}, ("critical", "error"), False),
    "http": Kind(frozenset({"fields", "header", "headers", "token", "url"}), {"token": ""}),
    "statuspage": Kind(
        frozenset({"api_key", "api_url", "components", "page", "tell_subscribers", "texts", "title"}),
        {"api_key": "STATUSPAGE_API_KEY"},
        ("critical",),
        False,
    ),
}


@dataclasses.dataclass(frozen=True)
class Route:
    """``problem`` is why it cannot be used, empty when it can."""

    name: str
    kind: str
    options: Json
    rules: notices.Rules
    problem: str = ""


def parse(given: t.Sequence[t.Any], window: float, most_per_hour: int) -> list[Route]:
    routes: list[Route] = []
    for number, entry in enumerate(given, start=1):
        options = dict(entry) if isinstance(entry, dict) else {}
        name, kind = plain(options.get("name") or f"route {number}", 60), str(options.get("kind") or "")
        _register(options)
        try:
            if any(route.name == name for route in routes):
                name = f"{name} (route {number})"
                raise Failure("invalid", "another route has its name")
            route = _parsed(name, kind, options, window, most_per_hour)
        except Failure as failure:
            route = Route(name, kind, {}, notices.Rules(_named(options.get("severities")) or frozenset(notices.SEVERITIES)), failure.message)
        routes.append(route)
    return routes


def _register(options: Json) -> None:
    """Whatever the route is, its secrets are shown nowhere."""
    for kind in KINDS.values():
        register(*(str(options[name]) for name in kind.secrets if options.get(name)))
    if isinstance(options.get("headers"), dict):
        register(*map(str, options["headers"].values()))


def _named(severities: t.Any) -> frozenset[str]:
    return frozenset(map(str, severities)) & frozenset(notices.SEVERITIES) if isinstance(severities, (list, tuple)) else frozenset()


def _parsed(name: str, kind: str, options: Json, window: float, most_per_hour: int) -> Route:
    if kind not in KINDS:
        raise Failure("invalid", f"kind is {kind!r}, not one of {', '.join(KINDS)}" if kind else f"no kind: one of {', '.join(KINDS)}")
    about = KINDS[kind]
    for option in sorted(set(options) - COMMON - about.options):
        meant = difflib.get_close_matches(option, COMMON | about.options, n=1)
        raise Failure("invalid", f"{plain(option, 40)} is no option of a {kind} route" + (f": {meant[0]}?" if meant else ""))
    lists = {}
    for option in ("severities", "digest"):
        value = options.get(option)
        lists[option] = _named(value)
        if value is not None and (not isinstance(value, (list, tuple)) or len(lists[option]) != len(set(map(str, value)))):
            raise Failure("invalid", f"{option} is not a list of {', '.join(notices.SEVERITIES)}")
    if lists["digest"] and (not about.waits or "critical" in lists["digest"]):
        raise Failure("invalid", "critical messages never wait for a digest" if about.waits else f"a {kind} route takes no digest")
    settled = _with_secret(kind, about, options)
    rules = notices.Rules(lists["severities"] or frozenset(about.severities), lists["digest"], most_per_hour, window, about.waits)
    _check(kind, settled)
    return Route(name, kind, settled, rules)


def _with_secret(kind: str, about: Kind, options: Json) -> Json:
    """The route with its secret: its own, or the one of the process environment."""
    field = next(iter(about.secrets))
    if kind == "slack" and (options.get("webhook_url") or not (options.get("channel") or options.get("token"))):
        field = "webhook_url"
    if options.get(field) or (kind == "mail" and not options.get("username")):
        return options
    variable = str(options.get("secret_env") or about.secrets[field])
    value = os.environ.get(variable, "") if variable else ""
    register(value)
    if not value and variable:
        raise Failure("invalid", f"no key: neither {field} nor {variable} is set")
    return {**options, field: value}


def _check(kind: str, options: Json) -> None:
    if kind in ("slack", "pagerduty", "statuspage"):
        _room(kind).check(options)
    elif kind == "mail":
        _server(options, 1.0).check()
        if not options.get("from") or not _recipients(options):
            raise Failure("invalid", "from and to are needed")
    else:
        _origin(options)
        for option in ("fields", "headers"):
            if not isinstance(options.get(option) or {}, dict):
                raise Failure("invalid", f"{option} is no mapping")


def deliver(task: Task, route: Route, message: Json, before: Json) -> Json:
    """Tell the route. Returns what its side calls the message, so that what follows joins it."""
    if route.kind == "mail":
        return _mail(task, route.options, message, before)
    if route.kind == "http":
        return _http(task, route.options, message)
    return t.cast(Json, _room(route.kind).send(task, route.options, message, before))


def try_key(task: Task, route: Route) -> None:
    """For a route whose readers are strangers: that its key is good is all that a test may find out."""
    _room(route.kind).try_key(task, route.options)


def _room(kind: str) -> t.Any:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if kind == "slack":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.slack import messages

        return messages
    if kind == "pagerduty":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.pagerduty import events

        return events
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.statuspage import incidents

    return incidents


def _server(options: Json, timeout: float) -> t.Any:
    from ansible_collections.saasops.runbooks.plugins.module_utils.core import mailing

    security = str(options.get("tls") or "starttls")
    port = options.get("port") or mailing.PORTS.get(security, 25)
    if not options.get("host") or not str(port).isdigit():
        raise Failure("invalid", "host is needed, and a port that is a number")
    return mailing.Server(str(options["host"]), int(port), security, str(options.get("username") or ""), str(options.get("password") or ""), timeout)


def _recipients(options: Json) -> tuple[str, ...]:
    to = options.get("to") or ()
    return tuple(part.strip() for part in (to.split(",") if isinstance(to, str) else map(str, to)) if part.strip())


def _mail(task: Task, options: Json, message: Json, before: Json) -> Json:
    from ansible_collections.saasops.runbooks.plugins.module_utils.core import mailing

    sender = str(options["from"])
    identity = f"<{uuid.uuid5(uuid.NAMESPACE_URL, message['key'])}@{sender.rpartition('@')[2].strip('> ') or 'localhost'}>"
    text = f"{message['text']}\n\n{message['source']}, {message['fingerprint']}\n".lstrip()
    mail = mailing.Mail(sender, _recipients(options), message["headline"], text, identity, str(before.get("thread") or ""))
    server = _server(options, task.params["request_timeout"])
    target = f"{len(mail.recipients)} recipient(s): {message['headline']}"
    refused = task.gate.change("mail", MAIL, target, fingerprint([mail.subject, text]), lambda: mailing.deliver(server, mail))
    told = {"thread": str(before.get("thread") or identity)}
    return {**told, "partly": f"{len(refused)} of {len(mail.recipients)} recipients were refused"} if refused and isinstance(refused, list) else told


def _origin(options: Json) -> str:
    url = urlsplit(str(options.get("url") or ""))
    return checked_base_url(f"{url.scheme}://{url.netloc}", "url")


def _http(task: Task, options: Json, message: Json) -> Json:
    """One POST of fixed fields. What a message holds is only ever a value in it."""
    from ansible_collections.saasops.runbooks.plugins.module_utils.core import posting

    header = str(options.get("header") or "Authorization")
    token = str(options.get("token") or "")
    credential = (header, f"Bearer {token}" if header == "Authorization" else token) if token else None
    wire = task.wire("http", _origin(options), credential)
    url = urlsplit(str(options["url"]))
    register(*([url.query] if url.query else []))
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    told = {name: message[name] for name in ("title", "text", "severity", "state", "fingerprint", "source", "at")}
    body = json.dumps({**(options.get("fields") or {}), **told}).encode()
    headers = {**{str(name): str(value) for name, value in (options.get("headers") or {}).items()}, "Content-Type": "application/json"}
    # Who knows this header takes the message once, however often it is sent.
    headers["Idempotency-Key"] = str(uuid.uuid5(uuid.NAMESPACE_URL, message["key"]))

    def post() -> posting.Posted:
        return posting.post(wire, HTTP.name, path, body, headers)

    posted = task.gate.change("http", HTTP, f"{url.netloc}: {message['headline']}", fingerprint([message["headline"], message["text"]]), post)
    if isinstance(posted, posting.Posted) and not posted.good:
        raise posting.failure(posted, "http", HTTP.name, "Check url, token and headers")
    return {}

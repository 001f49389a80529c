# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_webhook_endpoint does; its documentation tells options and result.

A signing secret cannot be read or rolled through the API. So a rotation is a second endpoint of the same name beside the first, marked as
its successor; when the application knows both secrets, the first is disabled and gives its name up.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import AGAIN, Client, planned
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.forms import pairs
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import sendable
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import operations as op
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import webhook_endpoints as known
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.webhook_endpoints import Endpoint

_EVENT = re.compile(r"\*|[a-z0-9_]+(\.[a-z0-9_]+)+")
# As much as Stripe takes for a value of metadata.
LONGEST = 500
# What diff shows.
COMPARED = ("name", "url", "enabled_events", "status", "description", "metadata", "rotation_of", "replaced_by", "connect")
HINT_TWICE = "Bring the secrets of both to the application, then run with state: rotated"


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    _check(params)
    makes = params["state"] in ("present", "rotating")
    if makes:
        task.returns_secret("the signing secret of the webhook endpoint")
    client = stripe.connect(task, params)
    found = known.every(client)
    act = {"present": _present, "rotating": _rotating, "rotated": _rotated, "absent": _absent}[params["state"]]
    before, after, secret = act(client, params, found)
    diff = {name: {key: one[key] for key in COMPARED} if one else {} for name, one in (("before", before), ("after", after))}
    return {"changed": bool(task.gate.changes), "endpoint": after, "secret": secret, "diff": diff}


def keep(task: Task) -> Endpoint | None:
    """The endpoint of this name, as the options say; None where there is none, for to make one is to get a secret that somebody has to take."""
    _check(task.params)
    client = stripe.connect(task, task.params)
    found = known.every(client)
    now, successor = _pick(task.params, found)
    unnamed = _nameless(found, task.params["url"])
    # One that was made by hand gets the name that it is declared by.
    now = now or (unnamed[0] if len(unnamed) == 1 else None)
    return None if now is None else _corrected(client, now, successor, _differences(task.params, now))


Outcome = tuple[t.Optional[Endpoint], t.Optional[Endpoint], t.Any]  # noqa: UP045 - evaluated, where pylint cannot see that it is a type


def _check(params: dict[str, t.Any]) -> None:
    """Everything that can be wrong without asking."""
    if params["url"] is not None:
        known.check_url(params["url"])
    events = params["enabled_events"]
    bad = [one for one in events or [] if not _EVENT.fullmatch(one)]
    if bad or events == []:
        said = plain(bad[0], 80) if bad else "empty"
        raise Failure("invalid", f"enabled_events: {said!r}", "Give the types of events, such as invoice.paid, or '*' alone for all", stripe.VENDOR)
    if params["name"] is not None and not (params["name"].strip() and len(params["name"]) <= 200 and params["name"].isprintable()):
        raise Failure("invalid", f"name is {plain(params['name'], 80)!r}", "Give a short name, such as checkout", stripe.VENDOR)
    if params["metadata"] is not None:
        # Stripe keeps texts.
        params["metadata"] = {key: next((value for _key, value in pairs(one)), "") if one is not None else None for key, one in params["metadata"].items()}
    texts = {"description": params["description"], **{f"metadata {plain(key, 80)}": value for key, value in (params["metadata"] or {}).items()}}
    # As what is read is shown on one line, it could not be compared with other texts.
    odd = [option for option, value in texts.items() if value and (not value.isprintable() or value != value.strip() or len(value) > LONGEST)]
    if odd:
        hint = f"Give at most {LONGEST} characters on one line, without blanks around them"
        raise Failure("invalid", f"{odd[0]} has line ends, blanks or control characters, or is too long", hint, stripe.VENDOR)
    if params["secret_stored"] is False and params["state"] not in ("present", "rotating"):
        raise Failure("invalid", f"secret_stored has no meaning with state {params['state']}", "Leave it out", stripe.VENDOR)
    # Between its end and its new beginning nothing but this task knows what it was.
    needed = ("name", "url", "enabled_events") if params["state"] == "present" else ("name",)
    lacking = [option for option in needed if params["secret_stored"] is False and params[option] is None]
    if lacking:
        raise Failure(
            "invalid", f"secret_stored is false, and {' and '.join(lacking)} is not given", "Give all that is to make the endpoint anew", stripe.VENDOR
        )
    mine = sorted(set(params["metadata"] or {}) & set(known.KEPT))
    if mine:
        raise Failure("invalid", f"metadata has {mine[0]}, which this module keeps itself", "Leave it out; the option name sets the name", stripe.VENDOR)


def _pick(params: dict[str, t.Any], found: list[Endpoint]) -> tuple[Endpoint | None, Endpoint | None]:
    """The endpoint that is meant, and its successor where a rotation has begun."""
    wanted, name = params["endpoint"], params["name"]
    if wanted is not None:
        there = [one for one in found if one["id"] == wanted]
        if there and name is not None and there[0]["name"] not in (None, name):
            raise refuse(f"{wanted} is called {there[0]['name']}, not {name}", "Correct the option name or endpoint", "name")
        taken = [one["id"] for one in found if name is not None and one["name"] == name]
        if taken and there and there[0]["name"] is None:
            raise refuse(f"{taken[0]} is called {name} already", "Choose another name, or correct endpoint", "name")
        named = there
    else:
        named = [one for one in found if one["name"] == name]
    ids = {one["id"] for one in named}
    first = [one for one in named if wanted is not None or one["rotation_of"] not in ids]
    if len(first) > 1:
        raise known.two(name, first)
    successors = [one for one in found if first and one["rotation_of"] == first[0]["id"]]
    if len(successors) > 1:
        raise known.two(f"{first[0]['name'] or wanted} as a successor", successors)
    return (first[0] if first else None), (successors[0] if successors else None)


# -- present
def _present(client: Client, params: dict[str, t.Any], found: list[Endpoint]) -> Outcome:
    now, successor = _pick(params, found)
    if now is None:
        return _create_first(client, params, found)
    body = _differences(params, now)
    if params["secret_stored"] is False:
        _check_whole(now, successor)
        return _anew(client, params, found, now, body)
    return now, _corrected(client, now, successor, body), None


def _nameless(found: list[Endpoint], url: str) -> list[Endpoint]:
    """Those that deliver there, and that this module has neither made nor taken over."""
    return [one for one in found if one["url"] == url and one["name"] is None and one["replaced_by"] is None]


def _corrected(client: Client, now: Endpoint, successor: Endpoint | None, body: dict[str, t.Any]) -> Endpoint:
    if not body:
        return now
    _check_whole(now, successor)
    return _update(client, now, body)


def _check_whole(now: Endpoint, successor: Endpoint | None) -> None:
    if successor is not None:
        raise refuse(f"the secret of {now['id']} is being rotated, and it would be changed", f"Finish first. {HINT_TWICE}", "rotating")


def _anew(client: Client, params: dict[str, t.Any], found: list[Endpoint], now: Endpoint, changed: dict[str, t.Any]) -> Outcome:
    """In place of one whose secret nobody has. That goes first, so that there are never two of a name; a rerun then makes the other."""
    model = _applied(now, changed)
    body = _like(model, _connect(params, now), {known.NAME: model["name"]})
    _delete(client, now)
    after, secret = _create(client, body, found)
    if model["status"] == "disabled":
        after = _update(client, after, {"disabled": True}, called=str(model["name"]))
    return now, after, secret


def _like(model: Endpoint, connect: bool, marks: dict[str, t.Any]) -> dict[str, t.Any]:
    """What makes an endpoint like this one."""
    body = {key: model[key] for key in ("url", "enabled_events", "api_version", "description")} | {"connect": connect or None}
    return {**{key: value for key, value in body.items() if value}, "metadata": {**model["metadata"], **marks, known.CONNECT: str(connect).lower()}}


def _connect(params: dict[str, t.Any], now: Endpoint) -> bool:
    """Whether one that is like this gets the events of connected accounts: as is noted, else as is said. To guess could lose them all."""
    said = now["connect"] if params["connect"] is None else params["connect"]
    if said is None:
        raise refuse(
            f"whether {now['id']} gets the events of connected accounts cannot be read from Stripe, and is not noted",
            "Give connect: true or false, as the endpoint was made; most have false",
            "connect",
        )
    return bool(said)


def _create_first(client: Client, params: dict[str, t.Any], found: list[Endpoint]) -> Outcome:
    if params["endpoint"] is not None:
        raise known.unknown(params["endpoint"], found)
    lacking = [name for name in ("url", "enabled_events") if params[name] is None]
    if lacking:
        message = f"there is no webhook endpoint {plain(params['name'], 200)}, and {' and '.join(lacking)} would be needed to make it"
        raise Failure("invalid", message, f"Give {' and '.join(lacking)}, or correct name", stripe.VENDOR)
    same = _nameless(found, params["url"])
    if same:
        raise refuse(
            f"{same[0]['id']} delivers to this address already, and has no name",
            f"Give endpoint: {same[0]['id']} with this name to take it over; a second one would deliver every event twice",
            "same_url",
        )
    given = {
        "url": params["url"],
        "enabled_events": sorted(set(params["enabled_events"])),
        "api_version": params["api_version"],
        "connect": params["connect"] or None,
        "description": params["description"] or None,
        "metadata": {
            **{key: value for key, value in (params["metadata"] or {}).items() if value is not None},
            known.NAME: params["name"],
            known.CONNECT: str(bool(params["connect"])).lower(),
        },
    }
    after, secret = _create(client, {key: value for key, value in given.items() if value is not None}, found)
    if params["enabled"] is False:
        after = _update(client, after, {"disabled": True}, called=str(params["name"]))
    return None, after, secret


def _differences(params: dict[str, t.Any], now: Endpoint) -> dict[str, t.Any]:
    """What has to be sent so that the endpoint is as wanted."""
    if params["api_version"] is not None and params["api_version"] != now["api_version"]:
        raise refuse(
            f"{now['id']} renders events by the API version {now['api_version']}, which cannot be changed",
            "Leave api_version out, or make another endpoint under another name",
            "api_version",
        )
    _check_connect(params, now)
    body: dict[str, t.Any] = {}
    if params["url"] is not None and params["url"] != now["url"]:
        body["url"] = params["url"]
    if params["enabled_events"] is not None and sorted(set(params["enabled_events"])) != now["enabled_events"]:
        body["enabled_events"] = sorted(set(params["enabled_events"]))
    if params["description"] is not None and params["description"] != (now["description"] or ""):
        body["description"] = params["description"]
    # A status that is not known here is neither, so it is set.
    if params["enabled"] is not None and now["status"] != ("enabled" if params["enabled"] else "disabled"):
        body["disabled"] = not params["enabled"]
    wanted = {**(params["metadata"] or {}), **({known.NAME: params["name"]} if params["name"] is not None else {})}
    if params["connect"] is not None and now["connect"] is None:
        wanted[known.CONNECT] = str(params["connect"]).lower()
    there = {**now["metadata"], known.NAME: now["name"]}
    changed = {key: value for key, value in wanted.items() if value != there.get(key)}
    return {**body, **({"metadata": changed} if changed else {})}


def _check_connect(params: dict[str, t.Any], now: Endpoint) -> None:
    if params["connect"] is not None and now["connect"] not in (None, params["connect"]):
        raise refuse(
            f"{now['id']} {'gets' if now['connect'] else 'does not get'} the events of connected accounts, which cannot be changed",
            "Leave connect out, or make another endpoint under another name",
            "connect",
        )


# -- rotation
def _rotating(client: Client, params: dict[str, t.Any], found: list[Endpoint]) -> Outcome:
    now, successor = _pick(params, found)
    if now is None:
        raise known.unknown(params["endpoint"] or params["name"], found)
    there = successor or (now if now["rotation_of"] is not None else None)
    if there is not None and params["secret_stored"] is not False:
        return there, there, None
    first = now if there is not now else next((one for one in found if one["id"] == now["rotation_of"]), now)
    _check_connect(params, first)
    marks = {**({known.NAME: first["name"]} if first["name"] else {}), known.ROTATION_OF: there["rotation_of"] if there else first["id"]}
    body = _like(first, _connect(params, first), marks)
    if there is not None:
        _delete(client, there)
    after, secret = _create(client, body, found)
    return there, after, secret


def _rotated(client: Client, params: dict[str, t.Any], found: list[Endpoint]) -> Outcome:
    """First the old one, so that a name is never borne by two that both seem whole; a rerun goes on in between."""
    now, successor = _pick(params, found)
    if now is None:
        raise known.unknown(params["endpoint"] or params["name"], found)
    if successor is not None:
        old, new = now, successor
        _update(client, old, {"disabled": True, "metadata": {known.NAME: None, known.REPLACED_BY: new["id"]}})
    elif now["rotation_of"] is None:
        return now, now, None
    else:
        new = now
    return new, _update(client, new, {"metadata": {known.ROTATION_OF: None}}), None


# -- absent
def _absent(client: Client, params: dict[str, t.Any], found: list[Endpoint]) -> Outcome:
    now, successor = _pick(params, found)
    if now is None:
        return None, None, None
    if successor is not None and params["endpoint"] is None:
        message = f"two endpoints are called {now['name']}: {now['id']}, and {successor['id']} which is to take its place"
        raise refuse(message, "Name one of them with the option endpoint", "rotating")

    _delete(client, now)
    return now, None, None


# -- sending
def _called(one: Endpoint) -> str:
    return f"{one['name']} ({one['id']})" if one["name"] else str(one["id"])


def _delete(client: Client, now: Endpoint) -> None:
    def look() -> dict[str, t.Any] | None:
        try:
            client.call(op.GET_WEBHOOK_ENDPOINT, path={"id": now["id"]})
        except Failure as failure:
            if failure.kind == "not_found":
                return {"deleted": True}
            raise
        return None

    try:
        client.change(op.DELETE_WEBHOOK_ENDPOINT, f"webhook endpoint {_called(now)} -> deleted", path={"id": now["id"]}, look=look)
    except Failure as failure:
        if failure.kind != "not_found":
            raise


def _create(client: Client, body: dict[str, t.Any], found: list[Endpoint]) -> tuple[Endpoint, t.Any]:
    before = {one["id"] for one in found}
    kept = body["metadata"]
    marks = (kept.get(known.NAME), kept.get(known.ROTATION_OF))

    def look() -> dict[str, t.Any] | None:
        new = [one for one in known.every(client) if one["id"] not in before and (one["name"], one["rotation_of"]) == marks]
        return {"found": new[0]["id"]} if new else None

    role = f" beside {marks[1]}" if marks[1] else ""
    target = f"webhook endpoint {marks[0] or body['url']}{role} -> {body['url']}"
    answer = client.change(op.CREATE_WEBHOOK_ENDPOINT, target, body=body, look=look, key=stripe.fresh_key())
    if planned(answer):
        return _planned(body, answer), answer
    if "found" in answer:
        raise Failure(
            "failed",
            f"the webhook endpoint {answer['found']} was made, and its signing secret was lost with the answer",
            f"Run the same command with secret_stored: false and allow: destroy, which makes {answer['found']} anew",
            stripe.VENDOR,
            op.CREATE_WEBHOOK_ENDPOINT.name,
            code="secret_lost",
        )
    made = known.parse(answer, op.CREATE_WEBHOOK_ENDPOINT)
    secret = answer.get("secret")
    if not isinstance(secret, str) or not secret or not sendable(secret):
        raise stripe.malformed(f"signing secret of {made['id']}, which was made", op.CREATE_WEBHOOK_ENDPOINT)
    return made, secret


def _planned(body: dict[str, t.Any], answer: t.Any) -> Endpoint:
    kept = body["metadata"]
    return {
        "id": answer,
        "name": kept.get(known.NAME),
        "url": body["url"],
        "enabled_events": body["enabled_events"],
        "status": "enabled",
        "api_version": body.get("api_version", answer),
        "description": body.get("description"),
        "rotation_of": kept.get(known.ROTATION_OF),
        "replaced_by": None,
        "connect": known.FLAGS.get(kept.get(known.CONNECT, "")),
        "livemode": answer,
        "created_at": answer,
        "metadata": {key: value for key, value in kept.items() if key not in known.KEPT},
    }


def _update(client: Client, now: Endpoint, body: dict[str, t.Any], called: str = "") -> Endpoint:
    """``called``: what to call one whose id only the apply can tell."""
    wanted = _applied(now, body)
    changed = [key for key in COMPARED if wanted[key] != now[key]]

    def look() -> dict[str, t.Any] | None:
        raw = client.call(op.GET_WEBHOOK_ENDPOINT, path={"id": now["id"]})
        seen = known.parse(raw, op.GET_WEBHOOK_ENDPOINT)
        return raw if all(seen[key] == wanted[key] for key in changed) else None

    target = f"webhook endpoint {called or _called(now)}: {', '.join(changed)}"
    stands_for = body if called else None
    answer = client.change(op.UPDATE_WEBHOOK_ENDPOINT, target, path={"id": now["id"]}, body=body, look=look, stands_for=stands_for, key=stripe.fresh_key())
    if planned(answer):
        return wanted
    seen = known.parse(answer, op.UPDATE_WEBHOOK_ENDPOINT)
    if any(seen[key] != wanted[key] for key in changed):
        raise Failure("failed", f"Stripe took the change of {now['id']}, and shows another state", AGAIN, stripe.VENDOR, op.UPDATE_WEBHOOK_ENDPOINT.name)
    return seen


def _applied(now: Endpoint, body: dict[str, t.Any]) -> Endpoint:
    """The endpoint as it is after the update."""
    sent = body.get("metadata", {})
    kept = {**now["metadata"], **{key: value for key, value in sent.items() if key not in known.KEPT}}
    marks = {"name": known.NAME, "rotation_of": known.ROTATION_OF, "replaced_by": known.REPLACED_BY}
    return {
        **now,
        **{key: body[key] for key in ("url", "enabled_events") if key in body},
        **({"description": body["description"] or None} if "description" in body else {}),
        **({"status": "disabled" if body["disabled"] else "enabled"} if "disabled" in body else {}),
        **{key: sent[mark] for key, mark in marks.items() if mark in sent},
        **({"connect": known.FLAGS[sent[known.CONNECT]]} if known.CONNECT in sent else {}),
        "metadata": {key: value for key, value in kept.items() if value not in (None, "")},
    }

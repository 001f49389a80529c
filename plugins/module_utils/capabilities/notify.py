# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module notify does: decide for each route, write down, send side by side, write down what came of it. It never fails for a route.

A notification is no change of the environment: it takes no lease, and ``saasops_allow: read`` does not hold it back.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import typing as t
import uuid

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import notify_routes
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.notify_routes import Json, Route
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import UNREADABLE, Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import notices
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import resources

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

MOST_TRIES = 3
MOST_IN_DIGEST = 50
LONGEST_TITLE, LONGEST_TEXT = 300, 8000
SLACK_ALONE = {"name": "Slack", "kind": "slack"}


@dataclasses.dataclass
class Letter:
    """What one route is about to be told. ``number`` is its row in the ledger, 0 without one; ``before`` what an earlier message left."""

    route: Route
    message: Json
    number: int = 0
    key: str = dataclasses.field(default_factory=lambda: uuid.uuid4().hex)
    before: Json = dataclasses.field(default_factory=dict)
    collects: tuple[int, ...] = ()


def execute(task: Task) -> Json:
    params = task.params
    if params["most_per_hour"] < 1:
        raise Failure("invalid", f"most_per_hour is {params['most_per_hour']}", "Give 1 or more")
    routes = declared(params["routes"], params["slack_channel"], durations.seconds(params["window"], "window"), params["most_per_hour"])
    act = params["do"]
    if act == "who":
        return who(routes)
    if act == "test":
        return _tested(task, routes)
    warnings: list[str] = []
    ledger = _ledger(task, warnings) if routes else None
    if act == "digest":
        rows = _send(task, ledger, *_digests(task, ledger, routes, _quiet(params["quiet_hours"], warnings)), warnings)
        return _result(task, rows, routes, "", warnings)
    message = _message(params)
    rows = _send(task, *_decided(task, ledger, routes, message, _quiet(params["quiet_hours"], warnings), warnings), warnings)
    return _result(task, rows, routes, params["severity"], warnings)


def declared(given: t.Sequence[t.Any], slack_channel: str | None, window: float = notices.HOUR, most_per_hour: int = 1) -> list[Route]:
    """The routes of the inventory: a channel alone is one, too."""
    if not given and slack_channel:
        given = [{**SLACK_ALONE, "name": f"Slack {slack_channel}", "channel": slack_channel}]
    return notify_routes.parse(given, window, most_per_hour)


def _message(params: Json) -> Json:
    if params["resolved"] and params["acknowledged"]:
        raise Failure("invalid", "resolved and acknowledged exclude each other", "Give one of them")
    title = redaction.plain(params["title"], LONGEST_TITLE)
    state = "resolved" if params["resolved"] else "acknowledged" if params["acknowledged"] else "raised"
    message = {
        "title": title,
        "text": _lines(params["text"]),
        "severity": params["severity"],
        "state": state,
        "fingerprint": redaction.plain(params["fingerprint"] or title, 200),
        "source": params["environment"],
        "at": clock.now(),
        "always": params["always"],
    }
    return _headed(t.cast(Json, redaction.scrub(message)))


def _lines(text: str) -> str:
    return "\n".join(redaction.plain(line) for line in text[:LONGEST_TEXT].splitlines())


def _headed(message: Json) -> Json:
    word = message["severity"] if message["state"] == "raised" else message["state"]
    return {**message, "headline": f"[{word.upper()}] {message['source']}: {message['title']}"}


def _ledger(task: Task, warnings: list[str]) -> Store | None:
    """None where there is none: then everything is sent, for told twice is better than not told."""
    try:
        return resources.ledger_of_a_change(task)
    except Failure as failure:
        warnings.append(f"notify remembers nothing: {failure.message}")
        return None


def _quiet(hours: Json | None, warnings: list[str]) -> str:
    try:
        return notices.quiet_until(hours, clock.now()) if hours else ""
    except ValueError as error:
        warnings.append(f"notify_quiet_hours is not used: {error}")
        return ""


# -- who is told
def _decided(
    task: Task, ledger: Store | None, routes: list[Route], message: Json, quiet: str, warnings: list[str]
) -> tuple[Store | None, list[Json], list[Letter]]:
    """(the ledger, what is known already of each route, the letters to send). Claims and held messages are one transaction."""
    if ledger is not None:
        try:
            with ledger.read() if task.check_mode else ledger.write() as connection:
                return ledger, *_each(task, ledger, connection, routes, message, quiet)
        except Failure as failure:
            warnings.append(f"notify remembers nothing: {failure.message}")
    return None, *_each(task, None, None, routes, message, quiet)


def _each(task: Task, ledger: Store | None, connection: t.Any, routes: list[Route], message: Json, quiet: str) -> tuple[list[Json], list[Letter]]:
    rows, letters = [], []
    for route in routes:
        past, doubt, lately = None, None, 0
        if ledger is not None:
            from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import notifications

            past, doubt = notifications.known(connection, ledger, route.name, message["fingerprint"])
            lately = notifications.lately(connection, ledger, route.name, notices.HOUR)
            # What may have been told may have to be taken back.
            past = doubt if past is None and message["state"] != "raised" else past
        found = notices.decide(message, route.rules, past, lately, quiet, message["at"], ledger is not None)
        if route.problem:
            found = notices.Decision("skip", "failed" if found.do != "skip" else found.code, route.problem if found.do != "skip" else found.reason)
        rows.append(_row(route, {"send": "sent", "hold": "held"}.get(found.do, found.code), found.reason))
        if found.do == "skip":
            continue
        open_ = past if past is not None and past["state"] != "resolved" else None
        letter = Letter(route, message, before=dict(open_["reference"]) if open_ else {})
        if ledger is not None and not task.check_mode:
            if doubt is not None and found.do == "send" and (doubt["state"], doubt["severity"]) == (message["state"], message["severity"]):
                letter.number, letter.key = doubt["number"], doubt["key"]
                notifications.again(connection, ledger, letter.number, os.getpid())
            else:
                how = "sending" if found.do == "send" else "held"
                letter.number, letter.key = notifications.note(connection, ledger, route.name, message, how, os.getpid(), letter.before)
        if found.do == "send":
            letters.append(letter)
    return rows, letters


def _digests(task: Task, ledger: Store | None, routes: list[Route], quiet: str) -> tuple[list[Json], list[Letter]]:
    """A letter for each route that something waits for, unless people sleep. A digest that another run is sending now is left to it."""
    rows: list[Json] = []
    letters: list[Letter] = []
    if ledger is None:
        return rows, letters
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import notifications

    with ledger.read() if task.check_mode else ledger.write() as connection:
        for route in routes:
            waiting = notifications.held(connection, ledger, route.name)
            if not waiting:
                continue
            if quiet:
                rows.append(_row(route, "held", f"quiet hours until {quiet}"))
                continue
            message = _collected(task.params["environment"], waiting)
            past, doubt = notifications.known(connection, ledger, route.name, notifications.DIGEST)
            if past is not None and past["delivery"] == "sending":
                rows.append(_row(route, "repeated", "another run is sending it"))
                continue
            if route.problem:
                rows.append(_row(route, "failed", route.problem))
                continue
            letter = Letter(route, message, collects=tuple(row["number"] for row in waiting))
            if not task.check_mode:
                claim = (doubt["number"], doubt["key"]) if doubt else notifications.note(connection, ledger, route.name, message, "sending", os.getpid(), {})
                letter.number, letter.key = claim
                notifications.again(connection, ledger, letter.number, os.getpid())
            rows.append(_row(route, "sent", f"{len(waiting)} in one message"))
            letters.append(letter)
    return rows, letters


def _collected(source: str, waiting: list[Json]) -> Json:
    worst = min((row["severity"] for row in waiting), key=notices.SEVERITIES.index)
    shown = [f"- {_headed({**row, 'source': source})['headline'].replace(f'{source}: ', '', 1)}" for row in waiting[:MOST_IN_DIGEST]]
    if len(waiting) > MOST_IN_DIGEST:
        shown.append(f"- and {len(waiting) - MOST_IN_DIGEST} more")
    about = {"title": f"{len(waiting)} message(s) since the last digest", "text": "\n".join(shown), "severity": worst, "state": "raised"}
    return {**_headed({**about, "source": source}), "fingerprint": "digest", "at": clock.now(), "always": True}


# -- telling them
def _send(task: Task, ledger: Store | None, rows: list[Json], letters: list[Letter], warnings: list[str]) -> list[Json]:
    """Send side by side, so that a route that hangs keeps no other one waiting. In check mode the gate sends nothing."""
    if not letters:
        return rows
    parts = [task.part() for _letter in letters]
    try:
        with concurrent.futures.ThreadPoolExecutor(min(len(letters), 8)) as pool:
            ends = list(pool.map(_delivered, parts, letters))
    finally:
        task.join(parts)
    told = {row["route"]: row for row in rows}
    for letter, (reference, failure) in zip(letters, ends, strict=True):
        if failure is not None:
            told[letter.route.name].update(state="failed", reason=failure.message, failure=failure.as_dict())
        elif reference.get("partly"):
            told[letter.route.name]["reason"] = reference.pop("partly")
    if ledger is not None and not task.check_mode:
        try:
            _remember(ledger, letters, ends)
        except Failure as failure:
            warnings.append(f"what was told could not be written down, and may be told again: {failure.message}")
    return rows


def _remember(ledger: Store, letters: list[Letter], ends: list[tuple[Json, Failure | None]]) -> None:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import notifications

    with ledger.write() as connection:
        for letter, (reference, failure) in zip(letters, ends, strict=True):
            notifications.ended(connection, ledger, letter.number, "failed" if failure else "sent", None if failure else reference)
            if not failure and letter.collects:
                notifications.collected(connection, ledger, letter.collects)


def _delivered(task: Task, letter: Letter) -> tuple[Json, Failure | None]:
    """Tried again where it may not have arrived: told twice is better than not told, and where the other side can tell, it is told once."""
    message = {**letter.message, "key": letter.key}
    failure: Failure | None = None
    for attempt in range(MOST_TRIES):
        if attempt and not _pause(task, attempt):
            break
        try:
            return notify_routes.deliver(task, letter.route, message, letter.before), None
        except Failure as found:
            failure = found
            if not found.retryable:
                break
        except UNREADABLE as error:
            # An answer that no parser foresaw keeps neither this message from the other routes nor the run from its end.
            return {}, Failure("protocol", f"its answer is not understood ({type(error).__name__})", "Report this line")
    return {}, failure


def _pause(task: Task, attempt: int) -> bool:
    if task.deadline.left() <= attempt:
        return False
    clock.sleep(attempt)
    return True


# -- looking at the routes
def who(routes: list[Route]) -> Json:
    """Who is told of each severity, and which routes cannot be used."""
    usable = [route for route in routes if not route.problem]
    who = {}
    for severity in notices.SEVERITIES:
        takers = [route for route in usable if severity in route.rules.severities]
        who[severity] = [f"{route.name} (digest)" if severity in route.rules.digest else route.name for route in takers]
    rows = [_row(route, "failed" if route.problem else "ready", route.problem) for route in routes]
    return {"changed": False, "changes": [], "who": who, "routes": rows, "told": _ready_line(rows)}


def _ready_line(rows: list[Json]) -> str:
    if not rows:
        return notices.told_line([], 0)
    bad = [f"{row['route']} ({row['reason']})" for row in rows if row["state"] == "failed"]
    return f"{len(rows) - len(bad)} of {len(rows)} routes can be used" + (f". NOT: {', '.join(bad)}" if bad else "")


def _tested(task: Task, routes: list[Route]) -> Json:
    """A marked message to each route. A pager is called off at once, and of a public page only the key is tried."""
    rows = []
    for route in routes:
        rows.append(_row(route, "failed" if route.problem else "sent", route.problem))
        if route.problem:
            continue
        severity = max(route.rules.severities, key=notices.SEVERITIES.index)
        text = "Sent by notify_test to see whether messages arrive. Nothing has to be done."
        about = {"title": "TEST - nothing is wrong", "text": text, "severity": severity, "always": True}
        about.update(source=task.params["environment"], at=clock.now(), fingerprint=f"notify-test-{uuid.uuid4().hex[:8]}")
        states = ("raised", "resolved") if route.kind == "pagerduty" else ("raised",)
        if route.kind == "statuspage":
            failure = _key_failure(task, route)
            rows[-1].update({"reason": "the key is good; customers were told nothing"} if failure is None else {"state": "failed", "reason": failure.message})
            continue
        for state in states:
            failure = _delivered(task, Letter(route, _headed({**about, "state": state})))[1]
            if failure is not None:
                rows[-1].update(state="failed", reason=failure.message, failure=failure.as_dict())
                break
    return {**who(routes), "routes": rows, "told": notices.told_line(rows, len(routes), planned=task.check_mode), **_changes(task), "diff": _diff(rows)}


def _key_failure(task: Task, route: Route) -> Failure | None:
    try:
        notify_routes.try_key(task, route)
    except Failure as failure:
        return failure
    return None


# -- what is told of it
def _row(route: Route, state: str, reason: str) -> Json:
    return {"route": route.name, "kind": route.kind, "state": state, "reason": reason, "failure": None}


def _result(task: Task, rows: list[Json], routes: list[Route], severity: str, warnings: list[str]) -> Json:
    line = notices.told_line(rows, len(routes), severity, task.check_mode)
    return {"routes": rows, "told": line, "warnings": warnings, **_changes(task), "diff": _diff(rows)}


def _diff(rows: list[Json]) -> Json:
    return {"before": {"told": []}, "after": {"told": [row["route"] for row in rows if row["state"] == "sent"]}}


def _changes(task: Task) -> Json:
    """Routes are told side by side: in an order that does not depend on who was quicker."""
    made = sorted((change.as_dict() for change in task.gate.changes), key=lambda change: (change["vendor"], change["target"], change["operation"]))
    return {"changed": bool(made), "changes": made}

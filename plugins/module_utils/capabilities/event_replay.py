# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module stripe_event_replay does; its documentation tells options and result.

An event is claimed in the ledger before it is posted. So of several runs, or of one that was killed and its rerun, only one posts it, and what
was answered with 2xx is never posted again.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, posting
from ansible_collections.saasops.runbooks.plugins.module_utils.core.client import Client
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import KnownAfter
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import fingerprint, plain, register
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.core.wire import Wire, checked_base_url
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import resources
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import chosen_events, signing, webhook_endpoints
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import client as stripe
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe.chosen_events import Event

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store

Json = dict[str, t.Any]
APPLICATION = "application"
REPLAY = Operation("replay_event", changes=True)
MOST_CONCURRENT = 10
BY_HAND = "by hand"
# What an application answers when the signature does not fit.
SIGNATURE = (400, 401, 403)
# States of an event that was not taken.
UNDONE = ("failed", "in_doubt", "held", "not_sent")


@dataclasses.dataclass
class Place:
    """Where events go. ``target`` is what the ledger knows it by: the endpoint's id, or the address."""

    target: str
    url: str
    endpoint: webhook_endpoints.Endpoint | None

    def path(self) -> str:
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def fits(self, event: Event) -> bool:
        return self.endpoint is None or chosen_events.wants(self.endpoint, event)


def execute(task: Task) -> Json:
    params = task.params
    _check(params)
    client = stripe.connect(task, params)
    place = _place(client, params)
    ledger = resources.ledger_of_a_change(task)
    past = _past(ledger, place)
    found, more = chosen_events.chosen(client, params, lambda event: place.fits(event) and past.get(event["id"]) != "done")
    wire = task.wire(APPLICATION, checked_base_url(place.origin(), "url"), None)
    turn = Turn(task, client, place, wire, ledger, params)
    results = turn.plan(found, past) if task.check_mode else turn.run(found, past)
    ids = [one["id"] for one in results if one["state"] in ("replayed", KnownAfter(REPLAY.name))]
    told = {
        "changed": bool(task.gate.changes),
        "target": {"id": place.target, "url": plain(place.url)},
        "events": results,
        "more": more,
        "diff": {"before": {"replayed": []}, "after": {"replayed": ids}},
    }
    undone = [one for one in results if one["state"] in UNDONE]
    if not undone:
        return told
    failure = _undone(place, results, undone)
    return {**told, "failed": True, "msg": str(failure), "failure": failure.as_dict()}


def _check(params: Json) -> None:
    register(params["secret"])
    signing.check(params["secret"])
    chosen_events.check(params)
    if not 1 <= params["concurrency"] <= MOST_CONCURRENT:
        raise Failure("invalid", f"concurrency is {params['concurrency']}", f"Give 1 to {MOST_CONCURRENT}", stripe.VENDOR)
    if params["stop_after"] < 1:
        raise Failure("invalid", f"stop_after is {params['stop_after']}", "Give the number of failures in a row after which to stop, 1 or more", stripe.VENDOR)
    if params["url"] is not None:
        webhook_endpoints.check_url(params["url"])


def _place(client: Client, params: Json) -> Place:
    """The address that was given, or the endpoint's. No request for an address."""
    if params["url"] is not None:
        return Place(params["url"], params["url"], None)
    found = chosen_events.endpoint(client, params["webhook_endpoint"])
    webhook_endpoints.check_url(found["url"])
    return Place(found["id"], found["url"], found)


def _past(ledger: Store | None, place: Place) -> dict[str, str]:
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import replays

    return replays.known(ledger, place.target) if ledger else {}


@dataclasses.dataclass
class Turn:
    """One run: events oldest first, some side by side, those about one object one after the other."""

    task: Task
    client: Client
    place: Place
    wire: Wire
    ledger: Store | None
    params: Json
    results: dict[str, Json] = dataclasses.field(default_factory=dict)
    running: dict[concurrent.futures.Future[posting.Posted], Event] = dataclasses.field(default_factory=dict)
    broken: set[str] = dataclasses.field(default_factory=set)
    misses: int = 0

    def plan(self, found: list[Event], past: dict[str, str]) -> list[Json]:
        return [self._left(event, past) or _told(event, self._change(event, lambda: None), None) for event in found]

    def _left(self, event: Event, past: dict[str, str]) -> Json | None:
        """What is told of an event that is not posted, for what the ledger knows of it; None: it is to be posted."""
        state = {"done": "before", "sent": "" if self.params["in_doubt"] == "replay" else "in_doubt"}.get(past.get(event["id"], ""), "")
        return _told(event, state, None) if state else None

    def _change(self, event: Event, send: t.Callable[[], t.Any]) -> t.Any:
        target = f"event {event['id']} ({event['type']}) -> {self.place.target}"
        return self.task.gate.change(APPLICATION, REPLAY, target, fingerprint(event["id"]), send)

    def run(self, found: list[Event], past: dict[str, str]) -> list[Json]:
        self.task.gate.admit(APPLICATION, REPLAY, self.place.target)
        self.results = {event["id"]: left for event in found if (left := self._left(event, past))}
        waiting = [event for event in found if event["id"] not in self.results]
        with concurrent.futures.ThreadPoolExecutor(self.params["concurrency"]) as pool:
            try:
                while waiting and self.misses < self.params["stop_after"] and not self.task.deadline.passed():
                    event = self._next(waiting) if len(self.running) < self.params["concurrency"] else None
                    if event is not None:
                        waiting.remove(event)
                        self._begin(pool, event)
                    elif self.running:
                        self._take(concurrent.futures.FIRST_COMPLETED)
            finally:
                # What was answered is written down, whatever else went wrong.
                self._take(concurrent.futures.ALL_COMPLETED)
        return [self.results.get(event["id"]) or _told(event, "not_sent", None) for event in found]

    def _next(self, waiting: list[Event]) -> Event | None:
        """The oldest whose object is free. What comes after a failure of the same object is held back, or it would overtake that."""
        for event in [event for event in waiting if _about(event) in self.broken]:
            waiting.remove(event)
            self.results[event["id"]] = _told(event, "held", None, "an earlier event about the same object was not taken")
        busy = {_about(event) for event in self.running.values()}
        return next((event for event in waiting if _about(event) not in busy), None)

    def _begin(self, pool: concurrent.futures.Executor, event: Event) -> None:
        """Fetch it, claim it and have it posted."""
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import replays

        try:
            body = chosen_events.text_of(self.client, event)
        except Failure as failure:
            self._missed(event, _told(event, "not_sent", None, failure.message))
            return
        before = replays.claim(t.cast("Store", self.ledger), BY_HAND, self.place.target, event["id"], self.params["in_doubt"] == "replay")
        # Another run may have been quicker.
        left = self._left(event, {event["id"]: before})
        if left is not None:
            self.results[event["id"]] = left
            return
        headers = signing.headers(self.params["secret"], body, clock.now())
        post = functools.partial(posting.post, self.wire, REPLAY.name, self.place.path(), body, headers)
        self.running[self._change(event, lambda: pool.submit(post))] = event

    def _take(self, when: str) -> None:
        """Write down what came of those that have ended."""
        from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import replays

        for future in concurrent.futures.wait(self.running, return_when=when).done:
            event, posted = self.running.pop(future), future.result()
            if self.ledger is not None and not posted.in_doubt:
                replays.ended(self.ledger, BY_HAND, self.place.target, event["id"], replays.DONE if posted.good else replays.FAILED, posted.status)
            if posted.good:
                self.misses = 0
                self.results[event["id"]] = _told(event, "replayed", posted.status)
            else:
                self._missed(event, _told(event, "in_doubt" if posted.in_doubt else "failed", posted.status, posted.said))

    def _missed(self, event: Event, told: Json) -> None:
        self.misses += 1
        self.broken.add(_about(event))
        self.results[event["id"]] = told


def _about(event: Event) -> str:
    return str(event["object_id"] or event["id"])


def _told(event: Event, state: t.Any, status: int | None, said: str = "") -> Json:
    return {**{name: event[name] for name in ("id", "type", "created_at", "object", "object_id")}, "state": state, "status": status, "said": said}


def _undone(place: Place, results: list[Json], undone: list[Json]) -> Failure:
    """What a person has to know of those that were not taken: the first failure, and what to do."""
    first = next((one for one in undone if one["state"] == "failed"), undone[0])
    words = {"failed": f"answered {first['status']}" if first["status"] else first["said"], "in_doubt": "may have arrived, and no answer was seen"}
    message = f"{len(undone)} of {len(results)} events were not taken by {place.target}; {first['id']} {words.get(first['state'], 'was not sent')}"
    hint = "See events in the result; the same task posts again only what was not taken"
    if first["status"] in SIGNATURE:
        hint = f"Is this the signing secret of {place.target}? Each endpoint has its own. {hint}"
    if any(one["state"] == "in_doubt" for one in undone):
        hint = f"Look whether the application has what is in doubt. If it knows events by their id, run with in_doubt: replay. {hint}"
    doubt = any(one["state"] == "in_doubt" for one in undone)
    return Failure("unknown" if doubt else "failed", message, hint, APPLICATION, REPLAY.name, first["status"], "not_taken", maybe_sent=doubt)

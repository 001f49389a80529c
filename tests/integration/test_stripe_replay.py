# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_event_replay against the sandbox's Stripe and an application of the test's: nothing that was taken is posted again."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import threading
import typing as t

import pytest
import requests
import stripe as library

from ansible_collections.saasops.runbooks.plugins.modules import stripe_event_replay
from tests.harness.loopback import Answer, Loopback, Request, free_port, said
from tests.harness.stripe_hooks import hook, missed
from tests.integration.stripe_shop import run
from tests.integration.tasks import Json, asked, sent

BAD, GOOD = said({"error": "no"}, 500), said({})
OTHER_SECRET = "whsec_replayTestOther8Kd2Vn6Qx4Zt9Wm"
# Real seconds: nobody waits so long unless the test fails.
PATIENCE = 20.0
HOSTILE = "<h1>{{ lookup('pipe', 'id') }}</h1>\x1b[2J\u202e"


class App(Loopback):
    """An application: ``answers`` by the events' ids, ``answer`` for all others. None is given before so many are ``together`` there."""

    def __init__(self) -> None:
        self.answer: Answer = BAD
        self.answers: dict[str, Answer] = {}
        self.busy: list[int] = []
        self._now = 0
        self._change = threading.Condition()
        self.together = 1
        super().__init__(self._reply)

    def _reply(self, request: Request) -> Answer:
        with self._change:
            self._now += 1
            self.busy.append(self._now)
            self._change.notify_all()
            self._change.wait_for(lambda: max(self.busy) >= self.together, PATIENCE)
        # Whoever would come beside it has a moment for it.
        self.over.wait(0.05)
        with self._change:
            self._now -= 1
        return self.answers.get(json.loads(request.body)["id"], self.answer)

    def comes_up(self) -> None:
        self.answer = GOOD
        self.requests.clear()
        self.busy.clear()

    @property
    def got(self) -> list[str]:
        return [json.loads(request.body)["id"] for request in self.requests]


@pytest.fixture
def app() -> t.Iterator[App]:
    with App() as server:
        yield server


class Shop:
    """The module with a ledger of its own, and the endpoint's secret."""

    def __init__(self, sandbox: t.Any, folder: pathlib.Path) -> None:
        self.sandbox = sandbox
        self.ledger = f"sqlite:///{folder}/ledger.sqlite3"
        self.secret = OTHER_SECRET

    def hook(self, url: str, **facts: t.Any) -> Json:
        made = hook(self.sandbox, url, **facts)
        self.secret = made["secret"]
        return made

    def replay(self, check: bool = False, **options: t.Any) -> Json:
        known = {"webhook_endpoint": "checkout", "secret": self.secret, "environment": "shop/production", "ledger_url": self.ledger}
        where: Json = {"webhook_endpoint": None} if "url" in options else {}
        return run(self.sandbox, stripe_event_replay, check, **{**known, "max_age": None if "events" in options else "1h", **where, **options})


@pytest.fixture
def shop(sandbox: t.Any, tmp_path: pathlib.Path) -> Shop:
    return Shop(sandbox, tmp_path)


def states(result: Json) -> list[t.Any]:
    return [(one["id"], one["state"]) for one in result["events"]]


# -- what arrives
def test_what_did_not_arrive_is_posted_once(shop: Shop, app: App) -> None:
    made = shop.hook(app.url)
    events = missed(shop.sandbox, 3)
    app.comes_up()
    plan = shop.replay(check=True)
    assert (states(plan), app.got) == ([(event, {"known_after": "replay_event"}) for event in events], [])
    done = shop.replay()
    assert states(done) == [(event, "replayed") for event in events] and app.got == events
    assert (done["changes"], done["diff"], done["changed"]) == (plan["changes"], plan["diff"], True)
    assert done["target"] == {"id": made["id"], "url": app.url} and not done.get("failed")
    assert asked(done) == ["list_webhook_endpoints", "list_events", *["get_event"] * 3, *["replay_event"] * 3]
    for check in (True, False):
        again = shop.replay(check)
        assert (again["changed"], again["changes"], again["events"], again["more"]) == (False, [], [], 0)
    named = shop.replay(events=events[:1])
    assert (states(named), named["changed"], asked(named)) == ([(events[0], "before")], False, ["list_webhook_endpoints", "get_event"])
    assert app.got == events


def test_it_is_posted_as_stripe_posts_it(shop: Shop, app: App) -> None:
    shop.hook(app.url + "/hook?from=stripe")
    (event,) = missed(shop.sandbox, description="Zoë ☃ <b>")
    app.comes_up()
    shop.replay()
    (request,) = app.requests
    assert (request.method, request.path) == ("POST", "/hook?from=stripe")
    assert request.headers["Content-Type"] == "application/json; charset=utf-8" and request.headers["User-Agent"].startswith("Stripe/1.0")
    # To the letter what the API gives.
    known = shop.sandbox.run["stripe"]
    raw = requests.get(f"{known['url']}/v1/events/{event}", headers={"Authorization": f"Bearer {known['api_key']}"}, timeout=10).content
    assert request.body == raw
    # Signed with this moment, as the vendor's own library verifies it.
    signature = request.headers["Stripe-Signature"]
    now = shop.sandbox.clock()["now"]
    assert int(signature.partition(",")[0].removeprefix("t=")) == int(now)
    assert library.Webhook.construct_event(raw, signature, shop.secret, tolerance=None).id == event  # type: ignore[no-untyped-call]
    with pytest.raises(library.SignatureVerificationError):
        library.Webhook.construct_event(raw, signature, OTHER_SECRET, tolerance=None)  # type: ignore[no-untyped-call]


def test_neither_the_key_nor_the_secret_travels(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    missed(shop.sandbox)
    app.answer = said({"error": shop.secret}, 400)
    app.requests.clear()
    result = shop.replay()
    key = shop.sandbox.run["stripe"]["api_key"]
    for request in app.requests:
        everything = f"{request.path} {request.headers} {request.body!r}"
        assert key not in everything and shop.secret not in everything and "Authorization" not in request.headers
    assert shop.secret not in json.dumps(result) and key not in json.dumps(result)
    assert "signing secret of" in result["msg"] and result["target"]["id"] in result["msg"]
    assert shop.sandbox.journal(changes=True, vendor="stripe") == []


def test_an_address_is_a_target_of_its_own(shop: Shop, app: App) -> None:
    shop.hook(app.url, types=["charge.refunded"])
    first = shop.sandbox.emit("stripe", type="invoice.paid")
    app.comes_up()
    with App() as other:
        other.comes_up()
        assert states(shop.replay(url=f"{other.url}/a", events=[first])) == [(first, "replayed")]
        assert states(shop.replay(url=f"{other.url}/a", events=[first])) == [(first, "before")]
        assert states(shop.replay(url=f"{other.url}/b", events=[first])) == [(first, "replayed")]
        assert other.got == [first, first] and app.got == []


def test_an_endpoint_s_types_narrow_what_is_found(shop: Shop, app: App) -> None:
    with App() as other:
        hook(shop.sandbox, other.url)
        shop.hook(app.url, types=["charge.refunded"])
        wanted = missed(shop.sandbox, 1, "charge.refunded")
        missed(shop.sandbox, 1)
        app.comes_up()
        listed = shop.replay(webhook_endpoint=app.url)
    assert [one["id"] for one in listed["events"]] == wanted == app.got


# -- what is not taken
def test_what_is_not_taken_is_told_and_posted_again_by_the_next_run(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    events = missed(shop.sandbox, 4)
    app.comes_up()
    app.answers[events[1]] = Answer(500, HOSTILE.encode(), {"Content-Type": "text/html"})
    failed = shop.replay()
    assert failed["failed"] and states(failed) == [(events[0], "replayed"), (events[1], "failed"), (events[2], "replayed"), (events[3], "replayed")]
    one = failed["events"][1]
    assert (one["status"], failed["failure"]["code"], failed["failure"]["kind"]) == (500, "not_taken", "failed") and "1 of 4" in failed["msg"]
    assert one["said"] == "<h1>{{ lookup('pipe', 'id') }}</h1>?[2J?"
    app.answers.clear()
    app.requests.clear()
    assert states(shop.replay()) == [(events[1], "replayed")] and app.got == [events[1]]


def test_it_stops_after_failures_in_a_row(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    events = missed(shop.sandbox, 5)
    app.comes_up()
    app.answer = BAD
    app.answers[events[1]] = GOOD
    failed = shop.replay(stop_after=2)
    assert [state for _event, state in states(failed)] == ["failed", "replayed", "failed", "failed", "not_sent"]
    assert app.got == events[:4] and len(failed["changes"]) == 4


def test_what_follows_a_failure_of_the_same_object_is_held_back(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    events = [shop.sandbox.emit("stripe", type="invoice.paid", object={"id": f"in_{number % 2}", "object": "invoice"}) for number in range(4)]
    shop.sandbox.advance(2)
    app.comes_up()
    ordered = [one["id"] for one in shop.replay(check=True)["events"]]
    assert sorted(ordered) == sorted(events)
    app.answers[ordered[0]] = BAD
    failed = shop.replay(stop_after=9)
    about = {one["id"]: one["object_id"] for one in failed["events"]}
    expected = ["failed", *("held" if about[event] == about[ordered[0]] else "replayed" for event in ordered[1:])]
    assert [state for _event, state in states(failed)] == expected and "held" in expected and "replayed" in expected


def test_events_go_side_by_side_and_those_of_one_object_do_not(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    missed(shop.sandbox, 6)
    app.comes_up()
    app.together = 3
    assert not shop.replay(concurrency=3).get("failed")
    assert max(app.busy) == 3
    same = [shop.sandbox.emit("stripe", type="invoice.paid", object={"id": "in_same", "object": "invoice"}) for _number in range(3)]
    app.answer, app.together = BAD, 1
    shop.sandbox.advance(2)
    app.comes_up()
    done = shop.replay(concurrency=3)
    assert sorted(event for event, _state in states(done)) == sorted(same) and max(app.busy) == 1


@pytest.mark.parametrize("kind", ["reset", "hang", "cut"])
def test_an_answer_that_nobody_saw_leaves_it_in_doubt(shop: Shop, app: App, kind: t.Any) -> None:
    shop.hook(app.url)
    (event,) = missed(shop.sandbox)
    app.comes_up()
    app.answer = Answer(kind=kind)
    first = shop.replay(request_timeout="0.5")
    if kind == "cut":
        # The status was there, and it is all that counts.
        assert states(first) == [(event, "replayed")] and not first.get("failed")
        return
    assert (states(first), first["failure"]["kind"]) == ([(event, "in_doubt")], "unknown")
    app.comes_up()
    for check in (True, False):
        kept = shop.replay(check)
        assert states(kept) == [(event, "in_doubt")] and kept["failed"] and not kept["changed"] and "in_doubt: replay" in kept["failure"]["hint"]
    assert app.got == []
    assert states(shop.replay(in_doubt="replay")) == [(event, "replayed")]
    assert shop.replay(in_doubt="replay")["events"] == [] and app.got == [event]


@pytest.mark.parametrize("answer", [Answer(302, b"", {"Location": "/else"}), Answer(404), Answer(429), Answer(200, b"x" * 300_000, {"X-Any": "x"})])
def test_the_status_alone_counts(shop: Shop, app: App, answer: Answer) -> None:
    shop.hook(app.url)
    missed(shop.sandbox)
    app.comes_up()
    app.answer = answer
    done = shop.replay()
    assert [one["state"] for one in done["events"]] == ["replayed" if answer.status == 200 else "failed"]
    assert len(app.requests) == 1 and max(len(one["said"]) for one in done["events"]) <= 200


def test_an_application_that_cannot_be_reached_is_no_doubt(shop: Shop) -> None:
    shop.hook(f"http://127.0.0.1:{free_port()}/hook")
    (event,) = missed(shop.sandbox)
    failed = shop.replay()
    assert (states(failed), failed["failure"]["kind"]) == ([(event, "failed")], "failed") and "could not be reached" in failed["msg"]


def test_an_event_that_cannot_be_read_is_not_posted(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    events = missed(shop.sandbox, 2)
    app.comes_up()
    shop.sandbox.fault("status", vendor="stripe", operation="GET /v1/events/", status=404, message="No such notification")
    failed = shop.replay()
    assert states(failed) == [(events[0], "not_sent"), (events[1], "replayed")] and "30 days" not in failed["msg"]
    assert states(shop.replay()) == [(events[0], "replayed")] and app.got == [events[1], events[0]]


# -- killed
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_run_that_is_killed_posts_nothing_twice(shop: Shop, app: App, when: str) -> None:
    """Killed while the second event is with the application, before or after that has answered."""
    shop.hook(app.url)
    events = missed(shop.sandbox, 3)
    app.comes_up()
    seen = threading.Event()
    child = 0

    def kill() -> None:
        os.kill(child, signal.SIGKILL)
        seen.set()

    class Killing(dict[str, Answer]):
        def get(self, event: str, default: t.Any = None) -> t.Any:
            if event == events[1] and child:
                kill()
                return Answer(kind="reset") if when == "before" else GOOD
            return default

    app.answers = Killing()
    go, let_go = os.pipe()
    child = os.fork()
    if not child:
        os.read(go, 1)
        shop.replay()
        os._exit(0)
    os.write(let_go, b"x")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL and seen.wait(10)
    child = 0
    assert app.got == events[:2]
    rerun = shop.replay()
    assert states(rerun) == [(events[1], "in_doubt"), (events[2], "replayed")] and rerun["failed"]
    assert app.got == events
    assert states(shop.replay(in_doubt="replay")) == [(events[1], "replayed")]
    assert shop.replay()["events"] == []


def test_two_runs_at_once_post_an_event_once(shop: Shop, app: App) -> None:
    shop.hook(app.url)
    events = missed(shop.sandbox, 6)
    app.comes_up()
    pids = []
    for _number in range(2):
        pid = os.fork()
        if not pid:
            shop.replay()
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    assert sorted(app.got) == sorted(events)


# -- what is refused
@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"secret": " \n"}, "invalid", "blank_secret"),
        ({"secret": ""}, "invalid", "blank_secret"),
        ({"secret": "sk_live_1"}, "invalid", ""),
        ({"secret": "whsec_a b"}, "invalid", ""),
        ({"url": "http://app.example.com/hook"}, "invalid", ""),
        ({"url": "ftp://127.0.0.1/"}, "invalid", ""),
        ({"url": "https://user:word@127.0.0.1/"}, "invalid", ""),
        ({"webhook_endpoint": "chekout"}, "not_found", ""),
        ({"events": ["evt_none"]}, "not_found", "resource_missing"),
        ({"concurrency": 11}, "invalid", ""),
        ({"stop_after": 0}, "invalid", ""),
        ({"environment": "production"}, "invalid", ""),
        ({"allow": "read"}, "refused", "allow"),
    ],
)
def test_what_must_not_pass_is_refused(shop: Shop, app: App, options: Json, kind: str, code: str) -> None:
    shop.hook(app.url)
    missed(shop.sandbox)
    app.comes_up()
    result = shop.replay(**options)
    assert (result["failure"]["kind"], result["failure"]["code"]) == (kind, code), result["msg"]
    assert result["failure"]["hint"] and app.got == [] and sent(result) == []

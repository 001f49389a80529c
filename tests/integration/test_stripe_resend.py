# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_event_resend against the sandbox, which delivers to an application of the test's."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.modules import stripe_event_resend, stripe_webhook_endpoint
from tests.harness.loopback import Answer, Loopback, said
from tests.harness.stripe_hooks import hook, missed
from tests.integration.stripe_shop import breaks, changes, check_planned_and_done, run
from tests.integration.tasks import Json, asked

BAD, GOOD = said({"error": "no"}, 500), said({})
RETRY = "POST /v1/events/{id}/retry"


class App(Loopback):
    """An application that is down until it is ``up``."""

    def __init__(self) -> None:
        self.answer: Answer = BAD
        super().__init__(lambda _request: self.answer)

    def comes_up(self) -> None:
        self.answer = GOOD
        self.requests.clear()

    @property
    def got(self) -> list[str]:
        return [json.loads(request.body)["id"] for request in self.requests]


@pytest.fixture
def app() -> t.Iterator[App]:
    with App() as server:
        yield server


def resend(sandbox: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(sandbox, stripe_event_resend, check, **{"webhook_endpoint": "checkout", **options})


def states(result: Json) -> list[t.Any]:
    assert not result.get("failed"), result["msg"]
    return [(one["id"], one["state"]) for one in result["events"]]


# -- what arrives
def test_what_did_not_arrive_is_sent_again_once(sandbox: t.Any, app: App) -> None:
    made = hook(sandbox, app.url)
    events = missed(sandbox, 3)
    app.comes_up()
    done = check_planned_and_done(sandbox, stripe_event_resend, webhook_endpoint="checkout", max_age="1h")
    # Stripe promises no order.
    assert states(done) == [(event, "resent") for event in events] and sorted(app.got) == sorted(events)
    assert (done["webhook_endpoint"], done["unproven"], done["more"]) == (made["id"], 0, 0)
    assert changes(sandbox) == [RETRY] * 3
    assert asked(done)[:5] == ["list_webhook_endpoints", "list_events", *["resend_event"] * 3]
    again = resend(sandbox, max_age="1h")
    assert (again["events"], asked(again)) == ([], ["list_webhook_endpoints", "list_events"])


def test_named_events_are_sent_again(sandbox: t.Any, app: App) -> None:
    made = hook(sandbox, app.url)
    events = missed(sandbox, 2)
    app.comes_up()
    done = check_planned_and_done(sandbox, stripe_event_resend, webhook_endpoint=made["id"], events=[events[1]])
    assert states(done) == [(events[1], "resent")] and app.got == [events[1]]
    again = resend(sandbox, events=[events[1]])
    assert (states(again), asked(again)) == ([(events[1], "delivered")], ["list_webhook_endpoints", "get_event"])
    assert set(asked(done)) == {"list_webhook_endpoints", "get_event", "resend_event"}


def test_a_plan_names_what_would_be_sent(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    events = missed(sandbox, 2)
    plan = resend(sandbox, check=True, max_age="1h")
    assert states(plan) == [(event, {"known_after": "resend_event"}) for event in events]
    assert plan["diff"]["after"] == {"resent": events} and changes(sandbox) == []


def test_the_oldest_go_first_and_the_rest_is_told(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    events = missed(sandbox, 5)
    app.comes_up()
    assert (resend(sandbox, max_age="1h", limit=2)["more"], sorted(app.got)) == (3, sorted(events[:2]))
    assert (resend(sandbox, max_age="1h", limit=10)["more"], sorted(app.got)) == (0, sorted(events))


def test_types_narrow_what_is_sent(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    missed(sandbox, 1)
    wanted = missed(sandbox, 1, "charge.refunded")
    app.comes_up()
    assert [one["id"] for one in resend(sandbox, max_age="1h", types=["charge.refunded"])["events"]] == wanted == app.got


# -- what does not arrive, or cannot
def test_what_does_not_arrive_is_accepted_and_not_proved(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    for number, options in enumerate([{"verify_within": "20s"}, {"verify_within": "0s"}], 1):
        done = resend(sandbox, events=[event], **options)
        assert (states(done), done["unproven"], done["changed"]) == ([(event, "accepted")], 1, True)
        assert changes(sandbox) == [RETRY] * number
    assert asked(done)[-1] == "resend_event"


def test_an_endpoint_that_fails_too_leaves_it_unproved(sandbox: t.Any, app: App) -> None:
    with App() as other:
        hook(sandbox, app.url)
        second = hook(sandbox, other.url)
        (event,) = missed(sandbox)
        app.comes_up()
        name = next(one["webhook_endpoint"] for one in [resend(sandbox, True, webhook_endpoint=app.url, events=[event])])
        assert name != second["id"]
        done = resend(sandbox, webhook_endpoint=name, events=[event], verify_within="20s")
        assert states(done) == [(event, "accepted")] and app.got == [event]


def test_two_of_one_name_are_an_error_that_tells_them(sandbox: t.Any, app: App) -> None:
    ids = {hook(sandbox, app.url)["id"] for _number in range(2)}
    failure = resend(sandbox, max_age="1h")["failure"]
    assert failure["code"] == "two_of_a_name" and all(one in failure["hint"] for one in ids)


@pytest.mark.parametrize("later", ["made later", "wants another type"])
def test_what_stripe_would_not_send_is_refused_with_the_next_step(sandbox: t.Any, app: App, later: str) -> None:
    with App() as first:
        hook(sandbox, first.url)
        if later == "made later":
            (event,) = missed(sandbox)
            sandbox.advance(60)
            made = hook(sandbox, app.url)
        else:
            made = hook(sandbox, app.url, ["charge.refunded"])
            (event,) = missed(sandbox)
        sandbox.clear_journal()
        failure = resend(sandbox, webhook_endpoint=made["id"], events=[event])["failure"]
        assert (failure["kind"], failure["code"]) == ("refused", "not_resendable") and "stripe_event_replay" in failure["hint"]
        # Of those that are not named it is left out.
        assert resend(sandbox, webhook_endpoint=made["id"], max_age="1h")["events"] == []
    assert changes(sandbox) == []


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_of_stripe_s_names_the_next_step(sandbox: t.Any, app: App, status: int) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    sandbox.fault("status", vendor="stripe", changes=True, status=status, message="Unrecognized request URL")
    failed = resend(sandbox, events=[event])
    assert failed["failure"]["status"] == status and "stripe_event_replay" in failed["failure"]["hint"]
    assert "Unrecognized request URL" in failed["msg"]


def test_an_endpoint_that_is_disabled_is_refused(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    run(sandbox, stripe_webhook_endpoint, name="checkout", enabled=False)
    failure = resend(sandbox, events=[event])["failure"]
    assert failure["code"] == "disabled" and "stripe_event_replay" in failure["hint"]


def test_an_event_that_is_too_old_is_told_as_such(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    sandbox.advance(31 * 86400)
    failure = resend(sandbox, events=[event])["failure"]
    assert failure["kind"] == "not_found" and "30 days" in failure["hint"]


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"events": ["we_1"]}, "invalid"),
        ({"events": []}, "invalid"),
        ({"events": ["evt_1", "evt_2"], "limit": 1}, "invalid"),
        ({"max_age": "721h"}, "invalid"),
        ({"max_age": "1h", "limit": 1001}, "invalid"),
        ({"max_age": "1h", "types": ["paid!"]}, "invalid"),
        ({"max_age": "1h", "webhook_endpoint": "chekout"}, "not_found"),
        ({"events": ["evt_none"]}, "not_found"),
    ],
)
def test_what_cannot_be_is_told(sandbox: t.Any, app: App, options: Json, kind: str) -> None:
    hook(sandbox, app.url)
    failure = resend(sandbox, **options)["failure"]
    assert failure["kind"] == kind and failure["hint"]


def test_more_events_than_can_be_looked_through_are_refused(sandbox: t.Any, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import event_info

    hook(sandbox, app.url)
    missed(sandbox, 3)
    monkeypatch.setattr(event_info, "MOST", 2)
    assert resend(sandbox, max_age="1h")["failure"]["code"] == "too_many"


# -- what goes wrong on the way
@pytest.mark.parametrize(
    "fault",
    [
        *({"kind": kind} for kind in ("lost", "truncated", "reset", "garbage")),
        {"kind": "big", "mb": 65},
        {"kind": "rate_limited", "retry_after": 2},
        {"kind": "status", "status": 503},
    ],
    ids=str,
)
def test_whatever_happens_to_the_request_it_is_sent_again_once(sandbox: t.Any, app: App, fault: Json) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    app.comes_up()
    sandbox.fault(**{"vendor": "stripe", "changes": True, **fault})
    assert states(resend(sandbox, events=[event])) == [(event, "resent")]
    assert (changes(sandbox), app.got) == ([RETRY], [event])


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_error_that_stripe_keeps_is_outlived(sandbox: t.Any, app: App, when: str) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    app.comes_up()
    breaks(sandbox, when)
    assert states(resend(sandbox, events=[event])) == [(event, "resent")]
    assert (changes(sandbox), app.got) == ([RETRY], [event])


def test_an_answer_that_is_no_event_is_told(sandbox: t.Any, app: App) -> None:
    hook(sandbox, app.url)
    (event,) = missed(sandbox)
    sandbox.fault("body", vendor="stripe", changes=True, body={"id": "evt_other", "object": "event"})
    assert resend(sandbox, events=[event])["failure"]["code"] == "missing_field"
    sandbox.fault("body", vendor="stripe", operation="GET /v1/events/", body={"id": event, "type": "{{ 7 * 7 }}\x1b[2J", "created": "soon"})
    assert resend(sandbox, events=[event])["failure"]["code"] == "missing_field"

# SPDX-License-Identifier: GPL-3.0-or-later
"""stripe_webhook_endpoint and its _info against the sandbox: made, changed, rotated and deleted, once, whatever happens on the way."""

from __future__ import annotations

import typing as t

import pytest
import requests

from ansible_collections.saasops.runbooks.plugins.modules import stripe_webhook_endpoint, stripe_webhook_endpoint_info
from tests.integration.stripe_shop import breaks, changes, check_planned_and_done, run
from tests.integration.tasks import Json, asked

HOOK: Json = {"name": "checkout", "url": "https://app.example.com/hook", "enabled_events": ["invoice.paid", "charge.refunded"]}
CREATE, UPDATE, DELETE = "POST /v1/webhook_endpoints", "POST /v1/webhook_endpoints/{id}", "DELETE /v1/webhook_endpoints/{id}"


def state(sandbox: t.Any, check: bool = False, **options: t.Any) -> Json:
    return run(sandbox, stripe_webhook_endpoint, check, **options)


def listed(sandbox: t.Any) -> list[Json]:
    result = run(sandbox, stripe_webhook_endpoint_info)
    assert not result.get("failed"), result["msg"]
    return t.cast("list[Json]", result["endpoints"])


def test_an_endpoint_is_made_changed_and_deleted(sandbox: t.Any) -> None:
    done = check_planned_and_done(
        sandbox, stripe_webhook_endpoint, **HOOK, description="Shop", metadata={"team": "shop", "tier": 1}, api_version="2026-10-28.endive"
    )
    assert done["secret"].startswith("whsec_") and asked(done) == ["list_webhook_endpoints", "create_webhook_endpoint"]
    assert listed(sandbox) == [done["endpoint"]]
    again = state(sandbox, **HOOK)
    assert again["secret"] is None and asked(again) == ["list_webhook_endpoints"]
    wish = {"name": "checkout", "enabled": False, "description": "", "enabled_events": ["*"], "metadata": {"team": None}, "url": "https://app.example.com/new"}
    changed = check_planned_and_done(sandbox, stripe_webhook_endpoint, **wish)
    assert asked(changed) == ["list_webhook_endpoints", "update_webhook_endpoint"] and changed["secret"] is None
    assert listed(sandbox)[0] == {
        **done["endpoint"],
        "url": "https://app.example.com/new",
        "enabled_events": ["*"],
        "status": "disabled",
        "description": None,
        "metadata": {"tier": "1"},
    }
    # The order of events, and what is not given, make no difference.
    assert not state(sandbox, name="checkout", metadata={"tier": 1})["changed"]
    assert state(sandbox, name="checkout", state="absent")["failure"]["code"] == "allow"
    assert check_planned_and_done(sandbox, stripe_webhook_endpoint, name="checkout", state="absent", allow="destroy")["endpoint"] is None
    assert changes(sandbox) == [CREATE, UPDATE, DELETE]


def test_one_is_made_disabled(sandbox: t.Any) -> None:
    assert check_planned_and_done(sandbox, stripe_webhook_endpoint, **HOOK, enabled=False)["endpoint"]["status"] == "disabled"


def test_a_secret_is_rotated_without_a_gap(sandbox: t.Any) -> None:
    first = state(sandbox, **HOOK)
    second = check_planned_and_done(sandbox, stripe_webhook_endpoint, name="checkout", state="rotating")
    assert second["secret"] not in (None, first["secret"]) and second["endpoint"]["rotation_of"] == first["endpoint"]["id"]
    assert [one["status"] for one in listed(sandbox)] == ["enabled", "enabled"]
    # Nothing else is done to either meanwhile.
    assert not state(sandbox, **HOOK)["changed"]
    assert state(sandbox, **{**HOOK, "enabled_events": ["*"]})["failure"]["code"] == "rotating"
    assert state(sandbox, name="checkout", state="absent", allow="destroy")["failure"]["code"] == "rotating"
    done = check_planned_and_done(sandbox, stripe_webhook_endpoint, name="checkout", state="rotated")
    assert len(done["steps"]) == 3
    new, old = listed(sandbox)
    assert (new["id"], new["name"], new["status"], new["rotation_of"]) == (second["endpoint"]["id"], "checkout", "enabled", None)
    assert (old["name"], old["status"], old["replaced_by"]) == (None, "disabled", new["id"])
    assert not state(sandbox, **HOOK)["changed"]
    assert check_planned_and_done(sandbox, stripe_webhook_endpoint, endpoint=old["id"], state="absent", allow="destroy")["changed"]
    assert [one["id"] for one in listed(sandbox)] == [new["id"]]


def test_a_rotation_that_broke_in_the_middle_goes_on(sandbox: t.Any) -> None:
    state(sandbox, **HOOK)
    state(sandbox, name="checkout", state="rotating")
    sandbox.fault("status", vendor="stripe", changes=True, skip=1, times=0, status=503)
    assert state(sandbox, name="checkout", state="rotated", deadline="5s", request_timeout="1s")["failed"]
    sandbox.clear_faults()
    assert check_planned_and_done(sandbox, stripe_webhook_endpoint, name="checkout", state="rotated")["endpoint"]["rotation_of"] is None
    assert [one["status"] for one in listed(sandbox)] == ["enabled", "disabled"]


@pytest.mark.parametrize(
    "fault", [{"kind": kind} for kind in ("lost", "truncated", "reset", "garbage")] + [{"kind": "rate_limited", "retry_after": 2}], ids=str
)
def test_whatever_happens_to_the_request_it_has_one_effect_and_its_secret(sandbox: t.Any, fault: Json) -> None:
    sandbox.fault(**{"vendor": "stripe", "changes": True, **fault})
    done = state(sandbox, **HOOK)
    assert done["changed"] and done["secret"].startswith("whsec_"), done
    for wish in ({"name": "checkout", "enabled": False}, {"name": "checkout", "state": "absent", "allow": "destroy"}):
        sandbox.fault(**{"vendor": "stripe", "changes": True, **fault})
        assert state(sandbox, **wish)["changed"]
    assert changes(sandbox) == [CREATE, UPDATE, DELETE]


def test_an_error_that_stripe_keeps_is_outlived(sandbox: t.Any) -> None:
    breaks(sandbox, "before")
    done = state(sandbox, **HOOK)
    assert done["secret"].startswith("whsec_") and changes(sandbox) == [CREATE]
    breaks(sandbox, "after")
    assert state(sandbox, name="checkout", enabled=False)["changed"]
    breaks(sandbox, "after")
    lost = state(sandbox, name="checkout", state="rotating")
    assert lost["failure"]["code"] == "secret_lost" and listed(sandbox)[0]["id"] in lost["failure"]["hint"]
    assert changes(sandbox) == [CREATE, UPDATE, CREATE]


def by_hand(sandbox: t.Any, **form: str) -> str:
    """The id of an endpoint that somebody made in the dashboard."""
    known = sandbox.run["stripe"]
    wish = {"url": HOOK["url"], "enabled_events[]": "*", **form}
    answer = requests.post(known["url"] + "/v1/webhook_endpoints", data=wish, headers={"Authorization": f"Bearer {known['api_key']}"}, timeout=10)
    return str(answer.json()["id"])


def test_one_that_was_made_by_hand_is_taken_over_and_not_doubled(sandbox: t.Any) -> None:
    made = by_hand(sandbox)
    refused = state(sandbox, **HOOK)
    assert refused["failure"]["code"] == "same_url" and made in refused["failure"]["hint"]
    assert check_planned_and_done(sandbox, stripe_webhook_endpoint, endpoint=made, **HOOK)["endpoint"]["name"] == "checkout"
    assert not state(sandbox, **HOOK)["changed"]
    assert state(sandbox, endpoint=by_hand(sandbox), name="checkout")["failure"]["code"] == "name"
    assert state(sandbox, endpoint=made, name="other")["failure"]["code"] == "name"


def test_two_of_a_name_are_an_error(sandbox: t.Any) -> None:
    by_hand(sandbox, **{"metadata[saasops_name]": "checkout"})
    by_hand(sandbox, **{"metadata[saasops_name]": "checkout"})
    assert state(sandbox, **HOOK)["failure"]["code"] == "two_of_a_name"


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"no_log": False}, "refused", "no_log"),
        ({"url": "http://app.example.com/hook"}, "invalid", ""),
        ({"enabled_events": []}, "invalid", ""),
        ({"enabled_events": ["paid!"]}, "invalid", ""),
        ({"enabled_events": ["no_such.event"]}, "invalid", "invalid_request_error"),
        ({"name": " "}, "invalid", ""),
        ({"url": None}, "invalid", ""),
        ({"metadata": {"saasops_name": "x"}}, "invalid", ""),
        ({"mode": "test"}, "refused", "mode"),
        ({"name": None, "endpoint": "we_none"}, "not_found", ""),
        ({"state": "rotating"}, "not_found", ""),
        ({"state": "rotated"}, "not_found", ""),
        ({"allow": "read"}, "refused", "allow"),
    ],
)
def test_what_must_not_pass_is_refused(sandbox: t.Any, options: Json, kind: str, code: str) -> None:
    failed = state(sandbox, **{**HOOK, **options})
    assert (failed["failure"]["kind"], failed["failure"]["code"]) == (kind, code), failed["msg"]
    assert changes(sandbox) == []


def test_the_version_holds_for_life(sandbox: t.Any) -> None:
    state(sandbox, **HOOK, api_version="2026-10-28.endive")
    assert state(sandbox, **HOOK, api_version="2026-09-30.dahlia")["failure"]["code"] == "api_version"


def test_one_is_looked_up_by_any_of_its_names(sandbox: t.Any) -> None:
    made = state(sandbox, **HOOK)["endpoint"]
    for wanted in (made["id"], "checkout", HOOK["url"]):
        assert run(sandbox, stripe_webhook_endpoint_info, endpoint=wanted)["endpoints"] == [made]
    missing = run(sandbox, stripe_webhook_endpoint_info, endpoint="chekout")["failure"]
    assert missing["kind"] == "not_found" and "checkout" in missing["hint"]


def test_words_of_others_are_made_harmless(sandbox: t.Any) -> None:
    by_hand(sandbox, description="{{ lookup('pipe', 'id') }} \x1b[2J")
    assert listed(sandbox)[0]["description"] == "{{ lookup('pipe', 'id') }} ?[2J"
    assert state(sandbox, **HOOK, description="two\nlines")["failure"]["kind"] == "invalid"


@pytest.mark.parametrize(
    "fault", [{"kind": "unknown_status"}, {"kind": "body", "body": {"data": [{"id": 3}], "has_more": False}}, {"kind": "big", "mb": 65}], ids=str
)
def test_an_answer_that_nobody_expects_is_no_reason_to_act(sandbox: t.Any, fault: Json) -> None:
    state(sandbox, **HOOK)
    sandbox.clear_journal()
    sandbox.fault(**{"vendor": "stripe", "changes": False, "times": 0, **fault})
    result = state(sandbox, **HOOK)
    assert (result.get("failed", False), changes(sandbox)) == (fault["kind"] != "unknown_status", [])


def test_a_list_that_never_ends_is_an_error(sandbox: t.Any) -> None:
    page = {"object": "list", "url": "/v1/webhook_endpoints", "has_more": True, "data": [{"id": "we_1", "url": "https://x.example", "enabled_events": []}]}
    sandbox.fault("body", vendor="stripe", times=0, body=page)
    result = run(sandbox, stripe_webhook_endpoint_info)
    assert "repeats its page" in result["msg"] and len(result["steps"]) == 2

# SPDX-License-Identifier: GPL-3.0-or-later
"""The module notify against the sandbox: who is told, once, in one thread, and what happens to the others when one does not answer."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import typing as t
import urllib.request

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import notifications, store
from ansible_collections.saasops.runbooks.plugins.modules import notify
from tests.harness.world import ROOT
from tests.integration.conftest import Vendors
from tests.integration.tasks import Json, run

SLOW: Json = {"severity": "warning", "title": "checkout is slow", "text": "p95 2.1 s", "fingerprint": "health/checkout"}
SENDER = """
import json, sys
from ansible_collections.saasops.runbooks.plugins.modules import notify
from tests.integration.tasks import run
run(notify, json.loads(sys.argv[1]))
"""
BERLIN = {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}


class Desk:
    """The module with one ledger, and what its readers see."""

    def __init__(self, sandbox: t.Any, folder: pathlib.Path) -> None:
        self.sandbox = sandbox
        self.ledger_url = f"sqlite:///{folder}/ledger.sqlite3"

    def options(self, routes: list[Json], **more: t.Any) -> Json:
        return {"environment": "shop/production", "ledger_url": self.ledger_url, "routes": routes, "request_timeout": "1s", **SLOW, **more}

    def tell(self, routes: list[Json], check: bool = False, **more: t.Any) -> Json:
        result = run(notify, self.options(routes, **more), check)
        assert not result.get("failed"), result
        return result

    def states(self, result: Json) -> list[str]:
        return [row["state"] for row in result["routes"]]

    def bot(self, **more: t.Any) -> Json:
        known = self.sandbox.run["slack"]
        return {"name": "bot", "kind": "slack", "channel": "#incidents", "token": known["token"], "api_url": known["api_url"], **more}

    def hook(self, **more: t.Any) -> Json:
        return {"name": "hook", "kind": "slack", "webhook_url": self.sandbox.run["slack"]["webhook_url"], **more}

    def pager(self, **more: t.Any) -> Json:
        known = self.sandbox.run["pagerduty"]
        return {"name": "pager", "kind": "pagerduty", "routing_key": known["routing_key"], "api_url": known["api_url"], **more}

    def page(self, **more: t.Any) -> Json:
        known = self.sandbox.run["statuspage"]
        return {"name": "page", "kind": "statuspage", **{name: known[name] for name in ("page", "api_key", "api_url")}, **more}

    def own(self, **more: t.Any) -> Json:
        return {"name": "own", "kind": "http", "url": f"{self.sandbox.run['receiver_url']}/told?team=ops", **more}

    def seen(self, vendor: str, path: str) -> Json:
        with urllib.request.urlopen(f"{self.sandbox.run[vendor]['url']}{path}") as answer:
            return t.cast(Json, json.load(answer))

    def messages(self) -> list[Json]:
        return t.cast("list[Json]", self.seen("slack", "/history")["messages"])

    def alerts(self) -> list[Json]:
        return t.cast("list[Json]", self.seen("pagerduty", "/alerts")["alerts"])


@pytest.fixture
def desk(sandbox: Vendors, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in ("SLACK_BOT_TOKEN", "SLACK_WEBHOOK_URL", "PAGERDUTY_ROUTING_KEY", "STATUSPAGE_API_KEY", "SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    return Desk(sandbox, tmp_path)


# -- one incident
def test_an_incident_is_one_thread_whose_first_message_says_how_things_stand(desk: Desk) -> None:
    desk.tell([desk.bot()])
    desk.tell([desk.bot()], severity="critical", text="p95 9 s")
    desk.tell([desk.bot()], acknowledged=True, text="looking")
    desk.tell([desk.bot()], resolved=True, text="p95 0.2 s")
    first, *rest = desk.messages()
    assert first["text"] == "[RESOLVED] shop/production: checkout is slow\np95 2.1 s" and first["edited"]
    assert [message["text"].split()[0] for message in rest] == ["[CRITICAL]", "[ACKNOWLEDGED]", "[RESOLVED]"]
    assert {message["thread_ts"] for message in rest} == {first["ts"]}
    assert desk.states(desk.tell([desk.bot()], resolved=True)) == ["repeated"]
    # The next time it is another incident.
    assert desk.states(desk.tell([desk.bot()])) == ["sent"]
    assert desk.messages()[-1]["thread_ts"] is None


def test_a_thread_whose_beginning_was_deleted_goes_on_as_a_message(desk: Desk) -> None:
    desk.tell([desk.bot()])
    desk.sandbox.fault("body", vendor="slack", operation="update", body={"ok": False, "error": "message_not_found"})
    assert desk.states(desk.tell([desk.bot()], resolved=True)) == ["sent"]
    assert desk.messages()[-1]["thread_ts"] is None


def test_a_pager_has_one_alert_and_is_called_off(desk: Desk) -> None:
    routes = [desk.pager(severities=["critical", "error", "warning", "info"])]
    for more in ({}, {"severity": "critical"}, {"acknowledged": True}, {"resolved": True}):
        desk.tell(routes, **more)
    (alert,) = desk.alerts()
    assert (alert["dedup_key"], alert["status"], alert["events"], alert["severity"]) == ("shop/production/health/checkout", "resolved", 4, "critical")
    assert "[CRITICAL] shop/production: checkout is slow" in alert["summary"]


def test_customers_read_fixed_words_alone(desk: Desk) -> None:
    part = desk.sandbox.run["statuspage"]["components"][0]
    routes = [desk.page(severities=["critical"], components={part: "partial_outage"}, title="Checkout is slow", texts={"resolved": "All is well."})]
    secretly = {"title": "database api-7 lost its disk", "text": "as of deploy 77ab310", "severity": "critical"}
    desk.tell(routes, **secretly)
    desk.tell(routes, **secretly, acknowledged=True)
    shown = desk.seen("statuspage", "/shown")
    assert shown["components"][part] == "partial_outage"
    desk.tell(routes, **secretly, resolved=True)
    shown = desk.seen("statuspage", "/shown")
    (incident,) = shown["incidents"]
    assert (incident["name"], incident["status"], shown["components"][part]) == ("Checkout is slow", "resolved", "operational")
    assert [update["status"] for update in incident["incident_updates"]] == ["resolved", "identified", "investigating"]
    assert incident["incident_updates"][0]["body"] == "All is well." and "api-7" not in json.dumps(shown) and "77ab310" not in json.dumps(shown)
    assert not any(update["deliver_notifications"] for update in incident["incident_updates"]), "nobody asked for mail to every customer"


def test_a_call_has_fixed_fields_and_carries_its_token(desk: Desk) -> None:
    token = "notify-test-8Hn3Kd7Wq2Zx5Vb9"
    desk.tell([desk.own(token=token, fields={"team": "ops", "severity": "mine"}, headers={"X-Team": "ops"})], text="{{ 7 * 7 }}\x1b[31m")
    (received,) = desk.sandbox.received()
    body = json.loads(received["body"])
    assert received["path"] == "/told?team=ops"
    assert (received["headers"]["Authorization"], received["headers"]["X-Team"]) == (f"Bearer {token}", "ops")
    assert {name: body[name] for name in ("title", "text", "severity", "state", "fingerprint", "source", "team")} == {
        **SLOW,
        "text": "{{ 7 * 7 }}?[31m",
        "state": "raised",
        "source": "shop/production",
        "team": "ops",
    }


def test_nothing_in_a_text_calls_everybody(desk: Desk) -> None:
    desk.tell([desk.bot(), desk.hook()], title="<!channel> & <@U1>", text="<https://evil.example.com|here>")
    assert {message["text"] for message in desk.messages()} == {
        "[WARNING] shop/production: &lt;!channel&gt; &amp; &lt;@U1&gt;\n&lt;https://evil.example.com|here&gt;"
    }


# -- who does not answer
def test_a_refusal_with_status_200_is_a_failure_and_hinders_nobody(desk: Desk) -> None:
    result = desk.tell([desk.bot(channel="#nowhere"), desk.hook()])
    assert desk.states(result) == ["failed", "sent"]
    assert result["told"] == "Told: hook. NOT told: bot (refused: channel_not_found)"
    assert result["routes"][0]["failure"]["kind"] == "not_found"
    # What was not told is told the next time.
    assert desk.states(desk.tell([desk.bot(), desk.hook()])) == ["sent", "repeated"]


@pytest.mark.parametrize(
    ("asked", "body", "state"),
    [
        ({"changes": False}, [None], "failed"),
        ({"changes": False}, [{"metadata": {}}], "failed"),
        ({"changes": False}, [{"id": "x1", "metadata": ["saasops"]}], "sent"),
        ({"changes": False}, [{"id": "x1", "metadata": {"saasops": "key"}}], "sent"),
        ({"changes": True}, {}, "failed"),
        ({"changes": True}, ["x1"], "failed"),
    ],
    ids=str,
)
def test_a_status_page_that_answers_otherwise_than_documented_hinders_nobody(desk: Desk, asked: Json, body: t.Any, state: str) -> None:
    desk.sandbox.fault("body", vendor="statuspage", body=body, times=0, **asked)
    result = desk.tell([desk.page(severities=["critical"]), desk.hook()], severity="critical")
    assert desk.states(result) == [state, "sent"]
    assert (result["routes"][0]["failure"] or {}).get("code", "") != "unforeseen"


@pytest.mark.parametrize("fault", [("lost", {}), ("reset", {}), ("status", {"status": 503}), ("rate_limited", {"retry_after": 2})])
def test_what_had_no_answer_is_sent_again_and_told_once(desk: Desk, fault: tuple[str, Json]) -> None:
    for vendor in ("slack", "pagerduty", "statuspage"):
        desk.sandbox.fault(fault[0], vendor=vendor, changes=True, **fault[1])
    result = desk.tell([desk.bot(), desk.pager(), desk.page()], severity="critical")
    assert desk.states(result) == ["sent", "sent", "sent"]
    assert (len(desk.messages()), len(desk.alerts()), len(desk.seen("statuspage", "/shown")["incidents"])) == (1, 1, 1)


def test_a_webhook_without_an_answer_is_told_twice_rather_than_not(desk: Desk) -> None:
    desk.sandbox.fault("lost", vendor="slack", changes=True)
    assert desk.states(desk.tell([desk.hook()], severity="critical")) == ["sent"]
    assert len(desk.messages()) == 2


def test_a_route_that_hangs_keeps_no_other_one_waiting(desk: Desk) -> None:
    desk.sandbox.fault("timeout", vendor="slack", times=0, seconds=60)
    result = desk.tell([desk.bot(), desk.pager()], severity="critical", request_timeout="0.3s", deadline="3s")
    assert desk.states(result) == ["failed", "sent"] and len(desk.alerts()) == 1
    assert "did not answer within 0.3 s" in result["told"]


def test_what_stands_at_a_wrong_address_is_no_answer(desk: Desk) -> None:
    desk.sandbox.fault("garbage", vendor="slack", times=0)
    desk.sandbox.fault("body", vendor="pagerduty", body={"status": "fine"}, times=0)
    assert desk.states(desk.tell([desk.bot(), desk.hook(), desk.pager()], severity="critical")) == ["failed", "failed", "failed"]


# -- once
def test_one_of_two_launchers_tells_it(desk: Desk) -> None:
    ledger = opened(desk)
    with ledger.write() as connection:
        notifications.note(connection, ledger, "bot", {**SLOW, "state": "raised"}, "sending", os.getpid(), {})
    assert desk.states(desk.tell([desk.bot()])) == ["repeated"], "another process is just sending it"
    assert desk.messages() == []


def opened(desk: Desk) -> store.Store:
    made = store.Store(desk.ledger_url, "shop/production")
    made.prepare()
    return made


@pytest.mark.parametrize("kind", ["lost", "reset"])
def test_a_sender_that_was_killed_is_followed_by_one_that_tells_it_once(desk: Desk, kind: str) -> None:
    """Killed while it waits for an answer: whether Slack has the message nobody knows."""
    desk.sandbox.fault("timeout_after" if kind == "lost" else "timeout", vendor="slack", seconds=60)
    options = json.dumps({**desk.options([desk.bot()]), "request_timeout": "60s", "deadline": "60s"})
    sender = subprocess.Popen([sys.executable, "-c", SENDER, options], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    while not any(entry["fault"] for entry in desk.sandbox.journal(vendor="slack")):
        assert sender.poll() is None
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    assert desk.states(desk.tell([desk.bot()])) == ["sent"]
    assert len(desk.messages()) == 1
    assert desk.states(desk.tell([desk.bot()])) == ["repeated"]


def test_the_end_is_told_also_of_what_a_killed_sender_left_in_doubt(desk: Desk) -> None:
    ledger = opened(desk)
    with ledger.write() as connection:
        notifications.note(connection, ledger, "bot", {**SLOW, "state": "raised"}, "sending", 2**22 + 1, {})
    assert desk.states(desk.tell([desk.bot()], resolved=True)) == ["sent"]


def test_the_window_and_what_is_always_told(desk: Desk) -> None:
    assert desk.states(desk.tell([desk.hook()])) == ["sent"]
    desk.sandbox.advance(3500)
    assert desk.states(desk.tell([desk.hook()])) == ["repeated"]
    assert desk.states(desk.tell([desk.hook()], always=True)) == ["sent"]
    desk.sandbox.advance(3601)
    assert desk.states(desk.tell([desk.hook()])) == ["sent"]
    assert len(desk.messages()) == 3


def test_check_mode_sends_nothing_and_plans_what_the_run_does(desk: Desk) -> None:
    routes = [desk.bot(), desk.hook(), desk.pager(), desk.page(), desk.own()]
    plan = desk.tell(routes, check=True, severity="critical")
    assert desk.messages() == [] and desk.alerts() == [] and desk.sandbox.received() == []
    assert not pathlib.Path(desk.ledger_url.removeprefix("sqlite:///")).exists()
    made = desk.tell(routes, severity="critical")
    assert (plan["changed"], plan["changes"]) == (True, made["changes"]) and len(made["changes"]) == 5


# -- later
def test_what_waits_is_told_by_the_digest_in_one_message(desk: Desk) -> None:
    route = desk.bot(digest=["info"])
    for number in range(3):
        assert desk.states(desk.tell([route], severity="info", title=f"milestone {number}", fingerprint=f"m{number}")) == ["held"]
    assert desk.messages() == []
    result = desk.tell([route], do="digest")
    (message,) = desk.messages()
    assert result["told"] == "Told: bot" and "3 message(s) since the last digest" in message["text"]
    assert [line for line in message["text"].splitlines() if line.startswith("-")] == [f"- [INFO] milestone {number}" for number in range(3)]
    assert desk.tell([route], do="digest")["told"] == "Told: nobody (there was nothing to tell)"
    assert len(desk.messages()) == 1


def test_a_digest_that_was_not_taken_waits_for_the_next(desk: Desk) -> None:
    route = desk.bot(digest=["info"])
    desk.tell([route], severity="info")
    desk.sandbox.fault("body", vendor="slack", body={"ok": False, "error": "is_archived"})
    assert "NOT told: bot (refused: is_archived)" in desk.tell([route], do="digest")["told"]
    assert desk.tell([route], do="digest")["told"] == "Told: bot"


def test_at_night_only_what_is_critical_goes_out(desk: Desk) -> None:
    minute = int(desk.sandbox.clock()["now"] % 86400 // 60)
    quiet = {"from": (minute - 1) % 1440, "to": (minute + 600) % 1440, "zone": "UTC"}
    assert desk.states(desk.tell([desk.bot(), desk.pager()], severity="error", quiet_hours=quiet)) == ["held", "sent"]
    assert desk.states(desk.tell([desk.bot()], severity="critical", quiet_hours=quiet)) == ["sent"]
    assert "Held for the digest: hook" in desk.tell([desk.hook()], quiet_hours=quiet)["told"]
    # A digest wakes nobody up, either.
    before = len(desk.messages())
    assert desk.tell([desk.hook()], do="digest", quiet_hours=quiet)["told"] == "Held for the digest: hook" and len(desk.messages()) == before
    assert desk.tell([desk.hook()], do="digest")["told"] == "Told: hook" and len(desk.messages()) == before + 1


def test_quiet_hours_that_are_none_silence_nobody(desk: Desk) -> None:
    result = desk.tell([desk.hook()], quiet_hours={**BERLIN, "zone": "Europe/Berlinn"})
    assert desk.states(result) == ["sent"]
    assert "notify_quiet_hours is not used: 'Europe/Berlinn' is no time zone" in result["warnings"][0]


def test_a_flood_becomes_a_digest_and_what_is_critical_is_not_part_of_it(desk: Desk) -> None:
    states = [desk.states(desk.tell([desk.hook()], fingerprint=str(number), most_per_hour=3))[0] for number in range(5)]
    assert states == ["sent", "sent", "sent", "held", "held"]
    assert desk.states(desk.tell([desk.hook()], severity="critical", fingerprint="fire", most_per_hour=3)) == ["sent"]
    desk.sandbox.advance(3601)
    assert desk.states(desk.tell([desk.hook()], fingerprint="later", most_per_hour=3)) == ["sent"]


# -- whom, and with which secret
def test_secrets_come_from_the_environment_too_and_are_shown_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known = desk.sandbox.run["slack"]
    bot = {name: value for name, value in desk.bot().items() if name != "token"}
    assert desk.tell([bot])["told"] == "NOT told: bot (no key: neither token nor SLACK_BOT_TOKEN is set)"
    monkeypatch.setenv("SLACK_BOT_TOKEN", known["token"])
    monkeypatch.setenv("OUR_HOOK", known["webhook_url"])
    hook = {"name": "hook", "kind": "slack", "secret_env": "OUR_HOOK"}
    result = desk.tell([bot, hook], text=f"the token is {known['token']}")
    assert desk.states(result) == ["sent", "sent"]
    everything = json.dumps([result, desk.messages(), desk.sandbox.journal()])
    assert known["token"] not in everything and known["webhook_url"].rpartition("/")[2] not in everything
    assert "the token is ********" in everything


def test_an_operator_needs_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-nobody-7Hn2Kq8Wd4Zx")
    assert run(notify, {"do": "who", "environment": "shop/production", "slack_channel": "#incidents"})["who"]["critical"] == ["Slack #incidents"]
    assert desk.tell([])["told"] == "Told: nobody (no routes)"


@pytest.mark.parametrize(
    ("route", "problem"),
    [
        ({"kind": "slak"}, "kind is 'slak', not one of slack, mail"),
        ({}, "no kind"),
        ({"kind": "slack", "chanel": "#x"}, "chanel is no option of a slack route: channel?"),
        ({"kind": "slack", "token": "xoxb-notify-test-1"}, "a bot needs a channel"),
        ({"kind": "slack", "webhook_url": "http://hooks.example.com/services/T/B/x"}, "plain http to hooks.example.com"),
        ({"kind": "http", "url": "http://hooks.example.com/", "token": "t-notify-test-2"}, "plain http to hooks.example.com"),
        ({"kind": "http"}, "not a usable address"),
        ({"kind": "http", "url": "https://hooks.example.com/", "fields": ["x"]}, "fields is no mapping"),
        ({"kind": "mail", "host": "mail.example.com", "tls": "none", "from": "a@example.com", "to": "b@example.com"}, "without TLS"),
        ({"kind": "mail", "host": "mail.example.com"}, "from and to are needed"),
        ({"kind": "mail", "host": "mail.example.com", "username": "u", "from": "a@example.com", "to": "b@example.com"}, "neither password nor SMTP_PASSWORD"),
        ({"kind": "pagerduty"}, "neither routing_key nor PAGERDUTY_ROUTING_KEY"),
        ({"kind": "pagerduty", "routing_key": "r" * 32, "digest": ["info"]}, "takes no digest"),
        ({"kind": "slack", "webhook_url": "https://hooks.example.com/x", "digest": ["critical"]}, "never wait for a digest"),
        ({"kind": "slack", "webhook_url": "https://hooks.example.com/x", "severities": ["bad"]}, "severities is not a list of critical"),
        ({"kind": "statuspage", "api_key": "k-notify-test-3"}, "no page"),
        ({"kind": "statuspage", "api_key": "k-notify-test-3", "page": "p", "components": {"c": "broken"}}, "components is not"),
        ({"kind": "statuspage", "api_key": "k-notify-test-3", "page": "p", "texts": {"over": "x"}}, "texts is not"),
    ],
)
def test_a_route_that_cannot_be_right_is_named_and_hinders_no_other(desk: Desk, route: Json, problem: str) -> None:
    result = desk.tell([{"name": "wrong", **route}, desk.hook()], severity="critical")
    assert desk.states(result) == ["failed", "sent"]
    assert problem in result["routes"][0]["reason"]


def test_two_routes_of_one_name_are_one_and_a_mistake(desk: Desk) -> None:
    result = desk.tell([desk.hook(), desk.hook()])
    assert result["told"] == "Told: hook. NOT told: hook (route 2) (another route has its name)"


def test_without_a_ledger_everybody_is_told_each_time(desk: Desk) -> None:
    for _time in range(2):
        result = desk.tell([desk.hook()], ledger_url="sqlite:////proc/none/ledger.sqlite3")
        assert desk.states(result) == ["sent"] and "notify remembers nothing" in result["warnings"][0]


def test_a_test_message_is_marked_and_calls_nobody_out_of_bed(desk: Desk) -> None:
    result = desk.tell([desk.bot(), desk.pager(), desk.page(), desk.page(name="bad page", page="other")], do="test")
    assert desk.states(result) == ["sent", "sent", "sent", "failed"]
    assert "TEST - nothing is wrong" in desk.messages()[0]["text"]
    assert [alert["status"] for alert in desk.alerts()] == ["resolved"]
    assert desk.seen("statuspage", "/shown")["incidents"] == []
    assert desk.states(desk.tell([desk.bot()])) == ["sent"], "a test is not remembered as an incident"

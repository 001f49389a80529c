# SPDX-License-Identifier: GPL-3.0-or-later
"""component_maintenance in every way that a component may declare, and as a lease among runs: whose it is, who may end it, and when."""

from __future__ import annotations

import http.server
import json
import os
import pathlib
import sys
import threading
import typing as t

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import holders, leases, maintenances, sagas
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.modules import component_maintenance
from tests.integration.tasks import Json, run, sent

TOKEN = "maintenance-test-5Kd8Wq2Zx7Vn4Bm1Pj9Lh3"
WELL: list[Json] = [{"checks": [{"name": "health", "component": "api", "verdict": "pass", "reason": "healthy"}]}]
BAD: list[Json] = [{"checks": [{"name": "health", "component": "api", "verdict": "fail", "reason": "/health 503"}]}]


class Application:
    """An application that is switched by calls: what it is, and what it was sent. ``drops``: answers that are lost after their effect."""

    def __init__(self) -> None:
        self.state, self.sent, self.drops = "off", [], 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_arguments: t.Any) -> None:
                return None

            def do_GET(self) -> None:
                self._answer({"maintenance": {"mode": outer.state}})

            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.sent.append((body, self.headers["Authorization"]))
                outer.state = body["mode"]
                if outer.drops:
                    outer.drops -= 1
                    self.close_connection = True
                    self.connection.close()
                    return
                self._answer({"fine": True})

            def _answer(self, body: Json) -> None:
                content = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def declared(self) -> Json:
        def call(mode: str) -> Json:
            return {"url": f"{self.url}/mode", "method": "PUT", "json": {"mode": mode}}

        state = {"url": f"{self.url}/mode", "value": "maintenance.mode"}
        return {"how": "http", "on": call("on"), "read_only": call("read_only"), "off": call("off"), "state": state, "token_from": "MAINTENANCE_TEST_TOKEN"}


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Application]:
    monkeypatch.setenv("MAINTENANCE_TEST_TOKEN", TOKEN)
    made = Application()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def ledger(sandbox: t.Any, tmp_path: pathlib.Path) -> t.Iterator[Store]:
    """Of an environment that lives in the sandbox's time."""
    made = Store(f"sqlite:///{tmp_path}/ledger.sqlite3", "shop/production")
    made.prepare()
    yield made
    clock.close()


def ask(state: str, declared: Json, check: bool = False, component: Json | None = None, **options: t.Any) -> Json:
    about = {"name": "app", "component_vendor": "other", "component_maintenance": declared, **(component or {})}
    result = run(component_maintenance, {"component": about, "state": state, "looks": WELL if state in ("off", "checked") else None, **options}, check)
    assert TOKEN not in str(result)
    return result


def a_run(ledger: Store, identity: str, verb: str, alive: bool = True) -> Json:
    """What a task of that run is given; a run that is not alive has ended, and has given its lease back."""
    holder = holders.describe(os.getpid())
    lease = leases.acquire(ledger, "change", identity, holder)
    url = f"sqlite:///{ledger._file}"
    facts = {"id": identity, "verb": verb, "environment": ledger.environment, "purpose": "change", "generation": lease.generation, "ledger": True}
    return {"run": {**facts, "holder": holder, "asked_by": "ops@laptop", "started_at": 0.0, "saga": None, "check_mode": False}, "ledger_url": url}


def ended(ledger: Store, made: Json) -> None:
    """The run is over: its process is gone."""
    leases.release(ledger, "change", made["run"]["id"])
    row = maintenances.of(ledger, "app")
    if row and row["run"] == made["run"]["id"]:
        maintenances.note(ledger, "test", "app", {"holder": {**row["holder"], "started": "1"}})


def command(folder: pathlib.Path, *more: str) -> Json:
    script = "import sys, pathlib; file = pathlib.Path(__file__).parent / 'mode'\nif sys.argv[1] == 'state': print('asked'); print(file.read_text())\n"
    script += "else: file.write_text(sys.argv[1]); (file.parent / 'calls').open('a').write(sys.argv[1] + ' ')\n"
    (folder / "mode.py").write_text(script)
    (folder / "mode").write_text("off")
    words = [sys.executable, str(folder / "mode.py")]
    # As YAML reads on and off without quotes.
    return {"how": "command", True: [*words, "on"], False: [*words, "off"], **{name: [*words, name] for name in more}}


# -- ways
def test_an_application_is_switched_by_calls_and_read_back(application: Application) -> None:
    plan = ask("on", application.declared(), check=True)
    done = ask("on", application.declared())
    assert (plan["changes"], plan["diff"], application.state) == (done["changes"], done["diff"], "on")
    assert application.sent == [({"mode": "on"}, f"Bearer {TOKEN}")]
    assert ask("on", application.declared())["changed"] is False
    assert ask("read_only", application.declared())["changed"] is True
    assert application.state == "read_only"
    off = ask("off", application.declared())
    assert (off["verdict"], off["diff"]["before"], application.state) == ("pass", {"maintenance": "read_only"}, "off")


def test_a_call_whose_answer_is_lost_is_looked_for_and_not_toldagain(application: Application) -> None:
    application.drops = 1
    done = ask("on", application.declared(), request_timeout="2s")
    assert (done.get("failed"), application.state, len(application.sent)) == (None, "on", 1), done
    blind = {**application.declared(), "state": None}
    del blind["state"]
    application.drops = 1
    assert ask("on", blind, request_timeout="2s").get("failed") is None
    assert len(application.sent) == 3, "what cannot be read back is sent once more: it says what shall be"


@pytest.mark.parametrize("readable", [True, False])
def test_an_application_is_switched_by_commands(readable: bool, tmp_path: pathlib.Path) -> None:
    declared, here = command(tmp_path, *(["state"] if readable else [])), {"component_folder": str(tmp_path)}
    assert sent(ask("on", declared, component=here)) == ["switch_maintenance"]
    assert (tmp_path / "mode").read_text() == "on"
    assert ask("on", declared, component=here)["changed"] is not readable
    failing = {**declared, True: [sys.executable, "-c", "print('not now'); raise SystemExit(3)"]}
    (tmp_path / "mode").write_text("off")
    failed = ask("on", failing, component=here)
    assert failed["failed"] and "ended with 3: not now" in failed["msg"]


def test_a_convex_deployment_is_paused_and_resumed(sandbox: t.Any) -> None:
    convex = sandbox.run["convex"]
    about: Json = {"name": "functions", "component_vendor": "convex", "convex_url": convex["url"], "component_maintenance": {"how": "convex_pause"}}
    for state, operation in (("on", "pause_deployment"), ("off", "unpause_deployment")):
        options: Json = {"component": about, "state": state, "deploy_key": convex["deploy_key"], "looks": WELL if state == "off" else None}
        plan, done, again = run(component_maintenance, options, True), run(component_maintenance, options), run(component_maintenance, options)
        assert (sent(plan), sent(done), sent(again)) == ([operation], [operation], []), done
        assert done["verdict"] == "pass"


@pytest.mark.parametrize("way", ["flag", "pause", "held back", "convex", "variable", "call", "command"])
def test_a_plan_of_both_ends_is_what_is_done(way: str, sandbox: t.Any, ledger: Store, application: Application, tmp_path: pathlib.Path) -> None:
    made: Json = {name: sandbox.run[name] for name in ("vercel", "convex", "railway")}
    vercel: Json = {"component_vendor": "vercel", "vercel_project": "hydrogen", "vercel_team": made["vercel"]["team"], "vercel_api_url": made["vercel"]["url"]}
    railway: Json = {"component_vendor": "railway", "railway_service": "api", "railway_project": made["railway"]["project"]}
    railway |= {"railway_environment": "production", "railway_api_url": made["railway"]["url"]}
    ways: dict[str, tuple[Json, Json, Json]] = {
        "flag": ({"how": "vercel_global_config", "config": "shop-flags"}, vercel, {"token": made["vercel"]["token"]}),
        "pause": ({"how": "vercel_pause"}, vercel, {"token": made["vercel"]["token"]}),
        "held back": ({"how": "vercel_pause"}, vercel, {"token": made["vercel"]["token"]}),
        "convex": ({"how": "convex_pause"}, {"component_vendor": "convex", "convex_url": made["convex"]["url"]}, {"deploy_key": made["convex"]["deploy_key"]}),
        "variable": ({"how": "railway_variable", "variable": "MAINTENANCE_MODE"}, railway, {"token": made["railway"]["token"]}),
        "call": (application.declared(), {}, {}),
        "command": (command(tmp_path, "state"), {"component_folder": str(tmp_path)}, {}),
    }
    declared, about, tokens = ways[way]
    if way == "held back":
        sandbox.patch("app", auto_assign=False)
    one = {**a_run(ledger, "r1", "restore"), "component": about, **tokens}
    plan = [ask("on", declared, check=True, **one), ask("off", declared, check=True, planned="on", **one)]
    done = [ask("on", declared, **one), ask("off", declared, **one)]
    assert not [result["msg"] for result in (*plan, *done) if result.get("failed")]
    planned, told = ([change for result in results for change in result["changes"]] for results in (plan, done))
    if way == "variable":
        # Which deployment is the one to be made again is known when the first one is made.
        assert planned[-1].pop("sends") != told[-1].pop("sends")
    assert planned == told
    assert len(planned) == {"held back": 3, "variable": 4}.get(way, 2)


def test_alerts_are_held_back_meanwhile_and_come_back(sandbox: t.Any, ledger: Store, tmp_path: pathlib.Path) -> None:
    robot = sandbox.run["uptimerobot"]
    keys = {"uptimerobot_api_key": robot["api_key"], "uptimerobot_api_url": robot["url"]}
    here: Json = {"component_monitors": [{"name": "api health"}], "saasops_system": "shop", "saasops_environment": "production"}
    one = a_run(ledger, "r1", "maintenance")
    on = ask("on", {"how": "monitors"}, component=here, lifetime="30m", **keys, **one)
    assert (sent(on), on["maintenance"]["muted"]) == (["create_maintenance_window"], ["uptimerobot"]), on
    assert ask("on", {"how": "monitors"}, component=here, **keys, **one)["changed"] is False
    off = ask("off", {"how": "monitors"}, component=here, **keys, **one)
    assert (sent(off), off["verdict"]) == (["delete_maintenance_window"], "pass")
    without = ask("on", {"how": "monitors"}, component=here, **one)
    assert without["verdict"] == "pass" and "NOT held back: no key: set uptimerobot_api_key" in without["checks"][0]["reason"]


# -- a lease
def test_what_another_run_holds_serves_this_one_and_is_left_to_it(application: Application, ledger: Store) -> None:
    first = a_run(ledger, "r1", "restore")
    assert ask("on", application.declared(), reason="restore of the orders", **first)["maintenance"]["run"] == "r1"
    leases.release(ledger, "change", "r1")
    second = a_run(ledger, "r2", "db_migrate")
    joined = ask("on", application.declared(), lifetime="3h", **second)
    assert (joined["changed"], joined["maintenance"]["run"]) == (False, "r1") and "left on for it" in joined["checks"][0]["reason"]
    left = ask("off", application.declared(), **second)
    assert (left["verdict"], application.state) == ("warn", "on")
    person = ask("off", application.declared(), **{**second, "run": {**second["run"], "verb": "maintenance"}})
    assert person["failure"]["code"] == "held" and "r1 (restore" in person["msg"]
    checked = ask("checked", application.declared(), **second)
    assert (checked["verdict"], application.state) == ("pass", "on"), "never off for an owner that is at work"
    first = a_run_again(ledger, second, first)
    assert ask("off", application.declared(), **first)["verdict"] == "pass"
    assert application.state == "off" and maintenances.every(ledger) == []


def a_run_again(ledger: Store, over: Json, made: Json) -> Json:
    leases.release(ledger, "change", over["run"]["id"])
    lease = leases.acquire(ledger, "change", made["run"]["id"], made["run"]["holder"])
    return {**made, "run": {**made["run"], "generation": lease.generation}}


def test_what_a_killed_run_has_left_on_is_ended_when_all_is_well_and_never_when_not(application: Application, ledger: Store) -> None:
    dead = a_run(ledger, "r1", "restore")
    assert ask("on", application.declared(), **dead)["verdict"] == "pass"
    ended(ledger, dead)
    later = a_run(ledger, "r2", "rollback")
    still = ask("checked", application.declared(), **{**later, "looks": BAD})
    assert (still["verdict"], still["changed"], application.state) == ("fail", False, "on")
    assert "STILL ON - api: /health 503" in still["reason"] and "run r1 (restore) has ended" in still["reason"]
    unseen = ask("checked", application.declared(), **{**later, "looks": [*WELL, {}]})
    assert unseen["verdict"] == "fail", "what nobody could look at is not well"
    saga = sagas.begin(ledger, "restore", "r1", [], {})
    halfway = ask("checked", application.declared(), **later)
    assert halfway["verdict"] == "fail" and "restore of run r1 is not finished" in halfway["reason"] and application.state == "on"
    sagas.end(ledger, saga, "r1", "done")
    over = ask("checked", application.declared(), **later)
    assert (over["verdict"], over["changed"], application.state) == ("pass", True, "off")
    assert ask("checked", application.declared(), **later)["checks"][0]["verdict"] == "skipped"


def test_a_rerun_of_the_same_verb_takes_it_over_and_ends_it(application: Application, ledger: Store) -> None:
    dead = a_run(ledger, "r1", "restore")
    assert ask("on", application.declared(), **dead)["verdict"] == "pass"
    ended(ledger, dead)
    rerun = a_run(ledger, "r2", "restore")
    again = ask("on", application.declared(), **rerun)
    assert (again["changed"], again["maintenance"]["run"], len(application.sent)) == (False, "r2", 1)
    assert ask("off", application.declared(), **rerun)["maintenance"]["state"] == "off"
    assert application.state == "off"


def test_what_was_on_by_hand_before_is_left_on_by_a_verb(application: Application, ledger: Store) -> None:
    application.state = "on"
    one = a_run(ledger, "r1", "restore")
    on = ask("on", application.declared(), **one)
    assert on["changed"] is False and "not by this collection" in on["checks"][0]["reason"]
    off = ask("off", application.declared(), **one)
    assert (off["verdict"], off["changed"], application.state) == ("pass", False, "on") and "left on, as it was before" in off["checks"][0]["reason"]
    assert maintenances.every(ledger) == []


def test_what_cannot_be_read_back_is_known_from_the_ledger(tmp_path: pathlib.Path, ledger: Store) -> None:
    declared, here = command(tmp_path), {"component_folder": str(tmp_path)}
    one = a_run(ledger, "r1", "maintenance")
    assert ask("on", declared, component=here, **one)["changed"] is True
    assert ask("on", declared, component=here, **one)["changed"] is False
    assert ask("off", declared, component=here, **one)["changed"] is True
    assert ask("off", declared, component=here, **one)["changed"] is False
    maintenances.note(ledger, "test", "app", {"phase": "asked", "ended_at": None})
    assert ask("on", declared, component=here, **one)["changed"] is True, "a run was killed in between: nobody knows, so it is said again"
    assert (tmp_path / "calls").read_text().split() == ["on", "off", "on"]


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ("on", "is no mapping"),
        ({"config": "flags"}, "does not say how"),
        ({"how": "vercel_pause"}, "lives at other"),
        ({"how": "http", "on": {"url": "https://a.example.com"}}, "does not say off"),
        ({"how": "http", "on": {"url": "https://a.example.com"}, "off": {"adress": 1}}, "has off"),
        ({"how": "command", "on": "npm run on", "off": ["true"]}, "has on"),
        ({"how": "command", "on": ["true"], "off": ["true"]}, "the same for two states"),
        ({"how": "monitors", "on": 1}, "says on"),
        ({"how": "monitors", "for": "9d"}, "from 1m to 7d"),
        ({"how": "monitors", "health": "/health"}, "list of paths"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_asked(declared: t.Any, says: str) -> None:
    refused = ask("on", declared)
    assert refused["failed"] and refused["failure"]["kind"] == "invalid" and refused["failure"]["hint"], refused
    assert says in refused["msg"] and refused["steps"] == []

# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with measuring itself: each gives the right verdict, and never a crash.

A rule that can never fire, a metric that vanished, an endpoint that hangs, a body of 100 MB, certificates of 29 and of 31 days, and a clock that
is changed between and during runs. One by one, and with every boundary, they are in tests/unit: judge/test_slo_rules.py (rules),
judge/test_slo_samples.py (what is absent, vanished or constant, and a clock that was put back), core/test_probing.py and
capabilities/test_component_health.py (endpoints, bodies, certificates), judge/test_cron.py and judge/test_heartbeat.py (summer time).
"""

from __future__ import annotations

import datetime
import json
import pathlib
import socketserver
import threading
import time
import typing as t
import zoneinfo

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, schedules, store
from tests.harness.launcher import Launcher
from tests.harness.loopback import Answer, Loopback, Request, certificate, each, said
from tests.harness.screens import check_fits
from tests.harness.screens import said as shown
from tests.harness.world import Run, World

Json = dict[str, t.Any]
HOUR = 3600.0
WELL = said({"status": "ok", "queue": 7})
AT_ONCE = ("-e", "health_probe_interval=0s", "-e", "health_probes=1", "-e", "health_recheck_after=0s")
MEGABYTE = 1 << 20
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


class WallClock:
    """The clock of a machine that somebody sets: ``jumps`` says by how many seconds it is set at which question."""

    def __init__(self, now: float, jumps: dict[int, float] | None = None) -> None:
        self.now, self.asked = now, 0
        wall, lock = self, threading.Lock()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    with lock:
                        wall.asked += 1
                        wall.now += json.loads(line).get("seconds", 0) + (jumps or {}).get(wall.asked, 0)
                        said_now = wall.now
                    self.wfile.write(json.dumps({"now": said_now}).encode() + b"\n")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"tcp://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> WallClock:
        self._thread.start()
        return self

    def __exit__(self, *dummy: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def inventory(world: World, hosts: Json, **variables: t.Any) -> pathlib.Path:
    shared = {
        "saasops_system": "shop",
        "saasops_environment": "production",
        "saasops_ledger_url": f"sqlite:///{world.folder}/ledger.sqlite3",
        "saasops_status_pages": world.variables()["saasops_status_pages"],
        **variables,
    }
    path = world.folder / "rough.yml"
    every = {name: {"component_vendor": "other", **values} for name, values in hosts.items()}
    path.write_text(yaml.safe_dump({"components": {"vars": shared, "hosts": every}}), encoding="utf-8")
    return path


def ledger(world: World) -> store.Store:
    made = store.Store(f"sqlite:///{world.folder}/ledger.sqlite3", "shop/production")
    made.prepare()
    return made


def bad(run: Run) -> dict[tuple[str, str], str]:
    return {(one["component"], one["name"]): one["verdict"] for one in run.stats["checks"] if one["verdict"] not in ("pass", "skipped")}


def reason(run: Run, component: str, name: str) -> str:
    return str(next(one["reason"] for one in run.stats["checks"] if (one["component"], one["name"]) == (component, name)))


def test_everything_at_once_is_told_for_what_it_is(launcher: Launcher, world: World, tmp_path: pathlib.Path) -> None:
    huge = Answer(body=b" " * MEGABYTE, times=100)
    answers = {"/hangs": Answer(kind="hang"), "/huge": huge, "/metrics": Answer(body=b"up 1\n")}

    def script(request: Request) -> Answer:
        return next((answer for path, answer in answers.items() if request.path.startswith(path)), WELL)

    shown_by = {}
    for days in (29, 31):
        folder = tmp_path / str(days)
        folder.mkdir()
        shown_by[days] = certificate(folder, days=days + 0.01)
    trusted = tmp_path / "trusted.pem"
    trusted.write_text("".join(pathlib.Path(file).read_text(encoding="utf-8") for file, _context in shown_by.values()), encoding="utf-8")
    never = {"name": "never", "kind": "ratio", "metric": "/health", "window": "1h", "alert": "> 100%"}
    with Loopback(script) as server, Loopback(each(WELL), tls=shown_by[29][1]) as soon, Loopback(each(WELL), tls=shown_by[31][1]) as later:
        hosts = {
            "dead": {"component_url": server.url, "component_rules": [never]},
            "vanished": {"component_url": server.url, "component_metrics": {"values": {"queue": "jobs_waiting"}}},
            "hangs": {"component_url": server.url, "component_health": "/hangs"},
            "huge": {"component_url": server.url, "component_health": "/huge", "component_conditions": "status == 'ok'"},
            "soon": {"component_url": soon.url},
            "later": {"component_url": later.url},
        }
        with WallClock(time.time()) as wall:
            environment = world.environment(SAASOPS_CLOCK_URL=wall.url, REQUESTS_CA_BUNDLE=str(trusted), SSL_CERT_FILE=str(trusted))
            place, given = inventory(world, hosts), (*AT_ONCE, "-e", "health_request_timeout=2", "--forks", "8")
            run = launcher.play(world, "health", *given, inventory=place, environment=environment)
    assert bad(run) == {
        ("dead", "verify"): "error",
        ("vanished", "queue"): "inconclusive",
        ("hangs", "/hangs"): "fail",
        ("huge", "/huge"): "fail",
        ("soon", "certificate"): "warn",
    }, run.output
    assert run.code == 2 and run.stats["outcomes"]["later"] == "pass"
    assert "can never" in reason(run, "dead", "verify") and reason(run, "hangs", "/hangs") == "no answer within 2 s"
    assert reason(run, "soon", "certificate") == "ends in 29 d (warn < 30 days)"
    assert reason(run, "huge", "/huge") == "200, but the body is larger than 1 MiB"
    # What was not taken from the server is in nobody's memory: the body's first megabyte, and what lay in the sockets.
    assert server.taken < 20 * MEGABYTE
    check_fits(run)


CLOCKED: Json = {
    "component_parts": {"queue": "queue"},
    "component_rules": [
        {"name": "usual queue", "kind": "average", "metric": "queue", "window": "1d", "warn": "> 100", "may_be_constant": True},
        {"name": "uptime", "kind": "ratio", "share": "good", "metric": "/health", "window": "30d", "target": "> 99%", "may_be_constant": True},
        {"name": "last look", "kind": "age", "metric": "/health", "warn": "> 2h"},
    ],
}
START = 1_795_143_720.0


def clocked(launcher: Launcher, world: World, url: str, wall: WallClock) -> Run:
    environment = world.environment(SAASOPS_CLOCK_URL=wall.url)
    return launcher.play(world, "health", *AT_ONCE, inventory=inventory(world, {"api": {"component_url": url, **CLOCKED}}), environment=environment)


@pytest.mark.parametrize("by", [-HOUR, HOUR], ids=["back", "forward"])
def test_a_clock_that_is_set_between_two_runs_is_no_alarm_and_no_crash(launcher: Launcher, world: World, by: float) -> None:
    with Loopback(each(WELL)) as server, WallClock(START) as wall:
        for number in range(25):
            looks = [{"component": "api", "name": name, "verdict": "pass", "value": 7.0} for name in ("/health", "queue")]
            history.note(ledger(world), f"r{number}", START - 60 * number, looks)
        first = clocked(launcher, world, server.url, wall)
        wall.now += by
        second = clocked(launcher, world, server.url, wall)
    assert (first.code, bad(first)) == (0, {}), first.output
    # Put back, looks lie in the future, and nobody can say what was lately; set forward, all is as it was.
    doubted = {("api", name): "inconclusive" for name in ("usual queue", "uptime", "last look")} if by < 0 else {}
    assert (second.code, bad(second)) == (0, doubted), second.output
    assert "the clock cannot be trusted" in shown(second) if by < 0 else second.stats["word"] == "pass"
    check_fits(second)


@pytest.mark.parametrize(("question", "by"), [(3, -HOUR), (5, HOUR), (7, -HOUR)])
def test_a_clock_that_is_set_while_a_run_looks_breaks_nothing(launcher: Launcher, world: World, question: int, by: float) -> None:
    with Loopback(each(WELL)) as server, WallClock(START, {question: by}) as wall:
        run = clocked(launcher, world, server.url, wall)
    assert wall.asked > question, "the clock was set within the run"
    assert run.code == 0 and not {"fail", "error", "warn"} & set(bad(run).values()), run.output
    assert run.stats["seconds"] >= 0 and " -" not in run.headline.replace(" - ", " "), "no run takes less than no time"
    rows = history.rows(ledger(world), 0.0, "api", "/health")
    assert [row["verdict"] for row in rows] == ["pass"] and rows[0]["at"] in (START, START + by)
    check_fits(run)


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_summer_time_begins_and_ends_and_no_scheduled_run_was_missed(launcher: Launcher, world: World, night: str) -> None:
    day = datetime.date.fromisoformat(night)
    for before in range(5):
        began = datetime.datetime.combine(day - datetime.timedelta(days=before), datetime.time(7), BERLIN).timestamp()
        schedules.begin(ledger(world), f"r{before}", ["daily"], began, 60)
        schedules.end(ledger(world), f"r{before}", began + 30, "pass", [])
    place = inventory(world, {"api": {}}, schedule_runs=[{"tags": ["daily"], "cron": "0 7 * * *"}], schedule_timezone="Europe/Berlin")
    noon = datetime.datetime.combine(day, datetime.time(12), BERLIN).timestamp()
    with WallClock(noon) as wall:
        environment = world.environment(SAASOPS_CLOCK_URL=wall.url)
        well = launcher.play(world, "heartbeat", inventory=place, environment=environment)
        wall.now += 24 * HOUR
        missed = launcher.play(world, "heartbeat", inventory=place, environment=environment)
    assert (well.code, well.stats["word"]) == (0, "pass"), well.output
    assert (missed.code, missed.stats["word"]) == (2, "fail") and "did not run when it was due" in shown(missed), missed.output

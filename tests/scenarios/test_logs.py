# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/logs.yml: what components have logged, wherever that is, and never a pass for what was not seen."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

from tests.harness.launcher import Launcher
from tests.harness.world import Run, World
from tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
FORKS = ("--forks", "10")
LIMITS: Json = {"packs": ["errors"], "limits": [{"pattern": "error_line", "most": 5}]}


def moment(sandbox: Sandbox, seconds: float) -> str:
    return datetime.datetime.fromtimestamp(sandbox.state()["now"] + seconds, datetime.UTC).isoformat(timespec="milliseconds")


def app_log(world: World, *lines: tuple[float, str]) -> pathlib.Path:
    """A file that begins long before any window."""
    path = world.folder / "app.log"
    path.write_text("".join(f"{moment(world.sandbox, at)} {text}\n" for at, text in ((-7200, "started"), *lines, (-1, "fine"))), encoding="utf-8")
    return path


def look(launcher: Launcher, world: World, *arguments: str, **hosts: Json) -> Run:
    return launcher.play(world, "logs", *FORKS, *arguments, inventory=world.write_inventory(hosts=hosts))


def test_exactly_what_is_planted_is_named(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    path = app_log(world, *((-60.0 - number, "❌ payment failed for jane.doe@example.com: card_declined") for number in range(7)))
    declared = {
        "files": [str(path)],
        "packs": ["payments"],
        "limits": [{"pattern": "payment_failed", "most": 3, "within": "5m"}, {"pattern": "card_declined", "most": 100}],
    }
    run = look(launcher, world, dashboard={"component_logs": declared}, api={"component_logs": LIMITS})
    assert run.code != 0 and run.changed == 0 and world.changes() == []
    assert run.headline.startswith("PRODUCTION shop logs FAIL (1)"), run.summary
    checks = {(one["component"], one["name"]): one for one in run.stats["checks"]}
    assert {key for key, one in checks.items() if one["verdict"] not in ("pass", "skipped")} == {("dashboard", "payment_failed within 300 s")}
    failed = checks["dashboard", "payment_failed within 300 s"]
    assert (failed["value"], failed["limit"]) == (7, "<= 3") and "7 x '❌ payment failed for <email>: card_declined'" in failed["reason"]
    assert checks["api", "log"]["verdict"] == "pass" and checks["api", "log"]["value"] > 10
    assert "jane.doe" not in run.output and "NOT CHECKED" in run.summary and "logs_samples=5" in run.summary
    assert run.recap("dashboard")["failed"] == 1 and run.recap("api")["failed"] == 0
    lines = run.summary.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 80


def test_the_healthy_shop_is_well_and_the_bad_release_is_not(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    well = look(launcher, new_world("healthy"), "--limit", "api", api={"component_logs": LIMITS})
    assert well.code == 0 and "logs OK" in well.headline, well.summary
    bad = look(launcher, new_world("bad-release"), "--limit", "api", "-e", "logs_since=10m", api={"component_logs": LIMITS})
    assert bad.code != 0 and "logs FAIL (1)" in bad.headline and "checkout failed" in bad.summary


def test_a_log_that_could_not_be_read_whole_is_never_well(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    late = world.folder / "late.log"
    late.write_text(f"{moment(world.sandbox, -10)} fine\n", encoding="utf-8")
    world.sandbox.fault("status", vendor="railway", times=0, status=401)
    run = look(
        launcher,
        world,
        dashboard={"component_logs": {**LIMITS, "files": [str(late)]}},
        app={"component_logs": {**LIMITS, "files": [f"{world.folder}/none.log"]}},
        api={"component_logs": LIMITS},
    )
    verdicts = {(one["component"], one["name"]): one["verdict"] for one in run.stats["checks"] if one["verdict"] != "skipped"}
    assert verdicts == {
        ("api", "log"): "error",
        ("app", "log"): "error",
        ("dashboard", "error_line"): "inconclusive",
        ("dashboard", "log"): "inconclusive",
    }
    assert run.code != 0 and "add the rotated ones" in run.summary and "there is no such file" in run.summary


def test_an_operator_may_ask_for_a_pack_and_for_lines(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("bad-release")
    run = look(launcher, world, "--check", "--limit", "api,app", "-e", "logs_packs=errors,database", "-e", "logs_samples=2")
    assert {(one["component"], one["verdict"]) for one in run.stats["checks"]} == {("api", "pass"), ("app", "inconclusive")}
    assert run.code == 0 and "Vercel shows only what happens while one looks" in " ".join(run.summary.split())


def test_what_is_wrong_is_refused_before_anything_is_asked(launcher: Launcher, new_world: t.Callable[..., World]) -> None:
    world = new_world("healthy")
    for arguments, words in (
        (("-e", "logs_pack=errors"), "there is no variable logs_pack"),
        (("-e", "logs_packs=everything"), "logs_packs"),
        (("-e", "logs_samples=0"), "logs_samples is 0"),
    ):
        run = look(launcher, world, *arguments)
        assert run.code != 0 and "REFUSED" in run.summary and words in run.summary, run.output
    wrong = look(launcher, world, "--limit", "api", api={"component_logs": {**LIMITS, "limit": []}})
    assert wrong.code != 0 and "component_logs of api" in wrong.summary and "limit. Supported parameters" in " ".join(wrong.summary.split())
    assert world.sandbox.journal() == []

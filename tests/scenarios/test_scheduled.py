# SPDX-License-Identifier: GPL-3.0-or-later
"""Scheduled runs of the five systems: every tag, healthy and with planted faults, which are named, and nothing else is.

A sample, another one in each session, always runs; every tag of every system runs as ``soak``.
"""

from __future__ import annotations

import json
import pathlib
import re
import typing as t
import urllib.request

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import history, store
from tests.harness import postgresql, systems, systems_faults
from tests.harness.launcher import Launcher
from tests.harness.matrix import sample
from tests.harness.screens import check_fits, said
from tests.harness.world import Run, World

NewWorld = t.Callable[..., World]
# What a drill says of a set that does not come back.
DRILLED = re.compile(r"(plan|apply|clean|drill|proof|recovery \w+|\w+/[\w.]+)$")
EVERY = [(system, tag, environment) for system in systems.SYSTEMS for tag in systems.TAGS for environment in ("production", "staging")]


def play(launcher: Launcher, world: World, system: systems.System, *arguments: str, **changes: str | None) -> Run:
    given = [*system.arguments, *arguments]
    return launcher.play(world, "scheduled", *given, inventory=system.inventory, environment=systems.environment(world, **changes))


def bad(run: Run) -> set[tuple[str, str]]:
    return {(one["component"], one["name"]) for one in run.stats["checks"] if one["verdict"] in ("fail", "error", "warn")}


def check_tag(launcher: Launcher, new_world: NewWorld, name: str, tag: str, environment: str, servers: tuple[str, str]) -> list[Run]:
    world = new_world("healthy")
    database = systems_faults.fill(name, postgresql.fresh_database(servers[0])) if name in systems_faults.TABLES else ""
    system = systems.on_sandbox(world, name, environment, database, servers[1])
    due = {item["do"] for item in system.due(tag)}
    world.sandbox.ask("POST", "/world", {"vendor": "sentry", "set": {"quiet": True}})
    watched = [name for _component, name in systems_faults.addresses(system)]
    if "monitors" in due and watched:
        made = launcher.play(world, "monitors", *system.arguments, inventory=system.inventory, environment=systems.environment(world))
        assert made.code == 0, made.output
        world.sandbox.ask("POST", "/world", {"vendor": "uptimerobot", "set": {"status": dict.fromkeys(watched, "UP")}})
    if due & {"backup_verify", "drill"} and "backup" not in due:
        made = launcher.play(world, "backup", *system.arguments, inventory=system.inventory, environment=systems.environment(world))
        assert made.code == 0, made.output
    world.sandbox.clear_journal()
    well = play(launcher, world, system, "--tags", tag)
    # Nothing was restored yet, but by a drill that comes after the look.
    assert (well.code, bad(well)) == (0, {("", "backup proof")} if "backup_verify" in due else set()), well.output
    assert system.asked() == [system.word(command) for command in system.commands(tag)]
    asked = {entry["operation"] for entry in world.changes()}
    assert not asked or (asked <= systems.OWN_COPIES and "backup" in due) or (name, tag, environment) == ("derrimut", "weekly", "staging"), asked
    check_fits(well, f"{environment.upper()} {name}")
    if not system.due(tag):
        assert "NOTHING TO DO - nothing is scheduled for it" in well.headline
        return [well]
    planted = systems_faults.plant(world, system, tag, database)
    broken = play(launcher, world, system, "--tags", tag)
    # What is damaged is told by every look at it and by every drill of it, and by the heartbeat what a day without any run has left out.
    others = {"backup_verify": "backup ", "health": "backup", "heartbeat": ("scheduled ", "item ")}
    damaged = due & {"backup", "backup_verify"} or "restore" in systems_faults.drilled(system, tag)
    more = {one for one in bad(broken) - planted if damaged and any(verb in due and one[1].startswith(words) for verb, words in others.items())}
    undrilled = {one for one in bad(broken) - planted - more if "restore" in systems_faults.drilled(system, tag) and DRILLED.match(one[1])}
    assert bad(broken) - more - undrilled == planted, broken.output
    assert bool(undrilled) is ("restore" in systems_faults.drilled(system, tag)), broken.output
    assert bool(broken.code) is bool(planted or undrilled), broken.output
    check_fits(broken, f"{environment.upper()} {name}")
    told = [row["verdict"] for row in systems.rows(world, f"{name}/{environment}")]
    assert told == [well.stats["word"], "fail" if planted or undrilled else well.stats["word"]]
    return [well, broken]


@pytest.fixture
def servers(postgresql_url: str, redis_url: str) -> tuple[str, str]:
    return postgresql_url, redis_url


@pytest.mark.parametrize(("name", "tag", "environment"), sample(EVERY, 3), ids=str)
def test_a_sample_of_tags_names_exactly_what_was_planted(
    launcher: Launcher, new_world: NewWorld, servers: tuple[str, str], name: str, tag: str, environment: str
) -> None:
    runs = check_tag(launcher, new_world, name, tag, environment, servers)
    assert [run.stats["verb"] for run in runs] == ["scheduled"] * len(runs)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "tag", "environment"), EVERY, ids=str)
def test_every_tag_of_every_system_names_exactly_what_was_planted(
    launcher: Launcher, new_world: NewWorld, servers: tuple[str, str], name: str, tag: str, environment: str
) -> None:
    runs = check_tag(launcher, new_world, name, tag, environment, servers)
    assert [run.stats["verb"] for run in runs] == ["scheduled"] * len(runs)


@pytest.mark.parametrize("name", systems.SYSTEMS)
def test_every_tag_that_has_items_is_installed_and_every_run_has_items(name: str, new_world: NewWorld) -> None:
    system = systems.on_sandbox(new_world("healthy"), name)
    assert sorted(tag for tags in systems_faults.runs_of(name) for tag in tags) == sorted(tag for tag in systems.TAGS if system.due(tag))


# -- what one run does
COMMANDS = {
    "good": {"argv": ["true"], "reads_only": True},
    "bad": {"argv": ["false"], "reads_only": True},
    "gone": {"argv": ["there-is-no-such-program"], "reads_only": True},
    "slow": {"argv": ["sleep", "60"], "reads_only": True},
    "wait": {"argv": ["sh", "-c", "until [ -e go ]; do sleep 0.05; done"], "reads_only": True},
    "change": {"argv": ["sh", "-c", "echo x >> changed"]},
    # As if the machine had lost its power in the middle: half of the work is done, and the run and its worker are gone.
    "outage": {"argv": ["sh", "-c", "echo half >> done; [ -e pid ] || { echo whole >> done; exit; }; kill -9 $(cat pid) $PPID"]},
    "endless": {"argv": ["sh", "-c", "echo $$ > command; [ -e pid ] || exit 0; kill -9 $(cat pid); rm pid; while sleep 0.1; do echo x >> beats; done"]},
}


def declare(world: World, *items: dict[str, t.Any], **variables: t.Any) -> pathlib.Path:
    app = {"component_vendor": "other", "component_folder": str(world.folder), "component_commands": COMMANDS}
    plain = {"component_vendor": "other"}
    shared = {"saasops_system": "shop", "saasops_environment": "production", "saasops_ledger_url": f"sqlite:///{world.folder}/ledger.sqlite3"}
    path = world.folder / "scheduled.yml"
    content = {"components": {"vars": {**shared, "scheduled_items": list(items), **variables}, "hosts": {"app": app, "api": plain}}}
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def command(name: str, *commands: str, tags: t.Sequence[str] = ("daily",), **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "tags": list(tags), "do": "command", "components": ["app"], "commands": list(commands), **more}


def test_one_failed_item_hides_no_other_and_each_has_its_time(launcher: Launcher, world: World) -> None:
    inventory = declare(
        world,
        command("first", "gone", "good"),
        command("second", "slow", budget="1s"),
        command("third", "bad", "change"),
        {"name": "beat", "tags": ["daily"], "do": "heartbeat"},
        {"name": "people", "tags": ["daily"], "do": "person", "ask": ["look at the dashboard"]},
        command("another day", "bad", tags=["weekly"]),
    )
    run = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert run.code == 2, run.output
    told = {one["name"]: one["verdict"] for one in run.stats["checks"] if one["component"] == "app" and one["name"] in COMMANDS}
    assert told == {"gone": "error", "good": "pass", "slow": "error", "bad": "fail", "change": "pass"}
    assert (world.folder / "changed").read_text() == "x\n"
    assert "slow: it had not ended within the budget of 1 s, and was stopped" in said(run)
    assert "By hand: look at the dashboard" in said(run)
    check_fits(run)
    [row] = systems.rows(world, "shop/production")
    assert [(item["name"], item["verdict"]) for item in row["items"]] == [
        ("first", "error"),
        ("second", "error"),
        ("third", "fail"),
        ("beat", "skipped"),
        ("people", "skipped"),
    ]
    assert (row["verdict"], row["tags"], row["ended_at"] >= row["started_at"]) == ("fail", ["daily"], True)


def test_a_plan_runs_what_only_reads_and_writes_nothing_down(launcher: Launcher, world: World) -> None:
    inventory = declare(world, command("both", "good", "change"))
    plan = launcher.play(world, "scheduled", "--tags", "daily", "--check", inventory=inventory)
    assert plan.code == 0, plan.output
    assert {one["name"]: one["verdict"] for one in plan.stats["checks"] if one["component"] == "app"} == {"good": "pass", "change": "skipped"}
    assert [change["operation"] for change in plan.stats["changes"]] == ["run"]
    assert not (world.folder / "changed").exists() and not (world.folder / "ledger.sqlite3").exists()


def test_what_overlaps_is_told_as_skipped_and_does_nothing(launcher: Launcher, world: World) -> None:
    inventory = declare(world, command("wait", "wait", budget="60s"), command("other", "good", tags=["weekly"]))
    first = launcher.start(world, "scheduled", "--tags", "daily", inventory=inventory).go()
    while not systems.rows(world, "shop/production"):
        assert not first.ended(), first.wait().output
    second = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    other = launcher.play(world, "scheduled", "--tags", "weekly", inventory=inventory)
    assert (second.code, second.stats["word"]) == (0, "overlapped"), second.output
    assert "scheduled daily SKIPPED - another one is at work" in second.headline
    assert (other.code, other.stats["word"]) == (0, "pass"), other.output
    assert not first.ended()
    (world.folder / "go").touch()
    done = first.wait()
    assert (done.code, done.stats["word"]) == (0, "pass"), done.output
    assert [row["verdict"] for row in systems.rows(world, "shop/production")] == ["pass", "overlapped", "pass"]
    again = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert (again.code, again.stats["word"]) == (0, "pass"), again.output


def test_a_schedule_that_cannot_be_right_is_refused_before_anything_is_done(launcher: Launcher, world: World) -> None:
    inventory = declare(world, command("first", "change"), {"name": "wrong", "tags": ["weekly"], "do": "hartbeat"})
    run = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert run.code not in (0, None) and "REFUSED - nothing was done" in run.headline, run.output
    assert "wrong: nothing does 'hartbeat'" in said(run) and "Did you mean heartbeat?" in said(run), run.summary
    assert not (world.folder / "changed").exists()
    check_fits(run)


@pytest.mark.parametrize(
    ("arguments", "reason"), [((), "Say which: --tags daily"), (("--tags", "dail"), "Did you mean daily?"), (("--tags", "daily,wekly"), "Did you mean weekly?")]
)
def test_tags_that_are_missing_or_misspelt_are_refused(launcher: Launcher, world: World, arguments: tuple[str, ...], reason: str) -> None:
    run = launcher.play(world, "scheduled", *arguments, inventory=declare(world, command("first", "change")))
    assert run.code not in (0, None) and reason in said(run), run.output
    assert not (world.folder / "changed").exists()


def test_a_missed_run_is_told_by_the_next_and_by_the_heartbeat(launcher: Launcher, world: World) -> None:
    schedule = {"schedule_runs": [{"tags": ["daily"], "cron": "0 7 * * *"}], "schedule_timezone": "Europe/Berlin"}
    inventory = declare(world, command("first", "good"), **schedule)
    unknown = launcher.play(world, "heartbeat", inventory=inventory)
    assert (unknown.code, unknown.stats["word"]) == (0, "inconclusive"), unknown.output
    assert launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory).code == 0
    well = launcher.play(world, "heartbeat", inventory=inventory)
    assert (well.code, well.stats["word"]) == (0, "pass"), well.output
    world.sandbox.advance(3 * 86400)
    missed = launcher.play(world, "heartbeat", inventory=inventory)
    assert (missed.code, missed.stats["word"]) == (2, "fail"), missed.output
    assert "scheduled daily: did not run when it was due at" in said(missed)
    late = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert late.code == 0 and "Note: daily did not run when it was due at" in said(late), late.output
    check_fits(late)


def killed(launcher: Launcher, world: World, inventory: pathlib.Path) -> None:
    """A run whose command ends it in the middle."""
    run = launcher.start(world, "scheduled", "--tags", "daily", inventory=inventory)
    (world.folder / "pid").write_text(str(run.pid), encoding="utf-8")
    assert run.go().wait().code not in (0, 2)


def test_the_next_run_tells_of_a_command_in_whose_middle_the_last_one_was_killed(launcher: Launcher, world: World) -> None:
    inventory = declare(world, command("first", "good"), command("second", "change", "outage"))
    killed(launcher, world, inventory)
    assert ((world.folder / "changed").read_text(), (world.folder / "done").read_text()) == ("x\n", "half\n")
    [row] = systems.rows(world, "shop/production")
    assert (row["verdict"], row["ended_at"]) == ("working", None)
    (world.folder / "pid").unlink()
    run = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert (run.code, run.stats["word"]) == (0, "pass"), run.output
    assert f"Note: run {row['run']} was stopped before its end. app: outage in {world.folder.name} was begun, and nobody saw it end" in said(run)
    assert "app: change" not in said(run), "what came to its end is not called half done"
    assert (world.folder / "done").read_text() == "half\nhalf\nwhole\n"
    assert [row["verdict"] for row in systems.rows(world, "shop/production")] == ["stopped", "pass"]
    check_fits(run)
    again = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert (again.code, "was stopped before its end" in said(again)) == (0, False), "it is told once"
    # What the killed run had found before is not lost.
    known = store.Store(f"sqlite:///{world.folder}/ledger.sqlite3", "shop/production", create=False)
    assert {one["run"] for one in history.rows(known, component="app", name="good")} == {one["run"] for one in systems.rows(world, "shop/production")}


def test_what_is_left_of_a_killed_run_ends_its_command(launcher: Launcher, world: World) -> None:
    inventory = declare(world, command("only", "endless", budget="10m"))
    killed(launcher, world, inventory)
    command_pid = int((world.folder / "command").read_text())
    assert pathlib.Path(f"/proc/{command_pid}").exists(), "the worker and its command live on"
    while pathlib.Path(f"/proc/{command_pid}").exists():
        world.sandbox.advance(1)
    run = launcher.play(world, "scheduled", "--tags", "daily", inventory=inventory)
    assert run.code == 0 and "app: endless" in said(run), run.output


def test_a_morning_is_told_in_a_report_and_by_the_digest(launcher: Launcher, new_world: NewWorld) -> None:
    world = new_world("healthy")
    world.sandbox.status_page("railway", {"name": "Deployments are slow", "impact": "minor"})
    run = world.sandbox_run
    slack = {
        "name": "Slack",
        "kind": "slack",
        "channel": "#incidents",
        "token": run["slack"]["token"],
        "api_url": run["slack"]["api_url"],
        "digest": ["warning"],
    }
    items = [{"name": "health", "tags": ["morning"], "do": "health"}, {"name": "tell", "tags": ["morning"], "do": "report", "period": "day"}]
    quick = {"health_probes": 1, "health_probe_interval": "0s", "health_recheck_after": "0s", "report_html": True}
    inventory = world.write_inventory("morning.yml", scheduled_items=items, notify_routes=[slack], **quick)
    plan = launcher.play(world, "scheduled", "--tags", "morning", "--check", inventory=inventory)
    assert plan.code == 0 and bad(plan) == {("vendors", "railway status page")}, plan.output
    assert "NOT CHECKED  report of the day" in plan.summary or "report of the day" in said(plan)
    done = launcher.play(world, "scheduled", "--tags", "morning", inventory=inventory)
    assert done.code == 0 and bad(done) == {("vendors", "railway status page")}, done.output
    assert "Held for the digest: Slack" in said(done) and "Digest: Told: Slack." in said(done)
    check_fits(done)
    with urllib.request.urlopen(f"{world.sandbox_run['slack']['url']}/history") as answer:
        [message] = json.load(answer)["messages"]
    assert "1 message(s) since the last digest" in message["text"] and "scheduled morning WARN (1)" in message["text"]
    [folder] = {file.parent for file in world.state.rglob("report-day.*")}
    told = json.loads((folder / "report-day.json").read_text(encoding="utf-8"))
    assert [(one["component"], one["name"]) for one in told["bad"]] == [("vendors", "railway status page")], "the run's own looks are in its report"
    assert (folder / "summary.txt").exists() and (folder / "report-day.html").exists()
    night = {"from": "00:00", "to": "23:59", "zone": "UTC"}
    asleep = world.write_inventory("night.yml", scheduled_items=items, notify_routes=[slack], notify_quiet_hours=night, **quick)
    world.sandbox.advance(7200)
    assert "Digest: Held for the digest: Slack." in said(launcher.play(world, "scheduled", "--tags", "morning", inventory=asleep))

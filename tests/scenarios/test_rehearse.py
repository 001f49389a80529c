# SPDX-License-Identifier: GPL-3.0-or-later
"""rehearse: any verb in a world like the inventory's. Nothing but this machine is asked, no secret goes there, and nothing stays behind."""

from __future__ import annotations

import os
import pathlib
import random
import re
import signal
import subprocess
import tempfile
import time
import typing as t

import pytest
import yaml

from tests.harness import matrix, systems
from tests.harness.launcher import Launcher
from tests.harness.screens import COLUMNS, LINES, said
from tests.harness.world import ROOT, RULE, TIMEOUT, Run, World
from tests.sandbox.errors import Refused
from tests.sandbox.kill import kill_tree
from tests.sandbox.launch import Sandbox
from tests.sandbox.rehearsal import overlay
from tests.sandbox.rehearsal.run import sets_first
from tests.sandbox.rehearsal.verbs import NOT_REHEARSED, VERBS

Json = dict[str, t.Any]
BANNER = "SANDBOX (nothing real was touched)"
SECRET = "shpat_of_the_real_world_0123456789abcdef"
# What each ends with, and what its first line and its screen say.
ENDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "backup": (0, ("BACKED UP", "NOT off-site")),
    "backup_verify": (2, ("backup_verify FAIL", "backup age: 9 d", "(limit 24 h)")),
    "db_integrity": (2, ("db_integrity FAIL", "10 of 100 rows of subscriptions are orphans")),
    "db_migrate": (0, ("MIGRATED", "1 applied: 20260101_users", "NOT REHEARSED database: its migrations")),
    "doctor": (0, ("doctor INCONCLUSIVE", "rollback api yes -> v1.4.1 77ab310")),
    "drill": (0, ("DRILLED - all that was drilled works", "row by row")),
    "health": (2, ("health FAIL", "api FAIL /health: 503", "railway status page: Something is slow")),
    "heartbeat": (2, ("heartbeat FAIL", "did not run when it was due")),
    "maintenance": (0, ("NOTHING TO DO", "no maintenance is open")),
    "logs": (2, ("logs FAIL", "error_line: 60 lines of the last 24h, at most 20 are good")),
    "monitors": (0, ("monitors INCONCLUSIVE", "2 changes")),
    "notify_test": (0, ("WHO WOULD BE TOLD", "1 of 1 routes can be used")),
    "report": (0, ("REPORT of the day", "(removed)/reports/report.json")),
    "restart": (0, ("restart OK", "api ok restarted in")),
    "restore": (0, ("RESTORED - the same as the set", "which nothing uses yet")),
    "roll_forward": (0, ("ROLLED FORWARD", "v1.4.3")),
    "rollback": (0, ("ROLLED BACK - healthy again",)),
    "schedule": (0, ("SCHEDULED (cron, 3 runs)",)),
    "scheduled": (2, ("scheduled daily FAIL", "error_line: 60 lines", "NOT REHEARSED api: its commands")),
}


def inventory(system: str) -> str:
    return system if "/" in system else f"inventories/{system}/production.yml"


@pytest.fixture
def place() -> t.Iterator[pathlib.Path]:
    """Where temporary files go: a database server, which runs as somebody else, has to reach it. It ends as it began: empty."""
    with tempfile.TemporaryDirectory(prefix="r-") as made:
        folder = pathlib.Path(made)
        folder.chmod(0o711)
        yield folder
        assert gone(folder), left(folder)


def rehearse(launcher: Launcher, world: World, place: pathlib.Path, *arguments: str, of: str = "tokpulse") -> Run:
    return launcher.play(world, "rehearse", *arguments, inventory=inventory(of), environment=world.environment(TMPDIR=str(place)))


def of_verb(verb: str) -> tuple[str, str]:
    return ("-e", f"rehearse_verb={verb}")


def below(run: Run) -> str:
    return " ".join(run.headline.split()).removeprefix(BANNER).partition(" run ")[0].strip()


def left(folder: pathlib.Path) -> list[str]:
    """What there is of rehearsals: their folders, and processes that were started from one."""
    folders = [str(path) for path in folder.glob("**/rehearsal-*")]
    own = [path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/environ") if _readable(path)]
    return [*folders, *(text.decode(errors="replace")[:80] for text in own if str(folder).encode() in text)]


def _readable(path: pathlib.Path) -> bool:
    try:
        return bool(path.read_bytes())
    except OSError:
        return False


def gone(folder: pathlib.Path, besides: t.Collection[str] = ()) -> bool:
    """Whether everything is away, within the time that a loaded machine may take for it."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if not set(left(folder)) - set(besides):
            return True
        time.sleep(0.1)
    return False


def really(launcher: Launcher, sandbox: Sandbox, folder: pathlib.Path, system: str) -> Run:
    """The real playbook with the system's own inventory, and beside it the addresses and tokens of a world like it."""
    every = systems.variables(system)
    sandbox.scenario("bad-release", {"components": every})
    world = World(folder, sandbox, sandbox.run)
    overlay = folder / "overlay"
    for part in ("host_vars", "group_vars"):
        (overlay / part).mkdir(parents=True)
    shared = {key: value for key, value in world.variables().items() if key not in ("saasops_system", "saasops_environment", "stripe_mode")}
    shared.update(saasops_ledger_url=f"sqlite:///{folder}/ledger.sqlite3", notify_routes=[])
    (overlay / "group_vars" / "components.yml").write_text(yaml.safe_dump(shared), encoding="utf-8")
    (overlay / "hosts.yml").write_text(yaml.safe_dump({"components": {"hosts": dict.fromkeys(every)}}), encoding="utf-8")
    for name, facts in every.items():
        known = sandbox.run["components"].get(name, {})
        own = {"component_url": known["url"], "component_conditions": None} if "component_url" in facts else {}
        if facts["component_vendor"] == "vercel":
            own.update(vercel_project=known["project"], vercel_deployment_url=known["deployment_url"])
        (overlay / "host_vars" / f"{name}.yml").write_text(yaml.safe_dump(own), encoding="utf-8")
    return launcher.play(world, "rollback", "-i", str(overlay / "hosts.yml"), "--forks", "10", inventory=inventory(system))


# -- as the real one
@pytest.mark.parametrize("system", systems.SYSTEMS)
def test_a_rollback_ends_as_the_real_one_on_each_system(launcher: Launcher, sandbox_process: Sandbox, world: World, place: pathlib.Path, system: str) -> None:
    run = rehearse(launcher, world, place, *of_verb("rollback"), of=system)
    real = really(launcher, sandbox_process, world.folder / "real", system)
    assert below(run).startswith(system) and run.code == real.code, run.output + real.output
    assert below(run) == real.headline.partition(" run ")[0].removeprefix("PRODUCTION ").strip()
    assert run.stats["word"] == real.stats["word"] and run.stats["outcomes"].items() <= real.stats["outcomes"].items()
    assert [(one["component"], one["operation"]) for one in run.stats["changes"]] == [(one["component"], one["operation"]) for one in real.stats["changes"]]
    assert run.stats["rehearsal"]["requests"]["effects"] >= len(real.stats["changes"])
    lines = run.summary.splitlines()
    assert lines[0] == RULE and lines[1].startswith(f" {BANNER}") and len(lines) <= LINES and max(map(len, lines)) <= COLUMNS, run.summary
    assert "Record:" not in run.summary and not world.state.exists()


def test_every_playbook_is_rehearsed_or_it_is_said_why_not() -> None:
    there = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert there == set(VERBS) | set(NOT_REHEARSED) and not set(VERBS) & set(NOT_REHEARSED)
    assert set(ENDS) == set(VERBS)


def ends(run: Run, verb: str) -> None:
    code, words = ENDS[verb]
    assert run.code == code, run.output
    missing = [word for word in words if word not in said(run)]
    assert not missing and said(run).startswith(f"{RULE} {BANNER}"), run.summary
    assert len(run.summary.splitlines()) <= LINES, run.summary


@pytest.mark.parametrize("verb", sorted(random.Random(matrix.seed()).sample(sorted(set(ENDS) - {"rollback"}), 2)))
def test_another_verb_finds_the_failure_that_it_is_for(launcher: Launcher, world: World, place: pathlib.Path, verb: str) -> None:
    ends(rehearse(launcher, world, place, *of_verb(verb)), verb)
    assert not world.state.exists(), "nothing of it is in a ledger or a record"


@pytest.mark.soak
@pytest.mark.parametrize("verb", sorted(ENDS))
def test_each_verb_finds_the_failure_that_it_is_for(launcher: Launcher, world: World, place: pathlib.Path, verb: str) -> None:
    ends(rehearse(launcher, world, place, *of_verb(verb)), verb)
    assert not world.state.exists()


@pytest.mark.soak
@pytest.mark.parametrize(("of", "tag", "item"), [("tokpulse", "monthly", "test restore OK"), ("betaskill", "weekly", "test of the backups OK")])
def test_a_run_that_proves_a_set_has_one_to_prove(launcher: Launcher, world: World, place: pathlib.Path, of: str, tag: str, item: str) -> None:
    run = rehearse(launcher, world, place, *of_verb("scheduled"), "--tags", tag, of=of)
    assert below(run).startswith(f"{of} scheduled {tag}") and item in said(run), run.output
    assert len(run.summary.splitlines()) <= LINES, run.summary


@pytest.mark.parametrize(
    ("arguments", "first"),
    [([], []), (["--tags", "daily"], []), (["--tags", "weekly"], ["backup"]), (["--tags", "daily,weekly"], []), (["--tags", "morning"], [])],
)
def test_a_set_is_made_first_where_nothing_that_is_due_makes_one(arguments: list[str], first: list[str]) -> None:
    items = [{"do": "backup", "tags": ["daily"]}, {"do": "backup_verify", "tags": ["daily", "weekly"]}, {"do": "health", "tags": ["morning"]}]
    request = {"verb": "scheduled", "arguments": arguments, "components": {"app": {"scheduled_items": items}}}
    assert sets_first(request, ["--tags", "daily"]) == first
    assert sets_first({**request, "verb": "heartbeat"}, ["--tags", "weekly"]) == []


# -- nothing but this machine
WATCH = """
import pathlib, sys
seen = pathlib.Path(__file__).with_name("seen")
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        with open(seen, "a") as file:
            file.write(f"{event} {arguments[0] if event.startswith('socket.get') else arguments[1]}\\n")
sys.addaudithook(watch)
"""


def test_only_this_machine_is_asked_also_where_there_is_no_way_out(world: World, place: pathlib.Path) -> None:
    watching = world.folder / "watching"
    watching.mkdir()
    (watching / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    # Root needs no namespace of users, which is not to be had everywhere.
    lonely = ["unshare", "-n" if os.geteuid() == 0 else "-rn", "sh", "-c", 'ip link set lo up && test -z "$(ip route)" && exec "$@"', "sh"]
    command = [*lonely, *world.command("rehearse", *of_verb("rollback"), inventory=inventory("derrimut"))]
    environment = world.environment(PYTHONPATH=str(watching), TMPDIR=str(place))
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    run = Run(done.returncode, done.stdout)
    assert (run.code, "ROLLED BACK - healthy again" in run.headline) == (0, True), done.stdout + done.stderr
    seen = (watching / "seen").read_text(encoding="utf-8").splitlines()
    strange = [line for line in seen if not re.search(r"127\.0\.0\.1|localhost|^socket.connect /", line)]
    assert len(seen) > 10 and strange == []


# -- no secret leaves the inventory
def test_a_secret_is_never_evaluated(launcher: Launcher, world: World, place: pathlib.Path) -> None:
    mine = world.folder / "mine.yml"
    looked_up = "{{ lookup('ansible.builtin.file', '/nowhere/at/all') }}"
    mine.write_text(
        f"""
components:
  vars:
    saasops_system: shop
    saasops_environment: production
    vercel_team: example
    vercel_token: {SECRET}
    railway_token: "{looked_up}"
    vault_name: "{looked_up}"
    notify_routes:
      - {{name: pager, kind: pagerduty, routing_key: {SECRET}}}
      - {{name: chat, kind: slack, channel: "#ops", webhook_url: "https://hooks.example.com/{SECRET}"}}
  hosts:
    app: {{component_vendor: vercel, vercel_project: "{{{{ vault_name }}}}", component_url: "https://user.example.com"}}
    api:
      component_vendor: railway
      component_url: https://api.example.com
      component_health: "{{{{ railway_token }}}}"
      railway_service: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6566
""",
        encoding="utf-8",
    )
    run = rehearse(launcher, world, place, *of_verb("rollback"), "-vvv", of=str(mine))
    assert run.code == 0 and "ROLLED BACK" in run.headline, run.output
    assert "NOT REHEARSED app: vercel_project: encrypted or looked up, so not read" in said(run)
    assert "NOT REHEARSED api: component_health, railway_service: encrypted or looked up" in said(run)
    assert SECRET not in run.output and "hooks.example.com" not in run.output


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("-e", "rehearse_verb=rolback"), "there is no verb 'rolback' Did you mean rollback?"),
        ((), "rehearse_verb says what to rehearse, and is not given"),
        (("-e", "rehearse_verb=rollback", "-e", "rehearse_scenarios=stuck"), "Did you mean rehearse_scenario?"),
        (("-e", "rehearse_verb=rollback", "-e", "rehearse_scenario=worse"), "there is no scenario 'worse'"),
        (("-e", "rehearse_verb=rollback", "-e", "rollback_too=v1"), "there is no variable rollback_too"),
        (("-e", "rehearse_verb=rollback", "-e", f"vercel_token={SECRET}"), "vercel_token is nothing for a rehearsal"),
        (("-e", "rehearse_verb=rollback", "-e", "rollback_reason=https://shop.example.com"), "would hold an address of the real world"),
        (("-e", "rehearse_verb=rehearse"), "there is no verb 'rehearse'"),
    ],
)
def test_what_makes_no_sense_is_refused(launcher: Launcher, world: World, place: pathlib.Path, arguments: tuple[str, ...], reason: str) -> None:
    run = rehearse(launcher, world, place, *arguments, of="derrimut")
    assert run.code != 0 and "REFUSED - nothing was rehearsed" in run.headline, run.output
    assert reason in said(run).replace(" NEXT 1 ", " ") and SECRET not in run.summary


def test_an_address_of_the_real_world_is_refused_wherever_it_stands() -> None:
    overlay.check({"a": ["http://127.0.0.1:1/x", "https://api.invalid/health", "redis://localhost/0"]})
    for text in ("https://api.example.com/x", "say postgresql://me:word@db.example.com/x", "HTTP://10.0.0.1"):
        with pytest.raises(Refused, match="an address of the real world: a.b"):
            overlay.check({"a": {"b": [text]}})
    with pytest.raises(Refused, match="what looks like a token: vercel_team"):
        overlay.check({"vercel_team": SECRET})
    assert not list(overlay._texts({"numbers": [1, None, True]}))


# -- nothing stays behind
@pytest.mark.parametrize(
    ("how", "verb", "until"),
    [
        ("interrupt", "rollback", "sandbox/run.json"),
        ("terminate", "rollback", "sandbox/run.json"),
        ("kill", "db_integrity", "postgresql-*/data/postmaster.pid"),
        ("kill everything", "rollback", "state"),
    ],
)
def test_nothing_stays_behind_however_it_ends(launcher: Launcher, world: World, place: pathlib.Path, how: str, verb: str, until: str) -> None:
    environment = world.environment(TMPDIR=str(place))
    started = launcher.start(world, "rehearse", *of_verb(verb), inventory=inventory("tokpulse"), environment=environment).go()
    end = time.monotonic() + 60
    while not list(place.glob(f"rehearsal-*/{until}")) and time.monotonic() < end:
        time.sleep(0.02)
    assert left(place), "it was caught in the act"
    if how == "interrupt":
        os.killpg(started.pid, signal.SIGINT)
    elif how == "kill everything":
        kill_tree(started.pid)
    else:
        os.kill(started.pid, signal.SIGTERM if how == "terminate" else signal.SIGKILL)
    # The place sees to it that everything goes.
    assert started.wait().code != 0 and not world.state.exists()

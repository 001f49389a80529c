# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that tells how to leave: its commands work, its statements run in both databases, and it names all that there is."""

from __future__ import annotations

import hashlib
import json
import pathlib
import re
import shlex
import subprocess
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard
from tests.harness import postgresql
from tests.harness.launcher import Launcher
from tests.harness.ledgers import ledger
from tests.harness.world import ROOT, World

GUIDE = (ROOT / "docs/leaving.md").read_text(encoding="utf-8")
STATEMENTS = re.findall(r"```sql\n(.*?)\n```", GUIDE, re.DOTALL)
SAID = {"rollback": "ROLLED BACK", "health": "health", "schedule": "SCHEDULED"}
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)\n```", GUIDE, re.DOTALL) for line in block.splitlines()]


def scheduled(world: World, **more: t.Any) -> pathlib.Path:
    """The world's inventory, with a schedule, which a machine of its own has."""
    runs = [{"tags": ["daily"], "cron": "0 7 * * *"}]
    zone = {"schedule_timezone": "UTC", "schedule_machine_timezone": "UTC", "schedule_enable": False}
    folders = {f"schedule_{name}_folder": str(world.folder / "installed") for name in ("cron", "log")}
    (world.folder / "installed").mkdir(exist_ok=True)
    return world.write_inventory("inventories/shop/production.yml", schedule_runs=runs, **zone, **folders, **more)


def asked(program: t.Sequence[str], statement: str) -> str:
    done = subprocess.run([*program], input=statement, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout


def test_the_commands_and_the_statements_of_the_page(world: World, launcher: Launcher) -> None:
    world.inventory = scheduled(world)
    for verb, word in SAID.items():
        assert word in launcher.play(world, verb).headline
    installed = world.folder / "installed/saasops-shop-production"
    assert installed.exists()
    file = ["sqlite3", "-bail", str(world.state / "saasops/shop-production.sqlite3")]
    pins, releases, journal, findings = (asked(file, statement) for statement in STATEMENTS)
    assert pins.startswith("api|") and "v1.4.2" in pins and "v1.4.1" in pins
    assert "app|v1.4.2|9c1e2f04" in releases and "app|v1.4.1|77ab310b" in releases
    assert "|intent|" in journal and "deploymentRollback" in journal and "api|/health|" in findings
    # The lines as they are printed, in a folder like a checkout.
    (world.folder / "playbooks").symlink_to(ROOT / "playbooks")
    assert [shlex.split(line)[1] for line in COMMANDS] == ["playbooks/roll_forward.yml", "playbooks/schedule.yml"]
    for line in COMMANDS:
        run = launcher.command(shlex.split(line), world.environment(), world.folder).go().wait()
        assert run.code == 0, run.output
    assert asked(file, STATEMENTS[0]) == "" and not installed.exists()
    assert world.sandbox.state("app")["auto_assign"] is True


def test_the_statements_run_in_postgresql_too(world: World, launcher: Launcher, postgresql_url: str) -> None:
    url = postgresql.fresh_database(postgresql_url)
    run = launcher.play(world, "rollback", inventory=scheduled(world, saasops_ledger_url=url))
    assert run.code == 0, run.output
    program = [str(postgresql.programs() / "psql"), "--no-psqlrc", "-At", "-v", "ON_ERROR_STOP=1", url]
    pins, releases, journal, _findings = (asked(program, statement) for statement in STATEMENTS)
    assert "v1.4.2" in pins and "77ab310b" in releases and "deploymentRollback" in journal


def test_the_journal_is_checked_without_the_collection(world: World, launcher: Launcher) -> None:
    """As the page says how."""
    assert launcher.play(world, "rollback").code == 0
    lines = [json.loads(line) for path in world.state.rglob("journal.jsonl") for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines and {"number", "at", "run", "kind", "data", "previous", "hash"} <= set(lines[0])
    for entry in lines:
        told = {name: value for name, value in entry.items() if name not in ("previous", "hash")}
        text = entry["previous"] + json.dumps(told, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == entry["hash"]
    with ledger(world) as opened:
        assert chain.first_broken(chain.entries(opened)) is None


def test_the_page_names_every_table_and_every_verb_that_changes_something() -> None:
    tables = GUIDE.partition("| table | a row is |")[2]
    assert [name for name in store.metadata.tables if f"`{name}`" not in tables] == []
    # Verbs of whom nothing stays beyond the ledger and the record.
    looking = {"backup_verify", "db_integrity", "doctor", "health", "heartbeat", "init", "logs", "rehearse", "report", "roll_forward", "schedule", "scheduled"}
    assert [verb for verb in guard.verbs() if verb not in looking and f"| `{verb}`" not in GUIDE] == []

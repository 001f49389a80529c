# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command line that a document shows runs in a real shell: the short one and that of ansible-playbook have the same effect.

Lines are found in the Markdown. A sample, another one in each session, is always played in both forms; all of them as ``soak``. What cannot be
played in the sandbox is of one of a few kinds, each of which is looked at in a way of its own.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
import typing as t

import pytest

from ansible_collections.saasops.runbooks.extensions.cli import saasops
from tests.harness import postgresql
from tests.harness.command_lines import Line, Wish, found, wish, words
from tests.harness.matrix import sample
from tests.harness.world import ROOT, RULE, TIMEOUT, Run, World
from tests.integration.migration_fixtures import FIRST, Shop

NewWorld = t.Callable[..., World]
# Beside the schemas: what operators were promised.
SHARED = pathlib.Path(os.environ.get("SAASOPS_SPECS") or ROOT.parent / "shared/specs").parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), SHARED / "OPERATOR.md"]
LINES = list({line.text: line for document in DOCUMENTS for line in found(document)}.values())
PATH = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"


class Kind(t.NamedTuple):
    """Lines that are not played, why, and what is looked at instead."""

    pattern: str
    why: str
    check: t.Callable[[Line, World], None]


def shell(line: str, folder: pathlib.Path, environment: t.Mapping[str, str]) -> Run:
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return Run(done.returncode, done.stdout)


# -- what is not played
def check_parses(line: Line, _world: World) -> None:
    assert shell(f"sh -n -c {shlex.quote(line.text)}", ROOT, os.environ).code == 0
    extras = re.findall(r"saasops-runbooks\[([\w,]+)\]", line.text)
    there = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert {name for names in extras for name in names.split(",")} <= set(there)


def check_made(line: Line, _world: World) -> None:
    """``make`` knows the target, and every variable is one of the Makefile."""
    made = shell(re.sub(r"^make", "make -n", line.text), ROOT, os.environ)
    assert made.code == 0, made.output
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [name for name in re.findall(r"\b([A-Z]+)=", line.text) if not re.search(rf"^{name} \?=", makefile, re.M)] == []


def check_answers(line: Line, world: World) -> None:
    """The same request, to the sandbox of this session."""
    words_of = shlex.split(line.text.partition(" | ")[0])
    path = next(word for word in words_of if word.startswith("$CONTROL")).removeprefix("$CONTROL")
    body = json.loads(words_of[words_of.index("-d") + 1]) if "-d" in words_of else None
    answer = world.sandbox.ask("GET" if body is None else "POST", path, body)
    assert "error" not in answer, answer


def check_runs(line: Line, world: World) -> None:
    """It changes nothing, or files of one's own home alone."""
    (world.folder / ".zfunc").mkdir()
    run = shell(line.text, placed(world), {**world.environment(), "HOME": str(world.folder)})
    written = [path for path in (world.folder / ".bashrc", world.folder / ".zfunc/_saasops") if path.exists()]
    assert run.code == 0 and (run.output or written), run.output


def check_options(line: Line, world: World) -> None:
    """The program knows the options, and the names that they are given."""
    program = re.match(r"(\S*python3? (?:-m )?\S+)(.*)", line.text.partition(" -- ")[0].partition(" #")[0])
    assert program
    helped = shell(re.sub(r"^\S*python3?", shlex.quote(sys.executable), program[1]) + " --help", ROOT, world.environment())
    assert helped.code == 0, helped.output
    known = set(re.findall(r"--[\w-]+", helped.output))
    given = shlex.split(program[2])
    assert {word for word in given if word.startswith("--")} <= known
    if "--only" in given:
        assert set(given[given.index("--only") + 1].split(",")) <= set(re.findall(r"\w+", helped.output))


def check_job(line: Line, world: World) -> None:
    check_options(line, world)
    verb, inventory = shlex.split(line.text)[2:4]
    assert (ROOT / f"playbooks/{verb}.yml").is_file() and (ROOT / inventory).is_file()


def check_printed(line: Line, _world: World) -> None:
    guide = (ROOT / "docs" / line.where.partition(":")[0]).read_text(encoding="utf-8")
    assert f"```yaml\n# {shlex.split(line.text)[1]}\n" in guide


def check_named(line: Line, _world: World) -> None:
    assert line.text.split()[1] in saasops.verbs()


def check_refused(line: Line, world: World) -> None:
    run = shell(line.text, ROOT, world.environment())
    assert (run.code, run.output.strip()) == (2, line.shown.strip())


KINDS = (
    Kind(r"(git|pip|pipx|uvx|npx|docker|python3 -m venv|ansible-galaxy collection install) ", "fetches or sends something", check_parses),
    Kind(r"make ", "makes an environment, or is a test of its own", check_made),
    Kind(r"curl -s \$CONTROL", "asks a sandbox whose address is the reader's", check_answers),
    Kind(r"ansible-doc |saasops (list|completion \w+|\w+ --help)\b", "asks nobody", check_runs),
    Kind(r"saasops (?!list$)\w+$", "names a verb, and no environment", check_named),
    Kind(r"\S*python -m ", "measures or serves until it is ended", check_options),
    Kind(r"python extensions/ci/job\.py ", "runs in tests of its own (test_ci.py)", check_job),
    Kind(r"ansible-playbook \w+\.yml ", "plays what the guide prints, in tests of its own (test_guides.py)", check_printed),
)
REFUSED = Kind(r"saasops ", "is shown as refused", check_refused)


def kinds(line: Line) -> list[Kind]:
    return [REFUSED] if line.shown.startswith("saasops: ") else [kind for kind in KINDS if re.match(kind.pattern, line.text)]


OTHERS = [line for line in LINES if kinds(line)]
PLAYED = [line for line in LINES if not kinds(line)]


# -- what is played
def placed(world: World) -> pathlib.Path:
    """A folder like a checkout, where every inventory that a document names is this world's."""
    folder = world.folder / "checkout"
    folder.mkdir()
    for name in ("playbooks", "extensions"):
        (folder / name).symlink_to(ROOT / name)
    named = {name for line in PLAYED for name in re.findall(r"inventories/[\w./-]+", line.text)}
    named |= {f"inventories/{name}.yml" for line in PLAYED for name in re.findall(r"^saasops \w+ ([\w/-]+)", line.text)}
    for name in named:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(world.inventory.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def furnished(world: World, postgresql_url: str) -> World:
    """Its own components, a database with a migration that waits, and something that is scheduled."""
    shop = Shop(world.folder / "shop", postgresql.fresh_database(postgresql_url).replace("postgres@", "postgres:lines-4Hq8Zt2Wd7Rk5Vn9@"))
    shop.add(FIRST)
    commands = {"orders": {"argv": ["true"], "reads_only": True}}
    hosts = {
        "database": {**shop.component(), "component_dsn": shop.url},
        "api": {"component_monitors": [{"name": "api page", "url": "https://api.example.com/", "interval": "1m"}]},
        "app": {
            "component_folder": str(world.folder),
            "component_commands": commands,
            "component_maintenance": {"how": "vercel_global_config", "config": "shop-flags"},
        },
    }
    variables = {
        "schedule_runs": [{"tags": ["daily"], "cron": "0 7 * * *"}, {"tags": ["weekly"], "cron": "0 8 * * mon"}],
        "schedule_timezone": "Europe/Berlin",
        "schedule_machine_timezone": "Europe/Berlin",
        "schedule_enable": False,
        **{f"schedule_{name}_folder": str(world.temporary()) for name in ("cron", "unit", "log")},
        "report_folder": str(world.temporary()),
        "scheduled_items": [{"name": "orders", "tags": ["daily", "weekly"], "do": "command", "components": ["app"], "commands": ["orders"]}],
    }
    world.inventory = world.write_inventory(hosts=hosts, **variables)
    return world


def effect(world: World, line: str) -> tuple[Run, tuple[int, str, list[tuple[t.Any, ...]]]]:
    """The run, and what both forms must have in common: exit status, first line of the summary, changing requests."""
    run = shell(line, placed(world), world.environment())
    assert RULE in run.output, run.output
    changes = [tuple(entry[key] for key in ("vendor", "component", "operation", "path", "status", "effect")) for entry in world.changes()]
    # Its end, where there is room for them, is when the run was and what it is called.
    first = re.split(r"   +(?:run [0-9a-f]{8}|[A-Z][a-z]{2} \d+ )", run.summary.splitlines()[1])[0]
    return run, (run.code, first, changes)


def check_both(line: Line, new_world: NewWorld, postgresql_url: str) -> None:
    # With one seed vendors give the same ids in both worlds.
    run, first = effect(furnished(new_world(seed=20), postgresql_url), line.text)
    # A short line tells its other form; one of ansible-playbook is made short.
    other = run.output.splitlines()[0] if line.text.startswith("saasops ") else shlex.join(wish(shlex.split(line.text, comments=True)).short())
    again, second = effect(furnished(new_world(seed=20), postgresql_url), other)
    assert second == first, f"{other}\n{again.output}\nbut {line.text}\n{run.output}"


def asked(line: str, folder: pathlib.Path) -> Wish:
    """What a line asks Ansible for in the end, after a real shell has read it."""
    argv = words(line, folder)[-1]
    if argv[0] == "saasops":
        command, _environment, shown = saasops.line(argv[1:])
        assert words(shown, folder)[-1] == command
        argv = command
    return wish(argv)


def test_every_line_is_played_or_of_one_kind() -> None:
    assert [str(line) for line in LINES if len(kinds(line)) > 1] == []
    assert [str(line) for line in PLAYED if not re.match(r"ansible-playbook playbooks/\w+\.yml |saasops \w+", line.text)] == []
    # What is found must not become less by a slip of the parser.
    assert {asked_for(line) for line in PLAYED} >= set(saasops.verbs())
    assert {line.where.partition(":")[0] for line in PLAYED} >= {"README.md", "OPERATOR.md", "rollback.md", "saasops.md"}


def asked_for(line: Line) -> str:
    return pathlib.Path(shlex.split(line.text, comments=True)[1]).stem


@pytest.mark.parametrize("line", OTHERS, ids=str)
def test_what_is_not_played_is_looked_at(line: Line, world: World) -> None:
    (kind,) = kinds(line)
    kind.check(line, world)
    assert kind.why


def test_both_forms_of_every_line_ask_for_the_same(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = placed(world)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", PATH)
    for line in PLAYED:
        documented = asked(line.text, folder)
        again = asked(shlex.join(documented.short()), folder)
        assert (again.verb, again.inventory, sorted(again.options)) == (documented.verb, documented.inventory, sorted(documented.options)), line
        assert again.values() == documented.values(), line
        assert not documented.inventory or (folder / documented.inventory).is_file(), line


def test_ctrl_c_and_the_last_screen_are_ansibles_own(world: World) -> None:
    world.sandbox.fault("timeout", vendor="railway", operation="deploymentRollback", seconds=60)
    folder, line = placed(world), ["saasops", "rollback", "tokpulse/production", "request_timeout=60"]
    with (world.folder / "said.txt").open("w+", encoding="utf-8") as said:
        process = subprocess.Popen(
            line, cwd=folder, env=world.environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
        end = time.monotonic() + TIMEOUT
        while not any(entry["operation"] == "deploymentRollback" and entry["fault"] for entry in world.sandbox.journal()):
            assert process.poll() is None and time.monotonic() < end, (world.folder / "said.txt").read_text(encoding="utf-8")
            time.sleep(0.05)
        became = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(TIMEOUT)
        said.seek(0)
        run = Run(code, said.read())
    # No process stands between a terminal and Ansible.
    assert any(word.endswith(b"/ansible-playbook") for word in became), became
    assert run.code != 0 and "UNKNOWN - interrupted before the end" in run.headline, run.output
    assert run.output.rstrip().endswith(run.summary) and run.output.startswith("ansible-playbook playbooks/rollback.yml -i ")


@pytest.mark.parametrize("line", sample(PLAYED, 3), ids=str)
def test_a_sample_of_lines_has_the_same_effect_in_both_forms(line: Line, new_world: NewWorld, postgresql_url: str) -> None:
    check_both(line, new_world, postgresql_url)
    assert line in PLAYED


@pytest.mark.soak
@pytest.mark.parametrize("line", PLAYED, ids=str)
def test_every_line_has_the_same_effect_in_both_forms(line: Line, new_world: NewWorld, postgresql_url: str) -> None:
    check_both(line, new_world, postgresql_url)
    assert line in PLAYED

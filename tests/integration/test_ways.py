# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, in-process and as a module: planned, done, seen, repeated; with equal results, equal complaints and no secret shown.

A task as a module costs a process. So the second way takes it for a sample of each module's tasks, another one in each session, and for all of
them in ``make soak``; the tasks between them bring about, in-process, what the next one needs.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import json
import os
import pathlib
import random
import re
import types
import typing as t

import jmespath
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.core import transaction
from ansible_collections.saasops.runbooks.plugins.plugin_utils import direct
from tests.harness import matrix
from tests.harness.both_ways import COLLECTION, WAYS, Json, Step, Way, play
from tests.harness.sweep import leaks
from tests.harness.world import ROOT, World
from tests.integration import ways
from tests.integration.ways import atlas, backups, convex, datadog, neutral, railway, sentry, shopify, stripe, supabase, uptimerobot, vercel
from tests.sandbox.launch import Sandbox
from tests.tools import modules_guide

pytestmark = [pytest.mark.timeout(1300), pytest.mark.every_pair]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py") if "def main" in path.read_text(encoding="utf-8"))
DOCUMENTED_ALONE = sorted({path.stem for path in (ROOT / "plugins/modules").glob("*.py")} - set(MODULES))
_ROOMS = (atlas, backups, convex, datadog, neutral, railway, sentry, shopify, stripe, supabase, uptimerobot, vercel)
ROOMS = {room.__name__.rpartition(".")[2]: room for room in _ROOMS}
# What may differ between two runs: moments, lengths, and what is made by chance.
# What tells of a person among the customers and users of the sandbox's vendors.
PERSON = re.compile(r"(?:customer|user)-\d{4,}@example\.com|Customer \d{4}|\+4930\d{7}|Example Street \d+")
BY_CHANCE = re.compile(r"(^|_)(ms|at|seconds|cursor|request_id|process|boot|started|expires_at)$")


@dataclasses.dataclass
class Played:
    """The steps of a room in a fresh world, one of the ways, as talkative as Ansible can be."""

    way: Way
    shows: dict[str, str]
    steps: dict[str, Step]
    # Those that went as modules.
    as_modules: set[str]
    # Every secret of the sandbox, as it was before and after, and the test's own.
    secrets: dict[str, str]
    # What stays on disk of every task.
    left_behind: list[pathlib.Path]

    @property
    def hidden(self) -> set[str]:
        """The steps whose tasks have no_log, since their modules return a secret."""
        return {name for name, step in self.steps.items() if step.keywords.get("no_log")}


@dataclasses.dataclass
class Both:
    room: types.ModuleType
    played: dict[str, Played]

    @property
    def ways(self) -> dict[str, Way]:
        return {name: played.way for name, played in self.played.items()}


AS_MODULE: Json = {"saasops_direct": False}
# So many of each module's tasks that go well, and of those that are refused.
GOOD, REFUSED = 2, 1


def sampled(steps: list[Step]) -> set[str]:
    """The steps that are tried as modules: some of each module's."""
    if os.environ.get("SAASOPS_SOAK"):
        return {step.name for step in steps}
    kinds: dict[tuple[str, bool], list[str]] = {}
    for step in steps:
        kinds.setdefault((step.module, step.name.split()[0] in ("unknown", "bad")), []).append(step.name)
    found: set[str] = set()
    for (module, refused), names in kinds.items():
        found.update(random.Random(f"{matrix.seed()} {module}").sample(names, min(REFUSED if refused else GOOD, len(names))))
    return found


@pytest.fixture(scope="module")
def played(sandbox_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> t.Callable[[str, str], Played]:
    """A room's steps by the names of the room and of the way; each is played once."""

    @functools.cache
    def make(name: str, way: str) -> Played:
        folder = tmp_path_factory.mktemp("way")
        sandbox_process.scenario("bad-release", seed=7)
        world = World(folder, sandbox_process, sandbox_process.run)
        cycles = ROOMS[name].steps(world, f"sqlite:///{folder}/ledger.sqlite3")
        steps = [*ways.good(cycles), *ways.bad(ROOMS[name])]
        as_modules = set() if WAYS[way] else sampled(steps)
        turned = [dataclasses.replace(step, keywords={**step.keywords, "vars": AS_MODULE}) if step.name in as_modules else step for step in steps]
        before = {f"{name} (before)": secret for name, secret in sandbox_process.secrets().items()}
        # Ansible lists the words for true and false in the order of a set.
        done = play(world, folder, turned, True, "-vvvv", PYTHONHASHSEED="0", ANSIBLE_INJECT_INVOCATION="true")
        left_behind = [folder / "ledger.sqlite3", *world.state.rglob("*")]
        own = {f"the room's {number}": secret for number, secret in enumerate(ROOMS[name].SECRETS)}
        secrets = {**before, **sandbox_process.secrets(), **own}
        return Played(done, ways.shown(cycles), {step.name: step for step in steps}, as_modules, secrets, left_behind)

    return make


@pytest.fixture(params=ROOMS)
def both(request: pytest.FixtureRequest, played: t.Callable[[str, str], Played]) -> Both:
    return Both(ROOMS[request.param], {way: played(request.param, way) for way in WAYS})


def test_every_module_is_played() -> None:
    assert sorted(name for room in ROOMS.values() for name in room.NEEDED) == MODULES


def without_chance(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        # A check of a response time: what was measured is another number each time.
        measured = {"value"} if value.get("unit") == "ms" else set()
        # What a repository of backups calls it, how much it took there, and the digest of a text with moments.
        measured |= {"added", "sha256", "snapshot"} if "snapshot" in value else set()
        return {key: without_chance(item) for key, item in value.items() if not BY_CHANCE.search(key) and key not in measured}
    if isinstance(value, str):
        return re.sub(r"\b\d+(\.\d+)? (ms|s)\b", r"some \2", value)
    return [without_chance(item) for item in value] if isinstance(value, list) else value


# -- the same either way
@pytest.mark.parametrize("way", WAYS)
def test_a_plan_tells_the_change_which_is_then_made_and_not_made_again(both: Both, way: str) -> None:
    results = both.ways[way].results
    told = {name: result for name, result in results.items() if name.split()[0] in ("plan", "do", "again", "more", "see")}
    assert {name.split()[-1] for name in told} == set(both.room.NEEDED)
    assert not {name: result.get("msg") for name, result in told.items() if result.get("failed")}
    assert {name: result["changed"] for name, result in told.items()} == {name: name.split()[0] in ("plan", "do", "more") for name in told}
    for name in (name for name in told if name.startswith("plan") and "changes" in told[name]):
        done = told[name.replace("plan", "do")]
        assert told[name]["changes"] == done["changes"] != []
        assert _matches(told[name]["diff"], done["diff"]), name
    assert both.played[way].shows
    for name, expression in both.played[way].shows.items():
        assert jmespath.search(expression, told[name]) is True, (name, expression, told[name])


def _matches(planned: t.Any, made: t.Any) -> bool:
    """Whether a plan came true: equal but for what only the apply could tell."""
    if isinstance(planned, dict) and set(planned) == {"known_after"}:
        return bool(made)
    if isinstance(planned, dict):
        return set(planned) == set(made) and all(_matches(value, made[key]) for key, value in planned.items())
    return bool(planned == made)


def test_both_ways_give_equal_results(both: Both) -> None:
    one, other = (both.ways[way].results for way in WAYS)
    assert list(one) == list(other)
    for name in one:
        results = [_comparable(both.ways[way].results[name], both.played[way].secrets.values()) for way in WAYS]
        assert results[0] == results[1], name


def _comparable(result: Json, secrets: t.Iterable[str]) -> Json:
    """The ledger and the repository of backups are others each way, a secret that was made is too, and a token that is no text is hidden in other words."""
    text = json.dumps(without_chance(result), sort_keys=True).replace("['********']", transaction.HIDDEN)
    for secret in secrets:
        text = text.replace(secret, "SECRET")
    return json.loads(re.sub(r"/[^\"']*/(ledger\.sqlite3|backups)\b", r"\1", text))


def test_both_ways_complain_in_the_same_words(both: Both) -> None:
    for name, result in both.ways["in-process"].results.items():
        if name.split()[0] not in ("unknown", "bad"):
            continue
        assert result["msg"] == both.ways["as a module"].results[name]["msg"], name
        # A probe tells what is unwell without failing, but an address that is none is a mistake.
        assert result["failed"] and not result["changed"], name
        if name.startswith("unknown"):
            assert result["msg"].startswith(f"Unsupported parameters for (saasops.runbooks.{name.split()[1]}) module: anything. Supported parameters include:")


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_shown_either_way(both: Both, sandbox_process: Sandbox, way: str) -> None:
    secrets = both.played[way].secrets
    assert set(_tokens(sandbox_process.run)) <= set(secrets.values())
    unhidden = {name: result for name, result in both.ways[way].results.items() if name not in both.played[way].hidden}
    assert leaks(secrets, [], {"the output": both.ways[way].output, "the results": json.dumps(unhidden)}) == []
    # Ansible itself knows what it hides, and so does the one that runs in its place.
    assert f': "{transaction.HIDDEN}"' in both.ways[way].output


# -- people
def test_personal_data_stands_where_the_documentation_says_so_and_nowhere_else(both: Both) -> None:
    declared = {(module, field) for module in both.room.NEEDED for field in _personal(module)}
    seen = set()
    for way in WAYS:
        for name, result in both.ways[way].results.items():
            module = name.split()[-1]
            fields = _personal(module)
            # What was typed is repeated in messages and as the invocation.
            typed = set(PERSON.findall(json.dumps(both.played[way].steps[name].arguments)))
            rest = {key: value for key, value in result.items() if key not in fields}
            assert set(PERSON.findall(json.dumps(rest))) <= typed, name
            seen |= {(module, field) for field in fields if PERSON.search(json.dumps(result.get(field)))}
    files = [path for played in both.played.values() for path in played.left_behind if path.is_file()]
    assert [path for path in files if PERSON.search(path.read_bytes().decode("utf-8", "replace"))] == []
    assert seen == declared, "a module says that it returns personal data, and no step shows it"


def _personal(module: str) -> set[str]:
    """The fields of a result that are documented to tell of persons."""
    fields = yaml.safe_load(documentation(module).RETURN)
    return {name for name, field in fields.items() if "personal data" in json.dumps(field).lower()}


def _tokens(node: t.Any, name: str = "") -> t.Iterator[str]:
    """Every token and key that clients are given at the beginning; of a key that begins with a name, what opens."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _tokens(value, key)
    elif isinstance(node, str) and name.endswith(("token", "key", "secret")):
        yield node.rpartition("|")[2]


def test_each_task_took_its_way(both: Both) -> None:
    for module in both.room.NEEDED:
        told = [name for name in both.ways["in-process"].results if name.split()[-1] == module]
        assert both.ways["in-process"].taken(module) == ["in-process"] * len(told)
        as_modules = both.played["as a module"].as_modules
        taken = ["as a module (saasops_direct is false)" if name in as_modules else "in-process" for name in told]
        assert both.ways["as a module"].taken(module) == taken
        # One that went well, and one that was refused.
        assert {name.split()[0] in ("unknown", "bad") for name in told if name in as_modules} == {True, False}


# -- what is asked
@pytest.fixture
def asked(played: t.Callable[[str, str], Played]) -> dict[str, modules_guide.Asked]:
    """What every module was seen to ask, also where it then failed; numbers only of what went well."""
    seen: dict[str, modules_guide.Asked] = {module: modules_guide.Asked() for module in MODULES}
    for room in ROOMS:
        for name, result in played(room, "in-process").way.results.items():
            verb = name.split()[0]
            operations = [step["name"] for step in result.get("steps", [])]
            seen[name.split()[-1]].add(operations, idle=verb in ("again", "see"), changing=verb in ("do", "more"))
    return seen


def test_every_declared_operation_is_asked_by_a_module_or_named_as_rare(asked: dict[str, modules_guide.Asked]) -> None:
    for vendor in modules_guide.VENDORS:
        seen = {operation for module, it in asked.items() if modules_guide.vendor_of(module) in ("any", vendor) for operation in it.operations}
        lacking = {operation for operation in modules_guide.declared(vendor) if operation not in seen}
        assert lacking == set(modules_guide.RARE.get(vendor, {})), "add a cycle, or take what is seen out of modules_guide.RARE"


def test_what_is_rare_is_seen_by_the_test_that_is_named() -> None:
    for rare in modules_guide.RARE.values():
        for operation, it in rare.items():
            path, name = it.test.split("::")
            function = (ROOT / path).read_text(encoding="utf-8").partition(f"def {name}(")[2].partition("\ndef ")[0]
            assert operation in function + _parameters(path, name), it


def _parameters(path: str, name: str) -> str:
    """The line above a test, where its parameters are."""
    return (ROOT / path).read_text(encoding="utf-8").partition(f"\ndef {name}(")[0].rpartition("\n")[2]


def test_the_guide_tells_what_every_module_asks(asked: dict[str, modules_guide.Asked]) -> None:
    written = modules_guide.pages(asked)
    for vendor in modules_guide.VENDORS:
        assert not [name for name in modules_guide.declared(vendor) if f"\n| `{name}` | " not in written["operations.md"]]
    for name, text in written.items():
        page = ROOT / "docs" / name
        if os.environ.get("SAASOPS_WRITE_GUIDE"):
            page.parent.mkdir(exist_ok=True)
            page.write_text(text, encoding="utf-8")
        assert page.read_text(encoding="utf-8") == text, f"run this test with SAASOPS_WRITE_GUIDE=1 and commit docs/{name}"
    assert {path.name for path in (ROOT / "docs/modules").iterdir()} == {name.partition("/")[2] for name in written if "/" in name}


# -- whose token
@pytest.mark.parametrize("direct_way", WAYS.values(), ids=WAYS)
def test_a_token_goes_to_nobody_but_its_own_vendor(world: World, direct_way: bool) -> None:
    """The play's host is a Vercel component; the task names one of Railway."""
    api = {"name": "api", "component_vendor": "railway", "railway_service": "api", "railway_api_url": world.sandbox_run["railway"]["url"]}
    steps = [Step("own", "component_release_info", {}), Step("other", "component_release_info", {"component": api})]
    results = play(world, world.folder / "tokens", steps, direct_way).results
    assert [results[name]["release"]["serving"]["version"] for name in ("own", "other")] == ["v1.4.2", "v1.4.2"]
    assert {entry["auth"] for entry in world.sandbox.journal(vendor="railway")} == {"project"}


# -- what stands in the way
ELSEWHERE = '''
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: elsewhere
short_description: Local, under another name
description: [Local, under another name.]
options: {}
"""


class Connection(Local):
    transport = "elsewhere"
'''


def test_what_this_process_cannot_give_goes_as_a_module(world: World) -> None:
    plugins = world.folder / "plugins"
    plugins.mkdir()
    (plugins / "elsewhere.py").write_text(ELSEWHERE, encoding="utf-8")
    other = plugins / "python"
    other.write_text(f'#!/bin/sh\nexec {direct.sys.executable} "$@"\n', encoding="utf-8")
    other.chmod(0o700)
    asked = {"endpoints": [{"url": world.components()["dashboard"]["component_url"] + "/health"}], "in_a_row": 1}
    obstacles: dict[str, tuple[Json, str]] = {
        "plain": ({}, "in-process"),
        "localhost": ({"delegate_to": "localhost"}, "in-process"),
        "itself": ({"delegate_to": "app"}, "in-process"),
        "check mode": ({"check_mode": True}, "in-process"),
        "interpreter of the playbook": ({"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}, "in-process"),
        "switch": ({"vars": {"saasops_direct": False}}, "as a module (saasops_direct is false)"),
        "switch as a word": ({"vars": {"saasops_direct": "no"}}, "as a module (saasops_direct is false)"),
        "async": ({"async": 60, "poll": 1}, "as a module (async)"),
        "become": ({"become": True, "become_method": "ansible.builtin.su"}, "as a module (become)"),
        "environment": ({"environment": {"LANG": "C.UTF-8"}}, "as a module (environment)"),
        "delegate_to": ({"delegate_to": "api", "vars": {"ansible_connection": "local"}}, "as a module (delegate_to)"),
        "interpreter": ({"vars": {"ansible_python_interpreter": str(other)}}, f"as a module (interpreter {other})"),
        "connection": ({"connection": "elsewhere"}, "as a module (connection elsewhere)"),
    }
    steps = [Step(name, "http_probe", asked, keywords) for name, (keywords, _way) in obstacles.items()]
    way = play(world, world.folder / "obstacles", steps, ANSIBLE_CONNECTION_PLUGINS=str(plugins), ANSIBLE_BECOME_ASK_PASS="false")
    assert way.taken("http_probe") == [wanted for _keywords, wanted in obstacles.values()]
    verdicts = {name: result.get("verdict") for name, result in way.results.items()}
    assert verdicts == dict.fromkeys(obstacles, "pass"), way.output


@pytest.mark.parametrize(("core", "system", "words"), [("2.99.0", "Linux", "not tested on ansible-core 2.99.0"), ("2.21.5", "Darwin", "macOS")])
def test_where_it_was_not_tried_tasks_go_as_modules(monkeypatch: pytest.MonkeyPatch, core: str, system: str, words: str) -> None:
    monkeypatch.setattr(direct, "core_version", core)
    monkeypatch.setattr(direct.platform, "system", lambda: system)
    action = object.__new__(direct.action("http_probe"))
    action._task = object()
    assert words in action._obstacle({})


# -- examples
def documentation(module: str) -> t.Any:
    return importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}")


def examples(module: str) -> list[Json]:
    tasks = yaml.safe_load(documentation(module).EXAMPLES)
    assert tasks
    assert all(re.fullmatch(r"[A-Z].*[^.]", task["name"]) for task in tasks)
    found = [task[f"{COLLECTION}.{module}"] or {} for task in tasks if f"{COLLECTION}.{module}" in task]
    assert found
    return found


# Types of options whose values cannot be read out of the text of a template.
NO_TEXT = ("bool", "dict", "float", "int")


def _is_template(value: t.Any) -> bool:
    return isinstance(value, str) and value.startswith("{{")


def _takes_text(option: Json) -> bool:
    return option.get("type") not in NO_TEXT and option.get("elements") not in NO_TEXT


@pytest.mark.parametrize("module", MODULES)
def test_every_example_is_accepted(module: str) -> None:
    spec = documentation(module).SPEC
    rules = {key: value for key, value in spec.items() if key != "supports_check_mode"}
    for given in examples(module):
        # What a template gives is known when it runs, and shown by test_examples.py; where a text is no value, it stands for none here.
        known = {name: value for name, value in given.items() if not _is_template(value) or _takes_text(spec["argument_spec"].get(name, {}))}
        errors = ModuleArgumentSpecValidator(**rules).validate(known).error_messages
        # The inventory gives what an example leaves out.
        assert not [error for error in errors if not error.startswith("missing required arguments: ")], given


@pytest.mark.parametrize("module", DOCUMENTED_ALONE)
def test_every_example_of_a_step_uses_its_options(module: str) -> None:
    options = yaml.safe_load(documentation(module).DOCUMENTATION)["options"]
    source = (ROOT / "plugins/action" / f"{module}.py").read_text(encoding="utf-8")
    assert set(options) == set(re.findall(r"""_task\.args(?:\.get\(|\[)["'](\w+)["']""", source))
    for given in examples(module):
        assert set(given) <= set(options)
        assert {name for name, option in options.items() if option.get("required")} <= set(given)

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, in-process and as a module: planned, done, seen, repeated; with equal results, equal complaints and no secret shown."""

from __future__ import annotations

import importlib
import json
import re
import typing as t

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.plugin_utils import direct
from tests.harness.both_ways import COLLECTION, WAYS, Json, Step, Way, play
from tests.harness.world import ROOT, World
from tests.sandbox.launch import Sandbox

pytestmark = pytest.mark.timeout(1300)
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py") if "def main" in path.read_text(encoding="utf-8"))
DOCUMENTED_ALONE = sorted({path.stem for path in (ROOT / "plugins/modules").glob("*.py")} - set(MODULES))
# What may differ between two runs: moments, lengths, and what is made by chance.
BY_CHANCE = re.compile(r"(^|_)(ms|at|seconds|request_id|process|boot|started|expires_at)$")
LEDGER_PASSWORD = "ways-test-ledger-4Kd9Wq2Zx7Vn5Bm1Pj8Lh6"
WRONG_TOKEN = "ways-test-wrong-8Hs3Tf6Yc1Rg9Uj4Nb7Mk2"


def good_steps(world: World, ledger: str) -> list[Step]:
    """(name, module, arguments): the name's first word says what must come of it: plan and do change, see and again do not."""
    vercel = {"project": "hydrogen"}
    railway = {"project": world.sandbox_run["railway"]["project"], "service": "api"}
    connection = {name: value for name, value in world.variables().items() if name in ("vercel_api_url", "vercel_team")}
    dashboard = {"name": "dashboard", "component_vendor": "vercel", "vercel_project": "dashboard", **connection}
    dashboard["component_url"] = world.sandbox_run["components"]["dashboard"]["url"]
    here = {"ledger_url": ledger, "environment": "shop/production"}
    fact = {**here, "component": "app", "deployment": "dpl_example", "state": "bad", "reason": "it leaks", "schema_floor": "v1.4.1"}
    held = {**here, "run_id": "by-hand", "reason": "both ways", "seconds": 600}
    endpoints = [{"name": name, "url": known["url"] + "/health"} for name, known in world.sandbox_run["components"].items()]
    probe = {"endpoints": endpoints, "in_a_row": 2, "interval": 1}
    cycles: list[tuple[str, Json, str, Json]] = [
        ("vercel_production", {**vercel, "deployment": "v1.4.1", "description": "bad release"}, "vercel_deployment_info", {**vercel, "target": "production"}),
        ("railway_deployment", {**railway, "deployment": "v1.4.1"}, "railway_deployment_info", railway),
        ("component_release", {"component": dashboard, "deployment": "v0.8.0"}, "component_release_info", {"component": dashboard, "probe": {"in_a_row": 1}}),
        ("release", fact, "release_info", {**here, "components": ["app"]}),
        ("lease", held, "release_info", {**here, "components": []}),
        ("lease", {**here, "run_id": "by-hand", "state": "free"}, "release_info", {**here, "components": []}),
    ]
    steps = [Step("see http_probe", "http_probe", probe)]
    for number, (module, arguments, info, asked) in enumerate(cycles):
        steps += [
            Step(f"plan {number} {module}", module, arguments, {"check_mode": True, "diff": True}),
            Step(f"do {number} {module}", module, arguments, {"diff": True}),
            Step(f"see {number} {info}", info, asked),
            Step(f"again {number} {module}", module, arguments),
        ]
    return steps


NEEDED: dict[str, Json] = {
    "component_release": {"component": {"name": "app", "component_vendor": "vercel"}},
    "component_release_info": {"component": {"name": "app", "component_vendor": "vercel"}},
    "http_probe": {"endpoints": [{"url": "http://127.0.0.1:1/"}]},
    "lease": {"environment": "shop/production", "run_id": "r"},
    "railway_deployment": {"service": "api"},
    "railway_deployment_info": {"service": "api"},
    "release": {"environment": "shop/production", "component": "app", "deployment": "d"},
    "release_info": {"environment": "shop/production", "components": []},
    "vercel_deployment_info": {"project": "hydrogen"},
    "vercel_production": {"project": "hydrogen", "deployment": "d"},
}
BAD_VALUES: list[tuple[str, Json]] = [
    ("http_probe", {"endpoints": [{"method": "GET"}]}),
    ("http_probe", {"endpoints": [{"url": "http://127.0.0.1:1/", "metod": "GET"}]}),
    ("http_probe", {"endpoints": [{"url": "http://127.0.0.1:1/", "method": "POST"}]}),
    ("http_probe", {"endpoints": [{"url": "nowhere"}]}),
    ("http_probe", {"in_a_row": 0}),
    ("lease", {"state": "stolen"}),
    ("lease", {"environment": "shop"}),
    ("lease", {"ledger_url": f"postgresql://saasops:{LEDGER_PASSWORD}@127.0.0.1:1/saasops"}),
    ("release_info", {"ledger_url": f"mysql://saasops:{LEDGER_PASSWORD}@127.0.0.1:1/saasops"}),
    ("component_release", {"component": {"component_vendor": "vercel"}}),
    ("component_release", {"component": {"name": "database", "component_vendor": "postgres"}}),
    ("component_release", {"pinned": "perhaps"}),
    ("component_release", {"seen": {"component": "another", "vendor": "vercel"}}),
    ("vercel_production", {"deadline": -5}),
    ("vercel_production", {"deployment": None, "rebuild": True}),
    ("vercel_production", {"api_url": "http://api.example.com"}),
    ("vercel_production", {"token": WRONG_TOKEN}),
    ("vercel_deployment_info", {"token": [WRONG_TOKEN]}),
    ("vercel_deployment_info", {"project": "nobody-knows-it"}),
    ("railway_deployment", {"token": WRONG_TOKEN, "deployment": "v1.4.1"}),
    ("railway_deployment", {"api_token": WRONG_TOKEN, "deployment": "v1.4.1"}),
    ("railway_deployment_info", {"token": WRONG_TOKEN, "deadlin": 1}),
]


def bad_steps() -> list[Step]:
    unknown = [Step(f"unknown {module}", module, {**NEEDED[module], "anything": 1}) for module in MODULES]
    missing = [Step(f"missing {module}", module, {}) for module in ("lease", "release")]
    values = []
    for number, (module, more) in enumerate(BAD_VALUES):
        arguments = {name: value for name, value in {**NEEDED[module], **more}.items() if value is not None}
        values.append(Step(f"bad {number} {module}", module, arguments))
    return [*unknown, *missing, *values]


@pytest.fixture(scope="module")
def both(sandbox_process: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Way]:
    """The same steps in the same world, once each way, as talkative as Ansible can be."""
    ways = {}
    for name, is_direct in WAYS.items():
        folder = tmp_path_factory.mktemp("way")
        sandbox_process.scenario("bad-release", seed=7)
        world = World(folder, sandbox_process, sandbox_process.run)
        steps = [*good_steps(world, f"sqlite:///{folder}/ledger.sqlite3"), *bad_steps()]
        # Ansible lists the words for true and false in the order of a set.
        ways[name] = play(world, folder, steps, is_direct, "-vvvv", PYTHONHASHSEED="0", ANSIBLE_INJECT_INVOCATION="true")
    return ways


def without_chance(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: without_chance(item) for key, item in value.items() if not BY_CHANCE.search(key)}
    return [without_chance(item) for item in value] if isinstance(value, list) else value


# -- the same either way
@pytest.mark.parametrize("way", WAYS)
def test_a_plan_tells_the_change_which_is_then_made_and_not_made_again(both: dict[str, Way], way: str) -> None:
    results = both[way].results
    told = {name: result for name, result in results.items() if name.split()[0] in ("plan", "do", "again", "see")}
    assert len(told) == 25
    assert not {name: result.get("msg") for name, result in told.items() if result.get("failed")}
    assert {name: result["changed"] for name, result in told.items()} == {name: name.split()[0] in ("plan", "do") for name in told}
    for name in (name for name in told if name.startswith("plan") and "changes" in told[name]):
        done = told[name.replace("plan", "do")]
        assert told[name]["changes"] == done["changes"] != []
        assert _matches(told[name]["diff"], done["diff"]), name
    seen = {name.split()[-1]: result for name, result in told.items() if name.startswith("see")}
    assert [it["version"] for it in seen["vercel_deployment_info"]["deployments"] if it["serving"]] == ["v1.4.1"]
    assert seen["component_release_info"]["release"]["serving"]["version"] == "v0.8.0"
    assert seen["component_release_info"]["health"]["verdict"] == "pass"
    assert seen["release_info"]["lease"] is None
    assert [it["verdict"] for it in seen["http_probe"]["endpoints"]] == ["fail", "fail", "pass"]


def _matches(planned: t.Any, made: t.Any) -> bool:
    """Whether a plan came true: equal but for what only the apply could tell."""
    if isinstance(planned, dict) and set(planned) == {"known_after"}:
        return bool(made)
    if isinstance(planned, dict):
        return set(planned) == set(made) and all(_matches(value, made[key]) for key, value in planned.items())
    return bool(planned == made)


def test_both_ways_give_equal_results(both: dict[str, Way]) -> None:
    one, other = (both[way].results for way in WAYS)
    assert list(one) == list(other)
    for name in one:
        assert _comparable(one[name]) == _comparable(other[name]), name


def _comparable(result: Json) -> Json:
    """The ledger's file is another one each way, and a token that is no text is hidden in other words."""
    text = json.dumps(without_chance(result), sort_keys=True).replace("['********']", direct.HIDDEN)
    return json.loads(re.sub(r"/[^\"']*/ledger\.sqlite3", "LEDGER", text))


def test_both_ways_complain_in_the_same_words(both: dict[str, Way]) -> None:
    for name, result in both["in-process"].results.items():
        if name.split()[0] not in ("unknown", "missing", "bad"):
            continue
        assert result["msg"] == both["as a module"].results[name]["msg"], name
        # A probe tells what is unwell without failing, but an address that is none is a mistake.
        assert result["failed"] and not result["changed"], name
    unknown = both["in-process"].results["unknown lease"]["msg"]
    assert unknown.startswith("Unsupported parameters for (saasops.runbooks.lease) module: anything. Supported parameters include:")


@pytest.mark.parametrize("way", WAYS)
def test_no_secret_is_shown_either_way(both: dict[str, Way], sandbox_process: Sandbox, way: str) -> None:
    run = sandbox_process.run
    secrets = [LEDGER_PASSWORD, WRONG_TOKEN, run["vercel"]["token"], run["railway"]["token"]]
    everything = both[way].output + json.dumps(both[way].results)
    assert not [secret for secret in secrets if secret in everything]
    # Ansible itself knows what it hides, and so does the one that runs in its place.
    assert f'"token": "{direct.HIDDEN}"' in both[way].output


def test_each_task_took_its_way(both: dict[str, Way]) -> None:
    for module in MODULES:
        told = [name for name in both["in-process"].results if name.split()[1] == module or name.split()[-1] == module or f" {module} " in name]
        assert len(told) >= 2
        assert both["in-process"].taken(module) == ["in-process"] * len(told)
        assert both["as a module"].taken(module) == ["as a module (saasops_direct is false)"] * len(told)


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


@pytest.mark.parametrize("module", MODULES)
def test_every_example_is_accepted(module: str) -> None:
    spec = documentation(module).SPEC
    rules = {key: value for key, value in spec.items() if key != "supports_check_mode"}
    for given in examples(module):
        errors = ModuleArgumentSpecValidator(**rules).validate(given).error_messages
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

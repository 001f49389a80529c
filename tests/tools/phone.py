# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the job templates of AWX, with a survey for each verb that one starts from a phone, out of the argument specs.

    python tests/tools/phone.py

The workflow extensions/ci/github-operate.yml offers the same verbs; a test compares both with what is here.
"""

from __future__ import annotations

import pathlib
import sys
import typing as t

import yaml

from ansible_collections.saasops.runbooks.extensions.cli import saasops

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "extensions/awx/operate.yml"
# The others want what is on one's own machine (an application's checkout, files that are written there), or are started by the schedule.
VERBS = (
    *("backup", "health", "backup_verify", "db_integrity", "doctor", "drill", "heartbeat", "logs", "maintenance"),
    *("monitors", "report", "restart", "restore", "roll_forward", "rollback"),
)
HEAD = """# SPDX-License-Identifier: GPL-3.0-or-later
#
# Made by tests/tools/phone.py out of the argument specs: not to be edited. docs/saasops.md tells how it comes into AWX.
---
"""
KINDS = {"str": "text", "path": "text", "int": "integer", "float": "float", "bool": "multiplechoice"}
Json = dict[str, t.Any]


def templates() -> list[Json]:
    return [_template(verb) for verb in VERBS]


def _template(verb: str) -> Json:
    spec = saasops.variables(verb)
    questions = [_question(short, name, spec["options"][name]) for short, name in saasops.short_names(verb).items() if _fits(spec["options"][name])]
    asked = ("inventory", "job_type", "limit", "diff_mode", "credential")
    return {
        "name": f"saasops {verb}",
        "description": spec["short_description"],
        "job_type": "run",
        "playbook": f"playbooks/{verb}.yml",
        **{f"ask_{name}_on_launch": True for name in asked},
        "survey_enabled": bool(questions),
        "survey_spec": {"name": "", "description": "", "spec": questions},
    }


def _fits(about: Json) -> bool:
    """Whether a person is asked: one line answers it, and no answer leaves to the inventory what stands there."""
    kind = about.get("type", "str")
    # A line that is left empty comes as an empty text, which as a list is not empty.
    return (kind == "list" and bool(about.get("choices"))) or (kind in KINDS and (bool(about.get("choices")) or about.get("default") in (None, "", False)))


def _question(short: str, name: str, about: Json) -> Json:
    kind = about.get("type", "str")
    choices = ["false", "true"] if kind == "bool" else [str(choice) for choice in about.get("choices") or []]
    made: Json = {
        "question_name": short,
        "question_description": saasops.plain_text(about["description"]),
        "variable": name,
        "required": bool(about.get("required")),
        "type": ("multiselect" if kind == "list" else "multiplechoice") if choices else KINDS.get(kind, "text"),
        # What is given by default would stand above the inventory.
        "default": "",
    }
    return {**made, "choices": choices} if choices else made


class Indented(yaml.SafeDumper):
    """Lists are indented as the other files have them, and nothing is written by reference."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


def text() -> str:
    return HEAD + yaml.dump({"job_templates": templates()}, Dumper=Indented, sort_keys=False, width=150, allow_unicode=True)


def main() -> int:
    TEMPLATES.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATES.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

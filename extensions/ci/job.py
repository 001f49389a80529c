# SPDX-License-Identifier: GPL-3.0-or-later
"""One verb as a job of CI: ansible-runner runs it and keeps its artifacts, and the CI's page gets a summary in Markdown.

    python extensions/ci/job.py health inventories/example/production.yml [--artifacts build/job] [--summary FILE] [-- -e health_watch=5m --limit app]
    python extensions/ci/job.py --asked [--artifacts build/job] [--summary FILE]

The second form takes what a person filled in from the environment, where no shell reads it: OPERATE_SYSTEM, OPERATE_ENVIRONMENT and OPERATE_VERB,
and, where they are not empty, OPERATE_TARGET (components, as --limit takes them), OPERATE_REASON and OPERATE_CHECK (true: a plan alone).
What stands after ``--`` goes to ansible-playbook as it is. The exit status is that of ansible-playbook; 3 when there was no run at all.
The summary is appended to ``--summary``, else to the file that ``GITHUB_STEP_SUMMARY`` names, else to ``summary.md`` among the artifacts.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ansible_runner

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
NO_RUN = 3
MOST_ROWS = 50
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class Wrong(Exception):
    """What a person filled in cannot be, and what can."""


def asked(environment: Mapping[str, str]) -> tuple[str, str, list[str]]:
    """Verb, inventory and arguments. Nothing that was filled in becomes an option, a path elsewhere, or a template."""
    given = {name: _plain(environment.get(f"OPERATE_{name.upper()}", "")) for name in ("system", "environment", "verb", "target", "reason", "check")}
    for name in ("system", "environment", "verb"):
        if not NAME.fullmatch(given[name]):
            raise Wrong(f"The {name} is {given[name]!r}. Write it in lower case letters, digits, - and _")
    if given["verb"] not in verbs():
        raise Wrong(f"There is no verb {given['verb']}. There are: {', '.join(verbs())}")
    inventory = Path("inventories", given["system"], f"{given['environment']}.yml")
    if not inventory.is_file():
        there = ", ".join(sorted(f"{path.parent.name}/{path.stem}" for path in Path("inventories").glob("*/*.yml")))
        raise Wrong(f"There is no {inventory}. There are: {there or 'none'}")
    if given["check"] not in ("", "true", "false"):
        raise Wrong(f"check is {given['check']!r}. Write true or false")
    arguments = ["--check", "--diff"] if given["check"] == "true" else []
    if given["target"]:
        arguments.append(f"--limit={given['target']}")
    if given["reason"]:
        # Ansible takes what stands in -e for a template, unless it is told not to.
        arguments += ["-e", f"{{{given['verb']}_reason: !unsafe {json.dumps(given['reason'], ensure_ascii=False)}}}"]
    return given["verb"], str(inventory), arguments


def verbs() -> list[str]:
    return sorted(path.stem for path in PLAYBOOKS.glob("*.yml"))


def _plain(text: str) -> str:
    """On one line: neither YAML nor the log of a CI, which obeys lines that begin with colons, reads more into it."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()


def run(verb: str, inventory: str, artifacts: Path, arguments: Sequence[str]) -> ansible_runner.Runner:
    if verb not in verbs():
        raise SystemExit(f"There is no verb {verb}. There are: {', '.join(verbs())}")
    artifacts.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ansible_runner.run(
        private_data_dir=str(artifacts),
        playbook=str(PLAYBOOKS / f"{verb}.yml"),
        inventory=os.path.abspath(inventory),
        cmdline=shlex.join(arguments) or None,
        status_handler=forget_environment,
    )


def forget_environment(_status: Mapping[str, Any], runner_config: Any) -> None:
    """ansible-runner writes the environment of the job among the artifacts, and with it the tokens; artifacts are kept, and shown to others."""
    written = Path(runner_config.artifact_dir, "command")
    if written.exists():
        kept = {name: value for name, value in json.loads(written.read_text(encoding="utf-8")).items() if name != "env"}
        written.write_text(json.dumps(kept), encoding="utf-8")


def outcome(events: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], str]:
    """What the run told by ``set_stats`` (empty when it did not come so far), and the message of the last task that failed."""
    told: dict[str, Any] = {}
    failed = ""
    for event in events:
        data = event.get("event_data") or {}
        if event.get("event") == "runner_on_failed" and not data.get("ignore_errors"):
            failed = str((data.get("res") or {}).get("msg") or "")
        if event.get("event") == "playbook_on_stats":
            told = (data.get("artifact_data") or {}).get("saasops") or {}
    return told, failed


def summary(verb: str, inventory: str, status: int, told: Mapping[str, Any], failed: str) -> str:
    """Markdown. What vendors and applications say is shown as text, whatever is in it."""
    lines = [f"## {_text(verb)}: {_text(told.get('word') or ('done' if status == 0 else 'not begun'))}", ""]
    lines.append(f"Exit status {status}, {_text(inventory)}" + (f", run {_text(told['run'])}" if told.get("run") else ""))
    if failed and not told:
        lines += ["", _text(failed)]
    outcomes = told.get("outcomes") or {}
    lines += _table(["component", "outcome"], [[name, word] for name, word in outcomes.items()])
    bad = [one for one in told.get("checks") or [] if one["verdict"] not in ("pass", "skipped")]
    lines += _table(["component", "check", "verdict", "what"], [[one["component"], one["name"], one["verdict"], one["reason"]] for one in bad])
    changes = told.get("changes") or []
    lines += _table(["change", "of"], [[f"{one['vendor']} {one['operation']}", one["target"]] for one in changes])
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    if not rows:
        return []
    shown = [[_text(cell) for cell in row] for row in rows[:MOST_ROWS]]
    if len(rows) > MOST_ROWS:
        shown.append([f"and {len(rows) - MOST_ROWS} more", *[""] * (len(columns) - 1)])
    return ["", *(f"| {' | '.join(row)} |" for row in [columns, ["---"] * len(columns), *shown])]


def _text(value: object) -> str:
    plain = html.escape(" ".join(str(value).split()), quote=False)
    return "".join(f"&#{ord(letter)};" if letter in "|`*_[]~\\!@" else letter for letter in plain)


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def main() -> int:
    ours, theirs = _parted(sys.argv[1:])
    parser = argparse.ArgumentParser(description="Run one verb as a job of CI.", epilog="What stands after -- goes to ansible-playbook.")
    parser.add_argument("verb", nargs="?")
    parser.add_argument("inventory", nargs="?")
    parser.add_argument("--asked", action="store_true", help="take verb, inventory and arguments from variables OPERATE_…")
    parser.add_argument("--artifacts", type=Path, default=Path("build/job"))
    parser.add_argument("--summary", type=Path)
    options = parser.parse_args(ours)
    if bool(options.inventory) is options.asked or (options.asked and theirs):
        parser.error("give a verb and an inventory, or --asked alone")
    page = options.summary or Path(os.environ.get("GITHUB_STEP_SUMMARY") or options.artifacts / "summary.md")
    try:
        verb, inventory, arguments = asked(os.environ) if options.asked else (options.verb, options.inventory, theirs)
    except Wrong as wrong:
        tell(page, f"## not begun\n\n{_text(wrong)}\n")
        print(wrong, file=sys.stderr)
        return NO_RUN
    done = run(verb, inventory, options.artifacts.absolute(), arguments)
    status = NO_RUN if done.rc is None else int(done.rc)
    told, failed = outcome(done.events)
    tell(page, summary(verb, inventory, status, told, failed))
    return status


def tell(page: Path, text: str) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    with open(page, "a", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())

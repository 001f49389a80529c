# SPDX-License-Identifier: GPL-3.0-or-later
"""One verb as a job of CI: ansible-runner runs it and keeps its artifacts, and the CI's page gets a summary in Markdown.

    python extensions/ci/job.py health inventories/example/production.yml [--artifacts build/job] [--summary FILE] [-- -e health_watch=5m --limit app]

What stands after ``--`` goes to ansible-playbook as it is. The exit status is that of ansible-playbook; 3 when there was no run at all.
The summary is appended to ``--summary``, else to the file that ``GITHUB_STEP_SUMMARY`` names, else to ``summary.md`` among the artifacts.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ansible_runner

PLAYBOOKS = Path(__file__).resolve().parents[2] / "playbooks"
NO_RUN = 3
MOST_ROWS = 50


def run(verb: str, inventory: str, artifacts: Path, arguments: Sequence[str]) -> ansible_runner.Runner:
    playbook = PLAYBOOKS / f"{verb}.yml"
    if not playbook.is_file():
        verbs = ", ".join(sorted(path.stem for path in PLAYBOOKS.glob("*.yml")))
        raise SystemExit(f"There is no verb {verb}. There are: {verbs}")
    artifacts.mkdir(mode=0o700, parents=True, exist_ok=True)
    return ansible_runner.run(
        private_data_dir=str(artifacts),
        playbook=str(playbook),
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
    parser.add_argument("verb")
    parser.add_argument("inventory")
    parser.add_argument("--artifacts", type=Path, default=Path("build/job"))
    parser.add_argument("--summary", type=Path)
    options = parser.parse_args(ours)
    done = run(options.verb, options.inventory, options.artifacts.absolute(), theirs)
    status = NO_RUN if done.rc is None else int(done.rc)
    told, failed = outcome(done.events)
    page = options.summary or Path(os.environ.get("GITHUB_STEP_SUMMARY") or options.artifacts / "summary.md")
    with open(page, "a", encoding="utf-8") as file:
        file.write(summary(options.verb, options.inventory, status, told, failed))
    return status


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-3.0-or-later
"""One small playbook, run twice: each task in-process, and as a module; the results come back as data."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import subprocess
import typing as t

import yaml

from tests.harness.world import World

Json = dict[str, t.Any]
# Many tasks as modules take a while on a busy machine.
TIMEOUT = 600
COLLECTION = "saasops.runbooks"
WAYS = {"in-process": True, "as a module": False}


@dataclasses.dataclass(frozen=True)
class Step:
    """One task. ``keywords`` are those of the task beside the module: check_mode, vars, environment, …"""

    name: str
    module: str
    arguments: Json
    keywords: Json = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Way:
    """What one run of the playbook gave: results by the steps' names, and the whole output."""

    results: dict[str, Json]
    output: str

    def taken(self, module: str) -> list[str]:
        """How each task of a module went, as the output says it."""
        return re.findall(rf"^(?:<\S+> )?{module}: (in-process|as a module \(.*\))$", self.output, re.MULTILINE)


def play(world: World, folder: pathlib.Path, steps: t.Sequence[Step], direct: bool = True, verbosity: str = "-vv", **environment: str) -> Way:
    """Every step runs, also after one that failed."""
    results = folder / "results.json"
    tasks: list[Json] = []
    for number, step in enumerate(steps):
        tasks.append(
            {
                "name": step.name,
                f"{COLLECTION}.{step.module}": step.arguments,
                "register": f"step_{number}",
                "ignore_errors": True,
                **step.keywords,
            }
        )
    content = "{{ {" + ", ".join(f"'{step.name}': step_{number}" for number, step in enumerate(steps)) + "} | to_json }}"
    tasks.append({"name": "Keep the results", "ansible.builtin.copy": {"content": content, "dest": str(results), "mode": "0600"}, "no_log": True})
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "saasops_direct": direct}
    plays = [{"name": "Both ways", "hosts": "app", "gather_facts": False, "connection": "local", "vars": variables, "tasks": tasks}]
    folder.mkdir(parents=True, exist_ok=True)
    playbook = folder / "steps.yml"
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    command = ["ansible-playbook", str(playbook), "-i", str(world.inventory), verbosity]
    done = subprocess.run(
        command,
        cwd=folder,
        env=world.environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert results.exists(), done.stdout
    return Way(json.loads(results.read_text(encoding="utf-8")), done.stdout)

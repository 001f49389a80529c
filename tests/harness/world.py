# SPDX-License-Identifier: GPL-3.0-or-later
"""A world: one sandbox, one inventory that points at it, and everything a run leaves behind in a folder of its own."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import typing as t

import yaml

from tests.sandbox.launch import Control
from tests.sandbox.rehearsal import overlay

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOKS = ROOT / "playbooks"
RULE = "=" * 78
TIMEOUT = 120


@dataclasses.dataclass
class Run:
    """One finished ``ansible-playbook``. ``stats`` is what the run told AWX by ``set_stats``."""

    code: int
    output: str

    @property
    def summary(self) -> str:
        """The screen at the end: from its first rule to the end of the task's output."""
        start = self.output.rfind(RULE, 0, self.output.rfind(RULE))
        assert start >= 0, f"no summary in:\n{self.output}"
        text = self.output[start:]
        return re.split(r"\n(?:ok|fatal|failed|changed): \[|\nPLAY RECAP|\n\[ERROR\]", text)[0].rstrip()

    @property
    def headline(self) -> str:
        """The words between the two rules, on one line."""
        return " ".join(self.summary.split(RULE)[1].split())

    @property
    def stats(self) -> dict[str, t.Any]:
        found = re.search(r"^\tRUN: (\{.*\})$", self.output, re.MULTILINE)
        assert found, f"no custom stats in:\n{self.output}"
        return t.cast("dict[str, t.Any]", json.loads(found.group(1))["saasops"])

    def recap(self, host: str) -> dict[str, int]:
        found = re.search(rf"^{re.escape(host)} +: (.*)$", self.output, re.MULTILINE)
        assert found, f"{host} is not in the recap of:\n{self.output}"
        return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", found.group(1))}

    @property
    def changed(self) -> int:
        """Changed tasks of all hosts together."""
        return sum(int(number) for number in re.findall(r"changed=(\d+)", self.output))


class World:
    def __init__(self, folder: pathlib.Path, sandbox: Control, run: dict[str, t.Any], ledger_url: str | None = None) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.sandbox_run = run
        self.state = folder / "state"
        self.ledger_url = ledger_url
        self._shortcut = tempfile.TemporaryDirectory(prefix="w-")
        self.inventory = self.write_inventory()

    # -- what the operator has
    def components(self) -> dict[str, dict[str, t.Any]]:
        """The inventory's hosts as the sandbox seeded them: those at vendors whose releases can be moved."""
        hosts = {}
        for name, known in self.sandbox_run["components"].items():
            if known["vendor"] == "convex":
                continue
            host = {"component_vendor": known["vendor"], "component_url": known["url"]}
            if known["vendor"] == "vercel":
                host.update(vercel_project=known["project"], vercel_deployment_url=known["deployment_url"])
            elif known["vendor"] == "railway":
                host.update(railway_service=known["service"])
            hosts[name] = host
        return hosts

    def variables(self) -> dict[str, t.Any]:
        run = self.sandbox_run
        variables = {
            "saasops_system": "shop",
            "saasops_environment": "production",
            **overlay.vendors(run),
            "stripe_api_key": run["stripe"]["api_key"],
            "stripe_mode": "live",
        }
        return {**variables, **({"saasops_ledger_url": self.ledger_url} if self.ledger_url else {})}

    def write_inventory(
        self, name: str = "inventory.yml", hosts: dict[str, dict[str, t.Any]] | None = None, without: tuple[str, ...] = (), **variables: t.Any
    ) -> pathlib.Path:
        """An inventory file. ``variables`` are set for the whole group, ``without`` are left out, ``hosts`` add to or override components."""
        every = self.components()
        for host, values in (hosts or {}).items():
            every[host] = {**every.get(host, {}), **values}
        shared = {key: value for key, value in {**self.variables(), **variables}.items() if key not in without}
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"components": {"vars": shared, "hosts": every}}, sort_keys=False), encoding="utf-8")
        return path

    # -- what the operator types
    def environment(self, **changes: str | None) -> dict[str, str]:
        """The process environment of a run: nothing of the developer's own tokens or settings, virtual time."""
        vendors = (
            "VERCEL_",
            "RAILWAY_",
            "CONVEX_",
            "SHOPIFY_",
            "STRIPE_",
            "SLACK_",
            "PAGERDUTY_",
            "STATUSPAGE_",
            "SMTP_",
            "UPTIMEROBOT_",
            "SENTRY_",
            "SUPABASE_",
            "ATLAS_",
        )
        own = ("ANSIBLE_", "SAASOPS_", "DATADOG_", "DD_", *vendors)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
        made: dict[str, str | None] = {
            **kept,
            "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_SHOW_CUSTOM_STATS": "1",
            "ANSIBLE_LOCAL_TEMP": str(self.folder / "ansible-tmp"),
            "XDG_STATE_HOME": str(self.state),
            "TMPDIR": str(self._short()),
            "SAASOPS_CLOCK_URL": self.sandbox_run["clock_url"] if self.sandbox_run["clock"] == "virtual" else None,
            **changes,
        }
        return {name: value for name, value in made.items() if value is not None}

    def temporary(self) -> pathlib.Path:
        path = self.folder / "tmp"
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _short(self) -> pathlib.Path:
        """The folder for temporary files by a short name: Ansible makes a socket in it, whose path may have 107 characters."""
        link = pathlib.Path(self._shortcut.name) / "t"
        if not link.exists():
            link.symlink_to(self.temporary())
        return link

    def command(self, verb: str, *arguments: str, inventory: pathlib.Path | str | None = None) -> list[str]:
        return ["ansible-playbook", str(PLAYBOOKS / f"{verb}.yml"), "-i", str(inventory or self.inventory), *arguments]

    def play(self, verb: str, *arguments: str, inventory: pathlib.Path | str | None = None, environment: dict[str, str] | None = None) -> Run:
        """Run a playbook by a fresh command line and wait for it."""
        done = subprocess.run(
            self.command(verb, *arguments, inventory=inventory),
            cwd=ROOT,
            env=environment or self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def start(self, verb: str, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """The same, without waiting."""
        return subprocess.Popen(
            self.command(verb, *arguments),
            cwd=ROOT,
            env=environment or self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    # -- what became of it
    def changes(self) -> list[dict[str, t.Any]]:
        """Changing requests that reached a vendor, in order."""
        return self.sandbox.journal(changes=True)

    def effects(self) -> list[str]:
        """``component operation`` of every changing request that had an effect."""
        return [f"{entry['component']} {entry['operation']}" for entry in self.changes() if entry["effect"]]

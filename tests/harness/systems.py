# SPDX-License-Identifier: GPL-3.0-or-later
"""The five systems of the shipped inventories, put on the sandbox: their own files, and beside them where everything is there."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import sqlite3
import typing as t

import yaml

from tests.harness.world import ROOT, World

SYSTEMS = ("atp", "betaskill", "derrimut", "shine", "tokpulse")
TAGS = ("morning", "daily", "evening", "weekly", "monthly", "quarterly")
# Stands for npm, pnpm, node and git: what it is asked is noted, and fails when a file of that name is in the folder fail.
PROGRAM = """#!/bin/sh
for last; do :; done
last=$(printf %s "$last" | tr / -)
echo "$last" >> "$PWD/asked"
found=0
[ -e "$PWD/fail/$last" ] && found=3
echo "{\\"metadata\\": {\\"vulnerabilities\\": {\\"moderate\\": 0, \\"high\\": $found, \\"critical\\": 0, \\"total\\": $found}}}"
[ "$found" = 0 ]
"""
Json = dict[str, t.Any]


@dataclasses.dataclass
class System:
    """``arguments`` come after ``-i`` of the first inventory; ``folder`` is where its application is checked out."""

    name: str
    inventory: pathlib.Path
    arguments: list[str]
    folder: pathlib.Path
    items: list[Json]
    hosts: Json
    # component -> what of the sandbox stands behind its address
    served: dict[str, str]

    def due(self, tag: str) -> list[Json]:
        return [item for item in self.items if tag in item["tags"]]

    def commands(self, tag: str) -> list[str]:
        return [command for item in self.due(tag) for command in item.get("commands", [])]

    def fail(self, command: str) -> str:
        """Plant a fault in a command; returns the word by which it is called."""
        word = self.word(command)
        (self.folder / "fail" / word).touch()
        return word

    def word(self, command: str) -> str:
        """The last word of its command line, as PROGRAM notes it."""
        declared = (self.hosts["component_commands"].get(command) or {}).get("argv") or [command]
        return str(declared[-1]).replace("/", "-")

    def asked(self) -> list[str]:
        file = self.folder / "asked"
        return file.read_text(encoding="utf-8").split() if file.exists() else []


def on_sandbox(world: World, name: str, environment: str = "production") -> System:
    shipped = ROOT / "inventories" / name
    place = world.folder / "systems" / name
    shutil.copytree(shipped, place)
    application = world.folder / "application"
    (application / "fail").mkdir(parents=True)
    programs = world.folder / "programs"
    programs.mkdir()
    for program in ("npm", "pnpm", "node", "git"):
        (programs / program).write_text(PROGRAM, encoding="utf-8")
        (programs / program).chmod(0o700)
    own = yaml.safe_load((shipped / f"{environment}.yml").read_text(encoding="utf-8"))["components"]["hosts"]
    known = world.sandbox_run["components"]
    overlay = world.folder / "overlay"
    (overlay / "host_vars").mkdir(parents=True)
    shared = {key: value for key, value in world.variables().items() if key not in ("saasops_system", "saasops_environment")}
    if world.ledger_url is None:
        shared["saasops_ledger_url"] = f"sqlite:///{world.folder}/ledger.sqlite3"
    pages = {vendor: f"{world.sandbox_run['status_url']}/{vendor}/api/v2/summary.json" for vendor in ("atlas", "clerk", "mongodb", "supabase")}
    shared["saasops_status_pages"] = {**shared["saasops_status_pages"], **pages}
    # At once, and whatever a loaded machine takes to answer.
    shared.update(health_probes=1, health_probe_interval="0s", health_recheck_after="0s")
    vendors = {host: facts["component_vendor"] for host, facts in own.items()}
    served: dict[str, str] = {}
    (overlay / "hosts.yml").write_text(yaml.safe_dump({"components": {"hosts": dict.fromkeys(own)}}), encoding="utf-8")
    (overlay / "group_vars").mkdir()
    (overlay / "group_vars" / "components.yml").write_text(yaml.safe_dump(shared), encoding="utf-8")
    for host, vendor in vendors.items():
        variables: Json = {"component_folder": str(application), "component_limits": {"response_ms": 30000}}
        free = [one for one in ("app", "dashboard", "api") if one not in served.values()]
        there = "api" if vendor == "railway" else host if host in free else free[0] if free else ""
        if vendor == "vercel":
            variables.update(vercel_project=known[there]["project"], vercel_deployment_url=known[there]["deployment_url"])
        elif vendor == "railway":
            variables.update(railway_service=known["api"]["service"])
        elif vendor == "shopify":
            variables.update(shopify_shop=world.sandbox_run["shopify"]["shop"])
        elif vendor == "convex":
            variables.update(convex_url=world.sandbox_run["convex"]["url"], convex_deployment=world.sandbox_run["convex"]["deployment"])
        if "component_url" in own[host]:
            served[host] = there
            variables.update(component_url=known[there]["url"])
            # The words of this system's own health page.
            world.sandbox.patch(there, word="healthy" if name == "atp" else None)
        (overlay / "host_vars" / f"{host}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    items = yaml.safe_load((shipped / "group_vars" / "components" / "schedule.yml").read_text(encoding="utf-8"))["scheduled_items"]
    declaring = min((shipped / "host_vars").glob("*.yml"))
    hosts = yaml.safe_load(declaring.read_text(encoding="utf-8"))
    return System(name, place / f"{environment}.yml", ["-i", str(overlay / "hosts.yml")], application, items, hosts, served)


def environment(world: World, **changes: str | None) -> dict[str, str]:
    """The run's process environment, in which the application's programs are found first."""
    made = world.environment(**changes)
    return {**made, "PATH": f"{world.folder / 'programs'}{os.pathsep}{made['PATH']}"}


def rows(world: World, environment_name: str) -> list[Json]:
    """The scheduled runs in the ledger."""
    file = world.folder / "ledger.sqlite3"
    if not file.exists():
        return []
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            found = connection.execute("select * from schedules where environment = ? order by started_at", (environment_name,)).fetchall()
        except sqlite3.OperationalError:
            return []  # its tables are being made
    return [{**dict(row), "tags": json.loads(row["tags"]), "items": json.loads(row["items"])} for row in found]

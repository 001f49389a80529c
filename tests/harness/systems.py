# SPDX-License-Identifier: GPL-3.0-or-later
"""The five systems of the shipped inventories, put on the sandbox: their own files, and beside them where everything is there."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import shutil
import sqlite3
import typing as t

import yaml

from tests.harness import postgresql, restic
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
# The program of the repository, which keeps nothing while the file ``full`` is there.
RESTIC = """#!/bin/sh
for word; do if [ "$word" = backup ] && [ -e {folder}/full ]; then echo "Fatal: unable to save snapshot: no space left on device" >&2; exit 1; fi; done
exec {restic} "$@"
"""
# What a backup has a vendor make, and changes nothing that is served.
OWN_COPIES = {"bulkOperationRunQuery", "request_export"}
PASSWORD = "systems-backup-5Hk9Wq2Zt7Rm4Xc8Nv1B"
# What the systems' pages of metrics say when all is well, in the words of their component_metrics.
METRICS: dict[str, dict[str, float]] = {
    "atp": {
        "membership_active": 1200,
        "membership_signups_30d": 140,
        "membership_signups_1d": 6,
        "membership_renewal_ratio_30d": 0.9,
        "membership_cancellation_ratio_30d": 0.02,
        "membership_cancellation_ratio_1d": 0.01,
        "membership_revenue_per_member_aed": 99,
        "api_response_time_ms_sum": 120000,
        "api_response_time_ms_count": 1000,
        "membership_uptime_ratio_30d": 0.9999,
        "api_error_ratio_1d": 0.002,
        "api_error_ratio_5m": 0,
        "webhook_success_ratio_1d": 0.998,
        "webhook_failure_ratio_5m": 0.01,
        "webhook_delay_seconds_max": 12,
        "webhook_attempt_max": 1,
        "payment_failures_5m": 0,
        "cache_hit_ratio": 0.93,
    },
    "betaskill": {
        "payment_success_ratio_1d": 0.97,
        "http_response_seconds_sum": 400,
        "http_response_seconds_count": 1000,
        "http_error_ratio_1d": 0.001,
        "security_incidents_1d": 0,
        "http_response_ms_30d": 450,
        "http_error_ratio_30d": 0.002,
        "resource_use_percent": 41,
        "http_requests_per_second": 12.5,
    },
    "shine": {
        'api_latency_ms{quantile="0.95"}': 410,
        "api_error_ratio_5m": 0.004,
        "booking_success_ratio_1h": 0.991,
        'dispatch_seconds{quantile="0.95"}': 95,
        "database_connections_percent": 44,
        "booking_errors_5m": 0,
        "push_failure_ratio_15m": 0.01,
    },
    "tokpulse": {"api_response_time_sum": 143000, "api_response_time_count": 1000, "db_query_time_sum": 9000, "db_query_time_count": 1000, "rate_limit": 3},
}


@dataclasses.dataclass
class System:
    """``arguments`` come after ``-i`` of the first inventory; ``folder`` is where its application is checked out."""

    name: str
    inventory: pathlib.Path
    arguments: list[str]
    folder: pathlib.Path
    items: list[Json]
    # component -> its own variables, as the inventory says them
    hosts: dict[str, Json]
    # component -> what of the sandbox stands behind its address
    served: dict[str, str]
    environment: str

    def due(self, tag: str) -> list[Json]:
        return [item for item in self.items if tag in item["tags"] and self.environment in item.get("environments", [self.environment])]

    def commands(self, tag: str) -> list[str]:
        return [command for item in self.due(tag) for command in item.get("commands", [])]

    def fail(self, command: str) -> str:
        """Plant a fault in a command; returns the word by which it is called."""
        word = self.word(command)
        (self.folder / "fail" / word).touch()
        return word

    def word(self, command: str) -> str:
        """The last word of its command line, as PROGRAM notes it."""
        declared = next(facts["component_commands"] for facts in self.hosts.values() if command in facts.get("component_commands", {}))
        declared = (declared[command] or {}).get("argv") or [command]
        return str(declared[-1]).replace("/", "-")

    def asked(self) -> list[str]:
        """What the application was asked for, but for what it exports into a set of backups."""
        file = self.folder / "asked"
        exports = [facts["component_backup"]["command"]["argv"][-1].replace("/", "-") for facts in self.hosts.values() if facts.get("component_backup")]
        return [word for word in file.read_text(encoding="utf-8").split() if word not in exports] if file.exists() else []

    @property
    def kept(self) -> pathlib.Path:
        """The repository of its backups."""
        return self.folder.parent / "kept" / "repository"


def on_sandbox(world: World, name: str, environment: str = "production", database: str = "", sessions: str = "") -> System:
    """``database`` and ``sessions``: addresses of a PostgreSQL with the system's own tables, and of a Redis."""
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
    hosts = _declared(shipped, environment)
    kept = _kept(world)
    overlay = world.folder / "overlay"
    for folder in ("host_vars", "group_vars"):
        (overlay / folder).mkdir(parents=True)
    shared = {key: value for key, value in world.variables().items() if key not in ("saasops_system", "saasops_environment", "stripe_mode")}
    if world.ledger_url is None:
        shared["saasops_ledger_url"] = f"sqlite:///{world.folder}/ledger.sqlite3"
    pages = {vendor: f"{world.sandbox_run['status_url']}/{vendor}/api/v2/summary.json" for vendor in ("atlas", "clerk", "mongodb", "supabase")}
    shared["saasops_status_pages"] = {**shared["saasops_status_pages"], **pages}
    # The sandbox's token is one of this environment.
    shared["railway_environment"] = "production"
    # At once, and whatever a loaded machine takes to answer; and nobody is told.
    shared.update(health_probes=1, health_probe_interval="0s", health_recheck_after="0s", notify_routes=[])
    shared.update(backup_repository=str(kept / "repository"), backup_password=PASSWORD, backup_programs=str(kept / "programs"), backup_offsite="ignored")
    served: dict[str, str] = {}
    (overlay / "hosts.yml").write_text(yaml.safe_dump({"components": {"hosts": dict.fromkeys(hosts)}}), encoding="utf-8")
    (overlay / "group_vars" / "components.yml").write_text(yaml.safe_dump(shared), encoding="utf-8")
    for host, facts in hosts.items():
        variables = _moved(world, host, facts, served)
        variables["component_folder"] = str(application)
        address = {"postgres": database, "supabase": database, "redis": sessions}.get(facts["component_vendor"])
        if address:
            variables.update(component_dsn=address, component_dsn_from=None)
        (overlay / "host_vars" / f"{host}.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    items = yaml.safe_load((shipped / "group_vars" / "components" / "schedule.yml").read_text(encoding="utf-8"))["scheduled_items"]
    system = System(name, place / f"{environment}.yml", ["-i", str(overlay / "hosts.yml")], application, items, hosts, served, environment)
    for host, there in served.items():
        world.sandbox.patch(there, **_pages(system, host))
        write_log(world, system, host, [])
    return system


def _kept(world: World) -> pathlib.Path:
    """Where its backups are kept, and the programs that do it."""
    kept = world.folder / "kept"
    programs = kept / "programs"
    programs.mkdir(parents=True)
    for program in ("pg_dump", "pg_restore", "psql"):
        (programs / program).symlink_to(postgresql.programs() / program)
    (programs / "restic").write_text(RESTIC.format(folder=kept, restic=shutil.which("restic")), encoding="utf-8")
    (programs / "restic").chmod(0o700)
    restic.repository(kept / "repository", PASSWORD)
    return kept


def variables(name: str, environment: str = "production") -> dict[str, Json]:
    """component -> all its variables, the group's among them, as the files say them."""
    shipped = ROOT / "inventories" / name
    own = yaml.safe_load((shipped / f"{environment}.yml").read_text(encoding="utf-8"))["components"]
    shared: Json = {}
    for path in sorted((shipped / "group_vars" / "components").glob("*.yml")):
        shared.update(yaml.safe_load(path.read_text(encoding="utf-8")))
    files = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (shipped / "host_vars").glob("*.yml")}
    return {host: {**shared, **own["vars"], **files.get(host, {}), **facts} for host, facts in own["hosts"].items()}


def _declared(shipped: pathlib.Path, environment: str) -> dict[str, Json]:
    """component -> its own variables, as the inventory's files say them."""
    own = yaml.safe_load((shipped / f"{environment}.yml").read_text(encoding="utf-8"))["components"]["hosts"]
    files = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (shipped / "host_vars").glob("*.yml")}
    assert set(files) <= set(own), "a file of variables belongs to no component"
    hosts = {host: {**files.get(host, {}), **facts} for host, facts in own.items()}
    for facts in hosts.values():
        # Datadog's monitors are looked at by tests of their own.
        facts["component_monitors"] = [one for one in facts.get("component_monitors", []) if one.get("provider") != "datadog"]
    return hosts


def _moved(world: World, host: str, facts: Json, served: dict[str, str]) -> Json:
    """What has to be said otherwise for the sandbox: addresses and names, and no limit or pattern."""
    known, vendor = world.sandbox_run["components"], facts["component_vendor"]
    free = [one for one in ("app", "dashboard", "api") if one not in served.values()]
    there = "api" if vendor == "railway" else host if host in free else free[0] if free else ""
    variables: Json = {}
    if vendor == "vercel":
        variables.update(vercel_project=known[there]["project"], vercel_deployment_url=known[there]["deployment_url"])
    elif vendor == "railway":
        variables.update(railway_service=known["api"]["service"])
    elif vendor == "shopify":
        variables.update(shopify_shop=world.sandbox_run["shopify"]["shop"])
    elif vendor == "stripe":
        variables.update(stripe_api_key=world.sandbox_run["stripe"]["test_key" if facts.get("stripe_mode") == "test" else "api_key"])
    elif vendor == "convex":
        variables.update(convex_url=world.sandbox_run["convex"]["url"], convex_deployment=world.sandbox_run["convex"]["deployment"])
    if "component_url" in facts:
        served[host] = there
        variables.update(component_url=known[there]["url"], component_limits={**facts.get("component_limits", {}), "response_ms": 30000})
    alive = f"{world.sandbox_run['stripe']['url']}/v1/balance"
    if "component_needs" in facts:
        variables["component_needs"] = [{"name": need if isinstance(need, str) else need["name"], "url": alive} for need in facts["component_needs"]]
    moved = {"url": f"https://{host}.example.com/health"}
    variables["component_monitors"] = [{**one, **(moved if "url" in one else {})} for one in facts["component_monitors"]]
    if "component_metrics" in facts:
        variables["component_metrics"] = {**facts["component_metrics"], "path": "/metrics"}
    if (facts.get("component_maintenance") or {}).get("how") == "vercel_global_config":
        variables["component_maintenance"] = {**facts["component_maintenance"], "config": "shop-flags"}
    logs = facts.get("component_logs") or {}
    if "files" in logs or "command" in logs:
        variables["component_logs"] = {**{key: value for key, value in logs.items() if key != "command"}, "files": [f"{world.folder}/{host}.log"]}
    return variables


def _pages(system: System, host: str) -> Json:
    """How the sandbox's app answers in this system's words."""
    # The page of metrics knows what is declared, and nothing else.
    numbers = METRICS.get(system.name, {}) if "component_metrics" in system.hosts[host] else {}
    pages: Json = {"metrics": metrics_page(numbers), "parts": {"memory": "pass", "external_deps": "up"}}
    pages["page"] = {"score": 97, "violations": [], "recommendations": []}
    return {**pages, "word": "healthy" if system.name == "atp" else None}


def metrics_page(numbers: t.Mapping[str, float]) -> str:
    return "".join(f"{name} {number}\n" for name, number in numbers.items())


def write_log(world: World, system: System, host: str, lines: t.Sequence[str]) -> None:
    """The log that a drain has written, where the system reads one: it begins long ago, and ends now."""
    logs = system.hosts[host].get("component_logs") or {}
    if not ("files" in logs or "command" in logs):
        return
    now = world.sandbox.clock()["now"]
    told = [(now - 40 * 86400, "started"), *((now - 60 - number, line) for number, line in enumerate(lines)), (now - 1, "a request was answered")]
    moments = [(datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds"), line) for at, line in told]
    (world.folder / f"{host}.log").write_text("".join(f"{at} {line}\n" for at, line in moments), encoding="utf-8")


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

# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of every kind that an item of the five systems' schedules can find: each is planted, and named as a run has to name it."""

from __future__ import annotations

import json
import pathlib
import typing as t
import urllib.request

import psycopg
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import backups, store
from tests.harness import systems
from tests.harness.systems import System
from tests.harness.world import World

Named = set[tuple[str, str]]
# A number of the page of metrics beyond a limit of the runbook, and the rules that say so.
BEYOND: dict[str, tuple[str, float, tuple[str, ...]]] = {
    "atp": ("payment_failures_5m", 4, ("failed payments",)),
    "betaskill": ("payment_success_ratio_1d", 0.95, ("payments",)),
    "shine": ("api_error_ratio_5m", 0.0201, ("errors", "api errors")),
    "tokpulse": ("api_response_time_sum", 500001, ("api response",)),
}
# Whose public page tells of an incident.
POSTED = {"atp": "shopify", "betaskill": "supabase", "derrimut": "clerk", "shine": "stripe", "tokpulse": "railway"}
# Lines of a log beyond a limit, and the pattern that counts them.
LINES = {"atp": (["❌ Membership Alert: no renewals"], "alert"), "betaskill": (["webhook: invalid signature"], "signature_failed")}
# The tables of each system whose rows are looked at, well and with what fails.
TABLES = {
    "atp": """
        CREATE TABLE customers (id bigint PRIMARY KEY);
        CREATE TABLE memberships (id bigint PRIMARY KEY, customer_id bigint NOT NULL, created_at timestamptz NOT NULL);
        CREATE TABLE discounts (id bigint PRIMARY KEY, percent int NOT NULL);
        INSERT INTO customers SELECT n FROM generate_series(1, 100) n;
        INSERT INTO memberships SELECT n, n, now() - interval '9 days' FROM generate_series(1, 100) n;
        INSERT INTO discounts SELECT n, 15 FROM generate_series(1, 100) n; ANALYZE;
    """,
    "betaskill": """
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE payments (id bigint PRIMARY KEY, user_id bigint NOT NULL, created_at timestamptz NOT NULL);
        INSERT INTO users SELECT n FROM generate_series(1, 100) n;
        INSERT INTO payments SELECT n, n, now() - interval '9 days' FROM generate_series(1, 100) n; ANALYZE;
    """,
    "tokpulse": """
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE subscriptions (id bigint PRIMARY KEY, user_id bigint NOT NULL, created_at timestamptz NOT NULL);
        INSERT INTO users SELECT n FROM generate_series(1, 100) n;
        INSERT INTO subscriptions SELECT n, n, now() - interval '9 days' FROM generate_series(1, 100) n; ANALYZE;
    """,
}
ORPHANS = {
    "atp": ("UPDATE memberships SET customer_id = -id WHERE id <= 10", ("database", "memberships without a customer")),
    "betaskill": ("UPDATE payments SET user_id = -id WHERE id <= 10", ("data", "payments without a user")),
    "tokpulse": ("UPDATE subscriptions SET user_id = -id WHERE id <= 10", ("database", "subscriptions without a user")),
}


def fill(system: str, database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES[system].encode())
    return database


def plant(world: World, system: System, tag: str, database: str) -> Named:
    """One fault of every kind that the items of this tag can find; (component, check) of each."""
    verbs = {item["do"] for item in system.due(tag)}
    # Time goes on by it: the others happen afterwards.
    named = _backups(world, system, verbs) if verbs & {"backup", "backup_verify"} or "restore" in drilled(system, tag) else set()
    if "rollback" in drilled(system, tag):
        # What is broken is broken with every release.
        named |= {(next(iter(system.served)), step) for step in ("rollback", "undo")}
    named |= _commands(system, tag)
    for verb, fault in (("health", _health), ("logs", _logs), ("monitors", _monitors)):
        if verb in verbs:
            named |= fault(world, system)
    return named | (_rows(world, system, database) if "db_integrity" in verbs else set())


def _commands(system: System, tag: str) -> Named:
    named = set()
    for item in system.due(tag):
        for command in item.get("commands", [])[:1]:
            system.fail(command)
            named |= {(component, command) for component in item["components"]}
    return named


def drilled(system: System, tag: str) -> set[str]:
    """What the drills of a tag drill."""
    return {what for item in system.due(tag) if item["do"] == "drill" for what in item.get("what", ["restore"])}


def _backups(world: World, system: System, verbs: set[str]) -> Named:
    """A day without a backup, and a set that is not what it was; where one would be made just now, there is no room for it."""
    world.sandbox.advance(25 * 3600)
    known = store.Store(f"sqlite:///{world.folder}/ledger.sqlite3", f"{system.name}/{system.environment}", create=False)
    held = sorted({part["component"] for part in backups.rows(known)[0]["manifest"]["parts"] if part["state"] == "whole"})
    named = {(component, "backup age") for component in held if "backup_verify" in verbs}
    if "backup" in verbs:
        (system.kept.parent / "full").touch()
        named |= {(component, "backed up") for component in held}
    index = next((system.kept / "index").iterdir())
    index.chmod(0o600)
    index.write_bytes(index.read_bytes()[:-1])
    return named | ({("", "backup integrity")} if "backup_verify" in verbs else set())


def _health(world: World, system: System) -> Named:
    """An address that breaks, a number beyond its limit, and an incident at a vendor."""
    host = next(iter(system.served))
    paths = system.hosts[host].get("component_journeys") or [system.hosts[host].get("component_health", "/health")]
    world.sandbox.fault("status", vendor="app", component=system.served[host], operation=f"production{paths[-1]}$", status=500, times=0)
    world.sandbox.status_page(POSTED[system.name], {"name": "Something is slow"})
    named = {(host, paths[-1]), ("vendors", f"{POSTED[system.name]} status page")}
    if system.name == "tokpulse":
        world.sandbox.patch("api", page={"score": 61, "violations": [{"name": "bundle_size"}], "recommendations": []})
        named.add((host, "violations"))
    if system.name in BEYOND:
        metric, number, rules = BEYOND[system.name]
        world.sandbox.patch(system.served[host], metrics=systems.metrics_page({**systems.METRICS[system.name], metric: number}))
        named |= {(host, rule) for rule in rules}
    return named


def _logs(world: World, system: System) -> Named:
    """More of a kind of lines than is good."""
    host = next(host for host, facts in system.hosts.items() if "component_logs" in facts)
    if system.name in LINES:
        lines, pattern = LINES[system.name]
        systems.write_log(world, system, host, lines)
        return {(host, pattern)}
    if system.name == "tokpulse":
        world.sandbox.patch(system.served[host], "v1.4.2", logs=[{"message": f"upload {number} failed: error", "ago": 30} for number in range(21)])
    else:
        for _time in range(21):
            _convex(world, "query", "reports:broken")
    return {(host, "error_line")}


def _monitors(world: World, system: System) -> Named:
    """Addresses that do not answer, and errors that are new, many, and more than they were."""
    world.sandbox.ask("POST", "/world", {"vendor": "uptimerobot", "set": {"status": {name: "DOWN" for _host, name in addresses(system)}}})
    now = world.sandbox.state()["now"]
    flood = {"from": now - 7200, "to": now, "per_minute": 30}
    world.sandbox.ask("POST", "/world", {"vendor": "sentry", "set": {"quiet": False, "first_seen": {"SHOP-2": 3600}, "flood": flood}})
    counted = {(host, one["name"]) for host, facts in system.hosts.items() for one in facts["component_monitors"] if one.get("provider") == "sentry"}
    return {*addresses(system), *((host, f"{name} {found}") for host, name in counted for found in ("new issues", "TypeError", "TimeoutError", "count"))}


def addresses(system: System) -> list[tuple[str, str]]:
    """The monitors of addresses, each with its component."""
    return [(host, one["name"]) for host, facts in system.hosts.items() for one in facts["component_monitors"] if "url" in one]


def _rows(world: World, system: System, database: str) -> Named:
    """Rows that point at nothing."""
    if system.name in ORPHANS:
        statement, named = ORPHANS[system.name]
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(statement.encode())
        return {named}
    users = _convex(world, "query", "users:list")
    _convex(world, "mutation", "users:remove", id=users[0]["_id"])
    return {("functions", "bookings without a user"), ("functions", "orders without a user")}


def _convex(world: World, kind: str, path: str, **arguments: t.Any) -> t.Any:
    run = world.sandbox_run["convex"]
    body = json.dumps({"path": path, "args": arguments, "format": "json"}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Convex {run['deploy_key']}"}
    with urllib.request.urlopen(urllib.request.Request(f"{run['url']}/api/{kind}", body, headers)) as answer:
        return json.load(answer).get("value")


def runs_of(system: str) -> list[list[str]]:
    """The tags of each run that the system's schedule installs."""
    text = pathlib.Path(systems.ROOT / "inventories" / system / "group_vars" / "components" / "schedule.yml").read_text(encoding="utf-8")
    return [run["tags"] for run in yaml.safe_load(text)["schedule_runs"]]

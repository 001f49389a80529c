# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a rehearsal: of the given one its names and thresholds, of the sandbox every address and token.

What is not named here does not get in, and an address that is not on this machine is refused at the end, wherever it came from.
"""

from __future__ import annotations

import re
import sys
import typing as t

from .. import postgresql
from ..errors import Refused
from .place import Place
from .stand_ins import COMMAND, MIGRATIONS, TOOL

Json = dict[str, t.Any]
BANNER = "SANDBOX (nothing real was touched)"
# Taken as they are: nothing is fetched from what they say, and nothing is run.
KEPT = frozenset(
    {
        *("component_critical", "component_deploy_order", "component_health", "component_journeys", "component_limits", "component_remedies"),
        *("component_rules", "component_vendor", "redis_session_prefix", "saasops_allow", "saasops_environment", "saasops_rules", "saasops_system"),
        *("backup_max_age", "backup_retention", "backup_rpo", "backup_rto", "backup_tables_watch"),
        *("stripe_mode", "notify_quiet_hours", "notify_window", "notify_most_per_hour", "schedule_runs", "schedule_timezone", "scheduled_items"),
    }
)
# Of those that a page of the application answers, nobody but the application knows how it would.
# Ways into maintenance that the sandbox's vendors have for every component.
SWITCHED_HERE = ("convex_pause", "monitors", "railway_variable", "vercel_pause")
OF_THE_PAGE = ("component_conditions", "component_endpoints", "component_metrics", "component_parts")
VERBS = re.compile(r"(db_integrity|db_migrate|drill|health|heartbeat|logs|monitors|report|restart|restore|roll_forward|rollback|scheduled|doctor)_\w+$")
DATABASES = ("atlas", "mongodb", "postgres", "redis", "supabase")
PAGES = ("atlas", "clerk", "convex", "mongodb", "shopify", "stripe", "supabase", "vercel")
ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*)://(?:[^/\s@]*@)?([^/\s:?#'\"]*)", re.IGNORECASE)
# What vendors' tokens look like. Nothing of the kind is taken; this is for one that stands where a name should.
TOKEN = re.compile(
    r"\b(sk|rk|pk)_(live|test)_\w{8,}|\bwhsec_\w{8,}|\bshp[a-z]{2}_\w{16,}|\bxox[a-z]-[\w-]{8,}|\b(prod|dev|preview):[\w-]+\|\w+|\bgh[a-z]_\w{20,}"
)
ROUTE = ("name", "kind", "severities", "digest", "channel", "title", "texts", "tell_subscribers")


def inventory(place: Place, given: t.Mapping[str, Json]) -> Json:
    """``given``: component -> the variables that were taken from the inventory. Every one of them is as long as an inventory's own."""
    hosts = {name: _component(place, name, facts) for name, facts in place.components.items()}
    shared = {**vendors(place.sandbox.run), "railway_environment": place.sandbox.run["railway"]["environment"], **_forced(place)}
    for name, facts in given.items():
        if name not in hosts:
            continue
        hosts[name].update({key: value for key, value in facts.items() if (key in KEPT or VERBS.match(key)) and key not in shared})
        hosts[name].update(_scheduled(place, facts))
        # Nothing real can be lost here.
        hosts[name]["saasops_confirm"] = str(facts.get("saasops_environment", ""))
        hosts[name]["notify_routes"] = _routes(place, facts.get("notify_routes") or [])
        hosts[name]["component_rules"] = _rules(facts)
    _backed_up(place, hosts)
    made = {"components": {"vars": shared, "hosts": hosts}}
    check(made)
    return made


def check(document: t.Any, where: str = "the inventory of the rehearsal") -> None:
    """Nothing in it leads away from this machine, and nothing looks like a token that is not the sandbox's."""
    for path, text in _texts(document):
        for _scheme, host in ADDRESS.findall(text):
            if host not in ("127.0.0.1", "localhost", "") and not host.endswith(".invalid"):
                raise Refused(f"{where} would hold an address of the real world: {path} ({host})")
        if TOKEN.search(text) and not path.endswith(("_token", "_key", ".token", ".routing_key", ".api_key")):
            raise Refused(f"{where} would hold what looks like a token: {path}")


def _texts(document: t.Any, path: str = "") -> t.Iterator[tuple[str, str]]:
    if isinstance(document, dict):
        for key, value in document.items():
            yield from _texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(document, list):
        for value in document:
            yield from _texts(value, path)
    elif isinstance(document, str):
        yield path, document


def status_pages(url: str) -> dict[str, str]:
    """Where the sandbox shows what vendors post."""
    return {**{vendor: f"{url}/{vendor}/api/v2/summary.json" for vendor in PAGES}, "railway": f"{url}/railway/summary.json"}


def vendors(run: Json) -> Json:
    """Inventory variables with addresses and tokens of everything that the collection can ask."""
    return {
        "vercel_api_url": run["vercel"]["url"],
        "vercel_team": run["vercel"]["team"],
        "vercel_token": run["vercel"]["token"],
        "railway_api_url": run["railway"]["url"],
        "railway_project": run["railway"]["project"],
        "railway_token": run["railway"]["token"],
        "convex_url": run["convex"]["url"],
        "convex_deployment": run["convex"]["deployment"],
        "convex_deploy_key": run["convex"]["deploy_key"],
        "convex_api_url": run["convex"]["management_url"],
        "convex_token": run["convex"]["team_token"],
        "shopify_api_url": run["shopify"]["url"],
        "shopify_shop": run["shopify"]["shop"],
        "shopify_token": run["shopify"]["token"],
        "stripe_api_url": run["stripe"]["url"],
        "datadog_api_url": run["datadog"]["url"],
        "datadog_api_key": run["datadog"]["api_key"],
        "datadog_app_key": run["datadog"]["app_key"],
        "sentry_api_url": run["sentry"]["url"],
        "sentry_organization": run["sentry"]["organization"],
        "sentry_token": run["sentry"]["token"],
        "atlas_api_url": run["atlas"]["url"],
        "atlas_client_id": run["atlas"]["client_id"],
        "atlas_client_secret": run["atlas"]["client_secret"],
        "supabase_api_url": run["supabase"]["url"],
        "supabase_token": run["supabase"]["token"],
        "uptimerobot_api_url": run["uptimerobot"]["url"],
        "uptimerobot_api_key": run["uptimerobot"]["api_key"],
        "saasops_status_pages": status_pages(run["status_url"]),
    }


def _forced(place: Place) -> Json:
    """What must not be as it is anywhere else, whatever is given."""
    folder = place.folder
    return {
        "saasops_banner": BANNER,
        "saasops_ledger_url": f"sqlite:///{folder}/ledger.sqlite3",
        "backup_password": "rehearsal",
        "backup_programs": str(postgresql.programs()),
        **forced_files(place),
    }


def forced_files(place: Place) -> Json:
    folder = place.folder
    made = {"report_folder": "reports", "schedule_cron_folder": "cron", "schedule_unit_folder": "units", "schedule_log_folder": "log"}
    for place_of in made.values():
        (folder / place_of).mkdir(exist_ok=True)
    return {
        **{name: str(folder / place_of) for name, place_of in made.items()},
        "schedule_awx_file": str(folder / "awx-schedules.yml"),
        "schedule_enable": False,
        "backup_repository": str(folder / "backups"),
    }


def _component(place: Place, name: str, facts: Json) -> Json:
    known = place.sandbox.run["components"].get(name, {})
    vendor = str(facts.get("component_vendor"))
    made: Json = {}
    if vendor == "vercel":
        made.update(vercel_project=known["project"], vercel_deployment_url=known["deployment_url"])
    elif vendor == "railway":
        made["railway_service"] = known["service"]
    elif vendor == "stripe":
        made["stripe_api_key"] = place.sandbox.run["stripe"]["test_key" if facts.get("stripe_mode") == "test" else "api_key"]
    if facts.get("component_url"):
        made["component_url"] = known["url"]
    if name in place.databases:
        made["component_dsn"] = place.databases[name]
    alive = f"{place.sandbox.run['stripe']['url']}/v1/balance"
    if facts.get("component_needs"):
        made["component_needs"] = [{"name": str(need["name"] if isinstance(need, dict) else need), "url": alive} for need in facts["component_needs"]]
    moved = {"url": f"https://{name}.invalid/health"}
    made["component_monitors"] = [{**one, **(moved if "url" in one else {})} for one in facts.get("component_monitors") or []]
    made.update(_logs(place, name, facts))
    made.update(_maintenance(place, name, facts))
    made.update(_programs(place, name, facts))
    answered = [variable.removeprefix("component_") for variable in OF_THE_PAGE if facts.get(variable)]
    if answered:
        place.without(name, f"what its own pages answer ({', '.join(answered)})", "doctor", "health", "report", "scheduled")
    return made


def _maintenance(place: Place, name: str, facts: Json) -> Json:
    """What is switched at a vendor is switched in the sandbox; calls and commands could reach the real world, and a flag is not in it."""
    given = facts.get("component_maintenance")
    if not given or given.get("how") in SWITCHED_HERE:
        return {"component_maintenance": given} if given else {}
    place.without(name, "how it is switched, for which a command stands in", "maintenance")
    return {"component_maintenance": {"how": "command", "on": ["true"], "off": ["true", "off"]}, "component_folder": str(place.folder)}


def _logs(place: Place, name: str, facts: Json) -> Json:
    logs = facts.get("component_logs") or {}
    if not logs:
        return {}
    if "files" in logs or "command" in logs:
        place.log(name).parent.mkdir(exist_ok=True)
        return {"component_logs": {**{key: value for key, value in logs.items() if key not in ("command", "files")}, "files": [str(place.log(name))]}}
    return {"component_logs": logs}


def _programs(place: Place, name: str, facts: Json) -> Json:
    """Commands run what is on the operator's machine, and could reach the real world: others stand in for them."""
    made: Json = {}
    folder = place.folder / "application" / name
    if facts.get("component_commands"):
        made["component_commands"] = {
            command: {"argv": [sys.executable, "-c", COMMAND], "reads_only": bool((said or {}).get("reads_only"))}
            for command, said in facts["component_commands"].items()
        }
        place.without(name, "its commands, for which one that ends well stands in", "scheduled")
    if facts.get("component_commands") or facts.get("component_migrate"):
        folder.mkdir(parents=True, exist_ok=True)
        made["component_folder"] = str(folder)
    if facts.get("component_migrate") and name in place.databases:
        for migration, statement in MIGRATIONS.items():
            (folder / "prisma/migrations" / migration).mkdir(parents=True)
            (folder / "prisma/migrations" / migration / "migration.sql").write_text(statement, encoding="utf-8")
        (folder / "tool.py").write_text(TOOL, encoding="utf-8")
        tool = [sys.executable, "tool.py"]
        made["component_migrate"] = {
            "tool": "prisma",
            "argv": [*tool, "deploy"],
            "backup_folder": str(folder / "backups"),
            "programs": str(postgresql.programs()),
            "maintenance": True,
        }
        made["component_maintenance"] = {"how": "command", "on": [*tool, "on"], "off": [*tool, "off"]}
        place.without(name, "its migrations, for which a small tool with one stands in", "db_migrate")
    return made


def _rules(facts: Json) -> list[Json]:
    """Without those of numbers that only the application's own pages tell."""
    values = (facts.get("component_metrics") or {}).get("values") or {}
    parts = facts.get("component_parts") or {}
    lost = {*values, *parts, *(name for one in facts.get("component_endpoints") or [] for name in (one.get("parts") or {}))}
    return [rule for rule in facts.get("component_rules") or [] if rule.get("metric") not in lost]


def _scheduled(place: Place, facts: Json) -> Json:
    """Without the components that are not there."""
    if "scheduled_items" not in facts:
        return {}
    items = []
    for item in facts["scheduled_items"]:
        named = item.get("components")
        left = [name for name in named or [] if name in place.components]
        if named and not left:
            continue
        items.append({**item, **({"components": left} if named else {})})
    return {"scheduled_items": items}


def _backed_up(place: Place, hosts: Json) -> None:
    """Where backups are one item among many, one component stands for all: every part costs its time. The heartbeat only asks what was run."""
    if place.verb not in ("scheduled", "heartbeat"):
        return
    relational = [name for name, address in place.databases.items() if address.startswith("postgresql") and name in hosts]
    chosen = (relational or list(hosts))[:1] if place.verb == "scheduled" else []
    for name in hosts:
        if name not in chosen:
            hosts[name]["component_backup"] = False
    place.without("backups", f"those of all but {', '.join(chosen)}", "scheduled")


def _routes(place: Place, routes: t.Sequence[Json]) -> list[Json]:
    """Whoever would be told is told in the sandbox."""
    run, made = place.sandbox.run, []
    for route in routes:
        kind = str(route.get("kind"))
        own = {key: route[key] for key in ROUTE if key in route}
        if kind == "slack":
            # The sandbox's bot is in two channels.
            made.append({**own, "channel": "#incidents", "token": run["slack"]["token"], "api_url": run["slack"]["api_url"]})
        elif kind == "pagerduty":
            made.append({**own, "routing_key": run["pagerduty"]["routing_key"], "api_url": run["pagerduty"]["api_url"]})
        elif kind == "statuspage":
            known = run["statuspage"]
            own.update(page=known["page"], components=dict.fromkeys(known["components"][:1], "major_outage"))
            made.append({**own, "api_key": known["api_key"], "api_url": known["api_url"]})
        else:
            made.append(
                {"name": own.get("name", kind), "kind": "http", "url": run["receiver_url"], **{k: own[k] for k in ("severities", "digest") if k in own}}
            )
            if kind == "mail":
                place.left_out[str(own.get("name", kind))] = ["mail, which is posted to the sandbox instead"]
    return made

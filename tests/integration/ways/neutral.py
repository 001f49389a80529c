# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that belong to no vendor."""

from __future__ import annotations

from tests.harness.world import World
from tests.integration.ways import Cycle, Json, Look

LEDGER_PASSWORD = "ways-test-ledger-4Kd9Wq2Zx7Vn5Bm1Pj8Lh6"
NOTIFY_TOKEN = "ways-test-notify-7Tn3Kq8Wd5Zx2Vb6Lp9Rm4"
DATABASE_PASSWORD = "ways-test-database-8Rk3Wd7Zq2Lx9Tn5Vb4Hm"
SECRETS = (LEDGER_PASSWORD, DATABASE_PASSWORD, NOTIFY_TOKEN)
DATABASE: Json = {"name": "database", "component_vendor": "postgres"}
MIGRATE: Json = {"tool": "prisma", "argv": ["true"], "backup_folder": "/nowhere/backups"}
PAUSED: Json = {"name": "app", "component_vendor": "vercel", "component_maintenance": {"how": "vercel_pause"}}
SWITCHED: Json = {"name": "app", "component_vendor": "vercel", "component_maintenance": {"how": "command", "on": ["true"], "off": ["true"]}}
NEEDED: dict[str, Json] = {
    "app_command": {"argv": ["true"]},
    "component_health": {"component": {"name": "app", "component_vendor": "supabase", "component_url": "http://127.0.0.1:1"}, "recheck_after": "0"},
    "component_database_info": {"component": DATABASE},
    "component_readiness": {"component": {"name": "app", "component_vendor": "supabase"}},
    "component_logs": {"component": {"name": "billing", "component_vendor": "stripe"}},
    "component_maintenance": {"component": {"name": "app"}},
    "component_monitors": {"component": {"name": "api"}},
    "database_migration": {"component": DATABASE},
    "component_release": {"component": {"name": "app", "component_vendor": "vercel"}},
    "component_release_info": {"component": {"name": "app", "component_vendor": "vercel"}},
    "component_restart": {"component": {"name": "app", "component_vendor": "vercel"}},
    "component_webhooks": {"component": {"name": "app", "component_vendor": "vercel"}},
    "http_probe": {"endpoints": [{"url": "http://127.0.0.1:1/"}]},
    "inventory_draft": {"system": "shop", "environment": "production", "path": "drafted/production.yml"},
    "lease": {"environment": "shop/production", "run_id": "r"},
    "log_scan": {"lines": ["fine"], "packs": ["errors"]},
    "notify": {"environment": "shop/production", "severity": "warning", "title": "slow"},
    "release": {"environment": "shop/production", "component": "app", "deployment": "d"},
    "release_info": {"environment": "shop/production", "components": []},
    "schedule_info": {"environment": "shop/production", "runs": []},
    "slo_evaluate": {"rules": [{"name": "errors", "kind": "ratio", "window": "5m", "alert": "> 5%"}]},
    "vendor_status_info": {"vendors": ["railway"]},
}
BAD: list[tuple[str, Json]] = [
    ("app_command", {"argv": None}),
    ("app_command", {"argv": ["there-is-no-such-program"]}),
    ("app_command", {"chdir": "away"}),
    ("app_command", {"command": "audit"}),
    ("app_command", {"argv": None, "command": "audit"}),
    ("app_command", {"conditions": ["status ="]}),
    ("app_command", {"pass_environment": ["THERE_IS_NO_SUCH_VARIABLE"]}),
    ("app_command", {"timeout": "soon"}),
    ("component_database_info", {"component": {"name": "database"}}),
    ("database_migration", {"component": {**DATABASE, "component_migrate": "prisma"}}),
    ("database_migration", {"component": {**DATABASE, "component_migrate": {**MIGRATE, "tool": "by hand"}}}),
    ("database_migration", {"component": {**DATABASE, "component_migrate": {**MIGRATE, "argv": "npx prisma"}}}),
    ("database_migration", {"component": {**DATABASE, "component_migrate": MIGRATE}, "restore": True}),
    ("database_migration", {"component": {**DATABASE, "component_migrate": MIGRATE}}),
    ("database_migration", {"component": {**DATABASE, "component_migrate": MIGRATE}, "dsn": f"mysql://ops:{DATABASE_PASSWORD}@127.0.0.1/shop"}),
    ("database_migration", {"state": "reverted"}),
    ("component_database_info", {"rules": [{"name": "orphans", "kind": "orphan"}]}),
    ("component_database_info", {"rules": [{"name": "users", "kind": "count", "table": "users", "growth_percent": "much"}]}),
    ("component_database_info", {"limits": {"connections_percent": {"warning": 80}}}),
    ("component_database_info", {"statement_timeout": "0"}),
    ("component_database_info", {"sslmode": "perhaps"}),
    ("http_probe", {"endpoints": [{"method": "GET"}]}),
    ("http_probe", {"endpoints": [{"url": "http://127.0.0.1:1/", "metod": "GET"}]}),
    ("http_probe", {"endpoints": [{"url": "http://127.0.0.1:1/", "method": "POST"}]}),
    ("http_probe", {"endpoints": [{"url": "nowhere"}]}),
    ("http_probe", {"in_a_row": 0}),
    ("component_logs", {"component": {"component_vendor": "railway"}}),
    ("component_logs", {"component": {"name": "billing", "component_vendor": "stripe", "component_logs": {"pack": ["errors"]}}}),
    ("component_logs", {"component": {"name": "billing", "component_vendor": "stripe", "component_logs": {"packs": ["errors"], "vendor": True}}}),
    ("component_logs", {"packs": ["everything"]}),
    ("component_maintenance", {"component": {"component_vendor": "vercel"}}),
    ("component_maintenance", {"state": "closed"}),
    ("component_maintenance", {"state": "on", "component": {**PAUSED, "component_maintenance": {"how": "by hand"}}}),
    ("component_maintenance", {"state": "read_only", "component": PAUSED}),
    ("component_maintenance", {"state": "on", "component": PAUSED, "lifetime": "9d"}),
    ("component_maintenance", {"state": "off", "component": {**SWITCHED, "component_maintenance": {"how": "command", "on": "true", "off": ["true"]}}}),
    ("component_maintenance", {"state": "off", "component": SWITCHED, "force": True}),
    ("component_monitors", {"component": {"component_monitors": []}}),
    ("component_monitors", {"component": {"name": "api", "component_monitors": [{"nam": "page"}]}}),
    ("component_monitors", {"component": {"name": "api", "component_monitors": [{"name": "page", "provider": "pingdom"}]}}),
    ("component_monitors", {"component": {"name": "api", "component_monitors": [{"name": "page"}, {"name": "page"}]}, "state": "present"}),
    ("inventory_draft", {"path": None}),
    ("inventory_draft", {"railway": {"tokn": "x"}}),
    ("inventory_draft", {"stripe": {"api_key": "pk_live_ways"}}),
    ("log_scan", {"lines": None}),
    ("log_scan", {"packs": ["everything"]}),
    ("log_scan", {"patterns": [{"name": "half", "regex": "("}]}),
    ("log_scan", {"limits": [{"pattern": "error_lines", "most": 0}]}),
    ("log_scan", {"since": "yesterday"}),
    ("lease", {"run_id": None}),
    ("lease", {"state": "stolen"}),
    ("lease", {"environment": "shop"}),
    ("lease", {"ledger_url": f"postgresql://saasops:{LEDGER_PASSWORD}@127.0.0.1:1/saasops"}),
    ("component_restart", {"component": {"component_vendor": "railway"}}),
    ("component_webhooks", {"component": {"name": "store", "component_vendor": "shopify", "component_webhooks": [{"topic": "orders/paid"}]}}),
    ("component_webhooks", {"component": {"name": "app", "component_vendor": "vercel", "component_webhooks": []}}),
    ("component_restart", {"component": {"name": "api", "component_vendor": "railway", "component_remedies": [{"when": "memory is high"}]}}),
    ("component_restart", {"cooldown": "soon"}),
    ("component_restart", {"when": "sometimes"}),
    ("notify", {"title": None}),
    ("notify", {"severity": "bad"}),
    ("notify", {"window": "soon"}),
    ("notify", {"most_per_hour": 0}),
    ("notify", {"resolved": True, "acknowledged": True}),
    ("release", {"deployment": None}),
    ("release_info", {"ledger_url": f"mysql://saasops:{LEDGER_PASSWORD}@127.0.0.1:1/saasops"}),
    ("schedule_info", {"runs": [{"tags": ["nightly"], "cron": "0 7 * * *"}]}),
    ("schedule_info", {"runs": [{"tags": ["daily"], "cron": "7"}]}),
    ("schedule_info", {"timezone": "Europe/Berlim", "runs": [{"tags": ["daily"], "cron": "0 7 * * *"}]}),
    ("component_release", {"component": {"component_vendor": "vercel"}}),
    ("component_release", {"component": {"name": "database", "component_vendor": "postgres"}}),
    ("component_release", {"pinned": "perhaps"}),
    ("component_release", {"seen": {"component": "another", "vendor": "vercel"}}),
    ("component_health", {"component": {"component_vendor": "vercel"}}),
    ("component_health", {"probes": 0}),
    ("component_health", {"recheck_after": "soon"}),
    ("component_health", {"component": {"name": "app", "component_vendor": "supabase", "component_limits": {"response_ms": "slow"}}}),
    ("component_readiness", {"component": {"component_vendor": "vercel"}}),
    ("component_readiness", {"scope": "everything"}),
    ("component_readiness", {"deadline": "soon"}),
    ("slo_evaluate", {"rules": []}),
    ("slo_evaluate", {"rules": [{"name": "errors", "kind": "ratio", "window": "5m", "alrt": "> 5%"}]}),
    ("slo_evaluate", {"rules": [{"name": "errors", "kind": "ratio", "window": "5m", "alert": "> 500%"}]}),
    ("slo_evaluate", {"rules": ["errors"]}),
    ("slo_evaluate", {"at": "2026-11-20T07:00:00"}),
    ("slo_evaluate", {"before": {"errors": "critical"}}),
    ("vendor_status_info", {"vendors": ["ralway"]}),
    ("vendor_status_info", {"pages": {"railway": "nowhere"}}),
]
# With a sample that cannot be used, a text that would colour the screen, and a moment in another time zone.
JUDGED: Json = {
    "at": 1795143720,
    "rules": [
        {"name": "errors", "kind": "ratio", "window": "5m", "target": "<= 1%", "alert": "> 5%"},
        {"name": "health", "kind": "string", "window": "5m", "target": {"is_not": "critical"}},
        {"name": "backup", "kind": "age", "target": "< 24h"},
    ],
    "samples": {
        "errors": [{"at": 1795143700, "bad": 26, "total": 500}, {"at": 1795143701, "bad": None, "total": "NaN"}],
        "health": [{"at": 1795143700.5, "value": "degraded \x1b[31m"}],
        "backup": {"samples": [{"at": "2026-11-19T12:00:00+01:00"}], "since": 1795000000},
    },
}


def steps(world: World, ledger: str) -> list[Cycle | Look]:
    connection = {name: value for name, value in world.variables().items() if name in ("vercel_api_url", "vercel_team")}
    dashboard = {"name": "dashboard", "component_vendor": "vercel", "vercel_project": "dashboard", **connection}
    dashboard["component_url"] = world.sandbox_run["components"]["dashboard"]["url"]
    railway = {name: value for name, value in world.variables().items() if name in ("railway_api_url", "railway_project")}
    api = {"name": "api", "component_vendor": "railway", "railway_service": "api", **railway}
    api["component_url"] = world.sandbox_run["components"]["api"]["url"]
    at_railway = {"component": api}
    here = {"ledger_url": ledger, "environment": "shop/production"}
    fact = {**here, "component": "app", "deployment": "dpl_example", "state": "bad", "reason": "it leaks", "schema_floor": "v1.4.1"}
    proved = {**here, "component": "app", "deployment": "dpl_proved"}
    held = {**here, "run_id": "by-hand", "reason": "both ways", "seconds": "10m"}
    # Not a file of this world, whose name would differ from one way to the other.
    log = ["printf", "%s\\n", *["2026-11-21T14:00:00Z payment failed for jane.doe@example.com"] * 4]
    robot = world.sandbox_run["uptimerobot"]
    page = {"name": "page", "url": "https://page.example.com/"}
    watched = {
        "component": {"name": "api", "component_monitors": [page, {"name": "api health"}]},
        "uptimerobot_api_key": robot["api_key"],
        "uptimerobot_api_url": robot["url"],
    }
    both = [{"name": "checkout errors", "provider": "datadog"}, {"name": "errors", "provider": "sentry", "warn_on": [], "fail_on": []}]
    elsewhere = {
        "component": {"name": "api", "component_monitors": both},
        **{name: value for name, value in world.variables().items() if name.startswith(("datadog_", "sentry_"))},
    }
    payments = {"packs": ["payments"], "limits": [{"pattern": "payment_failed", "most": 3, "within": "5m"}]}
    run = world.sandbox_run
    slow = {**here, "severity": "critical", "title": "checkout is slow", "text": "{{ 7 * 7 }} <!channel>", "fingerprint": "health/checkout"}
    slow["routes"] = [
        {"name": "bot", "kind": "slack", "channel": "#incidents", "token": run["slack"]["token"], "api_url": run["slack"]["api_url"]},
        {"name": "hook", "kind": "slack", "webhook_url": run["slack"]["webhook_url"]},
        {"name": "pager", "kind": "pagerduty", "routing_key": run["pagerduty"]["routing_key"], "api_url": run["pagerduty"]["api_url"]},
        {"name": "page", "kind": "statuspage", **{name: run["statuspage"][name] for name in ("page", "api_key", "api_url")}},
        {"name": "own", "kind": "http", "url": f"{run['receiver_url']}/told", "token": NOTIFY_TOKEN},
        {"name": "wrong", "kind": "slack", "channel": "#incidents", "tokn": NOTIFY_TOKEN},
    ]
    draft: Json = {**NEEDED["inventory_draft"], "projects": ["dashboard", "hydrogen"]}
    draft["railway"] = {"token": run["railway"]["token"], "api_url": run["railway"]["url"]}
    draft["vercel"] = {"token": run["vercel"]["token"], "api_url": run["vercel"]["url"]}
    draft["convex"] = {"token": run["convex"]["team_token"], "api_url": run["convex"]["management_url"]}
    draft["shopify"] = {"token": run["shopify"]["token"], "shop": run["shopify"]["shop"], "api_url": run["shopify"]["url"]}
    draft["stripe"] = {"api_key": run["stripe"]["api_key"], "api_url": run["stripe"]["url"]}
    endpoints = [{"name": name, "url": known["url"] + "/health"} for name, known in world.sandbox_run["components"].items()]
    (world.folder / "orders").mkdir()
    (world.folder / "orders" / "orders.sh").write_text('echo "$1" >> told; echo "customer-0001@example.com"; echo "{\\"told\\": 1}"\n', encoding="utf-8")
    report: Json = {"chdir": "orders", "conditions": ["told == `1`"], "value": "told"}
    functions = {"name": "functions", "component_vendor": "convex", "convex_url": world.sandbox_run["convex"]["url"]}
    rule = {"name": "memberships", "kind": "orphans", "table": "memberships", "column": "userId", "references": {"table": "users", "column": "_id"}}
    rules = {"component": functions, "deploy_key": world.sandbox_run["convex"]["deploy_key"], "rules": [rule], "seed": "both ways"}
    shown = {"component": {**dashboard, "component_maintenance": {"how": "vercel_global_config", "config": "shop-flags"}}}
    switch = "checks[?name=='maintenance: switch'].reason | [0] | contains(@, 'shop-flags: {}')"
    delivered = {"topic": "refunds/create", "uri": "https://hooks.example.com/both-ways"}
    store = {"name": "store", "component_vendor": "shopify", "shopify_shop": run["shopify"]["shop"], "shopify_api_url": run["shopify"]["url"]}
    hooked = {"component": {**store, "component_webhooks": [delivered]}, "token": run["shopify"]["token"]}
    nowhere = {"component": DATABASE, "dsn": f"postgresql://ops:{DATABASE_PASSWORD}@127.0.0.1:1/shop", "seed": "both ways"}
    return [
        Cycle(
            "app_command",
            {"argv": ["sh", "orders.sh", "{{ 7 * 7 }}"], "changed_if": "told == `1`", **report},
            "app_command",
            {"argv": ["sh", "orders.sh", "again"], "reads_only": True, **report},
            "checks[0].verdict == 'pass' && command.exit_code == `0`",
            repeats=True,
        ),
        Look("database_migration", {"component": DATABASE}, "migration.supported == `false`"),
        Look("component_database_info", nowhere, "verdict == 'fail' && checks[0].name == 'reachable'"),
        Look("component_database_info", rules, "verdict == 'pass' && checks[1].value == `0`"),
        Look("http_probe", {"endpoints": endpoints, "in_a_row": 2, "interval": 1}, "endpoints[].verdict == ['fail', 'fail', 'pass', 'pass']"),
        Look(
            "component_health",
            {"component": {**api, "component_parts": {"database": "checks[?name=='database'].status | [0]"}}, "recheck_after": "0", "probes": 1},
            "[status, length(checks[?name=='database' && verdict=='fail']), serving.version] == ['critical', `1`, 'v1.4.2']",
        ),
        Look("component_readiness", at_railway, "checks[?verdict=='pass'].name | contains(@, 'doctor: token') && contains(@, 'rollback: target')"),
        Look("component_readiness", {"scope": "environment", "vendors": []}, "checks[?component!=''] == `[]`"),
        Look(
            "vendor_status_info",
            {"vendors": ["railway", "vercel", "postgres"], "pages": world.variables()["saasops_status_pages"]},
            "[verdict, pages[].vendor] == ['pass', ['railway', 'vercel']]",
        ),
        Look("slo_evaluate", JUDGED, "[verdict, level, rules[].level] == ['fail', 'alert', ['alert', 'none', 'none']]"),
        Look(
            "log_scan",
            {"command": log, "lines": [{"at": 1795269600.0, "level": "error", "text": "{{ 7 * 7 }}"}], "samples": 1, **payments},
            "verdict == 'fail' && patterns.payment_failed.top[0].fingerprint == 'payment failed for <email>' && complete",
        ),
        Cycle("component_maintenance", {**shown, "state": "on", "lifetime": "30m"}, "component_readiness", shown, switch.format("on")),
        Cycle("component_maintenance", {**shown, "state": "off"}, "component_readiness", shown, switch.format("off")),
        Look("component_maintenance", shown, "[verdict, maintenance.how] == ['pass', 'vercel_global_config']"),
        Cycle("inventory_draft", draft, "inventory_draft", draft, "length(components) == `6` && written == `false`"),
        Look("component_logs", {**at_railway, "packs": ["errors"], "since": "10m"}, "checks[].verdict == ['pass'] && patterns.error_line.count > `3`"),
        Look(
            "component_logs",
            {"component": {**NEEDED["component_logs"]["component"], "component_logs": {"command": log, **payments, "since": "400d"}}},
            "[verdict, checks[].verdict] == ['fail', ['fail', 'pass']]",
        ),
        Cycle("component_monitors", {**watched, "state": "present"}, "component_monitors", watched, "checks[].verdict == ['inconclusive', 'pass']"),
        # The one at Datadog does not have the tag of its component yet.
        Look("component_monitors", elsewhere, "checks[].verdict == ['warn', 'pass', 'pass', 'pass', 'pass', 'pass'] && length(triage) == `3`"),
        Look("log_scan", {"files": ["/nonexistent/app.log"], **payments}, "verdict == 'error' && patterns.payment_failed.count == `null`"),
        Cycle(
            "component_release",
            {"component": dashboard, "deployment": "v0.8.0"},
            "component_release_info",
            {"component": dashboard, "probe": {"in_a_row": 1}},
            "release.serving.version == 'v0.8.0' && health.verdict == 'pass'",
        ),
        Cycle(
            "component_release",
            {"component": dashboard, "deployment": "v0.8.1", "pinned": False},
            "component_release_info",
            {"component": dashboard},
            "release.serving.version == 'v0.8.1' && release.pinned == `false`",
        ),
        Cycle(
            "component_release",
            {**at_railway, "deployment": "v1.4.1"},
            "component_release_info",
            at_railway,
            "release.serving.version == 'v1.4.1'",
        ),
        Cycle("component_restart", at_railway, "component_release_info", at_railway, "release.serving.version == 'v1.4.1'", repeats=True),
        Cycle("component_webhooks", hooked, "component_webhooks", hooked, "verdict == 'pass' && webhooks.registered[0].result == 'there'"),
        Cycle("notify", slow, "notify", {**slow, "do": "who"}, "who.critical == ['bot', 'hook', 'pager', 'page', 'own'] && routes[5].state == 'failed'"),
        Cycle("notify", {**slow, "resolved": True}, "notify", {**slow, "do": "who"}, "who.info == ['bot', 'hook', 'own']"),
        Cycle("release", fact, "release_info", {**here, "components": ["app"]}, "components.app.releases.dpl_example.bad_reason == 'it leaks'"),
        Cycle("release", {**proved, "state": "proved"}, "release_info", {**here, "components": ["app"]}, "components.app.releases.dpl_proved.proved_at > `0`"),
        Look("schedule_info", {**here, "runs": [{"tags": ["daily"], "cron": "0 7 * * *"}]}, "verdict == 'inconclusive' && runs[0].next_at > `0`"),
        Cycle("lease", held, "release_info", {**here, "components": []}, "lease.run == 'by-hand'"),
        Cycle("lease", {**here, "run_id": "by-hand", "state": "free"}, "release_info", {**here, "components": []}, "lease == `null`"),
    ]

# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of change that a module of a vendor can make, once: what leads up to it, its options, and how a module is run."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import importlib
import json
import os
import pathlib
import typing as t

import requests
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
from tests.harness import stripe_hooks
from tests.sandbox.launch import Sandbox

Json = dict[str, t.Any]
PACKAGE = "ansible_collections.saasops.runbooks.plugins.modules"
SECRET = "writes-test-value-5Nd8Rk3Wq6Zc1Xv"
NEVER_DEPLOYED = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334"
STAGES = [{"percentage": 10}, {"percentage": 50}, {"percentage": 100}]
DESTROYS = {"allow": "destroy"}


class Act(t.NamedTuple):
    """One run of a module."""

    module: str
    options: Json

    def __str__(self) -> str:
        return f"{self.module} {self.options}"


Step = Act | t.Callable[[Sandbox], t.Any]


@dataclasses.dataclass(frozen=True)
class Write:
    """``before`` leads up to the change. ``acts``: it has no state to look at, so asking again acts again.

    ``takes_back``: what the module does only to take back its own effect (such as the key whose secret nobody got), and which.
    ``hidden``: for so many seconds the vendor does not show the effect, so whoever comes after a kill must come later than that.
    """

    name: str
    act: Act
    before: tuple[Step, ...] = ()
    acts: bool = False
    takes_back: tuple[str, str] = ("", "")
    hidden: float = 0.0

    def __str__(self) -> str:
        return f"{self.act.module}: {self.name}"


# -- running a module
def connection(run: Json, module: str) -> Json:
    """Where the module's vendor is, and a token that may do what it does."""
    vendor = module.split("_")[0]
    known = run[vendor]
    if vendor == "vercel":
        return {"token": known["token"], "api_url": known["url"], "team": "example-team"}
    if vendor == "railway":
        broad = {"api_token": known["account_token"], "project": "example", "environment": "production"}
        return {"api_url": known["url"], **(broad if module.startswith("railway_project_token") else {"token": known["token"]})}
    if vendor == "shopify":
        return {"token": known["token"], "api_url": known["url"], "shop": known["shop"]}
    if vendor == "sentry":
        return {"token": known["token"], "api_url": known["url"], "organization": known["organization"]}
    if vendor == "datadog":
        return {"api_key": known["api_key"], "app_key": known["app_key"], "api_url": known["url"]}
    if vendor == "atlas":
        given = {name: known[name] for name in ("client_id", "client_secret", "project", "cluster")}
        return {**given, "api_url": known["url"]}
    if vendor == "supabase":
        return {"token": known["token"], "api_url": known["url"], "project": known["project"]}
    if vendor == "uptimerobot":
        return {"api_key": known["api_key"], "api_url": known["url"]}
    if vendor == "stripe":
        return {"api_key": known["api_key"], "api_url": known["url"], "mode": "live"}
    if module.startswith("convex_deploy_key"):
        return {"token": known["team_token"], "api_url": known["management_url"], "deployment": known["deployment"]}
    return {"deploy_key": known["deploy_key"], "url": known["url"], "deployment": known["deployment"]}


def play(sandbox: Sandbox, act: Act, folder: pathlib.Path, check_mode: bool = False, **more: t.Any) -> Json:
    """The module's result in this process, with its options checked as Ansible checks them.

    ``{folder}`` in an option is the test's own; a function there is asked for the value.
    """
    module: t.Any = importlib.import_module(f"{PACKAGE}.{act.module}")
    known = connection(sandbox.run, act.module)
    given = {**{name: value for name, value in known.items() if name in module.SPEC["argument_spec"]}, **act.options, **more}
    given = {name: value(sandbox) if callable(value) else value for name, value in given.items()}
    given = {name: value.replace("{folder}", str(folder)) if isinstance(value, str) else value for name, value in given.items()}
    rules = {name: value for name, value in module.SPEC.items() if name != "supports_check_mode"}
    checked = ModuleArgumentSpecValidator(**rules).validate(given)
    assert not checked.error_messages, checked.error_messages
    return outcome(module.execute, checked.validated_parameters, check_mode, no_log=True)


@dataclasses.dataclass(eq=False)
class Child:
    """A module's run in a process of its own, which waits for ``go()``, so that it can be killed at a certain request."""

    sandbox: Sandbox
    act: Act
    folder: pathlib.Path

    def __post_init__(self) -> None:
        hold, self._let_go = os.pipe()
        self.result = self.folder / "result.json"
        self.pid = os.fork()
        if self.pid:
            os.close(hold)
            return
        try:
            os.close(self._let_go)
            os.read(hold, 1)
            self.result.write_text(json.dumps(play(self.sandbox, self.act, self.folder)), encoding="utf-8")
        finally:
            # Without pytest's own exit: this process is a copy of it.
            os._exit(0)

    def go(self) -> int:
        """How it ended; negative: the signal."""
        os.close(self._let_go)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


# -- what leads up to a change
def push(component: str, **facts: t.Any) -> t.Callable[[Sandbox], t.Any]:
    return lambda sandbox: sandbox.push(component, **facts)


def add(component: str, **facts: t.Any) -> t.Callable[[Sandbox], t.Any]:
    return lambda sandbox: sandbox.add(component, **facts)


def patch(component: str, **facts: t.Any) -> t.Callable[[Sandbox], t.Any]:
    return lambda sandbox: sandbox.patch(component, **facts)


def the_id(component: str, tag: str) -> t.Callable[[Sandbox], str]:
    """Of a deployment, also of one that is deleted by now: in worlds of one seed it is the same."""

    @functools.cache
    def find(sandbox: Sandbox) -> str:
        return next(str(one["id"]) for one in sandbox.state(component)["deployments"] if one["tag"] == tag)

    return find


# -- Vercel
HYDROGEN = {"project": "hydrogen"}


def vercel(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"vercel_{module}", options), before, **facts)


def _variable(value: str | None = SECRET, **facts: t.Any) -> Json:
    return {"key": "PAYMENT_KEY", "value": value, "target": ["production"], "version": "1", **facts}


ROLLING: tuple[Step, ...] = (add("app", tag="v1.5.0"), Act("vercel_rolling_release", {**HYDROGEN, "stages": STAGES}))
STARTED: tuple[Step, ...] = (*ROLLING, Act("vercel_rolling_release", {**HYDROGEN, "deployment": "v1.5.0", "state": "active"}))
ALIAS = {**HYDROGEN, "alias": "next.example.com"}
RULE = {"name": "scrapers", "addresses": ["198.51.100.0/24", "192.0.2.7"], "expires_in": "24h"}
GUARDED = {**HYDROGEN, "attack_mode": True, "attack_mode_for": "2h", "rules": [RULE], "bypasses": [{"source": "203.0.113.7"}]}
MODE = {"key": "MODE", "value": "production", "target": ["production", "preview"], "type": "plain"}
VERCEL = [
    vercel("assign", "alias", {**ALIAS, "deployment": "v1.4.1"}),
    vercel("remove", "alias", {**ALIAS, "state": "absent"}, Act("vercel_alias", {**ALIAS, "deployment": "v1.4.1"})),
    vercel("deploy a commit", "deployment", {**HYDROGEN, "sha": "77ab310b2281af3309300aaa0020d161371dbe99", "target": "preview"}),
    vercel("deploy a branch, with a key", "deployment", {**HYDROGEN, "ref": "main", "key": "pipeline-1"}),
    vercel("redeploy, with a key", "deployment", {**HYDROGEN, "deployment": "v1.4.2", "state": "redeployed", "key": "rotation"}),
    vercel("redeploy", "deployment", {**HYDROGEN, "deployment": "v1.4.2", "state": "redeployed"}, acts=True),
    vercel("cancel", "deployment", {**HYDROGEN, "deployment": "v1.4.3", "state": "canceled"}, push("app", tag="v1.4.3", build_seconds=900)),
    vercel("delete", "deployment", {**HYDROGEN, "deployment": the_id("app", "v1.4.0"), "state": "absent", "keep": 1, **DESTROYS}),
    vercel("create", "env", {**HYDROGEN, "variables": [_variable(), MODE]}),
    vercel("update", "env", {**HYDROGEN, "variables": [_variable(SECRET[::-1], version="2")]}, Act("vercel_env", {**HYDROGEN, "variables": [_variable()]})),
    vercel(
        "remove",
        "env",
        {**HYDROGEN, "variables": [_variable(None, state="absent", version=None)], **DESTROYS},
        Act("vercel_env", {**HYDROGEN, "variables": [_variable()]}),
    ),
    vercel("guard", "firewall", GUARDED),
    vercel(
        "back to normal", "firewall", {**HYDROGEN, "attack_mode": False, "rules": [{"name": "scrapers", "state": "absent"}]}, Act("vercel_firewall", GUARDED)
    ),
    vercel("set and remove", "global_config_item", {"config": "shop-flags", "items": {"maintenance": True}, "absent": ["banner"], **DESTROYS}),
    vercel("roll back", "production", {**HYDROGEN, "deployment": "v1.4.1", "description": "bad release"}),
    vercel("promote", "production", {**HYDROGEN, "deployment": "v1.5.0"}, add("app", tag="v1.5.0")),
    vercel("pause", "project", {"project": "dashboard", "paused": True}),
    vercel("unpause", "project", {"project": "dashboard", "paused": False}, Act("vercel_project", {"project": "dashboard", "paused": True})),
    vercel("settings", "project", {**HYDROGEN, "auto_assign": False, "build_command": "npm run build"}),
    vercel("stages", "rolling_release", {**HYDROGEN, "stages": STAGES}),
    vercel("off", "rolling_release", {**HYDROGEN, "enabled": False}, *ROLLING),
    vercel("start", "rolling_release", {**HYDROGEN, "deployment": "v1.5.0", "state": "active"}, *ROLLING),
    vercel("approve", "rolling_release", {**HYDROGEN, "deployment": "v1.5.0", "state": "active", "stage": 1}, *STARTED),
    vercel("complete", "rolling_release", {**HYDROGEN, "deployment": "v1.5.0", "state": "complete"}, *STARTED),
    vercel("abort", "rolling_release", {**HYDROGEN, "deployment": "v1.5.0", "state": "aborted"}, *STARTED),
]

# -- Railway
API = {"service": "api"}


def railway(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"railway_{module}", options), before, **facts)


NEW_COMMIT: tuple[Step, ...] = (patch("api", auto_deploy=False), push("api", commit=NEVER_DEPLOYED, tag="v1.5.0"))
TO_APPROVE: tuple[Step, ...] = (patch("api", deploy_result="NEEDS_APPROVAL"), push("api", tag="v1.4.3"), patch("api", deploy_result=None))
TOKEN = {"name": "runbooks 2026-11"}
STORED = {**API, "variables": {"WRITES_SECRET": SECRET, "WRITES_NUMBER": 1}}
# Railway lists the effect of a workflow when it is complete, and does not tell which ones run.
WORKFLOW = 60.0
KEPT = {**API, "backup": "before-v1.4.2"}
RAILWAY = [
    railway("roll back", "deployment", {**API, "deployment": "v1.4.1"}),
    railway("deploy a commit", "deployment", {**API, "state": "deployed", "commit": NEVER_DEPLOYED}, *NEW_COMMIT),
    railway("approve", "deployment", {**API, "state": "approved"}, *TO_APPROVE),
    railway("cancel", "deployment", {**API, "state": "cancelled", "deployment": "v1.4.3"}, push("api", tag="v1.4.3", build_seconds=900)),
    railway("restart", "deployment", {**API, "state": "restarted"}, acts=True),
    railway("redeploy", "deployment", {**API, "state": "redeployed"}, acts=True),
    railway("stop", "deployment", {**API, "state": "stopped"}),
    railway("remove", "deployment", {**API, "state": "removed", "deployment": "v1.4.2", **DESTROYS}),
    railway("create", "project_token", TOKEN, takes_back=("projectTokenDelete", "projectTokenCreate")),
    railway("delete", "project_token", {**TOKEN, "state": "absent"}, Act("railway_project_token", TOKEN)),
    railway("settings", "service", {**API, "replicas": 2, "healthcheck_path": "/health", "auto_deploy": False}),
    railway("write", "variables", STORED),
    railway("seal", "variables", {**API, "sealed": {"WRITES_KEY": SECRET}}),
    railway("remove", "variables", {**API, "absent": ["WRITES_SECRET", "WRITES_NUMBER"], **DESTROYS}, Act("railway_variables", STORED)),
    railway("back up", "volume_backup", {**API, "backup": "nightly"}, hidden=WORKFLOW),
    railway("schedule", "volume_backup", {**API, "schedule": ["DAILY", "WEEKLY"]}),
    railway("lock", "volume_backup", {**KEPT, "state": "locked"}),
    railway("delete", "volume_backup", {**KEPT, "state": "absent", **DESTROYS}, hidden=WORKFLOW),
    railway("restore", "volume_backup", {**KEPT, "volume": "api-volume", "state": "restored", "confirm": "production", **DESTROYS}, hidden=WORKFLOW),
]

# -- Convex


def convex(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"convex_{module}", options), before, **facts)


KEYS = ("POST /v1/deployments/{id}/delete_deploy_key", "POST /v1/deployments/{id}/create_deploy_key")
UPLOAD = ("POST /api/cancel_import", "POST /api/import/finish_upload")
ROWS = {"src": "{folder}/rooms.jsonl", "table": "rooms"}
CONVEX = [
    convex("create", "deploy_key", {"name": "writes"}, takes_back=KEYS),
    convex("delete", "deploy_key", {"name": "writes", "state": "absent"}, Act("convex_deploy_key", {"name": "writes"})),
    convex("pause", "deployment", {"state": "paused"}),
    convex("run", "deployment", {"state": "running"}, Act("convex_deployment", {"state": "paused"})),
    convex("write and remove", "env", {"variables": {"WRITES_SECRET": SECRET}, "absent": ["MAINTENANCE"], **DESTROYS}),
    convex("export", "export", {"dest": "{folder}/shop.zip", "overwrite": True, "max_age": "1h"}, acts=True),
    convex("mutation", "function", {"path": "migrations/orders:backfill", "type": "mutation", "args": {"batch": 5}}, acts=True),
    convex("into an empty table", "import", {**ROWS, "mode": "require_empty"}, acts=True, takes_back=UPLOAD),
    convex("append", "import", {**ROWS, "mode": "append"}, acts=True, takes_back=UPLOAD),
    convex("replace", "import", {**ROWS, "mode": "replace", "confirm": "happy-otter-123", **DESTROYS}, acts=True, takes_back=UPLOAD),
]

# -- Shopify
WEBHOOK = {"topic": "ORDERS_CREATE", "uri": "https://app.example.com/webhooks/new"}
# One is there, one is to be changed, one to be made; and two are to go.
HOOKS = "https://hooks.example.com/shopify"
EXACT = {
    "state": "exact",
    "uri_prefix": "https://hooks.example.com/",
    "subscriptions": [{"topic": "ORDERS_PAID", "uri": HOOKS, "name": "paid", "format": "XML"}, {"topic": "ORDERS_CREATE", "uri": HOOKS}],
}


def shopify(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"shopify_{module}", options), before, **facts)


STATUS = {"namespace": "membership", "key": "status"}
CODE = {"code": "MEMBER15", "percentage": 0.15}
# Of the sandbox's customers every fourth is a member.
MEMBER, GUEST = {"customer": "customer-0004@example.com"}, {"customer": "customer-0001@example.com"}
EVERYBODY = "{ customers { edges { node { id } } } }"
# An order that was paid with a voucher and a card, and one of a single line.
PAID_TWICE, SINGLE = {"order": "#2198"}, {"order": "5500001198"}
ADD_TAG = 'mutation AddTag($id: ID!) { tagsAdd(id: $id, tags: ["gold"]) { userErrors { field message } } }'
PRODUCTS = "query Products($after: String) { products(first: 15, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } } }"
SHOPIFY = [
    shopify("export", "bulk_export", {"query": EVERYBODY, "dest": "{folder}/customers.jsonl.gz", "overwrite": True}, acts=True),
    shopify("join", "customer", {**GUEST, "tags": ["member", "gold"], "metafields": [{**STATUS, "type": "json", "value": '{"level": "gold"}'}]}),
    shopify("move up", "customer", {**MEMBER, "tags": ["gold"], "metafields": [{**STATUS, "value": '{"level": "gold"}'}]}),
    shopify("leave", "customer", {**MEMBER, "absent_tags": ["member"], "absent_metafields": [STATUS], **DESTROYS}),
    shopify("create", "discount_code", {**CODE, "title": "Members", "once_per_customer": True, "tags": ["vip"]}),
    shopify("update", "discount_code", {"code": "WELCOME10", "amount": "5.00", "currency": "EUR", "usage_limit": 500}),
    shopify("update and open", "discount_code", {"code": "WINTER25", "percentage": 0.2, "state": "active"}),
    shopify("close", "discount_code", {"code": "WELCOME10", "state": "inactive"}),
    shopify("delete", "discount_code", {"code": "MEMBER15", "state": "absent", **DESTROYS}, Act("shopify_discount_code", CODE)),
    shopify("bill", "subscription_billing", {"contract": "26000000000", "cycle": 14}),
    shopify("pause", "subscription_contract", {"contract": "26000000000", "state": "paused"}),
    shopify("activate", "subscription_contract", {"contract": "26000000013", "state": "active"}),
    shopify("cancel", "subscription_contract", {"contract": "26000000001", "state": "cancelled", **DESTROYS}),
    shopify("a mutation", "graphql", {"query": ADD_TAG, "changes": True, "variables": {"id": "gid://shopify/Customer/7000000001"}}, acts=True),
    shopify("all", "refund", {**PAID_TWICE, "key": "returned", "restock": "return", "location": "Warehouse"}),
    shopify("an amount", "refund", {**PAID_TWICE, "key": "late", "amount": "12.50", "note": "It came late"}),
    shopify("a line", "refund", {**SINGLE, "key": "damaged", "lines": [{"line": "SKU-006-1", "quantity": 1}]}),
    shopify("create", "webhook", {**WEBHOOK, "filter": "total_price:>=100", "include_fields": ["id", "updated_at"]}),
    shopify("update", "webhook", {**WEBHOOK, "format": "XML", "filter": ""}, Act("shopify_webhook", {**WEBHOOK, "filter": "total_price:>=100"})),
    shopify("delete", "webhook", {**WEBHOOK, "state": "absent"}, Act("shopify_webhook", WEBHOOK)),
    shopify("exactly these", "webhook", EXACT),
]

# -- Stripe


def stripe(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"stripe_{module}", options), before, **facts)


@functools.cache
def newest(sandbox: Sandbox) -> str:
    """The newest payment of the shop, asked for once: in worlds of one seed it is the same."""
    known = sandbox.run["stripe"]
    headers = {"Authorization": f"Bearer {known['api_key']}"}
    answer = requests.get(f"{known['url']}/v1/payment_intents", params={"limit": "1"}, headers=headers, timeout=10)
    sandbox.clear_journal()
    return str(answer.json()["data"][0]["id"])


def miss_an_event(sandbox: Sandbox) -> None:
    stripe_hooks.undelivered(sandbox)


def a_ledger_s(sandbox: Sandbox) -> str:
    """An environment that no other world had."""
    return f"shop/world-{sandbox.state()['epoch']}"


def customer(number: int) -> Json:
    """The subscription of this number in the shop belongs to this customer."""
    return {"customer": f"customer-{3 * number + 1:04d}@example.com"}


# Some of the shop's subscriptions, by what they are.
GOING, OWING, AWAY = customer(0), customer(1), customer(8)
HELD = {"state": "paused", "pause": "collection", "behavior": "void"}
ENDS = {"state": "canceled", "when": "period_end"}
CHECKOUT = {"name": "checkout"}
REPLAY: Json = {"secret": "whsec_writesTest7Bx3Qm9Ld5Rk", "max_age": "720h", "limit": 3, "environment": a_ledger_s, "ledger_url": "sqlite:///{folder}/ledger"}
HOOK = {**CHECKOUT, "url": "https://app.example.com/hook", "enabled_events": ["invoice.paid"]}
HOOKED = Act("stripe_webhook_endpoint", HOOK)
STRIPE = [
    stripe("create", "webhook_endpoint", HOOK),
    stripe("update", "webhook_endpoint", {**HOOK, "description": "Payments", "enabled": False, "metadata": {"team": "shop"}}, HOOKED),
    stripe("begin to rotate", "webhook_endpoint", {**CHECKOUT, "state": "rotating"}, HOOKED),
    stripe("make anew", "webhook_endpoint", {**HOOK, "secret_stored": False, **DESTROYS}, HOOKED, acts=True),
    stripe("rotate", "webhook_endpoint", {**CHECKOUT, "state": "rotated"}, HOOKED, Act("stripe_webhook_endpoint", {**CHECKOUT, "state": "rotating"})),
    stripe("all", "refund", {"payment_intent": newest, "key": "returned"}),
    stripe("a part", "refund", {"payment_intent": newest, "key": "damaged", "amount": 100, "reason": "requested_by_customer"}),
    stripe("pay", "subscription", {**OWING, "state": "active", "pay": True}),
    stripe("pause collection", "subscription", {**GOING, **HELD}),
    stripe(
        "collect again and go on",
        "subscription",
        {**GOING, "state": "active"},
        Act("stripe_subscription", {**GOING, **HELD}),
        Act("stripe_subscription", {**GOING, **ENDS}),
    ),
    stripe("pause", "subscription", {**GOING, "state": "paused", "pause": "subscription"}),
    stripe("resume and bill", "subscription", {**AWAY, "state": "active", "billing_cycle_anchor": "now"}),
    stripe("end", "subscription", {**GOING, **ENDS}),
    stripe("cancel", "subscription", {**GOING, "state": "canceled", "when": "now", **DESTROYS}),
    stripe("delete", "webhook_endpoint", {**CHECKOUT, "state": "absent", **DESTROYS}, HOOKED),
    # Stripe delivers a second later, and then shows that it did.
    stripe("resend", "event_resend", {"webhook_endpoint": "checkout", "max_age": "1h"}, miss_an_event, hidden=5.0),
]

# -- UptimeRobot


def uptimerobot(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"uptimerobot_{module}", options), before, **facts)


PAGE: Json = {"name": "shop window", "url": "https://shop.example.com/", "tags": ["production"]}
NIGHT: Json = {"name": "migration", "start": "2027-01-10T02:00:00Z", "duration": "1h", "all_monitors": True}
UPTIMEROBOT = [
    uptimerobot("create", "monitor", PAGE),
    uptimerobot("create paused", "monitor", {**PAGE, "paused": True}),
    uptimerobot("update", "monitor", {"name": "storefront", "interval": "10m", "alert_contacts": [{"id": 7}]}),
    uptimerobot("pause", "monitor", {"name": "storefront", "paused": True}),
    uptimerobot("start", "monitor", {"name": "storefront", "paused": False}, Act("uptimerobot_monitor", {"name": "storefront", "paused": True})),
    uptimerobot("delete", "monitor", {"name": "storefront", "state": "absent", **DESTROYS}),
    uptimerobot("open", "maintenance_window", NIGHT),
    uptimerobot("change", "maintenance_window", {**NIGHT, "duration": "2h"}, Act("uptimerobot_maintenance_window", NIGHT)),
    uptimerobot("end", "maintenance_window", {"name": "migration", "state": "absent"}, Act("uptimerobot_maintenance_window", NIGHT)),
]

# -- Datadog


def datadog(name: str, module: str, options: Json, *before: Step, **facts: t.Any) -> Write:
    return Write(name, Act(f"datadog_{module}", options), before, **facts)


SLOW: Json = {"name": "slow answers", "type": "query alert", "query": "avg(last_5m):avg:shop.response{*} > 500", "thresholds": {"critical": 500}}
HELD: Json = {"name": "migration", "start": "2027-01-10T02:00:00Z", "duration": "1h", "monitor_tags": ["service:shop"]}
DATADOG = [
    datadog("create", "monitor", SLOW),
    datadog("update", "monitor", {"name": "checkout errors", "priority": 1, "thresholds": {"warning": 5}}),
    datadog("mute", "monitor", {"name": "checkout errors", "mute": "30m"}),
    datadog("unmute", "monitor", {"name": "checkout errors", "mute": "off"}, Act("datadog_monitor", {"name": "checkout errors", "mute": "30m"})),
    datadog("delete", "monitor", {"name": "checkout errors", "state": "absent", **DESTROYS}),
    datadog("hold", "downtime", HELD),
    datadog("hold longer", "downtime", {**HELD, "duration": "2h"}, Act("datadog_downtime", HELD)),
    datadog("end", "downtime", {"name": "migration", "state": "absent"}, Act("datadog_downtime", HELD)),
]


def midnight(sandbox: Sandbox) -> str:
    """The last one of the world, so that a second run means the same moment."""
    return datetime.datetime.fromtimestamp(sandbox.clock()["now"] // 86400 * 86400, datetime.UTC).isoformat()


# -- Supabase
BACK = {"confirm": "abcdefghijklmnopqrst", "deadline": "30m", **DESTROYS}


def physical(sandbox: Sandbox) -> None:
    sandbox.ask("POST", "/world", {"vendor": "supabase", "set": {"physical": 1}})


SUPABASE = [
    Write("make", Act("supabase_restore_point", {"name": "before-migration"})),
    Write("make one that failed anew", Act("supabase_restore_point", {"name": "half-way"})),
    Write("schedule", Act("supabase_backup_schedule", {"time": "03:00"})),
    Write("go back to a backup", Act("supabase_restore", {"backup": 4106, **BACK}), (physical,), acts=True),
    Write("go back to a moment", Act("supabase_restore", {"point_in_time": midnight, **BACK}), acts=True),
    Write(
        "go back to a restore point",
        Act("supabase_restore", {"restore_point": "before-migration", **BACK}),
        (Act("supabase_restore_point", {"name": "before-migration"}),),
        acts=True,
    ),
]
# -- MongoDB Atlas
SCRATCH = {"target_cluster": "shop-scratch", "confirm": "shop-scratch", **DESTROYS}
INTO_SCRATCH = Act("atlas_restore_job", {**SCRATCH, "snapshot": "before migration", "deadline": "30m"})


ATLAS = [
    Write("take", Act("atlas_snapshot", {"description": "before migration"})),
    Write("take one that failed anew", Act("atlas_snapshot", {"description": "half-way", "retention_days": 2})),
    Write("restore", INTO_SCRATCH, (Act("atlas_snapshot", {"description": "before migration"}),)),
    Write("restore as of a moment", Act("atlas_restore_job", {**SCRATCH, "point_in_time": midnight, "deadline": "30m"})),
]
WRITES = [*VERCEL, *RAILWAY, *CONVEX, *SHOPIFY, *STRIPE, *UPTIMEROBOT, *DATADOG, *SUPABASE, *ATLAS]

# -- what only reads
LOOKS = [
    Act("atlas_snapshot_info", {}),
    Act("convex_deploy_key_info", {}),
    Act("convex_deployment_info", {}),
    Act("convex_env_info", {"values": True}),
    Act("convex_function", {"path": "orders:revenue", "type": "query"}),
    Act("convex_log_info", {}),
    Act("convex_table_info", {"count": "pages"}),
    Act("datadog_monitor_info", {"status": ["OK"]}),
    Act("railway_deployment_info", API),
    Act("railway_log_info", {**API, "source": "http"}),
    Act("railway_log_info", API),
    Act("railway_metric_info", {**API, "since": "3m"}),
    Act("railway_project_token_info", {}),
    Act("railway_service_info", API),
    Act("railway_variables_info", API),
    Act("railway_volume_backup_info", API),
    Act("sentry_error_rate_info", {}),
    Act("sentry_issue_info", {}),
    Act("shopify_customer_info", {"tags": ["newsletter"], "metafields": ["membership.status"]}),
    Act("shopify_discount_code_info", {"code": "WELCOME10"}),
    Act("shopify_discount_code_info", {"method": "automatic"}),
    Act("shopify_graphql", {"query": PRODUCTS, "paginate": "products"}),
    Act("shopify_inventory_info", {"threshold": 2}),
    Act("shopify_order_info", {"financial_status": ["paid"], "updated_since": "2026-01-01", "personal": True}),
    Act("shopify_order_info", {**PAID_TWICE, "personal": True}),
    Act("shopify_order_info", {"count": True}),
    Act("shopify_shop_info", {}),
    Act("shopify_subscription_contract_info", {"status": ["active", "paused"]}),
    Act("shopify_webhook_info", {}),
    Act("stripe_account_info", {}),
    Act("stripe_balance_info", {}),
    Act("stripe_customer_info", {}),
    Act("stripe_dispute_info", {"status": ["needs_response"]}),
    Act("stripe_event_info", {"delivered": False}),
    # What it changes is the application, of which Stripe knows nothing.
    Act("stripe_event_replay", {**REPLAY, "url": lambda sandbox: sandbox.run["receiver_url"]}),
    Act("stripe_export", {"dest": "{folder}/stripe", "overwrite": True, "resources": ["payouts", "customers"], "requests_per_second": 100}),
    Act("stripe_payment_info", {}),
    Act("stripe_payment_info", {"payment_intent": newest}),
    Act("stripe_payout_info", {"status": ["failed"]}),
    Act("stripe_subscription_info", {"status": "past_due"}),
    Act("stripe_webhook_endpoint_info", {}),
    Act("supabase_backup_info", {}),
    Act("uptimerobot_monitor_info", {"status": ["up"]}),
    Act("vercel_access_token_info", {}),
    Act("vercel_deployment_info", HYDROGEN),
    Act("vercel_domain_info", HYDROGEN),
    Act("vercel_env_info", HYDROGEN),
    Act("vercel_global_config_item_info", {"config": "shop-flags"}),
    Act("vercel_log_info", HYDROGEN),
    Act("vercel_project_info", HYDROGEN),
    Act("vercel_rolling_release_info", HYDROGEN),
]

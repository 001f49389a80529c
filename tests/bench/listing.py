# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten thousand items through the paging of a module, beside a careful script that pages by plain ``requests``.

Both ask for the vendor's largest pages and read no page twice. What a module does besides is to bring every item into its own shape, with
the vendor's text made harmless; the script keeps what came.
"""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
import sys
import tempfile
import typing as t

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import operations as railway
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import customer_operations as shopify_customers
from ansible_collections.saasops.runbooks.plugins.modules import (
    convex_table_info,
    railway_deployment_info,
    shopify_customer_info,
    stripe_customer_info,
    vercel_deployment_info,
)
from tests.bench import measure
from tests.bench.measure import BenchError, Memory, Sample, median
from tests.bench.table import Finding, Row, Table, ratio
from tests.harness.world import World
from tests.sandbox.launch import Sandbox

ITEMS = 10_000
# So large a sandbox has as many deployments at Vercel and Railway, users at Convex, or customers at Shopify and Stripe.
DEPLOYMENTS_SCALE, ROWS_SCALE, CUSTOMERS_SCALE = 2_500, 834, 5
OURS = """
import importlib, json, sys
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import outcome
given = json.load(open(sys.argv[1]))
module = importlib.import_module(f"ansible_collections.saasops.runbooks.plugins.modules.{given['module']}")
result = outcome(module.execute, given["options"], False)
if result.get("failed"):
    sys.exit(result["msg"])
print(result["tables"][0]["rows"] if "tables" in result else len(result[given["found"]]))
"""
VERCEL = """
import json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.headers["Authorization"] = f"Bearer {given['token']}"
def ask(path, **query):
    answer = session.get(given["url"] + path, params={"slug": given["team"], **query}, timeout=60)
    answer.raise_for_status()
    return answer.json()
project, found, until = ask("/v9/projects/" + given["project"]), [], {}
while len(found) < given["items"]:
    page = ask("/v7/deployments", projectId=project["id"], limit=min(100, given["items"] - len(found)), **until)
    found += page["deployments"]
    until = {"until": page["pagination"]["next"]}
    if until["until"] is None:
        break
print(len(found))
"""
RAILWAY = """
import json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.headers["Project-Access-Token"] = given["token"]
def ask(operation, **variables):
    answer = session.post(given["url"], json={"query": given["documents"][operation], "variables": variables}, timeout=60)
    answer.raise_for_status()
    document = answer.json()
    if document.get("errors"):
        sys.exit(document["errors"][0]["message"])
    return document["data"]
place = ask("projectToken", first=100)["projectToken"]
services = {edge["node"]["serviceName"]: edge["node"]["serviceId"] for edge in place["environment"]["serviceInstances"]["edges"]}
ids = {"projectId": place["project"]["id"], "environmentId": place["environment"]["id"], "serviceId": services[given["service"]]}
size = min(1000, given["items"])
found, page = [], ask("serviceInstance", **ids, input=ids, first=size, withAutoDeploy=True)["deployments"]
while True:
    found += [edge["node"] for edge in page["edges"]]
    if len(found) >= given["items"] or not page["pageInfo"]["hasNextPage"]:
        break
    page = ask("deployments", input=ids, first=min(1000, given["items"] - len(found)), after=page["pageInfo"]["endCursor"])["deployments"]
print(len(found))
"""
CONVEX = """
import json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.headers["Authorization"] = f"Convex {given['key']}"
def ask(path, **arguments):
    answer = session.post(given["url"] + "/api/query", json={"path": path, "args": arguments, "format": "json"}, timeout=60)
    answer.raise_for_status()
    return answer.json()["value"]
tables = ask("_system/cli/tables", paginationOpts={"numItems": 1000, "cursor": None})["page"]
if given["table"] not in [table["name"] for table in tables]:
    sys.exit("no such table")
count, cursor, done = 0, None, False
while not done:
    page = ask("_system/cli/tableData", table=given["table"], order="asc", paginationOpts={"numItems": 1000, "cursor": cursor})
    count, cursor, done = count + len(page["page"]), page["continueCursor"], page["isDone"]
print(count)
"""
SHOPIFY = """
import json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.headers["X-Shopify-Access-Token"] = given["token"]
found, after = [], None
while True:
    asked = {"query": given["document"], "variables": {"first": 250, "after": after, "query": None}}
    answer = session.post(given["url"] + "/admin/api/2026-10/graphql.json", json=asked, timeout=60)
    answer.raise_for_status()
    page = answer.json()["data"]["customers"]
    found += page["nodes"]
    if not page["pageInfo"]["hasNextPage"]:
        break
    after = page["pageInfo"]["endCursor"]
print(len(found))
"""
STRIPE = """
import json, sys, requests
given = json.load(open(sys.argv[1]))
session = requests.Session()
session.headers["Authorization"] = f"Bearer {given['api_key']}"
found, after, more = [], {}, True
while more and len(found) < given["items"]:
    answer = session.get(given["api_url"] + "/v1/customers", params={"limit": min(100, given["items"] - len(found)), **after}, timeout=60)
    answer.raise_for_status()
    page = answer.json()
    found += page["data"]
    more, after = page["has_more"], {"starting_after": page["data"][-1]["id"]}
print(len(found))
"""


@dataclasses.dataclass(frozen=True)
class Subject:
    """A module with its options, the plain script with what it reads, and how the list is cut: items, the largest page, requests besides."""

    vendor: str
    module: t.Any
    options: dict[str, t.Any]
    script: str
    given: dict[str, t.Any]
    items: int
    page: int
    besides: int
    # Where the module's result has them.
    found: str = "deployments"
    # Settings of a world of its own for each run.
    fresh: dict[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.module.__name__).rpartition(".")[2]

    @property
    def fewest(self) -> int:
        return self.besides + math.ceil(self.items / self.page)


def deployments(run: dict[str, t.Any]) -> list[Subject]:
    vercel = run["vercel"]
    known = {"token": vercel["token"], "team": vercel["team"], "project": "hydrogen"}
    documents = {each.name: each.document for each in (railway.PROJECT_TOKEN, railway.SERVICE, railway.DEPLOYMENTS)}
    service = {"token": run["railway"]["token"], "service": "api"}
    return [
        Subject(
            "vercel",
            vercel_deployment_info,
            {**known, "api_url": vercel["url"], "limit": ITEMS},
            VERCEL,
            {**known, "url": vercel["url"], "items": ITEMS},
            ITEMS,
            100,
            1,
        ),
        Subject(
            "railway",
            railway_deployment_info,
            {**service, "api_url": run["railway"]["url"], "limit": ITEMS},
            RAILWAY,
            {**service, "url": run["railway"]["url"], "items": ITEMS, "documents": documents},
            ITEMS,
            1000,
            1,
        ),
    ]


def tables(run: dict[str, t.Any]) -> list[Subject]:
    convex = run["convex"]
    return [
        Subject(
            "convex",
            convex_table_info,
            {"deploy_key": convex["deploy_key"], "url": convex["url"], "deployment": convex["deployment"], "tables": ["users"], "count": "pages"},
            CONVEX,
            {"key": convex["deploy_key"], "url": convex["url"], "table": "users"},
            ROWS_SCALE * 12,
            1000,
            1,
        ),
    ]


def customers(run: dict[str, t.Any]) -> list[Subject]:
    shopify = run["shopify"]
    stripe = {"api_key": run["stripe"]["api_key"], "api_url": run["stripe"]["url"]}
    return [
        Subject(
            "shopify",
            shopify_customer_info,
            {"shop": shopify["shop"], "token": shopify["token"], "api_url": shopify["url"]},
            SHOPIFY,
            {"token": shopify["token"], "url": shopify["url"], "document": shopify_customers.CUSTOMERS.document},
            CUSTOMERS_SCALE * 2000,
            250,
            0,
            "customers",
            # With all the points of the largest plan, so that no run waits for what another has used.
            {"scale": CUSTOMERS_SCALE, "shopify_plan": "enterprise"},
        ),
        Subject("stripe", stripe_customer_info, {**stripe, "limit": ITEMS}, STRIPE, {**stripe, "items": ITEMS}, ITEMS, 100, 0, "customers"),
    ]


def ten_thousand(sandbox: Sandbox, rounds: int) -> Table:
    before = measure.load()
    told: list[Row] = []
    findings: list[Finding] = []
    for scale, subjects in ((DEPLOYMENTS_SCALE, deployments), (ROWS_SCALE, tables), (CUSTOMERS_SCALE, customers)):
        sandbox.scenario("bad-release", scale=scale)
        for subject in subjects(sandbox.run):
            measured = _compared(sandbox, subject, rounds)
            told += measured[0]
            findings += measured[1]
    title = f"Listing {ITEMS:,} items, medians of {rounds} rounds, load {before} to {measure.load()}"
    return Table(title, ["way", "items", "requests", "seconds", "CPU seconds", "MB"], told, findings)


def _compared(sandbox: Sandbox, subject: Subject, rounds: int) -> tuple[list[Row], list[Finding]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = World(pathlib.Path(folder), sandbox, sandbox.run)
        ways = {
            subject.name: (OURS, {"module": subject.name, "options": checked(subject), "found": subject.found}),
            "plain requests": (subject.script, subject.given),
        }
        samples: dict[str, list[Sample]] = {name: [] for name in ways}
        requests: dict[str, int] = {}
        memory = {name: Memory() for name in ways}
        for _round in range(rounds):
            for name, (script, given) in ways.items():
                _begin(sandbox, subject)
                samples[name].append(_run(script, given, world))
        for name, (script, given) in ways.items():
            _begin(sandbox, subject)
            sandbox.clear_journal()
            sample = _run(script, given, world, memory[name])
            requests[name] = len(sandbox.journal(vendor=subject.vendor))
            if int(sample.output) != subject.items:
                raise BenchError(f"{name} listed {sample.output.strip()} of {subject.items} items of {subject.vendor}")
    rows = []
    for name, found in samples.items():
        cells = [f"{subject.items}", f"{requests[name]}", f"{median(one.wall for one in found):.2f}", f"{median(one.cpu for one in found):.2f}"]
        rows.append(Row(f"{name} ({subject.vendor})", [*cells, f"{memory[name].main / measure.MEGABYTE:.0f}"]))
    pairs = list(zip(samples[subject.name], samples["plain requests"], strict=True))
    return rows, [
        ratio(f"{subject.name}: requests / the fewest", requests[subject.name] / subject.fewest, 1.0),
        ratio(f"{subject.name}: seconds / plain requests", median(ours.wall / plain.wall for ours, plain in pairs), 2.0),
        # Without the time that the sandbox takes to answer, which is the same for both.
        ratio(f"{subject.name}: CPU seconds / plain requests", median(ours.cpu / plain.cpu for ours, plain in pairs), None),
        ratio(f"{subject.name}: megabytes of memory at most", memory[subject.name].main / measure.MEGABYTE, 120.0),
    ]


def _begin(sandbox: Sandbox, subject: Subject) -> None:
    if subject.fresh:
        sandbox.scenario("bad-release", **subject.fresh)


def checked(subject: Subject) -> dict[str, t.Any]:
    """The options as Ansible hands them to the module: it is not Ansible that is measured here."""
    rules = {key: value for key, value in subject.module.SPEC.items() if key != "supports_check_mode"}
    result = ModuleArgumentSpecValidator(**rules).validate(subject.options)
    if result.error_messages:
        raise BenchError("; ".join(result.error_messages))
    return dict(result.validated_parameters)


def _run(script: str, given: dict[str, t.Any], world: World, memory: Memory | None = None) -> Sample:
    options = world.folder / "given.json"
    options.write_text(json.dumps(given), encoding="utf-8")
    return measure.run([sys.executable, "-c", script, str(options)], world.environment(), world.folder, memory)

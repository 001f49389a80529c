# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders docs/modules.md and a page of docs/modules/ for each vendor, and docs/operations.md: which module asks a vendor what, and how often.

What is asked was seen, not declared: ``tests/integration/test_ways.py`` plays every module and passes on the names of the requests.
It also compares the pages; ``SAASOPS_WRITE_GUIDE=1`` makes it write them.
"""

from __future__ import annotations

import collections
import dataclasses
import importlib
import itertools
import pathlib
import re
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTION = "saasops.runbooks"
PACKAGE = f"ansible_collections.{COLLECTION}"
# In the order of the pages; the last holds what belongs to no vendor.
VENDORS = {
    "atlas": "MongoDB Atlas",
    "convex": "Convex",
    "datadog": "Datadog",
    "railway": "Railway",
    "sentry": "Sentry",
    "shopify": "Shopify",
    "stripe": "Stripe",
    "supabase": "Supabase",
    "uptimerobot": "UptimeRobot",
    "vercel": "Vercel",
    "any": "Any vendor",
}
WRITTEN = "<!-- Written by tests/tools/modules_guide.py from the modules' documentation and from what was asked of the sandbox. -->"
REQUESTS = """*Requests* are given twice, as they were seen at the sandbox: of a task that finds nothing to do, and of one that makes a change. Where the
first is missing every task acts, where the second is missing the module only looks. A question that is repeated while a change is waited for
counts once. What the vendor's own client asks, and what is asked of no vendor, is not counted."""
HEAD = f"""# Modules

{WRITTEN}

Every module takes its connection from the inventory host it runs for, from its options, or from the vendor's usual environment variables,
and works in check mode. `ansible-doc saasops.runbooks.<module>` has all options, results and further examples. The page of each vendor has an
example of every module, which runs as printed after `make sandbox`.

{REQUESTS}

The notes of each module say more. [operations.md](operations.md) tells which module asks a vendor what.
"""
PAGE_HEAD = """Every module of {where}, with an example that runs as printed after `make sandbox`. [modules.md](../modules.md) lists all modules, and
tells what they have in common{operations}.
"""
OPERATIONS_HEAD = f"""# What a vendor is asked, and by which module

{WRITTEN}

Each operation is declared once, in `plugins/module_utils/vendors/<vendor>/`, and held to the vendor's schema. [modules.md](modules.md) tells what
each module is for.

{REQUESTS}

Here they stand behind each module: *nothing to do* / *a change*.
"""


class Rare(t.NamedTuple):
    """An operation that only a rare answer brings about: who asks it, when, and the test that sees it."""

    who: str
    when: str
    test: str


_TESTS = "tests/integration/test_rare_operations.py::"
_FORMER = Rare(
    "`vercel_global_config_item`",
    "where Vercel does not know the new name of Edge Config",
    f"{_TESTS}test_where_the_new_name_of_global_config_is_not_known_the_former_one_is_asked",
)
_ENDPOINT = Rare(
    "`stripe_webhook_endpoint`",
    "where Stripe answered a change with an error of its own",
    f"{_TESTS}test_after_an_error_of_stripe_s_own_the_endpoint_is_looked_at",
)
_INVOICE = Rare(
    "`stripe_subscription`",
    "where Stripe answered the payment of an invoice with an error of its own",
    f"{_TESTS}test_after_an_error_of_stripe_s_own_the_invoice_is_looked_at",
)
_KIND = Rare(
    "`component_readiness`",
    "with the token of an account or workspace",
    "tests/integration/test_access.py::test_each_kind_of_railway_token_is_recognised",
)
_DOMAINS = Rare("`vercel_production`", "when a job did not move all domains", f"{_TESTS}test_the_domains_that_a_job_did_not_move_are_named")
RARE: dict[str, dict[str, Rare]] = {
    "railway": {
        "apiToken": _KIND,
        "deploymentEvents": Rare("`railway_deployment`", "when a deployment failed", f"{_TESTS}test_the_events_of_a_deployment_tell_why_it_failed"),
        "environment": Rare("modules of a service", "beyond a hundred services", f"{_TESTS}test_a_service_beyond_a_hundred_others_is_looked_for"),
        "me": _KIND,
    },
    "shopify": {
        "bulkOperationCancel": Rare(
            "`shopify_bulk_export`",
            "when what it began takes too long, and that is asked for",
            "tests/integration/test_shopify_bulk.py::test_what_this_task_began_is_cancelled_when_that_is_asked_for",
        ),
        "orderLines": Rare(
            "`shopify_order_info` and `shopify_refund`",
            "beyond the first 30 lines of an order",
            "tests/integration/test_shopify_orders.py::test_an_order_of_many_lines_is_read_to_its_end",
        ),
    },
    "stripe": {"get_invoice": _INVOICE, "get_webhook_endpoint": _ENDPOINT},
    "vercel": {
        "list_promote_aliases": _DOMAINS,
        "list_rollback_aliases": _DOMAINS,
        "get_edge_configs": _FORMER,
        "get_edge_config_items": _FORMER,
        "patch_edge_config_items": _FORMER,
    },
}


@dataclasses.dataclass
class Asked:
    """What a module was seen to ask: how many requests where nothing was to be done, how many for a change, and the names of all operations."""

    idle: set[int] = dataclasses.field(default_factory=set)
    changing: set[int] = dataclasses.field(default_factory=set)
    operations: set[str] = dataclasses.field(default_factory=set)

    def add(self, operations: t.Sequence[str], idle: bool, changing: bool) -> None:
        self.operations |= set(operations)
        if idle:
            self.idle.add(len(operations))
        if changing:
            self.changing.add(len([name for name, _repeated in itertools.groupby(operations, _waiting(operations))]))

    @property
    def counts(self) -> tuple[str, str]:
        return _range(self.idle), _range(self.changing)


def _waiting(operations: t.Sequence[str]) -> t.Callable[[str], t.Any]:
    """What groups the requests: a question with its repetitions, a change by itself."""
    changes = {name for vendor in VENDORS for name, operation in declared(vendor).items() if operation.changes}
    numbers = itertools.count()
    return lambda name: (name, next(numbers)) if name in changes else name


def _range(numbers: set[int]) -> str:
    return "–".join(str(number) for number in sorted({min(numbers), max(numbers)})) if numbers else ""


def pages(asked: t.Mapping[str, Asked]) -> dict[str, str]:
    """Each page of docs/ by its name."""
    vendors = {vendor: title for vendor, title in VENDORS.items() if _of(vendor, asked)}
    return {
        "modules.md": "\n".join([HEAD, *(_index(vendor, title, asked) for vendor, title in vendors.items())]),
        "operations.md": "\n".join([OPERATIONS_HEAD, *(_operations(vendor, title, asked) for vendor, title in vendors.items() if declared(vendor))]),
        **{f"modules/{vendor}.md": _page(vendor, title, asked) for vendor, title in vendors.items()},
    }


def _of(vendor: str, modules: t.Iterable[str]) -> list[str]:
    return sorted(name for name in modules if vendor_of(name) == vendor)


def vendor_of(module: str) -> str:
    first = module.split("_")[0]
    return first if first in VENDORS else "any"


def _index(vendor: str, title: str, asked: t.Mapping[str, Asked]) -> str:
    return f"## {title}\n\n{_table(_of(vendor, asked), f'modules/{vendor}.md', asked)}\n"


def _table(names: t.Iterable[str], page: str, asked: t.Mapping[str, Asked]) -> str:
    head = ["| module | what it does | requests, nothing to do | a change |", "| --- | --- | --- | --- |"]
    rows = [f"| [`{name}`]({page}#{name}) | {_documentation(name)['short_description']} | {' | '.join(asked[name].counts)} |" for name in names]
    return "\n".join([*head, *rows])


def _page(vendor: str, title: str, asked: t.Mapping[str, Asked]) -> str:
    names = _of(vendor, asked)
    operations = f"; [operations.md](../operations.md#{vendor}) what they ask" if declared(vendor) else ""
    head = PAGE_HEAD.format(where=title if declared(vendor) else "no single vendor", operations=operations)
    return "\n".join([f"# {title}", "", WRITTEN, "", head, _table(names, "", asked), "", *(_example(name) for name in names)])


def _documentation(name: str) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", yaml.safe_load(_module(name).DOCUMENTATION))


def _module(name: str) -> t.Any:
    return importlib.import_module(f"{PACKAGE}.plugins.modules.{name}")


def _example(name: str) -> str:
    first = re.split(r"\n\n(?=- )", _module(name).EXAMPLES.strip())[0]
    return f"## {name}\n\n```yaml\n{first}\n```\n"


def _operations(vendor: str, title: str, asked: t.Mapping[str, Asked]) -> str:
    """Every operation that is declared, with the modules that were seen to ask it; one that is not among them must be rare."""
    users = collections.defaultdict(list)
    for name in sorted(asked):
        for operation in asked[name].operations if vendor_of(name) in ("any", vendor) else ():
            users[operation].append(f"[`{name}`](modules/{vendor_of(name)}.md#{name}) {' / '.join(count or '–' for count in asked[name].counts)}")
    rows = []
    for name, operation in sorted(declared(vendor).items()):
        call = f"`{operation.method} {operation.path}`" if operation.path else "GraphQL"
        effect = "destroys" if operation.destroys else "yes" if operation.changes else ""
        rows.append(f"| `{name}` | {call} | {effect} | {'<br>'.join(users[name]) or _rare(vendor, name)} |")
    return "\n".join([f"## {title}", "", "| operation | call | changes | modules, with their requests |", "| --- | --- | --- | --- |", *rows, ""])


def _rare(vendor: str, operation: str) -> str:
    it = RARE[vendor][operation]
    return f"{it.who}, {it.when} (seen by [`{it.test.partition('::')[2]}`](../{it.test.partition('::')[0]}))"


def declared(vendor: str) -> t.Mapping[str, t.Any]:
    """The vendor's table of operations."""
    if not (ROOT / f"plugins/module_utils/vendors/{vendor}/operations.py").exists():
        return {}
    return t.cast("t.Mapping[str, t.Any]", importlib.import_module(f"{PACKAGE}.plugins.module_utils.vendors.{vendor}.operations").OPERATIONS)

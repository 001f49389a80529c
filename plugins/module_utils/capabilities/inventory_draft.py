# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module inventory_draft does: asks every vendor of whom there is a token, writes one inventory file, and adopts what serves.

A vendor's room has a function ``draft(task, params, wish) -> Found`` for it. What could not be known is told, on the screen and in the file.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import inventory_text, release
from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.drafting import WHICH, Component, Found, Wish
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

Json = dict[str, t.Any]


class Asked(t.NamedTuple):
    """How a vendor is asked: its secrets, each with the variables of the process environment that are looked at, and its other options."""

    secrets: dict[str, tuple[str, ...]]
    options: tuple[str, ...]
    title: str


# In the order of asking: who takes reports is asked when the addresses of the others are known.
VENDORS = {
    "railway": Asked({"token": ("RAILWAY_TOKEN",), "api_token": ("RAILWAY_API_TOKEN",)}, ("api_url", "project", "environment"), "Railway"),
    "vercel": Asked({"token": ("VERCEL_TOKEN",)}, ("api_url", "team"), "Vercel"),
    "convex": Asked(
        {"deploy_key": ("CONVEX_DEPLOY_KEY", "CONVEX_DEPLOYMENT_TOKEN"), "token": ("CONVEX_OVERRIDE_ACCESS_TOKEN",)},
        ("api_url", "deployment", "url"),
        "Convex",
    ),
    "shopify": Asked(
        {"token": ("SHOPIFY_ACCESS_TOKEN",), "client_id": ("SHOPIFY_API_KEY",), "client_secret": ("SHOPIFY_API_SECRET",)},
        ("api_url", "api_version", "shop"),
        "Shopify",
    ),
    "stripe": Asked({"api_key": ("STRIPE_API_KEY",)}, ("account", "api_url", "mode", "version"), "Stripe"),
}
# Not in the file: who holds a token has it.
SECRETS = {vendor: frozenset(asked.secrets) for vendor, asked in VENDORS.items()}
# What was given is in the components already, or stands for all of them.
IN_COMPONENTS = ("convex_deployment", "convex_url", "railway_environment", "railway_project", "shopify_shop", "stripe_account", "stripe_mode", "vercel_team")

DRAFT_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **runs.RUN_ARGUMENTS,
    **COMMON_ARGUMENTS,
    "system": {"type": "str", "required": True},
    "environment": {"type": "str", "required": True},
    "path": {"type": "path", "required": True},
    "projects": {"type": "list", "elements": "str", "default": []},
    **{
        vendor: {
            "type": "dict",
            "options": {
                **{name: {"type": "str", "no_log": name != "client_id"} for name in asked.secrets},
                **{name: {"type": "str"} for name in asked.options},
            },
        }
        for vendor, asked in VENDORS.items()
    },
}


def execute(task: Task) -> Json:
    params = task.params
    given = {vendor: _given(vendor, params[vendor] or {}) for vendor in VENDORS}
    asked = [vendor for vendor in VENDORS if any(given[vendor][name] for name in SECRETS[vendor] - {"client_id"})]
    missing = {VENDORS[vendor].title: _variables(vendor) for vendor in VENDORS if vendor not in asked}
    if not asked:
        raise refuse("there is no token of any vendor", f"Export one for each vendor: {', '.join(_variables(vendor) for vendor in VENDORS)}", "no_token")
    found = _ask(task, given, asked, Wish(params["system"], params["environment"], tuple(params["projects"])))
    notes = [note for one in found.values() for note in one.notes]
    components = [component for one in found.values() for component in one.components]
    notes += [f"{component['name']}: left out, its name would be run as a template" for component in components if not inventory_text.is_safe(component)]
    components = inventory_text.named([component for component in components if inventory_text.is_safe(component)])
    if not components:
        raise refuse("the vendors know nothing that could be a component", "; ".join(notes) or "Check whose tokens these are", "nothing_found")
    if missing:
        notes.append(f"not asked, no token: {', '.join(f'{title} ({variables})' for title, variables in missing.items())}")
    shared = _shared(params, given)
    text = redaction.scrub(inventory_text.render(params["system"], params["environment"], components, shared, [redaction.plain(note, 600) for note in notes]))
    path = pathlib.Path(params["path"])
    before = _there(path)
    if before is not None and before != text:
        raise refuse(
            f"{path} is there, and says something else than the vendors do",
            "It is left as it is. To compare, add -e init_path=compare.yml --check; to begin anew, move it away",
            code="exists",
        )
    adopted, trouble = _adopt(task, components, given, {**shared, "saasops_environment": params["environment"]})
    if before is None and not task.check_mode:
        _write(path, text)
    return {
        "changed": before is None or bool(adopted),
        # Not "path": Ansible would add what it knows of the file, as a module alone.
        "file": str(path),
        "written": before is None,
        "text": text,
        "components": [{name: component[name] for name in ("name", "vendor", "variables")} for component in components],
        "adopted": adopted,
        "notes": [*notes, *trouble],
        "diff": {"before_header": str(path), "after_header": str(path), "before": before or "", "after": text},
    }


# -- whom to ask
def _given(vendor: str, options: t.Mapping[str, t.Any]) -> Json:
    """The vendor's options; secrets that were not given are those of the process environment, all of them or none."""
    asked = VENDORS[vendor]
    known: Json = {name: options.get(name) or None for name in (*asked.secrets, *asked.options)}
    if not any(known[name] for name in asked.secrets):
        known |= {name: next((value for one in places if (value := os.environ.get(one, "").strip())), None) for name, places in asked.secrets.items()}
    redaction.register(*(known[name] for name in asked.secrets if name != "client_id"))
    return known


def _variables(vendor: str) -> str:
    """The environment variable of each kind of token, the safest first."""
    return " or ".join(places[0] for name, places in VENDORS[vendor].secrets.items() if name not in ("client_id", "client_secret"))


def _ask(task: Task, given: t.Mapping[str, Json], asked: t.Sequence[str], wish: Wish) -> dict[str, Found]:
    found: dict[str, Found] = {}
    open_questions: list[Failure] = []
    for vendor in asked:
        hosts = frozenset(host for one in found.values() for component in one.components for host in _hosts(component))
        try:
            found[vendor] = _room(vendor).draft(task, given[vendor], Wish(wish.system, wish.environment, wish.projects, hosts))
        except Failure as failure:
            if failure.code != WHICH:
                raise
            open_questions.append(failure)
    if open_questions:
        names = ",".join(name for failure in open_questions for name in failure.state)
        raise refuse("; ".join(failure.message for failure in open_questions), f"Name those that belong to it: -e init_projects={names}", WHICH)
    seen = {name for one in found.values() for name in one.projects}
    unknown = [name for name in wish.projects if name not in seen]
    if unknown:
        raise refuse(f"no vendor has a project {', '.join(unknown)}", f"There is: {', '.join(sorted(seen)) or 'none'}", WHICH)
    return found


def _hosts(component: Component) -> t.Iterator[str]:
    for address in (component["variables"].get("component_url"), component["variables"].get("convex_url"), *component.get("also", [])):
        if address:
            yield urlsplit(address).netloc.lower()


def _room(vendor: str) -> t.Any:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import inventory as railway

        return railway
    if vendor == "vercel":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import inventory as vercel

        return vercel
    if vendor == "convex":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import draft as convex

        return convex
    if vendor == "shopify":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.shopify import draft as shopify

        return shopify
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.stripe import draft as stripe

    return stripe


def _shared(params: Json, given: t.Mapping[str, Json]) -> dict[str, str]:
    """What was said of the whole environment, and is to be said again: where an API is that is not at its usual place, and the ledger."""
    found = {
        f"{vendor}_{name}": str(given[vendor][name])
        for vendor, asked in VENDORS.items()
        for name in asked.options
        if given[vendor][name] and f"{vendor}_{name}" not in IN_COMPONENTS
    }
    ledger = params["ledger_url"] or ""
    address = urlsplit(ledger)
    return {**found, **({"saasops_ledger_url": ledger} if ledger and not address.password and "password" not in address.query else {})}


# -- the file
def _there(path: pathlib.Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or "it is no text") from error


def _write(path: pathlib.Path, text: str) -> None:
    """Whole or not at all, and never over what somebody else has put there meanwhile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Hidden: Ansible reads none of these when a folder is the inventory.
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside, 0o644 & ~_umask())
            os.link(beside, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(beside)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(path: pathlib.Path, why: str) -> Failure:
    return refuse(f"{path} cannot be used: {why}", "Give init_path as a file in a folder that you may write to", code="file")


# -- the ledger
def _adopt(task: Task, components: t.Sequence[Component], given: t.Mapping[str, Json], shared: t.Mapping[str, str]) -> tuple[list[Json], list[str]]:
    """(what was or would be adopted, what stood in the way). Not being able to remember stops nothing."""
    run = task.params["run"]
    if not run:
        return [], []
    adopted: list[Json] = []
    trouble: list[str] = []
    try:
        store = runs.open_store(run, task.params["ledger_url"])
        if store is None and not task.check_mode:
            return [], []
        for component in components:
            if component["vendor"] not in release.VENDORS:
                continue
            serving, why = _serving(task, component, given[component["vendor"]], shared)
            if serving is None:
                trouble.append(f"{component['name']}: not adopted, {why}")
            elif _is_news(store, task, run["id"], component["name"], serving):
                adopted.append({"component": component["name"], **{name: serving.get(name) for name in ("id", "commit", "version", "created_at")}})
    except Failure as failure:
        if failure.code != "ledger":
            raise
        trouble.append(f"not adopted: {failure.message}")
    return adopted, trouble


def _serving(task: Task, component: Component, given: Json, shared: t.Mapping[str, str]) -> tuple[Json | None, str]:
    host = {"name": component["name"], "component_vendor": component["vendor"], **shared, **component["variables"]}
    try:
        provider = release.provider(task, host, {name: given.get(name) for name in ("token", "api_token")})
        serving = provider.read()["serving"] if provider else None
    except Failure as failure:
        return None, failure.message
    return serving, "nothing serves there"


def _is_news(store: t.Any, task: Task, run: str, component: str, serving: Json) -> bool:
    if store is None:
        return True
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import releases

    if task.check_mode:
        return serving["id"] not in releases.about(store, component)["releases"]
    return releases.adopt(store, run, component, serving)

# SPDX-License-Identifier: GPL-3.0-or-later
"""A world like somebody's own: components, names and addresses are those of an inventory, releases and failures those of a scenario.

``{"components": {name: variables}, "addresses"?: {name: dsn}}``. The variables are those of the inventory, of which only names and addresses
are looked at; ``addresses`` are what the vendors shall say where ``component_dsn_from`` asks them.
"""

from __future__ import annotations

import copy
import json
import re
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

from . import scenario
from .errors import Refused
from .scenario import Scenario

Json = dict[str, t.Any]
KEYS = frozenset({"components", "addresses"})
# At these a component has releases; with an address anywhere else it runs all the same.
RELEASING = ("vercel", "railway", "convex")
# There is one of each at its vendor in a world: what it is called.
SHARED = ("vercel_team", "railway_project", "railway_environment", "convex_deployment", "shopify_shop", "sentry_organization")
# What was never released by anybody's push: a database of the vendor's.
READY: Json = {"releases": [{"tag": "v1", "commit": "5d0c1f6b6d3c3e2f4f2b7a0e9c8d7b6a5f4e3d2c", "created": "200d", "served": "200d"}]}
UNANSWERED = "{scheme}://nobody@127.0.0.1:9/nothing"


def read(path: Path, name: str, changes: t.Mapping[str, t.Any] | None = None) -> Scenario:
    import yaml

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise Refused(f"{path}: {error}") from error
    return world(document, scenario.load(name, changes))


def world(document: t.Any, known: Scenario) -> Scenario:
    if not isinstance(document, dict) or not isinstance(document.get("components"), dict):
        raise Refused("a world is a mapping with components: {name: variables of the inventory}")
    if set(document) - KEYS:
        raise Refused(f"a world has no {', '.join(sorted(set(document) - KEYS))}: {', '.join(sorted(KEYS))}")
    every: dict[str, Json] = {str(name): dict(facts or {}) for name, facts in document["components"].items()}
    names = _shared(every)
    found: dict[str, Json] = {}
    taken: dict[str, int] = {}
    for name, facts in every.items():
        vendor = str(facts.get("component_vendor"))
        if vendor in RELEASING or facts.get("component_url"):
            kind = vendor if vendor in RELEASING else "other"
            like = _like(known, kind, taken.get(kind, 0))
            taken[kind] = taken.get(kind, 0) + 1
            found[name] = _seed(name, facts, kind, like)
    addresses = document.get("addresses") or {}
    for name, facts in every.items():
        if facts.get("component_dsn_from"):
            _address(found, name, facts, str(addresses.get(name) or ""))
    return Scenario(known.name, known.settings, found, names)


def _shared(every: dict[str, Json]) -> dict[str, str]:
    names: dict[str, str] = {}
    for variable in SHARED:
        said = {str(facts[variable]) for facts in every.values() if facts.get(variable)}
        if len(said) > 1:
            raise Refused(f"the inventory has several of {variable} ({', '.join(sorted(said))}), and a world has one")
        if said:
            names[variable] = said.pop()
    environments = {str(facts["saasops_environment"]) for facts in every.values() if facts.get("saasops_environment")}
    if len(environments) == 1:
        # As the collection takes it where nothing is said.
        names.setdefault("railway_environment", next(iter(environments)))
    if "shopify_shop" in names:
        # A shop is asked at the vendor's own domain, whatever its customers see.
        names["shopify_shop"] = f"{names['shopify_shop'].partition('.')[0]}.myshopify.com"
    return names


def _like(known: Scenario, kind: str, number: int) -> Json:
    """The components of one vendor take the scenario's in turn, and all that are more take its last."""
    own = [facts for facts in known.components.values() if facts["vendor"] == (kind if kind in RELEASING else "railway")]
    if not own:
        raise Refused(f"scenario {known.name!r} has no component at {kind}: choose another")
    return copy.deepcopy(own[min(number, len(own) - 1)])


def _seed(name: str, facts: Json, kind: str, like: Json) -> Json:
    seed = {**like, "vendor": kind}
    host = urlsplit(str(facts.get("component_url") or "")).hostname
    if kind == "vercel":
        seed.update(project=str(facts.get("vercel_project") or name), domains=[host or f"{name}.example.com"])
        # One store of flags in a team has a name.
        seed.pop("global_configs", None)
    elif kind == "railway":
        seed["service"] = str(facts.get("railway_service") or name)
        if "volume" in seed:
            seed["volume"] = {**seed["volume"], "name": f"{seed['service']}-volume"}
    return seed


def _address(found: dict[str, Json], name: str, facts: Json, address: str) -> None:
    """``railway:Postgres/DATABASE_PUBLIC_URL`` is a variable of that service, whether the inventory names the service or not."""
    source = re.fullmatch(r"(railway|vercel):(?P<owner>[^/]+)/(?P<variable>[^/]+)", str(facts["component_dsn_from"]).strip())
    if source is None:
        return
    vendor, owner, variable = source[1], source["owner"], source["variable"]
    key = "service" if vendor == "railway" else "project"
    if not address:
        address = UNANSWERED.format(scheme={"redis": "redis", "mongodb": "mongodb", "atlas": "mongodb"}.get(str(facts.get("component_vendor")), "postgresql"))
    place = next((seed for seed in found.values() if seed["vendor"] == vendor and seed[key] == owner), None)
    if place is None:
        place = found[owner if owner not in found else f"{owner} {vendor}"] = {"vendor": vendor, key: owner, **json.loads(json.dumps(READY))}
        if vendor == "vercel":
            place["domains"] = [f"{owner}.example.com"]
    if vendor == "railway":
        place["variables"] = {**place.get("variables", {}), variable: address}
    else:
        place["env"] = [*place.get("env", []), {"key": variable, "value": address}]

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the inventory says of a component's health: what to ask, and what is well. Whatever is wrong is refused before the first request."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import health
from ansible_collections.saasops.runbooks.plugins.module_utils.core import probing, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exposition, rules, selftest, wellness
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.limits import BadRule
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.wellness import Limits

Component = t.Mapping[str, t.Any]
# Less is worse, one number warns, and it holds when nothing is declared.
LEAST = {"api_version_days": 60, "certificate_days": 30, "token_days": 14}
# Where a vendor answers strangers at all; a healthy one says 401, 403 or 404 there.
APIS = {
    "clerk": "https://api.clerk.com/v1/",
    "convex": "https://api.convex.dev/",
    "railway": "https://backboard.railway.com/",
    "shopify": "https://api.shopify.com/",
    "stripe": "https://api.stripe.com/v1/",
    "supabase": "https://api.supabase.com/",
    "vercel": "https://api.vercel.com/",
}
ENDPOINT_KEYS = ("name", "path", "url", "method", "status", "conditions", "parts", "headers", "response_ms")
NEED_KEYS = ("name", "url", "status")
METRICS_KEYS = ("path", "url", "headers", "values", "rules")
# Limits that are no part's or metric's, but always known.
LIMITS = (*LEAST, "api_points_percent", "memory_percent", "response_ms")


@dataclasses.dataclass(frozen=True)
class Asked:
    """One address. ``parts``: JMESPath expressions of its JSON by their names; ``word``: what it says of itself counts."""

    endpoint: probing.Endpoint
    response: Limits
    parts: dict[str, str] = dataclasses.field(default_factory=dict)
    word: bool = False


@dataclasses.dataclass(frozen=True)
class Declared:
    name: str
    asked: list[Asked]
    needs: list[probing.Endpoint]
    metrics: probing.Endpoint | None
    values: dict[str, exposition.Question]
    rules: list[rules.Rule]
    limits: dict[str, Limits]


def read(component: Component) -> Declared:
    """The whole declaration, checked."""
    name = str(component["name"])
    limits = _limits(component)
    asked = _asked(component, limits["response_ms"])
    names = [one.endpoint.name for one in asked] + [part for one in asked for part in one.parts]
    page, values, of_metrics = _metrics(component)
    _once([*names, *values])
    declared = Declared(name, asked, _needs(component), page, values, _rules(component, of_metrics), limits)
    probing.require()
    probing.compile_conditions([*(one.endpoint for one in asked), *declared.needs, *([page] if page else [])])
    for one in asked:
        for part, expression in one.parts.items():
            probing.compile_expression(expression, f"part {part}")
    return declared


def refuse(variable: str, wrong: str, hint: str) -> Failure:
    return Failure("invalid", f"{variable}: {wrong}", hint, code="declaration")


def _limits(component: Component) -> dict[str, Limits]:
    given = component.get("component_limits") or {}
    if not isinstance(given, dict):
        raise refuse("component_limits", "is no mapping", "Write {response_ms: {warn: 200, fail: 500}, memory_percent: 90}")
    made = {}
    for name in sorted({*LIMITS, *given}):
        low = name in LEAST
        value = given.get(name, LEAST.get(name))
        try:
            made[name] = wellness.limits(value, name, low, "warn" if low else "fail")
        except wellness.BadLimits as bad:
            raise refuse("component_limits", str(bad), "Write a number, which fails, or {warn: 200, fail: 500}") from None
    return made


def _asked(component: Component, response: Limits) -> list[Asked]:
    parts = _parts(component.get("component_parts"), "component_parts")
    base = str(component.get("component_url") or "").rstrip("/")
    own = health.endpoints(component)
    # The first is the health page.
    asked = [Asked(endpoint, response, parts if not index else {}, not index) for index, endpoint in enumerate(own)]
    given = component.get("component_endpoints") or []
    if not isinstance(given, list):
        raise refuse("component_endpoints", "is no list", "Write [{path: /api/products}, {url: https://admin.example.com/health}]")
    if not base and (parts or any(isinstance(one, str) or not one.get("url") for one in given)):
        raise refuse("component_url", "is not set, and paths or parts are declared", "Set component_url, or give whole addresses")
    return [*asked, *(_endpoint(one, base, response) for one in given)]


def _endpoint(given: t.Any, base: str, response: Limits) -> Asked:
    variable = "component_endpoints"
    one: t.Any = {"path": given} if isinstance(given, str) else given
    _known(one, ENDPOINT_KEYS, variable)
    url = one.get("url") or base + str(one.get("path") or "")
    if bool(one.get("url")) == bool(one.get("path")):
        raise refuse(variable, f"{one.get('name') or url or 'an endpoint'} needs a path or a url, and not both", "Give path: /api, or url: https://...")
    status = one.get("status", 200)
    try:
        limits = wellness.limits(one["response_ms"], "response_ms") if "response_ms" in one else response
        statuses = tuple(int(value) for value in (status if isinstance(status, list) else [status]))
    except (wellness.BadLimits, TypeError, ValueError) as bad:
        raise refuse(variable, f"{url}: {bad}", "Write status: 302, and response_ms: {warn: 200, fail: 500}") from None
    conditions = one.get("conditions") or ()
    endpoint = probing.Endpoint(
        str(one.get("name") or one.get("path") or urlsplit(url).netloc + urlsplit(url).path),
        url,
        str(one.get("method") or "GET").upper(),
        statuses,
        (conditions,) if isinstance(conditions, str) else tuple(conditions),
        _headers(one.get("headers"), variable),
    )
    if endpoint.method not in ("GET", "HEAD"):
        raise refuse(variable, f"{endpoint.name}: method {endpoint.method} may change something", "Use GET or HEAD")
    return Asked(endpoint, limits, _parts(one.get("parts"), f"{variable}: parts"), word=True)


def _parts(given: t.Any, variable: str) -> dict[str, str]:
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(value, str) and value for value in given.values()):
        raise refuse(variable, "is no mapping of names to JMESPath expressions", "Write {database: \"checks[?name=='database'].status | [0]\"}")
    return {str(name): value for name, value in given.items()}


def _headers(given: t.Any, variable: str) -> dict[str, str]:
    """Their values may open what is closed to strangers: no output repeats them."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise refuse(variable, "headers is no mapping", "Write {Authorization: Bearer ...}")
    headers = {str(name): str(value) for name, value in given.items()}
    redaction.register(*headers.values())
    return headers


def _needs(component: Component) -> list[probing.Endpoint]:
    given = component.get("component_needs") or []
    needs = [part.strip() for part in given.split(",")] if isinstance(given, str) else given
    if not isinstance(needs, list):
        raise refuse("component_needs", "is no list", "Write [stripe, {name: search, url: https://search.example.com/health}]")
    made = []
    for need in needs:
        one: t.Any = {"url": need} if isinstance(need, str) and "://" in need else {"name": need} if isinstance(need, str) else need
        _known(one, NEED_KEYS, "component_needs")
        name = str(one.get("name") or urlsplit(str(one.get("url") or "")).netloc)
        # The vendor's own address, where the inventory says another: it is that which has to be alive.
        url = one.get("url") or component.get(f"{name}_api_url") or APIS.get(name)
        if not url:
            near = difflib.get_close_matches(name, APIS, n=1)
            raise refuse(
                "component_needs", f"{name!r} is no vendor whose address is known", f"Did you mean {near[0]}?" if near else "Give {name: ..., url: https://...}"
            )
        status = one.get("status")
        made.append(probing.Endpoint(f"needs {name}", str(url), status=tuple(status if isinstance(status, list) else [status]) if status else ()))
    _once([one.name for one in made])
    return made


def _metrics(component: Component) -> tuple[probing.Endpoint | None, dict[str, exposition.Question], list[t.Any]]:
    variable = "component_metrics"
    given = component.get(variable)
    if given is None:
        return None, {}, []
    _known(given, METRICS_KEYS, variable)
    own_rules, values = given.get("rules") or [], given.get("values") or {}
    if not isinstance(own_rules, list) or not isinstance(values, dict):
        raise refuse(variable, "rules is a list, and values a mapping", "Write {path: /metrics, values: {queue: jobs_waiting}, rules: [...]}")
    base = str(component.get("component_url") or "").rstrip("/")
    url = str(given.get("url") or (base + str(given.get("path") or "/metrics")))
    wanted = {**values, **{metric: metric for rule in own_rules if isinstance(rule, dict) and (metric := rule.get("metric", rule.get("name"))) not in values}}
    try:
        questions = {str(name): exposition.question(str(written)) for name, written in wanted.items()}
    except exposition.BadQuestion as bad:
        raise refuse(variable, str(bad), "Name a metric of the page, or a value of yours") from None
    name = str(given.get("path") or urlsplit(url).path or url)
    return probing.Endpoint(name, url, headers=_headers(given.get("headers"), variable)), questions, own_rules


def _rules(component: Component, more: list[t.Any]) -> list[rules.Rule]:
    given = component.get("component_rules") or []
    if not isinstance(given, list):
        raise refuse("component_rules", "is no list", "Write [{name: slow, kind: average, metric: /health, window: 7d, unit: ms, warn: '> 300 ms'}]")
    if not given and not more:
        return []
    try:
        asked = rules.read([*given, *more])
        selftest.check(asked)
    except BadRule as bad:
        raise Failure("invalid", f"component_rules: {bad.message}", bad.hint, code="bad_rule") from None
    return asked


def _known(given: t.Any, keys: t.Sequence[str], variable: str) -> None:
    if not isinstance(given, dict):
        raise refuse(variable, f"{given!r} is no mapping", f"It may have {', '.join(keys)}")
    strange = next((str(key) for key in given if key not in keys), None)
    if strange is not None:
        near = difflib.get_close_matches(strange, keys, n=1)
        raise refuse(variable, f"{strange!r} is unknown", f"Did you mean {near[0]}?" if near else f"It may have {', '.join(keys)}")


def _once(names: t.Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse("component_endpoints", f"the name {twice[0]!r} stands twice", "Give each endpoint, part and metric a name of its own")

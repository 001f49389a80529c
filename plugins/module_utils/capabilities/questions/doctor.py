# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What every verb needs, and ``doctor`` asks once: a token that fits and may do it, an inventory that does not contradict itself, and the ledger."""

from __future__ import annotations

import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import release
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import WITH_TOKEN, About
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions import health
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.wellness import Limits
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

DAY = 86400
# A new token has to be asked for, and somebody may be on holiday.
TOKEN_DAYS = Limits(Fraction(30), low=True)
# Without these nobody knows what at the vendor is meant.
NEEDED = {"other": "component_url", "railway": "railway_service", "shopify": "shopify_shop", "vercel": "vercel_project"}
WITH_ADDRESS = ("atlas", "mongodb", "postgres", "redis", "supabase")
# What they ask is what other verbs ask.
OF_OTHERS = ("doctor", "scheduled")
# They say how an address is asked.
OF_THE_ADDRESS = ("component_conditions", "component_health", "component_journeys", "component_parts")


def ask(about: About) -> list[Check]:
    if not about.name:
        return [*_ledger(about), *_lease(about)]
    return [*_token(about), *_variables(about)]


def _token(about: About) -> list[Check]:
    if about.vendor not in WITH_TOKEN:
        return []
    try:
        told = about.access()
    except Failure as failure:
        return [about.told("token", "error", failure.message, next=failure.hint)]
    step = f"{about.name}: {told['next']}" if told["next"] else ""
    whose = f"{told['kind'] or 'token'}, {told['token']}" if told["token"] else ""
    if told["fits"] is False:
        # Where releases are moved, nothing can be done without one.
        verdict = "fail" if whose or about.vendor in release.VENDORS else "warn"
        return [about.told("token", verdict, f"{whose}: {told['why']}" if whose else told["why"], next=step)]
    if not whose:
        return [about.told("token", "skipped", told["why"] or "nobody tells of it")]
    return [_lasts(about, told, whose), *_lacking(about, step)]


def _lasts(about: About, told: t.Mapping[str, t.Any], whose: str) -> Check:
    place = f" of {told['belongs_to']}" if told["belongs_to"] else ""
    if told["expires_at"] is None:
        return about.told("token", "pass", f"{whose}{place}", brief=whose)
    days = int((told["expires_at"] - clock.now()) // DAY)
    one = health.token_end(about.name, days, TOKEN_DAYS, health.renewal(about.name, about.vendor))
    del one["act"]
    return {**one, "reason": f"{whose}{place}, {one['reason']}", "brief": f"{whose}, {one['reason']}"}


def _lacking(about: About, step: str) -> list[Check]:
    """What the token may not do, and which verbs want it."""
    lacking = {verb: names for verb in about.verbs if verb not in OF_OTHERS and (names := about.lacking(verb))}
    if not lacking:
        return []
    missing = sorted({name for names in lacking.values() for name in names})
    give = step or f"{about.name}: give the token {', '.join(missing)} at {about.vendor}: docs/permissions.md"
    return [about.told("permissions", "warn", f"{', '.join(lacking)} cannot do all: {', '.join(missing)} is missing", next=give)]


def _variables(about: About) -> list[Check]:
    """What is missing, and what contradicts itself; a name that is misspelt has been refused before."""
    given, params, wrong = about.component, about.task.params, []
    needed = NEEDED.get(about.vendor)
    if needed and not given.get(needed):
        wrong.append((f"{needed} is missing", f"Set {needed} for {about.name}"))
    if about.vendor == "railway" and params["api_token"] and not params["token"] and not given.get("railway_project"):
        wrong.append(("railway_project is missing, and an account's or workspace's token sees many", f"Set railway_project for {about.name}"))
    if about.vendor in WITH_ADDRESS and not params["dsn"] and not given.get("component_dsn_from"):
        wrong.append(("it has no component_dsn and no component_dsn_from", f"Set component_dsn_from for {about.name}: railway:Postgres/DATABASE_PUBLIC_URL"))
    if params["dsn"] and given.get("component_dsn_from"):
        wrong.append(("component_dsn and component_dsn_from are both set", f"Keep one of them for {about.name}: component_dsn is the one that is used"))
    lost = [name for name in OF_THE_ADDRESS if given.get(name)] if not given.get("component_url") else []
    if lost:
        wrong.append((f"{', '.join(lost)} without component_url", f"Set component_url for {about.name}"))
    return [about.told("variables", "warn", reason, next=step) for reason, step in wrong]


def _ledger(about: About) -> list[Check]:
    run = about.task.params["run"]
    if not run:
        return [about.told("ledger", "skipped", "this task belongs to no run")]
    try:
        store = about.store or runs.open_store({**run, "ledger": True}, about.task.params["ledger_url"])
        if store is not None:
            with store.read():
                pass
    except Failure as failure:
        if failure.kind == "not_found":
            return [about.told("ledger", "skipped", "there is none yet: the first run that is no plan makes it")]
        return [about.told("ledger", "error", failure.message, next=failure.hint)]
    shared = "shared by all who use its server" if store and store.shared else "on this machine alone"
    return [about.told("ledger", "pass", shared, brief=f"ledger {shared}")]


def _lease(about: About) -> list[Check]:
    if about.store is None:
        return []
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import leases

    held = leases.current(about.store, "change")
    if held is None:
        return [about.told("lease", "pass", "nobody is at work", brief="")]
    who = f"run {held['run']} on {held['holder']['host']} (process {held['holder']['process']})"
    why = f": {held['reason']}" if held["reason"] else ""
    if held["free"]:
        step = "Look at what that run left (its last screen); the next run takes the lease over by itself"
        return [about.told("lease", "warn", f"{who} is gone, and has not given it back{why}", next=step)]
    return [about.told("lease", "pass", f"{who} is at work{why}")]

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What ``health`` needs: an address that answers, certificates, the vendor's API and token for some time still, and what vendors have posted."""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import health_declared, release, usage, vendor_status
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.about import About
from ansible_collections.saasops.runbooks.plugins.module_utils.core import probing
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.wellness import Limits


def ask(about: About) -> list[Check]:
    if not about.name:
        return t.cast("list[Check]", vendor_status.execute(about.task)["checks"])
    declared = health_declared.read(about.component)
    return [*_reachable(about, declared), *certificates(declared, about.task.params["request_timeout"]), *_shown(about, declared)]


def _reachable(about: About, declared: health_declared.Declared) -> list[Check]:
    """Whatever answers can be asked; whether it is well is what ``health`` tells."""
    if not declared.asked:
        return []
    state = _state(about)
    asleep = bool(state and state["serving"] and state["serving"]["state"] == "SLEEPING")
    page = declared.asked[0].endpoint
    ((answer,),) = probing.rounds([page], 1, 0, about.task.params["request_timeout"], asleep)
    if answer.problem:
        verdict, step = "error" if answer.unknown else "fail", f"{about.name}: look at {page.url}: is component_url right, and does it run?"
        return [about.told("reachable", verdict, answer.problem, next=step)]
    return [about.told("reachable", "pass", f"answers {answer.status}", answer.ms, "ms", brief=f"{answer.ms} ms")]


def _state(about: About) -> dict[str, t.Any] | None:
    try:
        return about.state()
    except Failure:
        # ``rollback`` tells it.
        return None


def _shown(about: About, declared: health_declared.Declared) -> list[Check]:
    if about.vendor not in usage.API_VENDORS or not about.may_ask():
        return []
    return [one for one in api(about.task, declared, about.component) if one["name"] in ("api", "api_version")]


def certificates(declared: health_declared.Declared, timeout: float) -> list[Check]:
    limits = declared.limits["certificate_days"]
    places: dict[str, str] = {}
    for one in declared.asked:
        parts = urlsplit(one.endpoint.url)
        if parts.scheme == "https":
            places.setdefault(parts.netloc, one.endpoint.url)
    made = []
    for host, url in places.items():
        name = "certificate" if len(places) == 1 else f"certificate {host}"
        days, distrust = probing.certificate(url, timeout)
        if distrust:
            made.append(checks.check(name, declared.name, "fail", f"not accepted: {distrust}", next=f"Renew the certificate of {host}"))
        elif days is None:
            made.append(checks.check(name, declared.name, "skipped", f"{host} shows none"))
        else:
            verdict, limit = limits.verdict(days), limits.written("days")
            text = f"ends in {int(days)} d ({limit})" if verdict != "pass" else f"{int(days)} d"
            more = {} if verdict == "pass" else {"next": f"Renew the certificate of {host}"}
            made.append(checks.check(name, declared.name, verdict, text, round(days, 2), "days", limit, brief=f"certificate {int(days)} d", **more))
    return made


def refused(name: str, component: str, failure: Failure) -> Check:
    """Without a token nobody was asked; everything else is a question without an answer."""
    if failure.kind == "auth" and failure.status is None:
        return checks.check(name, component, "skipped", failure.message)
    return checks.check(name, component, "error", failure.message, next=failure.hint)


def api(task: Task, declared: health_declared.Declared, component: dict[str, t.Any]) -> list[Check]:
    """Whether the vendor lets us in, how long the version that is asked for is served, and how near the end of our points is."""
    name = declared.name
    if component["component_vendor"] not in usage.API_VENDORS:
        return []
    try:
        told = usage.api(task, component)
    except Failure as failure:
        if failure.kind == "invalid" and failure.status is None:
            raise
        barred = failure.kind in ("auth", "permission") and failure.status is not None
        return [checks.check("api", name, "fail", failure.message, next=failure.hint) if barred else refused("api", name, failure)]
    text = f"{told['name']} answers" + (f"; without {', '.join(told['without'])}" if told["without"] else "")
    made = [checks.check("api", name, "pass", text, told["name"], brief=text)]
    days, limits, points = told["days_left"], declared.limits["api_version_days"], told["points"]
    renew = f"{name}: {told['renew']}"
    if told["served"] not in (None, told["requested"]):
        made.append(checks.check("api_version", name, "fail", f"{told['requested']} is asked for, and {told['served']} answers", 0, "days", next=renew))
    elif days is not None:
        verdict, limit = limits.verdict(days), limits.written("days")
        reason = f"{told['requested']} is served for {days} d more" + (f" ({limit})" if verdict != "pass" else "")
        made.append(checks.check("api_version", name, verdict, reason, days, "days", limit, brief="", next="" if verdict == "pass" else renew))
    if points is None:
        return [*made, checks.check("api_points_percent", name, "inconclusive", "the answer does not say how many points are left")]
    limits = declared.limits["api_points_percent"]
    limit, used = limits.written("%"), points["used_percent"]
    reason = f"{used:g}% of {points['maximum']:g} points are used, {points['restore_rate']:g} come back each second" + (f" ({limit})" if limit else "")
    return [*made, checks.check("api_points_percent", name, limits.verdict(used), reason, used, "%", limit, brief=f"points {used:g}%")]


def token(declared: health_declared.Declared, component: dict[str, t.Any], found: release.Provider | None) -> list[Check]:
    """Whether one could still act tomorrow."""
    name = "token"
    if found is None or component["component_vendor"] not in usage.TOKEN_VENDORS:
        return []
    renew = renewal(declared.name, component["component_vendor"])
    try:
        told = usage.token(found)
    except Failure as failure:
        # A token of one project alone, the safest one, may not ask for itself.
        if failure.kind in ("not_found", "permission", "auth"):
            return [checks.check(name, declared.name, "skipped", failure.message)]
        return [refused(name, declared.name, failure)]
    if told["leaked_at"] is not None or told["revoked_at"] is not None:
        why = "was found in public" if told["leaked_at"] is not None else "is revoked"
        return [checks.check(name, declared.name, "fail", f"the vendor says that it {why}", next=f"{renew}; then delete the old one")]
    return [token_end(declared.name, told["days_left"], declared.limits["token_days"], renew)]


def renewal(name: str, vendor: str) -> str:
    return f"{name}: make a new token at {vendor}, and put it where the old one is"


def token_end(name: str, days: int | None, limits: Limits, renew: str) -> Check:
    if days is None:
        return checks.check("token", name, "pass", "never ends", brief="")
    verdict, limit = limits.verdict(days), limits.written("days")
    act = f"{name} ends in {days} d"
    return checks.check("token", name, verdict, f"ends in {days} d", days, "days", limit, act=act, brief="", next="" if verdict == "pass" else renew)

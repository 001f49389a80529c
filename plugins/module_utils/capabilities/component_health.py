# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module component_health does: look at everything that tells whether a component is well, in one transaction.

Order: the vendor (what serves), the component's own addresses, its dependencies and metrics, its certificates; then what failed once more
after a wait; then the rules over what was measured now and before. Nothing is changed; a real run remembers in the ledger since when it is well.
"""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import component_release, health_declared, health_rules, release, usage
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.backups import remembered
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions import health as health_questions
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions import maintenance as maintenance_questions
from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.questions.rollback import way_back
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, probing
from ansible_collections.saasops.runbooks.plugins.module_utils.core.durations import age
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import admission, checks, exposition, wellness
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

MINUTE = 60
STATES = {"pass": "healthy", "warn": "degraded", "fail": "critical"}


def execute(task: Task) -> dict[str, t.Any]:
    params = task.params
    if params["probes"] < 1 or params["interval"] < 0:
        raise Failure("invalid", "probes is below 1, or interval below 0", "Give probes: 3 and interval: 1s, or leave both out")
    component = component_release.component_of(task)
    declared = health_declared.read(component)
    name = declared.name
    store = runs.join(task, name)
    state, found, of_release = _releases(task, component, component_release.known_of(store, name))
    # Before any wait: the deadline is the vendor's.
    memory, token = _memory(declared, component, found), health_questions.token(declared, component, found)
    api = health_questions.api(task, declared, component)
    asleep = bool(state and state["serving"] and state["serving"]["state"] == "SLEEPING")
    own = _own(task, declared, asleep)
    others = [*_needs(task, declared), *_metrics(task, declared)]
    _recheck(task, declared, own, others)
    well = bool(own) and all(one["verdict"] == "pass" for group in own for one in group)
    rows = [one for group in own for one in group] or [checks.check("health", name, "skipped", "it has no component_url")]
    measured = [*rows, *others, *health_questions.certificates(declared, params["request_timeout"]), *memory, *api]
    kept = remembered.row(component, store, params["backup_max_age"])
    judged, suggested = health_rules.judge(declared, measured, store, params["suggest"])
    serving = state["serving"] if state else None
    proof = _prove(task, store, name, serving, well)
    for one in of_release:
        if one["name"] == "release" and proof:
            one["reason"] = one["brief"] = f"{one['reason']}, {proof}"
    for one in suggested:
        _suggest(measured, one)
    result = checks.result([*measured, *judged, *of_release, *kept, *token, *maintenance_questions.opened(store, name)])
    status = STATES.get(result["verdict"], "unknown")
    return {**result, "status": status, "serving": serving, "proof": proof, "suggestions": suggested}


def _suggest(rows: list[Check], one: dict[str, t.Any]) -> None:
    """Told beside the check whose limits they would be."""
    for row in rows:
        if row["name"] == one["name"]:
            row["suggestion"] = f"warn {one['warn']:g}, fail {one['fail']:g} {one['unit']} ({one['samples']} looks)"


# --- the component's own addresses


def _own(task: Task, declared: health_declared.Declared, asleep: bool) -> list[list[Check]]:
    """The checks of each address: its own, then those of its parts."""
    params, asked = task.params, declared.asked
    answers = probing.rounds([one.endpoint for one in asked], params["probes"], params["interval"], params["request_timeout"], asleep) if asked else []
    return [_judge(declared, one, got) for one, got in zip(asked, answers, strict=True)]


def _judge(declared: health_declared.Declared, asked: health_declared.Asked, answers: list[probing.Answer]) -> list[Check]:
    endpoint, said = asked.endpoint, [_said(asked, answer) for answer in answers]
    bad = [one for one in said if one[0] != "pass"]
    verdict, reason = next((one for wanted in ("error", "fail", "warn") for one in bad if one[0] == wanted), ("pass", ""))
    if verdict == "fail" and 2 * sum(one[0] == "fail" for one in bad) <= len(said):
        verdict, reason = "warn", f"{len(bad)} of {len(said)} probes were bad: {reason}"
    ms = wellness.middle([answer.ms for answer in answers if answer.ms is not None])
    limit = asked.response.written("ms")
    if verdict == "pass" and ms is not None:
        verdict = asked.response.verdict(ms)
        reason = f"{ms} ms" + (f" ({limit})" if limit else "")
    own = checks.check(endpoint.name, declared.name, verdict, reason, ms, "ms", limit, brief=f"{endpoint.name} {ms} ms")
    body = next((body for answer in reversed(answers) if (body := answer.body()) is not None), None)
    return [own, *(_part(declared, own, part, expression, body) for part, expression in asked.parts.items())]


def _said(asked: health_declared.Asked, answer: probing.Answer) -> tuple[str, str]:
    """(verdict, why) of one answer."""
    if answer.problem:
        return ("error" if answer.unknown else "fail"), answer.problem
    body = answer.body()
    if answer.status not in asked.endpoint.status:
        return "fail", f"{answer.status}{probing.failing_checks(body)}"
    if asked.endpoint.conditions:
        untrue = probing.unmet(asked.endpoint.conditions, answer, body)
        return ("fail", f"{answer.status}, but {untrue}") if untrue else ("pass", "")
    word = body.get("status") if asked.word and isinstance(body, dict) else None
    if not wellness.is_word(word):
        return "pass", ""
    return wellness.VERDICTS[wellness.state(word)], f"says {plain(word, 40)!r}{probing.failing_checks(body)}"


def _part(declared: health_declared.Declared, page: Check, part: str, expression: str, body: t.Any) -> Check:
    name = declared.name
    value = probing.value_of(expression, body)
    if wellness.is_number(value):
        return _number(declared, part, float(value))
    if wellness.is_word(value):
        word = plain(value, 40)
        return checks.check(part, name, wellness.VERDICTS[wellness.state(value)], f"says {word!r}", word, brief=f"{part} {word}")
    if body is None or page["verdict"] in ("fail", "error"):
        return checks.check(part, name, "skipped", f"{page['name']} told nothing of it")
    return checks.check(part, name, "inconclusive", f"{page['name']} does not tell it ({plain(expression, 60)})")


def _number(declared: health_declared.Declared, name: str, value: float) -> Check:
    limits = declared.limits.get(name, wellness.Limits())
    limit = limits.written("")
    return checks.check(
        name, declared.name, limits.verdict(value), f"{value:g}" + (f" ({limit})" if limit else ""), value, "", limit, brief=f"{name} {value:g}"
    )


# --- what it needs, and what it measures of itself


def _needs(task: Task, declared: health_declared.Declared) -> list[Check]:
    answers = probing.rounds(declared.needs, 1, 0, task.params["request_timeout"]) if declared.needs else []
    return [_need(declared.name, need, got[0]) for need, got in zip(declared.needs, answers, strict=True)]


def _need(name: str, need: probing.Endpoint, answer: probing.Answer) -> Check:
    """Alive is whatever answers at all: a stranger gets 401, 403 or 404 from a vendor that is well."""
    if answer.problem:
        return checks.check(need.name, name, "error" if answer.unknown else "fail", answer.problem)
    good = answer.status in need.status if need.status else t.cast(int, answer.status) < 500
    return checks.check(need.name, name, "pass" if good else "fail", f"answers {answer.status}, {answer.ms} ms", answer.ms, "ms", brief="")


def _metrics(task: Task, declared: health_declared.Declared) -> list[Check]:
    page, name = declared.metrics, declared.name
    if page is None:
        return []
    (answers,) = probing.rounds([page], 1, 0, task.params["request_timeout"])
    answer = answers[0]
    if answer.problem or answer.status not in page.status or answer.cut:
        why = answer.problem or (f"the page is larger than {probing.LARGEST_BODY >> 20} MiB" if answer.cut else f"answers {answer.status}")
        return [checks.check(page.name, name, "error", why), *(checks.check(one, name, "skipped", f"{page.name}: {why}") for one in declared.values)]
    metrics = exposition.read(answer.content.decode("utf-8", "replace"))
    made = []
    for one, question in declared.values.items():
        value = exposition.ask(metrics, question)
        if value is None:
            made.append(checks.check(one, name, "inconclusive", f"{page.name} has no number for it among {len(metrics.series)} metrics"))
        else:
            made.append(_number(declared, one, value))
    return made


def _recheck(task: Task, declared: health_declared.Declared, own: list[list[Check]], others: list[Check]) -> None:
    """Ask what failed once more after a wait: what is well again was temporary, and warns."""
    wait, params = task.params["recheck_after"], task.params
    again = [index for index, group in enumerate(own) if any(one["verdict"] in ("fail", "error") for one in group)]
    needs = {one["name"] for one in others if one["verdict"] in ("fail", "error")}
    if not wait or not (again or needs):
        return
    clock.sleep(wait)
    answers = probing.rounds([declared.asked[index].endpoint for index in again], 1, 0, params["request_timeout"]) if again else []
    for index, got in zip(again, answers, strict=True):
        own[index] = [_lasting(old, new, wait) for old, new in zip(own[index], _judge(declared, declared.asked[index], got), strict=True)]
    once_more = {one["name"]: one for one in [*_needs(task, declared), *_metrics(task, declared)]} if needs else {}
    had = {one["name"]: one for one in others}
    others[:] = [_lasting(had[name], once_more[name], wait) if name in once_more and name in had else one for name, one in {**had, **once_more}.items()]


def _lasting(old: Check, new: Check, wait: float) -> Check:
    if old["verdict"] == "skipped":
        return new
    if old["verdict"] not in ("fail", "error"):
        return old
    if new["verdict"] in ("fail", "error", "inconclusive", "skipped"):
        return {**old, "reason": f"{old['reason']}; still so after {wait:g} s"}
    return {**new, "verdict": "warn", "reason": f"{old['reason']}; well again after {wait:g} s: temporary"}


# --- the vendor


def _releases(task: Task, component: dict[str, t.Any], known: dict[str, t.Any] | None) -> tuple[dict[str, t.Any] | None, release.Provider | None, list[Check]]:
    """(the vendor's state, the vendor, checks): what serves, and whether one could go back right now."""
    name = component["name"]
    try:
        found = release.provider(task, component, component_release.token_of(task))
        state = found.read() if found else None
    except Failure as failure:
        if failure.kind == "invalid" and failure.status is None:
            raise
        return None, None, [health_questions.refused("release", name, failure)]
    if state is None:
        return None, None, []
    serving = state["serving"]
    if not serving:
        return state, found, [checks.check("release", name, "warn", "the vendor does not say what production serves", next="Look at the vendor's dashboard")]
    text = f"{admission.label(serving)} {age(clock.now() - serving['created_at'])}" + (f", and {state['busy']}" if state["busy"] else "")
    made = checks.check("release", name, "pass", text, serving["id"], brief=text)
    return state, found, [made, *way_back(name, t.cast(release.Provider, found), state, known)]


def _memory(declared: health_declared.Declared, component: dict[str, t.Any], found: release.Provider | None) -> list[Check]:
    name, limits = "memory_percent", declared.limits["memory_percent"]
    if found is None or component["component_vendor"] not in usage.MEMORY_VENDORS:
        return [checks.check(name, declared.name, "skipped", "nobody measures it")] if limits.fail is not None or limits.warn is not None else []
    try:
        percent, words = usage.memory(found)
    except Failure as failure:
        return [health_questions.refused(name, declared.name, failure)]
    if percent is None:
        return [checks.check(name, declared.name, "inconclusive", words)]
    limit = limits.written("%")
    text = f"{percent:g}%, {words}" + (f" ({limit})" if limit else "")
    return [checks.check(name, declared.name, limits.verdict(percent), text, percent, "%", limit, brief=f"memory {percent:g}%")]


def _prove(task: Task, store: t.Any, name: str, serving: dict[str, t.Any] | None, well: bool) -> str:
    """What the ledger now knows of the serving deployment; empty without one, and in check mode, which writes nothing."""
    if store is None or serving is None or task.check_mode:
        return ""
    from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import watches

    now = clock.now()
    word, since = watches.look(store, task.params["run"]["id"], name, serving, well, now, task.params["watch"])
    if word != "watched" or since is None:
        return word
    return f"seen well for {age(now - since)}" if now - since >= MINUTE else "seen well"

# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What a run knows of maintenance: what it finds open at its beginning, and what became of it in the end."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import maintenances as judge
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import maintenances
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run
from ansible_collections.saasops.runbooks.plugins.plugin_utils.release_screen import clock_line
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen

VERB = judge.BY_HAND
Json = dict[str, t.Any]
# The result that tells, by what was asked for.
STEPS = {"on": "on", "read_only": "on", "off": "off", "check": "verify"}
AGAIN = "Run the same command again: it looks before it acts"
NOWHERE = "No component of this run declares component_maintenance"


def seen(store: Store, chosen: t.Sequence[str]) -> list[Json]:
    """Every one that is open, with why it should be over, and how other verbs tell of it. One small read where none is.

    ``chosen``: the components of this run. What is on elsewhere is told, and is not this run's to end.
    """
    found = []
    for row in maintenances.every(store):
        at_work = maintenances.is_at_work(store, row)
        about = {name: row[name] for name in ("component", "state", "since", "until", "run", "verb", "asked_by", "reason")}
        now, here = clock.now(), row["component"] in chosen
        caution = judge.caution(row, now, at_work) + ("" if here else f"; this run leaves {row['component']} alone")
        found.append({**about, "here": here, "due": judge.due(row, now, at_work) if here else "", "caution": caution})
    return found


def conclude(run: Run, components: Components, asked: str) -> Json:
    """``{word, outcomes, not_there, ends_on, seconds, changes, checks, lines, notice}`` of the results ``maintenance_<step>``."""
    step = STEPS[asked]
    results = {name: found for name in components.names if (found := components.result(name, step)) is not None}
    failed = {name: found for name, found in results.items() if found.get("failed")}
    declared = {name: found for name, found in results.items() if name in failed or _facts(found).get("supported") or _verdict(found) != "skipped"}
    outcomes = {name: "failed" if name in failed else _outcome(found) for name, found in declared.items()}
    rows = [checks.check(VERB, name, "error", _reason(found), next=_next(found)) for name, found in failed.items()]
    rows += [row for name, found in declared.items() if name not in failed for row in found.get("checks") or [] if row["verdict"] != "skipped"]
    bad = [name for name in declared if name in failed or _verdict(declared[name]) in ("fail", "error")]
    changes = [{"component": name, **change} for name, found in declared.items() for change in found.get("changes") or []]
    word = _word(run, asked, outcomes, bad, changes)
    if word == "refused" and not declared:
        bad = components.names[:1]
    return {
        "word": word,
        "outcomes": outcomes,
        "not_there": bad,
        "ends_on": bad or components.names[:1],
        "seconds": max(0.0, clock.now() - run["started_at"]),
        "changes": changes,
        "planned": changes if run["check_mode"] else [],
        "checks": rows,
        "lines": [*_lines(declared, bad), *_left_to(components)],
        "notice": _notice(run, declared, bad, changes),
        "cautions": list(run["cautions"]),
    }


def switched(components: Components, step: str) -> list[Json]:
    """The changes by which another verb has put its components into maintenance, or out of it (``on``, ``off``); or would do that."""
    results = components.of(VERB)
    return [{"component": name, **change} for name in components.names for change in (results.result(name, step) or {}).get("changes") or []]


def _facts(found: t.Mapping[str, t.Any]) -> Json:
    return dict(found.get("maintenance") or {})


def _verdict(found: t.Mapping[str, t.Any]) -> str:
    return str(((found.get("checks") or [{}])[0]).get("verdict") or "skipped")


def said(found: t.Mapping[str, t.Any]) -> str:
    """What became of one component, for people; empty where it declares nothing."""
    return _reason(found) if found.get("failed") or _verdict(found) != "skipped" else ""


def _reason(found: t.Mapping[str, t.Any]) -> str:
    failure = found.get("failure") or {}
    return str(failure.get("message") or found.get("msg") or "a task failed") if found.get("failed") else str((found.get("checks") or [{}])[0].get("reason"))


def _outcome(found: t.Mapping[str, t.Any]) -> str:
    return "still_on" if _verdict(found) == "fail" else str(_facts(found).get("state") or "off")


def _word(run: Run, asked: str, outcomes: t.Mapping[str, str], bad: t.Sequence[str], changes: t.Sequence[Json]) -> str:
    if not outcomes:
        return "refused" if asked in ("on", "read_only") else "nothing"
    if "failed" in outcomes.values():
        return "partly" if changes and not run["check_mode"] else "refused"
    if bad:
        return "still_on"
    if run["check_mode"] and changes:
        return "plan"
    if not changes and asked == "off":
        return "nothing"
    return next((state for state in ("on", "read_only") if state in outcomes.values()), "off")


def _lines(declared: t.Mapping[str, Json], bad: t.Sequence[str]) -> list[str]:
    """For the screen of another verb."""
    return [f"{'!' if name in bad else 'Note:'} maintenance of {name}: {_reason(found)}" for name, found in declared.items() if _verdict(found) != "skipped"]


def _left_to(components: Components) -> list[str]:
    """A run whose own lease is another one ends nothing while somebody changes things here: that run ends it, or tells people."""
    refused = (components.variable(components.names[0], "maintenance_lease") or {}).get("failure")
    return [f"Note: maintenance is left to who changes things now: {refused['message']}"] if refused else []


def _notice(run: Run, declared: t.Mapping[str, Json], bad: t.Sequence[str], changes: t.Sequence[Json]) -> Json:
    """Who stays in maintenance is told of, and when that ends; nothing is told of what is as it was."""
    if run["check_mode"] or not (bad or changes):
        return {}
    text = "\n".join(f"{name}: {_reason(found)}" for name, found in declared.items() if _verdict(found) != "skipped" or found.get("failed"))
    names = ", ".join(bad or declared)
    about = {"text": text, "fingerprint": f"maintenance {' '.join(sorted(declared))}", "always": True}
    if bad:
        return {**about, "severity": "critical", "title": f"maintenance of {names} needs you"}
    if all(_facts(found)["state"] == "off" for found in declared.values()):
        return {**about, "severity": "warning", "title": f"maintenance of {names} is over", "resolved": True}
    return {**about, "severity": "warning", "title": f"{names} in maintenance"}


def screen(run: Run, components: Components, concluded: t.Mapping[str, t.Any], asked: str) -> Screen:
    found = {name: components.result(name, STEPS[asked]) or {} for name in components.names}
    declared = {name: found[name] for name in concluded["outcomes"]}
    made = Screen(run["banner"], run["system"], _headline(run, concluded, declared), run["id"])
    if concluded["word"] != "nothing":
        made.facts.append(("Asked by", run["asked_by"] + (f', "{run["reason"]}"' if run["reason"] else "")))
    made.facts += [(name, _reason(one)) for name, one in declared.items()]
    if not declared:
        made.lines.append(NOWHERE)
        made.next_steps.append("Declare how in the inventory: docs/maintenance.md")
    steps = [_next(one) for one in declared.values()]
    made.next_steps += list(dict.fromkeys([*(step for step in steps if step), *([AGAIN] if concluded["word"] == "partly" else [])]))
    left = sorted(set(components.names) - set(declared))
    made.footer = ["", *([f"Left alone, for they declare no component_maintenance: {', '.join(left)}"] if left and declared else [])]
    sent = f"{len(concluded['changes'])} change(s) {'planned' if run['check_mode'] else 'made'}. "
    made.footer += [*[f"Note: {caution}" for caution in concluded["cautions"]], f"{sent}{clock_line()}"]
    return made


def _next(found: t.Mapping[str, t.Any]) -> str:
    hint = (found.get("failure") or {}).get("hint")
    return str(hint or next((row["next"] for row in found.get("checks") or [] if row.get("next")), ""))


def _headline(run: Run, concluded: t.Mapping[str, t.Any], declared: t.Mapping[str, Json]) -> str:
    word = concluded["word"]
    if word in ("on", "read_only"):
        row = max((facts for one in declared.values() if (facts := _facts(one))["state"] == word), key=lambda facts: facts["until"])
        owner = f" ({row['verb']} {row['run']})" if row["run"] not in ("", run["id"]) else ""
        return f"MAINTENANCE {'ON' if word == 'on' else 'READ-ONLY'} until {judge.moment(row['until'])}{owner}"
    if word == "off":
        forced = any("forced" in _reason(one) for one in declared.values())
        return f"MAINTENANCE OFF - {'forced' if forced else 'healthy'}"
    if word == "still_on":
        name = concluded["not_there"][0]
        return f"MAINTENANCE {_reason(declared[name]).partition(';')[0]}"
    return {
        "plan": "PLAN ONLY - nothing was changed",
        "nothing": "NOTHING TO DO - no maintenance is open, nothing was changed",
        "partly": "MAINTENANCE PARTLY SWITCHED - some components could not be",
        "refused": "REFUSED - nothing was changed",
    }[str(word)]

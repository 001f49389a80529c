# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The screen of rollback and roll_forward (OPERATOR §4)."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import verdict
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.admission import label
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, duration

HEADLINES = {
    "rollback": {
        "done": "ROLLED BACK - healthy again",
        "nothing": "NOTHING TO DO - health is green, nothing was changed",
        "elsewhere": "NOT ROLLED BACK - what fails has no release to go back to",
        "unhealthy": "STILL BAD - rolled back, and still failing. STOP rolling back",
        "unproved": "ROLLED BACK - NOT PROVED, health could not be measured",
        "undone": "UNDONE - a component could not go back, so all serve what they served before",
        "failed": "FAILED - production serves what it served before",
    },
    "roll_forward": {
        "done": "ROLLED FORWARD - healthy, and new builds go live again",
        "nothing": "NOTHING TO DO - nothing is held back, nothing was changed",
        "unhealthy": "STILL BAD - rolled forward, and failing",
        "unproved": "ROLLED FORWARD - NOT PROVED, health could not be measured",
        "undone": "UNDONE - a component could not go forward, so all serve what they served before",
        "failed": "FAILED - production serves what it served before",
    },
}
COMMON = {
    "plan": "PLAN ONLY - nothing was changed",
    "refused": "REFUSED - nothing was changed",
    "unknown": "UNKNOWN - look again before you do anything else",
}
# How bad it is that a run ended so. A run that changed nothing because there was nothing to do is no news.
SEVERITIES = {"done": "warning", "elsewhere": "error", "unproved": "error", "undone": "error", "refused": "error", "failed": "critical"}
STATES = {
    "refused": "refused",
    "failed": "NOT MOVED",
    "unknown": "UNKNOWN",
    "undone": "put back",
    "waiting": "not begun",
}


def build(
    run: Run,
    components: Components,
    found: t.Mapping[str, t.Any],
    begun: t.Mapping[str, t.Any],
    concluded: t.Mapping[str, t.Any],
    invocation: t.Mapping[str, str],
) -> Screen:
    """``invocation``: how this run was called, ``{playbook, inventory, options}``, for the lines that say what to type next."""
    verb, word = run["verb"], concluded["word"]
    screen = Screen(run["banner"], run["system"], {**HEADLINES[verb], **COMMON}.get(word, word), run["id"])
    if word == "nothing" and found["already"]:
        screen.headline = "NOTHING TO DO - production serves it already"
    if word == "split":
        moved = [name for name, outcome in concluded["outcomes"].items() if outcome in verdict.MOVED]
        rest = [name for name in concluded["outcomes"] if name not in moved]
        where = ("back", "NOT back") if verb == "rollback" else ("forward", "NOT forward")
        screen.headline = f"SPLIT - {_names(moved)} {where[0]}, {_names(rest)} {where[1]}"
    if word == "unknown" and not concluded["outcomes"]:
        screen.headline = "UNKNOWN - what is needed to decide could not be read, nothing was changed"
    _facts(screen, run, components, found, concluded)
    for name, outcome in concluded["outcomes"].items():
        screen.rows.append(_row(components, name, "planned" if word == "plan" else outcome, begun))
    if screen.rows:
        screen.columns = ["component", "from (bad)" if verb == "rollback" else "from", "to (now serving)" if word in verdict.MOVED else "to", "how"]
    for name, why in {**found["already"], **found["left"]}.items():
        screen.rows.append([name, f"left alone: {why}"]) if screen.columns else screen.lines.append(f"{name}: {why}")
    screen.lines += _complaints(components, found, concluded)
    if word in verdict.MOVED or word == "split":
        for name, outcome in concluded["outcomes"].items():
            if outcome in verdict.MOVED:
                screen.until_undone += _until_undone(components, name)
    screen.next_steps = _next_steps(run, components, concluded, invocation)
    screen.footer = _footer(run, concluded)
    return screen


def _facts(screen: Screen, run: Run, components: Components, found: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any]) -> None:
    wrong = []
    for name in found["act"]:
        health = (components.result(name, "state") or {}).get("health") or {}
        if health.get("verdict") == "fail":
            since = f" since {_clock_time(health['first_failed_at'])}" if health.get("first_failed_at") else ""
            wrong.append(f"{name}: {health['reason']}{since}")
    if wrong and run["verb"] == "rollback":
        screen.facts.append(("Wrong", "; ".join(wrong)))
    if concluded["word"] != "nothing":
        screen.facts.append(("Asked by", run["asked_by"] + (f', "{run["reason"]}"' if run["reason"] else "")))
    if concluded["word"] == "done" and run["verb"] == "rollback":
        budget = float(run["values"].get("rollback_budget") or 300)
        text = f"{duration(concluded['seconds'])} after the command (budget {duration(budget)})"
        if run["values"].get("rollback_incident_started_at"):
            text += f"; {duration(concluded['since_incident'])} since the incident began"
        screen.facts.append(("Recovery", text))
    verified = [result for name in concluded["outcomes"] if (result := components.result(name, "verify"))]
    if verified and concluded["word"] in ("done", "unhealthy"):
        passed = sum(result.get("passed", 0) for result in verified if result.get("verdict") == "pass")
        asked = sum(result.get("probes", 0) for result in verified)
        screen.facts.append(
            ("Proof", f"{passed} of {asked} probes healthy on {len(verified)} production address(es), last {_clock_time(concluded['last_at'])}")
        )


def _row(components: Components, name: str, outcome: str, begun: t.Mapping[str, t.Any]) -> list[str]:
    plan = components.result(name, "plan") or {}
    applied = components.result(name, "apply") or {}
    release = applied.get("release") or plan.get("release")
    if release is None:
        return [name, STATES.get(outcome, outcome)]
    came_from = begun["from"].get(name) or release["from"]
    target = release["target"]
    if outcome in verdict.MOVED:
        how = "already there" if release["how"] == "already" and not applied.get("changed") else f"{release['how']}, {duration(release['seconds'])}"
        # The end of a long line is cut off: what matters stands first.
        how = {"unhealthy": "STILL BAD, ", "unproved": "not proved, "}.get(outcome, "") + how
    else:
        how = STATES.get(outcome, release["how"])
    return [name, f"{label(came_from)}  {_moment(came_from)}", f"{label(target)}  {_moment(target)}", how]


def _complaints(components: Components, found: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any]) -> list[str]:
    """What went wrong, component by component, with the step that is possible now."""
    lines = [f"{name}: {why}" for name, why in found["unread"].items()]
    for name, outcome in concluded["outcomes"].items():
        step = {"refused": "plan", "failed": "apply", "unknown": "apply", "undone": "apply"}.get(outcome, "")
        result = components.result(name, step) or components.result(name, "plan") if step else None
        if result and result.get("failed"):
            failure = result.get("failure") or {}
            message = failure.get("message") or result.get("msg", "")
            lines.append(message if message.startswith(f"{name}:") else f"{name}: {message}")
            if failure.get("hint"):
                lines.append(f"  {failure['hint']}")
        undone = components.result(name, "undo") or {}
        if undone.get("failed"):
            lines.append(f"{name} could not be put back: {(undone.get('failure') or {}).get('message') or undone.get('msg', '')}")
        if outcome == "unproved":
            lines.append(f"{name}: {(components.result(name, 'verify') or {}).get('reason') or 'its health was not measured'}")
        if outcome == "unhealthy":
            verified = components.result(name, "verify") or {}
            lines.append(f"{name} is failing after it too: {verified.get('reason') or 'not measured'}")
    return lines


def _until_undone(components: Components, name: str) -> list[str]:
    release = (components.result(name, "apply") or {}).get("release") or {}
    lines = [f"{name}: {note}" for note in release.get("notes", [])]
    return lines


def _next_steps(run: Run, components: Components, concluded: t.Mapping[str, t.Any], invocation: t.Mapping[str, str]) -> list[str]:
    word = concluded["word"]
    again = f"ansible-playbook {invocation['playbook']} -i {invocation['inventory']}{invocation['options']}"
    if word == "elsewhere":
        steps = ["Put it right where it runs: what is known of it stands above"]
        able = any(((components.result(name, "state") or {}).get("release") or {}).get("supported") for name in components.names)
        return [*steps, f"If the newest release of another is the cause: {again} -e rollback_force=true"] if able else steps
    if run["check_mode"]:
        return [f"to do it: {again}"] if word == "plan" else []
    if word == "done" and run["verb"] == "rollback":
        forward = "roll_forward".join(invocation["playbook"].rsplit("rollback", 1))
        return [f"when fixed: ansible-playbook {forward} -i {invocation['inventory']}"]
    if word in ("split", "unknown"):
        links = [link for name in concluded["not_there"] if (link := ((components.result(name, "state") or {}).get("release") or {}).get("link"))]
        return ["Run the same command again; it continues, and looks before it acts", *(f"By hand: {link}" for link in links[:2])]
    if word == "unhealthy":
        return ["Look at what both releases depend on: database, third parties, variables", "The record has every probe"]
    return []


def _footer(run: Run, concluded: t.Mapping[str, t.Any]) -> list[str]:
    lease = (
        "" if run["check_mode"] else "Lease: all launchers. " if run.get("shared_lease") else "Lease: this machine only. " if run["ledger"] else "NO LEASE. "
    )
    changes = f"{len(concluded['changes'])} change(s) {'planned' if run['check_mode'] else 'sent'}. "
    return ["", *[f"Note: {caution}" for caution in concluded["cautions"]], f"{lease}{changes}{clock_line()}"]


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{shown} {'is' if len(names) == 1 else 'are'}"


def clock_line() -> str:
    return f"{_clock_time(clock.now())} UTC"


def _clock_time(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%H:%M:%S")


def _moment(deployment: t.Mapping[str, t.Any] | None) -> str:
    """Time of day for today's deployments, the date for older ones."""
    if not deployment or not deployment.get("created_at"):
        return ""
    made = datetime.datetime.fromtimestamp(float(deployment["created_at"]), datetime.UTC)
    recent = clock.now() - made.timestamp() < 43200
    return made.strftime("%H:%M" if recent else "%-d %b")


def notice(run: Run, concluded: t.Mapping[str, t.Any], screen: Screen) -> dict[str, t.Any]:
    """What is told of the run (role notify), empty where nothing is. What a rollback began, a good roll_forward ends."""
    word = concluded["word"]
    if word in ("nothing", "plan") or run["check_mode"]:
        return {}
    rows = [" ".join(" ".join(row).split()) for row in screen.rows]
    lines = [*(f"{name}: {text}" for name, text in screen.facts), *rows, *screen.lines, *screen.until_undone, *screen.next_steps, f"Run {run['id']}"]
    return {
        "severity": SEVERITIES.get(word, "critical"),
        "title": screen.headline,
        "text": "\n".join(lines),
        "fingerprint": "release",
        "resolved": run["verb"] == "roll_forward" and word == "done",
        # Each run that moves production is news of its own.
        "always": True,
    }

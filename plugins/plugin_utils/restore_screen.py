# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The screen of restore (OPERATOR §4), and what people are told of it."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.restores import MOST_NAMED, few
from ansible_collections.saasops.runbooks.plugins.plugin_utils import restore_runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run
from ansible_collections.saasops.runbooks.plugins.plugin_utils.release_screen import clock_line
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, duration

Json = dict[str, t.Any]
# Of more parts than these one line each is told, so that all of them have room.
MANY = 3
HEADLINES = {
    "done": "RESTORED - the same as the set",
    "unproved": "RESTORED - NOT PROVED, nothing tells whether it is the same",
    "nothing": "NOTHING TO DO - it is the same as the set, nothing was changed",
    "refused": "REFUSED - nothing was changed",
    "held": "REFUSED - nothing was put back",
    "partly": "PARTLY RESTORED - run the same command again, it goes on",
    "different": "STILL BAD - restored, and not the same as the set",
    "unhealthy": "STILL BAD - restored, the same as the set, and still failing",
    "failed": "STILL BAD - not restored",
    "unknown": "UNKNOWN - look again before you do anything else",
    "plan": "PLAN ONLY - nothing was changed",
}
UNDONE = {"done": "RESTORED - what was there before is back", "nothing": "NOTHING TO DO - nothing is left to be taken back"}
SEVERITIES = {"done": "warning", "unproved": "error", "refused": "error", "held": "error"}
QUIET = ("plan", "nothing")
RESULTS = {"same": "the same already", "restored": "the same", "different": "NOT the same", "unproved": "not proved", "gone": "gone"}
BY = {"rows": "row by row", "counts": "by counts", "values": "by values"}


def build(run: Run, components: Components, begun: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any], invocation: t.Mapping[str, str]) -> Screen:
    """``invocation``: how this run was called, ``{playbook, inventory, options}``, for the lines that say what to type next."""
    word, values = concluded["word"], run["values"]
    headlines = {**HEADLINES, **(UNDONE if values["restore_undo"] else {})}
    screen = Screen(run["banner"], run["system"], headlines[word], run["id"])
    parts = concluded["parts"]
    _facts(screen, run, components, begun, concluded)
    screen.columns = ["part", "rows now", "in the set", "result"] if parts else []
    screen.rows = [_row(part, word) for part in parts]
    for part in parts:
        if part["differences"] and part["there"] and (word in ("plan", "refused", "held") or part["result"] in ("different", "differs")):
            screen.lines.append(f"{part['name']}: {few(part['differences'], MOST_NAMED if len(parts) <= MANY else 1)}")
    if begun["why"]:
        screen.lines.append(begun["why"])
    screen.lines += _complaints(components, begun["refused"])
    screen.lines += [f"{name} is failing: {why}" for name, why in concluded["sick"].items()]
    screen.lines += [f"{name} does not get its webhooks: {why}" for name, why in concluded["lost"].items()]
    screen.lines += _kept(components)
    screen.until_undone = [f"{name} is in maintenance: {why}" for name, why in concluded["closed"].items()]
    if concluded["changes"] and word != "plan":
        screen.until_undone += _until_undone(parts, concluded)
    screen.next_steps = _next_steps(run, components, begun, concluded, invocation)
    sent = f"{len(concluded['changes'])} change(s) {'planned' if run['check_mode'] else 'made'}. "
    screen.footer = ["", *[f"Note: {caution}" for caution in concluded["cautions"]], f"{sent}{clock_line()}"]
    return screen


def _facts(screen: Screen, run: Run, components: Components, begun: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any]) -> None:
    chosen, word = begun["set"], concluded["word"]
    if chosen:
        old = durations.age(clock.now() - chosen["at"])
        screen.facts.append(("Set", f"{chosen['id']} ({chosen['why']}), of {chosen['environment']}, {old} old"))
    if word != "nothing":
        screen.facts.append(("Asked by", run["asked_by"] + (f', "{run["reason"]}"' if run["reason"] else "")))
    moved = [part for part in concluded["parts"] if part["result"] not in ("same", "gone")]
    if moved and begun["in_place"]:
        oldest = min(moved, key=lambda part: float(part["moment"]))
        what = "would be lost" if word in ("plan", "refused", "held") else "is lost here"
        lost = f"what was written since {_moment(oldest['moment'])} ({durations.age(oldest['lost_seconds'])}) {what}"
        screen.facts.append(("Data loss", f"{lost} {_declared(oldest['lost_seconds'], restore_runs.recovery_point(components))}"))
    if moved:
        screen.facts.append(("Where", "; ".join(dict.fromkeys(part["place"] for part in moved))))
    if concluded["safety"]:
        screen.facts.append(("Kept", f"what was there before is the set {concluded['safety']}"))
    if concluded["webhooks"]:
        screen.facts.append(("Webhooks", "; ".join(concluded["webhooks"])))
    if concluded["checks"]:
        rto = restore_runs.recovery_time(components)
        screen.facts.append(("Recovery", f"{duration(concluded['recovery'])} after the command {_declared(concluded['recovery'], rto)}"))


def _declared(seconds: float, most: float) -> str:
    return f"(declared {duration(most)}){'' if seconds <= most else '  NOT KEPT'}"


def _moment(at: float) -> str:
    return datetime.datetime.fromtimestamp(float(at), datetime.UTC).strftime("%-d %b %H:%M UTC")


def _row(part: Json, word: str) -> list[str]:
    now = "-" if part["rows_now"] is None else f"{part['rows_now']:,}"
    if part["result"] == "differs":
        said = "not put back" if word != "plan" else "would be made" if not part["there"] else "would be put back"
    else:
        said = RESULTS[part["result"]]
        said += f" {BY[part['by']]}" if part["by"] and part["result"] == "restored" else ""
        said += f", {duration(part['seconds'])}" if part["seconds"] else ""
    return [part["name"], now, f"{part['rows']:,}", said]


def _kept(components: Components) -> list[str]:
    """What is left alone, by the reason for it."""
    found: dict[str, list[str]] = {}
    for name in components.names:
        for kept in ((components.result(name, "plan") or {}).get("restore") or {}).get("kept") or []:
            found.setdefault(kept["why"], []).append(kept["name"])
    return [f"{', '.join(sorted(names))}: {why}" for why, names in found.items()]


def _complaints(components: Components, refused: t.Collection[str]) -> list[str]:
    lines = []
    for name in components.names:
        for step in ("apply", "protect", "plan", *(("webhooks_plan",) if name in refused else ())):
            result = components.result(name, step)
            if result and result.get("failed"):
                failure = result.get("failure") or {}
                lines.append(f"{name}: {failure.get('message') or result.get('msg') or 'a task failed'}")
                lines += [f"  {failure['hint']}"] if failure.get("hint") else []
                break
        looked = components.result(name, "integrity") or {}
        if looked.get("verdict") in ("fail", "error"):
            lines.append(f"{name}: its data do not keep their rules: {looked['reason']}")
    return list(dict.fromkeys(lines))


def _until_undone(parts: t.Sequence[Json], concluded: t.Mapping[str, t.Any]) -> list[str]:
    beside = [part for part in parts if part["result"] in ("restored", "unproved", "different") and not concluded["safety"]]
    return [f"{part['name']} is in {part['place']}, which nothing uses yet" for part in beside]


def _next_steps(run: Run, components: Components, begun: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any], invocation: t.Mapping[str, str]) -> list[str]:
    word, command = concluded["word"], f"ansible-playbook {invocation['playbook']} -i {invocation['inventory']}"
    confirm = f"-e saasops_confirm={run['environment'].rpartition('/')[2]} -e saasops_allow=destroy"
    steps = []
    if word in ("partly", "failed", "unknown", "different", "held"):
        steps.append(f"run the same command again, it looks before it acts: {command}{invocation['options']}")
    if word == "plan":
        steps.append(f"do it: {command}{invocation['options']}")
    # One that only ended what a killed run had put back can be taken back as any.
    if (concluded["changes"] or concluded["checks"]) and word != "plan" and not run["values"]["restore_undo"]:
        if begun["in_place"]:
            steps.append(f"take it back: {command} -e restore_undo=true {confirm}")
        else:
            steps.append("when it is what you want, point the application's address to the new place, and restart what reads it")
            steps.append(f"remove the new place: {command} -e restore_undo=true {confirm}")
    return steps


def notice(run: Run, concluded: t.Mapping[str, t.Any], screen: Screen) -> Json:
    """Nothing where nothing was changed, and nothing had to be."""
    word = concluded["word"]
    if run["check_mode"] or word in QUIET:
        return {}
    told = [f"{name}: {text}" for name, text in screen.facts if name in ("Set", "Data loss", "Recovery")]
    rows = [" ".join(row) for row in screen.rows]
    return {
        "severity": SEVERITIES.get(word, "critical"),
        "title": screen.headline,
        "text": "\n".join([*told, *rows, *screen.lines]),
        "fingerprint": f"restore {word}",
        "always": bool(concluded["changes"]),
    }

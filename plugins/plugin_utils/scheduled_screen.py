# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The screen of a scheduled run: each item with its time, what is not well, and what is left for a person."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.heartbeat import label
from ansible_collections.saasops.runbooks.plugins.plugin_utils import check_screen
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, duration

WORDS = {**check_screen.WORDS, "skipped": "-"}


def build(run: t.Mapping[str, t.Any], items: t.Sequence[t.Mapping[str, t.Any]], concluded: t.Mapping[str, t.Any]) -> Screen:
    word, at = concluded["word"], concluded["at"]
    name = f"scheduled {label(run['tags'])}"
    if run["overlapped"]:
        steps = ["Nothing, unless that run hangs: then stop its process"]
        return Screen(run["banner"], run["system"], f"{name} SKIPPED - another one is at work", run["id"], lines=[run["overlapped"]], next_steps=steps)
    found = [one for item in items for one in item["checks"]]
    asked = [one["name"] for one in found if one.get("person")]
    if word == "nothing":
        left = [f"{one['name']} ({one['reason']})" for one in found if not one.get("person")]
        headline = "NOTHING TO DO - nothing is scheduled for it" if not items else "FOR A PERSON - nothing to be done by itself"
        if left:
            headline = "PLAN ONLY - nothing was done" if run["check_mode"] else "NOTHING DONE - all of it was left out"
        screen = Screen(run["banner"], run["system"], f"{name} {headline}", run["id"])
        screen.footer += ["", f"NOT CHECKED  {', '.join(left)} - not counted as ok"] if left else []
    else:
        counted = [one for one in found if not one.get("person")]
        screen = check_screen.build(
            {**run, "verb": name}, [one for one in counted if one["verdict"] != "pass"], word, at, sum(len(item["changes"]) for item in items)
        )
        screen.columns = ["item", "verdict", "took", "checks"]
        screen.rows = [_row(item) for item in items if item["do"] != "person"]
        if run["check_mode"]:
            screen.footer.append("A plan: what may change something was not run, and nothing was written down")
    screen.next_steps += [f"By hand: {text}" for text in asked]
    screen.footer += [] if word != "nothing" else [f"Note: {caution}" for caution in run["cautions"]]
    return screen


def _row(item: t.Mapping[str, t.Any]) -> list[str]:
    counted = {verdict: sum(one["verdict"] == verdict for one in item["checks"]) for verdict in checks.VERDICTS}
    told = ", ".join(f"{number} {'ok' if verdict == 'pass' else verdict}" for verdict, number in counted.items() if number)
    return [item["name"], WORDS[item["verdict"]], f"{duration(item['seconds'])} of {duration(item['budget'])}", told]


def notice(run: t.Mapping[str, t.Any], items: t.Sequence[t.Mapping[str, t.Any]], word: str) -> dict[str, t.Any]:
    """What is told of the run (role notify), empty where nothing is. A good run ends what a bad one of the same tags began."""
    name = f"scheduled {label(run['tags'])}"
    if word in ("nothing", "overlapped"):
        return {}
    bad = [one for item in items for one in item["checks"] if one["verdict"] in checks.BAD]
    lines = [f"{one['component'] or run['system']} {one['name']}: {one['reason']}" for one in checks.in_order(bad)]
    severity = "error" if word in ("fail", "error") else "warning" if bad else "info"
    title = f"{run['environment']}: {name} {WORDS[word]}" + (f" ({len(bad)})" if bad else "")
    return {"severity": severity, "title": title, "text": "\n".join(lines[:20]), "fingerprint": f"{run['environment']} {name}", "resolved": not bad}

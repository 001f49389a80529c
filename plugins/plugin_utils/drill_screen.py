# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The screen of drill: what was drilled, row by row, what it took, and what was not proved."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.plugin_utils.check_screen import WORDS
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Run
from ansible_collections.saasops.runbooks.plugins.plugin_utils.release_screen import clock_line
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen

HEADLINES = {
    "done": "DRILLED - all that was drilled works",
    "failed": "DRILL FAILED - do not trust this until it is mended",
    "plan": "PLAN ONLY - nothing was changed",
    "refused": "REFUSED - nothing was changed",
}


def build(run: Run, begun: t.Mapping[str, t.Any], concluded: t.Mapping[str, t.Any]) -> Screen:
    word = concluded["word"]
    screen = Screen(run["banner"], run["system"], HEADLINES[word], run["id"])
    chosen = begun["set"]
    if chosen:
        old = durations.age(clock.now() - chosen["at"])
        screen.facts.append(("Set", f"{chosen['id']} ({chosen['why']}), of {chosen['environment']}, {old} old"))
    screen.facts.append(("Asked by", run["asked_by"] + (f', "{run["reason"]}"' if run["reason"] else "")))
    proof = concluded["proof"]
    if proof:
        whole = "the whole set is proved" if proof["whole"] else "not the whole set is proved"
        screen.facts.append(("Proof", f"{len(proof['proved'])} part(s) came back the same; {whole}"))
    for one in concluded["checks"]:
        if one["verdict"] != "skipped":
            screen.facts.append((one["component"] or "all", f"{WORDS[one['verdict']].lower():<4} {one['name'].rpartition('/')[2]}: {one['reason']}"))
    if word == "plan":
        screen.columns = ["part", "rows", "age"]
        screen.rows = [[part["name"], f"{part['rows']:,}", durations.age(part["lost_seconds"])] for part in concluded["parts"]]
        screen.lines += list(dict.fromkeys(f"Would go to {part['place']}" for part in concluded["parts"]))
    screen.next_steps = list(dict.fromkeys(one["next"] for one in concluded["checks"] if one.get("next")))
    unproved = [f"{one['name']} ({one['reason']})" for one in concluded["checks"] if one["verdict"] == "skipped"]
    if unproved:
        screen.footer += ["", f"NOT PROVED  {', '.join(unproved)} - not counted as ok"]
    gone = "Nothing of it is left. " if word in ("done", "failed") and not concluded["left"] else ""
    screen.lines += [f"LEFT BEHIND  {left}" for left in concluded["left"]]
    made = f"{len(concluded['changes'])} change(s) {'planned' if run['check_mode'] else 'made'}. "
    screen.footer += ["", *[f"Note: {caution}" for caution in concluded["cautions"]], f"{made}{gone}{clock_line()}"]
    return screen


def notice(run: Run, concluded: t.Mapping[str, t.Any], screen: Screen) -> dict[str, t.Any]:
    """That a drill went well is news for nobody; the report tells it."""
    if run["check_mode"] or concluded["word"] in ("done", "plan"):
        return {}
    told = [f"{name} {text}" for name, text in screen.facts]
    return {"severity": "error", "title": screen.headline, "text": "\n".join([*told, *screen.lines]), "fingerprint": "drill"}

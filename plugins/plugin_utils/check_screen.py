# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The screen of a verb that looks (OPERATOR §4): bad lines first, and what was not checked is said, and never counted as well."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks as rows
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, duration

WORDS = {"pass": "OK", "warn": "WARN", "fail": "FAIL", "error": "ERROR", "inconclusive": "INCONCLUSIVE"}
Check = t.Mapping[str, t.Any]


def build(run: t.Mapping[str, t.Any], checks: t.Sequence[rows.Check], word: str, at: float, changes: int) -> Screen:
    """``word``: the verdict of all; ``at``: the moment of the look, in seconds since the epoch; ``changes``: how many were sent."""
    bad = [one for one in rows.in_order(checks) if one["verdict"] in rows.BAD]
    moment = datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%a %-d %b %H:%M UTC")
    counted = f" ({len(bad)})" if bad else ""
    seconds = max(0.0, at - run["started_at"])
    took = f"{seconds:.1f} s" if seconds < 60 else duration(seconds)
    screen = Screen(run["banner"], run["system"], f"{run['verb']} {WORDS[word]}{counted}", run["id"], f"{moment}   {took}   {changes} changes")
    for one in bad:
        # What could be done is told in a place of its own.
        if one.get("act"):
            continue
        screen.facts.append((one["component"] or run["system"], f"{WORDS[one['verdict']]}  {one['name']}: {one['reason']}"))
    for component in dict.fromkeys(one["component"] for one in checks):
        good = [one for one in checks if one["component"] == component and one["verdict"] == "pass"]
        said = [text for one in good if (text := str(one.get("brief", f"{one['name']} {one['reason']}")).strip())]
        if good:
            screen.facts.append((component or run["system"], f"ok  {'; '.join(said)}".rstrip()))
    acts = {one["name"]: [other["act"] for other in checks if other["name"] == one["name"] and other.get("act")] for one in checks if one.get("act")}
    screen.could_act = [f"{name.partition(':')[0]:<10} {'; '.join(told)}" for name, told in acts.items()]
    suggested = [f"{one['component']} {one['name']}: {one['suggestion']}" for one in checks if one.get("suggestion")]
    if suggested:
        screen.footer += ["", "SUGGESTED from history, for component_limits (nothing was set):", *suggested]
    screen.next_steps = list(dict.fromkeys(one["next"] for one in bad if one.get("next")))
    skipped = [f"{one['component']} {one['name']} ({one['reason']})".strip() for one in checks if one["verdict"] == "skipped"]
    if skipped:
        screen.footer += ["", f"NOT CHECKED  {', '.join(skipped)} - not counted as ok"]
    screen.footer += [f"Note: {caution}" for caution in run["cautions"]]
    return screen

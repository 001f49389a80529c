# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What backup makes of the results of all components: a word, what became of each, and the screen."""

from __future__ import annotations

import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, runs
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components, Run
from ansible_collections.saasops.runbooks.plugins.plugin_utils.release_screen import clock_line
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import Screen, duration

Json = dict[str, t.Any]
HEADLINES = {
    "done": "BACKED UP",
    "partly": "PARTLY BACKED UP - the set lacks what is named below",
    "failed": "NOT BACKED UP - no part could be stored",
    "nothing": "NOTHING TO DO - no component holds anything that is kept",
    "plan": "PLAN ONLY - nothing was stored",
    "refused": "REFUSED - nothing was changed",
    "unknown": "UNKNOWN - the set could not be completed",
}
GOOD = ("done", "nothing", "plan")
UNITS = ("B", "KB", "MB", "GB", "TB")
DASH = "-"


def conclude(run: Run, components: Components, ledger_url: str | None) -> Json:
    """``{word, outcomes, set, not_there, ends_on, seconds, changes, planned, checks, cautions}``."""
    admit, whole = _first(components, "admit"), _first(components, "verify")
    is_plan = bool(run["check_mode"])
    refused = {name for name in components.names if _refuses(components.result(name, "plan"))} if not _failed(admit) else set(components.names)
    outcomes = {name: _outcome(components, name, refused, is_plan) for name in components.names}
    word = _word(outcomes, refused, whole, is_plan)
    bad = [name for name, outcome in outcomes.items() if outcome in ("refused", "partly", "failed", "unknown")]
    not_there = [] if word in GOOD else bad or components.names[:1]
    concluded = {
        "word": word,
        "outcomes": outcomes,
        "set": (whole or {}).get("set") or "",
        "not_there": not_there,
        "ends_on": not_there or components.names[:1],
        "seconds": max(0.0, clock.now() - run["started_at"]),
        "changes": _changes(components, "plan" if is_plan else "apply", "admit" if is_plan else "begun"),
        "planned": _changes(components, "plan", "admit"),
        "checks": _checks(components, word, outcomes, admit or {}, whole or {}),
        "cautions": [*run["cautions"], *((admit or {}).get("cautions") or []), *((whole or {}).get("cautions") or [])],
    }
    store = runs.open_store(run, ledger_url)
    if store and not is_plan:
        with store.write() as connection:
            entry = {"word": word, "outcomes": outcomes, "set": concluded["set"], "seconds": round(concluded["seconds"], 3)}
            chain.append(connection, store, run["id"], "verdict", entry)
    return concluded


def _checks(components: Components, word: str, outcomes: t.Mapping[str, str], admit: Json, whole: Json) -> list[checks.Check]:
    """What was stored, of the set as a whole and of each component, as rows that a look makes."""
    made = [checks.check("backup set", "", "fail", _why(result)[0], next=_why(result)[1]) for result in (admit, whole) if result.get("failed")]
    if word in ("done", "partly"):
        verdict, told = ("pass", whole["set"]) if word == "done" else ("fail", f"{whole['set']} lacks {_named(outcomes, 'partly', 'failed', 'unknown')}")
        made.append(checks.check("backup set", "", verdict, told))
    for name, outcome in outcomes.items():
        result = components.result(name, "apply") or components.result(name, "plan") or {}
        if outcome == "done":
            parts = result["parts"]
            total = sum(part["bytes"] for part in parts)
            made.append(checks.check("backed up", name, "pass", f"{len(parts)} part(s), {size(total)}", total, "bytes"))
        elif outcome in ("waiting", "plan"):
            why = {"waiting": "something has to be mended first", "plan": "a plan stores nothing"}[outcome]
            made.append(checks.check("backed up", name, "skipped", why))
        elif outcome != "nothing" and not admit.get("failed"):
            failed = [f"{part['name']}: {part['why']}" for part in result.get("parts") or [] if part["state"] == "failed"]
            why, hint = ("; ".join(failed), "") if failed else _why(result)
            made.append(checks.check("backed up", name, "fail", why, next=hint or "Mend that, and run backup.yml: what was stored before is untouched"))
    return made


def _named(outcomes: t.Mapping[str, str], *wanted: str) -> str:
    return ", ".join(name for name, outcome in outcomes.items() if outcome in wanted)


def _why(result: Json) -> tuple[str, str]:
    failure = result.get("failure") or {}
    return str(failure.get("message") or result.get("msg") or "a task failed"), str(failure.get("hint") or "")


def _first(components: Components, step: str) -> Json | None:
    """Of a task that ran once for all: every component has its result."""
    return next((found for name in components.names if (found := components.result(name, step))), None)


def _failed(result: Json | None) -> bool:
    return result is None or bool(result.get("failed"))


def _refuses(plan: Json | None) -> bool:
    """Whether a person has to mend something first. A part that could not be looked at is no reason to leave the others."""
    return _failed(plan) and ((plan or {}).get("failure") or {}).get("kind") != "failed"


def _outcome(components: Components, name: str, refused: set[str], is_plan: bool) -> str:
    if refused:
        return "refused" if name in refused else "waiting"
    result = components.result(name, "plan" if is_plan else "apply") or {}
    states = {part["state"] for part in result.get("parts") or []}
    if not states:
        return "unknown" if _failed(result or None) else "nothing"
    if states == {"failed"}:
        return "failed"
    return "partly" if "failed" in states else "plan" if is_plan else "done"


def _word(outcomes: t.Mapping[str, str], refused: set[str], whole: Json | None, is_plan: bool) -> str:
    every = set(outcomes.values())
    if refused:
        return "refused"
    if _failed(whole):
        return "unknown"
    if every <= {"nothing"}:
        return "nothing"
    if every <= {"nothing", "plan"} or is_plan:
        return "plan" if not every & {"failed", "unknown"} else "refused" if every <= {"failed", "unknown", "nothing"} else "plan"
    if every <= {"failed", "unknown", "nothing"}:
        return "failed"
    return "partly" if every & {"failed", "partly", "unknown"} else "done"


def _changes(components: Components, step: str, beginning: str) -> list[Json]:
    begun, whole = _first(components, beginning), _first(components, "verify")
    made = [{"component": name, **change} for name in components.names for change in (components.result(name, step) or {}).get("changes") or []]
    around = [[{"component": "", **change} for change in (result or {}).get("changes") or []] for result in (begun, whole)]
    return [*around[0], *made, *around[1]]


# -- the screen
def screen(run: Run, components: Components, concluded: Json) -> Screen:
    admit, whole = _first(components, "admit") or {}, _first(components, "verify") or {}
    word, step = concluded["word"], "plan" if run["check_mode"] else "apply"
    rows = [part for name in components.names for part in (components.result(name, step) or {}).get("parts") or []]
    made = Screen(run["banner"], run["system"], HEADLINES[word] + _of_all(whole, word), run["id"])
    made.facts.append(("Asked by", run["asked_by"] + (f', "{run["reason"]}"' if run["reason"] else "")))
    if word in ("done", "partly"):
        manifest = whole["manifest"]
        spread = f", parts {duration(manifest['spread'])} apart" if manifest["spread"] else ""
        made.facts.append(("Set", f"{whole['set']}  {manifest['why']}, in {duration(concluded['seconds'])}{spread}"))
    if admit.get("repository"):
        place = {True: "off-site", False: "NOT off-site", None: "not known whether off-site"}[admit.get("offsite")]
        made.facts.append(("Kept at", f"{admit['repository']}  {place}: {admit.get('offsite_why', '')}"))
    made.facts += _gone(whole, bool(run["check_mode"]))
    if rows and word != "refused":
        made.columns = ["component", "part", "size", "content", "took", "new"]
        made.rows = [_row(part) for part in rows]
    made.rows += [[name, "holds nothing that is kept"] for name, outcome in concluded["outcomes"].items() if outcome == "nothing" and made.rows]
    made.lines += _complaints(components, concluded, admit, whole)
    made.next_steps = _next(concluded)
    told = f"{len(concluded['changes'])} change(s) {'planned' if run['check_mode'] else 'made'}. "
    made.footer = ["", *[f"Note: {caution}" for caution in concluded["cautions"] if caution not in (admit.get("cautions") or [])], f"{told}{clock_line()}"]
    return made


def _of_all(whole: Json, word: str) -> str:
    """What --limit leaves out, beside what was wanted."""
    left = [part["component"] for part in (whole.get("manifest") or {}).get("parts") or [] if part["state"] == "skipped"]
    return f" - without {', '.join(left)} (--limit)" if left and word in ("done", "plan") else ""


def _gone(whole: Json, is_plan: bool) -> list[tuple[str, str]]:
    gone, swept = whole.get("forgotten") or [], whole.get("swept") or 0
    said = [f"{len(gone)} old set(s): {', '.join(gone[:2])}{' …' if len(gone) > 2 else ''}"] if gone else []
    said += [f"what {swept} killed run(s) had left"] if swept else []
    said += ["room given back"] if whole.get("pruned") and not is_plan else []
    return [("To go" if is_plan else "Gone", "; ".join(said))] if said else []


def _row(part: Json) -> list[str]:
    file = part["name"].partition("/")[2] or DASH
    if part["state"] == "failed":
        return [part["component"], file, "FAILED", "see above", DASH, DASH]
    if part["state"] == "planned":
        return [part["component"], file, DASH, part["kind"], DASH, DASH]
    return [part["component"], file, size(part["bytes"]), _content(part), duration(part["seconds"]), size(part["added"])]


def _content(part: Json) -> str:
    total, tables = sum(part["counts"].values()), len(part["counts"])
    if part["kind"] == "variables":
        return f"{total or len(part['names'])} values"
    if not tables:
        return str(part["kind"])
    return f"{total:,} in {tables}" if tables > 1 else f"{total:,}"


def size(count: float) -> str:
    """``512 B``, ``4.2 MB``."""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {UNITS[unit]}" if unit == 0 or value >= 100 else f"{value:.1f} {UNITS[unit]}"


def _complaints(components: Components, concluded: Json, admit: Json, whole: Json) -> list[str]:
    lines = []
    for result in (admit, whole):
        lines += _told(result) if result.get("failed") else []
    if admit.get("failed"):
        # The others say the same.
        return lines
    for name in components.names:
        result = components.result(name, "apply") or components.result(name, "plan") or {}
        failed = [part for part in result.get("parts") or [] if part["state"] == "failed"]
        lines += [f"{part['name']} FAILED: {part['why']}" for part in failed]
        lines += [f"{name}: {line}" for line in _told(result)] if result.get("failed") and not failed else []
    return lines


def _told(result: Json) -> list[str]:
    message, hint = _why(result)
    return [message, *([f"  {hint}"] if hint else [])]


def _next(concluded: Json) -> list[str]:
    if concluded["word"] == "partly":
        return ["mend what failed, and run the same command again: what has not changed takes no room twice"]
    if concluded["word"] in ("failed", "refused", "unknown"):
        return ["mend that, and run the same command again; sets that were there before are untouched"]
    return []

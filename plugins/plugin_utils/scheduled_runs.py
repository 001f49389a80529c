# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""What a scheduled run does: which items of the inventory are due for its tags, and what became of each."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.schedule_info import TAGS
from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, heartbeat
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import chain, findings, leases, runs, schedules
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger.store import Store
from ansible_collections.saasops.runbooks.plugins.plugin_utils import check_runs, guard, scheduled_procedures, variables
from ansible_collections.saasops.runbooks.plugins.plugin_utils.components import Components

Item = dict[str, t.Any]
Run = dict[str, t.Any]
# What an item may say, and what stands for what it leaves out.
KEYS = ("name", "tags", "do", "components", "commands", "ask", "what", "period", "environments", "budget")
BUDGET = "10m"
# Work that is no role of its own.
COMMAND, PERSON, REPORT, DRILL = "command", "person", "report", "drill"
# A lease outlives its run's budget by so much: what is over its budget still ends by itself.
MARGIN = 600.0
# Within so many seconds what was left of a run that is gone has noticed it, and has ended its command (``runs.RENEW_EVERY``, ``programs``).
LEFT_BEHIND = 20.0


def offered() -> list[str]:
    """What an item may do: commands, a report, notes for a person, procedures, and every verb whose role looks (``tasks/verify.yml``) and needs no plan."""
    roles = [
        path.name for path in (guard.ROOT / "roles").iterdir() if (path / "tasks" / "verify.yml").is_file() and not (path / "tasks" / "plan.yml").is_file()
    ]
    return sorted({*roles, *scheduled_procedures.PROCEDURES, COMMAND, PERSON, REPORT})


def looks_once(verb: str) -> bool:
    """Whether the verb's role has something to look at once for all components, too: ``tasks/vendors.yml``, which registers ``<verb>_posted``."""
    return (guard.ROOT / "roles" / verb / "tasks" / "vendors.yml").is_file()


def periods() -> list[str]:
    """The times that a report may tell of."""
    return list(guard.options_of(REPORT)["report_period"]["choices"])


def wanted_tags(given: t.Sequence[str], skipped: t.Sequence[str], items: t.Sequence[Item]) -> list[str]:
    """The tags of this run; what is misspelt is refused, and so is a run without any: it would do a quarter's work at once."""
    has = [tag for tag in TAGS if any(tag in item["tags"] for item in items)]
    if list(given) == ["all"]:
        raise refuse("no tag was given", f"Say which: --tags {has[0] if has else TAGS[0]} (there are items for {', '.join(has) or 'none'})", "tags")
    for tag in [*given, *skipped]:
        if tag not in TAGS:
            meant = variables.near(tag, TAGS)
            raise refuse(f"there is no tag {tag}", f"Did you mean {meant[0]}?" if meant else f"Tags are: {', '.join(TAGS)}", "tags")
    return [tag for tag in TAGS if tag in given and tag not in skipped]


def read_items(given: t.Any, components: t.Mapping[str, t.Mapping[str, t.Any]]) -> list[Item]:
    """``scheduled_items`` of the inventory, checked as a whole before anything is done. ``components``: name -> its declared commands."""
    if not isinstance(given, list) or not given:
        raise refuse("scheduled_items is not there", "List in the inventory what is done when: see docs/scheduled.md", "items")
    return [_item(one, components) for one in given]


def _item(given: t.Any, components: t.Mapping[str, t.Mapping[str, t.Any]]) -> Item:
    name = str(given.get("name") or given.get("do") or "") if isinstance(given, dict) else ""
    if not name:
        raise refuse(f"an item of scheduled_items is {given!r}", "Write {name: health, tags: [daily], do: health, budget: 5m}", "items")
    for key in given:
        if key not in KEYS:
            meant = variables.near(str(key), KEYS)
            raise refuse(f"{name}: an item has no {key}", f"Did you mean {meant[0]}?" if meant else f"It has: {', '.join(KEYS)}", "items")
    lists = ("tags", "components", "commands", "ask", "what", "environments")
    item: Item = {"name": name, "do": str(given.get("do") or ""), **{key: _words(given, key, name) for key in lists}}
    known: dict[str, tuple[str, t.Collection[str]]] = {"tags": ("tag", TAGS), "components": ("component", list(components))}
    known["what"] = ("drill of", scheduled_procedures.drills())
    for key, (word, names) in known.items():
        for value in item[key]:
            if value not in names:
                meant = variables.near(value, names)
                raise refuse(f"{name}: there is no {word} {value}", f"Did you mean {meant[0]}?" if meant else f"There are: {', '.join(names)}", "items")
    if not item["tags"]:
        raise refuse(f"{name}: it has no tags", f"Give some of: {', '.join(TAGS)}", "items")
    if item["do"] not in offered():
        meant = variables.near(item["do"], offered())
        raise refuse(f"{name}: nothing does {item['do']!r}", f"Did you mean {meant[0]}?" if meant else f"Give one of: {', '.join(offered())}", "items")
    for key, doing in (("commands", COMMAND), ("ask", PERSON)):
        if bool(item[key]) is not (item["do"] == doing):
            raise refuse(f"{name}: {key} belongs to do: {doing}", f"Give {key} there, and nowhere else", "items")
    if item["what"] and item["do"] != DRILL:
        raise refuse(f"{name}: what belongs to do: {DRILL}", "Give what there, and nowhere else", "items")
    procedure = scheduled_procedures.PROCEDURES.get(item["do"])
    if procedure and procedure.whole and item["components"]:
        raise refuse(f"{name}: {item['do']} is of the environment as a whole", "Leave components out", "items")
    if item["do"] == COMMAND:
        _check_commands(item, components)
    item["period"] = str(given.get("period") or "")
    if bool(item["period"]) is not (item["do"] == REPORT):
        raise refuse(f"{name}: period belongs to do: {REPORT}", f"Give period there ({', '.join(periods())}), and nowhere else", "items")
    if item["period"] and item["period"] not in periods():
        meant = variables.near(item["period"], periods())
        raise refuse(f"{name}: there is no period {item['period']}", f"Did you mean {meant[0]}?" if meant else f"Periods are: {', '.join(periods())}", "items")
    item["components"] = item["components"] or list(components)
    item["budget"] = durations.seconds(given.get("budget", BUDGET), f"{name}: budget")
    if item["budget"] < 1:
        raise refuse(f"{name}: budget is {given.get('budget')!r}", "Give a duration of a second or more, such as 5m", "items")
    return item


def _words(given: t.Mapping[str, t.Any], key: str, name: str) -> list[str]:
    value = given.get(key) or []
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise refuse(f"{name}: {key} is {value!r}", f"Give {key} as a list of words", "items")
    return [str(word) for word in value]


def _check_commands(item: Item, components: t.Mapping[str, t.Mapping[str, t.Any]]) -> None:
    if not item["components"]:
        raise refuse(f"{item['name']}: it says not whose commands they are", "Give components: [app], one that declares component_commands", "items")
    for component in item["components"]:
        for command in item["commands"]:
            if command not in components[component]:
                names = ", ".join(components[component]) or "none"
                raise refuse(f"{item['name']}: {component} declares no command {command}", f"Its component_commands are: {names}", "items")


def due(items: t.Sequence[Item], tags: t.Sequence[str], environment: str) -> list[Item]:
    """What these tags ask for here, in the inventory's order. A verb looks once: what several items want of it is done together."""
    found: list[Item] = []
    for item in items:
        if not set(tags) & set(item["tags"]) or (item["environments"] and environment.rpartition("/")[2] not in item["environments"]):
            continue
        is_role = item["do"] not in (COMMAND, PERSON, REPORT)
        same = next((one for one in found if one["do"] == item["do"]), None) if is_role else None
        if same is None:
            once, procedure = is_role and looks_once(item["do"]), item["do"] in scheduled_procedures.PROCEDURES
            kind = {"is_role": is_role and not procedure, "is_procedure": procedure, "looks_once": once}
            found.append({**item, **kind, "timeout": max(1, round(item["budget"]))})
            continue
        same["name"] = same["name"] if same["name"] == item["name"] else f"{same['name']}, {item['name']}"
        same["components"] = list(dict.fromkeys([*same["components"], *item["components"]]))
        same["what"] = list(dict.fromkeys([*same["what"], *item["what"]]))
        same["budget"] += item["budget"]
        same["timeout"] = max(1, round(same["budget"]))
    return found


def begin(run: Run, tags: t.Sequence[str], items: t.Sequence[Item], wanted: t.Sequence[t.Mapping[str, t.Any]], ledger_url: str | None) -> Run:
    """The run as it goes on: with its own lease, its row in the ledger, and a word on runs that were missed. Overlapping, it does nothing."""
    name = heartbeat.label(tags)
    budget = sum(item["budget"] for item in items)
    begun = {**run, "tags": list(tags), "reason": name, "due": list(items), "budget": budget, "overlapped": "", "cautions": list(run["cautions"])}
    store = runs.open_store(run, ledger_url)
    if not store:
        return begun
    at = clock.now()
    for one in wanted:
        known = [row for row in schedules.rows(store) if set(one["tags"]) <= set(row["tags"])]
        gone = heartbeat.missed(one["cron"], one["timezone"], one["grace"], known, at) if set(one["tags"]) <= set(tags) else []
        if gone:
            times = f" (and {len(gone) - 1} before)" if len(gone) > 1 else ""
            begun["cautions"].append(f"{heartbeat.label(one['tags'])} did not run when it was due at {heartbeat.moment(gone[-1], one['timezone'])}{times}")
    if run["check_mode"]:
        return begun
    purpose, seconds = f"scheduled {name}", budget + MARGIN
    try:
        lease = leases.acquire(store, purpose, run["id"], run["holder"], f"scheduled {name}", seconds)
    except Failure as failure:
        if failure.code != "leased":
            raise
        schedules.begin(store, run["id"], tags, at, budget, "overlapped")
        return {**begun, "due": [], "overlapped": failure.message}
    if lease.taken_over_from:
        begun["cautions"].append(_stopped(store, lease.taken_over_from, at))
        clock.sleep(LEFT_BEHIND)
    schedules.begin(store, run["id"], tags, at, budget)
    return {**begun, "purpose": purpose, "generation": lease.generation, "lease_seconds": seconds}


def _stopped(store: Store, lost: str, at: float) -> str:
    """Tell of an earlier run of these tags that never came to its end, and of what it had begun to change."""
    under_way: collections.Counter[str] = collections.Counter()
    for entry in chain.entries(store, lost):
        if entry["kind"] not in ("intent", "outcome"):
            continue
        # What the orphan of a run breaks off has an outcome, which is a failure.
        done = entry["kind"] == "outcome" and not entry["data"]["failure"]
        about = ": ".join(part for part in (entry["data"]["component"], entry["data"]["target"]) if part)
        under_way[about] += -1 if done else entry["kind"] == "intent"
    begun = [name for name, number in under_way.items() if number > 0]
    if any(row["run"] == lost and row["verdict"] == schedules.WORKING for row in schedules.rows(store)):
        schedules.end(store, lost, at, schedules.STOPPED, [])
    told = f" {'; '.join(begun)} was begun, and nobody saw it end: see what it has done." if begun else " Nothing that may change something was under way."
    return f"run {lost} was stopped before its end.{told} What is due is done from the beginning"


def note(run: Run, item: Item, hostvars: t.Mapping[str, t.Any], chosen: t.Sequence[str], before: t.Sequence[Item]) -> Item:
    """What became of one item: ``{name, do, verdict, seconds, budget, checks, changes, ran}``. ``ran``: whether it was carried out, however it ended."""
    ended = clock.now()
    # One item follows the other.
    seconds = max(0.0, ended - max([run["started_at"], *(one["ended_at"] for one in before)]))
    names = [name for name in item["components"] if name in chosen]
    found, changes, ran = _found(run, item, hostvars, names)
    if seconds > item["budget"]:
        over = f"took {seconds:.0f} s, and its budget is {item['budget']:.0f} s"
        found.append(checks.check("budget", "", "warn", over, round(seconds, 1), "s", f"<= {item['budget']:.0f} s"))
    made = [one for one in found if one["verdict"] != "skipped"]
    return {
        "name": item["name"],
        "do": item["do"],
        "verdict": checks.worst(made) if made else "skipped",
        "seconds": round(seconds, 1),
        "ended_at": ended,
        "budget": item["budget"],
        "checks": found,
        "changes": changes,
        "ran": ran,
    }


def remember(run: Run, item: Item, ledger_url: str | None) -> bool:
    """Write down at once what an item has found: a report that comes after it knows it, and a run that is killed has not lost it."""
    if run["check_mode"] or not item["checks"]:
        return False
    try:
        store = runs.open_store(run, ledger_url)
        return store is not None and findings.remember(store, run["id"], item["ended_at"], item["checks"]) >= 0
    except Failure:
        # It is tried once more at the end, and told then.
        return False


def _of_report(item: Item, facts: t.Mapping[str, t.Any]) -> checks.Check:
    name, made = f"report of the {item['period']}", facts.get("scheduled_report") or {}
    if not made.get("report"):
        failure = made.get("failure") or {}
        why = str(failure.get("message") or made.get("msg") or "it was not made")
        # Before the first run there is nothing to tell of.
        return checks.check(name, "", "skipped" if failure.get("code") == "ledger" else "error", why, next=failure.get("hint") or "")
    told = f"{len(made['report']['bad'])} of {made['report']['checks']} not well"
    where = "; ".join([told, *(made["files"][kind] for kind in ("html", "md") if kind in made["files"])])
    return checks.check(name, "", "pass", where, brief=f"{name}: {where}")


def _found(run: Run, item: Item, hostvars: t.Mapping[str, t.Any], names: list[str]) -> tuple[list[checks.Check], list[dict[str, t.Any]], bool]:
    """(checks, changes, whether it was carried out)."""
    stopped = {name: str(why["msg"]) for name in names if (why := hostvars[name].get("scheduled_failure") or {}).get("item") == item["name"]}
    if item["is_procedure"]:
        if not names:
            return [checks.check(item["do"], "", "skipped", "--limit leaves none of its components")], [], False
        record = hostvars[names[0]].get(f"{item['do']}_record") or {}
        return scheduled_procedures.found(run, item, record, next(iter(stopped.values()), ""))
    if item["is_role"]:
        failed = [checks.check(item["do"], name, "error", why) for name, why in stopped.items()]
        more, changes = check_runs.gather(Components(item["do"], names, hostvars), [*(["posted"] if item["looks_once"] else []), "verify"])
        # A task that failed is told once.
        found = [*failed, *(one for one in more if one["component"] not in stopped)]
    elif item["do"] == COMMAND:
        found, changes = _of_commands(item, hostvars, names)
    else:
        asked = [checks.check(text, "", "skipped", "for a person", person=True) for text in item["ask"]]
        found, changes = asked if item["do"] == PERSON else [_of_report(item, hostvars[names[0]])], []
    return found, changes, any(one["verdict"] != "skipped" for one in found)


def _of_commands(item: Item, hostvars: t.Mapping[str, t.Any], names: list[str]) -> tuple[list[checks.Check], list[dict[str, t.Any]]]:
    found: list[checks.Check] = []
    changes: list[dict[str, t.Any]] = []
    for name in names:
        results = (hostvars[name].get("scheduled_commands") or {}).get("results") or []
        told = {str(result.get("scheduled_command")): result for result in results if not result.get("skipped")}
        for command in item["commands"]:
            result = told.get(command)
            if result is None:
                found.append(checks.check(command, name, "error", "it was not run"))
            elif result.get("failed"):
                failure = result.get("failure") or {}
                over = f"it had not ended within the budget of {item['budget']:.0f} s, and was stopped" if result.get("timedout") else ""
                why = over or str(failure.get("message") or result.get("msg") or "the task failed").removeprefix(f"{command}: ")
                found.append(checks.check(command, name, "error", why, next=failure.get("hint") or ""))
            else:
                found += result.get("checks") or []
                changes += [{"component": name, **change} for change in result.get("changes") or []]
    return found, changes


def complete(run: Run, noted: t.Sequence[Item]) -> list[Item]:
    """Every item that was due; one of which nothing was noted could not be carried out."""
    told = {item["name"]: item for item in noted}
    lost = {"seconds": 0.0, "ended_at": run["started_at"], "verdict": "error", "changes": [], "ran": False}

    def missing(item: Item) -> Item:
        row = checks.check(item["do"], "", "error", f"{item['name']}: it was not carried out, see the error above")
        return {**{key: item[key] for key in ("name", "do", "budget")}, **lost, "checks": [row]}

    return [told.get(item["name"]) or missing(item) for item in run["due"]]


def end(run: Run, word: str, items: t.Sequence[Item], ledger_url: str | None) -> None:
    """Write down how the run ended."""
    store = runs.open_store(run, ledger_url)
    if not store or run["check_mode"] or run["overlapped"]:
        return
    told = []
    for item in items:
        counted = {verdict: sum(one["verdict"] == verdict for one in item["checks"]) for verdict in checks.VERDICTS}
        about = {key: item[key] for key in ("name", "do", "verdict", "seconds", "budget", "ran")}
        told.append({**about, "checks": {key: n for key, n in counted.items() if n}})
    schedules.end(store, run["id"], clock.now(), word, told)

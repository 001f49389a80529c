# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether scheduled runs happened when they were due. Pure: no I/O, no clock.

A *row* is what the ledger knows of one run: ``{tags, started_at, ended_at, verdict, budget, items}``; ``items``: ``[{name, verdict, ran}]``.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks, cron

Row = t.Mapping[str, t.Any]
# Rows that are no run: the schedule was put in place, or another run was still at work.
NO_RUN = ("installed", "overlapped")
# Clocks of launchers are not alike.
EARLY = 120.0
# So far back misses are counted.
MOST_DAYS = 400


def label(tags: t.Sequence[str]) -> str:
    return "+".join(tags)


def missed(when: cron.Cron, where: t.Any, grace: float, rows: t.Sequence[Row], now: float) -> list[float]:
    """The moments at which a run was due and none began, oldest first. ``rows`` are those of its tags; before the first of them nothing was due."""
    if not rows:
        return []
    since = max(min(row["started_at"] for row in rows), now - MOST_DAYS * 86400.0)
    began = [row["started_at"] for row in rows if row["verdict"] not in NO_RUN]
    every = [due for due in cron.between(when, where, since, now) if due.last + grace < now]
    return [due.first for due in every if not any(due.first - EARLY <= moment <= due.last + grace for moment in began)]


def judge(wanted: t.Mapping[str, t.Any], rows: t.Sequence[Row], now: float) -> checks.Check:
    """The check of one scheduled run. ``wanted``: ``{tags, cron, timezone, grace}`` with ``cron`` read and ``grace`` in seconds."""
    tags, where = list(wanted["tags"]), wanted["timezone"]
    name, mine = f"scheduled {label(tags)}", [row for row in rows if set(tags) <= set(row["tags"])]
    runs = [row for row in mine if row["verdict"] not in NO_RUN]
    following = cron.following(wanted["cron"], where, now)
    soon = f"next due {moment(following.first, where)}" if following else "never due again"
    if not mine:
        return checks.check(name, "", "inconclusive", f"no run is known; {soon}", next="Install it with playbooks/schedule.yml, or run it once by hand")
    gone = missed(wanted["cron"], where, wanted["grace"], mine, now)
    last = max(runs, key=lambda row: float(row["started_at"]), default=None)
    age = round(now - last["started_at"]) if last else None
    latest = max((due.first for due in cron.between(wanted["cron"], where, now - MOST_DAYS * 86400.0, now) if due.last + wanted["grace"] < now), default=None)
    if gone and gone[-1] == latest:
        more = f", and {len(gone) - 1} before it" if len(gone) > 1 else ""
        reason = f"did not run when it was due at {moment(gone[-1], where)}{more}"
        return checks.check(name, "", "fail", reason, age, "s", next="See whether cron, the timer or AWX still starts it, and its log")
    if last and last["ended_at"] is None and now - last["started_at"] > last["budget"] + wanted["grace"]:
        return checks.check(name, "", "fail", f"began at {moment(last['started_at'], where)} and never ended", age, "s", next="Look at its log")
    if not last:
        return checks.check(name, "", "pass", f"not due yet; {soon}")
    return checks.check(name, "", "pass", f"last {moment(last['started_at'], where)}, {soon}", age, "s")


def judge_item(item: t.Mapping[str, t.Any], every: t.Sequence[t.Mapping[str, t.Any]], rows: t.Sequence[Row], now: float) -> checks.Check:
    """Whether an item was carried out when it was due last: a run that began may have ended before it, or found another run at work.

    ``item``: ``{name, tags}``; ``every``: what is scheduled, as ``wanted`` of :func:`judge`.
    """
    name, tags = f"item {item['name']}", set(item["tags"])
    mine = [row for row in rows if tags & set(row["tags"]) and row["verdict"] not in NO_RUN]
    done = [row for row in mine if any(_ran(one) for one in _of(row, item["name"]))]
    last = max((row["started_at"] for row in done), default=None)
    told = f"last {moment(last, every[0]['timezone'])}" if last is not None and every else "never carried out"
    dues = [(due, one) for one in every if tags & set(one["tags"]) and (due := _latest(one, rows, now))]
    if not dues:
        return checks.check(name, "", "pass", f"not due yet; {told}")
    due, wanted = max(dues, key=lambda pair: pair[0])
    since = [row for row in mine if row["started_at"] >= due - EARLY]
    age = round(now - last) if last is not None else None
    if any(row in done for row in since):
        return checks.check(name, "", "pass", told, age, "s")
    if any(row["verdict"] == "working" and now - row["started_at"] <= row["budget"] + wanted["grace"] for row in since):
        return checks.check(name, "", "pass", f"its run is at work; {told}", age, "s")
    if since and all(row["items"] and not _of(row, item["name"]) for row in since):
        return checks.check(name, "", "pass", "not due yet: it was not scheduled when its tags were carried out last")
    why = f"its run {since[-1].get('run', '')} did not come to it" if since else "no run of its tags began"
    unlucky = next((one for row in reversed(since) for one in _of(row, item["name"])), None)
    why = f"its run {since[-1].get('run', '')} could not carry it out" if unlucky else why
    reason = f"was due at {moment(due, wanted['timezone'])}, and {why}; {told}"
    return checks.check(name, "", "fail", reason, age, "s", next=f"Run it by hand: playbooks/{item['do']}.yml, and see why in the record of that run")


def _latest(one: t.Mapping[str, t.Any], rows: t.Sequence[Row], now: float) -> float | None:
    """When it was due last, its grace being over; never before anything was known of its tags."""
    mine = [row for row in rows if set(one["tags"]) <= set(row["tags"])]
    if not mine:
        return None
    since = max(min(row["started_at"] for row in mine) - EARLY, now - MOST_DAYS * 86400.0)
    return max((due.first for due in cron.between(one["cron"], one["timezone"], since, now) if due.last + one["grace"] < now), default=None)


def _of(row: Row, name: str) -> list[t.Mapping[str, t.Any]]:
    """What a run did of an item: what several wanted of one verb was done together, and has all their names."""
    return [one for one in row.get("items") or [] if f", {name}, " in f", {one['name']}, "]


def _ran(one: t.Mapping[str, t.Any]) -> bool:
    return bool(one.get("ran", one["verdict"] != "skipped"))


def moment(at: float, where: t.Any) -> str:
    return datetime.datetime.fromtimestamp(at, where).strftime("%a %-d %b %H:%M %Z")

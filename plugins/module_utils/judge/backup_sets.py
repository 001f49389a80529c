# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether the sets of an environment, and the repository that keeps them, are what the ledger remembers. Pure: no I/O, no clock.

Four facts a day: completed, integrity, encryption, inventory; and beside them that the manifest is the one that was written, that a copy is kept
elsewhere, and that somebody has restored one.
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.judge.backups import DAY, HOUR, Manifest, Rules, some, written_age
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.offsite import Place

# Clocks of two machines differ by so much without anybody being to blame.
AHEAD = HOUR
Snapshot = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Kept:
    """A set as it was found. ``sha256``: of the manifest's bytes in the repository, empty when they are not there; ``remembered``: what the ledger says
    that it is, empty when the ledger does not know the set; ``found``: the manifest in the repository, None when there is none."""

    id: str
    sha256: str = ""
    remembered: str = ""
    found: Manifest | None = None


def completed(sets: t.Sequence[Manifest], environment: str, now: float, rules: Rules) -> Check:
    """Whether the newest set holds all that was wanted, and was made as of about one moment.

    A later set of some components alone, made on purpose, says nothing of the others: then the newest of all components is looked at.
    """
    step = "Run backup.yml now, and see what keeps its schedule from running"
    if not sets:
        return check("backup completed", "", "fail", "there is no set at all", next=step)
    newest = sets[0]
    began, ended = float(newest["began"]), float(newest["ended"])
    if newest["environment"] != environment:
        other = f"set {newest['set']} is of {newest['environment']}"
        return check("backup completed", "", "fail", other, next="See that backup_repository is this environment's")
    bad = [f"{part['name']}: {part['why'] or 'it failed'}" for part in newest["parts"] if part["state"] == "failed"]
    if not bad and _leaves_out(newest):
        of_all = [one for one in sets if not _leaves_out(one)]
        if not of_all:
            return check("backup completed", "", "fail", "every set leaves components out (--limit)", next="Run backup.yml without --limit")
        return completed(of_all, environment, now, rules)
    if bad or not newest["complete"]:
        why = some(bad) if bad else "its manifest says so"
        return check("backup completed", "", "fail", f"set {newest['set']} is not whole: {why}", next="See why with backup.yml")
    if not newest["parts"]:
        return check("backup completed", "", "fail", f"set {newest['set']} holds nothing", next="See why with backup.yml")
    if ended > now + AHEAD:
        ahead = f"set {newest['set']} ended {written_age(ended - now)} from now: a clock is wrong, or its manifest is"
        return check("backup completed", "", "fail", ahead, next="Set the clock right, here or where backups are made")
    text = f"set {newest['set']}: {len(newest['parts'])} parts in {written_age(ended - began)}"
    moments = [float(part["moment"]) for part in newest["parts"] if part["state"] == "whole"]
    spread = max(moments) - min(moments) if moments else 0.0
    limit = f"<= {written_age(rules.max_spread)}"
    if spread > rules.max_spread:
        far = f"its parts are up to {written_age(spread)} apart (limit {written_age(rules.max_spread)}), and do not fit each other"
        return check("backup completed", "", "warn", far, round(spread), "s", limit, next="See which part takes so long, or is read from a copy")
    return check("backup completed", "", "pass", text, round(spread), "s", limit, brief="completed")


def _leaves_out(found: Manifest) -> bool:
    return any(part["state"] == "skipped" for part in found["parts"])


def manifest(kept: Kept | None) -> Check:
    """Whether the newest manifest is the one that its run wrote."""
    name = "backup manifest"
    step = "Take no set of this repository for good until you know who wrote it; see the ledger's journal"
    if kept is None:
        return check(name, "", "skipped", "there is no set")
    if kept.found is None:
        return check(name, "", "fail", f"that of set {kept.id} does not come out of the repository", next=step)
    if kept.remembered and kept.remembered != kept.sha256:
        return check(name, "", "fail", f"that of set {kept.id} is not the one that was written (SHA-256)", next=step)
    if kept.found.get("set") != kept.id:
        return check(name, "", "fail", f"that of set {kept.id} says that it is {kept.found.get('set')}", next=step)
    if not kept.remembered:
        why = f"this ledger does not know set {kept.id}, so nothing tells whether its manifest is the one that was written"
        return check(name, "", "inconclusive", why, next="Verify where the ledger is that backups are written into (saasops_ledger_url)")
    return check(name, "", "pass", "as it was written", brief="manifest")


def inventory(remembered: t.Sequence[Manifest], snapshots: t.Sequence[Snapshot], unread: t.Sequence[str]) -> Check:
    """Whether the repository has every snapshot of every set that it should have, under its own name.

    ``remembered``: the manifests that count; ``snapshots``: all of the environment, each ``{id, tags}``; ``unread``: sets of which there is no manifest
    that can be read, although there should be.
    """
    there = {str(one["id"]): one for one in snapshots}
    written = [tag for one in snapshots if "manifest" in one["tags"] for tag in one["tags"] if tag.startswith("set:")]
    doubled = sorted({tag.partition(":")[2] for tag in written if written.count(tag) > 1})
    lost: list[str] = []
    swapped: list[str] = []
    for one in remembered:
        for part in one["parts"]:
            if part["state"] != "whole":
                continue
            found = _of(there, str(part["snapshot"]))
            if found is None:
                lost.append(f"{part['name']} of set {one['set']}")
            elif f"part:{part['name']}" not in found["tags"] or f"set:{one['set']}" not in found["tags"]:
                swapped.append(f"{part['name']} of set {one['set']}")
    parts = sum(part["state"] == "whole" for one in remembered for part in one["parts"])
    step = "See who deleted or moved snapshots of the repository; make a new set with backup.yml now"
    if doubled:
        return check("backup inventory", "", "fail", f"more than one manifest is there of set {some(doubled)}", len(doubled), "sets", next=step)
    if swapped:
        return check("backup inventory", "", "fail", f"another's snapshot stands for {some(swapped)}", len(swapped), "parts", next=step)
    if lost:
        return check("backup inventory", "", "fail", f"not in the repository: {some(lost)}", len(lost), "parts", next=step)
    if unread:
        return check("backup inventory", "", "fail", f"the manifest cannot be read of {some(unread)}", len(unread), "sets", next=step)
    oldest = min((float(one["began"]) for one in remembered), default=None)
    since = "" if oldest is None else f" since {_day(oldest)}"
    return check("backup inventory", "", "pass", f"{len(remembered)} sets{since}, {parts} parts, all there", len(remembered), "sets", brief="inventory")


def _of(there: t.Mapping[str, Snapshot], name: str) -> Snapshot | None:
    """The snapshot of this id. Older versions of restic tell only how an id begins."""
    if name in there or len(name) < 8:
        return there.get(name)
    found = [one for full, one in there.items() if full.startswith(name)]
    return found[0] if len(found) == 1 else None


def integrity(problems: t.Sequence[str], share: str) -> Check:
    """What ``restic check`` said; ``share``: how much of the data it has read back, such as ``1/7``."""
    step = "Do not prune; make a new set in a new repository with backup.yml, and see restic's own guide to mending this one"
    if problems:
        return check("backup integrity", "", "fail", some(list(problems)), len(problems), "problems", next=step)
    read = f", {share} of the data read back" if share else ""
    return check("backup integrity", "", "pass", f"no problem{read}", 0, "problems", brief=f"integrity{f' ({share} read)' if share else ''}")


def proof(proofs: t.Sequence[t.Mapping[str, t.Any]], now: float, rules: Rules, rto: float) -> Check:
    """``proofs``: restores that were proved, each ``{at, backup, seconds}``, of any component."""
    name, limit = "backup proof", f"<= {written_age(rules.proof_max_age)}"
    step = "Run drill.yml: it restores the newest set into a disposable place, and proves it"
    if not proofs:
        return check(name, "", "warn", "no set was ever restored, as far as the ledger knows", None, "days", limit, next=step)
    last = max(proofs, key=lambda one: float(one["at"]))
    old = now - float(last["at"])
    days = round(old / DAY, 1)
    if old > rules.proof_max_age:
        return check(name, "", "warn", f"last proven restore {written_age(old)} ago (limit {written_age(rules.proof_max_age)})", days, "days", limit, next=step)
    took = "" if last["seconds"] is None else f", RTO {_minutes(float(last['seconds']))}"
    if last["seconds"] is not None and float(last["seconds"]) > rto:
        slow = f"the last restore took {_minutes(float(last['seconds']))} (declared RTO {_minutes(rto)})"
        return check(name, "", "warn", slow, days, "days", limit, next="Make the restore faster, or declare the RTO that you have (backup_rto)")
    return check(name, "", "pass", f"last proven restore {written_age(old)} ago{took}", days, "days", limit, brief=f"proven {written_age(old)} ago")


def away(place: Place, wish: str, referred: t.Sequence[str] = ()) -> Check:
    """Whether the sets outlive the account, or the machine, that holds the data. ``wish``: required, warn or ignored; ``referred``: components whose data
    are with their vendors alone, wherever the repository is."""
    alone = bool(place.offsite and referred)
    if place.offsite and not alone:
        return check("backup offsite", "", "pass", place.why, brief="off-site")
    why = f"not off-site: {place.why}" if place.offsite is False else f"nobody knows whether it is off-site: {place.why}"
    step = "Give backup_repository a place with somebody else, such as s3:https://... or sftp:..."
    if alone:
        why = f"not off-site: of {some(list(referred))} the set tells only what its vendor keeps, and that goes with the account"
        step = f"Export {referred[0]} elsewhere, too: component_backup: {{command: ...}}, docs/backup_parts.md"
    if wish == "ignored":
        return check("backup offsite", "", "skipped", why)
    return check("backup offsite", "", "fail" if wish == "required" else "warn", why, next=step)


def turn(share: str, day: int) -> str:
    """Which part of the repository's data is read back on this day, as ``restic check --read-data-subset`` takes it: ``1/7`` reads another
    seventh each day, and all of it in a week; ``1/1`` reads all, and empty nothing."""
    if not share:
        return ""
    first, slash, whole = share.partition("/")
    if not (slash and first.isdecimal() and whole.isdecimal() and 1 <= int(first) <= int(whole) <= 1000):
        raise ValueError(share)
    return f"{(day + int(first) - 1) % int(whole) + 1}/{whole}"


def line(old: float | None, max_age: float, offsite: str, proofs: t.Sequence[t.Mapping[str, t.Any]], now: float) -> str:
    """What one could fall back on right now, in a line: ``backup 4 h 30 old (limit 24 h), off-site; last proven restore 12 d ago, RTO 6 min``."""
    backup = "no whole backup" if old is None else f"backup {written_age(old)} old (limit {written_age(max_age)}){f', {offsite}' if offsite else ''}"
    if not proofs:
        return f"{backup}; never proved by a restore"
    last = max(proofs, key=lambda one: float(one["at"]))
    took = "" if last["seconds"] is None else f", RTO {_minutes(float(last['seconds']))}"
    return f"{backup}; last proven restore {written_age(now - float(last['at']))} ago{took}"


def _minutes(seconds: float) -> str:
    return f"{round(seconds)} s" if seconds < 60 else written_age(-(-seconds // 60) * 60)


def _day(at: float) -> str:
    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%-d %b %Y")

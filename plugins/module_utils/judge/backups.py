# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Whether what a component has in the sets of backups would bring it back. Pure: no I/O, no clock.

A set is its manifest, as a mapping; sets come newest first. What was read back of a part is :class:`Seen`.
"""

from __future__ import annotations

import dataclasses
import typing as t
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check

Manifest = t.Mapping[str, t.Any]
Part = t.Mapping[str, t.Any]
HOUR, DAY = 3600.0, 86400.0
# So many sets are looked back at for the most that a table has held.
REMEMBERED = 7
# What was so small before says nothing by getting smaller.
LEAST_ROWS = 20
LEAST_BYTES = 64 * 1024
# Their keys come and go by themselves: how many there are says little.
VOLATILE = ("redis",)
MOST_NAMED = 3


class BadRule(ValueError):
    """A rule that cannot be right: what is wrong, and what to write."""


@dataclasses.dataclass(frozen=True)
class Watch:
    """How far a table may move from one set to the next, as shares of what it held; None: not judged."""

    fall: Fraction | None = None
    growth: Fraction | None = None


@dataclasses.dataclass(frozen=True)
class Rules:
    """Lengths are seconds. A backup of exactly ``max_age`` is too old: it has to be younger. ``watch``: by table, or ``component.table``."""

    max_age: float = DAY
    proof_max_age: float = 35 * DAY
    max_spread: float = HOUR
    watermark_age: float = HOUR
    watch: t.Mapping[str, Watch] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Seen:
    """A part as it came out of the repository. ``counts`` is None where its kind does not tell how much is in it; ``problem``: why it could not
    be read to its end, or what is wrong with it, and ``unknown`` that this says nothing of the content; ``hashes``: of tables whose rows could be told
    from each other; ``watermark``: whether the mark that the manifest tells of is in it, None where nobody can say."""

    bytes: int = 0
    sha256: str = ""
    counts: t.Mapping[str, int] | None = None
    hashes: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    problem: str = ""
    watermark: bool | None = None
    unknown: bool = False


def watched(given: t.Mapping[str, t.Any]) -> dict[str, Watch]:
    """``{users: 5%}`` (both ways), ``{orders: {fall: 5%, growth: 20%}}``, ``{sessions: false}`` (not judged)."""
    return {str(name): _watch(str(name), value) for name, value in given.items()}


def _watch(name: str, value: t.Any) -> Watch:
    if value is False:
        return Watch()
    parts = value if isinstance(value, t.Mapping) else {"fall": value, "growth": value}
    strange = sorted(str(key) for key in parts if key not in ("fall", "growth"))
    if strange or not parts:
        raise BadRule(f"{name} says {exact.quoted(strange[0])}" if strange else f"{name} is empty")
    return Watch(**{str(key): _share(f"{name}: {key}", share) for key, share in parts.items()})


def _share(name: str, value: t.Any) -> Fraction:
    number = exact.number(value.strip().removesuffix("%").strip() if isinstance(value, str) else value)
    if number is None or number < 0:
        raise BadRule(f"{name} is {exact.quoted(str(value))}, and no share such as 5%")
    return Fraction(number) / 100


# -- the sets of a component


def parts_of(manifest: Manifest, component: str) -> list[Part]:
    return [part for part in manifest["parts"] if part["component"] == component]


def holds_whole(manifest: Manifest, component: str) -> bool:
    """Whether the set would bring the component back."""
    wanted = [part for part in parts_of(manifest, component) if part["state"] != "skipped"]
    return bool(wanted) and all(part["state"] == "whole" for part in wanted)


def newest_whole(sets: t.Sequence[Manifest], component: str) -> Manifest | None:
    return next((one for one in sets if holds_whole(one, component)), None)


def moment(manifest: Manifest, component: str) -> float:
    """As of when the set brings the component back: its oldest part says."""
    return min(float(part["moment"]) for part in parts_of(manifest, component) if part["state"] == "whole")


def before(sets: t.Sequence[Manifest], newest: Manifest, name: str) -> list[tuple[Manifest, Part]]:
    """The same part in earlier sets, where it is whole; newest first."""
    earlier = list(sets)[[one["set"] for one in sets].index(newest["set"]) + 1 :] if newest["set"] in [one["set"] for one in sets] else list(sets)
    return [(one, part) for one in earlier for part in one["parts"] if part["name"] == name and part["state"] == "whole"]


# -- checks of one component


def of_component(component: str, sets: t.Sequence[Manifest], now: float, rules: Rules, seen: t.Mapping[str, Seen] | None) -> list[Check]:
    """Every check of one component. ``seen``: what was read back of the newest set's parts by name; None when nothing was."""
    told = [age(component, sets, now, rules), *_parts(component, sets)]
    newest = sets[0] if sets and parts_of(sets[0], component) else None
    if newest is None:
        return told
    whole = [part for part in parts_of(newest, component) if part["state"] == "whole"]
    earlier = {part["name"]: before(sets, newest, part["name"]) for part in whole}
    content = [_content(component, whole, seen)] if whole and seen is not None else []
    compared = [_counts(component, whole, earlier, rules), _sizes(component, whole, earlier), _schemas(component, newest, whole, earlier)]
    marks = [_watermarks(component, whole, earlier, rules)]
    return [*told, *content, *(one for one in (*compared, *marks) if one is not None)]


def written_age(seconds: float) -> str:
    """``45 min``, ``4 h 30``, ``3 d 2 h``."""
    minutes = int(max(0.0, seconds) // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d}" if minutes % 60 else f"{minutes // 60} h"
    hours = minutes // 60
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


def age(component: str, sets: t.Sequence[Manifest], now: float, rules: Rules) -> Check:
    """The age of what would bring the component back, which has to be younger than the declared maximum."""
    limit = f"< {written_age(rules.max_age)}"
    newest = newest_whole(sets, component)
    step = f"{component}: run backup.yml now, and see what keeps its schedule from running"
    if newest is None:
        why = "no set holds it whole" if any(parts_of(one, component) for one in sets) else "it was never backed up"
        return check("backup age", component, "fail", why, limit=limit, next=step)
    old = now - moment(newest, component)
    hours = round(old / HOUR, 2)
    if old < -HOUR:
        ahead = f"the newest backup says that it is of {written_age(-old)} from now: a clock is wrong, or the manifest is"
        return check("backup age", component, "fail", ahead, hours, "h", limit, next="Set the clock right, here or where backups are made")
    if old >= rules.max_age:
        return check("backup age", component, "fail", f"{written_age(old)} old (limit {written_age(rules.max_age)})", hours, "h", limit, next=step)
    return check("backup age", component, "pass", f"{written_age(old)} old", hours, "h", limit, brief=f"backup {written_age(old)} old")


def _parts(component: str, sets: t.Sequence[Manifest]) -> list[Check]:
    """Whether the newest set has every part that the one before had, and each of them whole."""
    if not sets or not any(parts_of(one, component) for one in sets):
        return []
    newest, mine = sets[0], parts_of(sets[0], component)
    known = next((parts_of(one, component) for one in sets[1:] if holds_whole(one, component)), [])
    lost = [f"{part['name']} is not in it" for part in known if part["state"] == "whole" and part["name"] not in [one["name"] for one in mine]]
    failed = [f"{part['name']}: {part['why'] or 'it failed'}" for part in mine if part["state"] == "failed"]
    skipped = [f"{part['name']}: {part['why'] or 'left out'}" for part in mine if part["state"] == "skipped"]
    whole = [part for part in mine if part["state"] == "whole"]
    if lost or failed:
        step = f"{component}: see why with backup.yml --limit {component}"
        return [check("backup parts", component, "fail", f"set {newest['set']}: {some([*failed, *lost])}", len(whole), "parts", next=step)]
    if not whole:
        why = some(skipped) if skipped else "no part of it is in the newest set"
        return [check("backup parts", component, "skipped" if skipped else "fail", why)]
    size = written_bytes(sum(int(part["bytes"]) for part in whole))
    also = f"; left out: {some(skipped)}" if skipped else ""
    number = f"{len(whole)} part{'s' if len(whole) > 1 else ''}"
    return [check("backup parts", component, "pass", f"{number}, {size}{also}", len(whole), "parts", brief=f"{number}, {size}")]


def _content(component: str, whole: t.Sequence[Part], seen: t.Mapping[str, Seen]) -> Check:
    """What came out of the repository against what the manifest says went in."""
    wrong: list[str] = []
    unknown: list[str] = []
    for part in whole:
        found = seen.get(part["name"])
        if found is None or found.unknown:
            unknown.append(f"{part['name']}: {found.problem if found else 'it was not read'}")
        else:
            wrong += [f"{part['name']}: {text}" for text in differences(part, found)]
    step = f"{component}: make a new set with backup.yml, and keep this one until you know why"
    if wrong:
        return check("backup content", component, "fail", some(wrong), len(wrong), "differences", next=step)
    if unknown:
        return check("backup content", component, "error", some(unknown), next="See that restic and the database's programs are there, and look again")
    counted = sum(sum(found.counts.values()) for part in whole if (found := seen[part["name"]]).counts is not None)
    text = f"read back, as the manifest says{f': {counted} rows' if counted else ''}"
    return check("backup content", component, "pass", text, 0, "differences", brief="content as told")


def differences(part: Part, seen: Seen) -> list[str]:
    """How the content differs from its row of the manifest; empty when it does not."""
    if seen.problem:
        return [seen.problem]
    found: list[str] = []
    if seen.bytes != int(part["bytes"]):
        found.append(f"{seen.bytes} bytes where {part['bytes']} were written")
    elif seen.sha256 != part["sha256"]:
        found.append("other bytes than were written (SHA-256)")
    counts, told = seen.counts, dict(part["counts"])
    if counts is not None:
        missing = [name for name in sorted(told) if name not in counts]
        if missing:
            found.append(f"without {some(missing)}")
        other = [f"{name} has {counts[name]} rows instead of {told[name]}" for name in sorted(told) if name in counts and counts[name] != told[name]]
        found += [some(other)] if other else []
        strange = [name for name in sorted(counts) if name not in told]
        if strange:
            found.append(f"with {some(strange)}, of which the manifest does not tell")
    changed = [name for name, made in sorted(seen.hashes.items()) if part["hashes"].get(name, made) != made]
    if changed and not found:
        found.append(f"with other rows in {some(changed)}")
    if seen.watermark is False:
        found.append("without the watermark that was written just before")
    return found


def _counts(component: str, whole: t.Sequence[Part], earlier: t.Mapping[str, list[tuple[Manifest, Part]]], rules: Rules) -> Check | None:
    bad: list[tuple[str, str]] = []
    tables = rows = 0
    compared = False
    for part in whole:
        told = dict(part["counts"])
        tables, rows = tables + len(told), rows + sum(told.values())
        others = [dict(one["counts"]) for _set, one in earlier[part["name"]][:REMEMBERED]]
        compared = compared or bool(others)
        if others:
            bad += _moved(component, part["kind"], told, others, rules)
    if not tables:
        return None
    failed, warned = [text for verdict, text in bad if verdict == "fail"], [text for verdict, text in bad if verdict == "warn"]
    if failed or warned:
        step = f"{component}: see whether somebody deleted it; until then keep the set before"
        return check("backup counts", component, "fail" if failed else "warn", some([*failed, *warned]), rows, "rows", next=step)
    told_rows = f"{rows} rows in {tables} tables" if compared else f"{rows} rows in {tables} tables, and no set before to compare with"
    return check("backup counts", component, "pass", told_rows, rows, "rows", brief=f"{rows} rows")


def _moved(component: str, kind: str, told: dict[str, int], others: list[dict[str, int]], rules: Rules) -> t.Iterator[tuple[str, str]]:
    """(verdict, what) of tables that moved further than they may since the set before, or lost more than half of the most that they held lately."""
    last = others[0]
    for name in sorted({*last, *told}):
        watch = rules.watch.get(f"{component}.{name}", rules.watch.get(name))
        now, then = told.get(name), last.get(name)
        if watch is not None:
            if watch.fall is not None and then is not None and (now is None or then - now > then * watch.fall):
                yield "fail", f"{name} fell from {then} to {now or 0} (limit {_percent(watch.fall)})"
            if watch.growth is not None and then is not None and now is not None and now - then > then * watch.growth:
                yield "warn", f"{name} grew from {then} to {now} (limit {_percent(watch.growth)})"
            continue
        volatile = kind in VOLATILE
        if now is None:
            yield "warn" if volatile else "fail", f"{name} is gone; it had {then} rows"
            continue
        most = max(one.get(name, 0) for one in others)
        if most >= LEAST_ROWS and 2 * now < most and (not volatile or not now):
            yield "warn" if volatile else "fail", f"{name} fell from {most} to {now} (more than half)"


def _sizes(component: str, whole: t.Sequence[Part], earlier: t.Mapping[str, list[tuple[Manifest, Part]]]) -> Check | None:
    """Few bytes where there were many tell of what no count tells."""
    if not whole:
        return None
    bad = [f"{part['name']} is empty" for part in whole if not int(part["bytes"])]
    for part in whole:
        others = [int(one["bytes"]) for _set, one in earlier[part["name"]][:1]]
        if part["kind"] not in VOLATILE and others and others[0] >= LEAST_BYTES and 2 * int(part["bytes"]) < others[0]:
            bad.append(f"{part['name']} fell from {written_bytes(others[0])} to {written_bytes(int(part['bytes']))}")
    size = sum(int(part["bytes"]) for part in whole)
    empty = any(not int(part["bytes"]) for part in whole)
    if bad:
        step = f"{component}: see whether somebody deleted data, and keep the set before until you know"
        return check("backup size", component, "fail" if empty else "warn", some(bad), size, "bytes", next=step)
    return check("backup size", component, "pass", written_bytes(size), size, "bytes", brief="")


def _schemas(component: str, newest: Manifest, whole: t.Sequence[Part], earlier: t.Mapping[str, list[tuple[Manifest, Part]]]) -> Check | None:
    """A structure that changed belongs to a release or a migration; one that went back to what it was before belongs to nobody."""
    told = [part for part in whole if part["schema"]]
    bad: list[str] = []
    back = changed = False
    for part in told:
        others = [(one, row) for one, row in earlier[part["name"]] if row["schema"]]
        if not others or others[0][1]["schema"] == part["schema"]:
            continue
        last_set, last = others[0]
        if _moved_on(newest, part, last_set, last):
            changed = True
            continue
        older = next((one["set"] for one, row in others[1:] if row["schema"] == part["schema"]), None)
        back = back or older is not None
        now_is = f"{part['name']} has the structure of set {older} again" if older else f"the structure of {part['name']} changed"
        bad.append(f"{now_is}, and no release or migration came since set {last_set['set']}")
    if bad:
        step = f"{component}: see who changed the structure, before you restore from this set"
        return check("backup schema", component, "fail" if back else "warn", some(bad), next=step)
    text = "changed with a release or a migration" if changed else "as before"
    return check("backup schema", component, "pass", text, brief="schema changed" if changed else "") if told else None


def _moved_on(newest: Manifest, part: Part, last_set: Manifest, last: Part) -> bool:
    """Whether something between both sets explains another structure: another release of any component, or another migration."""
    versions = [{key: value for key, value in one["tools"].items() if "migration" in key} for one in (part, last)]
    return newest.get("releases") != last_set.get("releases") or versions[0] != versions[1] or newest.get("why") == "pre_restore"


def _watermarks(component: str, whole: t.Sequence[Part], earlier: t.Mapping[str, list[tuple[Manifest, Part]]], rules: Rules) -> Check | None:
    """A row written just before says that the data are those of that moment, and not those of a copy that stands still."""
    bad: list[str] = []
    oldest: float | None = None
    for part in whole:
        mark = part["watermark"]
        others = [one["watermark"] for _set, one in earlier[part["name"]] if one["watermark"]]
        if not mark:
            if others and earlier[part["name"]][0][1]["watermark"]:
                bad.append(f"{part['name']} has none, and the set before had one")
            continue
        old = float(part["moment"]) - float(mark["at"])
        oldest = old if oldest is None else max(oldest, old)
        if old > rules.watermark_age or old < -rules.watermark_age:
            bad.append(f"that of {part['name']} is of {written_age(abs(old))} {'before' if old > 0 else 'after'} the backup")
        elif mark["value"] in [other["value"] for other in others]:
            bad.append(f"that of {part['name']} is the one of an earlier set")
    if bad:
        step = f"{component}: see that backups are made of the database that serves, and not of a copy"
        return check("backup watermark", component, "fail", some(bad), next=step)
    if oldest is None:
        return None
    return check("backup watermark", component, "pass", f"{round(max(oldest, 0.0))} s before the backup", round(oldest, 1), "s", brief="watermark fresh")


# -- words


def written_bytes(size: int) -> str:
    for unit, one in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size} bytes"


def _percent(share: Fraction) -> str:
    return f"{exact.decimals(share * 100)}%"


def some(texts: t.Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(texts) - MOST_NAMED
    return "; ".join(texts[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""What the module log_scan does; its documentation tells options and result."""

from __future__ import annotations

import datetime
import difflib
import math
import typing as t
import zoneinfo

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, log_sources
from ansible_collections.saasops.runbooks.plugins.module_utils.core.bounded import bounded
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs import limits, packs, patterns, scanning
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.blocks import Blocks
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.counts import Settings
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.limits import Limit
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.moments import Times
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.logs.patterns import Compiled, Pattern

MOST_PATTERNS, MOST_TOP, MOST_SAMPLES = 200, 100, 200
# So many of the lines that are handed in are looked through at once.
BATCH = 1000
LONGEST_GIVEN = 64 * 1024
# Where the rows of the vendors' modules have their moment, how bad it is, and the line; of the rest what tells of a request.
_MOMENTS, _SEVERITIES, _TEXTS = ("at", "timestamp", "time"), ("severity", "level"), ("message", "text", "error", "log_lines")
_REQUEST = ("method", "path", "status", "duration_ms", "details", "errors")
# Options of the module; some of them component_logs of the inventory has too.
SCAN_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "files": {"type": "list", "elements": "str", "default": []},
    "command": {"type": "list", "elements": "str"},
    "lines": {"type": "list", "elements": "raw"},
    "lines_complete": {"type": "bool", "default": True},
    "when_silent": {"type": "str", "choices": ["inconclusive", "pass"], "default": "inconclusive"},
    "packs": {"type": "list", "elements": "str", "choices": ["errors", "payments", "webhooks", "database", "rate_limits", "security"], "default": []},
    "patterns": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "regex": {"type": "str", "required": True},
            "ignore_case": {"type": "bool", "default": False},
            "unless": {"type": "str"},
            "kind": {"type": "str"},
            "counts": {"type": "list", "elements": "str"},
            "numbers": {"type": "list", "elements": "str"},
            "durations": {"type": "list", "elements": "str"},
            "duration_unit": {"type": "str", "choices": ["ns", "us", "ms", "s"], "default": "ms"},
        },
    },
    "limits": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"pattern": {"type": "str", "required": True}, "most": {"type": "int", "required": True}, "within": {"type": "str"}},
    },
    "time": {
        "type": "dict",
        "options": {
            "format": {"type": "str", "choices": ["iso", "epoch", "epoch_ms", "syslog", "clf", "none"], "default": "iso"},
            "after": {"type": "str"},
            "zone": {"type": "str", "default": "UTC"},
        },
    },
    "since": {"type": "str"},
    "until": {"type": "str"},
    "interval": {"type": "str"},
    "top": {"type": "int", "default": 10},
    "samples": {"type": "int", "default": 0},
    "count_lines": {"type": "bool", "default": True},
    "deadline": {"type": "str", "default": "5m"},
}
Read = tuple[dict[str, t.Any], scanning.Span]
Given = list[tuple[str, t.Optional[float]]]  # noqa: UP045


def execute(task: Task) -> dict[str, t.Any]:
    complete = task.params["lines_complete"]
    return scanned(task, task.params, "" if complete else "there are more lines than were handed in")


def scanned(task: Task, params: dict[str, t.Any], missing: str = "") -> dict[str, t.Any]:
    """``missing``: why there may be more lines than were handed in."""
    _check(params)
    times = _times(params["time"] or {})
    since, until = (_moment(params[name], name, times[1]) for name in ("since", "until"))
    if since is not None and since >= (clock.now() if until is None else until):
        raise Failure("invalid", "since is not before until", "Give an earlier since, or a later until")
    known = _patterns(params)
    bounds = _limits(params["limits"], known)
    rolling = frozenset(limit.pattern for limit in bounds if limit.within is not None)
    settings = Settings(since, until, params["interval"] or 0.0, params["top"], params["samples"], rolling, params["count_lines"])
    scan = scanning.Scan(known, times[0], settings, bounded)
    files = log_sources.files(params["files"])
    commands = [log_sources.Command(params["command"])] if params["command"] else []
    read = [_read(task, scan, source) for source in (*files, *commands)]
    if params["lines"] is not None:
        read.append(_hand_in(scan, params["lines"], missing, *times))
    sources, silent = [source for source, _span in read], all(span.silent for _source, span in read)
    if not params["count_lines"]:
        for source in sources:
            source["lines"] = None
    doubt = _doubt(params, settings, sources, silent, times[0].known)
    found = {counted.pattern.name: counted for counted in scan.counted}
    judged = [limits.judged(limit, found[limit.pattern], doubt) for limit in bounds]
    slow = next((f"{name}: the pattern took too long and was given up" for name, counted in found.items() if counted.given_up), "")
    verdict = limits.worst(one["verdict"] for one in judged) or ("inconclusive" if doubt or slow else None)
    if verdict != "fail" and all(source["state"] in ("missing", "unreadable") for source in sources):
        verdict = "error"
    told = next((f"{one['pattern']}: {one['reason']}" for one in judged if one["verdict"] == verdict and one["reason"]), "")
    reason = told if verdict == "fail" else doubt or told or slow
    return {
        "verdict": verdict,
        "reason": plain(reason, 300),
        "complete": not (doubt or slow),
        "lines": sum(source["lines"] for source in sources) if params["count_lines"] else None,
        "window": {
            "since": since,
            "until": until,
            "first_at": min((source["first_at"] for source in sources if source["first_at"] is not None), default=None),
            "last_at": max((source["last_at"] for source in sources if source["last_at"] is not None), default=None),
        },
        "sources": sources,
        "limits": judged,
        "patterns": {name: counted.as_dict(not doubt) for name, counted in found.items()},
    }


def _check(params: dict[str, t.Any]) -> None:
    for name, least, most in (("top", 0, MOST_TOP), ("samples", 0, MOST_SAMPLES)):
        if not least <= params[name] <= most:
            raise Failure("invalid", f"{name} is {params[name]}", f"Give {name} as a number from {least} to {most}")
    if not (params["files"] or params["command"] or params["lines"] is not None):
        raise Failure("invalid", "there is nothing to look through", "Give files, command or lines")
    if any(not word or "\0" in word for word in (*params["files"], *(params["command"] or [])[:1])):
        raise Failure("invalid", "a file or command has no name", "Leave empty names out of files and command")
    if not (params["packs"] or params["patterns"]):
        raise Failure("invalid", "there is nothing to look for", "Give packs or patterns")
    if params["interval"] is not None and params["interval"] < 1:
        raise Failure("invalid", f"interval is {params['interval']:g}", "Give interval as a duration of at least 1s, such as 5m")


def _times(given: dict[str, t.Any]) -> tuple[Times, datetime.tzinfo]:
    zone = _zone(given.get("zone") or "UTC")
    return Times(given.get("format") or "iso", zone, clock.now(), given.get("after") or ""), zone


def _zone(name: str) -> datetime.tzinfo:
    try:
        if name[:1] in "+-":
            return datetime.datetime.fromisoformat(f"2000-01-01T00:00:00{name}").tzinfo or datetime.UTC
        return datetime.UTC if name == "UTC" else zoneinfo.ZoneInfo(name)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise Failure("invalid", f"time.zone is {name[:60]!r}", "Give UTC, an offset such as +04:00, or a name such as Asia/Dubai") from error


def _moment(text: str | None, option: str, zone: datetime.tzinfo) -> float | None:
    """Seconds since the epoch of ``15m`` (ago), or of a time."""
    if text is None:
        return None
    if "T" not in text and "-" not in text:
        return clock.now() - durations.seconds(text, option)
    try:
        at = datetime.datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    except (ValueError, OverflowError) as error:
        raise Failure("invalid", f"{option} is {text[:60]!r}", f"Give {option} as a length of time ago, such as 15m, or as 2026-11-21T14:00:00Z") from error


def _patterns(params: dict[str, t.Any]) -> list[Compiled]:
    wanted = [pattern for pack in dict.fromkeys(params["packs"]) for pattern in packs.PACKS[pack]]
    for one in params["patterns"]:
        counts, numbers, lengths = (tuple(one.get(name) or ()) for name in ("counts", "numbers", "durations"))
        words = (one.get("unless") or "", one.get("kind") or "")
        wanted.append(Pattern(one["name"], one["regex"], bool(one.get("ignore_case")), *words, counts, numbers, lengths, one.get("duration_unit") or "ms"))
    names = [pattern.name for pattern in wanted]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Failure("invalid", f"two patterns are named {plain(twice, 80)}", "Give each another name; those of a pack have theirs")
    if len(wanted) > MOST_PATTERNS:
        raise Failure("invalid", f"there are {len(wanted)} patterns", f"Give at most {MOST_PATTERNS}")
    made = []
    for pattern in wanted:
        try:
            with bounded():
                made.append(patterns.compiled(pattern))
        except ValueError as error:
            raise Failure("invalid", plain(error, 300), "Correct the pattern; the syntax is that of Python") from error
        except TimeoutError as error:
            raise Failure("invalid", f"{pattern.name}: its expression takes too long to prepare", "Use smaller repetitions") from error
    return made


def _limits(given: list[dict[str, t.Any]], known: list[Compiled]) -> list[Limit]:
    names = [one.pattern.name for one in known]
    made = []
    for one in given:
        if one["pattern"] not in names:
            near = ", ".join(difflib.get_close_matches(one["pattern"], names, 3) or sorted(names)[:5])
            raise Failure("not_found", f"no pattern is named {plain(one['pattern'], 80)}", f"Near or other names here: {near}")
        within = durations.seconds(one["within"], "within") if one.get("within") is not None else None
        if one["most"] < 0 or (within is not None and within < 1):
            raise Failure("invalid", f"the limit of {one['pattern']} cannot be kept", "Give most as 0 or more, and within as a duration of at least 1s")
        made.append(Limit(one["pattern"], one["most"], within))
    return made


def _read(task: Task, scan: scanning.Scan, source: log_sources.Source) -> Read:
    span, blocks = scan.begin(), Blocks(source.pieces(task.deadline))
    for block in blocks:
        scan.block(block)
    return _told(source.kind, plain(source.name, 300), source.state, source.reason, span, blocks.bytes, blocks.cut + span.long)


def _told(kind: str, name: str, state: str, reason: str, span: scanning.Span, size: int | None, cut: int) -> Read:
    about = {"kind": kind, "name": name, "state": state, "reason": reason, "lines": span.lines, "bytes": size, "cut": cut}
    return {**about, "first_at": span.first_at, "last_at": span.last_at}, span


def _hand_in(scan: scanning.Scan, lines: list[t.Any], missing: str, times: Times, zone: datetime.tzinfo) -> Read:
    span, cut, held = scan.begin(), 0, []
    for number, line in enumerate(lines):
        for text, at in _given(line, number, times, zone):
            cut += len(text) > LONGEST_GIVEN
            held.append((text[:LONGEST_GIVEN], at))
        if len(held) >= BATCH:
            scan.given(held)
            held = []
    scan.given(held)
    return _told("lines", "lines", "partly" if missing else "read", missing, span, None, cut)


def _given(line: t.Any, number: int, times: Times, zone: datetime.tzinfo) -> Given:
    if isinstance(line, str):
        return [(text, times.of(text.encode("utf-8", "replace"))) for text in scanning.split(line)]
    if not isinstance(line, dict):
        raise Failure("invalid", f"lines[{number}] is neither text nor a dictionary", "Hand in lines as the vendors' log modules return them, or texts")
    at = next((moment for name in _MOMENTS if (moment := _given_moment(line.get(name), zone)) is not None), None)
    severity = next((str(line[name]) for name in _SEVERITIES if line.get(name)), "")
    texts = [text for name in _TEXTS for text in (line[name] if isinstance(line.get(name), list) else [line.get(name)]) if text]
    if not texts:
        texts = [" ".join(str(line[name]) for name in _REQUEST if line.get(name) is not None)]
    begins = " ".join(word for word in (f"level={severity}" if severity else "", str(line.get("function") or "")) if word)
    return [(f"{begins} {part}" if begins else part, at) for text in texts for part in scanning.split(str(text))]


def _given_moment(value: t.Any, zone: datetime.tzinfo) -> float | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    # Of nanoseconds too, as Railway writes them.
    return Times("iso", zone, 0.0).of(value.encode("utf-8", "replace"))


def _doubt(params: dict[str, t.Any], settings: Settings, sources: list[dict[str, t.Any]], silent: bool, timed: bool) -> str:
    """Why more may have happened than was seen; empty when nothing can have been missed."""
    for source in sources:
        if source["state"] != "read":
            return f"{source['name']}: {source['reason']}"
    cut = sum(source["cut"] for source in sources)
    if cut:
        return f"{cut} lines were too long to be looked at whole"
    silence = params["when_silent"] != "pass"
    if silence and silent:
        return "there was no line at all"
    if settings.since is None:
        return ""
    last = max((source["last_at"] for source in sources if source["last_at"] is not None), default=None)
    if last is None and not silent:
        return "no line has a moment" + (" that can be read as time says" if timed else ": time.format is none")
    if silence and last is not None and last < settings.since:
        return "the newest line is older than since"
    begins = [source["first_at"] for source in sources if source["kind"] == "file" and source["first_at"] is not None]
    if begins and min(begins) > settings.since:
        return "the files begin after since; add the rotated ones, such as app.log*"
    return ""

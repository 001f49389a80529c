# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The logs capability: what a component has logged lately, wherever that is, looked through and judged.

A vendor fulfils it with a function ``of_component(task, component, secrets, wanted) -> (rows, why there may be more)`` in its room; ``wanted``
has ``since``, and ``source`` and ``filter`` as the vendor's own module for logs takes them.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import log_scan
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import COMMON_ARGUMENTS, Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.checks import Check, check, result

Json = dict[str, t.Any]
# The logs that a vendor has for one component; the first one when none is named.
VENDORS = {"convex": ("functions",), "railway": ("deploy", "build", "http"), "vercel": ("runtime", "build")}
SINCE = "1h"
VARIABLE = "component_logs"
# Of a kind of lines in a reason.
LONGEST_KIND = 60
# What component_logs of the inventory may hold.
DECLARED: dict[str, dict[str, t.Any]] = {
    **{name: log_scan.SCAN_ARGUMENTS[name] for name in ("files", "command", "packs", "patterns", "limits", "time", "when_silent")},
    "since": {"type": "str"},
    "vendor": {"type": "dict", "options": {"source": {"type": "str"}, "filter": {"type": "str"}}},
}
LOGS_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **COMMON_ARGUMENTS,
    "component": {"type": "dict", "required": True},
    **{name: {"type": "str", "no_log": True} for name in ("token", "api_token", "deploy_key")},
    "since": {"type": "str"},
    "packs": {"type": "list", "elements": "str", "choices": log_scan.SCAN_ARGUMENTS["packs"]["choices"], "default": []},
    "samples": {"type": "int", "default": 0},
    "top": {"type": "int", "default": 5},
}
SECRETS = ("token", "api_token", "deploy_key")


def execute(task: Task) -> Json:
    """What the module component_logs does; its documentation tells options and result."""
    params, component = task.params, task.params["component"]
    for needed in ("name", "component_vendor"):
        if not component.get(needed):
            raise Failure("invalid", f"component has no {needed}", "Set component_vendor in the inventory, or give component: {name, component_vendor, ...}")
    declared = declaration(component)
    name, vendor = str(component["name"]), str(component["component_vendor"])
    own = bool(declared["files"] or declared["command"])
    asks = declared["vendor"] is not None or not own
    packs = list(dict.fromkeys([*declared["packs"], *params["packs"]]))
    if not packs and not declared["patterns"]:
        return _nothing(name, "component_logs names no packs and no patterns" if component.get(VARIABLE) else "it has no component_logs")
    if asks and vendor not in VENDORS:
        if declared["vendor"] is not None:
            raise Failure("invalid", f"{name}: {plain(vendor, 40)} has no log that can be read", "Give files or command in component_logs instead of vendor")
        return _nothing(name, f"{plain(vendor, 40)} has no log that can be read, and component_logs names no files and no command")
    source = (declared["vendor"] or {}).get("source")
    if source and source not in VENDORS[vendor]:
        raise Failure("invalid", f"{VARIABLE} of {name}: vendor.source is {plain(source, 40)!r}", f"Give one of: {', '.join(VENDORS[vendor])}")
    since = params["since"] or declared["since"] or SINCE
    wanted = {**(declared["vendor"] or {"source": None, "filter": None}), "since": since}
    rows: list[Json] | None = None
    missing = ""
    if asks:
        try:
            rows, missing = _room(vendor).of_component(task, component, {secret: params[secret] for secret in SECRETS}, wanted)
        except Failure as failure:
            if failure.kind == "invalid":
                raise
            return _unread(name, plain(failure.message, 300), [], failure.hint)
    scan = {
        **{argument: value.get("default") for argument, value in log_scan.SCAN_ARGUMENTS.items()},
        **{argument: declared[argument] for argument in ("files", "command", "patterns", "limits", "time", "when_silent")},
        "lines": rows,
        "packs": packs,
        "since": since,
        "samples": params["samples"],
        "top": params["top"],
    }
    if wanted["filter"]:
        # The vendor has left out what is well.
        scan["when_silent"] = "pass"
    return _judged(name, log_scan.scanned(task, scan, missing), since, params["top"])


def declaration(component: t.Mapping[str, t.Any]) -> Json:
    given = component.get(VARIABLE) or {}
    if not isinstance(given, t.Mapping):
        raise Failure("invalid", f"{VARIABLE} of {component['name']} is no dictionary", f"Write {VARIABLE}: {{packs: [errors], limits: [...]}}")
    given = {**given, "vendor": {}} if given.get("vendor") is True else dict(given)
    checked = ArgumentSpecValidator(DECLARED).validate(given)
    if checked.error_messages:
        raise Failure("invalid", f"{VARIABLE} of {component['name']}: {plain(checked.error_messages[0], 300)}", "docs/inventory.md tells what it may hold")
    return t.cast(Json, checked.validated_parameters)


def _nothing(name: str, reason: str) -> Json:
    return _result([check("log", name, "skipped", reason)])


def _unread(name: str, reason: str, sources: list[Json], hint: str = "") -> Json:
    return _result([check("log", name, "error", reason, next=hint)], sources=sources)


def _result(checks: list[Check], **more: t.Any) -> Json:
    return {**result(checks), "since": None, "lines": None, "sources": [], "kinds": [], "samples": [], "patterns": {}, **more}


def _judged(name: str, found: Json, since: str, most: int) -> Json:
    """A check for every limit, and one that tells whether the log could be read whole."""
    if found["verdict"] == "error":
        return _unread(name, found["reason"], found["sources"])
    kinds = _kinds(found["patterns"].values())
    lines = f"{found['lines']} lines {_during(since)}"
    often = f", most often {_told(kinds[:1])}" if kinds else ""
    # What the ledger keeps of the kinds, so that a week can be compared with the one before.
    remembered = [{"fingerprint": kind["fingerprint"], "count": kind["count"]} for kind in kinds[:most]]
    if found["complete"]:
        whole = check("log", name, "pass", f"{lines}{often}", found["lines"], "lines", kinds=remembered)
    else:
        partly = next((source["reason"] for source in found["sources"] if source["state"] != "read"), "")
        why = f"{lines} were seen: {partly or found['reason'] or 'not all of it'}"
        whole = check("log", name, "inconclusive", why, found["lines"], "lines", kinds=remembered)
    return _result(
        [*(_of_limit(name, limit, found["patterns"][limit["pattern"]], since) for limit in found["limits"]), whole],
        since=found["window"]["since"],
        lines=found["lines"],
        sources=found["sources"],
        kinds=kinds[:most],
        samples=[{"pattern": pattern, **sample} for pattern, counted in found["patterns"].items() for sample in counted["samples"]],
        patterns={pattern: {key: counted[key] for key in ("count", "seen", "first_at", "last_at")} for pattern, counted in found["patterns"].items()},
    )


def _of_limit(name: str, limit: Json, counted: Json, since: str) -> Check:
    within = limit["within"]
    during = _during(since) if within is None else f"within {within:g} s"
    reason = f"{limit['found']} lines {during}, at most {limit['most']} are good"
    if limit["verdict"] == "inconclusive":
        reason += f"; there may be more: {limit['reason']}"
    elif limit["verdict"] == "fail" and counted["top"]:
        reason += f": {_told(_kinds([counted])[:2])}"
    told = limit["pattern"] if within is None else f"{limit['pattern']} within {within:g} s"
    more = {"at": limit["at"], **({"next": f"see the lines of {name}: logs.yml with -e logs_samples=5"} if limit["verdict"] == "fail" else {})}
    return check(told, name, limit["verdict"], reason, limit["found"], "lines", f"<= {limit['most']}", **more)


def _during(since: str) -> str:
    return f"since {since}" if "T" in since or "-" in since else f"of the last {since}"


def _told(kinds: t.Iterable[Json]) -> str:
    return ", ".join(f"{kind['count']} x {plain(kind['fingerprint'], LONGEST_KIND)!r}" for kind in kinds)


def _kinds(patterns: t.Iterable[Json]) -> list[Json]:
    """The most frequent kinds of lines, each once: a line may fit several patterns."""
    best: dict[str, Json] = {}
    for counted in patterns:
        for kind in counted["top"]:
            known = best.get(kind["fingerprint"])
            if known is None or kind["count"] > known["count"]:
                best[kind["fingerprint"]] = {"pattern": counted["name"], **kind}
    return sorted(best.values(), key=lambda kind: (-kind["count"], kind["fingerprint"]))


def _room(vendor: str) -> t.Any:
    """Imported where it is used. By statements: what they name is all that Ansible sends along with a module."""
    if vendor == "convex":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.convex import logs

        return logs
    if vendor == "railway":
        from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.railway import log_info as railway

        return railway
    from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.vercel import log_info as vercel

    return vercel

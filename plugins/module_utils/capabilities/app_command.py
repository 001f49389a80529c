# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""A command of the application itself, such as one of its npm scripts: what it says and how it ends is a check."""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, programs, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import Task
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import checks
from ansible_collections.saasops.runbooks.plugins.module_utils.ledger import runs

try:
    import jmespath
except ImportError:  # reported by compiled()
    jmespath = None  # type: ignore[assignment]

RUN = Operation("run", changes=True)
VENDOR = "application"
# What a program cannot do without; all else goes to it by name alone.
BASE = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ", "USER")
# What a report may say in JSON; a larger one is not read.
MOST_JSON = 4 * 1024 * 1024
# What the inventory may say of a command (``component_commands``), and how one is started of which it says nothing.
DECLARED = ("argv", "changed_if", "chdir", "conditions", "exit_codes", "pass_environment", "reads_only", "timeout", "unit", "value")
RUNNER = ("npm", "run", "--silent")


def execute(task: Task) -> dict[str, t.Any]:
    """What the module app_command does; its documentation tells options and result."""
    params = settled(task.params)
    component = task.params["component"] or {}
    where = str(component.get("name") or "")
    name = params["name"]
    expressions = {key: compiled(params[key], key) for key in ("value", "changed_if") if params[key]}
    conditions = {text: compiled(text, "conditions") for text in params["conditions"]}
    given = environment(params["pass_environment"])
    folder = params["chdir"]
    if not os.path.isdir(folder):
        raise Failure(
            "invalid", f"{name}: there is no folder {folder}", "Give chdir, or component_folder in the inventory: where the application is checked out"
        )
    if not programs.there(params["argv"][0], folder):
        raise Failure(
            "invalid", f"{name}: there is no program {redaction.plain(params['argv'][0], 200)}", "Install it for the user that runs this, or give argv"
        )
    runs.join(task, where)
    target = f"{name} in {os.path.basename(os.path.abspath(folder))}"
    if task.check_mode and not params["reads_only"]:
        task.gate.change(VENDOR, RUN, target, params["argv"], lambda: None)
        told = checks.check(name, where, "skipped", "not run: this is a plan, and it may change something")
        return _result(told, True, _told(params, None, 0.0, [], []), target)
    started = clock.elapsed()
    seconds = durations.seconds(params["timeout"], "timeout")

    def run() -> programs.Ended:
        # What is left of a run that was killed ends its command, so that the next run has it to itself.
        return programs.run(params["argv"], folder, given, lambda: seconds, most=MOST_JSON, turn=task.gate.recorder.turn)

    ended = run() if params["reads_only"] else t.cast("programs.Ended", task.gate.change(VENDOR, RUN, target, params["argv"], run))
    took = clock.elapsed() - started
    output, errors = programs.lines(ended.output, given), programs.lines(ended.errors, given)
    body = _json(ended) if conditions or expressions else None
    said = _judged(params, ended, body, conditions, seconds)
    value = _number(_found(expressions["value"], body)) if "value" in expressions else None
    if not said and "value" in expressions and value is None:
        said = ("inconclusive", f"what it printed has no number at {params['value']}")
    verdict, reason = said or ("pass", f"ended with {ended.code} after {took:.1f} s")
    by_hand = "" if verdict == "pass" else f"Run it by hand in {folder}: {redaction.plain(' '.join(params['argv']), 200)}"
    told = checks.check(name, where, verdict, reason, value, params["unit"], **({"next": by_hand} if by_hand else {}))
    changed = not params["reads_only"] and ("changed_if" not in expressions or ended.code is None or bool(_found(expressions["changed_if"], body)))
    return _result(told, changed, _told(params, ended.code, round(took, 1), output, errors), target if changed else "")


def settled(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options as they hold: those of the task, else what the inventory declares for the command, else the defaults."""
    component = params["component"] or {}
    named = params["command"]
    declared: t.Mapping[str, t.Any] = {}
    if named:
        commands = component.get("component_commands") or {}
        where = component.get("name") or "this component"
        if named not in commands:
            listed = ", ".join(sorted(commands)) or "none"
            raise Failure("invalid", f"{where} declares no command {redaction.plain(named, 100)}", f"Its component_commands are: {listed}")
        declared = commands[named] or {}
        unknown = sorted(set(declared) - set(DECLARED))
        if unknown:
            raise Failure("invalid", f"{where}: the command {named} has no setting {unknown[0]}", f"Settings are: {', '.join(DECLARED)}")
    elif not params["argv"]:
        raise Failure("invalid", "neither command nor argv was given", "Give command: one of component_commands, or argv: [npm, run, health:check]")

    def chosen(key: str, default: t.Any) -> t.Any:
        return next((value for value in (params[key], declared.get(key)) if value is not None), default)

    made = {
        "argv": [str(word) for word in _listed(chosen("argv", [*RUNNER, named]), "argv")],
        "chdir": os.path.expanduser(str(chosen("chdir", component.get("component_folder") or "."))),
        "exit_codes": [_whole(code) for code in _listed(chosen("exit_codes", [0]), "exit_codes")],
        "conditions": [str(text) for text in _listed(chosen("conditions", []), "conditions")],
        "value": str(chosen("value", "")),
        "unit": str(chosen("unit", "")),
        "changed_if": str(chosen("changed_if", "")),
        "reads_only": chosen("reads_only", False),
        "pass_environment": [str(name) for name in _listed(chosen("pass_environment", []), "pass_environment")],
        "timeout": chosen("timeout", "5m"),
    }
    if not isinstance(made["reads_only"], bool):
        raise Failure("invalid", f"reads_only is {made['reads_only']!r}", "Give true or false")
    if not made["argv"] or not made["argv"][0]:
        raise Failure("invalid", "argv is empty", "Give the program and its arguments, each as a word of its own")
    return {**made, "name": str(params["name"] or named or os.path.basename(made["argv"][0]))}


def _listed(value: t.Any, key: str) -> list[t.Any]:
    if not isinstance(value, (list, tuple)):
        raise Failure("invalid", f"{key} is {redaction.plain(value, 80)!r}, not a list", f"Give {key} as a list")
    return list(value)


def _whole(value: t.Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Failure("invalid", f"exit_codes holds {value!r}", "Give exit codes as whole numbers, such as [0, 1]")
    return value


def compiled(text: str, option: str) -> t.Any:
    if jmespath is None:
        raise Failure("invalid", "the Python library jmespath is needed", "Install it for the Python that runs this task: pip install jmespath")
    try:
        return jmespath.compile(text)
    except jmespath.exceptions.JMESPathError as error:
        raise Failure("invalid", f"{option}: {text!r} is not JMESPath", redaction.plain(error, 120)) from error


def environment(names: t.Sequence[str]) -> dict[str, str]:
    """The program's own: what it cannot do without, and what was named. A name that is not set is told before anything runs."""
    absent = [name for name in names if name not in os.environ]
    if absent:
        raise Failure("invalid", f"the environment variable {absent[0]} is not set", "Set it where this is started, or take it out of pass_environment")
    return {name: os.environ[name] for name in (*BASE, *names) if name in os.environ} | {"CI": "1", "NO_COLOR": "1"}


def _json(ended: programs.Ended) -> t.Any:
    """The JSON that it printed, after lines of others such as npm's own; None when there is none."""
    if not ended.whole:
        return None
    begins = [0, *(at + 1 for at, character in enumerate(ended.output) if character == "\n" and ended.output[at + 1 : at + 2] in ("{", "["))]
    for at in begins[:20]:
        try:
            return json.loads(ended.output[at:])
        except (ValueError, RecursionError):
            continue
    return None


def _judged(params: t.Mapping[str, t.Any], ended: programs.Ended, body: t.Any, conditions: t.Mapping[str, t.Any], seconds: float) -> tuple[str, str] | None:
    """(verdict, reason) of what is not as it should be; None when all is."""
    if ended.code is None:
        return "error", f"it had not ended after {seconds:g} s, and was stopped"
    if ended.code not in params["exit_codes"]:
        good = " or ".join(map(str, params["exit_codes"]))
        return "fail", f"ended with {ended.code}, not {good}"
    if not conditions and not params["value"]:
        return None
    if body is None:
        return "inconclusive", "what it printed is no JSON" if ended.whole else f"it printed more than {MOST_JSON // 1024 // 1024} MB"
    untrue = [text for text, condition in conditions.items() if not _found(condition, body)]
    return ("fail", f"not true: {untrue[0]}") if untrue else None


def _found(expression: t.Any, body: t.Any) -> t.Any:
    try:
        return expression.search(body)
    except jmespath.exceptions.JMESPathError:
        return None


def _number(value: t.Any) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _told(params: t.Mapping[str, t.Any], code: int | None, seconds: float, output: list[str], errors: list[str]) -> dict[str, t.Any]:
    return {"name": params["name"], "exit_code": code, "seconds": seconds, "reads_only": params["reads_only"], "output": output, "errors": errors}


def _result(told: checks.Check, changed: bool, command: dict[str, t.Any], target: str) -> dict[str, t.Any]:
    diff = {"before": {"run": None}, "after": {"run": target or None}}
    return {**checks.result([told]), "changed": changed, "command": command, "diff": diff}

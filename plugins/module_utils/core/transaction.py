# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""One module = one transaction: ``execute(task) -> result``, run by the module's ``main()`` and by the action plugin alike."""

from __future__ import annotations

import copy
import dataclasses
import pathlib
import traceback
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core import clock, durations, redaction
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.gate import Gate, Recorder

if t.TYPE_CHECKING:
    from ansible_collections.saasops.runbooks.plugins.module_utils.core import wire

# Options of every module that talks to a vendor; documented in doc_fragments/common.py.
COMMON_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "request_timeout": {"type": "str", "default": "10s"},
    "deadline": {"type": "str", "default": "5m"},
}
# Options of every module that changes something there.
CHANGE_ARGUMENTS: dict[str, dict[str, t.Any]] = {
    **COMMON_ARGUMENTS,
    "allow": {"type": "str", "choices": ["read", "change", "destroy"], "default": "change"},
}


# Options that are lengths of time, wherever they occur: text for Ansible, seconds for ``execute``.
DURATIONS = (
    *("backup_max_age", "deadline", "interval", "lifetime", "lock_timeout", "max_age", "proof_max_age", "recheck_after", "request_timeout", "rto", "seconds"),
    *("stalled_after", "statement_timeout", "verify_within", "watch"),
)
# What Ansible shows in place of a ``no_log`` option.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# What was read so long ago (seconds) is read again before anything is changed on the strength of it.
FRESH = 5.0


class Task:
    """What ``execute`` works with: the checked options, the change gate, the deadline, and the sessions to close."""

    def __init__(self, params: dict[str, t.Any], check_mode: bool, no_log: bool = False) -> None:
        self.params = params = _in_seconds(params)
        self.check_mode = check_mode
        self.no_log = no_log
        for option in ("request_timeout", "deadline"):
            if params.get(option, 1) <= 0:
                raise Failure("invalid", f"{option} is {params[option]:g}", f"Give {option} as a duration above 0, such as 90s or 15m")
        self.deadline = clock.Deadline(params.get("deadline", 300.0))
        self.gate = Gate(check_mode, params.get("allow", "change"))
        self._wires: list[wire.Wire] = []

    def record_with(self, recorder: Recorder) -> None:
        """Let the ledger see every change of this task."""
        self.gate.recorder = recorder

    def returns_secret(self, what: str) -> None:
        """Refuse unless the task hides its result (``no_log: true``). Called before the first request; ``what`` names the secret.

        A value that is to be returned must not be registered with ``redaction``, which would mask it.
        """
        if not self.no_log:
            raise refuse(f"the result of this task would show {what}", "Set no_log: true on the task, and register its result", code="no_log")

    def wire(
        self,
        vendor: str,
        base_url: str,
        credential: tuple[str, str] | None,
        request_id_header: str = "X-Request-Id",
        headers: t.Mapping[str, str] | None = None,
        retry_header: str = "",
        reset_header: str = "",
    ) -> wire.Wire:
        """A session to one host; ``base_url`` must have passed ``checked_base_url``. ``headers`` go with every request."""
        # Modules that ask nobody spare what the libraries for it take to import.
        from ansible_collections.saasops.runbooks.plugins.module_utils.core import wire

        if not wire.AVAILABLE:
            raise Failure("invalid", "the Python library requests is not installed", "Install it for the Python that runs this task: pip install requests")
        made = wire.Wire(vendor, base_url, self.deadline, self.params["request_timeout"], credential, request_id_header, headers, retry_header, reset_header)
        self._wires.append(made)
        return made

    def given(self, params: dict[str, t.Any]) -> Task:
        """The same transaction with other options: for a capability that asks what a vendor's own module asks."""
        other = copy.copy(self)
        other.params = {**{name: self.params[name] for name in ("request_timeout", "deadline")}, **params}
        return other

    def part(self) -> Task:
        """The same transaction for work that runs beside other work; :meth:`join` it afterwards."""
        other = copy.copy(self)
        other._wires = []
        return other

    def join(self, parts: t.Iterable[Task]) -> None:
        """Take over what the parts did: their steps stand in the order of the parts, whichever was ready first."""
        for part in parts:
            self._wires += part._wires

    def close(self) -> None:
        for made in self._wires:
            made.close()

    def fresh(self, read_at: float) -> bool:
        """Whether what was read then may be decided on. A plan changes nothing, so it may rest on anything that its run has read."""
        return self.check_mode or clock.now() - read_at <= FRESH

    def trace(self) -> dict[str, t.Any]:
        """What was done so far; part of every result, also of a failed one."""
        trace: dict[str, t.Any] = {"steps": [dataclasses.asdict(step) for made in self._wires for step in made.steps]}
        if "allow" in self.params:
            trace["changes"] = [change.as_dict() for change in self.gate.changes]
        return trace


def _in_seconds(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The options with their durations as numbers, those of a probe too."""
    return {
        name: durations.seconds(value, name) if name in DURATIONS and value is not None else _in_seconds(value) if name == "probe" and value else value
        for name, value in params.items()
    }


Execute = t.Callable[[Task], dict[str, t.Any]]


def outcome(execute: Execute, params: dict[str, t.Any], check_mode: bool, no_log: bool = False) -> dict[str, t.Any]:
    """Run ``execute`` to a plain result: never raises a Failure, never carries a registered secret.

    ``no_log`` says that Ansible hides the result, so that a module may return a secret.
    """
    task: Task | None = None
    try:
        task = Task(params, check_mode, no_log)
        result = {"changed": False, **task.trace(), **execute(task), **task.trace()}
    except Failure as failure:
        result = _failed(task, failure)
    except Exception as error:
        # What was done so far must not be lost with it.
        result = _failed(task, _unforeseen(task, error))
    finally:
        if task:
            task.close()
        clock.close()
    try:
        return t.cast("dict[str, t.Any]", redaction.scrub(result))
    finally:
        redaction.forget()


def _has_changed(task: Task | None) -> bool:
    return bool(task and task.gate.changes and not task.check_mode)


def _failed(task: Task | None, failure: Failure) -> dict[str, t.Any]:
    return {"failed": True, "changed": _has_changed(task), **(task.trace() if task else {}), "msg": str(failure), "failure": failure.as_dict()}


def _unforeseen(task: Task | None, error: Exception) -> Failure:
    """An answer that no parser foresaw, or a defect here. Where it was met is told, and not the error's text: that may hold anything."""
    where = next((frame for frame in reversed(traceback.extract_tb(error.__traceback__)) if "saasops" in frame.filename), None)
    changed = _has_changed(task)
    at = f" ({pathlib.PurePath(where.filename).name}, line {where.lineno})" if where else ""
    return Failure(
        "unknown" if changed else "protocol",
        f"this task met something that it does not understand: {type(error).__name__}{at}",
        "Look for a newer version of this collection, or report this line. What had been changed stands under changes; the same command looks before it acts",
        code="unforeseen",
        maybe_sent=changed,
    )


def shown(spec: t.Mapping[str, t.Any], hidden: t.Collection[str], parameters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options of a task as its result repeats them (``invocation``)."""

    def hides(name: str) -> bool:
        return name in hidden or bool(spec.get(name, {}).get("no_log"))

    return {name: HIDDEN if hides(name) and value is not None else value for name, value in parameters.items()}


def run_module(spec: dict[str, t.Any], execute: Execute, hidden: t.Collection[str] = ()) -> None:
    """The whole ``main()`` of a module. ``spec`` holds the keyword arguments of AnsibleModule.

    ``hidden`` names options that hold many values of which some are secret, such as a map of variables. With ``no_log`` Ansible would mask
    each of them wherever its letters or digits happen to occur in the result, ``on`` and ``1`` too, numbers included; these options are
    kept out of ``invocation`` instead, and their values never come near the result.
    """
    from ansible.module_utils.basic import AnsibleModule

    class Module(AnsibleModule):
        def log(self, *dummy: t.Any, **dummies: t.Any) -> None:
            """Nothing is written to syslog, as in-process nothing is."""

        def exit_json(self, **result: t.Any) -> t.Any:
            super().exit_json(**self._with_invocation(result))

        def fail_json(self, msg: str, **result: t.Any) -> t.Any:
            super().fail_json(msg, **self._with_invocation(result))

        def _with_invocation(self, result: dict[str, t.Any]) -> dict[str, t.Any]:
            return {"invocation": {"module_args": shown(self.argument_spec, hidden, getattr(self, "params", {}))}, **result}

    module = Module(**spec)
    result = outcome(execute, module.params, module.check_mode, bool(module.no_log))
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if not module._diff:
        result.pop("diff", None)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)

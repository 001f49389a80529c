# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The one gate for every change.

In check mode the gate writes a change down and sends nothing; otherwise it writes it down and sends. Whoever wants to know
before and after (the ledger's saga and journal, the lease) plugs in as a :class:`Recorder`.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure, refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.core.operations import Operation
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import fingerprint

Answer = t.TypeVar("Answer")
Allow = t.Literal["read", "change", "destroy"]


class KnownAfter(dict[str, str]):
    """Stands in results for a value that only the apply can tell; serialises as ``{"known_after": "<operation>"}``."""

    def __init__(self, operation: str) -> None:
        super().__init__(known_after=operation)


@dataclasses.dataclass(frozen=True)
class Change:
    """One changing operation, planned or made."""

    vendor: str
    operation: str
    target: str
    sends: str  # fingerprint of what is sent

    def as_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)


class Recorder(t.Protocol):
    """Sees every change of a run. ``before`` may raise to stop it (the lease is lost, the run's process is gone)."""

    def before(self, change: Change) -> None: ...

    def after(self, change: Change, failure: Failure | None) -> None: ...

    def turn(self) -> None:
        """Called on each turn of a wait: the lease is renewed here."""

    def again(self) -> None:
        """Called just before a change is sent again; may raise as ``before`` does, for much may have happened since."""


class NoRecorder:
    """For a module used by itself, outside a run."""

    def before(self, change: Change) -> None:
        return None

    def after(self, change: Change, failure: Failure | None) -> None:
        return None

    def turn(self) -> None:
        return None

    def again(self) -> None:
        return None


class Gate:
    def __init__(self, check_mode: bool, allow: Allow = "change", recorder: Recorder | None = None) -> None:
        self.check_mode = check_mode
        self.allow = allow
        self.recorder: Recorder = recorder or NoRecorder()
        self.changes: list[Change] = []

    def again(self) -> None:
        """For whoever sends a change once more: the recorder of this moment is asked, which may have come after the gate."""
        self.recorder.again()

    def admit(self, vendor: str, operation: Operation, target: str) -> None:
        """Refuse what this run may not do. For whoever does long work, such as an upload, before the change itself."""
        needed = "destroy" if operation.destroys else "change"
        if self.allow == "read" or (needed == "destroy" and self.allow != "destroy"):
            raise refuse(
                f"{vendor} {operation.name} on {target} needs saasops_allow: {needed}, and this run has saasops_allow: {self.allow}",
                f"Run with -e saasops_allow={needed} if you mean it",
                code="allow",
            )

    def change(self, vendor: str, operation: Operation, target: str, body: t.Any, send: t.Callable[[], Answer]) -> Answer | KnownAfter:
        """Record the change; send it unless in check mode. ``target`` names for a person what is changed."""
        self.admit(vendor, operation, target)
        change = Change(vendor, operation.name, target, fingerprint(body))
        if self.check_mode:
            self.changes.append(change)
            return KnownAfter(operation.name)
        self.recorder.before(change)
        self.changes.append(change)
        try:
            answer = send()
        except Failure as failure:
            self.recorder.after(change, failure)
            raise
        self.recorder.after(change, None)
        return answer

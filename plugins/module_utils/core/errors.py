# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The one exception that every room below the modules raises.

A :class:`Failure` says what was attempted, what came back and what a person can do next. It becomes ``fail_json``
only in a module's ``main()`` (see ``core/transaction.py``).
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

# What an answer raises, when it is read as the vendor documents it and is not so.
UNREADABLE = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
Kind = t.Literal[
    "auth",  # the token is missing, dead or of the wrong kind
    "permission",  # the token lives but may not do this
    "not_found",
    "conflict",  # the vendor is busy with, or already has, something else
    "rate_limited",
    "plan",  # the vendor's plan does not include it
    "invalid",  # the input cannot be right; nothing was sent, or the vendor refused it
    "vendor_down",  # the vendor could not be reached or answered 5xx
    "timeout",  # our own deadline passed
    "protocol",  # the answer is not what the vendor documents
    "failed",  # the vendor did what was asked and it did not work (a build failed, a job failed)
    "refused",  # our own guard
    "unknown",  # a change was sent and neither its effect nor its absence could be seen
]


@dataclasses.dataclass
class Failure(Exception):
    """One failed operation.

    ``maybe_sent`` is true when a changing request may have taken effect although no answer came: the caller has to look
    before it sends again. ``state`` is the last state that a waiting loop saw.
    """

    kind: Kind
    message: str
    hint: str = ""
    vendor: str = ""
    operation: str = ""
    status: int | None = None
    code: str = ""
    request_id: str = ""
    retryable: bool = False
    retry_after: float | None = None
    maybe_sent: bool = False
    state: t.Any = None

    def __post_init__(self) -> None:
        super().__init__(self.message)

    def __str__(self) -> str:
        where = " ".join(word for word in (self.vendor, self.operation) if word)
        return ". ".join(part.rstrip(".") for part in (f"{where}: {self.message}" if where else self.message, self.hint) if part) + "."

    def as_dict(self) -> dict[str, t.Any]:
        """The stable shape of ``failure`` in results (DESIGN §3)."""
        return {
            "vendor": self.vendor,
            "operation": self.operation,
            "kind": self.kind,
            "status": self.status,
            "code": self.code,
            "message": self.message,
            "request_id": self.request_id,
            "retryable": self.retryable,
            "hint": self.hint,
        }


def refuse(message: str, hint: str, code: str = "") -> Failure:
    """A refusal of our own: always with a next step that is really possible."""
    return Failure("refused", message, hint, code=code)


def not_there(what: str, name: str, known: t.Iterable[str], otherwise: str, vendor: str) -> Failure:
    """Nothing of the vendor has this name: the hint tells near ones."""
    near = difflib.get_close_matches(name, sorted(set(known)), 3, 0.5)
    return Failure("not_found", f"there is no {what} {name!r}", f"Near names here: {', '.join(near)}" if near else otherwise, vendor)

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""The face of whatever switches an application between its states: on (maintenance), read_only, off. A vendor's room ``maintenance.py`` fulfils it."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain

ON, READ_ONLY, OFF = "on", "read_only", "off"
# It cannot be read; and: it is on its way from one to the other.
UNREADABLE, BETWEEN = "", "between"
Values = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Seen:
    """``state``: on, read_only, off, or one of the two above. ``facts``: what has to be put back together with it."""

    state: str
    facts: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


class Switch(t.Protocol):
    """``where`` says for people what is switched."""

    where: str

    def look(self) -> Seen: ...

    def put(self, wanted: str, facts: t.Mapping[str, t.Any], planned: str = "") -> None:
        """Switch to ``wanted``, and wait until it is so. Asked twice, it is done once. ``facts``: as they were seen before it was switched on.

        ``planned``: for a plan, the state in which it would be by then, whatever it is now.
        """


def word_of(values: Values, found: t.Any, where: str) -> str:
    """The state that a value stands for; what is not there is off. A value that nobody declared is a person's, and is not overwritten."""
    if found is None:
        return OFF
    for state in (ON, READ_ONLY, OFF):
        if state in values and json.dumps(values[state], sort_keys=True) == json.dumps(found, sort_keys=True):
            return state
    known = ", ".join(f"{state}: {json.dumps(value)}" for state, value in values.items())
    raise Failure(
        "refused",
        f"{where} is {plain(json.dumps(found), 80)}, which stands for none of {known}",
        "Somebody has set it by hand: set it back, or declare the value in component_maintenance",
        code="other_value",
    )

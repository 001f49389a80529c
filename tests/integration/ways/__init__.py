# SPDX-License-Identifier: GPL-3.0-or-later
"""What test_ways.py plays, both ways: one file for each vendor, and one for the modules of no vendor.

Each file has ``steps(world, ledger)``, the cycles of its modules; ``NEEDED``, the fewest arguments that each module takes; and ``BAD``,
arguments that it must refuse, which are added to the needed ones (a value of None leaves one out).

Every operation of a vendor is reached by a step here, or named as rare in ``tests/tools/modules_guide.py``.
"""

from __future__ import annotations

import dataclasses
import types
import typing as t

from tests.harness.both_ways import Step

Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Cycle:
    """A change, planned, made, seen by another module, and asked for again.

    ``shows``: a JMESPath expression that is true of what is then seen. ``repeats``: it has no state, so asking again changes again.
    """

    module: str
    arguments: Json
    sees: str
    asked: Json
    shows: str
    repeats: bool = False
    # It returns a secret, so its task has to hide the result.
    no_log: bool = False

    def steps(self, number: int) -> list[Step]:
        again = "more" if self.repeats else "again"
        hides: Json = {"no_log": True} if self.no_log else {}
        return [
            Step(f"plan {number} {self.module}", self.module, self.arguments, {"check_mode": True, "diff": True, **hides}),
            Step(f"do {number} {self.module}", self.module, self.arguments, {"diff": True, **hides}),
            Step(f"see {number} {self.sees}", self.sees, self.asked),
            Step(f"{again} {number} {self.module}", self.module, self.arguments, hides),
        ]


@dataclasses.dataclass(frozen=True)
class Look:
    """A module that only reads; ``shows`` is true of its result."""

    module: str
    arguments: Json
    shows: str

    def steps(self, number: int) -> list[Step]:
        return [Step(f"see {number} {self.module}", self.module, self.arguments)]


def good(cycles: t.Sequence[Cycle | Look]) -> list[Step]:
    return [step for number, cycle in enumerate(cycles) for step in cycle.steps(number)]


def shown(cycles: t.Sequence[Cycle | Look]) -> dict[str, str]:
    """What must be true of which step's result."""
    return {f"see {number} {cycle.sees if isinstance(cycle, Cycle) else cycle.module}": cycle.shows for number, cycle in enumerate(cycles)}


def bad(room: types.ModuleType) -> list[Step]:
    """Options that do not exist, options that are missing, and values that are refused."""
    unknown = [Step(f"unknown {module}", module, {**needed, "anything": 1}) for module, needed in room.NEEDED.items()]
    values = []
    for number, (module, more) in enumerate(room.BAD):
        arguments = {name: value for name, value in {**room.NEEDED[module], **more}.items() if value is not None}
        values.append(Step(f"bad {number} {module}", module, arguments))
    return [*unknown, *values]

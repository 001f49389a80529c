# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, as Markdown."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    cells: list[str]


@dataclasses.dataclass(frozen=True)
class Finding:
    """A number beside its target; None: there is none, it is told for comparison."""

    name: str
    value: float
    target: float | None
    at_least: bool

    @property
    def met(self) -> bool:
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target


@dataclasses.dataclass(frozen=True)
class Table:
    title: str
    columns: list[str]
    rows: list[Row]
    findings: list[Finding]

    def markdown(self) -> str:
        lines = [f"### {self.title}", "", _line(self.columns), _line(["---"] * len(self.columns))]
        lines += [_line([row.name, *row.cells]) for row in self.rows]
        if self.findings:
            lines += ["", _line(["compared", "found", "target", ""]), _line(["---"] * 4)]
            lines += [_line([found.name, f"{found.value:.3g}", _target(found), _verdict(found)]) for found in self.findings]
        return "\n".join(lines)


def ratio(name: str, value: float, target: float | None, at_least: bool = False) -> Finding:
    return Finding(name, value, target, at_least)


def _target(found: Finding) -> str:
    return "" if found.target is None else f"{'≥' if found.at_least else '≤'} {found.target:g}"


def _verdict(found: Finding) -> str:
    return "" if found.target is None else "met" if found.met else "MISSED"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"

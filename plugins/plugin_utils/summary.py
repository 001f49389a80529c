# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The plain-text screen at the end of every verb: at most 80 columns and 40 lines, nothing that needs a wide terminal."""

from __future__ import annotations

import dataclasses
import textwrap
import typing as t

from ansible_collections.saasops.runbooks.plugins.module_utils.core.redaction import plain, scrub

COLUMNS = 78
LINES = 40
LONGEST_ENTRY = 600
MOST_LINES_OF_AN_ENTRY = 10
GIVE_WAY = ("rows", "lines", "until_undone", "facts", "could_act", "footer")
MORE = "… and more: see the record"


@dataclasses.dataclass
class Screen:
    """``banner`` is the environment, or what stands in its place; ``headline`` one of the verb's words with its meaning."""

    banner: str
    system: str
    headline: str
    run: str = ""
    when: str = ""  # when, and at what cost; beside the run's id
    facts: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    columns: list[str] = dataclasses.field(default_factory=list)
    rows: list[list[str]] = dataclasses.field(default_factory=list)
    lines: list[str] = dataclasses.field(default_factory=list)
    until_undone: list[str] = dataclasses.field(default_factory=list)
    could_act: list[str] = dataclasses.field(default_factory=list)
    next_steps: list[str] = dataclasses.field(default_factory=list)
    footer: list[str] = dataclasses.field(default_factory=list)


def render(screen: Screen) -> str:
    """The text; long lists give way first, so that the headline and what to do next are always there."""
    while len(text := _lines(screen)) > LINES:
        parts = {name: [entry for entry in getattr(screen, name) if MORE not in entry] for name in GIVE_WAY}
        longest = max(parts, key=lambda name: len(parts[name]))
        if len(parts[longest]) <= 1:
            return "\n".join([*text[: LINES - 1], " …"])
        # An entry has several lines at most: in big steps first, so that no more is cut than must be.
        kept = parts[longest][: -max(1, (len(text) - LINES) // MOST_LINES_OF_AN_ENTRY)]
        marker: t.Any = [MORE] if longest == "rows" else ("", MORE) if longest == "facts" else MORE
        shorter: dict[str, t.Any] = {longest: [*kept, marker]}
        screen = dataclasses.replace(screen, **shorter)
    return "\n".join(text)


def _lines(screen: Screen) -> list[str]:
    rule = "=" * COLUMNS
    run = "   ".join([*([screen.when] if screen.when else []), *([f"run {screen.run}"] if screen.run else [])])
    title = f" {screen.banner}  {screen.system}   {screen.headline}"
    if len(title) + len(run) + 2 <= COLUMNS:
        head = [title + run.rjust(COLUMNS - len(title))]
    else:
        head = [*_wrapped(title.strip(), " ", "   "), *([run.rjust(COLUMNS)] if run else [])]
    out = [rule, *head, rule]
    for name, text in screen.facts:
        out += _wrapped(text, f" {name:<10}", " " * 11)
    out += [line for text in screen.lines for line in _wrapped(text, " ", "   ")]
    if screen.rows:
        out += ["", *_table(screen.columns, screen.rows)]
    if screen.until_undone:
        out += ["", " TRUE FROM NOW ON, UNTIL YOU UNDO IT"]
        out += [line for text in screen.until_undone for line in _wrapped(text, " ! ", "   ")]
    if screen.could_act:
        out += ["", " COULD YOU ACT RIGHT NOW?"]
        out += [line for text in screen.could_act for line in _wrapped(text, " ", "   ")]
    if screen.next_steps:
        out += ["", " NEXT"]
        for number, text in enumerate(screen.next_steps, start=1):
            out += _wrapped(text, f" {number} ", "   ")
    out += [line for text in screen.footer for line in _wrapped(text, " ", "   ")]
    return out


def _wrapped(text: str, first: str, others: str) -> list[str]:
    safe = str(scrub(plain(text, LONGEST_ENTRY)))
    return textwrap.wrap(safe, COLUMNS, initial_indent=first, subsequent_indent=others, break_on_hyphens=False) or [first.rstrip()]


def _table(columns: list[str], rows: list[list[str]]) -> list[str]:
    """Columns as wide as they need, the last one cut to what is left."""
    cells = [[str(scrub(plain(cell, 200))) for cell in row] for row in rows]
    full = [row for row in cells if len(row) == len(columns)]
    widths = [min(26, max(len(row[index]) for row in [columns, *full])) for index in range(len(columns))]
    out = []
    for row in [columns, *cells]:
        if len(row) == len(columns):
            text = "  ".join(cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True))
        else:  # a row that says one thing
            text = f"{row[0][: widths[0]].ljust(widths[0])}  {' '.join(row[1:])}" if len(row) > 1 else row[0]
        line = f" {text}".rstrip()
        out.append(line if len(line) <= COLUMNS else line[: COLUMNS - 1] + "…")
    return out


def duration(seconds: float) -> str:
    """``41 s``, ``1 min 52 s``, ``3 h``, ``2 d``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h" if whole < 172800 else f"{whole // 86400} d"

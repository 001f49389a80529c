# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a run's last screen as an operator does: does it fit, why was something refused, what does it say to type next."""

from __future__ import annotations

import re
import unicodedata

from tests.harness.world import RULE, Run, World

COLUMNS, LINES = 80, 40
_OFFER = re.compile(r"-e (rollback_to=[^\s;,.]\S*?)(?: -e (rollback_rebuild=true))?(?=[\s;,.]|$)")
# What Ansible itself may still say of the task that showed the screen.
_AFTER = re.compile(r"(ok: \[\w[\w-]*\]|fatal: \[.*|\[ERROR\]: .*|Origin: .*|\s*\d+ .*|\s*\^ column \d+|\s*)$")


def said(run: Run) -> str:
    """The screen as one line, so that no line break hides a sentence."""
    return " ".join(run.summary.split())


def offers(run: Run) -> list[list[str]]:
    """Every ``-e rollback_to=... [-e rollback_rebuild=true]`` that the screen names, as arguments, each once."""
    found: list[list[str]] = []
    for target, rebuild in _OFFER.findall(said(run)):
        arguments = ["-e", target, *(["-e", rebuild] if rebuild else [])]
        if arguments not in found:
            found.append(arguments)
    return found


def check_refused(world: World, run: Run, *reasons: str) -> None:
    """Exit status, headline, reasons; and no vendor was sent anything that changes something."""
    assert run.code not in (0, None), run.output
    assert "REFUSED - nothing was changed" in run.headline, run.summary
    for reason in reasons:
        assert reason in said(run), run.summary
    assert world.changes() == [], world.changes()


def check_fits(run: Run, banner: str = "PRODUCTION shop", last: bool = True) -> None:
    """The screen has room in a small terminal, is plain text, names the environment first, and is the last thing before the recap."""
    text_fits(run.summary, banner)
    if last:
        after = run.output[run.output.rindex(run.summary) + len(run.summary) :].partition("PLAY RECAP")
        assert after[1], "no recap follows"
        strange = [line for line in after[0].splitlines() if not _AFTER.match(line)]
        assert not strange, strange


def text_fits(text: str, banner: str = "PRODUCTION shop") -> None:
    lines = text.splitlines()
    assert lines[0] == RULE
    assert " ".join(lines[1].split()).startswith(banner), lines[1]
    assert max(len(line) for line in lines) <= COLUMNS, text
    assert len(lines) <= LINES, f"{len(lines)} lines:\n{text}"
    strange = {character for character in text if character != "\n" and unicodedata.category(character) in ("Cc", "Cf")}
    assert not strange, strange

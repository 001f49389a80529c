# SPDX-License-Identifier: GPL-3.0-or-later
"""The screen at the end: never wider than 80 columns, never longer than 40 lines, and the important never gives way."""

from __future__ import annotations

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core import redaction
from ansible_collections.saasops.runbooks.plugins.plugin_utils.summary import COLUMNS, LINES, Screen, duration, render

LONG = "a long sentence that goes on and on about what is wrong " * 8
WORD = "x" * 300
NASTY = "\x1b[31mred\x1b[0m\nnext\tline \x07 {{ lookup('pipe', 'id') }}"


def lines(screen: Screen) -> list[str]:
    text = render(screen)
    found = text.split("\n")
    assert len(found) <= LINES
    assert all(len(line) <= 80 for line in found), [line for line in found if len(line) > 80]
    assert all(line == line.rstrip() and line.isprintable() for line in found)
    return found


def screen(size: int = 1, text: str = "short") -> Screen:
    return Screen(
        "PRODUCTION",
        "tokpulse",
        "ROLLED BACK - healthy again",
        "7f3c",
        facts=[(f"Fact {number}", text) for number in range(size)],
        columns=["component", "from (bad)", "to (now serving)", "how"],
        rows=[[f"c{number}", text, text, text] for number in range(size)] + [["left", f"left alone: {text}"]],
        lines=[f"line {number}: {text}" for number in range(size)],
        until_undone=[text] * size,
        next_steps=["the next step"],
        footer=["", "the footer"],
    )


def test_a_small_screen_says_everything_in_order() -> None:
    found = lines(screen())
    assert found[0] == found[2] == "=" * COLUMNS
    assert found[1] == " PRODUCTION  tokpulse   ROLLED BACK - healthy again".ljust(COLUMNS - 8) + "run 7f3c"
    text = "\n".join(found)
    order = ["Fact 0", "line 0", "component  from (bad)", "left alone: short", "TRUE FROM NOW ON", " ! short", " NEXT", " 1 the next step", " the footer"]
    positions = [text.index(part) for part in order]
    assert positions == sorted(positions)


@pytest.mark.parametrize("size", [0, 1, 5, 30, 300])
@pytest.mark.parametrize("text", ["short", LONG, WORD, NASTY, "", "ä€漢字" * 40])
def test_any_screen_keeps_its_size_and_what_matters(size: int, text: str) -> None:
    found = lines(screen(size, text))
    assert "ROLLED BACK" in found[1]
    assert " NEXT" in found
    assert any("the next step" in line for line in found)


@pytest.mark.parametrize("part", ["facts", "rows", "lines", "until_undone", "footer"])
def test_what_is_cut_says_so_and_the_rest_stays(part: str) -> None:
    made = screen()
    many = {
        "facts": [(f"Fact {number}", "x") for number in range(90)],
        "rows": [[f"c{number}", "a", "b", "c"] for number in range(90)],
        "lines": [f"line {number}" for number in range(90)],
        "until_undone": [f"note {number}" for number in range(90)],
        "footer": [f"foot {number}" for number in range(90)],
    }
    setattr(made, part, many[part])
    found = lines(made)
    assert sum("… and more: see the record" in line for line in found) == 1
    assert any("the next step" in line for line in found)
    assert len(found) == LINES, "no more is cut than must be"


def test_a_long_headline_is_wrapped_and_the_run_stays() -> None:
    found = lines(Screen("SANDBOX (nothing real was touched)", "shop", f"REFUSED - {LONG}", "7f3c9a21"))
    assert found[1].startswith(" SANDBOX (nothing real was touched)")
    assert any(line.endswith("run 7f3c9a21") for line in found)


def test_too_many_next_steps_are_cut_at_the_end() -> None:
    made = screen()
    made.next_steps = [LONG] * 30
    assert lines(made)[-1] == " …"


def test_pairs_of_long_texts_come_to_an_end() -> None:
    made = screen(2, LONG * 2)
    made.next_steps = [LONG, "the last step"]
    assert len(lines(made)) <= LINES


def test_columns_are_as_wide_as_they_need() -> None:
    made = screen()
    made.rows = [["api", "v1.4.2 9c1e2f0  03:01", "v1.4.1 77ab310  17 Nov", "image, 41 s"], ["dashboard", "left alone: healthy, not part of this release"]]
    table = [line for line in lines(made) if "v1.4.2" in line or "component" in line or "dashboard" in line]
    assert table == [
        " component  from (bad)             to (now serving)        how",
        " api        v1.4.2 9c1e2f0  03:01  v1.4.1 77ab310  17 Nov  image, 41 s",
        " dashboard  left alone: healthy, not part of this release",
    ]


def test_secrets_are_masked_wherever_they_stand() -> None:
    secret = "summary-test-9Ol8Ik7Uj6Yh5Tg4Rf3Ed"
    redaction.register(secret)
    try:
        for size in (1, 3):
            assert secret not in render(screen(size, f"token {secret} was refused"))
    finally:
        redaction.forget()


def test_the_screen_that_is_handed_in_is_not_changed() -> None:
    made = screen(90)
    render(made)
    assert (len(made.rows), len(made.lines), len(made.facts)) == (91, 90, 90)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (41.2, "41 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (112, "1 min 52 s"),
        (3599.4, "59 min 59 s"),
        (3600, "1 h"),
        (86400, "24 h"),
        (172799, "47 h"),
        (172800, "2 d"),
        (864000, "10 d"),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_longer_time_never_reads_shorter() -> None:
    units = {"s": 1, "min": 60, "h": 3600, "d": 86400}

    def read(text: str) -> int:
        words = text.split()
        return sum(int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True))

    values = [read(duration(seconds)) for seconds in range(0, 200_000, 37)]
    assert values == sorted(values)
